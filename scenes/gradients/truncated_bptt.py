"""Truncated backpropagation through time: the gradient of a sequence that is cut every few steps."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    ACTIVATIONS,
    RNN,
    Bounds,
    Claimed,
    FloatArray,
    Reached,
    Record,
    Run,
    Seed,
    first_step,
    gaussian_matrix,
    haar_orthogonal,
    random_unit_vector,
    scene,
    show,
)
from scenes.gradients._common import COMPLEX_STEP, complex_step

# The headline compares the gradient cut after so many steps.
_CUT = 10


def student(steps: int, dim: int, seed: int, retention: float) -> tuple[Run, FloatArray, FloatArray]:
    """Return the run of a network on noise, the weights c of its output, shape (dim,), and targets y_1 … y_T."""
    recurrent = retention * haar_orthogonal(dim, [seed, 0])
    network = RNN(recurrent, haar_orthogonal((dim, 2), [seed, 1]), np.zeros(dim), ACTIVATIONS["tanh"])
    rng = np.random.default_rng([seed, 2])
    run = network.run(0.5 * rng.standard_normal((steps, 2)), 0.5 * random_unit_vector(dim, [seed, 3]))
    return run, random_unit_vector(dim, [seed, 4]), rng.standard_normal(steps)


def direct_gradient(run: Run, weights: FloatArray, targets: FloatArray) -> FloatArray:
    """Return what the loss ``Σ (c · h(t) − y(t))² / 2`` says of every state directly, shape (T + 1, n)."""
    direct = np.zeros_like(run.states)
    direct[1:] = (run.states[1:] @ weights - targets)[:, None] * weights
    return direct


def reach_of_losses(run: Run, direct: FloatArray) -> FloatArray:
    """Return how large the gradient of each step's loss (row) still is at each state (column), shape (T, T).

    Every loss has the size 1 at its own step.
    """
    steps = len(run.slopes)
    reach, waves = np.zeros((steps, steps)), np.zeros((steps, direct.shape[1]))
    for step in range(steps, 0, -1):
        waves[step - 1] = direct[step] / (np.linalg.norm(direct[step]) or 1.0)
        reach[:, step - 1] = np.linalg.norm(waves, axis=1)
        waves = (waves * run.slopes[step - 1]) @ run.network.recurrent
    return reach


def blocks(steps: int, cut: int) -> FloatArray:
    """Return 1 where a step's loss and a state lie between the same two cuts, else 0, shape (steps, steps)."""
    part = np.arange(steps) // cut
    return np.asarray(part[:, None] == part, dtype=np.float64)


@scene(
    show("heatmap", of="reach", limits=(-1, 1), heading="RNN gradient of loss ↓ by state →"),
    show(
        "series",
        of="angle",
        heading="direction",
        note="degrees off the uncut gradient",
        scale="linear",
        limits=(0, 90),
        x="steps between cuts",
    ),
    show(
        "series",
        of="ratio",
        heading="length",
        note="uncut: 100 %; more: cut terms cancelled others",
        scale="linear",
        unit="%",
        x="steps between cuts",
    ),
    title="Truncated gradients",
    statement="cut every few steps, a gradient is that of the parts alone: another direction and length than uncut",
    opening="First uncut: each loss reaches all states before. To save work it is cut: every step, every 2, …",
    running="Cut every {step} steps, no loss reaches past the cut before it.",
    counter="parts of {part} steps",
    fps="4",
    covers=(92,),
)
def truncated_bptt(
    steps: Annotated[int, Bounds(0, 128)] = 30,
    dim: Annotated[int, Bounds(2, 32)] = 16,
    seed: Seed = 0,
    retention: Annotated[float, Bounds(0.5, 1.2)] = 1.0,
) -> Record:
    """Gradients of one sequence, cut every t steps, from every step for itself to no cut at all.

    The states run on to the end; only the gradient does not pass a cut.

    Parameters
    ----------
    steps : int
        Length of the sequence, and the longest part.
    dim : int
        Number of hidden units.
    retention : float
        Size of W: an orthogonal matrix, times this.
    """
    run, weights, targets = student(steps, dim, seed, retention)
    direct = direct_gradient(run, weights, targets)
    reach = reach_of_losses(run, direct)
    reaches, gradients = np.zeros((steps + 1, max(steps, 1), max(steps, 1))), np.zeros((steps + 1, dim, dim))
    # At first nothing is cut.
    full = gradients[0] = run.gradient(run.backward(direct)).recurrent
    if steps:
        reaches[0] = reach
    for cut in range(1, steps + 1):
        reaches[cut] = reach * blocks(steps, cut)
        gradients[cut] = run.gradient(run.backward(direct, cut)).recurrent
    whole = full / (float(np.linalg.norm(full)) or 1.0)
    along = (gradients * whole).sum(axis=(1, 2))
    across = np.linalg.norm(gradients - along[:, None, None] * whole, axis=(1, 2))
    angles, ratios = np.degrees(np.arctan2(across, along)), np.hypot(along, across) / (np.linalg.norm(full) or 1.0)
    angles[0] = ratios[0] = np.nan
    # Uncut, the whole sequence is one part.
    part = np.append(steps, np.arange(1, steps + 1))
    return Record({"reach": reaches, "gradient": gradients, "angle": angles, "ratio": ratios, "part": part})


