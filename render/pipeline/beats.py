"""The stretches of a film: what it shows how long, made from its moments."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from render.errors import UsageError

# Seconds of the beats. One reads three words a second, and a caption stays until the next one.
_START, _SLOW, _MOMENT, _END = 2.4, 0.6, 2.4, 3.0
_SLOW_STEPS = 3
# The multiplication that is spelled out.
_EXPLAIN = 4.0
_RUNS = ((3.0, 5.0), (2.0, 4.0))
# What beats are never shorter than, and how long a film lasts unless it is told.
_KINDS = ("start", "slow", "run", "moment", "explain", "end")
_LEAST = {"start": 1.3, "moment": 1.3, "end": 2.6}
_SHORTEST, _LONGEST = 8.5, 18.0
# Moments beyond these are not held.
_MOST_HELD = 4
# In a run a picture lasts a twelfth of a second at least.
MOST_PICTURES = 12.5


@dataclass(frozen=True)
class Beat:
    """A stretch of a film.

    Parameters
    ----------
    kind : str
        ``start``, ``slow``, ``run``, ``moment``, ``pause``, ``end``, ``explain`` where a multiplication is spelled out;
        ``even`` for a film of one frame a step.
    steps : tuple of int
        The steps it begins and ends with.
    seconds : float
        How long it lasts; frames are rounded once, at the beats' ends.
    """

    kind: str
    steps: tuple[int, int]
    seconds: float


def beats_of(
    steps: int,
    moments: Sequence[int],
    *,
    duration: float | None = None,
    explain: tuple[int, int] | None = None,
    pauses: Mapping[int, float] | None = None,
) -> list[Beat]:
    """Return the beats of a film: the start held, the first steps slow, runs that stop at the moments, and an end.

    Parameters
    ----------
    steps, moments, duration, explain, pauses
        As `render.pipeline.timeline.directed` takes them.

    Raises
    ------
    UsageError
        If pauses leave no time for the rest.
    """
    beats = _beats(steps, moments, explain, pauses or {})
    return _pausing(beats, pauses, duration) if pauses else _lasting(beats, duration)


def _beats(
    steps: int, moments: Sequence[int], explain: tuple[int, int] | None, pauses: Mapping[int, float]
) -> list[Beat]:
    """Return the beats at their usual lengths."""
    held = sorted({step for step in moments if 0 < step < steps})
    if len(held) > _MOST_HELD:
        # The first and the last are kept, and those between them evenly.
        held = [held[round(index * (len(held) - 1) / (_MOST_HELD - 1))] for index in range(_MOST_HELD)]
    beats = [Beat("start", (0, 0), _START)]
    now, runs = 0, 0
    told = None if explain is None else min(explain[0], steps) or None
    for stop in sorted({*held, steps, *([told - 1] if told else []), *(step for step in pauses if step)}):
        slow = min(_SLOW_STEPS, stop)
        if now < slow:
            beats.append(Beat("slow", (now, slow), _SLOW * (slow - now)))
            now = slow
        if now < stop:
            low, high = _RUNS[min(runs, 1)]
            count = stop - now
            beats.append(Beat("run", (now, stop), min(_SLOW * count, max(low, min(high, count / MOST_PICTURES)))))
            now, runs = stop, runs + 1
        if stop == steps:
            beats.append(Beat("end", (steps, steps), _END))
        elif stop in held:
            beats.append(Beat("moment", (stop, stop), _MOMENT))
        elif stop in pauses and stop:
            beats.append(Beat("pause", (stop, stop), 0.0))
        if told and stop == told - 1:
            beats.append(Beat("explain", (stop, told), _EXPLAIN))
    return beats


def _pausing(beats: list[Beat], pauses: Mapping[int, float], duration: float | None) -> list[Beat]:
    """Return beats that stand at steps as long as told, the others as long as usual or as the duration leaves."""
    # A film of no steps begins and ends at the same one: both share its pause.
    told = Counter(beat.steps[0] for beat in beats if _stands_at(beat, pauses))
    others = [beat for beat in beats if not _stands_at(beat, pauses)]
    total = math.fsum(pauses.values())
    left = None if duration is None else duration - total
    if left is not None and (left < 1 or not others):
        raise UsageError(f"pauses take {total:g} of {duration:g} seconds, so leave --duration out or give another one")
    lasting = iter(_lasting(others, left) if others else [])
    return [
        replace(beat, seconds=pauses[beat.steps[0]] / told[beat.steps[0]])
        if _stands_at(beat, pauses)
        else next(lasting)
        for beat in beats
    ]


def _stands_at(beat: Beat, steps: Container[int]) -> bool:
    return beat.steps[0] == beat.steps[1] and beat.steps[0] in steps


def _lasting(beats: list[Beat], duration: float | None) -> list[Beat]:
    """Return beats that last as long as asked for, or from 8 to 20 seconds."""
    # Python's own sum of floats has other last bits from 3.12 on, which decide where half a frame is rounded to.
    total = math.fsum(beat.seconds for beat in beats)
    if duration is None:
        if total <= _LONGEST and total >= _SHORTEST:
            return beats
        wanted = _SHORTEST if total < _SHORTEST else _LONGEST
        least = _LEAST
    else:
        wanted, least = duration, {}
    # Short films: steps take longer first, then everything does.
    moving = math.fsum(beat.seconds for beat in beats if beat.kind in ("slow", "run"))
    factors = dict.fromkeys(_KINDS, wanted / total)
    if total < wanted and moving and duration is None:
        longer = min(3.0, (moving + wanted - total) / moving)
        # Where all that stands was told how long, nothing is left to last longer.
        rest = (wanted - longer * moving) / (total - moving) if total > moving else 1.0
        factors = {"slow": longer, "run": longer} | dict.fromkeys(("start", "moment", "explain", "end"), max(1.0, rest))
    scaled = [Beat(b.kind, b.steps, max(b.seconds * factors[b.kind], least.get(b.kind, 0.0))) for b in beats]
    return scaled
