"""One product in three floating-point formats, and scaled."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np

from scenes import (
    FORMATS,
    Bounds,
    Claimed,
    Dim,
    FloatArray,
    MatrixSequence,
    Seed,
    Steps,
    Trajectory,
    haar_orthogonal,
    repeated,
    scene,
    show,
)


def _finite_log10_norm(product: FloatArray) -> float:
    """Return log10 of the spectral norm; NaN where an entry is not finite, or all are zero."""
    largest = np.abs(product).max()
    if not 0 < largest < np.inf:
        return float("nan")
    return float(np.log10(np.linalg.norm(product / largest, 2)) + np.log10(largest))


def _plain(turn: FloatArray, scale: float, steps: int, kind: type[np.floating[Any]]) -> tuple[FloatArray, FloatArray]:
    """Multiply ``scale · turn`` in one format, without any scaling of the product, until the format fails.

    Returns log10 of the norms and log10 of the relative errors, each shape (T + 1,), NaN from where it has failed.
    """
    norms, errors = np.full(steps + 1, np.nan), np.full(steps + 1, np.nan)
    factor = (scale * turn).astype(kind)
    product, true = np.eye(len(turn), dtype=kind), np.eye(len(turn))
    for step in range(steps + 1):
        norm = _finite_log10_norm(product.astype(np.float64))
        # Below the smallest normal number digits are lost, and what rounds up never reaches zero.
        if not norm >= np.log10(float(np.finfo(kind).smallest_normal)):
            break
        norms[step] = norm
        # Divided by its size in two halves: scale^step itself may be beyond float64.
        with np.errstate(over="ignore", under="ignore"):
            unit = product.astype(np.float64) * np.exp(-step * np.log(scale) / 2) * np.exp(-step * np.log(scale) / 2)
        error = np.linalg.norm(unit - true, 2)
        errors[step] = np.log10(error) if error > 0 else np.nan
        true = turn @ true
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            product = factor @ product
    return norms, errors


@scene(
    show(
        "series",
        of={"float16": "float16", "float32": "float32", "float64": "float64", "scaled": "log10_spectral_norm"},
        heading="spectral norm",
    ),
    show("series", of={name: f"error of {name}" for name in FORMATS}, heading="relative error"),
    "scaled_matrix",
    "claims",
    title="Number formats",
    statement="the same product, until each format runs out of exponents: at log max / log ρ",
    poster=1.0,
    covers=(25, 49),
)
def precision(
    steps: Steps = 180,
    dim: Dim = 6,
    seed: Seed = 0,
    spectral_radius: Annotated[float, Bounds(0.001, 1_000)] = 60.0,
) -> MatrixSequence:
    """Products in float16, float32, float64 and scaled: where each overflows, underflows or drifts.

    Parameters
    ----------
    spectral_radius : float
        Factor by which an orthogonal matrix is scaled: every singular value of the product is its power.
    """
    turn = haar_orthogonal(dim, seed)
    series = {}
    for name, kind in FORMATS.items():
        series[name], series[f"error of {name}"] = _plain(turn, spectral_radius, steps, kind)
    return repeated(spectral_radius * turn, steps, series)


def _last_step(name: str, spectral_radius: float, steps: int) -> float:
    """Return the step at which ρᵗ leaves a format; one more than there are where it stays inside."""
    kind, rate = np.finfo(FORMATS[name]), np.log(spectral_radius)
    if rate == 0:
        return float(steps + 1)
    end = np.log(float(kind.max)) if rate > 0 else np.log(float(kind.smallest_normal))
    return float(min(np.ceil(end / rate), steps + 1))


for _format in FORMATS:

    @precision.claim(f"{_format} ends at step")
    def _(
        series: Mapping[str, FloatArray], steps: int, dim: int, spectral_radius: float, name: str = _format
    ) -> Claimed:
        failed = np.isnan(series[name])
        rate = abs(np.log(spectral_radius))
        return Claimed(
            float(failed.argmax() if failed.any() else steps + 1),
            _last_step(name, spectral_radius, steps),
            float(1 + np.log(dim) / rate) if rate else 0.0,
            "The entries of an orthogonal matrix lie between 1 / sqrt(n) and 1, and sums of n of them round.",
        )


@precision.claim("log10 norm at last")
def _(product: Trajectory, steps: int, dim: int, spectral_radius: float) -> Claimed:
    eps = float(np.finfo(float).eps)
    return Claimed(
        float(product.log10_spectral_norm[-1]),
        float(steps * np.log10(spectral_radius)),
        float(4 * (steps + 1) * (np.sqrt(dim) + abs(np.log(spectral_radius))) * eps),
        "The factor, and each of T multiplications, is off by about sqrt(n) · eps; log ρ rounds by eps of itself.",
    )
