"""Folders and names that cannot be written, and files that cannot be renamed: F16–F21."""

import errno
import os
import re
import shutil
import subprocess
from fractions import Fraction
from functools import reduce
from importlib import import_module
from pathlib import Path

import imageio_ffmpeg
import pytest
from place import ENDINGS, SENTENCE, SHORT, finish, small_disk

import render
from render import storage
from render.errors import OutputError
from render.video.decoder import Decoding
from render.video.encoder import Encoder, StreamInfo
from render.video.ffmpeg import Ffmpeg
from render.video.formats import FORMATS


def film(place):
    return render.film("orthogonal", steps=1, dim=2, pace="even", output=place.folder)


def test_f16_folder_missing(place, call):
    place.folder = place.root / "new" / "films"
    code, _, said = call(*place.command(*SHORT)[3:], env=place.fake("exit at once"))
    assert (code, len(said.splitlines())) == (4, 1)
    # What was made for nothing is unmade.
    assert not (place.root / "new").exists()
    call._monkeypatch.delenv("IMAGEIO_FFMPEG_EXE")
    assert call(*place.command(*SHORT)[3:])[0] == 0
    assert sorted(place.state()) == [f"orthogonal.{ending}" for ending in ENDINGS]


@pytest.mark.parametrize(
    "moment",
    [
        ("render.video.encoder", "Encoder.write"),
        ("render.video.encoder", "Encoder.finish"),
        ("render.video.decoder", "Decoding.__enter__"),
        ("render.storage", "AtomicFiles.write"),
        ("render.pipeline.manifest", "file_entry"),
        ("render.storage", "AtomicFiles.commit"),
    ],
    ids=lambda moment: moment[1],
)
def test_f16_folder_removed_meanwhile(place, call, monkeypatch, moment):
    module, names = moment
    *path, name = names.split(".")
    owner = reduce(getattr, path, import_module(module))
    original, removed = getattr(owner, name), []

    def removing(*arguments, **options):
        if not removed:
            removed.append(shutil.rmtree(place.folder))
        return original(*arguments, **options)

    monkeypatch.setattr(owner, name, removing)
    place.old_files()
    code, out, said = call(*place.command(*SHORT)[3:])
    assert (code, out) == (5, ""), said
    assert re.fullmatch(SENTENCE, said), said
    assert "reinstall" not in said
    assert not place.state()
    assert place.processes() == []


