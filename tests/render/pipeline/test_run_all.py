"""Batches of films on any executor: a film or a failure for each job."""

import json
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from films import ENVIRONMENT, listing

import render
from render.errors import RenderError, UsageError
from render.pipeline.film import Film
from render.pipeline.job import Job


def jobs_in(folder, count=3):
    return [Job(name, {"steps": 2}, output=str(folder)) for name in ("vanishing", "rotation", "article")[:count]]


def test_a_batch_returns_a_film_or_an_error_for_each(tmp_path):
    bad = [Job("no such scene", output=str(tmp_path)), Job("rotation", {"steps": -1}, name="x")]
    jobs = [*jobs_in(tmp_path, 2), *bad]
    told = []
    with ThreadPoolExecutor(2) as executor:
        results = render.run_all(jobs, executor=executor, progress=lambda job, result: told.append((job, result)))
        # It is not shut down.
        assert executor.submit(int).result() == 0
    assert [type(result) for result in results] == [Film, Film, UsageError, UsageError]
    assert "a file cannot be named" in str(results[2])
    assert sorted(told, key=lambda pair: jobs.index(pair[0])) == list(zip(jobs, results, strict=True))
    assert render.run_all([]) == []


@pytest.mark.slow
def test_processes_are_what_makes_films_by_default(tmp_path):
    films = render.run_all(jobs_in(tmp_path / "many"))
    for film in films:
        film = render.film(film.job.scene, steps=2, output=tmp_path / "single")
    assert listing(tmp_path / "many") == listing(tmp_path / "single")


@pytest.mark.slow
def test_a_script_may_make_films_at_its_top(tmp_path):
    (tmp_path / "script.py").write_text(
        "import render\nprint('begun')\njobs = [render.job(n, {'steps': 2}) for n in ('rotation', 'vanishing')]\n"
        "print(render.run_all(jobs))\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("begun") == 1
    assert done.stdout.count("Film(") == 2


class Odd:
    """An executor whose films fail in a way of its own."""

    def submit(self, function, *arguments):
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: [][0])


def test_whatever_an_executor_raises_is_a_sentence(tmp_path):
    (result,) = render.run_all(jobs_in(tmp_path, 1), executor=Odd())
    assert isinstance(result, RenderError)
    assert str(result).startswith("the film vanishing could not be made, since the executor raised IndexError")


def test_a_job_is_data():
    job = Job("orthogonal", {"steps": 3}, theme="dark", fps=25, formats="gif", output=Path("x"))
    assert (job.fps, job.formats, job.output) == ("25", ("gif",), "x")
    assert pickle.loads(pickle.dumps(job)) == job
    content = json.loads(json.dumps(job.as_json()))
    assert Job.of_json(content, "x") == job
    assert "output" not in content
    for wrong in ({}, content | {"more": 1}, content | {"output": "/tmp"}, content | {"parameters": 3}, []):
        with pytest.raises(UsageError):
            Job.of_json(wrong, "x")


def test_what_is_no_list_of_jobs_and_an_executor_that_was_shut_down(tmp_path):
    with pytest.raises(UsageError, match="jobs must be a list of jobs"):
        render.run_all(["rotation"])
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    (result,) = render.run_all(iter(jobs_in(tmp_path, 1)), executor=pool)
    assert str(result).startswith(
        "the film vanishing could not be made, since the executor raised RuntimeError: cannot schedule new"
    )
