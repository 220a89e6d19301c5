"""What reaches the lowest layer of a recurrent network of one to 24 layers, with and without skips."""

from collections.abc import Mapping
from math import log10
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, Reached, Record, Seed, complex_step_jacobian, scene, show
from scenes.recurrence._grid import Grid, shortest_path

_KINDS = {"no skips": False, "skips": True}
_ROLES = {"no skips": "vanish", "skips": "keep"}
# Networks whose logarithms are averaged: one of them may be an exception.
_NETWORKS = 16
# Layers that the way through time is told for.
_TOLD = 10


def _downwards(grid: Grid) -> FloatArray:
    """Return log10 of what the lowest layer feels of its last state by the number of layers, shape (layers,).

    It is the root mean square of the singular values of ``∂h_L/∂h_1`` at the last time, the same for any direction
    of the gradient. A network of L layers is the lowest L of them all, whose states no higher layer changes.
    """
    left, product = np.zeros(grid.layers), np.eye(grid.dim) / grid.dim**0.5
    for layer, jacobian in enumerate(grid.jacobians()[1][1:, -1], 1):
        product = jacobian @ product
        size = np.linalg.norm(product)
        product, left[layer] = product / size, left[layer - 1] + np.log10(size)
    return left


@scene(
    show(
        "series",
        of={label: f"log10 {label}" for label in _KINDS},
        heading="gradient in the lowest layer",
        note="1 at the top",
        x="layers above",
        roles=_ROLES,
    ),
    show(
        "series",
        of={label: f"tanhs {label}" for label in _KINDS},
        scale="linear",
        heading="why: tanhs passed",
        note="each shrinks it",
        x="layers above",
        roles=_ROLES,
    ),
    title="A deeper and deeper RNN",
    statement="the more layers a recurrent net has, the less gradient reaches its lowest one, unless there are skips",
    opening="An RNN gets one layer more at a time. What is left of the top’s gradient in the lowest layer?",
    counter="layers: {layers}",
    arrange="row",
    poster=1.0,
    fps="4",
    covers=(120,),
)
def stacked_depth(
    steps: Annotated[int, Bounds(1, 23)] = 23,
    length: Annotated[int, Bounds(1, 20)] = 10,
    dim: Annotated[int, Bounds(2, 16)] = 8,
    seed: Seed = 0,
    gain: Annotated[float, Bounds(0.1, 1)] = 0.5,
) -> Record:
    """Gradients of the lowest layer of recurrent networks of 1 to 24 layers, with skips and without.

    A layer is ``tanh(W h + U x)``, or that and x, the layer below it; the networks read ``length`` inputs. The
    gradient goes down from the last state of the top to that of the lowest layer. Every layer without a skip
    multiplies it by W and by slopes of tanh; a skip also adds it as it is. Translation does best with two to four
    layers, deeper ones need such skips (D. Britz et al., "Massive exploration of neural machine translation
    architectures", 2017), and a Transformer has up to 24.

    Parameters
    ----------
    steps : int
        Number of layers above the lowest one, at last.
    length : int
        Number T of times.
    gain : float
        Weights have the deviation gain / √n.
    """
    return _by_depth(steps, length, dim, seed, gain, _KINDS)


def _by_depth(steps: int, length: int, dim: int, seed: int, gain: float, kinds: Mapping[str, bool]) -> Record:
    """Return what is left by number of layers; `kinds` says which networks have skips."""
    above = np.arange(steps + 1.0)
    series: dict[str, FloatArray] = {"layers": above + 1}
    for label, skips in kinds.items():
        nets = [Grid(steps + 1, length, dim, seed + index, gain, skips) for index in range(_NETWORKS)]
        series[f"log10 {label}"] = np.mean([_downwards(net) for net in nets], axis=0)
        series[f"log10 one {label}"] = _downwards(nets[0])
        series[f"tanhs {label}"] = np.array([shortest_path(layer + 1, 1, skips) for layer in range(steps + 1)], float)
    return Record(series)


def _ends(series: Mapping[str, FloatArray], step: int) -> dict[str, float]:
    names = {"lost": "no skips", "kept": "skips"}
    return {name: float(series[f"log10 {label}"][step]) for name, label in names.items()}


