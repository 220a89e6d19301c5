"""ffmpeg that is missing, fails, dies, hangs, talks without end, or is another version: F1–F12 and F60."""

import errno
import fcntl
import os
import subprocess
import sys

import pytest
from place import FEW, SHORT

from render.video import child as module
from render.video import ffmpeg as program
from render.video.child import Child

MP4 = ("--format", "mp4", "--timeout", "1")


def test_f1_ffmpeg_missing(place, call):
    env = {"IMAGEIO_FFMPEG_EXE": str(place.root / "nowhere")}
    call.scene("orthogonal", SHORT, 4, "nowhere", "No such file", "IMAGEIO_FFMPEG_EXE", env=env)


def test_f1_no_ffmpeg_anywhere(call, monkeypatch, tmp_path):
    monkeypatch.setattr(program, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    call.scene("orthogonal", SHORT, 4, "ffmpeg was not found, so reinstall imageio-ffmpeg or set", "render doctor")


def test_f1_the_ffmpeg_of_the_system_where_none_is_installed(monkeypatch, tmp_path):
    ffmpeg = tmp_path / "ffmpeg"
    ffmpeg.write_text("#!/bin/sh\n")
    ffmpeg.chmod(0o755)
    monkeypatch.delenv("IMAGEIO_FFMPEG_EXE", raising=False)
    assert "imageio_ffmpeg" in program.find_ffmpeg()
    monkeypatch.setattr(program, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program.find_ffmpeg() == str(ffmpeg)


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.EMFILE, errno.ENOMEM])
def test_f2_system_that_starts_no_more_programs(call, monkeypatch, number):
    """Injected where a process is started: as root nothing is limited. It is not ffmpeg that is to be mended."""

    def refuse(*arguments, **options):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(subprocess, "Popen", refuse)
    monkeypatch.setattr(program.Ffmpeg, "_known", {})
    said = call.scene("orthogonal", SHORT, 1, os.strerror(number), "so close other programs or raise the limit")
    assert "reinstall" not in said


@pytest.mark.parametrize(("mode", "reason"), [(0o644, "Permission denied"), (0o755, "Exec format error")])
def test_f2_ffmpeg_that_is_no_program(place, call, mode, reason):
    ffmpeg = place.root / "ffmpeg"
    ffmpeg.write_bytes(b"\x7fELF for another machine")
    ffmpeg.chmod(mode)
    call.scene("orthogonal", SHORT, 4, str(ffmpeg), reason, env={"IMAGEIO_FFMPEG_EXE": str(ffmpeg)})


def fails(row, mode, *words, options=MP4):
    return pytest.param(mode, words, options, id=f"{row}-{mode}")


# Each is called by its row.
@pytest.mark.parametrize(
    ("mode", "words", "options"),
    [
        fails("f3", "no encoder", "no encoder libx264", "choose --format gif or set IMAGEIO_FFMPEG_EXE"),
        fails("f3", "no decoder", "writes webp but cannot read it", "newer ffmpeg", options=("--format", "webp")),
        fails("f4", "exit at once", "status 1", "Conversion failed!"),
        fails("f4", "leaves a child", "status 1"),
        fails("f5", "killed", "died at frame 1", "signal 9"),
        fails("f5", "aborts", "failed at frame", "status 134", "Assertion failed"),
        fails("f6", "stops early", "wrote 1", "of 12 frames"),
        fails("f6", "drops frames", "wrote 10 of 12 frames"),
        fails("f7", "writes nothing", "verification", "mp4"),
        fails("f7", "truncates", "verification", "mp4"),
        fails("f7", "decodes to nonsense", "wrote 1 of 12 frames"),
        fails("f7", "decodes without end", "verification", "made no progress for 1 seconds"),
        fails("f8", "hangs at the start", "no progress for 1 seconds", "--timeout"),
        fails("f9", "hangs at the end", "no progress for 1 seconds", "after frame 12", "--timeout"),
        fails("f9", "hangs while decoding", "verification", "made no progress for 1 seconds"),
        fails("f12", "not UTF-8", "status 1", "\ufffd broken"),
        fails("f12", "escape codes", "status 1", "(It is broken here)"),
        # One of two encoders fails, and the other is ended.
        fails("f5", "killed", "signal 9", options=()),
    ],
)
def test_f3_to_f12_ffmpeg_that_fails(place, call, mode, words, options):
    call.scene("orthogonal", [*FEW, *options], 4, *words, env=place.fake(mode))


@pytest.mark.parametrize("mode", ["talks first", "mute"])
def test_f10_ffmpeg_that_is_only_odd(place, call, good, mode):
    done = call(*place.command(*SHORT)[3:], env=place.fake(mode))
    assert (done[0], done[2]) == (0, "")
    made = place.state()
    assert made.keys() == good.keys()
    assert made["orthogonal.mp4"] == good["orthogonal.mp4"]
    assert place.processes() == []


