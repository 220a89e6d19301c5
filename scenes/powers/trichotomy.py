"""One turn at three sizes: eigenvalues inside, on and outside the unit circle."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, MatrixSequence, Trajectory, repeated, rotation_matrix, scene, show
from scenes.powers._common import ring, ring_error

_EPS = float(np.finfo(float).eps)
_DEGREES = 7.5
# The modulus of every column's eigenvalues is the scene's parameter to this power.
_POWERS = {"|λ| < 1": 1, "|λ| = 1": 0, "|λ| > 1": -1}


@scene(
    show("points", of="ring", heading="", reach=2.0, trail=True),
    "norms",
    title="Inside, on, outside the circle",
    statement="the same turn three times; only the modulus of the eigenvalues differs",
    poster=0.375,
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
