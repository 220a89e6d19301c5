"""Text tracks, and films told in words: from manifests alone, and true of what the film shows."""

import copy
import html
import json
import re
from fractions import Fraction
from itertools import pairwise

import pytest
from films import edit, listing, manifest_of, run, study_of

import render
from render.cli.page_commands import TEXT_KINDS
from render.errors import InputError, UsageError
from render.pipeline import manifest
from render.pipeline.catalog import all_scenes
from render.pipeline.moments import Captions, as_json, said_besides
from render.publish.captions import one_line
from render.publish.descriptions import in_words, sentences_of
from render.publish.embed import embedding
from render.publish.stillness import remark_on_stillness, still_share, still_share_of
from render.publish.vtt import KINDS, captions, chapters, descriptions, text_of
from render.text import Words, places_of, unmarked

HOSTILE = [
    '"><script>',
    "a --> b",
    "<c.x>&lt;&amp;",
    "{{< x >}}",
    "x\n\n00:00 --> 00:01\ny",
    "행렬 W",
    "\u202ebidi\x1b[31m",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")
    render.film("fibonacci", output=folder, formats="mp4", explain="1,1")
    render.film("vanishing", steps=16, dim=3, output=folder, formats="mp4")
    return folder


def cues(track):
    """Return the cues of a WebVTT file as (first second, last second, text); fail where it is none."""
    head, *blocks = track.split("\n\n")
    assert head == "WEBVTT"
    found = []
    for block in blocks:
        time, text = block.rstrip("\n").split("\n")
        clock = r"(\d\d):([0-5]\d):([0-5]\d)\.(\d{3})"
        numbers = list(map(int, re.fullmatch(f"{clock} --> {clock}", time).groups()))
        first, last = (((h * 60 + m) * 60 + s) + Fraction(t, 1000) for h, m, s, t in (numbers[:4], numbers[4:]))
        assert first < last
        assert not re.search("[<>]|&(?!lt;|gt;|amp;)", text)
        found.append((first, last, html.unescape(text)))
    assert all(before[1] <= after[0] for before, after in pairwise(found))
    return found


def content_of(found):
    """Return what a manifest has of a scene's words, without a film being rendered."""
    return {
        "title": found.scene.title, "statement": found.scene.statement, "steps": found.steps, "job": {},
        "parameters": found.parameters, "moments": as_json(found.moments, Words()), "panels": [],
        "said": said_besides(found.scene, found.columns), "claims": [v.as_json() for v in found.verdicts],
        **manifest.numbers(found.columns),
    }  # fmt: skip


@pytest.mark.slow
def test_every_sentence_of_every_film_is_in_its_manifest():
    for name in all_scenes():
        found = study_of(name)
        content = json.loads(json.dumps(content_of(found)))
        for language in ("en", "ko"):
            words = Words(language)
            shown = Captions(found.scene, found.parameters, found.columns, found.moments, found.verdicts, words)
            told = sentences_of(content, words)
            assert told.starts == shown.starts
            for step in range(found.steps + 1):
                said = unmarked(shown.at(step)).removeprefix("✓ ")
                assert told.at(step) == said or places_of(told.at(step)), (name, step)


def test_captions_are_what_the_film_says_when_it_says_it(folder):
    for name in ("fibonacci", "vanishing"):
        content = manifest_of(folder / name)
        found = study_of(name, **({"steps": 16, "dim": 3} if name == "vanishing" else {}))
        shown = Captions(found.scene, found.parameters, found.columns, found.moments, found.verdicts, Words())
        frames, rate = content["frames"], Fraction(*content["frames"]["fps"])
        said = [
            shown.explaining(step) if entries else shown.at(step)
            for step, entries in zip(frames["steps"], frames["entries"] or [0] * len(frames["steps"]), strict=True)
        ]
        assert name == "vanishing" or any("Each entry of" in text for text in said)
        for first, last, text in cues(captions(content)):
            inside = [k for k in range(len(said)) if first <= Fraction(2 * k + 1, 2) / rate < last]
            assert inside
            assert {one_line(unmarked(said[k])).removeprefix("✓ ") for k in inside} == {text}
        assert sum(last - first for first, last, _ in cues(captions(content))) == pytest.approx(
            len(said) / rate, abs=0.01
        )


def test_descriptions_and_chapters_follow_the_moments(folder):
    content = manifest_of(folder / "vanishing")
    told, parts = cues(descriptions(content)), cues(chapters(content))
    assert [cue[:2] for cue in told] == [cue[:2] for cue in parts]
    assert told[0][2].startswith("Vanishing by repetition. Step 0: " if "by" in content["title"] else content["title"])
    assert parts[0][2] == content["title"]
    assert parts[0][0] == 0
    assert content["moments"][-1]["step"] is None
    for moment in content["moments"]:
        # The film ends with what did not come.
        if moment["step"] not in (None, content["steps"]):
            frame = content["frames"]["steps"].index(moment["step"])
            begin = Fraction(frame) / Fraction(*content["frames"]["fps"])
            (cue,) = (cue for cue in told if abs(cue[0] - begin) < Fraction(1, 500))
            assert cue[2] == f"Step {moment['step']}: {one_line(moment['sentence'])}"
    assert parts[-1][1] == pytest.approx(
        len(content["frames"]["steps"]) / Fraction(*content["frames"]["fps"]), abs=1e-3
    )


def test_korean(folder):
    for kind in ("descriptions", "captions", "chapters"):
        for _, _, text in cues(text_of(folder / "fibonacci.mp4", kind, "ko")[1]):
            assert re.search("[가-힣]", text), text
            assert not re.search("Step|Each", text)


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_titles_are_text(folder, title):
    content = copy.deepcopy(manifest_of(folder / "vanishing"))
    content["title"] = title
    content["moments"][-1] |= {"text": title, "values": {}}
    for kind in KINDS:
        text = KINDS[kind].make(content, "en")
        if kind != "text":
            assert one_line(title) in cues(text)[-1][2]
        assert len(text.splitlines()) == len(KINDS[kind].make(manifest_of(folder / "vanishing"), "en").splitlines())
        assert all(c == "\n" or c.isprintable() for c in text)


def test_film_in_words_says_what_its_manifest_says(folder):
    content = manifest_of(folder / "vanishing")
    lines = in_words(content).splitlines()
    assert lines[0] == content["title"]
    assert "The same matrix of 3 × 3 numbers is multiplied at each of 16 steps." in lines
    for moment in content["moments"]:
        assert any(one_line(moment["sentence"]) in line for line in lines)
    assert f"What the film claims is true of its numbers, as {len(content['claims'])} checks say." in lines
    assert "flashes" not in in_words(content)
    content["flashes"]["safe"] = False
    content["claims"][0]["holds"] = False
    changed = in_words(content).splitlines()
    assert "flashes more than three times" in changed[-1]
    assert changed[-2].startswith(f"What the film claims is false of its numbers: {content['claims'][0]['claim']}: ")
    # As in the film, the end says so, too.
    assert any(line.startswith(f"Step 16: ✗ {content['claims'][0]['claim']}: ") for line in changed)


@pytest.mark.parametrize(
    "frames",
    [
        {"steps": None}, {"steps": [0, "1"]}, {"steps": [0, 99]}, {"steps": [-1]}, {"steps": [True]}, {"fps": [0, 1]},
        {"fps": [25, 0]}, {"fps": "25"}, {"fps": None}, {"parts": [0.5]}, {"entries": ["x"]}, {"parts": "x"},
    ],
)  # fmt: skip
def test_manifest_that_does_not_say_when_is_refused(folder, frames):
    content = copy.deepcopy(manifest_of(folder / "vanishing"))
    content["frames"] |= frames
    with pytest.raises(InputError, match="render the film again"):
        captions(content)


ODD = (None, True, -1, 10**30, 1.5, "x", "", [], [None], {}, {"x": 1})


def altered(value, path=()):
    """Yield a manifest again and again, each time with something odd at another place in it."""
    for key in list(value) if isinstance(value, dict) else range(min(len(value), 2)):
        kept = value[key]
        for odd in ODD:
            value[key] = odd
            yield (*path, key), odd
        value[key] = kept
        if isinstance(value, dict):
            del value[key]
            yield (*path, key), "nothing"
            value[key] = kept
        if isinstance(kept, (dict, list)) and len(path) < 3:
            yield from altered(kept, (*path, key))


@pytest.mark.slow
def test_no_manifest_makes_a_traceback(folder, tmp_path, monkeypatch):
    content = copy.deepcopy(manifest_of(folder / "vanishing"))
    for shortened in ("panels", "claims", "moments"):
        del content[shortened][1:-1]
    content["colormaps"] = {}
    path = tmp_path / "film.json"
    path.touch()

    def read(path):
        # As from a file, which would be written thousands of times.
        try:
            manifest._check(content)
        except (KeyError, TypeError, ValueError, OverflowError):
            raise InputError("no manifest") from None
        return content

    monkeypatch.setattr("render.publish.vtt.read", read)
    monkeypatch.setattr("render.publish.variants.read", read)
    made = 0
    for where, odd in altered(content):
        for kind in (*KINDS, "page"):
            try:
                made += bool(embedding([path]) if kind == "page" else text_of(path, kind)[1])
            except (InputError, UsageError):
                continue
            except Exception as error:
                raise AssertionError(f"{kind} with {where} = {odd}") from error
    assert made > 1000


# How much of a film stands still


def film_of(steps, rate=10):
    return {
        "steps": max(steps), "moments": [], "parameters": {"steps": max(steps)}, "job": {"pace": "film"},
        "frames": {"fps": [rate, 1], "steps": steps, "parts": None, "entries": None},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "share"),
    [
        ([0, 0, 0, 1, 2, 3, 3, 3], 0), ([0, 1, 1, 1, 1, 2], 3 / 4), ([0] * 9, 1), ([0, 1], 0), ([0, 1, 2], 0),
        ([0, 0, 1, 1, 2, 2, 3, 3], 1 / 2),
    ],
)  # fmt: skip
def test_share_that_stands_still_is_counted_between_the_ends(steps, share):
    # At one picture a second the one that may stand is the first of each.
    assert still_share(steps, Fraction(1)) == pytest.approx(share)


