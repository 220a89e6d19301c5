"""Singular values of a random matrix on their way to 1."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, MatrixSequence, Reached, Seed, Trajectory, gaussian_matrix, scene, show


@scene(
    show("ring", of="circle", heading="a circle under A", note="most and least stretched"),
    show(
        "series",
        of="stretches",
        scale="linear",
        marks={"": 1.0},
        heading="its stretches",
        note="each step pulls them to 1",
    ),
    show("matrix", limits=(-1, 1), heading="A on its way", note="its directions stay"),
    title="The nearest orthogonal matrix",
    statement="every stretch of a matrix goes to 1, its directions stay: the nearest orthogonal matrix",
    opening="A random matrix A stretches some directions, shrinks others. A step pulls all towards 1.",
    fps="10",
    covers=(32,),
)
def nearest_orthogonal(
    steps: Annotated[int, Bounds(1, 300)] = 48,
    dim: Annotated[int, Bounds(2, 64)] = 8,
    seed: Seed = 0,
) -> MatrixSequence:
    """Singular values of a random matrix on their way to 1, which is how orthogonal weights are made.

    Every step multiplies by ``U diag(σ^(−1/T)) Uᵀ``, so that ``P_T = (A Aᵀ)^(−1/2) A = U Vᵀ``, the orthogonal
    factor of the polar decomposition. The other usual way is Q of ``A = Q R`` with the signs of R's diagonal.
    K. Fan, A. J. Hoffman, "Some metric inequalities in the space of matrices", Proceedings of the AMS 6, 1955.
    """
    start = gaussian_matrix(dim, seed)
    u, values, _ = np.linalg.svd(start)
    step = (u * values ** (-1 / steps)) @ u.T
    left = (1 - np.arange(steps + 1) / steps)[:, None]
    # The circle spanned by the directions stretched most and least.
    circle = np.zeros((steps + 1, 2, 2))
    circle[:, 0, 0], circle[:, 1, 1] = (values[[0, -1]] ** left).T
    series = {"stretches": values**left, "circle": circle}
    return MatrixSequence(np.broadcast_to(step, (steps, dim, dim)), initial=start, series=series)


def _rounding(start: FloatArray, steps: int) -> float:
    return float(16 * (steps + 1) * len(start) * np.finfo(float).eps * np.linalg.cond(start))


def _moved(product: Trajectory) -> float:
    """Return ``‖A − Q‖_F``, how far the last product is from the first."""
    return float(np.linalg.norm(product.matrix(product.steps) - product.sequence.initial))


def _signed_qr(start: FloatArray) -> FloatArray:
    """Return Q of ``A = Q R``, its signs such that R has a positive diagonal."""
    q, r = np.linalg.qr(start)
    return np.asarray(q * np.where(np.diagonal(r) < 0, -1.0, 1.0))


@nearest_orthogonal.moment(
    "Half way: the stretches, {first:3} to {second:3} at first, lie between {low:3} and {high:3} now."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    stretches, half = series["stretches"], steps // 2
    if half < 2:
        return None
    now = stretches[half]
    return Reached(half, first=stretches[0].min(), second=stretches[0].max(), low=now.min(), high=now.max())


@nearest_orthogonal.moment(
    "Every stretch is <keep>1</>: A is orthogonal now, and no orthogonal matrix is nearer to the first A."
)
def _(steps: int) -> int:
    return steps


@nearest_orthogonal.claim("largest |σ − 1|")
def _(product: Trajectory, steps: int) -> Claimed:
    values = np.linalg.svd(product.matrix(steps), compute_uv=False)
    return Claimed(
        float(np.abs(values - 1).max()),
        0.0,
        _rounding(product.sequence.initial, steps),
        "T roundings of about n · eps, enlarged by the condition of A.",
    )


@nearest_orthogonal.claim("‖A − Q‖")
def _(product: Trajectory, steps: int) -> Claimed:
    start = product.sequence.initial
    values = np.linalg.svd(start, compute_uv=False)
    return Claimed(
        _moved(product),
        float(np.sqrt(((values - 1) ** 2).sum())),
        _rounding(start, steps),
        "T roundings of about n · eps, enlarged by the condition of A.",
    )


@nearest_orthogonal.claim("QR is nearer by")
def _(product: Trajectory) -> Claimed:
    start = product.sequence.initial
    nearer = max(0.0, _moved(product) - float(np.linalg.norm(_signed_qr(start) - start)))
    return Claimed(nearer, 0.0, 1e-12, "No orthogonal matrix is nearer; rounding aside.")
