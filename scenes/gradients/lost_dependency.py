"""Gradients by each input for three tasks: what is far looks like what is not there."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    ACTIVATIONS,
    RNN,
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Run,
    Seed,
    Trajectory,
    haar_orthogonal,
    random_unit_vector,
    scene,
    show,
)
from scenes.gradients._common import COMPLEX_STEP

# Inputs after the one that the first task depends on: it is one step further back.
_NEAR = 3
_NEAR_LABEL, _FAR_LABEL, _NONE_LABEL = "near answer", "far answer", "no answer"
_ROLES = {_NEAR_LABEL: "keep", _FAR_LABEL: "vanish", _NONE_LABEL: "data"}


def uncorrelated_signs(count: int) -> FloatArray:
    """Return Sylvester's Hadamard matrix with more than `count` + 1 columns: signs not correlated at all.

    J. J. Sylvester, "Thoughts on inverse orthogonal matrices", Philosophical Magazine 34, 1867.
    """
    matrix: FloatArray = np.ones((1, 1))
    while len(matrix) <= count + 1:
        matrix = np.asarray(np.kron([[1.0, 1.0], [1.0, -1.0]], matrix))
    return matrix


def sign_sequences(steps: int) -> tuple[FloatArray, dict[str, FloatArray]]:
    """Return inputs, shape (steps, batch, 1), and three sets of targets, each shape (batch,)."""
    signs = uncorrelated_signs(steps)[:, 1:]
    targets = {"near": signs[:, steps - 1 - _NEAR], "far": signs[:, 0], "none": signs[:, steps]}
    return np.ascontiguousarray(signs[:, :steps].T[:, :, None]), targets


def reader(dim: int, seed: int, retention: float) -> tuple[RNN, FloatArray]:
    """Return a tanh network with one input, and the weights c of its output, shape (dim,)."""
    recurrent = retention * haar_orthogonal(dim, [seed, 0])
    network = RNN(recurrent, random_unit_vector(dim, [seed, 1])[:, None], np.zeros(dim), ACTIVATIONS["tanh"])
    return network, 0.2 * random_unit_vector(dim, [seed, 2])


def pull_by_step(run: Run, weights: FloatArray, targets: FloatArray) -> FloatArray:
    """Return for every step, the last first, how much the loss would gain by following its input, shape (T,).

    The loss is the mean of ``(c · h(T) − y)² / 2``; the gain is ``−mean(x(t) ∂L/∂x(t))``, here as a part
    of ‖c‖, which no input can exceed by much.
    """
    direct = np.zeros_like(run.states)
    direct[-1] = (run.states[-1] @ weights - targets)[:, None] * weights
    by_input = (run.slopes * run.backward(direct)[1:]) @ run.network.inputs
    return np.asarray(-(run.sequence * by_input).mean(axis=(1, 2))[::-1] / np.linalg.norm(weights))


@scene(
    show("bars", of="pull", heading="pull", x="steps", unit="%", roles=_ROLES),
    show(
        "series",
        of="log10_pull",
        heading="size of the pull",
        note="how strongly the loss hears the input so many steps back",
        x="steps back",
        values=False,
        roles=_ROLES,
    ),
    title="No answer, or a lost gradient?",
    statement="the gradient of an answer far back is as good as 0, like that of no answer: the two look alike",
    opening="Three tasks, the same inputs: the answer is 4 steps back, at the start, or nowhere.",
    running="Back in time, bar by bar: how strongly the loss pulls to follow that input.",
    counter="steps back",
    fps="5",
    covers=(104,),
)
def lost_dependency(
    steps: Annotated[int, Bounds(40, 200)] = 40,
    dim: Annotated[int, Bounds(2, 32)] = 16,
    seed: Seed = 0,
    retention: Annotated[float, Bounds(0.1, 0.65)] = 0.65,
) -> dict[str, MatrixSequence]:
    """Gradients of one network for three tasks: its target hangs on a near input, on the first, on none.

    The inputs are rows of signs without any correlation, so that what a task asks for is the only
    reason to follow an input. The factors are the transposed Jacobians of the first row, last step first.

    Parameters
    ----------
    steps : int
        Length of the sequence, and number of steps back.
    dim : int
        Number of hidden units.
    retention : float
        Size of W: an orthogonal matrix, times this.
    """
    sequence, targets = sign_sequences(steps)
    network, weights = reader(dim, seed, retention)
    run = network.run(sequence)
    first = np.swapaxes(run.jacobians[:, 0], 1, 2)[::-1]
    columns = {}
    for label, wanted in zip((_NEAR_LABEL, _FAR_LABEL, _NONE_LABEL), targets.values(), strict=True):
        pull = pull_by_step(run, weights, wanted)
        seen = np.tril(np.broadcast_to(pull, (steps + 1, steps)), -1)
        size = np.concatenate([[np.nan], np.log10(np.maximum(np.abs(pull), 1e-300))])
        columns[label] = MatrixSequence(first, series={"pull": seen, "log10_pull": size})
    return columns


@lost_dependency.moment(
    "<keep>The near answer</> pulls with {near:%}. For the other tasks nothing stands out.",
    otherwise="Even the near answer does not stand out: its gradient has vanished, too.",
)
def _(columns: Mapping[str, Trajectory]) -> Reached | None:
    pulls = [np.abs(numbers.series["pull"][-1]) for numbers in columns.values()]
    near, others = pulls[0][_NEAR], max(np.delete(pulls[0], _NEAR).max(), pulls[1].max(), pulls[2].max())
    return Reached(_NEAR + 1, near=near) if near > 2 * others else None


@lost_dependency.moment("<vanish>The far answer</> pulls {times:log10} times less: it looks like no answer.")
def _(columns: Mapping[str, Trajectory], steps: int) -> Reached | None:
    near = columns[_NEAR_LABEL].series["log10_pull"][_NEAR + 1]
    return Reached(steps, times=near - columns[_FAR_LABEL].series["log10_pull"][-1])


@lost_dependency.claim("pull of its input", column=_NEAR_LABEL)
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int, retention: float) -> Claimed:
    sequence, targets = sign_sequences(steps)
    network, weights = reader(dim, seed, retention)
    # The derivative by a common factor of all inputs of one step.
    grown = sequence.astype(complex)
    grown[steps - 1 - _NEAR] *= 1 + 1e-30j
    errors = network.run(grown).states[-1] @ weights - targets["near"]
    true = float(-(errors**2 / 2).mean().imag / 1e-30 / np.linalg.norm(weights))
    return Claimed(float(series["pull"][-1, _NEAR]), true, 1e-14, COMPLEX_STEP)


@lost_dependency.claim("|pull| of the first", column=_NONE_LABEL)
@lost_dependency.claim("|pull| of the first", column=_FAR_LABEL)
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed(
        abs(float(series["pull"][-1, -1])),
        0.0,
        1e-6,
        "At most retentionᵗ for t steps, times the largest error.",
    )
