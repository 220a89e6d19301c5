"""Power iteration: whatever it begins with, a vector turns to the direction that is stretched most."""

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
    first_step,
    repeated,
    rotation_matrix,
    scene,
    show,
)

# Vectors that are multiplied side by side, and the angle at which they count as turned, in degrees.
_VECTORS, _TURNED = 8, 10.0
_LARGEST = 1.5


def _matrix(seed: int, values: tuple[float, float]) -> tuple[FloatArray, FloatArray]:
    """Return a symmetric matrix with these eigenvalues, and their directions, in columns."""
    angle = np.random.default_rng([seed, 1]).uniform(np.pi / 12, 5 * np.pi / 12)
    turn = rotation_matrix(float(angle))
    return np.asarray(turn * values @ turn.T), turn


def _starts(seed: int, turn: FloatArray) -> FloatArray:
    """Return first vectors, shape (8, 2): of length 1, one 85 and the others 20 to 80 degrees off the direction."""
    rng = np.random.default_rng([seed, 2])
    angles = np.deg2rad(np.append(85.0, rng.uniform(20, 80, _VECTORS - 1))) * (-1) ** np.arange(_VECTORS)
    signs = (-1) ** (np.arange(_VECTORS) // 2)
    return np.asarray((np.stack([np.cos(angles), np.sin(angles)], axis=1) @ turn.T) * signs[:, None])


def _iterate(steps: int, seed: int, values: tuple[float, float]) -> MatrixSequence:
    """Return vectors multiplied and scaled to length 1 again, their angles, and how much each is stretched."""
    matrix, turn = _matrix(seed, values)
    vectors, track = _starts(seed, turn), []
    for _ in range(steps + 1):
        track.append(vectors)
        after = vectors @ matrix
        vectors = after / np.linalg.norm(after, axis=1, keepdims=True)
    points = np.array(track)
    along, across = np.moveaxis(points @ turn, -1, 0)
    return repeated(
        matrix,
        steps,
        {
            "vectors": points,
            "angles": np.degrees(np.arctan2(np.abs(across), np.abs(along))),
            "stretches": np.linalg.norm(points @ matrix, axis=-1),
        },
    )


@scene(
    show("arrows", of="vectors", heading="eight vectors", note="scaled to length 1"),
    show("series", of="angles", scale="linear", unit="°", limits=(0, 90), heading="angle", note="to λ₁'s direction"),
    show(
        "series",
        of="stretches",
        scale="linear",
        limits=(0, 1.5),
        marks={"λ₁": _LARGEST},
        heading="stretch",
        note="of each by the matrix",
    ),
    title="Power iteration",
    statement="multiplied again and again, any vector turns to the direction that is stretched most, λ₁'s",
    opening="A matrix stretches one direction by λ₁ = 1.5, another by {ratio} of that. Where do vectors turn?",
    running="Each multiplication leaves {ratio} of how far a vector leans away from λ₁'s direction.",
    smooth=True,
    fps="6",
)
def power_iteration(
    steps: Annotated[int, Bounds(0, 200)] = 24,
    seed: Seed = 0,
    ratio: Annotated[float, Bounds(0.05, 0.98)] = 0.75,
) -> MatrixSequence:
    """Vectors multiplied by a symmetric matrix and scaled to length 1, again and again.

    Parameters
    ----------
    ratio : float
        λ₂ / λ₁: the tangent of a vector's angle to the direction of λ₁ is multiplied by it.
    """
    return _iterate(steps, seed, (_LARGEST, ratio * _LARGEST))


@power_iteration.moment(
    "After {step} multiplications all eight lie within {off:2}° of one line: <keep>λ₁'s direction</>.",
    otherwise="Within {steps} multiplications not all come within 10° of λ₁'s direction.",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    off = series["angles"].max(axis=1)
    step = first_step(off < _TURNED)
    return None if step is None else Reached(step, off=float(off[step]))


@power_iteration.moment(
    "All eight are now stretched by about <keep>{least:3}</>: λ₁ = 1.5, found by multiplying alone."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    if series["angles"][-1].max() >= _TURNED:
        return None
    return Reached(steps, least=float(series["stretches"][-1].min()))


def _no_winner(steps: int, seed: int) -> MatrixSequence:
    """Return a matrix that stretches one direction as much as it stretches, and flips, the other."""
    return _iterate(max(steps, 1), seed, (_LARGEST, -_LARGEST))


@power_iteration.claim("slopes by (λ₂/λ₁)ᵗ, off", headline=True, counterexample=_no_winner)
def _(series: Mapping[str, FloatArray], steps: int, seed: int, ratio: float) -> Claimed:
    turn = _matrix(seed, (1.0, 1.0))[1]
    along, across = np.moveaxis(_starts(seed, turn) @ turn, -1, 0)
    slopes = np.abs(across / along) * ratio ** np.arange(steps + 1)[:, None]
    found = np.tan(np.radians(series["angles"]))
    return Claimed(
        float(np.abs(found - slopes).max()),
        0.0,
        1e-10,
        "Each eigenvector is multiplied by its own eigenvalue; vectors and matrix round by some eps a step.",
    )


@power_iteration.claim("stretch, off")
def _(series: Mapping[str, FloatArray], ratio: float) -> Claimed:
    angles = np.radians(series["angles"])
    stretches = _LARGEST * np.hypot(np.cos(angles), ratio * np.sin(angles))
    return Claimed(
        float(np.abs(series["stretches"] - stretches).max()), 0.0, 1e-12, "Pythagoras in the two directions, by eps."
    )
