"""Manifests turned back into files of films."""

import json
import re

import numpy as np
import pytest

from render.errors import EigenreelError, UsageError
from render.pipeline.job import Job
from render.pipeline.job_file import film_file_of

HOSTILE = 'a"\n[[film]]\nscene = "evil"\n\\ \x00\x1b]0;x\x07 가 \u202e {steps} <keep>x</>'


@pytest.mark.parametrize(
    "job",
    [
        Job("powers", {"steps": 2, "spectral_radius": 0.1 + 0.2}, title=HOSTILE, fps=12.5, pause=("1=2", "2=0.5")),
        Job("powers", {"steps": 2}, {"": [[0.1, 5e-324], [1e300, -0.0]]}, name="x", formats=("gif",), size=1080),
        Job(
            "powers",
            {"steps": 2},
            {'a"\\.#': [[1.0]], "가": [[2.0]]},
            savings={"crf": 2, "pictures": 5.5},
            max_bytes="2MB",
        ),
        Job("powers", {"steps": 2}, theme={"name": "mine", "base": "dark"}, over="dim=2:5", formats=("html", "mp4")),
    ],
)
def test_a_manifests_job_is_the_job_of_its_file(film_folder, films, job):
    held = json.loads(json.dumps(job.as_json()))
    text = film_file_of({"job": held, "eigenreel": "0.0.1"}).text
    (again,) = films(text.decode())
    assert again.as_json() == job.as_json()
    assert re.match(rb"# A film of eigenreel 0\.0\.1, written by \S+\. render run FILE makes it again\.\n\n", text)


def test_a_scene_file_is_told_from_the_folder_of_the_new_file(film_folder, films):
    (film_folder / "sub").mkdir()
    text = film_file_of({"job": Job("shear.py", {"word": 'b"'}).as_json(), "eigenreel": "0"}, "sub").text
    (again,) = films(text.decode(), "sub/film.toml", run_scenes=True)
    assert (again.scene, again.parameters) == ("shear.py", {"word": 'b"'})


def test_a_film_of_several_runs_is_kept_with_what_it_has_not(film_folder, films):
    (film_folder / "sub").mkdir()
    runs = [
        {"label": label, "scene": scene, "matrices": None, "parameters": {"steps": 2, "amount": 0.5}}
        for label, scene in (("one", "shear.py"), ('two"', "shear.py"))
    ]
    job = Job("comparison", several={"of": runs, "title": None}, formats=("gif",))
    text = film_file_of({"job": json.loads(json.dumps(job.as_json())), "eigenreel": "0"}, "sub").text
    (again,) = films(text.decode(), "sub/film.toml", run_scenes=True)
    assert again.as_json() == job.as_json()
    with pytest.raises(UsageError, match=r"^sub/film.toml line 4: 'shear.py' is a program"):
        films(text.decode(), "sub/film.toml")


def test_what_no_file_of_films_can_hold_is_refused(film_folder, films):
    with pytest.raises(UsageError, match=r"^a file of films is UTF-8, which cannot hold"):
        film_file_of({"job": Job("powers", title="\udc80").as_json(), "eigenreel": "0"})
    several = {"of": [{"label": "x", "scene": "powers", "parameters": {}, "matrices": LARGE}], "title": None}
    with pytest.raises(UsageError, match="where a file of films has 1 MiB at most, so film each run by itself"):
        film_file_of({"job": Job("comparison", several=several).as_json(), "eigenreel": "0"}, "", "x.npz")


LARGE = {"": np.full((300, 300), 1 / 3).tolist()}


@pytest.mark.parametrize(
    "matrices",
    [
        LARGE,
        {"a/b": np.full((250, 250), 0.1).tolist(), "가 ": np.random.default_rng(0).normal(size=(9, 80, 80)).tolist()},
        {"W": np.full((300, 300), 1 / 7).tolist(), "V": np.eye(3).tolist()},
        {"W": np.full((300, 300), 1 / 7).tolist()},
        {"file": np.full((300, 300), 1 / 7).tolist(), "allow_pickle": np.eye(3).tolist()},
        {"": [[float("nan")] * 300, *np.full((299, 300), 1 / 7).tolist()]},
    ],
)
def test_large_matrices_lie_beside_the_file(film_folder, films, matrices):
    marked = bool(np.isnan(np.array(matrices.get("", 0))).any())
    job = Job("powers", {"steps": 2}, matrices, marked, title="x")
    held = {"job": json.loads(json.dumps(job.as_json())), "eigenreel": "0"}
    with pytest.raises(UsageError, match=r"take \d\.\d MB where a file of films has 1 MiB at most, so give --output"):
        film_file_of(held)
    made = film_file_of(held, "", "own-matrices.npz")
    assert len(made.text) < 1000
    (film_folder / "own-matrices.npz").write_bytes(made.arrays)
    (again,) = films(made.text.decode())
    assert json.dumps(again.as_json()) == json.dumps(job.as_json())
    (film_folder / "own-matrices.npz").unlink()
    with pytest.raises(EigenreelError, match=r"film.toml line \d+: own-matrices.npz cannot be read \(No such file"):
        films(made.text.decode())
