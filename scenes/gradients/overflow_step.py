"""Updates with too large a learning rate, in three number formats, until they overflow."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    FORMATS,
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    first_step,
    haar_orthogonal,
    repeated,
    scene,
    show,
)

_LARGEST = {f"largest {name}": float(np.log10(float(np.finfo(FORMATS[name]).max))) for name in ("float16", "float32")}


def quadratic(dim: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return the Hessian H of a loss ``θᵀ H θ / 2`` with eigenvalues from 0 to 1, and where the descent starts.

    The start has the part 1/√n of the steepest direction.

    Returns
    -------
    ndarray, shape (dim, dim)
    ndarray, shape (dim,)
    """
    axes = haar_orthogonal(dim, [seed, 0])
    return np.asarray((axes * np.linspace(0, 1, dim)) @ axes.T), axes.sum(axis=1) / np.sqrt(dim)


def _updates(
    hessian: FloatArray, start: FloatArray, rate: float, steps: int, name: str, threshold: float
) -> FloatArray:
    """Return log10 of the largest parameter for one format, NaN from where it is not finite any more.

    Gradients longer than the threshold are shortened to it.
    """
    kind = FORMATS[name]
    point, slopes = start.astype(kind), hessian.astype(kind)
    sizes = np.full(steps + 1, np.nan)
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(steps + 1):
            if not np.isfinite(point).all():
                break
            sizes[step] = np.log10(float(np.abs(point).max()))
            gradient = slopes @ point
            norm = np.linalg.norm(gradient) if np.isfinite(threshold) else 0.0
            gradient = gradient * kind(threshold / norm) if norm > threshold else gradient
            point = point - kind(rate) * gradient
    return sizes


@scene(
    show(
        "series",
        of={"": "log10_float64", "predicted": "log10_foretold"},
        theory=("predicted",),
        heading="largest parameter",
        note="learning rate {learning_rate}: × (1 − {learning_rate}) an update",
        values=False,
        marks=_LARGEST,
    ),
    show(
        "readout",
        of={name: f"log10_{name}" for name in FORMATS},
        heading="by number format",
        note="NaN: past its largest",
        roles=dict.fromkeys(FORMATS, "data"),
        nan="NaN",
    ),
    title="Updates until overflow",
    statement="at a rate of {learning_rate} updates multiply by 1 − rate: when Inf and NaN come can be told before",
    opening="Learning rate {learning_rate}: updates multiply by 1 − {learning_rate}. That tells when each format ends.",
    counter="update",
    fps="10",
    covers=(106,),
)
def overflow_step(
    steps: Annotated[int, Bounds(0, 2_000)] = 100,
    dim: Annotated[int, Bounds(2, 64)] = 8,
    seed: Seed = 0,
    learning_rate: Annotated[float, Bounds(2.5, 10)] = 4.0,
) -> MatrixSequence:
    """Gradient descent with too large a learning rate, in three number formats, until they end.

    ``θ ← θ − α H θ = (I − α H) θ``: repeated multiplication by a matrix whose largest eigenvalue modulus
    is ``|1 − α|``, since the largest of H is 1.

    Parameters
    ----------
    steps : int
        Number of updates.
    dim : int
        Number of parameters.
    learning_rate : float
        The factor α; from 2 on the updates grow.
    """
    return _descents(steps, dim, seed, learning_rate, np.inf)


def _first(dim: int, seed: int) -> float:
    """Return the largest part that the steepest direction has in a parameter at the start."""
    hessian, start = quadratic(dim, seed)
    steepest = np.linalg.eigh(hessian)[1][:, -1]
    return float(abs(steepest @ start) * np.abs(steepest).max())


def _descents(steps: int, dim: int, seed: int, learning_rate: float, threshold: float) -> MatrixSequence:
    """Return the descents in all formats, their gradients shortened to the threshold."""
    hessian, start = quadratic(dim, seed)
    series: dict[str, FloatArray] = {}
    for name in FORMATS:
        series[f"log10_{name}"] = _updates(hessian, start, learning_rate, steps, name, threshold)
    series["log10_foretold"] = np.log10(_first(dim, seed)) + np.arange(steps + 1) * np.log10(learning_rate - 1)
    return repeated(np.eye(dim) - learning_rate * hessian, steps, series)


