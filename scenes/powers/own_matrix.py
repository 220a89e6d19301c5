"""The recurrent kernel of a user's own network, and the orthogonal matrix next to it."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    Dim,
    FloatArray,
    MatrixSequence,
    ParameterError,
    Reached,
    Seed,
    Steps,
    Trajectory,
    first_step,
    glorot_normal,
    repeated,
    scene,
    show,
)
from scenes.powers._kernels import kernel_of


def _kernel(file: str, gate: int, dim: int, seed: int) -> FloatArray:
    """Return the matrix in a file, or Glorot's initialisation where none is named."""
    if file:
        return kernel_of(file, gate)
    if gate:
        raise ParameterError(f"gate {gate} needs a file with the matrices of gates, so name one or leave the gate out")
    return glorot_normal(dim, seed)


def _nearest_orthogonal(matrix: FloatArray) -> FloatArray:
    """Return the orthogonal matrix with the least ``‖A − Q‖_F``: ``U Vᵀ`` of the singular value decomposition."""
    u, _, vt = np.linalg.svd(matrix)
    return np.asarray(u @ vt)


@scene(
    show("matrix", numbers=False),
    show("norms", heading="size of the power", note="λ of W outside the circle: grows; on it: keeps; inside: fades"),
    show("eigenvalues", heading="λ: stretch a step", powers=False),
    title="A network's own matrix",
    statement="left untouched, right with every stretch set to 1",
    opening="A network multiplies its state by W at every step. Left W untouched, right made orthogonal.",
    running="Left the outermost λ decides. <keep>Right every stretch is set to 1: nothing vanishes or explodes.</>",
    covers=(31, 33),
)
def own_matrix(
    steps: Steps = 64, dim: Dim = 16, seed: Seed = 0, file: str = "", gate: Annotated[int, Bounds(0, 4)] = 0
) -> dict[str, MatrixSequence]:
    """Powers of a network's own recurrent kernel, beside those of the nearest orthogonal matrix.

    Parameters
    ----------
    file : str
        A .npy file (or one of numbers with commas) with the square matrix, or with those of an LSTM's or a GRU's gates
        below or beside each other; without it one is drawn by Glorot's rule.
    gate : int
        Which of the gates' matrices in the file, from 1; 0 where it holds one matrix.
    """
    kernel = _kernel(file, gate, dim, seed)
    return {"untouched": repeated(kernel, steps), "orthogonal": repeated(_nearest_orthogonal(kernel), steps)}


def _first_factor(product: Trajectory) -> FloatArray:
    """Return W, or I where nothing is multiplied."""
    factors = product.sequence.factors
    return np.asarray(factors[0] if len(factors) else np.eye(product.dim))


def _radius(product: Trajectory) -> float:
    """Return the largest modulus of the first product's eigenvalues, leaving out those that rounding may have made."""
    known = product.eigenvalues(min(1, product.steps))[0]
    return float(10 ** np.fmax.reduce(known, initial=-np.inf))


def _radius_by_squaring(matrix: FloatArray) -> float:
    """Return the limit of ``‖W^k‖^(1/k)`` (I. Gelfand, 1941), with W squared again and again."""
    power, log = matrix, 0.0
    for squarings in range(52):
        size = float(np.linalg.norm(power))
        if size == 0.0:
            return 0.0
        log += np.log(size) / 2.0**squarings
        power = (power / size) @ (power / size)
    return float(np.exp(log))


def _radius_rounding(matrix: FloatArray) -> float:
    """Return by how much eigenvalues may move where W moves by 64 n · eps of its norm.

    The bound of F. Bauer and C. Fike (1960) by the condition of the eigenvectors, or where that is without bound the
    one of L. Elsner (1985).
    """
    dim, size = len(matrix), float(np.linalg.norm(matrix, 2))
    change = 64 * dim * np.finfo(float).eps * size
    by_vectors = float(np.linalg.cond(np.linalg.eig(matrix)[1])) * change
    by_size = (2 * size + change) ** (1 - 1 / dim) * change ** (1 / dim)
    return float(min(by_vectors, by_size)) if np.isfinite(by_vectors) else float(by_size)


def _departure(product: Trajectory) -> float:
    return product.orthogonality_drift(min(1, product.steps))


def _largest_by_gram(matrix: FloatArray) -> float:
    """Return the root of the largest eigenvalue of ``WᵀW``."""
    return float(np.sqrt(np.linalg.eigvalsh(matrix.T @ matrix)[-1]))


