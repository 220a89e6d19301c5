"""Products of random matrices, fresh ones at every step, and what is known of them exactly."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import gamma, log2, pi
from typing import Annotated, Any, NamedTuple

import numpy as np

from scenes._matrices import gaussian_matrix, rotation_matrix
from scenes._scene import Bounds, Claim, Seed, scene, show
from scenes._sequence import FloatArray, MatrixSequence

_EPS = float(np.finfo(float).eps)
_LN10 = float(np.log(10.0))
_EULER = float(np.euler_gamma)

# Standard errors by which a mean over random draws may be off: beyond 4.5 comes once in 150,000 draws.
_SIGMAS = 4.5


# What is known of Gaussian matrices: log ‖W x‖ = ½ log χ²(n) for every unit vector x, independent from step to
# step (C. M. Newman, "The distribution of Lyapunov exponents", Commun. Math. Phys. 103, 1986).


def digamma(halves: int) -> float:
    """Return ``ψ(halves / 2)``, the logarithmic derivative of the gamma function, by its recurrence."""
    if halves <= 2:
        return -_EULER - (2 * float(np.log(2)) if halves == 1 else 0.0)
    return digamma(halves - 2) + 2 / (halves - 2)


def trigamma(halves: int) -> float:
    """Return ``ψ′(halves / 2)``, by its recurrence."""
    if halves <= 2:
        return pi**2 / (2 if halves == 1 else 6)
    return trigamma(halves - 2) - 4 / (halves - 2) ** 2


def lyapunov_exponent(dim: int, place: int = 1) -> float:
    """Return the exponent μₖ = ``(log 2 + ψ((n − k + 1) / 2)) / 2`` of products of standard normal matrices."""
    return float(np.log(2) + digamma(dim - place + 1)) / 2


def _slope_error(dim: int, samples: int) -> float:
    """Return by how much the mean of so many ``log ‖W x‖``, in decades, may be off.

    The second term is for few samples: the logarithm of a χ² number has an exponential tail, e^(n x).
    """
    error = _SIGMAS * np.sqrt(trigamma(dim) / 4 / samples) + _SIGMAS**2 / 2 / (dim * samples)
    return float(error / _LN10)


def _growths(steps: int, dim: int, draws: int, seed: int) -> FloatArray:
    """Return log ‖W x‖ at every step of so many vectors, each by its own standard normal matrices.

    Shape (T, draws). The vectors are kept at length one.
    """
    random = np.random.default_rng([seed, 2])
    vectors, growths = np.zeros((draws, dim)), np.empty((steps, draws))
    vectors[:, 0] = 1.0
    for step in range(steps):
        vectors = np.einsum("dij,dj->di", random.standard_normal((draws, dim, dim)), vectors)
        lengths = np.linalg.norm(vectors, axis=1)
        growths[step] = np.log(lengths)
        vectors /= lengths[:, None]
    return growths


# A hundred Gaussian matrices.

_DRAWS = 200


class _Ensemble(NamedTuple):
    """Logarithms of `_DRAWS` products at every step, shape (T + 1, draws): of σ₁, and of σ₁ / σ₂."""

    norms: FloatArray
    ratios: FloatArray


def _pairs(stack: FloatArray) -> FloatArray:
    """Return the second compound matrices, of all 2 × 2 minors: their norms are σ₁ σ₂, and they multiply."""
    i, j = np.triu_indices(stack.shape[1], 1)
    upper, lower = stack[:, i], stack[:, j]
    return np.asarray(upper[:, :, i] * lower[:, :, j] - upper[:, :, j] * lower[:, :, i])


def _log_norms(stacks: Iterable[FloatArray]) -> FloatArray:
    """Return log ‖W_t … W_0‖ for products made side by side, each kept at size one."""
    product, sizes, norms = None, 0.0, []
    for factors in stacks:
        product = factors if product is None else factors @ product
        largest = np.abs(product).max(axis=(1, 2))
        product, sizes = product / largest[:, None, None], sizes + np.log(largest)
        norms.append(sizes + np.log(np.linalg.svd(product, compute_uv=False)[:, 0]))
    return np.array(norms)


def _march(factors: FloatArray) -> _Ensemble:
    """Multiply; `factors` has the shape (T + 1, draws, n, n)."""
    norms = _log_norms(factors)
    # log (σ₁ / σ₂) = 2 log σ₁ − log (σ₁ σ₂), right even where σ₂ itself is lost in the product.
    return _Ensemble(norms, 2 * norms - _log_norms(_pairs(stack) for stack in factors))


@lru_cache(maxsize=2)
def _ensemble(steps: int, dim: int, seed: int) -> _Ensemble:
    return _march(np.random.default_rng([seed, 1]).standard_normal((steps + 1, _DRAWS, dim, dim)))


def _of(parameters: Mapping[str, Any]) -> _Ensemble:
    return _ensemble(parameters["steps"], parameters["dim"], parameters["seed"])


def _mean_axis(steps: int, dim: int, place: int) -> float:
    """Return the mean of log10 σₖ(W_T … W_0) for large T.

    The volume of a fixed frame of k vectors grows by μ₁ + … + μₖ a step; of the largest such volume,
    σ₁ … σₖ, it sees what a random k × k corner of an orthogonal matrix leaves, whose determinant's
    logarithm has the mean ``Σ (ψ(j / 2) − ψ((n − j + 1) / 2)) / 2``, j from 1 to k.
    """
    seen = digamma(place) - digamma(dim - place + 1)
    return ((steps + 1) * lyapunov_exponent(dim, place) - seen / 2) / _LN10


def _mean_ratio(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    first, second = (_mean_axis(parameters["steps"], parameters["dim"], place) for place in (1, 2))
    return first - second


def _column_slope(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the mean growth of the first column, log10 a factor."""
    mantissa, exponent = trajectory.product(trajectory.steps)
    length = np.log2(np.linalg.norm(mantissa[:, 0])) + exponent
    return float(length / log2(10) / (trajectory.steps + 1))


