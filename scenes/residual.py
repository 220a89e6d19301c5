"""Deep networks, and ways around their layers: what becomes of a gradient with depth."""

from collections.abc import Callable, Mapping
from math import log10
from typing import Annotated, Any

import numpy as np

from scenes._activations import ACTIVATIONS
from scenes._cells import HighwayLayer, ResidualLayer, complex_step_jacobian, pass_through
from scenes._matrices import gaussian_matrix, glorot_normal, he_normal, random_unit_vector
from scenes._scene import Bounds, Choices, Claim, Seed, scene, show
from scenes._sequence import FloatArray, MatrixSequence, repeated

_EPS = float(np.finfo(float).eps)
_TANH = ACTIVATIONS["tanh"]


def _log10_size(matrix: FloatArray) -> float:
    size = float(np.linalg.norm(matrix, 2))
    return log10(size) if size else -np.inf


def _points(values: Any) -> FloatArray:
    """Return complex numbers as points of the plane, shape (…, 2)."""
    return np.stack([values.real, values.imag], axis=-1)


# ---------------------------------------------------------------- residual networks


def _carried(jacobians: FloatArray, vector: FloatArray) -> FloatArray:
    """Return log10 of ``‖J_l … J_1 v‖`` for l = 0 … L."""
    sizes = [0.0]
    for jacobian in jacobians:
        vector = jacobian @ vector
        size = float(np.linalg.norm(vector))
        vector = vector / size
        sizes.append(sizes[-1] + log10(size))
    return np.array(sizes)


def _predicted(way: float, gain: float, slopes: FloatArray, jacobians: FloatArray, vector: FloatArray) -> FloatArray:
    """Return by how much each layer lengthens a vector on average, and the variance, in decades; shape (L, 2).

    The weights W of a layer are normal, of variance g² / n, and nothing before has seen them. What the layer makes of
    the vector v, ``w v + W φ′ v`` with w = 1 or 0, therefore is normal, too: with ``s = g ‖φ′ v‖ / ‖v‖``, the square
    of the growth has the mean ``m = w + s²`` and the variance ``(4 w s² + 2 s⁴) / n``, and its logarithm the mean
    ``ln m − variance / (2 m²)`` but for terms in 1 / n².
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


def _slope_claim(name: str) -> Claim:
    return Claim(
        f"slope, {name}",
        lambda t, p: float(t.sequence.series[name][-1]) / max(t.steps, 1),
        lambda t, p: float(t.sequence.series[f"{name} predicted"][-1]) / max(t.steps, 1),
        lambda t, p: (
            (4.5 * float(t.sequence.series[f"{name} variance"][-1]) ** 0.5 + t.steps / p["dim"] ** 2) / max(t.steps, 1)
        ),
        "Sampling error of L independent layers at 4.5 deviations, and terms in 1 / n² that were left out.",
    )


def _residual_weights(parameters: Mapping[str, Any], steps: int) -> list[FloatArray]:
    dim = parameters["dim"]
    return [
        gaussian_matrix(dim, [parameters["seed"], 1, layer], parameters["gain"] / dim**0.5) for layer in range(steps)
    ]


def _residual_start(parameters: Mapping[str, Any]) -> FloatArray:
    direction = random_unit_vector(parameters["dim"], [parameters["seed"], 2])
    return np.asarray(0.2 * direction * parameters["dim"] ** 0.5)


def _residual_norm(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return log10 of the norm of the residual network's derivative, by complex steps."""

    def network(state: Any) -> Any:
        for weights in _residual_weights(parameters, trajectory.steps):
            state = state + weights @ np.tanh(state)
        return state

    return _log10_size(complex_step_jacobian(network, _residual_start(parameters)))