def test_f11_words_without_end(place, call, good):
    place.folder.mkdir()
    # Not even the folder of temporary files grows.
    temporary = place.root / "temporary"
    temporary.mkdir()
    env = place.fake("never stops talking", TMPDIR=str(temporary))
    done = call(*place.command(*SHORT, "--format", "mp4")[3:], env=env)
    assert (done[0], done[2]) == (0, "")
    assert place.state()["orthogonal.mp4"] == good["orthogonal.mp4"]
    assert list(temporary.iterdir()) == []


def test_f11_only_the_last_words_are_kept():
    talk = "import sys\nfor n in range(200_000): sys.stderr.write(f'{n} warning\\n')"
    with Child(sys.executable, ["-c", talk], 60, listens=True) as child:
        assert child.wait() == 0
    assert len(child.said) <= 4096
    assert child.said.endswith("\n199999 warning\n")


def test_f8_a_child_may_rest_while_nobody_waits(monkeypatch):
    """What takes its time is the caller, so the process is not ended for it."""
    echo = "import sys\nfor line in sys.stdin.buffer: sys.stdout.buffer.write(line); sys.stdout.flush()"
    monkeypatch.setattr(module, "_POLL_SECONDS", 0.01)
    with Child(sys.executable, ["-c", echo], 0.05, sends=True, reads=True) as child:
        child.timeout = 60
        child.send(memoryview(b"first\n"))
        assert next(child.lines()) == b"first\n"
        child.touch()
        child.timeout = 0.05
        module.time.sleep(0.3)
        assert not child.hung
        # Now somebody waits, and nothing comes.
        assert list(child.lines()) == []
        assert child.hung


def test_f10_pipes_that_may_not_be_wide(place, call, monkeypatch, good):
    """Injected where a pipe is widened: the system grants all films of a user so many bytes together."""

    def refuse(*arguments):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(fcntl, "fcntl", refuse)
    code, _, said = call(*place.command(*SHORT, "--format", "mp4")[3:])
    assert (code, said) == (0, "")
    assert place.state()["orthogonal.mp4"] == good["orthogonal.mp4"]


@pytest.mark.parametrize("grows", [True, False])
def test_f9_a_file_that_grows_is_progress(tmp_path, monkeypatch, grows):
    """The end of a large film takes long, but not without a trace."""
    write = "import sys, time\nfor n in range(40): open(sys.argv[1], 'ab').write(b'x'); time.sleep(0.05)"
    monkeypatch.setattr(module, "_POLL_SECONDS", 0.05)
    path = tmp_path / "film"
    path.touch()
    arguments = ["-I", "-S", "-c", write, str(path)]
    with Child(sys.executable, arguments, 1, writes=path if grows else tmp_path / "other") as child:
        assert (child.wait() == 0) == grows
    assert child.hung != grows


@pytest.mark.parametrize(("mode", "version"), [("old", "4.2.2"), ("new", "9.0.2")])
def test_f60_old_and_new_ffmpeg(place, call, good, mode, version):
    """Fakes that know one of the two options and refuse the other, as the real ones of these versions do."""
    env = place.fake(mode)
    done = call(*place.command(*SHORT)[3:], env=env)
    assert (done[0], done[2]) == (0, "")
    assert place.state()["orthogonal.mp4"] == good["orthogonal.mp4"]
    assert f'"ffmpeg": "{version}"'.encode() in place.state()["orthogonal.json"]
    assert call("verify", str(place.folder))[0] == 0


@pytest.mark.parametrize(
    ("output", "option"),
    [
        ("ffmpeg version 4.2.2-static Copyright\nlibavutil      56. 31.100 / 56. 31.100\n", "-vsync"),
        ("ffmpeg version 5.0.1 Copyright\nlibavutil      57. 17.100 / 57. 17.100\n", "-vsync"),
        ("ffmpeg version n5.1 Copyright\nlibavutil      57. 28.100 / 57. 28.100\n", "-fps_mode"),
        ("ffmpeg version 7.0.2-static Copyright\nlibavutil      59.  8.100 / 59.  8.100\n", "-fps_mode"),
        ("ffmpeg version N-118 Copyright\nlibavutil      60.  1.100 / 60.  1.100\n", "-fps_mode"),
        ("", "-fps_mode"),
    ],
)
def test_f60_the_option_follows_from_the_library(monkeypatch, output, option):
    ffmpeg = program.Ffmpeg("/some/ffmpeg")
    monkeypatch.setattr(program.Ffmpeg, "_known", {ffmpeg._key: program._read(output)})
    assert ffmpeg.every_picture == [option, "passthrough"]
