"""One program at a time renames files in a folder, so that files stay together."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from render.errors import OutputError

# Held while files are renamed, and how often it is asked for.
_NAME, _PAUSE = ".eigenreel.lock", 0.02
# After so many seconds it is said that somebody is waited for.
_SILENT = 1.0
_LOG = logging.getLogger("render")


@contextlib.contextmanager
def locked(folder: Path, timeout: float, given_up: Callable[[], bool]) -> Iterator[None]:
    """Wait until no other program renames files in a folder, and have others wait meanwhile.

    The lock is a file of its own: a lock on the folder may be somebody else's, for other reasons. Where the system has
    no such locks, there is none.

    Parameters
    ----------
    folder : Path
        The folder.
    timeout : float
        Seconds to wait at most.
    given_up : callable
        Whether there is nothing to wait for any more; then it is entered without the lock.

    Raises
    ------
    OutputError
        If another program has it for longer, or it cannot be made.
    """
    path, descriptor = folder / _NAME, None
    try:
        import fcntl
    except ImportError:
        yield
        return
    waited, said = 0.0, False
    while descriptor is None and not given_up():
        try:
            descriptor = _taken(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise OutputError(
                f"could not write into {folder} ({error.strerror}), so choose another folder or make room"
            ) from None
        if descriptor is None:
            # Another program is renaming; it takes a moment, unless somebody stopped it.
            if waited >= timeout:
                raise OutputError(
                    f"another program has been writing into {folder} for {timeout:g} seconds, so end it or choose "
                    "another folder"
                )
            if waited >= _SILENT and not said:
                _LOG.warning("render: waiting for another program that writes into %s.", folder)
                said = True
            time.sleep(_PAUSE)
            waited += _PAUSE
    try:
        yield
    finally:
        if descriptor is not None:
            with contextlib.suppress(OSError):
                path.unlink()
            os.close(descriptor)


def _taken(path: Path, how: int) -> int | None:
    """Return the descriptor of the lock, or None where somebody else has it."""
    import fcntl

    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    kept = False
    try:
        fcntl.flock(descriptor, how)
        # Who had it may have removed it: then it is nobody's lock any more.
        kept = os.path.lexists(path) and os.path.samestat(os.fstat(descriptor), os.lstat(path))
    except BlockingIOError:
        pass
    finally:
        if not kept:
            os.close(descriptor)
    return descriptor if kept else None
