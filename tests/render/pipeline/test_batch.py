"""All films together: what is up to date stays, every idea is covered, every poster is shown."""

import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pytest
from click.testing import CliRunner

import render
import scenes
from render.cli import commands as cli
from render.pipeline.batch import is_current
from render.pipeline.catalog import all_scenes, by_chapter, chapter_of, covered_ideas, heading_of
from render.pipeline.dependencies import files_of
from render.pipeline.job import Job
from render.pipeline.run import run
from scenes.core.sources import DOCUMENTS, IDEAS, REFERENCE_ONLY

SMALL = {"steps": 2, "dim": 3}
SCENES = all_scenes()


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    job = Job("vanishing", SMALL, output=str(tmp_path_factory.mktemp("films")))
    run(job)
    return job


@pytest.fixture
def job(rendered, tmp_path):
    shutil.copytree(rendered.output, tmp_path / "films")
    return replace(rendered, output=str(tmp_path / "films"))


def test_a_film_just_made_is_up_to_date(job):
    assert is_current(job)


def touched(path):
    """Return the names of the scenes whose films a change of a file makes old, English ones."""
    return {name for name, files in all_files().items() if Path(path).resolve() in files}


@cache
def all_files():
    return {name: {path.resolve() for path in files_of(scene, "en")} for name, scene in SCENES.items()}


@pytest.mark.parametrize("module", ["scenes.powers.vanishing", "scenes.core.initialisers", "render.panels.matrix"])
def test_touching_what_makes_it_makes_it_old(job, module):
    path = Path(sys.modules[module].__file__)
    before = path.stat()
    try:
        os.utime(path)
        assert not is_current(job)
    finally:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert is_current(job)


def test_a_change_makes_old_what_it_can_alter_and_nothing_else():
    folder, render_folder = Path(scenes.__path__[0]), Path(render.__path__[0])
    everything = set(SCENES)
    for name, scene in SCENES.items():
        assert touched(inspect.getfile(scene.function)) == {name}
    for path in folder.glob("*/_*.py"):
        if path.name == "__init__.py":
            assert touched(path) == set()
            continue
        users = touched(path)
        assert users, path
        assert {chapter_of(SCENES[name]) for name in users} == {path.parent.name}
        source = f"from scenes.{path.parent.name}.{path.stem} import"
        shared = {n for n in users if source in Path(inspect.getfile(SCENES[n].function)).read_text(encoding="utf-8")}
        # Others use it by way of a module that they share.
        assert shared <= users
    assert touched(folder / "core" / "scene.py") == touched(folder / "core" / "sequence.py") == everything
    assert 0 < len(touched(folder / "core" / "cells.py")) < len(SCENES) / 2
    assert (
        touched(render_folder / "drawing" / "raster.py")
        == touched(render_folder / "numerics" / "scaled.py")
        == everything
    )
    assert touched(render_folder / "panels" / "vector.py") == {"quarter_turn", "rotation"}
    publish = ("contact_sheet", "embed", "captions", "tables", "still", "marks")
    others = [*(f"publish/{name}.py" for name in publish), "cli/commands.py", "check/verify.py"]
    for name in others:
        assert touched(render_folder / name) == set(), name
    korean = render_folder / "translations" / "ko"
    assert {p for p in files_of(SCENES["rotation"], "ko") if p.suffix == ".toml"} == {
        korean / "common.toml", korean / "powers.toml"
    }  # fmt: skip
    assert not [path for path in files_of(SCENES["rotation"], "en") if path.suffix == ".toml"]


