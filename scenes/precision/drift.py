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
    Reached,
    Seed,
    Trajectory,
    first_step,
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


def _every_tenth(factor: FloatArray, steps: int, mended: bool) -> FloatArray:
    """Return the powers 0, 10, 20, … of a matrix, multiplied one by one in its own format, shape (T + 1, n, n).

    Where they are mended, every tenth one is replaced by the nearest orthogonal matrix.
    """
    product, found = np.eye(len(factor), dtype=factor.dtype), np.empty((steps + 1, *factor.shape))
    for step in range(steps + 1):
        found[step] = product
        if mended:
            left, _, right = np.linalg.svd(product.astype(np.float64))
            product = (left @ right).astype(factor.dtype)
        for _ in range(_STRIDE):
            product = factor @ product
    return found


def _log10(sizes: FloatArray) -> FloatArray:
    """Return log10, NaN for zero."""
    return np.asarray(np.log10(np.where(sizes > 0, sizes, np.nan)))


@scene(
    show(
        "series",
        of={"exact": "exact", "stretches": "stretches"},
        theory=("exact",),
        scale="linear",
        x="products",
        counts="products",
        heading="stretches in float16",
        note="Q is orthogonal: all {dim} should stay 1",
        roles={"stretches": "explode"},
    ),
    show(
        "bars",
        of="digits",
        labels=tuple(FORMATS),
        heading="correct digits",
        note="of the worst stretch",
    ),
    title="Rounding adds up",
    statement="Q rounded to a format is not quite orthogonal: its powers drift, ten products a step",
    opening="Q only turns; rounded to a number format it also stretches a little. Does that add up?",
    counter="products {products}",
    fps="10",
    poster=1.0,
    covers=(28,),
    sensitive="rounding errors are what it shows",
)
def drift(
    steps: Annotated[int, Bounds(10, 100)] = 100,
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
    return _multiplied(steps, dim, seed, False)


def _multiplied(steps: int, dim: int, seed: int, mended: bool) -> MatrixSequence:
    turn = haar_orthogonal(dim, seed)
    found = {name: _every_tenth(turn.astype(kind), steps, mended) for name, kind in FORMATS.items()}
    stretches = {name: np.linalg.svd(products, compute_uv=False) for name, products in found.items()}
    off = {name: np.abs(found - 1).max(axis=1) for name, found in stretches.items()}
    series = {"stretches": stretches["float16"], "exact": np.ones(steps + 1)}
    series["off"] = off["float16"]
    # No format has more right digits than it has.
    digits = [-np.log10(np.maximum(off[name], np.finfo(kind).eps)) for name, kind in FORMATS.items()]
    series["digits"] = np.stack(digits, axis=1)
    series["products"] = _STRIDE * np.arange(steps + 1.0)
    for name, products in found.items():
        series[f"log10 {name}"] = _log10(np.array([_departure(product) for product in products]))
    return repeated(np.linalg.matrix_power(turn, _STRIDE), steps, series)


def _mended(steps: int, dim: int, seed: int) -> MatrixSequence:
    """Return the same with products that are brought back to an orthogonal matrix: nothing adds up."""
    return _multiplied(steps, dim, seed, True)


def _of_rounded_factor(name: str, steps: int, dim: int, seed: int) -> float:
    """Return the departure of a power of the factor as a format has it, multiplied by squaring in float64."""
    rounded = haar_orthogonal(dim, seed).astype(FORMATS[name]).astype(np.float64)
    return _departure(np.linalg.matrix_power(rounded, _STRIDE * steps))


@drift.claim("adds up, from the rounded Q: off / allowed", headline=True, counterexample=_mended)
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int) -> Claimed:
    off = []
    sizes = {name: 10 ** series[f"log10 {name}"] for name in FORMATS}
    for name in ("float16", "float32"):
        grown = float(sizes[name][-1] / sizes[name][1])
        beside = float(sizes[name][-1]) / _of_rounded_factor(name, steps, dim, seed)
        off += [0.1 * steps / grown, grown / (2 * steps), beside / 4, 0.25 / beside]
    # A format of so many more digits is off by so much less.
    off += [100 * float(sizes["float32"][-1] / sizes["float16"][-1])]
    off += [1e5 * float(sizes["float64"][-1] / sizes["float32"][-1])]
    return Claimed(
        max(off),
        0.0,
        1.0,
        "T times ten products are off T times as far, but for the products' own roundings: a tenth to twice of it; "
        "and as far as the rounded factor alone, to a factor of 4.",
    )


for _format in ("float16", "float32"):

    @drift.claim(f"departure, {_format}")
    def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int, name: str = _format) -> Claimed:
        return Claimed(
            float(10 ** series[f"log10 {name}"][-1]),
            _of_rounded_factor(name, steps, dim, seed),
            float((0.7 * (_STRIDE * steps) ** 0.5 + 1) * np.finfo(FORMATS[name]).eps),
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


@drift.moment(
    "After {products} products <explode>float16</> is off by more than 1 % in one direction.",
    otherwise="Within {steps} times ten products float16 is not off by 1 %.",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["off"] > 0.01)
    return None if step is None else Reached(step, products=_STRIDE * step)


@drift.moment("Correct digits after {products} products: {half} in float16, {single} in float32, {double} in float64.")
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    half, single, double = (int(count) for count in series["digits"][-1])
    return Reached(steps, products=_STRIDE * steps, half=half, single=single, double=double)
