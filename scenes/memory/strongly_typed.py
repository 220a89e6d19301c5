"""Gradients of a strongly-typed RNN."""

from collections.abc import Mapping
from typing import Annotated

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
    scene,
    show,
    sigmoid,
)
from scenes.memory._gradients import same_log10_norm
from scenes.memory._networks import INPUTS, noise, plain_network


def _is_mixed(matrix: FloatArray) -> bool:
    """Whether most of a matrix lies beside its diagonal."""
    diagonal = float(np.linalg.norm(matrix.diagonal()))
    return float(np.linalg.norm(matrix)) ** 2 > 2 * diagonal**2


_ROLES = {"strongly-typed": "keep", "tanh RNN": "vanish"}


def typed_gates(steps: int, dim: int, seed: int, gate_bias: float) -> tuple[FloatArray, FloatArray]:
    """Return f_t and z_t, which depend on the inputs only, each of shape (T, dim)."""
    inputs = noise(seed, steps)
    z = inputs @ gaussian_matrix((dim, INPUTS), [seed, 12]).T
    f = sigmoid(inputs @ gaussian_matrix((dim, INPUTS), [seed, 13]).T + gate_bias)
    return np.asarray(f), np.asarray(z)


@scene(
    show("matrix", limits=(-1, 1), numbers=False, heading="effect of h₀ on hₜ", roles=_ROLES),
    show(
        "series",
        of="log10_spectral_norm",
        heading="what is left of the first state h₀",
        note="strongly-typed: own gate only; tanh RNN: W mixes and tanh shrinks",
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
    gate_bias: Annotated[float, Bounds(0, 10)] = 4.0,
) -> dict[str, MatrixSequence]:
    """Gradients of a strongly-typed RNN, whose units never mix over time, beside those of a tanh RNN.

    D. Balduzzi, M. Ghifary, "Strongly-typed recurrent neural networks", ICML 2016.

    Parameters
    ----------
    gate_bias : float
        Bias of the gates f; the larger, the longer a state is kept.
    """
    f, _ = typed_gates(steps, dim, seed, gate_bias)
    inputs = noise(seed, steps)
    return {
        "strongly-typed": MatrixSequence(f[:, :, None] * np.eye(dim)),
        "tanh RNN": MatrixSequence(plain_network(gaussian_matrix, dim, seed).run(inputs).jacobians),
    }


def typed_state(start: FloatArray, f: FloatArray, z: FloatArray) -> FloatArray:
    """Return the last state of ``h_t = f_t h_{t−1} + (1 − f_t) z_t``, shape (dim,).

    Parameters
    ----------
    start : ndarray, shape (dim,)
        The first state h_0.
    f, z : ndarray, shape (T, dim)
        Gates and values.
    """
    for gate, new in zip(f, z, strict=True):
        start = gate * start + (1 - gate) * new
    return start


@strongly_typed.moment(
    "Step {step}: the tanh RNN has <vanish>mixed its units</>, the strongly-typed one <keep>has not</>.",
    column="tanh RNN",
    otherwise="Up to step {steps} the units of the tanh RNN hardly mix.",
)
def _(product: Trajectory, steps: int) -> int | None:
    return next((step for step in range(steps + 1) if _is_mixed(product.matrix(step))), None)


@strongly_typed.moment(
    "In {step} steps W and tanh shrink the tanh RNN's to <vanish>1/1000</>; the gates keep <keep>{kept:%}</>.",
    column="tanh RNN",
    otherwise="Up to step {steps} the tanh RNN keeps more than 1/1000.",
)
def _(product: Trajectory, columns: Mapping[str, Trajectory]) -> Reached | None:
    step = first_step(product.log10_spectral_norm < -3)
    if step is None:
        return None
    return Reached(step, kept=10 ** float(columns["strongly-typed"].log10_spectral_norm[step]))


@strongly_typed.moment(
    "Each strongly-typed unit keeps its own {steps} gates multiplied, nothing else: up to <keep>{kept:%}</>.",
    column="strongly-typed",
)
def _(product: Trajectory, steps: int) -> Reached | None:
    return Reached(steps, kept=10 ** float(product.log10_spectral_norm[-1])) if steps else None


@strongly_typed.claim("product less ∏ f", column="strongly-typed")
def _(product: Trajectory, steps: int, dim: int, seed: int, gate_bias: float) -> Claimed:
    f, z = typed_gates(steps, dim, seed, gate_bias)
    # What a difference of 1 in h_0 makes at the end; the state depends on h_0 linearly, so no limit has to be taken.
    made = typed_state(np.ones(dim), f, z) - typed_state(np.zeros(dim), f, z)
    return Claimed(
        float(np.abs(product.matrix(steps) - np.diag(made)).max()),
        0.0,
        float(16 * np.finfo(float).eps * (steps + 1)),
        "States of size about 3 are rounded T times on either side of the difference.",
    )


@strongly_typed.claim("log10 norm at last", column="tanh RNN")
def _(product: Trajectory, steps: int, dim: int, seed: int) -> Claimed:
    network, inputs = plain_network(gaussian_matrix, dim, seed), noise(seed, steps)
    jacobian = complex_step_jacobian(lambda state: network.run(inputs, state).states[-1], np.zeros(dim))
    return same_log10_norm(float(product.log10_spectral_norm[-1]), jacobian)
