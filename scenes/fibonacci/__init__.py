"""The Fibonacci matrix: its powers, its spectrum, and how far float64 goes."""
