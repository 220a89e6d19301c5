"""Training: what initial weights, rates and decay do to it."""
