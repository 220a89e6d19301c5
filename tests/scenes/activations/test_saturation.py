"""Saturation against mean-field theory, and the theory against other ways to compute it."""

from math import erf

import numpy as np
import pytest

from render.pipeline.claims import judge
from scenes.activations.saturation import _filmed, _states, preactivation_variance, saturation, share_below


def test_variance_of_the_theory_is_a_fixed_point():
    gains = np.array([0.0, 0.5, 1.0, 3.0, 10.0])
    q = preactivation_variance(gains)
    # The trapezoid rule, which is exact here but for 1e-14.
    z = np.linspace(-12, 12, 200_001)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    for gain, variance in zip(gains, q, strict=True):
        moment = float(np.sum(np.tanh(np.sqrt(variance) * z) ** 2 * density) * (z[1] - z[0]))
        assert variance == pytest.approx(gain**2 * moment + 0.25, rel=1e-9)
    assert q[0] == pytest.approx(0.25, rel=1e-12)


def test_shares_of_the_theory_are_those_of_the_normal_distribution():
    q = np.array([0.5, 4.0])
    for index, variance in enumerate(q):
        below = (1 + erf(np.arctanh(0.4) / np.sqrt(2 * variance))) / 2
        assert share_below(np.array([0.4]), q)[0][index] == pytest.approx(below, rel=1e-12)
    assert share_below(np.array([-1.0, 1.0]), q).tolist() == [[0, 0], [1, 1]]
    series = saturation.build(steps=8, dim=64)[None].series
    assert series["histogram"].sum(axis=1) == pytest.approx(np.ones(9))


def test_saturation_grows_with_the_gain():
    series = saturation.build(steps=8, dim=256)[None].series
    assert (np.diff(series["slope"]) < 0).all()
    assert series["saturated"][0] < 0.001
    # The two outer bars of 32 begin at ±15/16.
    beyond = 1 - erf(np.arctanh(15 / 16) / np.sqrt(2 * preactivation_variance(np.array([5.0]))[0]))
    assert series["saturated"][-1] == pytest.approx(beyond, abs=0.05)
    assert series["slope"] == pytest.approx(series["predicted slope"], abs=0.05)


def test_the_headline_needs_units_that_saturate():
    gains = np.linspace(0, 5, 81)
    states = _states(256, 0, gains)
    for changed, holds in ((states, True), (0.9 * states, False), (states[:, ::-1], False), (states[:, :1], False)):
        columns = {None: _filmed(gains, np.broadcast_to(changed, states.shape))}
        assert judge([saturation.headline], columns, saturation.resolve())[0].holds is holds
