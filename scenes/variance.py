"""The variance of signals and gradients from layer to layer of a deep network."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from math import comb, factorial, log
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from scenes._activations import ACTIVATIONS, Activation
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
from scenes._scene import Bounds, Choices, Claim, Seed, scene, show
from scenes._sequence import FloatArray, MatrixSequence

# Standard deviations that a claim allows a sample.
_SIGMAS = 5.0
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730)


def polygamma(order: int, x: float) -> float:
    """Return the digamma function ψ(x), x > 0, or its derivative of the given order, to about 13 digits.

    By recurrence to x ≥ 12 and the asymptotic series from there (DLMF 5.11.2, 5.15.5 and 5.15.8).
    """
    shifted = 0.0
    while x < 12:
        shifted += factorial(order) / x ** (order + 1)
        x += 1
    if order == 0:
        terms = sum(b / (2 * k * x ** (2 * k)) for k, b in enumerate(_BERNOULLI, 1))
        return log(x) - 1 / (2 * x) - terms - shifted
    series = factorial(order - 1) / x**order + factorial(order) / (2 * x ** (order + 1))
    for k, b in enumerate(_BERNOULLI, 1):
        series += b * factorial(2 * k + order - 1) / factorial(2 * k) / x ** (2 * k + order)
    return series + shifted if order % 2 else -series - shifted


def log_chi_square(count: int) -> tuple[float, float]:
    """Return mean and variance of ``ln(χ²_k / k)``: what a layer of k units adds to the log of the variance.

    C. M. Newman, "The distribution of Lyapunov exponents: exact results for random matrices",
    Communications in Mathematical Physics 103, 1986.
    """
    return polygamma(0, count / 2) - log(count / 2), polygamma(1, count / 2)


@lru_cache
def log_half_chi_square(count: int) -> tuple[float, float]:
    """Return the same where ReLU lets each of k units pass with a chance of one half.

    The sum of squares is χ² with a binomial number of degrees of freedom; that all are cut is left out.
    """
    chances = [comb(count, units) / 2**count for units in range(1, count + 1)]
    means = [polygamma(0, units / 2) - log(count / 2) for units in range(1, count + 1)]
    mean = sum(c * m for c, m in zip(chances, means, strict=True)) / sum(chances)
    spread = sum(c * (m - mean) ** 2 for c, m in zip(chances, means, strict=True)) / sum(chances)
    within = sum(c * polygamma(1, units / 2) for units, c in enumerate(chances, 1)) / sum(chances)
    return mean, spread + within


_KINDS: dict[str, tuple[Callable[[int, Seeds], FloatArray], Callable[[int], float]]] = {
    "normal_001": (lambda n, seed: gaussian_matrix(n, seed, 0.01), lambda n: 1e-4),
    "uniform_007": (lambda n, seed: uniform_matrix(n, seed, 0.07), lambda n: 0.07**2 / 3),
    "lecun_normal": (lecun_normal, lambda n: 1 / n),
    "glorot_normal": (glorot_normal, lambda n: 1 / n),
    "glorot_uniform": (glorot_uniform, lambda n: 1 / n),
    "he_normal": (he_normal, lambda n: 2 / n),
    "orthogonal": (haar_orthogonal, lambda n: 1 / n),
}


class _Net:
    """A deep network without biases, all layers of n units, run forward and backward from random ends.

    `states` are h_0 … h_T and `gradients` those of a random function of h_T by each of them, shape (T + 1, n).
    """

    def __init__(self, layers: FloatArray, activation: Activation, seed: int) -> None:
        steps, n, _ = layers.shape
        ends = np.random.default_rng([seed, 1]).standard_normal((2, n))
        self.layers, self.activation = layers, activation
        self.states = np.empty((steps + 1, n))
        self.states[0] = ends[0]
        slopes = np.empty((steps, n))
        for layer, weights in enumerate(layers):
            summed = weights @ self.states[layer]
            self.states[layer + 1], slopes[layer] = activation.function(summed), activation.slope(summed)
        self.jacobians = slopes[:, :, None] * layers
        self.gradients = np.empty((steps + 1, n))
        self.gradients[-1] = ends[1]
        for layer in range(steps, 0, -1):
            self.gradients[layer - 1] = self.gradients[layer] @ self.jacobians[layer - 1]

    def strip(self, units: int) -> FloatArray:
        """Return what a strip shows at each step, shape (T + 1, T + 1, 2 units + 1): a row for every layer.

        Left the states, downwards as far as they have come; right the gradients, upwards.
        """
        count = len(self.states)
        shown = np.zeros((count, count, 2 * units + 1))
        for step in range(count):
            shown[step, : step + 1, :units] = self.states[: step + 1, :units]
            shown[step, count - 1 - step :, units + 1 :] = self.gradients[count - 1 - step :, :units]
        return shown

    def series(self) -> dict[str, FloatArray]:
        """Return the logarithms of both variances; the gradient's by the number of layers it has come back."""
        return {
            "signal": np.log10((self.states**2).mean(axis=1)),
            "gradient": np.log10((self.gradients**2).mean(axis=1))[::-1],
        }


