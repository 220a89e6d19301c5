"""The command line: words, never behaviour."""
