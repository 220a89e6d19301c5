"""What a machine has: versions, limits, folders, and fonts for every language. Nothing is made to find out."""

from __future__ import annotations

import os
import platform
import re
import shutil
import string
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Any

from render.drawing import fonts
from render.errors import EigenreelError
from render.text import OWN_TRANSLATIONS, languages, read_texts, translation_files
from render.version import VERSION

# What films are computed, drawn and written with.
_PACKAGES = ("numpy", "matplotlib", "imageio", "imageio-ffmpeg", "click", "fonttools")
# What `resource` calls the limits of a process.
_LIMITS = {
    "open files": "RLIMIT_NOFILE",
    "processes": "RLIMIT_NPROC",
    "file size": "RLIMIT_FSIZE",
    "address space": "RLIMIT_AS",
}
# What in the environment decides about films. Values are nobody's business.
_SETTINGS = (
    *("IMAGEIO_FFMPEG_EXE", OWN_TRANSLATIONS, "MATPLOTLIBRC", "MPLBACKEND", "MPLCONFIGDIR", "TMPDIR"),
    *("PYTHONIOENCODING", "PYTHONOPTIMIZE", "PYTHONUTF8", "PYTHONWARNINGS", "OPENBLAS_NUM_THREADS"),
)
_SPOKEN = {"en": "English", "ko": "Korean"}


def versions() -> dict[str, str]:
    """Return the versions of the program, of Python and of the packages it needs."""
    found = {"eigenreel": VERSION, "Python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            # A package can be there without the files that describe it.
            found[name] = "unknown"
    return found


def system() -> dict[str, Any]:
    """Return what the system is, and what it allows this process."""
    # `platform.platform` would run another program to learn the name of the processor.
    words = (platform.system(), platform.release(), platform.machine(), *platform.libc_ver())
    found: dict[str, Any] = {"platform": " ".join(filter(None, words)), "cores": os.cpu_count()}
    settings = [name for name in _SETTINGS if name in os.environ]
    return found | _limits() | {"settings": ", ".join(settings) or None}


def _limits() -> dict[str, Any]:
    try:
        import resource
    except ImportError:
        # Windows has no such limits.
        return {}
    found: dict[str, Any] = {}
    for name, number in _LIMITS.items():
        if hasattr(resource, number):
            allowed = resource.getrlimit(getattr(resource, number))[0]
            found[name] = "unlimited" if allowed == resource.RLIM_INFINITY else allowed
    return found


def folder(path: Path | None) -> dict[str, Any]:
    """Return whether files can be made in a folder, or else why not, and how many bytes are free."""
    if path is None:
        return {"path": None, "writable": False, "reason": "there is none"}
    found: dict[str, Any] = {"path": discreet(str(path))}
    try:
        # On most systems it has no name, so that it cannot be left behind.
        with tempfile.TemporaryFile(dir=path):
            found["writable"] = True
    except OSError as error:
        found |= {"writable": False, "reason": error.strerror}
    try:
        found["free bytes"] = shutil.disk_usage(path).free
    except OSError:
        found["free bytes"] = None
    return found


def temporary() -> Path | None:
    """Return the folder for temporary files; None where there is none."""
    try:
        return Path(tempfile.gettempdir())
    except OSError:
        return None


def existing(path: Path) -> Path | None:
    """Return a folder, or the one in which it would be made; None where the working folder has been removed."""
    try:
        path = Path(os.path.abspath(path))
    except FileNotFoundError:
        return None
    return next((above for above in (path, *path.parents) if _exists(above)), path)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        # A name that is too long, for one.
        return False


def covered() -> dict[str, Any]:
    """Return how many fonts there are, and by language what draws it, or which letters nothing draws."""
    found: dict[str, Any] = {"installed": len(fonts.families())}
    try:
        spoken = languages()
    except EigenreelError as error:
        return found | {"languages": discreet(str(error))}
    for language in spoken:
        name = _SPOKEN.get(language, language)
        try:
            letters = _letters(language)
        except EigenreelError as error:
            found[name] = discreet(str(error))
            continue
        missing = fonts.uncovered(letters)
        if missing:
            more = " …" if len(missing) > 10 else ""
            found[name] = f"no font for {len(missing):,} of {len(letters):,} letters: {missing[:10]}{more}"
        else:
            found[name] = ", ".join(Path(str(path)).name for path in fonts.font_paths(letters))
    return found


def _letters(language: str) -> str:
    """Return the letters of what films say in a language, each once."""
    if language == "en":
        # The texts that are translated are English.
        texts = [text for path in translation_files("ko") for text in read_texts(path)] + [string.printable]
    else:
        texts = [text for path in translation_files(language) for text in read_texts(path).values()]
    return "".join(dict.fromkeys(letter for text in texts for letter in text if not letter.isspace()))


def discreet(text: str) -> str:
    """Return a text for somebody else's eyes: the folder of the user in it is ``~``."""
    home = os.path.expanduser("~")
    if home in ("~", os.sep, ""):
        return text
    return re.sub(rf"(?<![\w./~-]){re.escape(home.rstrip(os.sep))}(?![\w.-])", "~", text)
