"""Growth of a product of Jacobians by the norm of the recurrent matrix: where gradients have to vanish."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import ACTIVATIONS, Bounds, Claimed, FloatArray, Record, Seed, scene, show
from scenes.gradients._common import noise, with_norm

# Factors of each product.
_FACTORS = 60
# Limits of the drawing: the largest ‖W‖, and the decades a step.
_WIDEST, _LOWEST, _HIGHEST = 6.0, -1.5, 1.0
_KINDS = ("identity", "tanh", "sigmoid")


def regions(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return 0 where every activation has to vanish, 1 where the sigmoid has to, 2 where nothing has to.

    Parameters
    ----------
    x, y : ndarray, of one shape
        The norm ‖W‖, and decades a step, on which the regions do not depend.
    """
    return np.asarray((x >= 1).astype(float) + (x >= 4))


def _decades(norms: FloatArray, dim: int, seed: int, activation: str) -> FloatArray:
    """Return log10 of the norm of a long product of Jacobians, per factor, for networks of all the norms."""
    kind, matrix = ACTIVATIONS[activation], with_norm(dim, seed, 1.0)
    states, product = np.zeros((len(norms), dim)), np.broadcast_to(np.eye(dim), (len(norms), dim, dim))
    size = np.zeros(len(norms))
    for drive in noise(_FACTORS, dim, seed, 0.2):
        summed = norms[:, None] * (states @ matrix.T) + drive
        # The linear network's states would overflow, and its Jacobians do not depend on them.
        if activation != "identity":
            states = kind.function(summed)
        product = (kind.slope(summed) * norms[:, None])[:, :, None] * (matrix @ product)
        largest = np.abs(product).max(axis=(1, 2))
        product, size = product / largest[:, None, None], size + np.log10(largest)
    return np.asarray((size + np.log10(np.linalg.norm(product, 2, axis=(1, 2)))) / _FACTORS)


@scene(
    show(
        "path",
        of={name: name for name in _KINDS},
        field=regions,
        x=(0, _WIDEST),
        y=(_LOWEST, _HIGHEST),
        heading="decades a step, by ‖W‖",
    ),
    show("series", of={name: f"{name} product" for name in _KINDS}, heading="norm of 60 factors"),
    show(
        "readout",
        of={"‖W‖": "norm", "tanh, decades": "tanh decades", "sigmoid, decades": "sigmoid decades"},
        heading="now",
    ),
    "claims",
    title="When gradients must vanish",
    statement="‖W‖ < 1/γ suffices to vanish: 1 for tanh, 4 for the sigmoid; above, it may explode or not",
    poster=1.0,
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
    norms = _WIDEST * np.arange(1, steps + 2) / (steps + 1)
    series: dict[str, FloatArray] = {"norm": norms}
    for name in _KINDS:
        decades = _decades(norms, dim, seed, name)
        series |= {
            name: np.column_stack([norms, decades]),
            f"{name} decades": decades,
            f"{name} product": decades * _FACTORS,
        }
    return Record(series)


@vanishing_threshold.claim("guarantees broken")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    count = 0
    for name in _KINDS:
        norm, decades = series[name].T
        count += int(np.count_nonzero((norm * ACTIVATIONS[name].steepest < 1 - 1e-9) & (decades >= 0)))
    return Claimed(float(count), 0.0, 0.0, "‖diag(φ′) W‖ ≤ γ ‖W‖ < 1 for every factor.")


@vanishing_threshold.claim("growth above γ ‖W‖")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    worst = 0.0
    for name in _KINDS:
        norm, decades = series[name].T
        worst = max(worst, float((decades - np.log10(norm * ACTIVATIONS[name].steepest)).max()))
    return Claimed(worst, 0.0, 1e-12, "Sixty sums of logarithms round by eps each.")


@vanishing_threshold.claim("identity holds at ‖W‖")
def _(series: Mapping[str, FloatArray], dim: int, seed: int) -> Claimed:
    norm, decades = series["identity"][-1]
    values, vectors = np.linalg.eig(with_norm(dim, seed, 1.0))
    radius, condition = float(np.abs(values).max()), float(np.linalg.cond(vectors))
    return Claimed(
        # The linear network's growth is a line in log10 ‖W‖ of slope 1.
        float(10 ** (np.log10(norm) - decades)),
        1 / radius,
        (1 - condition ** (-1 / _FACTORS)) / radius + 1e-9,
        "‖Wᵗ‖ lies between ρᵗ and ρᵗ times the condition of the eigenvectors.",
    )
