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

_UNITS, _BATCH, _NETS, _ROUNDS = 16, 16, 8, 200


def _waves(random: np.random.Generator, steps: int) -> FloatArray:
    """Return sine waves of random frequency and phase, a batch for each network, shape (steps + 1, nets, batch, 1)."""
    frequency, phase = random.uniform(0.2, 0.6, (_NETS, _BATCH)), random.uniform(0, 2 * np.pi, (_NETS, _BATCH))
    return np.asarray(np.sin(frequency * np.arange(steps + 1)[:, None, None] + phase)[..., None])


def _transposed(stack: Any) -> Any:
    return np.swapaxes(stack, -1, -2)


def _by_net(track: FloatArray) -> FloatArray:
    """Return a track of shape (time, nets, batch, n) as one matrix for each network, (nets, time · batch, n)."""
    return np.moveaxis(track, 0, 1).reshape(track.shape[1], -1, track.shape[3])


@dataclass(frozen=True, eq=False)
class _Predictors:
    """ReLU networks side by side; each predicts the next value of its waves from its state.

    Parameters
    ----------
    recurrent, inputs, bias, readout : ndarray, shape (nets, n, n), (nets, n, 1), (nets, 1, n), (nets, 1, n)
        Their weights.
    """

    recurrent: Any
    inputs: Any
    bias: Any
    readout: Any

    def states(self, waves: FloatArray, start: FloatArray | None = None) -> Any:
        """Return h_0 … h_T, shape (T + 1, nets, batch, n); h_0 is zero unless given."""
        driven = waves[:-1] @ _transposed(self.inputs) + self.bias
        states = np.zeros((len(waves), *driven.shape[1:]), driven.dtype)
        states[0] = 0.0 if start is None else start
        across = _transposed(self.recurrent)
        for step, drive in enumerate(driven):
            states[step + 1] = ACTIVATIONS["ReLU"].function(states[step] @ across + drive)
        return states

    def losses(self, waves: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the mean squared error of every step, and ``‖h_t‖`` from t = 0 on: a mean over each one's waves."""
        states = self.states(waves)
        errors = (states[1:] @ _transposed(self.readout) - waves[1:]) ** 2
        return errors.mean(axis=(2, 3)), np.linalg.norm(states, axis=-1).mean(axis=-1)

    def loss(self, waves: FloatArray, start: FloatArray, beta: FloatArray) -> Any:
        """Return what each is trained by: the mean squared error and ``β / T Σ (‖h_t‖ − ‖h_{t−1}‖)²``."""
        states = self.states(waves, start)
        norms = np.sqrt((states**2).sum(axis=-1) + 1e-12)
        error = ((states[1:] @ _transposed(self.readout) - waves[1:]) ** 2).mean(axis=(0, 2, 3))
        return error + beta * (np.diff(norms, axis=0) ** 2).mean(axis=(0, 2))

    def gradient(self, waves: FloatArray, start: FloatArray, beta: FloatArray) -> list[FloatArray]:
        """Return the gradient of each one's loss by its recurrent weights, input weights, bias and readout."""
        states = self.states(waves, start)
        count = (len(waves) - 1) * waves.shape[2]
        wrong = 2 * (states[1:] @ _transposed(self.readout) - waves[1:]) / count
        norms = np.sqrt((states**2).sum(axis=-1) + 1e-12)
        changes = 2 * beta[:, None] * np.diff(norms, axis=0) / count
        by_norm = np.zeros_like(norms)
        by_norm[1:] += changes
        by_norm[:-1] -= changes
        direct = by_norm[..., None] * states / norms[..., None]
        direct[1:] += wrong @ self.readout
        local, adjoint = np.empty_like(states[1:]), direct[-1]
        for step in range(len(local), 0, -1):
            local[step - 1] = adjoint * (states[step] > 0)
            adjoint = direct[step - 1] + local[step - 1] @ self.recurrent
        back = _transposed(_by_net(local))
        return [
            back @ _by_net(states[:-1]),
            back @ _by_net(waves[:-1]),
            local.sum(axis=(0, 2))[:, None],
            _transposed(_by_net(wrong)) @ _by_net(states[1:]),
        ]


def _first_weights(seed: int) -> list[FloatArray]:
    """Return the weights training begins with: the recurrent ones are the identity."""
    random = np.random.default_rng([seed, 4])
    small = [0.3 * random.standard_normal((_NETS, *shape)) for shape in ((_UNITS, 1), (1, _UNITS))]
    return [np.tile(np.eye(_UNITS), (_NETS, 1, 1)), small[0], np.zeros((_NETS, 1, _UNITS)), small[1]]


def _first_states(random: np.random.Generator) -> FloatArray:
    """Return states to begin with in training.

    From zero on, the penalty would be told of those directions only that the waves stir up at once, and the rest would
    be free to grow, unseen until long after.
    """
    return np.asarray(0.5 * np.abs(random.standard_normal((_NETS, _BATCH, _UNITS))))


def _trained(seed: int, horizon: int, betas: tuple[float, ...]) -> _Predictors:
    """Return eight networks for each β, trained on the same waves, by Adam with clipping; rates fall to zero."""
    random, copies = np.random.default_rng([seed, 5]), len(betas)
    weights = [np.tile(w, (copies, 1, 1)) for w in _first_weights(seed)]
    beta = np.repeat(betas, _NETS)
    mean = [np.zeros_like(w) for w in weights]
    square = [np.zeros_like(w) for w in weights]
    for count in range(1, _ROUNDS + 1):
        waves = np.tile(_waves(random, horizon), (1, copies, 1, 1))
        start = np.tile(_first_states(random), (copies, 1, 1))
        gradient = _Predictors(*weights).gradient(waves, start, beta)
        lengths = np.sqrt(sum((g**2).sum(axis=(1, 2), keepdims=True) for g in gradient))
        for place, part in enumerate(gradient):
            clipped = part * np.minimum(1.0, 1.0 / lengths)
            mean[place] = 0.9 * mean[place] + 0.1 * clipped
            square[place] = 0.999 * square[place] + 0.001 * clipped**2
            step = mean[place] / (1 - 0.9**count) / (np.sqrt(square[place] / (1 - 0.999**count)) + 1e-8)
            weights[place] = weights[place] - 0.01 * (1 - count / _ROUNDS) * step
    return _Predictors(*weights)


def _growth(trajectory: Any, parameters: Mapping[str, Any], name: str) -> float:
    """Return by how many decades norms have grown from the end of the trained length to the last step, on average."""
    norms = trajectory.sequence.series[f"log10 norms {name}"]
    return float((norms[-1] - norms[parameters["horizon"]]).mean())


def _changes(trajectory: Any, parameters: Mapping[str, Any], name: str) -> float:
    """Return the mean of ``(‖h_t‖ − ‖h_{t−1}‖)²`` after the first steps and within the trained length."""
    norms = 10 ** trajectory.sequence.series[f"log10 norms {name}"][1 : parameters["horizon"] + 1]
    return float((np.diff(norms, axis=0) ** 2).mean())


def _penalty_gradient_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return by how much the gradient at the start of training misses that by complex steps, relative to it."""
    weights, random = _first_weights(parameters["seed"]), np.random.default_rng([parameters["seed"], 6])
    waves, start, beta = _waves(random, 8), _first_states(random), np.full(_NETS, parameters["beta"])

    def loss(bias: Any) -> Any:
        return _Predictors(weights[0], weights[1], np.broadcast_to(bias, (_NETS, 1, _UNITS)), weights[3]).loss(
            waves, start, beta
        )

    bias = np.full(_UNITS, 0.1)
    true = complex_step_jacobian(loss, bias)
    found = _Predictors(weights[0], weights[1], np.tile(bias, (_NETS, 1, 1)), weights[3]).gradient(waves, start, beta)
    return float(np.linalg.norm(found[2][:, 0] - true) / np.linalg.norm(true))


@scene(
    show(
        "series",
        of={"no penalty": "log10 norms without", "penalty": "log10 norms with"},
        heading="‖h_t‖ of 8 networks",
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
            "‖h_t‖, no penalty": "log10_norm_without",
            "‖h_t‖, penalty": "log10_norm_with",
            "error, no penalty": "log10_error_without",
            "error, penalty": "log10_error_with",
        },
        heading="now, mean",
    ),
    "claims",
    title="Norm stabiliser",
    statement="a penalty on changes of ‖h‖, trained for {horizon} steps, holds it for many more",
    claims=(
        Claim(
            "later growth, decades",
            lambda t, p: _growth(t, p, "with"),
            0.0,
            log10(2),
            "Beyond the trained length they should not double, on average over eight networks.",
        ),
        Claim(
            "growth with / without",
            lambda t, p: 10 ** (_growth(t, p, "with") - _growth(t, p, "without")),
            0.0,
            0.75,
            "Eight pairs of networks, trained on the same waves: those without should grow by a third more, at least.",
        ),
        Claim(
            "changes with / without",
            lambda t, p: _changes(t, p, "with") / _changes(t, p, "without"),
            0.0,
            0.5,
            "What is penalised should be less by half, at least, on waves that they were not trained on.",
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
    steps: Annotated[int, Bounds(100, 150)] = 120,
    seed: Seed = 0,
    horizon: Annotated[int, Bounds(10, 20)] = 15,
    beta: Annotated[float, Bounds(1, 10)] = 1.0,
) -> MatrixSequence:
    """Norms of the state beyond the length that ReLU networks were trained on, with and without a penalty.

    Eight networks of 16 units learn to predict sine waves, and eight equal ones do with the penalty
    ``β / T Σ (‖h_t‖ − ‖h_{t−1}‖)²`` in their loss (D. Krueger, R. Memisevic, "Regularizing RNNs by stabilizing
    activations", ICLR 2016). Training begins in random states, so that the penalty sees every direction in which a
    state can grow. Then they are shown other waves, from zero, for many more steps. The product is that of the
    Jacobians of the first one with a penalty on one of the waves.

    Parameters
    ----------
    steps : int
        Length of the waves they are shown afterwards.
    horizon : int
        Length of the waves they are trained on.
    beta : float
        Weight β of the penalty.
    """
    both = _trained(seed, horizon, (0.0, beta))
    waves = np.tile(_waves(np.random.default_rng([seed, 7]), steps), (1, 2, 1, 1))
    errors, norms = both.losses(waves)
    # From h = 0 there is no logarithm yet, and before the first step no prediction.
    sizes = np.log10(np.where(norms > 0, norms, np.nan))
    series: dict[str, FloatArray] = {"horizon": np.full(steps + 1, float(horizon))}
    for name, part in (("without", slice(0, _NETS)), ("with", slice(_NETS, None))):
        series[f"log10 norms {name}"] = sizes[:, part]
        series[f"log10_norm_{name}"] = sizes[:, part].mean(axis=1)
        series[f"log10_error_{name}"] = np.append(np.nan, np.log10(errors[:, part]).mean(axis=1))
    first = RNN(both.recurrent[_NETS], both.inputs[_NETS], both.bias[_NETS, 0], ACTIVATIONS["ReLU"])
    run = first.run(waves[:-1, _NETS, 0])
    return MatrixSequence(run.jacobians, series=series)


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
