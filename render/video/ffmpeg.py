"""The ffmpeg program: where it is, which one it is, and what it understands."""

from __future__ import annotations

import os
import re
import shutil
import sys
import threading
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from render.errors import EncodeError
from render.video.child import Child

# What ffmpeg is asked about itself it answers in a few hundredths of a second.
_ANSWER_SECONDS = 3.0
# Its option -vsync was renamed in 5.1, and went in 8; its libraries tell, which are numbered in any build.
_RENAMED = (57, 28)


def find_ffmpeg() -> str:
    """Return the path of ffmpeg: ``IMAGEIO_FFMPEG_EXE``, else the one of imageio-ffmpeg, else the system's.

    None is run to find out: one that hangs, or a system that starts no more programs, is told apart from a missing one.

    Raises
    ------
    EncodeError
        If there is none.
    """
    if named := os.environ.get("IMAGEIO_FFMPEG_EXE"):
        return named
    package = find_spec("imageio_ffmpeg")
    folders = [Path(folder, "binaries") for folder in (package.submodule_search_locations or [] if package else [])]
    for path in sorted(path for folder in folders for path in folder.glob("ffmpeg*")):
        if path.is_file() and os.access(path, os.X_OK):
            return str(path)
    if found := shutil.which("ffmpeg", path=os.pathsep.join([str(Path(sys.executable).parent), *os.get_exec_path()])):
        return found
    raise EncodeError(
        "ffmpeg was not found, so reinstall imageio-ffmpeg or set IMAGEIO_FFMPEG_EXE to one (render doctor tries it)"
    )


@dataclass(frozen=True)
class _Answer:
    """What ffmpeg says of itself."""

    version: str = "unknown"
    library: tuple[int, int] | None = None


class Ffmpeg:
    """The ffmpeg program in use. As a context manager it asks for the version at once, and reads it when needed."""

    # One program is asked once, whatever the number of films.
    _known: ClassVar[dict[tuple[str, int], _Answer]] = {}

    def __init__(self, path: str) -> None:
        self.path = path
        self._key = path, os.stat(path).st_mtime_ns if os.path.exists(path) else 0
        self._asked: Child | None = None
        # Several encoders finish at once, and one of them reads the answer.
        self._lock = threading.Lock()

    @property
    def version(self) -> str:
        """Version as ffmpeg states it, or ``unknown``."""
        return self._answer().version

    @property
    def every_picture(self) -> list[str]:
        """Arguments with which it hands on every picture of a file once, whenever that is shown."""
        library = self._answer().library
        return ["-vsync" if library and library < _RENAMED else "-fps_mode", "passthrough"]

    def has_encoder(self, name: str) -> bool:
        """Whether it lists an encoder; yes where it lists none at all."""
        return self._lists("encoders", name)

    def has_decoder(self, name: str) -> bool:
        """Whether it lists a decoder; yes where it lists none at all."""
        return self._lists("decoders", name)

    def __enter__(self) -> Ffmpeg:
        if self._key not in self._known:
            self._asked = self._ask().__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        if self._asked:
            self._asked.close()
            self._asked = None

    def _lists(self, kind: str, name: str) -> bool:
        with Child(self.path, ["-hide_banner", f"-{kind}"], _ANSWER_SECONDS, reads=True) as listing:
            output = listing.output().decode(errors="replace")
        return f"{kind.capitalize()}:" not in output or f" {name} " in output

    def _ask(self) -> Child:
        return Child(self.path, ["-version"], _ANSWER_SECONDS, reads=True)

    def _answer(self) -> _Answer:
        with self._lock:
            if self._key not in self._known:
                with closing(self._asked or self._ask().__enter__()) as asked:
                    self._known[self._key] = _read(asked.output().decode(errors="replace"))
            return self._known[self._key]


def _read(output: str) -> _Answer:
    words = output.split()
    named = words[:2] == ["ffmpeg", "version"] and len(words) > 2
    library = re.search(r"^libavutil +(\d+)\. *(\d+)", output, re.MULTILINE)
    return _Answer(words[2] if named else "unknown", (int(library[1]), int(library[2])) if library else None)
