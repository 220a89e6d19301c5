"""Activation functions: their slopes, products of slopes, and saturation."""

from collections.abc import Callable, Mapping
from math import erf
from typing import Annotated, Any

import numpy as np

from scenes._activations import ACTIVATIONS
from scenes._matrices import gaussian_matrix
from scenes._scene import Bounds, Claim, Seed, scene, show
from scenes._sequence import FloatArray, MatrixSequence, repeated

_REACH = 8.0

Measure = Callable[[Any, Mapping[str, Any]], float]


# --- Slopes ------------------------------------------------------------------------------------------------


def _outside(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return 1 outside [−4, 4], where the sigmoid's slope is below 0.018."""
    return np.where(np.abs(x) > 4, 1.0, 0.0)


def _at(place: float) -> Measure:
    """Return the measure of the sigmoid's slope at a place of the sweep; as it is known where the sweep has none."""

    def slope(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        slopes = trajectory.sequence.series["sigmoid slope"]
        nearest = int(np.abs(slopes[:, 0] - place).argmin())
        found = slopes[nearest]
        return float(found[1]) if abs(found[0] - place) < 1e-9 else _exact_slope(place)

    return slope


def _exact_slope(x: float) -> float:
    """Return ``σ′(x) = 1 / (4 cosh²(x / 2))``."""
    return float(0.25 / np.cosh(x / 2) ** 2)


def _steepest(name: str) -> Measure:
    """Return the measure of the largest difference quotient between neighbours of the sweep."""

    def quotient(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        x, y = trajectory.sequence.series[name].T
        return float(np.max(np.diff(y) / np.diff(x)))

    return quotient


def _width(name: str) -> Measure:
    """Return how much less than its maximum the steepest quotient of a sweep of this width may be.

    A chord over a width d around 0 is at least as steep as half of it: ``φ(d) / d``.
    """

    def room(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        kind, d = ACTIVATIONS[name], 2 * _REACH / trajectory.steps
        return float(kind.steepest - (kind.function(np.float64(d)) - kind.function(np.float64(0))) / d + 1e-9)

    return room


def _plot(kind: str) -> Any:
    return {name: f"{name}{kind}" for name in ("sigmoid", "tanh", "ReLU")}


_ROUNDING = "Some roundings of numbers below 1."
_CHORD = "A chord between neighbours is less steep than the curve: no less than φ(d) / d for a distance d."


@scene(
    show("path", of=_plot(" slope"), field=_outside, x=(-_REACH, _REACH), y=(-0.1, 1.1), heading="slopes"),
    show("path", of=_plot(""), field=_outside, x=(-_REACH, _REACH), y=(-2, 8), heading="functions"),
    show(
        "readout",
        of={"x": "x", "sigmoid": "now sigmoid", "tanh": "now tanh", "ReLU": "now ReLU"},
        heading="slopes at x",
    ),
    "claims",
    title="Slopes of activations",
    statement="σ(x) = 1 / (1 + exp(−x)) has slopes up to 1/4; in the shaded parts they are below 0.018",
    claims=(
        Claim("σ′(4)", _at(4.0), 0.017662706213291118, 1e-15, _ROUNDING),
        Claim("σ′(8)", _at(8.0), 0.00033523767075636815, 1e-15, _ROUNDING),
        Claim("steepest sigmoid", _steepest("sigmoid"), 0.25, _width("sigmoid"), _CHORD),
        Claim("steepest tanh", _steepest("tanh"), 1.0, _width("tanh"), _CHORD),
    ),
    poster=1.0,
    fps="12.5",
    covers=(53, 54, 80),
)
def sigmoid_slope(steps: Annotated[int, Bounds(2, 2_000)] = 160) -> MatrixSequence:
    """Sigmoid, tanh and ReLU with their slopes, as x goes from −8 to 8.

    The sigmoid's values lie in (0, 1), those of tanh in (−1, 1), those of ReLU in [0, ∞).

    Parameters
    ----------
    steps : int
        Number of parts into which the way from −8 to 8 is cut.
    """
    x = np.linspace(-_REACH, _REACH, steps + 1)
    series: dict[str, FloatArray] = {"x": x}
    for name in ("sigmoid", "tanh", "ReLU"):
        kind = ACTIVATIONS[name]
        slope = np.asarray(kind.slope(x), dtype=np.float64)
        series[name] = np.column_stack([x, kind.function(x)])
        series[f"{name} slope"] = np.column_stack([x, slope])
        series[f"now {name}"] = slope
    return repeated(np.eye(1), steps, series)


# --- Products of slopes ------------------------------------------------------------------------------------

# The trapezoid rule is as exact as rounding allows for smooth functions that vanish at both ends.
_NODES = np.linspace(-9, 9, 601)
_WEIGHTS = np.exp(-(_NODES**2) / 2) / np.sqrt(2 * np.pi) * (_NODES[1] - _NODES[0])


def _normal_mean(values: FloatArray) -> FloatArray:
    """Return the mean over a standard normal z of a function given at `_NODES`."""
    return np.asarray(values @ _WEIGHTS)


def _log_slope(name: str, z: FloatArray) -> FloatArray:
    """Return log10 of the slope: ``σ′ = 1 / (4 cosh²(z / 2))`` and ``tanh′ = 1 / cosh² z``, without underflow."""
    half = z / 2 if name == "sigmoid" else z
    # log cosh x = |x| + log((1 + exp(−2 |x|)) / 2)
    grown = np.abs(half) + np.log1p(np.exp(-2 * np.abs(half))) - np.log(2)
    return np.asarray((np.log(ACTIVATIONS[name].steepest) - 2 * grown) / np.log(10))


def _running(log10: FloatArray) -> FloatArray:
    """Return the running sums, from 0."""
    return np.vstack([np.zeros((1, log10.shape[1])), np.cumsum(log10, axis=0)])


def _mean_decades(name: str) -> Measure:
    def measured(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return float(trajectory.sequence.series[name][-1].mean() / max(trajectory.steps, 1))

    return measured


def _expected_decades(name: str) -> Measure:
    def expected(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return float(_normal_mean(_log_slope(name, parameters["spread"] * _NODES))) if trajectory.steps else 0.0

    return expected


def _sampling_error(name: str) -> Measure:
    """Return by how much the mean of all slopes drawn may be off.

    4.5 standard deviations s, and for few draws more: where slopes are near their largest, logarithms are squares of
    normal numbers, whose tail is exponential, and a mean of N of them is off by √2 · (4.5² / 2) · s / N further.
    """

    def deviation(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        values = _log_slope(name, parameters["spread"] * _NODES)
        variance = _normal_mean(values**2) - _normal_mean(values) ** 2
        draws, s = max(trajectory.steps, 1) * parameters["dim"], max(float(variance), 0.0) ** 0.5
        return float(s * (4.5 / draws**0.5 + 2**0.5 * 4.5**2 / 2 / draws) + 1e-9)

    return deviation


def _above_best(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how many of the sigmoid's products are larger than if every slope were 1/4."""
    series = trajectory.sequence.series
    return float(np.count_nonzero(series["sigmoid"] > series["best"][:, None] + 1e-9))


_QUADRATURE = "4.5 standard deviations of the mean of T · n draws, with the tail of a square; moments by quadrature."


@scene(
    show("series", of={"1/4 at best": "best", "sigmoid": "sigmoid", "tanh": "tanh"}, heading="products of slopes"),
    show("series", of={"ReLU": "alive", "2⁻ᵗ": "halved"}, heading="share of ReLU paths alive", scale="linear"),
    show("bars", of="slopes", heading="sigmoid slopes at t", limits=(0, 0.25)),
    "claims",
    title="Slopes along depth",
    statement="the chain rule multiplies slopes: even at best, 64 sigmoids leave 2.9×10⁻³⁹ of a gradient",
    claims=(
        Claim(
            "log10 at best, at last",
            lambda trajectory, parameters: float(trajectory.sequence.series["best"][-1]),
            lambda trajectory, parameters: float(-trajectory.steps * np.log10(4)),
            lambda trajectory, parameters: 1e-15 * trajectory.steps**2,
            "T sums of numbers up to T round by eps of their size.",
        ),
        Claim("products above 0.25ᵗ", _above_best, 0.0, 0.0, "No slope of the sigmoid is larger than 1/4."),
        *(
            Claim(
                f"decades, {name}",
                _mean_decades(name),
                _expected_decades(name),
                _sampling_error(name),
                _QUADRATURE,
            )
            for name in ("sigmoid", "tanh")
        ),
    ),
    poster=1.0,
    fps="6.25",
    covers=(55, 82),
)
def slopes_over_depth(
    steps: Annotated[int, Bounds(1, 1_000)] = 64,
    dim: Annotated[int, Bounds(2, 64)] = 16,
    seed: Seed = 0,
    spread: Annotated[float, Bounds(0.1, 5)] = 1.0,
) -> MatrixSequence:
    """Products of slopes along paths through a deep network, for sigmoid, tanh and ReLU.

    The pre-activations are independent and normal. A path through ReLU units keeps its product 1 until
    it meets a unit that is off; each is off with probability 1/2.

    Parameters
    ----------
    steps : int
        Number of layers.
    dim : int
        Number of paths.
    spread : float
        Standard deviation of the pre-activations.
    """
    z = spread * np.random.default_rng([seed, 0]).standard_normal((steps, dim))
    best = float(ACTIVATIONS["sigmoid"].slope(np.float64(0.0)))
    slopes = np.asarray(ACTIVATIONS["sigmoid"].slope(z), dtype=np.float64)
    alive = np.vstack([np.ones((1, dim)), np.cumprod(ACTIVATIONS["ReLU"].slope(z), axis=0)])
    series = {
        "best": np.arange(steps + 1) * np.log10(best),
        "sigmoid": _running(_log_slope("sigmoid", z)),
        "tanh": _running(_log_slope("tanh", z)),
        "alive": alive.mean(axis=1),
        "halved": 0.5 ** np.arange(steps + 1.0),
        "slopes": np.vstack([np.zeros((1, dim)), slopes]),
    }
    return MatrixSequence(slopes[:, :, None] * np.eye(dim), series=series)


# --- Saturation --------------------------------------------------------------------------------------------

_SATURATED = 0.97
_INPUT_VARIANCE = 0.25
# Steps until the states have forgotten where they began, and steps that are looked at.
_SETTLING, _WATCHED = 40, 20
_BINS = np.linspace(-1, 1, 33)


def _states(dim: int, seed: int, gains: FloatArray) -> FloatArray:
    """Return states of tanh networks of all gains, driven by the same noise, shape (watched, gains, dim)."""
    matrix = gaussian_matrix(dim, [seed, 0])
    rng = np.random.default_rng([seed, 1])
    states, watched = np.zeros((len(gains), dim)), []
    for step in range(_SETTLING + _WATCHED):
        noise = rng.standard_normal(dim) * np.sqrt(_INPUT_VARIANCE)
        states = np.tanh(gains[:, None] * (states @ matrix.T) + noise)
        if step >= _SETTLING:
            watched.append(states)
    return np.array(watched)


def _variance(gains: FloatArray) -> FloatArray:
    """Return the variance q of the pre-activations for n → ∞: ``q = g² E[tanh²(√q z)] + variance of the input``.

    H. Sompolinsky, A. Crisanti, H.-J. Sommers, "Chaos in random neural networks", Phys. Rev. Lett. 61, 1988.
    """
    q = gains**2 + _INPUT_VARIANCE
    for _ in range(100):
        q = gains**2 * _normal_mean(np.tanh(np.sqrt(q)[:, None] * _NODES) ** 2) + _INPUT_VARIANCE
    return np.asarray(q)


def _below(bound: FloatArray, q: FloatArray) -> FloatArray:
    """Return the probability that tanh of a normal number of variance q lies below a bound."""
    with np.errstate(divide="ignore"):
        places = np.arctanh(bound)[:, None] / np.sqrt(2 * q)
    return np.asarray((1 + np.vectorize(erf)(places)) / 2)


def _worst(of: str) -> Measure:
    """Return the largest departure of a share or mean from theory, in standard deviations of n units."""

    def departure(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        series = trajectory.sequence.series
        away = np.abs(series[of] - series[f"predicted {of}"])
        return float((away * np.sqrt(parameters["dim"] / series[f"variance of {of}"])).max())

    return departure


@scene(
    show(
        "bars",
        of="histogram",
        reference="predicted",
        heading="states from −1 to 1, marked: theory",
    ),
    show(
        "series",
        of={"slope": "slope", "saturated": "saturated", "theory": "predicted slope"},
        heading="as the gain grows",
        scale="linear",
        limits=(0, 1),
    ),
    show("readout", of={"gain": "gain", "mean slope": "slope", "share of |h| > 0.97": "saturated"}, heading="now"),
    "claims",
    title="Saturation",
    statement="the larger W, the more units of tanh stand near ±1, where the slope 1 − h² is nearly 0",
    claims=(
        Claim("slope off theory, in σ", _worst("slope"), 0.0, 4.5, "4.5 standard deviations of the mean of n units."),
        Claim(
            "share off theory, in σ", _worst("saturated"), 0.0, 4.5, "4.5 standard deviations of the share of n units."
        ),
    ),
    poster=0.9,
    fps="10",
    covers=(83,),
)
def saturation(
    steps: Annotated[int, Bounds(0, 200)] = 80,
    dim: Annotated[int, Bounds(64, 512)] = 256,
    seed: Seed = 0,
    largest_gain: Annotated[float, Bounds(0.5, 10)] = 5.0,
) -> MatrixSequence:
    """States of a tanh network driven by noise, as the gain of its Gaussian matrix grows from 0.

    Parameters
    ----------
    steps : int
        Number of gains.
    dim : int
        Number of units.
    largest_gain : float
        The last gain g: the entries of W have the variance ``g² / n``.
    """
    gains = np.linspace(0, largest_gain, steps + 1)
    states = _states(dim, seed, gains)
    q = _variance(gains)
    slopes = 1 - np.tanh(np.sqrt(q)[:, None] * _NODES) ** 2
    slope = _normal_mean(slopes)
    share = 2 * _below(np.array([-_SATURATED]), q)[0]
    counts = [np.histogram(states[:, gain], _BINS)[0] for gain in range(steps + 1)]
    series = {
        "gain": gains,
        "slope": (1 - states**2).mean(axis=(0, 2)),
        "saturated": (np.abs(states) > _SATURATED).mean(axis=(0, 2)),
        "predicted slope": slope,
        "predicted saturated": share,
        "variance of slope": _normal_mean(slopes**2) - slope**2,
        # Where nothing is ever saturated, one unit in n would be a surprise of one.
        "variance of saturated": np.maximum(share * (1 - share), 1 / dim),
        "histogram": np.array(counts) / (states.shape[0] * dim),
        "predicted": np.diff(_below(_BINS, q), axis=0).T,
    }
    return repeated(np.eye(1), steps, series)
