"""A recurrent network of ReLU units."""

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
    haar_orthogonal,
    last_change,
    relu,
    scene,
    show,
)

# The largest eigenvalue of W is 1, the next one is _SECOND, and each further one is _FALL times the one before it.
_SECOND, _FALL = 0.5, 0.9


def _relu_run(matrix: FloatArray, start: FloatArray, steps: int) -> tuple[FloatArray, FloatArray]:
    """Return the directions of h_0 … h_T and log10 of their lengths; a dead state is zero, its length NaN."""
    units, sizes = np.zeros((steps + 1, len(start))), np.full(steps + 1, np.nan)
    units[0], sizes[0] = start / np.linalg.norm(start), 0.0
    for step in range(steps):
        after = np.maximum(matrix @ units[step], 0.0)
        length = np.linalg.norm(after)
        if length == 0:
            break
        units[step + 1], sizes[step + 1] = after / length, sizes[step] + np.log10(length)
    return units, sizes


def _tanh_run(matrix: FloatArray, start: FloatArray, steps: int) -> FloatArray:
    """Return log10 of the lengths of a state that goes through tanh at every step."""
    states = np.empty((steps + 1, len(start)))
    states[0] = start
    for step in range(steps):
        states[step + 1] = np.tanh(matrix @ states[step])
    return np.asarray(np.log10(np.linalg.norm(states, axis=1)))


@scene(
    show("heatmap", of="slopes · W", heading="W; blank: rows of units at 0"),
    show(
        "series",
        of={"larger W": "growing", "smaller W": "shrinking"},
        heading="RNN state’s size",
        note="soon × {growing} or × {shrinking} a step",
        roles={"larger W": "explode", "smaller W": "vanish"},
        values=False,
    ),
    title="ReLU states grow or shrink",
    statement="silent units leave blank rows: the radius of the rest of W decides, {growing} or {shrinking}; "
    "nothing else bounds the state",
    opening="ReLU cuts off what is below 0. With a larger or a smaller W, how large does a state get?",
    poster=1.0,
    fps="6.25",
    covers=(56, 81),
)
def relu_rnn(
    steps: Annotated[int, Bounds(32, 400)] = 40,
    dim: Annotated[int, Bounds(2, 64)] = 30,
    seed: Seed = 0,
    growing: Annotated[float, Bounds(1.001, 1.5)] = 1.1,
    shrinking: Annotated[float, Bounds(0.5, 0.999)] = 0.9,
) -> MatrixSequence:
    """States of a recurrent network of ReLU units, and the sub-matrix of those that are active.

    ``max(0, c W h) = c max(0, W h)``: one network serves for both radii, since which units are active
    does not depend on the scale. W is symmetric and positive definite, so that the state never dies out
    (``hᵀ W h > 0`` keeps a unit active). One eigenvalue stands out among the rest, and the first state leans
    towards the positive half of its eigenvector, so that the active units settle within a dozen steps.

    Parameters
    ----------
    dim : int
        Number of hidden units.
    growing, shrinking : float
        Two spectral radii of the active part of W.
    """
    return _filmed(steps, dim, seed, growing, shrinking, True)


def _filmed(steps: int, dim: int, seed: int, growing: float, shrinking: float, of_active: bool) -> MatrixSequence:
    """Return the states where the active part of W has the two radii, or else the whole of it."""
    axes = haar_orthogonal(dim, [seed, 0])
    half = max(np.maximum(axes[:, 0], 0.0), np.maximum(-axes[:, 0], 0.0), key=np.linalg.norm)
    matrix = (axes * np.append(1.0, _SECOND * _FALL ** np.arange(dim - 1))) @ axes.T
    start = half + np.abs(np.random.default_rng([seed, 1]).standard_normal(dim)) / np.sqrt(dim)
    units, sizes = _relu_run(matrix, start, steps)
    active = units > 0
    part = active[-1] if of_active else np.ones(dim, bool)
    radius = float(np.linalg.eigvalsh(matrix[np.ix_(part, part)])[-1])
    matrix = matrix * (growing / radius)
    since = np.arange(steps + 1)
    # The Jacobian of a step has a zero row for every unit that the step has silenced.
    factors = active[1:, :, None] * matrix
    series = {
        "slopes · W": np.concatenate([matrix[None], factors]),
        "growing": sizes + since * np.log10(growing / radius),
        "shrinking": sizes + since * np.log10(shrinking / radius),
        "units": units,
        "tanh": _tanh_run(matrix, units[0], steps),
        "active": active.mean(axis=1),
    }
    return MatrixSequence(factors, series=series)


@relu_rnn.moment("By step {step} ReLU has cut {count} of {dim} units to 0; the rest grow or fall without a ceiling.")
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    active = series["units"] > 0
    settled, count = last_change((active == active[-1]).all(axis=1)), int((~active[-1]).sum())
    return None if settled is None or not count else Reached(settled, count=count)


@relu_rnn.moment(
    "What is left of W makes the state × <explode>{growing}</> or × <vanish>{shrinking}</> a step: "
    "{large:log10} or {small:log10}, no ceiling."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    ends = {name: float(series[track][-1]) for name, track in (("large", "growing"), ("small", "shrinking"))}
    return Reached(steps, **ends)


def _whole(steps: int, dim: int, seed: int, growing: float, shrinking: float) -> MatrixSequence:
    """Return the same with the radii given to all of W, silent units included: it does not decide."""
    return _filmed(steps, dim, seed, growing, shrinking, False)


def _last_factor(log10_lengths: FloatArray) -> float:
    """Return by what the last step has multiplied the length of the state."""
    return float(10 ** (log10_lengths[-1] - log10_lengths[-2]))


@relu_rnn.claim("ReLU grows, falls, tanh levels off: off / allowed", headline=True, counterexample=_whole)
def _(series: Mapping[str, FloatArray], growing: float, shrinking: float) -> Claimed:
    off = [
        abs(_last_factor(series["growing"]) - growing) / 1e-6,
        abs(_last_factor(series["shrinking"]) - shrinking) / 1e-6,
        # Half of what the least radius adds.
        abs(_last_factor(series["tanh"]) - 1) / 5e-4,
    ]
    return Claimed(
        max(off),
        0.0,
        1.0,
        "The units settle within a dozen steps, and what other eigenvalues of the active part add falls with "
        "the square of their share of its radius, 0.8 at most; tanh squeezes until a step adds nothing.",
    )


for _name in ("growing", "shrinking"):

    @relu_rnn.claim(f"{_name}, last factor")
    def _(series: Mapping[str, FloatArray], growing: float, shrinking: float, name: str = _name) -> Claimed:
        reason = "0.8 to the power of 40 is left of what other eigenvalues add."
        return Claimed(_last_factor(series[name]), growing if name == "growing" else shrinking, 1e-6, reason)


@relu_rnn.claim("Jacobian − derivative")
def _(product: Trajectory, series: Mapping[str, FloatArray], dim: int) -> Claimed:
    # Derivatives of max(0, W h) by complex step.
    matrix, worst = series["slopes · W"][0], 0.0
    for units, factor in zip(series["units"][:-1], product.sequence.factors, strict=True):
        moved = units + 1e-30j * np.eye(dim)
        worst = max(worst, float(np.abs(relu(moved @ matrix.T).imag.T / 1e-30 - factor).max()))
    return Claimed(worst, 0.0, 1e-12, "A slope of 0 or 1 times W rounds by eps.")
