"""Gradients from layer to layer in a plain chain and in a dense network."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import numpy as np

from scenes import (
    ACTIVATIONS,
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Trajectory,
    complex_step_jacobian,
    first_step,
    scene,
    show,
)

_WIRINGS = ("plain net", "dense")
# One network may be an exception, so that the film's statement is claimed of so many.
_NETWORKS = 16


def _edges(wiring: str, layer: int) -> FloatArray:
    """Return which of the layers before it a layer sees, shape (layer,): 1 for each, or for the last one only."""
    return np.ones(layer) if wiring == "dense" else np.eye(layer)[-1]


def _weights(wiring: str, layer: int, dim: int, seed: int, gain: float) -> FloatArray:
    """Return a layer's weights for each of the layers before it, shape (layer, n, n); 0 where there is no edge."""
    edges = _edges(wiring, layer)
    deviation = gain / (dim * edges.sum()) ** 0.5
    random = np.random.default_rng([seed, 4, layer]).standard_normal((layer, dim, dim))
    return np.asarray(random * deviation * edges[:, None, None])


def wired_network(wiring: str, steps: int, dim: int, seed: int, gain: float) -> Callable[[Any], list[Any]]:
    """Return the function from a network's input to the outputs of all its layers, the input first.

    Parameters
    ----------
    wiring : str
        ``dense``, or ``plain net`` for a chain.
    steps : int
        Number of layers.
    dim : int
        Number of units of every layer.
    seed : int
        Seed of the weights.
    gain : float
        Weights have the deviation gain / √(number of inputs).
    """
    layers = [_weights(wiring, layer, dim, seed, gain) for layer in range(1, steps + 1)]

    def outputs(start: Any) -> list[Any]:
        states = [start]
        for matrices in layers:
            states.append(np.einsum("kij,kj->i", matrices, np.tanh(np.stack(states))))
        return states

    return outputs


def wired_start(dim: int, seed: int) -> FloatArray:
    """Return the input of the networks, shape (dim,)."""
    return np.asarray(np.random.default_rng([seed, 5]).standard_normal(dim))


def _sensitivities(wiring: str, states: list[FloatArray], seed: int, gain: float) -> FloatArray:
    """Return ``‖∂x_j/∂x_k‖_F / √n`` by all paths from layer k to layer j, shape (L + 1, L + 1)."""
    count, dim = len(states), len(states[0])
    slopes = np.asarray(ACTIVATIONS["tanh"].slope(np.stack(states)))
    total = np.zeros((count, count, dim, dim))
    total[np.arange(count), np.arange(count)] = np.eye(dim)
    for layer in range(1, count):
        direct = _weights(wiring, layer, dim, seed, gain) * slopes[:layer, None, :]
        total[layer, :layer] = np.einsum("mij,mkjl->kil", direct, total[:layer, :layer])
    return np.asarray(np.linalg.norm(total, axis=(2, 3)) / dim**0.5)


def _by_input(wiring: str, steps: int, dim: int, seed: int, gain: float) -> float:
    """Return log10 of ``‖∂x_L/∂x₀‖_F / √n``."""
    # What a layer makes of tanh of those before it, and the derivatives of these by the input.
    seen = np.tanh(wired_start(dim, seed))[None]
    total, jacobian = np.diag(1 - seen[0] ** 2)[None], np.eye(dim)
    for layer in range(1, steps + 1):
        matrices = np.concatenate(list(_weights(wiring, layer, dim, seed, gain)), axis=1)
        state, jacobian = matrices @ seen.ravel(), matrices @ total.reshape(-1, dim)
        heard = np.tanh(state)
        seen = np.vstack([seen, heard])
        total = np.concatenate([total, ((1 - heard**2)[:, None] * jacobian)[None]])
    return float(np.log10(np.linalg.norm(jacobian) / dim**0.5))


@scene(
    show(
        "heatmap",
        of="gradients",
        limits=(-1, 1),
        heading="layer (row) hears layer (column)",
    ),
    show(
        "series",
        of="to the input",
        heading="input heard",
        note="plain: each layer hears the one before alone and passes on a part; dense: it hears all before",
    ),
    title="Dense connections",
    statement="how much layer (row) depends on layer (column): dense wiring keeps every gradient near",
    opening="Each row is a layer. Left it sees the layer before it, right all the layers before it.",
    counter="layer",
    fps="2.5",
    covers=(117,),
)
def dense(
    steps: Annotated[int, Bounds(0, 32)] = 14,
    dim: Annotated[int, Bounds(4, 16)] = 8,
    seed: Seed = 0,
    gain: Annotated[float, Bounds(0.1, 0.8)] = 0.7,
) -> dict[str, MatrixSequence]:
    """Gradients from layer to layer in a plain chain and in a dense network, which gives each layer all before it.

    G. Huang et al., "Densely connected convolutional networks", CVPR 2017. Layer l is ``Σ_k W_lk tanh(x_k)``. A path
    uses any of the layers between, so there are 2^(L−1) of them. The product counts them: layer l multiplies by the
    identity with a row of ones for the layers it sees.

    Parameters
    ----------
    dim : int
        Number of units of every layer; with fewer than 4 chance decides what is heard.
    gain : float
        Weights have the deviation gain / √(number of inputs). With larger ones a plain net does not lose a gradient.
    """
    return _compared(steps, dim, seed, gain, {wiring: wiring for wiring in _WIRINGS})


