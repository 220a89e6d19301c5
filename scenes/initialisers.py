"""How first weights are drawn, and what their powers and products do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from scenes._growth import transient
from scenes._matrices import (
    Seeds,
    gaussian_matrix,
    glorot_normal,
    glorot_uniform,
    haar_orthogonal,
    he_normal,
    lecun_normal,
    uniform_matrix,
)
from scenes._scene import Bounds, Choices, Claim, Seed, Steps, scene, show
from scenes._sequence import FloatArray, MatrixSequence, repeated

# −log of half the probability that a normal number lies 4.5 deviations from its mean: the chance that bounds leave.
_RARE = 12.6
_CONSTANT = 0.1
# Connections a unit of a sparse layer has.
_CONNECTIONS = 15


def _normal_deviation(count: float) -> float:
    """Return how far the mean of `count` squared standard normal numbers may be from 1.

    B. Laurent, P. Massart, "Adaptive estimation of a quadratic functional by model selection",
    Annals of Statistics 28, 2000, lemma 1: beyond ``2√(x/k) + 2x/k`` with a probability of ``exp(−x)``.
    """
    return float(2 * np.sqrt(_RARE / count) + 2 * _RARE / count)


def _uniform_deviation(count: float) -> float:
    """Return the same, relative, for squares of uniform numbers: Hoeffding's bound for numbers from 0 to 3."""
    return float(3 * np.sqrt(_RARE / (2 * count)))


@dataclass(frozen=True)
class _Kind:
    """A way to draw an n × n matrix, with what is known of it.

    `square` is the mean of its squared entries (the variance, where their mean is zero), `deviation`
    how far a sample may be from that, relative, and `total` the sum of all entries where it is no accident.
    Else that sum is 0 but for chance: it has n² times the variance `square`.
    """

    make: Callable[[int, Seeds], FloatArray]
    square: Callable[[int], float]
    deviation: Callable[[int], float] = lambda n: 0.0
    total: Callable[[int], float] | None = None


def _normal(sigma: Callable[[int], float]) -> _Kind:
    return _Kind(
        lambda n, seed: gaussian_matrix(n, seed, scale=sigma(n)),
        lambda n: sigma(n) ** 2,
        lambda n: _normal_deviation(n * n),
    )


def _uniform(bound: Callable[[int], float]) -> _Kind:
    return _Kind(
        lambda n, seed: uniform_matrix(n, seed, bound(n)),
        lambda n: bound(n) ** 2 / 3,
        lambda n: _uniform_deviation(n * n),
    )


def _of_maker(maker: Callable[[int, Seeds], FloatArray], kind: _Kind) -> _Kind:
    return _Kind(maker, kind.square, kind.deviation)


def _sparse(n: int, seed: Seeds) -> FloatArray:
    """Return a matrix in which every unit has 15 connections (fewer where n is), standard normal.

    J. Martens, "Deep learning via Hessian-free optimization", ICML 2010.
    """
    rng = np.random.default_rng(seed)
    matrix = np.zeros((n, n))
    for row in matrix:
        row[rng.permutation(n)[:_CONNECTIONS]] = rng.standard_normal(min(n, _CONNECTIONS))
    return matrix


def _tent(n: int) -> FloatArray:
    """Return the weights of linear interpolation by the factor ``⌈n / 2⌉``, shape (n,)."""
    factor = (n + 1) // 2
    return np.asarray(1 - np.abs(np.arange(n) - (n - 1) / 2) / factor)


def _tent_square(n: int) -> float:
    """Return the sum of the squares of `_tent` in closed form."""
    factor = (n + 1) // 2
    return (2 * factor**2 + 1) / (3 * factor) if n % 2 else (4 * factor**2 - 1) / (6 * factor)


