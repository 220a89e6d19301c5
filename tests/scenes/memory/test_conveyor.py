"""The belt of LSTM and GRU: numbers that add up as they are written, valves that say what their gates are."""

from decimal import Decimal

import numpy as np
import pytest
from films import study_of

from render.drawing.marks import Fill, MarksCanvas, Text
from render.pipeline.job import FilmOptions
from render.pipeline.painter import Painter
from render.pipeline.timeline import Instant

SIGNS = ["=", "×", "+", "×"]


def frames_of(name, **values):
    found = study_of(name, **values)
    painter = Painter(found, FilmOptions(), MarksCanvas)
    for step in range(found.steps + 1):
        yield found, step, [mark for mark in painter.paint(step).moving if isinstance(mark, Text | Fill)]


def sum_of(marks):
    """Return the numbers of the line in which all four signs stand: the result first."""
    texts = [mark for mark in marks if isinstance(mark, Text)]
    rows = {mark.y for mark in texts if mark.text == "×"}
    line = sorted((mark for mark in texts if mark.y in rows), key=lambda mark: mark.x)
    assert [mark.text for mark in line if mark.text in SIGNS] == SIGNS
    return [Decimal(mark.text.replace("−", "-")) for mark in line if mark.text not in SIGNS]


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_sums_add_up_as_they_are_written(name):
    for values in ({}, {"seed": 4, "dim": 2, "steps": 60}):
        for _, step, marks in frames_of(name, **values):
            if step:
                after, keep, before, add, new = sum_of(marks)
                assert round(keep * before + add * new, 2) == after


def test_valves_say_what_their_gates_are():
    for found, step, marks in frames_of("lstm"):
        series = next(iter(found.columns.values())).series
        shown = sorted(mark.text for mark in marks if isinstance(mark, Text) and mark.text[:4] in ("open", "shut"))
        gates = [float(series[name][step]) for name in "fio"] if step else []
        assert shown == sorted(f"{'open' if gate > 0.5 else 'shut'} {gate:.2f}" for gate in gates)


def test_words_stand_above_the_steps_of_the_moments():
    seen = []
    for _, _, marks in frames_of("lstm"):
        words = ("write", "keep", "read", "erase")
        seen.append([mark.text for mark in marks if isinstance(mark, Text) and mark.text in words])
    assert [seen[step] for step in (3, 4, 8, 11, 19)] == [
        [],
        ["write"],
        ["write", "keep"],
        ["write", "keep", "read"],
        ["write", "keep", "read", "erase"],
    ]


def test_words_say_how_valves_stand_while_they_turn():
    found = study_of("lstm")
    painter = Painter(found, FilmOptions(), MarksCanvas)
    series = next(iter(found.columns.values())).series
    gate = series["i"]
    step = next(step for step in range(1, found.steps) if gate[step] < 0.1 and gate[step + 1] > 0.9)
    half = f"{(gate[step] + gate[step + 1]) / 2:.2f}"
    texts = [mark.text for mark in painter.paint(Instant(step, 0.5)).moving if isinstance(mark, Text)]
    assert half in texts


def test_numbers_are_those_of_their_bars_while_these_grow():
    found = study_of("lstm")
    painter = Painter(found, FilmOptions(), MarksCanvas)
    series = next(iter(found.columns.values())).series
    for name in ("cell", "hidden"):
        track = series[name]
        step = int(np.abs(np.diff(track)).argmax())
        half = f"{(track[step] + track[step + 1]) / 2:.2f}".replace("-", "−")
        texts = [mark.text for mark in painter.paint(Instant(step, 0.5)).moving if isinstance(mark, Text)]
        assert half in texts
