"""Powers of a turn by 90°."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, MatrixSequence, Reached, Trajectory, repeated, scene, show


@scene(
    show("eigenvalues", role="keep", note="i and −i walk, meet at ±1"),
    show("vector", heading="a vector", note="turned by 90° a step", footer="length 1"),
    show("matrix", heading="R{step:^}", limits=(-1, 1)),
    title="Quarter turn",
    statement="a real matrix with the eigenvalues i and −i: they walk round the circle, and it turns",
    opening="R turns a vector by 90° a step. Its eigenvalues are dots at 90° and −90°, called i and −i.",
    running="<keep>Each eigenvalue walks a quarter of the circle a step</>, and so does the vector.",
    symbol="R",
    explain=2,
    smooth=True,
    fps="2.5",
    covers=(21, 22),
)
def quarter_turn(steps: Annotated[int, Bounds(0, 10_000)] = 16) -> MatrixSequence:
    """Powers of a turn by 90°, exact for ever: its eigenvalues i and −i walk round the unit circle."""
    turns = np.array([[1.0, 0.0], [0.0, -1.0], [-1.0, 0.0], [0.0, 1.0]])
    # The vector (1, 0) becomes the first column, and the first row is its mirror image.
    path = turns[np.arange(steps + 1) % 4]
    series = {"vector": path, "cosine": path[:, 0], "sine": -path[:, 1]}
    return repeated([[0.0, 1.0], [-1.0, 0.0]], steps, series)


@quarter_turn.moment("A dot at 90° stands for a turn by 90°; seen from behind, the same turn is one by −90°.")
def _(steps: int) -> Reached | None:
    return Reached(1) if steps >= 1 else None


@quarter_turn.moment("Half a turn: R² = −I. Both its eigenvalues are −1, for i² = (−i)² = −1.")
def _(steps: int) -> Reached | None:
    return Reached(2) if steps >= 2 else None


@quarter_turn.moment("Four steps, one turn: <keep>R⁴ = I</>, exactly.")
def _(steps: int) -> Reached | None:
    return Reached(4) if steps >= 4 else None


@quarter_turn.moment(
    "After {step} steps, {turns} turns: nothing has grown, nothing was lost.",
)
def _(steps: int) -> Reached:
    return Reached(steps, turns=steps / 4)


@quarter_turn.claim("R⁴ − I")
def _(product: Trajectory, steps: int) -> Claimed:
    away = max(np.abs(product.matrix(step) - np.eye(2)).max() for step in range(0, steps + 1, 4))
    return Claimed(float(away), 0.0, 0.0, "Products of 0, 1 and −1 are exact.")


@quarter_turn.claim("Rᵗv − λᵗv, v = (1, ±i)")
def _(product: Trajectory, steps: int) -> Claimed:
    away = 0.0
    for sign in (1, -1):
        vector, value = np.array([1, sign * 1j]), 1.0 + 0j
        for step in range(steps + 1):
            away = max(away, float(np.abs(product.matrix(step) @ vector - value * vector).max()))
            value *= sign * 1j
    return Claimed(away, 0.0, 0.0, "Products of 0, 1, −1, i and −i are exact.")


@quarter_turn.claim("det R − 1")
def _(product: Trajectory, steps: int) -> Claimed:
    products = (product.matrix(step) for step in range(steps + 1))
    away = max(abs(p[0, 0] * p[1, 1] - p[0, 1] * p[1, 0] - 1.0) for p in products)
    return Claimed(float(away), 0.0, 0.0, "Products of 0, 1 and −1 are exact.")


def _swapping(steps: int) -> MatrixSequence:
    """Return powers of the reflection that swaps the axes: its eigenvalues are 1 and −1, and nothing turns."""
    turning: MatrixSequence = quarter_turn.function(steps)
    return repeated([[0.0, 1.0], [1.0, 0.0]], steps, turning.series)


@quarter_turn.claim("error of cosine, sine", headline=True, counterexample=_swapping)
def _(product: Trajectory, series: Mapping[str, FloatArray], steps: int) -> Claimed:
    angles = np.pi / 2 * np.arange(steps + 1)
    products = np.array([product.matrix(step) for step in range(steps + 1)])
    turned = np.array([[np.cos(angles), np.sin(angles)], [-np.sin(angles), np.cos(angles)]])
    # The waves that are drawn are the first row of the product.
    drawn = np.abs(products[:, 0] - np.column_stack([series["cosine"], series["sine"]])).max()
    return Claimed(
        float(max(np.abs(products - np.moveaxis(turned, 2, 0)).max(), drawn)),
        0.0,
        float(2 * (steps + 1) * np.finfo(float).eps),
        "The angle t · π / 2, up to which the cosine is taken, rounds by at most its size times eps.",
    )
