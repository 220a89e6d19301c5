"""The numbers of a long run, some steps at a time, so that memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from render.numerics.scaled import log10_norms, log10_nuclear_norms
from render.numerics.tracks import named_tracks, series_tracks
from render.numerics.trajectory import Columns, Trajectory
from scenes import FloatArray

_PRODUCTS_BYTES = 2 * 2**20


def track_pieces(columns: Columns, rows: int) -> Iterator[dict[str, FloatArray]]:
    """Yield the tracks of some steps after the other: those of `Trajectory.tracks`, cut, bit for bit.

    Parameters
    ----------
    columns : mapping of str to Trajectory
        Numbers by the column's label, which stands before their names, with a dot; one alone has the label None.
    rows : int
        Steps of a piece at most, each track of shape (rows,): fewer where the products of so many take much memory.
    """
    largest = max((column.dim for column in columns.values() if column.has_product), default=1)
    rows = min(rows, max(1, _PRODUCTS_BYTES // (8 * largest**2)))
    if None in columns:
        yield from _pieces(columns[None], rows)
        return
    for pieces in zip(*(_pieces(column, rows) for column in columns.values()), strict=True):
        found = {"step": pieces[0]["step"]}
        for label, piece in zip(columns, pieces, strict=True):
            found |= {f"{label}.{name}": track for name, track in piece.items() if name != "step"}
        yield found


def _pieces(trajectory: Trajectory, rows: int) -> Iterator[dict[str, FloatArray]]:
    products = _products(trajectory, rows) if trajectory.has_product else None
    for start in range(0, trajectory.steps + 1, rows):
        stop = min(start + rows, trajectory.steps + 1)
        own = next(products) if products is not None else {}
        series = {name: values[start:stop] for name, values in trajectory.series.items()}
        yield {"step": np.arange(float(start), float(stop))} | own | series_tracks(series)


def _products(trajectory: Trajectory, rows: int) -> Iterator[dict[str, FloatArray]]:
    """Yield what `Trajectory.tracks` has of products."""
    singular, eigen = trajectory.rows_of_singular_values(), trajectory.rows_of_eigenvalues()
    for start in range(0, trajectory.steps + 1, rows):
        steps = range(start, min(start + rows, trajectory.steps + 1))
        products, values, logarithms, others = [], [], [], []
        for step in steps:
            # All of a step at once, so that no product is made twice.
            products.append(trajectory.product(step))
            values.append(next(eigen))
            logarithms.append(next(singular))
            others.append((trajectory.departure_from_normality(step), trajectory.orthogonality_drift(step)))
        departure, drift = np.array(others).T
        yield named_tracks(
            log10_norms(np.stack([p.mantissa for p in products]), np.array([p.exponent for p in products])),
            log10_nuclear_norms(products),
            np.stack(logarithms),
            (np.stack([log10 for log10, _ in values]), np.stack([angle for _, angle in values])),
            departure,
            drift,
        )
