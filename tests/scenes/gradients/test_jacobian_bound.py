"""The product of Jacobians, and when it vanishes."""

import numpy as np
import pytest
from films import decided

from scenes.gradients.jacobian_bound import driven_run, jacobian_bound


def test_the_product_is_the_alternating_one():
    for activation in ("tanh", "sigmoid", "identity"):
        columns, _ = decided(jacobian_bound, activation=activation, steps=6, dim=4)
        run = driven_run(6, 4, 0, activation, 1.5)
        product = np.eye(4)
        for slopes in run.slopes:
            product = np.diag(slopes) @ run.network.recurrent @ product
        assert columns[None].matrix(6) == pytest.approx(product, abs=1e-13)


@pytest.mark.parametrize(("activation", "threshold"), [("tanh", 1.0), ("sigmoid", 4.0), ("identity", 1.0)])
def test_below_the_threshold_gradients_vanish_and_above_they_need_not(activation, threshold):
    sizes = {"activation": activation, "steps": 200}
    below = decided(jacobian_bound, largest_singular_value=0.95 * threshold, **sizes)[0][None]
    assert below.log10_spectral_norm[-1] < 200 * np.log10(0.95)
    above = decided(jacobian_bound, largest_singular_value=1.2 * threshold, **sizes)[0][None]
    assert above.log10_spectral_norm[-1] < 0
    assert above.series["worst bound"][-1] > 10


def test_the_threshold_is_the_inverse_of_the_steepest_slope():
    for activation, threshold in (("tanh", 1.0), ("sigmoid", 4.0), ("identity", 1.0)):
        verdict = decided(jacobian_bound, activation=activation, steps=3)[1]["1/γ"]
        assert verdict.expected == threshold
        assert verdict.holds
