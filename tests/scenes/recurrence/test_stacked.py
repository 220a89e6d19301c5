"""A grid of times and layers: gradients against differences, and the paths through it."""

import numpy as np
import pytest
from films import study_of

from render.pipeline.claims import judge
from scenes.recurrence._grid import Grid
from scenes.recurrence.stacked import stacked


@pytest.mark.parametrize("skips", [False, True])
def test_gradients_of_the_grid_are_derivatives(skips):
    grid = Grid(layers=4, length=5, dim=3, seed=1, gain=0.8, skips=skips)
    found = grid.gradients()
    for axis in range(3):
        shift = 1e-6 * np.eye(3)[axis]
        ahead, behind = (grid.states(s)[-1, -1] for s in (shift, -shift))
        assert found[0, 0, axis] == pytest.approx(grid.last_gradient @ (ahead - behind) / 2e-6, abs=1e-9)


def test_the_wave_takes_as_many_steps_as_the_longest_path():
    for layers, length in ((1, 1), (1, 6), (4, 3), (10, 10)):
        for sequence in stacked.build(layers=layers, length=length).values():
            assert sequence.steps == layers + length - 2
            shown = sequence.series["gradient"]
            # At step s, all cells are lit that are s steps from the top right.
            for step in range(sequence.steps + 1):
                row, column = np.nonzero(shown[step])
                assert (row + length - 1 - column).max() == step
            assert (shown[-1] > 0).all()


def test_one_path_of_the_grid_is_a_product_of_its_jacobians():
    parameters = {"layers": 3, "length": 4, "dim": 2, "seed": 0, "gain": 0.5}
    by_time, by_layer = Grid(**parameters, skips=True).jacobians()
    factors = stacked.build(**parameters)["with skips"].factors
    product = np.linalg.multi_dot(list(factors[::-1]))
    down = by_layer[2, 3] @ by_layer[1, 3]
    back = by_time[0, 3] @ by_time[0, 2] @ by_time[0, 1]
    assert product == pytest.approx((down @ back).T, abs=1e-14)


def test_skips_keep_more_of_the_gradient():
    for seed in range(5):
        columns = stacked.build(seed=seed)
        # At the last time, below all layers.
        ends = [c.series["gradient"][-1, -1, -1] for c in columns.values()]
        assert ends[1] > 30 * ends[0]


def test_the_headline_is_that_of_skips():
    found = study_of("stacked")
    other = found.counterexample()
    verdicts = [judge([stacked.headline], run.columns, run.parameters)[0] for run in (found, other)]
    assert [verdict.holds for verdict in verdicts] == [True, False]
    # Ten layers: the skips keep a hundred times as much, or more.
    assert verdicts[0].value < 0.01


@pytest.mark.parametrize("layers", [2, 4, 24])
def test_skips_matter_more_the_deeper_a_network_is(layers):
    found = study_of("stacked", layers=layers)
    verdict = judge([stacked.headline], found.columns, found.parameters)[0]
    assert verdict.holds
    assert verdict.value < {2: 0.9, 4: 0.2, 24: 1e-7}[layers]