def _network(kind: str, activation: str, steps: int, dim: int, seed: int) -> _Net:
    make = _KINDS[kind][0]
    layers = np.stack([make(dim, [seed, 0, layer]) for layer in range(steps)]) if steps else np.empty((0, dim, dim))
    return _Net(layers, ACTIVATIONS[activation], seed)


def _hermite() -> tuple[FloatArray, FloatArray]:
    nodes, weights = np.polynomial.hermite_e.hermegauss(101)
    return nodes, weights / weights.sum()


def _predicted(kind: str, activation: str, steps: int, dim: int) -> dict[str, FloatArray]:
    """Return what theory says of both logarithms, as sums over layers; their starts are 0.

    Without activation every layer multiplies the variance by n σ², behind ReLU by n σ² / 2, each times the mean
    of a χ². Behind tanh the variance q follows ``q ← E tanh²(√(n σ² q) z)``, and gradients are multiplied by
    ``n σ² E tanh′²`` (B. Poole et al., "Exponential expressivity in deep neural networks through transient chaos",
    NeurIPS 2016).
    """
    gain = dim * _KINDS[kind][1](dim)
    if activation == "tanh":
        nodes, weights = _hermite()
        variance, signal, gradient = 1.0, [0.0], []
        for _ in range(steps):
            summed = np.sqrt(gain * variance) * nodes
            gradient.append(np.log10(gain * (weights @ (1 - np.tanh(summed) ** 2) ** 2)))
            variance = float(weights @ np.tanh(summed) ** 2)
            signal.append(np.log10(variance))
        return {"signal": np.array(signal), "gradient": np.cumsum([0.0, *gradient[::-1]])}
    if activation == "ReLU":
        slope = np.log10(gain) + log_half_chi_square(dim)[0] / np.log(10)
    else:
        slope = np.log10(gain) + (0 if kind == "orthogonal" else log_chi_square(dim)[0] / np.log(10))
    line = slope * np.arange(steps + 1)
    return {"signal": line, "gradient": line}


