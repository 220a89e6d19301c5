"""A hundred Gaussian matrices, against determinants and the product's own singular values."""

import numpy as np
import pytest
from films import decided

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import MatrixSequence
from scenes.products._common import lyapunov_exponent
from scenes.products._side_by_side import second_compounds
from scenes.products.gaussian_product import filmed_factors, gaussian_product


def test_a_hundred_gaussian_matrices():
    columns, verdicts = decided(gaussian_product)
    numbers = columns[None]
    assert numbers.steps == 100
    # The first frame is one matrix, not the identity.
    assert not np.array_equal(numbers.matrix(0), np.eye(4))
    assert verdicts["log10 norm, mean"].expected == pytest.approx(25.0, abs=0.05)
    assert verdicts["log10 σ₁/σ₂, mean"].expected == pytest.approx(8.86, abs=0.01)
    # The ratio drawn is that of the trajectory's own singular values.
    known = numbers.log10_singular_values
    stretches = np.stack([numbers.series["first"], numbers.series["second"]], axis=1)
    assert stretches == pytest.approx(known[:, :2], abs=1e-6)
    volume = verdicts["Σ log10 of all σ"]
    assert volume.expected == pytest.approx(np.log10(np.abs(np.linalg.det(filmed_factors(100, 4, 0)))).sum())
    assert volume.value == pytest.approx(known[-1].sum())
    # Rank one: every column is a multiple of the first.
    assert np.abs(numbers.series["cosines"][-1]) == pytest.approx(np.ones((4, 4)), abs=1e-9)
    for index, name in enumerate(("first axis", "second axis"), 1):
        rises = np.diff(numbers.series[name])
        assert rises == pytest.approx(np.full(100, lyapunov_exponent(4, index) / np.log(10)))
    # What is drawn are the columns' directions: all of a 2 × 2 product's, and what a plane holds of others.
    lengths = np.linalg.norm(numbers.series["columns"], axis=2)
    assert (lengths < 1 + 1e-9).all()
    assert lengths[-1] == pytest.approx(np.ones(4))


def test_columns_are_seen_as_they_lie_in_the_plane():
    numbers = decided(gaussian_product, dim=2, steps=3)[0][None]
    points = numbers.series["columns"]
    assert points @ points.swapaxes(1, 2) == pytest.approx(numbers.series["cosines"])


def test_second_compounds_hold_the_two_largest_singular_values():
    stack = np.random.default_rng(3).standard_normal((5, 4, 4))
    sizes = np.linalg.svd(stack, compute_uv=False)
    assert np.linalg.norm(second_compounds(stack), 2, axis=(1, 2)) == pytest.approx(sizes[:, 0] * sizes[:, 1])
    assert second_compounds(stack[:1] @ stack[1:2]) == pytest.approx(
        second_compounds(stack[:1]) @ second_compounds(stack[1:2])
    )


def test_one_wrong_factor_makes_the_volume_false():
    sequence = gaussian_product.build()[None]
    for step in (0, -1):
        factors = np.array(sequence.factors)
        factors[step] *= 1.5
        spoiled = simulate(MatrixSequence(factors, sequence.initial, sequence.series))
        verdicts = {v.claim: v for v in judge(gaussian_product.claims, {None: spoiled}, gaussian_product.resolve())}
        assert not verdicts["Σ log10 of all σ"].holds
