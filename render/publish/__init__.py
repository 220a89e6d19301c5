"""What comes of a film besides itself: pages, tables, stills, posters."""
