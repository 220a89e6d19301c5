"""Gradients through time: products of Jacobians, their bounds, and what is lost on the way."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np

from scenes._activations import ACTIVATIONS
from scenes._matrices import gaussian_matrix, haar_orthogonal, random_unit_vector
from scenes._networks import RNN, Run
from scenes._scene import Bounds, Choices, Claim, Seed, scene, show
from scenes._sequence import FloatArray, MatrixSequence, repeated

_ROUNDING = "Both are products of the same numbers, rounded in another order."
_COMPLEX_STEP = "The derivative by complex step rounds, but takes no differences."


def _noise(steps: int, width: int, seed: int, scale: float) -> FloatArray:
    return np.random.default_rng([seed, 7]).standard_normal((steps, width)) * scale


def _backward_factors(run: Run) -> FloatArray:
    """Return the transposed Jacobians, last step first: their product carries a gradient back in time."""
    return np.asarray(np.swapaxes(run.jacobians, 1, 2)[::-1])


# --- The bound ---------------------------------------------------------------------------------------------


def _with_norm(dim: int, seed: int, norm: float) -> FloatArray:
    """Return a Gaussian matrix scaled to a largest singular value."""
    matrix = gaussian_matrix(dim, [seed, 0])
    return np.asarray(matrix * (norm / np.linalg.norm(matrix, 2)))


def _driven(steps: int, dim: int, seed: int, activation: str, largest_singular_value: float) -> Run:
    """Return the run of a network of a given ‖W‖₂ that is driven by noise."""
    kind = ACTIVATIONS[activation]
    network = RNN(_with_norm(dim, seed, largest_singular_value), np.eye(dim), np.zeros(dim), kind)
    return network.run(_noise(steps, dim, seed, 0.5))


def _running(log10: FloatArray) -> FloatArray:
    """Return the running sums, from 0."""
    return np.concatenate([[0.0], np.cumsum(log10)])


def _gathered(run: Run) -> FloatArray:
    """Return log10 of ``‖Wᵗ ∏ diag(φ′)‖``, all diagonals gathered on one side, which is not the product."""
    found, power, size = [0.0], np.eye(len(run.network.bias)), 0.0
    with np.errstate(divide="ignore"):
        logs = np.cumsum(np.log10(run.slopes), axis=0)
    for log in logs:
        power = run.network.recurrent @ power
        largest = np.abs(power).max()
        power, size = power / largest, size + np.log10(largest)
        found.append(size + log.max() + np.log10(np.linalg.norm(power * 10 ** (log - log.max()), 2)))
    return np.array(found)


def _above_bound(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return at how many steps the product's norm is larger than either bound."""
    series, norm = trajectory.sequence.series, trajectory.log10_spectral_norm
    return float(sum(np.count_nonzero(norm > series[name] + 1e-9) for name in ("bound", "worst bound")))


