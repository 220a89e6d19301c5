"""Recurrences that are meant to be stable: orthogonal ones with an activation, stabilised norms, unitary ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log10
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from scenes._activations import ACTIVATIONS
from scenes._cells import complex_step_jacobian
from scenes._growth import constant_norm_claim
from scenes._matrices import gaussian_matrix, haar_orthogonal
from scenes._networks import RNN
from scenes._scene import Bounds, Claim, Seed, scene, show
from scenes._sequence import FloatArray, MatrixSequence

_EPS = float(np.finfo(float).eps)
ComplexArray = NDArray[np.complex128]


# ---------------------------------------------------------------- an orthogonal recurrence with tanh and inputs


def _driven(parameters: Mapping[str, Any], steps: int) -> tuple[RNN, FloatArray, FloatArray]:
    """Return the network ``tanh(Q h + V x)``, its inputs and its first state."""
    dim, seed = parameters["dim"], parameters["seed"]
    turn, kernel = haar_orthogonal(dim, [seed, 1]), gaussian_matrix((dim, 4), [seed, 2])
    random = np.random.default_rng([seed, 3])
    inputs = parameters["input_scale"] * random.standard_normal((steps, 4))
    return RNN(turn, kernel, np.zeros(dim), ACTIVATIONS["tanh"]), inputs, 0.5 * random.standard_normal(dim) / dim**0.5


def _norm_after(parameters: Mapping[str, Any], steps: int, until: int) -> float:
    """Return ``‖∂h_t/∂h_0‖₂`` at step `until`, by complex steps."""
    network, inputs, start = _driven(parameters, steps)
    jacobian = complex_step_jacobian(lambda h: network.run(inputs[:until], h).states[-1], start)
    return float(np.linalg.norm(jacobian, 2))


def _departure(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the first step at which the norm is below 0.9; one more than there are where none is."""
    below = trajectory.log10_spectral_norm < log10(0.9)
    return float(below.argmax() if below.any() else trajectory.steps + 1)


