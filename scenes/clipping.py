"""Exploding gradients in training: a cliff with and without clipping, and updates until no number is left."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np

from scenes._activations import ACTIVATIONS, sigmoid
from scenes._matrices import haar_orthogonal
from scenes._networks import RNN
from scenes._scene import Bounds, Claim, Seed, scene, show
from scenes._sequence import FloatArray, MatrixSequence, repeated

# --- The cliff ---------------------------------------------------------------------------------------------

# One unit, x_t = w σ(x_{t−1}) + b for 50 steps from x_0 = 0.5, and the loss (σ(x_50) − 0.7)².
_UNROLLED, _FIRST, _TARGET = 50, 0.5, 0.7
_START = (4.6, -2.1)


def cliff(w: Any, b: Any) -> Any:
    """Return the loss as a function of w and b, arrays of one shape, real or complex.

    R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks", ICML
    2013, figure 6.
    """
    x = np.full(np.shape(w), _FIRST, dtype=np.result_type(w, b))
    for _ in range(_UNROLLED):
        x = w * sigmoid(x) + b
    return (sigmoid(x) - _TARGET) ** 2


def _gradient(place: FloatArray) -> FloatArray:
    """Return the loss' gradient by w and b, back through time.

    With h = σ(x) the unit is a network ``h_t = σ(w h_{t−1} + b)`` without inputs.
    """
    network = RNN(place[:1, None], np.zeros((1, 0)), place[1:], ACTIVATIONS["sigmoid"])
    run = network.run(np.zeros((_UNROLLED, 0)), np.array([sigmoid(_FIRST)]))
    direct = np.zeros((_UNROLLED + 1, 1))
    direct[-1] = 2 * (run.states[-1] - _TARGET)
    gradient = run.gradient(run.backward(direct))
    return np.array([gradient.recurrent[0, 0], gradient.bias[0]])


def _clipped(gradient: FloatArray, threshold: float) -> FloatArray:
    """Return the gradient, shortened to the threshold where it is longer; its direction stays."""
    norm = float(np.linalg.norm(gradient))
    return gradient * (threshold / norm) if norm > threshold else gradient


def _descend(steps: int, rate: float, threshold: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the places, the gradients there, and what of these was used, each shape (T + 1, 2)."""
    place = np.array(_START)
    places, gradients, used = (np.empty((steps + 1, 2)) for _ in range(3))
    for step in range(steps + 1):
        gradient = _gradient(place)
        places[step], gradients[step], used[step] = place, gradient, _clipped(gradient, threshold)
        place = place - rate * used[step]
    return places, gradients, used


