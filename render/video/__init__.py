"""From pixels to video files, and back."""
