"""Powers of a Jordan block: a polynomial in t times the power of the one eigenvalue."""

from collections.abc import Mapping
from math import comb, log10
from typing import Annotated, Any

import numpy as np

from scenes._matrices import jordan_block
from scenes._scene import Bounds, Claim, Steps, scene, show
from scenes._sequence import MatrixSequence, repeated


def _corner(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return log10 of the entry at the top right."""
    mantissa, exponent = trajectory.product(trajectory.steps)
    entry = abs(float(mantissa[0, -1]))
    return log10(entry) + exponent * log10(2.0) if entry else -1.0


def _binomial(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return log10 of C(T, n − 1) λ^(T − n + 1), or −1 where the entry is 0."""
    last = parameters["dim"] - 1
    count, power = comb(trajectory.steps, last), trajectory.steps - last
    # math.log10 takes integers of any size.
    return log10(count) + power * log10(parameters["eigenvalue"]) if count else -1.0


def _rounding(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(4 * max(trajectory.steps, 1) * np.finfo(float).eps)


@scene(
    show("matrix", limits=(-50, 50)),
    "norms",
    "eigenvalues",
    "claims",
    title="Jordan block",
    statement="every eigenvalue is {eigenvalue}, but there are too few eigenvectors: powers are a polynomial times λᵗ",
    claims=(
        Claim(
            "log10 of the corner",
            _corner,
            _binomial,
            _rounding,
            "Each of T sums of two numbers rounds by eps / 2, on both sides of the comparison.",
        ),
    ),
    poster=0.5,
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
    return repeated(jordan_block(dim, eigenvalue), steps)