def _derivative_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the largest relative error of a gradient on the way with clipping, by complex step."""
    series = trajectory.sequence.series
    w, b = series["clipped"].T
    true = np.stack([cliff(w + 1e-30j, b + 0j).imag, cliff(w + 0j, b + 1e-30j).imag], axis=1) / 1e-30
    sizes = np.maximum(np.linalg.norm(true, axis=1), 1e-12)
    return float((np.linalg.norm(series["gradient"] - true, axis=1) / sizes).max())


def _too_long(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    norms = np.linalg.norm(trajectory.sequence.series["used"], axis=1)
    return float(np.count_nonzero(norms > parameters["threshold"] * (1 + 1e-12)))


def _least_cosine(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.sequence.series["cosine"].min())


def _log10(values: FloatArray) -> FloatArray:
    return np.asarray(np.log10(np.maximum(values, 1e-300)))


@scene(
    show(
        "path",
        of={"plain": "plain", "clipped": "clipped"},
        field=cliff,
        # Near the foot of the cliff, where single updates can be told apart; who leaps off it leaves the picture.
        x=(4.3, 4.7),
        y=(-2.35, -1.95),
        heading="loss by w and b",
    ),
    show(
        "series", of={"plain": "log10 plain", "clipped": "log10 clipped", "‖g‖": "log10 norm"}, heading="gradient used"
    ),
    show("series", of={"plain": "plain loss", "clipped": "clipped loss"}, heading="loss", scale="linear"),
    show(
        "readout",
        of={"‖g‖": "norm", "‖g‖, clipped": "used norm", "cos(g, clipped g)": "cosine"},
        heading="at the clipped path",
    ),
    title="Gradient clipping",
    statement="at a cliff the gradient is huge; shortened to {threshold} it still points the same way",
    claims=(
        Claim("cos(g, clipped g)", _least_cosine, 1.0, 1e-12, "A positive factor leaves a direction as it is."),
        Claim("clipped over threshold", _too_long, 0.0, 0.0, "They are scaled to it."),
        Claim("gradient − derivative", _derivative_error, 0.0, 1e-9, "Fifty factors round by some eps each."),
    ),
    poster=1.0,
    fps="6.25",
    covers=(39, 97, 107),
)
def clipping(
    steps: Annotated[int, Bounds(0, 300)] = 70,
    learning_rate: Annotated[float, Bounds(0.01, 1)] = 0.1,
    threshold: Annotated[float, Bounds(0.05, 10)] = 0.5,
) -> MatrixSequence:
    """Gradient descent at the cliff of a recurrent unit, as it is and with clipped gradients.

    Clipping divides a gradient by its norm and multiplies it by the threshold, where the norm is larger
    than that. The cliff stays; what is prevented is the leap off it.

    Parameters
    ----------
    steps : int
        Number of updates.
    learning_rate : float
        Size of an update as a multiple of the gradient.
    threshold : float
        Norm to which longer gradients are shortened.
    """
    plain, plain_gradients, _ = _descend(steps, learning_rate, np.inf)
    clipped, gradients, used = _descend(steps, learning_rate, threshold)
    norms, used_norms = np.linalg.norm(gradients, axis=1), np.linalg.norm(used, axis=1)
    series = {
        "plain": plain,
        "clipped": clipped,
        "gradient": gradients,
        "used": used,
        "log10 plain": _log10(np.linalg.norm(plain_gradients, axis=1)),
        "log10 clipped": _log10(used_norms),
        "log10 norm": _log10(norms),
        "plain loss": cliff(*plain.T),
        "clipped loss": cliff(*clipped.T),
        "norm": norms,
        "used norm": used_norms,
        "cosine": (gradients * used).sum(axis=1) / np.maximum(norms * used_norms, 1e-300),
    }
    return repeated(np.eye(2), steps, series)


# --- Until no number is left -------------------------------------------------------------------------------

_FORMATS: dict[str, type[np.floating[Any]]] = {"float16": np.float16, "float32": np.float32, "float64": np.float64}


_LARGEST = {f"largest {name}": float(np.log10(float(np.finfo(_FORMATS[name]).max))) for name in ("float16", "float32")}


def _quadratic(dim: int, seed: int, learning_rate: float) -> tuple[FloatArray, FloatArray]:
    """Return the Hessian H of a loss ``θᵀ H θ / 2`` with eigenvalues from 0 to 1, and where the descent starts.

    The start has the part 1/√n of the steepest direction.
    """
    axes = haar_orthogonal(dim, [seed, 0])
    return np.asarray((axes * np.linspace(0, 1, dim)) @ axes.T), axes.sum(axis=1) / np.sqrt(dim)


def _updates(hessian: FloatArray, start: FloatArray, rate: float, steps: int, name: str) -> tuple[FloatArray, ...]:
    """Return log10 of the largest parameter and of the loss, and how many parameters are finite, for one format.

    The logarithms are NaN from where their numbers are not finite any more.
    """
    kind = _FORMATS[name]
    place, slopes = start.astype(kind), hessian.astype(kind)
    sizes, losses, finite = np.full(steps + 1, np.nan), np.full(steps + 1, np.nan), np.zeros(steps + 1)
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(steps + 1):
            finite[step] = np.isfinite(place).sum()
            if finite[step] < len(place):
                break
            gradient = slopes @ place
            loss = float(place @ gradient / 2)
            sizes[step] = np.log10(float(np.abs(place).max()))
            losses[step] = np.log10(loss) if 0 < loss < np.inf else np.nan
            place = place - kind(rate) * gradient
    return sizes, losses, finite


def _finite_after(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how many parameters are finite three updates after the first that is not, in half precision."""
    hessian, start = _quadratic(parameters["dim"], parameters["seed"], parameters["learning_rate"])
    place, rate = start.astype(np.float16), np.float16(parameters["learning_rate"])
    slopes, after = hessian.astype(np.float16), 0
    with np.errstate(over="ignore", invalid="ignore"):
        while after < 3:
            place = place - rate * (slopes @ place)
            after += not np.isfinite(place).all()
    return float(np.isfinite(place).sum())


