"""A penalty on changes of the norm of a recurrent network's state."""

from collections.abc import Mapping
from math import log10
from typing import Annotated, Any

import numpy as np

from scenes import (
    ACTIVATIONS,
    RNN,
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    complex_step_jacobian,
    scene,
    show,
)
from scenes.recurrence._predictors import NETS, UNITS, Predictors, first_states, first_weights, random_waves, trained

_ROLES = {"without": "explode", "penalty": "keep", "each without": "explode", "each with": "keep"}


@scene(
    show(
        "series",
        of={
            "without": "log10_norm_without",
            "penalty": "log10_norm_with",
            "each without": "log10 norms without",
            "each with": "log10 norms with",
        },
        heading="RNN state’s size",
        note="penalty: on size changes; thin: each net",
        roles=_ROLES,
    ),
    show(
        "series",
        of={"without": "log10_error_without", "penalty": "log10_error_with"},
        heading="error",
        note="of the next value",
        roles=_ROLES,
    ),
    title="A penalty holds the size of the state",
    statement="a penalty on changes of ‖h‖, trained for {horizon} steps, holds it for many more",
    opening="Nets trained on {horizon} steps, half of them with a penalty on changes of size, now run on.",
    poster=1.0,
    covers=(41,),
)
def norm_stabiliser(
    steps: Annotated[int, Bounds(100, 150)] = 120,
    seed: Seed = 0,
    horizon: Annotated[int, Bounds(10, 20)] = 15,
    beta: Annotated[float, Bounds(1, 10)] = 1.0,
) -> MatrixSequence:
    """Norms of the state beyond the length that ReLU networks were trained on, with and without a penalty.

    Eight networks of 16 units learn to predict sine waves, and eight equal ones do with the penalty
    ``β / T Σ (‖h_t‖ − ‖h_{t−1}‖)²`` in their loss (D. Krueger, R. Memisevic, "Regularizing RNNs by stabilizing
    activations", ICLR 2016). Training begins in random states, so that the penalty sees every direction in which a
    state can grow. Then they are shown other waves, from zero, for many more steps. The product is that of the
    Jacobians of the first one with a penalty on one of the waves.

    Parameters
    ----------
    steps : int
        Length of the waves they are shown afterwards.
    horizon : int
        Length of the waves they are trained on.
    beta : float
        Weight β of the penalty.
    """
    both = trained(seed, horizon, (0.0, beta))
    waves = np.tile(random_waves(np.random.default_rng([seed, 7]), steps), (1, 2, 1, 1))
    errors, norms = both.losses(waves)
    # There is no logarithm of h = 0, and no prediction before the first step.
    sizes = np.log10(np.where(norms > 0, norms, np.nan))
    series: dict[str, FloatArray] = {}
    for name, part in (("without", slice(0, NETS)), ("with", slice(NETS, None))):
        series[f"log10 norms {name}"] = sizes[:, part]
        series[f"log10_norm_{name}"] = sizes[:, part].mean(axis=1)
        series[f"log10_error_{name}"] = np.append(np.nan, np.log10(errors[:, part]).mean(axis=1))
    first = RNN(both.recurrent[NETS], both.inputs[NETS], both.bias[NETS, 0], ACTIVATIONS["ReLU"])
    run = first.run(waves[:-1, NETS, 0])
    return MatrixSequence(run.jacobians, series=series)


@norm_stabiliser.moment(
    "Step {horizon}, where training ended: size <explode>{grown:log10}</>, <keep>{held:log10}</> with the penalty.",
    on="log10_norm_without",
    note="trained up to here",
)
def _(series: Mapping[str, FloatArray], horizon: int) -> Reached:
    return Reached(horizon, **_lengths(series, horizon))


