"""Marks: what is moved is what would have been drawn in another place."""

import numpy as np

from render.drawing.canvas import Cells
from render.drawing.layouts import Box
from render.drawing.lines import Polyline, RevealedLine, RevealedLines
from render.drawing.marks import MarksCanvas, moved
from render.drawing.svg import svg_of
from render.drawing.themes import find_theme

THEME = find_theme("light")


def drawn(x, y):
    """Return a canvas with every kind of mark, all of them so far right and down."""
    canvas = MarksCanvas(640, 480, THEME)
    red = (200, 0, 0)
    canvas.fill(Box(x + 3, y + 4, 5, 6), red)
    canvas.cells(Cells(x + 16, y + 32, 8, 8, np.arange(6).reshape(2, 3) * 40, THEME.sign))
    for anchor in ("left", "center", "right"):
        canvas.text(x + 40.5, y + 50.5, "moved 17", canvas.style(red, 22), anchor)
    pieces = [Polyline([x + 1, x + 2.5, x + 9], [y + 4, y + 8, y + 2]), Polyline([x, x + 4], [y, y + 4], [1, 7])]
    canvas.lines(RevealedLines([RevealedLine(pieces, red, 3)]), 2)
    canvas.line([x + 1.25, x + 8], [y + 2, y + 3.5], red, 2)
    canvas.circle(x + 30, y + 31.5, 12, red, 3)
    canvas.disc(x + 60, y + 61.5, 12, red)
    canvas.dots([x + 90, x + 91.125], [y + 92, y + 95], 6, red)
    canvas.polygon([(x, y), (x + 4.5, y), (x + 3, y + 7)], red)
    canvas.arrow((x + 5, y + 5), (x + 50, y + 70.5), red, 4, 12)
    return canvas


def test_a_moved_mark_is_one_that_is_drawn_there():
    here, there = drawn(16, 32), drawn(208, 272)
    kinds = {type(mark) for mark in here.moving}
    # Every kind there is.
    assert len(kinds) == 10
    assert svg_of(here) != svg_of(there)
    here.moving = [moved(mark, 192, 240) for mark in here.moving]
    assert svg_of(here) == svg_of(there)


def test_moving_leaves_the_mark_as_it_was():
    here = drawn(16, 32)
    before = svg_of(here)
    for mark in here.moving:
        assert moved(mark, 5, 7) is not mark
    assert svg_of(here) == before
