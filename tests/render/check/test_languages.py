"""Languages: which texts they need, what they lack, and languages of the user's own."""

import re
import tomllib
from collections.abc import Mapping

import pytest
from click.testing import CliRunner
from films import run, study_of

import render.check.texts
from render.check.languages import gaps, write_skeleton
from render.check.literals import looked_up, said_by
from render.check.texts import has_words, texts_of
from render.cli import commands as cli
from render.drawing.marks import MarksCanvas
from render.errors import InputError, RenderError, UsageError
from render.pipeline.catalog import load_scene
from render.pipeline.dependencies import files_of
from render.pipeline.job import FilmOptions
from render.pipeline.painter import Painter
from render.publish.descriptions import FLASHES
from render.text import OWN_TRANSLATIONS, Words, differing, languages, quoted, read_texts
from scenes import Reached

# Texts with the chapters that use them, as `texts` returns them.
FOUND = {"title": set(), "a step of {step}": {"powers"}, "in both": {"powers", "depth"}, "W": {"powers"}}


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A folder with a language of the user's own, in which nothing is translated yet."""
    home = tmp_path / "own" / "de"
    home.mkdir(parents=True)
    (home / "common.toml").write_text("[texts]\n", encoding="utf-8")
    monkeypatch.setenv(OWN_TRANSLATIONS, str(home.parent))
    return home


def fill(home, **texts):
    lines = [f"{quoted(text)} = {quoted(translated)}" for text, translated in texts.items()]
    (home / "common.toml").write_text("\n".join(["[texts]", *lines, ""]), encoding="utf-8")


@pytest.mark.slow
def test_languages_of_the_package_hold_nothing_that_no_text_uses():
    found = render.check.texts.texts()
    assert len(found) > 1000
    for language in languages()[1:]:
        gap = gaps(language, found)
        assert not gap.differing, language
        assert not gap.unused, language


