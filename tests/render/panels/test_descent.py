"""Descents on a map: what leaves it is an arrow at its edge; lengths as bars; warnings instead of NaN."""

import numpy as np
import pytest
from films import study_of

from render.drawing.marks import Arrow, Dot, Fill, Lines, MarksCanvas, Polygon, Text
from render.errors import RenderError
from render.panels.descent import Panel
from render.pipeline.job import FilmOptions
from render.pipeline.painter import Painter
from scenes.gradients.clipping import cliff

LEAP = 19


@pytest.fixture(scope="module")
def painter():
    return Painter(study_of("clipping"), FilmOptions(), MarksCanvas)


def of_role(painter, marks, role, kind):
    color = painter.canvas.theme.role(role)
    return [mark for mark in marks if isinstance(mark, kind) and mark.color == color]


def test_what_leaves_the_map_is_an_arrow_at_its_edge(painter):
    box = painter.panels[0]._chart.box
    marks = list(painter.paint(LEAP - 1).moving)
    (leaving,) = of_role(painter, marks, "explode", Arrow)
    tip = leaving.tip
    assert tip[1] == pytest.approx(box.y)
    # It points where the update goes.
    start, end = study_of("clipping").columns[None].series["plain"][[LEAP - 1, LEAP]]
    x, y = painter.panels[0]._chart.to_x(start[0]), painter.panels[0]._chart.to_y(start[1])
    slope = (painter.panels[0]._chart.to_y(end[1]) - y) / (painter.panels[0]._chart.to_x(end[0]) - x)
    assert (tip[1] - y) / (tip[0] - x) == pytest.approx(float(slope))
    for step in (LEAP, 40, 70):
        marks = list(painter.paint(step).moving)
        assert len(of_role(painter, marks, "explode", (Arrow, Polygon))) == 1
        on_map = [dot for dot in of_role(painter, marks, "explode", Dot) if dot.x < box.right]
        assert not on_map
        said = {mark.text for mark in marks if isinstance(mark, Text)}
        assert {"as it is: gone", "clipped: stays here"} <= said


def test_nothing_is_drawn_beyond_the_map(painter):
    box = painter.panels[0]._chart.box
    (lines,) = (mark for mark in painter.paint(70).moving if isinstance(mark, Lines) and mark.lines.lines[0].width < 4)
    for line in lines.lines.lines:
        for piece in line.pieces:
            x, y = np.asarray(piece.x), np.asarray(piece.y)
            assert ((x >= box.x - 1e-6) & (x <= box.right + 1e-6)).all()
            assert ((y >= box.y - 1e-6) & (y <= box.bottom + 1e-6)).all()


def test_bars_are_as_long_as_their_numbers_say(painter):
    series = study_of("clipping").columns[None].series
    widths = {}
    for step in (18, 28):
        marks = list(painter.paint(step).moving)
        (bar,) = of_role(painter, marks, "explode", Fill)
        widths[step] = bar.box.width
    assert widths[18] / widths[28] == pytest.approx(series["norm"][18] / series["norm"][28], abs=0.01)
    assert "0°" in {mark.text for mark in painter.paint(18).moving if isinstance(mark, Text)}


def test_a_number_that_is_nan_is_a_warning():
    painter = Painter(study_of("overflow_step"), FilmOptions(), MarksCanvas)
    for step, count in ((11, 0), (12, 1), (82, 2)):
        marks = list(painter.paint(step).moving)
        assert sum(isinstance(mark, Text) and mark.text == "NaN" for mark in marks) == count
        assert len(of_role(painter, marks, "warn", Fill)) == count


def test_a_series_of_other_shape_is_refused():
    numbers = study_of("clipping").columns[None]
    with pytest.raises(RenderError, match="descent needs a series"):
        Panel({"": "norm"}, cliff, (0, 1), (0, 1)).limits(numbers)