@norm_stabiliser.moment(
    "Step {steps}: size <explode>{grown:log10}</>, error <explode>{wrong:log10}</>; "
    "with the penalty <keep>{held:log10}</> and <keep>{right:log10}</>."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    wrong, right = (float(series[f"log10_error_{name}"][steps]) for name in ("without", "with"))
    return Reached(steps, **_lengths(series, steps), wrong=wrong, right=right)


def _lengths(series: Mapping[str, FloatArray], step: int) -> dict[str, float]:
    """Return log10 of the mean length of states without the penalty and with it."""
    return {"grown": float(series["log10_norm_without"][step]), "held": float(series["log10_norm_with"][step])}


def _growth(log10_norms: FloatArray, horizon: int) -> float:
    """Return by how many decades norms have grown from the end of the trained length to the last step, on average."""
    return float((log10_norms[-1] - log10_norms[horizon]).mean())


def _changes(log10_norms: FloatArray, horizon: int) -> float:
    """Return the mean of ``(‖h_t‖ − ‖h_{t−1}‖)²`` after the first steps and within the trained length."""
    norms = 10 ** log10_norms[1 : horizon + 1]
    return float((np.diff(norms, axis=0) ** 2).mean())


def _changes_ratio(series: Mapping[str, FloatArray], horizon: int) -> float:
    """Return what is penalised, with the penalty over without it."""
    penalised, free = (_changes(series[f"log10 norms {name}"], horizon) for name in ("with", "without"))
    return penalised / free


@norm_stabiliser.claim("held, not without: off / allowed", headline=True, counterexample={"beta": 0.0})
def _(series: Mapping[str, FloatArray], horizon: int) -> Claimed:
    held, grown = (_growth(series[f"log10 norms {name}"], horizon) for name in ("with", "without"))
    off = [abs(held) / log10(2), 10 ** (held - grown) / 0.75, _changes_ratio(series, horizon) / 0.5]
    return Claimed(
        max(off),
        0.0,
        1.0,
        "Means over eight pairs of networks: beyond the trained length states with the penalty do not double, those "
        "without grow by a third more, and what is penalised is half as large.",
    )


@norm_stabiliser.claim("later growth, decades")
def _(series: Mapping[str, FloatArray], horizon: int) -> Claimed:
    return Claimed(
        _growth(series["log10 norms with"], horizon),
        0.0,
        log10(2),
        "Beyond the trained length they should not double, on average over eight networks.",
    )


@norm_stabiliser.claim("growth with / without")
def _(series: Mapping[str, FloatArray], horizon: int) -> Claimed:
    more = _growth(series["log10 norms with"], horizon) - _growth(series["log10 norms without"], horizon)
    return Claimed(
        10**more,
        0.0,
        0.75,
        "Eight pairs of networks, trained on the same waves: those without should grow by a third more, at least.",
    )


@norm_stabiliser.claim("changes with / without")
def _(series: Mapping[str, FloatArray], horizon: int) -> Claimed:
    return Claimed(
        _changes_ratio(series, horizon),
        0.0,
        0.5,
        "What is penalised should be less by half, at least, on waves that they were not trained on.",
    )


@norm_stabiliser.claim("gradient error")
def _(seed: int, beta: float) -> Claimed:
    # By how much the gradient by the bias at the start of training misses that by complex steps, relative to it.
    recurrent, inputs, _, readout = first_weights(seed)
    random = np.random.default_rng([seed, 6])
    waves, start, betas = random_waves(random, 8), first_states(random), np.full(NETS, beta)

    def loss(bias: Any) -> Any:
        nets = Predictors(recurrent, inputs, np.broadcast_to(bias, (NETS, 1, UNITS)), readout)
        return nets.loss(waves, start, betas)

    bias = np.full(UNITS, 0.1)
    true = complex_step_jacobian(loss, bias)
    found = Predictors(recurrent, inputs, np.tile(bias, (NETS, 1, 1)), readout).gradient(waves, start, betas)
    return Claimed(
        float(np.linalg.norm(found[2][:, 0] - true) / np.linalg.norm(true)),
        0.0,
        1e-9,
        "Backpropagation and complex steps both round by about n · eps a step.",
    )
