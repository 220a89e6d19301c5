"""Signals and gradients through deep linear networks, from three ways to draw their weights."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, MatrixSequence, Numbers, Reached, Seed, Trajectory, first_step, scene, show
from scenes.initialisation._deep_nets import decades_per_layer, deep_net

_USUAL = {"σ = 0.01": "normal_001", "±0.07": "uniform_007", "Xavier": "glorot_normal"}
_ROLES = {"σ = 0.01": "vanish", "±0.07": "data", "Xavier": "keep"}
# Units and empty columns of the pictures.
_UNITS, _GAP = 10, 5


@scene(
    show(
        "strip",
        of="strip",
        names={"signal ↓": 0, "gradient ↑": _UNITS + _GAP},
        limits=(-3, 3),
        heading="row = layer",
        roles=_ROLES,
    ),
    show(
        "series",
        of="signal",
        heading="variance of the signal",
        note="weights: σ = 0.01, ±0.07 has σ = 0.04, Xavier σ = {sigma:2}",
        roles=_ROLES,
    ),
    title="Three initialisations",
    statement="{dim} units a layer: both defaults starve signal and gradient, Xavier's variance feeds them",
    opening="Weights normal with σ = 0.01, uniform within ±0.07, or fitted (Xavier): what comes through?",
    counter="layer",
    poster=1.0,
    fps="4",
    covers=(47, 59, 60, 61, 62, 63, 65),
)
def default_initialisers(
    steps: Annotated[int, Bounds(0, 48)] = 18,
    dim: Annotated[int, Bounds(48, 128)] = 128,
    seed: Seed = 0,
) -> dict[str, MatrixSequence]:
    """Signals and gradients through deep linear networks, from three ways to draw their weights."""
    # What Xavier's rule makes of so many units.
    sigma = np.full(steps + 1, dim**-0.5)
    nets = {label: deep_net(kind, "identity", steps, dim, seed) for label, kind in _USUAL.items()}
    return {
        label: MatrixSequence(net.jacobians, series={"strip": net.strip(_UNITS, _GAP), "sigma": sigma} | net.series())
        for label, net in nets.items()
    }


# Below this share a signal is taken for lost.
_LOST = -3.0


def _lost(columns: Mapping[str, Numbers], label: str) -> int | None:
    signal = columns[label].series["signal"]
    return first_step(signal - signal[0] < _LOST)


@default_initialisers.moment("<vanish>σ = 0.01</>: after {step} layers less than a thousandth of the variance is left.")
def _(columns: Mapping[str, Numbers]) -> int | None:
    return _lost(columns, "σ = 0.01")


@default_initialisers.moment("<data>±0.07</> comes further: it falls below a thousandth after {step} layers.")
def _(columns: Mapping[str, Numbers]) -> int | None:
    return _lost(columns, "±0.07")


@default_initialisers.moment(
    "Left at the end: <vanish>{small:log10}</>, <data>{uniform:log10}</>, and <keep>{xavier:log10}</> by Xavier, "
    "whose σ fits {dim} units.",
    otherwise="Too few layers to tell them apart.",
)
def _(columns: Mapping[str, Numbers], steps: int) -> Reached | None:
    small, uniform, xavier = (float(columns[label].series["signal"][-1]) for label in _USUAL)
    return Reached(steps, small=small, uniform=uniform, xavier=xavier) if max(small, uniform) < _LOST < xavier else None


for _text, _name in (("signal, decades/layer", "signal"), ("gradient, dec./layer", "gradient")):
    for _label, _kind in _USUAL.items():

        @default_initialisers.claim(_text, column=_label)
        def _(product: Trajectory, name: str = _name, kind: str = _kind) -> Claimed:
            return decades_per_layer(product, name, kind, "identity")
