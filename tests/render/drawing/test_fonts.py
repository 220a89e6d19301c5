"""Fonts: the bundled ones, and which others a text needs beside them."""

import importlib.resources

import pytest
from fontTools.ttLib import TTFont

from render.drawing import fonts
from render.drawing.fonts import WEIGHTS, find_font, font_paths
from render.errors import RenderError

FOLDER = importlib.resources.files("render") / "fonts"
INTER = {"regular": "Regular", "medium": "Medium", "semibold": "SemiBold", "bold": "Bold"}


def names(text, weight="regular", family=""):
    """The files a text needs, without their folders."""
    return [str(path).replace("\\", "/").rpartition("/")[2] for path in font_paths(text, weight, family)]


@pytest.fixture
def candidates(monkeypatch):
    """Replace the fonts of the system by some files."""

    def replace(paths):
        font_paths.cache_clear()
        monkeypatch.setattr(fonts, "_candidates", lambda weight: paths)

    yield replace
    font_paths.cache_clear()


def test_the_licence_is_there_and_allows_to_change_the_fonts():
    text = (FOLDER / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert "The Inter Project Authors" in text
    # A reserved name would stand there.
    assert "Reserved Font Name" not in text.partition("PREAMBLE")[0]


@pytest.mark.parametrize("weight", WEIGHTS)
def test_bundled_fonts_are_small_and_say_what_they_are(weight):
    file = FOLDER / f"Inter-{INTER[weight]}.ttf"
    assert file.stat().st_size <= 150_000
    font = TTFont(file)
    assert font["name"].getBestFamilyName() == "Inter"
    assert font["OS/2"].usWeightClass == WEIGHTS[weight]
    # It may be put into any file.
    assert font["OS/2"].fsType == 0
    assert "openfontlicense" in font["name"].getDebugName(13)
    assert "fvar" not in font


@pytest.mark.parametrize("weight", WEIGHTS)
def test_numbers_have_letters_of_one_width(weight):
    font = TTFont(FOLDER / f"Inter-{INTER[weight]}.ttf")
    letters, widths = font.getBestCmap(), font["hmtx"]
    assert len({widths[letters[ord(sign)]][0] for sign in "0123456789+−×÷±=≠<>≤≥≈\u2007"}) == 1
    assert len({widths[letters[ord(sign)]][0] for sign in ".,:\u2008"}) == 1
    assert widths[letters[0x2003]][0] == font["head"].unitsPerEm


@pytest.mark.parametrize("weight", WEIGHTS)
def test_inter_has_what_films_write_most(weight):
    text = "Åéłő λρσθφμπωΔΣΠΩ ∂∏∑√∞∫≈≠≤≥−±×·÷ ‖ℓ…–—′″“”‘’ ←↑→↓↔⇒ ■□▲△▼●○◆★✓✗ ⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱᵗᵏ ₀₁₂₃₄₅₆₇₈₉₊₋ₜₙₖₘᵢⱼᵣₓ"
    assert names(text, weight) == [f"Inter-{INTER[weight]}.ttf"]


@pytest.mark.parametrize("weight", WEIGHTS)
def test_a_text_has_no_font_that_it_does_not_need(weight):
    inter, heavy = f"Inter-{INTER[weight]}.ttf", weight in ("semibold", "bold")
    dejavu = "DejaVuSans-Bold.ttf" if heavy else "DejaVuSans.ttf"
    assert names("", weight) == [inter]
    assert names("QᵀQ ⌈n⌉", weight) == [inter, dejavu]
    korean = names("행렬 Q", weight)
    assert korean[0] == inter
    assert len(korean) == 2
    assert names("행렬 QᵀQ", weight) == [inter, dejavu, korean[1]]


@pytest.mark.parametrize("weight", WEIGHTS)
def test_letters_of_three_fonts_stand_in_one_text(weight):
    # A glyph that is missing is a warning of matplotlib, which fails here.
    text = "행렬 ‖QᵀQ‖ = 1 ⁻⁵ ⌈n⌉"
    font = find_font(text, weight)
    font.set_size(22, 72)
    font.set_text(text)
    font.draw_glyphs_to_bitmap()
    assert font.get_image().any()


def test_fonts_that_cannot_be_opened_are_passed_over(candidates):
    hangul = font_paths("행")[-1]
    candidates(["no such file", str(FOLDER / "Inter-Regular.ttf"), hangul])
    assert font_paths("행렬")[1:] == [hangul]


def test_letters_that_no_one_font_has_are_of_as_few_as_it_takes(candidates, monkeypatch):
    # What each lacks; Inter and DejaVu Sans have none of these letters.
    lacking = {"one": "bcd", "two": "d", "three": "a"}
    monkeypatch.setattr(fonts, "_missing", lambda path, text: "".join(c for c in text if c in lacking.get(path, text)))
    candidates(list(lacking))
    assert font_paths("abc")[1:] == ["two"]
    assert font_paths("abcd")[1:] == ["two", "three"]
    candidates(["one", "two"])
    with pytest.raises(RenderError, match="can draw 'd', so"):
        font_paths("abcd")


def test_a_letter_no_font_has_is_refused(candidates):
    candidates([])
    with pytest.raises(RenderError, match=r"no font .* can draw '행렬', so .*pip install 'eigenreel\[korean\]'"):
        font_paths("A 행렬")
    assert names("Aᵀ") == ["Inter-Regular.ttf", "DejaVuSans.ttf"]


@pytest.mark.parametrize(
    ("weight", "file"), [("regular", ""), ("medium", ""), ("semibold", "-Bold"), ("bold", "-Bold")]
)
def test_a_family_is_asked_first_in_its_nearest_weight(weight, file):
    assert names("Wx = 1", weight, "DejaVu Serif") == [f"DejaVuSerif{file}.ttf"]
    assert names("", weight, "DejaVu Serif") == [f"DejaVuSerif{file}.ttf"]
    both = names("W행", weight, "DejaVu Serif")
    assert both[0] == f"DejaVuSerif{file}.ttf" and len(both) == 2


def test_what_a_family_lacks_is_of_the_bundled_font():
    # STIX's font for large signs has hardly a letter.
    assert names("a", family="STIXSizeFiveSym") == ["STIXSizFiveSymReg.ttf", "Inter-Regular.ttf"]


def test_a_family_that_is_not_installed_is_refused():
    assert "House Sans" not in fonts.families()
    with pytest.raises(RenderError, match="the font 'House Sans' is not installed, so install it or choose another"):
        font_paths("a", family="House Sans")
