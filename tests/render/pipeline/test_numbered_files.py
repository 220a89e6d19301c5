"""Folders of checkpoints: the order and the numbers of their files."""

import pytest

from render.errors import InputError
from render.pipeline.numbered_files import brief_names, numbered_files


def folder_of(tmp_path, *names):
    for name in names:
        (tmp_path / name).write_bytes(b"")
    return tmp_path


@pytest.mark.parametrize(
    ("names", "clock", "unit"),
    [
        (["step-1500.npz", "step-500.npz", "step-9.npz"], (9, 500, 1500), "step"),
        (["0.npy", "10.npy", "2.npy"], (0, 2, 10), "update"),
        (["epoch=3.safetensors", "epoch=20.safetensors"], (3, 20), "epoch"),
        (["global_step0100.npz", "global_step0020.npz"], (20, 100), "step"),
        # Of several numbers the one that rises: never the name's own.
        (["rnn2_update500.npz", "rnn2_update0.npz", "rnn2_update1000.npz"], (0, 500, 1000), "update"),
        (["epoch1-step5.csv", "epoch1-step20.csv", "epoch2-step30.csv"], (5, 20, 30), "step"),
        (["epoch1-step5.csv", "epoch2-step5.csv"], (1, 2), "epoch"),
        (["iter_7-loss_0.35.npy", "iter_30-loss_0.20.npy"], (7, 30), "iteration"),
        (["ckpt-1.npz", "ckpt-12.npz"], (1, 12), "checkpoint"),
        (["footsteps1.npz", "footsteps2.npz"], (1, 2), "update"),
    ],
)
def test_numbers_in_names_are_the_clock(tmp_path, names, clock, unit):
    found = numbered_files(folder_of(tmp_path, *names))
    assert (found.clock, found.unit, found.left_out) == (clock, unit, ())
    assert sorted(file.name for file in found.files) == sorted(names)


def test_what_is_no_checkpoint_is_named(tmp_path):
    folder = folder_of(tmp_path, "step-1.npz", "step-2.npz", "config.json", "step-1.pt", ".hidden-3.npz", "best.npz")
    (folder / "step-3.npz").mkdir()
    assert numbered_files(folder).left_out == ("best.npz", "config.json", "step-1.pt")
    assert brief_names([f"f{n}" for n in range(9)]) == "f0, f1, f2, f3, f4, f5 and 3 more"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "has no files of arrays with a number in the name"),
        (["a.npz", "b.npz"], "has no files of arrays"),
        (["step-1.npz"], "has 1 file of arrays"),
        (["step-1.pt", "step-2.pt"], "step-1.pt is not read, since .pt files may run code"),
        (
            ["step-1.npz", "adam-1.npz", "step-2.npz"],
            "has files of several kinds, adam-1.npz and step-1.npz among them",
        ),
        (["a1b2.npz", "a1.npz"], "has files of several kinds"),
        (["a1-5.npz", "a2-4.npz", "a2-3.npz"], "no number in the names of"),
        (["step-1.npz", "step-1.csv"], "no number in the names of"),
        (["1.npz", f"{'9' * 40}.npz"], "has a number beyond 9,007,199,254,740,992, so rename it"),
    ],
)
def test_folders_whose_files_tell_no_order_are_refused(tmp_path, names, said):
    with pytest.raises(InputError) as error:
        numbered_files(folder_of(tmp_path, *names))
    assert said in str(error.value)
    assert str(error.value).isprintable()


def test_folders_are_read_within_bounds(tmp_path, monkeypatch):
    monkeypatch.setattr("render.pipeline.numbered_files._MOST_ENTRIES", 3)
    with pytest.raises(InputError, match="has more than 3 files"):
        numbered_files(folder_of(tmp_path, *(f"{n}.npz" for n in range(4))))
    with pytest.raises(InputError, match="cannot be read"):
        numbered_files(tmp_path / "missing")
