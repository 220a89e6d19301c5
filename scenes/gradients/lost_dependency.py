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
    haar_orthogonal,
    random_unit_vector,
    scene,
    show,
)
from scenes.gradients._common import COMPLEX_STEP

# Inputs after the one that the first task depends on: it is one step further back.
_NEAR = 3
# Inputs are small, so that units hardly saturate and inputs hardly disturb each other.
_SIZE = 0.3
# The near answer shall pull so many times as much as any other input, the far one less than this.
_TIMES, _LOST = 2.0, 1e-6


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
    return _SIZE * signs[:, :steps].T[:, :, None], targets


def reader(dim: int, seed: int, retention: float) -> RNN:
    """Return a tanh network with one input."""
    recurrent = retention * haar_orthogonal(dim, [seed, 0])
    return RNN(recurrent, random_unit_vector(dim, [seed, 1])[:, None], np.zeros(dim), ACTIVATIONS["tanh"])


def listening(network: RNN, steps: int) -> dict[str, FloatArray]:
    """Return the output weights c of each task, shape (dim,): the best for it that there are.

    They lie in the direction in which the input that holds the answer arrives, if units hardly saturate.
    """
    weights = {}
    for name, later in (("near", _NEAR), ("far", steps - 1), ("none", _NEAR)):
        arrived = np.linalg.matrix_power(network.recurrent, later) @ network.inputs[:, 0]
        weights[name] = 0.2 * arrived / np.linalg.norm(arrived)
    return weights


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
    *(
        show(
            "series",
            of=f"{name} share",
            heading=heading,
            note=note,
            scale="linear",
            limits=(0, 1),
            unit="%",
            x="steps back",
            values=False,
            roles={"": role},
        )
        for name, role, heading, note in (
            ("near", "keep", "answer: input 4 steps ago", "how far each input changes an RNN's loss; 100 %: the most"),
            ("far", "vanish", "answer: the first input", "a step back leaves ≤ {retention}"),
            ("none", "data", "answer: random", "nothing to find"),
        )
    ),
    title="No answer, or a lost gradient?",
    statement="the gradient of an answer far back is as good as 0, like that of no answer: the two look alike",
    opening="Three tasks, the same inputs: the answer is 4 steps back, at the start, or nowhere.",
    running="Back in time: how much does the loss hang on the input of each step?",
    counter="steps back",
    arrange="stacked",
    fps="5",
    poster=1.0,
    covers=(104,),
)
def lost_dependency(
    steps: Annotated[int, Bounds(40, 200)] = 40,
    dim: Annotated[int, Bounds(8, 32)] = 16,
    seed: Seed = 0,
    retention: Annotated[float, Bounds(0.5, 0.65)] = 0.65,
) -> MatrixSequence:
    """Gradients of one network for three tasks: its target hangs on a near input, on the first, on none.

    The inputs are rows of signs without any correlation, so that what a task asks for is the only
    reason to follow an input. Each task's output listens in the direction in which its answer arrives: no other could
    learn it sooner. The factors are the transposed Jacobians of the first row, last step first.

    Parameters
    ----------
    steps : int
        Length of the sequence, and number of steps back.
    dim : int
        Number of hidden units; with few the near answer's gradient hardly stands out.
    retention : float
        Size of W: an orthogonal matrix, times this. If it were smaller, the near answer would be lost, too.
    """
    sequence, targets = sign_sequences(steps)
    network = reader(dim, seed, retention)
    run, weights = network.run(sequence), listening(network, steps)
    first = np.swapaxes(run.jacobians[:, 0], 1, 2)[::-1]
    pulls = {name: pull_by_step(run, weights[name], wanted) for name, wanted in targets.items()}
    largest = max(float(np.abs(pull).max()) for pull in pulls.values())
    series = {}
    for name, pull in pulls.items():
        series[name] = np.tile(pull, (steps + 1, 1))
        series[f"{name} share"] = np.concatenate([[np.nan], np.abs(pull) / largest])
    return MatrixSequence(first, series=series)


def _stands_out(series: Mapping[str, FloatArray]) -> float:
    """Return how many times as much the near answer's input pulls as any other, of all tasks."""
    pulls = {name: np.abs(series[name][-1]) for name in ("near", "far", "none")}
    near = float(pulls["near"][_NEAR])
    pulls["near"] = np.delete(pulls["near"], _NEAR)
    return near / max(float(pull.max()) for pull in pulls.values())


@lost_dependency.moment(
    "<keep>The near answer</> has {times:2} times the gradient of any other input: it can be learnt.",
    on="near share",
    note="its input stands out",
)
def _(series: Mapping[str, FloatArray]) -> Reached:
    return Reached(_NEAR + 1, times=_stands_out(series))


@lost_dependency.moment(
    "<vanish>The far</> gradient is {times:log10} times smaller than <keep>the near</> one: it looks like no answer.",
    on="far share",
    note="as good as 0",
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    near, far = abs(series["near"][-1, _NEAR]), abs(series["far"][-1, -1])
    return Reached(steps, times=float(np.log10(near / max(far, 1e-300))))


@lost_dependency.claim("pull of its input")
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int, retention: float) -> Claimed:
    sequence, targets = sign_sequences(steps)
    network = reader(dim, seed, retention)
    weights = listening(network, steps)["near"]
    # The derivative by a common factor of all inputs of one step.
    grown = sequence.astype(complex)
    grown[steps - 1 - _NEAR] *= 1 + 1e-30j
    errors = network.run(grown).states[-1] @ weights - targets["near"]
    true = float(-(errors**2 / 2).mean().imag / 1e-30 / np.linalg.norm(weights))
    return Claimed(float(series["near"][-1, _NEAR]), true, 1e-14, COMPLEX_STEP)


@lost_dependency.claim("near found, far lost: off / allowed", headline=True, counterexample={"retention": 1.0})
def _(series: Mapping[str, FloatArray]) -> Claimed:
    first = [abs(float(series[name][-1, -1])) for name in ("far", "none")]
    return Claimed.between(
        max(_TIMES / _stands_out(series), max(first) / _LOST),
        0.0,
        1.0,
        "The near answer pulls twice as much as any other input; the far one, like none, less than a millionth.",
    )


for _name in ("far", "none"):

    @lost_dependency.claim(f"|pull| of the first, {_name}")
    def _(series: Mapping[str, FloatArray], name: str = _name) -> Claimed:
        return Claimed(
            abs(float(series[name][-1, -1])), 0.0, _LOST, "At most retentionᵗ for t steps, times the largest error."
        )
