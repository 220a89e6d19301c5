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


def _variances(dim: int) -> dict[str, float]:
    """Return the variance of a weight by the three rules: σ², that of a uniform number, 2 / (inputs + outputs)."""
    return {"σ = 0.01": 0.01**2, "±0.07": 0.07**2 / 3, "Xavier": 2 / (dim + dim)}


def _columns(kinds: Mapping[str, str], steps: int, dim: int, seed: int) -> dict[str, MatrixSequence]:
    nets = {label: deep_net(kind, "identity", steps, dim, seed) for label, kind in kinds.items()}
    return {
        label: MatrixSequence(net.jacobians, series={"strip": net.strip(_UNITS, _GAP)} | net.series())
        for label, net in nets.items()
    }


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
        note="weights: σ spread, ± range",
        roles=_ROLES,
    ),
    show(
        "series",
        of="gradient",
        heading="and of the gradient",
        note="on its way back",
        roles=_ROLES,
    ),
    title="Three initialisations",
    statement="{dim} units a layer: both fixed sizes starve signal and gradient, Xavier's variance feeds them",
    opening="Weights of a fixed size (σ = 0.01, ±0.07) or fitted to the layer (Xavier): what comes through?",
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
    return _columns(_USUAL, steps, dim, seed)


# Below this share a signal or gradient is taken for lost.
_LOST = -3.0


def _lost(columns: Mapping[str, Numbers], label: str) -> int | None:
    series = columns[label].series
    left = np.maximum(*(series[name] - series[name][0] for name in ("signal", "gradient")))
    return first_step(left < _LOST)


@default_initialisers.moment(
    "<vanish>σ = 0.01</>: {dim} × 0.01² = {factor:3} a layer; signal and gradient < 1/1000 after {step}."
)
def _(columns: Mapping[str, Numbers], dim: int) -> Reached | None:
    step = _lost(columns, "σ = 0.01")
    return None if step is None else Reached(step, factor=dim * _variances(dim)["σ = 0.01"])


@default_initialisers.moment(
    "<data>±0.07</>: {dim} × 0.07²/3 = {factor:3} a layer; signal and gradient < 1/1000 after {step}."
)
def _(columns: Mapping[str, Numbers], dim: int) -> Reached | None:
    step = _lost(columns, "±0.07")
    return None if step is None else Reached(step, factor=dim * _variances(dim)["±0.07"])


@default_initialisers.moment(
    "Both fixed sizes starve signal and gradient; <keep>Xavier</> feeds them: <keep>{signal:log10}, "
    "{gradient:log10}</> left.",
    otherwise="Too few layers to tell them apart.",
)
def _(columns: Mapping[str, Numbers], steps: int) -> Reached | None:
    *starved, fed = (columns[label].series for label in _USUAL)
    signal, gradient = (float(fed[name][-1]) for name in ("signal", "gradient"))
    most = max(float(series[name][-1]) for series in starved for name in ("signal", "gradient"))
    return Reached(steps, signal=signal, gradient=gradient) if most < _LOST < min(signal, gradient) else None


def _all_fitted(steps: int, dim: int, seed: int) -> dict[str, MatrixSequence]:
    """Return the same with the variances of both defaults fitted to the units, too."""
    return _columns(
        {"σ = 0.01": "glorot_normal", "±0.07": "glorot_uniform", "Xavier": "glorot_normal"}, steps, dim, seed
    )


@default_initialisers.claim("(n σ²)ᵗ: off / allowed", headline=True, counterexample=_all_fitted)
def _(columns: Mapping[str, Numbers], steps: int, dim: int) -> Claimed:
    off = []
    for label, kind in _USUAL.items():
        for name in ("signal", "gradient"):
            found = decades_per_layer(columns[label], dim, name, kind, "identity")
            power = float(np.log10(dim * _variances(dim)[label])) if steps else 0.0
            off.append(abs(found.value - power) / (found.tolerance + abs(found.expected - power)))
    return Claimed(
        max(off),
        0.0,
        1.0,
        "(n σ²)^L is left; allowed are five deviations, and how far a mean logarithm is below that of the mean.",
    )


for _text, _name in (("signal, decades/layer", "signal"), ("gradient, dec./layer", "gradient")):
    for _label, _kind in _USUAL.items():

        @default_initialisers.claim(_text, column=_label)
        def _(product: Trajectory, dim: int, name: str = _name, kind: str = _kind) -> Claimed:
            return decades_per_layer(product, dim, name, kind, "identity")
