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
from scenes import ClaimError, MomentError, ParameterError, SequenceError


@contextlib.contextmanager
def guarded(name: str) -> Iterator[None]:
    """Run a scene's own code: its failures become one sentence, what it changes is put back.

    Its standard output goes to standard error; the working folder, the states of the common random
    generators, NumPy's error handling and matplotlib's settings are restored.

    Raises
    ------
    RenderError
        If it raises anything but a refusal of its parameters or matrices.
    """
    try:
        with _ONE_AT_A_TIME, _put_back():
            yield
    except EigenreelError:
        raise
    except ParameterError as error:
        raise UsageError(str(error)) from None
    except (SequenceError, ClaimError, MomentError) as error:
        raise InputError(f"{name}: {error}") from None
    except MemoryError:
        raise RenderError(f"{name} needs more memory than there is, so choose a smaller size") from None
    except (Exception, SystemExit, GeneratorExit) as error:
        where = _line_of(error, name)
        what = f"{type(error).__name__}: {error}".split("\n")[0][:300]
        what = " ".join([what, *getattr(error, "__notes__", [])])
        raise RenderError(f"{where} raised {what}, so mend the scene") from None


# What is put back belongs to the whole process, so scenes of several threads run one after the other.
_ONE_AT_A_TIME = threading.RLock()


@contextlib.contextmanager
def _put_back() -> Iterator[None]:
    """Restore what a scene may change of the process."""
    folder, dice, numpy_dice = os.getcwd(), random.getstate(), np.random.get_state()
    matplotlib = sys.modules.get("matplotlib")
    settings = matplotlib.rc_context() if matplotlib else contextlib.nullcontext()
    try:
        with settings, contextlib.redirect_stdout(sys.stderr), np.errstate():
            yield
    finally:
        os.chdir(folder)
        random.setstate(dice)
        np.random.set_state(numpy_dice)


def _line_of(error: BaseException, name: str) -> str:
    """Return the place in the scene's own file where an error came from."""
    if isinstance(error, SyntaxError):
        return f"{name} line {error.lineno}"
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).name == Path(name.partition(":")[0]).name
    ]
    return f"{name} line {own[-1].lineno}" if own else name
