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
_IN, _ON, _OUT = "|λ| < 1", "|λ| = 1", "|λ| > 1"
# The modulus of every column's eigenvalues is the scene's parameter to this power.
_POWERS = {_IN: 1, _ON: 0, _OUT: -1}


@scene(
    show("points", of="ring", heading="a ring of points", reach=2.8, trail=True, turning=True),
    show("series", of="log10_spectral_norm", heading="size of the ring", note="1 at the start", values=False),
    title="Inside, on, outside the circle",
    statement="the same turn three times; only the modulus of the eigenvalues differs",
    opening="The same turn three times. Only the size |λ| of the eigenvalues differs: below, at, above 1.",
    running="<vanish>|λ| below 1: points spiral in</>, <keep>at 1 they go round</>, <explode>above 1 they spiral "
    "out</>.",
    smooth=True,
    covers=(15,),
)
def trichotomy(
    steps: Annotated[int, Bounds(0, 2_000)] = 48,
    modulus: Annotated[float, Bounds(0.5, 0.999)] = 0.98,
) -> dict[str, MatrixSequence]:
    """Three scaled turns: a ring of points vanishes, keeps its size, or explodes.

    Parameters
    ----------
    modulus : float
        Modulus of the eigenvalues that are inside the circle; those outside have its reciprocal.
    """
    turn = rotation_matrix(np.deg2rad(_DEGREES))
    factors = {_IN: modulus * turn, _ON: turn, _OUT: turn / modulus}
    return {label: repeated(factor, steps, {"ring": ring(factor, steps, 12)}) for label, factor in factors.items()}


@trichotomy.moment(
    "Size after {step} steps: <vanish>{left:2}</>, <keep>1</>, <explode>{grown:2}</>. "
    "The turn is the same, only |λ| differs."
)
def _(columns: Mapping[str, Trajectory], steps: int) -> Reached | None:
    step = first_step(columns[_OUT].log10_spectral_norm >= np.log10(2))
    if step is None:
        return None
    sizes = (float(10 ** columns[label].log10_spectral_norm[step]) for label in (_IN, _OUT))
    return Reached(step, **dict(zip(("left", "grown"), sizes, strict=True)))


@trichotomy.moment(
    "<vanish>|λ| = {inside:4} shrank the ring to {left:log10}</>, <keep>1 kept it</>, "
    "<explode>{outside:4} made it {grown:log10}</>."
)
def _(columns: Mapping[str, Trajectory], steps: int, modulus: float) -> Reached | None:
    left, grown = (float(columns[label].log10_spectral_norm[-1]) for label in (_IN, _OUT))
    return Reached(steps, left=left, grown=grown, inside=modulus, outside=1 / modulus) if steps else None


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
    outside = columns[_OUT]
    return columns | {_OUT: repeated(outside.factors[0].T, steps, outside.series)} if steps else columns


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
