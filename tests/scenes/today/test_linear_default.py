"""Default weights of a linear layer: their variance, and what products of them leave."""

import mpmath as mp
import numpy as np

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import random_unit_vector, uniform_matrix
from scenes.today.linear_default import _BOUNDS, _layers, linear_default


def test_lengths_are_those_of_the_product_with_many_digits():
    with mp.workdps(40):
        vector = mp.matrix(random_unit_vector(16, [4, 1]).tolist())
        track = linear_default.build(steps=12, dim=16, seed=4)["±1/√n"].series["length"]
        for layer in range(12):
            vector = mp.matrix(uniform_matrix(16, [4, 2, layer], 0.25).tolist()) * vector
            assert abs(float(mp.log10(mp.norm(vector))) - track[layer + 1]) < 1e-10


def test_the_two_weights_are_the_same_but_for_their_size():
    tracks = [record.series["length"] for record in linear_default.build(seed=7).values()]
    assert np.allclose(tracks[1] - tracks[0], np.arange(31) * np.log10(3) / 2, rtol=0, atol=1e-10)


def test_eigenvalues_come_up_to_one_over_the_root_of_three():
    moduli = np.abs(np.linalg.eigvals(uniform_matrix(300, 1, 300**-0.5)))
    assert abs(moduli.max() - 3**-0.5) < 0.04


def holds(columns):
    numbers = {label: simulate(recording) for label, recording in columns.items()}
    return judge([linear_default.headline], numbers, linear_default.resolve())[0].holds


def test_the_headline_falls_with_weights_of_another_size():
    built = linear_default.build()
    assert holds(built)
    for label, bound in _BOUNDS.items():
        for factor in (0.7, 1.4):
            assert not holds({**built, label: _layers(factor * bound, 30, 64, 0)}), (label, factor)
