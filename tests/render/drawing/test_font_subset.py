"""Fonts of a picture's letters: one rule a font and weight, with these letters alone."""

import base64
import io
import re

import pytest
from fontTools.ttLib import TTFont

from render.drawing.font_subset import FontFaces
from render.drawing.fonts import WEIGHTS
from render.drawing.glyphs import TextStyle


def styled(weight, family=""):
    """How a text of a weight looks."""
    return TextStyle((0, 0, 0), 22, weight, family)


def faces(css):
    """Family, weight and font of every rule."""
    for family, weight, packed in re.findall(
        r'font-family:"([^"]+)";font-weight:(\d+);src:url\(data:[^,]+,([^)]+)', css
    ):
        yield family, int(weight), TTFont(io.BytesIO(base64.b64decode(packed)))


@pytest.mark.parametrize("weight", WEIGHTS)
def test_a_font_of_each_kind_holds_its_letters(weight):
    texts = FontFaces([("0.25 QᵀQ", styled(weight)), ("행렬 Q", styled(weight))])
    found = list(faces(texts.css()))
    assert [number for _, number, _ in found] == [WEIGHTS[weight]] * 3
    letters = ["".join(map(chr, sorted(font.getBestCmap()))) for _, _, font in found]
    assert letters == [" .025Q", "ᵀ", "".join(sorted("행렬"))]
    assert texts.family(weight) == ",".join([*(f"'{family}'" for family, _, _ in found), "sans-serif"])
    assert found[0][0] == f"{weight} Inter"


def test_digits_of_a_picture_are_of_one_width():
    _, _, font = next(faces(FontFaces([("0123456789", styled("regular"))]).css()))
    assert len({font["hmtx"][name][0] for name in font.getBestCmap().values()}) == 1


def test_weights_have_fonts_of_their_own():
    texts = FontFaces((weight, styled(weight)) for weight in WEIGHTS)
    assert [number for _, number, _ in faces(texts.css())] == [400, 500, 600, 700]
    assert texts.css() == FontFaces((weight, styled(weight)) for weight in WEIGHTS).css()
    assert len({texts.family(weight) for weight in WEIGHTS}) == 4


def test_the_font_of_a_theme_comes_first():
    texts = FontFaces([("λ행", styled("bold", "DejaVu Serif"))])
    found = list(faces(texts.css()))
    assert next(family.split()[:3] for family, _, _ in found) == ["bold", "DejaVu", "Serif"]
    assert [set(map(chr, font.getBestCmap())) for _, _, font in found] == [{"λ"}, {"행"}]
