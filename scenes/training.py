"""What initial weights, learning rates and decay do to training."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import numpy as np

from scenes._matrices import gaussian_matrix, haar_orthogonal, with_spectral_radius
from scenes._scene import Bounds, Claim, Seed, scene, show
from scenes._sequence import FloatArray, MatrixSequence

_DEPTHS = (2, 4, 8, 16, 32, 64)


def chain_gradients(layers: FloatArray, error: FloatArray) -> FloatArray:
    """Return gradients of ``f(W_L … W_1)`` by every layer, where `error` is the gradient of f by the product.

    ``∂f/∂W_l = (W_L … W_{l+1})ᵀ E (W_{l−1} … W_1)ᵀ``, shape (L, n, n).
    """
    below = np.empty_like(layers)
    below[0] = np.eye(layers.shape[1])
    for place in range(1, len(layers)):
        below[place] = layers[place - 1] @ below[place - 1]
    gradients, above = np.empty_like(layers), error
    for place in range(len(layers) - 1, -1, -1):
        gradients[place] = above @ below[place].T
        above = layers[place].T @ above
    return gradients


def _product(layers: FloatArray) -> FloatArray:
    product = np.eye(layers.shape[1])
    for weights in layers:
        product = weights @ product
    return product


def _aligned(layers: FloatArray, left: FloatArray, right: FloatArray) -> FloatArray:
    """Return layers whose outer ones are turned so that the product has these singular vectors."""
    u, _, vt = np.linalg.svd(_product(layers))
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
        error = _product(layers) - teacher
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


def _decoupled(depth: int, strengths: FloatArray, rate: float, steps: int, parts: int = 1) -> FloatArray:
    """Return the loss where every singular value is on its own: ``a ← a − η/L · a^(L−1) (a^L − s)``, from a = 1.

    A. M. Saxe, J. L. McClelland, S. Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear
    neural networks", ICLR 2014. With many `parts` a step it is their gradient flow.
    """
    root = np.ones_like(strengths)
    losses = np.empty(steps + 1)
    for step in range(steps + 1):
        losses[step] = ((root**depth - strengths) ** 2).sum() / 2
        for _ in range(parts):
            root = root - rate / parts / depth * root ** (depth - 1) * (root**depth - strengths)
    return losses


def _seen_epochs(place: int) -> Callable[[Any, Mapping[str, Any]], float]:
    return lambda trajectory, parameters: float(_epochs(trajectory.sequence.series["orthogonal losses"][:, place]))


def _predicted_epochs(place: int) -> Callable[[Any, Mapping[str, Any]], float]:
    def expected(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        strengths = _strengths(parameters["dim"])
        return _epochs(_decoupled(_DEPTHS[place], strengths, parameters["rate"], trajectory.steps))

    return expected


def _ratio(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return _seen_epochs(-1)(trajectory, parameters) / _seen_epochs(0)(trajectory, parameters)


def _flow_epochs(depth: int, steps: int, parameters: Mapping[str, Any]) -> float:
    parts = 16
    fine = _decoupled(depth, _strengths(parameters["dim"]), parameters["rate"] / parts, steps * parts)
    return _epochs(fine) / parts


def _flow_ratio(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    deep, shallow = (_flow_epochs(depth, trajectory.steps, parameters) for depth in (_DEPTHS[-1], _DEPTHS[0]))
    return float(deep / shallow)


def _ratio_tolerance(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    # Both counts are rounded up. A step of size η s² departs from the flow by about half of itself, 2η, but in both
    # counts alike, so that of their ratio less than half of that is left.
    return float(2 / _flow_epochs(_DEPTHS[0], trajectory.steps, parameters) + parameters["rate"])


def _mode_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    series = trajectory.sequence.series
    return float(np.abs(series["modes"] - series["exact modes"]).max())


def _mode_tolerance(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return what steps of size h = η s lag behind a logistic curve, ``ln(s / s₀) / 4`` steps of it, doubled."""
    strongest = _MODES[0]
    return float(strongest * parameters["rate"] * strongest * np.log(strongest / _SEED_STRENGTH) / 8)


_MODES = np.array([3.0, 2.0, 1.0])
_SEED_STRENGTH = 0.01


