"""An orthogonal recurrence with inputs and tanh, and what is left when they are taken away."""

import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes.activations.orthogonal_activation import Driven, _filmed, ends_of, orthogonal_activation


def headline_of(network):
    """Return the headline's verdict on a network."""
    columns = {None: simulate(_filmed(network))}
    return judge([orthogonal_activation.headline], columns, orthogonal_activation.resolve())[0]


def test_each_third_of_the_steps_follows_its_formula():
    for seed in range(3):
        network = Driven.drawn(63, 16, seed, 0.4)
        record, h = orthogonal_activation.build(seed=seed)[None], network.start
        assert ends_of(63) == (21, 42)
        for step, drive in enumerate(network.heard, 1):
            assert drive.any() == (step <= 21)
            summed = network.turn @ h + drive
            h = np.tanh(summed) if step <= 42 else network.turn @ h
            size = np.linalg.norm(h) / np.linalg.norm(network.start)
            assert record.series["size"][step] == pytest.approx(size, rel=1e-12)


def test_the_headline_needs_input_and_tanh_and_needs_them_gone():
    network = Driven.drawn(63, 16, 0, 0.4)
    assert headline_of(network).holds
    linear = Driven(network.turn, network.heard, network.start, np.zeros(63, bool))
    assert not headline_of(linear).holds
    loud = Driven(network.turn, np.roll(network.heard, 42, axis=0), network.start, network.squeezed)
    assert not headline_of(loud).holds
    silent = Driven(network.turn, 0 * network.heard, network.start, network.squeezed)
    assert not headline_of(silent).holds
    squeezed = Driven(network.turn, network.heard, network.start, np.ones(63, bool))
    assert not headline_of(squeezed).holds
