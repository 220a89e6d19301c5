"""Powers of an orthogonal matrix."""

from collections.abc import Mapping

import numpy as np

from scenes import (
    Claimed,
    Dim,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Steps,
    Trajectory,
    constant_norm,
    first_step,
    haar_orthogonal,
    orthogonality,
    repeated,
    rotation_matrix,
    scene,
    show,
)


def _slowest_turn(matrix: FloatArray) -> float:
    """Return the smallest angle, in degrees, by which an orthogonal matrix turns a plane; 0 where it turns none."""
    angles = np.abs(np.angle(np.linalg.eigvals(matrix)))
    turning = angles[(angles > 1e-6) & (angles < np.pi - 1e-6)]
    return float(np.rad2deg(turning.min())) if turning.size else 0.0


@scene(
    show("eigenvalues", role="keep", note="none leaves the circle"),
    show(
        "ring",
        of="plane",
        trail=16,
        reach=1.0,
        turning=True,
        heading="the plane turning slowest",
        footer="{step} × {slowest:.2}° a step = {turned:3}°",
    ),
    show("matrix", limits=(-1, 1), footer="every stretch: <keep>{norm:.3}</>"),
    title="An orthogonal matrix only turns",
    statement="the product keeps its size, whatever the number of steps",
    opening="W is orthogonal: it only turns. Each step multiplies by W once more. Does the size change?",
    running="Each eigenvalue moves on by its own angle at every step. <keep>None leaves the circle.</>",
    arrange="row",
    smooth=True,
    covers=(16, 18, 24, 28),
)
def orthogonal(steps: Steps = 64, dim: Dim = 16, seed: Seed = 0) -> MatrixSequence:
    """Powers of a random orthogonal matrix keep their size."""
    matrix = haar_orthogonal(dim, seed)
    slowest = _slowest_turn(matrix)
    turned = slowest * np.arange(steps + 1)
    plane = np.array([rotation_matrix(angle) for angle in np.deg2rad(turned)])
    series = {"plane": plane, "turned": turned, "slowest": np.full(steps + 1, slowest)}
    return repeated(matrix, steps, series)


@orthogonal.moment("At step {step} the slowest vectors have been round once; every length is <keep>the same</>.")
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["turned"] >= 360)
    return None if step is None else Reached(step)


@orthogonal.moment(
    "After {step} steps W{step:^} stretches by <keep>{norm:.3}</>, as W did: nothing is lost, nothing explodes."
)
def _(product: Trajectory, steps: int) -> Reached:
    return Reached(steps, norm=float(10 ** product.log10_spectral_norm[-1]))


@orthogonal.claim("‖PᵀP − I‖ at the end")
def _(product: Trajectory) -> Claimed:
    return orthogonality(product)


def _shrinking(steps: int, dim: int, seed: int) -> MatrixSequence:
    return repeated(0.9 * haar_orthogonal(dim, seed), steps)


@orthogonal.claim("drift of log10 norm", headline=True, counterexample=_shrinking)
def _(product: Trajectory) -> Claimed:
    return constant_norm(product)
