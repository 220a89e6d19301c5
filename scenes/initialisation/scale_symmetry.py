"""Hidden units scaled behind ReLU, or flipped behind tanh, with outputs that do not change."""

from collections.abc import Callable, Mapping
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, MatrixSequence, Seed, relu, scene, show
from scenes.initialisation._weights import outputs, same_outputs

# Inputs at which outputs are compared.
_POINTS = 24


def _network(
    weights: FloatArray, scales: FloatArray, inputs: FloatArray, activation: Callable[[FloatArray], FloatArray]
) -> MatrixSequence:
    """Return the diagonal matrices that lead from one row of scales to the next, with weights and outputs.

    Rows of W₁ are multiplied by the scales, shape (T + 1, units), and entries of w₂ divided by them. Outputs are in
    the order of the first ones, so that a curve is seen.
    """
    factors = np.eye(scales.shape[1]) * (scales[1:] / scales[:-1])[:, None, :]
    rescaled = np.concatenate([weights[:, :-1] * scales[:, :, None], (weights[:, -1] / scales)[:, :, None]], axis=2)
    series = outputs(rescaled, inputs, activation)
    order = np.argsort(series["output"][0])
    return MatrixSequence(
        factors, series=series | {name: series[name][:, order] for name in ("output", "first output")}
    )


@scene(
    show("heatmap", of="weights", limits=(-3, 3)),
    show("bars", of="output", reference="first output", heading="output"),
    title="More symmetries",
    statement="a row is a unit, output weight last: scaled back or flipped twice, it does the same",
    poster=0.25,
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
    rng = np.random.default_rng([seed, 0])
    weights = rng.standard_normal((units, units))
    inputs = np.clip(rng.standard_normal((units - 1, _POINTS)) / units, -4, 4)
    # Each unit grows and shrinks in its own time, from 1.
    phase = rng.uniform(0, 2 * np.pi, units)
    t = np.arange(steps + 1)[:, None]
    scales = np.exp(np.sin(t * 2 * np.pi / 16 + phase) - np.sin(phase))
    flipped = np.ones((steps + 1, units))
    for step in range(1, steps + 1):
        flipped[step:, step % units] *= -1
    return {
        "ReLU, scaled": _network(weights, scales, inputs, relu),
        "tanh, flipped": _network(weights, flipped, inputs, np.tanh),
    }


@scale_symmetry.claim("largest |f − f′|", column="tanh, flipped")
@scale_symmetry.claim("largest |f − f′|", column="ReLU, scaled")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return same_outputs(
        series, "A scaled product rounds by eps, a sum of n by n · eps of the sum of their sizes; signs are exact."
    )
