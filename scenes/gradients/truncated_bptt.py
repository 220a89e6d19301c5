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
    Record,
    Run,
    Seed,
    gaussian_matrix,
    haar_orthogonal,
    random_unit_vector,
    scene,
    show,
)
from scenes.gradients._common import COMPLEX_STEP, complex_step


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
    show("heatmap", of="reach", limits=(-1, 1)),
    show("series", of={"cosine": "cosine", "norm ratio": "ratio"}, heading="cut and full gradient", scale="linear"),
    show("heatmap", of="gradient", heading="∂L/∂W, cut"),
    "claims",
    title="Truncated gradients",
    statement="row: loss of a step, column: state it reaches back to, if cut every t steps",
    poster=0.3,
    fps="4",
    covers=(92,),
)
def truncated_bptt(
    steps: Annotated[int, Bounds(0, 128)] = 32,
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
    reaches = np.zeros((steps + 1, max(steps, 1), max(steps, 1)))
    gradients = np.zeros((steps + 1, dim, dim))
    for cut in range(1, steps + 1):
        reaches[cut] = reach * blocks(steps, cut)
        gradients[cut] = run.gradient(run.backward(direct, cut)).recurrent
    full = run.gradient(run.backward(direct)).recurrent
    norms, whole = np.linalg.norm(gradients, axis=(1, 2)), float(np.linalg.norm(full)) or 1.0
    products = (gradients * full).sum(axis=(1, 2))
    return Record(
        {
            "reach": reaches,
            "gradient": gradients,
            "cosine": products / np.where(norms > 0, norms * whole, 1.0),
            "ratio": norms / whole,
        }
    )


def _uncut(numbers: FloatArray, steps: int) -> Claimed:
    """Return the claim that the last number is 1: with one cut after the last step, nothing is cut."""
    reason = "The same numbers are added in the same order."
    return Claimed(float(numbers[-1]), 1.0 if steps else 0.0, 1e-12, reason)


@truncated_bptt.claim("cosine, uncut")
def _(series: Mapping[str, FloatArray], steps: int) -> Claimed:
    return _uncut(series["cosine"], steps)


@truncated_bptt.claim("norm ratio, uncut")
def _(series: Mapping[str, FloatArray], steps: int) -> Claimed:
    return _uncut(series["ratio"], steps)


@truncated_bptt.claim("gradient − derivative")
def _(steps: int, dim: int, seed: int, retention: float) -> Claimed:
    cut, (run, weights, targets) = 10, student(steps, dim, seed, retention)
    along = gaussian_matrix(dim, [seed, 5])
    moved, true = complex_step(run.network, along), 0.0
    for start in range(0, steps, cut):
        part = slice(start, start + cut)
        # The derivative takes the state at each cut as a given number.
        states = moved.run(run.sequence[part], run.states[start]).states[1:]
        true += float(((states @ weights - targets[part]) ** 2 / 2).sum().imag / 1e-30)
    found = run.gradient(run.backward(direct_gradient(run, weights, targets), cut)).recurrent
    size = float(np.linalg.norm(found) * np.linalg.norm(along)) or 1.0
    return Claimed(abs(float(np.sum(found * along)) - true) / size, 0.0, 1e-12, COMPLEX_STEP)