def _true_departure(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the same by complex steps and bisection: the norm never grows, since no slope is above 1."""
    early, late = 0, trajectory.steps + 1
    while late - early > 1:
        middle = (early + late) // 2
        if _norm_after(parameters, trajectory.steps, middle) < 0.9:
            late = middle
        else:
            early = middle
    return float(late)


@scene(
    show(
        "series",
        of={"tanh(Qh + Vx)": "norm", "Qh": "linear", "0.9": "nine tenths"},
        heading="norm of ∂h_t/∂h₀",
        scale="linear",
        limits=(0, 1.1),
    ),
    show("series", of={"tanh(Qh + Vx)": "norm of h", "Qh": "norm of Qh"}, heading="‖h_t‖", scale="linear"),
    "scaled_matrix",
    "claims",
    title="Orthogonal, with tanh",
    statement="Q keeps every length, but only without activation and inputs: tanh(Qh + Vx) does not",
    claims=(
        Claim(
            "10 % off at step",
            _departure,
            _true_departure,
            0.0,
            "A whole number; the norms on both sides of 0.9 differ by far more than rounding.",
        ),
        Claim(
            "log10 norm at last",
            lambda t, p: float(t.log10_spectral_norm[-1]),
            lambda t, p: log10(_norm_after(p, t.steps, t.steps)),
            1e-6,
            "Both ways round every step by about n · eps, relative to the size of what is left.",
        ),
        Claim(
            "growing norms",
            lambda t, p: float(np.count_nonzero(np.diff(t.log10_spectral_norm) > 1e-12)),
            0.0,
            0.0,
            "No slope of tanh is above 1; 1e−12 is left for rounding.",
        ),
    ),
    poster=1.0,
    fps="6.25",
    covers=(35,),
)
def orthogonal_activation(
    steps: Annotated[int, Bounds(0, 300)] = 64,
    dim: Annotated[int, Bounds(2, 32)] = 16,
    seed: Seed = 0,
    input_scale: Annotated[float, Bounds(0, 2)] = 0.1,
) -> MatrixSequence:
    """Products of the Jacobians of tanh(Qh + Vx) with an orthogonal Q, beside those of Qh, whose norm is 1 for ever.

    Parameters
    ----------
    input_scale : float
        Deviation of the inputs, which are noise; even without inputs, tanh shrinks what is not small.
    """
    network, inputs, start = _driven({"dim": dim, "seed": seed, "input_scale": input_scale}, steps)
    run = network.run(inputs, start)
    linear = [start]
    for _ in range(steps):
        linear.append(network.recurrent @ linear[-1])
    turned, jacobian, linear_norms, norms = np.eye(dim), np.eye(dim), [1.0], [1.0]
    for factor in run.jacobians:
        turned, jacobian = network.recurrent @ turned, factor @ jacobian
        linear_norms.append(float(np.linalg.norm(turned, 2)))
        norms.append(float(np.linalg.norm(jacobian, 2)))
    series = {
        "linear": linear_norms,
        "norm": norms,
        "nine tenths": np.full(steps + 1, 0.9),
        "norm of h": np.linalg.norm(run.states, axis=1),
        "norm of Qh": np.linalg.norm(linear, axis=1),
    }
    return MatrixSequence(run.jacobians, series=series)


# ---------------------------------------------------------------- a penalty on changes of the norm

_UNITS, _BATCH, _ROUNDS = 16, 32, 200


def _waves(random: np.random.Generator, steps: int) -> FloatArray:
    """Return sine waves of random frequency and phase, shape (steps + 1, batch, 1)."""
    frequency, phase = random.uniform(0.2, 0.6, _BATCH), random.uniform(0, 2 * np.pi, _BATCH)
    return np.asarray(np.sin(frequency * np.arange(steps + 1)[:, None] + phase)[..., None])


@dataclass(frozen=True, eq=False)
class _Predictor:
    """A ReLU network that predicts the next value of a wave from its state."""

    network: RNN
    readout: FloatArray

    def losses(self, waves: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the mean squared error of every step, and ``‖h_t‖`` from t = 0 on, of every wave."""
        states = self.network.run(waves[:-1]).states
        errors = ((states[1:] @ self.readout.T - waves[1:]) ** 2).mean(axis=(1, 2))
        return errors, np.linalg.norm(states, axis=-1)

    def loss(self, waves: FloatArray, beta: float) -> Any:
        """Return what is trained: the mean squared error and ``β / T Σ (‖h_t‖ − ‖h_{t−1}‖)²``."""
        states = self.network.run(waves[:-1]).states
        norms = np.sqrt((states**2).sum(axis=-1) + 1e-12)
        error = ((states[1:] @ self.readout.T - waves[1:]) ** 2).mean()
        return error + beta * (np.diff(norms, axis=0) ** 2).mean()

    def gradient(self, waves: FloatArray, beta: float) -> list[FloatArray]:
        """Return the gradient of the loss by recurrent weights, input weights, bias and readout."""
        run = self.network.run(waves[:-1])
        states = run.states
        wrong = 2 * (states[1:] @ self.readout.T - waves[1:]) / waves[1:].size
        norms = np.sqrt((states**2).sum(axis=-1) + 1e-12)
        changes = 2 * beta * np.diff(norms, axis=0) / waves[1:].size
        by_norm = np.zeros_like(norms)
        by_norm[1:] += changes
        by_norm[:-1] -= changes
        direct = by_norm[..., None] * states / norms[..., None]
        direct[1:] += wrong @ self.readout
        found = run.gradient(run.backward(direct))
        readout = wrong.reshape(-1, 1).T @ states[1:].reshape(-1, _UNITS)
        return [found.recurrent, found.inputs, found.bias, readout]


def _built(weights: list[Any]) -> _Predictor:
    return _Predictor(RNN(weights[0], weights[1], weights[2], ACTIVATIONS["ReLU"]), weights[3])


def _first_weights(seed: int) -> list[FloatArray]:
    """Return the weights training begins with: the recurrent ones are the identity."""
    small = [gaussian_matrix(shape, [seed, 4, k], 0.3) for k, shape in enumerate([(_UNITS, 1), (1, _UNITS)])]
    return [np.eye(_UNITS), small[0], np.zeros(_UNITS), small[1]]


def _trained(seed: int, horizon: int, beta: float) -> _Predictor:
    """Return the network after training on waves as long as the horizon, by Adam with clipped gradients."""
    random, weights = np.random.default_rng([seed, 5]), _first_weights(seed)
    mean = [np.zeros_like(w) for w in weights]
    square = [np.zeros_like(w) for w in weights]
    for count in range(1, _ROUNDS + 1):
        gradient = _built(weights).gradient(_waves(random, horizon), beta)
        shrink = min(1.0, 1.0 / float(np.sqrt(sum((g**2).sum() for g in gradient))))
        for place, part in enumerate(gradient):
            mean[place] = 0.9 * mean[place] + 0.1 * shrink * part
            square[place] = 0.999 * square[place] + 0.001 * (shrink * part) ** 2
            step = mean[place] / (1 - 0.9**count) / (np.sqrt(square[place] / (1 - 0.999**count)) + 1e-8)
            weights[place] = weights[place] - 0.01 * step
    return _built(weights)


def _penalty(norms: FloatArray, horizon: int) -> float:
    """Return the mean of ``(‖h_t‖ − ‖h_{t−1}‖)²`` within the trained length."""
    return float((np.diff(norms[: horizon + 1], axis=0) ** 2).mean())


def _penalties(trajectory: Any, parameters: Mapping[str, Any]) -> tuple[float, float]:
    """Return the penalty of the network trained without it and with it, on other waves."""
    series = trajectory.sequence.series
    return float(series["penalty without"][0]), float(series["penalty with"][0])


def _penalty_gradient_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return by how much the gradient at the start of training misses that by complex steps, relative to it."""
    weights = _first_weights(parameters["seed"])
    waves, beta = _waves(np.random.default_rng([parameters["seed"], 6]), 8), parameters["beta"]

    def loss(bias: Any) -> Any:
        return np.array([_built([weights[0], weights[1], bias, weights[3]]).loss(waves, beta)])

    true = complex_step_jacobian(loss, np.full(_UNITS, 0.1))[0]
    found = _built([weights[0], weights[1], np.full(_UNITS, 0.1), weights[3]]).gradient(waves, beta)[2]
    return float(np.linalg.norm(found - true) / np.linalg.norm(true))


@scene(
    show(
        "series",
        of={"no penalty": "norm without", "penalty": "norm with"},
        heading="‖h_t‖",
        scale="linear",
        milestones={"training horizon": "horizon"},
    ),
    show(
        "series",
        of={"no penalty": "log10_error_without", "penalty": "log10_error_with"},
        heading="error of prediction",
    ),
    show(
        "readout",
        of={
            "‖h_t‖, no penalty": "norm without",
            "‖h_t‖, penalty": "norm with",
            "error, no penalty": "log10_error_without",
            "error, penalty": "log10_error_with",
        },
        heading="now",
    ),
    "claims",
    title="Norm stabiliser",
    statement="a penalty on changes of ‖h‖ steadies it for the {horizon} steps of training, often for more",
    claims=(
        Claim(
            "penalty, trained for",
            lambda t, p: _penalties(t, p)[1],
            0.0,
            lambda t, p: _penalties(t, p)[0],
            "It must not exceed that of the network which was trained without it.",
        ),
        Claim(
            "gradient error",
            _penalty_gradient_error,
            0.0,
            1e-9,
            "Backpropagation and complex steps both round by about n · eps a step.",
        ),
    ),
    poster=1.0,
    covers=(41,),
)
def norm_stabiliser(
    steps: Annotated[int, Bounds(0, 300)] = 120,
    seed: Seed = 0,
    horizon: Annotated[int, Bounds(5, 40)] = 20,
    beta: Annotated[float, Bounds(0.5, 10)] = 1.0,
) -> MatrixSequence:
    """Norms of the state beyond the length that a ReLU network was trained on, with and without a penalty.

    Two networks of 16 units learn to predict sine waves, one with the penalty ``β / T Σ (‖h_t‖ − ‖h_{t−1}‖)²`` in its
    loss (D. Krueger, R. Memisevic, "Regularizing RNNs by stabilizing activations", ICLR 2016). Then they are shown
    other waves for many more steps: beyond the trained length nothing is certain, but the penalised norm grows less
    as a rule. The product is that of the second one's Jacobians on one of the waves.

    Parameters
    ----------
    steps : int
        Length of the waves they are shown afterwards.
    horizon : int
        Length of the waves they are trained on.
    beta : float
        Weight β of the penalty.
    """
    waves = _waves(np.random.default_rng([seed, 7]), max(steps, horizon))
    series: dict[str, FloatArray] = {}
    for name, weight in (("without", 0.0), ("with", beta)):
        predictor = _trained(seed, horizon, weight)
        errors, norms = predictor.losses(waves)
        series[f"penalty {name}"] = np.full(steps + 1, _penalty(norms, horizon))
        series[f"norm {name}"] = norms.mean(axis=1)[: steps + 1]
        # Before the first step there is no prediction.
        series[f"log10_error_{name}"] = np.append(np.nan, np.log10(errors[:steps]))
    run = predictor.network.run(waves[:steps, 0])
    return MatrixSequence(run.jacobians, series=series | {"horizon": np.full(steps + 1, float(horizon))})


# ---------------------------------------------------------------- unitary recurrences


def _real(matrix: ComplexArray) -> FloatArray:
    """Return a complex matrix as a real one of twice the size, which multiplies real and imaginary parts."""
    return np.block([[matrix.real, -matrix.imag], [matrix.imag, matrix.real]])


def _fixed_factors(dim: int, seed: int) -> tuple[ComplexArray, ComplexArray]:
    """Return what stands between the three diagonal matrices: ``R₂ F⁻¹`` and ``Π R₁ F``."""
    random = np.random.default_rng([seed, 8])
    fourier = np.fft.fft(np.eye(dim), norm="ortho")
    reflections = []
    for _ in range(2):
        v = random.standard_normal(dim) + 1j * random.standard_normal(dim)
        reflections.append(np.eye(dim) - 2 * np.outer(v, v.conj()) / np.vdot(v, v).real)
    order = random.permutation(dim)
    return reflections[1] @ fourier.conj().T, (reflections[0] @ fourier)[order]


def _unitary(phases: FloatArray, fixed: tuple[ComplexArray, ComplexArray]) -> ComplexArray:
    """Return ``D₃ R₂ F⁻¹ D₂ Π R₁ F D₁`` for the phases of the diagonal matrices, shape (3, n)."""
    first, second, third = np.exp(1j * phases)
    return np.asarray(third[:, None] * (fixed[0] @ (second[:, None] * (fixed[1] * first))))


def _phase_gradient(phases: FloatArray, fixed: tuple[ComplexArray, ComplexArray], target: ComplexArray) -> FloatArray:
    """Return the gradient of ``‖U − A‖_F² / 2`` by the phases, shape (3, n).

    A phase turns one column, one inner row or one row: ``∂U/∂θ`` is i times that part of U, and the gradient is the
    real part of its inner product with ``U − A``.
    """
    first, second, third = np.exp(1j * phases)
    wrong = _unitary(phases, fixed) - target
    left, right = third[:, None] * fixed[0], fixed[1] * first
    inner = left.conj().T @ wrong
    parts = [
        (wrong.conj() * (1j * (left * second) @ right)).sum(axis=0),
        (inner.conj() * (1j * second[:, None] * right)).sum(axis=1),
        (wrong.conj() * (1j * (left * second) @ right)).sum(axis=1),
    ]
    return np.real(np.array(parts))


def _phase_start(dim: int, seed: int) -> tuple[FloatArray, ComplexArray]:
    """Return the first phases and the target A, whose entries are complex normal numbers of variance 1 / n."""
    random = np.random.default_rng([seed, 9])
    target = (random.standard_normal((dim, dim)) + 1j * random.standard_normal((dim, dim))) / (2 * dim) ** 0.5
    return random.uniform(-np.pi, np.pi, (3, dim)), target


def _phase_gradient_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the largest difference between the gradient at the start and central differences."""
    dim, seed = parameters["dim"], parameters["seed"]
    fixed, (phases, target) = _fixed_factors(dim, seed), _phase_start(dim, seed)

    def loss(shift: FloatArray) -> float:
        return float((np.abs(_unitary(phases + shift.reshape(3, dim), fixed) - target) ** 2).sum() / 2)

    width = 1e-5
    differences = [(loss(e) - loss(-e)) / (2 * width) for e in width * np.eye(3 * dim)]
    return float(np.abs(_phase_gradient(phases, fixed, target).ravel() - differences).max())


@scene(
    show("points", of={"free": "free", "unitary": "unitary"}, heading="eigenvalues", reach=1.35),
    show("series", of={"free": "log10 free off", "unitary": "log10 unitary off"}, heading="max | |λ| − 1 |"),
    show("series", of={"free": "free loss", "unitary": "unitary loss"}, heading="loss", scale="linear"),
    "claims",
    title="Unitary recurrence",
    statement="trained by its phases, the matrix stays unitary: eigenvalues never leave the circle",
    claims=(
        Claim(
            "max | |λ| − 1 |",
            lambda t, p: float(10 ** t.sequence.series["log10 unitary off"].max()),
            0.0,
            lambda t, p: 100 * p["dim"] * _EPS,
            "Six factors and the eigenvalues of a normal matrix are off by a few n · eps.",
        ),
        constant_norm_claim(),
        Claim(
            "phase gradient error",
            _phase_gradient_error,
            0.0,
            1e-6,
            "Central differences of width 1e−5 are off by about eps · n / 1e−5 and by 1e−10.",
        ),
    ),
    poster=0.5,
    covers=(42,),
)
def unitary(
    steps: Annotated[int, Bounds(0, 300)] = 96,
    dim: Annotated[int, Bounds(2, 32)] = 12,
    seed: Seed = 0,
    rate: Annotated[float, Bounds(0.001, 0.2)] = 0.05,
) -> MatrixSequence:
    """Eigenvalues of a unitary matrix in training, beside those of a free one that learns the same.

    The unitary one is ``D₃ R₂ F⁻¹ D₂ Π R₁ F D₁`` with diagonal matrices of phases, two reflections, the Fourier
    transform and a permutation (M. Arjovsky, A. Shah, Y. Bengio, "Unitary evolution recurrent neural networks", ICML
    2016); its phases are trained. Both learn a matrix of normal numbers by gradient descent. The factors are the
    unitary matrices of all steps as real ones of twice the size.

    Parameters
    ----------
    steps : int
        Number of steps of gradient descent.
    rate : float
        Learning rate.
    """
    fixed, (phases, target) = _fixed_factors(dim, seed), _phase_start(dim, seed)
    free = _unitary(phases, fixed)
    unitaries, frees = [free], [free]
    for _ in range(steps):
        phases = phases - rate * _phase_gradient(phases, fixed, target)
        free = free - rate * (free - target)
        unitaries.append(_unitary(phases, fixed))
        frees.append(free)
    series = {}
    for name, matrices in (("free", np.array(frees)), ("unitary", np.array(unitaries))):
        eigenvalues = np.linalg.eigvals(matrices)
        series[name] = np.stack([eigenvalues.real, eigenvalues.imag], axis=-1)
        off = np.abs(np.abs(eigenvalues) - 1).max(axis=1)
        series[f"log10 {name} off"] = np.log10(np.maximum(off, 1e-17))
        series[f"{name} loss"] = (np.abs(matrices - target) ** 2).sum(axis=(1, 2)) / 2
    factors = np.array([_real(matrix) for matrix in unitaries[1:]]).reshape(steps, 2 * dim, 2 * dim)
    return MatrixSequence(factors, series=series)
