"""Recurrent networks: states over time."""
