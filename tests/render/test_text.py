"""Words, numbers and fonts: translations, how numbers are written, glyphs that no font has."""

import tomllib
from fractions import Fraction
from pathlib import Path

import pytest
from films import run

import render.text
from render.errors import UsageError
from render.pipeline.timeline import parse_fps
from render.text import Words, filled, languages, literal, number, power_of_ten, segments, size_of, unmarked

TRANSLATIONS = sorted((Path(render.text.__file__).parent / "translations").rglob("*.toml"))


@pytest.mark.parametrize("path", TRANSLATIONS, ids=lambda p: p.stem)
def test_translations_keep_their_placeholders(path):
    import re

    table = tomllib.loads(path.read_text(encoding="utf-8"))["texts"]
    for text, translated in table.items():
        assert sorted(re.findall(r"\{[^{}]*\}|<\w*>|</>", text)) == sorted(
            re.findall(r"\{[^{}]*\}|<\w*>|</>", translated)
        ), text
        assert translated.strip()


def test_no_text_has_two_translations():
    for language in languages():
        seen = [text for path in TRANSLATIONS if path.parent.name == language
                for text in tomllib.loads(path.read_text(encoding="utf-8"))["texts"]]  # fmt: skip
        assert len(seen) == len(set(seen)), sorted(text for text in seen if seen.count(text) > 1)


def test_unknown_texts_and_braces_stay_as_they_are():
    words = Words("ko")
    assert words("no such text {x} {0} {}", {"y": 1}) == "no such text {x} {0} {}"
    assert words("turned by {angle}°", {"angle": 5.625}) == "turned by 5.625°"
    with pytest.raises(UsageError, match="choose from en, ko"):
        Words("xx")


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.9, "0.9"), (-0.5, "−0.5"), (0.0, "0"), (2.5e-7, "2.50×10⁻⁷"), (1234567, "1,234,567"), (-1e30, "−1.00×10³⁰")],
)
def test_numbers_are_written_as_people_do(value, written):
    assert number(value) == written


@pytest.mark.parametrize(
    ("log10", "written"),
    [(0.0, "1.000"), (1.5e-15, "1.000"), (-2.0, "0.01000"), (-400.0, "1.00×10⁻⁴⁰⁰"), (6.9999999, "1.00×10⁷"),
     (float("-inf"), "0"), (3.3, "1995"), (5000.3, "2.00×10⁵⁰⁰⁰")],
)  # fmt: skip
def test_sizes_reach_beyond_float64(log10, written):
    assert size_of(log10) == written
    assert power_of_ten(-12) == "10⁻¹²"


@pytest.mark.slow
def test_titles_lose_control_characters_and_excess(tmp_path):
    assert literal("a\nb\x07\u202ec ") == "a b  c"
    assert len(literal("x" * 10_000)) == 200
    done = run("scene", "orthogonal", "--steps", 1, "--title", "a\nb\x07" + "y" * 10_000, "-o", tmp_path)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("text", "fps"), [("12.5", Fraction(25, 2)), ("25/2", Fraction(25, 2)), ("29.97", Fraction(2997, 100)), ("10", 10)]
)
def test_rates_are_exact(text, fps):
    assert parse_fps(text) == fps


@pytest.mark.parametrize("text", ["0", "-1", "nan", "1e9", "1000", "", "a", "1/0", "25/", "٢٥", "0.01"])
def test_bad_rates_are_refused(text):
    with pytest.raises(UsageError, match="fps must be"):
        parse_fps(text)


@pytest.mark.parametrize(
    ("text", "values", "written"),
    [
        ("{x:%} is left", {"x": 0.038}, "3.8\u00a0% is left"),
        ("{x:%}", {"x": 0.99931}, "99.9\u00a0%"),
        ("{x:%}", {"x": 1.0}, "100\u00a0%"),
        ("{x:log10} times", {"x": 2.6937}, "494 times"),
        ("{x:log10}", {"x": -2.884}, "0.0013"),
        ("{x:log10}", {"x": -9.3}, "5.0×10⁻¹⁰"),
        ("W{step:^} and P{step:_}", {"step": 12}, "W¹² and P₁₂"),
        ("{x:.2}", {"x": -0.499}, "−0.50"),
        ("{x:2}", {"x": 0.126}, "0.13"),
        ("{word}, {unknown}", {"word": "so"}, "so, {unknown}"),
    ],
)
def test_sentences_hold_numbers_as_they_ask_for_them(text, values, written):
    assert filled(text, values) == written


def test_words_and_the_words_that_stand_in_them_are_translated():
    words = Words()
    words.table |= {"{what} grows to {size:2}": "{size:2} erreicht {what}", "the norm": "die Norm"}
    assert words("{what} grows to {size:2}", {"what": "the norm", "size": 2.04}) == "2 erreicht die Norm"
    assert words("{what} grows to {size:2}", {"what": "the gate", "size": 0.5}) == "0.5 erreicht the gate"
    assert words("the norm") == "die Norm"
    assert words("the norm", {"x": 1}) == "die Norm"


def test_words_of_a_sentence_have_roles():
    found = segments("After <keep>a b</>, then <vanish>c</>.")
    assert [(s.text, s.role) for s in found] == [
        ("After ", None), ("a b", "keep"), (", then ", None), ("c", "vanish"), (".", None)
    ]  # fmt: skip
    assert unmarked("After <keep>a b</>, <vanish>c</>.") == "After a b, c."
