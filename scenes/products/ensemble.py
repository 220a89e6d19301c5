"""Many random matrices at once: how often their powers grow."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from scenes import (
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
from scenes.products._common import HEADLINE_SIGMAS, share
from scenes.products._ginibre import chance_of_growth

# Draws that are counted, and of them those whose eigenvalues and curves are shown: more would be a blot.
_DRAWS, _CLOUD, _CURVES = 1000, 40, 60
# Beyond this size there are fewer draws and curves, so that the film does not take longer.
_LARGE, _EIGENVALUES = 64, 640


def _fewer(count: int, dim: int) -> int:
    """Return how many matrices of that size take about as long as `count` of size 64; no more than `count`."""
    return min(count, count * _LARGE**2 // dim**2)


def _gaussian(dim: int, seed: int, count: int) -> FloatArray:
    """Return the first draws, shape (count, n, n)."""
    return np.asarray(np.random.default_rng([seed, 0]).standard_normal((count, dim, dim)) / np.sqrt(dim))


def _orthogonal(dim: int, seed: int) -> FloatArray:
    """Return the orthogonal draws, shape (curves, n, n)."""
    return np.stack([haar_orthogonal(dim, [seed, 1, index]) for index in range(_fewer(_CURVES, dim))])


def _log10_sizes(matrices: FloatArray, steps: int) -> FloatArray:
    """Return log10 of ``‖Wᵗ‖_F / √n`` for many matrices at once, shape (T + 1, draws)."""
    count, n, _ = matrices.shape
    sizes = np.zeros((steps + 1, count))
    product = np.broadcast_to(np.eye(n), matrices.shape)
    for step in range(1, steps + 1):
        product = matrices @ product
        norm = np.linalg.norm(product, axis=(1, 2))
        sizes[step] = sizes[step - 1] + np.log10(norm / np.sqrt(n))
        product = product * (np.sqrt(n) / norm)[:, None, None]
    return sizes


def _cloud(spectra: NDArray[Any], steps: int) -> FloatArray:
    """Return these eigenvalues as points that stand still, shape (T + 1, draws · n, 2)."""
    points = np.stack([spectra.real.ravel(), spectra.imag.ravel()], axis=1)
    return np.broadcast_to(points, (steps + 1, *points.shape))


def _sequence(draws: FloatArray, turns: FloatArray, steps: int) -> MatrixSequence:
    """Return the powers of the first draw, with what is counted and drawn of all of them.

    Parameters
    ----------
    draws : ndarray, shape (k, n, n)
        Matrices that explode or vanish.
    turns : ndarray, shape (curves, n, n)
        Matrices that keep their size.
    steps : int
        The power T.
    """
    dim = draws.shape[1]
    spectra = np.linalg.eigvals(draws)
    grows = np.abs(spectra).max(axis=1) > 1
    kept, sizes = _log10_sizes(turns, steps), _log10_sizes(draws[: _fewer(_CURVES, dim)], steps)
    cloud = _cloud(spectra[: min(_CLOUD, _EIGENVALUES // dim)], steps)
    outside = np.hypot(cloud[..., 0], cloud[..., 1])[..., None] > 1
    series = {
        "Gaussian": sizes,
        **_by_fate(sizes, grows[: sizes.shape[1]]),
        "orthogonal": kept[np.arange(steps + 1), np.abs(kept).argmax(axis=1)],
        "counted": np.full(steps + 1, grows.mean()),
        "outside": np.where(outside, cloud, np.nan),
        "inside": np.where(outside, np.nan, cloud),
    }
    return repeated(draws[0], steps, series)


def _by_fate(sizes: FloatArray, grows: NDArray[np.bool_]) -> dict[str, FloatArray]:
    """Return curves of matrices that explode apart from those of others, NaN for the rest, and the farthest of each."""
    up, down = (np.where(chosen, sizes, np.nan) for chosen in (grows, ~grows))
    none = np.full(len(sizes), np.nan)
    return {
        "up": up,
        "down": down,
        "largest": sizes[:, grows][:, sizes[-1, grows].argmax()] if grows.any() else none,
        "smallest": sizes[:, ~grows][:, sizes[-1, ~grows].argmin()] if not grows.all() else none,
    }


@scene(
    show(
        "series",
        of={
            "all orthogonal": "orthogonal",
            "largest": "largest",
            "least": "smallest",
            "each that explodes": "up",
            "each that vanishes": "down",
        },
        heading="size",
        note="of Wᵗ: a line is one random W",
        roles={
            "all orthogonal": "keep",
            "largest": "explode",
            "each that explodes": "explode",
            "least": "vanish",
            "each that vanishes": "vanish",
        },
    ),
    show(
        "points",
        of={"|λ| > 1": "outside", "|λ| < 1": "inside"},
        reach=1.5,
        heading="λ of many W",
        note="a dot outside: explodes",
        roles={"|λ| > 1": "explode", "|λ| < 1": "vanish"},
    ),
    title="Many random matrices",
    statement="Gaussian draws explode or vanish as it happens; orthogonal draws all keep their size",
    opening="Many Gaussian and many orthogonal draws, each multiplied by itself. Which explode?",
    running="Each Gaussian draw goes its own way; <keep>every orthogonal draw stays at size 1.</>",
    fps="10",
    poster=1.0,
    covers=(30, 31),
)
def ensemble(
    steps: Annotated[int, Bounds(0, 200)] = 64,
    dim: Annotated[int, Bounds(2, 256)] = 16,
    seed: Seed = 0,
) -> MatrixSequence:
    """Powers of Gaussian and of orthogonal matrices: norms of 60, eigenvalues of 40, and how many of 1,000 grow.

    Matrices of more than 64 rows are fewer, in proportion to 1 / n², and 640 eigenvalues are shown at most.

    As n grows the eigenvalues of Gaussian draws fill the unit disc (V. L. Girko, "Circular law", Theory of
    Probability and its Applications 29, 1984). The product is that of the first.
    """
    return _sequence(_gaussian(dim, seed, _fewer(_DRAWS, dim)), _orthogonal(dim, seed), steps)


def _sampling(chance: float, dim: int, rare: float) -> float:
    """Return Bernstein's bound for a share of so many draws, which it exceeds with a chance of ``2 exp(−rare)``."""
    draws = _fewer(_DRAWS, dim)
    return float(np.sqrt(2 * chance * (1 - chance) * rare / draws) + 2 * rare / (3 * draws))


