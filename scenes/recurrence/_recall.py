"""A long memory task: name a symbol after many steps of silence. Networks without activation, trained for it."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from scenes import FloatArray

ComplexArray = NDArray[np.complex128]

# Symbols to be told apart, where there are as many units.
KINDS = 4
# Share of the last update in the next one, and length that a gradient is clipped to.
_MOMENTUM, _LONGEST = 0.8, 1.0
# Largest eigenvalue modulus that a free matrix begins with.
_RADIUS = 0.95


def fixed_factors(dim: int, seed: int) -> tuple[ComplexArray, ComplexArray]:
    """Return what stands between the three diagonal matrices, ``R₂ F⁻¹`` and ``Π R₁ F``, each of shape (n, n)."""
    random = np.random.default_rng([seed, 8])
    fourier = np.fft.fft(np.eye(dim), norm="ortho")
    reflections = []
    for _ in range(2):
        v = random.standard_normal(dim) + 1j * random.standard_normal(dim)
        reflections.append(np.eye(dim) - 2 * np.outer(v, v.conj()) / np.vdot(v, v).real)
    order = random.permutation(dim)
    return reflections[1] @ fourier.conj().T, (reflections[0] @ fourier)[order]


def unitary_matrix(phases: FloatArray, fixed: tuple[ComplexArray, ComplexArray]) -> ComplexArray:
    """Return ``D₃ R₂ F⁻¹ D₂ Π R₁ F D₁`` for the phases of the diagonal matrices, shape (3, n)."""
    first, second, third = np.exp(1j * phases)
    return np.asarray(third[:, None] * (fixed[0] @ (second[:, None] * (fixed[1] * first))))


def phase_gradient(phases: FloatArray, fixed: tuple[ComplexArray, ComplexArray], by_matrix: ComplexArray) -> FloatArray:
    """Return the gradient of a loss by the phases, shape (3, n), from that by the unitary matrix U.

    A phase turns one column, one inner row or one row: ``∂U/∂θ`` is i times that part of U, and the gradient is the
    real part of its inner product with `by_matrix`.
    """
    first, second, third = np.exp(1j * phases)
    left, right = third[:, None] * fixed[0], fixed[1] * first
    inner = left.conj().T @ by_matrix
    by_columns = (by_matrix.conj() * (1j * (left * second) @ right)).sum(axis=0)
    by_inner = (inner.conj() * (1j * second[:, None] * right)).sum(axis=1)
    by_rows = (by_matrix.conj() * (1j * (left * second) @ right)).sum(axis=1)
    return np.real(np.array([by_columns, by_inner, by_rows]))


@dataclass(frozen=True)
class Recall:
    """A network ``h_t = W h_{t−1}`` that begins with a symbol's state and is asked for the symbol at the end.

    Parameters
    ----------
    matrix, inputs, readout : ndarray, shape (n, n), (n, k), (k, n)
        W, the state that each symbol is written as, and what reads the answer: the real part of its product.
    delay : int
        Steps of silence.
    """

    matrix: ComplexArray
    inputs: ComplexArray
    readout: ComplexArray
    delay: int

    def loss(self) -> float:
        """Return the mean squared distance of answers from symbols, each a single 1: 1 for answers of zeros."""
        state = self.inputs
        for _ in range(self.delay):
            state = self.matrix @ state
        wrong = (self.readout @ state).real - np.eye(len(self.readout))
        return float((wrong**2).sum() / len(wrong))

    def gradient(self) -> tuple[float, ComplexArray, ComplexArray, ComplexArray]:
        """Return the loss and its gradient by W, the inputs and the readout."""
        states = [self.inputs]
        for _ in range(self.delay):
            states.append(self.matrix @ states[-1])
        wrong = (self.readout @ states[-1]).real - np.eye(len(self.readout))
        back, by_matrix = 2 / len(wrong) * self.readout.conj().T @ wrong, np.zeros_like(self.matrix)
        across = self.matrix.conj().T
        for state in states[-2::-1]:
            by_matrix += back @ state.conj().T
            back = across @ back
        by_readout = 2 / len(wrong) * wrong @ states[-1].conj().T
        return float((wrong**2).sum() / len(wrong)), by_matrix, back, by_readout


@dataclass(frozen=True)
class Start:
    """What training begins with: phases and fixed factors of a unitary matrix, a free matrix, inputs and readout."""

    phases: FloatArray
    fixed: tuple[ComplexArray, ComplexArray]
    free: ComplexArray
    inputs: ComplexArray
    readout: ComplexArray

    @classmethod
    def drawn(cls, dim: int, seed: int) -> Self:
        """Return a random one; the free matrix has normal entries, scaled as is usual."""
        random, kinds = np.random.default_rng([seed, 9]), min(KINDS, dim)

        def normal() -> ComplexArray:
            return np.asarray(random.standard_normal((dim, dim)) + 1j * random.standard_normal((dim, dim)))

        phases = random.uniform(-np.pi, np.pi, (3, dim))
        inputs, readout = np.linalg.qr(normal())[0][:, :kinds], np.linalg.qr(normal())[0][:kinds]
        free = normal()
        free = free * (_RADIUS / np.abs(np.linalg.eigvals(free)).max())
        return cls(phases, fixed_factors(dim, seed), free, inputs, readout)


def trained(start: Start, steps: int, delay: int, rate: float, unitary: bool) -> tuple[list[ComplexArray], list[float]]:
    """Return W and the loss after 0 … `steps` updates by gradient descent with momentum; its rate falls to zero.

    Parameters
    ----------
    start : Start
        What it begins with.
    steps, delay : int
        Number of updates, and steps of silence.
    rate : float
        Learning rate at first.
    unitary : bool
        Whether the phases of a unitary W are trained, or all entries of a free one.
    """
    weights = [start.phases.astype(complex) if unitary else start.free, start.inputs, start.readout]
    moves = [np.zeros_like(weight) for weight in weights]
    matrices, losses = [], []
    for step in range(steps + 1):
        phases = weights[0].real
        matrix = unitary_matrix(phases, start.fixed) if unitary else weights[0]
        loss, by_matrix, *others = Recall(matrix, weights[1], weights[2], delay).gradient()
        matrices.append(matrix)
        losses.append(loss)
        first = phase_gradient(phases, start.fixed, by_matrix).astype(complex) if unitary else by_matrix
        gradient = [first, *others]
        length = float(np.sqrt(sum(float(np.linalg.norm(part)) ** 2 for part in gradient)))
        share = min(1.0, _LONGEST / length) if length else 1.0
        moves = [_MOMENTUM * move + share * part for move, part in zip(moves, gradient, strict=True)]
        now = rate * (1 - step / max(steps, 1))
        weights = [weight - now * move for weight, move in zip(weights, moves, strict=True)]
    return matrices, losses
