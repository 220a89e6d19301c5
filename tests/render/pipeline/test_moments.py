"""Moments and captions: what a film says at which step, and that it is so."""

import json

import numpy as np
import pytest
from films import edit, listing, manifest_of, run, study_of

import render
from render.check.verify import verify
from render.errors import InputError, RenderError
from render.pipeline.catalog import all_scenes
from render.pipeline.moments import Captions, sentence
from render.pipeline.scene_run import resolve
from render.text import Words, unmarked
from scenes import Reached, first_step, last_change, peak

HEAD = "import numpy as np\nfrom scenes import *\n\n\n"
TINY = {"formats": ("gif",), "layout": "square"}


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a scene file with these moments into a new working folder, and return its name."""
    monkeypatch.chdir(tmp_path)

    def write(*moments, options="", claim="Claimed(1, 1)"):
        source = f"@scene('norms', opening='It begins.', running='Now at {{step}}.'{options})\n"
        source += "def own(steps: int = 8):\n    return repeated([[1, 1], [0, 1]], steps)\n\n\n"
        source += f"@own.claim('one is one')\ndef _():\n    return {claim}\n"
        for text, body, *more in moments:
            source += f"\n\n@own.moment({text!r}{''.join(more)})\ndef _(product, steps):\n    return {body}\n"
        (tmp_path / "own.py").write_text(HEAD + source, encoding="utf-8")
        return "own.py"

    return write


def captions_of(found, language="en"):
    return Captions(found.scene, found.parameters, found.columns, found.moments, found.verdicts, Words(language))


def test_the_sentence_true_now_is_said(write):
    name = write(("Three: {x:2}, <keep>half</>.", "Reached(3, x=0.128)"), ("The end at {step}.", "steps"))
    captions = captions_of(resolve(name, {}))
    said = [captions.at(step) for step in range(9)]
    assert said[0] == "It begins."
    assert said[1:3] == ["Now at 1.", "Now at 2."]
    assert said[3:8] == ["Three: 0.13, <keep>half</>."] * 5
    assert said[8] == "<keep>✓</> The end at 8."


def test_a_running_sentence_has_the_numbers_of_its_step(tmp_path):
    """The product is diag(2^−t, 4^−t), whose singular values are its diagonal."""
    (tmp_path / "own.py").write_text(
        HEAD
        + "@scene('norms', opening='Begin.', running='{step} of {steps}: {left}, {norm}, {smallest}')\n"
        + "def own(steps: int = 3):\n    factors = repeated([[0.5, 0], [0, 0.25]], steps).factors\n"
        + "    return MatrixSequence(factors, series={'left': 1 + np.arange(steps + 1) / 4})\n",
        encoding="utf-8",
    )
    captions = captions_of(resolve(str(tmp_path / "own.py"), {}))
    assert [captions.at(step) for step in (1, 2)] == ["1 of 3: 1.25, 0.5, 0.25", "2 of 3: 1.5, 0.25, 0.0625"]
    assert dict(captions.numbers(3)) == {"steps": 3, "step": 3, "symbol": "W", "left": 1.75}


def test_the_mark_comes_with_the_last_moment_and_only_if_all_claims_hold(write):
    name = write(("So it is.", "5"))
    captions = captions_of(resolve(name, {}))
    assert [captions.at(step)[:8] == "<keep>✓<" for step in range(9)] == [step >= 5 for step in range(9)]
    name = write(("So it is.", "5"), claim="Claimed(1, 2)")
    captions = captions_of(resolve(name, {}))
    assert captions.at(5) == "So it is."
    assert captions.at(8) == "<warn>✗ one is one: 1</>"


def test_what_is_not_reached_says_so(write):
    name = write(
        ("Soon.", "2"),
        ("Above a hundred.", "first_step(product.log10_spectral_norm > 2)", ", otherwise='Not in {steps}.'"),
    )
    found = resolve(name, {})
    captions = captions_of(found)
    assert captions.at(7) == "Soon."
    assert captions.at(8) == "Not in 8."
    assert found.moment_steps == [2]
    made = render.film(name, **TINY)
    entry = made.manifest["moments"][-1]
    assert (entry["step"], entry["sentence"]) == (None, "Not in 8.")
    # With more steps it is reached: the norm of the t-th power is about t.
    found = resolve(name, {"steps": 200})
    assert found.moment_steps == [2, 100]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("steps + 1", "must come at a step from 0 to 8, but it came at 9"),
        ("'soon'", "must return Reached, a step or None, but it returned str"),
        ("1 / 0", "ZeroDivisionError: division by zero in the moment 'Never.'"),
    ],
)
def test_moments_that_cannot_be_are_refused(write, body, words):
    name = write(("Never.", body))
    with pytest.raises((InputError, RenderError), match=words):
        _ = resolve(name, {}).moments
    done = run("scene", name, "-o", "out")
    assert done.returncode != 0
    assert done.stderr.count("\n") == 1
    assert listing("out") == {}


def test_the_manifest_holds_moments_beats_and_every_frame(tmp_path):
    made = render.film("vanishing", output=tmp_path, formats="mp4")
    content = manifest_of(made.files["mp4"])
    steps, beats = content["frames"]["steps"], content["beats"]
    assert len(steps) == sum(beat["frames"] for beat in beats)
    reached = [moment["step"] for moment in content["moments"]]
    assert reached == sorted(reached)
    # 0.88^t is below 1/1000 from step 55 on, but for what the eigenvectors add.
    norms = 10 ** np.array(content["tracks"]["log10_spectral_norm"])
    assert reached[0] == int(np.flatnonzero(norms >= 1e-3)[-1]) + 1
    for beat in beats:
        frames = steps[beat["frame"] : beat["frame"] + beat["frames"]]
        assert frames[-1] == beat["steps"][1]
        if beat["kind"] in ("start", "moment", "end"):
            assert set(frames) == {beat["steps"][0]}
    held = [beat["steps"][0] for beat in beats if beat["kind"] == "moment"]
    assert held == [step for step in reached if 0 < step < content["steps"]]
    assert content["moments"][-1]["values"]["left"] == pytest.approx(norms[-1])


def test_an_altered_sentence_or_number_is_found(tmp_path):
    made = render.film("vanishing", steps=10, output=tmp_path, formats="gif", layout="square")
    path = made.files["gif"]
    assert verify(path).holds
    whole = path.with_suffix(".json").read_text(encoding="utf-8")

    def sentence_altered(content):
        content["moments"][0]["sentence"] = content["moments"][0]["sentence"].replace("%", "‰")

    def value_altered(content):
        content["moments"][0]["values"]["left"] *= 1.5

    def both_altered(content):
        moment = content["moments"][0]
        moment["values"]["left"] = 0.5
        moment["sentence"] = unmarked(Words()(moment["text"], moment["values"]))

    def step_altered(content):
        content["moments"][0]["step"] -= 1

    for change in (sentence_altered, value_altered, both_altered, step_altered):
        edit(path, change)
        report = verify(path)
        assert not report.holds, change.__name__
        assert any("moment" in fault or "do not give" in fault for fault in report.faults), report.faults
        path.with_suffix(".json").write_text(whole, encoding="utf-8")
    assert verify(path).holds


@pytest.mark.slow
def test_sentences_of_all_scenes_are_filled_in_both_languages():
    for name, scene in all_scenes().items():
        found = study_of(name)
        for language in ("en", "ko"):
            captions = captions_of(found, language)
            for step in {0, min(1, found.steps), *found.moment_steps, found.steps}:
                text = captions.at(step)
                assert text, (name, language, step)
                assert "{" not in text, (name, language, step, text)
        assert json.dumps([m.values for m in found.moments], default=float), scene.name


def test_finding_steps():
    assert first_step([False, False, True, False]) == 2
    assert first_step([False]) is None
    assert last_change([True, False, True, True]) == 2
    assert last_change([True, True]) == 0
    assert last_change([True, False]) is None
    assert peak([1.0, np.nan, 3.0, 2.0]) == 2
    assert Reached(3, x=1) == Reached(3, x=1)
    assert Reached(3, x=1) != Reached(3, x=2)


def test_statements_become_sentences():
    assert sentence("the product dies out") == "The product dies out."
    assert sentence("h(t) = W h(t − 1)") == "h(t) = W h(t − 1)."
    assert sentence("Does it?") == "Does it?"
    assert sentence("") == ""
