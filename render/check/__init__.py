"""Whether films are what they say."""
