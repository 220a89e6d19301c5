"""Truncated backpropagation: cuts of the gradient, and windows of a long series."""

import numpy as np
import pytest
from films import decided

from scenes.gradients.tbptt_cursors import reader, tbptt_cursors, wavy_series, windows_of_epoch
from scenes.gradients.truncated_bptt import blocks, direct_gradient, reach_of_losses, student, truncated_bptt


def test_reach_is_a_derivative():
    run, weights, targets = student(8, 5, 0, 0.9)
    reach = reach_of_losses(run, direct_gradient(run, weights, targets))
    for loss, state in ((7, 7), (7, 3), (4, 0), (5, 2)):
        many = np.broadcast_to(run.sequence[state + 1 : loss + 1, None], (loss - state, 5, 2))
        ends = run.network.run(many, run.states[state + 1] + 1e-30j * np.eye(5)).states[-1]
        true = np.linalg.norm((ends @ weights).imag / 1e-30)
        assert reach[loss, state] == pytest.approx(true, rel=1e-12)
    assert not np.triu(reach, 1).any()


def test_blocks_of_a_cut():
    assert blocks(5, 2).sum() == 4 + 4 + 1
    assert blocks(5, 5).all()
    assert np.array_equal(blocks(5, 1), np.eye(5))
    series = decided(truncated_bptt)[0][None].series
    assert np.count_nonzero(series["reach"][10]) == sum(n * (n + 1) // 2 for n in (10, 10, 10))
    assert np.cos(np.radians(series["angle"][10])) == pytest.approx(0.79, abs=0.05)
    assert 0 < series["ratio"][1] < series["ratio"][10] < 1.1


def test_two_rows_read_a_thousand_values_in_fifty_steps():
    windows = list(windows_of_epoch(1000, 10, 2))
    assert windows[0] == [0, 500]
    assert windows[-1] == [490, 990]
    assert len(windows) == 50
    read = sorted(start + k for starts in windows for start in starts for k in range(10))
    assert read == list(range(1000))
    # What does not fill a window is left out.
    assert len(list(windows_of_epoch(1003, 10, 3))) == 33


def test_rows_begin_again_after_an_epoch():
    series = decided(tbptt_cursors, steps=53)[0][None].series
    assert series["starts"][51].tolist() == [0, 500]
    assert np.array_equal(series["states"][51], series["states"][1])
    assert series["pages"].shape == (54, 7, 50)
    # The seventh window of both rows is read.
    assert np.argwhere(series["pages"][7] > 0).tolist() == [[line, 6] for line in (0, 1, 2, 4, 5, 6)]
    assert not series["pages"][:, 3].any()
    assert np.array_equal(series["pages"][51], series["pages"][1])


def test_states_go_on_and_the_gradient_is_cut():
    series = decided(tbptt_cursors, steps=53)[0][None].series
    states, gradient = series["reach"][7, [0, 4]]
    assert not series["reach"][:, 3].any()
    # Three windows of ten values, with a gap between them.
    assert np.flatnonzero(states == 0).tolist() == [10, 21]
    assert np.flatnonzero(gradient).tolist() == list(range(22, 32))
    assert gradient[-1] == pytest.approx(1)
    # The window before is what was read then, and a new epoch begins with nothing before it.
    assert np.array_equal(states[:21], series["reach"][6][0, 11:])
    assert not series["reach"][51][:, :21].any()


def test_the_window_product_is_the_derivative_over_a_window():
    numbers = decided(tbptt_cursors, steps=3)[0][None]
    values, network = wavy_series(1000, 0), reader(0)
    start = numbers.series["states"][2, 0]
    inputs = np.broadcast_to(values[20:30, None, None], (10, 8, 1))
    true = network.run(inputs, start + 1e-30j * np.eye(8)).states[-1].imag.T / 1e-30
    assert numbers.sequence.factors[2] == pytest.approx(true, rel=1e-11, abs=1e-16)
