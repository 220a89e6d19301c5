"""Products of random matrices against what is known of them exactly; the textbook's gradient."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from films import fitting

from render.claims import judge
from render.simulator import simulate
from scenes import products
from scenes.textbook import textbook


def film(scene, **values):
    parameters = scene.resolve(**values)
    trajectory = simulate(scene.build(**parameters)[None])
    return trajectory, {v.claim: v for v in judge(scene.claims, {None: trajectory}, parameters)}


SCENES = [getattr(products, n) for n in ("critical_scale", "same_or_fresh", "product_bound", "log_space")]


@pytest.mark.parametrize("scene", [*SCENES, textbook, products.gaussian_product])
@pytest.mark.parametrize("seed", range(100, 120))
def test_claims_hold_for_twenty_seeds(scene, seed):
    values = fitting(scene, seed=seed, steps=40)
    assert all(v.holds for v in film(scene, **values)[1].values())


@pytest.mark.parametrize("scene", [*SCENES, textbook, products.gaussian_product])
@pytest.mark.parametrize(("steps", "dim"), [(0, 2), (1, 3), (2, 2), (3, 5), (300, 2)])
def test_claims_hold_for_any_length(scene, steps, dim):
    assert all(v.holds for v in film(scene, **fitting(scene, steps=steps, dim=dim, seed=7))[1].values())


@pytest.mark.parametrize("halves", range(1, 40))
def test_polygamma_functions(halves):
    assert products.digamma(halves) == pytest.approx(float(mpmath.digamma(mpmath.mpf(halves) / 2)), rel=1e-13)
    assert products.trigamma(halves) == pytest.approx(float(mpmath.psi(1, mpmath.mpf(halves) / 2)), rel=1e-13)


def test_growth_of_gaussian_products():
    # (ln 2 + ψ(2)) / 2 and the scale that makes up for it, for 4 × 4 matrices.
    assert products.lyapunov_exponent(4) == pytest.approx(0.558, abs=5e-4)
    assert np.exp(-products.lyapunov_exponent(4)) == pytest.approx(0.572, abs=5e-4)
    logs = np.log(np.linalg.norm(np.random.default_rng(0).standard_normal((200_000, 4)), axis=1))
    error = 4.5 * np.sqrt(products.trigamma(4) / 4 / 200_000)
    assert logs.mean() == pytest.approx(products.lyapunov_exponent(4), abs=error)
    # For entries of variance 1/n a fresh product loses about 0.22/n decades a step, for small n a little more.
    for n, within in ((64, 0.02), (16, 0.05), (2, 0.2)):
        lost = (products.lyapunov_exponent(n) - np.log(n) / 2) / np.log(10)
        assert lost == pytest.approx(-0.22 / n, rel=within)


def test_a_hundred_gaussian_matrices():
    trajectory, verdicts = film(products.gaussian_product)
    assert trajectory.steps == 100
    # The first frame is one matrix, not the identity.
    assert not np.array_equal(trajectory.matrix(0), np.eye(4))
    assert verdicts["log10 norm, mean"].expected == pytest.approx(25.0, abs=0.05)
    assert verdicts["log10 σ₁/σ₂, mean"].expected == pytest.approx(8.86, abs=0.01)
    # The ratio drawn is that of the trajectory's own singular values.
    known = trajectory.log10_singular_values
    assert trajectory.sequence.series["ratio"] == pytest.approx(known[:, 0] - known[:, 1], abs=1e-6)
    volume = verdicts["Σ log10 of all σ"]
    assert volume.expected == pytest.approx(
        np.log10(np.abs(np.linalg.det(products._filmed_factors({"steps": 100, "dim": 4, "seed": 0})))).sum()
    )
    assert volume.value == pytest.approx(known[-1].sum())
    # Rank one: every column is a multiple of the first.
    assert np.abs(trajectory.sequence.series["cosines"][-1]) == pytest.approx(np.ones((4, 4)), abs=1e-9)
    assert trajectory.sequence.series["axes"].sum(axis=1) == pytest.approx(
        np.arange(1, 102) * sum(products.lyapunov_exponent(4, k) for k in range(1, 5)) / np.log(10)
    )


def test_second_compounds_hold_the_two_largest_singular_values():
    stack = np.random.default_rng(3).standard_normal((5, 4, 4))
    sizes = np.linalg.svd(stack, compute_uv=False)
    assert np.linalg.norm(products._pairs(stack), 2, axis=(1, 2)) == pytest.approx(sizes[:, 0] * sizes[:, 1])
    assert products._pairs(stack[:1] @ stack[1:2]) == pytest.approx(
        products._pairs(stack[:1]) @ products._pairs(stack[1:2])
    )


def test_slopes_change_sign_at_the_critical_scale():
    trajectory, verdicts = film(products.critical_scale, steps=300)
    slopes = trajectory.sequence.series["slopes"][-1]
    away = np.abs(products._SCALES - 1) > 0.05
    assert (np.sign(slopes) == np.sign(products._SCALES - 1))[away].all()
    assert verdicts["critical scale"].value == pytest.approx(0.572, abs=0.006)
    apart = trajectory.sequence.series["above"] - trajectory.sequence.series["level"]
    assert apart[-1] == pytest.approx(np.full(24, 300 * np.log10(1.25)))


def test_powers_follow_the_spectral_radius():
    trajectory, _ = film(products.same_or_fresh, steps=300, dim=5, seed=2)
    matrices = products._repeated_matrices(5, 2)
    radii = np.abs(np.linalg.eigvals(matrices)).max(axis=1)
    assert trajectory.sequence.series["same"][-1] / 300 == pytest.approx(np.log10(radii), abs=0.02)
    direct = np.linalg.norm(np.linalg.matrix_power(matrices[3], 9)[:, 0])
    assert trajectory.sequence.series["same"][9, 3] == pytest.approx(np.log10(direct))


def test_two_radii_of_zero_make_four():
    a = np.array([[0, 2], [0, 0]])
    assert np.linalg.eigvals(a).tolist() == [0, 0]
    assert sorted(np.linalg.eigvals(a @ a.T)) == [0, 4]
    assert products._turned(-products._NILPOTENT, 90.0) == pytest.approx(a.T, abs=1e-15)
    trajectory, verdicts = film(products.product_bound)
    assert trajectory.sequence.series["radius"][90] == pytest.approx(4)
    assert trajectory.sequence.series["AB"][90] == pytest.approx(np.diag([4, 0]), abs=1e-14)
    assert verdicts["bound exceeded"].value == 0
    assert (trajectory.sequence.series["random radius"] < trajectory.sequence.series["random bound"]).all()


def test_probabilities_underflow_format_by_format():
    trajectory, verdicts = film(products.log_space)
    values = products._probabilities(180, 0, 0.01)
    assert values.max() <= 0.5
    exact = Fraction(1)
    for value in values:
        exact *= Fraction(float(value))
    true = (mpmath.log(exact.numerator) - mpmath.log(exact.denominator)) / mpmath.log(10)
    assert trajectory.log10_spectral_norm[-1] == pytest.approx(float(true), rel=1e-13)
    ends = [verdicts[f"{name} is 0 from step"].value for name in ("float16", "float32", "float64")]
    assert ends == sorted(ends)
    assert trajectory.sequence.series["float64"][-1] == 0
    series = trajectory.sequence.series
    sizes = np.log10(series["mantissa"]) + series["exponent"] * np.log10(2)
    assert sizes == pytest.approx(trajectory.log10_spectral_norm)


def test_the_textbook_norms():
    # As the book prints them for np.random.seed(3), N = 2, H = 3.
    printed = [2.4684068094579303, 3.3357049741610365, 4.783279375373182, 6.279587332087612, 8.080776465019053]
    trajectory, verdicts = film(textbook)
    series = trajectory.sequence.series
    assert 10 ** series["norm"][1:6] == pytest.approx(printed, rel=1e-12)
    random = np.random.RandomState(3)
    weights = random.randn(3, 3)
    assert np.array_equal(trajectory.sequence.factor, weights)
    dh = np.ones((2, 3))
    for step in range(1, 21):
        dh = np.dot(dh, weights.T * 0.5)
        assert 10 ** series["scaled norm"][step] == pytest.approx(np.sqrt(np.sum(dh**2)) / 2, rel=1e-12)
    assert series["norm"][-1] > 2 > 0 > -3 > series["scaled norm"][-1]
    assert verdicts["decades per step"].expected == pytest.approx(np.log10(1.2552), abs=1e-4)
