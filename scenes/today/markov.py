"""Powers of a stochastic matrix: where a walk began is forgotten at the rate of the second eigenvalue."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
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
)

# What is left of the start where it is taken for forgotten.
_FORGOTTEN = 0.01


def road_map(dim: int, seed: int, stay: float, joined: bool = True) -> tuple[FloatArray, FloatArray]:
    """Return the transition matrix of a walk, its columns summing to 1, and where the walk is in the long run.

    The walk takes a road with a probability in proportion to its width, the same there and back; so in the long run
    it is at each place in proportion to the widths of all roads there. Without `joined` two halves have no road
    between them.
    """
    widths = np.random.default_rng([seed, 1]).uniform(0.2, 1.0, (dim, dim)) ** 4
    widths = widths + widths.T
    if not joined:
        half = np.arange(dim) < dim // 2
        widths *= half[:, None] == half
    at = widths.sum(axis=0)
    return np.asarray(stay * np.eye(dim) + (1 - stay) * widths / at), np.asarray(at / at.sum())


def second_eigenvalue(walk: FloatArray, rest: FloatArray) -> float:
    """Return |λ₂| of such a matrix, from the symmetric one with the same eigenvalues."""
    root = np.sqrt(rest)
    moduli = np.sort(np.abs(np.linalg.eigvalsh(walk * root / root[:, None])))
    return float(moduli[-2])


def _walk(walk: FloatArray, rest: FloatArray, steps: int) -> MatrixSequence:
    """Return powers, with what is left of the start: how far apart two starts are at most, in probability."""
    # What a power is off by is that power of what the matrix is off by; so it keeps its digits however small it is.
    once = walk - rest[:, None]
    now, left = np.eye(len(walk)), []
    for _ in range(steps + 1):
        left.append(np.abs(now[:, :, None] - now[:, None]).sum(axis=0).max() / 2)
        now = once @ now
    second = np.arange(steps + 1) * np.log10(second_eigenvalue(walk, rest))
    return repeated(walk, steps, {"left": np.log10(np.maximum(left, 1e-300)), "second": second})


@scene(
    show("matrix", heading="{symbol}{step:^}", note="column: start, row: place now"),
    show(
        "series",
        of={"left": "left", "|λ₂|ᵗ": "second"},
        theory=("|λ₂|ᵗ",),
        heading="what is left of the start",
        note="1: all",
        roles={"left": "vanish"},
    ),
    show("eigenvalues", powers=False, note="one is 1, the others smaller"),
    title="A random walk forgets its start",
    statement="all columns of a power become the same: one eigenvalue is 1, and the start dies out as the second does",
    opening="P: a walk on {dim} places. Each column holds the odds of a next step. What do powers become?",
    symbol="P",
)
def markov(
    steps: Annotated[int, Bounds(0, 400)] = 24,
    dim: Annotated[int, Bounds(3, 64)] = 6,
    seed: Seed = 0,
    stay: Annotated[float, Bounds(0.05, 0.9)] = 0.3,
) -> MatrixSequence:
    """Powers of the transition matrix of a random walk on roads of random width.

    Parameters
    ----------
    stay : float
        Probability of staying at a place.
    dim : int
        Number of places.
    """
    return _walk(*road_map(dim, seed, stay), steps)


@markov.moment(
    "After {step} steps 99 % of the start <vanish>is forgotten</>: nearly the same column, wherever it began."
)
def _(series: Mapping[str, FloatArray]) -> int | None:
    return first_step(series["left"] < np.log10(_FORGOTTEN))


@markov.moment("|λ₂| = {second:3}: {steps} steps left <vanish>{left:log10}</> of the start. λ₁ = 1 keeps the long run.")
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int, stay: float) -> Reached:
    return Reached(steps, second=second_eigenvalue(*road_map(dim, seed, stay)), left=float(series["left"][-1]))


def _parted(steps: int, dim: int, seed: int, stay: float) -> MatrixSequence:
    """Return a walk on two halves without a road between them: where it began is never forgotten."""
    return _walk(*road_map(dim, seed, stay, joined=False), steps)


@markov.claim("left by |λ₂|ᵗ, off", headline=True, counterexample=_parted)
def _(product: Trajectory, steps: int, dim: int, seed: int, stay: float) -> Claimed:
    walk, rest = road_map(dim, seed, stay)
    second, root = second_eigenvalue(walk, rest), np.sqrt(rest)
    off = 0.0
    # Where rounding is not yet a millionth of what is left.
    for step in range(1, steps + 1):
        if second**step < 1e-8:
            break
        left = (product.matrix(step) - rest[:, None]) * root / root[:, None]
        off = max(off, abs(float(np.linalg.norm(left, 2)) / second**step - 1))
    return Claimed(
        off,
        0.0,
        1e-5,
        "With places weighed by the long run the matrix is symmetric: its powers are off by powers of λ₂.",
    )


@markov.claim("largest eigenvalue")
def _(product: Trajectory) -> Claimed:
    return Claimed(
        float(np.abs(np.linalg.eigvals(product.sequence.factors[0])).max()) if product.steps else 1.0,
        1.0,
        1e-12,
        "Columns sum to 1, so it is 1; eigenvalues round by some n · eps.",
    )


@markov.claim("columns − long run")
def _(product: Trajectory, steps: int, dim: int, seed: int, stay: float) -> Claimed:
    walk, rest = road_map(dim, seed, stay)
    off = np.abs(product.matrix(steps) - rest[:, None]).max()
    return Claimed(
        float(off),
        0.0,
        float(second_eigenvalue(walk, rest) ** steps * np.sqrt(rest.max() / rest.min())) + 1e-12,
        "An entry is off by |λ₂|ᵗ times the root of the ratio of two places in the long run, at most.",
    )
