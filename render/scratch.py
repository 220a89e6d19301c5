"""Folders for what is needed for a moment: the one place where temporary files are made outside the output folder."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from render.errors import OutputError


@contextlib.contextmanager
def scratch_folder(near: Path) -> Iterator[Path]:
    """Give a folder that is removed at the end: where the system has temporary files, else beside others.

    Parameters
    ----------
    near : Path
        A folder that may be written where the system's may not; it, or those above it, need not exist.

    Raises
    ------
    OutputError
        If neither can be written.
    """
    # Only what was made here is turned into a sentence, not what happens inside.
    with _made(near) as folder:
        yield Path(folder)


def _made(near: Path) -> tempfile.TemporaryDirectory[str]:
    try:
        return tempfile.TemporaryDirectory(prefix="eigenreel-", ignore_cleanup_errors=True)
    except OSError as error:
        beside = next((folder for folder in (near, *near.absolute().parents) if folder.is_dir()), near)
        with contextlib.suppress(OSError):
            return tempfile.TemporaryDirectory(prefix=".eigenreel-", dir=beside, ignore_cleanup_errors=True)
        raise OutputError(
            f"no folder for temporary files can be written ({error.strerror}), so set TMPDIR to one that can be or "
            "make room"
        ) from None