def _end(name: str) -> Claim:
    """Return the claim that the updates of a format end where ``|1 − rate|ᵗ`` passes its largest number."""
    largest = float(np.finfo(_FORMATS[name]).max)

    def seen(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        failed = np.isnan(trajectory.sequence.series[name])
        return float(failed.argmax() if failed.any() else trajectory.steps + 1)

    def predicted(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        hessian, start = _quadratic(parameters["dim"], parameters["seed"], parameters["learning_rate"])
        steepest = np.linalg.eigh(hessian)[1][:, -1]
        first = abs(steepest @ start) * np.abs(steepest).max()
        # What overflows first is the rate times the gradient, in the update after the one that reaches so far.
        rate = parameters["learning_rate"]
        passed = np.ceil(np.log(largest / (rate * first)) / np.log(rate - 1)) + 1
        return float(min(passed, trajectory.steps + 1))

    return Claim(
        f"{name} ends at step",
        seen,
        predicted,
        1.0,
        "Other directions and rounding shift it by a step at most.",
    )


@scene(
    show("series", of={name: name for name in _FORMATS}, heading="largest parameter", marks=_LARGEST),
    show("series", of={name: f"loss in {name}" for name in _FORMATS}, heading="loss"),
    show("readout", of={name: f"finite in {name}" for name in _FORMATS}, heading="finite parameters"),
    "claims",
    title="Updates until overflow",
    statement="at rate {learning_rate} updates multiply by 1 − rate: Inf and NaN come at a known step",
    claims=(
        _end("float16"),
        _end("float32"),
        Claim("finite after Inf", _finite_after, 0.0, 0.0, "Inf − Inf is NaN, and NaN stays: only a restart helps."),
    ),
    poster=1.0,
    fps="10",
    covers=(106,),
)
def overflow_step(
    steps: Annotated[int, Bounds(0, 2_000)] = 100,
    dim: Annotated[int, Bounds(2, 64)] = 8,
    seed: Seed = 0,
    learning_rate: Annotated[float, Bounds(2.5, 10)] = 4.0,
) -> MatrixSequence:
    """Gradient descent with too large a learning rate, in three number formats, until they end.

    ``θ ← θ − α H θ = (I − α H) θ``: repeated multiplication by a matrix whose largest eigenvalue modulus
    is ``|1 − α|``, since the largest of H is 1.

    Parameters
    ----------
    steps : int
        Number of updates.
    dim : int
        Number of parameters.
    learning_rate : float
        The factor α; from 2 on the updates grow.
    """
    hessian, start = _quadratic(dim, seed, learning_rate)
    series: dict[str, FloatArray] = {}
    for name in _FORMATS:
        found = _updates(hessian, start, learning_rate, steps, name)
        series |= dict(zip((name, f"loss in {name}", f"finite in {name}"), found, strict=True))
    return repeated(np.eye(dim) - learning_rate * hessian, steps, series)
