"""Who is told of a film's progress."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


class Watch:
    """Told of a film's progress; subclass it to show a bar."""

    def painted(self, frames: int, total: int) -> None:
        """Note that so many frames of `total` are painted."""

    def finished(self, content: Mapping[str, Any], path: Callable[[str], Path]) -> None:
        """Note that all files are finished and none is in place yet: what this raises leaves the old ones there.

        Parameters
        ----------
        content : mapping
            The manifest.
        path : callable
            Returns where a file is now, by its name.
        """

    def saved(self) -> None:
        """Note that the files are where they belong: nothing can undo them any more."""


class Told(Watch):
    """Hands a film's progress on to a function."""

    def __init__(self, progress: Callable[[int, int], object]) -> None:
        self._progress = progress

    def painted(self, frames: int, total: int) -> None:
        """Call the function."""
        self._progress(frames, total)
