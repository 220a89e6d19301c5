"""Text for which there is no font, and text of several fonts: rows F51 and F52."""

import importlib.util

import numpy as np
import pytest
from films import run
from matplotlib import font_manager

import render
from render.drawing import fonts, glyphs
from render.errors import RenderError

HANGUL = "고윳값 행렬"


def forget():
    for cached in (fonts.font_paths, fonts._candidates, glyphs.glyphs, glyphs._letter, glyphs.fitted):
        cached.cache_clear()


@pytest.fixture
def only_bundled_fonts(monkeypatch):
    """Hide every font but those of this program and of matplotlib."""
    kept = [entry for entry in font_manager.fontManager.ttflist if "mpl-data" in str(entry.fname)]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", kept)
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda n, *a: None if "koreanize" in n else found(n, *a))
    forget()
    yield
    forget()


OPTIONS = ("--steps", "1", "--dim", "2", "--format", "gif")


def test_f51_korean_without_a_font(call, only_bundled_fonts):
    said = call.scene("vanishing", [*OPTIONS, "--lang", "ko"], 1, "no font on this system can draw", "pip install")
    assert "eigenreel[korean]" in said
    assert any("가" <= letter <= "힣" for letter in said)


def test_f51_a_korean_title_without_a_font(call, only_bundled_fonts):
    call.scene("vanishing", [*OPTIONS, "--title", "행렬"], 1, "can draw '행렬'", "eigenreel[korean]")


@pytest.mark.parametrize("title", ["\U000f1234", "🎬\U000e0001\U000f1234"], ids=["private", "emoji"])
def test_f51_what_no_korean_font_has_is_not_said_to_be_korean(call, only_bundled_fonts, title):
    said = call.scene("vanishing", [*OPTIONS, "--title", title], 1, "can draw", "or leave them out")
    assert "korean" not in said


def test_f51_a_picture_of_a_film_without_a_font(place, only_bundled_fonts):
    with pytest.raises(RenderError, match="no font on this system can draw"):
        render.film("vanishing", steps=1, dim=2, formats=(), language="ko", output=place.folder)
    assert place.state() is None


@pytest.mark.parametrize(
    "words",
    [
        ("scene", "vanishing", *OPTIONS, "--pace", "even", "--quiet", "-o", "new"),
        ("embed", "films/vanishing.gif"),
        ("verify", "--quiet", "films"),
    ],
    ids=lambda words: words[0],
)
def test_f51_nothing_is_said_of_a_font_cache(place, words):
    """A home that cannot be written has no cache of fonts, which matplotlib then makes anew, and says so."""
    render.film("vanishing", steps=1, dim=2, formats="gif", pace="even", output=place.folder)
    nowhere = dict.fromkeys(("HOME", "MPLCONFIGDIR", "XDG_CACHE_HOME"), "/proc/nothing")
    done = run(*words, env=nowhere, cwd=place.root)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("weight", fonts.WEIGHTS)
def test_f52_hangul_and_formulas_in_one_text(weight):
    text = f"{HANGUL}: ‖Wᵗ‖₂ = λ₁ᵗ"
    assert len(fonts.font_paths(text, weight)) >= 2
    drawn = glyphs.glyphs(text, 40, weight)
    assert drawn.coverage.max() == 255
    alone = [glyphs.glyphs(letter, 40, weight).coverage for letter in dict.fromkeys(text) if letter != " "]
    # Letters that are missing would all be the same box.
    assert all(
        one.shape != other.shape or not np.array_equal(one, other)
        for number, one in enumerate(alone)
        for other in alone[:number]
    )
    assert drawn.advance == pytest.approx(sum(glyphs.glyphs(letter, 40, weight).advance for letter in text), rel=0.05)


def test_f52_hangul_and_formulas_in_a_film(place):
    film = render.film(
        "vanishing", steps=1, dim=2, formats=(), language="ko", title=f"{HANGUL} ‖Wᵗ‖₂", output=place.folder
    )
    assert film.manifest["title"] == f"{HANGUL} ‖Wᵗ‖₂"