def _compared(steps: int, dim: int, seed: int, gain: float, kinds: Mapping[str, str]) -> dict[str, MatrixSequence]:
    """Return the networks by label; `kinds` says how each is wired."""
    columns = {}
    for label, wiring in kinds.items():
        factors = np.tile(np.eye(steps + 1), (steps, 1, 1))
        for layer in range(1, steps + 1):
            factors[layer - 1, layer, :layer] = _edges(wiring, layer)
        states = wired_network(wiring, steps, dim, seed, gain)(wired_start(dim, seed))
        gradients = _sensitivities(wiring, states, seed, gain)
        # A row appears as its layer is reached.
        known = np.arange(steps + 1)[:, None] >= np.arange(steps + 1)
        shown = gradients * known[:, :, None]
        many = [_by_input(wiring, steps, dim, seed + index, gain) for index in range(_NETWORKS)]
        columns[label] = MatrixSequence(
            factors,
            series={
                "gradients": shown,
                "to the input": np.log10(gradients[:, 0]),
                "of many networks": np.tile(many, (steps + 1, 1)),
            },
        )
    return columns


def _all_plain(steps: int, dim: int, seed: int, gain: float) -> dict[str, MatrixSequence]:
    """Return the film with a plain net in the dense one's place."""
    return _compared(steps, dim, seed, gain, dict.fromkeys(_WIRINGS, "plain net"))


@dense.moment(
    "Layer {step} hears <vanish>{plain:%}</> of the input in the plain net, <keep>{dense:%}</> in the dense one.",
)
def _(columns: Mapping[str, Trajectory]) -> Reached | None:
    plain, dense_net = (columns[wiring].series["to the input"] for wiring in _WIRINGS)
    step = first_step(plain < -2)
    return None if step is None else Reached(step, plain=10 ** plain[step], dense=10 ** dense_net[step])


@dense.moment(
    "{paths} paths bring <keep>{dense:%}</> of the input, the plain net's only one <vanish>{plain:%}</>.",
    otherwise="With so few layers both nets are the same.",
)
def _(columns: Mapping[str, Trajectory], steps: int) -> Reached | None:
    if steps < 2:
        return None
    plain, dense_net = (10 ** float(columns[wiring].series["to the input"][-1]) for wiring in _WIRINGS)
    return Reached(steps, paths=2 ** (steps - 1), plain=plain, dense=dense_net)


@dense.claim("input heard, plain / dense", headline=True, counterexample=_all_plain)
def _(columns: Mapping[str, Trajectory], steps: int) -> Claimed:
    plain, dense_net = (columns[wiring].series["of many networks"][-1] for wiring in _WIRINGS)
    return Claimed.between(
        float(10 ** (plain - dense_net).mean()),
        0.0,
        # The first layer hears the input in both.
        1 - 1e-9 if steps > 1 else 1 + 1e-9,
        "Less should be left in the plain net, on average of logarithms over 16 networks.",
    )


def _shortest(product: Trajectory) -> float:
    """Return the number of edges on the shortest way from the input to the last layer, layer by layer."""
    reached = {0: 0}
    for layer, factor in enumerate(product.sequence.factors, start=1):
        reached[layer] = 1 + min(reached[k] for k in range(layer) if factor[layer, k])
    return float(reached[product.steps])


@dense.claim("shortest path", column="plain net")
def _(product: Trajectory, steps: int) -> Claimed:
    return Claimed(_shortest(product), float(steps), 0.0, "Whole numbers.")


@dense.claim("shortest path", column="dense")
def _(product: Trajectory, steps: int) -> Claimed:
    return Claimed(_shortest(product), float(min(steps, 1)), 0.0, "Whole numbers.")


def _paths(product: Trajectory) -> float:
    """Return the number of ways from the input to the last layer."""
    return float(product.matrix(product.steps)[-1, 0])


@dense.claim("paths from the input", column="dense")
def _(product: Trajectory, steps: int) -> Claimed:
    return Claimed(_paths(product), 2.0 ** max(steps - 1, 0), 0.0, "Whole numbers below 2⁵³.")


@dense.claim("paths from the input", column="plain net")
def _(product: Trajectory) -> Claimed:
    return Claimed(_paths(product), 1.0, 0.0, "Whole numbers.")


for _wiring in _WIRINGS:

    @dense.claim("log10 ‖∂x_L/∂x₀‖", column=_wiring)
    def _(
        series: Mapping[str, FloatArray], steps: int, dim: int, seed: int, gain: float, wiring: str = _wiring
    ) -> Claimed:
        outputs = wired_network(wiring, steps, dim, seed, gain)
        jacobian = complex_step_jacobian(lambda start: outputs(start)[-1], wired_start(dim, seed))
        return Claimed(
            float(series["to the input"][-1]),
            float(np.log10(np.linalg.norm(jacobian) / dim**0.5)),
            1e-6,
            "Sums over paths round by about n · eps a layer, relative to the size of what is left.",
        )