def test_every_module_that_a_film_loads_is_among_its_files(tmp_path):
    code = (
        "import sys, render; from render.pipeline.job import Job; from render.pipeline.run import run\n"
        f"run(Job('lstm', {{'steps': 2}}, output={str(tmp_path)!r}))\n"
        "print(*(m.__file__ for n, m in sys.modules.items() if n.split('.')[0] in ('render', 'scenes')), sep='\\n')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {Path(line).resolve() for line in done.stdout.splitlines()}
    known = {path.resolve() for path in files_of(SCENES["lstm"], "en")}
    # Packages that only hand on names, other files of scenes' core that they load, and what shows a finished film
    # elsewhere: on pages, in notebooks, as stills.
    showing = ("core", "publish")
    others = {path for path in loaded - known if path.name != "__init__.py" and path.parent.name not in showing}
    assert {path.name for path in others} <= {"svg.py", "pdf.py", "marks.py", "font_subset.py"}


@pytest.mark.parametrize(
    "other",
    [{"theme": "dark"}, {"language": "ko"}, {"parameters": SMALL | {"seed": 1}}, {"formats": ("mp4",)}, {"name": "x"}],
)
def test_another_film_is_not_up_to_date(job, other):
    assert not is_current(replace(job, **other))


@pytest.mark.parametrize("ending", ["mp4", "gif", "png", "json"])
def test_damaged_and_missing_files_are_made_again(job, ending):
    path = Path(job.output) / f"vanishing.{ending}"
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    assert not is_current(job)
    path.unlink()
    assert not is_current(job)


def test_films_of_other_versions_are_made_again(job):
    path = Path(job.output) / "vanishing.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["versions"]["numpy"] = "1.0"
    path.write_text(json.dumps(content), encoding="utf-8")
    assert not is_current(job)


@pytest.mark.slow
def test_videos_renders_what_is_not_up_to_date(tmp_path, monkeypatch):
    monkeypatch.setattr("render.pipeline.catalog.scene_names", lambda: ["rotation", "nonnormal"])
    command = ["videos", "--output", str(tmp_path), "--layout", "square", "--jobs", "1"]
    first = CliRunner().invoke(cli.commands, command).output.splitlines()
    assert sorted(Path(line.split("  (")[0]).name for line in first) == ["nonnormal.mp4", "rotation.mp4"]
    times = {p: p.stat().st_mtime_ns for p in tmp_path.iterdir()}
    second = CliRunner().invoke(cli.commands, command).output.splitlines()
    assert second == [f"2 films in {tmp_path} are up to date"]
    assert {p: p.stat().st_mtime_ns for p in tmp_path.iterdir()} == times


def test_every_idea_is_covered_or_says_why_not():
    ideas = [idea for own in covered_ideas().values() for idea in own]
    assert sorted(idea.number for idea in ideas) == sorted(IDEAS) == list(range(1, 122))
    for idea in ideas:
        assert idea.scenes or idea.reason, idea
        assert set(idea.documents) <= DOCUMENTS.keys()
    assert len(REFERENCE_ONLY) <= 8


def test_scenes_cover_known_ideas():
    for scene in SCENES.values():
        assert set(scene.covers) <= IDEAS.keys(), scene.name


def test_sources_are_listed_by_chapter_one_a_line():
    lines = CliRunner().invoke(cli.commands, ["list", "--sources"]).output.splitlines()
    headings = [line for line in lines if not line.startswith(" ")]
    assert headings == [*(heading_of(c) for c in scenes.CHAPTERS if heading_of(c) in headings), "Without a film"]
    assert len(headings) >= 10
    rows = [line for line in lines if line.startswith(" ")]
    assert sorted(int(line.split()[0]) for line in rows) == list(range(1, 122))
    assert "orthogonal" in next(line for line in rows if line.split()[0] == "28")


def test_scenes_are_listed_by_chapter():
    lines = CliRunner().invoke(cli.commands, ["list"]).output.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [heading_of(c) for c in scenes.CHAPTERS]
    assert sorted(line.strip() for line in lines if re.match("  [a-z]", line)) == sorted(SCENES)
    rows = json.loads(CliRunner().invoke(cli.commands, ["list", "--json"]).output)
    assert {row["scene"]: row["chapter"] for row in rows} == {n: chapter_of(s) for n, s in SCENES.items()}


def test_posters_are_shown_on_one_sheet_by_chapter(tmp_path, monkeypatch):
    few = {name: SCENES[name] for name in ("rotation", "jordan", "fibonacci")}
    monkeypatch.setattr("render.publish.contact_sheet.all_scenes", lambda: few)
    assert list(by_chapter(few.values())) == ["powers", "fibonacci"]
    target = tmp_path / "posters.png"
    done = CliRunner().invoke(cli.commands, ["list", "--posters", str(target), "--theme", "dark", "--lang", "ko"])
    assert done.exit_code == 0, done.output
    sheet = imageio.imread(target)
    assert sheet.shape == (2 * (48 + 180 + 16) + 16, 6 * 336 + 16, 3)
    # Two posters in the first row, one in the second, and room for more.
    for row, count in ((100, 2), (344, 1)):
        assert len(np.unique(sheet[row, 16 : 16 + count * 336], axis=0)) >= 3
        assert len(np.unique(sheet[row, 16 + count * 336 :], axis=0)) == 1
    # Above each row stands the heading of its chapter.
    assert all(len(np.unique(sheet[top : top + 40].reshape(-1, 3), axis=0)) > 2 for top in (0, 244))
