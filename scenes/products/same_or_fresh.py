"""One matrix again and again, or a fresh one at every step."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, Reached, Record, Seed, first_step, gaussian_matrix, scene, show
from scenes.products._common import (
    DRAWS,
    HEADLINE_SIGMAS,
    LN10,
    WALKERS,
    growths,
    lyapunov_exponent,
    share,
    slope_error,
)


def repeated_matrices(dim: int, seed: int) -> FloatArray:
    """Return the matrices whose powers are drawn, standard normal entries divided by √n, shape (24, n, n)."""
    return gaussian_matrix((WALKERS * dim, dim), [seed, 4]).reshape(WALKERS, dim, dim)


def _same_lengths(steps: int, dim: int, seed: int) -> FloatArray:
    """Return log10 ‖Wᵗ x‖ of these matrices, shape (T + 1, 24), x being the first unit vector."""
    matrices = repeated_matrices(dim, seed)
    vectors, lengths = np.zeros((WALKERS, dim)), np.zeros((steps + 1, WALKERS))
    vectors[:, 0] = 1.0
    for step in range(steps):
        vectors = np.einsum("dij,dj->di", matrices, vectors)
        sizes = np.linalg.norm(vectors, axis=1)
        lengths[step + 1] = lengths[step] + np.log10(sizes)
        vectors /= sizes[:, None]
    return lengths


def _fresh_lengths(steps: int, dim: int, seed: int) -> FloatArray:
    """Return log10 of the lengths behind fresh matrices, shape (T + 1, 200)."""
    lengths = np.zeros((steps + 1, DRAWS))
    lengths[1:] = np.cumsum(growths(steps, dim, DRAWS, seed) - np.log(dim) / 2, axis=0) / LN10
    return lengths


def _fresh_slope(dim: int) -> float:
    """Return the mean growth of a vector by a fresh matrix, in decades."""
    return (lyapunov_exponent(dim) - float(np.log(dim)) / 2) / LN10


def _record(same: FloatArray, fresh: FloatArray, dim: int, seed: int) -> Record:
    """Return what is drawn of these lengths."""
    steps = len(same) - 1
    radii = np.abs(np.linalg.eigvals(repeated_matrices(dim, seed))).max(axis=1)
    # Of the matrix that grows most, and of one vector behind fresh ones; NaN before the first step.
    fastest = int(radii.argmax())

    def growth(lengths: FloatArray) -> FloatArray:
        return np.concatenate([[np.nan], 10 ** np.diff(lengths)])

    return Record(
        {
            "same": same[:, :WALKERS],
            "fresh": fresh[:, :WALKERS],
            "mean same": same.mean(axis=1),
            "mean fresh": fresh.mean(axis=1),
            "growth same": growth(same[:, fastest]),
            "growth fresh": growth(fresh[:, 0]),
            "radii": np.broadcast_to(np.sort(radii)[::-1], (steps + 1, WALKERS)),
        }
    )


_ROLES = {
    "same W, mean": "explode",
    "each of the same": "explode",
    "steepest line": "explode",
    "a fresh line": "vanish",
    "fresh W, mean": "vanish",
    "each of the fresh": "vanish",
}


@scene(
    show(
        "series",
        of={
            "same W, mean": "mean same",
            "fresh W, mean": "mean fresh",
            "each of the fresh": "fresh",
            "each of the same": "same",
        },
        values=False,
        heading="vector length",
        note="× same W (RNN) or fresh (layers)",
        roles=_ROLES,
    ),
    show(
        "series",
        of={"steepest line": "growth same", "a fresh line": "growth fresh"},
        scale="linear",
        values=False,
        heading="factor a step",
        note="same W: soon its largest |λ|",
        roles=_ROLES,
    ),
    title="Same or fresh matrices",
    statement="one random matrix again and again grows as its largest eigenvalue says; fresh ones shrink on average",
    opening="One random matrix W again and again, or a fresh one each step: how long do vectors get?",
    arrange="row",
    poster=1.0,
    covers=(40,),
)
def same_or_fresh(
    steps: Annotated[int, Bounds(0, 300)] = 150,
    dim: Annotated[int, Bounds(2, 32)] = 16,
    seed: Seed = 0,
) -> Record:
    """Powers of one matrix against products of fresh ones, all with entries from N(0, 1/n).

    Seen are 24 vectors each; the mean of the fresh ones is over 200.

    Parameters
    ----------
    seed : int
        Seed of all matrices.
    """
    return _record(_same_lengths(steps, dim, seed), _fresh_lengths(steps, dim, seed), dim, seed)


@same_or_fresh.claim("fresh, decades a step")
def _(series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
    return Claimed(
        float(series["mean fresh"][-1] / max(steps, 1)),
        _fresh_slope(dim) if steps else 0.0,
        slope_error(dim, DRAWS * max(steps, 1)),
        "4.5 standard errors of a mean of 200 T independent logarithms of χ² numbers.",
    )


def _outside(same: FloatArray, dim: int, seed: int) -> FloatArray:
    """Return by how many decades powers leave ``σ_min(V) |c₁| ≤ ‖Wᵗ x‖ / ρᵗ ≤ σ_max(V) ‖c‖``, with x = V c.

    Its shape is that of `same`; numbers inside are below 0.
    """
    values, vectors = np.linalg.eig(repeated_matrices(dim, seed))
    parts = np.linalg.inv(vectors)[:, :, 0]
    sizes = np.linalg.svd(vectors, compute_uv=False)
    first = np.abs(values).argmax(axis=1)[:, None]
    radius = np.abs(np.take_along_axis(values, first, axis=1))[:, 0]
    low = sizes[:, -1] * np.abs(np.take_along_axis(parts, first, axis=1))[:, 0]
    high = sizes[:, 0] * np.linalg.norm(parts, axis=1)
    left = same - np.arange(len(same))[:, None] * np.log10(radius)
    return np.asarray(np.maximum(np.log10(low) - left, left - np.log10(high)))


@same_or_fresh.claim("powers off ρᵗ")
def _(series: Mapping[str, FloatArray], dim: int, seed: int) -> Claimed:
    return Claimed(
        float(np.count_nonzero(_outside(series["same"], dim, seed) > 1e-9)),
        0.0,
        0.0,
        "Powers beyond what the eigenvectors allow are counted, those off by rounding alone not.",
    )


def _swapped(steps: int, dim: int, seed: int) -> Record:
    """Return the same lengths with the powers where the fresh products were, and the other way round."""
    return _record(_fresh_lengths(steps, dim, seed), _same_lengths(steps, dim, seed), dim, seed)


@same_or_fresh.claim("both: off / allowed", headline=True, counterexample=_swapped)
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int) -> Claimed:
    wandered = steps * slope_error(dim, DRAWS * max(steps, 1), HEADLINE_SIGMAS)
    fresh = share(series["mean fresh"][-1] - steps * _fresh_slope(dim), wandered)
    same = share(_outside(series["same"], dim, seed).max(initial=0.0), 0.0)
    return Claimed(
        max(fresh, same),
        0.0,
        1.0,
        "Allowed are 6 standard errors of the fresh vectors' mean, and to powers what their eigenvectors allow.",
    )


@same_or_fresh.moment("Step {step}: <explode>one repeated matrix</> is 1,000 times ahead of all <vanish>fresh ones</>.")
def _(series: Mapping[str, FloatArray]) -> int | None:
    return first_step(series["same"].max(axis=1) > series["fresh"].max(axis=1) + 3)


@same_or_fresh.moment(
    "<explode>Same W:</> its largest |λ| each step, {low:.2} to {high:.2}; "
    "<vanish>fresh ones</> average out at {fresh:.2}."
)
def _(series: Mapping[str, FloatArray], steps: int, dim: int) -> Reached:
    radii = series["radii"][-1]
    return Reached(steps, low=radii[-1], high=radii[0], fresh=10 ** _fresh_slope(dim))