def _departure_rounding(matrix: FloatArray) -> float:
    return float(1e-13 * len(matrix) * (1 + _largest_by_gram(matrix) ** 2))


@own_matrix.moment(
    "At step {step} the untouched product is {size:log10} times as large as I, <keep>the orthogonal one 1</>."
)
def _(columns: Mapping[str, Trajectory], steps: int) -> Reached | None:
    size = columns["untouched"].log10_spectral_norm
    step = first_step(np.abs(size) >= 1)
    return Reached(step, size=float(size[step])) if step and step < steps else None


@own_matrix.moment("After {step} steps: untouched {size:log10} times as large as at the start, <keep>orthogonal 1</>.")
def _(columns: Mapping[str, Trajectory], steps: int) -> Reached:
    return Reached(steps, size=float(columns["untouched"].log10_spectral_norm[-1]))


@own_matrix.claim("‖WᵀW − I‖", column="untouched")
def _(product: Trajectory) -> Claimed:
    factor = _first_factor(product)
    values = np.linalg.svd(factor, compute_uv=False)
    return Claimed(
        _departure(product),
        float(np.linalg.norm(values**2 - 1)),
        _departure_rounding(factor),
        "Both ways round by about n · eps of the squared norm.",
    )


@own_matrix.claim("spectral radius", column="untouched")
def _(product: Trajectory) -> Claimed:
    factor = _first_factor(product)
    return Claimed(
        _radius(product),
        _radius_by_squaring(factor),
        _radius_rounding(factor),
        "Eigenvalues move with W by as much as their vectors' condition times its rounding.",
    )


@own_matrix.claim("largest singular value", column="untouched")
def _(product: Trajectory, steps: int) -> Claimed:
    factor = _first_factor(product)
    largest = _largest_by_gram(factor)
    return Claimed(
        float(10 ** product.log10_spectral_norm[min(1, steps)]),
        largest,
        float(1e-13 * len(factor) * (1 + largest)),
        "Both ways round by about n · eps of the norm.",
    )


@own_matrix.claim("‖WᵀW − I‖", column="orthogonal")
def _(product: Trajectory) -> Claimed:
    return Claimed(
        _departure(product),
        0.0,
        _departure_rounding(_first_factor(product)),
        "The factors of a singular value decomposition are orthogonal up to about n · eps.",
    )


@own_matrix.claim("spectral radius", column="orthogonal")
def _(product: Trajectory) -> Claimed:
    return Claimed(
        _radius(product),
        1.0,
        _departure_rounding(_first_factor(product)),
        "Eigenvalues of an orthogonal matrix are on the circle, up to the rounding of the matrix.",
    )


@own_matrix.claim("drift of log10 norm", column="orthogonal")
def _(product: Trajectory, steps: int) -> Claimed:
    return Claimed(
        float(np.abs(product.log10_spectral_norm).max()),
        0.0,
        float((steps + 4) * product.dim * np.finfo(float).eps),
        "A multiplication rounds by at most about n · eps of the norm.",
    )


def _only_scaled(steps: int, dim: int, seed: int, file: str, gate: int) -> dict[str, MatrixSequence]:
    """Return the kernel beside itself divided by its norm: of the singular values only the largest is 1."""
    kernel = _kernel(file, gate, dim, seed)
    scaled = kernel / max(float(np.linalg.norm(kernel, 2)), np.finfo(float).tiny)
    return {"untouched": repeated(kernel, steps), "orthogonal": repeated(scaled, steps)}


@own_matrix.claim("error of the polar factor", headline=True, counterexample=_only_scaled)
def _(columns: Mapping[str, Trajectory], steps: int, dim: int, seed: int, file: str, gate: int) -> Claimed:
    kernel, first = _kernel(file, gate, dim, seed), min(1, steps)
    left, right = columns["untouched"].matrix(first), columns["orthogonal"].matrix(first)
    away = 0.0
    if steps:
        # Σ σ is the largest trace of QᵀW that an orthogonal Q has, and U Vᵀ has it: only the σ were set to 1.
        trace = np.linalg.svd(kernel, compute_uv=False).sum() - (right * kernel).sum()
        departure = np.linalg.norm(right.T @ right - np.eye(len(right)))
        away = max(float(departure), abs(float(trace)), float(np.linalg.norm(left - kernel)))
    return Claimed(away, 0.0, _departure_rounding(kernel), "All of it rounds by about n · eps of the squared norm.")
