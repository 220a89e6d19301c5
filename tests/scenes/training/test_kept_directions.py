"""How many directions the Jacobians of deep tanh nets keep, against complex steps and free probability."""

import math

import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import gaussian_matrix, haar_orthogonal
from scenes.training._mean_field import mean_field_in_use
from scenes.training.kept_directions import kept_directions


@pytest.mark.parametrize("kind", ["orthogonal", "Gaussian"])
def test_directions_in_use_are_those_of_the_jacobians(kind):
    steps, n = 4, 50
    series = kept_directions.build(dim=n, steps=steps, seed=2)[kind].series
    state = np.random.default_rng([2, 1]).standard_normal(n)
    moved = state * math.sqrt(n) / np.linalg.norm(state) + 0j
    moved = moved[:, None] + 1e-30j * np.eye(n)
    for layer in range(steps):
        if kind == "orthogonal":
            weights = haar_orthogonal(n, [2, 2, layer, 1])
        else:
            weights = gaussian_matrix(n, [2, 2, layer, 1])
        moved = np.tanh(weights @ moved)
    values = np.linalg.svd(moved.imag / 1e-30, compute_uv=False) ** 2
    assert series["kept"][-1] == pytest.approx(values.sum() ** 2 / (values**2).sum() / n, rel=1e-10)
    assert series["stretches"][-1] == pytest.approx(np.sqrt(values / values.max()), abs=1e-10)
    assert series["log10 size"][-1] == pytest.approx(math.log10(math.sqrt(values.sum() / n)), abs=1e-10)


def test_free_layers_spread_as_large_matrices_do():
    # Diagonal matrices of squared slopes between rotations, and squares of Gaussian ones: two layers of 400 units.
    rng, n = np.random.default_rng(1), 400
    for kind in ("orthogonal", "Gaussian"):
        state, jacobian = rng.standard_normal(n), np.eye(n)
        state *= math.sqrt(n) / np.linalg.norm(state)
        for _ in range(2):
            weights = rng.standard_normal((n, n)) / math.sqrt(n)
            weights = np.linalg.qr(weights)[0] if kind == "orthogonal" else weights
            state = np.tanh(weights @ state)
            jacobian = (1 - state**2)[:, None] * (weights @ jacobian)
        squares = np.linalg.svd(jacobian, compute_uv=False) ** 2
        part = squares.sum() ** 2 / (squares**2).sum() / n
        assert mean_field_in_use(kind, 2) == pytest.approx(part, rel=0.05)


@pytest.mark.parametrize(
    ("kind", "maker"),
    [
        ("orthogonal", gaussian_matrix),
        ("Gaussian", haar_orthogonal),
        ("orthogonal", lambda *drawn: 0.9 * haar_orthogonal(*drawn)),
    ],
    ids=["orthogonal made Gaussian", "Gaussian made orthogonal", "nine tenths of orthogonal"],
)
def test_other_weights_are_noticed(kind, maker, monkeypatch):
    values = kept_directions.resolve()
    monkeypatch.setitem(kept_directions.function.__globals__["_MAKERS"], kind, maker)
    columns = {label: simulate(sequence) for label, sequence in kept_directions.build(**values).items()}
    found = judge(kept_directions.claims, columns, values)
    assert not all(verdict.holds for verdict in found)
    # What all directions lose alike is a matter of size, not of directions.
    assert found[0].holds == (kind == "orthogonal" and maker is not gaussian_matrix)
