"""Panels of networks rolled out: chains of boxes, sums of matrices, sentences read from both ends."""

from itertools import pairwise

import numpy as np
import pytest
from films import study_of

from render.drawing.canvas import Cells
from render.drawing.colors import color_index
from render.drawing.layouts import Box
from render.drawing.marks import Arrow, Fill, MarksCanvas, Text
from render.errors import RenderError
from render.numerics.trajectory import simulate
from render.panels._boxes import boxes_in, indexed, shown_steps
from render.panels.network import Panel as Network
from render.panels.sentence import Panel as Sentence
from render.panels.states import Panel as States
from render.pipeline.job import FilmOptions
from render.pipeline.painter import Painter
from render.pipeline.timeline import Instant
from render.text import percent
from scenes import Record

LAYOUTS = ("wide", "square", "phone")


def painted(name, moment, layout="wide", **parameters):
    """Return what stands and what moves in a frame of a film."""
    canvas = Painter(study_of(name, **parameters), FilmOptions(layout=layout), MarksCanvas).paint(moment)
    return [*canvas.standing, *canvas.moving]


def texts_of(marks):
    return [mark.text for mark in marks if isinstance(mark, Text)]


def tiles_of(marks, rows, columns):
    return [mark.indices for mark in marks if isinstance(mark, Cells) and mark.indices.shape == (rows, columns)]


def test_boxes_stand_from_end_to_end():
    for count in (1, 2, 6, 13):
        boxes = boxes_in(Box(32, 5, 656, 50), count, 96)
        assert boxes[0].x == 32
        assert count == 1 or boxes[-1].right == 688
        assert all(one.right < other.x for one, other in pairwise(boxes))
    assert indexed("h", 12) == "h₁₂"
    assert shown_steps(4, 5) == [0, 1, 2, 3, 4]
    assert shown_steps(64, 6) == [0, 1, 2, 3, None, 64]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_chain_shows_the_factors_their_product_and_what_is_left(layout):
    product = study_of("unrolled").columns[None]
    for step in range(6):
        marks = painted("unrolled", step, layout)
        *factors, whole = tiles_of(marks, 3, 3)
        assert len(factors) == step
        assert np.array_equal(whole, color_index(product.matrix(step).T, (-1, 1)))
        for back, factor in enumerate(factors):
            assert np.array_equal(factor, color_index(product.sequence.factors[back].T, (-1, 1)))
        texts = texts_of(marks)
        assert f"∂h₅/∂h{'₅₄₃₂₁₀'[step]} = " in texts
        assert " · ".join(f"J{'₅₄₃₂₁'[back]}" for back in range(step)) in texts or not step
        left = [percent(10**size) for size in product.log10_spectral_norm[: step + 1].tolist()]
        assert set(left) <= set(texts)


def test_bars_of_a_chain_are_as_high_as_what_is_left():
    product = study_of("unrolled").columns[None]
    marks = painted("unrolled", 5)
    floor = max(mark.box.bottom for mark in marks if isinstance(mark, Fill) and mark.box.width == 96)
    bars = sorted(
        (mark.box for mark in marks if isinstance(mark, Fill) and (mark.box.width, mark.box.bottom) == (96, floor)),
        key=lambda box: -box.x,
    )
    heights = np.array([box.height for box in bars])
    assert heights / heights[0] == pytest.approx(10**product.log10_spectral_norm, abs=0.01)


def test_an_arrow_back_grows_between_steps():
    tips = []
    for part in (0.2, 0.6):
        canvas = Painter(study_of("unrolled"), FilmOptions(), MarksCanvas).paint(Instant(2, part))
        tips.append(min(mark.tip[0] for mark in canvas.moving if isinstance(mark, Arrow)))
    assert tips[1] < tips[0]


@pytest.mark.parametrize(("layout", "steps"), [("wide", 12), ("square", 12), ("phone", 12), ("wide", 0), ("phone", 1)])
def test_chains_of_any_length_have_room(layout, steps):
    painter = Painter(study_of("unrolled", steps=steps, dim=4), FilmOptions(layout=layout), MarksCanvas)
    painter.paint(steps)
    assert not painter.canvas.cut


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_network_shows_its_states_and_the_newest_as_a_sum(layout):
    series = study_of("rnn_forward").columns[None].series
    marks = painted("rnn_forward", 3, layout)
    columns = tiles_of(marks, 16, 1)
    limits = (-1.0, 1.0)
    states = [color_index(state[:, None], limits) for state in series["states"]]
    # Four states in the chain; the sum has the newest one, the one before it, and the bias.
    assert [np.array_equal(one, other) for one, other in zip(columns, states, strict=False)][:4] == [True] * 4
    assert np.array_equal(columns[4], states[3])
    assert np.array_equal(columns[5], states[2])
    assert np.array_equal(tiles_of(marks, 16, 16)[0], color_index(series["W"][0], limits))
    assert np.array_equal(tiles_of(marks, 16, 7)[0], color_index(series["V"][0], limits))
    texts = texts_of(marks)
    assert texts.count("W") == 4
    symbols = ["abcdefg"[int(row.argmax())] for row in series["inputs"][1:4]]
    assert [text for text in texts if text in "abcdefg" and text != "b"] == [s for s in symbols if s != "b"]
    assert ("U" in texts) and (("7 × 16" in texts) is (layout == "wide"))
    # What the bars of an output stand for.
    assert ("a … g" in texts) is (layout == "wide")


def test_a_long_network_shows_its_newest_state_behind_a_gap():
    texts = texts_of(painted("rnn_forward", 20, steps=30))
    assert "⋯" in texts
    assert {"h₇", "h₂₀"} <= set(texts)
    assert "h₈" not in texts


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_chain_of_matrices_shows_the_first_and_the_newest(layout):
    series = study_of("linear_rnn").columns[None].series
    marks = painted("linear_rnn", 40, layout)
    tiles = tiles_of(marks, 6, 6)
    assert np.array_equal(tiles[0], color_index(np.eye(6), (-1, 1)))
    assert np.array_equal(tiles[2], color_index(series["state"][2], (-1, 1)))
    assert np.array_equal(tiles[-1], color_index(series["state"][40], (-1, 1)))
    assert "h₄₀ = W⁴⁰" in texts_of(marks)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_sentence_shows_both_states_at_its_blank(layout):
    series = study_of("bidirectional").columns[None].series
    marks = painted("bidirectional", 8, layout)
    across = layout == "wide"
    tiles = tiles_of(marks, 6, 1) if across else tiles_of(marks, 1, 6)
    # Eleven words, one of them with two states.
    assert len(tiles) == 12
    wanted = series["states"][8, 2].reshape(2, 6)
    for tile, row in zip(tiles[2:4], wanted, strict=True):
        assert np.array_equal(tile.ravel(), color_index(row, (-1, 1)))
    assert {"I", "hungry", "___", "pig"} <= set(texts_of(marks))


def test_panels_of_networks_say_what_they_need():
    numbers = simulate(Record({"flat": np.zeros((3, 2)), "deep": np.zeros((3, 2, 2))}))
    with pytest.raises(RenderError, match="a row for each of its words"):
        Sentence("deep", ("a", "b", "c"), 1).limits(numbers)
    with pytest.raises(RenderError, match="shape"):
        States("flat").limits(numbers)
    with pytest.raises(RenderError, match="four of weights"):
        Network("flat", "flat", "flat", ("flat", "deep", "deep", "deep")).limits(numbers)
