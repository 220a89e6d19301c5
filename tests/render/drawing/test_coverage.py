"""Lines: how much of each pixel they cover, and since when."""

from itertools import pairwise

import numpy as np
import pytest

from render.drawing import coverage as laying
from render.drawing.coverage import Coverage
from render.drawing.lines import Polyline, RevealedLine, RevealedLines


def laid(lines, under):
    return Coverage(RevealedLines(lines), under)


def picture(size=60, color=(255, 255, 255)):
    pixels = np.full((size, size, 4), 255, np.uint8)
    pixels[..., :3] = color
    return pixels


def coverage(points, width, size=60):
    """Of every pixel, from its centre's distance to each segment: one pixel after the other."""
    covered = np.zeros((size, size))
    for (x0, y0), (x1, y1) in pairwise(points):
        for row in range(size):
            for column in range(size):
                x, y = column + 0.5, row + 0.5
                along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / max((x1 - x0) ** 2 + (y1 - y0) ** 2, 1e-12)
                part = min(max(along, 0.0), 1.0)
                away = ((x - x0 - part * (x1 - x0)) ** 2 + (y - y0 - part * (y1 - y0)) ** 2) ** 0.5
                covered[row, column] = max(covered[row, column], min(max(width / 2 + 0.5 - away, 0.0), 1.0))
    return covered


@pytest.mark.parametrize("width", [1, 2, 3, 4.5])
@pytest.mark.parametrize("seed", range(6))
def test_lines_cover_what_they_are_near_to(width, seed):
    rng = np.random.default_rng(seed)
    points = rng.uniform(-8, 68, (5, 2))
    if seed == 0:
        # Upright, level, a standstill, and back.
        points = np.array([[10, 5], [10, 50], [50, 50], [50, 50], [12, 50.25]])
    drawn = picture(color=(0, 0, 0))
    for until in (1, 3, 4):
        laid([RevealedLine([Polyline(*points.T)], (255, 255, 255), width)], picture(color=(0, 0, 0))).draw(drawn, until)
        expected = np.rint(255 * coverage(points[: until + 1], width))
        assert np.abs(drawn[..., 0] - expected).max() <= 1


def test_later_parts_do_not_show_earlier():
    # It comes back beside its own way, where its edge touches the same pixels.
    x, y = [5, 50, 50, 5], [20.0, 20.0, 21.5, 21.5]
    ink = laid([RevealedLine([Polyline(x, y, [0, 4, 5, 9])], (0, 0, 0), 2)], picture())
    outward = laid([RevealedLine([Polyline(x[:2], y[:2], [0, 4])], (0, 0, 0), 2)], picture())
    one, other = picture(), picture()
    ink.draw(one, 4)
    outward.draw(other, None)
    assert np.array_equal(one, other)
    ink.draw(one, 3)
    assert ink.draw(one, 3) is None


def test_first_strokes_are_lowest_whenever_they_come():
    low = RevealedLine([Polyline([5, 55], [30, 30], [0, 9])], (255, 0, 0), 6)
    high = RevealedLine([Polyline([30, 30], [5, 55], [0, 1])], (0, 0, 255), 6)
    pixels = picture()
    ink = laid([low, high], pixels.copy())
    for until, color in ((1, (0, 0, 255)), (9, (0, 0, 255))):
        ink.draw(pixels, until)
        assert tuple(pixels[30, 30, :3]) == color
    assert tuple(pixels[30, 10, :3]) == (255, 0, 0)


def test_what_is_drawn_is_in_the_box_that_is_returned():
    rng = np.random.default_rng(3)
    ink = laid([RevealedLine([Polyline(*rng.uniform(0, 60, (2, 20)))], (0, 0, 0), 2)], picture())
    for until in range(1, 20):
        pixels = picture()
        left, top, right, bottom = ink.draw(pixels, until)
        rows, columns = np.nonzero(pixels[..., 0] < 255)
        assert (columns.min(), rows.min(), columns.max(), rows.max()) == (left, top, right, bottom)


def test_pieces_are_apart_and_points_alone_draw_nothing():
    pieces = [Polyline([5, 20], [30, 30]), Polyline([40, 55], [30, 30]), Polyline([30], [30])]
    pixels = picture()
    laid([RevealedLine(pieces, (0, 0, 0), 2)], picture()).draw(pixels, None)
    assert (pixels[:, 24:36] == 255).all()
    assert (pixels[30, [10, 50], 0] == 0).all()
    assert laid([RevealedLine([Polyline([30], [30])], (0, 0, 0), 2)], picture()).draw(pixels, None) is None
    assert laid([RevealedLine([], (0, 0, 0), 2)], picture()).draw(pixels, None) is None


def test_lines_shaded_in_parts_are_the_same(monkeypatch):
    points = np.random.default_rng(1).uniform(0, 60, (2, 50))
    whole, parts = picture(), picture()
    laid([RevealedLine([Polyline(*points)], (0, 0, 0), 3)], picture()).draw(whole, None)
    monkeypatch.setattr(laying, "_CHUNK", 70)
    laid([RevealedLine([Polyline(*points)], (0, 0, 0), 3)], picture()).draw(parts, None)
    assert np.array_equal(whole, parts)
