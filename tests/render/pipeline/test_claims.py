"""What a film claims is so, or there is no film."""

import dataclasses
import json
import math
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from films import decode, listing, manifest_of, run

import render
import render.pipeline.scene_run
from render.check.numbers import check_claims
from render.check.report import Report
from render.drawing.canvas import Canvas
from render.drawing.layouts import find_layout
from render.drawing.themes import THEMES
from render.errors import InputError, RenderError
from render.numerics.trajectory import simulate
from render.pipeline.catalog import all_scenes, load_scene
from render.pipeline.claims import Verdict, judge, require_true
from render.pipeline.scene_run import resolve
from scenes import Claim, Claimed, MatrixSequence, repeated

SENTENCE = r"render: [^\x00-\x1f\x7f]+[.?]\n"
HEAD = "import numpy as np\nfrom scenes import *\n\n\n"
TINY = {"formats": ("gif",), "layout": "square"}
SCENES = all_scenes()


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a scene file with these claims into a new working folder, and return its name.

    A claim is its text, what `Claimed` is called with, as source, and a column where the scene has several.
    """
    monkeypatch.chdir(tmp_path)

    def write(*claims, name="own.py", body="repeated([[1, 1], [0, 1]], steps)", returned="Claimed({})"):
        source = f"@scene('matrix', 'norms')\ndef own(steps: int = 1):\n    return {body}\n"
        for text, numbers, *column in claims:
            given = f", column={column[0]!r}" if column else ""
            source += (
                f"\n\n@own.claim({text!r}{given})\ndef _(product, steps):\n    return {returned.format(numbers)}\n"
            )
        (tmp_path / name).write_text(HEAD + source, encoding="utf-8")
        return name

    return write


def test_a_false_claim_ends_the_run_and_the_old_film_stays(write, tmp_path):
    name = write(("norm at the end", "1.625, 1.6, 0.05"))
    done = run("scene", name, "--format", "gif", "-o", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    before = listing(tmp_path / "out")
    write(("norm at the end", "1.625, 1.5, 0.05"))
    done = run("scene", name, "--format", "gif", "-o", "out", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert re.fullmatch(SENTENCE, done.stderr)
    assert "the claim 'norm at the end' is false: its number is 1.625 where 1.5 ± 0.05 was expected" in done.stderr
    assert "--allow-false-claims" in done.stderr
    assert listing(tmp_path / "out") == before
    done = run("scene", name, "-o", "new", cwd=tmp_path)
    assert done.returncode == 1
    assert not (tmp_path / "new").exists()


def test_a_film_of_a_false_claim_says_so_and_can_be_made_again(write, tmp_path):
    name = write(("norm", "2.0, 1.0, 0.5"), ("trace", "2, 2, 0"))
    made = render.film(name, formats="gif", allow_false_claims=True, output="one")
    assert [claim["holds"] for claim in manifest_of(made.files["gif"])["claims"]] == [False, True]
    words = shlex.split(made.manifest["command"])
    assert words[:3] == ["render", "scene", "own.py"]
    assert words.count("--allow-false-claims") == 1
    done = run(*words[1:], "--output", "two", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert listing("two") == listing("one")


def test_the_flag_changes_nothing_but_the_command_where_all_is_true(write):
    name = write(("norm", "2.0, 2.0, 0.5"))
    plain = render.film(name, formats="gif", output="one").manifest
    allowed = render.film(name, formats="gif", output="two", allow_false_claims=True).manifest
    assert "--allow-false-claims" not in plain["command"]
    assert allowed["command"] == plain["command"] + " --allow-false-claims"
    assert allowed["job"] == plain["job"] | {"allow_false_claims": True}
    assert {**plain, "command": "", "job": ""} == {**allowed, "command": "", "job": ""}


def caption_of(made):
    """Return the pixels of the caption of a film's last frame."""
    layout = find_layout(made.job.layout, 1)
    return decode(made.files["gif"])[-1, layout.rule.bottom :].astype(int)


