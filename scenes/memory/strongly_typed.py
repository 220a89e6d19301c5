"""Gradients of a strongly-typed RNN."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Trajectory,
    complex_step_jacobian,
    first_step,
    gaussian_matrix,
    last_state,
    scene,
    show,
    sigmoid,
    unroll,
)
from scenes.memory._gradients import same_log10_norm
from scenes.memory._networks import INPUTS, noise, plain_network


def mixed(matrix: FloatArray) -> float:
    """Return how much of a matrix lies beside its diagonal, as a part of 1 of its squared entries."""
    size = np.abs(matrix).max()
    squares = (matrix / size) ** 2 if size else np.eye(len(matrix))
    return 1.0 - float(squares.diagonal().sum() / squares.sum())


_ROLES = {"strongly-typed": "keep", "tanh RNN": "vanish"}


@dataclass(frozen=True, eq=False)
class TypedCell:
    """A strongly-typed RNN, ``h ← f h + (1 − f) z`` with ``f = σ(U x + b)`` and ``z = V x``.

    Parameters
    ----------
    gate_kernel, value_kernel : ndarray, shape (n, m)
        U and V.
    gate_bias : float
        b.
    listening : ndarray, shape (n, n)
        What the gates hear of h; zeros, or else the cell is not strongly typed.
    """

    gate_kernel: FloatArray
    value_kernel: FloatArray
    gate_bias: float
    listening: FloatArray

    def gates(self, state: Any, x: FloatArray) -> Any:
        """Return f, shape (n,)."""
        return sigmoid(self.gate_kernel @ x + self.gate_bias + self.listening @ state)

    def step(self, state: Any, x: FloatArray) -> Any:
        """Return the next state; complex numbers go through."""
        f = self.gates(state, x)
        return f * state + (1 - f) * (self.value_kernel @ x)

    def jacobian(self, state: FloatArray, x: FloatArray) -> FloatArray:
        """Return the derivatives of the next state by this one, found without their formula, shape (n, n)."""
        return complex_step_jacobian(lambda moved: self.step(moved, x), state)


def typed_cell(dim: int, seed: int, gate_bias: float) -> TypedCell:
    """Return a strongly-typed RNN with random weights.

    Parameters
    ----------
    dim, seed, gate_bias : int, int, float
        The parameters of the scene.
    """
    values, gates = (gaussian_matrix((dim, INPUTS), [seed, stream]) for stream in (12, 13))
    return TypedCell(gates, values, gate_bias, np.zeros((dim, dim)))


@scene(
    show("matrix", limits=(-1, 1), numbers=False, heading="effect of h₀ on hₜ", roles=_ROLES),
    show(
        "series",
        of="log10_spectral_norm",
        heading="what is left of the first state h₀",
        note="strongly-typed RNN: a gate a unit; tanh RNN: W mixes, tanh shrinks",
        roles=_ROLES,
    ),
    title="Units that never mix",
    statement="h = f · h + (1 − f) · z, with f of the input alone: the gradient is exactly ∏ f",
    opening="A strongly-typed RNN multiplies each unit by its own gate only. A tanh RNN mixes them by W.",
    fps="10",
    covers=(45,),
)
def strongly_typed(
    steps: Annotated[int, Bounds(0, 300)] = 64,
    dim: Annotated[int, Bounds(2, 20)] = 8,
    seed: Seed = 0,
    gate_bias: Annotated[float, Bounds(2, 10)] = 4.0,
) -> dict[str, MatrixSequence]:
    """Gradients of a strongly-typed RNN, whose units never mix over time, beside those of a tanh RNN.

    D. Balduzzi, M. Ghifary, "Strongly-typed recurrent neural networks", ICML 2016.

    Parameters
    ----------
    gate_bias : float
        Bias of the gates f; the larger, the longer a state is kept.
    """
    return compared(typed_cell(dim, seed, gate_bias), steps, dim, seed)


def compared(cell: TypedCell, steps: int, dim: int, seed: int) -> dict[str, MatrixSequence]:
    """Return the Jacobians and gates of a typed cell, and the Jacobians of a tanh RNN.

    Parameters
    ----------
    cell : TypedCell
        The cell.
    steps, dim, seed : int
        The parameters of the scene.
    """
    inputs = noise(seed, steps)
    states, jacobians = unroll(cell, np.zeros(dim), inputs)
    gates = np.ones((steps + 1, dim))
    for step, x in enumerate(inputs):
        gates[step + 1] = cell.gates(states[step], x)
    return {
        "strongly-typed": MatrixSequence(jacobians, series={"gates": gates}),
        "tanh RNN": MatrixSequence(plain_network(gaussian_matrix, dim, seed).run(inputs).jacobians),
    }


def _listening(steps: int, dim: int, seed: int, gate_bias: float) -> dict[str, MatrixSequence]:
    """Return the same with gates that hear the state, too, as those of an LSTM do."""
    cell = replace(typed_cell(dim, seed, gate_bias), listening=gaussian_matrix(dim, [seed, 14]))
    return compared(cell, steps, dim, seed)


@strongly_typed.moment(
    "Step {step}: the tanh RNN has <vanish>mixed its units</>, the strongly-typed one <keep>has not</>.",
    column="tanh RNN",
    otherwise="Up to step {steps} the units of the tanh RNN hardly mix.",
)
def _(product: Trajectory, steps: int) -> int | None:
    return next((step for step in range(steps + 1) if mixed(product.matrix(step)) > 0.5), None)


@strongly_typed.moment(
    "In {step} steps W and tanh leave <vanish>1/1000</> of h₀ in the tanh RNN; the gates keep <keep>{kept:%}</>.",
    column="tanh RNN",
    otherwise="Up to step {steps} the tanh RNN keeps more than 1/1000.",
)
def _(product: Trajectory, columns: Mapping[str, Trajectory]) -> Reached | None:
    step = first_step(product.log10_spectral_norm < -3)
    if step is None:
        return None
    return Reached(step, kept=10 ** float(columns["strongly-typed"].log10_spectral_norm[step]))


@strongly_typed.moment(
    "{steps} gates of its own, multiplied, leave a strongly-typed unit up to <keep>{kept:log10}</>: "
    "mixed with nothing.",
    column="strongly-typed",
)
def _(product: Trajectory, steps: int) -> Reached | None:
    return Reached(steps, kept=float(product.log10_spectral_norm[-1])) if steps else None


@strongly_typed.claim("∂h_T/∂h₀ less ∏ f", column="strongly-typed", headline=True, counterexample=_listening)
def _(product: Trajectory, series: Mapping[str, FloatArray], steps: int) -> Claimed:
    kept = np.exp(np.log(series["gates"]).sum(axis=0))
    return Claimed(
        float(np.abs(product.matrix(steps) - np.diag(kept)).max() / kept.max()),
        0.0,
        1e-14 * (steps + 10),
        "Relative to the largest: T products, and the sum of T logarithms, round by some eps each.",
    )


@strongly_typed.claim("difference at last less ∏ f", column="strongly-typed")
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int, gate_bias: float) -> Claimed:
    cell, inputs = typed_cell(dim, seed, gate_bias), noise(seed, steps)
    # What a difference of 1 in h_0 makes at the end; the state depends on h_0 linearly, so no limit has to be taken.
    made = last_state(cell, np.ones(dim), inputs) - last_state(cell, np.zeros(dim), inputs)
    return Claimed(
        float(np.abs(made - np.prod(series["gates"], axis=0)).max()),
        0.0,
        float(16 * np.finfo(float).eps * (steps + 1)),
        "States of size about 3 are rounded T times on either side of the difference.",
    )


@strongly_typed.claim("most beside the diagonal", column="tanh RNN")
def _(product: Trajectory, steps: int) -> Claimed:
    return Claimed.between(
        max(mixed(product.matrix(step)) for step in range(steps + 1)),
        0.02 if steps > 15 else 0.0,
        1.0,
        "W mixes all units with all; if there are two, it may be by little.",
    )


@strongly_typed.claim("log10 norm at last", column="tanh RNN")
def _(product: Trajectory, steps: int, dim: int, seed: int) -> Claimed:
    network, inputs = plain_network(gaussian_matrix, dim, seed), noise(seed, steps)
    jacobian = complex_step_jacobian(lambda state: network.run(inputs, state).states[-1], np.zeros(dim))
    return same_log10_norm(float(product.log10_spectral_norm[-1]), jacobian)
