"""Products of layers drawn by Xavier's initialisation, with normal and with uniform entries."""

from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Seed,
    Trajectory,
    glorot_normal,
    glorot_uniform,
    scene,
    show,
)
from scenes.initialisation._deviations import normal_deviation, uniform_deviation

_SHAPES = {"normal": glorot_normal, "uniform": glorot_uniform}
_BINS = 40


def _layers(shape: str, steps: int, dim: int, seed: int) -> FloatArray:
    index = tuple(_SHAPES).index(shape)
    return np.stack([_SHAPES[shape](dim, [seed, index, layer]) for layer in range(steps)])


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
    # The middle of every bin in units of the bound √3 σ.
    middle = (np.arange(_BINS) + 0.5) / _BINS * 4 - 2
    normal = 2 * np.sqrt(3) / np.sqrt(2 * np.pi) * np.exp(-1.5 * middle**2)
    laws = {"normal": normal, "uniform": np.where(np.abs(middle) < 1, 1.0, 0.0)}
    return {name: np.broadcast_to(law, (steps + 1, _BINS)) for name, law in laws.items()}


@scene(
    show("bars", of="histogram", reference="density", heading="", limits=(0, 1.6)),
    "norms",
    title="Xavier, normal and uniform",
    statement="two shapes of one variance, 2 / (n_in + n_out), which is all that products notice",
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
    return _last_norm(product, _layers("normal", steps, dim, seed))


@xavier.claim("log10 norm at last", column="uniform")
def _(product: Trajectory, steps: int, dim: int, seed: int) -> Claimed:
    return _last_norm(product, _layers("uniform", steps, dim, seed))


@xavier.claim("beyond the bound", column="uniform")
def _(product: Trajectory, dim: int) -> Claimed:
    largest = np.abs(product.sequence.factors).max()
    return Claimed(float(max(0.0, largest - _edge(dim))), 0.0, 0.0, "No uniform entry is beyond its bound.")
