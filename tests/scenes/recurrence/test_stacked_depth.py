"""What reaches the lowest layer of a stack: against differences, and the paths through the grid."""

import math

import numpy as np
import pytest
from films import study_of

from render.pipeline.claims import judge
from scenes.recurrence._grid import Grid, shortest_path
from scenes.recurrence.stacked_depth import _downwards, stacked_depth


@pytest.mark.parametrize("skips", [False, True])
def test_a_net_of_fewer_layers_is_the_lower_part_of_the_stack(skips):
    grid = Grid(layers=4, length=3, dim=3, seed=1, gain=0.8, skips=skips)
    left = _downwards(grid)
    for layers in range(1, 5):
        moved = np.empty((3, 3))
        for axis, shift in enumerate(1e-6 * np.eye(3)):
            ahead, behind = (grid.states(s, at=2)[layers - 1, -1] for s in (shift, -shift))
            moved[axis] = (ahead - behind) / 2e-6
        assert left[layers - 1] == pytest.approx(math.log10(np.linalg.norm(moved) / math.sqrt(3)), abs=1e-7)


def test_the_shortest_path_is_the_least_number_of_tanhs():
    # By dynamic programming over the grid: a step in time is a tanh, and so is a layer up, unless it is skipped.
    for layers, length, skips in ((1, 1, True), (3, 4, False), (3, 4, True), (24, 10, False), (24, 10, True)):
        least = np.full((layers, length), np.inf)
        least[0, 0] = 0
        for layer in range(layers):
            for time in range(length):
                if time:
                    least[layer, time] = min(least[layer, time], least[layer, time - 1] + 1)
                if layer:
                    least[layer, time] = min(least[layer, time], least[layer - 1, time] + (0 if skips else 1))
        assert shortest_path(layers, length, skips) == least[-1, -1]


def headline_of(found):
    return judge([stacked_depth.headline], found.columns, found.parameters)[0]


def test_the_headline_is_that_of_skips():
    found = study_of("stacked_depth")
    assert headline_of(found).holds
    assert not headline_of(found.counterexample()).holds
    series = found.columns[None].series
    # Twenty-four layers: without skips less than a millionth is left, with them all of it.
    assert series["log10 no skips"][-1] < -6 < 0 < series["log10 skips"][-1]


@pytest.mark.parametrize("part", [0.8, 1.2])
def test_the_headline_is_false_of_skips_that_shrink_or_stretch(part, monkeypatch):
    jacobians = Grid.jacobians

    def spoiled(grid):
        by_time, by_layer = jacobians(grid)
        return by_time, by_layer - (1 - part) * grid.skips * np.eye(grid.dim)

    monkeypatch.setattr(Grid, "jacobians", spoiled)
    values = stacked_depth.resolve()
    found = judge([stacked_depth.headline], stacked_depth.build(**values), values)[0]
    assert not found.holds


def test_the_headline_is_false_of_slopes_left_out(monkeypatch):
    # Without what tanh takes, weights twice as large lose nothing.
    monkeypatch.setattr(Grid, "jacobians", lambda grid: (None, grid.weights[1][:, None] * 2))
    values = stacked_depth.resolve()
    assert not judge([stacked_depth.headline], stacked_depth.build(**values), values)[0].holds
