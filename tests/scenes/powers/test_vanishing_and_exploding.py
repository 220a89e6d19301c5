"""When powers come to a threshold, and how fast they halve or double."""

import numpy as np
import pytest
from films import decided

from scenes.powers.exploding import exploding
from scenes.powers.vanishing import vanishing


def test_the_first_step_below_a_thousandth():
    for seed in range(5):
        columns, verdicts = decided(vanishing, seed=seed, steps=80)
        powers = [np.linalg.matrix_power(columns[None].sequence.factor, t) for t in range(81)]
        first = next(t for t, power in enumerate(powers) if np.linalg.norm(power, 2) < 1e-3)
        found = verdicts["below 1/1000 at step"]
        assert found.value == found.expected == first
        # Within the 64 steps of the film.
        assert first <= 64
        half = verdicts["half-life in steps"].value
        assert 0.88**half == pytest.approx(0.5, rel=1e-9)


def test_the_first_step_above_a_thousand():
    for seed in range(5):
        columns, verdicts = decided(exploding, seed=seed, steps=80)
        powers = [np.linalg.matrix_power(columns[None].sequence.factor, t) for t in range(81)]
        first = next(t for t, power in enumerate(powers) if np.linalg.norm(power, 2) > 1e3)
        found = verdicts["above 1,000 at step"]
        assert found.value == found.expected == first <= 64
        assert 1.12 ** verdicts["doubling time in steps"].value == pytest.approx(2, rel=1e-9)


@pytest.mark.parametrize(("radius", "steps"), [(0.001, 5), (0.999, 300), (0.5, 3)])
def test_thresholds_that_are_never_reached_or_at_once(radius, steps):
    columns, verdicts = decided(vanishing, spectral_radius=radius, steps=steps, dim=3)
    found = verdicts["below 1/1000 at step"]
    assert found.holds
    below = columns[None].log10_spectral_norm < -3
    assert found.value == (below.argmax() if below.any() else np.inf)
