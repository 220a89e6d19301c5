"""Powers of one matrix drawn by one of the usual initialisations."""

from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Choices,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Trajectory,
    first_step,
    repeated,
    scene,
    show,
    transient,
)
from scenes.initialisation._kinds import KINDS, NAMES

_EPS = float(np.finfo(float).eps)


def _drawn(kind: str, dim: int, seed: int, gain: float) -> FloatArray:
    return np.asarray(gain * KINDS[kind].make(dim, seed))


def _radius(matrix: FloatArray) -> float:
    """Return the largest modulus of an eigenvalue."""
    return float(np.abs(np.linalg.eigvals(matrix)).max())


@scene(
    show(
        "series",
        of={"size": "log10_spectral_norm", "× |λ| a step": "alone"},
        theory=("× |λ| a step",),
        heading="size of Wᵗ follows the largest |λ|",
    ),
    show("eigenvalues", powers=False, heading="eigenvalues λ", note="largest |λ|: number"),
    show("scaled_matrix", heading="{symbol}{step:^} ÷ largest entry", note=""),
    title="A random matrix, multiplied",
    statement="an initialisation fixes the variance of the entries, but powers follow the largest eigenvalue",
    opening="A random W, scaled as nets usually begin, is multiplied by itself. Watch the size.",
    poster=1.0,
    # Where an eigenvalue is negative or complex the colours turn over: not more than three times a second.
    fps="5",
    covers=(30, 44, 59, 60, 65, 66, 67, 68),
)
def initialiser(
    steps: Annotated[int, Bounds(1, 1_000_000)] = 64,
    dim: Annotated[int, Bounds(2, 256)] = 16,
    seed: Seed = 0,
    kind: Annotated[str, Choices(tuple(KINDS))] = "glorot_uniform",
    gain: Annotated[float, Bounds(0.1, 10)] = 1.0,
) -> MatrixSequence:
    """Powers of one matrix drawn by one of the usual initialisations.

    The kernel of bilinear interpolation is what networks that enlarge pictures begin with: of every point it makes
    as many as the sum of its entries.

    Parameters
    ----------
    kind : str
        How it is drawn: normal and uniform of size 1; normal with deviation 0.01; uniform within ±0.07; LeCun's,
        Glorot's and He's; within ±1/√n, as PyTorch's Linear; 15 connections a unit; identity; orthogonal by QR or
        SVD; zeros; 0.1 everywhere; or the kernel of bilinear interpolation.
    gain : float
        What all entries are multiplied by; a gain of 1 leaves orthogonal matrices orthogonal.
    """
    matrix = _drawn(kind, dim, seed, gain)
    with np.errstate(divide="ignore", invalid="ignore"):
        alone = np.arange(steps + 1) * np.log10(_radius(matrix))
    alone[0] = 0.0
    # The line that the size comes to, not one from 1: other directions give it a start of its own.
    start = transient(matrix, steps)
    if np.isfinite(start):
        alone += start
    return repeated(matrix, steps, {"alone": alone})


def _mean_square(kind: str, dim: int, gain: float) -> float:
    """Return what theory says of the mean of the squared entries."""
    return float(gain**2 * KINDS[kind].square(dim))


@initialiser.moment("{name}: its largest |λ| is {radius:3}, so W should stretch {radius:3} times a step.")
def _(product: Trajectory, steps: int, kind: str) -> Reached | None:
    if steps < 3:
        return None
    return Reached(1, name=NAMES[kind], radius=_radius(product.sequence.factors[0]))


@initialiser.moment("After {step} steps the product is {word} as large.")
def _(product: Trajectory, steps: int) -> Reached | None:
    size = product.log10_spectral_norm
    step = first_step(np.abs(size) >= 1)
    if step is None or not 1 < step < steps:
        return None
    return Reached(step, word="ten times" if size[step] > 0 else "a tenth")


