"""Hypothesis without a data base: every run of the tests is the same."""

from hypothesis import settings

settings.register_profile("same", database=None, derandomize=True, deadline=None)
settings.load_profile("same")
