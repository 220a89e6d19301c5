"""A residual network beside the same without the way around its layers."""

from collections.abc import Mapping
from math import log10
from typing import Annotated, Any

import numpy as np

from scenes import (
    ACTIVATIONS,
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    ResidualLayer,
    Seed,
    Trajectory,
    complex_step_jacobian,
    first_step,
    gaussian_matrix,
    log10_norm,
    random_unit_vector,
    scene,
    show,
)
from scenes.depth._common import points


def residual_weights(steps: int, dim: int, seed: int, gain: float) -> list[FloatArray]:
    """Return the weights of all layers, each of shape (dim, dim), with entries of deviation g / √n."""
    return [gaussian_matrix(dim, [seed, 1, layer], gain / dim**0.5) for layer in range(steps)]


def residual_start(dim: int, seed: int) -> FloatArray:
    """Return the input of the network, shape (dim,): a random direction, of length √n / 5."""
    return np.asarray(0.2 * random_unit_vector(dim, [seed, 2]) * dim**0.5)


def _carried(jacobians: FloatArray, vector: FloatArray) -> FloatArray:
    """Return log10 of ``‖J_l … J_1 v‖`` for l = 0 … L."""
    sizes = [0.0]
    for jacobian in jacobians:
        vector = jacobian @ vector
        size = float(np.linalg.norm(vector))
        vector = vector / size
        sizes.append(sizes[-1] + log10(size))
    return np.array(sizes)


def predicted_growth(
    way: float, gain: float, slopes: FloatArray, jacobians: FloatArray, vector: FloatArray
) -> FloatArray:
    """Return by how much each layer lengthens a vector on average, and the variance, in decades.

    The weights W of a layer are normal, of variance g² / n, and nothing before has seen them. What the layer makes of
    the vector v, ``w v + W φ′ v`` with w = 1 or 0, therefore is normal, too: with ``s = g ‖φ′ v‖ / ‖v‖``, the square
    of the growth has the mean ``m = w + s²`` and the variance ``(4 w s² + 2 s⁴) / n``, and its logarithm the mean
    ``ln m − variance / (2 m²)`` but for terms in 1 / n².

    Parameters
    ----------
    way : float
        w: 1 with a way around the layer, 0 without.
    gain : float
        g.
    slopes : ndarray, shape (L, n)
        Slopes φ′ of every layer.
    jacobians : ndarray, shape (L, n, n)
        Jacobians of the layers, by which the vector is carried on.
    vector : ndarray, shape (n,)
        v before the first layer, of length 1.

    Returns
    -------
    ndarray, shape (L, 2)
        Mean and variance of log10 of the growth.
    """
    moments = []
    for slope, jacobian in zip(slopes, jacobians, strict=True):
        square = float((gain * np.linalg.norm(slope * vector)) ** 2)
        mean = way + square
        variance = (4 * way * square + 2 * square**2) / len(vector) / mean**2
        moments.append(((np.log(mean) - variance / 2) / 2, variance / 4))
        vector = jacobian @ vector
        vector = vector / np.linalg.norm(vector)
    return np.asarray(np.array(moments).reshape(-1, 2) / np.log(10) ** np.array([1, 2]))


@scene(
    show(
        "points",
        of={"plain net: J": "eigenvalues, plain", "residual: I + J": "eigenvalues, residual"},
        roles={"plain net: J": "vanish", "residual: I + J": "keep"},
        heading="eigenvalues",
        note="of a layer; circle: distance 1",
    ),
    show(
        "series",
        of={"J": "plain", "I + J": "residual"},
        roles={"J": "vanish", "I + J": "keep"},
        heading="a small change",
        note="of the input: size by layer",
    ),
    title="Residual connections",
    statement="I + J instead of J: eigenvalues move from around 0 to around 1, and products last",
    opening="Two nets, the same weights. A residual layer adds what it makes to what it gets: I + J, not J.",
    counter="layer",
    fps="5",
    covers=(116,),
)
def residual(
    steps: Annotated[int, Bounds(0, 200)] = 40,
    dim: Annotated[int, Bounds(8, 64)] = 32,
    seed: Seed = 0,
    gain: Annotated[float, Bounds(0.1, 0.9)] = 0.5,
) -> MatrixSequence:
    """Products of I + J beside products of J, layer by layer: a residual network and the same without the way around.

    Layers are ``h + W tanh(h)`` and ``W tanh(h)`` with the same weights. The product is that of the residual network.

    Parameters
    ----------
    gain : float
        Weights have the deviation gain / √n, so that the eigenvalues of W fill a disc of that radius; below 1 the
        product of the plain network dies.
    """
    return _carried_through(steps, dim, seed, gain, 1.0)