def _slope(track: str) -> Callable[[Any, Mapping[str, Any]], float]:
    def measured(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        values = trajectory.sequence.series[track]
        return float((values[-1] - values[0]) / max(trajectory.steps, 1))

    return measured


def _expected_slope(track: str) -> Callable[[Any, Mapping[str, Any]], float]:
    def expected(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        kind, activation = parameters["kind"], parameters["activation"]
        line = _predicted(kind, activation, trajectory.steps, trajectory.dim)[track]
        return float(line[-1] / max(trajectory.steps, 1))

    return expected


def _slope_deviation(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return five deviations of the mean over layers, and what entries that are not normal shift the mean by."""
    n = trajectory.dim
    # Behind tanh the kurtosis of its slopes takes part, and the variance's own fluctuations do.
    laws = {"identity": log_chi_square(n), "ReLU": log_half_chi_square(n), "tanh": (-4 / n, 8 / n)}
    shift, variance = laws[parameters["activation"]]
    normal = parameters["kind"] not in ("uniform_007", "glorot_uniform", "orthogonal")
    exact = normal and parameters["activation"] != "tanh"
    depth = max(trajectory.steps, 1)
    start = 3 / n if parameters["activation"] == "tanh" else 0.0
    return float((_SIGMAS * np.sqrt(variance / depth + start / depth**2) + (0 if exact else abs(shift))) / np.log(10))


def _step_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how far the Jacobian times a vector is from the derivative of the network by complex step, relative."""
    steps, n = trajectory.steps, trajectory.dim
    net = _network(parameters["kind"], parameters["activation"], steps, n, parameters["seed"])
    direction = np.random.default_rng([parameters["seed"], 2]).standard_normal(n)
    size = 1e-100
    moved: NDArray[np.complex128] = net.states[0] + 1j * size * direction
    for weights in net.layers:
        moved = net.activation.function(weights @ moved)
    true = moved.imag / size
    found = trajectory.matrix(steps) @ direction
    return float(np.linalg.norm(found - true) / np.linalg.norm(true))


_SIGNAL_CLAIM = Claim(
    "signal, decades/layer",
    _slope("signal"),
    _expected_slope("signal"),
    _slope_deviation,
    "Five deviations of a sum of log χ² over the layers.",
)
_GRADIENT_CLAIM = Claim(
    "gradient, dec./layer",
    _slope("gradient"),
    _expected_slope("gradient"),
    _slope_deviation,
    "Five deviations of a sum of log χ² over the layers.",
)


@scene(
    show("heatmap", of="strip", limits=(-3, 3)),
    show(
        "series",
        of={"signal": "signal", "gradient": "gradient", "predicted": "predicted"},
        heading="variance",
    ),
    show("bars", of="spread", heading="16 singular values", scale="log10"),
    "claims",
    title="Through a deep network",
    statement="left the signal on its way down, right the gradient on its way back: {kind}, {activation}",
    claims=(
        _SIGNAL_CLAIM,
        _GRADIENT_CLAIM,
        Claim(
            "∂h/∂x − complex step",
            _step_error,
            0.0,
            1e-10,
            "Products of some dozen Jacobians round by about 1e-14 of their norm.",
        ),
    ),
    poster=0.5,
    fps="4",
    covers=(47, 48, 50, 59, 60, 61, 62, 63, 65),
)
def deep_signal(
    steps: Annotated[int, Bounds(0, 48)] = 24,
    dim: Annotated[int, Bounds(48, 128)] = 128,
    seed: Seed = 0,
    kind: Annotated[str, Choices(tuple(_KINDS))] = "he_normal",
    activation: Annotated[str, Choices(("identity", "tanh", "ReLU"))] = "ReLU",
) -> MatrixSequence:
    """Signals and gradients through the layers of a deep network, against theory.

    The factors are the Jacobians of the layers, so the product is the derivative of a layer by the input.

    Parameters
    ----------
    kind : str
        How the weights are drawn.
    activation : str
        What is applied to every layer.
    """
    net = _network(kind, activation, steps, dim, seed)
    product, spread = np.eye(dim), np.zeros((steps + 1, 16))
    for layer, jacobian in enumerate(net.jacobians):
        product = jacobian @ product
        size = np.linalg.norm(product)
        # Squares are faster to find; what is lost in their rounding has no bar.
        squares = np.linalg.eigvalsh(product @ product.T / size**2)[:-17:-1]
        known = squares > 1e-12
        spread[layer + 1] = np.where(known, np.log10(np.maximum(squares, 1e-12)) / 2 + np.log10(size), -np.inf)
    series = {"strip": net.strip(15), "spread": spread} | net.series()
    series["predicted"] = series["signal"][0] + _predicted(kind, activation, steps, dim)["signal"]
    return MatrixSequence(net.jacobians, series=series)


def _column_claims(kinds: Mapping[str, str]) -> tuple[Claim, ...]:
    """Return the claims on the slopes of every column, first those of the way forward."""
    claims = []
    for claim in (_SIGNAL_CLAIM, _GRADIENT_CLAIM):
        for label, kind in kinds.items():
            value, expected, tolerance = (
                _of_kind(part, kind) for part in (claim.value, claim.expected, claim.tolerance)
            )
            claims.append(Claim(claim.text, value, expected, tolerance, claim.reason, label))
    return tuple(claims)


def _of_kind(part: Any, kind: str) -> Callable[[Any, Mapping[str, Any]], float]:
    return lambda trajectory, parameters: part(trajectory, {**parameters, "kind": kind, "activation": "identity"})


_USUAL = {"σ = 0.01": "normal_001", "±0.07": "uniform_007", "Xavier": "glorot_normal"}


@scene(
    show("heatmap", of="strip", limits=(-3, 3)),
    show("series", of={"h": "signal", "g": "gradient"}, heading="variance"),
    title="Three initialisations",
    statement="{dim} units a layer: both defaults starve signal h and gradient g, Xavier feeds them",
    claims=_column_claims(_USUAL),
    poster=0.6,
    fps="4",
    covers=(47, 59, 60, 61, 62, 63, 65),
)
def default_initialisers(
    steps: Annotated[int, Bounds(0, 48)] = 19,
    dim: Annotated[int, Bounds(48, 128)] = 128,
    seed: Seed = 0,
) -> dict[str, MatrixSequence]:
    """Signals and gradients through deep linear networks, from three ways to draw their weights."""
    nets = {label: _network(kind, "identity", steps, dim, seed) for label, kind in _USUAL.items()}
    return {
        label: MatrixSequence(net.jacobians, series={"strip": net.strip(9)} | net.series())
        for label, net in nets.items()
    }


# A row of the picture of a narrowing network has so many cells for the first layer.
_FUNNEL = 9
# Networks of which the mean is taken, and vectors each of them is shown.
_NETS, _BATCH = 32, 16


def _widths(steps: int, dim: int, narrowing: float) -> list[int]:
    return [max(1, round(dim * narrowing ** (-layer / max(steps, 1)))) for layer in range(steps + 1)]


def _fan_variance(rule: str, fan_in: int, fan_out: int) -> float:
    return {"n_in σ² = 1": 1 / fan_in, "n_out σ² = 1": 1 / fan_out, "Xavier": 2 / (fan_in + fan_out)}[rule]


def _fan_gain(rule: str, forward: bool) -> Callable[[Any, Mapping[str, Any]], float]:
    def expected(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        gains = [
            (before if forward else after) * _fan_variance(rule, before, after)
            for before, after in pairwise(_widths(trajectory.steps, parameters["dim"], parameters["narrowing"]))
        ]
        return float(np.log10(gains).sum())

    return expected


def _fan_measured(track: str) -> Callable[[Any, Mapping[str, Any]], float]:
    def measured(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        values = trajectory.sequence.series[track]
        return float(values[-1] - values[0])

    return measured


def _log10_deviation(widths: Sequence[int], batch: int, nets: int = 1) -> float:
    """Return five deviations of log10 of the mean square of batches behind Gaussian layers of these widths.

    It is the mean over so many independent networks. The first width is that of the inputs, Gaussian as well. With
    ``G = XᵀX`` and Y = W X the first two moments are those of a Wishart matrix (its parameter m the number of rows
    of W, of variance 1 here): ``E tr²(YᵀY) = m² tr² G + 2m tr G²`` and ``E tr((YᵀY)²) = m(m + 1) tr G² + m tr² G``.
    """
    square, trace = 1.0, 1 / batch
    for m in widths:
        # Both divided by (m tr G)².
        square, trace = square + 2 * trace / m, (1 + 1 / m) * trace + square / m
    # The logarithm of a variable of relative variance v has a variance of about ln(1 + v), if not quite:
    # its lower tail is the longer one.
    log_variance = np.log1p((square - 1) / nets)
    return float((1.2 * _SIGMAS * np.sqrt(log_variance) + log_variance / 2) / np.log(10))


def _fan_deviation(forward: bool) -> Callable[[Any, Mapping[str, Any]], float]:
    def tolerance(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        widths = _widths(trajectory.steps, parameters["dim"], parameters["narrowing"])
        return _log10_deviation(widths if forward else widths[::-1], _BATCH, _NETS)

    return tolerance


def _fan_claims() -> tuple[Claim, ...]:
    reason = "Five deviations by the exact second moments of Gaussian layers, and a fifth for the logarithm's tail."
    return tuple(
        Claim(text, _fan_measured(track), _fan_gain(rule, forward), _fan_deviation(forward), reason, rule)
        for text, track, forward in (("log10 of signal", "signal", True), ("log10 of gradient", "gradient", False))
        for rule in _RULES
    )


_RULES = ("n_in σ² = 1", "Xavier", "n_out σ² = 1")


@scene(
    show("heatmap", of="funnel", limits=(-3, 3)),
    show("series", of={"h": "signal", "g": "gradient"}, heading="variance", limits=(-1.5, 1.5)),
    title="The dilemma of two fans",
    statement="{narrowing}-fold narrowing: one rule keeps signal h, one gradient g, Xavier is between",
    claims=_fan_claims(),
    poster=1.0,
    fps="2.5",
    covers=(62, 63, 64, 65),
)
def fan_dilemma(
    steps: Annotated[int, Bounds(4, 16)] = 10,
    dim: Annotated[int, Bounds(192, 256)] = 256,
    seed: Seed = 0,
    narrowing: Annotated[float, Bounds(4, 16)] = 16.0,
) -> dict[str, MatrixSequence]:
    """Signals and gradients of a network whose layers narrow: no variance keeps both.

    Variances are means over 32 networks, the same random numbers for every rule; the cells are of the first of
    them. The factors are its layers in the top left corner of square matrices, zero elsewhere.

    Parameters
    ----------
    dim : int
        Units of the first layer.
    narrowing : float
        How many times as many units the first layer has as the last.
    """
    widths = _widths(steps, dim, narrowing)
    rng = np.random.default_rng([seed, 0])
    random = [rng.standard_normal((_NETS, after, before)) for before, after in pairwise(widths)]
    columns = {}
    for rule in _RULES:
        sizes = [np.sqrt(_fan_variance(rule, before, after)) for before, after in pairwise(widths)]
        layers = [size * weights for size, weights in zip(sizes, random, strict=True)]
        columns[rule] = _funnel(layers, widths, seed)
    return columns


def _funnel(layers: list[FloatArray], widths: list[int], seed: int) -> MatrixSequence:
    """Return the first net's layers as square matrices, with what happens to all nets' batches forward and back."""
    rng = np.random.default_rng([seed, 1])
    signals = [rng.standard_normal((_NETS, widths[0], _BATCH))]
    for weights in layers:
        signals.append(weights @ signals[-1])
    gradients = [rng.standard_normal((_NETS, widths[-1], _BATCH))]
    for weights in reversed(layers):
        gradients.append(np.swapaxes(weights, 1, 2) @ gradients[-1])
    count = len(widths)
    cells = [-(-_FUNNEL * n // widths[0]) for n in widths]
    funnel = np.zeros((count, count, 2 * _FUNNEL + 1))
    for row, shown in enumerate(cells):
        # Both halves narrow towards the middle of the picture.
        funnel[row:, row, _FUNNEL - shown : _FUNNEL] = signals[row][0, :shown, 0]
        funnel[count - 1 - row :, row, _FUNNEL + 1 : _FUNNEL + 1 + shown] = gradients[count - 1 - row][0, :shown, 0]
    factors = np.zeros((len(layers), widths[0], widths[0]))
    for factor, weights in zip(factors, layers, strict=True):
        factor[: weights.shape[1], : weights.shape[2]] = weights[0]
    series = {
        "funnel": funnel,
        "signal": np.log10([np.mean(h**2) for h in signals]),
        "gradient": np.log10([np.mean(g**2) for g in gradients]),
    }
    return MatrixSequence(factors, series=series)


_BINS = 48
# Bins reach this many deviations of the widest distribution.
_REACH = 3.5


def _density(values: FloatArray, edges: FloatArray) -> FloatArray:
    return np.asarray(np.histogram(values, edges)[0] / values.size / np.diff(edges))


def _last_variance(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.sequence.series["measured"][-1])


def _last_predicted(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.steps * np.log10(parameters["gain"]))


def _variance_spread(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return _log10_deviation([trajectory.dim] * (trajectory.steps + 1), _INPUTS)


def _first_ratio(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    factors = trajectory.sequence.factors
    return float(trajectory.dim * np.mean(factors**2)) if len(factors) else float(parameters["gain"])


def _entry_deviation(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(parameters["gain"] * _SIGMAS * np.sqrt(2 / max(trajectory.sequence.factors.size, 1)))


_INPUTS = 32


@scene(
    show("bars", of="histogram", reference="gaussian", heading="density of h"),
    show("series", of={"measured": "measured", "predicted": "predicted"}, heading="variance of h"),
    show("heatmap", of="units", heading="h, a row an input", limits=(-3, 3)),
    "claims",
    title="The variance of a layer",
    statement="h = W x multiplies the variance by n_in σ² = {gain}, whatever the shape of the weights",
    claims=(
        Claim(
            "log10 of variance",
            _last_variance,
            _last_predicted,
            _variance_spread,
            "Five deviations by the exact second moments of Gaussian layers, which stray most.",
        ),
        Claim(
            "n σ² of the weights",
            _first_ratio,
            lambda trajectory, parameters: float(parameters["gain"]),
            _entry_deviation,
            "Five deviations of the mean of squares of so many numbers, normal or uniform.",
        ),
    ),
    poster=0.5,
    fps="4",
    covers=(61, 62),
)
def variance_algebra(
    steps: Annotated[int, Bounds(0, 64)] = 15,
    dim: Annotated[int, Bounds(64, 400)] = 256,
    seed: Seed = 0,
    gain: Annotated[float, Bounds(0.5, 2)] = 0.85,
    weights: Annotated[str, Choices(("normal", "uniform"))] = "uniform",
) -> MatrixSequence:
    """Histograms of a deep linear network's layers, against the normal distribution that theory predicts.

    Inputs are uniform with variance 1; after one layer the sums are all but normal.

    Parameters
    ----------
    gain : float
        The variance that a layer multiplies with, n σ².
    weights : str
        Shape of the distribution of weights.
    """
    sigma = float(np.sqrt(gain / dim))
    makers: dict[str, Callable[[Seeds], FloatArray]] = {
        "normal": lambda key: gaussian_matrix(dim, key, sigma),
        "uniform": lambda key: uniform_matrix(dim, key, sigma * 3**0.5),
    }
    layers = np.empty((steps, dim, dim))
    states = np.empty((steps + 1, dim, _INPUTS))
    states[0] = np.random.default_rng([seed, 1]).uniform(-(3**0.5), 3**0.5, (dim, _INPUTS))
    for layer in range(steps):
        layers[layer] = makers[weights]([seed, 0, layer])
        states[layer + 1] = layers[layer] @ states[layer]
    variances = gain ** np.arange(steps + 1.0)
    edges = np.linspace(-1, 1, _BINS + 1) * _REACH * np.sqrt(min(variances.max(), 4.0))
    middle = (edges[1:] + edges[:-1]) / 2
    reference = np.exp(-(middle**2) / (2 * variances[:, None])) / np.sqrt(2 * np.pi * variances[:, None])
    reference[0] = np.where(np.abs(middle) < 3**0.5, 3**-0.5 / 2, 0.0)
    series = {
        "histogram": np.stack([_density(state, edges) for state in states]),
        "gaussian": reference,
        "measured": np.log10((states**2).mean(axis=(1, 2))),
        "predicted": np.log10(variances),
        "units": np.swapaxes(states[:, :32, :], 1, 2),
    }
    return MatrixSequence(layers, series=series)


# Independent runs: enough for the median, few enough to be built while one waits. Of them some are drawn.
_RUNS, _DRAWN = 4000, 50


def _typical(trajectory: Any, parameters: Mapping[str, Any]) -> tuple[float, float, float]:
    """Return mean, variance and third cumulant of ``ln ‖v_T‖`` for fresh layers of variance 1 / n."""
    n, steps = parameters["dim"], trajectory.steps
    mean, variance = log_chi_square(n)
    return steps * mean / 2, steps * variance / 4, steps * polygamma(2, n / 2) / 8


def _median_norm(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(10 ** trajectory.sequence.series["median"][-1])


def _expected_median(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return exp of the median of a sum: its mean, corrected for skewness (Cornish and Fisher, 1938)."""
    mean, variance, third = _typical(trajectory, parameters)
    return float(np.exp(mean - (third / (6 * variance) if variance else 0.0)))


def _median_deviation(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    _, variance, third = _typical(trajectory, parameters)
    # The sample median strays by √(π / 2) σ / √N; the correction's own error falls with T.
    skew = abs(third) / (6 * variance) / max(trajectory.steps, 1) if variance else 0.0
    stray = _SIGMAS * np.sqrt(np.pi / 2 * variance / _RUNS) + skew
    return float(_expected_median(trajectory, parameters) * np.expm1(stray))


def _kept_mean(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.sequence.series["ratio"][-1])


def _kept_deviation(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(_SIGMAS * np.sqrt(2 / parameters["dim"] / _RUNS / max(trajectory.steps, 1)))


def _first_run(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how far the product's first column is from the first run's vector, in decades."""
    mantissa, exponent = trajectory.product(trajectory.steps).normalized()
    with np.errstate(divide="ignore"):
        length = np.log10(np.linalg.norm(mantissa[:, 0])) + exponent * np.log10(2)
    return float(abs(length - trajectory.sequence.series["runs"][-1, 0]))


def _mean_log(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.sequence.series["mean log"][-1])


def _expected_log(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(_typical(trajectory, parameters)[0] / np.log(10))


def _log_deviation(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(_SIGMAS * np.sqrt(_typical(trajectory, parameters)[1] / _RUNS) / np.log(10) + 1e-12)


@scene(
    show("series", of={"median": "median", "root of E‖v‖²": "expectation", "runs": "runs"}, heading="‖v‖"),
    show("series", of="share", heading="share of the largest 1 % in Σ‖v‖²", scale="linear", limits=(0, 1)),
    "scaled_matrix",
    "claims",
    title="Mean and median",
    statement="Xavier keeps the mean of ‖v‖², and yet the typical vector dies",
    claims=(
        Claim(
            "median norm at last",
            _median_norm,
            _expected_median,
            _median_deviation,
            "Five deviations of a sample median, and what is left of the skewness.",
        ),
        Claim(
            "mean of log10 ‖v‖",
            _mean_log,
            _expected_log,
            _log_deviation,
            "Five deviations of the mean of so many sums of log χ².",
        ),
        Claim(
            "mean ‖Wv‖² / ‖v‖²",
            _kept_mean,
            1.0,
            _kept_deviation,
            "Five deviations of the mean of as many χ² as there are runs and layers.",
        ),
        Claim("‖P e₁‖ − first run", _first_run, 0.0, 1e-6, "A product's column loses what its norm exceeds it by."),
    ),
    poster=1.0,
    fps="10",
    covers=(65,),
)
def mean_and_median(
    steps: Annotated[int, Bounds(0, 300)] = 64,
    dim: Annotated[int, Bounds(2, 16)] = 4,
    seed: Seed = 0,
) -> MatrixSequence:
    """Lengths of vectors behind fresh Xavier layers: the mean square stays, the median falls exponentially.

    The mean is kept by ever fewer, ever larger exceptions.
    """
    rng = np.random.default_rng([seed, 0])
    vectors = np.tile(np.eye(dim)[0], (_RUNS, 1))
    first, logs, ratios = np.empty((steps, dim, dim)), np.zeros((steps + 1, _RUNS)), np.ones(steps + 1)
    total = 0.0
    for step in range(steps):
        layers = rng.standard_normal((_RUNS, dim, dim)) / np.sqrt(dim)
        first[step] = layers[0]
        moved = np.einsum("rij,rj->ri", layers, vectors)
        length = np.linalg.norm(moved, axis=1)
        vectors = moved / length[:, None]
        logs[step + 1] = logs[step] + np.log10(length)
        total += float((length**2).mean())
        ratios[step + 1] = total / (step + 1)
    squares = np.sort(10 ** (2 * (logs - logs.max(axis=1, keepdims=True))), axis=1)
    series = {
        "runs": logs[:, :_DRAWN],
        "median": np.median(logs, axis=1),
        "mean log": logs.mean(axis=1),
        "expectation": np.zeros(steps + 1),
        "share": squares[:, -_RUNS // 100 :].sum(axis=1) / squares.sum(axis=1),
        "ratio": ratios,
    }
    return MatrixSequence(first, series=series)
