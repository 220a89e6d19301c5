"""Powers that grow before they decay."""

import numpy as np
from films import decided

from scenes.powers.nonnormal import nonnormal


def test_without_normality_powers_grow_first():
    for radius in (0.1, 0.5, 0.9, 0.999):
        for coupling in (1.0, 10.0, 1000.0):
            columns, _ = decided(nonnormal, spectral_radius=radius, coupling=coupling, steps=20)
            assert columns[None].log10_spectral_norm[1] > 0


def test_a_norm_below_float64_is_expected_as_a_logarithm():
    # With ρ = 1/2 every product of the simulator is exact, and Aᵗ = 2⁻ᵗ [[1, 2 t c], [0, 1]].
    _, verdicts = decided(nonnormal, spectral_radius=0.5, coupling=8.0, steps=5000)
    found = verdicts["log10 norm at last"]
    assert found.holds
    assert abs(found.expected - (np.log10(80_000) - 5000 * np.log10(2))) < 1e-9
