"""From what a scene returns to its numbers."""
