"""Products of fresh Gaussian matrices: they explode, and their columns fall in line."""

from collections.abc import Mapping
from functools import lru_cache
from math import gamma, log2
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
    first_step,
    haar_orthogonal,
    last_change,
    scene,
    show,
)
from scenes.products._common import (
    DRAWS,
    HEADLINE_SIGMAS,
    LN10,
    SIGMAS,
    axes_off,
    digamma,
    lyapunov_exponent,
    share,
    slope_error,
)
from scenes.products._side_by_side import Ensemble, multiplied


@lru_cache(maxsize=2)
def _ensemble(steps: int, dim: int, seed: int) -> Ensemble:
    """Return 200 further products, which the filmed one is not among."""
    return multiplied(np.random.default_rng([seed, 1]).standard_normal((steps + 1, DRAWS, dim, dim)))


def filmed_factors(steps: int, dim: int, seed: int) -> FloatArray:
    """Return the factors of the product that is filmed, the first frame's among them, shape (T + 1, n, n)."""
    return np.random.default_rng([seed, 20]).standard_normal((steps + 1, dim, dim))


def _mean_axis(steps: int, dim: int, index: int) -> float:
    """Return the mean of log10 σₖ(W_T … W_0) for large T, k being `index`.

    The volume of a fixed frame of k vectors grows by μ₁ + … + μₖ a step; of the largest such volume,
    σ₁ … σₖ, it sees what a random k × k corner of an orthogonal matrix leaves, whose determinant's
    logarithm has the mean ``Σ (ψ(j / 2) − ψ((n − j + 1) / 2)) / 2``, j from 1 to k.
    """
    seen = digamma(index) - digamma(dim - index + 1)
    return ((steps + 1) * lyapunov_exponent(dim, index) - seen / 2) / LN10


def _seen_in_plane(product: FloatArray, columns: FloatArray) -> FloatArray:
    """Return columns in the plane of the product's two largest stretches, shape (n, 2), the first one to the right."""
    plane = np.linalg.svd(product)[0][:, :2]
    points = columns.T @ plane
    return np.asarray(points * np.where(points[0] < 0, -1.0, 1.0))


def _sequence(factors: FloatArray, mean_ratio: FloatArray) -> MatrixSequence:
    """Return the product of these factors, beside the mean of log10 σ₁ / σ₂ over others."""
    count, dim, _ = factors.shape
    cosines, seen, product = np.empty(factors.shape), np.empty((count, dim, 2)), np.eye(dim)
    for step in range(count):
        product = factors[step] @ (product / np.abs(product).max())
        unit = product / np.linalg.norm(product, axis=0)
        cosines[step], seen[step] = unit.T @ unit, _seen_in_plane(product, unit)
    norms, ratios = (logs[:, 0] / LN10 for logs in multiplied(factors[:, None]))
    series = {
        "cosines": cosines,
        "columns": seen,
        "apart": np.rad2deg(np.arccos(np.minimum(np.abs(cosines).min(axis=(1, 2)), 1.0))),
        "first": norms,
        "second": norms - ratios,
        "first axis": np.array([_mean_axis(step, dim, 1) for step in range(count)]),
        "second axis": np.array([_mean_axis(step, dim, 2) for step in range(count)]),
        "mean ratio": mean_ratio,
    }
    return MatrixSequence(factors[1:], factors[0], series)


@scene(
    show("arrows", of="columns", heading="columns", note="of the product; x axis: stretched most"),
    show(
        "series",
        of={"1st": "first", "2nd": "second", "expected 1st": "first axis", "expected 2nd": "second axis"},
        theory=("expected 1st", "expected 2nd"),
        heading="largest stretches",
        note="1st outgrows 2nd: columns align",
        roles={"1st": "explode", "2nd": "data"},
    ),
    show("scaled_matrix", heading="the product", note="of random matrices, scaled"),
    title="A product of random matrices",
    statement="it explodes, and its columns fall in line: what is left of {dim} dimensions is one",
    opening="Every step multiplies by a fresh random {dim} × {dim} matrix. What becomes of the columns?",
    covers=(50, 51),
)
def gaussian_product(
    steps: Annotated[int, Bounds(0, 300)] = 100,
    dim: Annotated[int, Bounds(2, 6)] = 4,
    seed: Seed = 0,
) -> MatrixSequence:
    """Products of fresh standard normal matrices explode, and collapse to rank one.

    The first frame is a single matrix; after it come `steps` more factors. The columns of the product are seen
    in the plane of its two largest stretches.

    Parameters
    ----------
    seed : int
        Seed of the factors, and of the 200 further products whose mean is drawn.
    """
    return _sequence(filmed_factors(steps, dim, seed), _ensemble(steps, dim, seed).ratios.mean(axis=1) / LN10)


def _mean_error(values: FloatArray, ratios: FloatArray, dim: int, unsettled: float) -> float:
    """Return 4.5 standard errors of a mean in decades, and how much it may miss what holds for large T.

    The latter is little once σ₂ is far below σ₁: with ``log(1 + x) / 2 ≤ ¾ x^¼``, x being the square of
    σ₂ / σ₁ times the tangent of a random angle.
    """
    tangent = gamma(0.25) * gamma((dim - 0.5) / 2) / gamma(0.5) / gamma((dim - 1) / 2)
    missed = unsettled * 0.75 * tangent * np.exp(-ratios / 2).mean()
    return float((SIGMAS * values.std(ddof=1) / DRAWS**0.5 + missed) / LN10)