def test_what_is_false_is_crossed_out_on_screen(write, monkeypatch):
    written, text = [], Canvas.text

    def noting(self, x, y, words, *arguments, **options):
        written.append(words)
        return text(self, x, y, words, *arguments, **options)

    monkeypatch.setattr(Canvas, "text", noting)
    shown = {}
    for expected in (2.0, 1.0):
        name = write(("norm", f"2.0, {expected}, 0.5"))
        made = render.film(name, formats="gif", output=f"of{expected}", allow_false_claims=True)
        shown[expected] = caption_of(made)
    assert "✓" in written
    assert "✗ norm: 2" in written
    warning = np.array(THEMES["light"].warn)
    near = {expected: (np.abs(pixels - warning).max(axis=2) < 8).sum() for expected, pixels in shown.items()}
    assert near[2.0] == 0
    assert near[1.0] > 100


@pytest.mark.parametrize(("theme", "language"), [("light", "ko"), ("dark", "en")])
def test_what_is_false_is_crossed_out_in_every_look(write, theme, language):
    name = write(("norm", "2.0, 1.0, 0.5"))
    made = render.film(name, formats="gif", theme=theme, language=language, allow_false_claims=True)
    away = np.abs(caption_of(made) - np.array(THEMES[theme].warn)).max(axis=2)
    # The mark itself: what stands in the first pixels of the line.
    assert (away[:, 64:84] < 8).sum() > 10


@pytest.mark.parametrize(
    ("value", "expected", "tolerance", "holds"),
    [
        (1.0, 1.0, 0.0, True),
        (1.5, 1.0, 0.5, True),
        (0.5, 1.0, 0.5, True),
        (math.nextafter(1.5, 2), 1.0, 0.5, False),
        (1.0, 1.0, -1e-9, False),
        (1.0, 1.0, -0.0, True),
        (math.nan, 1.0, 1.0, False),
        (math.nan, math.nan, 1.0, False),
        (1.0, math.nan, 1.0, False),
        (1.0, 1.0, math.nan, False),
        (math.inf, 1.0, 1e300, False),
        (-math.inf, 1.0, 1e300, False),
        (math.inf, math.inf, 1.0, False),
        # A step that never comes, and should not.
        (math.inf, math.inf, 0.0, True),
        (math.inf, -math.inf, 1.0, False),
        (1.0, math.inf, 1.0, False),
        (-1.7e308, 1.7e308, 1e308, False),
    ],
)
def test_a_claim_holds_within_its_tolerance_and_never_where_a_number_is_none(value, expected, tolerance, holds):
    verdict = Verdict("norm", None, value, expected, tolerance)
    assert verdict.holds is holds
    entry = json.loads(json.dumps(verdict.as_json(), allow_nan=False))
    assert entry["holds"] is holds
    for name, number in {"value": value, "expected": expected, "tolerance": tolerance}.items():
        assert entry[name] == (number if math.isfinite(number) else None)
    if holds:
        require_true([verdict])
    else:
        with pytest.raises(RenderError, match=r"^the claim 'norm' is false: its number is "):
            require_true([verdict])


@pytest.mark.parametrize("value", ["float('nan')", "float('inf')", "-np.inf", "product.matrix(1)[0, 0] * np.nan"])
def test_what_is_no_number_is_false(write, value):
    with pytest.raises(RenderError, match=r"the claim 'norm' is false: its number is -?(nan|inf) where"):
        render.film(write(("norm", f"{value}, 1.0, 1e9")), **TINY)
    assert listing("output") == {}


