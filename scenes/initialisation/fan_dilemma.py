"""Signals and gradients of a network whose layers narrow, under three rules for the variance of its weights."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, MatrixSequence, Seed, scene, show
from scenes.initialisation._deviations import log10_deviation

# A row of the picture of a narrowing network has so many cells for the first layer.
_FUNNEL = 9
# Networks of which the mean is taken, and vectors each of them is shown.
NETS, BATCH = 32, 16

_RULES = ("n_in σ² = 1", "Xavier", "n_out σ² = 1")


def _widths(steps: int, dim: int, narrowing: float) -> list[int]:
    return [max(1, round(dim * narrowing ** (-layer / max(steps, 1)))) for layer in range(steps + 1)]


def _variance(rule: str, fan_in: int, fan_out: int) -> float:
    return {"n_in σ² = 1": 1 / fan_in, "n_out σ² = 1": 1 / fan_out, "Xavier": 2 / (fan_in + fan_out)}[rule]


def _funnel(layers: list[FloatArray], widths: list[int], seed: int) -> MatrixSequence:
    """Return the first net's layers as square matrices, with what happens to all nets' batches forward and back."""
    rng = np.random.default_rng([seed, 1])
    signals = [rng.standard_normal((NETS, widths[0], BATCH))]
    for weights in layers:
        signals.append(weights @ signals[-1])
    gradients = [rng.standard_normal((NETS, widths[-1], BATCH))]
    for weights in reversed(layers):
        gradients.append(np.swapaxes(weights, 1, 2) @ gradients[-1])
    count = len(widths)
    cells = [-(-_FUNNEL * n // widths[0]) for n in widths]
    funnel = np.zeros((count, count, 2 * _FUNNEL + 1))
    for row, shown in enumerate(cells):
        # Both halves narrow towards the middle of the picture.
        funnel[row:, row, _FUNNEL - shown : _FUNNEL] = signals[row][0, :shown, 0]
        funnel[count - 1 - row :, row, _FUNNEL + 1 : _FUNNEL + 1 + shown] = gradients[count - 1 - row][0, :shown, 0]
    factors = np.zeros((len(layers), widths[0], widths[0]))
    for factor, weights in zip(factors, layers, strict=True):
        factor[: weights.shape[1], : weights.shape[2]] = weights[0]
    series = {
        "funnel": funnel,
        "signal": np.log10([np.mean(h**2) for h in signals]),
        "gradient": np.log10([np.mean(g**2) for g in gradients]),
    }
    return MatrixSequence(factors, series=series)


@scene(
    show("heatmap", of="funnel", limits=(-3, 3)),
    show("series", of={"h": "signal", "g": "gradient"}, heading="variance", limits=(-1.5, 1.5)),
    title="The dilemma of two fans",
    statement="{narrowing}-fold narrowing: one rule keeps signal h, one gradient g, Xavier is between",
    poster=1.0,
    fps="2.5",
    covers=(62, 63, 64, 65),
)
def fan_dilemma(
    steps: Annotated[int, Bounds(4, 16)] = 10,
    dim: Annotated[int, Bounds(192, 256)] = 256,
    seed: Seed = 0,
    narrowing: Annotated[float, Bounds(4, 16)] = 16.0,
) -> dict[str, MatrixSequence]:
    """Signals and gradients of a network whose layers narrow: no variance keeps both.

    Variances are means over 32 networks, the same random numbers for every rule; the cells are of the first of
    them. The factors are its layers in the top left corner of square matrices, zero elsewhere.

    Parameters
    ----------
    dim : int
        Units of the first layer.
    narrowing : float
        How many times as many units the first layer has as the last.
    """
    widths = _widths(steps, dim, narrowing)
    rng = np.random.default_rng([seed, 0])
    random = [rng.standard_normal((NETS, after, before)) for before, after in pairwise(widths)]
    columns = {}
    for rule in _RULES:
        sizes = [np.sqrt(_variance(rule, before, after)) for before, after in pairwise(widths)]
        layers = [size * weights for size, weights in zip(sizes, random, strict=True)]
        columns[rule] = _funnel(layers, widths, seed)
    return columns


for _text, _name in (("log10 of signal", "signal"), ("log10 of gradient", "gradient")):
    for _rule in _RULES:

        @fan_dilemma.claim(_text, column=_rule)
        def _(
            series: Mapping[str, FloatArray],
            steps: int,
            dim: int,
            narrowing: float,
            name: str = _name,
            rule: str = _rule,
        ) -> Claimed:
            forward = name == "signal"
            widths = _widths(steps, dim, narrowing)
            gains = [
                (before if forward else after) * _variance(rule, before, after) for before, after in pairwise(widths)
            ]
            return Claimed(
                float(series[name][-1] - series[name][0]),
                float(np.log10(gains).sum()),
                log10_deviation(widths if forward else widths[::-1], BATCH, NETS),
                "Five deviations by the exact second moments of Gaussian layers, and a fifth for the logarithm's tail.",
            )
