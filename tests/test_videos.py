"""All films together: what is up to date stays, every idea is covered, every poster is shown."""

import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pytest
from click.testing import CliRunner

import scenes
from render import cli
from render.batch import is_current
from render.catalog import all_scenes, covered_ideas
from render.job import Job, run
from scenes._sources import DOCUMENTS, IDEAS, REFERENCE_ONLY

SMALL = {"steps": 2, "dim": 3}


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


@pytest.mark.parametrize("module", ["scenes.vanishing", "scenes._matrices", "render.canvas", "render.panels.matrix"])
def test_touching_what_makes_it_makes_it_old(job, module):
    path = Path(sys.modules[module].__file__)
    before = path.stat()
    try:
        os.utime(path)
        assert not is_current(job)
    finally:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert is_current(job)


def test_touching_another_scene_changes_nothing(job):
    path = Path(scenes.__path__[0]) / "rotation.py"
    before = path.stat()
    try:
        os.utime(path)
        assert is_current(job)
    finally:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


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


def test_videos_renders_what_is_not_up_to_date(tmp_path, monkeypatch):
    monkeypatch.setattr("render.catalog.scene_names", lambda: ["rotation", "nonnormal"])
    command = ["videos", "--output", str(tmp_path), "--layout", "square", "--jobs", "1"]
    first = CliRunner().invoke(cli.commands, command).output.splitlines()
    assert sorted(Path(line.split("  (")[0]).name for line in first) == ["nonnormal.mp4", "rotation.mp4"]
    times = {p: p.stat().st_mtime_ns for p in tmp_path.iterdir()}
    second = CliRunner().invoke(cli.commands, command).output.splitlines()
    assert second == [f"2 films in {tmp_path} are up to date"]
    assert {p: p.stat().st_mtime_ns for p in tmp_path.iterdir()} == times


def test_every_idea_is_covered_or_says_why_not():
    assert sorted(IDEAS) == list(range(1, 122))
    for idea in covered_ideas():
        assert idea.scenes or idea.reason, idea
        assert set(idea.documents) <= DOCUMENTS.keys()
    assert len(REFERENCE_ONLY) <= 8


def test_scenes_cover_known_ideas():
    for scene in all_scenes().values():
        assert set(scene.covers) <= IDEAS.keys(), scene.name


def test_sources_are_listed_one_a_line():
    lines = CliRunner().invoke(cli.commands, ["list", "--sources"]).output.splitlines()
    assert [int(line.split()[0]) for line in lines] == list(range(1, 122))
    assert "orthogonal" in lines[27]


def test_posters_are_shown_on_one_sheet(tmp_path, monkeypatch):
    monkeypatch.setattr("render.catalog.all_scenes", lambda: {n: None for n in ("rotation", "jordan")})
    target = tmp_path / "posters.png"
    done = CliRunner().invoke(cli.commands, ["list", "--posters", str(target), "--theme", "dark"])
    assert done.exit_code == 0, done.output
    sheet = imageio.imread(target)
    assert sheet.shape == (180 + 32, 6 * 336 + 16, 3)
    # Two posters, and room for four more.
    assert len(np.unique(sheet[100, 16:336], axis=0)) >= 3
    assert len(np.unique(sheet[100, 700:], axis=0)) == 1
