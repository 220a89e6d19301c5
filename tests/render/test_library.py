"""The library: typed options from one record, numbers, frames, and what is refused."""

import inspect
import json
import os
import pickle
import re
import subprocess
import sys
import typing
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from films import ENVIRONMENT, decode, listing, run

import render
import scenes
from render.check.verify import verify
from render.cli.scene_commands import film_options
from render.errors import EigenreelError, UsageError
from render.numerics.trajectory import Trajectory
from render.pipeline.job import OPTIONS, USUAL, FilmOptions

ROOT = Path(__file__).parents[2]
TINY = {"steps": 2, "dim": 3, "formats": "gif"}


# One record of options


def test_signature_and_command_follow_from_the_record():
    signature = inspect.signature(render.film)
    given = {name: parameter for name, parameter in signature.parameters.items() if name in OPTIONS}
    assert list(given) == [single.name for single in fields(FilmOptions)]
    for name, parameter in given.items():
        assert parameter.kind is inspect.Parameter.KEYWORD_ONLY
        assert parameter.default == USUAL[name], name
    assert {option.name for option in film_options()} == set(OPTIONS)
    for option in film_options():
        assert tuple(option.opts) == OPTIONS[option.name].flags
    # What scenes and options need besides has no option's name.
    others = signature.parameters.keys() - given.keys()
    own = {"scene", "steps", "dim", "seed", "parameters", "labels", "allow_nonfinite", "progress", "unknown"}
    assert others == own


def test_every_option_of_the_command_has_a_name_in_the_library(tmp_path):
    for option in OPTIONS.values():
        for flag in option.flags:
            name = flag.lstrip("-").replace("-", "_")
            if name in OPTIONS or len(name) == 1:
                continue
            right = next(own for own, other in OPTIONS.items() if other is option)
            with pytest.raises(UsageError, match=f"there is no option '{name}', did you mean '{right}'"):
                render.film("orthogonal", output=tmp_path / "new", **{name: "x"})
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"parameters": 5}, "parameters must be values by name, but they are 5"),
        ({"steps": 3, "parameters": {"steps": 2}}, "steps is given twice, so leave it out of parameters"),
        ({"labels": ["a"]}, "labels name matrices, but a scene has its own, so leave them out"),
        ({"parameters": {"seed": 1j}}, "seed must be a whole number"),
        (
            {"parameters": {"theme": "dark"}},
            "theme is an option of the film and no parameter of its scene, so give it by itself",
        ),
        ({"hold_last": 10**400}, "hold_last must be a number, but it is 1000"),
        ({"stepz": 3}, "there is no option 'stepz', did you mean 'steps'?"),
        ({"laguage": "ko"}, "there is no option 'laguage', did you mean 'language'?"),
        ({"spectral_radius": 0.9}, "there is no option 'spectral_radius', choose from steps, dim, seed, output, "),
        ({"parameters": {"sede": 1}}, "there is no option 'sede', did you mean 'seed'?"),
        ({"theme": 3}, "theme must be a name, a file or colours by name, but it is 3"),
        ({"hold_last": "1"}, "hold_last must be a number, but it is '1'"),
        ({"max_frames": 1.5}, "max_frames must be a whole number, but it is 1.5"),
        ({"allow_false_claims": 1}, "allow_false_claims must be True or False, but it is 1"),
        ({"formats": [1]}, "formats must be names of formats, but it is [1]"),
        ({"title": b"x"}, "title must be text, but it is b'x'"),
        ({"fps": True}, "fps must be text, but it is True"),
        ({"name": "a\0b"}, "a file cannot be named"),
        ({"steps": "3"}, "steps must be a whole number"),
    ],
)
def test_what_makes_no_sense_is_answered(tmp_path, wrong, said):
    with pytest.raises(EigenreelError) as refused:
        render.film("orthogonal", output=tmp_path / "new", **wrong)
    assert str(refused.value).startswith(said)
    assert not (tmp_path / "new").exists()


def test_parameters_may_be_given_in_either_way(tmp_path):
    first = render.film("vanishing", **TINY, spectral_radius=0.5, output=tmp_path / "a")
    render.film("vanishing", **TINY, parameters={"spectral_radius": 0.5}, output=tmp_path / "b")
    assert first.manifest["parameters"]["spectral_radius"] == 0.5
    assert listing(tmp_path / "a") == listing(tmp_path / "b")


