"""Products of random matrices: fresh factors, many draws, bounds."""
