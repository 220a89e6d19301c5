"""Three ways to an orthogonal matrix, against an iteration, Gram and Schmidt, NumPy's vectors, and 200 others."""

import numpy as np
import pytest

from render.pipeline.claims import judge
from scenes import Record, haar_orthogonal
from scenes.initialisation.nearest_orthogonal import nearest_orthogonal

NEAREST, QR, LEFT = "U Vᵀ", "Q of QR", "U alone"
SHAPES = [(2, 0), (5, 3), (12, 1)]


def ends(dim, extra, seed=4):
    """Return A, and what the three recipes make of it."""
    ways = {label: record.series["weights"] for label, record in nearest_orthogonal.build(dim=dim, extra=extra).items()}
    assert all(np.array_equal(way[0], ways[QR][0]) for way in ways.values())
    return ways[QR][0], ways[NEAREST][-1], ways[QR][-1], ways[LEFT][-1]


@pytest.mark.parametrize(("dim", "extra"), SHAPES)
def test_the_first_is_the_orthogonal_factor_and_none_is_nearer(dim, extra):
    start, nearest, _, _ = ends(dim, extra)
    assert start.shape == (dim + extra, dim)
    # N. J. Higham's iteration for the polar decomposition, begun small enough to converge.
    polar = start / np.linalg.norm(start)
    for _ in range(60):
        polar = 1.5 * polar - 0.5 * polar @ polar.T @ polar
    assert nearest == pytest.approx(polar, abs=1e-9)
    others = [haar_orthogonal((dim + extra, dim), seed) for seed in range(200)]
    assert min(np.linalg.norm(start - q) for q in others) > np.linalg.norm(start - nearest)


@pytest.mark.parametrize(("dim", "extra"), SHAPES)
def test_qr_is_what_gram_and_schmidt_make(dim, extra):
    start, _, by_qr, _ = ends(dim, extra)
    made = []
    for column in start.T:
        for _ in range(2):
            column = column - sum((q * (q @ column) for q in made), np.zeros_like(column))
        made.append(column / np.linalg.norm(column))
    assert by_qr == pytest.approx(np.stack(made, axis=1), abs=1e-10)


@pytest.mark.parametrize(("dim", "extra"), SHAPES)
def test_lasagne_returns_eigenvectors_of_the_covariance(dim, extra):
    start, nearest, _, left = ends(dim, extra)
    covariance = start @ start.T
    values = np.linalg.eigvalsh(covariance)[::-1][:dim]
    assert covariance @ left == pytest.approx(left * values, abs=1e-12)
    assert np.linalg.norm(left - nearest) > 0.5


def test_without_the_signs_qr_is_not_uniform():
    # Householder's reflections never leave a positive first entry; with the signs of R's diagonal half of them are.
    first = np.array(
        [np.linalg.qr(np.random.default_rng(seed).standard_normal((4, 4)))[0][0, 0] for seed in range(200)]
    )
    fixed = np.array([haar_orthogonal(4, seed)[0, 0] for seed in range(200)])
    assert (first > 0).sum() == 0
    # Five deviations of a binomial number.
    assert abs((fixed > 0).sum() - 100) < 5 * np.sqrt(50)


def changed(label, change):
    """Return whether the headline holds where one recipe's last matrix is another one."""
    records = dict(nearest_orthogonal.build())
    weights = np.array(records[label].series["weights"])
    weights[-1] = change(weights[-1])
    distance = np.linalg.norm(weights - weights[0], axis=(1, 2))
    records[label] = Record({"weights": weights, "distance": distance})
    return judge([nearest_orthogonal.headline], records, nearest_orthogonal.resolve())[0].holds


@pytest.mark.parametrize("label", [NEAREST, QR, LEFT])
def test_the_headline_is_false_of_nine_tenths_and_of_a_wrong_sign(label):
    assert changed(label, lambda q: q)
    assert not changed(label, lambda q: 0.9 * q)
    if label != LEFT:
        # Still orthogonal; U has no sign of its own.
        assert not changed(label, lambda q: q * np.where(np.arange(q.shape[1]) == 2, -1.0, 1.0))
