"""Training of equal units: gradients against complex steps, and rows that stay equal to the bit."""

import numpy as np
import pytest

from render.pipeline.claims import judge
from scenes.initialisation.equal_units import equal_units, loss_and_gradients


def test_gradients_are_complex_steps():
    rng = np.random.default_rng(3)
    first, second = rng.standard_normal((4, 3)), rng.standard_normal(4)
    x, y = rng.standard_normal((7, 3)), rng.standard_normal(7)
    _, by_first, by_second = loss_and_gradients(first, second, x, y)

    def loss(w, v):
        return (((v @ np.tanh(w @ x.T)) - y) ** 2).mean() / 2

    step = 1e-30
    for index in np.ndindex(first.shape):
        moved = first.astype(complex)
        moved[index] += 1j * step
        assert loss(moved, second).imag / step == pytest.approx(by_first[index], rel=1e-12)
    for index in range(4):
        moved = second.astype(complex)
        moved[index] += 1j * step
        assert loss(first, moved).imag / step == pytest.approx(by_second[index], rel=1e-12)


@pytest.mark.parametrize("dim", [2, 3, 8, 16])
def test_equal_units_stay_equal_to_the_bit_while_others_learn(dim):
    columns = equal_units.build(dim=dim, steps=40, seed=dim)
    for label in ("all 0", "all equal"):
        weights = columns[label].series["weights"]
        assert (weights == weights[:, :1]).all()
    assert not columns["all 0"].series["weights"].any()
    # The columns of equal units differ: one unit learns.
    assert np.ptp(columns["all equal"].series["weights"][-1, 0]) > 1e-3
    assert columns["all equal"].series["loss"][-1] < columns["all equal"].series["loss"][0]
    assert columns["random"].series["loss"][-1] < columns["all equal"].series["loss"][-1]


MUTATIONS = {
    "sign turned": lambda loss, first, second: (loss, -first, second),
    "first layer's gradient dropped": lambda loss, first, second: (loss, 0 * first, second),
    "a tenth more": lambda loss, first, second: (loss, 1.1 * first, second),
    "noise on a unit": lambda loss, first, second: (loss, first + 1e-9 * np.eye(*first.shape), second),
}


@pytest.mark.parametrize("change", MUTATIONS.values(), ids=MUTATIONS)
def test_the_headline_is_false_of_other_gradients(change, monkeypatch):
    def other(*arguments):
        return change(*loss_and_gradients(*arguments))

    def holds():
        parameters = equal_units.resolve()
        return judge([equal_units.headline], equal_units.build(), parameters)[0].holds

    assert holds()
    monkeypatch.setitem(equal_units.function.__globals__, "loss_and_gradients", other)
    assert not holds()
