"""Every way to draw weights, against its variance, its sum and its powers."""

import math

import numpy as np
import pytest
from films import decided

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import MatrixSequence, uniform_matrix
from scenes.initialisation._kinds import KINDS, tent
from scenes.initialisation.initialiser import initialiser


def test_claims_hold_for_every_kind():
    for kind in KINDS:
        for dim in (2, 5, 6, 33):
            _, verdicts = decided(initialiser, kind=kind, dim=dim, seed=dim)
            assert all(verdict.holds for verdict in verdicts.values()), (kind, dim)


def test_gain_multiplies_every_entry():
    for kind in ("bilinear", "orthogonal_qr", "constant", "glorot_normal"):
        one, three = (initialiser.build(kind=kind, gain=gain)[None].factor for gain in (1.0, 3.0))
        assert np.array_equal(three, 3 * one)


def test_sum_of_the_bilinear_kernel_is_the_square_of_its_factor():
    verdict = decided(initialiser, kind="bilinear", dim=9)[1]["sum of Wᵢⱼ"]
    assert verdict.value == pytest.approx(25.0, rel=1e-14)
    assert verdict.tolerance < 1e-9


def test_variances_are_those_of_large_samples():
    for kind in KINDS.values():
        entries = kind.make(400, 7)
        assert np.mean(entries**2) == pytest.approx(kind.square(400), rel=5 * math.sqrt(2) / 400 + 1e-12)


@pytest.mark.parametrize("size", [4, 5, 7, 8])
def test_bilinear_kernel_interpolates_linearly(size):
    factor = (size + 1) // 2
    assert KINDS["bilinear"].make(size, 0).sum() == pytest.approx(factor**2, rel=1e-14)
    # Transposed convolution with that stride makes a line of a line.
    enlarged = np.zeros(12 * factor + size)
    for point in range(12):
        enlarged[point * factor : point * factor + size] += point * tent(size)
    assert np.diff(enlarged[size : 11 * factor]) == pytest.approx(1 / factor, abs=1e-12)


def test_sparse_units_have_fifteen_connections():
    matrix = KINDS["sparse"].make(40, 3)
    assert (np.count_nonzero(matrix, axis=1) == 15).all()
    assert len(np.unique(np.nonzero(matrix[0])[0])) == 15


def test_headline_is_false_of_fresh_matrices_and_of_another_pace():
    parameters = initialiser.resolve()
    matrix = initialiser.build(**parameters)[None].factor
    fresh = [matrix, *(uniform_matrix(16, [7, step], (3 / 16) ** 0.5) for step in range(63))]
    slower = [matrix, *([0.95 * matrix] * 63)]
    for factors in (fresh, slower):
        numbers = {None: simulate(MatrixSequence(factors))}
        assert not judge([initialiser.headline], numbers, parameters)[0].holds
