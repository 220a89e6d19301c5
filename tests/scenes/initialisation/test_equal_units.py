"""Training of equal units: gradients against complex steps, and rows that stay equal to the bit."""

import numpy as np
import pytest

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
