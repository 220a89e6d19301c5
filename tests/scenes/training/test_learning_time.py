"""Learning times by depth, against exact dynamics."""

import math

import numpy as np
import pytest

from scenes.training.learning_time import learning_time


def test_orthogonal_nets_learn_in_a_time_that_depends_little_on_depth():
    series = learning_time.build()[None].series
    orthogonal, gaussian = series["orthogonal epochs"][-1], series["Gaussian epochs"][-1]
    assert (np.diff(orthogonal) <= 0).all()
    assert orthogonal[-1] / orthogonal[0] > 0.5
    # Deep Gaussian nets have not learnt when the film ends, and have no mark.
    assert not (gaussian[1:] <= 2 * orthogonal[1:]).any()
    assert np.isnan(gaussian[-3:]).all()
    # Nothing is known of a net before it has learnt.
    for step, counts in enumerate(series["orthogonal epochs"]):
        assert np.array_equal(np.isfinite(counts), orthogonal <= step)
    # 2, 4, 8, 16, 32 and 64 layers.
    assert len(orthogonal) == 6


def test_modes_are_sigmoids_that_rise_one_after_the_other():
    modes = learning_time.build(rate=0.02, steps=300)[None].series
    assert np.abs(modes["modes"] - modes["exact modes"]).max() < 0.06
    # Half of s = 3 at t = ln(s / s₀ − 1) / (η s).
    half = math.log(3 / 0.01 - 1) / (0.02 * 3)
    assert np.interp(1.5, modes["modes"][:, 0], np.arange(301)) == pytest.approx(half, abs=3)
