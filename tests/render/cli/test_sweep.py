"""The commands that film or compute several runs."""

import json
import re

import numpy as np
import pytest
from films import listing, manifest_of, run

from render.check.verify import verify

QUICK = ("--format", "gif", "--pace", "even", "--quiet")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with two matrices."""
    monkeypatch.chdir(tmp_path)
    np.savetxt("A.csv", [[0.0, -0.9], [0.9, 0.0]], delimiter=",")
    np.save("B.npy", np.diag([1.1, 0.3]))
    return tmp_path


def test_scenes_and_files_stand_side_by_side(folder):
    done = run("compare", "A.csv", "B.npy", "powers", "--set", "dim=2", "--steps", "4", *QUICK)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")
    content = manifest_of(folder / "output" / "comparison.gif")
    assert content["columns"] == ["A", "B", "powers"]
    assert content["steps"] == 4
    assert verify(folder / "output" / "comparison.gif", False, []).holds


def test_values_of_one_scene_stand_side_by_side(folder):
    done = run("compare", "powers", "--over", "spectral_radius=0.5,1,2", "--set", "dim=3", "--steps", "3", *QUICK)
    assert (done.returncode, done.stderr) == (0, "")
    assert manifest_of(folder / "output" / "comparison.gif")["columns"] == ["0.5", "1", "2"]


def test_ten_runs_stand_in_rows_and_two_hundred_are_refused(folder):
    done = run("compare", "powers", "--over", "seed=0:10", "--set", "dim=3", "--steps", "2", *QUICK)
    assert (done.returncode, done.stderr) == (0, "")
    content = manifest_of(folder / "output" / "comparison.gif")
    assert len(content["columns"]) == 10
    assert len({(panel["x"], panel["y"]) for panel in content["panels"]}) == 10
    done = run("compare", "powers", "--over", "seed=0:200", "--steps", "2")
    assert done.returncode == 2
    assert "room for 14 small multiples, but these are 200" in done.stderr


@pytest.mark.slow
def test_a_sweep_makes_a_film_for_every_point_and_no_film_twice(folder):
    over = ("--over", "spectral_radius=0.5,2", "--over", "seed=0:2")
    command = ("sweep", "powers", *over, "--steps", "2", "--dim", "2")
    more = ("--format", "gif", "--jobs", "1", "--layout", "square")
    first = run(*command, *more)
    assert first.returncode == 0
    # What has no room is said once, and not of every film.
    remarks = first.stderr.splitlines()
    # Once for all films, not for each.
    assert len(remarks) == 2 and "has no room for" in remarks[0] and "--steps 6 or more move" in remarks[1]
    names = {f"powers-spectral_radius-{r}-seed-{s}" for r in ("0_5", "2") for s in (0, 1)}
    assert {name.partition(".")[0] for name in listing(folder / "output")} == names
    before = listing(folder / "output")
    assert run(*command, *more).stdout == "4 films in output are up to date\n"
    assert listing(folder / "output") == before
    assert len(run(*command, *more, "--force").stdout.splitlines()) == 4


def test_a_diagram_of_several_kernels_has_a_curve_for_each(folder):
    np.savez(folder / "two.npz", a=np.diag([0.5, 0.25]), b=np.diag([2.0, 1.0]))
    done = run("sweep", "two.npz", "--over", "gain=0.25:1.25:5", "--steps", "8", "--as", "numbers", "--lang", "en")
    assert (done.returncode, done.stderr) == (0, "")
    drawn = (folder / "output" / "two-powers-numbers.svg").read_text(encoding="utf-8")
    said = " ".join(re.sub(r"<[^>]*>", " ", drawn).split())
    # At gain 1.25 they grow by 1.25 · 0.5 and 1.25 · 2 a step; the second keeps its size at 0.5.
    assert all(
        text in " ".join(said.split()) for text in ("a 0.625", "b 2.5", "Products keep their size at gain: b 0.5.")
    )
    done = run("sweep", "two.npz", "--over", "gain=0.5,1", "--over", "steps=4,8", "--as", "numbers", "--name", "map")
    assert done.stderr == (
        "render: the diagram is of a, since there is no room for others in one over two parameters.\n"
    )


@pytest.mark.parametrize(
    ("words", "name"), [(("--as", "grid"), "powers-grid"), (("--as", "film", "--over", "seed=0:2"), "powers-sweep")]
)
def test_a_sweep_as_one_film(folder, words, name):
    done = run("sweep", "powers", "--over", "spectral_radius=0.5,1,2", *words, "--steps", "4", "--dim", "3", *QUICK)
    assert (done.returncode, done.stderr) == (0, "")
    assert verify(folder / "output" / f"{name}.gif", False, []).holds


def test_numbers_come_with_a_diagram(folder):
    done = run(
        "sweep", "B.npy", "--over", "gain=0.8:1.2:5", "--steps", "8", "--as", "numbers", "--table", "npz",
        "--jobs", "1", "--lang", "ko",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    made = [f"B-powers-numbers.{ending}" for ending in ("npz", "png", "svg")]
    assert done.stdout.split() == [f"output/{name}" for name in made]
    with np.load(folder / "output" / made[0]) as arrays:
        np.testing.assert_allclose(
            arrays["log10_spectral_norm"][:, 8], 8 * np.log10(1.1 * np.linspace(0.8, 1.2, 5)), atol=1e-12
        )
    assert (folder / "output" / made[2]).read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sweep", "powers"), "needs values of a parameter"),
        (("scene", "powers", "--format", "html", "--over", "dim=2,3", "--over", "seed=0:3"), "give --over once"),
        (("sweep", "powers", "--over", "sed=0:3"), "seed"),
        (("sweep", "powers", "--over", "seed=0:3", "--seed", "4"), "seed varies and has one value"),
        (("sweep", "powers", "--over", "seed=0:3", "--jobs", "2", "--dask", "tcp://127.0.0.1:1"), "give one of them"),
        (("sweep", "powers", "--over", "seed=0:200", "--as", "grid"), "room for 14 small multiples"),
        (("sweep", "saturation", "--over", "seed=0:3", "--as", "grid"), "saturation has none"),
        (("sweep", "powers", "--over", "steps=4:8", "--as", "grid"), "they need equally many steps"),
        (("sweep", "missing.npy", "--over", "gain=1,2"), "missing.npy"),
        (("compare", "powers"), "one run only"),
        (("compare", "powers", "orthogonal", "--over", "seed=0:3"), "give one scene"),
        (("compare", "powers", "orthogonal", "--set", "sed=1"), "did you mean 'seed'"),
        (("compare", "powers", "orthogonal", "--set", "dim=1"), "dim must be a whole number from 2"),
        (("compare", "powers", "nothing"), "there is no scene 'nothing'"),
    ],
)
def test_mistakes_are_answered_with_one_sentence(folder, words, said):
    done = run(*words, "--output", "none")
    assert done.returncode in (2, 3), done.stderr
    assert said in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr
    assert not (folder / "none").exists()


def test_what_was_made_is_printed_as_json(folder):
    done = run("compare", "A.csv", "B.npy", "--steps", "2", "--format", "gif", "--json")
    assert json.loads(done.stdout)["scene"] == "comparison"
