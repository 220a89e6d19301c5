"""Products of slopes along paths through a deep network."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import ACTIVATIONS, Bounds, Claimed, FloatArray, MatrixSequence, Reached, Seed, first_step, scene, show
from scenes.activations._common import NODES, normal_mean


def log10_slope(name: str, z: FloatArray) -> FloatArray:
    """Return log10 of the slope: ``σ′ = 1 / (4 cosh²(z / 2))`` and ``tanh′ = 1 / cosh² z``, without underflow.

    Parameters
    ----------
    name : str
        ``sigmoid`` or ``tanh``.
    z : ndarray
        Pre-activations, of any shape.
    """
    half = z / 2 if name == "sigmoid" else z
    # log cosh x = |x| + log((1 + exp(−2 |x|)) / 2)
    grown = np.abs(half) + np.log1p(np.exp(-2 * np.abs(half))) - np.log(2)
    return np.asarray((np.log(ACTIVATIONS[name].steepest) - 2 * grown) / np.log(10))


def _running(log10: FloatArray) -> FloatArray:
    """Return the running sums, from 0."""
    return np.vstack([np.zeros((1, log10.shape[1])), np.cumsum(log10, axis=0)])


@scene(
    show(
        "series",
        of={"sigmoid": "typical sigmoid", "tanh": "typical tanh", "1/4 at best": "best"},
        theory=("1/4 at best",),
        values=False,
        roles={"sigmoid": "vanish", "tanh": "data"},
        heading="product of slopes",
        note="sigmoid’s: up to 1/4, tanh’s: up to 1",
    ),
    show(
        "bars",
        of="slopes",
        heading="sigmoid’s slopes",
        note="at this layer",
        limits=(0, 0.25),
        x="= unit",
        role="vanish",
        numbers=False,
    ),
    title="Slopes along depth",
    statement="the chain rule multiplies slopes, and those of sigmoids are 1/4 at most",
    opening="At each layer a gradient is multiplied by a slope. The sigmoid’s is never above 1/4.",
    counter="layer",
    fps="6.25",
    covers=(55, 82),
)
def slopes_over_depth(
    steps: Annotated[int, Bounds(1, 1_000)] = 64,
    dim: Annotated[int, Bounds(2, 64)] = 16,
    seed: Seed = 0,
    spread: Annotated[float, Bounds(0.1, 5)] = 1.0,
) -> MatrixSequence:
    """Products of slopes along paths through a deep network, for sigmoid and tanh.

    The pre-activations are independent and normal. A factor is the diagonal matrix of the sigmoid's slopes.

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
    paths = {name: _running(log10_slope(name, z)) for name in ("sigmoid", "tanh")}
    series = {
        "best": np.arange(steps + 1) * np.log10(best),
        **paths,
        **{f"typical {name}": np.median(products, axis=1) for name, products in paths.items()},
        "slopes": np.vstack([np.zeros((1, dim)), slopes]),
    }
    return MatrixSequence(slopes[:, :, None] * np.eye(dim), series=series)


@slopes_over_depth.moment(
    "After {step} layers even the best sigmoids leave less than <vanish>a millionth</> of a gradient.",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["best"] < -6)
    return None if step is None else Reached(step)


@slopes_over_depth.moment(
    "{steps} layers of sigmoids typically leave <vanish>{sigmoid:log10}</> (at best {best:log10}), "
    "of tanh {tanh:log10}."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    sigmoid, tanh, best = (float(series[name][-1]) for name in ("typical sigmoid", "typical tanh", "best"))
    return Reached(steps, sigmoid=sigmoid, tanh=tanh, best=best)


@slopes_over_depth.claim("log10 at best, at last")
def _(series: Mapping[str, FloatArray], steps: int) -> Claimed:
    return Claimed(
        float(series["best"][-1]),
        float(-steps * np.log10(4)),
        1e-15 * steps**2,
        "T sums of numbers up to T round by eps of their size.",
    )


@slopes_over_depth.claim("products above 0.25ᵗ")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    above = np.count_nonzero(series["sigmoid"] > series["best"][:, None] + 1e-9)
    return Claimed(float(above), 0.0, 0.0, "No slope of the sigmoid is larger than 1/4.")


def expected_decades(name: str, spread: float) -> float:
    """Return the mean of log10 of an activation's slope over normal pre-activations of deviation `spread`."""
    return float(normal_mean(log10_slope(name, spread * NODES)))


def sampling_error(name: str, spread: float, draws: int) -> float:
    """Return by how many decades the mean of so many logarithms of slopes may be off.

    4.5 standard deviations s, and for few draws more: where slopes are near their largest, logarithms are squares of
    normal numbers, whose tail is exponential, and a mean of N of them is off by √2 · (4.5² / 2) · s / N further.
    """
    values = log10_slope(name, spread * NODES)
    variance = normal_mean(values**2) - normal_mean(values) ** 2
    s = max(float(variance), 0.0) ** 0.5
    return float(s * (4.5 / draws**0.5 + 2**0.5 * 4.5**2 / 2 / draws) + 1e-9)


for _name in ("sigmoid", "tanh"):

    @slopes_over_depth.claim(f"decades, {_name}")
    def _(series: Mapping[str, FloatArray], steps: int, dim: int, spread: float, name: str = _name) -> Claimed:
        layers = max(steps, 1)
        return Claimed(
            float(series[name][-1].mean() / layers),
            expected_decades(name, spread) if steps else 0.0,
            sampling_error(name, spread, layers * dim),
            "4.5 standard deviations of the mean of T · n draws, with the tail of a square; moments by quadrature.",
        )
