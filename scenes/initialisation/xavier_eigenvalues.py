"""Eigenvalues of matrices drawn by Xavier's initialisation, with normal and with uniform entries."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Numbers,
    Reached,
    Seed,
    Trajectory,
    polygamma,
    scene,
    show,
)
from scenes.initialisation._deviations import SIGMAS
from scenes.initialisation._xavier import ROLES, SHAPES, WEIGHTS, densities_of, histogram_of, layers_of


@scene(
    show("points", of="cloud", reach=1.5, axes=True, heading="λ of W", roles=ROLES),
    show("histogram", heading="weights, same σ", **WEIGHTS),
    show(
        "series",
        of="typical",
        scale="linear",
        limits=(0, 1.2),
        heading="typical |λ|",
        note="geometric mean; below 1 a layer shrinks volumes",
        x="matrices drawn",
        roles=ROLES,
    ),
    title="Xavier’s eigenvalues",
    statement="two shapes of weights of Xavier’s variance: the eigenvalues of either spread over the unit circle",
    opening="Matrices W, drawn from a bell or from a box by Xavier’s rule. Where are their eigenvalues λ?",
    counter="draw",
    poster=1.0,
    fps="6.25",
    covers=(66,),
)
def xavier_eigenvalues(
    steps: Annotated[int, Bounds(1, 100)] = 40,
    dim: Annotated[int, Bounds(2, 64)] = 16,
    seed: Seed = 0,
) -> dict[str, MatrixSequence]:
    """Eigenvalues of matrices drawn by Xavier's initialisation, with normal and with uniform entries.

    A layer multiplies the signal by λ along the direction that belongs to it. Of n inputs and n outputs the variance
    is 1/n, and the eigenvalues of large such matrices are spread evenly over the unit disc, whatever the shape of the
    entries' distribution is (T. Tao, V. Vu, "Random matrices: universality of ESDs and the circular law", Annals of
    Probability 38, 2010).

    Parameters
    ----------
    steps : int
        Number of matrices of either shape.
    """
    return _columns(steps, dim, seed)


def _columns(steps: int, dim: int, seed: int, uniform_size: float = 1.0) -> dict[str, MatrixSequence]:
    """Return a column for either shape, all uniform weights times `uniform_size`."""
    columns = {}
    for name, size in (("normal", 1.0), ("uniform", uniform_size)):
        layers = size * layers_of(name, steps, dim, seed)
        values = np.linalg.eigvals(layers)
        points = np.stack([values.real.ravel(), values.imag.ravel()], axis=1)
        drawn = np.repeat(np.arange(1, steps + 1), dim) <= np.arange(steps + 1)[:, None]
        # NaN before the first matrix.
        means = np.cumsum(np.log(np.abs(values)).mean(axis=1)) / np.arange(1, steps + 1)
        series = {
            "typical": np.exp(np.concatenate([[np.nan], means])),
            "cloud": np.where(drawn[..., None], points, np.nan),
            "histogram": histogram_of(layers, dim),
            "density": densities_of(steps)[name],
        }
        columns[name] = MatrixSequence(layers, series=series)
    return columns


def _inside(columns: Mapping[str, Numbers], step: int) -> dict[str, float]:
    """Return by shape which part of the eigenvalues is in the unit circle."""
    clouds = [columns[name].series["cloud"][step] for name in SHAPES]
    drawn = [np.hypot(*cloud[np.isfinite(cloud[:, 0])].T) for cloud in clouds]
    return {name: float((moduli < 1).mean()) for name, moduli in zip(SHAPES, drawn, strict=True)}


@xavier_eigenvalues.moment(
    "After {step} of either shape: <data>{normal:%}</> and <keep>{uniform:%}</> of all λ are inside the circle of 1."
)
def _(columns: Mapping[str, Numbers], steps: int) -> Reached | None:
    return Reached(5, **_inside(columns, 5)) if steps > 5 else None


@xavier_eigenvalues.moment(
    "Alike: both fill the circle, typical |λ| <data>{normal:3}</> and <keep>{uniform:3}</>. Only the variance counts.",
    otherwise="One variance: eigenvalues of either shape spread over the circle of 1.",
)
def _(columns: Mapping[str, Numbers], steps: int) -> Reached | None:
    typical = {name: float(columns[name].series["typical"][-1]) for name in SHAPES}
    # With few units, or few matrices, the shape or chance is felt.
    if abs(typical["normal"] - typical["uniform"]) > 0.05:
        return None
    return Reached(steps, **typical)


def log_modulus(dim: int) -> tuple[float, float]:
    """Return mean and variance of the mean of ``ln |λ|`` over one matrix of n × n normal entries of variance 1/n.

    The sum of all is ``ln |det W|``, and ``nⁿ det² W`` is a product of independent χ² with 1 to n degrees of freedom,
    the squares on the diagonal of W's triangular factor (Bartlett's decomposition).
    """
    halves = [k / 2 for k in range(1, dim + 1)]
    mean = sum(polygamma(0, half) + np.log(2 / dim) for half in halves) / 2 / dim
    return float(mean), float(sum(polygamma(1, half) for half in halves) / 4 / dim**2)


def _typical(series: Mapping[str, FloatArray], steps: int, dim: int, shape: str) -> Claimed:
    """Return the claim on the mean of ln |λ|, −½ for even discs."""
    mean, variance = log_modulus(dim)
    # Uniform entries have a fourth moment less by 1.2 σ⁴, a quarter of which n ln |λ| gains.
    gained = 0.3 / dim if shape == "uniform" else 0.0
    return Claimed(
        float(np.log(series["typical"][-1])),
        mean + gained,
        float(SIGMAS * np.sqrt(variance / steps)) + gained,
        "Five deviations of a mean of ln χ², and for uniform entries once more what their fourth moment adds.",
    )


def _narrow(steps: int, dim: int, seed: int) -> dict[str, MatrixSequence]:
    """Return the same with uniform weights within ±1/√n, a third of Xavier's variance."""
    return _columns(steps, dim, seed, 3**-0.5)


