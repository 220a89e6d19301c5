"""Powers of a Jordan block: a polynomial in t times the power of the one eigenvalue."""

from math import comb, log10
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    MatrixSequence,
    Reached,
    Steps,
    Trajectory,
    first_step,
    jordan_block,
    repeated,
    scene,
    show,
)


@scene(
    show("matrix", limits=(-50, 50)),
    show(
        "series",
        of={"": "log10_spectral_norm", "λᵗ alone": "alone"},
        theory=("λᵗ alone",),
        heading="size of Jᵗ",
        note="how far it stretches a vector",
    ),
    title="Jordan block",
    statement="every eigenvalue is {eigenvalue}, but there are too few eigenvectors: powers are a polynomial times λᵗ",
    opening="Every eigenvalue λ of J is {eigenvalue}. By that alone its powers have size λᵗ. Do they?",
    running="The diagonal is λᵗ. Above it every step adds entries together: λᵗ times powers of t.",
    symbol="J",
    explain=3,
    covers=(15,),
)
def jordan(
    steps: Steps = 64,
    dim: Annotated[int, Bounds(2, 64)] = 3,
    eigenvalue: Annotated[float, Bounds(0.1, 2)] = 1.0,
) -> MatrixSequence:
    """Powers of a Jordan block: the norm goes like t^(n − 1) λᵗ, so that it grows even with λ = 1.

    Parameters
    ----------
    eigenvalue : float
        The eigenvalue λ, on the diagonal; 1 stands above it.
    """
    alone = np.arange(steps + 1) * np.log10(eigenvalue)
    return repeated(jordan_block(dim, eigenvalue), steps, {"alone": alone})


@jordan.moment(
    "Step {step}: size {size:3}, over 100 times λᵗ = {diagonal:3}: entries above the diagonal add up.",
    on="log10_spectral_norm",
    note="over 100 times λᵗ",
)
def _(product: Trajectory, steps: int, eigenvalue: float) -> Reached | None:
    step = first_step(product.log10_spectral_norm >= 2 + np.arange(steps + 1) * np.log10(eigenvalue))
    if step is None or abs(product.log10_spectral_norm[step]) > 9:
        return None
    return Reached(step, size=float(10 ** product.log10_spectral_norm[step]), diagonal=float(eigenvalue**step))


@jordan.moment("Size {size:log10}, λᵗ alone {diagonal:log10}: what adds up above the diagonal is λᵗ times powers of t.")
def _(product: Trajectory, steps: int, eigenvalue: float) -> Reached | None:
    if not steps:
        return None
    return Reached(steps, size=float(product.log10_spectral_norm[-1]), diagonal=float(steps * np.log10(eigenvalue)))


@jordan.claim("log10 of the corner")
def _(product: Trajectory, steps: int, dim: int, eigenvalue: float) -> Claimed:
    mantissa, exponent = product.product(steps)
    entry, count = abs(float(mantissa[0, -1])), comb(steps, dim - 1)
    # C(T, n − 1) λ^(T − n + 1), or −1 where the entry is 0; math.log10 takes integers of any size.
    return Claimed(
        log10(entry) + exponent * log10(2.0) if entry else -1.0,
        log10(count) + (steps - dim + 1) * log10(eigenvalue) if count else -1.0,
        float(4 * max(steps, 1) * np.finfo(float).eps),
        "Each of T sums of two numbers rounds by eps / 2, on both sides of the comparison.",
    )


def _diagonal(steps: int, dim: int, eigenvalue: float) -> MatrixSequence:
    """Return powers of a matrix with the same eigenvalue and as many eigenvectors as rows."""
    return repeated(np.eye(dim) * eigenvalue, steps)


@jordan.claim("entries: off / allowed", headline=True, counterexample=_diagonal)
def _(product: Trajectory, steps: int, dim: int, eigenvalue: float) -> Claimed:
    worst, (mantissa, exponent) = 0.0, product.product(steps)
    for column in range(dim):
        for row in range(dim):
            entry, count = abs(float(mantissa[row, column])), comb(steps, column - row) if column >= row else 0
            if not entry or not count:
                worst = max(worst, float("inf") if bool(entry) != bool(count) else 0.0)
                continue
            # C(T, j − i) λ^(T − j + i) stands in row i and column j.
            expected = log10(count) + (steps - column + row) * log10(eigenvalue)
            found = log10(entry) + exponent * log10(2.0)
            worst = max(worst, abs(found - expected) / (4 * np.finfo(float).eps * (max(steps, 1) + abs(expected))))
    return Claimed(worst, 0.0, 1.0, "Each of T sums of two numbers rounds by eps / 2, and so do the logarithms.")
