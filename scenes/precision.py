"""One sequence in three floating-point formats, and scaled; what rounding makes of an orthogonal matrix."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np

from scenes._matrices import haar_orthogonal
from scenes._scene import Bounds, Claim, Dim, Seed, Steps, scene, show
from scenes._sequence import FloatArray, MatrixSequence, repeated

_EPS = float(np.finfo(float).eps)
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
    claims=(
        _end("float16"),
        _end("float32"),
        _end("float64"),
        Claim(
            "log10 norm at last",
            lambda t, p: float(t.log10_spectral_norm[-1]),
            lambda t, p: float(t.steps * np.log10(p["spectral_radius"])),
            lambda t, p: float(4 * (t.steps + 1) * (np.sqrt(p["dim"]) + abs(np.log(p["spectral_radius"]))) * _EPS),
            "The factor, and each of T multiplications, is off by about sqrt(n) · eps; log ρ rounds by eps of itself.",
        ),
    ),
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
    for name, kind in _FORMATS.items():
        series[name], series[f"error of {name}"] = _plain(turn, spectral_radius, steps, kind)
    return repeated(spectral_radius * turn, steps, series)


# ---------------------------------------------------------------- drift, where nothing overflows

# Multiplications a step: a thousand of them in a film of ten seconds.
_STRIDE = 10


def _departure(product: FloatArray) -> float:
    """Return ``‖PᵀP − I‖_F / √n``, the mean departure of what should be 1, by the root of squares."""
    return float(np.linalg.norm(product.T @ product - np.eye(len(product))) / len(product) ** 0.5)


def _every_tenth(factor: FloatArray, steps: int) -> FloatArray:
    """Return the powers 0, 10, 20, … of a matrix, multiplied one by one in its own format, shape (T + 1, n, n)."""
    product, found = np.eye(len(factor), dtype=factor.dtype), np.empty((steps + 1, *factor.shape))
    for step in range(steps + 1):
        found[step] = product
        for _ in range(_STRIDE):
            product = factor @ product
    return found


def _log10(sizes: FloatArray) -> FloatArray:
    """Return log10, NaN for zero."""
    return np.asarray(np.log10(np.where(sizes > 0, sizes, np.nan)))


def _drift_claim(name: str) -> Claim:
    kind = _FORMATS[name]

    def expected(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        rounded = haar_orthogonal(parameters["dim"], parameters["seed"]).astype(kind).astype(np.float64)
        return _departure(np.linalg.matrix_power(rounded, _STRIDE * trajectory.steps))

    return Claim(
        f"departure, {name}",
        lambda t, p: float(10 ** t.sequence.series[f"log10 {name}"][-1]) if t.steps else 0.0,
        expected,
        lambda t, p: float((0.7 * (_STRIDE * t.steps) ** 0.5 + 1) * np.finfo(kind).eps),
        "Rounding the factor counts at every product; the products' own roundings go up and down, as √t · eps.",
    )


@scene(
    show("series", of={name: f"log10 {name}" for name in _FORMATS}, heading="‖PᵀP − I‖_F / √n"),
    show("series", of="singular values in float16", heading="singular values in float16", scale="linear"),
    show("readout", of={name: f"log10_change_{name}" for name in _FORMATS}, heading="| ‖P‖_F / √n − 1 |"),
    "claims",
    title="Drift of an orthogonal product",
    statement="Q rounded to a format is not quite orthogonal: its powers drift, ten products a step",
    claims=(
        _drift_claim("float16"),
        _drift_claim("float32"),
        Claim(
            "departure, float64",
            lambda t, p: float(t.orthogonality_drift(t.steps) / p["dim"] ** 0.5),
            0.0,
            lambda t, p: float(6 * (_STRIDE * t.steps + 1) * _EPS),
            "The factor and each of its products are off by some eps.",
        ),
    ),
    poster=1.0,
    fps="10",
    covers=(28,),
)
def drift(
    steps: Annotated[int, Bounds(0, 100)] = 100,
    dim: Annotated[int, Bounds(4, 24)] = 16,
    seed: Seed = 0,
) -> MatrixSequence:
    """Powers of an orthogonal matrix in float16, float32 and float64: a thousand products, and how far they drift.

    Nothing overflows here. What drifts is the rounded factor: its singular values are off 1 by about eps, and that is
    raised to the power. A step of the film is ten products, and so its factor is ``Q¹⁰``.

    Parameters
    ----------
    steps : int
        Number of steps, of ten multiplications each.
    """
    turn = haar_orthogonal(dim, seed)
    found = {name: _every_tenth(turn.astype(kind), steps) for name, kind in _FORMATS.items()}
    series = {"singular values in float16": np.linalg.svd(found["float16"], compute_uv=False)}
    for name, products in found.items():
        series[f"log10 {name}"] = _log10(np.array([_departure(product) for product in products]))
        series[f"log10_change_{name}"] = _log10(np.abs(np.linalg.norm(products, axis=(1, 2)) / dim**0.5 - 1))
    return repeated(np.linalg.matrix_power(turn, _STRIDE), steps, series)
