"""What panels draw with, and how it becomes pixels, data, SVG or PDF."""
