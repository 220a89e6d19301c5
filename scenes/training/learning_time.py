"""How long deep linear networks of different depths take to learn, from orthogonal and from Gaussian layers."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    Numbers,
    Reached,
    Record,
    Seed,
    gaussian_matrix,
    haar_orthogonal,
    scene,
    show,
)
from scenes.training._deep_linear import chain_gradients, product_of

_DEPTHS = (2, 4, 8, 16, 32, 64)
# Of which part of its first loss a net has learnt.
_LEARNT = 0.01


def _aligned(layers: FloatArray, left: FloatArray, right: FloatArray) -> FloatArray:
    """Return layers whose outer ones are turned so that the product has these singular vectors."""
    u, _, vt = np.linalg.svd(product_of(layers))
    turned = layers.copy()
    turned[-1] = left @ u.T @ turned[-1]
    turned[0] = turned[0] @ vt.T @ right.T
    return turned


def _learning_curve(layers: FloatArray, teacher: FloatArray, rate: float, epochs: int) -> FloatArray:
    """Return what is left of ``‖W_L … W_1 − teacher‖²`` by epoch of gradient descent, shape (epochs + 1,).

    Where it has grown a thousandfold it will not come back, and stays as it is.
    """
    losses = np.empty(epochs + 1)
    for epoch in range(epochs + 1):
        error = product_of(layers) - teacher
        losses[epoch:] = (error**2).sum()
        if losses[epoch] > 1000 * losses[0]:
            break
        layers = layers - rate / len(layers) * chain_gradients(layers, error)
    return np.asarray(losses / losses[0])


def _strengths(dim: int) -> FloatArray:
    """Return the teacher's singular values."""
    return np.linspace(2.0, 1.25, dim)


def _epochs(losses: FloatArray) -> float:
    """Return the first epoch with a hundredth of the first loss; infinity where there is none."""
    learnt = losses < _LEARNT * losses[0]
    return float(learnt.argmax()) if learnt.any() else np.inf


def _starts(kind: str, dim: int, depth: int, seed: int) -> FloatArray:
    """Return the layers that a net begins with, shape (L, n, n)."""
    if kind == "orthogonal":
        return np.stack([haar_orthogonal(dim, [seed, 2, depth, layer]) for layer in range(depth)])
    return np.stack([gaussian_matrix(dim, [seed, 3, depth, layer]) for layer in range(depth)])


def _train(kinds: Mapping[str, str], dim: int, seed: int, rate: float, epochs: int) -> dict[str, Record]:
    """Return what is left of the loss, by column, epoch and depth."""
    left, right = haar_orthogonal(dim, [seed, 0]), haar_orthogonal(dim, [seed, 1])
    teacher = (left * _strengths(dim)) @ right.T
    columns = {}
    for label, kind in kinds.items():
        nets = [_aligned(_starts(kind, dim, depth, seed), left, right) for depth in _DEPTHS]
        curves = np.stack([_learning_curve(layers, teacher, rate, epochs) for layers in nets], axis=1)
        # A tenth of a per cent is the last digit.
        columns[label] = Record({"left": curves, "shown": np.round(curves, 3), "deepest": np.round(curves[:, -1], 3)})
    return columns


@scene(
    show(
        "bars",
        of="shown",
        heading="error left",
        note="from such first weights",
        labels=tuple(map(str, _DEPTHS)),
        x="layers",
        limits=(0, 1.15),
        unit="%",
        numbers=False,
    ),
    show(
        "series",
        of="deepest",
        scale="linear",
        limits=(0, 1.15),
        unit="%",
        heading="error left with 64 layers",
        note="layers multiply: 64 orthogonal ones keep lengths, 64 Gaussian ones do not",
    ),
    title="Learning time and depth",
    statement="deep linear nets of 2 to 64 layers: orthogonal ones need no longer for more layers",
    opening="Nets of 2 to 64 layers learn the same task, from orthogonal or random (Gaussian) weights.",
    counter="round",
    fps="12.5",
    covers=(37,),
    sensitive="training many random layers enlarges every rounding error",
)
def learning_time(
    steps: Annotated[int, Bounds(100, 300)] = 100,
    dim: Annotated[int, Bounds(2, 24)] = 16,
    seed: Seed = 0,
    rate: Annotated[float, Bounds(0.02, 0.1)] = 0.05,
) -> dict[str, Record]:
    """Training of deep linear nets on whitened inputs, from orthogonal and from Gaussian layers.

    The rate of every layer is the given one divided by the number of layers, as in Saxe et al.: the product then
    moves equally fast at any depth. The outer layers are turned so that the product begins with the teacher's
    singular vectors ("decoupled initial conditions"). A net counts as learnt once it has a hundredth of its first
    loss.

    Parameters
    ----------
    steps : int
        Number of epochs.
    rate : float
        Learning rate, before it is divided by the number of layers.
    """
    return _train({"orthogonal": "orthogonal", "Gaussian": "Gaussian"}, dim, seed, rate, steps)


