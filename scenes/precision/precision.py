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
    Trajectory,
    first_step,
    haar_orthogonal,
    repeated,
    scene,
    show,
)

# Factors a step of the film: thousands of them in a film of some seconds.
_STRIDE = 10
# What is drawn across the chart, by its name.
_ENDS = {
    "float16 ends": "log10_float16 end",
    "float32 ends": "log10_float32 end",
    "float64 ends": "log10_float64 end",
}


def _plain(factor: FloatArray, count: int, kind: type[np.floating[Any]], rescaled: bool) -> tuple[FloatArray, int]:
    """Return log10 of the sizes of every tenth of so many powers of a matrix, multiplied in one format.

    Of a multiple of an orthogonal matrix all stretches are one: their root mean square is ``‖P‖_F / √n``.

    Parameters
    ----------
    factor : ndarray, shape (n, n)
        The matrix.
    count : int
        How many.
    kind : type
        The format.
    rescaled : bool
        Whether every product is brought back to the size 1.

    Returns
    -------
    norms : ndarray, shape (count / 10 + 1,)
        NaN from where the format has failed.
    followed : int
        How many factors it has followed.
    """
    norms = np.full(count // _STRIDE + 1, np.nan)
    rounded, product = factor.astype(kind), np.eye(len(factor), dtype=kind)
    lowest = float(np.finfo(kind).smallest_normal)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for number in range(count + 1):
            largest = float(np.abs(product).max())
            # Below the smallest normal number digits are lost, and what rounds up never reaches zero.
            if not lowest <= largest < np.inf:
                return norms, number - 1
            if number % _STRIDE == 0:
                size = np.linalg.norm(product.astype(np.float64) / largest) / len(product) ** 0.5
                norms[number // _STRIDE] = np.log10(size) + np.log10(largest)
            product = rounded @ (product / kind(largest) if rescaled else product)
    return norms, count


def _log10_end(name: str, spectral_radius: float) -> float:
    """Return log10 of a format's last number: its largest, or, for products that shrink, its smallest normal one."""
    kind = np.finfo(FORMATS[name])
    return float(np.log10(float(kind.max if spectral_radius >= 1 else kind.smallest_normal)))


@scene(
    show(
        "series",
        of={"product": "log10_spectral_norm"} | _ENDS,
        theory=tuple(_ENDS),
        heading="size of the product",
        note="each factor × {spectral_radius:3}",
        x="factors",
        counts="factors",
        values=False,
        roles={"product": "keep"},
    ),
    show(
        "readout",
        of={name: f"log10_{name}" for name in FORMATS} | {"number and exponent apart": "log10_spectral_norm"},
        heading="what each holds",
        note="∞ or 0: past its end",
        roles=dict.fromkeys(FORMATS, "data") | {"number and exponent apart": "keep"},
    ),
    title="Number formats run out",
    statement="factor after factor, until a format runs out of powers of ten; number and exponent kept apart go on",
    opening="Every factor makes the product {spectral_radius:3} times as large. How long can number formats follow?",
    counter="factors {factors}",
    fps="40",
    covers=(25, 49),
)
def precision(
    steps: Annotated[int, Bounds(0, 10_000)] = 500,
    dim: Dim = 6,
    seed: Seed = 0,
    spectral_radius: Annotated[float, Bounds(0.001, 1_000)] = 1.17,
) -> MatrixSequence:
    """Products in float16, float32, float64, and with the exponent apart: where each overflows or underflows.

    A step of the film is ten factors, and so its factor is the tenth power.

    Parameters
    ----------
    steps : int
        Number of steps, of ten factors each.
    spectral_radius : float
        Factor by which an orthogonal matrix is scaled: every singular value of the product is its power.
    """
    return _multiplied(steps, dim, seed, spectral_radius, False)


def _multiplied(steps: int, dim: int, seed: int, spectral_radius: float, rescaled: bool) -> MatrixSequence:
    turn, count = haar_orthogonal(dim, seed), _STRIDE * steps
    factors = _STRIDE * np.arange(steps + 1.0)
    series = {"factors": factors}
    for name, kind in FORMATS.items():
        norms, followed = _plain(spectral_radius * turn, count, kind, rescaled)
        series[f"followed {name}"] = np.minimum(factors, followed)
        failed = np.isnan(norms)
        series[f"log10_{name}"] = np.where(failed, np.inf if spectral_radius >= 1 else -np.inf, norms)
        series[f"log10_{name} end"] = np.full(steps + 1, _log10_end(name, spectral_radius))
    factor = spectral_radius**_STRIDE * np.linalg.matrix_power(turn, _STRIDE)
    return repeated(factor, steps, series)


def _rescaled(steps: int, dim: int, seed: int, spectral_radius: float) -> MatrixSequence:
    """Return the same with formats whose products are brought back to the size 1: none of them runs out."""
    return _multiplied(steps, dim, seed, spectral_radius, True)


def _expected_factors(name: str, spectral_radius: float, steps: int) -> int:
    """Return the last t at which ρᵗ is inside a format, or all factors that there are."""
    kind, rate = np.finfo(FORMATS[name]), np.log(spectral_radius)
    end = np.log(float(kind.max)) if rate > 0 else np.log(float(kind.smallest_normal))
    return _STRIDE * steps if rate == 0 else min(int(end / rate), _STRIDE * steps)


def _allowed(dim: int, spectral_radius: float) -> float:
    """Return by how many factors a format may end sooner or later than ρᵗ, whose entries are not all of one size."""
    rate = abs(np.log(spectral_radius))
    return float(1 + np.log(dim) / rate) if rate else 1e-9


def _log10_off(product: Trajectory, steps: int, dim: int, spectral_radius: float) -> tuple[float, float]:
    """Return how far log10 of the size is off ``T log10 ρ``, and how far it may be off."""
    eps, count = float(np.finfo(float).eps), _STRIDE * steps
    off = abs(float(product.log10_spectral_norm[-1]) - count * float(np.log10(spectral_radius)))
    return off, float(4 * (count + 1) * (np.sqrt(dim) + abs(np.log(spectral_radius))) * eps)


@precision.claim("formats end, the exponent does not: off / allowed", headline=True, counterexample=_rescaled)
def _(product: Trajectory, series: Mapping[str, FloatArray], steps: int, dim: int, spectral_radius: float) -> Claimed:
    off, allowed = _log10_off(product, steps, dim, spectral_radius)
    ends = [abs(series[f"followed {name}"][-1] - _expected_factors(name, spectral_radius, steps)) for name in FORMATS]
    return Claimed(
        float(max(off / allowed, max(ends) / _allowed(dim, spectral_radius))),
        0.0,
        1.0,
        "A format ends where ρᵗ leaves it, but for entries between 1 / sqrt(n) and 1; the exponent follows T log10 ρ.",
    )


for _format in FORMATS:

    @precision.claim(f"factors in {_format}")
    def _(
        series: Mapping[str, FloatArray], steps: int, dim: int, spectral_radius: float, name: str = _format
    ) -> Claimed:
        return Claimed(
            float(series[f"followed {name}"][-1]),
            float(_expected_factors(name, spectral_radius, steps)),
            _allowed(dim, spectral_radius),
            "The entries of an orthogonal matrix lie between 1 / sqrt(n) and 1, and sums of n of them round.",
        )


@precision.claim("log10 norm at last")
def _(product: Trajectory, steps: int, dim: int, spectral_radius: float) -> Claimed:
    return Claimed(
        float(product.log10_spectral_norm[-1]),
        float(_STRIDE * steps * np.log10(spectral_radius)),
        _log10_off(product, steps, dim, spectral_radius)[1],
        "The factor, and each of T multiplications, is off by about sqrt(n) · eps; log ρ rounds by eps of itself.",
    )


for _format in FORMATS:

    @precision.moment(
        f"<warn>{_format} is at its end</> after {{count}} factors: no number beyond {{end:log10}}.",
        otherwise=f"Within {{steps}} times ten factors {_format} does not come to its end.",
    )
    def _(series: Mapping[str, FloatArray], spectral_radius: float, name: str = _format) -> Reached | None:
        step = first_step(series[f"followed {name}"] < series["factors"])
        if step is None:
            return None
        return Reached(step, count=int(series[f"followed {name}"][-1]) + 1, end=_log10_end(name, spectral_radius))


@precision.moment("<keep>Number and exponent kept apart</> go on: {size:log10} after {count} factors.")
def _(product: Trajectory, steps: int) -> Reached:
    return Reached(steps, size=product.log10_spectral_norm[-1], count=_STRIDE * steps)
