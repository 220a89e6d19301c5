"""Stretches set to 1: against Higham's iteration, eigenvalues of the covariance, and what spoils them."""

import numpy as np
import pytest
from films import study_of

from render.pipeline.claims import judge
from scenes import Record
from scenes.initialisation.svd_orthogonal import svd_orthogonal

PARTS = {"U": 0, "Σ": 11, "Vᵀ": 22, "W": 33}


def part(picture, name, rows):
    """Return a matrix of the picture."""
    return picture[:rows, PARTS[name] : PARTS[name] + 6]


@pytest.mark.parametrize("extra", [0, 3, 24])
def test_the_last_weights_are_the_polar_factor(extra):
    weights = svd_orthogonal.build(extra=extra, seed=4)[None].series["weights"]
    assert weights[0].shape == (6 + extra, 6)
    # N. J. Higham's iteration for the polar decomposition, begun small enough to converge.
    polar = weights[0] / np.linalg.norm(weights[0])
    for _ in range(80):
        polar = 1.5 * polar - 0.5 * polar @ polar.T @ polar
    assert weights[-1] == pytest.approx(polar, abs=1e-9)


@pytest.mark.parametrize("extra", [0, 5])
def test_the_picture_holds_factors_and_their_product_at_every_step(extra):
    series, rows = svd_orthogonal.build(extra=extra, steps=7)[None].series, 6 + extra
    for picture, stretches, weights in zip(series["pictures"], series["stretches"], series["weights"], strict=True):
        u, middle, vt = part(picture, "U", rows), part(picture, "Σ", 6), part(picture, "Vᵀ", 6)
        assert u.T @ u == pytest.approx(np.eye(6), abs=1e-14)
        assert vt @ vt.T == pytest.approx(np.eye(6), abs=1e-14)
        assert np.array_equal(middle, np.diag(stretches))
        assert u @ middle @ vt == pytest.approx(weights, abs=1e-14)
        assert np.array_equal(part(picture, "W", rows), weights)
    # The first ones are roots of the eigenvalues of AᵀA.
    first = series["weights"][0]
    assert series["stretches"][0][::-1] ** 2 == pytest.approx(np.linalg.eigvalsh(first.T @ first), abs=1e-14)
    assert series["stretches"][-1] == pytest.approx(np.ones(6), abs=1e-15)


@pytest.mark.parametrize("extra", [0, 5])
def test_ten_multiplications_are_the_fifth_power_of_the_covariance(extra):
    series = svd_orthogonal.build(extra=extra, steps=4)[None].series
    for weights, logs in zip(series["weights"], series["ten in a row"], strict=True):
        values = np.linalg.eigvalsh(np.linalg.matrix_power(weights.T @ weights, 5))[::-1]
        assert 10**logs == pytest.approx(values, rel=1e-9, abs=1e-13 * values[0])


def test_stretches_of_nine_tenths_are_not_kept():
    found = study_of("svd_orthogonal")
    verdicts = [
        judge([svd_orthogonal.headline], run.columns, run.parameters)[0] for run in (found, found.counterexample())
    ]
    assert [verdict.holds for verdict in verdicts] == [True, False]


@pytest.mark.parametrize(
    ("name", "change", "claim"),
    [
        # One stretch that is not set, entries forgotten, a turn left off, a sign, and nine multiplications.
        ("weights", lambda w, u: w + 0.01 * np.outer(u[:, 0], u[:, 0] @ w), "ten multiplications: off / allowed"),
        ("weights", lambda w, u: np.where(np.abs(w) < 0.05, 0.0, w), "ten multiplications: off / allowed"),
        ("weights", lambda w, u: u, "Wᵀ A less its transpose"),
        ("weights", lambda w, u: w.T, "Wᵀ A less its transpose"),
        ("weights", lambda w, u: -w, "Wᵀ A less its transpose"),
        ("ten in a row", lambda logs, u: logs + 0.01, "largest of ten / tenth power"),
    ],
)
def test_what_is_spoiled_is_found(name, change, claim):
    found = study_of("svd_orthogonal")
    series = dict(found.columns[None].series)
    changed, u = np.array(series[name]), part(series["pictures"][0], "U", 6)
    changed[-1] = change(changed[-1], u)
    columns = {None: Record(series | {name: changed})}
    assert claim in [v.claim for v in judge(svd_orthogonal.claims, columns, found.parameters) if not v.holds]
