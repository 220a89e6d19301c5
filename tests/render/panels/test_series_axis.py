"""What stands at the axis of curves over the steps."""

import pytest
from films import study_of

from render.drawing.marks import MarksCanvas, Text
from render.errors import RenderError
from render.pipeline.job import FilmOptions
from render.pipeline.painter import Painter
from render.pipeline.panel_requests import find_panel
from scenes import show


@pytest.mark.parametrize(
    ("name", "steps", "said"),
    [
        ("drift", 100, ["0", "250", "500", "750", "1,000 products"]),
        ("levels", 40, ["0", "100", "200", "300", "400 updates"]),
    ],
)
def test_the_axis_counts_what_a_step_does_many_of(name, steps, said):
    canvas = Painter(study_of(name, steps=steps), FilmOptions(), MarksCanvas).paint(steps)
    texts = [mark.text for mark in (*canvas.standing, *canvas.moving) if isinstance(mark, Text)]
    end = texts.index(said[-1])
    # The last one is written first, as the others must leave room for it.
    assert {said[-1], *texts[end + 1 : end + len(said)]} == set(said)


@pytest.mark.parametrize(("counts", "said"), [("nothing", "nothing"), ("stretches", "shape")])
def test_counts_that_are_no_number_a_step_are_refused(counts, said):
    panel = find_panel(show("series", of="exact", counts=counts, limits=(0, 1)))
    with pytest.raises(RenderError, match=said):
        panel.limits(next(iter(study_of("drift").columns.values())))
