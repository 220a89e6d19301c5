"""One turn at three sizes: eigenvalues inside, on and outside the unit circle."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    MatrixSequence,
    Reached,
    Trajectory,
    first_step,
    repeated,
    rotation_matrix,
    scene,
    show,
)
from scenes.powers._common import ring, ring_error

_EPS = float(np.finfo(float).eps)
_DEGREES = 7.5
# The modulus of every column's eigenvalues is the scene's parameter to this power.
_POWERS = {"|λ| < 1": 1, "|λ| = 1": 0, "|λ| > 1": -1}


@scene(
    show("points", of="ring", heading="a ring of points", reach=2.0, trail=True, turning=True),
    show("norms", heading="size of Wᵗ"),
    title="Inside, on, outside the circle",
    statement="the same turn three times; only the modulus of the eigenvalues differs",
    opening="The same turn three times. Only the modulus of the eigenvalues λ differs.",
    running="<vanish>Inside the circle points spiral in</>, <keep>on it they go round</>, "
    "<explode>outside they spiral out</>.",
    smooth=True,
    covers=(15,),
)
def trichotomy(
    steps: Annotated[int, Bounds(0, 2_000)] = 64,
    modulus: Annotated[float, Bounds(0.5, 0.999)] = 0.97,
) -> dict[str, MatrixSequence]:
    """Three scaled turns: a ring of points vanishes, keeps its size, or explodes.

    Parameters
    ----------
    modulus : float
        Modulus of the eigenvalues that are inside the circle; those outside have its reciprocal.
    """
    turn = rotation_matrix(np.deg2rad(_DEGREES))
    factors = {"|λ| < 1": modulus * turn, "|λ| = 1": turn, "|λ| > 1": turn / modulus}
    return {label: repeated(factor, steps, {"ring": ring(factor, steps)}) for label, factor in factors.items()}


@trichotomy.moment(
    "After {step} steps: <vanish>{left:%} of the ring's size is left</>, <keep>all of it</>, "
    "<explode>{grown:3} times as much</>."
)
def _(columns: Mapping[str, Trajectory], steps: int) -> Reached | None:
    step = first_step(columns["|λ| > 1"].log10_spectral_norm >= np.log10(2))
    if step is None:
        return None
    sizes = (float(10 ** columns[label].log10_spectral_norm[step]) for label in ("|λ| < 1", "|λ| > 1"))
    return Reached(step, **dict(zip(("left", "grown"), sizes, strict=True)))


@trichotomy.moment(
    "<vanish>|λ| below 1: {left:%} is left.</> <keep>|λ| = 1: all.</> "
    "<explode>|λ| above 1: {grown:log10} times as much.</>"
)
def _(columns: Mapping[str, Trajectory], steps: int) -> Reached | None:
    left, grown = (float(columns[label].log10_spectral_norm[-1]) for label in ("|λ| < 1", "|λ| > 1"))
    return Reached(steps, left=10**left, grown=grown) if steps else None


for _label, _power in _POWERS.items():

    @trichotomy.claim("log10 norm at last", column=_label)
    def _(product: Trajectory, steps: int, modulus: float, power: int = _power) -> Claimed:
        return Claimed(
            float(product.log10_spectral_norm[-1]),
            float(power * steps * np.log10(modulus)),
            4 * (steps + 1) * _EPS,
            "A turn is normal, so the norm is |λ|^T; each multiplication rounds by about eps.",
        )


def _another_turn(steps: int, modulus: float) -> dict[str, MatrixSequence]:
    """Return the same with a matrix outside the circle that turns the other way."""
    columns: dict[str, MatrixSequence] = trichotomy.function(steps, modulus)
    outside = columns["|λ| > 1"]
    return columns | {"|λ| > 1": repeated(outside.factors[0].T, steps, outside.series)} if steps else columns


@trichotomy.claim("Wᵗ / |λ|ᵗ − turn, all three", headline=True, counterexample=_another_turn)
def _(columns: Mapping[str, Trajectory], steps: int, modulus: float) -> Claimed:
    away = 0.0
    for label, product in columns.items():
        log2 = _POWERS[label] * np.log2(modulus)
        for step in range(steps + 1):
            mantissa, exponent = product.product(step)
            turned = mantissa * 2.0 ** (exponent - step * log2)
            away = max(away, float(np.abs(turned - rotation_matrix(step * np.deg2rad(_DEGREES))).max()))
            away = max(away, ring_error(product, step))
    return Claimed(away, 0.0, 16 * (steps + 1) * _EPS, "Factor and multiplication round by about eps at every step.")
