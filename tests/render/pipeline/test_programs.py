"""Scene files of a user's own run where they do not lie: they and what they import are taken along."""

import pickle
import sys
import textwrap
from concurrent.futures import Executor, Future

import numpy as np
import pytest
from films import listing

import render
from render.errors import RenderError, UsageError
from render.pipeline.catalog import load_scene
from render.pipeline.film import Film
from render.pipeline.job import Job
from render.pipeline.programs import program_at, programs_of, taken_along
from render.pipeline.results import Results
from render.pipeline.sweep import compute, sweep_of
from render.publish.captions import describe

SCENE = """
    from parts.sizes import factor
    from scenes import Dim, MatrixSequence, Seed, Steps, haar_orthogonal, repeated, scene, show

    @scene(show("matrix", limits=(-1, 1)), "norms", title="Own")
    def own(steps: Steps = 3, dim: Dim = 4, seed: Seed = 0) -> MatrixSequence:
        \"\"\"Own.\"\"\"
        return repeated(factor() * haar_orthogonal(dim, seed), steps)
"""


class Elsewhere(Executor):
    """Does tasks as a worker on another machine: what it is given is pickled, folder and modules are its own."""

    def __init__(self, folder, monkeypatch):
        self.folder, self.monkeypatch = folder, monkeypatch
        self.path, self.modules, self.environment = [*sys.path], {}, {}

    def submit(self, function, /, *args, **kwargs):
        function, args, kwargs = pickle.loads(pickle.dumps((function, args, kwargs)))
        future = Future()
        here = parts()
        with self.monkeypatch.context() as there:
            there.chdir(self.folder)
            there.setattr(sys, "path", self.path)
            for name, value in self.environment.items():
                there.setenv(name, value)
            sys.modules.update(self.modules)
            try:
                future.set_result(pickle.loads(pickle.dumps(function(*args, **kwargs))))
            except Exception as error:
                future.set_exception(error)
            self.modules = parts()
        sys.modules.update(here)
        return future


def parts():
    """Return the modules beside the scene that were imported, and forget them."""
    return {name: sys.modules.pop(name) for name in [*sys.modules] if name.partition(".")[0] == "parts"}


def written(folder, size):
    """Write a scene that multiplies by a number which stands in a package beside it."""
    (folder / "parts").mkdir(exist_ok=True)
    (folder / "parts" / "__init__.py").touch()
    (folder / "parts" / "sizes.py").write_text(f"def factor():\n    return {size}\n")
    (folder / "own.py").write_text(textwrap.dedent(SCENE))


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """An executor in an empty folder, with the scene file in the current one; what was imported is forgotten."""
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(sys, "path", [*sys.path])
    written(tmp_path / "here", 1.0)
    yield Elsewhere(tmp_path / "there", monkeypatch)
    parts()


@pytest.mark.slow
def test_films_of_an_own_scene_are_made_where_it_does_not_lie(elsewhere, tmp_path):
    def jobs(folder):
        return [
            render.job("own.py", seed=seed, name=f"own-{seed}", formats="mp4", duration=1, output=tmp_path / folder)
            for seed in range(2)
        ]

    away = render.run_all(jobs("away"), executor=elsewhere)
    assert all(isinstance(film, Film) for film in away), away
    for job in jobs("local"):
        render.film(job.scene, **job.parameters, name=job.name, formats="mp4", duration=1, output=tmp_path / "local")
    assert listing(tmp_path / "away") == listing(tmp_path / "local") != {}
    assert not any((tmp_path / "there").iterdir())


def sizes(elsewhere, folder, seeds=2):
    """Return the size of every product, computed elsewhere and kept in a folder that is new."""
    sweep = sweep_of(Job("own.py"), [("seed", list(range(seeds)))])
    with Results(folder / "numbers.sqlite") as results:
        assert compute(sweep, results, elsewhere) == []
        return [results.get(sweep.key({"seed": seed}))[0] for seed in range(seeds)]


def test_numbers_are_those_of_the_files_as_they_are_now(elsewhere, tmp_path):
    for size in (1.0, 0.5, 0.25):
        written(tmp_path / "here", size)
        (tmp_path / str(size)).mkdir()
        for found in sizes(elsewhere, tmp_path / str(size)):
            np.testing.assert_allclose(found, np.arange(4) * np.log10(size), rtol=0, atol=1e-14)


def test_what_is_taken_along_is_what_the_file_imports(elsewhere, tmp_path):
    (tmp_path / "here" / "other.py").write_text("secret = 1")
    (program,) = programs_of([Job("own.py"), Job("own.py:own"), Job("orthogonal")])
    assert (program.path, program.content) == ("own.py", (tmp_path / "here" / "own.py").read_bytes())
    assert sorted(program.beside) == ["parts/__init__.py", "parts/sizes.py"]
    assert programs_of([Job("gone.py")]) == ()


def test_what_is_not_there_or_fails_is_said_as_here(elsewhere, tmp_path):
    def refused(name):
        (failure,) = render.run_all([Job(name, output=str(tmp_path / "out"))], executor=elsewhere)
        return failure

    gone = refused("gone.py")
    assert isinstance(gone, UsageError) and "no scene file gone.py" in str(gone)
    (tmp_path / "here" / "wrong.py").write_text("\n\nraise ValueError('no')\n")
    wrong = refused("wrong.py")
    assert isinstance(wrong, RenderError) and str(wrong).startswith("wrong.py line 3 raised ValueError: no")


def test_only_where_it_was_taken_along_a_file_is_another(elsewhere, tmp_path):
    taken = programs_of([Job("own.py")])
    (tmp_path / "here" / "own.py").unlink()
    with taken_along(taken):
        assert load_scene("own.py").name == load_scene("own.py:own").name == "own"
        assert program_at(tmp_path / "own.py") is None
    with pytest.raises(UsageError, match="no scene file"):
        load_scene("own.py")


@pytest.mark.slow
def test_other_translations_there_are_refused(elsewhere, tmp_path, monkeypatch):
    (tmp_path / "texts" / "ko").mkdir(parents=True)
    (tmp_path / "texts" / "ko" / "own.toml").write_text('[texts]\n"Own" = "내 것"\n', encoding="utf-8")
    (tmp_path / "empty").mkdir()
    options = {"language": "ko", "formats": "mp4", "duration": 1, "output": tmp_path / "out"}
    monkeypatch.setenv("EIGENREEL_TRANSLATIONS", str(tmp_path / "texts"))
    elsewhere.environment = {"EIGENREEL_TRANSLATIONS": str(tmp_path / "empty")}
    (failure,) = render.run_all([render.job("own.py", **options)], executor=elsewhere)
    assert isinstance(failure, RenderError)
    assert str(failure).startswith("a worker has other translations into ko than are asked for, so give it the same")
    elsewhere.environment = {}
    (film,) = render.run_all([render.job("own.py", **options)], executor=elsewhere)
    assert describe(film.manifest, "ko").startswith("내 것")
