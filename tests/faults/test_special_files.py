"""Names that are no files, leftovers that are no files, and locks of other programs: rows F61, F66 and F75."""

import logging
import os
import socket
import stat
import time

import pytest
from place import SHORT

from render.storage import AtomicFiles

KINDS = ("pipe", "socket", "device", "folder", "link", "dangling link", "link to a device")
# A number that no process has.
NOBODY = 2**22 + 1


def put(path, kind):
    """Put something in a file's place."""
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        # The name of a socket must be short, so it is made where it is.
        here = os.open(".", os.O_RDONLY)
        os.chdir(path.parent)
        try:
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(path.name)
        finally:
            os.fchdir(here)
            os.close(here)
    elif kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.with_name("target").write_bytes(b"precious")
        path.symlink_to("target")
    elif kind == "dangling link":
        path.symlink_to("nowhere")
    elif kind == "link to a device":
        path.symlink_to("/dev/stdout")


def refused(call, place, kind, words, name, monkeypatch):
    """Say that something stays what it is."""
    path = place.root / name
    path.parent.mkdir(exist_ok=True)
    if kind == "device":
        # Not everybody may make one, so that a file is said to be one.
        path.write_bytes(b"device")
        lstat = os.lstat

        def as_device(asked, **options):
            found = lstat(asked, **options)
            if os.fspath(asked) != str(path):
                return found
            return os.stat_result((stat.S_IFCHR | 0o666, *found[1:]))

        monkeypatch.setattr("os.lstat", as_device)
        monkeypatch.setattr("os.stat", lambda asked, **o: as_device(asked) if not o.get(
            "follow_symlinks", True) else _stat(asked, **o))  # fmt: skip
    else:
        put(path, kind)
    before = {p.name: (p.lstat().st_mode, p.lstat().st_ino) for p in path.parent.iterdir()}
    code, out, said = call(*words)
    assert (code, out) == (5, "")
    what = {"dangling link": "symbolic link", "link to a device": "symbolic link", "link": "symbolic link"}
    assert what.get(kind, kind) in said
    assert ", so choose another name or folder" in said
    assert {p.name: (p.lstat().st_mode, p.lstat().st_ino) for p in path.parent.iterdir()} == before


_stat = os.stat


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "folder"])
def test_f61_numbers_do_not_replace_what_is_no_file(call, place, kind, monkeypatch):
    refused(call, place, kind, ("numbers", "rotation", "--steps", 1, "-o", "numbers"), "numbers", monkeypatch)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ending", ["gif", "json"])
def test_f61_films_do_not_replace_what_is_no_file(call, place, kind, ending, monkeypatch):
    words = ("scene", "orthogonal", "--output", "films", *SHORT, "--format", "gif")
    refused(call, place, kind, words, f"films/orthogonal.{ending}", monkeypatch)


@pytest.mark.parametrize(("output", "code"), [("..", 5), (".", 2), ("/", 2)])
def test_f61_a_folder_is_asked_for_a_name_in_it(call, output, code):
    call.refuses(("numbers", "rotation", "-o", output), code, "is a folder", "so give the name of a file in it")


def test_f61_a_device_as_the_folder(call):
    call.refuses(("scene", "rotation", "-o", "/dev/null"), 5, "/dev/null is not a folder, so choose another one")


@pytest.mark.parametrize("kind", ["folder", "full folder", "link", "dangling link", "pipe"])
def test_f66_leftovers_that_are_no_files(place, kind):
    place.folder.mkdir()
    stale = place.folder / f".orthogonal.{NOBODY}-0123456789abcdef01.part"
    put(stale, kind.removeprefix("full "))
    if kind == "full folder":
        (stale / "inside").write_bytes(b"kept")
    if kind not in ("link", "dangling link"):
        os.utime(stale, (0, 0))
    before = place.state() if kind != "pipe" else None
    with AtomicFiles(place.folder, ["new"]) as files:
        files.write("new", b"made")
        files.commit()
    assert (place.folder / "new").read_bytes() == b"made"
    (place.folder / "new").unlink()
    if kind == "pipe":
        # It has the name of a temporary file, and is old.
        assert place.state() == {}
    else:
        assert place.state() == before


@pytest.fixture
def another():
    """Hold a lock as another program would."""
    import fcntl

    held = []

    def lock(path, flags=os.O_RDONLY):
        held.append(os.open(path, flags, 0o666))
        fcntl.flock(held[-1], fcntl.LOCK_EX)

    yield lock
    for descriptor in held:
        os.close(descriptor)


def write(folder, timeout=120.0):
    with AtomicFiles(folder, ["new"], timeout) as files:
        files.write("new", b"made")
        files.commit()


def test_f75_a_folder_that_another_program_has_locked(place, another):
    place.folder.mkdir()
    another(place.folder)
    began = time.monotonic()
    write(place.folder)
    assert time.monotonic() - began < 10
    assert place.state() == {"new": b"made"}


def test_f75_another_program_that_never_stops_renaming(place, another, caplog, monkeypatch):
    monkeypatch.setattr("render.locks._SILENT", 0.05)
    before = place.old_files()
    lock = place.folder / ".eigenreel.lock"
    another(lock, os.O_CREAT | os.O_RDWR)
    with (
        caplog.at_level(logging.WARNING, "render"),
        pytest.raises(
            Exception, match=r"another program has been writing into .* for 0.2 seconds, so end it"
        ) as raised,
    ):
        write(place.folder, 0.2)
    assert raised.value.exit_code == 5
    assert [record.getMessage() for record in caplog.records] == [
        f"render: waiting for another program that writes into {place.folder}."
    ]
    # The lock is the other program's, and stays.
    assert place.state() == before | {lock.name: b""}


def test_f75_a_lock_that_a_killed_program_left(place):
    before = place.old_files()
    (place.folder / ".eigenreel.lock").touch()
    write(place.folder)
    assert place.state() == before | {"new": b"made"}


def test_f75_a_lock_that_is_a_link(place):
    before = place.old_files()
    (place.folder / ".eigenreel.lock").symlink_to("nowhere")
    with pytest.raises(Exception, match=r"could not write into .*, so choose another folder"):
        write(place.folder)
    assert place.state() == before | {".eigenreel.lock": "nowhere"}


@pytest.mark.parametrize("command", ["checkpoints", "gallery", "verify"])
@pytest.mark.parametrize("word", ["a" * 300, "a/" * 3000])
def test_f61_names_that_no_folder_can_have(call, command, word):
    call.refuses((command, word), 3)


def test_f61_translations_in_a_folder_that_none_can_be(place):
    before = place.old_files()
    done = place.run("--lang", "ko", "--steps", "2", env={"EIGENREEL_TRANSLATIONS": "a" * 300})
    place.refuses(before, done, 2, "which is no folder, so correct it or unset it")
