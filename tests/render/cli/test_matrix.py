"""The command that films matrices from files."""

import json

import numpy as np
import pytest
from films import listing, manifest_of, run

import render
from render.check.verify import verify
from render.cli import matrix_commands
from render.errors import UsageError
from render.pipeline import matrix_film, weights

TURN = np.array([[0.0, -0.9], [0.9, 0.0]])
QUICK = ("--steps", "3", "--format", "gif", "--pace", "even", "--layout", "square")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with a few files of matrices."""
    monkeypatch.chdir(tmp_path)
    np.savetxt("W.csv", TURN, delimiter=",")
    np.savez("lstm.npz", **{"rnn.weight_hh_l0": np.vstack([n * np.eye(2) for n in (1, 2, 3, 4)])})
    return tmp_path


def test_the_repeated_names_are_those_of_the_library():
    assert matrix_commands.GATES == weights.GATES
    assert matrix_commands.ORDERS == tuple(weights.ORDERS)


def test_a_film_of_a_file_is_that_of_its_matrix(folder):
    done = run("matrix", "W.csv", *QUICK)
    assert (done.returncode, done.stderr) == (
        0, "render: the layout square has no room for norms, eigenvalues, singular_values, which are not shown.\n"
    )  # fmt: skip
    assert done.stdout.split() == [f"output/W-powers.{ending}" for ending in ("gif", "png", "json")]
    content = manifest_of(folder / "output" / "W-powers.gif")
    assert content["title"] == "Powers of W"
    assert np.array_equal(content["matrix"], TURN)
    assert content["tracks"]["log10_spectral_norm"][-1] == pytest.approx(3 * np.log10(0.9))
    assert verify(folder / "output" / "W-powers.gif").holds


@pytest.mark.slow
def test_gates_and_their_order_are_said_in_the_films_language(folder):
    done = run("matrix", "lstm.npz", "--gate", "cell", *QUICK, "--lang", "ko", "--json")
    assert done.returncode == 0
    content = manifest_of(json.loads(done.stdout)["manifest"])
    assert content["title"] == "rnn.weight_hh_l0: 셀 게이트 (PyTorch: i, f, g, o)"
    assert content["matrix"] == [[3, 0], [0, 3]]
    done = run("matrix", "lstm.npz", *QUICK, "--name", "all", "--title", "Mine", "--quiet")
    assert (done.returncode, done.stdout) == (0, "")
    content = manifest_of(folder / "output" / "all.gif")
    assert (content["title"], content["columns"]) == ("Mine", ["input", "forget", "cell", "output"])
    assert verify(folder / "output" / "all.gif").holds


def test_those_without_room_are_named(folder):
    np.savez("many.npz", **{f"W{n}": n / 30 * np.eye(2) for n in range(27)})
    done = run("matrix", "many.npz", *QUICK)
    assert done.returncode == 0
    first = done.stderr.splitlines()[0]
    assert first.startswith("render: W4, W5, ")
    assert first.endswith(" W23 and 3 more would have no room, so choose with --key what is filmed.")
    assert manifest_of(folder / "output" / "many-powers.gif")["columns"] == ["W0", "W1", "W2", "W3"]


@pytest.mark.slow
def test_growing_powers_are_shown_by_their_shape(folder):
    shear = np.array([[1.0, 1.0], [0.0, 1.0]])
    for array, steps, panel in (
        (1.2 * np.eye(3), 3, "matrix"),
        (1.2 * np.eye(3), 40, "scaled_matrix"),
        (0.2 * np.eye(3), 40, "matrix"),
        (shear, 10, "matrix"),
        (shear, 11, "scaled_matrix"),
        ([[2.0**1_000]], 2, "scaled_matrix"),
        (np.zeros((2, 2)), 5, "matrix"),
    ):
        film = render.film(array, steps=steps, formats="gif", pace="even", output=folder, layout="square")
        assert film.manifest["panels"][0]["panel"] == panel
        assert verify(film.files["gif"]).holds


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["missing.npy"], 3, "missing.npy cannot be read (No such file or directory), so check the path."),
        (["W.csv", "--gate", "forget"], 3, "W has no forget gate, since it is one matrix without gates, "),
        (["lstm.npz", "--key", "x"], 3, "there is no matrix 'x', choose from rnn.weight_hh_l0."),
        (["lstm.npz", "--gate", "reset"], 3, "rnn.weight_hh_l0 has no reset gate, since its gates are input, forget, "),
        (["model.pt"], 3, "model.pt is not read, since .pt files may run code"),
        (["W.csv", "--gate", "left"], 2, "Invalid value for '--gate': 'left' is not one of 'input', 'forget', "),
        (["W.csv", "--steps", "-1"], 2, "Invalid value for '--steps': -1 is not in the range"),
        (["W.csv", "--layout", "x"], 2, "there is no layout 'x', choose from wide, square, phone."),
        ([], 2, "Missing argument 'FILE...'"),
    ],
)
def test_refusals(folder, words, code, said):
    before = listing(folder)
    done = run("matrix", *words)
    assert done.returncode == code
    assert done.stderr.startswith(f"render: {said}"), done.stderr
    assert done.stderr.count("\n") == 1
    assert listing(folder) == before


def test_a_matrix_is_not_replaced_by_its_film(folder):
    (folder / "W.json").write_text("[[1, 0], [0, 1]]", encoding="utf-8")
    before = listing(folder)
    done = run("matrix", "W.json", *QUICK, "-o", ".", "--name", "W")
    assert done.returncode == 2
    assert done.stderr == (
        "render: the film's manifest would replace W.json, which is a matrix, so choose another --name.\n"
    )
    assert listing(folder) == before


@pytest.mark.parametrize("key", ["<keep>a</> {step}", "\x1b[31m\u202e a\nb", "가" * 99, "../../x"])
def test_hostile_names_are_shown_as_they_are(folder, key):
    (folder / "names.json").write_text(json.dumps({key: [[0.5]], "b": [[1]]}), encoding="utf-8")
    done = run("matrix", "names.json", *QUICK, "-o", "new")
    assert done.returncode == 0, done.stderr
    assert all(line.isprintable() for line in done.stderr.splitlines())
    assert sorted(listing(folder / "new")) == [f"names-powers.{ending}" for ending in ("gif", "json", "png")]
    assert verify(folder / "new" / "names-powers.gif").holds


@pytest.mark.parametrize(
    ("file", "name"), [("a b (1).csv", "a-b-1-powers"), ("가중치.csv", "가중치-powers"), ("...csv", "powers")]
)
def test_a_film_is_named_after_its_file(file, name):
    from pathlib import Path

    assert matrix_film.name_after(Path(file)) == name


# The same in the library


def test_matrices_by_name(folder):
    by_name = render.job({"before": TURN, "after": TURN / 2}, steps=3)
    assert by_name == render.job([TURN, TURN / 2], labels=["before", "after"], steps=3)
    found = render.simulate({"before": TURN, "after": TURN / 2}, steps=3)
    assert list(found.columns) == ["before", "after"]
    with pytest.raises(UsageError, match="the names of the matrices are their labels, so leave labels out"):
        render.film({"a": TURN}, labels=["b"], output=folder / "new")
    with pytest.raises(UsageError, match="there are no matrices, so give one at least"):
        render.film({}, output=folder / "new")
    with pytest.raises(UsageError, match="labels must be a list of different names"):
        render.film({1: TURN}, output=folder / "new")
    assert not (folder / "new").exists()