def test_numbers_of_numpy_and_whole_numbers_are_as_good_as_floats():
    columns = {None: simulate(repeated(np.eye(2), 1))}
    claims = [
        Claim("a", lambda: Claimed(np.float32(0.5), 0, 1)),
        Claim("b", lambda n: Claimed(np.int64(3), n, np.zeros(()))),
        Claim("c", lambda: Claimed(True, 1.0)),
    ]
    verdicts = judge(claims, columns, {"n": 3})
    assert [verdict.holds for verdict in verdicts] == [True] * 3
    assert {type(number) for verdict in verdicts for number in verdict.as_json().values()} == {str, float, bool}


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ("1 / 0, 1.0, 1.0", "own.py line 12 raised ZeroDivisionError"),
        ("product.series['no'], 1.0, 1.0", "own.py line 12 raised KeyError"),
        ("product.product(99)[1], 1.0, 1.0", "own.py line 12 raised IndexError: step must be from 0 to 1"),
        ("", "TypeError"),
        ("exit(), 1.0", "SystemExit"),
        ("None, 1.0", "TypeError"),
        ("'x', 1.0", "ValueError"),
        ("1j, 1.0", "TypeError"),
        ("np.ones(2), 1.0", "TypeError"),
        ("1.0, 1.0, 'x'", "ValueError"),
    ],
)
@pytest.mark.parametrize("allow", [False, True])
def test_a_claim_that_cannot_be_decided_is_the_scenes_fault(write, numbers, said, allow):
    name = write(("norm", numbers))
    with pytest.raises(RenderError) as caught:
        render.film(name, **TINY, allow_false_claims=allow)
    assert said in str(caught.value)
    assert str(caught.value).endswith("so mend the scene")
    assert caught.value.exit_code == 1
    assert "\n" not in str(caught.value)
    assert listing("output") == {}


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("@own.claim(5)\ndef _(steps): ...", "the text of a claim of scene own must be text, but it is 5"),
        (
            "@own.claim('norm')\ndef _(nonsense): ...",
            "asks for nonsense, which is neither a parameter",
        ),
        ("@own.claim('a', counterexample={'steps': 2})\ndef _(steps): ...", "has a counterexample but is no headline"),
        ("@own.claim('a', headline=True, counterexample={'no': 2})\ndef _(steps): ...", "asks for no, but scene own"),
        ("for _ in 'ab':\n    own.claim(_, headline=True)(lambda steps: None)", "has two headlines, 'a' and 'b'"),
    ],
)
def test_a_claim_that_cannot_belong_to_a_scene_is_the_scenes_fault(write, tmp_path, claim, said):
    name = write()
    (tmp_path / name).write_text((tmp_path / name).read_text() + "\n\n" + claim + "\n")
    with pytest.raises(RenderError, match=said):
        render.film(name, **TINY)
    assert listing("output") == {}


def test_a_claim_that_returns_no_claimed_is_refused(write):
    with pytest.raises(InputError, match="the claim 'norm' must return Claimed, but it returned float"):
        render.film(write(("norm", "2.0"), returned="{}"), **TINY)


def test_a_claim_on_a_product_of_a_scene_without_one_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source = "@scene(show('series', of='a', heading='a'))\ndef own():\n    return Record({'a': range(4)})\n"
    claim = "\n\n@own.claim('a')\ndef _(product):\n    return Claimed(1.0, 1.0)\n"
    (tmp_path / "own.py").write_text(HEAD + source + claim, encoding="utf-8")
    with pytest.raises(InputError, match="the claim 'a' asks for a product, but the scene returns series only"):
        render.film("own.py", **TINY)