@pytest.mark.parametrize("name", ["timeout", "format", "parameters", "labels"])
def test_a_scene_whose_parameter_is_an_option_is_refused_in_both(tmp_path, name):
    path = tmp_path / "own.py"
    path.write_text(
        f"from scenes import repeated, scene\n\n\n@scene()\ndef own(steps: int = 2, {name}: float = 1.0):\n"
        "    return repeated([[1, 1], [0, 1]], steps)\n",
        encoding="utf-8",
    )
    said = f"scene own has a parameter {name}, which is the name of an option, so rename it"
    with pytest.raises(UsageError, match=said):
        render.film(str(path), output=tmp_path / "new")
    with pytest.raises(UsageError, match=said):
        render.simulate(str(path))
    done = run("scene", path, "-o", tmp_path / "new")
    assert (done.returncode, done.stderr) == (2, f"render: {said}.\n")
    assert not (tmp_path / "new").exists()


# Numbers


def test_simulate_returns_one_kind_of_thing():
    hints = typing.get_type_hints(render.simulate, vars(render) | {"Trajectory": Trajectory, "ArrayLike": object})
    assert hints["return"] is Trajectory
    single, several, record = (render.simulate(name) for name in ("vanishing", "article", "clipping"))
    assert all(isinstance(found, Trajectory) for found in (single, several, record))
    assert repr(single) == "<Trajectory: products of 16 × 16 matrices, 64 steps>"
    assert repr(several) == "<Trajectory: columns vanishing, exploding, orthogonal, 64 steps>"
    assert re.fullmatch(r"<Trajectory: series .+, \d+ steps>", repr(record))
    assert list(several.columns) == ["vanishing", "exploding", "orthogonal"]
    assert list(single.columns) == [""]
    with pytest.raises(UsageError, match=r"ask one of them, as columns\['vanishing'\]"):
        several.log10_spectral_norm  # noqa: B018  # reading it is the test
    with pytest.raises(UsageError, match="multiplies no matrices"):
        record.product(1)


@pytest.mark.parametrize(("name", "most"), [("orthogonal", 16), ("article", 16), ("clipping", 99)])
def test_tracks_are_the_table_of_the_command(name, most):
    found = render.simulate(name)
    assert all(isinstance(track, np.ndarray) and track.shape == (found.steps + 1,) for track in found.tracks.values())
    table = json.loads(run("numbers", name, "--format", "json").stdout)["columns"]
    assert list(table) == list(found.tracks)
    for track, values in table.items():
        finite = [float("nan") if value is None else value for value in values]
        known = np.isfinite(finite)
        assert np.array_equal(np.array(finite)[known], found.tracks[track][known])


def test_scenes_by_name():
    found = render.scenes()
    assert found["orthogonal"] is render.load_scene("orthogonal")
    assert len(found) >= 85


def test_a_frame_is_an_array(tmp_path):
    film = render.film("orthogonal", steps=6, dim=4, formats="webp", output=tmp_path, pace="even")
    # Edges in the file have colours of a palette.
    frames = decode(film.files["webp"])
    for step, number in ((3, 3), (-1, 6), (np.int64(0), 0)):
        away = [np.abs(film.frame(step).astype(int) - frame).max() for frame in frames]
        assert [index for index, most in enumerate(away) if most <= 16] == [number]
    for wrong in (7, -8, 1.0, True, "3"):
        with pytest.raises(UsageError, match="step must be a whole number from 0 to 6"):
            film.frame(wrong)
    again = pickle.loads(pickle.dumps(film))
    assert np.array_equal(again.frame(2), film.frame(2))
    assert len(pickle.dumps(film)) < 100_000


# What a type checker sees


def checked(tmp_path, code):
    (tmp_path / "script.py").write_text(code, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(ROOT / ".mypy_cache"), "script.py"]
    environment = ENVIRONMENT | {"MYPYPATH": str(ROOT)}
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment)


@pytest.mark.slow
def test_scripts_of_readme_and_contributing_are_typed(tmp_path):
    pages = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md")]
    for page in pages:
        for block in re.findall(r"```python\n(.*?)```", page, re.S):
            done = checked(tmp_path, block)
            assert done.returncode == 0, done.stdout
    done = checked(tmp_path, 'import render\n\nrender.film("orthogonal", stepz=3)\n')
    assert done.returncode == 1
    assert re.search(r'script.py:3: error: .*"stepz"|script.py:3: error: .*"Never"', done.stdout), done.stdout
    assert checked(tmp_path, 'import render\n\nrender.film("orthogonal", theme=3)\n').returncode == 1