@initialiser.moment(
    "Size {size:log10} after {steps} steps: × {pace:3} a step in the end, as the largest |λ|, {radius:3}, says."
)
def _(product: Trajectory, steps: int) -> Reached:
    size, half = product.log10_spectral_norm, steps // 2
    # The first half is left out, in which the smaller eigenvalues take part.
    pace = float(10 ** ((size[-1] - size[half]) / (steps - half))) if np.isfinite(size[-1]) else 0.0
    return Reached(steps, size=float(size[-1]), pace=pace, radius=_radius(product.sequence.factors[0]))


def _in_turn_with_its_transpose(steps: int, dim: int, seed: int, kind: str, gain: float) -> MatrixSequence:
    """Return products of W and Wᵀ in turn: their entries have the same variance, but they follow no eigenvalue of W."""
    matrix = _drawn(kind, dim, seed, gain)
    return MatrixSequence([matrix.T if step % 2 else matrix for step in range(steps)])


@initialiser.claim("variance, pace / |λ|: off / allowed", headline=True, counterexample=_in_turn_with_its_transpose)
def _(product: Trajectory, steps: int, dim: int, kind: str, gain: float) -> Claimed:
    matrix = product.sequence.factors[0]
    variance = _variance(product, dim, kind, gain)
    off = [abs(variance.value - variance.expected) / (variance.tolerance or 1.0)]
    radius, size = _radius(matrix), product.log10_spectral_norm
    if radius == 0:
        # Nothing at all is left of zeros.
        off.append(0.0 if np.isneginf(size[1:]).all() else np.inf)
    else:
        vectors = np.linalg.eigh(matrix)[1] if np.array_equal(matrix, matrix.T) else np.linalg.eig(matrix)[1]
        condition = float(np.linalg.cond(vectors))
        times = np.arange(steps + 1)
        # An eigenvalue is known to eps times the condition of the eigenvectors, beside the norm of W.
        rounding = (times + 1) * dim * _EPS * condition * np.linalg.norm(matrix) / radius
        left, half = size - times * np.log10(radius), np.log10(condition) / 2
        off.append(float((np.abs(left - half) / (half + rounding)).max()))
    return Claimed(
        max(off),
        0.0,
        1.0,
        "With eigenvectors of condition κ the size lies between |λ|ᵗ and κ |λ|ᵗ at every step; and 4.5 sigma.",
    )


def _variance(product: Trajectory, dim: int, kind: str, gain: float) -> Claimed:
    """Return the claim on the mean of the squared entries."""
    expected = _mean_square(kind, dim, gain)
    return Claimed(
        float(np.mean(product.sequence.factors[0] ** 2)),
        expected,
        float(expected * (KINDS[kind].deviation(dim) + 4 * dim * _EPS)),
        "What a sample of this size strays by with a chance of 4.5 sigma: Laurent and Massart, or Hoeffding.",
    )


@initialiser.claim("mean of W²ᵢⱼ")
def _(product: Trajectory, dim: int, kind: str, gain: float) -> Claimed:
    return _variance(product, dim, kind, gain)


@initialiser.claim("growth per step")
def _(product: Trajectory, steps: int, dim: int, seed: int, kind: str, gain: float) -> Claimed:
    matrix = _drawn(kind, dim, seed, gain)
    # The largest modulus of an eigenvalue, times what the eigenvectors add to so few powers.
    expected = _radius(matrix) * float(10 ** (transient(matrix, steps) / steps))
    return Claimed(
        float(10 ** (product.log10_spectral_norm[-1] / steps)),
        expected,
        1e-8 * expected,
        "Powers by eigenvalues and eigenvectors: even if their condition were a million, they round by 1e-9.",
    )


@initialiser.claim("sum of Wᵢⱼ")
def _(product: Trajectory, dim: int, kind: str, gain: float) -> Claimed:
    total = KINDS[kind].total
    if total:
        expected = float(gain * total(dim))
        tolerance = float(4 * dim * dim * _EPS * expected)
    else:
        expected, tolerance = 0.0, float(5 * dim * np.sqrt(_mean_square(kind, dim, gain)))
    return Claimed(
        float(product.matrix(1).sum()),
        expected,
        tolerance,
        "Five deviations of a sum of entries that are not correlated; rounding, where the sum is known.",
    )