@gaussian_product.claim("log10 norm, mean")
def _(steps: int, dim: int, seed: int) -> Claimed:
    norms, ratios = (logs[-1] for logs in _ensemble(steps, dim, seed))
    return Claimed(
        norms.mean() / LN10,
        _mean_axis(steps, dim, 1),
        _mean_error(norms, ratios, dim, 1),
        "4.5 standard errors of the mean over 200 products, and what the law of large T leaves out.",
    )


@gaussian_product.claim("log10 σ₁/σ₂, mean")
def _(steps: int, dim: int, seed: int) -> Claimed:
    ratios = _ensemble(steps, dim, seed).ratios[-1]
    return Claimed(
        ratios.mean() / LN10,
        _mean_axis(steps, dim, 1) - _mean_axis(steps, dim, 2),
        _mean_error(ratios, ratios, dim, 4),
        "4.5 standard errors of the mean over 200 products, and what the law of large T leaves out.",
    )


def _column_slope(product: Trajectory) -> float:
    """Return the mean growth of the first column, log10 a factor."""
    mantissa, exponent = product.product(product.steps)
    length = np.log2(np.linalg.norm(mantissa[:, 0])) + exponent
    return float(length / log2(10) / (product.steps + 1))


@gaussian_product.claim("decades per factor")
def _(product: Trajectory, steps: int, dim: int) -> Claimed:
    return Claimed(
        _column_slope(product),
        lyapunov_exponent(dim) / LN10,
        slope_error(dim, steps + 1),
        "4.5 standard errors of a mean of independent logarithms of χ² numbers.",
    )


@gaussian_product.claim("Σ log10 of all σ")
def _(product: Trajectory, steps: int, dim: int, seed: int) -> Claimed:
    return Claimed(
        float(product.log10_singular_values[-1].sum()),
        # The same from the factors, for determinants multiply.
        float(np.linalg.slogdet(filmed_factors(steps, dim, seed))[1].sum() / LN10),
        1e-6,
        "Singular values of products are known to better than 1e−8 each, and a determinant rounds by n · eps.",
    )


def _orthogonal(steps: int, dim: int, seed: int) -> MatrixSequence:
    """Return a product of fresh orthogonal matrices of the same scale: it explodes, but keeps its right angles."""
    factors = [np.sqrt(dim) * haar_orthogonal(dim, [seed, 20, step]) for step in range(steps + 1)]
    return _sequence(np.array(factors), np.zeros(steps + 1))


def _mean_ratio_off(ratio: float, steps: int, dim: int) -> float:
    """Return how far the mean of log10 σ₁ / σ₂ over 200 products is from theory, as a share of what is allowed.

    A product's first column has length R₁₁, and its second the distance R₂₂ from the first's line: over all factors,
    ``log R₁₁ − log R₂₂`` is a sum of logarithms of χ(n) and χ(n − 1). Right singular vectors V are uniform, since
    the first factor is: σ₁ is at least R₁₁ and at most R₁₁ / |V₁₁|, σ₁ σ₂ at least R₁₁ R₂₂ and at most that over
    the determinant of a 2 × 2 corner of V, in whose logarithms are those of χ(1) and χ(2).
    """
    count = DRAWS * (steps + 1)
    wandered = (steps + 1) * sum(slope_error(n, count, HEADLINE_SIGMAS) for n in (dim, dim - 1))
    corners = [(digamma(dim - k + 1) - digamma(k)) / 2 / LN10 + slope_error(k, DRAWS, HEADLINE_SIGMAS) for k in (1, 2)]
    low, high = -sum(corners), 2 * corners[0]
    expected = (steps + 1) * (lyapunov_exponent(dim, 1) - lyapunov_exponent(dim, 2)) / LN10
    return share(ratio - expected - (low + high) / 2, wandered + (high - low) / 2)


def _cosines_off(product: Trajectory) -> float:
    """Return how far ``tr (PᵀP)² / tr² PᵀP`` of the cosines is from that of the singular values.

    It is 1 where one direction is left, and 1/n where all n are alike.
    """
    squares = (product.product(product.steps)[0] ** 2).sum(axis=0)
    weights = squares / squares.sum()
    logs = product.log10_singular_values[-1]
    values = 10 ** (2 * (logs - logs[0]))
    seen = weights @ product.series["cosines"][-1] ** 2 @ weights
    return float(seen - (values**2).sum() / values.sum() ** 2)


@gaussian_product.claim("law: off / allowed", headline=True, counterexample=_orthogonal)
def _(product: Trajectory, series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
    growth = share(_column_slope(product) - lyapunov_exponent(dim) / LN10, slope_error(dim, steps + 1, HEADLINE_SIGMAS))
    ratio = _mean_ratio_off(float(series["mean ratio"][-1]), steps, dim)
    return Claimed(
        max(growth, ratio, axes_off(product), share(_cosines_off(product), 1e-6)),
        0.0,
        1.0,
        "Allowed are 6 standard errors of both, what a finite product's axes may differ by, and cosines off by 1e-6.",
    )


@gaussian_product.moment(
    "After {step} steps all {dim} columns lie <keep>on one line</>, within 1 degree.",
    otherwise="Within {steps} steps the columns do not come within 1 degree of one line.",
)
def _(series: Mapping[str, FloatArray]) -> int | None:
    return last_change(series["apart"] < 1)


@gaussian_product.moment("The product explodes: after {step} steps it is <explode>{size:log10} times</> as large.")
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["first"] > 10)
    return None if step is None else Reached(step, size=series["first"][step])


@gaussian_product.moment(
    "One direction grew <explode>{ratio:log10} times</> more than any other: all columns lie along it."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    ratio = series["first"][-1] - series["second"][-1]
    return Reached(steps, ratio=ratio) if series["apart"][-1] < 1 else None
