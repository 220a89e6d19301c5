"""Reading films back: how many frames a file has, when they are shown, and their pixels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from render.drawing.colors import Color, ColorArray
from render.errors import EncodeError
from render.video.child import Child
from render.video.ffmpeg import Ffmpeg

# Sizes of frames are multiples of this.
_CORNER = 8
# Seconds without a frame after which a file is taken to have no more.
_SECONDS = 120.0


class Decoding:
    """Decodes a whole file to count its frames. Use as a context manager; it begins at once.

    Parameters
    ----------
    ffmpeg : Ffmpeg
        The program.
    path : Path
        The file.
    timeout : float
        Seconds without a frame after which it is ended.
    """

    def __init__(self, ffmpeg: Ffmpeg, path: Path, timeout: float) -> None:
        # One line a frame. Every pixel is decoded; the checksum, which nobody reads, is of a corner.
        arguments = [
            *("-v", "error", "-xerror", "-threads", "2", "-i", f"file:{path}", *ffmpeg.every_picture),
            *("-vf", f"crop=iw/{_CORNER}:ih/{_CORNER}:0:0:exact=1", "-f", "framecrc", "-"),
        ]
        self._child = Child(ffmpeg.path, arguments, timeout, reads=True)

    def result(self, what: str) -> tuple[int, tuple[int, int]]:
        """Return the number of frames, and their width and height.

        Raises
        ------
        EncodeError
            If the file, called `what`, does not decode.
        """
        frames, size = 0, (0, 0)
        for line in self._child.lines():
            if found := re.fullmatch(rb"#dimensions 0: (\d{1,6})x(\d{1,6})\s*", line):
                size = (int(found[1]) * _CORNER, int(found[2]) * _CORNER)
            if line.startswith(b"0,"):
                frames += 1
                self._child.touch()
        if self._child.wait():
            hung = f"made no progress for {self._child.timeout:g} seconds" if self._child.hung else "failed"
            raise EncodeError(
                f"the verification of {what} {hung} after {frames} frames, so try again or use another ffmpeg"
            )
        return frames, size

    def __enter__(self) -> Decoding:
        self._child.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End it, whether finished or not."""
        self._child.close()


def times_of(ffmpeg: Ffmpeg, path: Path, timeout: float = _SECONDS) -> list[tuple[int, Fraction, Fraction]]:
    """Return the stream of every packet of a file, when it is shown and for how long, in seconds.

    Raises
    ------
    EncodeError
        If ffmpeg makes no progress for so many seconds.
    """
    arguments = ["-v", "quiet", "-i", f"file:{path}", "-map", "0", "-c", "copy", "-f", "framecrc", "-"]
    units, times = {}, []
    with Child(ffmpeg.path, arguments, timeout, reads=True) as child:
        for content in child.lines():
            line = content.decode(errors="replace")
            if found := re.fullmatch(r"#tb (\d+): (\d+/\d+)", line.strip()):
                units[found[1]] = Fraction(found[2])
            elif found := re.match(r"(\d+), *-?\d+, *(-?\d+), *(\d+),", line):
                unit = units[found[1]]
                times.append((int(found[1]), int(found[2]) * unit, int(found[3]) * unit))
                child.touch()
        _require_progress(child, path)
    return times


def frames_of(
    ffmpeg: Ffmpeg, path: Path, width: int, height: int, timeout: float = _SECONDS, *, background: Color | None = None
) -> Iterator[ColorArray]:
    """Yield the frames of a file, shape (height, width, 3), as long as there are whole ones.

    Parameters
    ----------
    ffmpeg : Ffmpeg
        The program.
    path : Path
        The file.
    width, height : int
        Size of its frames.
    timeout : float
        Seconds without a frame after which ffmpeg is ended.
    background : Color, optional
        The background of frames that have none: they are laid over it.

    Raises
    ------
    EncodeError
        If ffmpeg makes no progress for so many seconds.
    """
    arguments = ["-v", "quiet", "-i", f"file:{path}", *ffmpeg.every_picture]
    channels = 3 if background is None else 4
    arguments += ["-f", "rawvideo", "-pix_fmt", "rgb24" if background is None else "rgba", "-"]
    with Child(ffmpeg.path, arguments, timeout, reads=True) as child:
        for frame in child.pieces(channels * width * height):
            pixels = np.frombuffer(frame, np.uint8).reshape(height, width, channels)
            yield pixels if background is None else _laid_over(pixels, background)
        _require_progress(child, path)


def _laid_over(pixels: ColorArray, background: Color) -> ColorArray:
    """Return pixels with opacity, shape (height, width, 4), laid over a colour."""
    share = pixels[..., 3:].astype(np.float32) / 255
    shown = pixels[..., :3] * share + np.array(background, np.float32) * (1 - share)
    return np.rint(shown).astype(np.uint8)


def _require_progress(child: Child, path: Path) -> None:
    if child.hung:
        raise EncodeError(
            f"ffmpeg made no progress for {child.timeout:g} seconds while it read {path.name} and was ended, "
            "so try again or use another ffmpeg"
        )
