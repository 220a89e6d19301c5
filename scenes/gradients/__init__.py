"""Gradients through time: Jacobians, truncation, clipping."""
