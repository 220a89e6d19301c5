"""Films of deep networks, broken on purpose: a claim has to say so."""

import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import HighwayLayer, ResidualLayer
from scenes.depth import dense, highway, layer_gradients, residual


def false_of(module, monkeypatch, where, name, change):
    """Return the claims that are false of a film built while something is replaced by what `change` makes of it."""
    scene = getattr(module, module.__name__.rpartition(".")[2])
    with monkeypatch.context() as patch:
        patch.setattr(where, name, change(getattr(where, name)))
        built = scene.build()
    columns = {label: simulate(recording) for label, recording in built.items()}
    return {verdict.claim for verdict in judge(scene.claims, columns, scene.resolve()) if not verdict.holds}


@pytest.mark.parametrize(
    ("module", "where", "name", "change"),
    [
        # A layer that takes away what it makes; one that adds twice as much as it gets; weights twice as large.
        (residual, ResidualLayer, "branch_jacobian", lambda old: lambda *a: old(*a) * 0.5),
        (residual, residual, "residual_weights", lambda old: lambda *a: [2 * w for w in old(*a)]),
        (residual, ResidualLayer, "step", lambda old: lambda layer, h: old(layer, h) + h),
        # Gates that carry where they should transform; weights of another size; gates that stay half open.
        (highway, highway, "_gates", lambda old: lambda steps: 1 - old(steps)),
        (highway, highway, "_weights", lambda old: lambda *a: [1.5 * w for w in old(*a)]),
        (highway, HighwayLayer, "jacobian", lambda old: lambda layer, h: old(layer, h).T),
        # Layers that see the first one only; weights not divided by how many inputs there are; wrong slopes.
        (dense, dense, "_edges", lambda _: lambda wiring, layer: np.eye(layer)[0]),
        (dense, dense, "_weights", lambda old: lambda w, layer, *a: old(w, layer, *a) * layer**0.5),
        (dense, dense, "_sensitivities", lambda old: lambda *a: old(*a) * 1.01),
        # Weights four times as large; layers in another order; an input that is not the network's.
        (layer_gradients, layer_gradients, "deep_weights", lambda old: lambda *a: [4 * w for w in old(*a)]),
        (layer_gradients, layer_gradients, "deep_weights", lambda old: lambda *a: old(*a)[::-1]),
        (layer_gradients, layer_gradients, "input_and_target", lambda old: lambda *a: old(*a)[::-1]),
    ],
)
def test_what_is_broken_is_false(monkeypatch, module, where, name, change):
    assert false_of(module, monkeypatch, where, name, change)
