"""Marks: a film as data is small, plain, and the same picture."""

import base64
import json
import statistics

import numpy as np
import pytest
from films import painter_for, study_of

from render.drawing.canvas import Cells
from render.drawing.colors import ColorMap
from render.drawing.glyphs import TextStyle, text_width
from render.drawing.layouts import Box
from render.drawing.lines import Polyline, RevealedLine, RevealedLines
from render.drawing.raster import RasterCanvas
from render.drawing.themes import THEMES
from render.pipeline.catalog import all_scenes
from render.pipeline.job import FilmOptions
from render.pipeline.painter import Painter
from render.publish.marks import dump, marks_of
from render.publish.shapes import Shapes, ways

SCENES = sorted(all_scenes())


def unrolled(told, width):
    """Return what is told as a begin, the way on from it, and by how much each way is longer."""
    rows = np.array(told).reshape(-1, width)
    return np.cumsum(np.concatenate([rows[:1], np.cumsum(rows[1:], axis=0)]), axis=0)


def drawn(marks, picture, theme="light", number=0):
    """Draw a moment from marks alone, with the verbs of the canvas; `number` is that of the theme in them."""
    (layout,) = marks["layouts"].values()
    canvas = RasterCanvas(layout["width"], layout["height"], THEMES[theme])

    def color(index):
        return tuple(bytes.fromhex(marks["colors"][index][number]))

    def places(table, move, index):
        points = unrolled(table[index], 2) if table is marks["curves"] else np.array(table[index]).reshape(-1, 2)
        scale_x, begin_x, scale_y, begin_y = marks["moves"][move]
        return points * [scale_x, scale_y] + [begin_x, begin_y]

    lines = [
        RevealedLines(
            [
                RevealedLine(
                    [Polyline(*places(marks["curves"], *piece[:2]).T, piece[2]) for piece in pieces],
                    color(shade),
                    width,
                )
                for shade, width, pieces in own
            ]
        )
        for own in layout["lines"]
    ]
    maps = {
        name: ColorMap(name, unrolled(told[number], 3).astype(np.uint8)) for name, told in marks["colormaps"].items()
    }

    def draw(mark):
        (verb, *kind), own = layout["kinds"][mark[0]], mark[1:]
        if verb == "fill":
            for corner in range(0, len(own), 4):
                canvas.fill(Box(*own[corner : corner + 4]), color(*kind))
        elif verb == "cells":
            packed = base64.b64decode(marks["cells"][own[0]])
            indices = np.frombuffer(packed, np.uint8).reshape(-1, kind[4]).astype(int)
            canvas.cells(Cells(*kind[:4], indices, maps[kind[5]]))
        elif verb == "text":
            x, y, anchor, size, weight, shade = kind
            style = TextStyle(color(shade), size, weight)
            assert own[1] - 1 <= text_width(own[0], style) <= own[1]
            canvas.text(x, y, own[0], style, anchor)
        elif verb == "lines":
            canvas.lines(lines[kind[0]], own[0])
        elif verb == "line":
            canvas.line(*places(marks["curves"], kind[2], own[0]).T, color(kind[0]), kind[1])
        elif verb == "arrows":
            x, y, shade, width, head, move = kind
            for tip in places(marks["points"], move, own[0]):
                canvas.arrow((x, y), tuple(tip), color(shade), width, head)
        elif verb == "circle":
            canvas.circle(*own, color(kind[0]), kind[1])
        elif verb == "disc":
            canvas.disc(*own, color(kind[0]))
        elif verb == "dots":
            canvas.dots(*places(marks["points"], kind[3], own[0]).T, kind[0], color(kind[1]), color(kind[2]))
        else:
            assert verb == "polygon"
            canvas.polygon(list(map(tuple, places(marks["curves"], kind[1], own[0]))), color(kind[0]))

    for mark in layout["standing"]:
        draw(mark)
    canvas.keep()
    for mark in layout["pictures"][picture]:
        draw(layout["repeated"][mark] if isinstance(mark, int) else mark)
    return canvas.pixels[..., :3].astype(int)