def test_film_in_which_mostly_nothing_moves_is_remarked_on():
    still = film_of([0] * 20 + [step for step in (1, 2, 3) for _ in range(20)] + [4] * 20)
    assert still_share_of(still) == 0.5
    said = remark_on_stillness(still)
    assert "during 50% of the time between its first and its last picture, since it has 4 steps" in said
    more = int(re.search(r"--steps (\d+)", said)[1])
    assert more > 4
    assert remark_on_stillness(film_of([step for step in range(40) for _ in range(10)])) is None


def test_suggested_steps_do_move_more(tmp_path):
    slow = render.film("vanishing", steps=4, dim=3, output=tmp_path, formats="mp4", duration=40)
    said = " ".join(embedding([slow.files["mp4"]]).notes)
    steps = int(re.search(r"--steps (\d+)", said)[1])
    more = render.film("vanishing", steps=steps, dim=3, output=tmp_path, formats="mp4", name="more", duration=40)
    assert not any("nothing has changed" in note for note in embedding([more.files["mp4"]]).notes)


# The command, and what `render embed` does with the files


def test_command_writes_beside_the_film_and_embed_finds_it(folder, tmp_path):
    film = render.film("rotation", steps=1, output=tmp_path, formats="mp4", duration=1).files["mp4"]
    before = listing(tmp_path)
    assert "track" not in embedding([film]).text
    for options, name, text in (
        ((), "rotation.vtt", text_of(film)),
        (("--lang", "ko"), "rotation.ko.vtt", text_of(film, language="ko")),
        (("--kind", "chapters"), "rotation.chapters.vtt", text_of(film, "chapters")),
        (("--kind", "text"), "rotation.txt", text_of(film, "text")),
    ):
        process = run("captions", film, *options, cwd=tmp_path)
        assert (process.returncode, process.stderr, process.stdout) == (0, "", f"{name}\n")
        assert text[0].name == name
        assert (tmp_path / name).read_text(encoding="utf-8") == text[1]
    assert listing(tmp_path).keys() - before.keys() == {
        "rotation.vtt", "rotation.ko.vtt", "rotation.chapters.vtt", "rotation.txt",
    }  # fmt: skip
    tracks = re.findall('<track kind="(.+)" srclang="(.+)" label="(.+)" src="(.+)">', embedding([film]).text)
    assert tracks == [
        ("descriptions", "en", "English", "rotation.vtt"), ("descriptions", "ko", "한국어", "rotation.ko.vtt"),
        ("chapters", "en", "English", "rotation.chapters.vtt"),
    ]  # fmt: skip
    assert embedding([film]).notes == ()
    edit(tmp_path / "rotation.json", lambda content: content.update(title="Another"))
    assert sum("write it again" in note for note in embedding([film]).notes) == 3


def test_the_command_knows_the_same_kinds():
    assert tuple(KINDS) == TEXT_KINDS


def test_command_prints_and_refuses(folder, tmp_path):
    process = run("captions", folder / "vanishing.mp4", "--output", "-")
    assert (process.returncode, process.stderr) == (0, "")
    assert process.stdout == text_of(folder / "vanishing.mp4")[1]
    process = run("captions", folder / "vanishing.mp4", "--kind", "text", "-o", tmp_path / "texts")
    assert (process.returncode, process.stderr) == (0, "")
    assert [path.name for path in (tmp_path / "texts").iterdir()] == ["vanishing.txt"]
    for arguments, code in (((folder / "none.mp4",), 3), ((folder / "vanishing.mp4", "--lang", "xx"), 2), ((), 2)):
        process = run("captions", *arguments)
        assert (process.returncode, process.stdout) == (code, "")
        assert re.fullmatch(r"render: .+[.?]\n", process.stderr)
    with pytest.raises(UsageError, match="did you mean 'chapters'"):
        text_of(folder / "vanishing.mp4", "chapter")
