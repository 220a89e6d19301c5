"""Powers of one matrix: vanish, explode, keep their size, turn."""
