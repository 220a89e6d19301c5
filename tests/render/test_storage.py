"""New files are on the disk before they get their names."""

import os

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
