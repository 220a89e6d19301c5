"""Entries of Xavier's layers, against their two distributions."""

import math

import numpy as np

from scenes.initialisation.xavier import xavier


def test_uniform_entries_are_within_the_bound_and_both_shapes_fit():
    for sequence in xavier.build(dim=64, steps=64).values():
        last, density = sequence.series["histogram"][-1], sequence.series["density"][-1]
        # 6,500 entries a bin.
        assert np.abs(last - density).max() < 0.07
    assert np.abs(xavier.build(dim=5, steps=40)["uniform"].factors).max() <= math.sqrt(6 / 10)
