"""Panels of chance and of symmetry: histograms, fans of draws, parts of a strip, rows on their way, functions."""

import numpy as np
import pytest
from films import study_of

from render.drawing.canvas import Cells
from render.drawing.marks import Fill, Line, Lines, MarksCanvas, Text
from render.errors import RenderError
from render.numerics.trajectory import simulate
from render.panels.curve import Panel as Curve
from render.panels.fans import Panel as Fans
from render.panels.histogram import Panel as Histogram
from render.panels.moving_rows import Panel as MovingRows
from render.pipeline.job import FilmOptions
from render.pipeline.painter import Painter
from render.pipeline.timeline import Instant
from scenes import Record


def painted(name, moment, layout="wide", **parameters):
    """Return what stands and what moves in a frame of a film."""
    canvas = Painter(study_of(name, **parameters), FilmOptions(layout=layout), MarksCanvas).paint(moment)
    return [*canvas.standing, *canvas.moving]


def texts_of(marks):
    return [mark.text for mark in marks if isinstance(mark, Text)]


def test_bars_of_a_histogram_have_the_heights_of_its_numbers():
    found = study_of("variance_algebra")
    heights = next(iter(found.columns.values())).series["histogram"][-1]
    marks = painted("variance_algebra", found.steps)
    floor = max(mark.box.bottom for mark in marks if isinstance(mark, Fill) and 8 < mark.box.width < 20)
    bars = [mark.box for mark in marks if isinstance(mark, Fill) and mark.box.bottom == floor and mark.box.height > 4]
    bars = [box for box in bars if box.width < 20]
    tall = np.sort(heights)[::-1][: len(bars)]
    assert len(bars) > 8
    drawn = np.sort([box.height for box in bars])[::-1]
    assert drawn / drawn[0] == pytest.approx(tall / tall[0], abs=0.01)


def test_a_fan_has_a_line_for_every_draw_and_a_thick_one_for_the_median():
    marks = painted("xavier", 64)
    columns = study_of("xavier").columns
    fans = [mark.lines.lines for mark in marks if isinstance(mark, Lines) and len(mark.lines.lines) == 2]
    assert len(fans) == len(columns) == 2
    for (draws, middle), column in zip(fans, columns.values(), strict=True):
        assert len(draws.pieces) == 50
        assert middle.width > draws.width
        assert f"{10 ** np.median(column.series['lengths'][-1]):.2g}" in texts_of(marks)


@pytest.mark.parametrize(("layout", "names"), [("wide", {"signal ↓", "gradient ↑"}), ("phone", {"↓", "↑"})])
def test_parts_of_a_strip_have_their_arrows_alone_where_it_is_narrow(layout, names):
    texts = texts_of(painted("default_initialisers", 3, layout))
    assert {text for text in texts if text[-1:] in "↓↑"} == names


def test_rows_slide_to_where_they_go():
    def tops(moment):
        found = [mark for mark in painted("hidden_permutation", moment) if isinstance(mark, Cells)]
        return [cells for cells in found if cells.indices.shape == (1, 3)]

    cells = [mark for mark in painted("hidden_permutation", 0) if isinstance(mark, Cells)]
    (whole,) = [mark for mark in cells if mark.indices.shape == (4, 3)]
    assert not tops(0)
    early, half, late = (tops(Instant(0, part)) for part in (0.1, 0.5, 0.9))
    assert len(early) == len(half) == len(late) == 4
    # The first swap is of the last two rows: they begin apart, meet, and have changed places.
    start = {cells.indices.tobytes(): cells.y for cells in early}
    end = {cells.indices.tobytes(): cells.y for cells in late}
    moved = [row for row in start if start[row] != end[row]]
    assert len(moved) == 2
    below, above = sorted(moved, key=start.__getitem__, reverse=True)
    assert end[below] < end[above]
    places = {cells.indices.tobytes(): cells.y for cells in half}
    assert places[below] == places[above]
    assert all((cells.y - whole.y) % whole.height == 0 for cells in half if cells.indices.tobytes() not in moved)


def test_cells_are_known_at_steps_and_not_on_the_way():
    panel = Painter(study_of("hidden_permutation"), FilmOptions(), MarksCanvas).panels[0]
    assert panel.values(1).shape == (4, 3)
    assert panel.values(1, 0.5) is None


def test_a_function_that_changes_leaves_the_wide_line():
    lines = [mark for mark in painted("hidden_permutation", 5) if isinstance(mark, Line) and len(mark.points) > 40]
    widest = max(line.width for line in lines)
    same, other = ([line for line in lines if (line.width == widest) == wide] for wide in (True, False))
    assert len(same) == len(other) == 2
    assert all(widest > 4 * line.width for line in other)
    # The upper panel's function does not change, that of the lower one does.
    apart = [np.abs(np.subtract(wide.points, thin.points)).max() for wide, thin in zip(same, other, strict=True)]
    assert apart[0] < 1e-6
    assert apart[1] > 10


def test_series_of_other_shapes_are_refused():
    numbers = simulate(Record({"a": np.zeros(3), "b": np.zeros((3, 2, 2)), "c": np.zeros((3, 4))}))
    with pytest.raises(RenderError, match="bins"):
        Histogram("a", (0, 1)).limits(numbers)
    with pytest.raises(RenderError, match="draws"):
        Fans("a").limits(numbers)
    with pytest.raises(RenderError, match="points"):
        Curve("b", (0, 1)).limits(numbers)
    with pytest.raises(RenderError, match="rows"):
        MovingRows("b", "c").limits(numbers)
