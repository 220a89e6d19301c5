"""Disks that get full: F13–F15. Nothing is renamed before all is written."""

import errno

import pytest
from place import LONG, SHORT, small_disk

from render import storage


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["mp4", "gif"])
@pytest.mark.parametrize(
    "part", [pytest.param(0.3, id="f13_while_writing"), pytest.param(0.999, id="f14_at_the_very_end")]
)
def test_f13_f14_file_that_may_not_get_so_large(place, long, ending, part):
    """Just below the final size ffmpeg fails at its end, as where it moves an MP4's index to the front."""
    before = place.old_files()
    limit = int(len(long[f"orthogonal.{ending}"]) * part)
    done = place.limited("RLIMIT_FSIZE", limit, *LONG, "--format", ending)
    place.refuses(before, done, 5, "ile too large", "another folder", "make room")


@pytest.mark.parametrize("form", ["mp4", "gif"])
def test_f13_disk_full_while_writing(place, call, form):
    with small_disk(place.folder, "4m"):
        before = place.old_files()
        ballast = place.folder / "ballast"
        env = place.fake("fills the disk", FAKE_FFMPEG_FILLS=str(ballast))
        code, out, said = call(*place.command(*LONG, "--format", form)[3:], env=env)
        ballast.unlink()
        assert (code, out) == (5, "")
        assert "no space left on device" in said
        assert "so make room or choose another folder" in said
        assert place.state() == before
        assert place.processes() == []


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("full by its status", "no space left on device"),
        ("too large by its status", "file too large"),
        ("quota in words", "disk quota exceeded"),
        ("removes its file", "somebody removed it"),
    ],
)
def test_f13_what_ffmpeg_says_of_a_disk_is_understood(place, call, mode, words):
    """These disks are a fake ffmpeg's, which ends as the real one does on them."""
    call.scene("orthogonal", [*SHORT, "--format", "mp4"], 5, words, "another folder", env=place.fake(mode))


def test_f13_disk_too_small_from_the_start(place, call):
    with small_disk(place.folder, "256k"):
        call.scene("orthogonal", LONG, 5, "MB free", "are needed", "make room")


@pytest.mark.parametrize("what", ["repeat_pictures", "set_durations"])
def test_f14_disk_full_when_a_finished_file_is_changed(place, call, monkeypatch, what):
    """Injected where the file is written: a real disk would have to be full to the byte."""
    form = "mp4" if what == "repeat_pictures" else "gif"

    def full(path, numbers):
        raise OSError(errno.ENOSPC, "No space left on device")

    from render.video.formats import FORMATS

    monkeypatch.setitem(vars(FORMATS[form]), what, full)
    call.scene("orthogonal", [*SHORT, "--format", form], 5, f"write the {form} file (No space left", "make room")


@pytest.mark.parametrize("ending", ["png", "json"])
def test_f15_disk_full_on_poster_or_manifest(place, call, monkeypatch, ending):
    """Injected where the file is opened: the film itself is finished by then, and is not renamed either."""

    def full(path, *arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    written = storage.AtomicFiles.write

    def write(self, name, content):
        if name.endswith(ending):
            monkeypatch.setattr(storage, "open", full, raising=False)
        written(self, name, content)

    monkeypatch.setattr(storage.AtomicFiles, "write", write)
    call.scene("orthogonal", SHORT, 5, f"orthogonal.{ending} (No space left on device), so ", "make room")


def test_f15_disk_full_when_files_are_synced(place, call, monkeypatch):
    """Injected at fsync, where a disk with delayed allocation says that it was full."""
    synced = []

    def fail(path):
        synced.append(path)
        if len(synced) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage, "_sync", fail)
    call.scene("orthogonal", SHORT, 5, "No space left on device", "make room")
