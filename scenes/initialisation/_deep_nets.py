"""Deep networks of equal layers, run forward and back, with what theory says of their variances."""

from collections.abc import Callable
from functools import lru_cache
from math import comb, log

import numpy as np

from scenes import (
    ACTIVATIONS,
    Activation,
    Claimed,
    FloatArray,
    Numbers,
    gaussian_matrix,
    glorot_normal,
    glorot_uniform,
    haar_orthogonal,
    he_normal,
    lecun_normal,
    log_chi_square,
    normal_quadrature,
    polygamma,
    uniform_matrix,
)
from scenes.initialisation._deviations import SIGMAS

# How the layers are drawn, given their size n and a seed, and the variance of an entry, given n.
LAYERS: dict[str, tuple[Callable[[int, list[int]], FloatArray], Callable[[int], float]]] = {
    "normal_001": (lambda n, seed: gaussian_matrix(n, seed, 0.01), lambda n: 1e-4),
    "uniform_007": (lambda n, seed: uniform_matrix(n, seed, 0.07), lambda n: 0.07**2 / 3),
    "lecun_normal": (lecun_normal, lambda n: 1 / n),
    "glorot_normal": (glorot_normal, lambda n: 1 / n),
    "glorot_uniform": (glorot_uniform, lambda n: 1 / n),
    "he_normal": (he_normal, lambda n: 2 / n),
    "orthogonal": (haar_orthogonal, lambda n: 1 / n),
}


class DeepNet:
    """A deep network without biases, all layers of n units, run forward and backward from random ends.

    Parameters
    ----------
    layers : ndarray, shape (T, n, n)
        The weights, the first layer first.
    activation : Activation
        What is applied to every layer.
    seed : int
        Seed of the input and of the gradient at the output.

    Attributes
    ----------
    states : ndarray, shape (T + 1, n)
        The input h_0 and the layers h_1 … h_T.
    gradients : ndarray, shape (T + 1, n)
        The gradients of a random linear function of h_T by each of them.
    jacobians : ndarray, shape (T, n, n)
        The derivatives of each layer by the one before it.
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

    def strip(self, units: int, gap: int) -> FloatArray:
        """Return what a strip shows at each step, shape (T + 1, T + 1, 2 units + gap): a row for every layer.

        Left the states, downwards as far as they have come; right the gradients, upwards; between them empty columns.
        """
        count = len(self.states)
        shown = np.zeros((count, count, 2 * units + gap))
        for step in range(count):
            shown[step, : step + 1, :units] = self.states[: step + 1, :units]
            shown[step, count - 1 - step :, units + gap :] = self.gradients[count - 1 - step :, :units]
        return shown

    def series(self) -> dict[str, FloatArray]:
        """Return log10 of both variances, shape (T + 1,); the gradient's by the number of layers it has come back."""
        return {
            "signal": np.log10((self.states**2).mean(axis=1)),
            "gradient": np.log10((self.gradients**2).mean(axis=1))[::-1],
        }


def deep_net(kind: str, activation: str, steps: int, dim: int, seed: int, size: float = 1.0) -> DeepNet:
    """Return a network of `steps` layers of `dim` units, drawn as `LAYERS` has it, all weights times `size`."""
    make = LAYERS[kind][0]
    layers = np.stack([make(dim, [seed, 0, layer]) for layer in range(steps)]) if steps else np.empty((0, dim, dim))
    return DeepNet(size * layers, ACTIVATIONS[activation], seed)


@lru_cache
def log_half_chi_square(count: int) -> tuple[float, float]:
    """Return mean and variance of ``ln(χ² / k)`` where ReLU lets each of k units pass with a chance of one half.

    The sum of squares is χ² with a binomial number of degrees of freedom; that all are cut is left out.
    """
    chances = [comb(count, units) / 2**count for units in range(1, count + 1)]
    means = [polygamma(0, units / 2) - log(count / 2) for units in range(1, count + 1)]
    mean = sum(c * m for c, m in zip(chances, means, strict=True)) / sum(chances)
    spread = sum(c * (m - mean) ** 2 for c, m in zip(chances, means, strict=True)) / sum(chances)
    within = sum(c * polygamma(1, units / 2) for units, c in enumerate(chances, 1)) / sum(chances)
    return mean, spread + within


def predicted(kind: str, activation: str, steps: int, dim: int) -> dict[str, FloatArray]:
    """Return what theory says of log10 of both variances, ``signal`` and ``gradient``, beside their starts.

    Without activation every layer multiplies the variance by n σ², behind ReLU by n σ² / 2, each times the mean
    of a χ². Behind tanh the variance q follows ``q ← E tanh²(√(n σ² q) z)``, and gradients are multiplied by
    ``n σ² E tanh′²`` (B. Poole et al., "Exponential expressivity in deep neural networks through transient chaos",
    NeurIPS 2016).

    Returns
    -------
    dict of str to ndarray, shape (T + 1,)
    """
    gain = dim * LAYERS[kind][1](dim)
    if activation == "tanh":
        nodes, weights = normal_quadrature()
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


def decades_per_layer(numbers: Numbers, dim: int, name: str, kind: str, activation: str) -> Claimed:
    """Return the claim on the slope of log10 of a variance.

    Parameters
    ----------
    numbers : Numbers
        Those of the network.
    dim : int
        Units of its layers.
    name : str
        Which variance, ``signal`` or ``gradient``.
    kind, activation : str
        How its layers were drawn, and what is applied to them.
    """
    depth = max(numbers.steps, 1)
    values = numbers.series[name]
    return Claimed(
        float((values[-1] - values[0]) / depth),
        float(predicted(kind, activation, numbers.steps, dim)[name][-1] / depth),
        _slope_deviation(depth, dim, kind, activation),
        "Five deviations of a sum of log χ² over the layers.",
    )


def share_off(claimed: Claimed) -> float:
    """Return how far a claimed number is off, as a share of what is allowed."""
    return abs(claimed.value - claimed.expected) / claimed.tolerance


def _slope_deviation(depth: int, n: int, kind: str, activation: str) -> float:
    """Return five deviations of the mean over layers, and what entries that are not normal shift the mean by."""
    # Behind tanh the kurtosis of its slopes takes part, and the variance's own fluctuations do.
    mean, spread = log_half_chi_square(n)
    # That ReLU lets half of the units pass is no matter of their distribution.
    laws = {"identity": log_chi_square(n), "ReLU": (mean + log(2), spread), "tanh": (-4 / n, 8 / n)}
    shift, variance = laws[activation]
    normal = kind not in ("uniform_007", "glorot_uniform", "orthogonal")
    exact = normal and activation != "tanh"
    start = 3 / n if activation == "tanh" else 0.0
    return float((SIGMAS * np.sqrt(variance / depth + start / depth**2) + (0 if exact else abs(shift))) / np.log(10))
