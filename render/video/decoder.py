"""Reading films back: how many frames a file has, when they are shown, and their pixels."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from render.drawing.colors import ColorArray
from render.errors import EncodeError
from render.video.ffmpeg import Ffmpeg, end, kill, start

# Sizes of frames are multiples of this.
_CORNER = 8


class Decoding:
    """Decodes a whole file to count its frames. Use as a context manager; it begins at once.

    Parameters
    ----------
    ffmpeg : Ffmpeg
        The program.
    path : Path
        The file.
    timeout : float
        Seconds it may take.
    """

    def __init__(self, ffmpeg: Ffmpeg, path: Path, timeout: float) -> None:
        self._timeout = timeout
        # One line a frame. Every pixel is decoded; the checksum, which nobody reads, is of a corner.
        self._process = start(
            ffmpeg.path,
            [
                *("-v", "error", "-xerror", "-threads", "2", "-i", f"file:{path}", "-fps_mode", "passthrough"),
                *("-vf", f"crop=iw/{_CORNER}:ih/{_CORNER}:0:0:exact=1", "-f", "framecrc", "-"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )

    def result(self, what: str) -> tuple[int, tuple[int, int]]:
        """Return the number of frames, and their width and height.

        Raises
        ------
        EncodeError
            If the file, called `what`, does not decode.
        """
        assert self._process.stdout is not None
        timer = threading.Timer(self._timeout, end, [self._process])
        timer.start()
        frames, size = 0, (0, 0)
        try:
            with open(self._process.stdout.fileno(), "rb", closefd=False) as lines:
                for line in iter(lambda: lines.readline(4096), b""):
                    if found := re.fullmatch(rb"#dimensions 0: (\d{1,6})x(\d{1,6})\s*", line):
                        size = (int(found[1]) * _CORNER, int(found[2]) * _CORNER)
                    frames += line.startswith(b"0,")
            status = self._process.wait()
        finally:
            timer.cancel()
        if status:
            raise EncodeError(
                f"the verification of {what} failed after {frames} frames, so try again or use another ffmpeg"
            )
        return frames, size

    def __enter__(self) -> Decoding:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End it, whether finished or not."""
        kill(self._process)


def times_of(ffmpeg: Ffmpeg, path: Path) -> list[tuple[int, Fraction, Fraction]]:
    """Return the stream of every packet of a file, when it is shown and for how long, in seconds."""
    arguments = ["-v", "quiet", "-i", f"file:{path}", "-map", "0", "-c", "copy", "-f", "framecrc", "-"]
    process = start(ffmpeg.path, arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    units, times = {}, []
    try:
        assert process.stdout is not None
        with open(process.stdout.fileno(), encoding="utf-8", errors="replace", closefd=False) as lines:
            for line in lines:
                if found := re.fullmatch(r"#tb (\d+): (\d+/\d+)", line.strip()):
                    units[found[1]] = Fraction(found[2])
                elif found := re.match(r"(\d+), *-?\d+, *(-?\d+), *(\d+),", line):
                    unit = units[found[1]]
                    times.append((int(found[1]), int(found[2]) * unit, int(found[3]) * unit))
    finally:
        kill(process)
    return times


def frames_of(ffmpeg: Ffmpeg, path: Path, width: int, height: int) -> Iterator[ColorArray]:
    """Yield the frames of a file, shape (height, width, 3), as long as there are whole ones."""
    arguments = ["-v", "quiet", "-i", f"file:{path}", "-fps_mode", "passthrough"]
    arguments += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    process = start(ffmpeg.path, arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        with open(process.stdout.fileno(), "rb", closefd=False) as raw:
            while len(frame := raw.read(3 * width * height)) == 3 * width * height:
                yield np.frombuffer(frame, np.uint8).reshape(height, width, 3)
    finally:
        kill(process)