def test_f16_file_removed_before_it_is_read(tmp_path, monkeypatch):
    """The decoder, which finds nothing, is not what has failed."""
    path, enter = tmp_path / "film.mp4", Decoding.__enter__
    path.touch()

    def removing(decoding):
        path.unlink()
        return enter(decoding)

    monkeypatch.setattr(Decoding, "__enter__", removing)
    with (
        Ffmpeg(imageio_ffmpeg.get_ffmpeg_exe()) as ffmpeg,
        Encoder(ffmpeg, FORMATS["mp4"], path, StreamInfo(64, 64, 2, Fraction(25)), 60) as encoder,
    ):
        encoder.write(memoryview(bytes(64 * 64 * 3 // 2)), 2)
        encoder.end()
        with pytest.raises(OutputError, match="somebody removed it while it was made"):
            encoder.finish()


def test_f17_disk_read_only(place, call):
    with small_disk(place.folder, "4m"):
        before = place.old_files()
        subprocess.run(["mount", "-o", "remount,ro", place.folder], check=True)
        code, out, said = call(*place.command(*SHORT)[3:])
        assert (code, out) == (5, "")
        assert re.fullmatch(r"render: .* \(Read-only file system\), so choose another folder or make room\.\n", said)
        assert place.state() == before


def test_f17_folder_read_only(place):
    """Root, who may write into every folder, gives that right up."""
    before = place.old_files()
    place.folder.chmod(0o555)
    rights = [] if os.geteuid() else ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
    with place.begin([*rights, *place.command(*SHORT)]) as process:
        process.stdout_text, process.stderr_text = finish(process)
    place.refuses(before, process, 5, f"could not write into {place.folder} (Permission denied), so choose another")
    place.folder.chmod(0o755)


def test_f17_disk_read_only_meanwhile(place, call, monkeypatch):
    """Injected where temporary files are removed: what went wrong first is what is said."""
    unlink = Path.unlink

    def refused(path, missing_ok=False):
        if path.suffix == ".part":
            raise OSError(errno.EROFS, "Read-only file system")
        unlink(path, missing_ok=missing_ok)

    place.old_files()
    monkeypatch.setattr(Path, "unlink", refused)
    code, out, said = call(*place.command(*SHORT, "--format", "mp4")[3:], env=place.fake("exit at once"))
    assert (code, out) == (4, "")
    assert "Conversion failed!" in said


@pytest.mark.parametrize("ending", ["mp4", "json"])
def test_f18_output_is_a_folder(place, call, ending):
    place.old_files()
    target = place.folder / f"orthogonal.{ending}"
    target.unlink()
    target.mkdir()
    (target / "inside").write_bytes(b"kept")
    before = place.state()
    code, out, said = call(*place.command(*SHORT)[3:])
    assert (code, out) == (5, "")
    assert f"{target} is a folder, and only files are replaced, so choose another name" in said
    assert place.state() == before


def test_f18_folder_is_a_file(place, call):
    place.folder.write_bytes(b"a file")
    code, _, said = call(*place.command(*SHORT)[3:])
    assert (code, place.folder.read_bytes()) == (5, b"a file")
    assert re.fullmatch(r"render: .+ is not a folder, so .+\.\n", said)
    place.folder = place.folder / "deeper"
    code, _, said = call(*place.command(*SHORT)[3:])
    assert (code, place.state()) == (5, None)
    assert "Not a directory" in said


@pytest.mark.parametrize("dangling", [False, True])
def test_f19_output_is_a_link(place, call, dangling):
    place.old_files()
    outside = place.root / "outside.mp4"
    if not dangling:
        outside.write_bytes(b"precious")
    (place.folder / "orthogonal.mp4").unlink()
    (place.folder / "orthogonal.mp4").symlink_to(outside)
    before = place.state()
    code, out, said = call(*place.command(*SHORT)[3:])
    assert (code, out) == (5, "")
    assert "is a symbolic link, and only files are replaced, so choose another name" in said
    assert place.state() == before
    assert outside.exists() != dangling
    assert dangling or outside.read_bytes() == b"precious"


def test_f19_new_files_have_the_usual_rights_and_linked_folders_work(place, call):
    (place.root / "elsewhere").mkdir()
    place.folder.symlink_to("elsewhere")
    mask = os.umask(0)
    os.umask(mask)
    assert call(*place.command(*SHORT)[3:])[0] == 0
    assert {p.stat().st_mode & 0o777 for p in place.folder.iterdir()} == {0o666 & ~mask}


# Renaming: the system is made to refuse by a replacement of os.replace, since no disk can be asked to.


def replace_that_fails(monkeypatch, error, count, times):
    """Let `os.replace` raise instead of doing its `count`-th and later work, so many times."""
    replace, calls = os.replace, []

    def failing(source, target):
        calls.append(target)
        if count <= len(calls) < count + times:
            raise error
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    return calls


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.EIO, "Input/output error")])
def test_f20_renaming_is_undone(place, monkeypatch, count, error):
    before = place.old_files()
    replace_that_fails(monkeypatch, error, count, 1)
    with pytest.raises(KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else OutputError):
        film(place)
    assert place.state() == before


def test_f20_renaming_the_first_film_is_undone(place, monkeypatch):
    replace_that_fails(monkeypatch, OSError(errno.EIO, "Input/output error"), 3, 1)
    with pytest.raises(OutputError, match="Input/output error"):
        film(place)
    assert place.state() is None


