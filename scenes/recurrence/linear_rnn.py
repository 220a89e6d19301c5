"""A linear recurrent network without input: h(t) = W h(t − 1)."""

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
    gaussian_matrix,
    growth,
    repeated,
    scene,
    show,
    with_spectral_radius,
)


@scene(
    show(
        "states",
        of="state",
        equal="W{step:^}",
        along="W",
        heading="each state: W × the last",
        note="no input, no tanh",
    ),
    show(
        "series",
        of="log10_spectral_norm",
        heading="size of the state",
        note="a power of W: in the long run × {spectral_radius} a step, its largest |λ|",
    ),
    title="A network without input",
    statement="h(t) = W h(t − 1) from h(0) = I: each cell of the chain holds the next power of W",
    opening="Without input and tanh, each state is W times the one before. What becomes of it?",
    arrange="stacked",
    poster=1.0,
    fps="6.25",
    covers=(1, 23, 24, 25),
)
def linear_rnn(
    steps: Annotated[int, Bounds(0, 1_000)] = 64,
    dim: Annotated[int, Bounds(2, 15)] = 6,
    seed: Seed = 0,
    spectral_radius: Annotated[float, Bounds(0.6, 1.7)] = 0.98,
) -> MatrixSequence:
    """States of a linear recurrent network without input: powers of its matrix, 64 steps in 65 states.

    With tanh and an input, which were taken away, no state could grow beyond n: that is claimed, too.

    Parameters
    ----------
    spectral_radius : float
        Largest eigenvalue modulus of W.
    """
    return _rolled_out(steps, dim, seed, spectral_radius, 0.0)


def _rolled_out(steps: int, dim: int, seed: int, spectral_radius: float, heard: float) -> MatrixSequence:
    """Return the states of a network that hears so much of an input at every step."""
    matrix = with_spectral_radius(gaussian_matrix(dim, seed), spectral_radius)
    inputs = heard * np.random.default_rng([seed, 1]).standard_normal((steps, dim, dim))
    states = np.empty((steps + 1, dim, dim))
    states[0] = np.eye(dim)
    for step in range(steps):
        states[step + 1] = matrix @ states[step] + inputs[step]
    series = {"state": states}
    for name, loudness in (("log10 squeezed", 0.0), ("log10 driven", 1.0)):
        series[name] = _log10_sizes(_with_tanh(matrix, steps, seed, loudness))
    return repeated(matrix, steps, series)


def _with_tanh(matrix: FloatArray, steps: int, seed: int, loudness: float) -> FloatArray:
    """Return the states ``h_t = tanh(W h_{t−1} + V x_t)`` from ``h_0 = I``: all columns hear the same input."""
    heard = loudness * np.random.default_rng([seed, 2]).standard_normal((steps, len(matrix), 1))
    states = np.empty((steps + 1, *matrix.shape))
    states[0] = np.eye(len(matrix))
    for step in range(steps):
        states[step + 1] = np.tanh(matrix @ states[step] + heard[step])
    return states


def _log10_sizes(states: FloatArray) -> FloatArray:
    """Return log10 of the spectral norms of states."""
    return np.asarray(np.log10(np.maximum(np.linalg.norm(states, 2, axis=(1, 2)), 1e-300)))


def _with_input(steps: int, dim: int, seed: int, spectral_radius: float) -> MatrixSequence:
    return _rolled_out(steps, dim, seed, spectral_radius, 0.01)


@linear_rnn.moment("Step {step}: multiplied by W {step} times, the state is W{step:^}.")
def _(steps: int) -> Reached:
    return Reached(min(3, steps))


@linear_rnn.moment(
    "Step {steps}: the state W{steps:^} has size {size:log10}; each W multiplies it by about {spectral_radius}."
)
def _(product: Trajectory, series: Mapping[str, FloatArray], steps: int) -> Reached:
    size, driven = float(product.log10_spectral_norm[-1]), float(series["log10 driven"][-1])
    return Reached(steps, size=size, driven=driven)


@linear_rnn.claim("states less Q Λᵗ Q⁻¹", headline=True, counterexample=_with_input)
def _(product: Trajectory, series: Mapping[str, FloatArray], steps: int) -> Claimed:
    # Powers of eigenvalues, which multiply no matrices.
    matrix = product.matrix(1) if steps else np.eye(product.dim)
    eigenvalues, vectors = np.linalg.eig(matrix)
    inverse, worst = np.linalg.inv(vectors), 0.0
    for step, state in enumerate(series["state"]):
        power = ((vectors * eigenvalues**step) @ inverse).real
        worst = max(worst, float(np.abs(state - power).max() / max(np.abs(power).max(), 1e-300)))
    return Claimed(worst, 0.0, 1e-9, "Each is off by some t · n · eps times the condition of Q, hundreds or thousands.")


@linear_rnn.claim("largest size with tanh / n")
def _(product: Trajectory, series: Mapping[str, FloatArray]) -> Claimed:
    # After a step all entries are below 1 in size, and so the norm is below n.
    sizes = 10 ** np.concatenate([series[f"log10 {name}"][1:] for name in ("squeezed", "driven")])
    return Claimed.between(float(sizes.max(initial=0.0)) / product.dim, 0.0, 1.0, "tanh lies between −1 and 1.")


@linear_rnn.claim("decades per step")
def _(product: Trajectory, spectral_radius: float) -> Claimed:
    return growth(product, spectral_radius)
