"""The command that films a matrix over training."""

import json
import re
import sys

import numpy as np
import pytest
from films import draw, listing, manifest_of
from networks import FIXTURES

from render.check.verify import verify
from render.cli import checkpoint_command, terminal
from render.cli.commands import commands
from render.pipeline.networks import PLAIN

QUICK = ("--format", "gif", "--pace", "even", "--layout", "square", "-o", "out")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with checkpoints of two kinds."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").mkdir()
    for number in (0, 10, 5):
        np.savez(tmp_path / "runs" / f"epoch{number}.npz", W=np.eye(2) * (0.8 + 0.05 * number), U=np.ones((2, 1)))
    np.save("x.npy", draw(9))
    np.save("all.npy", draw(3, 2, 2))
    return tmp_path


@pytest.fixture
def call(monkeypatch, capsys):
    """The command in this process: exit code, standard output and standard error of ``call(*words)``."""

    def called(*words):
        monkeypatch.setattr(sys, "argv", ["render", "checkpoints", *map(str, words)])
        code = terminal.run(commands)
        seen = capsys.readouterr()
        return code, seen.out, seen.err

    return called


def test_the_repeated_names_are_those_of_the_library():
    assert checkpoint_command.ACTIVATIONS == tuple(PLAIN)


def test_a_folder_with_data(folder, call):
    (folder / "runs" / "notes.txt").write_text("no matrix", encoding="utf-8")
    code, out, err = call("runs", "--data", "x.npy", "--steps", "5", *QUICK, "--lang", "ko", "--json")
    assert code == 0, err
    assert err.splitlines()[0] == "render: notes.txt holds no checkpoint, so the film is without."
    content = manifest_of(json.loads(out)["manifest"])
    assert (content["title"], content["scene"]) == ("학습에 따른 W", "training")
    assert content["tracks"]["clock"] == [0, 5, 10]
    assert content["tracks"]["radius"] == pytest.approx([0.8, 1.05, 1.3])
    assert next(m["sentence"] for m in content["moments"] if m["step"] == 1).startswith("에폭 5에서")
    assert len(content["job"]["several"]["data"]["inputs"]) == 5
    assert verify(folder / "out" / "runs-training.gif").holds


def test_an_array_of_all(folder, call):
    code, out, err = call(FIXTURES / "rnn_training.npz", *QUICK, "--every", "12", "--name", "mine", "--quiet")
    assert (code, out) == (0, ""), err
    content = manifest_of(folder / "out" / "mine.gif")
    assert content["title"] == "weight_hh_l0 over training"
    assert content["tracks"]["clock"] == [0, 300, 600]
    assert "largest" not in content["tracks"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["missing.npz"], 3, "missing.npz cannot be read (No such file or directory)"),
        (["x.npy"], 3, "x.npy holds (9,), and no array of checkpoints × rows × columns"),
        (["runs", "--key", "V"], 3, "epoch0.npz: there is no matrix 'V', choose from W, U"),
        (["runs", "--gate", "forget"], 3, "epoch0.npz: there is no kernel of gates"),
        (["runs", "--data", "missing.npy"], 3, "missing.npy cannot be read"),
        (["runs", "--data", "x.npy", "--steps", "10"], 3, "x.npy has 9 steps, so give --steps 9 at most"),
        (["all.npy", "--data", "x.npy"], 3, "there is no input kernel beside W, and the data have 1 numbers a step"),
        (["runs", "--steps", "5"], 2, "--steps is of what a network makes of data, so give them with --data"),
        (["runs", "--activation", "relu"], 2, "--activation is of what a network makes of data"),
        (["runs", "--every", "0"], 2, "Invalid value for '--every'"),
        (["runs", "--every", "7"], 3, "a film over training needs two checkpoints at least"),
    ],
)
def test_refusals(folder, call, words, code, said):
    before = listing(folder / "runs")
    found, _, sentence = call(*words, *QUICK)
    assert found == code
    assert re.fullmatch(r"render: [^\n]+\.\n", sentence), sentence
    assert said in sentence, sentence
    assert not (folder / "out").exists()
    assert listing(folder / "runs") == before


def test_checkpoints_are_not_replaced_by_their_film(folder, call):
    for number in (1, 2):
        (folder / f"step-{number}.json").write_text(json.dumps([[number]]), encoding="utf-8")
    (folder / "x.npy").unlink()
    (folder / "all.npy").unlink()
    before = listing_of_files(folder)
    code, _, sentence = call(".", "-o", ".", "--name", "step-1", "--format", "gif")
    assert code == 2
    assert "would replace step-1.json" in sentence
    assert listing_of_files(folder) == before


def listing_of_files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
