"""Signals and gradients of a network whose layers narrow, under three rules for the variance of its weights."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, MatrixSequence, Numbers, Reached, Seed, first_step, scene, show
from scenes.initialisation._deviations import log10_deviation

# A row of the picture of a narrowing network has so many cells for the first layer.
_FUNNEL = 9
# Networks of which the mean is taken, and vectors each of them is shown.
NETS, BATCH = 32, 16

# The rules for the variance of an entry, and what each of them does.
_RULES = ("1/inputs", "Xavier", "1/outputs")
_ROLES = {"1/inputs": "vanish", "Xavier": "keep", "1/outputs": "explode"}
_LIMITS = (-1.5, 1.5)


def _widths(steps: int, dim: int, narrowing: float) -> list[int]:
    return [max(1, round(dim * narrowing ** (-layer / max(steps, 1)))) for layer in range(steps + 1)]


def _variance(rule: str, fan_in: int, fan_out: int) -> float:
    return {"1/inputs": 1 / fan_in, "1/outputs": 1 / fan_out, "Xavier": 2 / (fan_in + fan_out)}[rule]


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
    show(
        "strip",
        of="funnel",
        names={"signal ↓": 0, "gradient ↑": _FUNNEL + 1},
        limits=(-3, 3),
        heading="variance of weights",
        roles=_ROLES,
    ),
    show(
        "series",
        of="signal",
        heading="signal",
        note="variance, by the weights' variance",
        limits=_LIMITS,
        roles=_ROLES,
    ),
    show(
        "series",
        of="gradient",
        heading="gradient",
        note="variance, back up the narrowing layers",
        x="layers back",
        limits=_LIMITS,
        roles=_ROLES,
    ),
    title="No variance keeps both",
    statement="in layers that narrow {narrowing}-fold one variance keeps the signal, one the gradient, and Xavier's "
    "is between",
    opening="Layers narrow. Weight variance: 1 / number of inputs, 1 / number of outputs, or between.",
    counter="layer",
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
    return _columns(_widths(steps, dim, narrowing), seed)


def _columns(widths: list[int], seed: int) -> dict[str, MatrixSequence]:
    """Return networks with layers of these widths, a column for every rule."""
    rng = np.random.default_rng([seed, 0])
    random = [rng.standard_normal((NETS, after, before)) for before, after in pairwise(widths)]
    columns = {}
    for rule in _RULES:
        sizes = [np.sqrt(_variance(rule, before, after)) for before, after in pairwise(widths)]
        layers = [size * weights for size, weights in zip(sizes, random, strict=True)]
        columns[rule] = _funnel(layers, widths, seed)
    return columns


def _change(columns: Mapping[str, Numbers], rule: str, name: str) -> FloatArray:
    track = columns[rule].series[name]
    return np.asarray(track - track[0])


@fan_dilemma.moment(
    "<vanish>1/inputs</> balances the sum over all inputs, but {step} layers back the gradient is × {gradient:2}."
)
def _(columns: Mapping[str, Numbers]) -> Reached | None:
    change = _change(columns, "1/inputs", "gradient")
    step = first_step(change < np.log10(0.5))
    return None if step is None else Reached(step, gradient=10 ** float(change[step]))


@fan_dilemma.moment("<explode>1/outputs</> keeps the gradient, but after {step} layers the signal is × {signal:2}.")
def _(columns: Mapping[str, Numbers], steps: int, narrowing: float) -> Reached | None:
    change = _change(columns, "1/outputs", "signal")
    step = first_step(change > np.log10(narrowing) / 2)
    return None if step is None or step == steps else Reached(step, signal=10 ** float(change[step]))


@fan_dilemma.moment(
    "<keep>Xavier</> is between: signal × {signal:2}, gradient ÷ {gradient:2}, each about √{narrowing} = {root:2}."
)
def _(columns: Mapping[str, Numbers], steps: int, narrowing: float) -> Reached:
    signal, gradient = (float(_change(columns, "Xavier", name)[-1]) for name in ("signal", "gradient"))
    return Reached(steps, signal=10**signal, gradient=10**-gradient, root=narrowing**0.5)


def _as_wide_throughout(steps: int, dim: int, seed: int, narrowing: float) -> dict[str, MatrixSequence]:
    """Return networks whose layers do not narrow: one variance keeps both ways."""
    return _columns([max(1, round(dim / narrowing))] * (steps + 1), seed)


@fan_dilemma.claim("both ways: off / allowed", headline=True, counterexample=_as_wide_throughout)
def _(columns: Mapping[str, Numbers], steps: int, dim: int, narrowing: float) -> Claimed:
    widths = _widths(steps, dim, narrowing)
    # One way 1 is left, the other way the ratio of the ends, in decades.
    ratio = float(np.log10(widths[0] / widths[-1]))
    down, up = (log10_deviation(way, BATCH, NETS) for way in (widths, widths[::-1]))
    changes = {rule: [float(_change(columns, rule, name)[-1]) for name in ("signal", "gradient")] for rule in _RULES}
    off = [
        abs(changes["1/inputs"][0]) / down,
        abs(changes["1/inputs"][1] + ratio) / up,
        abs(changes["1/outputs"][0] - ratio) / down,
        abs(changes["1/outputs"][1]) / up,
    ]
    # Xavier's is nearer to half of it than to either end: from a quarter to three quarters.
    off += [
        abs(change - half) / (ratio / 4)
        for change, half in zip(changes["Xavier"], (ratio / 2, -ratio / 2), strict=True)
    ]
    return Claimed(
        max(off),
        0.0,
        1.0,
        "Allowed are five deviations of the mean of 32 networks; for Xavier a quarter of the whole to either side.",
    )


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
