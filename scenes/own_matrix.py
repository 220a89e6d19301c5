"""The recurrent kernel of a user's own network, and the orthogonal matrix next to it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from scenes._matrices import glorot_normal
from scenes._scene import Claim, Dim, ParameterError, Seed, Steps, scene, show
from scenes._sequence import FloatArray, MatrixSequence, repeated


def _kernel(file: str, dim: int, seed: int) -> FloatArray:
    """Return the matrix in a .npy or text file, or Glorot's initialisation where none is named."""
    if not file:
        return glorot_normal(dim, seed)
    if not Path(file).is_file():
        raise ParameterError(f"there is no file {file}, so check the path")
    try:
        matrix = np.load(file, allow_pickle=False) if Path(file).suffix == ".npy" else np.loadtxt(file, delimiter=",")
    except (OSError, ValueError, EOFError) as error:
        reason = getattr(error, "strerror", None) or "it is no .npy file and no table of numbers with commas"
        raise ParameterError(f"file {file} could not be read ({reason}), so save the matrix with numpy.save") from None
    shape = np.shape(matrix)
    if len(shape) != 2 or shape[0] != shape[1] or shape[0] < 2 or shape[0] > 1_024:
        raise ParameterError(f"file {file} must hold a square matrix of 2 to 1,024 rows, but its shape is {shape}")
    return np.asarray(matrix, dtype=np.float64)


def _nearest_orthogonal(matrix: FloatArray) -> FloatArray:
    """Return the orthogonal matrix with the least ``‖A − Q‖_F``: ``U Vᵀ`` of the singular value decomposition."""
    u, _, vt = np.linalg.svd(matrix)
    return np.asarray(u @ vt)


def _first_factor(trajectory: Any) -> FloatArray:
    """Return W, or I where nothing is multiplied."""
    factors = trajectory.sequence.factors
    return np.asarray(factors[0] if len(factors) else np.eye(trajectory.dim))


def _radius(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the largest modulus of the first product's eigenvalues."""
    return float(10 ** np.max(trajectory.eigenvalues(min(1, trajectory.steps))[0]))


def _radius_by_squaring(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the limit of ``‖W^k‖^(1/k)`` (I. Gelfand, 1941), with W squared again and again."""
    power, log = _first_factor(trajectory), 0.0
    for squarings in range(52):
        size = float(np.linalg.norm(power))
        if size == 0.0:
            return 0.0
        log += np.log(size) / 2.0**squarings
        power = (power / size) @ (power / size)
    return float(np.exp(log))


def _radius_rounding(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return by how much eigenvalues may move where W moves by 64 n · eps of its norm.

    The bound of F. Bauer and C. Fike (1960) by the condition of the eigenvectors, or where that is without bound the
    one of L. Elsner (1985).
    """
    factor = _first_factor(trajectory)
    size = float(np.linalg.norm(factor, 2))
    change = 64 * trajectory.dim * np.finfo(float).eps * size
    by_vectors = float(np.linalg.cond(np.linalg.eig(factor)[1])) * change
    by_size = (2 * size + change) ** (1 - 1 / trajectory.dim) * change ** (1 / trajectory.dim)
    return float(min(by_vectors, by_size)) if np.isfinite(by_vectors) else float(by_size)


def _departure(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.orthogonality_drift(min(1, trajectory.steps)))


def _departure_by_singular_values(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return ``√(Σ (σ² − 1)²)``."""
    values = np.linalg.svd(_first_factor(trajectory), compute_uv=False)
    return float(np.linalg.norm(values**2 - 1))


def _departure_rounding(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(1e-13 * trajectory.dim * (1 + _largest_by_gram(trajectory, parameters) ** 2))


def _largest(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the norm of the first product, which is the kernel's largest singular value."""
    return float(10 ** trajectory.log10_spectral_norm[min(1, trajectory.steps)])


def _largest_by_gram(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the root of the largest eigenvalue of ``WᵀW``."""
    factor = _first_factor(trajectory)
    return float(np.sqrt(np.linalg.eigvalsh(factor.T @ factor)[-1]))


def _rounding(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(1e-13 * trajectory.dim * (1 + _largest_by_gram(trajectory, parameters)))


def _drift(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(np.abs(trajectory.log10_spectral_norm).max())


def _drift_bound(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float((trajectory.steps + 4) * trajectory.dim * np.finfo(float).eps)


@scene(
    "matrix",
    show("series", of={"norm": "log10_spectral_norm", "spectral radius": "log10_spectral_radius"}, heading=""),
    title="A recurrent kernel",
    statement="left as it is, right with every singular value set to 1",
    claims=(
        Claim(
            "‖WᵀW − I‖",
            _departure,
            _departure_by_singular_values,
            _departure_rounding,
            "Both ways round by about n · eps of the squared norm.",
            column="as it is",
        ),
        Claim(
            "spectral radius",
            _radius,
            _radius_by_squaring,
            _radius_rounding,
            "Eigenvalues move with W by as much as their vectors' condition times its rounding.",
            column="as it is",
        ),
        Claim(
            "largest singular value",
            _largest,
            _largest_by_gram,
            _rounding,
            "Both ways round by about n · eps of the norm.",
            column="as it is",
        ),
        Claim(
            "‖WᵀW − I‖",
            _departure,
            0.0,
            _departure_rounding,
            "The factors of a singular value decomposition are orthogonal up to about n · eps.",
            column="nearest orthogonal",
        ),
        Claim(
            "spectral radius",
            _radius,
            1.0,
            _departure_rounding,
            "Eigenvalues of an orthogonal matrix are on the circle, up to the rounding of the matrix.",
            column="nearest orthogonal",
        ),
        Claim(
            "drift of log10 norm",
            _drift,
            0.0,
            _drift_bound,
            "A multiplication rounds by at most about n · eps of the norm.",
            column="nearest orthogonal",
        ),
    ),
    poster=0.25,
    covers=(31, 33),
)
def own_matrix(steps: Steps = 64, dim: Dim = 16, seed: Seed = 0, file: str = "") -> dict[str, MatrixSequence]:
    """Powers of a network's own recurrent kernel, beside those of the nearest orthogonal matrix.

    Parameters
    ----------
    file : str
        A .npy file (or one of numbers with commas) with the square matrix; without it one is drawn by Glorot's rule.
    """
    kernel = _kernel(file, dim, seed)
    return {"as it is": repeated(kernel, steps), "nearest orthogonal": repeated(_nearest_orthogonal(kernel), steps)}
