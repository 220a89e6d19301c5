"""The LSTM's valves, by what its inputs command; its gradient by finite differences."""

import numpy as np
import pytest
from films import decided

from scenes import last_state
from scenes.memory.lstm import at_work, conveyor, lstm


def valves_of(**values):
    return decided(lstm, **values)[0][None].series["valves"]


def test_values_are_written_kept_read_and_erased_on_command():
    valves = valves_of()
    before, f, i, candidate, after, o, hidden = np.moveaxis(valves, 1, 0)
    assert after[1:] == pytest.approx(f[1:] * before[1:] + i[1:] * candidate[1:], abs=1e-15)
    assert before[1:] == pytest.approx(after[:-1], abs=0)
    assert hidden == pytest.approx(o * np.tanh(after), abs=1e-15)
    first = slice(0, 3)
    # Nothing before the command, kept after it, shown while it is read, erased at the end of the round.
    assert np.abs(after[2, first]).max() < 0.02
    assert np.abs(after[4, first]).min() > 0.3
    assert after[10, first] == pytest.approx(after[4, first], rel=0.15)
    assert np.abs(hidden[9, first]).max() < 0.02
    assert np.abs(hidden[11, first]).min() > 0.25
    assert np.abs(after[20, first]).max() < 0.02
    # The other half of the units is told six steps later.
    assert np.abs(after[6, 3:]).max() < 0.02 < 0.3 < np.abs(after[10, 3:]).min()


def test_gates_are_numbers_between_0_and_1_made_anew_at_every_step():
    for seed in range(3):
        gates = valves_of(seed=seed)[1:, [1, 2, 5]]
        assert gates.min() > 0
        assert gates.max() < 1
        assert (np.diff(gates, axis=0) != 0).any(axis=(1, 2)).all()


def test_the_product_agrees_with_finite_differences():
    cell, start, inputs = conveyor(20, 3, 1)
    product = np.linalg.multi_dot(list(lstm.build(dim=3, seed=1, steps=20)[None].factors[::-1]))
    for axis in range(6):
        step = 1e-6 * np.eye(6)[axis]
        change = last_state(cell, start + step, inputs) - last_state(cell, start - step, inputs)
        assert product[:, axis] == pytest.approx(change / 2e-6, abs=1e-8)


@pytest.mark.parametrize(
    "broken",
    [
        lambda cell, inputs: inputs[:, 6:].fill(0.0),
        lambda cell, inputs: cell.bias[:6].fill(0.0),
        lambda cell, inputs: cell.bias[6:12].fill(5.0),
        lambda cell, inputs: cell.bias[12:18].fill(5.0),
        lambda cell, inputs: cell.kernel[12:18].fill(0.0),
        lambda cell, inputs: cell.kernel[:6].fill(0.0),
    ],
    ids=["no commands", "forget half", "always write", "always read", "never read", "never erase"],
)
def test_cells_with_broken_valves_are_told(headline, broken):
    for seed in range(5):
        cell, start, inputs = conveyor(24, 6, seed)
        broken(cell, inputs)
        assert not headline(lstm, at_work(cell, start, inputs), seed=seed).holds
