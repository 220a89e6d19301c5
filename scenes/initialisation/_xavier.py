"""Layers by Xavier's rule, of normal and of uniform entries, and how often entries of each size come up."""

from typing import Any

import numpy as np

from scenes import FloatArray, glorot_normal, glorot_uniform

SHAPES = {"normal": glorot_normal, "uniform": glorot_uniform}
ROLES = {"normal": "data", "uniform": "keep"}
BINS = 40

# How the entries are shown: the bins end at twice the bound √3 σ.
WEIGHTS: dict[str, Any] = {
    "of": "histogram",
    "theory": "density",
    "ends": (-2 * 3**0.5, 2 * 3**0.5),
    "limits": (0, 1.7),
    "marks": {"−σ": -1.0, "σ": 1.0},
    "roles": ROLES,
}


def layers_of(shape: str, steps: int, dim: int, seed: int) -> FloatArray:
    """Return so many matrices of a shape of `SHAPES`, shape (T, n, n)."""
    index = tuple(SHAPES).index(shape)
    return np.stack([SHAPES[shape](dim, [seed, index, layer]) for layer in range(steps)])


def edge_of(dim: int) -> float:
    """Return Glorot's bound for uniform entries, √(6 / 2n)."""
    return float(np.sqrt(3 / dim))


def histogram_of(entries: FloatArray, dim: int) -> FloatArray:
    """Return the density of all entries up to each step, shape (T + 1, bins), as multiples of the uniform one."""
    edges = np.linspace(-2, 2, BINS + 1) * edge_of(dim)
    # Normal entries may lie beyond; they are counted for the density but have no bar.
    counts = np.stack([np.zeros(BINS), *(np.histogram(layer, edges)[0] for layer in entries)]).cumsum(axis=0)
    drawn = np.maximum(np.arange(len(entries) + 1) * dim * dim, 1)
    return np.asarray(counts / drawn[:, None] * BINS / 2)


def densities_of(steps: int) -> dict[str, FloatArray]:
    """Return what the histograms tend to, in multiples of the uniform density, shape (T + 1, bins)."""
    # The middle of every bin in units of the bound √3 σ.
    middle = (np.arange(BINS) + 0.5) / BINS * 4 - 2
    normal = 2 * np.sqrt(3) / np.sqrt(2 * np.pi) * np.exp(-1.5 * middle**2)
    laws = {"normal": normal, "uniform": np.where(np.abs(middle) < 1, 1.0, 0.0)}
    return {name: np.broadcast_to(law, (steps + 1, BINS)) for name, law in laws.items()}