def _last_update(name: str, dim: int, seed: int, learning_rate: float) -> int:
    """Return the update at which a format overflows: its steepest direction grows by rate − 1 each time."""
    # The rate times the gradient overflows first, in the update after the one that reaches so far.
    largest = np.log(float(np.finfo(FORMATS[name]).max)) - np.log(learning_rate * _first(dim, seed))
    return int(np.ceil(largest / np.log(learning_rate - 1))) + 1


@overflow_step.moment(
    "Update {step}: <warn>float16 is NaN</> for good, beyond {largest}. Predicted from 1 − rate: {told}.",
    otherwise="Within {steps} updates no format overflows.",
    note="float16 ends",
    on="log10_float64",
)
def _(series: Mapping[str, FloatArray], dim: int, seed: int, learning_rate: float) -> Reached | None:
    step, told = first_step(np.isnan(series["log10_float16"])), _last_update("float16", dim, seed, learning_rate)
    return None if step is None else Reached(step, largest=int(np.finfo(np.float16).max), told=told)


@overflow_step.moment(
    "Update {step}: <warn>float32 is NaN, too</>. Predicted from 1 − rate: update {told}.",
    otherwise="Within {steps} updates float32 and float64 do not overflow.",
    note="float32 ends",
    on="log10_float64",
)
def _(series: Mapping[str, FloatArray], dim: int, seed: int, learning_rate: float) -> Reached | None:
    step = first_step(np.isnan(series["log10_float32"]))
    return None if step is None else Reached(step, told=_last_update("float32", dim, seed, learning_rate))


@overflow_step.moment("Each update multiplies by 1 − {rate:3} = −{factor:3}: float64 has to end near update {ends}.")
def _(steps: int, dim: int, seed: int, learning_rate: float) -> Reached:
    return Reached(
        steps, rate=learning_rate, factor=learning_rate - 1, ends=_last_update("float64", dim, seed, learning_rate)
    )


def _clipped(steps: int, dim: int, seed: int, learning_rate: float) -> MatrixSequence:
    """Return the film with gradients shortened to length 1: updates stay as they are, and no format ends."""
    return _descents(steps, dim, seed, learning_rate, 1.0)


@overflow_step.claim("ends, updates off", headline=True, counterexample=_clipped)
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int, learning_rate: float) -> Claimed:
    off = []
    for name in FORMATS:
        failed = np.isnan(series[f"log10_{name}"])
        # Both may lie beyond the film.
        foretold = min(_last_update(name, dim, seed, learning_rate), steps + 1)
        off.append(abs((int(failed.argmax()) if failed.any() else steps + 1) - foretold))
    return Claimed(float(max(off)), 0.0, 1.0, "Other directions and rounding shift an end by an update at most.")


@overflow_step.claim("log10 parameter, at its last")
def _(series: Mapping[str, FloatArray], dim: int, seed: int, learning_rate: float) -> Claimed:
    hessian, start = quadratic(dim, seed)
    last = int(np.isfinite(series["log10_float64"]).sum()) - 1
    values, axes = np.linalg.eigh(hessian)
    # Relative to the steepest direction, since the powers themselves may leave float64.
    parts = ((1 - learning_rate * values) / (learning_rate - 1)) ** last * (axes.T @ start)
    expected = np.log10(np.abs(axes @ parts).max()) + last * np.log10(learning_rate - 1)
    return Claimed(
        float(series["log10_float64"][last]), float(expected), 1e-9, "A thousand updates round by some n · eps each."
    )


@overflow_step.claim("finite after Inf")
def _(dim: int, seed: int, learning_rate: float) -> Claimed:
    hessian, start = quadratic(dim, seed)
    point, rate = start.astype(np.float16), np.float16(learning_rate)
    slopes, after = hessian.astype(np.float16), 0
    with np.errstate(over="ignore", invalid="ignore"):
        # Up to three updates after the first that has a parameter which is not finite.
        while after < 3:
            point = point - rate * (slopes @ point)
            after += not np.isfinite(point).all()
    finite = float(np.isfinite(point).sum())
    return Claimed(finite, 0.0, 0.0, "Inf − Inf is NaN, and NaN stays: only a restart helps.")
