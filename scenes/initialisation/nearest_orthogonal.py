"""Singular values of a random matrix on their way to 1."""

from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, MatrixSequence, Seed, Trajectory, gaussian_matrix, scene, show


@scene(
    show("matrix", limits=(-1, 1)),
    show("series", of="stretches", heading="singular values", scale="linear", marks={"": 1.0}),
    show("points", of="ellipse", heading="image of a circle"),
    "claims",
    title="The nearest orthogonal matrix",
    statement="A = U S Vᵀ: with every singular value at 1, U Vᵀ remains, the nearest orthogonal matrix",
    poster=0.5,
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
    # The circle spanned by the directions stretched most and least.
    angle = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    left = (1 - np.arange(steps + 1) / steps)[:, None]
    axes = values[0] ** left, values[-1] ** left
    ellipse = np.stack([axes[0] * np.cos(angle), axes[1] * np.sin(angle)], axis=2)
    series = {"stretches": values**left, "ellipse": ellipse}
    return MatrixSequence(np.broadcast_to(step, (steps, dim, dim)), initial=start, series=series)


def _rounding(start: FloatArray, steps: int) -> float:
    return float(16 * (steps + 1) * len(start) * np.finfo(float).eps * np.linalg.cond(start))


def _moved(product: Trajectory) -> float:
    """Return ``‖A − Q‖_F``, how far the last product is from the first."""
    return float(np.linalg.norm(product.matrix(product.steps) - product.sequence.initial))


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
    q, r = np.linalg.qr(start)
    signed = q * np.where(np.diagonal(r) < 0, -1.0, 1.0)
    nearer = max(0.0, _moved(product) - float(np.linalg.norm(signed - start)))
    return Claimed(nearer, 0.0, 1e-12, "No orthogonal matrix is nearer; rounding aside.")
