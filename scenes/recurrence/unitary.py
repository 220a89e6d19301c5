"""A unitary recurrence, trained by its phases."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from scenes import Bounds, Claimed, FloatArray, MatrixSequence, Seed, Trajectory, constant_norm, scene, show

ComplexArray = NDArray[np.complex128]


def real_form(matrix: ComplexArray) -> FloatArray:
    """Return a complex matrix as a real one of twice the size, which multiplies real and imaginary parts."""
    return np.block([[matrix.real, -matrix.imag], [matrix.imag, matrix.real]])


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


def phase_gradient(phases: FloatArray, fixed: tuple[ComplexArray, ComplexArray], target: ComplexArray) -> FloatArray:
    """Return the gradient of ``‖U − A‖_F² / 2`` by the phases, shape (3, n).

    A phase turns one column, one inner row or one row: ``∂U/∂θ`` is i times that part of U, and the gradient is the
    real part of its inner product with ``U − A``.
    """
    first, second, third = np.exp(1j * phases)
    wrong = unitary_matrix(phases, fixed) - target
    left, right = third[:, None] * fixed[0], fixed[1] * first
    inner = left.conj().T @ wrong
    parts = [
        (wrong.conj() * (1j * (left * second) @ right)).sum(axis=0),
        (inner.conj() * (1j * second[:, None] * right)).sum(axis=1),
        (wrong.conj() * (1j * (left * second) @ right)).sum(axis=1),
    ]
    return np.real(np.array(parts))


def phase_start(dim: int, seed: int) -> tuple[FloatArray, ComplexArray]:
    """Return the first phases and the target A, whose entries are complex normal numbers of variance 1 / n."""
    random = np.random.default_rng([seed, 9])
    target = (random.standard_normal((dim, dim)) + 1j * random.standard_normal((dim, dim))) / (2 * dim) ** 0.5
    return random.uniform(-np.pi, np.pi, (3, dim)), target


@scene(
    show("points", of={"free": "free", "unitary": "unitary"}, heading="eigenvalues", reach=1.35),
    show("series", of={"free": "log10 free off", "unitary": "log10 unitary off"}, heading="max | |λ| − 1 |"),
    show("series", of={"free": "free loss", "unitary": "unitary loss"}, heading="loss", scale="linear"),
    "claims",
    title="Unitary recurrence",
    statement="trained by its phases, the matrix stays unitary: eigenvalues never leave the circle",
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
    fixed, (phases, target) = fixed_factors(dim, seed), phase_start(dim, seed)
    free = unitary_matrix(phases, fixed)
    unitaries, frees = [free], [free]
    for _ in range(steps):
        phases = phases - rate * phase_gradient(phases, fixed, target)
        free = free - rate * (free - target)
        unitaries.append(unitary_matrix(phases, fixed))
        frees.append(free)
    series = {}
    for name, matrices in (("free", np.array(frees)), ("unitary", np.array(unitaries))):
        eigenvalues = np.linalg.eigvals(matrices)
        series[name] = np.stack([eigenvalues.real, eigenvalues.imag], axis=-1)
        off = np.abs(np.abs(eigenvalues) - 1).max(axis=1)
        series[f"log10 {name} off"] = np.log10(np.maximum(off, 1e-17))
        series[f"{name} loss"] = (np.abs(matrices - target) ** 2).sum(axis=(1, 2)) / 2
    factors = np.array([real_form(matrix) for matrix in unitaries[1:]]).reshape(steps, 2 * dim, 2 * dim)
    return MatrixSequence(factors, series=series)


@unitary.claim("max | |λ| − 1 |")
def _(series: Mapping[str, FloatArray], dim: int) -> Claimed:
    return Claimed(
        float(10 ** series["log10 unitary off"].max()),
        0.0,
        100 * dim * float(np.finfo(float).eps),
        "Six factors and the eigenvalues of a normal matrix are off by a few n · eps.",
    )


@unitary.claim("drift of log10 norm")
def _(product: Trajectory) -> Claimed:
    return constant_norm(product)


@unitary.claim("phase gradient error")
def _(dim: int, seed: int) -> Claimed:
    # The largest difference between the gradient at the start and central differences.
    fixed, (phases, target) = fixed_factors(dim, seed), phase_start(dim, seed)

    def loss(shift: FloatArray) -> float:
        return float((np.abs(unitary_matrix(phases + shift.reshape(3, dim), fixed) - target) ** 2).sum() / 2)

    width = 1e-5
    differences = [(loss(e) - loss(-e)) / (2 * width) for e in width * np.eye(3 * dim)]
    return Claimed(
        float(np.abs(phase_gradient(phases, fixed, target).ravel() - differences).max()),
        0.0,
        1e-6,
        "Central differences of width 1e−5 are off by about eps · n / 1e−5 and by 1e−10.",
    )
