"""Durations of the pictures of an animated WebP, which ffmpeg gives one for all, and the last one wrongly."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from render.errors import EncodeError


def loop(times: int) -> int:
    """Return what ffmpeg's ``-loop`` is for a file that plays so many times, 0 for ever."""
    # The chunk ``ANIM`` counts how often a file plays.
    return times


def set_durations(path: Path, milliseconds: Sequence[int]) -> None:
    """Write into a file how long each of its pictures lasts.

    A picture is a chunk ``ANMF``: after its name and size, four numbers of three bytes, then its duration, of three
    bytes, too (Google's "WebP Container Specification", Animation).

    Parameters
    ----------
    path : Path
        The file.
    milliseconds : sequence of int
        One for each picture.

    Raises
    ------
    EncodeError
        If the file has another number of pictures.
    """
    with open(path, "r+b") as file:
        begin = file.read(12)
        position, pictures = 12, 0
        while begin[:4] == b"RIFF" and len(head := file.read(8)) == 8:
            if head[:4] == b"ANMF":
                if pictures < len(milliseconds):
                    file.seek(position + 20)
                    file.write(min(milliseconds[pictures], 2**24 - 1).to_bytes(3, "little"))
                pictures += 1
            size = int.from_bytes(head[4:], "little")
            # Chunks begin at even places.
            position += 8 + size + size % 2
            file.seek(position)
    # A single picture is no animation, and stays as long as the page.
    still = begin[8:12] == b"WEBP" and not pictures and len(milliseconds) == 1
    if pictures != len(milliseconds) and not still:
        raise EncodeError(
            f"ffmpeg wrote {pictures} of {len(milliseconds)} pictures to the webp file, "
            "so try again or use another ffmpeg"
        )
