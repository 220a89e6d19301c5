"""Products of forget gates."""

from collections.abc import Mapping
from fractions import Fraction
from math import log10
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
    Seed,
    Trajectory,
    first_step,
    haar_orthogonal,
    random_lstm,
    repeated,
    scene,
    show,
    sigmoid,
)
from scenes.memory._gradients import log10_norms

_GATES = {"f = 1": 1.0, "f = 0.99": 0.99, "f = 0.9": 0.9}


def _steepest_sigmoid(dim: int, seed: int, steps: int) -> FloatArray:
    """Return the Jacobians of a sigmoid RNN at its best: W is orthogonal, and z stays 0, where the slope is 1/4."""
    turn = haar_orthogonal(dim, [seed, 3])
    network = RNN(turn, np.zeros((dim, 1)), -turn @ np.full(dim, 0.5), ACTIVATIONS["sigmoid"])
    return network.run(np.zeros((steps, 1)), np.full(dim, 0.5)).jacobians


def _forget_gates_of(dim: int, seed: int, forget_bias: float, steps: int) -> FloatArray:
    """Return the forget gates of an LSTM that sees noise, shape (T, dim); its gates depend on its inputs only."""
    cell = random_lstm(dim, dim, seed, forget_bias, lambda n, _: np.zeros((n, n)))
    inputs = 0.5 * np.random.default_rng([seed, 4]).standard_normal((steps, dim))
    return np.array([cell.gates(np.zeros(2 * dim), x)[0] for x in inputs]).reshape(steps, dim)


@scene(
    show(
        "series",
        of={f"{name}:": f"left at {name}" for name in _GATES} | {"sigmoid RNN": "left in an RNN"},
        heading="what is left",
        note="of the cell: forget gates f multiplied",
        scale="linear",
        limits=(0, 1),
        unit="%",
        theory=("sigmoid RNN",),
        roles={"f = 1:": "keep", "f = 0.99:": "data", "f = 0.9:": "vanish"},
    ),
    show(
        "series",
        of={"with bias:": "left given", "no bias:": "left unbiased"},
        heading="left in an LSTM",
        note="with bias {forget_bias}: gates about {gate:.2}; no bias: about 0.5",
        scale="linear",
        limits=(0, 1),
        unit="%",
        roles={"with bias:": "keep", "no bias:": "vanish"},
    ),
    title="A gate of 1 forgets nothing",
    statement="a gate of 1 keeps the cell and its gradient; a forget bias of {forget_bias} keeps more than none",
    opening="Every step multiplies the cell by its forget gate f: 1 keeps, 0 erases. What is left?",
    arrange="stacked",
    covers=(67, 98, 110),
)
def forget_gates(
    steps: Annotated[int, Bounds(0, 300)] = 64,
    dim: Annotated[int, Bounds(2, 32)] = 8,
    seed: Seed = 0,
    forget_bias: Annotated[float, Bounds(1, 10)] = 4.0,
) -> MatrixSequence:
    """Products of forget gates: the gradient of a cell by an earlier one.

    Gates that do not depend on h make the Jacobian of the cell diag(f), so that the gradient is their product. An
    LSTM does not guarantee that it is kept; it only makes it easy, since one bias decides it.

    Parameters
    ----------
    forget_bias : float
        Bias of the LSTM's forget gates, which are σ(bias) on average.
    """
    t = np.arange(steps + 1)
    series: dict[str, FloatArray] = {f"left at {name}": np.asarray(f**t) for name, f in _GATES.items()}
    series["log10 sigmoid RNN"] = log10_norms(_steepest_sigmoid(dim, seed, steps))
    series["left in an RNN"] = 10.0 ** series["log10 sigmoid RNN"]
    for name, bias in {"given": forget_bias, "unbiased": 0.0}.items():
        gates = _forget_gates_of(dim, seed, bias, steps)
        # The unit that keeps most.
        series[f"left {name}"] = np.vstack([np.ones(dim), np.cumprod(gates, axis=0)]).max(axis=1)
    series["gate"] = np.full(steps + 1, sigmoid(np.array(forget_bias)))
    return repeated(np.diag(list(_GATES.values())), steps, series)


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
    "After {step} steps 0.9 <vanish>has lost 99 %</>, 0.99 has lost {lost:%}, and 1 <keep>nothing</>.",
    otherwise="After {steps} steps a gate of 1 has lost nothing.",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["left at f = 0.9"] < 0.01)
    return None if step is None else Reached(step, lost=1 - series["left at f = 0.99"][step])


@forget_gates.moment(
    "An LSTM with bias {bias:3} <keep>keeps {left:%}</> for {steps} steps; "
    "with no bias <vanish>half is lost</> in {half}.",
    otherwise="After {steps} steps a gate of 1 has lost nothing.",
)
def _(series: Mapping[str, FloatArray], steps: int, forget_bias: float) -> Reached | None:
    half = first_step(series["left unbiased"] < 0.5)
    return None if half is None else Reached(steps, bias=forget_bias, left=series["left given"][-1], half=half)


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
