"""The dead time of a film: the share of it in which nothing moves, and what to do about that."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any

from render.pipeline.arrays import is_stack
from render.pipeline.timeline import directed
from render.publish.descriptions import frames_of
from render.text import Words

# A picture may stand so many seconds without counting: steps are looked at, and sentences read.
_PATIENCE = 1
# More than this share is dull.
_LARGEST_SHARE = 0.4
_SAID = (
    "Pictures of this film often stand for more than a second: for {share} of the time between the first and the last."
)
_SINGLE = "Nothing moves in this film: it is a single picture."


def still_share(shown: Sequence[Hashable], rate: Fraction) -> float:
    """Return the share of the time between a film's first and last picture in which one stands for more than a second.

    It is 1 for a film that is a single picture.

    Parameters
    ----------
    shown : sequence
        What decides every frame's picture.
    rate : Fraction
        Frames per second.
    """
    pictures = [len(list(group)) for _, group in groupby(shown)]
    if len(pictures) == 1:
        return 1.0
    lengths = pictures[1:-1]
    still = sum(max(Fraction(0), length - _PATIENCE * rate) for length in lengths)
    return float(still / sum(lengths)) if lengths else 0.0


def still_share_of(content: Mapping[str, Any]) -> float:
    """Return the share of a film's time in which nothing moves, from its manifest."""
    frames = frames_of(content)
    return still_share(frames.shown, frames.rate)


def told_stillness(share: float, words: Words) -> str:
    """Return what readers are told of a film in which mostly nothing moves; nothing for others."""
    if share == 1:
        return words(_SINGLE)
    return words(_SAID, {"share": f"{share:.0%}"}) if share > _LARGEST_SHARE else ""


def remark_on_stillness(content: Mapping[str, Any]) -> str | None:
    """Return what to do about a film in which mostly nothing moves; None for others."""
    share = still_share_of(content)
    if share <= _LARGEST_SHARE:
        return None
    steps, job = content["steps"], content["job"]
    if share == 1:
        said = f"nothing moves, since it has {steps} steps"
    else:
        said = f"nothing has changed for a second during {share:.0%} of the time between its first and its last picture"
        if job.get("pause"):
            return f"{said}, its pauses among it"
        said = f"{said}, since it has {steps} steps"
    duration = job.get("duration")
    lasts = duration is None or (type(duration) in (int, float) and 0 < duration <= 3600)
    matrices = job.get("matrices")
    # A stack has no more steps than matrices.
    stacked = isinstance(matrices, Mapping) and any(map(is_stack, matrices.values()))
    if not lasts or stacked or "steps" not in content["parameters"] or job.get("pace") != "film":
        return said
    more = steps + 1
    while not _would_move(content, more):
        more += 1 + more // 16
        if more > 8 * steps + 64:
            return said
    return f"{said}; where more make sense, --steps {more} or more move more often"


def _would_move(content: Mapping[str, Any], steps: int) -> bool:
    """Whether the film would move most of the time with so many steps, and its moments as far apart as they are."""
    scale = steps / max(1, content["steps"])
    moments = [round(m["step"] * scale) for m in content["moments"] if m["step"] is not None]
    rate = frames_of(content).rate
    timeline = directed(steps, moments, rate, duration=content["job"].get("duration"))
    return still_share([instant.step for instant in timeline.instants], rate) <= _LARGEST_SHARE
