"""A scene's own code, run so that its failures are sentences and what it changes is put back."""

from __future__ import annotations

import contextlib
import os
import random
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from render.errors import EigenreelError, InputError, RenderError, UsageError
from render.files import current_folder, is_regular
from render.interrupts import Interrupted
from render.pipeline.own_modules import own_modules
from scenes import ClaimError, MomentError, ParameterError, SequenceError


@contextlib.contextmanager
def guarded(name: str) -> Iterator[None]:
    """Run a scene's own code: its failures become one sentence, what it changes is put back.

    What it imports from beside its file is its own. Its standard output goes to standard error; the working folder, the
    states of the common random generators, NumPy's error handling and matplotlib's settings are restored.

    Raises
    ------
    RenderError
        If it raises anything but a refusal of its parameters or matrices.
    """
    try:
        with _ONE_AT_A_TIME, _put_back(), own_modules(name):
            yield
    except EigenreelError:
        raise
    except ParameterError as error:
        raise UsageError(str(error)) from None
    except (SequenceError, ClaimError, MomentError) as error:
        raise InputError(f"{name}: {error}") from None
    except MemoryError:
        raise RenderError(f"{name} needs more memory than there is, so choose a smaller size") from None
    except (KeyboardInterrupt, Interrupted):
        raise
    except BaseException as error:
        raise RenderError(f"{_line_of(error, name)} raised {_told(error)}, so mend the scene") from None


# What is put back belongs to the whole process, so scenes of several threads run one after the other.
_ONE_AT_A_TIME = threading.RLock()


@contextlib.contextmanager
def _put_back() -> Iterator[None]:
    """Restore what a scene may change of the process."""
    folder, dice, numpy_dice = current_folder(), random.getstate(), np.random.get_state()
    matplotlib = sys.modules.get("matplotlib")
    # As matplotlib.rc_context does, but all at once: every frame of a scene's own file is painted in here.
    settings = dict(dict.items(matplotlib.rcParams)) if matplotlib else {}
    settings.pop("backend", None)
    try:
        with contextlib.redirect_stdout(sys.stderr), np.errstate():
            yield
    finally:
        if matplotlib:
            dict.update(matplotlib.rcParams, settings)
        if folder is not None:
            # It may be gone by now.
            with contextlib.suppress(OSError):
                os.chdir(folder)
        random.setstate(dice)
        np.random.set_state(numpy_dice)


def _told(error: BaseException) -> str:
    """Return what an exception is and says, on one line, whatever its class does when it is asked."""
    try:
        said = str(error).split("\n")[0][:300]
        notes = [note for note in getattr(error, "__notes__", []) if isinstance(note, str)]
    except (KeyboardInterrupt, Interrupted):
        raise
    except BaseException:
        said, notes = "it cannot say what", []
    words = " ".join([f"{type(error).__name__}: {said}", *notes])
    return "".join(letter if letter.isprintable() else " " for letter in words)


def _file_of(error: SyntaxError, name: str) -> str:
    """Return the file that is no Python: the scene's own, or one that it imports, told from the scene's folder."""
    own = Path(name.rpartition(":")[0] if ".py:" in name else name)
    try:
        inner = Path(error.filename or own).resolve().relative_to(own.resolve().parent)
    except ValueError:
        return str(error.filename)
    return name if inner.name == own.name else str(own.parent / inner)


def _line_of(error: BaseException, name: str) -> str:
    """Return the place in the scene's own file where an error came from."""
    # What is no file was compiled by the scene itself, somewhere in it.
    if isinstance(error, SyntaxError) and error.lineno and is_regular(Path(error.filename or "")):
        return f"{_file_of(error, name)} line {error.lineno}"
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).name == Path(name.partition(":")[0]).name
    ]
    return f"{name} line {own[-1].lineno}" if own else name
