"""Products of a recurrent network's Jacobians, and the bounds that norms give."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    ACTIVATIONS,
    RNN,
    Bounds,
    Choices,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Run,
    Seed,
    Trajectory,
    first_step,
    random_unit_vector,
    scene,
    show,
)
from scenes.gradients._common import COMPLEX_STEP, noise, with_norm

# Powers of ten from which on a product is clearly below its bound.
_APART = 0.1


def driven_run(steps: int, dim: int, seed: int, activation: str, norm: float) -> Run:
    """Return the run of a network that is driven by noise, its recurrent matrix W having ``‖W‖₂ = norm``."""
    network = RNN(with_norm(dim, seed, norm), np.eye(dim), np.zeros(dim), ACTIVATIONS[activation])
    return network.run(noise(steps, dim, seed, 0.5))


def _running(log10: FloatArray) -> FloatArray:
    """Return the running sums, from 0."""
    return np.concatenate([[0.0], np.cumsum(log10)])


def _multiplied(run: Run, step: int) -> FloatArray:
    """Return ``diag(φ′)``, W and their product beside each other; of no steps, those of a state of 0."""
    weights = np.asarray(run.network.recurrent)
    slopes = run.slopes[step] if len(run.slopes) else run.network.activation.slope(np.zeros(len(weights)))
    between = np.zeros((len(weights), max(1, len(weights) // 8)))
    return np.hstack([np.diag(slopes), between, weights, between, slopes[:, None] * weights])


@scene(
    show(
        "series",
        of={"product": "log10_spectral_norm", "bound": "bound"},
        theory=("bound",),
        heading="size of the gradient",
        note="bound: the steps' largest stretches, multiplied",
    ),
    show("heatmap", of="multiplied", heading="slopes × W = Jacobian", note="of one step back; diagonal: slopes"),
    title="A bound for the gradient",
    statement="a product of Jacobians diag(φ′) W is never larger than the product of their sizes",
    opening="Each step back multiplies a gradient by a matrix. Multiply their stretches: is that its size?",
    running="A Jacobian's size, here {factor:.2}, is its largest stretch. The bound multiplies these sizes.",
    arrange="stacked",
    fps="6.25",
    covers=(100, 101, 102, 103),
)
def jacobian_bound(
    steps: Annotated[int, Bounds(0, 400)] = 50,
    dim: Annotated[int, Bounds(2, 32)] = 8,
    seed: Seed = 0,
    activation: Annotated[str, Choices(("tanh", "sigmoid", "identity"))] = "tanh",
    largest_singular_value: Annotated[float, Bounds(0.1, 10)] = 1.5,
) -> MatrixSequence:
    """Products of a recurrent network's Jacobians, under the bounds that their norms give.

    ``∂h(t)/∂h(0) = D_t W D_{t−1} W … D_1 W`` with ``D = diag(φ′)``, in this order, since diagonal matrices
    do not commute with W. With γ the steepest slope, (γ ‖W‖)ᵗ is the worst case: ‖W‖ < 1/γ suffices for the
    gradient to vanish; above that it may explode, or not.
    R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.

    Parameters
    ----------
    dim : int
        Number of hidden units.
    activation : str
        The function φ.
    largest_singular_value : float
        The norm ‖W‖.
    """
    run = driven_run(steps, dim, seed, activation, largest_singular_value)
    norm, steepest = np.log10(largest_singular_value), np.log10(run.network.activation.steepest)
    factors = np.linalg.norm(run.jacobians, 2, axis=(1, 2)) if steps else np.zeros(0)
    series = {
        "bound": _running(np.log10(np.maximum(factors, 1e-300))),
        "worst bound": np.arange(steps + 1) * (norm + steepest),
        # Before the first step the first Jacobian is shown.
        "factor": np.concatenate([factors[:1], factors]) if steps else np.array([largest_singular_value]),
        "multiplied": np.array([_multiplied(run, step) for step in (0, *range(steps))]),
    }
    return MatrixSequence(run.jacobians, series=series)


@jacobian_bound.moment(
    "At step {step} the bound is already a thousand times the product.",
    otherwise="Within {steps} steps the bound stays below a thousand times the product, and is never broken.",
    note="1000 times\nbelow the bound",
    on="log10_spectral_norm",
)
def _(product: Trajectory, series: Mapping[str, FloatArray]) -> int | None:
    return first_step(series["bound"] - product.log10_spectral_norm > 3)


@jacobian_bound.moment(
    "Bound: × <theory>{bound:log10}</>. As each step stretches another direction, the gradient gets × {left:log10}."
)
def _(product: Trajectory, series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    left = float(product.log10_spectral_norm[-1])
    bound = float(series["bound"][-1])
    # A product of one factor is as large as the bound.
    return Reached(steps, bound=bound, left=left) if bound - left > _APART else None


def _bound_by_radii(steps: int, dim: int, seed: int, activation: str, largest_singular_value: float) -> MatrixSequence:
    """Return the film with spectral radii in the place of norms: these are no bound of a product."""
    film = jacobian_bound.function(steps, dim, seed, activation, largest_singular_value)
    radii = np.abs(np.linalg.eigvals(film.factors)).max(axis=1)
    return MatrixSequence(film.factors, series=film.series | {"bound": _running(np.log10(np.maximum(radii, 1e-300)))})


@jacobian_bound.claim("decades above a bound", headline=True, counterexample=_bound_by_radii)
def _(product: Trajectory, series: Mapping[str, FloatArray]) -> Claimed:
    above = max(float((product.log10_spectral_norm - series[name]).max()) for name in ("bound", "worst bound"))
    return Claimed(
        max(above, 0.0), 0.0, 1e-9, "The norm of a product is at most the product of norms; logarithms round."
    )


@jacobian_bound.claim("1/γ")
def _(activation: str) -> Claimed:
    function = ACTIVATIONS[activation].function
    # Slopes by complex step.
    steepest = np.max(function(np.linspace(-5, 5, 2_001) + 1e-30j).imag / 1e-30)
    expected = 4.0 if activation == "sigmoid" else 1.0
    return Claimed(float(1 / steepest), expected, 1e-12, "The steepest point, 0, is on the grid.")


@jacobian_bound.claim("product − derivative")
def _(product: Trajectory, dim: int, seed: int, activation: str, largest_singular_value: float) -> Claimed:
    steps = min(product.steps, 20)
    run = driven_run(steps, dim, seed, activation, largest_singular_value)
    direction = random_unit_vector(dim, seed)
    true = run.network.run(run.sequence, 1e-30j * direction).states[-1].imag / 1e-30
    away = np.linalg.norm(product.matrix(steps) @ direction - true)
    return Claimed(float(away / (np.linalg.norm(true) or 1.0)), 0.0, 1e-10, COMPLEX_STEP)
