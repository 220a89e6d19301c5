"""Training of recurrent networks whose gradients vanish, keep their size and explode."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np

from scenes import Bounds, Claimed, FloatArray, Record, Seed, haar_orthogonal, scene, show

# By what the first orthogonal matrix is multiplied.
_TRAININGS = {"vanishing": 0.7, "orthogonal": 1.0, "exploding": 2.0}
# Steps of time of a network, examples learnt from, learning rate, and updates a step of the film.
_TIMES, _EXAMPLES, _RATE, _UPDATES = 30, 16, 0.04, 3


def _task(dim: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return first states, shape (examples, n), and what the last ones shall be: half the first, turned."""
    rng = np.random.default_rng([seed, 0])
    start = 0.2 * rng.standard_normal((_EXAMPLES, dim))
    return start, 0.5 * start @ haar_orthogonal(dim, [seed, 1]).T


def _first_weights(name: str, dim: int, seed: int) -> FloatArray:
    """Return the recurrent matrix that a training begins with."""
    return _TRAININGS[name] * haar_orthogonal(dim, [seed, 2])


def memory_gradient(weights: Any, start: FloatArray, wanted: FloatArray) -> tuple[Any, Any]:
    """Return the halved mean squared error of ``h_T`` for ``h_t = tanh(W h_{t−1})``, T = 30, and its gradient by W.

    Parameters
    ----------
    weights : ndarray, shape (n, n)
        W; real, or complex for a derivative by complex step.
    start, wanted : ndarray, shape (examples, n)
        First states ``h_0``, and what the last ones shall be.

    Returns
    -------
    loss, gradient : number and ndarray, shape (n, n)
    """
    states = [start]
    for _ in range(_TIMES):
        states.append(np.tanh(states[-1] @ weights.T))
    error = states[-1] - wanted
    back, gradient = error / len(start), np.zeros_like(weights)
    for before, after in zip(states[-2::-1], states[:0:-1], strict=True):
        local = back * (1 - after**2)
        gradient = gradient + local.T @ before
        back = local @ weights
    return (error**2).sum() / 2 / len(start), gradient


@scene(
    show("series", of={name: name for name in _TRAININGS}, heading="update / W", limits=(-9, 2)),
    show("series", of={name: f"{name} loss" for name in _TRAININGS}, heading="loss", scale="linear", limits=(0, 2)),
    show("points", of={f"{g:g}": f"{name} eigenvalues" for name, g in _TRAININGS.items()}, heading="W", reach=2.5),
    "claims",
    title="Two ways to fail at training",
    statement="thirty steps back in time: a vanished gradient moves nothing, an exploded one leaps about",
    poster=1.0,
    fps="12.5",
    covers=(34,),
)
def two_trainings(
    steps: Annotated[int, Bounds(60, 200)] = 120,
    dim: Annotated[int, Bounds(8, 32)] = 8,
    seed: Seed = 0,
) -> Record:
    """Gradient descent on recurrent tanh networks that shall turn their first state, thirty steps later.

    Losses are relative to the first. Their matrices begin as 0.7, 1 and 2 times the same orthogonal one.

    Parameters
    ----------
    steps : int
        Number of steps shown, of three updates each.
    """
    start, wanted = _task(dim, seed)
    series: dict[str, FloatArray] = {}
    for name in _TRAININGS:
        weights = _first_weights(name, dim, seed)
        ratios, losses, spectra = np.empty(steps + 1), np.empty(steps + 1), np.empty((steps + 1, dim, 2))
        for step in range(steps + 1):
            losses[step], gradient = memory_gradient(weights, start, wanted)
            ratios[step] = _RATE * np.linalg.norm(gradient) / np.linalg.norm(weights)
            values = np.linalg.eigvals(weights)
            spectra[step] = np.stack([values.real, values.imag], axis=1)
            weights = weights - _RATE * gradient
            for _ in range(_UPDATES - 1):
                weights = weights - _RATE * memory_gradient(weights, start, wanted)[1]
        # Where tanh saturates to the last bit, no gradient is left.
        ratios = np.log10(np.maximum(ratios, 1e-300))
        series |= {name: ratios, f"{name} loss": losses / losses[0], f"{name} eigenvalues": spectra}
    return Record(series)


@two_trainings.claim("loss, vanishing")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed(
        float(series["vanishing loss"][-1]),
        1.0,
        1e-3,
        "Its last state is at most 0.7³⁰ = 2e-5 of the first, and its updates are about as small.",
    )


@two_trainings.claim("loss, orthogonal")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed(
        float(series["orthogonal loss"][-1]),
        0.35,
        0.3,
        "Learnt is what has lost a third of its first loss at least; in 120 updates it cannot lose all.",
    )


@two_trainings.claim("largest leap, decades")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed(
        float(series["exploding"].max() - series["orthogonal"].max()),
        4.0,
        3.8,
        "Beyond the largest update of the orthogonal network, by a factor of 1.6 at least: chaos decides how far.",
    )


@two_trainings.claim("first step, orthogonal")
def _(series: Mapping[str, FloatArray], dim: int, seed: int) -> Claimed:
    start, wanted = _task(dim, seed)
    weights = _first_weights("orthogonal", dim, seed)
    gradient = memory_gradient(weights, start, wanted)[1]
    direction = gradient / np.linalg.norm(gradient)
    # Along the gradient the loss's derivative is the gradient's norm.
    moved = memory_gradient(weights + 1e-30j * direction, start, wanted)[0]
    return Claimed(
        float(10 ** series["orthogonal"][0]),
        float(_RATE * abs(moved.imag) / 1e-30 / np.linalg.norm(weights)),
        1e-8,
        "The derivative along the gradient, by complex step.",
    )
