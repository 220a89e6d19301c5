"""New files are on the disk before they get their names."""

import os
import subprocess
import sys

import pytest

from render import storage


def test_files_are_synced_then_renamed_then_their_folder_is_synced(tmp_path, monkeypatch):
    """Otherwise a machine that stops may leave a name with an empty file, in the place of the old one."""
    happened, opened, synced, replaced = [], {}, os.fsync, os.replace
    system_open = os.open

    def note_open(path, *rest, **named):
        descriptor = system_open(path, *rest, **named)
        opened[descriptor] = str(path)
        return descriptor

    def note_sync(descriptor):
        happened.append(("sync", opened[descriptor]))
        synced(descriptor)

    def note_replace(old, new):
        happened.append(("replace", str(old)))
        replaced(old, new)

    monkeypatch.setattr(storage.os, "open", note_open)
    monkeypatch.setattr(storage.os, "fsync", note_sync)
    monkeypatch.setattr(storage.os, "replace", note_replace)
    (tmp_path / "b.txt").write_bytes(b"old")
    with storage.AtomicFiles(tmp_path, ["a.txt", "b.txt"]) as files:
        temporary = [str(files.path(name)) for name in ("a.txt", "b.txt")]
        files.write("a.txt", b"first")
        files.write("b.txt", [b"sec", b"ond"])
        assert not (tmp_path / "a.txt").exists()
        assert (tmp_path / "b.txt").read_bytes() == b"old"
        files.commit()
    folder = [("sync", str(tmp_path))] if hasattr(os, "O_DIRECTORY") else []
    expected = [("sync", path) for path in temporary] + [("replace", path) for path in temporary] + folder
    assert happened == expected
    assert (tmp_path / "a.txt").read_bytes() == b"first"
    assert (tmp_path / "b.txt").read_bytes() == b"second"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.txt"]


def test_what_an_ended_process_left_is_removed_though_another_has_its_number(tmp_path):
    """Numbers of processes come again, and one whose end nobody has taken note of still has its own."""
    with storage.AtomicFiles(tmp_path, ["mine"]) as files:
        mine = files.path("mine").name
        stem, _, rest = mine.partition("-")
        # Made by a process of this one's number that had begun at another time.
        other = "0001" if rest[6:10] != "0001" else "0002"
        earlier = tmp_path / f"{stem}-{rest[:6]}{other}{rest[10:]}"
        untold = tmp_path / f"{stem}-{rest[:6]}0000{rest[10:]}"
        for path in (earlier, untold):
            path.touch()
        storage.sweep(tmp_path)
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted([mine, untold.name])


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="only Linux tells of processes in files")
def test_a_process_that_has_ended_is_not_alive_though_it_is_listed():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = storage._started(process.pid)
    assert storage._is_alive(process.pid, started)
    process.stdin.close()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    # A signal could still be sent to it.
    os.kill(process.pid, 0)
    assert not storage._is_alive(process.pid, started)
    process.wait()
