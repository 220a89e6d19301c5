"""Scenes of powers and formats: when a norm comes to a threshold, how fast it halves or doubles, how far it drifts."""

import numpy as np
import pytest

from render.claims import judge
from render.simulator import simulate
from scenes import MatrixSequence, fibonacci, haar_orthogonal, precision, products, residual
from scenes.exploding import exploding
from scenes.vanishing import vanishing


def film(scene, **values):
    parameters = scene.resolve(**values)
    trajectory = simulate(scene.build(**parameters)[None])
    return trajectory, {v.claim: v for v in judge(scene.claims, {None: trajectory}, parameters)}


@pytest.mark.parametrize("seed", range(5))
def test_the_first_step_below_a_thousandth(seed):
    trajectory, verdicts = film(vanishing, seed=seed, steps=80)
    powers = [np.linalg.matrix_power(trajectory.sequence.factor, t) for t in range(81)]
    first = next(t for t, power in enumerate(powers) if np.linalg.norm(power, 2) < 1e-3)
    found = verdicts["below 1/1000 at step"]
    assert found.value == found.expected == first
    # Within the 64 steps of the film.
    assert first <= 64
    half = verdicts["half-life in steps"].value
    assert 0.88**half == pytest.approx(0.5, rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_the_first_step_above_a_thousand(seed):
    trajectory, verdicts = film(exploding, seed=seed, steps=80)
    powers = [np.linalg.matrix_power(trajectory.sequence.factor, t) for t in range(81)]
    first = next(t for t, power in enumerate(powers) if np.linalg.norm(power, 2) > 1e3)
    found = verdicts["above 1,000 at step"]
    assert found.value == found.expected == first <= 64
    assert 1.12 ** verdicts["doubling time in steps"].value == pytest.approx(2, rel=1e-9)


@pytest.mark.parametrize(("radius", "steps"), [(0.001, 5), (0.999, 300), (0.5, 3)])
def test_thresholds_that_are_never_reached_or_at_once(radius, steps):
    trajectory, verdicts = film(vanishing, spectral_radius=radius, steps=steps, dim=3)
    found = verdicts["below 1/1000 at step"]
    assert found.holds
    below = trajectory.log10_spectral_norm < -3
    assert found.value == (below.argmax() if below.any() else steps + 1)


@pytest.mark.parametrize("name", ["float16", "float32"])
def test_a_thousand_products_drift_as_the_rounded_factor_says(name):
    kind, eps = precision._FORMATS[name], np.finfo(precision._FORMATS[name]).eps
    for seed in range(5):
        trajectory, verdicts = film(precision.drift, seed=seed)
        factor, product = haar_orthogonal(16, seed).astype(kind), np.eye(16, dtype=kind)
        for _ in range(1000):
            product = factor @ product
        gram = product.astype(float).T @ product.astype(float)
        found = verdicts[f"departure, {name}"]
        assert found.value == pytest.approx(np.linalg.norm(gram - np.eye(16)) / 4, rel=1e-9)
        # The rounding of the factor by itself, from its singular values raised to the power.
        assert found.value > 30 * eps
        moduli = np.abs(np.linalg.eigvals(factor.astype(float)))
        assert found.expected == pytest.approx(np.sqrt(np.mean((moduli**2000 - 1) ** 2)), rel=0.05)
        change = np.linalg.norm(product.astype(float)) / 4 - 1
        assert 10 ** trajectory.sequence.series[f"log10_change_{name}"][-1] == pytest.approx(abs(change), rel=1e-6)


@pytest.mark.parametrize(
    ("scene", "claim"),
    [
        (vanishing, "below 1/1000 at step"),
        (vanishing, "half-life in steps"),
        (exploding, "above 1,000 at step"),
        (precision.precision, "log10 norm at last"),
        (precision.drift, "departure, float64"),
        (fibonacci.fibonacci_spectrum, "QΛᵗQ⁻¹ − Fᵗ"),
        (residual.residual, "log10 norm at last"),
        (products.gaussian_product, "Σ log10 of all σ"),
    ],
)
@pytest.mark.parametrize("at", [0, -1])
def test_one_wrong_factor_makes_a_claim_of_the_product_false(scene, claim, at):
    parameters = scene.resolve()
    sequence = scene.build(**parameters)[None]
    factors = np.array(sequence.factors)
    factors[at] *= 1.5
    spoiled = simulate(MatrixSequence(factors, sequence.initial, sequence.series))
    verdicts = {v.claim: v for v in judge(scene.claims, {None: spoiled}, parameters)}
    assert not verdicts[claim].holds
