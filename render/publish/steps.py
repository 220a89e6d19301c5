"""Which steps a picture, a strip or a slide shows, from words."""

from __future__ import annotations

from collections.abc import Sequence

from render.errors import UsageError
from render.pipeline.scene_run import SceneRun

# The moments of a film that happen, between its two ends.
STORY = ("start", "moments", "end")
_WORDS = ("start", "moments", "poster", "end", "all")


def steps_at(words: Sequence[str], found: SceneRun) -> list[int]:
    """Return steps in the order in which they are named, each once.

    Parameters
    ----------
    words : sequence of str
        Steps, ``start``, ``poster``, ``end``, ``moments`` for the steps of all moments that come, and ``all`` for every
        step; several in one word with commas between them.
    found : SceneRun
        The scene with its numbers.

    Raises
    ------
    UsageError
        If there is no such step, or no step at all.
    """
    names = [name.strip() for word in words for name in word.split(",")]
    steps = list(dict.fromkeys(step for name in names for step in _steps_of(name, found)))
    if not steps:
        raise UsageError("no moment of the scene comes, so give steps, start, poster, end or all")
    return steps


def numbered(words: Sequence[str], found: SceneRun) -> int:
    """Return how many digits a step has in the name of its file: as many as the last one where all are written."""
    every = any(name.strip() == "all" for word in words for name in word.split(","))
    return len(str(found.steps)) if every else 1


def _steps_of(name: str, found: SceneRun) -> Sequence[int]:
    if name in _WORDS:
        return {
            "start": [0],
            "moments": found.moment_steps,
            "poster": [found.poster_step],
            "end": [found.steps],
            "all": range(found.steps + 1),
        }[name]
    if name.isascii() and name.isdigit() and len(name) < 10 and int(name) <= found.steps:
        return [int(name)]
    raise UsageError(
        f"at must be a step from 0 to {found.steps}, start, moments, poster, end or all, but it is {name[:80]!r}"
    )
