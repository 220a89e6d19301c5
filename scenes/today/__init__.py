"""Today: what repeated multiplication does in the networks and algorithms of these years."""