def test_a_claim_that_raises_is_one_sentence_of_the_command(write, tmp_path):
    done = run("scene", write(("norm", "1 / 0, 1.0, 1.0")), cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert re.fullmatch(SENTENCE, done.stderr)
    assert "own.py line 12 raised ZeroDivisionError: division by zero" in done.stderr
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["own.py"]


TWO = "{'slow': repeated(np.eye(2), steps), 'fast': repeated(2 * np.eye(2), steps)}"


def test_the_column_of_a_comparison_is_named(write):
    value = "10.0 ** product.log10_spectral_norm[-1]"
    for column, number in {"slow": "1", "fast": "2"}.items():
        others = [("norm", f"{value}, {n}, 0.1", c) for c, n in (("slow", 1), ("fast", 2))]
        name = write(*others, ("size", f"{value}, 3.0, 0.5", column), body=TWO)
        with pytest.raises(RenderError, match=f"^the claim 'size' of {column} is false: its number is {number} where"):
            render.film(name, formats="gif")
    made = render.film(name, formats="gif", allow_false_claims=True)
    assert [claim["claim"] for claim in made.manifest["claims"]] == ["slow: norm", "fast: norm", "fast: size"]
    assert [claim["holds"] for claim in made.manifest["claims"]] == [True, True, False]


def test_a_claim_on_a_column_that_is_not_there_is_the_scenes_fault(write):
    value = "product.steps, 1.0, 0.0"
    for column in (["third"], []):
        with pytest.raises(InputError, match="the claim 'norm' must name a column with column=, one of slow, fast"):
            render.film(write(("norm", value, *column), body=TWO), **TINY)
    with pytest.raises(InputError, match="the claim 'norm' is on the column 'slow', but the scene has one column only"):
        render.film(write(("norm", value, "slow")), **TINY)


def with_factors(sequence, change):
    """Return a sequence whose factors were changed, and nothing else."""
    factors = np.array(sequence.factors)
    change(factors)
    return MatrixSequence(factors, sequence.initial, sequence.series)


def scale_all(by):
    def change(factors):
        factors *= by

    return change


def spoil_last(by):
    def change(factors):
        factors[-1] *= by

    return change


def spoil_entry(by):
    def change(factors):
        factors[len(factors) // 2, 0, -1] += by

    return change


@pytest.mark.parametrize(
    ("name", "column", "change", "claim"),
    [
        ("vanishing", None, scale_all(1.2), "decades per step after the transient"),
        ("vanishing", None, spoil_last(1e3), "decades per step after the transient"),
        ("exploding", None, scale_all(0.9), "decades per step after the transient"),
        ("orthogonal", None, scale_all(1 + 1e-9), "‖PᵀP − I‖ at the end"),
        ("orthogonal", None, spoil_entry(1e-9), "‖PᵀP − I‖ at the end"),
        ("rotation", None, spoil_entry(1e-9), "trace at the end"),
        ("rotation", None, scale_all(1 + 1e-9), "trace at the end"),
        ("jordan", None, spoil_last(1 + 1e-9), "log10 of the corner"),
        ("nonnormal", None, scale_all(1 + 1e-9), "largest norm"),
        ("nonnormal", None, spoil_last(1 + 1e-9), "log10 norm at last"),
        ("article", "vanishing", scale_all(1.2), "decades per step after the transient"),
        ("article", "exploding", scale_all(1.2), "decades per step after the transient"),
        ("article", "orthogonal", spoil_entry(1e-3), "drift of log10 norm"),
    ],
)
def test_a_scene_with_other_matrices_makes_no_film(monkeypatch, tmp_path, name, column, change, claim):
    original = SCENES[name]

    def spoiled(**values):
        columns = original.build(**values)
        columns[column] = with_factors(columns[column], change)
        return columns[None] if column is None else columns

    scene = dataclasses.replace(original, function=spoiled)
    monkeypatch.setattr(render.pipeline.scene_run, "load_scene", lambda source: scene)
    bad = [v for v in resolve(name, {}).verdicts if not v.holds]
    assert [(v.claim, v.column) for v in bad][:1] == [(claim, column)]
    with pytest.raises(RenderError) as caught:
        render.film(name, **TINY, output=tmp_path / "out")
    where = f" of {column}" if column else ""
    assert str(caught.value).startswith(f"the claim {claim!r}{where} is false: its number is {bad[0].value:.6g} where ")
    assert not (tmp_path / "out").exists()


def test_a_scene_with_other_parameters_than_it_says_makes_no_film(monkeypatch, tmp_path):
    original = load_scene("rotation")
    scene = dataclasses.replace(original, function=lambda **values: original.build(**values | {"angle": 5.626})[None])
    monkeypatch.setattr(render.pipeline.scene_run, "load_scene", lambda source: scene)
    with pytest.raises(RenderError, match=r"^the claim 'trace at the end' is false: its number is "):
        render.film("rotation", **TINY, output=tmp_path / "out")


@pytest.mark.parametrize(
    ("tolerance", "holds", "found"),
    [(0.0, True, False), (0.0, False, False), (1.0, True, True), (1.0, False, False)],
)
def test_claims_without_numbers_are_read_again(tolerance, holds, found):
    """Twice null, with tolerance 0, is a step that never comes, or no number; with another one it is never true."""
    report = Report(Path("film.json"))
    check_claims([{"claim": "a", "value": None, "expected": None, "tolerance": tolerance, "holds": holds}], report)
    assert bool(report.faults) is found
