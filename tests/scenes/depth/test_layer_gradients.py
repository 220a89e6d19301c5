"""Gradients layer by layer, against differences of the loss."""

import numpy as np
import pytest

from scenes import ACTIVATIONS
from scenes.depth.layer_gradients import deep_weights, input_and_target, layer_gradients


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "ReLU"])
def test_gradients_by_layer_are_those_of_the_loss(activation):
    sequence = layer_gradients.build(steps=5, dim=6, seed=4, activation=activation)[None]
    weights, function = deep_weights(5, 6, 4, activation), ACTIVATIONS[activation].function
    start, target = input_and_target(6, 4)

    def loss(h):
        for matrix in weights:
            h = function(matrix @ h)
        return 0.5 * np.sum((h - target) ** 2)

    differences = [(loss(start + e) - loss(start - e)) / 2e-6 for e in 1e-6 * np.eye(6)]
    gradient = np.linalg.multi_dot(list(sequence.factors[::-1])) @ sequence.series["last gradient"][0]
    assert gradient == pytest.approx(np.array(differences), abs=1e-8)
    sizes = 10 ** sequence.series["sizes"]
    assert sizes[-1] == pytest.approx(np.linalg.norm(gradient) / np.linalg.norm(sequence.series["last gradient"][0]))
    bars = sequence.series["bars"]
    assert bars[-1] == pytest.approx(sizes[::-1])
    # What the gradient has not reached has no bar.
    assert (bars[2, :3] == 0).all()


def test_sigmoids_starve_the_first_layers():
    ratios = {a: layer_gradients.build(activation=a)[None].series["sizes"][-1] for a in ("sigmoid", "ReLU")}
    # No slope of the sigmoid is above 1/4.
    assert ratios["sigmoid"] < -10
    assert abs(ratios["ReLU"]) < 2
