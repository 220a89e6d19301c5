"""One sequence in three floating-point formats, and scaled."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np

from scenes._matrices import haar_orthogonal
from scenes._scene import Bounds, Claim, Dim, Seed, Steps, scene, show
from scenes._sequence import FloatArray, MatrixSequence, repeated

_FORMATS: dict[str, type[np.floating[Any]]] = {"float16": np.float16, "float32": np.float32, "float64": np.float64}


def _log10_norm(product: FloatArray) -> float:
    """Return log10 of the spectral norm; NaN where an entry is not finite, or all are zero."""
    largest = np.abs(product).max()
    if not 0 < largest < np.inf:
        return float("nan")
    return float(np.log10(np.linalg.norm(product / largest, 2)) + np.log10(largest))


def _plain(turn: FloatArray, scale: float, steps: int, kind: type[np.floating[Any]]) -> tuple[FloatArray, FloatArray]:
    """Multiply ``scale · turn`` in one format, as everybody does, until that fails.

    Returns log10 of the norms and log10 of the relative errors, NaN from where the format has failed.
    """
    norms, errors = np.full(steps + 1, np.nan), np.full(steps + 1, np.nan)
    factor = (scale * turn).astype(kind)
    product, true = np.eye(len(turn), dtype=kind), np.eye(len(turn))
    for step in range(steps + 1):
        norm = _log10_norm(product.astype(np.float64))
        # Below the smallest normal number digits are lost, and what rounds up never reaches zero.
        if not norm >= np.log10(float(np.finfo(kind).smallest_normal)):
            break
        norms[step] = norm
        # Divided by its size first: scale^step itself may be beyond float64.
        with np.errstate(over="ignore", under="ignore"):
            unit = product.astype(np.float64) * np.exp(-step * np.log(scale) / 2) * np.exp(-step * np.log(scale) / 2)
        error = np.linalg.norm(unit - true, 2)
        errors[step] = np.log10(error) if error > 0 else np.nan
        true = turn @ true
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            product = factor @ product
    return norms, errors


def _end(name: str) -> Claim:
    kind = np.finfo(_FORMATS[name])

    def seen(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        failed = np.isnan(trajectory.sequence.series[name])
        return float(failed.argmax() if failed.any() else trajectory.steps + 1)

    def predicted(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        rate = np.log(parameters["spectral_radius"])
        if rate == 0:
            return float(trajectory.steps + 1)
        end = np.log(float(kind.max)) if rate > 0 else np.log(float(kind.smallest_normal))
        return float(min(np.ceil(end / rate), trajectory.steps + 1))

    def spread(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        rate = abs(np.log(parameters["spectral_radius"]))
        return float(1 + np.log(parameters["dim"]) / rate) if rate else 0.0

    return Claim(
        f"{name} ends at step",
        seen,
        predicted,
        spread,
        "The entries of an orthogonal matrix lie between 1 / sqrt(n) and 1, and sums of n of them round.",
    )


@scene(
    show(
        "series",
        of={"float16": "float16", "float32": "float32", "float64": "float64", "scaled": "log10_spectral_norm"},
        heading="spectral norm",
    ),
    show("series", of={name: f"error of {name}" for name in _FORMATS}, heading="relative error"),
    "scaled_matrix",
    "claims",
    title="Number formats",
    statement="the same product, until each format runs out of exponents: at log max / log ρ",
    claims=(_end("float16"), _end("float32"), _end("float64")),
    poster=0.5,
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
    for name, kind in _FORMATS.items():
        series[name], series[f"error of {name}"] = _plain(turn, spectral_radius, steps, kind)
    return repeated(spectral_radius * turn, steps, series)
