"""The gradient of a plain RNN as NumPy learners write it: ``dh = dh @ Wh.T``, again and again."""

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
    first_step,
    repeated,
    scene,
    show,
)

_BATCH = 2
_ROLES = {"W": "explode", "c × W": "vanish"}


def _weights(dim: int, seed: int) -> FloatArray:
    """Return what ``np.random.seed(seed); np.random.randn(dim, dim)`` gives, without touching that global state.

    The legacy generator is meant: it makes the very numbers that the textbook prints.
    """
    return np.asarray(np.random.RandomState(seed).standard_normal((dim, dim)))


@scene(
    show(
        "series",
        of={"W": "norm", "c × W": "scaled norm"},
        heading="RNN gradient, size",
        note="W as drawn, and times c = {scale}",
        roles=_ROLES,
    ),
    show(
        "points",
        of={"W": "eigenvalues", "c × W": "scaled eigenvalues"},
        heading="eigenvalues",
        axes=True,
        note="largest |λ|: {radius:3} and {scaled_radius:3}",
        roles=_ROLES,
    ),
    title="A gradient times one matrix, again and again",
    statement="going back, a plain RNN multiplies its gradient by W at each step: the largest |λ| decides its size",
    opening="Each step back in time, an RNN's gradient is × W. If it gets huge or tiny, training fails.",
    fps="4",
)
def textbook(
    steps: Annotated[int, Bounds(0, 150)] = 20,
    dim: Annotated[int, Bounds(1, 32)] = 3,
    seed: Seed = 3,
    scale: Annotated[float, Bounds(0.001, 2)] = 0.5,
) -> MatrixSequence:
    """Gradients of a plain RNN by dh = dh @ Wh.T: as drawn they explode, scaled by half they vanish.

    As in chapter 6 of K. Saito's "Deep Learning from Scratch 2" (밑바닥부터 시작하는 딥러닝 2): dh starts as
    ones, Wh is standard normal, and the norm is ``√Σdh² / N``.

    Parameters
    ----------
    dim : int
        Size H of the hidden state.
    seed : int
        Seed of ``np.random.seed``; the textbook has 3.
    scale : float
        Factor on Wh for the second curve.
    """
    weights = _weights(dim, seed)
    dh, norm, size = np.ones((_BATCH, dim)), np.empty(steps + 1), 0.0
    for step in range(steps + 1):
        # Kept at size one, since dh and its squares may leave float64.
        largest = np.abs(dh).max()
        dh, size = dh / largest, size + np.log10(largest)
        norm[step] = np.log10(np.sqrt((dh**2).sum()) / _BATCH) + size
        dh = dh @ weights.T
    scaled = norm + np.arange(steps + 1) * np.log10(scale)
    values = np.linalg.eigvals(weights)
    eigenvalues = np.tile(np.stack([values.real, values.imag], axis=-1), (steps + 1, 1, 1))
    radius = np.hypot(eigenvalues[:, :, 0], eigenvalues[:, :, 1]).max(axis=1)
    series = {
        "norm": norm,
        "scaled norm": scaled,
        "eigenvalues": eigenvalues,
        "scaled eigenvalues": scale * eigenvalues,
        "radius": radius,
        "scaled_radius": scale * radius,
    }
    return repeated(weights, steps, series)


def _spectral(steps: int, dim: int, seed: int) -> tuple[float, float, float, float]:
    """Return log10 ρ, log10 of the norm after T steps by eigenvectors, and log10 of its bounds in units of ρ^T.

    ``dhᵀ`` starts as ones, V c in the eigenvectors. After T steps it is ``V Λ^T c``, of a length between
    ``σ_min(V) ρ^T |c₁|`` and ``σ_max(V) ρ^T ‖c‖``.
    """
    values, vectors = np.linalg.eig(_weights(dim, seed))
    parts = np.linalg.solve(vectors, np.ones(len(values)))
    radius, first = np.abs(values).max(), np.abs(values).argmax()
    length = np.linalg.norm(vectors @ ((values / radius) ** steps * parts))
    sizes = np.linalg.svd(vectors, compute_uv=False)
    low, high = sizes[-1] * np.abs(parts[first]), sizes[0] * np.linalg.norm(parts)
    unit = _BATCH**-0.5
    return (
        float(np.log10(radius)),
        float(np.log10(length * unit) + steps * np.log10(radius)),
        float(np.log10(low * unit)),
        float(np.log10(high * unit)),
    )


@textbook.moment(
    "After {step} steps the gradient is <explode>{large:log10} with W</>, <vanish>{small:log10} with c × W</>.",
    otherwise="Within {steps} steps the two gradients are not yet a hundred times apart.",
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    large, small = series["norm"], series["scaled norm"]
    step = first_step(np.abs(large - small) > 2)
    return Reached(step, large=large[step], small=small[step]) if step and step < steps else None


@textbook.moment(
    "Each step multiplies by about <explode>{radius:3}</>, the largest |λ|; c × W by <vanish>{scaled:3}</>."
)
def _(steps: int, dim: int, seed: int, scale: float) -> Reached | None:
    radius = float(np.abs(np.linalg.eigvals(_weights(dim, seed))).max())
    return Reached(steps, radius=radius, scaled=scale * radius) if steps else None


@textbook.claim("log10 norm at last")
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int) -> Claimed:
    last = float(series["norm"][-1])
    sizes = dim * np.linalg.cond(np.linalg.eig(_weights(dim, seed))[1]) ** 2 + abs(last)
    return Claimed(
        last,
        _spectral(steps, dim, seed)[1],
        float(8 * (steps + 1) * np.finfo(float).eps * sizes),
        "Each step rounds H sums and a logarithm; the condition of the eigenvectors enters on both sides.",
    )


def _shortened(steps: int, dim: int, seed: int, scale: float) -> MatrixSequence:
    """Return the film with gradients that are scaled to their first length after every multiplication."""
    film = textbook.function(steps, dim, seed, scale)
    flat = {name: np.full(steps + 1, film.series[name][0]) for name in ("norm", "scaled norm")}
    return repeated(_weights(dim, seed), steps, film.series | flat)


@textbook.claim("decades per step − log10 |λ|", headline=True, counterexample=_shortened)
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int, scale: float) -> Claimed:
    radius, _, low, high = _spectral(steps, dim, seed)
    off = [
        float(series[name][-1]) / max(steps, 1) - (radius + np.log10(factor)) * min(steps, 1)
        for name, factor in (("norm", 1.0), ("scaled norm", scale))
    ]
    return Claimed(
        float(max(off, key=abs)),
        0.0,
        float(max(abs(low), abs(high)) / max(steps, 1) + 1e-12),
        "The worse of the two curves; the eigenvectors hold the length between two multiples of |λ|^T.",
    )
