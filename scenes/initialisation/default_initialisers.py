"""Signals and gradients through deep linear networks, from three ways to draw their weights."""

from typing import Annotated

from scenes import Bounds, Claimed, MatrixSequence, Seed, Trajectory, scene, show
from scenes.initialisation._deep_nets import decades_per_layer, deep_net

_USUAL = {"σ = 0.01": "normal_001", "±0.07": "uniform_007", "Xavier": "glorot_normal"}


@scene(
    show("heatmap", of="strip", limits=(-3, 3)),
    show("series", of={"h": "signal", "g": "gradient"}, heading="variance"),
    title="Three initialisations",
    statement="{dim} units a layer: both defaults starve signal h and gradient g, Xavier feeds them",
    poster=0.6,
    fps="4",
    covers=(47, 59, 60, 61, 62, 63, 65),
)
def default_initialisers(
    steps: Annotated[int, Bounds(0, 48)] = 19,
    dim: Annotated[int, Bounds(48, 128)] = 128,
    seed: Seed = 0,
) -> dict[str, MatrixSequence]:
    """Signals and gradients through deep linear networks, from three ways to draw their weights."""
    nets = {label: deep_net(kind, "identity", steps, dim, seed) for label, kind in _USUAL.items()}
    return {
        label: MatrixSequence(net.jacobians, series={"strip": net.strip(9)} | net.series())
        for label, net in nets.items()
    }


for _text, _name in (("signal, decades/layer", "signal"), ("gradient, dec./layer", "gradient")):
    for _label, _kind in _USUAL.items():

        @default_initialisers.claim(_text, column=_label)
        def _(product: Trajectory, name: str = _name, kind: str = _kind) -> Claimed:
            return decades_per_layer(product, name, kind, "identity")