def _mean_eigenvalue(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    shifted = trajectory.sequence.series["eigenvalues, residual"]
    return float(shifted[1:, :, 0].mean()) if trajectory.steps else 1.0


@scene(
    show("points", of={"plain net": "eigenvalues, plain", "residual": "eigenvalues, residual"}, heading="each layer"),
    show("series", of={"plain net": "plain", "residual": "residual"}, heading="gradient with depth"),
    "singular_values",
    "claims",
    title="Residual connections",
    statement="I + J instead of J: eigenvalues move from around 0 to around 1, and products last",
    claims=(
        _slope_claim("residual"),
        _slope_claim("plain"),
        Claim(
            "mean eigenvalue",
            _mean_eigenvalue,
            1.0,
            lambda t, p: 4.5 * p["gain"] / p["dim"] / max(t.steps, 1) ** 0.5 + 1e-12,
            "A layer's trace is 1 and a sum of n normal weights over n, of deviation g / n at most; 4.5 of them.",
        ),
        Claim(
            "log10 norm at last",
            lambda t, p: float(t.log10_spectral_norm[-1]),
            _residual_norm,
            1e-9,
            "Both ways round every layer by about n · eps, relative to the size of what is left.",
        ),
    ),
    poster=1.0,
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

    Layers are ``h + W tanh(h)`` and ``W tanh(h)`` with the same weights. The product is that of the residual network,
    and so are the singular values.

    Parameters
    ----------
    gain : float
        Weights have the deviation gain / √n, so that the eigenvalues of W fill a disc of that radius; below 1 the
        product of the plain network dies.
    """
    parameters = {"dim": dim, "seed": seed, "gain": gain}
    start, vector = _residual_start(parameters), random_unit_vector(dim, [seed, 3])
    layers = [ResidualLayer(weights) for weights in _residual_weights(parameters, steps)]
    states, around = pass_through(layers, start)
    straight, h = np.empty((steps, dim, dim)), start
    slopes = {"plain": np.empty((steps, dim)), "residual": np.asarray(_TANH.slope(states[:-1]))}
    for place, layer in enumerate(layers):
        straight[place], slopes["plain"][place] = layer.branch_jacobian(h), _TANH.slope(h)
        h = layer.step(h) - h
    series: dict[str, FloatArray] = {}
    for name, way, jacobians in (("plain", 0.0, straight), ("residual", 1.0, around)):
        moments = _predicted(way, gain, slopes[name], jacobians, vector)
        sums = np.vstack([np.zeros(2), np.cumsum(moments, axis=0)])
        series |= {name: _carried(jacobians, vector), f"{name} predicted": sums[:, 0], f"{name} variance": sums[:, 1]}
        eigenvalues = np.vstack([np.full((1, dim), way), np.linalg.eigvals(jacobians)])
        series[f"eigenvalues, {name}"] = _points(eigenvalues)
    return MatrixSequence(around, series=series)


# ---------------------------------------------------------------- dense networks

_WIRINGS = ("plain net", "dense")


def _edges(wiring: str, layer: int) -> FloatArray:
    """Return which of the layers before it a layer sees, shape (layer,): 1 for each, or for the last one only."""
    return np.ones(layer) if wiring == "dense" else np.eye(layer)[-1]


def _wired_weights(parameters: Mapping[str, Any], wiring: str, layer: int) -> FloatArray:
    """Return a layer's weights for each of the layers before it, shape (layer, n, n); 0 where there is no edge."""
    dim, edges = parameters["dim"], _edges(wiring, layer)
    deviation = parameters["gain"] / (dim * edges.sum()) ** 0.5
    random = np.random.default_rng([parameters["seed"], 4, layer]).standard_normal((layer, dim, dim))
    return np.asarray(random * deviation * edges[:, None, None])


def _wired(parameters: Mapping[str, Any], wiring: str, steps: int) -> Callable[[Any], list[Any]]:
    """Return the function from a network's input to the outputs of all its layers, the input first."""
    weights = [_wired_weights(parameters, wiring, layer) for layer in range(1, steps + 1)]

    def outputs(start: Any) -> list[Any]:
        states = [start]
        for matrices in weights:
            states.append(np.einsum("kij,kj->i", matrices, np.tanh(np.stack(states))))
        return states

    return outputs


def _sensitivities(parameters: Mapping[str, Any], wiring: str, states: list[FloatArray]) -> FloatArray:
    """Return ``‖∂x_j/∂x_k‖_F / √n`` by all paths from layer k to layer j, shape (L + 1, L + 1)."""
    count, dim = len(states), parameters["dim"]
    slopes = np.asarray(_TANH.slope(np.stack(states)))
    total = np.zeros((count, count, dim, dim))
    total[np.arange(count), np.arange(count)] = np.eye(dim)
    for layer in range(1, count):
        direct = _wired_weights(parameters, wiring, layer) * slopes[:layer, None, :]
        total[layer, :layer] = np.einsum("mij,mkjl->kil", direct, total[:layer, :layer])
    return np.asarray(np.linalg.norm(total, axis=(2, 3)) / dim**0.5)


def _shortest(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the number of edges on the shortest way from the input to the last layer, layer by layer."""
    reached = {0: 0}
    for layer, factor in enumerate(trajectory.sequence.factors, start=1):
        reached[layer] = 1 + min(reached[k] for k in range(layer) if factor[layer, k])
    return float(reached[trajectory.steps])


def _paths(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.matrix(trajectory.steps)[-1, 0])


def _end_of(wiring: str) -> Claim:
    def expected(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        outputs = _wired(parameters, wiring, trajectory.steps)
        jacobian = complex_step_jacobian(lambda start: outputs(start)[-1], _wired_start(parameters))
        return float(np.log10(np.linalg.norm(jacobian) / parameters["dim"] ** 0.5))

    return Claim(
        "log10 ‖∂x_L/∂x₀‖",
        lambda t, p: float(t.sequence.series["to the input"][-1]),
        expected,
        1e-6,
        "Sums over paths round by about n · eps a layer, relative to the size of what is left.",
        wiring,
    )


def _wired_start(parameters: Mapping[str, Any]) -> FloatArray:
    return np.asarray(np.random.default_rng([parameters["seed"], 5]).standard_normal(parameters["dim"]))


@scene(
    show("heatmap", of="gradients", limits=(-1, 1)),
    show("series", of="to the input", heading="∂x_l/∂x₀"),
    title="Dense connections",
    statement="how much layer (row) depends on layer (column): dense wiring keeps every gradient near",
    claims=(
        Claim("shortest path", _shortest, lambda t, p: float(t.steps), 0.0, "Whole numbers.", "plain net"),
        Claim("shortest path", _shortest, lambda t, p: float(min(t.steps, 1)), 0.0, "Whole numbers.", "dense"),
        Claim(
            "paths from the input",
            _paths,
            lambda t, p: 2.0 ** max(t.steps - 1, 0),
            0.0,
            "Whole numbers below 2⁵³.",
            "dense",
        ),
        Claim("paths from the input", _paths, 1.0, 0.0, "Whole numbers.", "plain net"),
        _end_of("plain net"),
        _end_of("dense"),
    ),
    poster=1.0,
    fps="2.5",
    covers=(117,),
)
def dense(
    steps: Annotated[int, Bounds(0, 32)] = 19,
    dim: Annotated[int, Bounds(2, 16)] = 8,
    seed: Seed = 0,
    gain: Annotated[float, Bounds(0.1, 2)] = 0.7,
) -> dict[str, MatrixSequence]:
    """Gradients from layer to layer in a plain chain and in a dense network, which gives each layer all before it.

    G. Huang et al., "Densely connected convolutional networks", CVPR 2017. Layer l is ``Σ_k W_lk tanh(x_k)``. A path
    uses any of the layers between, so there are 2^(L−1) of them. The product counts them: layer l multiplies by the
    identity with a row of ones for the layers it sees.

    Parameters
    ----------
    gain : float
        Weights have the deviation gain / √(number of inputs).
    """
    parameters = {"dim": dim, "seed": seed, "gain": gain}
    columns = {}
    for wiring in _WIRINGS:
        factors = np.tile(np.eye(steps + 1), (steps, 1, 1))
        for layer in range(1, steps + 1):
            factors[layer - 1, layer, :layer] = _edges(wiring, layer)
        gradients = _sensitivities(parameters, wiring, _wired(parameters, wiring, steps)(_wired_start(parameters)))
        # A row appears as its layer is reached.
        known = np.arange(steps + 1)[:, None] >= np.arange(steps + 1)
        shown = gradients * known[:, :, None]
        columns[wiring] = MatrixSequence(
            factors, series={"gradients": shown, "to the input": np.log10(gradients[:, 0])}
        )
    return columns


# ---------------------------------------------------------------- highway networks


def _highway(parameters: Mapping[str, Any], gate: float) -> list[HighwayLayer]:
    """Return layers whose gates have one value, whatever they see."""
    dim = parameters["dim"]
    with np.errstate(divide="ignore"):
        bias = np.full(dim, np.log(gate) - np.log1p(-gate))
    return [
        HighwayLayer(_highway_weights(parameters, layer), np.zeros(dim), np.zeros((dim, dim)), bias)
        for layer in range(parameters["depth"])
    ]


def _highway_weights(parameters: Mapping[str, Any], layer: int) -> FloatArray:
    dim = parameters["dim"]
    return gaussian_matrix(dim, [parameters["seed"], 6, layer], parameters["gain"] / dim**0.5)


def _highway_start(parameters: Mapping[str, Any]) -> FloatArray:
    return np.asarray(0.5 * np.random.default_rng([parameters["seed"], 7]).standard_normal(parameters["dim"]))


def _gates(steps: int) -> FloatArray:
    return np.arange(steps + 1) / max(steps, 1)


def _without_gates(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return log10 of the norm of a plain network's derivative, by complex steps."""
    if trajectory.steps == 0:
        return 0.0

    def plain(state: Any) -> Any:
        for layer in range(parameters["depth"]):
            state = np.tanh(_highway_weights(parameters, layer) @ state)
        return state

    return _log10_size(complex_step_jacobian(plain, _highway_start(parameters)))


def _beyond(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return at how many gates the norm is above ``∏ (1 − T + T ‖W‖)`` or below ``∏ (1 − T − T ‖W‖)``."""
    gates = _gates(trajectory.steps)[:, None]
    sizes = np.array([np.linalg.norm(_highway_weights(parameters, k), 2) for k in range(parameters["depth"])])
    with np.errstate(divide="ignore"):
        most = np.log10(1 - gates + gates * sizes).sum(axis=1)
        least = np.log10(np.maximum(1 - gates - gates * sizes, 0)).sum(axis=1)
    norms = trajectory.sequence.series["norm"]
    return float(np.count_nonzero((norms > most + 1e-9) | (norms < least - 1e-9)))


def _off_the_line(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how far eigenvalues of the first layer at gate 1/2 are from the middle between 1 and those at gate 1."""
    ends = [
        np.linalg.eigvals(_highway(parameters, gate)[0].jacobian(_highway_start(parameters))) for gate in (0.5, 1.0)
    ]
    away = np.abs(ends[0][:, None] - (1 + ends[1]) / 2)
    return float(max(away.min(axis=0).max(), away.min(axis=1).max()))


@scene(
    show("points", of="eigenvalues", heading="eigenvalues of one layer", reach=1.25, trail=True),
    show("series", of="norm", heading="norm of all layers"),
    show("heatmap", of="layer", heading="that layer", limits=(-1, 1)),
    "claims",
    title="Highway connections",
    statement="T · J + (1 − T) · I: the gate T opens from 0 to 1, from the identity to a plain network",
    claims=(
        Claim(
            "log10 norm at last",
            lambda t, p: float(t.sequence.series["norm"][-1]),
            _without_gates,
            1e-6,
            "A product of as many Jacobians as there are layers rounds by about n · eps each.",
        ),
        Claim(
            "norm at gate 0",
            lambda t, p: float(10 ** t.sequence.series["norm"][0]),
            1.0,
            1e-12,
            "A shut gate leaves the identity.",
        ),
        Claim("norms beyond bounds", _beyond, 0.0, 0.0, "Norms of products and sums; 1e−9 is left for rounding."),
        Claim(
            "eigenvalues off line",
            _off_the_line,
            0.0,
            1e-6,
            "Eigenvalues of a general matrix move with the root of rounding, at worst.",
        ),
    ),
    poster=0.5,
    fps="10",
    covers=(118,),
)
def highway(
    steps: Annotated[int, Bounds(0, 200)] = 64,
    dim: Annotated[int, Bounds(2, 16)] = 16,
    seed: Seed = 0,
    depth: Annotated[int, Bounds(1, 64)] = 12,
    gain: Annotated[float, Bounds(0.1, 2)] = 0.6,
) -> MatrixSequence:
    """Gradients through a highway network as its transform gates open from 0 to 1, step by step.

    At step t every gate of all layers is t / steps. Eigenvalues of one layer move from 1 straight to those of its
    plain Jacobian. No product runs over the steps, so the factors are the identity.

    Parameters
    ----------
    steps : int
        Number of times the gates are opened a little further.
    depth : int
        Number of layers.
    gain : float
        Weights have the deviation gain / √n.
    """
    parameters = {"dim": dim, "seed": seed, "depth": depth, "gain": gain}
    layer, norms = np.empty((steps + 1, dim, dim)), np.empty(steps + 1)
    start = _highway_start(parameters)
    for step, gate in enumerate(_gates(steps)):
        product = np.eye(dim)
        jacobians = pass_through(_highway(parameters, float(gate)), start)[1]
        for jacobian in jacobians:
            product = jacobian @ product
        layer[step], norms[step] = jacobians[0], _log10_size(product)
    open_wide = np.linalg.eigvals(_highway(parameters, 1.0)[0].jacobian(start))
    eigenvalues = 1 + _gates(steps)[:, None] * (open_wide - 1)
    return repeated(np.eye(dim), steps, {"layer": layer, "norm": norms, "eigenvalues": _points(eigenvalues)})


# ---------------------------------------------------------------- plain deep networks


def _deep_weights(parameters: Mapping[str, Any], steps: int) -> list[FloatArray]:
    maker = he_normal if parameters["activation"] == "ReLU" else glorot_normal
    return [maker(parameters["dim"], [parameters["seed"], 8, layer]) for layer in range(steps)]


def _deep_ends(parameters: Mapping[str, Any]) -> tuple[FloatArray, FloatArray]:
    """Return the input and the target."""
    random = np.random.default_rng([parameters["seed"], 9])
    return random.standard_normal(parameters["dim"]), random.standard_normal(parameters["dim"])


def _loss_gradients(parameters: Mapping[str, Any], steps: int) -> list[FloatArray]:
    """Return the gradient of the loss ``‖h_L − y‖² / 2`` by the state of every layer, by complex steps."""
    activation = ACTIVATIONS[parameters["activation"]]
    weights = _deep_weights(parameters, steps)
    h, target = _deep_ends(parameters)

    gradients = []
    for layer in range(steps + 1):

        def loss(state: Any, after: list[FloatArray] = weights[layer:]) -> Any:
            for matrix in after:
                state = activation.function(matrix @ state)
            return np.array([((state - target) ** 2).sum() / 2])

        gradients.append(complex_step_jacobian(loss, h)[0])
        h = activation.function(weights[layer] @ h) if layer < steps else h
    return gradients


def _gradient_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how far the gradient by the input is from that by complex steps, relative to its length."""
    true = _loss_gradients(parameters, trajectory.steps)[0]
    mantissa, exponent = trajectory.product(trajectory.steps)
    found = np.ldexp(mantissa @ trajectory.sequence.series["last gradient"][0], exponent)
    return float(np.linalg.norm(found - true) / max(float(np.linalg.norm(true)), 1e-300))


def _true_ratio(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    gradients = _loss_gradients(parameters, trajectory.steps)
    return float(np.log10(np.linalg.norm(gradients[0]) / np.linalg.norm(gradients[-1])))


@scene(
    show("bars", of="bars", heading="gradient by layer", scale="log10", reference="by complex steps"),
    show("series", of="log10_singular_values", heading="singular values of the product"),
    "scaled_matrix",
    "claims",
    title="Gradients layer by layer",
    statement="backpropagation multiplies one Jacobian a layer: the first layers (left) are told least",
    claims=(
        Claim(
            "log10 of first / last",
            lambda t, p: float(t.sequence.series["bars"][-1, 0]),
            _true_ratio,
            1e-6,
            "A product of L Jacobians rounds by about n · eps each.",
        ),
        Claim(
            "gradient error",
            _gradient_error,
            0.0,
            1e-6,
            "A product of L Jacobians rounds by about n · eps each, far less than what finite differences can tell.",
        ),
    ),
    poster=1.0,
    fps="5",
    covers=(47, 48, 115),
)
def layer_gradients(
    steps: Annotated[int, Bounds(0, 64)] = 24,
    dim: Annotated[int, Bounds(2, 32)] = 16,
    seed: Seed = 0,
    activation: Annotated[str, Choices(("sigmoid", "tanh", "ReLU"))] = "sigmoid",
) -> MatrixSequence:
    """Gradients of a deep network by the states of its layers, taken back from the last one to the input.

    Bars are relative to the last layer; marks across them are derivatives by complex steps, which use no Jacobian.
    The product is ``J_lᵀ … J_Lᵀ``, by which the gradient at the end is multiplied.

    Parameters
    ----------
    steps : int
        Number of layers.
    activation : str
        What follows the weights: sigmoid or tanh with Glorot's initialisation, ReLU with He's.
    """
    parameters = {"dim": dim, "seed": seed, "activation": activation}
    function = ACTIVATIONS[activation]
    h, target = _deep_ends(parameters)
    factors = np.empty((steps, dim, dim))
    for layer, matrix in enumerate(_deep_weights(parameters, steps)):
        inside = matrix @ h
        factors[steps - 1 - layer] = (function.slope(inside)[:, None] * matrix).T
        h = function.function(inside)
    gradients = [h - target]
    for factor in factors:
        gradients.append(factor @ gradients[-1])
    sizes = np.log10(np.linalg.norm(gradients, axis=1) / np.linalg.norm(gradients[0]))
    reached = np.arange(steps + 1) <= np.arange(steps + 1)[:, None]
    true = np.log10([np.linalg.norm(g) for g in _loss_gradients(parameters, steps)][::-1])
    # From left to right the layers, from the first to the last; those not reached have no bar and no mark.
    series = {
        "bars": np.where(reached, sizes, 0.0)[:, ::-1],
        "by complex steps": np.where(reached, true - true[0], np.nan)[:, ::-1],
        "last gradient": np.tile(gradients[0], (steps + 1, 1)),
    }
    return MatrixSequence(factors, series=series)
