"""Number formats: where products leave them, and what rounding adds up to."""
