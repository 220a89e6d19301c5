"""A spectral radius below 1 that does not keep powers from growing first."""

from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Steps,
    Trajectory,
    last_change,
    peak,
    repeated,
    scene,
    show,
)


@scene(
    show("ring", note="both eigenvalues of W are {spectral_radius}, but it shears by {coupling}"),
    show(
        "series",
        of={"": "spectral_norm", "without the shear": "normal"},
        theory=("without the shear",),
        heading="longest vector, ‖Wᵗ‖",
        scale="linear",
    ),
    title="Growth before decay",
    statement="both eigenvalues are {spectral_radius}, yet the product grows first, as it shears: it is not normal",
    opening="Both eigenvalues of W are {spectral_radius}, below 1, but it also shears. Does it vanish at once?",
    running="The shear makes a needle of the circle. Its longest vector is {norm:3} long.",
    arrange="stacked",
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
    normal = spectral_radius ** np.arange(steps + 1.0)
    return repeated([[spectral_radius, coupling], [0.0, spectral_radius]], steps, {"normal": normal})


@nonnormal.moment(
    "At first the shear wins: at step {step} a vector is up to {length:3} times as long.",
    note="peak: {length:3} times at step {step},\nalthough {radius}{step:^} is only {normal:2}",
    on="spectral_norm",
)
def _(product: Trajectory, spectral_radius: float) -> Reached | None:
    step = peak(product.log10_spectral_norm)
    length = float(10 ** product.log10_spectral_norm[step])
    if length <= 1.5:
        return None
    return Reached(step, length=length, normal=spectral_radius**step, radius=spectral_radius)


@nonnormal.moment(
    "Only later does {radius}ᵗ win: below 1 from step {since} on, {length:log10} after {step} steps.",
    otherwise="Within {steps} steps it does not come below 1 again: {spectral_radius}ᵗ wins later.",
)
def _(product: Trajectory, steps: int, spectral_radius: float) -> Reached | None:
    since = last_change(product.log10_spectral_norm < 0)
    if since is None or not steps:
        return None
    length = float(product.log10_spectral_norm[-1])
    return Reached(steps, since=since, length=length, radius=spectral_radius)


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
