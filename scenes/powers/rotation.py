"""Powers of a plane rotation."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    Dim,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Steps,
    Trajectory,
    first_step,
    gaussian_matrix,
    repeated,
    rotation_matrix,
    scene,
    show,
)


@scene(
    show("vector", heading="a vector, turned", footer="turned by {turned}°, length 1"),
    show("matrix", limits=(-1, 1), decimals=3),
    show("eigenvalues", role="keep", note="of W, and of its power"),
    title="Rotation",
    statement="each step turns the plane by {angle}°, lengths never change",
    opening="W turns the plane by {angle}°. Every step multiplies by W once more.",
    running="Each step turns by {angle}° more. <keep>The length stays 1.</>",
    explain=2,
    smooth=True,
    covers=(20, 22),
)
def rotation(
    steps: Steps = 64,
    dim: Dim = 2,
    seed: Seed = 0,
    angle: Annotated[float, Bounds(-360, 360)] = 5.625,
) -> MatrixSequence:
    """Powers of a rotation turn a plane and keep every length.

    With two dimensions the plane is all there is; with more it is a random one, and what is
    orthogonal to it stays where it is. The default angle closes the circle after 64 steps.

    Parameters
    ----------
    angle : float
        Degrees turned at every step.
    seed : int
        Seed of the plane, if there are more than two dimensions.
    """
    turn = rotation_matrix(np.deg2rad(angle))
    vector = np.empty((steps + 1, 2))
    vector[0] = 1.0, 0.0
    for step in range(steps):
        vector[step + 1] = turn @ vector[step]
    if dim > 2:
        plane = np.linalg.qr(gaussian_matrix(dim, seed)[:, :2])[0]
        turn = rotation_matrix(np.deg2rad(angle), plane)
    return repeated(turn, steps, series={"vector": vector, "turned": angle * np.arange(steps + 1)})


@rotation.moment("After {step} steps it has turned by {turned:4}°, and is <keep>no longer than before</>.")
def _(series: Mapping[str, FloatArray], angle: float) -> Reached | None:
    step = first_step(np.abs(series["turned"]) >= 90 - 1e-9)
    return None if step is None or abs(angle) > 90 else Reached(step, turned=float(abs(series["turned"][step])))


@rotation.moment(
    "After {step} steps, {turned:4}°, its length is <keep>{length:.3}</>: nothing has faded, nothing exploded."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    length = float(np.hypot(*series["vector"][-1]))
    return Reached(steps, turned=float(series["turned"][-1]), length=length)


@rotation.claim("trace at the end")
def _(product: Trajectory, steps: int, dim: int, angle: float) -> Claimed:
    mantissa, exponent = product.product(steps)
    return Claimed(
        float(np.ldexp(np.trace(mantissa), exponent)),
        float(dim - 2 + 2 * np.cos(steps * np.deg2rad(angle))),
        float(4 * max(steps, 1) * dim * np.finfo(float).eps),
        "Each step rounds each of n sums by about eps.",
    )


def _stretching(steps: int, dim: int, seed: int, angle: float) -> MatrixSequence:
    """Return powers of a turn that also makes every vector longer."""
    turning: MatrixSequence = rotation.function(steps, dim, seed, angle)
    return MatrixSequence(1.01 * turning.factors)


@rotation.claim("product − turn, every step", headline=True, counterexample=_stretching)
def _(product: Trajectory, steps: int, dim: int, seed: int, angle: float) -> Claimed:
    plane = np.linalg.qr(gaussian_matrix(dim, seed)[:, :2])[0] if dim > 2 else None
    # Of very long films a thousand steps are looked at, the first among them.
    seen = np.unique(np.append(np.linspace(0, steps, min(steps, 1000) + 1).astype(int), min(1, steps)))
    turned = (rotation_matrix(step * np.deg2rad(angle), plane) for step in seen)
    away = [np.abs(product.matrix(step) - turn).max() for step, turn in zip(seen, turned, strict=True)]
    return Claimed(
        float(max(away)),
        0.0,
        float(16 * max(steps, 1) * dim * np.finfo(float).eps),
        "Each step rounds each of n sums by about eps, and t times the angle by as much of a turn.",
    )