@ensemble.claim("P(ρ > 1)")
def _(series: Mapping[str, FloatArray], dim: int) -> Claimed:
    chance = chance_of_growth(dim)
    return Claimed(
        float(series["counted"][-1]),
        chance,
        _sampling(chance, dim, 15.0),
        "Bernstein's bound for the share among so many draws, at the chance of five sigma.",
    )


def _rounding(steps: int, dim: int) -> float:
    return float(4 * (steps + 1) * dim * np.finfo(float).eps)


@ensemble.claim("orthogonal, farthest")
def _(series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
    return Claimed(
        float(np.abs(series["orthogonal"]).max()),
        0.0,
        _rounding(steps, dim),
        "A multiplication rounds by at most about n · eps of the norm.",
    )


def _outside(sizes: FloatArray, dim: int, seed: int) -> float:
    """Return by how many decades a curve leaves ``ρᵗ ≤ ‖Wᵗ‖_F ≤ √n κ ρᵗ``, κ being the eigenvectors' condition."""
    values, vectors = np.linalg.eig(_gaussian(dim, seed, _fewer(_CURVES, dim)))
    growth = np.arange(len(sizes))[:, None] * np.log10(np.abs(values).max(axis=1))
    left = sizes - growth
    return float(np.maximum(-np.log10(dim) / 2 - left, left - np.log10(np.linalg.cond(vectors))).max(initial=0.0))


def _swapped(steps: int, dim: int, seed: int) -> MatrixSequence:
    """Return the orthogonal draws where the Gaussian ones were, and the other way round."""
    return _sequence(_orthogonal(dim, seed), _gaussian(dim, seed, _fewer(_CURVES, dim)), steps)


@ensemble.claim("kinds: off / allowed", headline=True, counterexample=_swapped)
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int) -> Claimed:
    chance = chance_of_growth(dim)
    off = [
        share(series["counted"][-1] - chance, _sampling(chance, dim, HEADLINE_SIGMAS**2 / 2)),
        share(_outside(series["Gaussian"], dim, seed), 1e-6),
        float(np.abs(series["orthogonal"]).max()) / _rounding(steps, dim),
    ]
    return Claimed(
        max(off),
        0.0,
        1.0,
        "Allowed are Bernstein's bound at 6 sigma, what eigenvectors add to a power, and rounding by n · eps a step.",
    )


@ensemble.moment(
    "Step {step}: a Gaussian draw <explode>exploded to {size:log10}</>; <keep>every orthogonal draw is still at 1.</>"
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    largest = series["largest"]
    step = first_step(largest > 3)
    return None if step is None else Reached(step, size=largest[step])


@ensemble.moment(
    "{share:%} of {draws} Gaussian draws <explode>explode</>; <keep>all {turns} orthogonal draws keep their size.</>"
)
def _(series: Mapping[str, FloatArray], steps: int, dim: int) -> Reached:
    return Reached(steps, share=series["counted"][-1], draws=_fewer(_DRAWS, dim), turns=_fewer(_CURVES, dim))
