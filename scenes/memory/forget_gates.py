"""Products of forget gates."""

from collections.abc import Mapping
from fractions import Fraction
from math import exp, log10
from typing import Annotated, Any

import numpy as np

from scenes import (
    ACTIVATIONS,
    LSTM,
    RNN,
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Trajectory,
    complex_step_jacobian,
    first_step,
    haar_orthogonal,
    last_state,
    log10_norm,
    random_lstm,
    repeated,
    scene,
    show,
    sigmoid,
    unroll,
)
from scenes.memory._gradients import log10_norms, same_log10_norm
from scenes.memory._networks import scaled_uniform

_GATES = {"f = 1": 1.0, "f = 0.99": 0.99, "f = 0.9": 0.9}


def _steepest_sigmoid(dim: int, seed: int, steps: int) -> FloatArray:
    """Return the Jacobians of a sigmoid RNN at its best: W is orthogonal, and z stays 0, where the slope is 1/4."""
    turn = haar_orthogonal(dim, [seed, 3])
    network = RNN(turn, np.zeros((dim, 1)), -turn @ np.full(dim, 0.5), ACTIVATIONS["sigmoid"])
    return network.run(np.zeros((steps, 1)), np.full(dim, 0.5)).jacobians


def biased_lstm(dim: int, seed: int, forget_bias: float, steps: int) -> tuple[LSTM, FloatArray, FloatArray]:
    """Return an LSTM in noise, all its weights as libraries begin with them.

    Returns
    -------
    cell : LSTM
        The cell with n = `dim` units, its biases 0 but for the forget gate's.
    start : ndarray, shape (2 n,)
        Its first state, zeros.
    inputs : ndarray, shape (T, n)
        The noise.
    """
    cell = random_lstm(dim, dim, seed, forget_bias, scaled_uniform)
    inputs = 0.5 * np.random.default_rng([seed, 4]).standard_normal((steps, dim))
    return cell, np.zeros(2 * dim), inputs


def cell_by_cell(jacobians: FloatArray) -> FloatArray:
    """Return log10 of ``‖∂c_t/∂c_0‖₂`` for t = 0 … T, shape (T + 1,), by the chain rule over all paths.

    Parameters
    ----------
    jacobians : ndarray, shape (T, 2 n, 2 n)
        The derivatives of c and h together, step by step.
    """
    dim = jacobians.shape[1] // 2
    product, exponent, found = np.eye(2 * dim, dim), 0.0, [0.0]
    for jacobian in jacobians:
        product = jacobian @ product
        found.append(exponent + log10_norm(product[:dim]))
        size = float(np.linalg.norm(product))
        exponent, product = exponent + log10(size), product / size
    return np.array(found)


@scene(
    show(
        "series",
        of={f"{name}:": f"left at {name}" for name in _GATES} | {"no gates (RNN)": "left in an RNN"},
        heading="what is left",
        note="of a memory cell: its forget gates f, multiplied",
        scale="linear",
        limits=(0, 1),
        unit="%",
        theory=("no gates (RNN)",),
        roles={"f = 1:": "keep", "f = 0.99:": "data", "f = 0.9:": "vanish"},
    ),
    show(
        "series",
        of={"with bias:": "log10 given", "no bias:": "log10 unbiased"},
        heading="gradient left in an LSTM",
        note="bias {forget_bias}: forget gates wider open; none: half open",
        roles={"with bias:": "keep", "no bias:": "vanish"},
    ),
    title="A gate of 1 forgets nothing",
    statement="a gate of 1 keeps the cell and its gradient; an LSTM's lasts longer with a forget bias of {forget_bias}",
    opening="Every step multiplies a memory cell by its forget gate f: 1 keeps, 0 erases. What is left?",
    arrange="stacked",
    covers=(67, 98, 110),
)
def forget_gates(
    steps: Annotated[int, Bounds(0, 300)] = 64,
    dim: Annotated[int, Bounds(2, 24)] = 8,
    seed: Seed = 0,
    forget_bias: Annotated[float, Bounds(1, 10)] = 3.0,
) -> MatrixSequence:
    """Products of forget gates, and the gradient of an LSTM's cell by its first one, with and without a forget bias.

    If gates do not depend on h, the Jacobian of the cell is diag(f), and the gradient the product of gates. In an LSTM
    they do, and the cell acts on itself by h, too: it does not guarantee that a gradient is kept, it only makes it
    easy, since one bias decides it.

    Parameters
    ----------
    forget_bias : float
        Bias of the LSTM's forget gates, which are about σ(bias).
    """
    return _compared(steps, dim, seed, forget_bias)


