"""How long deep linear networks of different depths take to learn, from orthogonal and from Gaussian layers."""

from collections.abc import Callable, Mapping
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, Record, Seed, gaussian_matrix, haar_orthogonal, scene, show
from scenes.training._deep_linear import chain_gradients, product_of

_DEPTHS = (2, 4, 8, 16, 32, 64)
# Singular values of the small network whose learning is followed one by one, and what they are at first.
_MODES = np.array([3.0, 2.0, 1.0])
_FIRST_STRENGTH = 0.01


def _aligned(layers: FloatArray, left: FloatArray, right: FloatArray) -> FloatArray:
    """Return layers whose outer ones are turned so that the product has these singular vectors."""
    u, _, vt = np.linalg.svd(product_of(layers))
    turned = layers.copy()
    turned[-1] = left @ u.T @ turned[-1]
    turned[0] = turned[0] @ vt.T @ right.T
    return turned


def _learning_curve(layers: FloatArray, teacher: FloatArray, rate: float, epochs: int) -> FloatArray:
    """Return the loss ``‖W_L … W_1 − teacher‖² / 2`` by epoch of gradient descent, shape (epochs + 1,).

    NaN from where it has grown a thousandfold: it will not come back.
    """
    losses = np.full(epochs + 1, np.nan)
    for epoch in range(epochs + 1):
        error = product_of(layers) - teacher
        losses[epoch] = (error**2).sum() / 2
        if losses[epoch] > 1000 * losses[0]:
            break
        layers = layers - rate / len(layers) * chain_gradients(layers, error)
    return losses


def _strengths(dim: int) -> FloatArray:
    """Return the teacher's singular values."""
    return np.linspace(2.0, 1.25, dim)


def _epochs(losses: FloatArray) -> float:
    """Return the first epoch with a hundredth of the first loss; infinity where there is none."""
    learnt = losses < losses[0] / 100
    return float(learnt.argmax()) if learnt.any() else np.inf


def _mode_curves(rate: float, steps: int, seed: int) -> dict[str, FloatArray]:
    """Return singular values of a two-layer net learnt from small weights, and the exact curves.

    ``s(t) = s / (1 + (s / s₀ − 1) exp(−η s t))`` for gradient flow.
    """
    n = len(_MODES)
    left, middle, right = (haar_orthogonal(n, [seed, 5, stream]) for stream in range(3))
    layers = np.sqrt(_FIRST_STRENGTH) * np.stack([middle @ right.T, left @ middle.T])
    teacher = (left * _MODES) @ right.T
    modes = np.empty((steps + 1, n))
    for step in range(steps + 1):
        product = product_of(layers)
        modes[step] = np.diagonal(left.T @ product @ right)
        layers = layers - rate / 2 * chain_gradients(layers, product - teacher)
    t = np.arange(steps + 1)[:, None]
    return {"modes": modes, "exact modes": _MODES / (1 + (_MODES / _FIRST_STRENGTH - 1) * np.exp(-rate * _MODES * t))}


@scene(
    show("series", of={"orthogonal": "orthogonal", "Gaussian": "Gaussian"}, heading="loss", limits=(-6, 0.5)),
    show(
        "bars",
        of="orthogonal epochs",
        reference="Gaussian epochs",
        heading="epochs by layers; no mark: not learnt",
        labels=tuple(map(str, _DEPTHS)),
    ),
    show("series", of={"net": "modes", "exact": "exact modes"}, heading="modes", scale="linear"),
    "claims",
    title="Learning time and depth",
    statement="deep linear nets of 2 to 64 layers: orthogonal ones need no longer for more layers",
    poster=1.0,
    fps="12.5",
    covers=(37,),
)
def learning_time(
    steps: Annotated[int, Bounds(100, 300)] = 100,
    dim: Annotated[int, Bounds(2, 24)] = 16,
    seed: Seed = 0,
    rate: Annotated[float, Bounds(0.02, 0.1)] = 0.05,
) -> Record:
    """Training of deep linear nets on whitened inputs, from orthogonal and from Gaussian layers.

    The rate of every layer is the given one divided by the number of layers, as in Saxe et al.: the product then
    moves equally fast at any depth. The outer layers are turned so that the product begins with the teacher's
    singular vectors ("decoupled initial conditions"). A net counts as learnt once it has a hundredth of its first
    loss: only then it gets its bar or mark, and Gaussian nets of many layers get none.

    Parameters
    ----------
    steps : int
        Number of epochs.
    rate : float
        Learning rate, before it is divided by the number of layers.
    """
    strengths = _strengths(dim)
    left, right = haar_orthogonal(dim, [seed, 0]), haar_orthogonal(dim, [seed, 1])
    teacher = (left * strengths) @ right.T
    makers: dict[str, Callable[[list[int]], FloatArray]] = {
        "orthogonal": lambda key: haar_orthogonal(dim, key),
        "Gaussian": lambda key: gaussian_matrix(dim, key),
    }
    series = _mode_curves(rate, steps, seed)
    epochs = np.arange(steps + 1.0)[:, None]
    for stream, (name, make) in enumerate(makers.items(), 2):
        losses = []
        for depth in _DEPTHS:
            layers = np.stack([make([seed, stream, depth, layer]) for layer in range(depth)])
            losses.append(_learning_curve(_aligned(layers, left, right), teacher, rate, steps))
        series[f"{name} losses"] = np.stack(losses, axis=1)
        # Below a millionth of the first loss there is rounding only.
        series[name] = np.log10(np.maximum(series[f"{name} losses"] / series[f"{name} losses"][0], 1e-6))
        needed = np.array([_epochs(loss) for loss in losses])
        # How many epochs a net needs is not known before it has learnt, and some never do.
        series[f"{name} epochs"] = np.where(needed <= epochs, needed, np.nan)
    return Record(series)


