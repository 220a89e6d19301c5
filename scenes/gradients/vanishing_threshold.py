"""Growth of a product of Jacobians by the norm of the recurrent matrix: where gradients have to vanish."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import ACTIVATIONS, Bounds, Claimed, FloatArray, Reached, Record, Seed, first_step, scene, show
from scenes.gradients._common import noise, with_norm

# Factors of each product.
_FACTORS = 60
# Limits of the drawing: the largest ‖W‖, and the factor a step.
_WIDEST, _HIGHEST = 6.0, 3.5
_KINDS = ("identity", "tanh", "sigmoid")
# Below this size of W gradients must vanish: 1 over the steepest slope.
_LIMITS = {"identity": 1.0, "tanh": 1.0, "sigmoid": 4.0}
_ROLES = {"tanh": "data", "sigmoid": "vanish"}


def _decades(norms: FloatArray, dim: int, seed: int, activation: str, way: float) -> FloatArray:
    """Return log10 of the norm of a long product of Jacobians, per factor, for networks of all the norms.

    To each Jacobian `way` times the identity is added: 0, or 1 for a way around every step.
    """
    kind, matrix = ACTIVATIONS[activation], with_norm(dim, seed, 1.0)
    states, product = np.zeros((len(norms), dim)), np.broadcast_to(np.eye(dim), (len(norms), dim, dim))
    size = np.zeros(len(norms))
    for drive in noise(_FACTORS, dim, seed, 0.2):
        summed = norms[:, None] * (states @ matrix.T) + drive
        # The linear network's states would overflow, and its Jacobians do not depend on them.
        if activation != "identity":
            states = kind.function(summed)
        product = way * product + (kind.slope(summed) * norms[:, None])[:, :, None] * (matrix @ product)
        largest = np.abs(product).max(axis=(1, 2))
        product, size = product / largest[:, None, None], size + np.log10(largest)
    return np.asarray((size + np.log10(np.linalg.norm(product, 2, axis=(1, 2)))) / _FACTORS)


@scene(
    show(
        "path",
        of={
            "tanh": "tanh",
            "sigmoid": "sigmoid",
            "tanh: ≤ W × 1": "bound of tanh",
            "sigmoid: ≤ W × ¼": "bound of sigmoid",
        },
        theory=("tanh: ≤ W × 1", "sigmoid: ≤ W × ¼"),
        x=(0, _WIDEST),
        y=(0, _HIGHEST),
        names=("(size of W)", ""),
        levels=(1.0,),
        heading="factor: W × slope",
        note="dashed: steepest slope",
        roles=_ROLES,
    ),
    show(
        "readout",
        of={"tanh": "log10_tanh", "sigmoid": "log10_sigmoid"},
        heading="RNN gradient",
        note="60 steps: a factor below 1 vanishes",
        roles=_ROLES,
    ),
    title="When gradients must vanish",
    statement="if W is smaller than 1/γ, γ the steepest slope, gradients must vanish: 1 for tanh, 4 for the sigmoid",
    opening="Back in time, an RNN's gradient is × W × slope at each step. How large must W be to keep it?",
    counter="size of W {norm:.2}",
    fps="12.5",
    covers=(103,),
)
def vanishing_threshold(
    steps: Annotated[int, Bounds(0, 400)] = 119,
    dim: Annotated[int, Bounds(2, 16)] = 12,
    seed: Seed = 0,
) -> Record:
    """Growth of a product of 60 Jacobians as ‖W‖ goes from 0 to 6, for three activations.

    The largest singular value gives a guarantee on one side only. In the linear network the spectral
    radius decides, which is smaller; where tanh saturates, its slopes hold the growth back.

    Parameters
    ----------
    steps : int
        Number of norms tried.
    dim : int
        Number of hidden units.
    """
    return _swept(steps, dim, seed, 0.0)


def _swept(steps: int, dim: int, seed: int, way: float) -> Record:
    """Return the growth for all norms, with `way` times the identity added to each Jacobian."""
    norms = _WIDEST * np.arange(1, steps + 2) / (steps + 1)
    series: dict[str, FloatArray] = {"norm": norms}
    for name in _KINDS:
        decades = _decades(norms, dim, seed, name, way)
        series[f"log10_{name}"] = decades * _FACTORS
    for name in ("tanh", "sigmoid"):
        series[name] = np.column_stack([norms, 10 ** (series[f"log10_{name}"] / _FACTORS)])
        # From the origin, so that the line is seen from there.
        bounds = norms * ACTIVATIONS[name].steepest
        series[f"bound of {name}"] = np.column_stack([norms, bounds])
    return Record(series)


@vanishing_threshold.moment("Below size 1 it must vanish with tanh: even its steepest slope, 1, is too small then.")
def _(series: Mapping[str, FloatArray]) -> int | None:
    return first_step(series["norm"] >= 1) or None


@vanishing_threshold.moment(
    "Below size 4 it must vanish with the sigmoid: even its steepest slope, 1/4, is too small then."
)
def _(series: Mapping[str, FloatArray], steps: int) -> int | None:
    step = first_step(series["norm"] >= 4)
    return step if step and step < steps else None


@vanishing_threshold.moment(
    "But a larger W makes slopes flatter: a step is × <data>{tanh:.2}</> with tanh, × "
    "<vanish>{sigmoid:.2}</> with the sigmoid."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    return Reached(steps, tanh=series["tanh"][-1, 1], sigmoid=series["sigmoid"][-1, 1])


def _way_around(steps: int, dim: int, seed: int) -> Record:
    """Return the film with a way around every step: then a small W does not let a gradient vanish."""
    return _swept(steps, dim, seed, 1.0)


@vanishing_threshold.claim("largest factor, W < 1/γ", headline=True, counterexample=_way_around)
def _(series: Mapping[str, FloatArray]) -> Claimed:
    largest = 0.0
    for name, limit in _LIMITS.items():
        below = series["norm"] < limit * (1 - 1e-9)
        factors = 10 ** (series[f"log10_{name}"][below] / _FACTORS)
        largest = max(largest, float(factors.max(initial=0.0)))
    return Claimed.between(largest, 0.0, 1 - 1e-9, "‖diag(φ′) W‖ ≤ γ ‖W‖ < 1 for every factor, whatever the states.")


@vanishing_threshold.claim("growth above γ ‖W‖")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    worst = 0.0
    for name in _KINDS:
        norm, decades = series["norm"], series[f"log10_{name}"] / _FACTORS
        worst = max(worst, float((decades - np.log10(norm * ACTIVATIONS[name].steepest)).max()))
    return Claimed(worst, 0.0, 1e-12, "Sixty sums of logarithms round by eps each.")


@vanishing_threshold.claim("identity holds at ‖W‖")
def _(series: Mapping[str, FloatArray], dim: int, seed: int) -> Claimed:
    norm, decades = series["norm"][-1], series["log10_identity"][-1] / _FACTORS
    values, vectors = np.linalg.eig(with_norm(dim, seed, 1.0))
    radius, condition = float(np.abs(values).max()), float(np.linalg.cond(vectors))
    return Claimed(
        # The linear network's growth is a line in log10 ‖W‖ of slope 1.
        float(10 ** (np.log10(norm) - decades)),
        1 / radius,
        (1 - condition ** (-1 / _FACTORS)) / radius + 1e-9,
        "‖Wᵗ‖ lies between ρᵗ and ρᵗ times the condition of the eigenvectors.",
    )
