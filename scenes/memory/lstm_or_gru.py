"""Recall and gradients of LSTM, GRU and a plain RNN."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

import numpy as np

from scenes import (
    GRU,
    LSTM,
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Trajectory,
    first_step,
    random_gru,
    random_lstm,
    scene,
    show,
    unroll,
)
from scenes.memory._gradients import log10_norms, same_log10_norm, whole_jacobian
from scenes.memory._networks import INPUTS, plain_network, scaled_uniform

_KINDS = ("LSTM", "GRU", "tanh RNN")
_SEQUENCES = 600


def contestants(dim: int, seed: int, keep_bias: float) -> tuple[LSTM, GRU]:
    """Return an LSTM and a GRU of `dim` units with uniform weights and gates that keep equally much."""
    return (
        random_lstm(dim, INPUTS, seed, keep_bias, scaled_uniform),
        random_gru(dim, INPUTS, seed, -keep_bias, maker=scaled_uniform),
    )


def bits_in_noise(seed: int, steps: int) -> tuple[FloatArray, FloatArray]:
    """Return 600 bits, and for each a sequence of inputs that begins with it and goes on with noise.

    Returns
    -------
    bits : ndarray, shape (600,)
        Bits ±1.
    inputs : ndarray, shape (T, INPUTS, 600)
        The sequences, in the last axis.
    """
    random = np.random.default_rng([seed, 7])
    bits = random.choice([-1.0, 1.0], _SEQUENCES)
    inputs = 0.05 * random.standard_normal((steps, INPUTS, _SEQUENCES))
    inputs[:1, 0] = bits
    return bits, inputs


def _recalled(states: FloatArray, bits: FloatArray) -> FloatArray:
    """Return the share of bits told rightly at every step by a linear readout that was fitted to other sequences."""
    half = len(bits) // 2
    shares = [1.0]
    for state in states:
        features = np.vstack([state, np.ones(len(bits))]).T
        # A trace of ridge regression, for states that are nearly alike.
        gram = features[:half].T @ features[:half] + 1e-6 * np.eye(features.shape[1])
        weights = np.linalg.solve(gram, features[:half].T @ bits[:half])
        shares.append(float(np.mean((features[half:] @ weights > 0) == (bits[half:] > 0))))
    return np.array(shares)


def _race(steps: int, dim: int, seed: int, keep_bias: float) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Return how well each kind recalls a bit after so many steps, and its Jacobians on one of the sequences."""
    bits, inputs = bits_in_noise(seed, steps)
    race = {}
    gated: dict[str, LSTM | GRU] = dict(zip(_KINDS, contestants(dim, seed, keep_bias), strict=False))
    for kind, cell in gated.items():
        many = replace(cell, bias=cell.bias[:, None])
        state, hidden = np.zeros((2 * dim if kind == "LSTM" else dim, len(bits))), []
        for x in inputs:
            state = many.step(state, x)
            hidden.append(state[-dim:])
        alone = unroll(cell, np.zeros(len(state)), inputs[:, :, 0])[1]
        race[kind] = _recalled(np.array(hidden), bits), alone
    network = plain_network(scaled_uniform, dim, seed)
    hidden = list(np.swapaxes(network.run(np.swapaxes(inputs, 1, 2)).states[1:], 1, 2))
    race["tanh RNN"] = _recalled(np.array(hidden), bits), network.run(inputs[:, :, 0]).jacobians
    return race