def _decoupled(depth: int, strengths: FloatArray, rate: float, steps: int) -> FloatArray:
    """Return the loss where singular values do not mix: ``a ← a − η/L · a^(L−1) (a^L − s)`` for each, from a = 1.

    A. M. Saxe, J. L. McClelland, S. Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear
    neural networks", ICLR 2014. As the rate falls it tends to their gradient flow.
    """
    root = np.ones_like(strengths)
    losses = np.empty(steps + 1)
    for step in range(steps + 1):
        losses[step] = ((root**depth - strengths) ** 2).sum()
        root = root - rate / depth * root ** (depth - 1) * (root**depth - strengths)
    return losses


def _seen_epochs(columns: Mapping[str, Numbers], depth: int) -> float:
    """Return how many epochs the orthogonal net of so many layers needed."""
    return _epochs(columns["orthogonal"].series["left"][:, _DEPTHS.index(depth)])


def _flow_epochs(depth: int, dim: int, rate: float, steps: int) -> float:
    """Return the same by gradient flow, as steps of a sixteenth."""
    parts = 16
    return _epochs(_decoupled(depth, _strengths(dim), rate / parts, steps * parts)) / parts


@learning_time.moment(
    "Round {step}: 64 <keep>orthogonal</> layers have {mine:%} of their loss left, 64 Gaussian ones {left:%}.",
)
def _(columns: Mapping[str, Numbers]) -> Reached:
    step = int(_seen_epochs(columns, _DEPTHS[-1]))
    mine, left = (float(columns[kind].series["shown"][step, -1]) for kind in ("orthogonal", "Gaussian"))
    return Reached(step, mine=mine, left=left)


@learning_time.moment("After {step} rounds all six <keep>orthogonal</> nets have learnt, that of 2 layers last.")
def _(columns: Mapping[str, Numbers]) -> int | None:
    needed = [_seen_epochs(columns, depth) for depth in _DEPTHS]
    return int(needed[0]) if needed[0] > max(needed[1:]) else None


@learning_time.moment(
    "<keep>Orthogonal</> nets of any depth learnt in {least} to {most} rounds, {count} of 6 Gaussian ones in {steps}."
)
def _(columns: Mapping[str, Numbers], steps: int) -> Reached:
    needed = [int(_seen_epochs(columns, depth)) for depth in _DEPTHS]
    left = columns["Gaussian"].series["left"]
    return Reached(steps, least=min(needed), most=max(needed), count=int((left.min(axis=0) < _LEARNT).sum()))


def _both_orthogonal(steps: int, dim: int, seed: int, rate: float) -> dict[str, Record]:
    """Return the same with orthogonal layers in the place of Gaussian ones."""
    return _train({"orthogonal": "orthogonal", "Gaussian": "orthogonal"}, dim, seed, rate, steps)


@learning_time.claim("depth: off / allowed", headline=True, counterexample=_both_orthogonal)
def _(columns: Mapping[str, Numbers], dim: int, rate: float, steps: int) -> Claimed:
    shallow, deep = (_seen_epochs(columns, depth) for depth in (_DEPTHS[0], _DEPTHS[-1]))
    left = float(columns["Gaussian"].series["left"][int(min(deep, steps)), -1])
    return Claimed(
        max(deep / shallow, 0.1 / left),
        0.0,
        1.0,
        "64 orthogonal layers need no longer than 2, and then a tenth is left at least to 64 Gaussian ones.",
    )


def _counted(columns: Mapping[str, Numbers], depth: int, dim: int, rate: float, steps: int) -> Claimed:
    return Claimed(
        _seen_epochs(columns, depth),
        _epochs(_decoupled(depth, _strengths(dim), rate, steps)),
        1.0,
        "Rounding may move a count by 1.",
    )


@learning_time.claim("epochs, 2 layers")
def _(columns: Mapping[str, Numbers], dim: int, rate: float, steps: int) -> Claimed:
    return _counted(columns, _DEPTHS[0], dim, rate, steps)


@learning_time.claim("epochs, 64 layers")
def _(columns: Mapping[str, Numbers], dim: int, rate: float, steps: int) -> Claimed:
    return _counted(columns, _DEPTHS[-1], dim, rate, steps)


@learning_time.claim("ratio 64 to 2 layers")
def _(columns: Mapping[str, Numbers], dim: int, rate: float, steps: int) -> Claimed:
    shallow, deep = (_flow_epochs(depth, dim, rate, steps) for depth in (_DEPTHS[0], _DEPTHS[-1]))
    # Both counts are rounded up. A step of size η s² departs from the flow by about half of itself, 2η, but in both
    # counts alike, so that of their ratio less than half of that is left.
    return Claimed(
        _seen_epochs(columns, _DEPTHS[-1]) / _seen_epochs(columns, _DEPTHS[0]),
        deep / shallow,
        2 / shallow + rate,
        "Counts are whole numbers, and steps depart from the gradient's flow by half their size, in both alike.",
    )
