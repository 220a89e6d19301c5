"""From what a scene returns to its numbers: series, and every product at any step, in any order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from render.errors import UsageError
from render.linalg import (
    LOG10_2,
    Scaled,
    ScaledProduct,
    departure_from_normality,
    eigenvalues_of_power,
    known_eigenvalues,
    log10_norms,
    log10_singular_values,
    log10_singular_values_of_powers,
    lyapunov_exponents,
    match_eigenvalues,
    orthogonality_drift,
)
from scenes import FloatArray, MatrixSequence, Recording, SequenceError

# Memory spent on products kept along the way, and on those handed to one batch of SVDs.
_CHECKPOINT_BYTES = 16 * 2**20
_BATCH_BYTES = 2 * 2**20


# Columns of tables that stand for one value each.
_NUMBERED = re.compile(r"(log10_)?(condition_number|singular_value_\d+|eigenvalue_(modulus|angle)_\d+)")


class Recorded:
    """The series of a scene, or of one column of a comparison.

    Parameters
    ----------
    recording : MatrixSequence or Record
        What the scene returned.
    """

    def __init__(self, recording: Recording) -> None:
        self.steps = recording.steps
        self.series = recording.series


class Trajectory(Recorded):
    """All products ``P_0 … P_T`` of a sequence, computed when asked for.

    Every k-th product is kept, so memory is bounded whatever the number of steps, and the product
    of a step has the same bits in whatever order steps are asked for.

    Parameters
    ----------
    sequence : MatrixSequence
        What to multiply.
    """

    def __init__(self, sequence: MatrixSequence) -> None:
        super().__init__(sequence)
        self.sequence = sequence
        self.dim = sequence.dim
        self._product = ScaledProduct(sequence)
        kept = max(1, _CHECKPOINT_BYTES // (8 * self.dim**2))
        self._spacing = max(1, -(-self.steps // kept))
        self._checkpoints = [Scaled(sequence.initial, 0)]
        self._last = (0, self._checkpoints[0])

    def product(self, step: int) -> Scaled:
        """Return ``P_t`` as mantissa, shape (n, n), and power of two; 0 ≤ `step` ≤ `steps`.

        Raises
        ------
        IndexError
            If there is no such step.
        """
        if not 0 <= step <= self.steps:
            raise IndexError(f"step must be from 0 to {self.steps}, but it is {step}")
        at, product = self._last
        nearest = min(step // self._spacing, len(self._checkpoints) - 1)
        if not nearest * self._spacing <= at <= step:
            at, product = nearest * self._spacing, self._checkpoints[nearest]
        while at < step:
            at += 1
            product = self._product.step(at, product)
            if at == len(self._checkpoints) * self._spacing:
                self._checkpoints.append(product)
        self._last = (at, product)
        return product

    def matrix(self, step: int) -> FloatArray:
        """Return ``P_t`` as plain numbers, shape (n, n); entries beyond float64 are ±inf or 0."""
        return self.product(step).value()

    @cached_property
    def _log10_norms(self) -> tuple[FloatArray, FloatArray]:
        spectral, frobenius = np.empty(self.steps + 1), np.empty(self.steps + 1)
        for start, products in self._batches():
            stop = start + len(products)
            stack = np.stack([p.mantissa for p in products])
            exponents = np.array([p.exponent for p in products])
            spectral[start:stop], frobenius[start:stop] = log10_norms(stack, exponents)
        return spectral, frobenius

    def _batches(self) -> Iterator[tuple[int, list[Scaled]]]:
        size = max(1, _BATCH_BYTES // (8 * self.dim**2))
        for start in range(0, self.steps + 1, size):
            stop = min(start + size, self.steps + 1)
            yield start, [self.product(step) for step in range(start, stop)]

    @property
    def log10_spectral_norm(self) -> FloatArray:
        """log10 of ‖P_t‖₂, the largest singular value, shape (T + 1,)."""
        return self._log10_norms[0]

    @property
    def log10_frobenius_norm(self) -> FloatArray:
        """log10 of ‖P_t‖_F, the root of the sum of squares, shape (T + 1,)."""
        return self._log10_norms[1]

    @cached_property
    def _spectrum(self) -> NDArray[Any] | None:
        """Eigenvalues of the factor where ``P_t`` is its power, else None."""
        identity = np.array_equal(self.sequence.initial, np.eye(self.dim))
        factor = self.sequence.factor
        return known_eigenvalues(factor) if identity and factor is not None else None

    def eigenvalues(self, step: int) -> tuple[FloatArray, FloatArray]:
        """Return log10 of the moduli and the angles of the eigenvalues of ``P_t``, each shape (n,).

        Where one factor repeats they are powers of its eigenvalues. Elsewhere they come from the
        product itself. Those that rounding may have made are NaN.
        """
        if self._spectrum is not None:
            return eigenvalues_of_power(self._spectrum, step)
        mantissa, exponent = self.product(step).normalized()
        values = known_eigenvalues(mantissa)
        modulus = np.abs(values)
        # The product's own rounding is of that size.
        known = modulus > 1e4 * self.dim * np.finfo(float).eps * np.linalg.norm(mantissa)
        with np.errstate(divide="ignore", invalid="ignore"):
            log10 = np.where(known, np.log10(modulus) + exponent * LOG10_2, np.nan)
        return np.asarray(log10), np.asarray(np.angle(values))

    @cached_property
    def eigenvalue_tracks(self) -> tuple[FloatArray, FloatArray]:
        """log10 of the moduli and the angles of the eigenvalues, each shape (T + 1, n).

        A column follows one eigenvalue: of the factor where it repeats, else the nearest one from
        step to step.
        """
        log10, angle = np.empty((self.steps + 1, self.dim)), np.empty((self.steps + 1, self.dim))
        before = None
        for step in range(self.steps + 1):
            log10[step], angle[step] = self.eigenvalues(step)
            if self._spectrum is None:
                now = log10[step] / np.log10(np.e) + 1j * angle[step]
                if before is not None:
                    place = match_eigenvalues(before, now)
                    log10[step], angle[step], now = log10[step, place], angle[step, place], now[place]
                before = now
        return log10, angle

    @property
    def log10_spectral_radius(self) -> FloatArray:
        """log10 of the largest eigenvalue modulus of ``P_t``, shape (T + 1,); NaN where none is known."""
        return np.asarray(np.fmax.reduce(self.eigenvalue_tracks[0], axis=1))

    @cached_property
    def log10_singular_values(self) -> FloatArray:
        """log10 of the singular values of ``P_t``, descending, shape (T + 1, n).

        Right however ill-conditioned the product is; −inf where it is zero, and NaN for what
        arithmetic on rounded factors cannot tell, zero beside others among it.
        """
        if self._spectrum is not None and self.sequence.factor is not None:
            track = log10_singular_values_of_powers(self.sequence.factor, self.steps)
            if track is not None:
                return track
        return log10_singular_values(self.sequence, (self.product(step) for step in range(self.steps + 1)))

    @cached_property
    def log10_nuclear_norm(self) -> FloatArray:
        """log10 of the sum of the singular values of ``P_t``, shape (T + 1,).

        Rounding errors in the small ones do not matter here, so they are those of the product.
        """
        track = np.empty(self.steps + 1)
        for start, products in self._batches():
            parts = [product.normalized() for product in products]
            values = np.linalg.svd(np.stack([part.mantissa for part in parts]), compute_uv=False)
            with np.errstate(divide="ignore"):
                track[start : start + len(parts)] = np.log10(values.sum(axis=1))
            track[start : start + len(parts)] += np.array([part.exponent for part in parts]) * LOG10_2
        return track

    @property
    def log10_condition(self) -> FloatArray:
        """log10 of ``σ₁ / σ_n`` of ``P_t``, shape (T + 1,); NaN where σ_n is not known or ``P_t`` is zero."""
        known = self.log10_singular_values
        with np.errstate(invalid="ignore"):
            return np.asarray(known[:, 0] - known[:, -1])

    @cached_property
    def lyapunov_exponents(self) -> FloatArray:
        """Mean growth of the product's axes in natural logarithms a step, descending, shape (n,).

        Raises
        ------
        ValueError
            If there are no steps.
        """
        return lyapunov_exponents(self.sequence)

    def departure_from_normality(self, step: int) -> float:
        """Return ``√(‖P_t‖_F² − Σ |λ|²) / ‖P_t‖_F``: 0 for a normal product, up to 1; NaN for zero."""
        mantissa = self.product(step).normalized().mantissa
        return departure_from_normality(mantissa) if mantissa.any() else float("nan")

    def orthogonality_drift(self, step: int) -> float:
        """Return ``‖P_tᵀ P_t − I‖_F``, inf where it is beyond float64."""
        with np.errstate(over="ignore", invalid="ignore"):
            drift = orthogonality_drift(self.matrix(step))
        return drift if np.isfinite(drift) else float("inf")


def simulate(recording: Recording) -> Recorded:
    """Return the numbers of a recording: a `Trajectory` where it has a product.

    Nothing is multiplied until it is asked for.

    Raises
    ------
    SequenceError
        If a series has the name of a track, or another that tables need themselves.
    """
    tracks = {name for name in vars(Trajectory) if name.startswith("log10_")}
    taken = tracks | {name.removeprefix("log10_") for name in tracks} | {"step", "file"}
    taken |= {"departure_from_normality", "orthogonality_drift"}
    # Tables number the columns of what has several.
    taken |= {f"{name}_{k}" for name, s in recording.series.items() if s.ndim > 1 for k in range(1, s[0].size + 1)}
    for name in recording.series:
        if name in taken or _NUMBERED.fullmatch(name):
            raise SequenceError(f"a series cannot be named {name!r}, which stands for something else, so rename it")
    return Trajectory(recording) if isinstance(recording, MatrixSequence) else Recorded(recording)


def product_of(recorded: Recorded, what: str) -> Trajectory:
    """Return the trajectory that `what` needs.

    Raises
    ------
    UsageError
        If the scene multiplies nothing.
    """
    if not isinstance(recorded, Trajectory):
        raise UsageError(f"{what} shows a product of matrices, but the scene returns series only, so show these")
    return recorded
