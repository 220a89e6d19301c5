"""Residual networks: Jacobians against differences, and what is predicted of their products."""

import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import MatrixSequence, gaussian_matrix
from scenes.depth.residual import predicted_growth, residual, residual_start, residual_weights


def test_eigenvalues_are_shifted_by_one():
    sequence = residual.build(steps=12, dim=16)[None]
    for layer, factor in enumerate(sequence.factors, start=1):
        shifted = sequence.series["eigenvalues, residual"][layer] @ [1, 1j]
        branch = np.linalg.eigvals(factor - np.eye(16))
        assert np.abs(shifted[:, None] - branch - 1).min(axis=0) == pytest.approx(0, abs=1e-10)
    assert sequence.series["eigenvalues, plain"][0].tolist() == [[0, 0]] * 16
    assert sequence.series["eigenvalues, residual"][0].tolist() == [[1, 0]] * 16


def test_growth_of_a_vector_is_predicted_without_bias():
    # Linear layers: ln |v + g G v| against 20,000 draws.
    n, gain = 16, 0.7
    draws = gaussian_matrix((20_000, n), 1, gain / n**0.5)
    for way in (0.0, 1.0):
        vectors = draws + way * np.eye(n)[0]
        logs = np.log10(np.linalg.norm(vectors, axis=1))
        ones, jacobian = np.ones((1, n)), np.eye(n)[None]
        mean, variance = predicted_growth(way, gain, ones, jacobian, np.eye(n)[0])[0]
        assert logs.mean() == pytest.approx(mean, abs=4.5 * logs.std() / 20_000**0.5 + 0.5 / n**2)
        assert logs.var() == pytest.approx(variance, rel=0.1)


def test_slopes_of_residual_and_plain_networks():
    for seed in range(10):
        tracks = residual.build(seed=seed)[None].series
        for name in ("plain", "residual"):
            away = tracks[name][-1] - tracks[f"{name} predicted"][-1]
            assert abs(away) < 4.5 * tracks[f"{name} variance"][-1] ** 0.5
        assert tracks["plain"][-1] < -10 < 0 < tracks["residual"][-1] < 3


def test_plain_products_die_for_every_gain_allowed():
    for gain in (0.1, 0.9):
        for dim in (8, 64):
            for seed in range(5):
                tracks = residual.build(seed=seed, gain=gain, dim=dim)[None].series
                assert tracks["plain"][-1] < -0.5
                assert tracks["residual"][-1] > -0.5


def test_the_product_is_the_derivative_of_the_residual_network():
    factors = residual.build(steps=9, dim=8, seed=3, gain=0.6)[None].factors
    product = np.linalg.multi_dot(list(factors[::-1]))

    def network(h):
        for weights in residual_weights(9, 8, 3, 0.6):
            h = h + weights @ np.tanh(h)
        return h

    start = residual_start(8, 3)
    differences = [(network(start + e) - network(start - e)) / 2e-6 for e in 1e-6 * np.eye(8)]
    assert product.T == pytest.approx(np.array(differences), abs=1e-8)


def test_one_wrong_factor_makes_the_claim_on_the_norm_false():
    sequence = residual.build()[None]
    for step in (0, -1):
        factors = np.array(sequence.factors)
        factors[step] *= 1.5
        spoiled = simulate(MatrixSequence(factors, sequence.initial, sequence.series))
        verdicts = {v.claim: v for v in judge(residual.claims, {None: spoiled}, residual.resolve())}
        assert not verdicts["log10 norm at last"].holds
