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


@pytest.mark.parametrize("path", [p for p in TRANSLATIONS if p.parent.name == "ko"], ids=lambda p: p.stem)
def test_particles_after_a_number_are_left_to_it(path):
    import re

    table = tomllib.loads(path.read_text(encoding="utf-8"))["texts"]
    # What is said in per cent always ends in a vowel; behind a bracket a particle is that of the word before it, or
    # of a function's number.
    number = r"(?<!\()\{\w+(?!:%)(?::[^{}%]*)?\}(</>)?|[A-Z]\(\{\w+\}\)"
    fixed = re.compile(rf"(?:{number})(은|는|이|가|을|를|과|와|로|으로)(?![가-힣(])")
    assert [text for text in table.values() if fixed.search(text)] == []


def test_no_text_has_two_translations():
    for language in languages():
        seen = [text for path in TRANSLATIONS if path.parent.name == language
                for text in tomllib.loads(path.read_text(encoding="utf-8"))["texts"]]  # fmt: skip
        assert len(seen) == len(set(seen)), sorted(text for text in seen if seen.count(text) > 1)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        # 영, 일, 이, 삼, 사, 오, 육, 칠, 팔, 구; 십, 백, 천.
        (0, "0이 0은 0을 0과 0으로"), (1, "1이 1은 1을 1과 1로"), (2, "2가 2는 2를 2와 2로"),
        (3, "3이 3은 3을 3과 3으로"), (4, "4가 4는 4를 4와 4로"), (0.95, "0.95가 0.95는 0.95를 0.95와 0.95로"),
        (6, "6이 6은 6을 6과 6으로"), (7, "7이 7은 7을 7과 7로"), (8, "8이 8은 8을 8과 8로"),
        (9, "9가 9는 9를 9와 9로"), (100, "100이 100은 100을 100과 100으로"),
        ("행렬", "행렬이 행렬은 행렬을 행렬과 행렬로"), ("개", "개가 개는 개를 개와 개로"),
        ("밭", "밭이 밭은 밭을 밭과 밭으로"), ("W", "W가 W는 W를 W와 W로"), ("M", "M이 M은 M을 M과 M으로"),
        ("λ", "λ가 λ는 λ를 λ와 λ로"), ("F⁶⁴", "F⁶⁴이 F⁶⁴은 F⁶⁴을 F⁶⁴과 F⁶⁴으로"),
        ("(말)", "(말)이 (말)은 (말)을 (말)과 (말)로"),
    ],
)  # fmt: skip
def test_korean_particles_follow_how_a_word_ends(value, said):
    assert filled("{x}이(가) {x}은(는) {x}을(를) {x}과(와) {x}(으)로", {"x": value}) == said
    marked = filled("<keep>{x}</>이(가) {x}은(는) {x}을(를) {x}과(와) {x}(으)로", {"x": value})
    assert unmarked(marked) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("After {steps} steps.", "After 1 step."), ("{steps}</> layers", "1</> layer"), ("{more} steps", "10 steps"),
        ("{size:log10} times as large", "1 times as large"), ("{more} steps, {steps} films", "10 steps, 1 film"),
        ("{other} steps", "{other} steps"), ("{steps} stepson", "1 stepson"),
    ],
)  # fmt: skip
def test_one_is_singular(text, said):
    assert filled(text, {"steps": 1, "more": 10, "size": 0.0}) == said


def test_a_particle_waits_for_its_number():
    begun = filled("{x}이(가) {y}을(를)", {"y": 3})
    assert begun == "{x}이(가) 3을"
    assert filled(begun, {"x": 2}) == "2가 3을"


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