def _compared(steps: int, dim: int, seed: int, given: float) -> MatrixSequence:
    """Return powers of gates, and gradients of an LSTM with the forget bias that it is given, and with none."""
    t = np.arange(steps + 1)
    series: dict[str, FloatArray] = {f"left at {name}": np.asarray(f**t) for name, f in _GATES.items()}
    series["log10 sigmoid RNN"] = log10_norms(_steepest_sigmoid(dim, seed, steps))
    series["left in an RNN"] = 10.0 ** series["log10 sigmoid RNN"]
    for name, bias in {"given": given, "unbiased": 0.0}.items():
        series[f"log10 {name}"] = cell_by_cell(unroll(*biased_lstm(dim, seed, bias, steps))[1])
    series["gate"] = np.full(steps + 1, sigmoid(np.array(given)))
    return repeated(np.diag(list(_GATES.values())), steps, series)


def _reversed(steps: int, dim: int, seed: int, forget_bias: float) -> MatrixSequence:
    """Return the same with the opposite bias, which shuts the forget gates."""
    return _compared(steps, dim, seed, -forget_bias)


@forget_gates.moment(
    "After {step} steps a gate of 0.9 <vanish>has lost half</>; a gate of 0.99 still has {left:%}.",
    note="half left",
    on="left at f = 0.9",
    otherwise="Up to step {steps} not even a gate of 0.9 loses half.",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["left at f = 0.9"] < 0.5)
    return None if step is None else Reached(step, left=series["left at f = 0.99"][step])


@forget_gates.moment(
    "After {step} steps 0.9 <vanish>has lost 99 %</>, 0.99 {lost:%}, 1 <keep>nothing</>; without gates "
    "{rnn:log10} is left.",
    otherwise="After {steps} steps a gate of 1 has lost nothing.",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["left at f = 0.9"] < 0.01)
    if step is None:
        return None
    return Reached(step, lost=1 - series["left at f = 0.99"][step], rnn=series["log10 sigmoid RNN"][step])


@forget_gates.moment(
    "{steps} steps multiply an LSTM's gradient by <keep>{given:log10} with bias {bias:3}</>, by "
    "<vanish>{none:log10} with none</>.",
    otherwise="After {steps} steps a gate of 1 has lost nothing.",
)
def _(series: Mapping[str, FloatArray], steps: int, forget_bias: float) -> Reached | None:
    if not steps:
        return None
    return Reached(steps, bias=forget_bias, given=series["log10 given"][-1], none=series["log10 unbiased"][-1])


@forget_gates.claim("gain / T log10 2 σ(bias)", headline=True, counterexample=_reversed)
def _(series: Mapping[str, FloatArray], steps: int, forget_bias: float) -> Claimed:
    # A gate of σ(bias) instead of σ(0) = 1/2 gains this at every step.
    alone = steps * log10(2 / (1 + exp(-forget_bias)))
    gained = float(series["log10 given"][-1] - series["log10 unbiased"][-1])
    return Claimed.between(
        gained / alone if steps else 1.0,
        0.5 if steps > 3 else 0.2,
        1.8,
        "What goes round by h adds to both gradients, and the norm is that of the unit whose gates keep most.",
    )


for _name in ("given", "unbiased"):

    @forget_gates.claim(f"log10 ‖∂c_T/∂c₀‖, {_name}")
    def _(
        series: Mapping[str, FloatArray], steps: int, dim: int, seed: int, forget_bias: float, name: str = _name
    ) -> Claimed:
        cell, start, inputs = biased_lstm(dim, seed, forget_bias if name == "given" else 0.0, steps)

        def last(c: Any) -> Any:
            return last_state(cell, np.concatenate([c, start[dim:]]), inputs)[:dim]

        return same_log10_norm(float(series[f"log10 {name}"][-1]), complex_step_jacobian(last, start[:dim]))


for _index, _gate in ((2, Fraction(9, 10)), (1, Fraction(99, 100)), (0, Fraction(1))):

    @forget_gates.claim(f"∂c_T/∂c₀ at f = {float(_gate):g}")
    def _(product: Trajectory, steps: int, index: int = _index, gate: Fraction = _gate) -> Claimed:
        return Claimed(
            float(product.matrix(steps)[index, index]),
            float(gate**steps),
            float(2 * np.finfo(float).eps * (steps + 1)),
            "The gate and each of T products round by eps / 2; the expected one is a fraction of whole numbers.",
        )


@forget_gates.claim("log10, sigmoid RNN")
def _(series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
    return Claimed(
        float(series["log10 sigmoid RNN"][-1]),
        steps * log10(0.25),
        4e-15 * (steps + 1) * dim,
        "Each of T slopes is 1/4 but for rounding; no sigmoid network with an orthogonal W does better.",
    )
