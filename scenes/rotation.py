"""Powers of a plane rotation."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np

from scenes._matrices import gaussian_matrix, random_unit_vector, rotation_matrix
from scenes._scene import Bounds, Claim, Dim, Seed, Steps, scene
from scenes._sequence import MatrixSequence, repeated


def _trace(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    mantissa, exponent = trajectory.product(trajectory.steps)
    return float(np.ldexp(np.trace(mantissa), exponent))


def _expected_trace(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    turned = trajectory.steps * np.deg2rad(parameters["angle"])
    return float(parameters["dim"] - 2 + 2 * np.cos(turned))


def _rounding(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(4 * max(trajectory.steps, 1) * parameters["dim"] * np.finfo(float).eps)


@scene(
    "matrix",
    "norms",
    "eigenvalues",
    "vector",
    title="Rotation",
    statement="each step turns the plane by {angle}°, lengths never change",
    claims=(
        Claim("trace at the end", _trace, _expected_trace, _rounding, "Each step rounds each of n sums by about eps."),
    ),
    poster=0.125,
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
        Seed of the plane and of the vector whose path is drawn.
    """
    turn = rotation_matrix(np.deg2rad(angle))
    vector = np.empty((steps + 1, 2))
    vector[0] = random_unit_vector(2, seed)
    for step in range(steps):
        vector[step + 1] = turn @ vector[step]
    if dim > 2:
        plane = np.linalg.qr(gaussian_matrix(dim, seed)[:, :2])[0]
        turn = rotation_matrix(np.deg2rad(angle), plane)
    return repeated(turn, steps, series={"vector": vector})
