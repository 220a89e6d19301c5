"""Scenes of deep networks: Jacobians, paths and gradients against other ways to compute them."""

from itertools import combinations

import numpy as np
import pytest

from scenes import residual
from scenes._activations import ACTIVATIONS
from scenes._matrices import gaussian_matrix


def test_residual_eigenvalues_are_shifted_by_one():
    sequence = residual.residual.build(steps=12, dim=16)[None]
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
        mean, variance = residual._predicted(way, gain, ones, jacobian, np.eye(n)[0])[0]
        assert logs.mean() == pytest.approx(mean, abs=4.5 * logs.std() / 20_000**0.5 + 0.5 / n**2)
        assert logs.var() == pytest.approx(variance, rel=0.1)


@pytest.mark.parametrize("seed", range(10))
def test_slopes_of_residual_and_plain_networks(seed):
    tracks = residual.residual.build(seed=seed)[None].series
    for name in ("plain", "residual"):
        away = tracks[name][-1] - tracks[f"{name} predicted"][-1]
        assert abs(away) < 4.5 * tracks[f"{name} variance"][-1] ** 0.5
    assert tracks["plain"][-1] < -10 < 0 < tracks["residual"][-1] < 3


@pytest.mark.parametrize("gain", [0.1, 0.9])
@pytest.mark.parametrize("dim", [8, 64])
def test_plain_products_die_for_every_gain_allowed(gain, dim):
    for seed in range(5):
        tracks = residual.residual.build(seed=seed, gain=gain, dim=dim)[None].series
        assert tracks["plain"][-1] < -0.5
        assert tracks["residual"][-1] > -0.5


def test_the_product_is_the_derivative_of_the_residual_network():
    parameters = {"dim": 8, "seed": 3, "gain": 0.6}
    factors = residual.residual.build(steps=9, **parameters)[None].factors
    product = np.linalg.multi_dot(list(factors[::-1]))

    def network(h):
        for weights in residual._residual_weights(parameters, 9):
            h = h + weights @ np.tanh(h)
        return h

    start = residual._residual_start(parameters)
    differences = [(network(start + e) - network(start - e)) / 2e-6 for e in 1e-6 * np.eye(8)]
    assert product.T == pytest.approx(np.array(differences), abs=1e-8)


@pytest.mark.parametrize("layers", range(1, 8))
def test_dense_paths_are_all_subsets_of_layers(layers):
    columns = residual.dense.build(steps=layers)
    for wiring, expected in (("dense", 2 ** (layers - 1)), ("plain net", 1)):
        product = np.eye(layers + 1)
        for factor in columns[wiring].factors:
            product = factor @ product
        # A path chooses which of the layers between it visits.
        subsets = [s for k in range(layers) for s in combinations(range(1, layers), k)]
        allowed = subsets if wiring == "dense" else [s for s in subsets if len(s) == layers - 1]
        assert product[-1, 0] == len(allowed) == expected


@pytest.mark.parametrize("wiring", ["dense", "plain net"])
def test_sensitivities_are_derivatives(wiring):
    parameters = {"dim": 5, "seed": 2, "gain": 0.9}
    outputs = residual._wired(parameters, wiring, 6)
    start = residual._wired_start(parameters)
    shown = residual.dense.build(steps=6, **parameters)[wiring].series["gradients"]
    differences = []
    for axis in 1e-6 * np.eye(5):
        ahead, behind = outputs(start + axis), outputs(start - axis)
        differences.append([(a - b) / 2e-6 for a, b in zip(ahead, behind, strict=True)])
    by_input = np.linalg.norm(differences, axis=(0, 2)) / 5**0.5
    assert shown[-1][:, 0] == pytest.approx(by_input, abs=1e-7)
    assert shown[3][4:].max() == 0
    assert np.triu(shown[-1], 1).max() == 0
    assert shown[-1].diagonal() == pytest.approx(np.ones(7))


def test_highway_is_a_blend_of_identity_and_jacobian():
    sequence = residual.highway.build(steps=10)[None]
    layers = sequence.series["layer"]
    assert layers[0] == pytest.approx(np.eye(16), abs=0)
    for step in range(11):
        assert layers[step] == pytest.approx((1 - step / 10) * np.eye(16) + step / 10 * layers[10], abs=1e-14)
    assert sequence.series["norm"][0] == 0


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "ReLU"])
def test_gradients_by_layer_are_those_of_the_loss(activation):
    parameters = {"dim": 6, "seed": 4, "activation": activation}
    sequence = residual.layer_gradients.build(steps=5, **parameters)[None]
    weights, function = residual._deep_weights(parameters, 5), ACTIVATIONS[activation].function
    start, target = residual._deep_ends(parameters)

    def loss(h):
        for matrix in weights:
            h = function(matrix @ h)
        return 0.5 * np.sum((h - target) ** 2)

    differences = [(loss(start + e) - loss(start - e)) / 2e-6 for e in 1e-6 * np.eye(6)]
    gradient = np.linalg.multi_dot(list(sequence.factors[::-1])) @ sequence.series["last gradient"][0]
    assert gradient == pytest.approx(np.array(differences), abs=1e-8)
    bars, marks = sequence.series["bars"], sequence.series["by complex steps"]
    assert bars[-1] == pytest.approx(marks[-1], abs=1e-9)
    # What the gradient has not reached has neither bar nor mark.
    assert (bars[2, :3] == 0).all()
    assert np.isnan(marks[2, :3]).all()


def test_sigmoids_starve_the_first_layers():
    ratios = {a: residual.layer_gradients.build(activation=a)[None].series["bars"][-1, 0] for a in ("sigmoid", "ReLU")}
    # No slope of the sigmoid is above 1/4.
    assert ratios["sigmoid"] < -10
    assert abs(ratios["ReLU"]) < 2
