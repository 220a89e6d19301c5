"""A network of ReLU units: its active part decides."""

import numpy as np
import pytest

from render.pipeline.claims import judge
from render.pipeline.scene_run import resolve
from scenes import ACTIVATIONS, RNN, Record
from scenes.recurrence.relu_rnn import relu_rnn


def test_states_of_any_scale_are_those_that_were_scaled():
    sequence = relu_rnn.build()[None]
    grown = sequence.series["slopes · W"][0]
    for name, factor in (("growing", 1.0), ("shrinking", 0.9 / 1.1)):
        network = RNN(grown * factor, np.zeros((30, 0)), np.zeros(30), ACTIVATIONS["ReLU"])
        states = network.run(np.zeros((40, 0)), sequence.series["units"][0]).states
        assert np.log10(np.linalg.norm(states, axis=1)) == pytest.approx(sequence.series[name], abs=1e-11)
        assert np.array_equal(states[1:] > 0, sequence.series["units"][1:] > 0)


def test_the_active_part_decides_and_not_the_whole():
    series = relu_rnn.build()[None].series
    active = series["units"][-1] > 0
    part = series["slopes · W"][-1][np.ix_(active, active)]
    assert np.abs(np.linalg.eigvals(part)).max() == pytest.approx(1.1)
    # The next eigenvalue is well below, so that the state settles.
    assert np.sort(np.abs(np.linalg.eigvals(part)))[-2] < 0.8 * 1.1
    assert np.abs(np.linalg.eigvals(series["slopes · W"][0])).max() > 1.15
    assert series["active"][-1] == active.mean() < 1
    assert series["growing"][-1] - series["growing"][-2] == pytest.approx(np.log10(1.1), abs=1e-6)
    assert series["shrinking"][-1] - series["shrinking"][-2] == pytest.approx(np.log10(0.9), abs=1e-6)


def test_tanh_bounds_the_state_that_grows_without_it():
    sequence = relu_rnn.build(growing=1.5)[None]
    network = RNN(sequence.series["slopes · W"][0], np.zeros((30, 0)), np.zeros(30), ACTIVATIONS["tanh"])
    states = network.run(np.zeros((40, 0)), sequence.series["units"][0]).states
    assert np.log10(np.linalg.norm(states, axis=1)) == pytest.approx(sequence.series["tanh"], abs=1e-12)
    assert 10 ** sequence.series["tanh"].max() < np.sqrt(30)
    assert sequence.series["growing"][-1] > 6


@pytest.mark.parametrize("name", ["growing", "shrinking", "tanh"])
def test_the_headline_notices_a_ceiling_for_relu_and_none_for_tanh(name):
    series = dict(relu_rnn.build()[None].series)
    assert judge([relu_rnn.headline], {None: Record(series)}, relu_rnn.resolve())[0].holds
    # Tanh and ReLU change places.
    series[name] = series["growing" if name == "tanh" else "tanh"]
    assert not judge([relu_rnn.headline], {None: Record(series)}, relu_rnn.resolve())[0].holds


def test_the_radius_of_all_of_w_is_not_what_decides():
    found = resolve("relu_rnn", {})
    other = found.counterexample()
    matrix = other.columns[None].series["slopes · W"][0]
    assert np.abs(np.linalg.eigvals(matrix)).max() == pytest.approx(1.1)
    # Half of the units are silent, and the state of the "growing" network falls.
    assert other.columns[None].series["growing"][-1] < other.columns[None].series["growing"][-2]
