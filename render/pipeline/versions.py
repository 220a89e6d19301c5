"""Versions that decide a film's numbers and bytes, told without loading what draws."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import lru_cache
from importlib import metadata

import numpy as np

from render.errors import RenderError
from render.version import VERSION
from render.video.ffmpeg import Ffmpeg, find_ffmpeg


def film_versions(ffmpeg: str) -> dict[str, str]:
    """Return the versions that decide a film's numbers and bytes, `ffmpeg` among them."""
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "matplotlib": metadata.version("matplotlib"),
        "ffmpeg": ffmpeg,
    }


def own_versions() -> dict[str, str]:
    """Return the versions here that decide a film's bytes."""
    return dict(_versions(find_ffmpeg()))


@lru_cache(maxsize=4)
def _versions(program: str) -> Mapping[str, str]:
    with Ffmpeg(program) as ffmpeg:
        found = {"eigenreel": VERSION} | film_versions(ffmpeg.version)
    # The last number of Python's version decides nothing here, and machines differ in it.
    return {name: version for name, version in found.items() if name != "python"}


def require_versions(wanted: Mapping[str, str]) -> None:
    """Refuse to work for a program of other versions: its films would be others, too.

    Raises
    ------
    RenderError
        If one differs, of those that decide numbers and pictures.
    """
    own = own_versions()
    for name, version in wanted.items():
        if own[name] != version:
            raise RenderError(
                f"a worker has {name} {own[name]} where {version} is asked for, so install the same version there"
            )