@scene(
    show(
        "series",
        of={"LSTM, GRU": "recall of both", "RNN": "recall of tanh RNN", "guessing": "guessing"},
        heading="bits recalled",
        note="gates near 1 keep the first input",
        scale="linear",
        limits=(0.4, 1),
        unit="%",
        theory=("guessing",),
        roles={"LSTM, GRU": "keep", "RNN": "vanish"},
    ),
    show(
        "series",
        of={kind.removeprefix("tanh "): f"log10 {kind}" for kind in _KINDS},
        heading="gradient",
        note="effect of the first state",
        values=False,
        roles={"LSTM": "keep", "GRU": "keep", "RNN": "vanish"},
    ),
    title="LSTM or GRU",
    statement="here LSTM and GRU recall equally well, long after a plain RNN, the GRU with 3/4 of the weights",
    opening="The first input is one bit, then comes noise. How long can a net still tell the bit?",
    running="Every step brings noise. A net with gates can hold what it had before.",
    fps="10",
    covers=(98, 114),
)
def lstm_or_gru(
    # Before step 24 a plain RNN has not yet forgotten.
    steps: Annotated[int, Bounds(24, 80)] = 64,
    dim: Annotated[int, Bounds(16, 24)] = 16,
    seed: Seed = 0,
    keep_bias: Annotated[float, Bounds(5, 8)] = 5.0,
) -> MatrixSequence:
    """Recall and gradients of LSTM, GRU and a plain RNN of equal width, after ever more noise.

    The first input holds a bit. A linear readout of h, fitted to 300 sequences, tells it on 300 others; the networks
    are as initialised, with gates that keep equally much and recurrent weights that are uniform and have the spectral
    radius 1/√3. The product is that of the LSTM's Jacobians.

    Parameters
    ----------
    keep_bias : float
        Bias of the LSTM's forget gate, and of what the GRU keeps.
    """
    race = _race(steps, dim, seed, keep_bias)
    lstm, gru = contestants(dim, seed, keep_bias)
    counts = dim * (dim + INPUTS + 1), gru.parameters, lstm.parameters
    series = {"parameters": np.broadcast_to(np.array(counts, dtype=float), (steps + 1, 3))}
    for kind, (recall, jacobians) in race.items():
        series |= {f"recall of {kind}": recall, f"log10 {kind}": log10_norms(jacobians)}
    series["recall of both"] = np.minimum(series["recall of LSTM"], series["recall of GRU"])
    series["guessing"] = np.full(steps + 1, 0.5)
    return MatrixSequence(race["LSTM"][1], series=series)


@lstm_or_gru.moment(
    "After {step} steps the plain RNN <vanish>hardly does better than guessing</>: {right:%} are right.",
    note="nearly guessing",
    on="recall of tanh RNN",
    otherwise="Up to step {steps} all three still tell the bit.",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["recall of tanh RNN"] < 0.6)
    return None if step is None else Reached(step, right=series["recall of tanh RNN"][step])


@lstm_or_gru.moment(
    "<keep>LSTM {lstm:%}, GRU {gru:%}</> with 3/4 of the weights: hardly a difference. Plain RNN <vanish>{rnn:%}</>."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    lstm, gru, rnn = (series[f"recall of {kind}"][-1] for kind in _KINDS)
    return Reached(steps, lstm=lstm, gru=gru, rnn=rnn)


@lstm_or_gru.claim("gates win, LSTM as GRU: off / allowed", headline=True, counterexample={"keep_bias": -2.0})
def _(series: Mapping[str, FloatArray]) -> Claimed:
    lstm, gru, rnn = (float(series[f"recall of {kind}"][-1]) for kind in _KINDS)
    off = [abs(lstm - gru) / 0.1, 0.25 / max(min(lstm, gru) - rnn, 1e-9)]
    return Claimed(
        max(off), 0.0, 1.0, "Of 300 bits both recall a quarter more than a plain RNN, and differ by less than a tenth."
    )


@lstm_or_gru.claim("weights LSTM / GRU")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    _, gru, lstm = series["parameters"][0]
    return Claimed(
        float(lstm / gru),
        4 / 3,
        float(2 * np.finfo(float).eps),
        "Four times n (n + m + 1) weights against three times as many; the quotient rounds.",
    )


for _kind in ("LSTM", "GRU"):

    @lstm_or_gru.claim(f"recall {_kind} − RNN")
    def _(series: Mapping[str, FloatArray], kind: str = _kind) -> Claimed:
        return Claimed(
            float(series[f"recall of {kind}"][-1] - series["recall of tanh RNN"][-1]),
            0.5,
            0.2,
            "Guessing 300 bits has a deviation of 0.03; 5 of them, and 0.05 for what the gates lose.",
        )


@lstm_or_gru.claim("log10 of LSTM")
def _(product: Trajectory, steps: int, dim: int, seed: int, keep_bias: float) -> Claimed:
    cell, _ = contestants(dim, seed, keep_bias)
    jacobian = whole_jacobian(cell, np.zeros(2 * dim), bits_in_noise(seed, steps)[1][:, :, 0])
    return same_log10_norm(float(product.log10_spectral_norm[-1]), jacobian)
