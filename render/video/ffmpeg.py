"""The ffmpeg program: where it is, which one it is, and how its processes begin and end."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import IO, ClassVar

from render.errors import EncodeError


def find_ffmpeg() -> str:
    """Return the path of ffmpeg: ``IMAGEIO_FFMPEG_EXE``, else the one of imageio-ffmpeg, else the system's.

    Raises
    ------
    EncodeError
        If there is none.
    """
    import imageio_ffmpeg  # type: ignore[import-untyped]  # it has no type hints

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        raise EncodeError(
            "ffmpeg was not found, so reinstall imageio-ffmpeg or set IMAGEIO_FFMPEG_EXE to one"
        ) from None


class Ffmpeg:
    """The ffmpeg program in use. Its version is asked for at once, and read when it is needed."""

    # One program is asked once, whatever the number of films.
    _known: ClassVar[dict[tuple[str, int], str]] = {}

    def __init__(self, path: str) -> None:
        self.path = path
        self._key = path, os.stat(path).st_mtime_ns if os.path.exists(path) else 0
        self._asked: subprocess.Popen[bytes] | None = None
        if self._key not in self._known:
            self._asked = start(path, ["-version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)

    @property
    def version(self) -> str:
        """Version as ffmpeg states it, or ``unknown``."""
        if self._asked and self._key not in self._known:
            try:
                output = self._asked.communicate(timeout=3)[0]
            except subprocess.TimeoutExpired:
                kill(self._asked)
                output = b""
            words = output.decode(errors="replace").split()
            named = words[:2] == ["ffmpeg", "version"] and len(words) > 2
            self._known[self._key] = words[2] if named else "unknown"
        return self._known[self._key]

    def __enter__(self) -> Ffmpeg:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._asked:
            kill(self._asked)


def start(
    program: str, arguments: list[str], stdin: int, stdout: int, stderr: int | IO[bytes] = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """Start ffmpeg in a process group of its own, so that Ctrl-C reaches us alone.

    Raises
    ------
    EncodeError
        If it cannot be started.
    """
    try:
        return subprocess.Popen(
            [program, *arguments],
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            bufsize=0,
            pipesize=2**20,
            close_fds=True,
            process_group=0 if os.name == "posix" else None,
        )
    except OSError as error:
        raise EncodeError(
            f"ffmpeg could not be started from {program} ({error.strerror}), so reinstall "
            "imageio-ffmpeg or set IMAGEIO_FFMPEG_EXE to one that runs"
        ) from None


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children at once, and wait for it."""
    end(process)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            try:
                pipe.close()
            except BrokenPipeError:
                pass


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children, which may outlive it."""
    if os.name == "posix":
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
    elif process.poll() is None:
        process.kill()
