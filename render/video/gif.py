"""Durations of the pictures of a GIF, which ffmpeg would give those of the frames it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from render.errors import EncodeError

# Browsers show a shorter delay as a slow ten hundredths; two bytes hold the longest.
_SHORTEST, _LONGEST = 2, 2**16 - 1

_TRAILER, _IMAGE, _EXTENSION = b"\x3b", b"\x2c", b"\x21"
_GRAPHIC_CONTROL = b"\xf9"


def loop(times: int) -> int:
    """Return what ffmpeg's ``-loop`` is for a file that plays so many times, 0 for ever.

    The extension ``NETSCAPE2.0`` counts how often a file is repeated. One that plays once has none, which is −1 here.
    """
    return {0: 0, 1: -1}.get(times, times - 1)


def set_durations(path: Path, milliseconds: Sequence[int]) -> None:
    """Write into a file how long each of its pictures lasts, in hundredths of a second.

    The hundredths are those of the time since the beginning, so that what is rounded does not add up.

    Parameters
    ----------
    path : Path
        The file.
    milliseconds : sequence of int
        One for each picture.

    Raises
    ------
    EncodeError
        If the file has another number of pictures, or is no whole GIF.
    """
    with open(path, "r+b") as file:
        places, whole = _delays(file)
        if len(places) != len(milliseconds):
            raise EncodeError(
                f"ffmpeg wrote {len(places)} of {len(milliseconds)} pictures to the gif file, "
                "so try again or use another ffmpeg"
            )
        if not whole:
            raise EncodeError("ffmpeg wrote a gif file without its end, so try again or use another ffmpeg")
        begin, passed = 0, 0
        for place, lasting in zip(places, milliseconds, strict=True):
            passed += lasting
            end = max((passed + 5) // 10, begin + _SHORTEST)
            file.seek(place)
            file.write(min(end - begin, _LONGEST).to_bytes(2, "little"))
            begin = end


def _delays(file: BinaryIO) -> tuple[list[int], bool]:
    """Return where the delay of each whole picture stands, and whether the file has its end.

    A picture is a graphic control extension, which has the delay, and an image, with other blocks between them or not.
    Blocks but for the header are chains of sub-blocks, each of them its size and so many bytes, up to one of size zero
    (GIF89a specification, sections 12 to 27).
    """
    places: list[int] = []
    header = file.read(13)
    if header[:6] != b"GIF89a" or len(header) < 13:
        return places, False
    _skip_colors(file, header[10])
    delay = None
    while kind := file.read(1):
        if kind == _TRAILER:
            return places, True
        if kind == _EXTENSION:
            label, size = file.read(1), file.read(1)
            if label == _GRAPHIC_CONTROL and size == b"\x04":
                # After the flags.
                delay = file.tell() + 1
            file.seek(-len(size), 1)
        elif kind == _IMAGE and len(descriptor := file.read(9)) == 9:
            _skip_colors(file, descriptor[8])
            # The size of the first code.
            file.seek(1, 1)
        else:
            break
        if not _skip_blocks(file):
            break
        if kind == _IMAGE and delay is not None:
            places.append(delay)
            delay = None
    return places, False


def _skip_colors(file: BinaryIO, flags: int) -> None:
    """Go on after a table of colours, if there is one."""
    if flags & 0x80:
        file.seek(3 << (flags & 7) + 1, 1)


def _skip_blocks(file: BinaryIO) -> bool:
    """Go on after a chain of sub-blocks; return whether it has an end."""
    while size := file.read(1):
        if size == b"\0":
            return True
        file.seek(size[0], 1)
    return False
