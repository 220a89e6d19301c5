"""What a claim may ask of a scene's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from scenes.core.sequence import FloatArray, MatrixSequence


class Numbers(Protocol):
    """The series of a scene, or of one column of a comparison."""

    @property
    def steps(self) -> int:
        """Number of steps T; there are T + 1 states."""

    @property
    def series(self) -> Mapping[str, FloatArray]:
        """The scene's own series by name, each of shape (T + 1, …)."""

    @property
    def has_product(self) -> bool:
        """Whether the scene multiplies matrices."""


class Trajectory(Numbers, Protocol):
    """All products ``P_0 … P_T`` of a scene, computed when they are asked for."""

    @property
    def dim(self) -> int:
        """Rows and columns n."""

    @property
    def sequence(self) -> MatrixSequence:
        """The factors."""

    def product(self, step: int) -> tuple[FloatArray, int]:
        """Return ``P_t`` as mantissa, shape (n, n), and the power of two that multiplies it."""

    def matrix(self, step: int) -> FloatArray:
        """Return ``P_t`` as plain numbers, shape (n, n); entries beyond float64 are ±inf or 0."""

    def eigenvalues(self, step: int) -> tuple[FloatArray, FloatArray]:
        """Return log10 of the moduli and the angles of the eigenvalues of ``P_t``, each shape (n,)."""

    def orthogonality_drift(self, step: int) -> float:
        """Return ``‖P_tᵀ P_t − I‖_F``, inf where it is beyond float64."""

    @property
    def log10_spectral_norm(self) -> FloatArray:
        """log10 of ``‖P_t‖₂``, shape (T + 1,)."""

    @property
    def log10_frobenius_norm(self) -> FloatArray:
        """log10 of ``‖P_t‖_F``, shape (T + 1,)."""

    @property
    def log10_singular_values(self) -> FloatArray:
        """log10 of the singular values of ``P_t``, descending, shape (T + 1, n); NaN for those unknown."""

    @property
    def lyapunov_exponents(self) -> FloatArray:
        """Mean growth of the product's axes in natural logarithms a step, descending, shape (n,)."""
