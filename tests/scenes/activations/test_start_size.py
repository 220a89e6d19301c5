"""What tanh leaves of a change of the start, against differences and a closed form of small states."""

import math

import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import haar_orthogonal
from scenes.activations.start_size import _filmed, small_states, start_of, start_size


def headline_of(matrix, sizes=(1.0, 0.05)):
    """Return the headline's verdict on a recurrence of this matrix from starts of these sizes."""
    return judge([start_size.headline], {None: simulate(_filmed(matrix, 64, sizes, 0))}, start_size.resolve())[0]


def test_what_is_left_is_how_far_the_last_state_moves():
    series = start_size.build(dim=5, steps=30, seed=2)[None].series
    matrix, ways = haar_orthogonal(5, [2, 1]), 1e-6 * np.eye(5)
    for label, size in (("large start", 1.0), ("small start", 0.05)):
        start = start_of(size, 5, 2)
        assert math.sqrt(np.mean(start**2)) == pytest.approx(size, rel=1e-14)
        ahead, behind = start[:, None] + ways, start[:, None] - ways
        for _ in range(30):
            ahead, behind = np.tanh(matrix @ ahead), np.tanh(matrix @ behind)
        moved = np.linalg.norm(ahead - behind) / 2e-6 / math.sqrt(5)
        assert series[f"left {label}"][-1] == pytest.approx(moved, abs=1e-8)


def test_small_states_follow_their_recursion():
    # q loses 2 κ q² a step, and a change q of its length: as small steps of that, multiplied one by one.
    kappa, q, left = 16 / 18, 0.05**2, 1.0
    for _ in range(64_000):
        left *= 1 - q / 1000
        q -= 2 * kappa * q**2 / 1000
    assert small_states(0.05, 64, 16)[-1] == pytest.approx(left, abs=1e-6)


def test_near_zero_tanh_loses_nothing():
    left = _filmed(haar_orthogonal(16, [0, 1]), 64, (1e-6, 1e-6), 0).series["left large start"]
    assert left == pytest.approx(np.ones(65), abs=1e-9)


def test_the_headline_needs_starts_of_two_sizes_and_a_matrix_that_turns():
    matrix = haar_orthogonal(16, [0, 1])
    assert headline_of(matrix).holds
    assert not headline_of(matrix, (0.05, 0.05)).holds
    assert not headline_of(matrix, (1.0, 1.0)).holds
    assert not headline_of(0.9 * matrix).holds


def test_the_headline_needs_tanh(monkeypatch):
    monkeypatch.setitem(_filmed.__globals__, "states_from", lambda start, _, steps: [0 * start] * (steps + 1))
    assert not headline_of(haar_orthogonal(16, [0, 1])).holds
