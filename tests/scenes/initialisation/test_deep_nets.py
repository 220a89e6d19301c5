"""Deep networks: their gradients against complex steps, and how fast usual initialisations starve them."""

import math

import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import MatrixSequence
from scenes.initialisation._deep_nets import deep_net
from scenes.initialisation.deep_signal import deep_signal
from scenes.initialisation.default_initialisers import default_initialisers


@pytest.mark.parametrize("activation", ["identity", "tanh", "ReLU"])
def test_gradients_are_complex_steps_through_the_net(activation):
    net = deep_net("he_normal", activation, 6, 48, 1)
    step = 1e-30
    for entry in (0, 17):
        moved = net.states[0].astype(complex)
        moved[entry] += 1j * step
        for weights in net.layers:
            moved = net.activation.function(weights @ moved)
        assert net.gradients[-1] @ moved.imag / step == pytest.approx(net.gradients[0, entry], rel=1e-12)


def test_defaults_starve_at_the_rate_of_their_variance():
    columns = default_initialisers.build(dim=128, steps=10)
    # (n · 10⁻⁴)^L and (n · 0.07² / 3)^L.
    for label, variance in (("σ = 0.01", 1e-4), ("±0.07", 0.07**2 / 3)):
        signal = columns[label].series["signal"]
        assert signal[-1] - signal[0] == pytest.approx(10 * math.log10(128 * variance), abs=0.7)


def test_headline_is_false_where_gradients_go_back_as_if_there_were_no_relu():
    parameters = deep_signal.resolve()
    net = deep_net("he_normal", "ReLU", 24, 128, 0)
    series = dict(deep_signal.build(**parameters)[None].series)
    back = [net.gradients[-1]]
    for weights in net.layers[::-1]:
        back.append(back[-1] @ weights)
    series["gradient"] = np.log10(np.mean(np.square(back), axis=1))
    spoiled = simulate(MatrixSequence(net.jacobians, series=series))
    assert not judge([deep_signal.headline], {None: spoiled}, parameters)[0].holds


def test_headline_is_false_where_a_default_is_fitted_or_the_two_are_swapped():
    parameters = default_initialisers.resolve()
    columns = {label: simulate(s) for label, s in default_initialisers.build(**parameters).items()}
    small, uniform, fitted = columns
    for changed in ({uniform: columns[fitted]}, {small: columns[uniform], uniform: columns[small]}):
        assert not judge([default_initialisers.headline], columns | changed, parameters)[0].holds
