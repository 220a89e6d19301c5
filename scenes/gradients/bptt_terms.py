"""The gradient by a recurrent matrix as a sum over its uses in time."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    ACTIVATIONS,
    RNN,
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Run,
    Seed,
    Trajectory,
    haar_orthogonal,
    random_unit_vector,
    scene,
    show,
)
from scenes.gradients._common import COMPLEX_STEP, complex_step, noise

_SMALL, _LARGE = "small W", "large W"
_ROLES = {_SMALL: "vanish", _LARGE: "explode"}
# So many of the last steps are asked for their share.
_NEAR = 10
# On fewer steps chance may hold the growth with a large W back.
_LONG = 40


def listener(steps: int, dim: int, seed: int, retention: float) -> tuple[Run, FloatArray]:
    """Return the run of a tanh network on noise, and the weights c of the loss ``c · h(T)``, shape (dim,)."""
    recurrent = retention * haar_orthogonal(dim, [seed, 0])
    network = RNN(recurrent, haar_orthogonal(dim, [seed, 1]), np.zeros(dim), ACTIVATIONS["tanh"])
    start = 0.5 * random_unit_vector(dim, [seed, 4])
    return network.run(noise(steps, dim, seed, 0.25), start), random_unit_vector(dim, [seed, 2])


def gradient_terms(run: Run, weights: FloatArray) -> FloatArray:
    """Return what each use of W adds to the gradient of ``c · h(T)`` by W, the last use first, shape (T, n, n)."""
    direct = np.zeros_like(run.states)
    direct[-1] = weights
    return run.summands(run.backward(direct))[::-1]


def _backward_factors(run: Run) -> FloatArray:
    """Return the transposed Jacobians, last step first: their product carries a gradient back in time."""
    return np.asarray(np.swapaxes(run.jacobians, 1, 2)[::-1])


@scene(
    show("bars", of="share", heading="share of the gradient", x="steps back", unit="%", roles=_ROLES),
    show(
        "series",
        of="term",
        heading="size of each term",
        note="each step back multiplies it once more by one step's effect on the next (Jacobian)",
        x="steps back",
        roles=_ROLES,
    ),
    title="A gradient, term by term",
    statement="∂L/∂W is a sum over time: terms far back have come through many Jacobians, which shrink or stretch them",
    opening="An RNN uses one W at every step of time, so its gradient is a sum: a term for each step back.",
    counter="steps back",
    fps="5",
    covers=(89, 91, 104, 115),
)
def bptt_terms(
    steps: Annotated[int, Bounds(0, 128)] = 48,
    dim: Annotated[int, Bounds(32, 64)] = 32,
    seed: Seed = 0,
    retention: Annotated[float, Bounds(0.5, 1.0)] = 0.95,
    expansion: Annotated[float, Bounds(2.0, 2.5)] = 2.5,
) -> dict[str, MatrixSequence]:
    """Terms of a gradient through time, from the last step back to the first, for a small and a large W.

    W acts at every step, and H_p in ``H_p W`` depends on W as well: by the product rule
    ``∂L/∂W = Σ_t (φ′(z_t) ∘ δ_t) h_{t−1}ᵀ``, one term for each use.

    Parameters
    ----------
    steps : int
        Length of the sequence, and number of steps back.
    dim : int
        Number of hidden units; of few, chance may hold a large W's gradient back.
    retention : float
        Size of the small W: an orthogonal matrix, times this. Above 1 it would not be small.
    expansion : float
        Size of the large W: the same orthogonal matrix, times this. Below 2 the slopes of tanh make up for it.
    """
    columns = {}
    for label, size in ((_SMALL, retention), (_LARGE, expansion)):
        run, weights = listener(steps, dim, seed, size)
        sizes = np.linalg.norm(gradient_terms(run, weights), axis=(1, 2))
        # After t steps back the first t terms are there.
        parts = sizes / max(float(sizes.sum()), 1e-300) if steps else np.zeros(1)
        share = np.tril(np.broadcast_to(parts, (steps + 1, max(steps, 1))), -1)
        logs = np.log10(np.maximum(sizes, 1e-300))
        columns[label] = MatrixSequence(
            _backward_factors(run), series={"share": share, "term": np.concatenate([[np.nan], logs])}
        )
    return columns


def _shares(columns: Mapping[str, Trajectory], count: int) -> dict[str, float]:
    """Return what share of the gradient the last `count` steps have."""
    return {label: float(numbers.series["share"][-1, :count].sum()) for label, numbers in columns.items()}


@bptt_terms.moment(
    "With a small W the last {step} steps hold <vanish>{small:%}</> of the gradient, "
    "with a large W <explode>{large:%}</>."
)
def _(columns: Mapping[str, Trajectory], steps: int) -> Reached | None:
    if steps <= _NEAR:
        return None
    shares = _shares(columns, _NEAR)
    return Reached(_NEAR, small=shares[_SMALL], large=shares[_LARGE])


@bptt_terms.moment(
    "A small W makes the farthest term <vanish>{small:log10} times smaller</>, "
    "a large W <explode>{large:log10} times larger</>."
)
def _(columns: Mapping[str, Trajectory], steps: int) -> Reached | None:
    change = {
        label: numbers.series["term"][-1] - numbers.series["term"][min(1, steps)] for label, numbers in columns.items()
    }
    if not change[_SMALL] < 0 < change[_LARGE]:
        return None
    return Reached(steps, small=-change[_SMALL], large=change[_LARGE])


@bptt_terms.claim("far / near, or near / far: worse", headline=True, counterexample={"expansion": 1.0})
def _(columns: Mapping[str, Trajectory], steps: int) -> Claimed:
    half, off = steps // 2, [0.0]
    for label, sign in ((_SMALL, 1), (_LARGE, -1)):
        terms = columns[label].series["term"][1:]
        if half and (label == _SMALL or steps >= _LONG):
            off.append(10 ** float(sign * (terms[half:].mean() - terms[:half].mean())))
    return Claimed.between(
        max(off),
        0.0,
        1 - 1e-9,
        "Halves of all terms by geometric mean: with a small W the far ones are smaller, with a large W larger.",
    )


for _label, _size in ((_SMALL, "retention"), (_LARGE, "expansion")):

    @bptt_terms.claim("sum − derivative", column=_label)
    def _(steps: int, dim: int, seed: int, retention: float, expansion: float, name: str = _size) -> Claimed:
        # On so few steps that rounding is not yet magnified by a large W.
        run, weights = listener(min(steps, 20), dim, seed, {"retention": retention, "expansion": expansion}[name])
        along, terms = haar_orthogonal(dim, [seed, 3]), gradient_terms(run, weights)
        moved = complex_step(run.network, along).run(run.sequence, run.states[0])
        true = float((moved.states[-1] @ weights).imag / 1e-30)
        size = max(1.0, float(np.linalg.norm(terms, axis=(1, 2)).sum()) if steps else 0.0)
        return Claimed(abs(float(np.sum(terms * along)) - true) / size, 0.0, 1e-12, COMPLEX_STEP)

    @bptt_terms.claim("decades a step, mean", column=_label)
    def _(
        product: Trajectory,
        steps: int,
        dim: int,
        seed: int,
        retention: float,
        expansion: float,
        name: str = _size,
    ) -> Claimed:
        size = {"retention": retention, "expansion": expansion}[name]
        run, _ = listener(steps, dim, seed, size)
        return Claimed(
            float(product.log10_singular_values[-1].mean() / max(steps, 1)),
            float(np.log10(size) + np.log10(run.slopes).mean()) if steps else 0.0,
            1e-9,
            "The determinant of diag(φ′) W is the product of the slopes and of det W.",
        )