def _never_cut(steps: int, dim: int, seed: int, retention: float) -> Record:
    """Return the film with the uncut gradient at every step."""
    record = truncated_bptt.function(steps, dim, seed, retention)
    return Record(record.series | {"gradient": np.broadcast_to(record.series["gradient"][-1], (steps + 1, dim, dim))})


@truncated_bptt.moment(
    "Cut every {step} steps, the gradient is {angle:2}° off, with {ratio:%} of the full length.",
    otherwise="Within {steps} steps the cut gradient stays 30° off, or more.",
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    step = first_step(series["angle"] < 30)
    if step is None or step == steps:
        return None
    return Reached(step, angle=series["angle"][step], ratio=series["ratio"][step])


@truncated_bptt.moment("Never cut, every loss reaches back to the first state: the true direction and length.")
def _(steps: int) -> int | None:
    return steps or None


def _off(found: FloatArray, cut: int, steps: int, dim: int, seed: int, retention: float) -> float:
    """Return how far a gradient is from the derivative that takes the state at each cut as a given number."""
    run, weights, targets = student(steps, dim, seed, retention)
    along = gaussian_matrix(dim, [seed, 5])
    moved, true = complex_step(run.network, along), 0.0
    for start in range(0, steps, cut):
        part = slice(start, start + cut)
        states = moved.run(run.sequence[part], run.states[start]).states[1:]
        true += float(((states @ weights - targets[part]) ** 2 / 2).sum().imag / 1e-30)
    size = float(np.linalg.norm(found) * np.linalg.norm(along)) or 1.0
    return abs(float(np.sum(found * along)) - true) / size


@truncated_bptt.claim("cut gradient − derivative", headline=True, counterexample=_never_cut)
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int, retention: float) -> Claimed:
    cut = max(1, min(_CUT, steps // 2))
    away = _off(series["gradient"][cut], cut, steps, dim, seed, retention) if steps else 0.0
    return Claimed(away, 0.0, 1e-12, COMPLEX_STEP)


@truncated_bptt.claim("last loss at state 1 − derivative")
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int, retention: float) -> Claimed:
    if not steps:
        return Claimed(0.0, 0.0, 1e-12, COMPLEX_STEP)
    run, weights, _ = student(steps, dim, seed, retention)
    later = np.broadcast_to(run.sequence[1:, None], (steps - 1, dim, 2))
    ends = run.network.run(later, run.states[1] + 1e-30j * np.eye(dim)).states[-1]
    true = float(np.linalg.norm((ends @ weights).imag / 1e-30))
    return Claimed(abs(float(series["reach"][0, -1, 0]) - true) / true, 0.0, 1e-10, COMPLEX_STEP)


@truncated_bptt.claim("gradients past a cut")
def _(series: Mapping[str, FloatArray], steps: int) -> Claimed:
    # A loss and a state between which there is a multiple of the cut's distance.
    places = np.arange(steps)
    past = 0
    for cut in range(1, steps + 1):
        apart = places[:, None] // cut != places // cut
        past += int(np.count_nonzero(series["reach"][cut][:steps, :steps][apart]))
    return Claimed(float(past), 0.0, 0.0, "They are counted.")


@truncated_bptt.claim("uncut gradient − derivative")
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int, retention: float) -> Claimed:
    away = _off(series["gradient"][-1], max(steps, 1), steps, dim, seed, retention)
    return Claimed(away, 0.0, 1e-12, COMPLEX_STEP)