def _mode_curves(rate: float, steps: int, seed: int) -> dict[str, FloatArray]:
    """Return singular values of a two-layer net learnt from small weights, and the exact curves.

    ``s(t) = s / (1 + (s / s₀ − 1) exp(−η s t))`` for gradient flow.
    """
    n = len(_MODES)
    left, middle, right = (haar_orthogonal(n, [seed, 5, place]) for place in range(3))
    layers = np.sqrt(_SEED_STRENGTH) * np.stack([middle @ right.T, left @ middle.T])
    teacher = (left * _MODES) @ right.T
    modes = np.empty((steps + 1, n))
    for step in range(steps + 1):
        product = _product(layers)
        modes[step] = np.diagonal(left.T @ product @ right)
        layers = layers - rate / 2 * chain_gradients(layers, product - teacher)
    t = np.arange(steps + 1)[:, None]
    return {"modes": modes, "exact modes": _MODES / (1 + (_MODES / _SEED_STRENGTH - 1) * np.exp(-rate * _MODES * t))}


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
    claims=(
        Claim("epochs, 2 layers", _seen_epochs(0), _predicted_epochs(0), 1.0, "Rounding may move a count by 1."),
        Claim("epochs, 64 layers", _seen_epochs(-1), _predicted_epochs(-1), 1.0, "Rounding may move a count by 1."),
        Claim(
            "ratio 64 to 2 layers",
            _ratio,
            _flow_ratio,
            _ratio_tolerance,
            "Counts are whole numbers, and steps depart from the gradient's flow by half their size, in both alike.",
        ),
        Claim(
            "modes − exact",
            _mode_error,
            0.0,
            _mode_tolerance,
            "Euler's steps lag behind a logistic curve by a quarter of ln(s / s₀) steps; doubled.",
        ),
    ),
    poster=1.0,
    fps="12.5",
    covers=(37,),
)
def learning_time(
    steps: Annotated[int, Bounds(100, 300)] = 100,
    dim: Annotated[int, Bounds(2, 24)] = 16,
    seed: Seed = 0,
    rate: Annotated[float, Bounds(0.02, 0.1)] = 0.05,
) -> MatrixSequence:
    """Training of deep linear nets on whitened inputs, from orthogonal and from Gaussian layers.

    The rate of every layer is the given one divided by the number of layers, as in Saxe et al.: the product then
    moves equally fast at any depth. The outer layers are turned so that the product begins with the teacher's
    singular vectors ("decoupled initial conditions"). Learnt is what has a hundredth of the first loss: only then a
    net gets its bar or mark, and Gaussian nets of many layers get none.

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
    for place, (name, make) in enumerate(makers.items()):
        losses = []
        for depth in _DEPTHS:
            layers = np.stack([make([seed, 2 + place, depth, layer]) for layer in range(depth)])
            losses.append(_learning_curve(_aligned(layers, left, right), teacher, rate, steps))
        series[f"{name} losses"] = np.stack(losses, axis=1)
        # What is below this is rounding.
        series[name] = np.log10(np.maximum(series[f"{name} losses"] / series[f"{name} losses"][0], 1e-6))
        needed = np.array([_epochs(loss) for loss in losses])
        # How long it takes is not known before it is over, and of some nets not at all.
        series[f"{name} epochs"] = np.where(needed <= epochs, needed, np.nan)
    return MatrixSequence(np.broadcast_to(np.eye(dim), (steps, dim, dim)), series=series)


_GAINS = np.geomspace(0.5, 2, 9)
# Places among the gains whose curves are drawn.
_SHOWN = {"0.7": 2, "1": 4, "2": 8}
_COSINE = 0.9
_NETS = 64


def _mean_field(gain: float, steps: int) -> FloatArray:
    """Return log10 of the root mean square entry of ``√n ∂h_t/∂h_0`` for wide tanh layers without bias.

    The variance follows ``q ← E tanh²(g √q z)``, and a Jacobian multiplies by ``g √(E tanh′²(g √q z))`` (B. Poole et
    al., "Exponential expressivity in deep neural networks through transient chaos", NeurIPS 2016).
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(101)
    weights = weights / weights.sum()
    variance, growth = 1.0, np.zeros(steps + 1)
    for step in range(steps):
        value = np.tanh(gain * np.sqrt(variance) * nodes)
        growth[step + 1] = growth[step] + np.log10(gain * np.sqrt(weights @ (1 - value**2) ** 2))
        variance = float(weights @ value**2)
    return growth