def _carried_through(steps: int, dim: int, seed: int, gain: float, share: float) -> MatrixSequence:
    """Return both networks' growth, the residual one with `share` of its way around: 1, or 0 for none."""
    slope_of = ACTIVATIONS["tanh"].slope
    start, vector = residual_start(dim, seed), random_unit_vector(dim, [seed, 3])
    layers = [ResidualLayer(weights) for weights in residual_weights(steps, dim, seed, gain)]
    series: dict[str, FloatArray] = {}
    for name, way in (("plain", 0.0), ("residual", share)):
        jacobians, slopes, h = np.empty((steps, dim, dim)), np.empty((steps, dim)), start
        for index, layer in enumerate(layers):
            jacobians[index], slopes[index] = way * np.eye(dim) + layer.branch_jacobian(h), slope_of(h)
            h = layer.step(h) - (1 - way) * h
        moments = predicted_growth(way, gain, slopes, jacobians, vector)
        sums = np.vstack([np.zeros(2), np.cumsum(moments, axis=0)])
        series |= {name: _carried(jacobians, vector), f"{name} predicted": sums[:, 0], f"{name} variance": sums[:, 1]}
        eigenvalues = np.vstack([np.full((1, dim), way), np.linalg.eigvals(jacobians)])
        series[f"eigenvalues, {name}"] = points(eigenvalues)
    # The last jacobians are those of the residual network.
    return MatrixSequence(jacobians, series=series)


@residual.moment(
    "After {step} layers <vanish>{plain:%}</> of a change is left in the plain net, "
    "<keep>{way:%}</> with a way around.",
    on="plain",
    note="less than 1 %",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["plain"] < -2)
    if step is None:
        return None
    return Reached(step, plain=10 ** series["plain"][step], way=10 ** series["residual"][step])


@residual.moment(
    "A layer multiplies by about <vanish>{plain:3}</> in the plain net, by <keep>{way:3}</> with a way around it.",
    otherwise="Without a layer nothing is multiplied.",
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    if not steps:
        return None
    plain, way = (10 ** (float(series[name][-1]) / steps) for name in ("plain", "residual"))
    return Reached(steps, plain=plain, way=way)


def _no_way_around(steps: int, dim: int, seed: int, gain: float) -> MatrixSequence:
    """Return the film with a residual network whose way around is taken away."""
    return _carried_through(steps, dim, seed, gain, 0.0)


@residual.claim("one dies, one lasts: decades beyond", headline=True, counterexample=_no_way_around)
def _(series: Mapping[str, FloatArray], steps: int, dim: int, gain: float) -> Claimed:
    plain, way = float(series["plain"][-1]), float(series["residual"][-1])
    # Normal weights of deviation g / √n lengthen a vector by about g on average, beside it by about √(1 + g²).
    chance = 4.5 * (steps / (2 * dim)) ** 0.5 / np.log(10)
    off = [
        plain - (steps * np.log10(gain) + chance),
        -way - min(gain, 1.0) * chance * 2**0.5,
        way - (steps * np.log10(1 + gain**2) / 2 + chance),
    ]
    return Claimed(
        max(0.0, *(float(away) for away in off)),
        0.0,
        1e-9,
        "Slopes of tanh only shorten; the sampling error of L independent layers at 4.5 deviations.",
    )


for _name in ("residual", "plain"):

    @residual.claim(f"slope, {_name}")
    def _(series: Mapping[str, FloatArray], steps: int, dim: int, name: str = _name) -> Claimed:
        layers = max(steps, 1)
        return Claimed(
            float(series[name][-1]) / layers,
            float(series[f"{name} predicted"][-1]) / layers,
            (4.5 * float(series[f"{name} variance"][-1]) ** 0.5 + steps / dim**2) / layers,
            "Sampling error of L independent layers at 4.5 deviations, and terms in 1 / n² that were left out.",
        )


@residual.claim("mean eigenvalue")
def _(series: Mapping[str, FloatArray], steps: int, dim: int, gain: float) -> Claimed:
    return Claimed(
        float(series["eigenvalues, residual"][1:, :, 0].mean()) if steps else 1.0,
        1.0,
        4.5 * gain / dim / max(steps, 1) ** 0.5 + 1e-12,
        "A layer's trace is 1 and a sum of n normal weights over n, of deviation g / n at most; 4.5 of them.",
    )


@residual.claim("log10 norm at last")
def _(product: Trajectory, steps: int, dim: int, seed: int, gain: float) -> Claimed:
    def network(state: Any) -> Any:
        for weights in residual_weights(steps, dim, seed, gain):
            state = state + weights @ np.tanh(state)
        return state

    return Claimed(
        float(product.log10_spectral_norm[-1]),
        log10_norm(complex_step_jacobian(network, residual_start(dim, seed))),
        1e-9,
        "Both ways round every layer by about n · eps, relative to the size of what is left.",
    )