@xavier_eigenvalues.claim("eigenvalues by shape: off / allowed", headline=True, counterexample=_narrow)
def _(columns: Mapping[str, Numbers], steps: int, dim: int) -> Claimed:
    typical = [_typical(columns[name].series, steps, dim, name) for name in SHAPES]
    off = [abs(one.value - one.expected) / one.tolerance for one in typical]
    # Between matrices the part inside deviates by less than 2/3 of 1/√n, and little but the line of real ones leaves.
    deviation = 0.7 / np.sqrt(dim * steps)
    normal, uniform = _inside(columns, steps).values()
    off.append(abs(normal - uniform) / (SIGMAS * deviation * 2**0.5 + 0.12 / dim))
    off.append((1 - min(normal, uniform)) / (0.5 / np.sqrt(dim) + SIGMAS * deviation))
    return Claimed(
        float(max(off)), 0.0, 1.0, "Mean ln |λ| by χ², and the part inside, alike and near 1: five deviations of each."
    )


@xavier_eigenvalues.claim("mean ln |λ|", column="normal")
def _(series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
    return _typical(series, steps, dim, "normal")


@xavier_eigenvalues.claim("mean ln |λ|", column="uniform")
def _(series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
    return _typical(series, steps, dim, "uniform")


for _name in SHAPES:

    @xavier_eigenvalues.claim("mean ln |λ| − ln |det W| / n", column=_name)
    def _(product: Trajectory, series: Mapping[str, FloatArray]) -> Claimed:
        determinants = np.linalg.slogdet(product.sequence.factors)[1]
        return Claimed(
            float(np.log(series["typical"][-1])),
            float(determinants.mean() / product.dim),
            1e-6,
            "Small eigenvalues are known to eps over themselves, times the condition of their vectors.",
        )
