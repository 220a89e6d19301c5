"""One product in three floating-point formats, and as number and power of ten."""

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
    Reached,
    Seed,
    Steps,
    Trajectory,
    first_step,
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


def _plain(turn: FloatArray, scale: float, steps: int, kind: type[np.floating[Any]]) -> FloatArray:
    """Return log10 of the norms of ``(scale · turn)ᵗ``, multiplied in one format without any scaling of the product.

    Returns
    -------
    ndarray, shape (T + 1,)
        NaN from where the format has failed.
    """
    norms = np.full(steps + 1, np.nan)
    factor, product = (scale * turn).astype(kind), np.eye(len(turn), dtype=kind)
    for step in range(steps + 1):
        norm = _finite_log10_norm(product.astype(np.float64))
        # Below the smallest normal number digits are lost, and what rounds up never reaches zero.
        if not norm >= np.log10(float(np.finfo(kind).smallest_normal)):
            break
        norms[step] = norm
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            product = factor @ product
    return norms


def _log10_end(name: str, spectral_radius: float) -> float:
    """Return log10 of a format's last number: its largest, or, for products that shrink, its smallest normal one."""
    kind = np.finfo(FORMATS[name])
    return float(np.log10(float(kind.max if spectral_radius >= 1 else kind.smallest_normal)))


@scene(
    show(
        "bars",
        of="used",
        labels=tuple(FORMATS),
        limits=(0, 1.1),
        unit="%",
        heading="range used",
        note="of all powers of ten that a format has",
    ),
    show(
        "readout",
        of={name: f"log10_{name}" for name in FORMATS} | {"number, power of ten": "log10_spectral_norm"},
        heading="size of the product",
        note="each factor × {spectral_radius:3}",
        roles=dict.fromkeys(FORMATS, "data") | {"number, power of ten": "keep"},
    ),
    title="Number formats run out",
    statement="the same product, until each format runs out of powers of ten; number and exponent kept apart go on",
    opening="Every factor makes the product {spectral_radius:3} times as large. How long can number formats follow?",
    counter="factor",
    fps="120",
    covers=(25, 49),
)
def precision(
    steps: Steps = 1_600,
    dim: Dim = 6,
    seed: Seed = 0,
    spectral_radius: Annotated[float, Bounds(0.001, 1_000)] = 1.6,
) -> MatrixSequence:
    """Products in float16, float32, float64, and with the exponent apart: where each overflows or underflows.

    Parameters
    ----------
    spectral_radius : float
        Factor by which an orthogonal matrix is scaled: every singular value of the product is its power.
    """
    turn = haar_orthogonal(dim, seed)
    series, used = {}, []
    for name, kind in FORMATS.items():
        norms = _plain(turn, spectral_radius, steps, kind)
        failed = np.isnan(norms)
        series[name] = norms
        series[f"log10_{name}"] = np.where(failed, np.inf if spectral_radius >= 1 else -np.inf, norms)
        used.append(np.where(failed, 1.0, np.clip(norms / _log10_end(name, spectral_radius), 0.0, 1.0)))
    return repeated(spectral_radius * turn, steps, series | {"used": np.stack(used, axis=1)})


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


for _format in FORMATS:

    @precision.moment(
        f"<warn>{_format} is at its end</> after {{step}} factors: no number beyond {{end:log10}}.",
        otherwise=f"Within {{steps}} factors {_format} does not come to its end.",
    )
    def _(series: Mapping[str, FloatArray], spectral_radius: float, name: str = _format) -> Reached | None:
        step = first_step(np.isnan(series[name]))
        return None if step is None else Reached(step, end=_log10_end(name, spectral_radius))


@precision.moment("<keep>Number and power of ten kept apart</> go on: {size:log10} after {steps} factors.")
def _(product: Trajectory, steps: int) -> Reached:
    return Reached(steps, size=product.log10_spectral_norm[-1])