def _volume(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the sum of the logarithms of the last product's singular values."""
    return float(trajectory.log10_singular_values[-1].sum())


def _filmed_factors(parameters: Mapping[str, Any]) -> FloatArray:
    shape = (parameters["steps"] + 1, parameters["dim"], parameters["dim"])
    return np.random.default_rng([parameters["seed"], 20]).standard_normal(shape)


def _true_volume(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the same from the factors, for determinants multiply."""
    return float(np.linalg.slogdet(_filmed_factors(parameters))[1].sum() / _LN10)


def _column_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return _slope_error(parameters["dim"], trajectory.steps + 1)


def _mean_error(values: FloatArray, parameters: Mapping[str, Any], unsettled: float) -> float:
    """Return 4.5 standard errors of a mean in decades, and how much it may miss what holds for large T.

    The latter is little once σ₂ is far below σ₁: with ``log(1 + x) / 2 ≤ ¾ x^¼``, x being the square of
    σ₂ / σ₁ times the tangent of a random angle.
    """
    n = parameters["dim"]
    tangent = gamma(0.25) * gamma((n - 0.5) / 2) / gamma(0.5) / gamma((n - 1) / 2)
    missed = unsettled * 0.75 * tangent * np.exp(-_of(parameters).ratios[-1] / 2).mean()
    return float((_SIGMAS * values.std(ddof=1) / _DRAWS**0.5 + missed) / _LN10)


@scene(
    show("series", of={"this product": "log10_singular_values", "theory": "axes"}, heading="singular values"),
    show("series", of={"this": "ratio", "mean of 200": "mean ratio", "theory": "gap"}, heading="σ₁ / σ₂"),
    show("heatmap", of="cosines", heading="cosines of columns", limits=(-1, 1)),
    "claims",
    title="Product of Gaussian matrices",
    statement="it explodes, and its columns fall in line: what is left of {dim} dimensions is one",
    claims=(
        Claim(
            "log10 norm, mean",
            lambda trajectory, parameters: _of(parameters).norms[-1].mean() / _LN10,
            lambda trajectory, parameters: _mean_axis(parameters["steps"], parameters["dim"], 1),
            lambda trajectory, parameters: _mean_error(_of(parameters).norms[-1], parameters, 1),
            "4.5 standard errors of the mean over 200 products, and what the law of large T leaves out.",
        ),
        Claim(
            "log10 σ₁/σ₂, mean",
            lambda trajectory, parameters: _of(parameters).ratios[-1].mean() / _LN10,
            _mean_ratio,
            lambda trajectory, parameters: _mean_error(_of(parameters).ratios[-1], parameters, 4),
            "4.5 standard errors of the mean over 200 products, and what the law of large T leaves out.",
        ),
        Claim(
            "decades per factor",
            _column_slope,
            lambda trajectory, parameters: lyapunov_exponent(parameters["dim"]) / _LN10,
            _column_error,
            "4.5 standard errors of a mean of independent logarithms of χ² numbers.",
        ),
        Claim(
            "Σ log10 of all σ",
            _volume,
            _true_volume,
            1e-6,
            "Singular values of products are known to better than 1e−8 each, and a determinant rounds by n · eps.",
        ),
    ),
    poster=0.5,
    covers=(50, 51),
)
def gaussian_product(
    steps: Annotated[int, Bounds(0, 300)] = 100,
    dim: Annotated[int, Bounds(2, 6)] = 4,
    seed: Seed = 0,
) -> MatrixSequence:
    """Products of fresh standard normal matrices explode, and collapse to rank one.

    The first frame is a single matrix; after it come `steps` more factors. The cells are the cosines
    between the columns of the product.

    Parameters
    ----------
    seed : int
        Seed of the factors, and of the 200 further products whose mean is drawn.
    """
    factors = _filmed_factors({"steps": steps, "dim": dim, "seed": seed})
    cosines, product = np.empty((steps + 1, dim, dim)), np.eye(dim)
    for step in range(steps + 1):
        product = factors[step] @ (product / np.abs(product).max())
        unit = product / np.linalg.norm(product, axis=0)
        cosines[step] = unit.T @ unit
    axes = np.array([[_mean_axis(step, dim, place) for place in range(1, dim + 1)] for step in range(steps + 1)])
    series = {
        "cosines": cosines,
        "axes": axes,
        "gap": axes[:, 0] - axes[:, 1],
        "ratio": _march(factors[:, None]).ratios[:, 0] / _LN10,
        "mean ratio": _ensemble(steps, dim, seed).ratios.mean(axis=1) / _LN10,
    }
    return MatrixSequence(factors[1:], factors[0], series)


# The scale at which neither happens.

_SCALES = np.array([0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7])
_WALKERS = 24


def _measured_critical(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.sequence.series["critical so far"][-1]) if trajectory.steps else 1.0


def _critical(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(np.exp(-lyapunov_exponent(parameters["dim"]))) if trajectory.steps else 1.0


def _critical_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    error = _slope_error(parameters["dim"], _DRAWS * max(trajectory.steps, 1))
    return float(_critical(trajectory, parameters) * np.expm1(error * _LN10))


def _spread(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the standard deviation of log10 of the lengths at the end."""
    return float(trajectory.sequence.series["spread"][-1])


def _true_spread(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(np.sqrt(trajectory.steps * trigamma(parameters["dim"]) / 4) / _LN10)


def _spread_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    # A logarithm of a χ² number of two degrees or more has an excess kurtosis of 2.4 at most.
    kurtosis = 2.4 / max(trajectory.steps, 1)
    error = _SIGMAS / 2 * np.sqrt((2 + kurtosis) / (_DRAWS - 1))
    # The second order: variances scatter further above than below.
    return float(error * (1 + error) * _true_spread(trajectory, parameters))


@scene(
    show("series", of={"above": "above", "critical": "level", "below": "below"}, heading="length of vectors"),
    show(
        "bars",
        of="slopes",
        heading="decades per step, by scale / critical",
        reference="true slopes",
        labels=[f"{s:.1f}" for s in _SCALES],
        limits=(-0.5, 0.5),
    ),
    show(
        "readout",
        of={"critical scale so far": "critical so far", "exp(−μ₁)": "critical", "spread, decades": "spread"},
        heading="measured",
    ),
    "claims",
    title="Critical scale",
    statement="the scale of the entries decides: at exp(−μ₁) products neither grow nor shrink, but wander",
    claims=(
        Claim(
            "critical scale",
            _measured_critical,
            _critical,
            _critical_error,
            "4.5 standard errors of a mean of 200 T independent logarithms of χ² numbers.",
        ),
        Claim(
            "spread in decades",
            _spread,
            _true_spread,
            _spread_error,
            "4.5 standard errors of a standard deviation of 200 sums of independent numbers.",
        ),
    ),
    poster=0.75,
    covers=(52,),
)
def critical_scale(
    steps: Annotated[int, Bounds(0, 1_000)] = 100,
    dim: Annotated[int, Bounds(2, 16)] = 4,
    seed: Seed = 0,
    factor: Annotated[float, Bounds(1.01, 10)] = 1.25,
) -> MatrixSequence:
    """Products of fresh Gaussian matrices below, at and above the scale at which they neither grow nor shrink.

    Parameters
    ----------
    factor : float
        How many times the critical scale is exceeded, and fallen short of.
    seed : int
        Seed of all matrices.
    """
    critical = float(np.exp(-lyapunov_exponent(dim)))
    growths = _growths(steps, dim, _DRAWS, seed)
    lengths = np.zeros((steps + 1, _DRAWS))
    lengths[1:] = np.cumsum(growths, axis=0) / _LN10
    t = np.arange(steps + 1)
    mean = np.concatenate([[0.0], lengths[1:].mean(axis=1) / t[1:]])
    level = lengths + t[:, None] * np.log10(critical)
    shift = t[:, None] * np.log10(factor)
    theory = lyapunov_exponent(dim) / _LN10
    series = {
        "above": (level + shift)[:, :_WALKERS],
        "level": level[:, :_WALKERS],
        "below": (level - shift)[:, :_WALKERS],
        "slopes": np.where(t[:, None] > 0, mean[:, None] + np.log10(_SCALES * critical), 0.0),
        "true slopes": np.broadcast_to(theory + np.log10(_SCALES * critical), (steps + 1, len(_SCALES))),
        "critical so far": np.where(t > 0, 10.0**-mean, np.nan),
        "critical": np.full(steps + 1, critical),
        "spread": lengths.std(axis=1, ddof=1),
    }
    factors = np.random.default_rng([seed, 3]).standard_normal((steps, dim, dim)) * critical
    return MatrixSequence(factors, series=series)


# One matrix again and again, or a fresh one at every step.


def _fresh_slope(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.sequence.series["mean fresh"][-1] / max(trajectory.steps, 1))


def _true_fresh_slope(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    n = parameters["dim"]
    return (lyapunov_exponent(n) - float(np.log(n)) / 2) / _LN10 if trajectory.steps else 0.0


def _fresh_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return _slope_error(parameters["dim"], _DRAWS * max(trajectory.steps, 1))


def _repeated_matrices(dim: int, seed: int) -> FloatArray:
    return gaussian_matrix((_WALKERS * dim, dim), [seed, 4]).reshape(_WALKERS, dim, dim)


def _same_growths(steps: int, dim: int, seed: int) -> FloatArray:
    """Return log10 ‖Wᵗ x‖ of so many matrices, shape (T + 1, walkers), x being the first unit vector."""
    matrices = _repeated_matrices(dim, seed)
    vectors, lengths = np.zeros((_WALKERS, dim)), np.zeros((steps + 1, _WALKERS))
    vectors[:, 0] = 1.0
    for step in range(steps):
        vectors = np.einsum("dij,dj->di", matrices, vectors)
        sizes = np.linalg.norm(vectors, axis=1)
        lengths[step + 1] = lengths[step] + np.log10(sizes)
        vectors /= sizes[:, None]
    return lengths


def _outside_bounds(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how many powers leave ``σ_min(V) |c₁| ≤ ‖Wᵗ x‖ / ρᵗ ≤ σ_max(V) ‖c‖``, with x = V c."""
    values, vectors = np.linalg.eig(_repeated_matrices(parameters["dim"], parameters["seed"]))
    parts = np.linalg.inv(vectors)[:, :, 0]
    sizes = np.linalg.svd(vectors, compute_uv=False)
    first = np.abs(values).argmax(axis=1)[:, None]
    radius = np.abs(np.take_along_axis(values, first, axis=1))[:, 0]
    low = sizes[:, -1] * np.abs(np.take_along_axis(parts, first, axis=1))[:, 0]
    high = sizes[:, 0] * np.linalg.norm(parts, axis=1)
    left = trajectory.sequence.series["same"] - np.arange(trajectory.steps + 1)[:, None] * np.log10(radius)
    return float(np.count_nonzero((left < np.log10(low) - 1e-9) | (left > np.log10(high) + 1e-9)))


@scene(
    show("series", of={"same matrix": "same", "fresh matrices": "fresh"}, heading="length"),
    show("series", of={"same": "mean same", "fresh": "mean fresh", "theory": "theory"}, heading="mean length"),
    show("bars", of="radii", heading="ρ of the same", reference="unit circle"),
    "claims",
    title="The same matrix, or fresh ones",
    statement="entries N(0, 1/n): powers follow the spectral radius; fresh factors lose about 0.22/n decades a step",
    claims=(
        Claim(
            "fresh, decades a step",
            _fresh_slope,
            _true_fresh_slope,
            _fresh_error,
            "4.5 standard errors of a mean of 200 T independent logarithms of χ² numbers.",
        ),
        Claim(
            "powers off ρᵗ",
            _outside_bounds,
            0.0,
            0.0,
            "Powers beyond what the eigenvectors allow are counted, those off by rounding alone not.",
        ),
    ),
    poster=0.75,
    covers=(40,),
)
def same_or_fresh(
    steps: Annotated[int, Bounds(0, 300)] = 150,
    dim: Annotated[int, Bounds(2, 32)] = 16,
    seed: Seed = 0,
) -> MatrixSequence:
    """Powers of one matrix against products of fresh ones, all with entries from N(0, 1/n).

    Seen are 24 vectors each; the mean of the fresh ones is over 200.

    Parameters
    ----------
    seed : int
        Seed of all matrices.
    """
    lengths = np.zeros((steps + 1, _DRAWS))
    lengths[1:] = np.cumsum(_growths(steps, dim, _DRAWS, seed) - np.log(dim) / 2, axis=0) / _LN10
    same = _same_growths(steps, dim, seed)
    radii = np.sort(np.abs(np.linalg.eigvals(_repeated_matrices(dim, seed))).max(axis=1))[::-1]
    slope = (lyapunov_exponent(dim) - np.log(dim) / 2) / _LN10
    series = {
        "same": same,
        "fresh": lengths[:, :_WALKERS],
        "mean same": same.mean(axis=1),
        "mean fresh": lengths.mean(axis=1),
        "theory": np.arange(steps + 1) * slope,
        "radii": np.broadcast_to(radii, (steps + 1, _WALKERS)),
        "unit circle": np.ones((steps + 1, _WALKERS)),
    }
    factors = np.random.default_rng([seed, 3]).standard_normal((steps, dim, dim)) / np.sqrt(dim)
    return MatrixSequence(factors, series=series)


# What the spectral radii of two matrices say of their product: nothing.

_NILPOTENT = np.array([[0.0, 2.0], [0.0, 0.0]])


def _radius(matrix: FloatArray) -> float:
    return float(np.abs(np.linalg.eigvals(matrix)).max())


def _turned(matrix: FloatArray, degrees: float) -> FloatArray:
    """Return ``R B Rᵀ``, with R a turn of the first coordinate plane."""
    turn = np.eye(len(matrix))
    turn[:2, :2] = rotation_matrix(np.deg2rad(degrees))
    return np.asarray(turn @ matrix @ turn.T)


def _turns(steps: int) -> FloatArray:
    return np.linspace(0.0, 180.0, steps + 1)


def _violations(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    series = trajectory.sequence.series
    slack = 1 + 64 * parameters["dim"] * _EPS
    broken = (series["radius"] > series["bound"] * slack) | (series["random radius"] > series["random bound"] * slack)
    return float(np.count_nonzero(broken))


def _largest_single_radius(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return max(_radius(_turned(-_NILPOTENT, angle)) for angle in _turns(trajectory.steps))


def _sine_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how far ρ(AB) is from ``4 sin² θ``, the trace of a product of rank one."""
    true = 4 * np.sin(np.deg2rad(_turns(trajectory.steps))) ** 2
    return float(np.abs(trajectory.sequence.series["radius"] - true).max())


@scene(
    show(
        "series",
        of={"ρ(AB)": "radius", "σ₁(A) σ₁(B)": "bound", "ρ(A) ρ(B)": "alone"},
        heading="ρ(A) = ρ(B) = 0",
        scale="linear",
    ),
    show("series", of={"ρ(AB)": "random radius", "σ₁(A) σ₁(B)": "random bound"}, heading="random A, B", scale="linear"),
    show("heatmap", of="AB", heading="AB", limits=(-4, 4), numbers=True),
    "claims",
    title="Radius of a product",
    statement="ρ(A) = ρ(B) = 0, and yet ρ(AB) = 4 where B is turned by 90°: only norms bound it",
    claims=(
        Claim(
            "ρ(AB) at 90°",
            lambda trajectory, parameters: _radius(_NILPOTENT @ _turned(-_NILPOTENT, 90.0)),
            4.0,
            16 * _EPS,
            "The turn by 90° rounds by eps.",
        ),
        Claim(
            "largest ρ(B)",
            _largest_single_radius,
            0.0,
            float(8 * np.sqrt(_EPS)),
            "A double eigenvalue without eigenvectors moves by the root of what the matrix rounds by.",
        ),
        Claim("ρ(AB) − 4 sin²θ", _sine_error, 0.0, 64 * _EPS, "Turn, product and eigenvalue round by a few eps each."),
        Claim("bound exceeded", _violations, 0.0, 0.0, "Angles are counted; rounding by n · eps is granted."),
    ),
    poster=0.5,
    fps="20",
    covers=(73,),
)
def product_bound(
    steps: Annotated[int, Bounds(0, 1_000)] = 180,
    dim: Annotated[int, Bounds(2, 32)] = 4,
    seed: Seed = 0,
) -> MatrixSequence:
    """Spectral radius of a product while one factor is turned: at most σ₁(A) σ₁(B), whatever ρ(A) and ρ(B).

    Over the steps B turns by 180°. A = [[0, 2], [0, 0]] and B, at 90° the transpose of A, have the
    eigenvalue 0 only.

    Parameters
    ----------
    steps : int
        Number of steps by which B is turned from 0° to 180°.
    dim : int
        Rows and columns of the random pair.
    seed : int
        Seed of the random pair.
    """
    a, b = (gaussian_matrix(dim, [seed, k]) for k in range(2))
    angles = _turns(steps)
    products = np.array([_NILPOTENT @ _turned(-_NILPOTENT, angle) for angle in angles])
    size = float(np.linalg.norm(a, 2) * np.linalg.norm(b, 2))
    series = {
        "radius": np.array([_radius(p) for p in products]),
        "bound": np.full(steps + 1, np.linalg.norm(_NILPOTENT, 2) ** 2),
        "alone": np.array([_radius(_NILPOTENT) * _radius(_turned(-_NILPOTENT, angle)) for angle in angles]),
        "random radius": np.array([_radius(a @ _turned(b, angle)) for angle in angles]),
        "random bound": np.full(steps + 1, size),
        "AB": products,
    }
    return MatrixSequence(products[1:], series=series)


# A product of many probabilities.

_FORMATS: dict[str, type[np.floating[Any]]] = {"float16": np.float16, "float32": np.float32, "float64": np.float64}


def _probabilities(steps: int, seed: int, typical: float) -> FloatArray:
    """Return numbers of at most 1/2 whose logarithms are uniform, with the geometric mean `typical`."""
    return np.asarray(0.5 * (2 * typical) ** (2 * np.random.default_rng(seed).random(steps)))


def _vanishes(name: str) -> Claim:
    def seen(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        zero = trajectory.sequence.series[name] == 0
        return float(zero.argmax() if zero.any() else trajectory.steps + 1)

    def predicted(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        values = _probabilities(trajectory.steps, parameters["seed"], parameters["probability"])
        below = np.cumsum(np.log2(values)) <= np.log2(float(np.finfo(_FORMATS[name]).smallest_subnormal)) - 1
        return float(below.argmax() + 1 if below.any() else trajectory.steps + 1)

    return Claim(
        f"{name} is 0 from step",
        seen,
        predicted,
        2.0,
        "Below the normal range a number is off by up to its last digit, and each factor at least halves it.",
    )


def _log_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how far log10 of the product is from that of exact whole numbers."""
    values = _probabilities(trajectory.steps, parameters["seed"], parameters["probability"])
    exact, exponent = 1, 0
    for value in values:
        top, bottom = float(value).as_integer_ratio()
        exact, exponent = exact * top, exponent + bottom.bit_length() - 1
    shift = max(exact.bit_length() - 64, 0)
    true = (log2(exact >> shift) + (shift - exponent)) / log2(10)
    return abs(float(trajectory.log10_spectral_norm[-1]) - true)


def _log_rounding(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(4 * _EPS * (trajectory.steps + 1 + abs(trajectory.log10_spectral_norm[-1])))


@scene(
    show(
        "series",
        of={"float16": "log16", "float32": "log32", "float64": "log64", "m · 2ᵉ": "log10_spectral_norm"},
        heading="product of probabilities",
    ),
    show("series", of="mantissa", heading="mantissa m", scale="linear", limits=(0.5, 1)),
    show("readout", of={name: name for name in _FORMATS} | {"exponent e": "exponent"}, heading="what is left"),
    "claims",
    title="Log space",
    statement="many probabilities multiplied: every format ends at 0, mantissa and exponent do not",
    claims=(
        _vanishes("float64"),
        _vanishes("float32"),
        _vanishes("float16"),
        Claim(
            "error of the log10",
            _log_error,
            0.0,
            _log_rounding,
            "Each of T products rounds by eps / 2, and their logarithm by eps of its own size.",
        ),
    ),
    poster=1.0,
    covers=(49,),
)
def log_space(
    steps: Annotated[int, Bounds(0, 1_000)] = 180,
    seed: Seed = 0,
    probability: Annotated[float, Bounds(0.001, 0.5)] = 0.01,
) -> MatrixSequence:
    """Products of many probabilities underflow in every format, but not as mantissa and exponent.

    Parameters
    ----------
    probability : float
        Geometric mean of the probabilities.
    """
    values = _probabilities(steps, seed, probability)
    series: dict[str, FloatArray] = {}
    for name, kind in _FORMATS.items():
        product, track = kind(1), np.ones(steps + 1)
        for step, value in enumerate(values, 1):
            product = product * kind(value)
            track[step] = product
        series[name] = track
        with np.errstate(divide="ignore"):
            series[f"log{name[5:]}"] = np.where(track > 0, np.log10(track), np.nan)
    mantissas, exponents = np.empty(steps + 1), np.empty(steps + 1)
    mantissa, exponent = 0.5, 1
    for step in range(steps + 1):
        mantissas[step], exponents[step] = mantissa, exponent
        if step < steps:
            mantissa, shift = (float(x) for x in np.frexp(mantissa * values[step]))
            exponent += int(shift)
    series |= {"mantissa": mantissas, "exponent": exponents}
    return MatrixSequence(values[:, None, None], series=series)
