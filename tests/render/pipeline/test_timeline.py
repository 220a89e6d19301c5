"""Which step every frame shows, and how long beats last."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from render.errors import UsageError
from render.pipeline.timeline import check_seconds, directed, even, poster_step

RATE = Fraction(25, 2)


def seconds_of(timeline, kind):
    return sum(count for beat, _, count in timeline.beats if beat.kind == kind) / float(timeline.fps)


def test_even_pace_is_a_frame_a_step():
    for steps in (0, 1, 64):
        assert even(steps, RATE).frame_steps == list(range(steps + 1))
    held = even(3, Fraction(10), hold_first=0.2, hold_last=0.5)
    assert held.frame_steps == [0, 0, 0, 1, 2, 3, 3, 3, 3, 3, 3]


@given(
    st.integers(0, 3000),
    st.lists(st.integers(0, 3000), max_size=8),
    st.sampled_from([RATE, Fraction(25), Fraction(30), Fraction(60)]),
    st.sampled_from([12.5, 8.0, 5.5]),
    st.booleans(),
)
@settings(deadline=None, max_examples=150)
def test_films_stop_at_moments_and_last_from_8_to_20_seconds(steps, found, fps, pictures, smooth):
    moments = sorted(min(step, steps) for step in found)
    film = directed(steps, moments, fps, pictures=pictures, smooth=smooth)
    assert 8 <= film.seconds <= 20
    assert seconds_of(film, "start") >= 1.2 - 1 / fps
    assert seconds_of(film, "end") >= 2.5 - 1 / fps
    shown = film.frame_steps
    assert shown[0] == 0
    assert shown[-1] == steps
    assert shown == sorted(shown)
    assert all(0 <= instant.part < 1 for instant in film.instants)
    # Beats follow each other without a gap.
    assert [first for _, first, _ in film.beats] == [
        sum(count for _, _, count in film.beats[:index]) for index in range(len(film.beats))
    ]
    held = [beat.steps[0] for beat, _, count in film.beats if beat.kind == "moment" and count >= 1.1 * fps]
    inner = sorted({step for step in moments if 0 < step < steps})
    assert set(held) <= set(inner)
    assert len(held) == min(len(inner), 4)


def test_runs_show_every_step_where_there_is_time_and_at_most_so_many_pictures():
    film = directed(64, [32], RATE)
    assert set(film.frame_steps) == set(range(65))
    slower = directed(64, [32], RATE, pictures=5.5)
    # No second of it has more than six changes, so that none has more than three flashes.
    changes = [int(a != b) for a, b in zip(slower.frame_steps, slower.frame_steps[1:], strict=False)]
    assert max(sum(changes[first : first + 12]) for first in range(len(changes))) <= 6
    assert slower.frames == film.frames
    long = directed(100_000, [], RATE)
    assert long.seconds <= 20


def test_a_duration_is_kept():
    for seconds in (3.0, 8.0, 30.0):
        film = directed(64, [20], RATE, duration=seconds)
        assert film.seconds == pytest.approx(seconds, abs=0.1)
    longer = directed(64, [20], RATE, hold_first=2.0, hold_last=1.0)
    assert longer.seconds == pytest.approx(directed(64, [20], RATE).seconds + 3.0, abs=0.1)


def test_an_even_film_stops_as_long_as_told():
    film = even(4, Fraction(10), hold_last=0.2, pauses={1: 0.5, 3: 0.0, 4: 0.3})
    assert film.frame_steps == [0] + 5 * [1] + [2, 3] + 5 * [4]
    assert film.beats[0][2] == film.frames


@given(
    st.integers(0, 300),
    st.lists(st.integers(1, 299), max_size=6),
    st.dictionaries(st.integers(0, 300), st.floats(0.2, 20), max_size=5),
    st.sampled_from([RATE, Fraction(30)]),
)
@settings(deadline=None, max_examples=100)
def test_films_stop_where_and_as_long_as_told(steps, found, pauses, fps):
    moments = sorted(step for step in found if step <= steps)
    pauses = {step: seconds for step, seconds in pauses.items() if step <= steps}
    film = directed(steps, moments, fps, pauses=pauses)
    for step, seconds in pauses.items():
        stands = [count for beat, _, count in film.beats if beat.steps == (step, step)]
        # A beat is rounded at both of its ends, and has a frame at least.
        assert abs(sum(stands) / fps - seconds) <= 1.5 / fps
        assert film.frame_steps.count(step) >= sum(stands)
    assert film.frame_steps == sorted(film.frame_steps)
    assert {0, steps} <= set(film.frame_steps)
    # What is not told is about as long as in any film.
    rest = film.seconds - sum(pauses.values())
    assert rest <= 21
    assert rest >= 8 or {step for step in (0, steps)} <= pauses.keys() or not steps


def test_a_film_that_stands_only_where_it_is_told_may_be_short():
    film = directed(1, [], RATE, pauses={0: 1.0, 1: 1.0})
    assert [count for beat, _, count in film.beats if beat.kind != "slow"] == pytest.approx([12.5, 12.5], abs=0.6)
    assert film.seconds < 8


def test_a_duration_holds_with_pauses_too():
    for pauses in ({10: 4.0}, {0: 5.0, 20: 0.5, 64: 6.0}):
        film = directed(64, [20], RATE, duration=20.0, pauses=pauses)
        assert film.seconds == pytest.approx(20.0, abs=0.1)
        stands = film.frame_steps.count(max(pauses, key=pauses.get)) / RATE
        # The run before it ends with that step, too.
        assert stands == pytest.approx(max(pauses.values()), abs=0.5)
    with pytest.raises(UsageError, match=r"pauses take 9.5 of 10 seconds, so leave --duration out or give another one"):
        directed(64, [20], RATE, duration=10.0, pauses={3: 9.5})


def test_slow_steps_of_smooth_films_move_in_and_out():
    film = directed(64, [32], Fraction(25), smooth=True)
    parts = [instant.part for instant in film.instants if instant.step == 0 and instant.part]
    assert len(parts) == 9
    assert parts == sorted(parts)
    # Slower at both ends than in the middle.
    ways = [b - a for a, b in zip([0.0, *parts], [*parts, 1.0], strict=True)]
    assert ways[0] < ways[4] > ways[-1]
    assert not any(instant.part for instant in directed(64, [32], RATE).instants)


def test_a_multiplication_is_spelled_out_once_before_its_step():
    film = directed(12, [8], RATE, explain=(4, 9))
    entries = [(instant.step, instant.entries) for instant in film.instants if instant.entries]
    assert {step for step, _ in entries} == {4}
    assert [count for _, count in entries] == sorted(count for _, count in entries)
    assert {count for _, count in entries} == set(range(1, 10))
    first = film.instants.index(next(instant for instant in film.instants if instant.entries))
    assert film.instants[first - 1].step == 3
    # The first entry is read, the others follow quickly.
    assert [count for _, count in entries].count(1) >= 1.4 * RATE


def test_lengths_that_no_film_has_are_refused():
    for seconds in (-1.0, 4000.0, float("nan"), float("inf")):
        with pytest.raises(UsageError, match="hold-first must be from 0 to 3600 seconds"):
            check_seconds("hold_first", seconds)
    check_seconds("duration", None)


def test_posters_show_the_first_moment_and_never_the_identity():
    assert poster_step(64, None, [0, 25, 40]) == 25
    assert poster_step(64, None, []) == 64
    assert poster_step(64, 0.25, [40]) == 16
    assert poster_step(1, 0.0, []) == 1
    assert poster_step(0, None, []) == 0
