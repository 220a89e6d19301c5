"""Three recipes that make an orthogonal matrix of a random one: U Vᵀ, U alone, and Q of QR."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, Numbers, Reached, Record, Seed, last_change, scene, show
from scenes.initialisation._factors import asymmetry, drawn, not_orthonormal, rounding

_NEAREST, _QR, _LEFT = "U Vᵀ", "Q of QR", "U alone"
_ROLES = {_NEAREST: "keep", _QR: "data", _LEFT: "vanish"}


def _by_qr(start: FloatArray, steps: int) -> FloatArray:
    """Return A on its way to Q of A = Q R, column after column, with the signs of R's diagonal."""
    q, r = np.linalg.qr(start)
    q = q * np.where(np.diagonal(r) < 0, -1.0, 1.0)
    columns = start.shape[1]
    way = np.tile(start, (steps + 1, 1, 1))
    for step in range(1, steps + 1):
        done = columns if step == steps else min(columns, 4 * step * columns // (3 * steps))
        way[step, :, :done] = q[:, :done]
    return way


def _make(steps: int, dim: int, extra: int, seed: int, keep: bool = True) -> dict[str, Record]:
    """Return A on its three ways; the first leaves Vᵀ off, as Lasagne's does, unless it is kept."""
    start = drawn(dim, extra, seed)
    u, values, vt = np.linalg.svd(start, full_matrices=False)
    left = values ** (1 - np.arange(steps + 1) / steps)[:, None]
    alone = u * left[:, None, :]
    nearest = alone @ (vt if keep else np.eye(dim))
    nearest[0] = alone[0] = start
    ways = {_NEAREST: nearest, _QR: _by_qr(start, steps), _LEFT: alone}
    return {
        label: Record(
            {
                "weights": way,
                "moved": way - start,
                "distance": np.linalg.norm(way - start, axis=(1, 2)),
            }
        )
        for label, way in ways.items()
    }


@scene(
    show("heatmap", of="moved", limits=(-2, 2), heading="change of A", roles=_ROLES),
    show(
        "series",
        of="distance",
        scale="linear",
        heading="distance from A",
        note="A = U Σ Vᵀ: turn × stretches × turn; QR: columns set at right angles, one by one",
        roles=_ROLES,
    ),
    title="Three ways to orthogonal weights",
    statement="three recipes set every stretch of a matrix to 1, and U Vᵀ is the orthogonal matrix nearest to it",
    opening="Orthogonal weights keep lengths. Which of three ways to them changes a random A least?",
    running="U Vᵀ: stretches go to 1, little by little. Q of QR: one column at a time. U alone: at once.",
    fps="10",
    covers=(32,),
)
def nearest_orthogonal(
    steps: Annotated[int, Bounds(1, 300)] = 48,
    dim: Annotated[int, Bounds(2, 64)] = 6,
    extra: Annotated[int, Bounds(0, 64)] = 2,
    seed: Seed = 0,
) -> dict[str, Record]:
    """Three ways from a random matrix to one with orthonormal columns, as orthogonal weights are made.

    ``U Vᵀ`` sets the singular values of ``A = U Σ Vᵀ`` to 1 and leaves its directions as they are. Lasagne's
    ``init.Orthogonal`` returns U alone (or Vᵀ, where there are fewer rows than columns): orthogonal, but no longer
    like A. PyTorch, TensorFlow and JAX take Q of ``A = Q R`` with the signs of R's diagonal, without which Q is not
    uniform (F. Mezzadri, "How to generate random matrices from the classical compact groups", Notices of the AMS 54,
    2007). K. Fan, A. J. Hoffman, "Some metric inequalities in the space of matrices", Proceedings of the AMS 6, 1955:
    U Vᵀ is nearest.

    Parameters
    ----------
    dim : int
        Columns of A.
    extra : int
        How many rows there are more than columns; with any, columns can be orthonormal, but rows cannot.
    """
    return _make(steps, dim, extra, seed)


@nearest_orthogonal.moment("<vanish>U alone</> leaves off the second turn of A: at once it is unlike A.")
def _(steps: int) -> int | None:
    return 1 if steps > 3 else None


@nearest_orthogonal.moment(
    "<data>Q of QR</> has all its columns now: each was set at right angles to those before it.",
    column=_QR,
    on="distance",
    note="all columns set",
)
def _(series: Mapping[str, FloatArray], steps: int) -> int | None:
    weights = series["weights"]
    last = last_change((weights == weights[-1]).all(axis=(1, 2)))
    return last if last and 3 < last < steps else None


@nearest_orthogonal.moment(
    "<keep>U Vᵀ</>, with both turns, stays nearest: {nearest:3}; <data>Q of QR {qr:3}</>, <vanish>U alone {left:3}</>."
)
def _(columns: Mapping[str, Numbers], steps: int) -> Reached:
    nearest, qr, left = (float(columns[label].series["distance"][-1]) for label in (_NEAREST, _QR, _LEFT))
    return Reached(steps, nearest=nearest, qr=qr, left=left)


def _untriangular(series: Mapping[str, FloatArray]) -> float:
    """Return how far Qᵀ A is from an upper triangle with a positive diagonal, which is R."""
    r = series["weights"][-1].T @ series["weights"][0]
    return max(float(np.abs(np.tril(r, -1)).max()), -float(np.diagonal(r).min()))


def _without_the_right(steps: int, dim: int, extra: int, seed: int) -> dict[str, Record]:
    """Return the same with U alone in the place of U Vᵀ: orthogonal, too, but not the nearest."""
    return _make(steps, dim, extra, seed, keep=False)


@nearest_orthogonal.claim("nearest: off / allowed", headline=True, counterexample=_without_the_right)
def _(columns: Mapping[str, Numbers]) -> Claimed:
    series = {label: columns[label].series for label in _ROLES}
    nearest = series[_NEAREST]["weights"]
    allowed = rounding(nearest)
    away = {label: float(numbers["distance"][-1]) for label, numbers in series.items()}
    off = [
        *(not_orthonormal(numbers["weights"][-1]) / allowed for numbers in series.values()),
        asymmetry(nearest[-1], nearest[0]) / allowed,
        _untriangular(series[_QR]) / allowed,
        away[_NEAREST] / (min(away[_QR], away[_LEFT]) + allowed),
    ]
    return Claimed(
        max(off),
        0.0,
        1.0,
        "All three have orthonormal columns, of the first Qᵀ A is symmetric and not negative, and none is nearer.",
    )


@nearest_orthogonal.claim("‖A − Q‖", column=_NEAREST)
def _(series: Mapping[str, FloatArray]) -> Claimed:
    # The trace of AᵀA, and the sum of singular values as that of square roots of eigenvalues.
    start = series["weights"][0]
    values = np.sqrt(np.maximum(np.linalg.eigvalsh(start.T @ start), 0))
    return Claimed(
        float(series["distance"][-1]),
        float(np.linalg.norm(values - 1)),
        1e-7,
        "Roots of eigenvalues near 0 are off by the root of eps.",
    )


@nearest_orthogonal.claim("below R's diagonal", column=_QR)
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed(_untriangular(series), 0.0, rounding(series["weights"]), "A factorisation rounds by about n · eps.")


for _label in _ROLES:

    @nearest_orthogonal.claim("largest |QᵀQ − I|", column=_label)
    def _(series: Mapping[str, FloatArray]) -> Claimed:
        weights = series["weights"]
        return Claimed(not_orthonormal(weights[-1]), 0.0, rounding(weights), "A factorisation rounds by about n · eps.")