# Modules of the same names


def started(tmp_path, other, code, *words):
    """Run Python with another module in the way, and return what it said last."""
    (tmp_path / other).parent.mkdir(exist_ok=True)
    (tmp_path / other).write_text("", encoding="utf-8")
    environment = ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(map(str, (tmp_path, ROOT)))}
    command = [sys.executable, *words] if words else [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert done.returncode == 1
    return done.stderr.strip()


@pytest.mark.parametrize("name", ["scenes", "render"])
@pytest.mark.parametrize("file", ["{}.py", "{}/__init__.py"])
def test_another_module_of_our_name_is_named(tmp_path, name, file):
    other = tmp_path / file.format(name)
    said = f"eigenreel needs its own module {name}, but {other} is another one, so rename or move it"
    mine = "render" if name == "scenes" else "scenes"
    assert started(tmp_path, other, f"import {mine}").splitlines()[-1] == f"ImportError: {said}"
    if name == "scenes":
        assert started(tmp_path, other, "", "-m", "render", "list") == f"render: {said}."


# Nothing is dropped without a word


def test_panels_without_room_are_named_or_refused(tmp_path):
    film = render.film("rotation", steps=1, layout="square", formats="gif", pace="even", output=tmp_path)
    assert film.remarks == ("the layout square has no room for matrix, eigenvalues, which are not shown",)
    path = tmp_path / "own.py"
    panels = '"matrix", "norms", "eigenvalues", "singular_values", "scaled_matrix"'
    path.write_text(
        f"from scenes import repeated, scene\n\n\n@scene({panels})\ndef own(steps: int = 2):\n"
        "    return repeated([[1, 1], [0, 1]], steps)\n",
        encoding="utf-8",
    )
    said = "a film has room for 4 such panels, but the scene asks for 5, so leave out scaled_matrix"
    with pytest.raises(UsageError, match=said):
        render.film(str(path), output=tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_no_scene_of_the_package_asks_for_panels_without_room():
    for scene in render.scenes().values():
        assert len(scene.panels) <= 3, scene.name


@pytest.mark.slow
def test_verify_takes_folders_and_names_without_ending(tmp_path):
    for name in ("vanishing", "rotation"):
        render.film(name, steps=2, formats="gif", pace="even", output=tmp_path)
    (tmp_path / "notes.json").write_text("{}", encoding="utf-8")
    (tmp_path / "picture.png").write_bytes(b"")
    done = run("verify", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": holds") == 2
    done = run("verify", tmp_path / "rotation")
    assert (done.returncode, done.stdout.count(": holds")) == (0, 1)
    (tmp_path / "orphan.gif").write_bytes(b"")
    done = run("verify", tmp_path)
    assert done.returncode == 3
    assert "orphan.json: not verified, since there is no manifest" in done.stdout


@pytest.mark.parametrize("name", ["block_rotation", "reflection_matrix", "with_singular_values", "repeated"])
def test_makers_of_matrices_refuse_imaginary_parts(name):
    arguments = {"repeated": ([[0, 0.9j], [0.9j, 0]], 3)}.get(name, ([1, 1j],))
    with pytest.raises(scenes.SequenceError, match="must be real numbers, but their type is complex128"):
        getattr(scenes, name)(*arguments)


def test_numbers_of_numpy_are_numbers(tmp_path):
    job = render.job(
        "rotation", steps=np.int64(2), hold_first=np.float32(0.5), fps=np.int64(5), max_frames=np.int64(99)
    )
    assert (job.hold_first, job.fps, job.max_frames, type(job.max_frames)) == (0.5, "5", 99, int)
    assert job.parameters["steps"] == 2
    with pytest.raises(UsageError, match="output must be the name of a folder"):
        render.job("rotation", output="a\0b")
    with pytest.raises(UsageError, match="a scene is named by text"):
        render.load_scene(5)


@pytest.mark.slow
@pytest.mark.parametrize("options", [{"fps": 90, "hold_last": 1.0}, {"fps": 120, "hold_last": 0.25}, {"steps": 0}])
def test_every_film_can_be_a_webp(tmp_path, options):
    film = render.film("rotation", **{"steps": 5} | options, formats="webp", pace="even", output=tmp_path)
    assert verify(film.files["webp"]).holds


def test_none_stands_for_what_is_usual(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    film = render.film("vanishing", steps=1, dim=2, formats=(), output=None, fps=None, title=None)
    assert film.files["png"].parent == tmp_path / "output"
