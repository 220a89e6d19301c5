"""Marks: a film as data is small, plain, and the same picture."""

import base64
import json
import statistics

import numpy as np
import pytest
from films import painter_for, study_of

from render.drawing.canvas import Cells
from render.drawing.colors import ColorMap
from render.drawing.glyphs import TextStyle
from render.drawing.layouts import Box
from render.drawing.lines import Polyline, RevealedLine, RevealedLines
from render.drawing.raster import RasterCanvas
from render.drawing.themes import THEMES
from render.pipeline.catalog import all_scenes
from render.pipeline.job import FilmOptions
from render.publish.marks import dump, marks_of

SCENES = sorted(all_scenes())


def color(code):
    return tuple(bytes.fromhex(code))


def drawn(marks, step, theme="light"):
    """Draw a moment from marks alone, with the verbs of the canvas."""
    canvas = RasterCanvas(marks["width"], marks["height"], THEMES[theme])
    lines = [
        RevealedLines(
            [RevealedLine([Polyline(*piece) for piece in pieces], color(shade), width) for shade, width, pieces in own]
        )
        for own in marks["lines"]
    ]

    maps = {
        name: ColorMap(name, np.frombuffer(bytes.fromhex(code), np.uint8).reshape(256, 3))
        for name, code in marks["colormaps"].items()
    }

    def draw(mark):
        (verb, *kind), own = marks["kinds"][mark[0]], mark[1:]
        if verb == "fill":
            for corner in range(0, len(own), 4):
                canvas.fill(Box(*own[corner : corner + 4]), color(*kind))
        elif verb == "cells":
            indices = np.frombuffer(base64.b64decode(own[0]), np.uint8).reshape(-1, kind[4]).astype(int)
            canvas.cells(Cells(*kind[:4], indices, maps[kind[5]]))
        elif verb == "text":
            x, y, anchor, size, weight, shade = kind
            canvas.text(x, y, own[0], TextStyle(color(shade), size, weight), anchor)
        elif verb == "lines":
            canvas.lines(lines[kind[0]], own[0])
        elif verb == "line":
            canvas.line(own[::2], own[1::2], color(kind[0]), kind[1])
        elif verb == "circle":
            canvas.circle(*own, color(kind[0]), kind[1])
        elif verb == "disc":
            canvas.disc(*own, color(kind[0]))
        elif verb == "dots":
            canvas.dots(own[::2], own[1::2], kind[0], color(kind[1]), color(kind[2]))
        else:
            assert verb == "polygon"
            canvas.polygon(list(zip(own[::2], own[1::2], strict=True)), color(kind[0]))

    for mark in marks["standing"]:
        draw(mark)
    canvas.keep()
    for mark in marks["steps"][step]:
        draw(marks["repeated"][mark] if isinstance(mark, int) else mark)
    return canvas.pixels[..., :3].astype(int)


@pytest.mark.slow
def test_marks_of_all_scenes_are_small_and_those_of_some_give_the_picture():
    sizes = {}
    for name in SCENES:
        found = study_of(name)
        marks = json.loads(text := dump(marks_of(found, FilmOptions())))
        sizes[name] = len(text.encode())
        assert len(marks["steps"]) == found.steps + 1
        if name not in SCENES[::4]:
            continue
        painter = painter_for(found)
        for step in (found.steps // 3,):
            away = np.abs(drawn(marks, step) - painter.paint(step).pixels[..., :3])
            # Coordinates are tenths of a pixel, so edges of lines and dots may have a slightly other shade.
            assert away.max() <= 48, (name, step)
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
    assert marks["colormaps"] == {"dark-sign": THEMES["dark"].sign.colors.tobytes().hex()}
    assert marks["background"] == bytes(THEMES["dark"].background).hex()
    assert np.abs(drawn(marks, 2, "dark")[:8] - np.array(THEMES["dark"].background)).max() == 0
