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
        heading="one box a step",
        note="h₀ = I, then W times the last",
    ),
    show(
        "norms",
        heading="size of the state",
        note="hₜ = Wᵗ: in the long run × {spectral_radius} a step, the largest |λ| of W",
    ),
    title="A network without input",
    statement="h(t) = W h(t − 1) from h(0) = I: each cell of the chain holds the next power of W",
    opening="Without input and activation, each state is W times the one before. What becomes of it?",
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
    return repeated(matrix, steps, {"state": states})


def _with_input(steps: int, dim: int, seed: int, spectral_radius: float) -> MatrixSequence:
    return _rolled_out(steps, dim, seed, spectral_radius, 0.01)


@linear_rnn.moment("Step {step}: multiplied by W {step} times, the state is W{step:^}.")
def _(steps: int) -> Reached:
    return Reached(min(3, steps))


@linear_rnn.moment(
    "Step {steps}: the state is W{steps:^}, its size {size:log10}. In the long run each step is × {spectral_radius}."
)
def _(product: Trajectory, steps: int, spectral_radius: float) -> Reached:
    return Reached(steps, size=float(product.log10_spectral_norm[-1]), spectral_radius=spectral_radius)


@linear_rnn.claim("states − powers of W", headline=True, counterexample=_with_input)
def _(product: Trajectory, series: Mapping[str, FloatArray], steps: int) -> Claimed:
    # Powers by squaring, which multiply other numbers in another order.
    matrix, worst = product.matrix(1) if steps else np.eye(product.dim), 0.0
    for step, state in enumerate(series["state"]):
        power = np.linalg.matrix_power(matrix, step)
        worst = max(worst, float(np.abs(state - power).max() / max(np.abs(power).max(), 1e-300)))
    return Claimed(worst, 0.0, 1e-9, "Both round by some n · eps for every multiplication, relative to their size.")


@linear_rnn.claim("decades per step")
def _(product: Trajectory, spectral_radius: float) -> Claimed:
    return growth(product, spectral_radius)