def test_f20_renaming_waits_for_a_player(place, monkeypatch, call, good):
    place.old_files()
    calls = replace_that_fails(monkeypatch, PermissionError(errno.EACCES, "in use"), 2, 3)
    assert call(*place.command(*SHORT)[3:])[0] == 0
    assert len(calls) == 7
    assert place.state() == good


@pytest.mark.parametrize(
    ("windows", "words"),
    [
        (True, "could not be replaced perhaps because a program has it open, so close that one and take the finished"),
        (False, "could not be replaced (Operation not permitted), so look at who may change it and take the finished"),
    ],
)
def test_f20_name_that_is_never_let_go(place, monkeypatch, call, good, windows, words):
    before = place.old_files()
    replace, paused = os.replace, []

    def held(source, target):
        if Path(target).name == "orthogonal.gif":
            error = PermissionError(errno.EPERM, "Operation not permitted")
            if windows:
                error.winerror = 32
            raise error
        replace(source, target)

    monkeypatch.setattr(os, "replace", held)
    monkeypatch.setattr(storage.time, "sleep", paused.append)
    code, out, said = call(*place.command(*SHORT)[3:])
    assert (code, out) == (5, "")
    assert words in said
    # It was tried again, with longer pauses each time.
    assert len(paused) >= 5
    assert paused == sorted(paused)
    made = place.state()
    rescued = {name: content for name, content in made.items() if ".new." in name}
    assert {name: content for name, content in made.items() if name not in rescued} == before
    # Those that were in place already are kept as well.
    assert rescued == {name.replace(".", ".new.", 1): content for name, content in good.items()} | {
        "orthogonal.new.json": rescued["orthogonal.new.json"]
    }
    assert all(name in said for name in rescued)


@pytest.mark.parametrize("system_call", ["_keep_old", "_replace"])
def test_f20_whatever_the_system_refuses_at_the_end_is_a_sentence(place, call, monkeypatch, system_call):
    """Injected, since root is refused nothing: as where a folder has lost its permissions meanwhile."""

    def refused(self, *arguments):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(storage.AtomicFiles, system_call, refused)
    call.scene("orthogonal", SHORT, 5, f"could not write into {place.folder} (Permission denied), so choose another")


def test_f20_old_file_that_cannot_be_put_back_is_kept(place, monkeypatch):
    before = place.old_files()
    # The first is renamed; the second is refused, and so is putting the first one back.
    replace_that_fails(monkeypatch, OSError(errno.EIO, "Input/output error"), 2, 2)
    with pytest.raises(OutputError, match=r"mp4 could not be put back \(.*\) from .*orthogonal\.old\.mp4, so do that"):
        film(place)
    assert place.state()["orthogonal.old.mp4"] == before["orthogonal.mp4"]
    rest = ("orthogonal.mp4", "orthogonal.old.mp4")
    assert {n: c for n, c in place.state().items() if n not in rest} == {
        n: c for n, c in before.items() if n not in rest
    }


def test_f20_folder_that_cannot_be_synced_is_no_fault(place, monkeypatch):
    """Some network disks refuse to sync a folder; the files are in place all the same."""
    place.old_files()
    sync = storage._sync

    def refused(path):
        if path.is_dir():
            raise OSError(errno.EINVAL, "Invalid argument")
        sync(path)

    monkeypatch.setattr(storage, "_sync", refused)
    made = film(place)
    assert sorted(place.state()) == [f"orthogonal.{ending}" for ending in ENDINGS]
    assert made.files["mp4"].read_bytes() == place.state()["orthogonal.mp4"]


def test_f21_everything_is_written_where_it_will_stay(place, call, good):
    """Renaming works within one disk only: a temporary folder elsewhere is not needed for films."""
    other = place.root / "temporary"
    with small_disk(other, "64k"):
        code, _, said = call(*place.command(*SHORT)[3:], env={"TMPDIR": str(other)})
        assert (code, said) == (0, "")
        assert place.state() == good
        assert list(other.iterdir()) == []
