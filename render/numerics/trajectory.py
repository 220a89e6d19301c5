"""From what a scene returns to its numbers: series, and every product at any step, in any order."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from render.errors import UsageError
from render.numerics.eigenvalues import (
    departure_from_normality,
    eigenvalues_of_power,
    known_eigenvalues,
    match_eigenvalues,
)
from render.numerics.lyapunov import lyapunov_exponents
from render.numerics.products import Products
from render.numerics.scaled import LOG10_2, Scaled, log10_nuclear_norms, orthogonality_drift
from render.numerics.singular_values import log10_singular_values, log10_singular_values_of_powers
from render.numerics.tracks import named_tracks, series_tracks
from scenes import FloatArray, MatrixSequence, Record, Recording, SequenceError

# Columns of tables that stand for one value each.
_NUMBERED = re.compile(r"(log10_)?(condition_number|singular_value_\d+|eigenvalue_(modulus|angle)_\d+)")


class Trajectory:
    """The numbers of a scene: its series, and the products ``P_0 … P_T`` where it multiplies matrices.

    Products and what is derived from them are computed when they are asked for; memory does not grow with
    the steps. In a comparison every column is a trajectory (`columns`).

    Parameters
    ----------
    recording : MatrixSequence or Record
        What the scene returned.
    """

    def __init__(self, recording: Recording) -> None:
        self.steps = recording.steps
        self.series: Mapping[str, FloatArray] = recording.series
        self._sequence = recording if isinstance(recording, MatrixSequence) else None

    def __repr__(self) -> str:
        parts = [f"products of {self.dim} × {self.dim} matrices"] if self.has_product else []
        parts += [f"series {', '.join(self.series)}"] if self.series else []
        return f"<Trajectory: {', '.join(parts)}, {self.steps} steps>"

    @property
    def columns(self) -> Mapping[str, Trajectory]:
        """The trajectory of every column by its label; one that is no comparison has itself, under no letters."""
        return {"": self}

    @property
    def has_product(self) -> bool:
        """Whether the scene multiplies matrices."""
        return self._sequence is not None

    @property
    def sequence(self) -> MatrixSequence:
        """The factors.

        Raises
        ------
        UsageError
            If the scene multiplies nothing.
        """
        if self._sequence is None:
            raise UsageError("the scene multiplies no matrices, so ask for one of its series")
        return self._sequence

    @property
    def dim(self) -> int:
        """Rows and columns n of the product."""
        return self.sequence.dim

    @cached_property
    def _products(self) -> Products:
        return Products(self.sequence)

    def product(self, step: int) -> Scaled:
        """Return ``P_t`` as mantissa, shape (n, n), and power of two; 0 ≤ `step` ≤ `steps`.

        Raises
        ------
        IndexError
            If there is no such step.
        """
        return self._products[step]

    def block_means(self, step: int, block: int) -> Scaled:
        """Return the means of block × block entries of ``P_t``, shape (⌈n / block⌉, ⌈n / block⌉), scaled alike."""
        return self._products.block_means(step, block)

    @cached_property
    def tracks(self) -> dict[str, FloatArray]:
        """Every number of a step by name, each of shape (T + 1,): of the product, where there is one, and all series.

        ``log10_…`` are decimal logarithms, which never overflow; the name without it is the same number in natural
        units, inf or 0 where it is beyond float64. Angles are in radians. Series of several numbers a step are
        numbered.
        """
        own = _product_tracks(self) if self.has_product else {}
        return {"step": np.arange(self.steps + 1.0)} | own | series_tracks(self.series)

    def matrix(self, step: int) -> FloatArray:
        """Return ``P_t`` as plain numbers, shape (n, n); entries beyond float64 are ±inf or 0."""
        return self.product(step).value()

    @cached_property
    def _log10_norms(self) -> tuple[FloatArray, FloatArray]:
        return self._products.log10_norms()

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
        for step, row in enumerate(self.rows_of_eigenvalues()):
            log10[step], angle[step] = row
        return log10, angle

    def rows_of_eigenvalues(self) -> Iterator[tuple[FloatArray, FloatArray]]:
        """Yield the rows of `eigenvalue_tracks`, a step after the other."""
        before = None
        for step in range(self.steps + 1):
            log10, angle = self.eigenvalues(step)
            if self._spectrum is None:
                now = log10 / math.log10(math.e) + 1j * angle
                if before is not None:
                    order = match_eigenvalues(before, now)
                    log10, angle, now = log10[order], angle[order], now[order]
                before = now
            yield log10, angle

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
        track = np.empty((self.steps + 1, self.dim))
        for step, row in enumerate(self.rows_of_singular_values()):
            track[step] = row
        return track

    def rows_of_singular_values(self) -> Iterator[FloatArray]:
        """Yield the rows of `log10_singular_values`, a step after the other."""
        if self._spectrum is not None and self.sequence.factor is not None:
            logarithms = log10_singular_values_of_powers(self.sequence.factor, self.steps)
            if logarithms is not None:
                return (step * logarithms for step in range(self.steps + 1))
        return log10_singular_values(self.sequence, self._products.all())

    @cached_property
    def log10_nuclear_norm(self) -> FloatArray:
        """log10 of the sum of the singular values of ``P_t``, shape (T + 1,).

        Rounding errors in the small ones do not matter here, so they are those of the product.
        """
        track = np.empty(self.steps + 1)
        for start, products in self._products.batches():
            track[start : start + len(products)] = log10_nuclear_norms(products)
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


# What stands side by side in a film, by its label; a film of one product has none.
Columns = Mapping[str | None, Trajectory]


class Comparison(Trajectory):
    """The numbers of a scene of several columns. Its series have the column's label and a dot before their names.

    Parameters
    ----------
    columns : mapping of str to Trajectory
        Every column by its label; all have equally many steps.
    """

    def __init__(self, columns: Mapping[str, Trajectory]) -> None:
        series = {f"{label}.{name}": s for label, column in columns.items() for name, s in column.series.items()}
        super().__init__(Record(series or {"step": np.arange(next(iter(columns.values())).steps + 1.0)}))
        self._columns = dict(columns)

    def __repr__(self) -> str:
        return f"<Trajectory: columns {', '.join(self._columns)}, {self.steps} steps>"

    @property
    def columns(self) -> Mapping[str, Trajectory]:
        """The trajectory of every column by its label."""
        return self._columns

    @property
    def sequence(self) -> MatrixSequence:
        """Raise `UsageError`: every column has its own."""
        first = next(iter(self._columns))
        raise UsageError(f"the scene has several columns, so ask one of them, as columns[{first!r}]")

    @cached_property
    def tracks(self) -> dict[str, FloatArray]:
        """Every number of a step by its column's label, a dot, and its name; see `Trajectory.tracks`."""
        tracks = {"step": np.arange(self.steps + 1.0)}
        for label, column in self._columns.items():
            tracks |= {f"{label}.{name}": track for name, track in column.tracks.items() if name != "step"}
        return tracks


def trajectory_of(columns: Columns) -> Trajectory:
    """Return the one trajectory of a scene, or that of a comparison with its columns."""
    if None in columns:
        return columns[None]
    return Comparison({str(label): column for label, column in columns.items()})


def _product_tracks(trajectory: Trajectory) -> dict[str, FloatArray]:
    steps = range(trajectory.steps + 1)
    return named_tracks(
        (trajectory.log10_spectral_norm, trajectory.log10_frobenius_norm),
        trajectory.log10_nuclear_norm,
        trajectory.log10_singular_values,
        trajectory.eigenvalue_tracks,
        np.array([trajectory.departure_from_normality(s) for s in steps]),
        np.array([trajectory.orthogonality_drift(s) for s in steps]),
    )


def simulate(recording: Recording) -> Trajectory:
    """Return the numbers of a recording. Nothing is multiplied until it is asked for.

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
    return Trajectory(recording)


def product_of(trajectory: Trajectory, what: str) -> Trajectory:
    """Return the trajectory, which has the product that `what` needs.

    Raises
    ------
    UsageError
        If the scene multiplies nothing.
    """
    if not trajectory.has_product:
        raise UsageError(f"{what} shows a product of matrices, but the scene returns series only, so show these")
    return trajectory