@stacked_depth.moment(
    "With 4 layers <vanish>{lost:log10}</> of the gradient is left without skips, <keep>{kept:log10}</> with them."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    return Reached(3, **_ends(series, 3)) if steps > 3 else None


@stacked_depth.moment(
    "{layers} layers: to word 1 it passes <vanish>{long} tanhs</>, {down} down, {back} back; "
    "<keep>with skips {short}</>."
)
def _(steps: int, length: int) -> Reached | None:
    if not _TOLD <= steps:
        return None
    long, short = (shortest_path(_TOLD, length, skips) for skips in (False, True))
    return Reached(_TOLD - 1, layers=_TOLD, long=long, short=short, down=_TOLD - 1, back=length - 1)


@stacked_depth.moment(
    "{layers} layers: <vanish>{lost:log10} is left without skips</>, <keep>{kept:log10} with them</>."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    return Reached(steps, layers=steps + 1, **_ends(series, steps))


def _no_skips(steps: int, length: int, dim: int, seed: int, gain: float) -> Record:
    """Return the same with no skips in either network."""
    return _by_depth(steps, length, dim, seed, gain, dict.fromkeys(_KINDS, False))


@stacked_depth.claim("lost without, kept with: off / allowed", headline=True, counterexample=_no_skips)
def _(series: Mapping[str, FloatArray], steps: int, dim: int, gain: float) -> Claimed:
    lost, kept = _ends(series, steps).values()
    # A layer multiplies a mean square by up to g² without a skip, and by 1 to 1 + g² with one. The logarithm of the
    # one varies by 2 / n; that of the other by (2 g / n)², and more as directions become uneven.
    most = np.log10(1 + gain**2) * steps / 2
    deviations = np.sqrt([2 / dim, (2 * gain * (1 + gain**2) / dim) ** 2]) * np.sqrt(steps / _NETWORKS) / 2 / np.log(10)
    off = [
        (lost - steps * np.log10(gain)) / (5 * deviations[0]),
        abs(kept - most / 2) / (most / 2 + 5 * deviations[1]),
        # A layer costs 5 % more without a skip, at least.
        steps * np.log10(1.05) / max(kept - lost, 1e-9),
    ]
    return Claimed(max(off), 0.0, 1.0, "Five deviations of a mean of 16 networks beyond the bounds of a wide one.")


for _label, _skips in _KINDS.items():

    @stacked_depth.claim(f"log10 left − derivative, {_label}")
    def _(
        series: Mapping[str, FloatArray],
        steps: int,
        length: int,
        dim: int,
        seed: int,
        gain: float,
        label: str = _label,
        skips: bool = _skips,
    ) -> Claimed:
        grid = Grid(steps + 1, length, dim, seed, gain, skips)
        true = complex_step_jacobian(lambda shift: grid.states(shift, length - 1)[-1, -1], np.zeros(dim))
        return Claimed(
            float(series[f"log10 one {label}"][-1]),
            log10(np.linalg.norm(true) / dim**0.5),
            1e-6,
            "Both ways round every layer by about n · eps.",
        )

    @stacked_depth.claim(f"shortest path to word 1, in tanhs, {_label}")
    def _(steps: int, length: int, dim: int, seed: int, skips: bool = _skips) -> Claimed:
        return _measured(shortest_path(steps + 1, length, skips), steps, length, dim, seed, skips, 0)

    @stacked_depth.claim(f"tanhs on the way down, {_label}")
    def _(
        series: Mapping[str, FloatArray],
        steps: int,
        length: int,
        dim: int,
        seed: int,
        label: str = _label,
        skips: bool = _skips,
    ) -> Claimed:
        return _measured(float(series[f"tanhs {label}"][-1]), steps, length, dim, seed, skips, length - 1)


def _measured(shown: float, steps: int, length: int, dim: int, seed: int, skips: bool, time: int) -> Claimed:
    """Return the claim on the fewest tanhs from the last state of the top to the lowest layer at a time.

    Weights a tenth as large let a path of k tanhs carry 1/10^k as much: small ones leave the shortest alone.
    """
    sizes = [
        float(np.abs(Grid(steps + 1, length, dim, seed, gain, skips).gradients()[0, time]).max())
        for gain in (1e-4, 1e-5)
    ]
    return Claimed(
        shown,
        log10(sizes[0] / sizes[1]),
        0.01,
        "Longer paths carry less than a thousandth of the shortest ones; slopes are 1 but for squares of weights.",
    )
