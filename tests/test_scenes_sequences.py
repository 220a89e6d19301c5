"""Scenes of networks laid out in time: chains, two directions, several layers."""

import numpy as np
import pytest

from scenes import sequences


@pytest.mark.parametrize("seed", range(3))
def test_the_chain_is_the_gradient_of_the_last_state(seed):
    sequence = sequences.unrolled.build(seed=seed, steps=4)[None]
    network, inputs, start = sequences._chain({"dim": 3, "seed": seed}, 4)
    product = np.linalg.multi_dot(list(sequence.factors[::-1])).T
    for axis in 1e-6 * np.eye(3):
        change = network.run(inputs, start + axis).states[-1] - network.run(inputs, start - axis).states[-1]
        assert product @ axis == pytest.approx(change / 2, abs=1e-13)
    strip, norms = sequence.series["factors"], sequence.series["norms"]
    assert strip[4].shape == (3, 15)
    # The film goes back in time; the strip stands in the order of time.
    assert strip[4][:, :3] == pytest.approx(sequence.factors[3].T, abs=0)
    assert strip[1][:, -3:] == pytest.approx(sequence.factors[0].T, abs=0)
    assert np.count_nonzero(strip[1][:, :-3]) == 0
    assert norms[4, 0] == pytest.approx(np.linalg.norm(product, 2), rel=1e-12)
    assert norms[2].tolist() == [0, 0, *norms[4, 2:]]


@pytest.mark.parametrize(
    ("word", "step", "share"),
    [("glad", 0, 8 / 23), ("not", 1, 3 / 7), ("glad", 5, 2 / 4), ("not", 5, 0), ("glad", 8, 0), ("very", 8, 1)],
)
def test_shares_of_the_corpus_are_counted(word, step, share):
    left, right = sequences._sides()
    assert sequences._share_of(word, left[:step], right[:step]) == pytest.approx(share)


@pytest.mark.parametrize("seed", [0, 7])
def test_only_the_right_side_settles_the_blank(seed):
    sequence = sequences.bidirectional.build(seed=seed)[None]
    both, left = sequence.series["both"], sequence.series["left only"]
    assert both.sum(axis=1) == pytest.approx(np.ones(9))
    assert (left[2:] == left[2]).all()
    assert left[-1] == pytest.approx([8 / 17, 6 / 17, 3 / 17], abs=0.02)
    # Two words end what the counts leave open: "can", and "hungry" at last.
    assert both[4] == pytest.approx([2 / 7, 3 / 7, 2 / 7], abs=0.05)
    assert both[5] == pytest.approx([0.5, 0, 0.5], abs=0.05)
    assert both[8] == pytest.approx([0, 0, 1], abs=0.05)
    states = sequence.series["states"]
    blank = 2
    assert states.shape == (9, 11, 12)
    # The output sees the state after "am", and the one after "hungry" that came from the right.
    assert states[8, blank].tolist() == [*states[8, 1, :6], *states[8, 3, 6:]]
    assert np.count_nonzero(states[1]) == 4 * 6
    assert sequence.factors.shape == (8, 12, 12)
    assert sequence.factors[5, :6, :6].tolist() == np.eye(6).tolist()


def test_sweeps_are_recurrent_networks_and_their_jacobians_are_right():
    reader = sequences._Reader(6, 3, True)
    left, right = sequences._sides()
    backward = reader.sweeps(sequences._one_hot(left, 2), sequences._one_hot(right, 8))[1]
    recurrent, kernel, bias = reader.weights[3:6]
    h = np.zeros(6)
    for word, state in zip(right, backward.states[1:], strict=True):
        h = np.tanh(recurrent @ h + kernel[:, sequences._WORDS.index(word)] + bias)
        assert state == pytest.approx(h, abs=1e-14)


@pytest.mark.parametrize("skips", [False, True])
def test_gradients_of_the_grid_are_derivatives(skips):
    parameters = {"layers": 4, "length": 5, "dim": 3, "seed": 1, "gain": 0.8}
    found = sequences._gradients(parameters, skips)
    end = sequences._stack_ends(parameters)[1]
    for axis in range(3):
        shift = 1e-6 * np.eye(3)[axis]
        ahead, behind = (sequences._stack_states(parameters, skips, s)[-1, -1] for s in (shift, -shift))
        assert found[0, 0, axis] == pytest.approx(end @ (ahead - behind) / 2e-6, abs=1e-9)


def test_the_wave_takes_as_many_steps_as_the_longest_path():
    for layers, length in ((1, 1), (1, 6), (4, 3), (10, 10)):
        for sequence in sequences.stacked.build(layers=layers, length=length).values():
            assert sequence.steps == layers + length - 2
            shown = sequence.series["gradient"]
            # At step s, all cells are lit that are s steps from the top right.
            for step in range(sequence.steps + 1):
                row, column = np.nonzero(shown[step])
                assert (row + length - 1 - column).max() == step
            assert (shown[-1] > 0).all()


def test_one_path_of_the_grid_is_a_product_of_its_jacobians():
    parameters = {"layers": 3, "length": 4, "dim": 2, "seed": 0, "gain": 0.5}
    by_time, by_layer = sequences._stack_jacobians(parameters, True)
    factors = sequences.stacked.build(**parameters)["with skips"].factors
    product = np.linalg.multi_dot(list(factors[::-1]))
    down = by_layer[2, 3] @ by_layer[1, 3]
    back = by_time[0, 3] @ by_time[0, 2] @ by_time[0, 1]
    assert product == pytest.approx((down @ back).T, abs=1e-14)


def test_skips_keep_more_of_the_gradient():
    for seed in range(5):
        columns = sequences.stacked.build(seed=seed)
        # At the last time, below all layers.
        ends = [c.series["gradient"][-1, -1, -1] for c in columns.values()]
        assert ends[1] > 30 * ends[0]
