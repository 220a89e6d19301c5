"""The GRU in its two conventions."""

import pytest

from scenes.memory.gru import gru


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