def _threshold(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return 1/γ, with γ the largest slope found by complex steps on a grid that has 0 in it."""
    kind = ACTIVATIONS[parameters["activation"]]
    return float(1 / np.max(kind.function(np.linspace(-5, 5, 2_001) + 1e-30j).imag / 1e-30))


def _derivative_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how far the product is from the derivative of the state by the first one, along one direction."""
    steps = min(trajectory.steps, 20)
    run = _driven(**(dict(parameters) | {"steps": steps}))
    direction = random_unit_vector(trajectory.dim, parameters["seed"])
    moved = run.network.run(run.sequence, 1e-30j * direction)
    true = moved.states[-1].imag / 1e-30
    away = np.linalg.norm(trajectory.matrix(steps) @ direction - true)
    return float(away / (np.linalg.norm(true) or 1.0))


@scene(
    show(
        "series",
        of={
            "measured": "log10_spectral_norm",
            "∏ ‖Jacobian‖": "bound",
            "(γ ‖W‖)ᵗ": "worst bound",
            "‖Wᵗ ∏ φ′‖": "gathered",
        },
        heading="‖∂h(t) / ∂h(0)‖",
    ),
    show("series", of={"‖Jacobian‖": "factor", "max φ′": "slope"}, heading="one step", scale="linear"),
    show("heatmap", of="jacobian", heading="diag(φ′) W"),
    "claims",
    title="A bound for the gradient",
    statement="a product of Jacobians diag(φ′) W is never longer than the product of their norms",
    claims=(
        Claim(
            "steps above the bound", _above_bound, 0.0, 0.0, "The norm of a product is at most the product of norms."
        ),
        Claim(
            "1/γ",
            _threshold,
            lambda trajectory, parameters: {"sigmoid": 4.0}.get(parameters["activation"], 1.0),
            1e-12,
            "The steepest place, 0, is on the grid.",
        ),
        Claim("product − derivative", _derivative_error, 0.0, 1e-10, _COMPLEX_STEP),
    ),
    poster=1.0,
    fps="6.25",
    covers=(100, 101, 102, 103),
)
def jacobian_bound(
    steps: Annotated[int, Bounds(0, 400)] = 50,
    dim: Annotated[int, Bounds(2, 32)] = 16,
    seed: Seed = 0,
    activation: Annotated[str, Choices(("tanh", "sigmoid", "identity"))] = "tanh",
    largest_singular_value: Annotated[float, Bounds(0.1, 10)] = 1.5,
) -> MatrixSequence:
    """Products of a recurrent network's Jacobians, under the bounds that their norms give.

    ``∂h(t)/∂h(0) = D_t W D_{t−1} W … D_1 W`` with ``D = diag(φ′)``, in this order: diagonal matrices do
    not commute with W, so ``Wᵗ ∏ D`` is another matrix, drawn for comparison. With γ the steepest slope,
    ‖W‖ < 1/γ suffices for the gradient to vanish; above that it may explode, or not.
    R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.

    Parameters
    ----------
    dim : int
        Number of hidden units.
    activation : str
        The function φ.
    largest_singular_value : float
        The norm ‖W‖.
    """
    run = _driven(steps, dim, seed, activation, largest_singular_value)
    norm, steepest = np.log10(largest_singular_value), np.log10(run.network.activation.steepest)
    largest = run.slopes.max(axis=1)
    factors = np.linalg.norm(run.jacobians, 2, axis=(1, 2)) if steps else np.zeros(0)
    series = {
        "bound": _running(np.log10(np.maximum(factors, 1e-300))),
        "worst bound": np.arange(steps + 1) * (norm + steepest),
        "gathered": _gathered(run),
        "factor": np.concatenate([[np.nan], factors]),
        "slope": np.concatenate([[np.nan], largest]),
        "jacobian": np.concatenate([run.network.recurrent[None], run.jacobians]),
    }
    return MatrixSequence(run.jacobians, series=series)


# --- The threshold -----------------------------------------------------------------------------------------

_PRODUCT = 60
_WIDEST, _LOWEST, _HIGHEST = 6.0, -1.5, 1.0
_KINDS = ("identity", "tanh", "sigmoid")


def _regions(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return 0 where every activation has to vanish, 1 where the sigmoid has to, 2 where nothing has to."""
    return np.asarray((x >= 1).astype(float) + (x >= 4))


def _decades(norms: FloatArray, dim: int, seed: int, activation: str) -> FloatArray:
    """Return log10 of the norm of a long product of Jacobians, per factor, for networks of all the norms."""
    kind, matrix = ACTIVATIONS[activation], _with_norm(dim, seed, 1.0)
    states, product = np.zeros((len(norms), dim)), np.broadcast_to(np.eye(dim), (len(norms), dim, dim))
    size = np.zeros(len(norms))
    for noise in _noise(_PRODUCT, dim, seed, 0.2):
        summed = norms[:, None] * (states @ matrix.T) + noise
        if activation != "identity":
            states = kind.function(summed)
        product = (kind.slope(summed) * norms[:, None])[:, :, None] * (matrix @ product)
        largest = np.abs(product).max(axis=(1, 2))
        product, size = product / largest[:, None, None], size + np.log10(largest)
    return np.asarray((size + np.log10(np.linalg.norm(product, 2, axis=(1, 2)))) / _PRODUCT)


def _broken(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how often a gradient did not vanish although ‖W‖ was below 1/γ."""
    count = 0
    for name in _KINDS:
        norm, decades = trajectory.sequence.series[name].T
        count += int(np.count_nonzero((norm * ACTIVATIONS[name].steepest < 1 - 1e-9) & (decades >= 0)))
    return float(count)


def _over_bound(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the largest excess of a growth over ``log10(γ ‖W‖)``, 0 where there is none."""
    worst = 0.0
    for name in _KINDS:
        norm, decades = trajectory.sequence.series[name].T
        worst = max(worst, float((decades - np.log10(norm * ACTIVATIONS[name].steepest)).max()))
    return worst


def _crossing(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the norm at which the linear network's gradient keeps its size; its growth is a line in log10 ‖W‖."""
    norm, decades = trajectory.sequence.series["identity"][-1]
    return float(10 ** (np.log10(norm) - decades))


def _departure(parameters: Mapping[str, Any]) -> tuple[float, float]:
    """Return ρ and the condition of the eigenvectors of the matrix of norm 1."""
    values, vectors = np.linalg.eig(_with_norm(parameters["dim"], parameters["seed"], 1.0))
    return float(np.abs(values).max()), float(np.linalg.cond(vectors))


@scene(
    show(
        "path",
        of={name: name for name in _KINDS},
        field=_regions,
        x=(0, _WIDEST),
        y=(_LOWEST, _HIGHEST),
        heading="decades a step, by ‖W‖",
    ),
    show("series", of={name: f"{name} product" for name in _KINDS}, heading="norm of 60 factors"),
    show(
        "readout",
        of={"‖W‖": "norm", "tanh, decades": "tanh decades", "sigmoid, decades": "sigmoid decades"},
        heading="now",
    ),
    "claims",
    title="When gradients must vanish",
    statement="‖W‖ < 1/γ suffices to vanish: 1 for tanh, 4 for the sigmoid; above, it may explode or not",
    claims=(
        Claim("guarantees broken", _broken, 0.0, 0.0, "‖diag(φ′) W‖ ≤ γ ‖W‖ < 1 for every factor."),
        Claim("growth above γ ‖W‖", _over_bound, 0.0, 1e-12, "Sixty sums of logarithms round by eps each."),
        Claim(
            "identity holds at ‖W‖",
            _crossing,
            lambda trajectory, parameters: 1 / _departure(parameters)[0],
            lambda trajectory, parameters: (
                (1 - _departure(parameters)[1] ** (-1 / _PRODUCT)) / _departure(parameters)[0] + 1e-9
            ),
            "‖Wᵗ‖ lies between ρᵗ and ρᵗ times the condition of the eigenvectors.",
        ),
    ),
    poster=1.0,
    fps="12.5",
    covers=(103,),
)
def vanishing_threshold(
    steps: Annotated[int, Bounds(0, 400)] = 119,
    dim: Annotated[int, Bounds(2, 16)] = 12,
    seed: Seed = 0,
) -> MatrixSequence:
    """Growth of a product of 60 Jacobians as ‖W‖ goes from 0 to 6, for three activations.

    The largest singular value gives a guarantee on one side only. In the linear network the spectral
    radius decides, which is smaller; where tanh saturates, its slopes hold the growth back.

    Parameters
    ----------
    steps : int
        Number of norms tried.
    dim : int
        Number of hidden units.
    """
    norms = _WIDEST * np.arange(1, steps + 2) / (steps + 1)
    series: dict[str, FloatArray] = {"norm": norms}
    for name in _KINDS:
        decades = _decades(norms, dim, seed, name)
        series |= {
            name: np.column_stack([norms, decades]),
            f"{name} decades": decades,
            f"{name} product": decades * _PRODUCT,
        }
    return repeated(np.eye(1), steps, series)


# --- Terms by distance -------------------------------------------------------------------------------------


def _listener(steps: int, dim: int, seed: int, retention: float) -> tuple[Run, FloatArray]:
    """Return the run of a tanh network on noise, and the weights c of the loss ``c · h(T)``."""
    recurrent = retention * haar_orthogonal(dim, [seed, 0])
    network = RNN(recurrent, haar_orthogonal(dim, [seed, 1]), np.zeros(dim), ACTIVATIONS["tanh"])
    start = 0.5 * random_unit_vector(dim, [seed, 4])
    return network.run(_noise(steps, dim, seed, 0.25), start), random_unit_vector(dim, [seed, 2])


def _terms(run: Run, weights: FloatArray) -> FloatArray:
    """Return what each use of W adds to the gradient of ``c · h(T)`` by W, the last use first."""
    direct = np.zeros_like(run.states)
    direct[-1] = weights
    return run.summands(run.backward(direct))[::-1]


def _sum_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how far the sum of all terms is from the derivative by W, along a random direction."""
    run, weights = _listener(**parameters)
    along = haar_orthogonal(parameters["dim"], [parameters["seed"], 3])
    network = run.network
    moved = RNN(network.recurrent + 1e-30j * along, network.inputs, network.bias, network.activation)
    true = float((moved.run(run.sequence, run.states[0]).states[-1] @ weights).imag / 1e-30)
    return abs(float(np.sum(_terms(run, weights) * along)) - true)


def _mean_decades(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the mean of log10 of all singular values of the last product, per step."""
    return float(trajectory.log10_singular_values[-1].mean() / max(trajectory.steps, 1))


def _mean_slope(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return log10 of the retention, and of the slopes in the geometric mean."""
    run, _ = _listener(**parameters)
    if not trajectory.steps:
        return 0.0
    return float(np.log10(parameters["retention"]) + np.log10(run.slopes).mean())


@scene(
    show("bars", of="share", heading="size of each term, nearest first"),
    show("series", of={"wave": "log10_spectral_norm", "term": "term"}, heading="going back t steps"),
    show("heatmap", of="gradient", heading="their sum, ∂L/∂W"),
    show(
        "readout",
        of={"share of last 10": "last ten", "share so far": "so far", "cos(sum, ∂L/∂W)": "cosine"},
        heading="of all terms",
    ),
    title="A gradient, term by term",
    statement="∂L/∂W is a sum over time: what is t steps away has come through t Jacobians",
    claims=(
        Claim("sum − derivative", _sum_error, 0.0, 1e-12, _COMPLEX_STEP),
        Claim(
            "decades a step, mean",
            _mean_decades,
            _mean_slope,
            1e-9,
            "The determinant of diag(φ′) W is the product of the slopes and of det W.",
        ),
    ),
    poster=1.0,
    fps="5",
    covers=(89, 91, 104, 115),
)
def bptt_terms(
    steps: Annotated[int, Bounds(0, 128)] = 48,
    dim: Annotated[int, Bounds(2, 32)] = 16,
    seed: Seed = 0,
    retention: Annotated[float, Bounds(0.5, 1.2)] = 0.95,
) -> MatrixSequence:
    """Terms of a gradient through time, from the last step back to the first.

    W acts at every step, and H_p in ``H_p W`` depends on W as well: by the product rule
    ``∂L/∂W = Σ_t (φ′(z_t) ∘ δ_t) h_{t−1}ᵀ``, one term for each use.

    Parameters
    ----------
    steps : int
        Length of the sequence, and number of steps back.
    dim : int
        Number of hidden units.
    retention : float
        Size of W: an orthogonal matrix, times this.
    """
    run, weights = _listener(steps, dim, seed, retention)
    terms = _terms(run, weights)
    sums = np.concatenate([np.zeros((1, dim, dim)), np.cumsum(terms, axis=0)])
    sizes = np.linalg.norm(terms, axis=(1, 2))
    total = max(float(sizes.sum()), 1e-300)
    share = np.zeros((steps + 1, max(steps, 1)))
    for step in range(steps):
        share[step + 1, : step + 1] = sizes[: step + 1] / total
    lengths = np.maximum(np.linalg.norm(sums, axis=(1, 2)), 1e-300)
    series = {
        "share": share,
        "so far": share.sum(axis=1),
        "last ten": share[:, :10].sum(axis=1),
        "term": np.concatenate([[np.nan], np.log10(np.maximum(sizes, 1e-300))]),
        "gradient": sums,
        "cosine": (sums / lengths[:, None, None] * sums[-1] / lengths[-1]).sum(axis=(1, 2)),
    }
    return MatrixSequence(_backward_factors(run), series=series)


# --- No dependency, or no gradient? ------------------------------------------------------------------------

_NEAR = 3
_NOTHING = 1e-6


def _signs(count: int) -> FloatArray:
    """Return Sylvester's Hadamard matrix with more than `count` columns: signs that are not correlated at all."""
    matrix: FloatArray = np.ones((1, 1))
    while len(matrix) <= count + 1:
        matrix = np.asarray(np.kron([[1.0, 1.0], [1.0, -1.0]], matrix))
    return matrix


def _sequences(steps: int) -> tuple[FloatArray, dict[str, FloatArray]]:
    """Return inputs, shape (steps, batch, 1), and three sets of targets, each shape (batch,)."""
    signs = _signs(steps)[:, 1:]
    targets = {"near": signs[:, steps - 1 - _NEAR], "far": signs[:, 0], "none": signs[:, steps]}
    return np.ascontiguousarray(signs[:, :steps].T[:, :, None]), targets


def _reader(dim: int, seed: int, retention: float) -> tuple[RNN, FloatArray]:
    recurrent = retention * haar_orthogonal(dim, [seed, 0])
    network = RNN(recurrent, random_unit_vector(dim, [seed, 1])[:, None], np.zeros(dim), ACTIVATIONS["tanh"])
    return network, 0.2 * random_unit_vector(dim, [seed, 2])


def _pull(run: Run, weights: FloatArray, targets: FloatArray) -> FloatArray:
    """Return for every step, the last first, how much the loss would gain by following its input.

    The loss is the mean of ``(c · h(T) − y)² / 2``; the gain is ``−mean(x(t) ∂L/∂x(t))``, here as a part
    of ‖c‖, which no input can exceed by much.
    """
    direct = np.zeros_like(run.states)
    direct[-1] = (run.states[-1] @ weights - targets)[:, None] * weights
    by_input = (run.slopes * run.backward(direct)[1:]) @ run.network.inputs
    return np.asarray(-(run.sequence * by_input).mean(axis=(1, 2))[::-1] / np.linalg.norm(weights))


def _first_pull(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return abs(float(trajectory.sequence.series["pull"][-1, -1]))


def _near_pull(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.sequence.series["pull"][-1, _NEAR])


def _near_derivative(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the same by complex step: all inputs of one step grown by a common factor."""
    sequence, targets = _sequences(parameters["steps"])
    network, weights = _reader(parameters["dim"], parameters["seed"], parameters["retention"])
    grown = sequence.astype(complex)
    grown[parameters["steps"] - 1 - _NEAR] *= 1 + 1e-30j
    errors = network.run(grown).states[-1] @ weights - targets["near"]
    return float(-(errors**2 / 2).mean().imag / 1e-30 / np.linalg.norm(weights))


_NEAR_LABEL, _FAR_LABEL, _NONE_LABEL = "dependency 3 steps back", "dependency at the start", "no dependency"


@scene(
    show("bars", of="percent", heading=""),
    show("series", of="log10_pull", heading="|pull|"),
    title="No dependency, or no gradient?",
    statement="bars: how much the loss pulls to the input t steps back, in %; far ones are lost anyhow",
    claims=(
        Claim("pull of its input", _near_pull, _near_derivative, 1e-14, _COMPLEX_STEP, _NEAR_LABEL),
        *(
            Claim(
                "|pull| of the first",
                _first_pull,
                0.0,
                _NOTHING,
                "At most retentionᵗ for t steps, times the largest error.",
                label,
            )
            for label in (_FAR_LABEL, _NONE_LABEL)
        ),
    ),
    poster=1.0,
    fps="5",
    covers=(104,),
)
def lost_dependency(
    steps: Annotated[int, Bounds(40, 200)] = 40,
    dim: Annotated[int, Bounds(2, 32)] = 16,
    seed: Seed = 0,
    retention: Annotated[float, Bounds(0.1, 0.65)] = 0.65,
) -> dict[str, MatrixSequence]:
    """Gradients of one network for three tasks: its target hangs on a near input, on the first, on none.

    The inputs are rows of signs without any correlation, so that what a task asks for is the only
    reason to follow an input.

    Parameters
    ----------
    steps : int
        Length of the sequence, and number of steps back.
    dim : int
        Number of hidden units.
    retention : float
        Size of W: an orthogonal matrix, times this.
    """
    sequence, targets = _sequences(steps)
    network, weights = _reader(dim, seed, retention)
    run = network.run(sequence)
    first = np.swapaxes(run.jacobians[:, 0], 1, 2)[::-1]
    columns = {}
    for label, wanted in zip((_NEAR_LABEL, _FAR_LABEL, _NONE_LABEL), targets.values(), strict=True):
        pull = _pull(run, weights, wanted)
        seen = np.tril(np.broadcast_to(pull, (steps + 1, steps)), -1)
        size = np.log10(np.maximum(np.abs(np.concatenate([pull[:1], pull])), 1e-30))
        columns[label] = MatrixSequence(first, series={"pull": seen, "percent": 100 * seen, "log10_pull": size})
    return columns
