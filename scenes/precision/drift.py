"""What rounding makes of the powers of an orthogonal matrix."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    FORMATS,
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Seed,
    Trajectory,
    haar_orthogonal,
    repeated,
    scene,
    show,
)

# Multiplications a step: a thousand of them in a film of ten seconds.
_STRIDE = 10


def _departure(product: FloatArray) -> float:
    """Return ``‖PᵀP − I‖_F / √n``, the root mean square over columns of what ``PᵀP − I`` leaves of them."""
    return float(np.linalg.norm(product.T @ product - np.eye(len(product))) / len(product) ** 0.5)


def _every_tenth(factor: FloatArray, steps: int) -> FloatArray:
    """Return the powers 0, 10, 20, … of a matrix, multiplied one by one in its own format, shape (T + 1, n, n)."""
    product, found = np.eye(len(factor), dtype=factor.dtype), np.empty((steps + 1, *factor.shape))
    for step in range(steps + 1):
        found[step] = product
        for _ in range(_STRIDE):
            product = factor @ product
    return found


def _log10(sizes: FloatArray) -> FloatArray:
    """Return log10, NaN for zero."""
    return np.asarray(np.log10(np.where(sizes > 0, sizes, np.nan)))


@scene(
    show("series", of={name: f"log10 {name}" for name in FORMATS}, heading="‖PᵀP − I‖_F / √n"),
    show("series", of="singular values in float16", heading="singular values in float16", scale="linear"),
    show("readout", of={name: f"log10_change_{name}" for name in FORMATS}, heading="| ‖P‖_F / √n − 1 |"),
    "claims",
    title="Drift of an orthogonal product",
    statement="Q rounded to a format is not quite orthogonal: its powers drift, ten products a step",
    poster=1.0,
    fps="10",
    covers=(28,),
)
def drift(
    steps: Annotated[int, Bounds(0, 100)] = 100,
    dim: Annotated[int, Bounds(4, 24)] = 16,
    seed: Seed = 0,
) -> MatrixSequence:
    """Powers of an orthogonal matrix in float16, float32 and float64: a thousand products, and how far they drift.

    Nothing overflows here. What drifts is the rounded factor: its singular values are off 1 by about eps, and that is
    raised to the power. A step of the film is ten products, and so its factor is ``Q¹⁰``.

    Parameters
    ----------
    steps : int
        Number of steps, of ten multiplications each.
    """
    turn = haar_orthogonal(dim, seed)
    found = {name: _every_tenth(turn.astype(kind), steps) for name, kind in FORMATS.items()}
    series = {"singular values in float16": np.linalg.svd(found["float16"], compute_uv=False)}
    for name, products in found.items():
        series[f"log10 {name}"] = _log10(np.array([_departure(product) for product in products]))
        series[f"log10_change_{name}"] = _log10(np.abs(np.linalg.norm(products, axis=(1, 2)) / dim**0.5 - 1))
    return repeated(np.linalg.matrix_power(turn, _STRIDE), steps, series)


for _format in ("float16", "float32"):

    @drift.claim(f"departure, {_format}")
    def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int, name: str = _format) -> Claimed:
        kind = FORMATS[name]
        rounded = haar_orthogonal(dim, seed).astype(kind).astype(np.float64)
        return Claimed(
            float(10 ** series[f"log10 {name}"][-1]) if steps else 0.0,
            _departure(np.linalg.matrix_power(rounded, _STRIDE * steps)),
            float((0.7 * (_STRIDE * steps) ** 0.5 + 1) * np.finfo(kind).eps),
            "Rounding the factor counts at every product; the products' own roundings go up and down, as √t · eps.",
        )


@drift.claim("departure, float64")
def _(product: Trajectory, steps: int, dim: int) -> Claimed:
    return Claimed(
        float(product.orthogonality_drift(steps) / dim**0.5),
        0.0,
        float(6 * (_STRIDE * steps + 1) * np.finfo(float).eps),
        "The factor and each of its products are off by some eps.",
    )
