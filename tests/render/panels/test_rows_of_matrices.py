"""Panels of small matrices: an equation, powers made from powers, and a decomposition whose neighbours cancel."""

import numpy as np
import pytest
from films import study_of

from render.drawing.canvas import Cells
from render.drawing.glyphs import TextStyle, text_width
from render.drawing.marks import Arrow, Line, MarksCanvas, Text
from render.errors import RenderError, UsageError
from render.numerics.trajectory import simulate
from render.panels._numbered import fitting
from render.panels.equation import Panel as Equation
from render.pipeline.job import FilmOptions
from render.pipeline.painter import Painter
from render.pipeline.panel_requests import find_panel
from scenes import repeated, show


def painted(name, step, layout="wide", **parameters):
    """Return what moves in a frame of a film, and its texts."""
    canvas = Painter(study_of(name, **parameters), FilmOptions(layout=layout), MarksCanvas).paint(step)
    return canvas.moving, [mark.text for mark in canvas.moving if isinstance(mark, Text)]


@pytest.mark.parametrize(("layout", "rows"), [("wide", 1), ("phone", 2)])
def test_an_equation_shows_the_factors_and_what_they_make(layout, rows):
    marks, texts = painted("fibonacci_spectrum", 10, layout)
    matrices = [mark for mark in marks if isinstance(mark, Cells)]
    assert len(matrices) == 4
    assert len({cells.y for cells in matrices}) == rows
    # The codec's grid.
    assert all(cells.x % 16 == cells.y % 16 == cells.width % 8 == cells.height % 8 == 0 for cells in matrices)
    assert {"Λ¹⁰", "F¹⁰", "Q", "Q⁻¹", "34", "55", "89"} <= set(texts)
    assert {"0.0081", "122.99", "−0.8507", "0.5257"} <= set(texts) or layout == "phone"
    # Colours are shares of the largest entry.
    product = matrices[3].indices
    assert product[1, 1] == product.max() == 255
    assert product[0, 0] < product[0, 1] == product[1, 0]


def test_an_equation_without_room_for_numbers_has_cells_as_large_as_can_be():
    marks, texts = painted("rnn_gradient", 8, "phone")
    matrices = [mark for mark in marks if isinstance(mark, Cells)][-3:]
    assert len({cells.y for cells in matrices}) == 1
    assert "−1.166" not in texts
    # In two rows they would be less than half as wide.
    assert all(cells.width >= 48 for cells in matrices)
    wide, numbers = painted("rnn_gradient", 8)
    assert len({cells.y for cells in [mark for mark in wide if isinstance(mark, Cells)][-3:]}) == 2
    assert "−1.166" in numbers


@pytest.mark.parametrize("layout", ["wide", "square", "phone"])
def test_names_of_groups_of_rows_stay_where_rows_are_low(layout):
    canvas = Painter(study_of("rnn_gradient"), FilmOptions(layout=layout), MarksCanvas).paint(0)
    texts = [mark.text for mark in canvas.standing if isinstance(mark, Text)]
    groups = "error of own output", "+ error back through", "× slope of tanh", "= error of this step", "state before"
    assert [any(text.startswith(group) for text in texts) for group in groups] == [True] * 5


def test_an_equation_refuses_what_it_cannot_show():
    with pytest.raises(UsageError, match="3 matrices have 2 signs"):
        find_panel(show("equation", of={"A": "a", "B": "b", "C": ""}, signs=("=",)))
    numbers = simulate(repeated(np.eye(2), 1, {"a": np.zeros((2, 3, 3)), "b": np.zeros(2)}))
    with pytest.raises(RenderError, match="of one size"):
        Equation({"A": "a", "P": ""}, ("=",)).limits(numbers)
    with pytest.raises(RenderError, match="rows, columns"):
        Equation({"B": "b", "P": ""}, ("=",)).limits(numbers)


