"""Arrows end where their vectors do, and say how long they are."""

import numpy as np
import pytest
from films import study_of

from render.drawing.marks import MarksCanvas, Text
from render.errors import RenderError
from render.panels.arrows import Panel
from render.pipeline.job import FilmOptions
from render.pipeline.painter import Painter


@pytest.mark.parametrize("layout", ["wide", "phone"])
def test_names_stand_at_the_tips_with_their_lengths(layout):
    found = study_of("product_bound")
    painter = Painter(found, FilmOptions(layout=layout), MarksCanvas)
    texts = {}
    for step in (30, 45, 60, 90):
        canvas = painter.paint(step)
        texts[step] = [mark for mark in canvas.moving if isinstance(mark, Text)]
    said = {step: {text.text for text in marks} for step, marks in texts.items()}
    for step, angle in ((45, 45), (60, 60), (90, 90)):
        sine = np.sin(np.deg2rad(angle))
        assert f"Bx  {round(2 * sine, 9):.3g}" in said[step]
        assert f"ABx  {round(4 * sine**2, 9):.3g}" in said[step]
    # The name of the longer arrow stands farther to the right.
    places = {text.text.split()[0]: text.x for text in texts[90] if text.text.split()[0] in ("x", "Bx", "ABx")}
    assert places["Bx"] < places["x"] < places["ABx"]


def test_a_series_of_other_shape_is_refused():
    numbers = next(iter(study_of("product_bound").columns.values()))
    with pytest.raises(RenderError, match="arrows needs a series"):
        Panel(of="angle").limits(numbers)
