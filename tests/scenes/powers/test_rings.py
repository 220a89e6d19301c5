"""What becomes of a ring of points: the scenes phase_plane and trichotomy."""

import numpy as np
import pytest
from films import decided

from scenes.powers.phase_plane import phase_plane
from scenes.powers.trichotomy import trichotomy


@pytest.mark.parametrize(
    ("kind", "moduli"),
    [
        ("node", (0.88, 0.96)),
        ("saddle", (0.9, 1.05)),
        ("spiral", (0.97, 0.97)),
        ("centre", (1, 1)),
    ],
)
def test_phase_planes_are_what_they_are_called(kind, moduli):
    columns, verdicts = decided(phase_plane)
    values = np.linalg.eigvals(columns[kind].sequence.factor)
    assert sorted(np.abs(values)) == pytest.approx(moduli, abs=1e-12)
    assert values.imag.any() == (kind in ("spiral", "centre"))
    assert verdicts[kind, "stable directions"].value == sum(m < 1 for m in moduli)
    ring = columns[kind].series["ring"]
    assert np.linalg.norm(ring[0], axis=1) == pytest.approx(np.ones(16))
    assert ring[-1] == pytest.approx(ring[0] @ columns[kind].matrix(64).T, abs=1e-12)
    if kind == "centre":
        assert columns[kind].log10_spectral_norm == pytest.approx(np.zeros(65), abs=1e-13)


def test_a_ring_vanishes_stays_or_explodes():
    columns, _ = decided(trichotomy)
    lengths = [np.linalg.norm(numbers.series["ring"][-1], axis=1) for numbers in columns.values()]
    for length, expected in zip(lengths, (0.98**48, 1, 0.98**-48), strict=True):
        assert length == pytest.approx(np.full(12, expected), rel=1e-13)
