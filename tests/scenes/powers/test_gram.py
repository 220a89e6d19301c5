"""Angles between the columns of powers, against powers of numbers with 200 digits."""

import mpmath
import numpy as np
import pytest
from films import decided

from render.pipeline.claims import judge
from render.pipeline.scene_run import resolve
from scenes.powers.gram import gram


def test_angles_between_columns():
    columns, verdicts = decided(gram, dim=8)
    for label, numbers in columns.items():
        product = numbers.matrix(7)
        unit = product / np.linalg.norm(product, axis=0)
        assert numbers.series["cosines"][7] == pytest.approx(unit.T @ unit, abs=1e-12), label
        # The squares of a Gram matrix's eigenvalues add up as those of its entries do.
        values = np.linalg.svd(unit, compute_uv=False)
        expected = (values**2).sum() ** 2 / (values**4).sum()
        assert numbers.series["directions"][7] == pytest.approx(expected, rel=1e-9), label
    assert verdicts["orthogonal", "largest |cos|"].value < 1e-13
    assert columns["random"].series["directions"][-1] == pytest.approx(1, abs=1e-6)
    assert columns["orthogonal"].series["directions"] == pytest.approx(8)


def test_columns_of_powers_fall_into_a_line_or_a_plane():
    kinds = set()
    for seed in range(8):
        columns, verdicts = decided(gram, dim=5, seed=seed, steps=400)
        factor = columns["random"].sequence.factor
        leading = np.linalg.eigvals(factor)
        leading = leading[np.abs(leading).argmax()]
        verdict = verdicts["random", "log10 σ₃ / σ₁"]
        # Eigenvectors and the exact power of numbers with 200 digits.
        with mpmath.workdps(200):
            values = mpmath.svd_r(mpmath.matrix(factor.tolist()) ** 400, compute_uv=False)
            assert verdict.value == pytest.approx(float(mpmath.log10(values[2] / values[0])), rel=1e-6, abs=1e-6)
        assert abs(verdict.value - verdict.expected) < verdict.tolerance < 10
        last = columns["random"].series["cosines"][-1]
        if leading.imag:
            # In a plane they go on turning, and need not be alike.
            kinds.add("plane")
            assert np.linalg.matrix_rank(last, tol=1e-3) <= 2 or verdict.expected > -3
        else:
            kinds.add("line")
            assert np.abs(np.abs(last) - 1).max() < 1e-2 or verdict.expected > -3
    assert kinds == {"line", "plane"}


def test_the_headline_needs_both_columns():
    for seed in range(20):
        found = resolve("gram", {"seed": seed})
        random, orthogonal = found.columns["random"], found.columns["orthogonal"]
        for columns in ((random, random), (orthogonal, orthogonal), (orthogonal, random)):
            swapped = dict(zip(("random", "orthogonal"), columns, strict=True))
            verdict = judge([gram.headline], swapped, found.parameters)[0]
            assert not verdict.holds
            # By far, and not by a little more than rounding.
            assert verdict.value > 1e4 * verdict.tolerance
