"""Powers of a 5 × 5 orthogonal matrix that turns two planes and leaves an axis where it is."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Trajectory,
    block_rotation,
    first_step,
    haar_orthogonal,
    repeated,
    scene,
    show,
)
from scenes.powers._common import rounding

_EPS = float(np.finfo(float).eps)


def _turning(seed: int, slow: float, fast: float) -> FloatArray:
    basis = haar_orthogonal(5, seed)
    return np.asarray(basis @ block_rotation(np.deg2rad([slow, fast]), 5) @ basis.T)


def _planes(matrix: FloatArray) -> list[FloatArray]:
    """Return orthonormal bases, shapes (5, 1), (5, 2) and (5, 2), of axis, slow plane and fast plane.

    ``(W + Wᵀ) / 2`` has the eigenvalue cos θ twice for a plane that turns by θ; W turns any of its
    vectors u within the plane, so W u, less what lies along u, points along the other axis.
    """
    vectors = np.linalg.eigh((matrix + matrix.T) / 2)[1]
    bases = [vectors[:, 4:]]
    for first in (vectors[:, 3], vectors[:, 1]):
        turned = matrix @ first
        second = turned - (first @ turned) * first
        bases.append(np.column_stack([first, second / np.linalg.norm(second)]))
    return bases


@scene(
    show(
        "points",
        of={"slow plane": "slow", "fast plane": "fast", "axis, stands still": "axis"},
        heading="one vector in three parts",
        note="circle: length 1",
        reach=1.0,
        trail=True,
        turning=True,
    ),
    show("matrix", limits=(-1, 1), numbers=False, note="5 × 5, orthogonal"),
    title="Two planes and an axis",
    statement="a 5 × 5 orthogonal matrix: two planes turn at their own pace, one direction stands still",
    opening="W turns two planes, each at its own pace; one axis stands still. A vector has a part in each.",
    running="Each step turns the slow plane by {slow}°, the fast one by {fast}°; no part gets longer or shorter.",
    smooth=True,
    fps="10",
    covers=(17, 18, 20),
)
def turning_planes(
    steps: Annotated[int, Bounds(0, 10_000)] = 48,
    seed: Seed = 0,
    slow: Annotated[float, Bounds(1, 20)] = 7.5,
    fast: Annotated[float, Bounds(21, 179)] = 30.0,
) -> MatrixSequence:
    """Powers of a real orthogonal matrix whose complex eigenvalues come in pairs: every pair turns a plane.

    The planes are found from the matrix alone. Drawn are the shadows of one moving vector in each
    plane and on the axis.

    Parameters
    ----------
    slow, fast : float
        Degrees by which the planes turn at every step.
    seed : int
        Seed of the basis in which the planes lie.
    """
    matrix = _turning(seed, slow, fast)
    axis, *planes = _planes(matrix)
    # Its shadows have different lengths, so that their circles are told apart.
    vector = axis[:, 0] * 0.3 + planes[0][:, 0] * 0.9 + planes[1][:, 0] * 0.6
    path, product = np.empty((steps + 1, 5)), np.eye(5)
    for step in range(steps + 1):
        path[step] = product @ vector
        product = matrix @ product
    series = {"slow_turn": slow * np.arange(steps + 1), "fast_turn": fast * np.arange(steps + 1)}
    series |= {name: (path @ plane)[:, None] for name, plane in zip(("slow", "fast"), planes, strict=True)}
    series["axis"] = np.stack([path @ axis, np.zeros((steps + 1, 1))], axis=2)
    return repeated(matrix, steps, series)


@turning_planes.moment("The fast plane has been round once after {step} steps; the axis has not moved.")
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["fast_turn"] >= 360 - 1e-9)
    return None if step is None else Reached(step)


@turning_planes.moment(
    "The slow plane has been round once after {step} steps, and <keep>every length is as at the start</>."
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["slow_turn"] >= 360 - 1e-9)
    return None if step is None else Reached(step)


@turning_planes.moment(
    "Turned by {slow_turn:4}° and {fast_turn:5}°, <keep>no length has changed</>: nothing fades, nothing explodes."
)
def _(steps: int, slow: float, fast: float) -> Reached:
    return Reached(steps, slow_turn=steps * slow, fast_turn=steps * fast)


def _angle(product: Trajectory, index: int, degrees: float) -> Claimed:
    """Return the claim that the first product's eigenvalue with the index-th smallest angle turns by `degrees`."""
    return Claimed(
        float(np.rad2deg(np.sort(product.eigenvalues(min(1, product.steps))[1])[index])),
        degrees if product.steps else 0.0,
        # Eigenvalues of a normal matrix move by no more than the matrix does.
        float(np.rad2deg(64 * _EPS)),
        "Eigenvalues of an orthogonal matrix are off by no more than its own rounding.",
    )


@turning_planes.claim("slow plane, degrees")
def _(product: Trajectory, slow: float) -> Claimed:
    return _angle(product, 3, slow)


@turning_planes.claim("fast plane, degrees")
def _(product: Trajectory, fast: float) -> Claimed:
    return _angle(product, 4, fast)


@turning_planes.claim("largest ||λ| − 1|")
def _(product: Trajectory, steps: int) -> Claimed:
    log10_moduli = product.eigenvalues(steps)[0]
    return Claimed(
        float(np.abs(10**log10_moduli - 1).max()),
        0.0,
        float(64 * (steps + 1) * _EPS),
        "The matrix itself is orthogonal up to rounding, and its T-th power up to T times as much.",
    )


@turning_planes.claim("trace at the end")
def _(product: Trajectory, steps: int, slow: float, fast: float) -> Claimed:
    mantissa, exponent = product.product(steps)
    return Claimed(
        float(np.ldexp(np.trace(mantissa), exponent)),
        float(1 + 2 * np.cos(steps * np.deg2rad([slow, fast])).sum()),
        rounding(product),
        "Each step rounds each of n sums by about eps.",
    )


def _flipping(steps: int, seed: int, slow: float, fast: float) -> MatrixSequence:
    """Return powers of an orthogonal matrix that turns the same planes and reverses the axis at every step."""
    basis = haar_orthogonal(5, seed)
    turns = block_rotation(np.deg2rad([slow, fast]), 5)
    turns[4, 4] = -1.0
    return repeated(basis @ turns @ basis.T, steps)


@turning_planes.claim("error of turns and axis", headline=True, counterexample=_flipping)
def _(product: Trajectory, steps: int, seed: int, slow: float, fast: float) -> Claimed:
    basis, angles = haar_orthogonal(5, seed), np.deg2rad([slow, fast])
    products = ((step, product.matrix(step)) for step in range(steps + 1))
    return Claimed(
        float(max(np.linalg.norm(basis.T @ p @ basis - block_rotation(step * angles, 5)) for step, p in products)),
        0.0,
        rounding(product),
        "Seen in the basis of planes and axis, each step rounds by about n · eps.",
    )
