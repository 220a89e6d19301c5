"""The GRU in its two conventions."""

import pytest

from scenes.memory.gru import blender, blending, gru


def test_it_is_the_same_network_in_both_conventions():
    for seed in range(5):
        for dim in (2, 6, 11):
            update, keep = (
                gru.build(dim=dim, seed=seed, convention=c)[None].series["blend"] for c in ("update", "keep")
            )
            others = [0, 1, 2, 4, 5, 6]
            assert update[:, others] == pytest.approx(keep[:, others], abs=1e-13)
            assert update[1:, 3] == pytest.approx(1 - keep[1:, 3], abs=1e-13)
            assert update[1:, 4] + update[1:, 5] == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize(
    "broken",
    [
        lambda cell, inputs: inputs[:, 6:].fill(0.0),
        lambda cell, inputs: cell.bias[:6].fill(0.0),
        lambda cell, inputs: cell.bias[:6].fill(-50.0),
        lambda cell, inputs: cell.kernel[6:12].fill(0.0),
    ],
    ids=["no commands", "half open", "always shut", "never reset"],
)
def test_cells_with_broken_gates_are_told(headline, broken):
    for seed in range(5):
        cell, start, inputs = blender(16, 6, seed, "update")
        broken(cell, inputs)
        assert not headline(gru, blending(cell, start, inputs), seed=seed).holds
