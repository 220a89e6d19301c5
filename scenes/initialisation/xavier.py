"""Layers drawn by Xavier's initialisation, with normal and with uniform entries."""

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
    first_step,
    log_chi_square,
    scene,
    show,
)
from scenes.initialisation._deviations import SIGMAS, normal_deviation, uniform_deviation
from scenes.initialisation._xavier import BINS, ROLES, SHAPES, densities_of, edge_of, histogram_of, layers_of

# Networks of either shape, and the entries after which a histogram shows its shape.
_DRAWS, _ENOUGH = 50, 2000
# The middle of the last bin, in units of σ.
_LAST = (2 - 2 / BINS) * 3**0.5


def _lengths(shape: str, layers: FloatArray, seed: int, size: float = 1.0) -> FloatArray:
    """Return log10 of the length of one vector in each of the networks, shape (T + 1, draws).

    The first network is that of the film's layers; the others are drawn in the same way, times `size`.
    """
    steps, dim, _ = layers.shape
    rng = np.random.default_rng([seed, 2, tuple(SHAPES).index(shape)])
    vectors = rng.standard_normal((_DRAWS, dim, 1))
    lengths = np.zeros((steps + 1, _DRAWS))
    for layer in range(steps):
        nets = (_DRAWS, dim, dim)
        drawn = rng.standard_normal(nets) / dim**0.5 if shape == "normal" else rng.uniform(-1, 1, nets) * edge_of(dim)
        drawn *= size
        drawn[0] = layers[layer]
        vectors = drawn @ (vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
        lengths[layer + 1] = lengths[layer] + np.log10(np.linalg.norm(vectors, axis=(1, 2)))
    return lengths


@scene(
    show("fans", of="lengths", heading="vector length", note="thick: middle of 50", roles=ROLES),
    show(
        "curve",
        of="weights",
        ends=(-_LAST, _LAST),
        limits=(0, 1.7),
        x="σ",
        unit="× uniform",
        heading="weights drawn",
        note="two shapes, one σ: the lengths above fall alike, for only σ counts",
        roles=ROLES,
    ),
    title="Xavier: normal or uniform",
    statement="weights of two shapes and one variance make vectors shrink alike: only σ counts, not the shape",
    opening="Weights from a bell or from a box, both by Xavier's rule: does the shape matter?",
    counter="layer",
    poster=1.0,
    fps="10",
    covers=(65, 66),
)
def xavier(
    steps: Annotated[int, Bounds(1, 300)] = 64,
    dim: Annotated[int, Bounds(2, 64)] = 16,
    seed: Seed = 0,
) -> dict[str, MatrixSequence]:
    """Layers drawn by Xavier's initialisation, with normal and with uniform entries.

    Below what fifty networks make of the length of a vector, with that in the middle, is how often the entries drawn so
    far have each size, over what that tends to.
    X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    AISTATS 2010.
    """
    return _columns(steps, dim, seed)


def _columns(steps: int, dim: int, seed: int, uniform_size: float = 1.0) -> dict[str, MatrixSequence]:
    """Return a column for either shape, all uniform weights times `uniform_size`."""
    columns = {}
    for name, size in (("normal", 1.0), ("uniform", uniform_size)):
        layers = size * layers_of(name, steps, dim, seed)
        drawn = histogram_of(layers, dim)
        # What they tend to stands there from the start.
        drawn[0] = densities_of(steps)[name][0]
        series = {"weights": drawn, "lengths": _lengths(name, layers, seed, size)}
        columns[name] = MatrixSequence(layers, series=series)
    return columns


@xavier.moment("Two shapes, one variance: 2 / ({dim} inputs + {dim} outputs) = {variance:3}.")
def _(steps: int, dim: int) -> Reached | None:
    step = -(-_ENOUGH // dim**2)
    return Reached(step, variance=1 / dim) if step < steps else None


@xavier.moment("After {step} layers half of the vectors are shorter than ½, of either shape.")
def _(columns: Mapping[str, Numbers]) -> Reached | None:
    middles = [np.median(columns[name].series["lengths"], axis=1) for name in SHAPES]
    step = first_step(np.maximum(*middles) < np.log10(0.5))
    return None if step is None else Reached(step)


@xavier.moment(
    "Alike: typical lengths end at <data>{normal:log10}</> and <keep>{uniform:log10}</>; the variance counts, "
    "not the shape.",
    otherwise="One variance: layers of either shape keep the mean square of a length.",
)
def _(columns: Mapping[str, Numbers], steps: int) -> Reached | None:
    medians = {name: float(np.median(columns[name].series["lengths"][-1])) for name in SHAPES}
    # With few units the shape of so few weights is felt.
    if max(medians.values()) > np.log10(0.9) or abs(medians["normal"] - medians["uniform"]) > 0.5:
        return None
    return Reached(steps, **medians)


def _squares(lengths: FloatArray) -> FloatArray:
    """Return what each layer multiplied the square of a length by, shape (T, draws)."""
    return np.asarray(10 ** (2 * np.diff(lengths, axis=0)))


def _narrow(steps: int, dim: int, seed: int) -> dict[str, MatrixSequence]:
    """Return the same with uniform weights within ±1/√n, a third of Xavier's variance."""
    return _columns(steps, dim, seed, 3**-0.5)


@xavier.claim("shapes: off / allowed", headline=True, counterexample=_narrow)
def _(columns: Mapping[str, Numbers], steps: int, dim: int) -> Claimed:
    off = []
    for name in SHAPES:
        lengths = columns[name].series["lengths"]
        # A layer multiplies the square of a length by χ²(n) / n, whatever came before it.
        off.append(abs(_squares(lengths).mean() - 1) / normal_deviation(steps * _DRAWS * dim))
        fall = _mean_length(columns[name].series, steps, dim, name)
        off.append(abs(fall.value - fall.expected) / fall.tolerance)
    return Claimed(
        float(max(off)),
        0.0,
        1.0,
        "Mean square 1 and mean log ½ (ψ(n/2) − log(n/2)) a layer: bounds at 4.5 and 5 deviations.",
    )


def _variance(product: Trajectory, deviation: float) -> Claimed:
    """Return the claim on the variance of all entries, which may be off by `deviation`, relative."""
    expected = 2 / float(product.dim + product.dim)
    return Claimed(
        float(np.mean(product.sequence.factors**2)),
        expected,
        expected * deviation,
        "What a sample of this size strays by with a chance of 4.5 sigma: Laurent and Massart, or Hoeffding.",
    )


@xavier.claim("variance", column="normal")
def _(product: Trajectory) -> Claimed:
    return _variance(product, normal_deviation(product.sequence.factors.size))


@xavier.claim("variance", column="uniform")
def _(product: Trajectory) -> Claimed:
    return _variance(product, uniform_deviation(product.sequence.factors.size))


def _last_norm(product: Trajectory, layers: FloatArray) -> Claimed:
    """Return the claim on the norm of the product, against one that is multiplied from the other end."""
    reverse, size = np.eye(product.dim), 0.0
    for layer in layers[::-1]:
        reverse = reverse @ layer
        norm = np.linalg.norm(reverse)
        reverse, size = reverse / norm, size + np.log10(norm)
    return Claimed(
        float(product.log10_frobenius_norm[-1]),
        float(size),
        1e-9,
        "The order of multiplication moves the rounding of some hundred layers, 1e-15 each, and nothing else.",
    )


@xavier.claim("log10 norm at last", column="normal")
def _(product: Trajectory, steps: int, dim: int, seed: int) -> Claimed:
    return _last_norm(product, layers_of("normal", steps, dim, seed))


@xavier.claim("log10 norm at last", column="uniform")
def _(product: Trajectory, steps: int, dim: int, seed: int) -> Claimed:
    return _last_norm(product, layers_of("uniform", steps, dim, seed))


def _mean_length(series: Mapping[str, FloatArray], steps: int, dim: int, shape: str) -> Claimed:
    """Return the claim on the mean of log10 of the lengths: half of what a log χ² adds, a layer."""
    shift, variance = log_chi_square(dim)
    # Squares of uniform numbers spread less: their fourth moment is lower by 1.2 σ⁴, and Σ x⁴ of a direction is
    # 3 / (n + 2) on average. The mean logarithm follows the variance in the first order only.
    less = 1.8 / (dim + 2) if shape == "uniform" else 0.0
    chance = SIGMAS * np.sqrt(variance * steps / _DRAWS) / 2
    return Claimed(
        float(series["lengths"][-1].mean()),
        float(steps * shift * (1 - less) / 2 / np.log(10)),
        float((chance + abs(shift) * steps / 4 * less) / np.log(10)),
        "Five deviations of the mean, and for uniform entries half of what their fourth moment takes away.",
    )


@xavier.claim("mean of log10 length", column="normal")
def _(series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
    return _mean_length(series, steps, dim, "normal")


@xavier.claim("mean of log10 length", column="uniform")
def _(series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
    return _mean_length(series, steps, dim, "uniform")


@xavier.claim("beyond the bound", column="uniform")
def _(product: Trajectory, dim: int) -> Claimed:
    largest = np.abs(product.sequence.factors).max()
    return Claimed(float(max(0.0, largest - edge_of(dim))), 0.0, 0.0, "No uniform entry is beyond its bound.")
