"""Sinkhorn's rounds against a closed form, and products with many digits."""

import mpmath as mp
import numpy as np

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import MatrixSequence
from scenes.today.hyper_connections import hyper_connections, raw_matrices, sinkhorn


def test_rounds_of_two_rows_come_to_a_closed_form():
    for seed in range(20):
        raw = np.random.default_rng(seed).normal(size=(2, 2))
        (a, b), (c, d) = np.exp(raw)
        kept = np.sqrt(a * d) / (np.sqrt(a * d) + np.sqrt(b * c))
        assert np.allclose(sinkhorn(raw, 200), [[kept, 1 - kept], [1 - kept, kept]], rtol=0, atol=1e-10)


def test_twenty_rounds_leave_a_millionth():
    for seed in range(50):
        for raw in raw_matrices(64, 4, seed, 1.0):
            mixed = sinkhorn(raw, 20)
            assert np.abs(mixed.sum(axis=1) - 1).max() < 2e-6
            assert np.abs(mixed.sum(axis=0) - 1).max() < 1e-14


def test_sizes_are_those_of_the_products_with_many_digits():
    built = hyper_connections.build(steps=32, seed=5)
    with mp.workdps(40):
        for label, recording in built.items():
            product = mp.eye(4)
            for factor in recording.factors:
                product = mp.matrix(factor.tolist()) * product
            largest = max(mp.svd_r(product, compute_uv=False))
            track = simulate(recording).log10_spectral_norm
            assert abs(track[-1] - float(mp.log10(largest))) < 1e-10, label


def test_of_one_matrix_in_all_layers_powers_of_the_second_eigenvalue_are_left():
    mixed = sinkhorn(raw_matrices(1, 4, 3, 1.0)[0], 200)
    with mp.workdps(60):
        exact = mp.matrix(mixed.tolist())
        moduli = sorted(abs(value) for value in mp.eig(exact, left=False, right=False))
        product = exact**40
        left = sorted(abs(value) for value in mp.eig(product, left=False, right=False))
        assert abs(left[-1] - 1) < 1e-12
        assert abs(left[-2] / moduli[-2] ** 40 - 1) < 1e-10
        # And differences, which are stretched by less than so many times, fall as fast.
        off = max(mp.svd_r(product - mp.ones(4) / 4, compute_uv=False))
        assert abs(mp.log(off) / (40 * mp.log(moduli[-2])) - 1) < 0.1


def holds(columns):
    numbers = {label: simulate(recording) for label, recording in columns.items()}
    return judge([hyper_connections.headline], numbers, hyper_connections.resolve())[0].holds


def test_the_headline_falls_without_rows_columns_or_freedom():
    built, raw = hyper_connections.build(), raw_matrices(64, 4, 0, 1.0)
    assert holds(built)
    rows = np.exp(raw) / np.exp(raw).sum(axis=2, keepdims=True)
    columns = np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True)
    for other in (rows, columns, 0.99 * built["doubly stochastic"].factors):
        assert not holds({**built, "doubly stochastic": MatrixSequence(other)})
    assert not holds({**built, "unconstrained": built["doubly stochastic"]})
