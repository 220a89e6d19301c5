"""Gradients and angles in deep tanh networks, against complex steps, large samples and mean-field theory."""

import math

import numpy as np
import pytest

from scenes.training._mean_field import mean_field
from scenes.training.edge_of_chaos import edge_of_chaos, mean_field_cosine


def test_edge_of_chaos_is_at_gain_one():
    growth = edge_of_chaos.build(steps=30)[None].series["growth"][-1]
    assert (np.diff(growth) > 0).all()
    assert growth[2] < -3
    assert growth[8] > 1
    # At the edge it falls like a power of the depth: q ≈ 1 / (2t), so ‖∂h_t/∂h_0‖² like 1 / t.
    field = mean_field(1.0, 4000)
    assert (field[4000] - field[1000]) / math.log10(4) == pytest.approx(-0.5, abs=0.02)


def test_jacobians_at_the_edge_are_those_of_the_net():
    # Recomputed with the scene's random numbers: a first layer by complex step.
    dim = 50
    sequence = edge_of_chaos.build(dim=dim, steps=1, seed=3)[None]
    rng = np.random.default_rng([3, 0])
    first, second, direction = np.moveaxis(np.linalg.qr(rng.standard_normal((64, dim, 3)))[0], 2, 0)
    weights = rng.standard_normal((64, dim, dim)) / math.sqrt(dim)
    moved = np.tanh(weights[0] @ (math.sqrt(dim) * first[0][:, None] + 1e-30j * np.eye(dim)))
    assert moved.imag / 1e-30 == pytest.approx(sequence.factors[0], rel=1e-12)
    # What becomes of directions and of two inputs, in every net by itself.
    lengths, cosines = [], []
    for layer, one, other, along in zip(weights, first, second, direction, strict=True):
        moved = np.tanh(2 * layer @ (math.sqrt(dim) * one + 1e-30j * along))
        like = np.tanh(2 * layer @ (math.sqrt(dim) * (0.9 * one + math.sqrt(0.19) * other)))
        lengths.append(math.log10(np.linalg.norm(moved.imag / 1e-30)))
        cosines.append(moved.real @ like / np.linalg.norm(moved.real) / np.linalg.norm(like))
    assert sequence.series["gradient 2"][1] == pytest.approx(np.mean(lengths), abs=1e-12)
    assert sequence.series["cosine 2"][1] == pytest.approx(np.mean(cosines), abs=1e-12)


def test_mean_field_of_two_inputs_is_that_of_a_wide_layer():
    rng = np.random.default_rng(0)
    one, other = rng.standard_normal((2, 400_000))
    pair = np.tanh(2 * np.stack([one, 0.9 * one + math.sqrt(0.19) * other]))
    sample = np.mean(pair[0] * pair[1]) / np.mean(pair**2)
    assert mean_field_cosine(2.0, 1) == pytest.approx(sample, abs=0.005)
    assert mean_field_cosine(0.5, 0) == 0.9
    # Below the edge states shrink, where tanh is a line and keeps angles; above it inputs part.
    assert 0.85 < mean_field_cosine(0.7, 100) < 0.9
    assert abs(mean_field_cosine(2.0, 100)) < 0.01
