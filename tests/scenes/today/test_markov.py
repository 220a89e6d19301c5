"""A random walk's powers with many digits."""

import mpmath as mp
import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import MatrixSequence, repeated
from scenes.today.markov import markov, road_map, second_eigenvalue


def test_a_walk_on_equal_roads_has_a_closed_form():
    # With equal roads between all n places, λ₂ is what staying alone leaves.
    for dim, stay in ((3, 0.1), (6, 0.5)):
        walk = stay * np.eye(dim) + (1 - stay) / dim
        assert abs(second_eigenvalue(walk, np.full(dim, 1 / dim)) - stay) < 1e-14


@pytest.mark.parametrize("seed", [0, 5])
def test_eigenvalues_and_distances_with_many_digits(seed):
    walk, rest = road_map(5, seed, 0.3)
    assert np.abs(walk.sum(axis=0) - 1).max() < 1e-15
    assert np.abs(walk @ rest - rest).max() < 1e-15
    series = markov.build(dim=5, seed=seed, steps=30)[None].series
    with mp.workdps(50):
        exact = mp.matrix(walk.tolist())
        # The columns as they would be without rounding.
        for j in range(5):
            exact[:, j] /= sum(exact[:, j])
        moduli = sorted(abs(value) for value in mp.eig(exact, left=False, right=False))
        assert abs(moduli[-1] - 1) < 1e-30
        assert abs(float(moduli[-2]) - second_eigenvalue(walk, rest)) < 1e-10
        power = exact**30
        pairs = [(i, j) for i in range(5) for j in range(i)]
        left = max(sum(abs(power[k, i] - power[k, j]) for k in range(5)) / 2 for i, j in pairs)
        assert abs(float(mp.log10(left)) - series["left"][-1]) < 1e-10


def holds(recording):
    return judge([markov.headline], {None: simulate(recording)}, markov.resolve())[0].holds


def test_the_headline_falls_with_another_walk():
    walk = markov.build()[None].factors[0]
    assert holds(repeated(walk, 24))
    assert not holds(repeated(0.9 * walk, 24))
    assert not holds(repeated(walk.T, 24))
    assert not holds(repeated(0.99 * walk + 0.01 * np.eye(6), 24))
    assert not holds(MatrixSequence(np.tile(np.eye(6)[::-1], (24, 1, 1))))