def _mean_field_cosine(gain: float, steps: int) -> float:
    """Return the cosine of two inputs behind so many wide tanh layers, which began with the scene's.

    ``c ← E tanh(g √q z) tanh(g √q (c z + √(1 − c²) z′)) / E tanh²(g √q z)``, from the same source.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(101)
    weights = weights / weights.sum()
    variance, cosine = 1.0, _COSINE
    for _ in range(steps):
        summed = gain * np.sqrt(variance) * nodes
        other = cosine * summed[:, None] + np.sqrt(1 - cosine**2) * summed
        variance = float(weights @ np.tanh(summed) ** 2)
        cosine = float((weights * np.tanh(summed)) @ np.tanh(other) @ weights) / variance
    return cosine


def _last_cosine(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.sequence.series["cosine 2"][-1])


def _expected_cosine(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return _mean_field_cosine(float(_GAINS[_SHOWN["2"]]), trajectory.steps)


def _cosine_deviation(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return five deviations of the mean of cosines of random vectors, and what finite width shifts it by."""
    n = parameters["dim"]
    return float(5 * np.sqrt(2 / (n * _NETS)) + 5 / n)


def _gradient_slope(place: int) -> Callable[[Any, Mapping[str, Any]], float]:
    def measured(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return float(trajectory.sequence.series["growth"][-1, place] / max(trajectory.steps, 1))

    return measured


def _predicted_slope(place: int) -> Callable[[Any, Mapping[str, Any]], float]:
    def expected(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return float(_mean_field(_GAINS[place], trajectory.steps)[-1] / max(trajectory.steps, 1))

    return expected


def _width_deviation(place: int) -> Callable[[Any, Mapping[str, Any]], float]:
    """Return five deviations of the mean over the nets, and by how much a mean of logarithms is below a log of means.

    A layer moves the log of a squared length with a variance of 2 / n as it is linear; its slopes, which stray with
    the state, add at most g² times as much.
    """

    def tolerance(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        variance = 2 * (1 + _GAINS[place] ** 2) * trajectory.steps / trajectory.dim
        return float((5 * np.sqrt(variance / _NETS) + variance / 2) / 2 / np.log(10) / max(trajectory.steps, 1))

    return tolerance


@scene(
    show(
        "bars",
        of="growth",
        reference="mean field",
        heading="gradient, by gain of the weights",
        scale="log10",
        labels=tuple({0: "0.5", 4: "1", 8: "2"}.get(place, "") for place in range(9)),
    ),
    show("series", of={name: f"gradient {name}" for name in _SHOWN}, heading="gradient"),
    show("series", of={name: f"cosine {name}" for name in _SHOWN}, heading="cosine", scale="linear", limits=(-0.5, 1)),
    "claims",
    title="The edge of chaos",
    statement="deep tanh nets: below gain 1 gradients vanish; above, they explode and like inputs part",
    claims=(
        *(
            Claim(
                f"decades/layer, g = {name}",
                _gradient_slope(place),
                _predicted_slope(place),
                _width_deviation(place),
                "Five deviations of the mean of 64 nets with a variance of 2 (1 + g²) / n a layer, and half of that.",
            )
            for name, place in _SHOWN.items()
        ),
        Claim(
            "cosine at last, g = 2",
            _last_cosine,
            _expected_cosine,
            _cosine_deviation,
            "Five deviations of the mean of 64 cosines of random vectors, and a shift by width of 5 / n.",
        ),
    ),
    poster=1.0,
    fps="6.25",
    covers=(38,),
)
def edge_of_chaos(
    steps: Annotated[int, Bounds(0, 64)] = 50,
    dim: Annotated[int, Bounds(50, 100)] = 100,
    seed: Seed = 0,
) -> MatrixSequence:
    """Gradients of deep tanh nets for gains from 0.5 to 2, and the likeness of two inputs behind their layers.

    Weights have the variance ``g² / n``, and there is no bias. A gradient is what becomes of a random direction's
    length, as the mean of its logarithm over 64 nets; marks are what mean-field theory says of it. The factors are
    the first net's Jacobians at gain 1.
    """
    rng = np.random.default_rng([seed, 0])
    starts = np.linalg.qr(rng.standard_normal((_NETS, dim, 3)))[0]
    first, second = starts[:, :, 0], _COSINE * starts[:, :, 0] + np.sqrt(1 - _COSINE**2) * starts[:, :, 1]
    # Two states and a direction of every net and gain, shape (nets, n, gains, 3).
    carried = np.stack([first * np.sqrt(dim), second * np.sqrt(dim), starts[:, :, 2]], axis=2)
    carried = np.repeat(carried[:, :, None], len(_GAINS), axis=2)
    growth, cosines = np.zeros((steps + 1, len(_GAINS))), np.full((steps + 1, len(_GAINS)), _COSINE)
    factors = np.empty((steps, dim, dim))
    for step in range(steps):
        weights = rng.standard_normal((_NETS, dim, dim)) / np.sqrt(dim)
        carried = (weights @ carried.reshape(_NETS, dim, -1)).reshape(carried.shape) * _GAINS[:, None]
        carried[..., :2] = np.tanh(carried[..., :2])
        slopes = 1 - carried[..., 0] ** 2
        carried[..., 2] *= slopes
        factors[step] = slopes[0, :, _SHOWN["1"], None] * weights[0]
        lengths = np.linalg.norm(carried, axis=1)
        growth[step + 1] = np.log10(lengths[..., 2]).mean(axis=0)
        products = (carried[..., 0] * carried[..., 1]).sum(axis=1)
        cosines[step + 1] = (products / lengths[..., 0] / lengths[..., 1]).mean(axis=0)
    series = {"growth": growth, "mean field": np.stack([_mean_field(gain, steps) for gain in _GAINS], axis=1)}
    for name, place in _SHOWN.items():
        series |= {f"gradient {name}": growth[:, place], f"cosine {name}": cosines[:, place]}
    return MatrixSequence(factors, series=series)


_TRAININGS = {"vanishing": 0.7, "orthogonal": 1.0, "exploding": 2.0}
_TIMES, _EXAMPLES, _MEMORY_RATE, _UPDATES = 30, 16, 0.04, 3


def _memory_task(dim: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return first states, shape (examples, n), and what the last ones shall be: half the first, turned."""
    rng = np.random.default_rng([seed, 0])
    start = 0.2 * rng.standard_normal((_EXAMPLES, dim))
    return start, 0.5 * start @ haar_orthogonal(dim, [seed, 1]).T


def memory_gradient(weights: Any, start: FloatArray, wanted: FloatArray) -> tuple[Any, Any]:
    """Return the mean squared error of ``h_T`` for ``h_t = tanh(W h_{t−1})``, halved, and its gradient by W."""
    states = [start]
    for _ in range(_TIMES):
        states.append(np.tanh(states[-1] @ weights.T))
    error = states[-1] - wanted
    back, gradient = error / len(start), np.zeros_like(weights)
    for before, after in zip(states[-2::-1], states[:0:-1], strict=True):
        local = back * (1 - after**2)
        gradient = gradient + local.T @ before
        back = local @ weights
    return (error**2).sum() / 2 / len(start), gradient


def _last_loss(name: str) -> Callable[[Any, Mapping[str, Any]], float]:
    return lambda trajectory, parameters: float(trajectory.sequence.series[f"{name} loss"][-1])


def _largest_update(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how many decades the exploding network's largest update is beyond the orthogonal one's."""
    series = trajectory.sequence.series
    return float(series["exploding"].max() - series["orthogonal"].max())


def _first_ratio(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(10 ** trajectory.sequence.series["orthogonal"][0])


def _stepped_ratio(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the same from the loss's derivative by complex step along the gradient, which is the gradient's norm."""
    dim, seed = parameters["dim"], parameters["seed"]
    start, wanted = _memory_task(dim, seed)
    weights = _recurrent("orthogonal", dim, seed)
    gradient = memory_gradient(weights, start, wanted)[1]
    direction = gradient / np.linalg.norm(gradient)
    moved = memory_gradient(weights + 1e-30j * direction, start, wanted)[0]
    return float(_MEMORY_RATE * abs(moved.imag) / 1e-30 / np.linalg.norm(weights))


def _recurrent(name: str, dim: int, seed: int) -> FloatArray:
    return _TRAININGS[name] * haar_orthogonal(dim, [seed, 2])


@scene(
    show("series", of={name: name for name in _TRAININGS}, heading="update / W", limits=(-9, 2)),
    show("series", of={name: f"{name} loss" for name in _TRAININGS}, heading="loss", scale="linear", limits=(0, 2)),
    show("points", of={f"{g:g}": f"{name} eigenvalues" for name, g in _TRAININGS.items()}, heading="W", reach=2.5),
    "claims",
    title="Two ways to fail at training",
    statement="thirty steps back in time: a vanished gradient moves nothing, an exploded one leaps about",
    claims=(
        Claim(
            "loss, vanishing",
            _last_loss("vanishing"),
            1.0,
            1e-3,
            "Its last state is at most 0.7³⁰ = 2e-5 of the first, and its updates are about as small.",
        ),
        Claim(
            "loss, orthogonal",
            _last_loss("orthogonal"),
            0.35,
            0.3,
            "Learnt is what has lost a third of its first loss at least; in 120 updates it cannot lose all.",
        ),
        Claim(
            "largest leap, decades",
            _largest_update,
            4.0,
            3.8,
            "Beyond the largest update of the orthogonal network, by a factor of 1.6 at least: chaos decides how far.",
        ),
        Claim(
            "first step, orthogonal",
            _first_ratio,
            _stepped_ratio,
            1e-8,
            "The derivative along the gradient, by complex step.",
        ),
    ),
    poster=1.0,
    fps="12.5",
    covers=(34,),
)
def two_trainings(
    steps: Annotated[int, Bounds(60, 200)] = 120,
    dim: Annotated[int, Bounds(8, 32)] = 8,
    seed: Seed = 0,
) -> MatrixSequence:
    """Gradient descent on recurrent tanh networks that shall turn their first state, thirty steps later.

    Losses are relative to the first. Their matrices begin as 0.7, 1 and 2 times the same orthogonal one.

    Parameters
    ----------
    steps : int
        Number of steps shown, of three updates each.
    """
    start, wanted = _memory_task(dim, seed)
    series: dict[str, FloatArray] = {}
    for name in _TRAININGS:
        weights = _recurrent(name, dim, seed)
        ratios, losses, spectra = np.empty(steps + 1), np.empty(steps + 1), np.empty((steps + 1, dim, 2))
        for step in range(steps + 1):
            losses[step], gradient = memory_gradient(weights, start, wanted)
            ratios[step] = _MEMORY_RATE * np.linalg.norm(gradient) / np.linalg.norm(weights)
            values = np.linalg.eigvals(weights)
            spectra[step] = np.stack([values.real, values.imag], axis=1)
            weights = weights - _MEMORY_RATE * gradient
            for _ in range(_UPDATES - 1):
                weights = weights - _MEMORY_RATE * memory_gradient(weights, start, wanted)[1]
        # Where tanh saturates to the last bit, no gradient is left.
        ratios = np.log10(np.maximum(ratios, 1e-300))
        series |= {name: ratios, f"{name} loss": losses / losses[0], f"{name} eigenvalues": spectra}
    return MatrixSequence(np.broadcast_to(np.eye(dim), (steps, dim, dim)), series=series)


def _regression(dim: int, seed: int, radius: float) -> tuple[FloatArray, FloatArray]:
    """Return a recurrence to be learnt, of that spectral radius, and the covariance of the states it is shown."""
    truth = with_spectral_radius(gaussian_matrix(dim, [seed, 0]), radius)
    states = np.random.default_rng([seed, 1]).standard_normal((8 * dim, dim))
    return truth, states.T @ states / len(states)


def _radii(weights: FloatArray) -> FloatArray:
    return np.asarray(np.abs(np.linalg.eigvals(weights)).max(axis=-1))


def _decayed_radius(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.sequence.series["decay alone"][-1])


def _exact_decay(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    first = _radii(trajectory.sequence.initial)
    return float(first * (1 - parameters["rate"] * parameters["decay"]) ** trajectory.steps)


def _decay_rounding(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    vectors = np.linalg.eig(trajectory.sequence.initial)[1]
    return float(1e-14 * (trajectory.steps + trajectory.dim) * np.linalg.cond(vectors))


def _distance_to_ridge(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.sequence.series["distance"][-1])


def _exact_distance(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return what is left of the way to ``W* C (C + λI)⁻¹``, ridge regression, along the covariance's axes."""
    truth, covariance = _regression(parameters["dim"], parameters["seed"], parameters["true_radius"])
    sizes, axes = np.linalg.eigh(covariance)
    ridge = (truth @ axes * (sizes / (sizes + parameters["decay"]))) @ axes.T
    left = (1 - parameters["rate"] * (sizes + parameters["decay"])) ** trajectory.steps
    return float(np.linalg.norm((trajectory.sequence.initial - ridge) @ axes * left))


@scene(
    show(
        "points", of={"data, decay": "both eigenvalues", "data": "data eigenvalues"}, heading="eigenvalues", reach=1.6
    ),
    show(
        "series",
        of={"data, decay": "data and decay", "data": "data alone", "decay": "decay alone"},
        heading="spectral radius",
        scale="linear",
        marks={"": 1.0},
    ),
    show("heatmap", of="weights", heading="W, data and decay", limits=(-1, 1)),
    "claims",
    title="Weight decay",
    statement="decay alone shrinks weights by (1 − ηλ) a step; beside data it leads to ridge regression",
    claims=(
        Claim(
            "ρ with decay alone",
            _decayed_radius,
            _exact_decay,
            _decay_rounding,
            "T roundings by eps, enlarged by the condition of the eigenvectors.",
        ),
        Claim(
            "‖W − ridge‖ at last",
            _distance_to_ridge,
            _exact_distance,
            1e-9,
            "Sums of a few dozen numbers of size 1, over some hundred steps that contract.",
        ),
    ),
    poster=1.0,
    fps="10",
    covers=(70,),
)
def weight_decay(
    steps: Annotated[int, Bounds(0, 300)] = 80,
    dim: Annotated[int, Bounds(2, 16)] = 8,
    seed: Seed = 0,
    rate: Annotated[float, Bounds(0.001, 0.2)] = 0.05,
    decay: Annotated[float, Bounds(0.01, 1)] = 0.4,
    true_radius: Annotated[float, Bounds(0.1, 1.5)] = 1.2,
) -> MatrixSequence:
    """Gradient descent with weight decay on a linear recurrence, learnt from pairs of states.

    What has to be learnt has by default a spectral radius above 1, and ridge regression's weights, where decay
    leads to, one below. The factors are the decay alone, ``(1 − ηλ) I``, so the product is the first matrix on its
    way to zero.

    Parameters
    ----------
    rate : float
        Learning rate η.
    decay : float
        Weight decay λ.
    true_radius : float
        Spectral radius of the recurrence that the data come from.
    """
    truth, covariance = _regression(dim, seed, true_radius)
    first = with_spectral_radius(gaussian_matrix(dim, [seed, 2]), 1.4)
    runs = {}
    for name, use, shrink in (("both", 1.0, decay), ("data", 1.0, 0.0), ("decay", 0.0, decay)):
        weights = np.empty((steps + 1, dim, dim))
        weights[0] = first
        for step in range(steps):
            gradient = use * (weights[step] - truth) @ covariance + shrink * weights[step]
            weights[step + 1] = weights[step] - rate * gradient
        runs[name] = weights
    ridge = truth @ covariance @ np.linalg.inv(covariance + decay * np.eye(dim))
    series = {
        "data and decay": _radii(runs["both"]),
        "data alone": _radii(runs["data"]),
        "decay alone": _radii(runs["decay"]),
        "weights": runs["both"],
        "distance": np.linalg.norm(runs["both"] - ridge, axis=(1, 2)),
    }
    for name in ("both", "data"):
        values = np.linalg.eigvals(runs[name])
        series[f"{name} eigenvalues"] = np.stack([values.real, values.imag], axis=2)
    shrinking = np.eye(dim) * (1 - rate * decay)
    return MatrixSequence(np.broadcast_to(shrinking, (steps, dim, dim)), initial=first, series=series)


_LAYERS = 8
_RULES = ("one rate", "LARS")


def _layer_scales(spread: float) -> FloatArray:
    """Return the scales of the layers, whose product is 1."""
    return np.asarray(spread ** np.linspace(-1, 1, _LAYERS))


def _scaled_layers(dim: int, seed: int, spread: float) -> FloatArray:
    layers = np.stack([haar_orthogonal(dim, [seed, 0, layer]) for layer in range(_LAYERS)])
    return layers * _layer_scales(spread)[:, None, None]


def _teacher(dim: int, seed: int) -> FloatArray:
    """Return what is to be learnt: near to what the net is at first, so that neither rule has to go through zero."""
    noise = gaussian_matrix(dim, [seed, 1])
    return _product(_scaled_layers(dim, seed, 1.0)) @ (np.eye(dim) + 0.5 * noise)


def _sizes(layers: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.norm(layers, axis=(1, 2)))


def _trust_ratio(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(10 ** trajectory.sequence.series["trust"][0, 0])


def _exact_trust_ratio(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return ``‖w‖ / ‖g‖ = (g₁ √n) / (‖E‖ / g₁)`` of the first layer, where the product of all scales g is 1."""
    dim, seed = parameters["dim"], parameters["seed"]
    # The error of an orthogonal net Q whose teacher is Q (I + N / 2).
    error = 0.5 * np.linalg.norm(gaussian_matrix(dim, [seed, 1]))
    return float(_layer_scales(parameters["spread"])[0] ** 2 * np.sqrt(dim) / error)


def _trust_rounding(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return 1e-11 * _exact_trust_ratio(trajectory, parameters)


def _unevenness(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    updates = trajectory.sequence.series["updates"][0]
    return float(updates.max() / updates.min())


def _exact_unevenness(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(parameters["spread"] ** 4)


def _unevenness_rounding(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return 1e-11 * _exact_unevenness(trajectory, parameters)


def _departure(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how far any layer's update is from its share of the weights, relative."""
    updates = trajectory.sequence.series["updates"]
    schedule = _schedule(trajectory.steps, parameters["rate"])
    return float(np.abs(updates / schedule[:, None] - 1).max())


def _schedule(steps: int, rate: float) -> FloatArray:
    """Return the rates of LARS by step, falling like a square towards zero."""
    return np.asarray(rate * (1 - np.arange(steps + 1) / (steps + 1)) ** 2)


@scene(
    show("bars", of="updates", heading="", labels=tuple(map(str, range(1, _LAYERS + 1)))),
    show("series", of="loss", heading="loss"),
    title="A rate for every layer",
    statement="‖update‖ / ‖weights‖ by layer: one rate starves the last layers, LARS moves all alike",
    claims=(
        Claim(
            "largest / smallest",
            _unevenness,
            _exact_unevenness,
            _unevenness_rounding,
            "Products of eight scaled orthogonal matrices round by about 1e-14.",
            "one rate",
        ),
        Claim(
            "relative departure",
            _departure,
            0.0,
            1e-12,
            "A norm and a quotient round by a few eps.",
            "LARS",
        ),
        Claim(
            "trust ratio, layer 1",
            _trust_ratio,
            _exact_trust_ratio,
            _trust_rounding,
            "Products of eight scaled orthogonal matrices round by about 1e-14.",
            "LARS",
        ),
    ),
    poster=0.5,
    fps="10",
    covers=(74,),
)
def layerwise_rates(
    steps: Annotated[int, Bounds(0, 300)] = 60,
    dim: Annotated[int, Bounds(2, 32)] = 12,
    seed: Seed = 0,
    spread: Annotated[float, Bounds(1, 10)] = 3.0,
    rate: Annotated[float, Bounds(0.001, 0.1)] = 0.01,
) -> dict[str, MatrixSequence]:
    """Training of a deep linear net whose layers differ in scale, with one rate and with layer-wise ones.

    LARS moves each layer by a share of its norm: ``Δw = −η ‖w‖ / ‖g‖ · g``, with η falling like a square (Y. You,
    I. Gitman, B. Ginsburg, "Large batch training of convolutional networks", arXiv:1708.03888, 2017; without
    momentum and weight decay). The one rate is such that its most mobile layer begins with that share.

    Parameters
    ----------
    spread : float
        The last layer's scale; that of the first is its inverse.
    rate : float
        Share of its norm that a layer is moved by.
    """
    teacher = _teacher(dim, seed)
    columns = {}
    for rule in _RULES:
        layers, single = _scaled_layers(dim, seed, spread), 0.0
        series = {"updates": np.empty((steps + 1, _LAYERS)), "trust": np.empty((steps + 1, _LAYERS))}
        losses = np.empty(steps + 1)
        for step, share in enumerate(_schedule(steps, rate)):
            error = _product(layers) - teacher
            gradients = chain_gradients(layers, error)
            trust = _sizes(layers) / _sizes(gradients)
            single = single or rate * float(trust.min())
            rates = share * trust if rule == "LARS" else np.full(_LAYERS, single)
            losses[step] = np.log10((error**2).sum() / 2)
            series["trust"][step] = np.log10(trust)
            series["updates"][step] = rates / trust
            layers = layers - rates[:, None, None] * gradients
        identity = np.broadcast_to(np.eye(dim), (steps, dim, dim))
        columns[rule] = MatrixSequence(identity, series=series | {"loss": losses})
    return columns
