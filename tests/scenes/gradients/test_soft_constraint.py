"""The penalty on gradients that shrink or grow."""

import numpy as np
import pytest
from films import decided

from scenes.gradients.soft_constraint import penalty, penalty_gradient, soft_constraint, trained


def test_the_gradient_of_the_penalty_is_a_difference_quotient():
    run, adjoints = trained(3, 5, 0, 1.0)[-1]
    found, recurrent = penalty_gradient(run, adjoints), run.network.recurrent
    for entry in np.ndindex(5, 5):
        one = np.zeros((5, 5))
        one[entry] = 1e-6
        above, below = (penalty(recurrent + s * one, run, adjoints) for s in (1, -1))
        assert found[entry] == pytest.approx((above - below) / 2e-6, abs=1e-6)


def test_the_penalty_is_that_of_the_products_with_jacobians():
    run, adjoints = trained(0, 5, 0, 1.0)[0]
    total = 0.0
    for step in range(24):
        for k in range(8):
            after = adjoints[step + 1, k]
            ratio = np.linalg.norm(after @ run.jacobians[step, k]) / np.linalg.norm(after)
            total += (ratio - 1) ** 2 / 8
    assert penalty(run.network.recurrent, run, adjoints) == pytest.approx(total, rel=1e-12)


def test_with_the_penalty_gradients_keep_their_size():
    columns, verdicts = decided(soft_constraint)
    without, held = columns.values()
    assert without.series["left"][-1] < -2
    assert abs(held.series["left"][-1]) < 0.3
    assert held.series["penalty"][-1] < 0.05 < 1 < without.series["penalty"][-1]
    assert verdicts["with penalty", "mean change"].value == pytest.approx(1, abs=0.01)