# Together they have panels of many kinds.
@pytest.mark.parametrize("name", ["article", "clipping", "gallery", "lstm", "lost_dependency", "squaring"])
@pytest.mark.slow
def test_all_that_a_film_looks_up_is_among_its_texts(name, monkeypatch):
    asked = set()

    class Table(dict):
        def get(self, text, default=None):
            asked.add(text)
            return super().get(text, default)

    def begin(self, language="en"):
        self.language, self.table = language, Table()

    monkeypatch.setattr(Words, "__init__", begin)
    found = study_of(name)
    for layout in ("wide", "phone"):
        painter = Painter(found, FilmOptions(layout=layout), MarksCanvas)
        for step in {0, 1, found.steps // 2, found.steps, *found.moment_steps}:
            painter.paint(step)
    # Parameters and values that are words are looked up whether they stand in a text or not.
    held = {value for m in found.moments for value in m.values.values() if isinstance(value, str)}
    known = texts_of(load_scene(name)) | set(render.check.texts._of_the_program()) | held
    assert len(asked) > 5
    assert {text for text in asked if has_words(text)} <= known


def test_sources_tell_what_is_looked_up(tmp_path):
    path = tmp_path / "panel.py"
    path.write_text(
        "from render.publish.descriptions import FLASHES as _FLASHES\n"
        "_ONE, _TWO = 'first', 'second'\n_NAMES = {'a': 'third'}\n_TABLE = {'key': 'eleventh'}\n"
        "def f(self, context, letter, many):\n"
        "    context.words('fourth {x}', {'x': 1}), self._words(_NAMES[letter])\n"
        "    context.words('fifth' if many else 'sixth', {'no': 'text'})\n"
        "    max(context.words(text) for text in (_ONE, _TWO))\n"
        "    said = 'seventh' if many else unknown\n"
        "    words(said), words(context.label), other('eighth')\n"
        "    self.heading = 'ninth'\n    self.place = 'tenth'\n"
        "    {name: words(text) for name, text in _TABLE.items()}\n"
        "    words(_FLASHES), Words('ko')('twelfth'), words(letter.strip('no text'))\n",
        encoding="utf-8",
    )
    found = {"first", "second", "third", "fourth {x}", "fifth", "sixth", "seventh", "ninth", "eleventh", "twelfth"}
    assert looked_up(path) == {*found, FLASHES}


def test_sources_tell_what_scenes_that_the_program_makes_show(tmp_path):
    path = tmp_path / "made.py"
    path.write_text(
        "_UNITS = {'a': 'first', 'b': 'second'}\n"
        "def f(unit, many):\n"
        "    @scene(show('series', of={'third': 'no', '': 'no'} if many else {'fourth': 'no'}, heading='fifth',\n"
        "                x=_UNITS[unit], scale='no', marks={'sixth': 1.0}), counter='seventh', title='eighth')\n"
        "    def made(): pass\n"
        "    @made.moment('ninth', otherwise='tenth', on='no')\n"
        "    def _(): return Reached(1, unit=_UNITS[unit], size=3)\n"
        "    @made.claim('eleventh', column='no')\n"
        "    def _(): pass\n",
        encoding="utf-8",
    )
    found = {
        "first",
        "second",
        "third",
        "",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
    }
    assert looked_up(path) == found


def moment(steps: int, series: Mapping[str, float]) -> Reached:
    result = "They differ"
    for words, low in (("Both vanish", 0), ("Both explode", 1)):
        if low:
            result = words
    return Reached(steps, result=result, other="no place for it", size=series["a series"])


def test_moments_tell_which_words_they_fill_in():
    assert said_by(moment, {"result", "size"}) == {"They differ", "Both vanish", "Both explode"}


@pytest.mark.parametrize(
    ("text", "answer"),
    [("net", True), ("LeCun", True), ("{symbol} of it", False), ("the {x}", True), ("log10 σ₁", False), ("", False),
     ("<keep>W</> · Aᵗ", False), ("det R − 1", False), ("<keep>kept</>", True), ("3.5 %", False)],
)  # fmt: skip
def test_symbols_are_no_words(text, answer):
    assert has_words(text) is answer


def test_gaps_are_listed_one_line_each(own):
    fill(own, **{"title": "Titel \U000f1234", "a step of {step}": "Schritt {stp}", "mine": "meins", "in both": " "})
    found = gaps("de", FOUND)
    assert found.missing == ("in both",)
    assert found.differing == {"a step of {step}": "lacks {step} and has {stp}, which the text has not"}
    assert [*found.unused] == ["mine"]
    assert found.uncovered == "\U000f1234"
    assert not found.whole
    lines = found.lines()
    assert len(lines) == 5
    assert lines[-1].startswith("2 texts translated, 1 missing, 1 differing, 1 unused, 1 letter")
    fill(own, **{"title": "Titel", "a step of {step}": "Schritt {step}", "in both": "in beiden", "W": "W"})
    assert gaps("de", FOUND).whole


def test_what_a_translation_must_keep():
    assert differing("{a} of <keep>{b:%}</>", "<keep>{b:%}</> von {a}") == ""
    assert differing("{a}", "") == "lacks {a}"
    assert differing("{a} {a}", "{a}") == "lacks {a}"
    assert differing("{b:%}", "{b}") == "lacks {b:%} and has {b}, which the text has not"


def test_the_command_says_whether_a_language_is_whole(own, monkeypatch):
    monkeypatch.setattr(render.check.texts, "texts", lambda: FOUND)
    done = run_inside("words", "check", "de")
    assert isinstance(done.exception, RenderError)
    assert done.exception.exit_code == 1
    assert 'missing: "in both"' in done.stdout
    fill(own, **{"title": "Titel", "a step of {step}": "Schritt {step}", "in both": "in beiden"})
    done = run_inside("words", "check", "de")
    assert done.exit_code == 0
    assert done.stdout == "3 texts translated, 0 missing, 0 differing, 0 unused, 0 letters without a font\n"
    for language in ("en", "xx"):
        assert isinstance(run_inside("words", "check", language).exception, UsageError)


def run_inside(*words):
    return CliRunner().invoke(cli.commands, [*words])


def test_a_skeleton_has_what_is_missing_and_keeps_what_is_there(own, monkeypatch, tmp_path):
    monkeypatch.setattr(render.check.texts, "texts", lambda: FOUND)
    (own / "common.toml").write_text('# Mine.\n[texts]\n"title" = "Titel"', encoding="utf-8")
    assert run_inside("words", "skeleton", "de").exit_code == 0
    assert (own / "common.toml").read_text(encoding="utf-8") == '# Mine.\n[texts]\n"title" = "Titel"\n"in both" = ""\n'
    assert read_texts(own / "powers.toml") == {"a step of {step}": ""}
    before = {path: path.read_bytes() for path in own.iterdir()}
    assert write_skeleton("de", own.parent, FOUND) == {}
    assert {path: path.read_bytes() for path in own.iterdir()} == before
    # What is empty is not translated.
    assert gaps("de", FOUND).missing == ("a step of {step}", "in both")
    assert Words("de")("in both") == "in both"
    # A folder that is not there yet is made, even where the variable names it.
    monkeypatch.setenv(OWN_TRANSLATIONS, str(tmp_path / "new"))
    assert run_inside("words", "skeleton", "pt-BR").exit_code == 0
    assert {path.name for path in (tmp_path / "new" / "pt-BR").iterdir()} == {"common.toml", "powers.toml"}


def test_what_is_no_skeleton_is_refused(own):
    for language in ("en", "../de", "", "de/", "d", "de_DE"):
        with pytest.raises(UsageError, match="a language is named by letters"):
            write_skeleton(language, own.parent, FOUND)
    (own / "common.toml").write_text('[texts]\n[other]\n"a" = "b"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"another table after \[texts\]"):
        write_skeleton("de", own.parent, FOUND)
    assert [path.name for path in own.iterdir()] == ["common.toml"]


def test_texts_are_quoted_as_toml_reads_them():
    for text in ('say "no"', "back\\slash", "two\nlines", "tab\t", "\x7f", "고유값 — λ₁", "\U0001f600"):
        line = f"{quoted(text)} = {quoted(text)}"
        assert tomllib.loads(line) == {text: text}
        assert len(line.splitlines()) == 1


def test_a_film_speaks_a_language_of_the_user(own, tmp_path):
    """Three texts are translated in a folder beside the package, and all others are English."""
    title = load_scene("orthogonal").title
    fill(own, **{title: "Rechtwinklig bleibt", "step": "Schritt", "steps": "Schritte"})
    for language in ("de", "en"):
        small = ("--steps", 4, "--dim", 3, "--at", "end", "--format", "svg", "-o", tmp_path / language)
        done = run("still", "orthogonal", *small, "--lang", language, env={OWN_TRANSLATIONS: str(own.parent)})
        assert done.returncode == 0, done.stderr
    said = {name: next((tmp_path / name).iterdir()).read_text(encoding="utf-8") for name in ("de", "en")}
    words = {name: set(re.findall(r">([^<>]+)</text>", text)) for name, text in said.items()}
    assert {"Rechtwinklig bleibt", "Schritt"} <= words["de"]
    assert {title, "step"} <= words["en"]
    assert len(words["de"] & words["en"]) > 5


def test_what_the_user_says_comes_before_the_package(own):
    korean = own.parent / "ko"
    korean.mkdir()
    (korean / "mine.toml").write_text('[texts]\n"steps" = "층"\n"my own" = "내 것"\n', encoding="utf-8")
    assert Words("ko")("steps") == "층"
    assert Words("ko")("my own") == "내 것"
    assert Words("ko")("eigenvalues") == "고윳값"
    assert languages() == ["en", "de", "ko"]
    assert korean / "mine.toml" in files_of(load_scene("rotation"), "ko")
    assert korean / "mine.toml" not in files_of(load_scene("rotation"), "de")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[texts", "is no TOML"),
        ("[words]\n", r"must have a table \[texts\]"),
        ("[texts]\na = 1\n", r"must have a table \[texts\]"),
        ('[texts]\n"{step} steps" = "{stop} Schritte"\n', r"lacks \{step\} and has \{stop\}"),
        ('[texts]\n"<keep>a</>" = "<kept>a</>"\n', "lacks <keep> and has <kept>"),
    ],
)
def test_files_that_no_film_can_use_are_refused_in_one_sentence(own, content, said):
    (own / "common.toml").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=said) as error:
        Words("de")
    assert str(own / "common.toml") in str(error.value)


def test_a_folder_that_is_none_is_refused_in_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv(OWN_TRANSLATIONS, str(tmp_path / "none"))
    with pytest.raises(UsageError, match="which is no folder"):
        Words("en")
    monkeypatch.setenv(OWN_TRANSLATIONS, "")
    assert Words("en").table == {}
