"""Gradients through a highway network as its gates open."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    HighwayLayer,
    Reached,
    Record,
    Seed,
    complex_step_jacobian,
    first_step,
    gaussian_matrix,
    log10_norm,
    pass_through,
    scene,
    show,
)

# Less than this part of a signal is little.
_LITTLE = 0.5


def _weights(depth: int, dim: int, seed: int, gain: float) -> list[FloatArray]:
    """Return the weights of all layers, each of shape (n, n)."""
    return [gaussian_matrix(dim, [seed, 6, layer], gain / dim**0.5) for layer in range(depth)]


def _gated(weights: list[FloatArray], gate: float) -> list[HighwayLayer]:
    """Return layers whose gates have one value, whatever they see."""
    dim = len(weights[0])
    with np.errstate(divide="ignore"):
        bias = np.full(dim, np.log(gate) - np.log1p(-gate))
    return [HighwayLayer(matrix, np.zeros(dim), np.zeros((dim, dim)), bias) for matrix in weights]


def _start(dim: int, seed: int) -> FloatArray:
    """Return the input of the network, shape (n,)."""
    return np.asarray(0.5 * np.random.default_rng([seed, 7]).standard_normal(dim))


def _gates(steps: int) -> FloatArray:
    """Return the gate at every step, shape (T + 1,)."""
    return np.arange(steps + 1) / max(steps, 1)


@scene(
    show(
        "path",
        of="left",
        x=(0, 1),
        y=(0, 1),
        names=("gate T: share of J", ""),
        heading="left after {depth} layers",
        note="at most; 1: all of a signal",
    ),
    show("heatmap", of="layer", heading="a layer", note="T × J + (1 − T) × I, J: plain layer", limits=(-1, 1)),
    title="Highway connections",
    statement="T · J + (1 − T) · I: the gate T opens from 0 to 1, from the identity to a plain network",
    opening="A gate T mixes a layer J with a bypass I. How much of a signal passes {depth} layers?",
    counter="gate T = {gate:.2}",
    fps="10",
    covers=(118,),
)
def highway(
    steps: Annotated[int, Bounds(0, 200)] = 64,
    dim: Annotated[int, Bounds(2, 16)] = 16,
    seed: Seed = 0,
    depth: Annotated[int, Bounds(4, 64)] = 12,
    gain: Annotated[float, Bounds(0.1, 0.6)] = 0.6,
) -> Record:
    """Gradients through a highway network as its transform gates open from 0 to 1, step by step.

    At step t every gate of all layers is t / steps.

    Parameters
    ----------
    steps : int
        Number of times the gates are opened a little further.
    depth : int
        Number of layers; in fewer than 4 too little is lost to be seen.
    gain : float
        Weights have the deviation gain / √n. With larger ones a plain layer does not lose a signal.
    """
    return _opened(steps, dim, seed, depth, gain, 1.0)


def _opened(steps: int, dim: int, seed: int, depth: int, gain: float, carried: float) -> Record:
    """Return the film; `carried` is the part of (1 − T) · I that a layer carries on: 1, or 0 for none."""
    weights = _weights(depth, dim, seed, gain)
    layer, norms = np.empty((steps + 1, dim, dim)), np.empty(steps + 1)
    start = _start(dim, seed)
    for step, gate in enumerate(_gates(steps)):
        product = np.eye(dim)
        jacobians = pass_through(_gated(weights, float(gate)), start)[1]
        jacobians = jacobians - (1 - carried) * (1 - gate) * np.eye(dim)
        for jacobian in jacobians:
            product = jacobian @ product
        layer[step], norms[step] = jacobians[0], log10_norm(product)
    left = np.stack([_gates(steps), 10**norms], axis=-1)
    return Record({"layer": layer, "norm": norms, "left": left, "gate": _gates(steps)})


@highway.moment("At T = {gate:.2} at most <vanish>{left:%}</> of a signal gets through {depth} layers.")
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["norm"] < -1)
    return None if step is None else _gate_at(series, step)


@highway.moment("At T = {gate:.2} the least is left, <vanish>{left:%}</>: parts of J and I cancel each other.")
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    step = int(series["norm"].argmin())
    if series["norm"][step] > series["norm"][-1] + np.log10(_LITTLE):
        return None
    return _gate_at(series, step)


@highway.moment(
    "J alone, T = 1: {depth} layers leave at most <vanish>{left:%}</> of a signal. So nets begin with T near 0.",
    otherwise="The gates stay shut: a signal passes unchanged.",
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    return _gate_at(series, steps) if steps else None


def _gate_at(series: Mapping[str, FloatArray], step: int) -> Reached:
    """Return a moment with the gate, and what is left of a signal."""
    gate, left = float(series["gate"][step]), 10 ** float(series["norm"][step])
    return Reached(step, gate=gate, left=left)


def _nothing_carried(steps: int, dim: int, seed: int, depth: int, gain: float) -> Record:
    """Return the film with layers that carry nothing on: T · J alone."""
    return _opened(steps, dim, seed, depth, gain, 0.0)


@highway.claim("all at T = 0, little at 1: off / allowed", headline=True, counterexample=_nothing_carried)
def _(series: Mapping[str, FloatArray], steps: int) -> Claimed:
    left = series["left"][:, 1]
    off = [abs(float(left[0]) - 1) / 1e-12]
    if steps:
        off.append(float(left[-1]) / _LITTLE)
    return Claimed.between(
        max(off), 0.0, 1.0, "Shut gates leave the identity, up to rounding; plain layers less than half of a signal."
    )


@highway.claim("log10 norm at last")
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int, depth: int, gain: float) -> Claimed:
    weights = _weights(depth, dim, seed, gain)

    def plain(state: Any) -> Any:
        for matrix in weights:
            state = np.tanh(matrix @ state)
        return state

    return Claimed(
        float(series["norm"][-1]),
        # With no step the gates stay shut.
        log10_norm(complex_step_jacobian(plain, _start(dim, seed))) if steps else 0.0,
        1e-6,
        "A product of as many Jacobians as there are layers rounds by about n · eps each.",
    )


@highway.claim("layer off T · J + (1 − T) · I")
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int, depth: int, gain: float) -> Claimed:
    matrix = _weights(depth, dim, seed, gain)[0]
    plain = complex_step_jacobian(lambda state: np.tanh(matrix @ state), _start(dim, seed))
    gates = _gates(steps)[:, None, None]
    off = np.abs(series["layer"] - gates * plain - (1 - gates) * np.eye(dim)).max()
    return Claimed(float(off), 0.0, 1e-12, "Sums of n products round by about n · eps.")


@highway.claim("norms beyond bounds")
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int, depth: int, gain: float) -> Claimed:
    # From ∏ (1 − T − T ‖W‖) to ∏ (1 − T + T ‖W‖).
    gates, norms = _gates(steps)[:, None], series["norm"]
    sizes = np.array([np.linalg.norm(matrix, 2) for matrix in _weights(depth, dim, seed, gain)])
    with np.errstate(divide="ignore"):
        most = np.log10(1 - gates + gates * sizes).sum(axis=1)
        least = np.log10(np.maximum(1 - gates - gates * sizes, 0)).sum(axis=1)
    beyond = np.count_nonzero((norms > most + 1e-9) | (norms < least - 1e-9))
    return Claimed(float(beyond), 0.0, 0.0, "Norms of products and sums; 1e−9 is left for rounding.")


@highway.claim("eigenvalues off line")
def _(dim: int, seed: int, depth: int, gain: float) -> Claimed:
    # At gate 1/2 those of the first layer are in the middle between 1 and those at gate 1.
    weights, start = _weights(depth, dim, seed, gain), _start(dim, seed)
    half, whole = (np.linalg.eigvals(_gated(weights, gate)[0].jacobian(start)) for gate in (0.5, 1.0))
    away = np.abs(half[:, None] - (1 + whole) / 2)
    return Claimed(
        float(max(away.min(axis=0).max(), away.min(axis=1).max())),
        0.0,
        1e-6,
        "Eigenvalues of a general matrix move with the root of rounding, at worst.",
    )
