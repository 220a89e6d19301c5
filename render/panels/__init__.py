"""What a film can show: one module a panel, found by its name. Each defines one class ``Panel``."""
