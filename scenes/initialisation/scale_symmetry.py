"""Hidden units scaled behind ReLU, or flipped behind tanh, with outputs that do not change."""

from collections.abc import Callable, Mapping
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, MatrixSequence, Numbers, Reached, Seed, relu, scene, show
from scenes.initialisation._weights import outputs, same_outputs

# Inputs at which outputs are compared: a straight line of them.
_POINTS = 49
_ROLES = {"ReLU net": "data", "tanh, signs flipped": "keep"}


def _network(
    weights: FloatArray,
    scales: FloatArray,
    inputs: FloatArray,
    activation: Callable[[FloatArray], FloatArray],
) -> MatrixSequence:
    """Return the diagonal matrices that lead from one row of scales to the next, with weights and outputs.

    Rows of W₁ are multiplied by the scales, shape (T + 1, units), and entries of w₂ divided by them.
    """
    factors = np.eye(scales.shape[1]) * (scales[1:] / scales[:-1])[:, None, :]
    rescaled = np.concatenate([weights[:, :-1] * scales[:, :, None], (weights[:, -1] / scales)[:, :, None]], axis=2)
    parts = {"weights in": rescaled[..., :-1], "weight out": rescaled[..., -1:], "scales": scales}
    return MatrixSequence(factors, series=outputs(rescaled, inputs, activation) | parts)


def _largest(scales: FloatArray, steps: int) -> tuple[int, int]:
    """Return step and row of the largest of the scales before the last step."""
    step, row = np.unravel_index(int(scales[: max(steps, 1)].argmax()), scales.shape)
    return int(step), int(row)


def _change(
    steps: int,
    seed: int,
    units: int,
    behind_scales: Callable[[FloatArray], FloatArray],
    behind_flips: Callable[[FloatArray], FloatArray],
) -> dict[str, MatrixSequence]:
    """Return a net whose units are scaled, and one whose units are flipped, in front of these activations."""
    rng = np.random.default_rng([seed, 0])
    weights = rng.standard_normal((units, units))
    middle, along = rng.standard_normal((2, units - 1, 1))
    inputs = np.clip(middle / 2 + along * np.linspace(-1, 1, _POINTS), -4, 4)
    # Each unit grows and shrinks in its own time, from 1.
    phase = rng.uniform(0, 2 * np.pi, units)
    t = np.arange(steps + 1)[:, None]
    scales = np.exp(np.sin(t * 2 * np.pi / 14 + phase) - np.sin(phase))
    flipped = np.ones((steps + 1, units))
    for step in range(1, steps + 1):
        flipped[step:, step % units] *= -1
    return {
        "ReLU net": _network(weights, scales, inputs, behind_scales),
        "tanh, signs flipped": _network(weights, flipped, inputs, behind_flips),
    }


@scene(
    show(
        "heatmap",
        of="weights in",
        limits=(-3, 3),
        heading="in × a",
        roles=_ROLES,
    ),
    show("heatmap", of="weight out", limits=(-3, 3), heading="weight out ÷ a"),
    show(
        "curve",
        of="output",
        ends=(-1, 1),
        x="along a line of inputs",
        heading="output stays",
        note="wide: at first, thin: now; a: a number for each unit (row), undone on the way out",
        roles=_ROLES,
    ),
    title="Other weights, same function",
    statement="a unit scaled by a and its output weight by 1/a, or both with their signs turned, do what they did",
    opening="A row holds a hidden unit’s weights. They change: does what the nets compute?",
    fps="4",
    covers=(71,),
)
def scale_symmetry(
    steps: Annotated[int, Bounds(0, 300)] = 32,
    seed: Seed = 0,
    units: Annotated[int, Bounds(2, 16)] = 9,
) -> dict[str, MatrixSequence]:
    """Hidden units scaled behind ReLU, or flipped behind tanh, with outputs that do not change.

    The factors are the diagonal matrices that multiply the rows of W₁; the columns of W₂ are divided by them.

    Parameters
    ----------
    units : int
        Hidden units.
    """
    return _change(steps, seed, units, relu, np.tanh)


@scale_symmetry.moment(
    "<data>ReLU</> of a × x is a × ReLU of x, if a > 0: row {row} is now × {scale:2}, its weight out ÷ {scale:2}."
)
def _(columns: Mapping[str, Numbers], steps: int) -> Reached | None:
    scales = columns["ReLU net"].series["scales"]
    step, row = _largest(scales, steps)
    return Reached(step, row=row + 1, scale=float(scales[step, row])) if step else None


@scale_symmetry.moment("<keep>tanh</> of −x is −tanh of x: by now every unit has flipped all its signs, in and out.")
def _(columns: Mapping[str, Numbers], steps: int, units: int) -> int | None:
    return units if units < steps else None


@scale_symmetry.moment("{steps} steps of other weights, same outputs: what changes going in is undone going out.")
def _(steps: int) -> int:
    return steps


def _same(series: Mapping[str, FloatArray]) -> Claimed:
    return same_outputs(
        series, "A scaled product rounds by eps, a sum of n by n · eps of the sum of their sizes; signs are exact."
    )


def _exchanged(steps: int, seed: int, units: int) -> dict[str, MatrixSequence]:
    """Return the same with the activations exchanged: tanh of a × x is not a × tanh, nor ReLU of −x minus ReLU."""
    return _change(steps, seed, units, np.tanh, relu)


@scale_symmetry.claim("other weights, same f: off / allowed", headline=True, counterexample=_exchanged)
def _(columns: Mapping[str, Numbers], steps: int) -> Claimed:
    off = []
    for label in _ROLES:
        series = columns[label].series
        same = _same(series)
        moved = np.abs(series["weights"][1:] - series["weights"][0]).max(initial=0.0)
        off += [same.value / same.tolerance, 0.01 / max(moved, 1e-300) if steps else 0.0]
    return Claimed(
        max(off),
        0.0,
        1.0,
        "Outputs differ by the rounding of their sums, a weight by more than a hundredth.",
    )


@scale_symmetry.claim("largest |f − f′|", column="tanh, signs flipped")
@scale_symmetry.claim("largest |f − f′|", column="ReLU net")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return _same(series)
