"""Layers with the default weights of PyTorch's Linear: each leaves 1 / √3 of a signal."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    Numbers,
    Reached,
    Record,
    Seed,
    first_step,
    random_unit_vector,
    scene,
    show,
    uniform_matrix,
)

# By what 1 / √n is multiplied to give the bound of the weights: as PyTorch draws them, and for the variance 1 / n.
_DEFAULT, _FITTED = "±1/√n", "±√3/√n"
_BOUNDS = {_DEFAULT: 1.0, _FITTED: 3.0**0.5}
_ROLES = {_DEFAULT: "vanish", _FITTED: "keep"}
# Weights between −b and b have the variance b² / 3: so of the mean square of a signal a third is left by a layer.
_PER_LAYER = -0.5 * float(np.log10(3.0))
# Of a signal so much is taken for lost.
_LOST = -2.0


def _layers(bound: float, steps: int, dim: int, seed: int) -> Record:
    """Return log10 of a signal's length after every layer, and the eigenvalues of the layer's weights."""
    signal, length = random_unit_vector(dim, [seed, 1]), 0.0
    lengths, eigenvalues = [0.0], np.zeros((steps + 1, dim), complex)
    for layer in range(steps):
        weights = uniform_matrix(dim, [seed, 2, layer], bound / dim**0.5)
        if layer == 0:
            eigenvalues[:] = np.linalg.eigvals(weights)
        signal = weights @ signal
        size = float(np.linalg.norm(signal))
        signal, length = signal / size, length + np.log10(size)
        lengths.append(length)
    return Record(
        {
            "length": np.array(lengths),
            "eigenvalues": np.stack([eigenvalues.real, eigenvalues.imag], axis=-1),
        }
    )


@scene(
    show("points", of="eigenvalues", axes=True, heading="eigenvalues", note="of W, n inputs; circle: 1", roles=_ROLES),
    show(
        "series",
        of="length",
        heading="length of a signal",
        note="each layer × a fresh W, entries drawn evenly within these bounds",
        roles=_ROLES,
    ),
    title="The default weights of a linear layer",
    statement="weights between ±1/√n, as PyTorch draws them, leave 1/√3 of a signal in a layer, and little after many",
    opening="PyTorch draws weights evenly between ±1/√n. Does a signal come through {steps} such layers?",
    counter="layer",
    fps="5",
)
def linear_default(
    steps: Annotated[int, Bounds(0, 200)] = 30,
    dim: Annotated[int, Bounds(16, 128)] = 64,
    seed: Seed = 0,
) -> dict[str, Record]:
    """Send a signal through linear layers: weights as PyTorch's Linear draws them, and √3 times as large.

    There is no bias. The default, ``kaiming_uniform_(weight, a=√5)``, is uniform between ±1/√n for n inputs: its
    variance is 1 / (3 n).

    Parameters
    ----------
    steps : int
        Number of layers.
    dim : int
        Units of a layer.
    """
    return {label: _layers(bound, steps, dim, seed) for label, bound in _BOUNDS.items()}


@linear_default.moment(
    "After {step} layers less than 1 % of the signal <vanish>is left</> by the default.", column=_DEFAULT
)
def _(series: Mapping[str, FloatArray]) -> int | None:
    return first_step(series["length"] < _LOST)


@linear_default.moment(
    "A default layer leaves <vanish>{factor:3}</>, about 1/√3; all leave <vanish>{left:log10}</>. "
    "Times √3: <keep>{fitted:log10}</>.",
    otherwise="Without a layer nothing is lost.",
)
def _(columns: Mapping[str, Numbers], steps: int) -> Reached | None:
    if not steps:
        return None
    default, fitted = (float(columns[label].series["length"][-1]) for label in _BOUNDS)
    return Reached(steps, factor=10 ** (default / steps), left=default, fitted=fitted)


def _fitted_alone(steps: int, dim: int, seed: int) -> dict[str, Record]:
    """Return layers that all have the larger weights."""
    return {label: _layers(_BOUNDS[_FITTED], max(steps, 1), dim, seed) for label in _BOUNDS}


def _error(steps: int, dim: int) -> float:
    """Return by how much log10 of a length may be off its mean, after so many layers."""
    # The square of a layer's growth has the deviation √(2 / n) at most, its logarithm half of that, and a bias of
    # half its variance.
    deviation = (2 / dim) ** 0.5 / 2 * steps**0.5
    return float((6 * deviation + 2 * steps / dim) / np.log(10))


@linear_default.claim("decades lost: off / allowed", headline=True, counterexample=_fitted_alone)
def _(columns: Mapping[str, Numbers], steps: int, dim: int) -> Claimed:
    rates = {_DEFAULT: _PER_LAYER, _FITTED: 0.0}
    allowed = max(_error(steps, dim), 1e-12)
    off = [abs(float(columns[label].series["length"][-1]) - steps * rate) / allowed for label, rate in rates.items()]
    return Claimed(
        max(off), 0.0, 1.0, "Six deviations of so many layers of n units; a logarithm's mean is below by 2 / n at most."
    )


@linear_default.claim("eigenvalues within 1/√3: off / allowed", column=_DEFAULT)
def _(series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
    radius = float(np.hypot(*np.moveaxis(series["eigenvalues"][-1], -1, 0)).max()) if steps else 3**-0.5
    return Claimed(radius * 3**0.5, 1.0, 3.0 / dim**0.5, "The circular law: off by about 1 / √n for n units.")


@linear_default.claim("variance · 3n", column=_DEFAULT)
def _(series: Mapping[str, FloatArray], dim: int, seed: int) -> Claimed:
    weights = uniform_matrix(dim, [seed, 2, 0], dim**-0.5)
    return Claimed(
        float((weights**2).mean() * 3 * dim),
        1.0,
        6 * 0.8**0.5 / dim,
        "The square of an even draw has a variance of 4 / 5 of its mean's square; six errors of n² draws.",
    )
