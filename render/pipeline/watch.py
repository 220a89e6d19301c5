"""Who is told of a film's progress."""

from __future__ import annotations


class Watch:
    """Told of a film's progress; subclass it to show a bar."""

    def painted(self, frames: int, total: int) -> None:
        """Note that so many frames of `total` are painted."""

    def saved(self) -> None:
        """Note that the files are where they belong: nothing can undo them any more."""
