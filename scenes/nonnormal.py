"""A spectral radius below 1 that does not keep powers from growing first."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np

from scenes._scene import Bounds, Claim, Steps, scene, show
from scenes._sequence import FloatArray, MatrixSequence, repeated


def _norms(steps: int, parameters: Mapping[str, Any]) -> FloatArray:
    """Return ``‖Aᵗ‖₂`` in closed form: ``Aᵗ = ρᵗ [[1, t c / ρ], [0, 1]]``.

    For ``[[1, a], [0, 1]]`` the larger singular value is ``(a + √(a² + 4)) / 2``.
    """
    radius, coupling = parameters["spectral_radius"], parameters["coupling"]
    t = np.arange(steps + 1)
    a = t * coupling / radius
    return np.asarray(radius**t * (a + np.sqrt(a * a + 4)) / 2)


def _peak(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(10 ** trajectory.log10_spectral_norm.max())


def _true_peak(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(_norms(trajectory.steps, parameters).max())


def _last(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.log10_spectral_norm[-1])


def _true_last(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(np.log10(_norms(trajectory.steps, parameters)[-1]))


def _rounding(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(1e-14 * (trajectory.steps + 1) * (1 + _true_peak(trajectory, parameters)))


@scene(
    show("matrix", limits=(-40, 40)),
    "norms",
    "eigenvalues",
    "claims",
    title="Growth before decay",
    statement="both eigenvalues are {spectral_radius}, yet the product grows first: it is not normal",
    claims=(
        Claim("largest norm", _peak, _true_peak, _rounding, "T roundings of about n · eps each."),
        Claim("log10 norm at last", _last, _true_last, _rounding, "T roundings of about n · eps each."),
    ),
    poster=0.14,
    covers=(103,),
)
def nonnormal(
    steps: Steps = 80,
    spectral_radius: Annotated[float, Bounds(0.1, 0.999)] = 0.9,
    coupling: Annotated[float, Bounds(1, 1_000)] = 10.0,
) -> MatrixSequence:
    """Powers of [[ρ, c], [0, ρ]]: the spectral radius decides the end, not the way there.

    Parameters
    ----------
    spectral_radius : float
        The double eigenvalue ρ.
    coupling : float
        The entry c above the diagonal; whatever ρ is, powers grow at first where c exceeds 1 − ρ².
    """
    return repeated([[spectral_radius, coupling], [0.0, spectral_radius]], steps)
