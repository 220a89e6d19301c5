"""Text as pixels: counters letter by letter, even spacing, one base line, texts made to fit."""

import random

import numpy as np
import pytest

from render.drawing import glyphs as setting
from render.drawing.fonts import WEIGHTS
from render.drawing.glyphs import SMALLEST, TextStyle, fitted, glyphs, letter_places, text_width

SIZES = (8, 20, 22, 23, 28, 33, 40, 44, 52, 160)


def middles(text, size, weight):
    """Where the ink of each letter has its middle, for letters that do not touch."""
    shape = glyphs(text, size, weight)
    ink = np.pad(shape.coverage.sum(axis=0), 1)
    places = shape.left - 0.5 + np.arange(len(ink))
    starts, stops = np.flatnonzero(np.diff(ink > 0)).reshape(-1, 2).T + 1
    return [np.average(places[a:b], weights=ink[a:b]) for a, b in zip(starts, stops, strict=True)]


def same(one, other):
    places = [(shape.left, shape.descent, shape.advance) for shape in (one, other)]
    return places[0] == places[1] and np.array_equal(one.coverage, other.coverage)


@pytest.mark.parametrize("weight", WEIGHTS)
def test_counters_are_pixel_for_pixel_what_the_font_sets_at_once(weight):
    letters = random.Random(0)
    texts = ["0", "−1.50", "100%", "1,234,567", "2 × 3", " 7", "7 ", "  ", "0123456789", "−−.,×"]
    texts += ["".join(letters.choices("0123456789.,−× ", [2] * 10 + [1] * 5, k=9)) for _ in range(30)]
    counters = [text for text in texts if ". " not in text and ", " not in text]
    assert len(counters) > 30
    for text in counters:
        assert setting._COUNTER.fullmatch(text)
        for size in SIZES:
            assert same(glyphs(text, size, weight), setting._set(text, size, weight)), (text, size)


def test_only_counters_are_set_letter_by_letter(monkeypatch):
    glyphs.cache_clear()
    monkeypatch.setattr(setting, "_side_by_side", lambda letters: pytest.fail("letter by letter"))
    # A blank comes nearer to a comma, nothing is as wide as a percent sign, and others have kerning.
    for text in ("1, 2", "3. ", "5% 7", "t = 17", "10⁻⁷", "Ty", ""):
        assert glyphs(text, 22, "bold").advance >= 0
    glyphs.cache_clear()


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("size", [22, 28, 44])
@pytest.mark.parametrize("text", ["1111111", "IIIIIII"])
def test_letters_are_evenly_spaced(text, size, weight):
    # The first is set letter by letter, the second at once.
    begins = letter_places(text, TextStyle((0, 0, 0), size, weight))
    assert np.ptp(np.diff(begins)) < 0.1
    assert np.ptp(np.subtract(middles(text, size, weight), begins[:-1])) < 0.1


@pytest.mark.parametrize("text", ["To", "AVAV", "c̃ = ‖W‖", "LTy"])
def test_letters_are_where_kerning_puts_them(text):
    style = TextStyle((0, 0, 0), 160)
    *begins, length = letter_places(text, style)
    assert (begins[0], length) == (0, text_width(text, style))
    whole, last = glyphs(text, 160, "regular"), glyphs(text[-1], 160, "regular")
    end = begins[-1] + last.left + last.coverage.shape[1]
    assert abs(whole.left + whole.coverage.shape[1] - end) <= 1
    # One of them has no kerning.
    assert (length < sum(text_width(letter, style) for letter in text) - 2) == ("‖" not in text)


@pytest.mark.parametrize("weight", WEIGHTS)
def test_numbers_of_as_many_digits_are_as_long(weight):
    style = TextStyle((0, 0, 0), 22, weight)
    assert len({text_width(f"{digit}.{digit}{digit}", style) for digit in range(10)}) == 1
    assert text_width("−1", style) == text_width("+1", style) == text_width("×1", style)


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("size", SIZES)
def test_letters_stand_on_one_base_line(weight, size):
    shapes = [glyphs(text, size, weight) for text in ("H", "HH", "xH", "H—", "Hg", "H,")]
    assert len({len(shape.coverage) - shape.descent for shape in shapes}) == 1
    assert [shape.descent > 0 for shape in shapes] == [False, False, False, False, True, True]
    assert {shape.descent for shape in shapes[:4]} == {0}


def test_blanks_have_a_width_and_no_pixels():
    for text in (" ", "   ", "\u00a0"):
        assert glyphs(text, 22, "regular").coverage.size == 0
        assert text_width(text, TextStyle((0, 0, 0))) > 0


def test_letters_read_from_right_to_left_are_where_the_text_is():
    for text in ("שלום", "אב QQ"):
        shape = glyphs(text, 40, "regular")
        assert 0 <= shape.left
        assert shape.left + shape.coverage.shape[1] <= shape.advance + 1


def test_texts_are_made_smaller_and_then_cut_off():
    style = TextStyle((0, 0, 0), 40)
    assert fitted("a long text", style, 1000) == ("a long text", style)
    text, smaller = fitted("a long text", style, text_width("a long text", style) - 1)
    assert text == "a long text"
    assert smaller.size == 39
    text, smallest = fitted("a long text", style, 60)
    assert smallest.size == SMALLEST
    assert text.endswith("…")
    assert text_width(text, smallest) <= 60
    assert fitted("a long text", style, 60, 30)[1].size == 30
    # One that fits stays as it is, however small.
    small = TextStyle((0, 0, 0), 12)
    assert fitted("a", small, 60) == ("a", small)
