"""Planes of a 5 × 5 orthogonal matrix against closed forms."""

import numpy as np
import pytest
from films import decided

from scenes.powers.turning_planes import turning_planes


@pytest.mark.parametrize("angles", [(1.0, 21.0), (7.5, 30.0), (20.0, 179.0)])
def test_planes_are_found_from_the_matrix_alone(angles):
    columns, verdicts = decided(turning_planes, slow=angles[0], fast=angles[1], seed=3)
    series, t = columns[None].series, np.arange(49)
    for name, angle, radius in zip(("slow", "fast"), np.deg2rad(angles), (0.9, 0.6), strict=True):
        turned = radius * np.column_stack([np.cos(t * angle), np.sin(t * angle)])
        assert series[name][:, 0] == pytest.approx(turned, abs=1e-11)
    assert series["axis"][:, 0] == pytest.approx(np.tile([0.3, 0.0], (49, 1)), abs=1e-12)
    values = np.linalg.eigvals(columns[None].sequence.factor)
    # They come in conjugate pairs, so their powers add up to real numbers.
    assert (values**17).sum().imag == pytest.approx(0, abs=1e-14)
    # The last product is of 48 factors.
    assert verdicts["largest ||λ| − 1|"].value < 48 * 1e-14