def _decoupled(depth: int, strengths: FloatArray, rate: float, steps: int) -> FloatArray:
    """Return the loss where singular values do not mix: ``a ← a − η/L · a^(L−1) (a^L − s)`` for each, from a = 1.

    A. M. Saxe, J. L. McClelland, S. Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear
    neural networks", ICLR 2014. As the rate falls it tends to their gradient flow.
    """
    root = np.ones_like(strengths)
    losses = np.empty(steps + 1)
    for step in range(steps + 1):
        losses[step] = ((root**depth - strengths) ** 2).sum() / 2
        root = root - rate / depth * root ** (depth - 1) * (root**depth - strengths)
    return losses


def _seen_epochs(series: Mapping[str, FloatArray], depth: int) -> float:
    """Return how many epochs the orthogonal net of so many layers needed."""
    return _epochs(series["orthogonal losses"][:, _DEPTHS.index(depth)])


def _flow_epochs(depth: int, dim: int, rate: float, steps: int) -> float:
    """Return the same by gradient flow, as steps of a sixteenth."""
    parts = 16
    return _epochs(_decoupled(depth, _strengths(dim), rate / parts, steps * parts)) / parts


def _counted(series: Mapping[str, FloatArray], depth: int, dim: int, rate: float, steps: int) -> Claimed:
    return Claimed(
        _seen_epochs(series, depth),
        _epochs(_decoupled(depth, _strengths(dim), rate, steps)),
        1.0,
        "Rounding may move a count by 1.",
    )


@learning_time.claim("epochs, 2 layers")
def _(series: Mapping[str, FloatArray], dim: int, rate: float, steps: int) -> Claimed:
    return _counted(series, _DEPTHS[0], dim, rate, steps)


@learning_time.claim("epochs, 64 layers")
def _(series: Mapping[str, FloatArray], dim: int, rate: float, steps: int) -> Claimed:
    return _counted(series, _DEPTHS[-1], dim, rate, steps)


@learning_time.claim("ratio 64 to 2 layers")
def _(series: Mapping[str, FloatArray], dim: int, rate: float, steps: int) -> Claimed:
    shallow, deep = (_flow_epochs(depth, dim, rate, steps) for depth in (_DEPTHS[0], _DEPTHS[-1]))
    # Both counts are rounded up. A step of size η s² departs from the flow by about half of itself, 2η, but in both
    # counts alike, so that of their ratio less than half of that is left.
    return Claimed(
        _seen_epochs(series, _DEPTHS[-1]) / _seen_epochs(series, _DEPTHS[0]),
        deep / shallow,
        2 / shallow + rate,
        "Counts are whole numbers, and steps depart from the gradient's flow by half their size, in both alike.",
    )


@learning_time.claim("modes − exact")
def _(series: Mapping[str, FloatArray], rate: float) -> Claimed:
    # Steps of size h = η s lag behind a logistic curve by ln(s / s₀) / 4 of them.
    strongest = _MODES[0]
    return Claimed(
        float(np.abs(series["modes"] - series["exact modes"]).max()),
        0.0,
        float(strongest * rate * strongest * np.log(strongest / _FIRST_STRENGTH) / 8),
        "Euler's steps lag behind a logistic curve by a quarter of ln(s / s₀) steps; doubled.",
    )
