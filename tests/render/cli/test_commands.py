"""The command line: what it prints, where, and with which exit code."""

import json
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from films import ENVIRONMENT, listing, run

from render.pipeline.catalog import load_scene
from render.pipeline.claims import judge
from render.pipeline.scene_run import resolve

ROOT = Path(__file__).parents[3]
SMALL = ("--steps", 2, "--dim", 3)


def test_help_answers_at_once():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = run("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0
    assert "render scene orthogonal" in done.stdout
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.3


def test_paths_go_to_standard_output_and_nothing_else(tmp_path):
    done = run("scene", "orthogonal", *SMALL, cwd=tmp_path)
    assert done.stdout.splitlines() == [f"output/orthogonal.{e}" for e in ("mp4", "gif", "png", "json")]
    assert done.stderr == ""
    assert sorted(listing(tmp_path / "output")) == sorted(f"orthogonal.{e}" for e in ("mp4", "gif", "png", "json"))


@pytest.mark.slow
def test_quiet_and_json(tmp_path):
    assert run("scene", "orthogonal", *SMALL, "--quiet", "-o", tmp_path).stdout == ""
    done = run(
        "scene", "orthogonal", *SMALL, "--json", "-o", tmp_path, "--format", "gif", "--fps", 60, "--pace", "even"
    )
    told = json.loads(done.stdout)
    assert [Path(f["path"]).name for f in told["files"]] == ["orthogonal.gif", "orthogonal.png"]
    assert told["files"][0]["frames"] == 3
    assert told["remarks"]
    assert "cannot hold 60" in done.stderr


def test_list_names_every_scene():
    done = run("list")
    for name in ("vanishing", "exploding", "orthogonal", "rotation", "article"):
        assert re.search(rf"^  {name}$", done.stdout, re.M)
    rows = {row["scene"]: row for row in json.loads(run("list", "--json").stdout)}
    assert rows["rotation"]["parameters"] == {"steps": 64, "dim": 2, "seed": 0, "angle": 5.625}


def test_help_of_a_scene_tells_its_parameters():
    text = run("scene", "vanishing", "--help").stdout
    assert "--spectral-radius" in text
    assert "Modulus of the largest eigenvalue." in text
    assert "[default: 0.88]" in text.replace("\n", " ").replace("  ", " ")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["orthogonal", "--steps", "-1"], "steps must be"),
        (["orthogonal", "--steps", "64.5"], "steps must be"),
        (["orthogonal", "--steps", "٦٤"], "steps must be"),
        (["orthogonal", "--steps", "1000000000"], "1,000,000"),
        (["orthogonal", "--steps", "100000", "--pace", "even"], "--max-frames"),
        (["orthogonal", "--max-frames", "9"], "where 9 are allowed"),
        (["orthogonal", "--dim", "1"], "dim must be"),
        (["orthogonal", "--dim", "99999"], "1,024"),
        (["orthogonal", "--seed", "-3"], "seed must be"),
        (["vanishing", "--spectral-radius", "nan"], "spectral_radius must be"),
        (["vanishing", "--spectral-radius", "1.5"], "0.999"),
        (["rotation", "--angle", "inf"], "angle must be"),
        (["orthogonal", "--fps", "0"], "fps must be"),
        (["orthogonal", "--fps", "nan"], "fps must be"),
        (["orthogonal", "--hold-last", "nan"], "hold-last must be"),
        (["orthogonal", "--hold-first", "x"], "--hold-first"),
        (["orthogonal", "--theme", "pink"], "light, dark"),
        (["orthogonal", "--layout", "tall"], "wide, square"),
        (["orthogonal", "--lang", "xx"], "en, ko"),
        (["orthogonal", "--format", "avi"], "mp4, webp, gif"),
        (["orthogonal", "--name", "../x"], "cannot be named"),
        (["orthogonal", "--name", "-vf"], "cannot be named"),
        (["orthogonal", "--name", "con"], "cannot be named"),
        (["orthogonal", "--name", "가" * 65], "cannot be named"),
        (["orthogonal", "--timeout", "0"], "timeout must be"),
        (["orthogonal", "--stepz", "3"], "--steps"),
        (["orthogonl"], "did you mean 'orthogonal'"),
        (["../x"], "there is no scene"),
        (["nowhere.py"], "no scene file"),
    ],
)
def test_bad_options_are_one_sentence_and_write_nothing(tmp_path, arguments, said):
    done = run("scene", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
    assert listing(tmp_path) == {}


HEAD = "import numpy as np\nfrom scenes import *\n"
SCENE = HEAD + "@scene()\ndef a(steps: int = 3):\n    "


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        ("1 / 0", 1, "line 1 raised ZeroDivisionError"),
        ("def f(:", 1, "SyntaxError"),
        ("x = 1", 3, "defines no scene"),
        (SCENE + "return MatrixSequence(np.ones((3, 3, 4)))", 3, "(3, 3, 4)"),
        (SCENE + "return repeated(np.full((2, 2), np.nan), 3)", 3, "finite"),
        (SCENE + "return 5", 3, "returned int"),
        (SCENE + "return Record({'a': range(steps + 1)})", 2, "the panel matrix shows a product of matrices"),
        (
            SCENE.replace("scene()", "scene('norms')") + "return Record({'a': range(4)})",
            2,
            "log10_spectral_norm shows a product of matrices, but the scene returns series only",
        ),
        (SCENE + "return Record({'a': range(4), 'b': range(3)})", 3, "'b' needs one entry a state, 4 in all"),
        (SCENE + "return Record({'log10_spectral_norm': range(4)})", 3, "stands for something else"),
        (SCENE + "return {}", 3, "empty"),
        (SCENE + "return {k: repeated([[1]], k) for k in (1, 2)}", 3, "equally many"),
        (SCENE + "raise KeyError('k')", 1, "line 5 raised KeyError"),
        (SCENE + "raise SystemExit(0)", 1, "SystemExit"),
        (SCENE.replace(": int = 3", "") + "return 5", 1, "needs a default"),
        (
            SCENE.replace("scene()", "scene(show('series', of='a', heading='', scale='banana'))")
            + "return Record({'a': [1, 2]})",
            2,
            "scale must be log10 or linear, but it is 'banana'",
        ),
        (SCENE.replace("scene()", "scene('matrx')") + "return repeated([[1]], 3)", 2, "did you mean 'matrix'"),
        (SCENE + "pass\n" + SCENE.replace("def a", "def b") + "pass", 2, "several scenes"),
    ],
)
def test_bad_scene_files_are_one_sentence_and_write_nothing(tmp_path, source, code, said):
    (tmp_path / "mine.py").write_text(source, encoding="utf-8")
    before = listing(tmp_path)
    done = run("scene", "mine.py", cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert {k: v for k, v in listing_files(tmp_path).items() if "__pycache__" not in k} == before


def listing_files(folder):
    return {p.name: p.read_bytes() for p in Path(folder).iterdir() if p.is_file()}


def test_the_scene_of_the_contributing_guide_works(tmp_path):
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    source = next(block for block in re.findall(r"```python\n(.*?)```", guide, re.S) if "@scene" in block)
    # A scene, a moment and a claim.
    assert [len(part.strip().splitlines()) <= 4 for part in source.split("\n\n\n")] == [True] * 4
    (tmp_path / "shear.py").write_text(source, encoding="utf-8")
    done = run("scene", "shear.py", "--steps", 3, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "output" / "shear.mp4").exists()
    manifest = json.loads((tmp_path / "output" / "shear.json").read_text(encoding="utf-8"))
    (claim,), (moment,) = manifest["claims"], manifest["moments"]
    assert (claim["claim"], claim["value"], claim["holds"]) == ("the corner", 0.75, True)
    assert moment["sentence"] == "3 steps of 0.25 have moved the plane by 0.75."
    shear = load_scene(str(tmp_path / "shear.py"))
    assert shear.headline.text == "the corner"
    other = resolve(str(tmp_path / "shear.py"), {}).counterexample()
    assert not judge(shear.claims, other.columns, other.parameters)[0].holds
    text = run("scene", "shear.py:shear", "--help", cwd=tmp_path).stdout
    assert "--amount" in text


def test_a_scene_file_prints_to_standard_error_and_changes_nothing(tmp_path):
    (tmp_path / "loud.py").write_text(
        "import os\nfrom scenes import *\nprint('loading')\n@scene('matrix')\ndef loud(steps: int = 1):\n"
        "    print('building')\n    os.chdir('/')\n    return repeated([[1, 0], [0, 1]], steps)\n",
        encoding="utf-8",
    )
    done = run("scene", "loud.py", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "output/loud.mp4"
    assert "loading" in done.stderr
    assert (tmp_path / "output" / "loud.mp4").exists()


@pytest.mark.slow
def test_a_new_scene_needs_one_file(tmp_path):
    """A file in a chapter's folder is listed, tested like all others and filmed; outside the package it runs, too."""
    folder = tmp_path / "copy"
    folder.mkdir()
    for part in ("render", "scenes", "tests"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "scenes" / "powers" / "steep.py").write_text(SCENE, encoding="utf-8")
    translations = folder / "render" / "translations" / "ko" / "powers.toml"
    with translations.open("a", encoding="utf-8") as file:
        file.write('"Steep" = "가파름"\n"diagonal entries below 1 die out" = "1보다 작은 대각 원소는 사라진다"\n')
        file.write('"log10 of the last norm" = "마지막 노름의 log10"\n"entry" = "대각 원소"\n')
    environment = ENVIRONMENT | {"PYTHONPATH": str(folder)}

    def python(*words, cwd=folder):
        done = subprocess.run([sys.executable, *words], cwd=cwd, capture_output=True, text=True, env=environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    command = ("-c", "from render.cli.commands import main; main()")
    assert "  steep\n      Powers of a diagonal matrix.\n      --steps 40 --entry 0.5" in python(*command, "list")
    contract = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/scenes/test_contract.py", "-k", "steep or not [")
    assert "failed" not in python(*contract)
    # What it shows is said in Korean, in a film of the package and in one of a file outside.
    (tmp_path / "out").mkdir()
    shutil.copy(folder / "scenes" / "powers" / "steep.py", tmp_path / "out" / "own_steep.py")
    for scene in ("steep", "own_steep.py"):
        options = ("--steps", "3", "--format", "gif", "--lang", "ko", "-o", "films", "--name", "x")
        python(*command, "scene", scene, *options, cwd=tmp_path / "out")
        text = python(*command, "embed", "films/x.gif", "--lang", "ko", cwd=tmp_path / "out")
        assert "가파름" in text and "1보다 작은 대각 원소는 사라진다" in text


SCENE = '''"""Powers of a diagonal matrix."""

from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, MatrixSequence, Steps, Trajectory, repeated, scene


@scene("matrix", "norms", title="Steep", statement="diagonal entries below 1 die out", covers=(1,))
def steep(steps: Steps = 40, entry: Annotated[float, Bounds(0.1, 0.9)] = 0.5) -> MatrixSequence:
    """Powers of a diagonal matrix.

    Parameters
    ----------
    entry : float
        What stands on the diagonal.
    """
    return repeated(np.eye(3) * entry, steps)


@steep.claim("log10 of the last norm", headline=True, counterexample={"entry": 1.1})
def _(product: Trajectory, steps: int) -> Claimed:
    return Claimed.between(product.log10_spectral_norm[-1], -steps, -0.045 * steps, "log10 of 0.1 and of 0.9, times T.")
'''


def test_no_arguments_shows_help():
    done = run()
    assert "Commands:" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert run("lst").returncode == 2
    assert "did you mean 'list'" in run("lst").stderr
    assert "did you mean 'render scene orthogonal'?" in run("orthogonal").stderr


def test_help_has_one_example_a_line():
    assert "\n  render list  " in run("--help").stdout