def test_numbers_in_cells_are_as_long_as_there_is_room_for():
    style = TextStyle((0, 0, 0), 22, "medium")

    def shortened(value, longest):
        return fitting(value, style, text_width(longest, style) + 0.5)

    assert shortened(0.0081306, "0.0000") == "0.0081"
    assert shortened(122.99187, "122.99") == "122.99"
    assert shortened(-0.85065, "−0.00") == "−0.85"
    assert shortened(1597.0, "0000") == "1597"
    assert shortened(1597.0, "000") == ""
    assert shortened(0.0, "0") == "0"
    # What is not zero does not read as zero.
    assert shortened(2e-63, "0.0000") == "≈ 0"
    assert shortened(0.0004, "0.00") == "≈ 0"
    assert shortened(2.22e62, "0.0×10⁰⁰") == "2.2×10⁶²"


def test_powers_appear_when_they_are_reached():
    names = ["F", "F²", "F⁴", "F⁸", "F¹⁶", "F³²", "F⁶⁴"]
    for step in range(9):
        marks, texts = painted("squaring", step)
        shown = min(step, 6) + 1
        assert [text for text in texts if text in names] == names[:shown]
        assert sum(isinstance(mark, Cells) for mark in marks) == shown
        # An arrow between neighbours.
        assert sum(isinstance(mark, Arrow) for mark in marks) == shown - 1
    assert {" = (F³²)²", "987", "1597"} <= set(texts)
    assert " = F · F²" in painted("squaring", 2, power=7)[1]


def test_rows_of_many_powers_stay_in_their_slot():
    for layout in ("wide", "square", "phone"):
        for power in (1, 5, 255, 999):
            steps = power - 1
            canvas = Painter(study_of("squaring", power=power), FilmOptions(layout=layout), MarksCanvas).paint(steps)
            boxes = [mark.box for mark in canvas.moving if isinstance(mark, Cells)]
            slot = (
                Painter(study_of("squaring", power=power), FilmOptions(layout=layout), MarksCanvas).layout.own[0][0].box
            )
            assert all(slot.union(box) == slot for box in boxes), (layout, power)
            assert len({(box.x, box.y) for box in boxes}) == len(boxes) == power.bit_length() + power.bit_count() - 1


@pytest.mark.parametrize(
    ("step", "lines", "struck"),
    [
        (0, ["F⁰ =", "=", "I", "QΛ⁰Q⁻¹"], 0),
        (1, ["F =", "QΛQ⁻¹"], 0),
        (2, ["F² =", "=", "=", "QΛQ⁻¹QΛQ⁻¹", "QΛΛQ⁻¹", "QΛ²Q⁻¹"], 1),
        (3, ["F³ =", "=", "=", "QΛQ⁻¹QΛQ⁻¹QΛQ⁻¹", "QΛΛΛQ⁻¹", "QΛ³Q⁻¹"], 2),
        # In the middle of a large power factors are left out; what stands beside the dots is struck out alone.
        (12, ["F¹² =", "=", "=", "QΛQ⁻¹QΛQ⁻¹⋯QΛQ⁻¹", "QΛΛΛ⋯ΛQ⁻¹", "QΛ¹²Q⁻¹"], 3),
    ],
)
def test_what_cancels_is_struck_out(step, lines, struck):
    painter = Painter(study_of("fibonacci_spectrum"), FilmOptions(), MarksCanvas)
    slot = painter.layout.own[0][1].box
    marks = [
        mark
        for mark in painter.paint(step).moving
        if isinstance(mark, Text) and slot.x <= mark.x <= slot.right and slot.y <= mark.y <= slot.bottom
    ]
    names = [mark.text for mark in marks if mark.text.endswith("=")]
    rows = {}
    for mark in marks:
        if not mark.text.endswith("="):
            rows.setdefault(mark.y, []).append((mark.x, mark.text))
    assert names + ["".join(text for _, text in sorted(row)) for _, row in sorted(rows.items())] == lines
    assert sum(isinstance(mark, Line) for mark in painter.canvas.moving) == struck