@pytest.mark.slow
def test_marks_of_all_scenes_are_small_and_those_of_some_give_the_picture():
    sizes = {}
    for name in SCENES:
        found = study_of(name)
        marks = json.loads(text := dump(marks_of(found, FilmOptions())))
        sizes[name] = len(text.encode())
        assert len(marks["layouts"]["wide"]["pictures"]) == found.steps + 1
        if name not in SCENES[::4]:
            continue
        painter = painter_for(found)
        for step in (found.steps // 3,):
            away = np.abs(drawn(marks, step) - painter.paint(step).pixels[..., :3])
            # Points are quarters of a pixel, so edges of lines and dots may have a slightly other shade.
            assert away.max() <= 64, (name, step)
            assert (away > 16).mean() < 2e-3, (name, step)
            for panel in painter.describe():
                if panel["cell"]:
                    area = (
                        slice(panel["y"], panel["y"] + panel["height"]),
                        slice(panel["x"], panel["x"] + panel["width"]),
                    )
                    assert away[area].max() == 0, (name, step)
    assert statistics.median(sizes.values()) <= 45_000
    # Sixteen arrows of a ring, and the circle they come from, at 64 steps.
    assert sizes["orthogonal"] <= 140_000


def test_marks_are_the_colours_they_name():
    marks = marks_of(study_of("vanishing", steps=3), FilmOptions(theme="dark"))
    (told,) = marks["colormaps"]["dark-sign"]
    assert np.array_equal(unrolled(told, 3), THEMES["dark"].sign.colors)
    assert marks["colors"][0] == [bytes(THEMES["dark"].background).hex()]
    assert np.abs(drawn(marks, 2, "dark")[:8] - np.array(THEMES["dark"].background)).max() == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["orthogonal", "article", "nonnormal", "lstm"])
def test_layouts_and_themes_share_what_is_the_same(name):
    """Both layouts, in both themes, are the frames a painter draws of them."""
    found, step = study_of(name), 13
    marks = marks_of(found, FilmOptions(), layouts=("wide", "phone"), themes=("light", "dark"))
    for layout in ("wide", "phone"):
        own = marks | {"layouts": {layout: marks["layouts"][layout]}}
        for number, theme in enumerate(("light", "dark")):
            frame = Painter(found, FilmOptions(layout=layout, theme=theme), RasterCanvas).paint(step).pixels[..., :3]
            away = np.abs(drawn(own, step, theme, number) - frame)
            assert (away > 48).mean() < 2e-3, (layout, theme)
    # Two themes cost little more than one.
    apart = [marks_of(found, FilmOptions(layout=layout)) for layout in ("wide", "phone")]
    assert len(dump(marks)) < 1.1 * sum(len(dump(single)) for single in apart)


def test_shapes_are_told_once_up_to_a_move():
    shapes, rng = Shapes(), np.random.default_rng(5)
    shapes.begin_layout()
    points = rng.uniform(100, 500, (20, 2))
    assert shapes.add(points, False, 1) == (0, 0)
    assert shapes.add(points, False, 2) == (0, 0)
    shapes.begin_layout()
    moved = points * [1.25, 0.75] + [30, -20]
    move, number = shapes.add(moved, False, 1)
    assert (move, number) == (1, 0)
    scale_x, begin_x, scale_y, begin_y = shapes.moves[move]
    again = np.array(shapes.points[0]).reshape(-1, 2) * [scale_x, scale_y] + [begin_x, begin_y]
    assert np.abs(again - moved).max() <= 0.4
    # One point elsewhere makes another set; so does another moment.
    other = moved.copy()
    other[7] += 3
    assert shapes.add(other, False, 1) == (0, 1)
    assert shapes.add(moved, False, 9) == (0, 2)


def test_ways_are_summed_up_again():
    rows = np.random.default_rng(1).integers(-500, 500, (30, 3))
    for count in (1, 2, 3, 30):
        assert np.array_equal(unrolled(ways(rows[:count]).ravel(), 3), rows[:count])
