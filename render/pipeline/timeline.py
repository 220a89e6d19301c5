"""Which step every frame shows."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from render.errors import UsageError

DEFAULT_FPS = Fraction(25, 2)
_LOWEST_FPS, _HIGHEST_FPS = Fraction(1, 10), Fraction(120)


def parse_fps(text: str | float | Fraction) -> Fraction:
    """Return frames per second as a fraction: ``12.5``, ``25/2`` and ``29.97`` are all exact.

    Raises
    ------
    UsageError
        If it is no number, or not between 0.1 and 120.
    """
    words = str(text)
    rate = Fraction(0)
    if (
        len(words) <= 32
        and re.fullmatch(r"[0-9]+(\.[0-9]+)?(/[0-9]*[1-9][0-9]*)?", words)
        and not ("." in words and "/" in words)
    ):
        rate = Fraction(words)
    if not _LOWEST_FPS <= rate <= _HIGHEST_FPS:
        raise UsageError(f"fps must be a number from 0.1 to 120 frames a second, but it is {words[:80]!r}")
    return rate.limit_denominator(1001)


@dataclass(frozen=True)
class Timeline:
    """One step a frame, with the first and the last step held.

    Parameters
    ----------
    steps : int
        Number of multiplications T; steps 0 … T are shown.
    fps : Fraction
        Frames per second.
    hold_first, hold_last : float
        Seconds for which the first and the last step stay longer.
    """

    steps: int
    fps: Fraction = DEFAULT_FPS
    hold_first: float = 0.0
    hold_last: float = 0.0

    def __post_init__(self) -> None:
        for name in ("hold_first", "hold_last"):
            seconds = getattr(self, name)
            if not (math.isfinite(seconds) and 0 <= seconds <= 3600):
                option = name.replace("_", "-")
                raise UsageError(f"{option} must be from 0 to 3600 seconds, but it is {seconds}")

    @property
    def frames(self) -> int:
        """Number of frames."""
        return self._held_first + self.steps + 1 + self._held_last

    @property
    def frame_steps(self) -> list[int]:
        """The step of every frame."""
        return [0] * self._held_first + list(range(self.steps + 1)) + [self.steps] * self._held_last

    @property
    def _held_first(self) -> int:
        return round(self.hold_first * self.fps)

    @property
    def _held_last(self) -> int:
        return round(self.hold_last * self.fps)


def poster_step(steps: int, part: float) -> int:
    """Return the step shown on the poster: that part of the film, and never the identity."""
    return min(steps, max(1, round(steps * part)))
