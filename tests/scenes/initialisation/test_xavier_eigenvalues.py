"""Eigenvalues of Xavier's matrices, against determinants, large samples and the even disc."""

import math

import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import MatrixSequence
from scenes.initialisation._xavier import layers_of
from scenes.initialisation.xavier_eigenvalues import log_modulus, xavier_eigenvalues


def headline_of(columns, **values):
    numbers = {label: simulate(sequence) for label, sequence in columns.items()}
    return judge([xavier_eigenvalues.headline], numbers, xavier_eigenvalues.resolve(**values))[0]


@pytest.mark.parametrize("dim", [2, 5, 16])
def test_typical_eigenvalues_are_those_of_determinants(dim):
    matrices = np.random.default_rng(dim).standard_normal((20_000, dim, dim)) / math.sqrt(dim)
    each = np.log(np.abs(np.linalg.det(matrices))) / dim
    mean, variance = log_modulus(dim)
    assert each.mean() == pytest.approx(mean, abs=5 * math.sqrt(variance / 20_000))
    assert each.var() == pytest.approx(variance, rel=0.1)


def test_typical_eigenvalues_tend_to_those_of_an_even_disc():
    # Half of the area of a disc is within √½ of its middle, and the mean of ln r over it is −½.
    assert log_modulus(64)[0] == pytest.approx(-0.5, abs=0.02)
    for sequence in xavier_eigenvalues.build(dim=64, steps=20).values():
        moduli = np.hypot(*sequence.series["cloud"][-1].T)
        for radius in (0.3, 0.5, 0.7, 0.9):
            assert np.mean(moduli < radius) == pytest.approx(radius**2, abs=0.04)


def test_points_are_the_eigenvalues_of_the_matrices_drawn_so_far():
    sequence = xavier_eigenvalues.build(dim=4, steps=3)["uniform"]
    cloud = sequence.series["cloud"]
    assert np.isnan(cloud[0]).all()
    assert np.isfinite(cloud[2]).all(axis=1).sum() == 8
    for factor, points in zip(sequence.factors, cloud[-1].reshape(3, 4, 2), strict=True):
        for value in points[:, 0] + 1j * points[:, 1]:
            assert abs(np.linalg.det(factor - value * np.eye(4))) < 1e-12


@pytest.mark.parametrize(
    "spoil",
    [
        lambda layers: layers * 1.2,
        lambda layers: layers / 1.2,
        lambda layers: np.linalg.qr(layers)[0],
        lambda layers: (layers + np.swapaxes(layers, 1, 2)) / math.sqrt(2),
    ],
    ids=["larger", "smaller", "orthogonal", "symmetric"],
)
def test_the_headline_is_false_of_other_matrices(spoil, monkeypatch):
    assert headline_of(xavier_eigenvalues.build()).holds

    def spoiled(shape, *given):
        return spoil(layers_of(shape, *given)) if shape == "normal" else layers_of(shape, *given)

    monkeypatch.setitem(xavier_eigenvalues.function.__globals__, "layers_of", spoiled)
    assert not headline_of(xavier_eigenvalues.build()).holds


def test_the_matrices_are_those_of_the_film_beside():
    columns = xavier_eigenvalues.build(steps=2)
    assert all(isinstance(sequence, MatrixSequence) for sequence in columns.values())
    assert np.abs(columns["uniform"].factors).max() <= math.sqrt(6 / 32)
