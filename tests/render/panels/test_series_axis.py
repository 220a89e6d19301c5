"""What stands at the axis of curves over the steps."""

import pytest
from films import study_of
from frame_texts import box_of, overlapping

from render.drawing.glyphs import text_width
from render.drawing.marks import MarksCanvas, Text
from render.errors import RenderError
from render.panels import _bars, _chart
from render.panels._chart import write_ticks
from render.pipeline.job import FilmOptions
from render.pipeline.painter import Painter
from render.pipeline.panel_requests import find_panel
from render.text import brief_size
from scenes import show


@pytest.mark.parametrize(
    ("name", "steps", "said"),
    [
        ("drift", 100, ["0", "250", "500", "1,000"]),
        ("levels", 40, ["0", "100", "200", "300", "400"]),
    ],
)
def test_the_axis_counts_what_a_step_does_many_of(name, steps, said):
    canvas = Painter(study_of(name, steps=steps), FilmOptions(), MarksCanvas).paint(steps)
    texts = [mark.text for mark in (*canvas.standing, *canvas.moving) if isinstance(mark, Text)]
    assert set(said) <= {text.partition(" ")[0] for text in texts}


def written_ticks(monkeypatch, name, **look):
    """Return the ticks of a film's axes: their numbers with their places, their name, and what is written of them."""
    found = []

    def noting(context, y, ticks, word):
        before = len(context.canvas.moving)
        write_ticks(context, y, ticks, word)
        found.append((context, ticks, word, context.canvas.moving[before:]))

    monkeypatch.setattr(_chart, "write_ticks", noting)
    monkeypatch.setattr(_bars, "write_ticks", noting)
    Painter(study_of(name), FilmOptions(**look), MarksCanvas).paint(0)
    return found


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("layout", ["wide", "square", "phone"])
@pytest.mark.parametrize(
    "name", ["bptt_terms", "highway", "layerwise_rates", "muon_step", "lost_dependency", "scale_symmetry", "drift"]
)
def test_numbers_of_an_axis_stand_where_they_are(monkeypatch, name, layout, language):
    axes = written_ticks(monkeypatch, name, layout=layout, language=language)
    assert axes
    for context, ticks, word, marks in axes:
        left = {}
        for mark in marks:
            assert mark.style.size == context.sizes.axis
            begin = mark.x - mark.part * text_width(mark.text, mark.style)
            number = mark.text.removesuffix(f" {word}").removeprefix(f"{word} ")
            begin += text_width(f"{word} ", mark.style) if mark.text.startswith(f"{word} ") else 0
            left[number] = begin + text_width(number, mark.style) / 2
        places = {text: x for x, text in ticks}
        # The last one stands, each at its place, and what they are once.
        assert ticks[-1][1] in left
        assert all(abs(x - places[number]) <= 1 for number, x in left.items())
        assert sum(word in mark.text for mark in marks) == 1 or not word
        assert not overlapping(marks)
        assert max(box_of(mark)[2] for mark in marks) <= context.slot.box.right + context.px(24)


@pytest.mark.parametrize(("counts", "said"), [("nothing", "nothing"), ("stretches", "shape")])
def test_counts_that_are_no_number_a_step_are_refused(counts, said):
    panel = find_panel(show("series", of="exact", counts=counts, limits=(0, 1)))
    with pytest.raises(RenderError, match=said):
        panel.limits(next(iter(study_of("drift").columns.values())))


def test_a_curve_that_has_left_the_axis_keeps_its_name_and_number():
    found = study_of("remedies")
    canvas = Painter(found, FilmOptions(), MarksCanvas).paint(found.steps)
    (said,) = [mark for mark in canvas.moving if isinstance(mark, Text) and mark.text.startswith("plain  ")]
    # 10^−4 is the end of the axis.
    last = float(found.columns[None].series["log10 neither"][-1])
    assert last < -4 and said.text == f"plain  {brief_size(last)}"
