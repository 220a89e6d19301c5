"""Versions that decide a film's numbers and bytes, told without loading what draws."""

from __future__ import annotations

import hashlib
import importlib
import platform
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import metadata
from pathlib import Path

import numpy as np

from render.errors import RenderError
from render.storage import sha256_of
from render.version import VERSION
from render.video.ffmpeg import Ffmpeg, find_ffmpeg

# What decides films, in the packages of the program.
_SOURCES = {".py", ".toml", ".npz", ".ttf", ".js", ".css"}


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


@cache
def source_digest() -> str:
    """Return what tells the program's own files from those of another state of the same version."""
    found = hashlib.sha256()
    for package in ("render", "scenes"):
        folder = Path(importlib.import_module(package).__path__[0])
        for path in sorted(folder.rglob("*")):
            if path.suffix in _SOURCES:
                found.update(path.relative_to(folder).as_posix().encode() + b"\0" + sha256_of(path).encode())
    return found.hexdigest()[:12]


@lru_cache(maxsize=4)
def _versions(program: str) -> Mapping[str, str]:
    with Ffmpeg(program) as ffmpeg:
        found = {"eigenreel": VERSION, "source files": source_digest()} | film_versions(ffmpeg.version)
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
