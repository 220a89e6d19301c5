"""What the networks of `_long_memory_training` have learnt, as films draw it: by update, delay and seed."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from scenes import FloatArray
from scenes.memory._long_memory_training import EVERY, KINDS, TASKS, learnt, unpacked

# The longest delay, as an index.
LONGEST = -1


@cache
def _file() -> dict[str, Any]:
    return learnt()


def updates() -> FloatArray:
    """Return how many updates of training there were before each test."""
    return EVERY * np.arange(_file()["losses"].shape[-1], dtype=float)


def letters(kind: str) -> FloatArray:
    """Return which share of the letters networks of a kind copy, shape (tests, delays, seeds)."""
    return _by_test(_file()["right"][_row(kind)] / 1000.0)


def log10_loss(kind: str, task: str = "copy") -> FloatArray:
    """Return log10 of losses as shares of a loss without memory, shape (tests, delays, seeds)."""
    return _by_test(unpacked(_file()["losses"][list(TASKS).index(task), _row(kind)]))


def explained(kind: str) -> FloatArray:
    """Return which share of a sum's variance networks of a kind explain, shape (tests, delays, seeds).

    It is below 0 where a network is worse than one that always says the mean.
    """
    with np.errstate(over="ignore"):
        explained: FloatArray = 1 - 10.0 ** log10_loss(kind, "addition")
    return explained


def log10_changes(kind: str, task: str) -> FloatArray:
    """Return log10 of how far an update changes a weight, in learning rates, at the longest delay: (tests, seeds)."""
    return _by_test(unpacked(_file()["changes"][list(TASKS).index(task), _row(kind)]))


def log10_longest(kind: str, task: str) -> FloatArray:
    """Return log10 of the length of the longest gradient so far, at the longest delay, shape (tests, seeds)."""
    return _by_test(unpacked(_file()["longest"][list(TASKS).index(task), _row(kind)]))


def off_orthogonal() -> float:
    """Return the greatest ``max |WᵀW − I|`` of the matrices that were kept orthogonal."""
    return float(_file()["off_orthogonal"].max())


def at_least_nothing(track: FloatArray) -> FloatArray:
    """Return shares as they are drawn: 0 where they are below."""
    return np.maximum(track, 0.0)


def percents(tracks: Sequence[FloatArray]) -> FloatArray:
    """Return medians of the seeds in whole per cent, at least 0, as cells show them, shape (tests, kinds, delays)."""
    return np.round(100 * at_least_nothing(np.stack([np.median(track, axis=-1) for track in tracks], axis=1)))


def ahead(first: FloatArray, *others: FloatArray) -> int:
    """Return for how many seeds the first network is ahead of all others at the last test."""
    return int((first[-1] > np.max([other[-1] for other in others], axis=0)).sum())


def _row(kind: str) -> int:
    return list(KINDS).index(kind)


def _by_test(track: FloatArray) -> FloatArray:
    """Return a track with the tests first."""
    return np.moveaxis(track, -1, 0)
