"""A state in bf16 against exact fractions."""

from fractions import Fraction
from math import floor, frexp

import mpmath as mp
import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import Record
from scenes.today import state_space as film
from scenes.today.state_space import bfloat16, decay, stalls_at, state_space


def to_bf16(number):
    """Return a positive fraction rounded to eight binary digits, halves to even."""
    if not number:
        return number
    exponent = frexp(float(number))[1]
    scale = Fraction(2) ** (8 - exponent)
    return Fraction(round(number * scale)) / scale


def test_rounding_is_to_the_nearest_and_halves_to_even():
    rng = np.random.default_rng(0)
    numbers = [*np.float32(rng.uniform(1e-6, 4, 2000)), 1 + 2**-8, 1 + 3 * 2**-8, 0.0]
    for number in numbers:
        assert bfloat16(number) == float(to_bf16(Fraction(float(number)))), number
    # Two spacings of 2⁻⁸ below 1.
    assert bfloat16(1 - 2.0**-9 * 0.99) == 1
    assert floor(-np.log2(1 - bfloat16(1 - 2.0**-8))) == 8


@pytest.mark.parametrize("step_size", [0.003, 0.01])
def test_states_are_those_of_exact_fractions(step_size):
    with mp.workdps(40):
        kept = Fraction(str(mp.exp(-mp.mpf(step_size))))
        assert abs(float(kept) - float(decay(step_size))) < 1e-15
    state, states = Fraction(0), [0.0]
    for _ in range(800):
        state = to_bf16(kept * state + 1 - kept)
        states.append(float(state))
    assert np.array_equal(state_space.build(steps=800, step_size=step_size)[None].series["bf16"], states)


def test_it_halts_at_a_half_and_a_quarter():
    assert stalls_at(0.003) == 0.5
    assert stalls_at(0.001) == 0.25
    reached = state_space.build(steps=4000)[None].series["reached"][-1]
    assert list(reached[-2:]) == [0.5, 0.25]
    assert (np.diff(reached) < 0).all()


def test_memories_are_powers_of_the_decay():
    series = state_space.build()[None].series
    for size in (0.1, 0.01, 0.001):
        track = series[f"left {size:g}"]
        with mp.workdps(30):
            exact = [float(mp.exp(-mp.mpf(str(size)) * t)) for t in range(1201)]
        assert np.allclose(track, exact, rtol=0, atol=1e-10)


def holds(series, **values):
    recording = Record({**state_space.build()[None].series, **series})
    return judge([state_space.headline], {None: simulate(recording)}, state_space.resolve(**values))[0].holds


def test_the_headline_falls_with_more_digits_or_another_step_size():
    assert holds({})
    whole = film._record(1200, 0.003, low=False).series
    assert not holds({"bf16": whole["bf16"]})
    assert not holds({"bf16": film._record(1200, 0.01).series["bf16"]})
    assert not holds({"bf16": 2 * state_space.build()[None].series["bf16"]})
