"""A spectral radius below 1 that does not keep powers from growing first."""

from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, MatrixSequence, Steps, Trajectory, repeated, scene, show


@scene(
    show("matrix", limits=(-40, 40)),
    "norms",
    "eigenvalues",
    "claims",
    title="Growth before decay",
    statement="both eigenvalues are {spectral_radius}, yet the product grows first: it is not normal",
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


def _stretch(t: FloatArray, spectral_radius: float, coupling: float) -> FloatArray:
    """Return ``‖Aᵗ‖₂ / ρᵗ`` in closed form, of the shape of t: ``Aᵗ = ρᵗ [[1, t c / ρ], [0, 1]]``.

    For ``[[1, a], [0, 1]]`` the larger singular value is ``(a + √(a² + 4)) / 2``.
    """
    a = t * coupling / spectral_radius
    return np.asarray((a + np.sqrt(a * a + 4)) / 2)


def _norms(steps: int, spectral_radius: float, coupling: float) -> FloatArray:
    """Return ``‖Aᵗ‖₂`` in closed form, shape (T + 1,); 0 where it is below float64."""
    t = np.arange(steps + 1.0)
    return np.asarray(spectral_radius**t * _stretch(t, spectral_radius, coupling))


def _rounding(steps: int, peak: float) -> float:
    return float(1e-14 * (steps + 1) * (1 + peak))


def _normal(steps: int, spectral_radius: float) -> MatrixSequence:
    """Return powers of a normal matrix with the same eigenvalues."""
    return repeated(np.eye(2) * spectral_radius, steps)


@nonnormal.claim("largest norm", headline=True, counterexample=_normal)
def _(product: Trajectory, steps: int, spectral_radius: float, coupling: float) -> Claimed:
    peak = float(_norms(steps, spectral_radius, coupling).max())
    return Claimed(
        float(10 ** product.log10_spectral_norm.max()),
        peak,
        _rounding(steps, peak),
        "T roundings of about n · eps each.",
    )


@nonnormal.claim("log10 norm at last")
def _(product: Trajectory, steps: int, spectral_radius: float, coupling: float) -> Claimed:
    norms = _norms(steps, spectral_radius, coupling)
    if norms[-1] > np.finfo(float).tiny:
        expected = np.log10(norms[-1])
    else:
        stretch = _stretch(np.array(float(steps)), spectral_radius, coupling)
        expected = steps * np.log10(spectral_radius) + np.log10(stretch)
    return Claimed(
        float(product.log10_spectral_norm[-1]),
        float(expected),
        _rounding(steps, float(norms.max())),
        "T roundings of about n · eps each.",
    )
