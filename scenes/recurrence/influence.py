"""How long an input is felt by a recurrent network."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    ACTIVATIONS,
    RNN,
    Bounds,
    Choices,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    first_step,
    haar_orthogonal,
    scene,
    show,
)

_INPUTS = 3


def resting(dim: int, seed: int, activation: str, retention: float) -> tuple[RNN, FloatArray]:
    """Return a network whose Jacobian at rest is ``retention · Q`` with Q orthogonal, and its state at rest."""
    kind = ACTIVATIONS[activation]
    recurrent = retention / kind.steepest * haar_orthogonal(dim, [seed, 0])
    rest = np.full(dim, float(kind.function(np.float64(0.0))))
    inputs = haar_orthogonal((dim, min(dim, _INPUTS)), [seed, 1])
    return RNN(recurrent, inputs, -recurrent @ rest, kind), rest


@scene(
    show("heatmap", of="map", heading="RNN: effect of input ↓ at step →", limits=(-1, 1)),
    show(
        "series",
        of={"top row": "influence", "at most": "power"},
        theory=("at most",),
        heading="effect of input 1",
        note="a step: × W × slope, {retention} at most",
        roles={"top row": "vanish"},
    ),
    title="How long an input is felt",
    statement="row s, column t: ‖∂h(t) / ∂x(s)‖, what the input of step s still does at step t",
    opening="A row is an input, a column a step: how strongly does the input still act on the state?",
    poster=1.0,
    fps="6.25",
    covers=(79, 96),
)
def influence(
    steps: Annotated[int, Bounds(32, 128)] = 60,
    dim: Annotated[int, Bounds(2, 64)] = 32,
    seed: Seed = 0,
    activation: Annotated[str, Choices(("tanh", "sigmoid", "identity"))] = "tanh",
    retention: Annotated[float, Bounds(0.3, 0.95)] = 0.9,
) -> MatrixSequence:
    """Influence of every input on every later state of a network that hears one pulse, then silence.

    Parameters
    ----------
    dim : int
        Number of hidden units.
    activation : str
        The function of the hidden units.
    retention : float
        Spectral radius of the Jacobian at rest: W is orthogonal, times retention / steepest slope.
    """
    return _filmed(*resting(dim, seed, activation, retention), steps, retention)


def _pulse(network: RNN, steps: int) -> FloatArray:
    """Return a pulse at the first step, and silence after it."""
    pulse = np.zeros((steps, network.inputs.shape[1]))
    pulse[:1] = 1.0
    return pulse


def _filmed(network: RNN, rest: FloatArray, steps: int, retention: float) -> MatrixSequence:
    run = network.run(_pulse(network, steps), rest)
    maps = np.zeros((steps + 1, steps, steps))
    felt = np.empty((steps, *network.inputs.shape))
    for step, jacobian in enumerate(run.jacobians):
        felt[:step] = jacobian @ felt[:step]
        felt[step] = run.slopes[step][:, None] * network.inputs
        gram = np.swapaxes(felt[: step + 1], 1, 2) @ felt[: step + 1]
        maps[step + 1] = maps[step]
        maps[step + 1, : step + 1, step] = np.sqrt(np.linalg.eigvalsh(gram)[:, -1]) / network.activation.steepest
    since = np.arange(steps + 1.0)
    curve, weakest = np.full(steps + 1, np.nan), np.ones(steps + 1)
    curve[1:] = np.log10(maps[-1, 0, :steps])
    weakest[1:] = run.slopes.min(axis=1) / network.activation.steepest
    power = np.where(since > 0, (since - 1) * np.log10(retention), np.nan)
    series = {"map": maps, "influence": curve, "power": power, "weakest": weakest}
    return MatrixSequence(run.jacobians, series=series)


def _measured_half_life(felt: FloatArray, steps: int) -> float:
    """Return in how many steps half is lost, over the second half: by then the pulse is mostly forgotten."""
    start = steps // 2
    return float(-np.log10(2) * (steps - start) / (felt[-1] - felt[start]))


@influence.moment(
    "Step {step}: <vanish>less than half</> of the first input is left in the state.",
    on="influence",
    note="below half",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["influence"] < np.log10(0.5))
    return None if step is None else Reached(step)


@influence.moment("Step {steps}: <vanish>{left:log10}</> of the first input is left: it halves every {half:2} steps.")
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    left = float(series["influence"][-1])
    return Reached(steps, left=left, half=_measured_half_life(series["influence"], steps))


def _remembers(steps: int, dim: int, seed: int, activation: str, retention: float) -> MatrixSequence:
    """Return the same with a Jacobian at rest that loses nothing: all of an input stays."""
    return _filmed(*resting(dim, seed, activation, 1.0), steps, retention)


@influence.claim("half-life in steps", headline=True, counterexample=_remembers)
def _(series: Mapping[str, FloatArray], steps: int, retention: float) -> Claimed:
    longest = float(-np.log(2) / np.log(retention))
    # Slopes that are less steep than at rest make the half-life shorter, by so much at most.
    weakest = series["weakest"][steps // 2 + 1 :]
    shortest = float(-np.log(2) / (np.log(retention) + np.log(weakest).mean()))
    return Claimed.between(
        _measured_half_life(series["influence"], steps),
        shortest * (1 - 1e-9),
        longest * (1 + 1e-9),
        "ln 2 / −ln ρ: each Jacobian's singular values lie between its least and greatest slope, times the retention.",
    )


@influence.claim("effect − derivative")
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int, activation: str, retention: float) -> Claimed:
    network, rest = resting(dim, seed, activation, retention)
    count, worst = network.inputs.shape[1], 0.0
    for heard in (0, steps // 2):
        moved = np.repeat(_pulse(network, steps)[:, None], count, axis=1).astype(complex)
        moved[heard] += 1e-30j * np.eye(count)
        derivatives = network.run(moved, rest).states.imag[heard + 1 :] / 1e-30
        true = np.linalg.norm(derivatives, 2, axis=(1, 2)) / network.activation.steepest
        worst = max(worst, float(np.abs(series["map"][-1][heard, heard:] / true - 1).max()))
    return Claimed(worst, 0.0, 1e-9, "By complex steps; both round by about n · eps a step, relative to what is left.")
