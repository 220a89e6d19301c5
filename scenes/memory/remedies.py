"""Two remedies for vanishing gradients: orthogonal weights, and gates."""

from collections.abc import Mapping
from math import log10
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    complex_step_jacobian,
    first_step,
    haar_orthogonal,
    random_lstm,
    scene,
    show,
    unroll,
)
from scenes.memory._gradients import log10_norms, same_log10_norm, whole_jacobian
from scenes.memory._networks import INPUTS, UNIFORM_RADIUS, Maker, noise, plain_network, scaled_uniform

# Recurrent weights of each network, and whether it has gates.
_REMEDIES: dict[str, tuple[Maker, bool]] = {
    "neither": (scaled_uniform, False),
    "orthogonal": (haar_orthogonal, False),
    "gates": (scaled_uniform, True),
    "both": (haar_orthogonal, True),
}
_LABELS = {"plain": "neither", "orthogonal": "orthogonal", "gates": "gates", "both": "both"}


@scene(
    show(
        "series",
        of={label: f"log10 {name}" for label, name in _LABELS.items()},
        heading="how much gradient is left",
        note="plain W shrinks it; orthogonal W turns, tanh still shrinks; gates keep a share",
        limits=(-4, 0.5),
        roles={"plain": "vanish", "orthogonal": "keep", "gates": "muted"},
    ),
    title="Two remedies for vanishing",
    statement="how much of the gradient is left: orthogonal weights help, and so do the gates of an LSTM",
    opening="A plain RNN shrinks the gradient. Two remedies: weights W that only turn, gates that keep.",
    fps="10",
    covers=(36,),
)
def remedies(
    # In fewer steps hardly anything vanishes.
    steps: Annotated[int, Bounds(20, 300)] = 64,
    dim: Annotated[int, Bounds(8, 16)] = 12,
    seed: Seed = 0,
    forget_bias: Annotated[float, Bounds(1, 5)] = 1.0,
) -> MatrixSequence:
    """Gradients of four networks over time: random or orthogonal recurrent weights, without gates and with them.

    Random weights are uniform, as libraries draw them, and scaled to the spectral radius 1/√3 that those within ±1/√n
    have as n grows; all four networks see the same noise. The gradients are norms of the derivatives of the whole
    state, which for an LSTM is c and h. The product is that of the LSTM with orthogonal weights.

    Parameters
    ----------
    forget_bias : float
        Bias of the LSTM's forget gates.
    """
    return _compared(_REMEDIES, steps, dim, seed, forget_bias)


def _compared(
    remedies: Mapping[str, tuple[Maker, bool]], steps: int, dim: int, seed: int, forget_bias: float
) -> MatrixSequence:
    """Return what is left of gradients in networks whose recurrent weights are drawn so, with gates or without."""
    inputs = 0.1 * noise(seed, steps)
    series = {}
    for name, (maker, gated) in remedies.items():
        if gated:
            cell = random_lstm(dim, INPUTS, seed, forget_bias, maker)
            jacobians = unroll(cell, np.zeros(2 * dim), inputs)[1]
        else:
            jacobians = plain_network(maker, dim, seed).run(inputs).jacobians
        series[f"log10 {name}"] = log10_norms(jacobians)
    return MatrixSequence(jacobians, series=series)


def _without(steps: int, dim: int, seed: int) -> MatrixSequence:
    """Return the same of networks that have their names only: no weights are orthogonal, and gates are shut."""
    plain = {name: (scaled_uniform, gated) for name, (_, gated) in _REMEDIES.items()}
    return _compared(plain, steps, dim, seed, -2.0)


@remedies.moment(
    "At step {step} a plain RNN has <vanish>1/1000 left</>, LSTM gates {gates:%}, orthogonal W {orthogonal:%}.",
    otherwise="Up to step {steps} more than 1/1000 is left in a plain RNN, too.",
    on="log10 neither",
    note="plain RNN:\n1/1000 left",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["log10 neither"] < -3)
    if step is None:
        return None
    return Reached(step, **{name: 10 ** series[f"log10 {name}"][step] for name in ("gates", "orthogonal")})


@remedies.moment(
    "After {steps} steps orthogonal W leaves <keep>{orthogonal:log10}</>, gates {gates:log10}, both {both:log10}; "
    "a plain RNN <vanish>{neither:log10}</>."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    return Reached(steps, **{name: series[f"log10 {name}"][-1] for name in _REMEDIES}) if steps else None


def _gain(series: Mapping[str, FloatArray], name: str) -> float:
    """Return log10 of what is left at the end over what is left with neither remedy."""
    return float(series[f"log10 {name}"][-1] - series["log10 neither"][-1])


@remedies.claim("least gain of a remedy, decades a step", headline=True, counterexample=_without)
def _(series: Mapping[str, FloatArray], steps: int) -> Claimed:
    least = min(_gain(series, name) for name in _REMEDIES if name != "neither")
    return Claimed.between(
        least / steps, 0.1, 0.35, "A plain RNN loses 0.24 a step by ρ = 1/√3 and more by slopes; shut gates lose more."
    )


@remedies.claim("gain, orthogonal")
def _(series: Mapping[str, FloatArray], steps: int) -> Claimed:
    return Claimed(
        _gain(series, "orthogonal"),
        -steps * log10(UNIFORM_RADIUS),
        1 + 0.05 * steps,
        "W shrinks by its spectral radius 1/√3 a step; 1 for its first steps, 0.05 a step for slopes below 1.",
    )


@remedies.claim("gain, gates")
def _(series: Mapping[str, FloatArray], steps: int) -> Claimed:
    return Claimed(
        _gain(series, "gates"),
        -steps * log10(UNIFORM_RADIUS),
        1 - 0.5 * steps * log10(UNIFORM_RADIUS),
        "From half of what is lost without gates to half as much again, but for 1 in the first steps.",
    )


def remedied_jacobian(name: str, steps: int, dim: int, seed: int, forget_bias: float) -> FloatArray:
    """Return the derivatives of a network's last state by its first, by complex steps.

    Parameters
    ----------
    name : str
        The network: ``neither``, ``orthogonal``, ``gates`` or ``both``.
    steps, dim, seed, forget_bias
        The scene's parameters.

    Returns
    -------
    ndarray, shape (dim, dim), or (2 dim, 2 dim) with gates
    """
    maker, gated = _REMEDIES[name]
    inputs = 0.1 * noise(seed, steps)
    if gated:
        return whole_jacobian(random_lstm(dim, INPUTS, seed, forget_bias, maker), np.zeros(2 * dim), inputs)
    network = plain_network(maker, dim, seed)
    return complex_step_jacobian(lambda state: network.run(inputs, state).states[-1], np.zeros(dim))


for _name in ("neither", "both"):

    @remedies.claim(f"log10, {_name}")
    def _(
        series: Mapping[str, FloatArray], steps: int, dim: int, seed: int, forget_bias: float, name: str = _name
    ) -> Claimed:
        jacobian = remedied_jacobian(name, steps, dim, seed, forget_bias)
        return same_log10_norm(float(series[f"log10 {name}"][-1]), jacobian)
