"""Updates with too large a learning rate, in three number formats, until they overflow."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import FORMATS, Bounds, Claimed, FloatArray, MatrixSequence, Seed, haar_orthogonal, repeated, scene, show

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


def _updates(hessian: FloatArray, start: FloatArray, rate: float, steps: int, name: str) -> tuple[FloatArray, ...]:
    """Return log10 of the largest parameter and of the loss, and how many parameters are finite, for one format.

    The logarithms are NaN from where their numbers are not finite any more.
    """
    kind = FORMATS[name]
    point, slopes = start.astype(kind), hessian.astype(kind)
    sizes, losses, finite = np.full(steps + 1, np.nan), np.full(steps + 1, np.nan), np.zeros(steps + 1)
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(steps + 1):
            finite[step] = np.isfinite(point).sum()
            if finite[step] < len(point):
                break
            gradient = slopes @ point
            loss = float(point @ gradient / 2)
            sizes[step] = np.log10(float(np.abs(point).max()))
            losses[step] = np.log10(loss) if 0 < loss < np.inf else np.nan
            point = point - kind(rate) * gradient
    return sizes, losses, finite


@scene(
    show("series", of={name: name for name in FORMATS}, heading="largest parameter", marks=_LARGEST),
    show("series", of={name: f"loss in {name}" for name in FORMATS}, heading="loss"),
    show("readout", of={name: f"finite in {name}" for name in FORMATS}, heading="finite parameters"),
    "claims",
    title="Updates until overflow",
    statement="at rate {learning_rate} updates multiply by 1 − rate: Inf and NaN come at a known step",
    poster=1.0,
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
    hessian, start = quadratic(dim, seed)
    series: dict[str, FloatArray] = {}
    for name in FORMATS:
        found = _updates(hessian, start, learning_rate, steps, name)
        series |= dict(zip((name, f"loss in {name}", f"finite in {name}"), found, strict=True))
    return repeated(np.eye(dim) - learning_rate * hessian, steps, series)


for _format in ("float16", "float32"):

    @overflow_step.claim(f"{_format} ends at step")
    def _(
        series: Mapping[str, FloatArray],
        steps: int,
        dim: int,
        seed: int,
        learning_rate: float,
        name: str = _format,
    ) -> Claimed:
        failed = np.isnan(series[name])
        hessian, start = quadratic(dim, seed)
        steepest = np.linalg.eigh(hessian)[1][:, -1]
        first = abs(steepest @ start) * np.abs(steepest).max()
        # The rate times the gradient overflows first, in the update after the one that reaches so far.
        largest = float(np.finfo(FORMATS[name]).max)
        passed = np.ceil(np.log(largest / (learning_rate * first)) / np.log(learning_rate - 1)) + 1
        return Claimed(
            float(failed.argmax() if failed.any() else steps + 1),
            float(min(passed, steps + 1)),
            1.0,
            "Other directions and rounding shift it by a step at most.",
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
