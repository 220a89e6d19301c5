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
    Seed,
    Trajectory,
    haar_orthogonal,
    random_lstm,
    repeated,
    scene,
    show,
    sigmoid,
)
from scenes.memory._gradients import log10_norms

# Where the picture ends; a curve that would go on below it is not drawn there.
_LEAST = -8
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
        of={name: f"log10 {name}" for name in _GATES} | {"sigmoid RNN": "sigmoid drawn"},
        heading="∂c/∂c₀",
        limits=(_LEAST, 1),
    ),
    show("series", of={"as given": "log10 given", "bias 0": "log10 unbiased"}, heading="an LSTM, by forget bias"),
    show("bars", of="gates", heading="its forget gates", limits=(0, 1), reference="middle"),
    "claims",
    title="Forget gates",
    statement="a gate of 1 keeps the cell and its gradient; a forget bias of {forget_bias} keeps more than none",
    poster=1.0,
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
    series: dict[str, FloatArray] = {f"log10 {name}": np.asarray(t * log10(f)) for name, f in _GATES.items()}
    series["log10 sigmoid RNN"] = log10_norms(_steepest_sigmoid(dim, seed, steps))
    series["sigmoid drawn"] = np.where(series["log10 sigmoid RNN"] < _LEAST, np.nan, series["log10 sigmoid RNN"])
    for name, bias in {"given": forget_bias, "unbiased": 0.0}.items():
        gates = _forget_gates_of(dim, seed, bias, steps)
        sums = np.vstack([np.zeros(dim), np.cumsum(np.log10(gates), axis=0)])
        series[f"log10 {name}"] = sums.max(axis=1)
        if name == "given":
            series["gates"] = np.vstack([gates[:1], gates]) if steps else np.full((1, dim), sigmoid(bias))
            series["middle"] = np.full((steps + 1, dim), sigmoid(bias))
    return repeated(np.diag(list(_GATES.values())), steps, series)


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
