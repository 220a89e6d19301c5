"""Which step every frame shows: beats made from the moments, or one step a frame."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from render.errors import UsageError
from render.pipeline.beats import MOST_PICTURES, Beat, beats_of

DEFAULT_FPS = Fraction(25, 2)
_LOWEST_FPS, _HIGHEST_FPS = Fraction(1, 10), Fraction(120)

PACES = ("film", "even")

# The part of a multiplication that is spelled out that belongs to its first entry.
_FIRST_ENTRY = 0.5
# A moment that turns on its way to the next step does so in this part of its time.
_TURNING = 0.6
# Only steps of so many seconds are seen to move; faster ones follow each other smoothly as they are.
_LONG_STEP = 0.3


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
class Instant:
    """What a frame shows: a step, and the part of the way to the next one, in [0, 1).

    While a multiplication is spelled out, `entries` is how many entries of its product are known, and the step that to
    which it leads.
    """

    step: int
    part: float = 0.0
    entries: int = 0


@dataclass(frozen=True)
class Timeline:
    """What every frame shows.

    Parameters
    ----------
    fps : Fraction
        Frames per second.
    instants : tuple of Instant
        One for every frame.
    beats : tuple of (Beat, int, int)
        Each with its first frame and the number of its frames.
    """

    fps: Fraction
    instants: tuple[Instant, ...]
    beats: tuple[tuple[Beat, int, int], ...]

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.instants)

    @property
    def frame_steps(self) -> list[int]:
        """The step of every frame."""
        return [instant.step for instant in self.instants]

    @property
    def seconds(self) -> float:
        """How long the film lasts."""
        return float(self.frames / self.fps)

    def as_json(self) -> list[dict[str, Any]]:
        """Return the manifest's beats: kind, first frame, number of frames, and the steps at both ends."""
        return [
            {"kind": beat.kind, "frame": first, "frames": count, "steps": list(beat.steps)}
            for beat, first, count in self.beats
        ]


def even(
    steps: int,
    fps: Fraction,
    hold_first: float = 0.0,
    hold_last: float = 0.0,
    pauses: Mapping[int, float] | None = None,
) -> Timeline:
    """Return the plain film: one frame a step, ``steps + 1`` in all, the first and last held longer if told so.

    Parameters
    ----------
    steps : int
        Number of multiplications T; steps 0 … T are shown.
    fps : Fraction
        Frames per second.
    hold_first, hold_last : float
        Seconds for which the first and the last step stay longer.
    pauses : mapping of int to float, optional
        Seconds for which other steps are shown, at least for a frame.
    """
    first, last = round(hold_first * fps), round(hold_last * fps)
    lasting = {step: max(1, round(seconds * fps)) for step, seconds in (pauses or {}).items()}
    shown = [0] * first + [step for step in range(steps + 1) for _ in range(lasting.get(step, 1))] + [steps] * last
    beat = Beat("even", (0, steps), float(len(shown) / fps))
    return Timeline(fps, tuple(Instant(step) for step in shown), ((beat, 0, len(shown)),))


def directed(
    steps: int,
    moments: Sequence[int],
    fps: Fraction,
    *,
    duration: float | None = None,
    hold_first: float = 0.0,
    hold_last: float = 0.0,
    pictures: float = MOST_PICTURES,
    smooth: bool = False,
    explain: tuple[int, int] | None = None,
    pauses: Mapping[int, float] | None = None,
) -> Timeline:
    """Return a film of beats: the start held, the first steps slow, then runs that stop at the moments, and an end.

    Parameters
    ----------
    steps : int
        Number of multiplications T.
    moments : sequence of int
        Steps at which something happens, in rising order.
    fps : Fraction
        Frames per second.
    duration : float, optional
        Seconds in all; by default between 8 and 20.
    hold_first, hold_last : float
        Seconds for which the first and the last step stay longer.
    pictures : float
        Most pictures a second in a run.
    smooth : bool
        Whether slow steps show what lies between them.
    explain : tuple of int, optional
        The step whose multiplication is spelled out, and the number of entries of its product.
    pauses : mapping of int to float, optional
        Seconds for which the film stands at steps; `duration` has them in it.

    Raises
    ------
    UsageError
        If pauses leave no time for the rest.
    """
    beats = beats_of(steps, moments, duration=duration, explain=explain, pauses=pauses)
    if hold_first or hold_last:
        longer = {0: hold_first, len(beats) - 1: hold_last}
        beats = [Beat(b.kind, b.steps, b.seconds + longer.get(index, 0.0)) for index, b in enumerate(beats)]
    instants: list[Instant] = []
    placed = []
    clock = 0.0
    for beat in beats:
        clock += beat.seconds
        first, count = len(instants), max(1, round(clock * fps) - len(instants))
        if beat.kind == "explain" and explain is not None:
            instants += _entries(beat.steps[1], explain[1], count)
        else:
            instants += _instants(
                beat, count, max(1.0, float(fps) / pictures), _LONG_STEP * fps if smooth else math.inf
            )
        placed.append((beat, first, len(instants) - first))
    return Timeline(fps, tuple(instants), tuple(placed))


def _entries(step: int, entries: int, count: int) -> list[Instant]:
    """Return the frames that spell a multiplication out: the first entry longest, then the others one by one."""
    first = max(1, round(count * _FIRST_ENTRY))
    rest = [Instant(step, entries=min(entries, 2 + index * (entries - 1) // max(count - first, 1)))
            for index in range(count - first)]  # fmt: skip
    return [Instant(step, entries=1)] * first + rest


def _instants(beat: Beat, count: int, picture: float, moving_from: float) -> list[Instant]:
    """Return what the frames of a beat show.

    `picture` is how many frames a picture of a run lasts on average; steps of `moving_from` frames or more move.
    """
    before, last = beat.steps
    if before == last:
        return [Instant(last)] * count
    slots = max(1, math.floor(count / (1 if beat.kind == "slow" else picture) + 1e-9))
    # The pictures of the beat: every step, or as many of them as there is time for, the last one always.
    shown = last - before if slots >= last - before else slots
    stops = [before + round((index + 1) * (last - before) / shown) for index in range(shown)]
    frames = [round((index + 1) * count / shown) for index in range(shown)]
    found: list[Instant] = []
    previous = before
    for stop, end in zip(stops, frames, strict=True):
        room = end - len(found)
        moving = round(room * _TURNING) if room >= moving_from and stop == previous + 1 else 0
        for index in range(moving):
            # In and out slowly: the smooth step 3 p² − 2 p³.
            share = (index + 1) / (moving + 1)
            found.append(Instant(previous, share * share * (3 - 2 * share)))
        found += [Instant(stop)] * (room - moving)
        previous = stop
    return found


def check_seconds(name: str, seconds: float | None, least: float = 0.0) -> None:
    """Refuse a length of time that no film has.

    Raises
    ------
    UsageError
        If it is not finite, too short, or beyond an hour.
    """
    if seconds is not None and not (math.isfinite(seconds) and least <= seconds <= 3600):
        option = name.replace("_", "-")
        raise UsageError(f"{option} must be from {least:g} to 3600 seconds, but it is {seconds}")


def poster_step(steps: int, part: float | None, moments: Sequence[int]) -> int:
    """Return the step shown on the poster: that part of the film, or its first moment; never the identity."""
    if part is None:
        step = next((step for step in moments if 0 < step), steps)
    else:
        step = round(steps * part)
    return min(steps, max(1, step))