_KINDS = {
    "normal": _normal(lambda n: 1.0),
    "uniform": _uniform(lambda n: 1.0),
    "normal_001": _normal(lambda n: 0.01),
    "uniform_007": _uniform(lambda n: 0.07),
    "lecun_normal": _of_maker(lecun_normal, _normal(lambda n: n**-0.5)),
    "lecun_uniform": _uniform(lambda n: (3 / n) ** 0.5),
    "glorot_normal": _of_maker(glorot_normal, _normal(lambda n: n**-0.5)),
    "glorot_uniform": _of_maker(glorot_uniform, _uniform(lambda n: (3 / n) ** 0.5)),
    "he_normal": _of_maker(he_normal, _normal(lambda n: (2 / n) ** 0.5)),
    "he_uniform": _uniform(lambda n: (6 / n) ** 0.5),
    "sparse": _Kind(
        _sparse,
        lambda n: min(n, _CONNECTIONS) / n,
        lambda n: _normal_deviation(n * min(n, _CONNECTIONS)),
    ),
    "identity": _Kind(lambda n, seed: np.eye(n), lambda n: 1 / n, total=float),
    "orthogonal_qr": _Kind(haar_orthogonal, lambda n: 1 / n),
    "orthogonal_svd": _Kind(lambda n, seed: haar_orthogonal(n, seed, "svd"), lambda n: 1 / n),
    "zeros": _Kind(lambda n, seed: np.zeros((n, n)), lambda n: 0.0, total=lambda n: 0.0),
    "constant": _Kind(
        lambda n, seed: np.full((n, n), _CONSTANT), lambda n: _CONSTANT**2, total=lambda n: n * n * _CONSTANT
    ),
    # Every point of the enlarged picture gets weights whose sum is 1, and of a point there are so many.
    "bilinear": _Kind(
        lambda n, seed: np.outer(_tent(n), _tent(n)),
        lambda n: (_tent_square(n) / n) ** 2,
        total=lambda n: float((n + 1) // 2) ** 2,
    ),
}


def _drawn(parameters: Mapping[str, Any]) -> FloatArray:
    kind = _KINDS[parameters["kind"]]
    return np.asarray(parameters["gain"] * kind.make(parameters["dim"], parameters["seed"]))


def _mean_square(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(np.mean(trajectory.sequence.factors[0] ** 2))


def _variance(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(parameters["gain"] ** 2 * _KINDS[parameters["kind"]].square(parameters["dim"]))


def _variance_deviation(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    kind, n = _KINDS[parameters["kind"]], parameters["dim"]
    return float(_variance(trajectory, parameters) * (kind.deviation(n) + 4 * n * np.finfo(float).eps))


def _sum(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.matrix(1).sum())


def _expected_sum(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    total = _KINDS[parameters["kind"]].total
    return float(parameters["gain"] * total(parameters["dim"])) if total else 0.0


def _sum_deviation(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return rounding where the sum is known, else five deviations of a sum of entries without correlation."""
    n = parameters["dim"]
    if _KINDS[parameters["kind"]].total:
        return float(4 * n * n * np.finfo(float).eps * _expected_sum(trajectory, parameters))
    return float(5 * n * np.sqrt(_variance(trajectory, parameters)))


def _growth(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return ``‖P_T‖₂`` to the power of 1 / T."""
    return float(10 ** (trajectory.log10_spectral_norm[-1] / trajectory.steps))


def _power_growth(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the largest eigenvalue modulus, times what the eigenvectors add to so few powers."""
    matrix = _drawn(parameters)
    return float(
        np.abs(np.linalg.eigvals(matrix)).max() * 10 ** (transient(matrix, trajectory.steps) / trajectory.steps)
    )


def _growth_rounding(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return 1e-8 * _power_growth(trajectory, parameters)


@scene(
    "matrix",
    "norms",
    "eigenvalues",
    "claims",
    title="Initialisation",
    statement="{kind}: entries have the variance asked for, powers follow the largest eigenvalue",
    claims=(
        Claim(
            "mean of W²ᵢⱼ",
            _mean_square,
            _variance,
            _variance_deviation,
            "What a sample of this size strays by with a chance of 4.5 sigma: Laurent and Massart, or Hoeffding.",
        ),
        Claim(
            "growth per step",
            _growth,
            _power_growth,
            _growth_rounding,
            "Powers by eigenvalues and eigenvectors: even if their condition were a million, they round by 1e-9.",
        ),
        Claim(
            "sum of Wᵢⱼ",
            _sum,
            _expected_sum,
            _sum_deviation,
            "Five deviations of a sum of entries that are not correlated; rounding, where the sum is known.",
        ),
    ),
    poster=0.1,
    # Where an eigenvalue is negative or complex the colours turn over: not more than three times a second.
    fps="5",
    covers=(30, 44, 59, 60, 65, 66, 67, 68),
)
def initialiser(
    steps: Annotated[int, Bounds(1, 1_000_000)] = 64,
    dim: Annotated[int, Bounds(2, 256)] = 16,
    seed: Seed = 0,
    kind: Annotated[str, Choices(tuple(_KINDS))] = "glorot_uniform",
    gain: Annotated[float, Bounds(0.1, 10)] = 1.0,
) -> MatrixSequence:
    """Powers of one matrix drawn by one of the usual initialisations.

    The kernel of bilinear interpolation is what networks that enlarge pictures begin with: of every point it makes
    as many as the sum of its entries.

    Parameters
    ----------
    kind : str
        How it is drawn: normal and uniform of size 1; normal with deviation 0.01; uniform within ±0.07; LeCun's,
        Glorot's and He's; 15 connections a unit; identity; orthogonal by QR or SVD; zeros; 0.1 everywhere; or the
        kernel of bilinear interpolation.
    gain : float
        What all entries are multiplied by; a gain of 1 leaves orthogonal matrices orthogonal.
    """
    return repeated(_drawn({"kind": kind, "dim": dim, "seed": seed, "gain": gain}), steps)


_BINS = 40


def _edge(dim: int) -> float:
    """Return Glorot's bound for uniform entries, √(6 / 2n)."""
    return float(np.sqrt(3 / dim))


def _histogram(entries: FloatArray, dim: int) -> FloatArray:
    """Return the density of all entries up to each step, shape (T + 1, bins), as multiples of the uniform one."""
    edges = np.linspace(-2, 2, _BINS + 1) * _edge(dim)
    # Normal entries may lie beyond; they are counted for the density but have no bar.
    counts = np.stack([np.zeros(_BINS), *(np.histogram(layer, edges)[0] for layer in entries)]).cumsum(axis=0)
    drawn = np.maximum(np.arange(len(entries) + 1) * dim * dim, 1)
    return np.asarray(counts / drawn[:, None] * _BINS / 2)


def _densities(steps: int) -> dict[str, FloatArray]:
    """Return what the histograms tend to, in multiples of the uniform density, shape (T + 1, bins)."""
    place = (np.arange(_BINS) + 0.5) / _BINS * 4 - 2
    # In units of the bound √3 σ.
    normal = 2 * np.sqrt(3) / np.sqrt(2 * np.pi) * np.exp(-1.5 * place**2)
    laws = {"normal": normal, "uniform": np.where(np.abs(place) < 1, 1.0, 0.0)}
    return {name: np.broadcast_to(law, (steps + 1, _BINS)) for name, law in laws.items()}


def _drawn_variance(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(np.mean(trajectory.sequence.factors**2))


def _glorot_variance(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return 2 / float(parameters["dim"] + parameters["dim"])


def _variance_claim(column: str, deviation: Callable[[float], float]) -> Claim:
    def tolerance(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return _glorot_variance(trajectory, parameters) * deviation(trajectory.sequence.factors.size)

    return Claim(
        "variance",
        _drawn_variance,
        _glorot_variance,
        tolerance,
        "What a sample of this size strays by with a chance of 4.5 sigma: Laurent and Massart, or Hoeffding.",
        column,
    )


_SHAPES = {"normal": glorot_normal, "uniform": glorot_uniform}


def _layers(shape: str, steps: int, dim: int, seed: int) -> FloatArray:
    place = tuple(_SHAPES).index(shape)
    return np.stack([_SHAPES[shape](dim, [seed, place, layer]) for layer in range(steps)])


def _product_claim(shape: str) -> Claim:
    """Return the claim on the norm of the product, against one that is multiplied from the other end."""

    def measured(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return float(trajectory.log10_frobenius_norm[-1])

    def expected(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        product, size = np.eye(trajectory.dim), 0.0
        for layer in _layers(shape, trajectory.steps, trajectory.dim, parameters["seed"])[::-1]:
            product = product @ layer
            norm = np.linalg.norm(product)
            product, size = product / norm, size + np.log10(norm)
        return float(size)

    return Claim(
        "log10 norm at last",
        measured,
        expected,
        1e-9,
        "The order of multiplication moves the rounding of some hundred layers, 1e-15 each, and nothing else.",
        shape,
    )


def _beyond(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(max(0.0, np.abs(trajectory.sequence.factors).max() - _edge(parameters["dim"])))


@scene(
    show("bars", of="histogram", reference="density", heading="", limits=(0, 1.6)),
    "norms",
    title="Xavier, normal and uniform",
    statement="two shapes of one variance, 2 / (n_in + n_out), which is all that products notice",
    claims=(
        _variance_claim("normal", _normal_deviation),
        _variance_claim("uniform", _uniform_deviation),
        *(_product_claim(shape) for shape in _SHAPES),
        Claim("beyond the bound", _beyond, 0.0, 0.0, "No uniform entry is beyond its bound.", "uniform"),
    ),
    poster=1.0,
    fps="10",
    covers=(65, 66),
)
def xavier(
    steps: Annotated[int, Bounds(1, 300)] = 64,
    dim: Annotated[int, Bounds(2, 64)] = 16,
    seed: Seed = 0,
) -> dict[str, MatrixSequence]:
    """Products of Xavier layers, normal and uniform, with the entries drawn so far.

    X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    AISTATS 2010.
    """
    columns = {}
    for name in _SHAPES:
        layers = _layers(name, steps, dim, seed)
        series = {"histogram": _histogram(layers, dim), "density": _densities(steps)[name]}
        columns[name] = MatrixSequence(layers, series=series)
    return columns


def _kept_norm(column: str) -> Claim:
    def drift(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return float(np.abs(trajectory.log10_spectral_norm).max())

    def rounding(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return float(4 * (trajectory.steps + 1) * trajectory.dim * np.finfo(float).eps)

    return Claim("drift of log10 norm", drift, 0.0, rounding, "A multiplication rounds by about n · eps.", column)


def _perturbed_growth(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.log10_spectral_norm[-1])


def _perturbed(parameters: Mapping[str, Any]) -> FloatArray:
    noise = parameters["noise"] * gaussian_matrix(parameters["dim"], [parameters["seed"], 1])
    return np.asarray(np.eye(parameters["dim"]) + noise)


def _perturbed_expected(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    matrix, steps = _perturbed(parameters), trajectory.steps
    return float(steps * np.log10(np.abs(np.linalg.eigvals(matrix)).max()) + transient(matrix, steps))


def _perturbed_rounding(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return 1e-8 + 1e-10 * float(trajectory.steps)


def _living(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(np.trace(trajectory.matrix(trajectory.steps)))


def _positive(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    start = np.random.default_rng([parameters["seed"], 3]).standard_normal(parameters["dim"])
    return float((start > 0).sum() if trajectory.steps else parameters["dim"])


@scene(
    show("matrix", limits=(-1, 1)),
    "norms",
    title="Identity initialisation",
    statement="the identity keeps all, noise of {noise} drifts, ReLU keeps what begins above 0",
    claims=(
        _kept_norm("I"),
        Claim(
            "log10 norm at last",
            _perturbed_growth,
            _perturbed_expected,
            _perturbed_rounding,
            "Powers by eigenvalues and eigenvectors: even if their condition were a million, they round by 1e-9.",
            "I + noise",
        ),
        Claim("units alive", _living, _positive, 0.0, "Zeros and ones multiply exactly.", "I, ReLU"),
    ),
    poster=1.0,
    covers=(44,),
)
def identity_initialisation(
    steps: Steps = 64,
    dim: Annotated[int, Bounds(2, 64)] = 16,
    seed: Seed = 0,
    noise: Annotated[float, Bounds(0.001, 1)] = 0.02,
) -> dict[str, MatrixSequence]:
    """Powers of the identity, of the identity with noise, and of one behind ReLU.

    Q. V. Le, N. Jaitly, G. E. Hinton, "A simple way to initialize recurrent networks of rectified
    linear units", arXiv:1504.00941, 2015.

    Parameters
    ----------
    noise : float
        Size of the perturbation: its entries have the deviation ``noise / sqrt(n)``.
    """
    identity = np.eye(dim)
    state = np.random.default_rng([seed, 3]).standard_normal(dim)
    jacobians = np.empty((steps, dim, dim))
    for step in range(steps):
        summed = identity @ state
        jacobians[step] = np.where(summed > 0, 1.0, 0.0)[:, None] * identity
        state = np.maximum(summed, 0.0)
    return {
        "I": repeated(identity, steps),
        "I + noise": repeated(_perturbed({"dim": dim, "seed": seed, "noise": noise}), steps),
        "I, ReLU": MatrixSequence(jacobians),
    }


def _singular_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    values = np.linalg.svd(trajectory.matrix(trajectory.steps), compute_uv=False)
    return float(np.abs(values - 1).max())


def _singular_rounding(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    start = trajectory.sequence.initial
    return float(16 * (trajectory.steps + 1) * len(start) * np.finfo(float).eps * np.linalg.cond(start))


def _moved(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(np.linalg.norm(trajectory.matrix(trajectory.steps) - trajectory.sequence.initial))


def _least_distance(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    values = np.linalg.svd(trajectory.sequence.initial, compute_uv=False)
    return float(np.sqrt(((values - 1) ** 2).sum()))


def _excess_over_qr(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    start = trajectory.sequence.initial
    q, r = np.linalg.qr(start)
    signed = q * np.where(np.diagonal(r) < 0, -1.0, 1.0)
    return max(0.0, _moved(trajectory, parameters) - float(np.linalg.norm(signed - start)))


@scene(
    show("matrix", limits=(-1, 1)),
    show("series", of="stretches", heading="singular values", scale="linear", marks={"": 1.0}),
    show("points", of="ellipse", heading="image of a circle"),
    "claims",
    title="The nearest orthogonal matrix",
    statement="A = U S Vᵀ: with every singular value at 1, U Vᵀ remains, the nearest orthogonal matrix",
    claims=(
        Claim(
            "largest |σ − 1|",
            _singular_error,
            0.0,
            _singular_rounding,
            "T roundings of about n · eps, enlarged by the condition of A.",
        ),
        Claim(
            "‖A − Q‖",
            _moved,
            _least_distance,
            _singular_rounding,
            "T roundings of about n · eps, enlarged by the condition of A.",
        ),
        Claim("QR is nearer by", _excess_over_qr, 0.0, 1e-12, "No orthogonal matrix is nearer; rounding aside."),
    ),
    poster=0.5,
    fps="10",
    covers=(32,),
)
def nearest_orthogonal(
    steps: Annotated[int, Bounds(1, 300)] = 48,
    dim: Annotated[int, Bounds(2, 64)] = 8,
    seed: Seed = 0,
) -> MatrixSequence:
    """Singular values of a random matrix on their way to 1, which is how orthogonal weights are made.

    Every step multiplies by ``U diag(σ^(−1/T)) Uᵀ``, so that ``P_T = (A Aᵀ)^(−1/2) A = U Vᵀ``, the orthogonal
    factor of the polar decomposition. The other usual way is Q of ``A = Q R`` with the signs of R's diagonal.
    K. Fan, A. J. Hoffman, "Some metric inequalities in the space of matrices", Proceedings of the AMS 6, 1955.
    """
    start = gaussian_matrix(dim, seed)
    u, values, _ = np.linalg.svd(start)
    step = (u * values ** (-1 / steps)) @ u.T
    # The circle spanned by the directions stretched most and least.
    angle = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    left = (1 - np.arange(steps + 1) / steps)[:, None]
    axes = values[0] ** left, values[-1] ** left
    ellipse = np.stack([axes[0] * np.cos(angle), axes[1] * np.sin(angle)], axis=2)
    series = {"stretches": values**left, "ellipse": ellipse}
    return MatrixSequence(np.broadcast_to(step, (steps, dim, dim)), initial=start, series=series)
