"""Ctrl-C and its like: taken at once, but for moments in which that would leave something behind."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

# How long cleaning up may take before whatever it waits for is taken to be stuck.
_PATIENCE_SECONDS = 3.0
_RACE = "ignored due to race condition"


class Interrupted(BaseException):
    """Ctrl-C was pressed, or the program was told to end: nothing but its own end may take it for a failure."""


WATCHED = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Held:
    """Which signal has come while signals were held, if any."""

    came: int | None = None


@contextlib.contextmanager
def held() -> Iterator[Held]:
    """Note signals instead of taking them, and take the first one at the end.

    Signals reach the main thread only, so elsewhere there is nothing to hold.
    """
    note = Held()
    if threading.current_thread() is not threading.main_thread():
        yield note
        return

    def record(signum: int, frame: object) -> None:
        note.came = note.came or signum

    # None stands for a handler that was not set from Python: it cannot be put back, so it stays.
    before = {number: signal.getsignal(number) for number in WATCHED}
    for number, handler in before.items():
        if handler is not None:
            signal.signal(number, record)
    try:
        yield note
    finally:
        for number, handler in before.items():
            # Who set another handler meanwhile wants it to stay.
            if handler is not None and signal.getsignal(number) is record:
                signal.signal(number, handler)
        if note.came is not None:
            signal.raise_signal(note.came)


def ignore() -> None:
    """Take no more signals: there is nothing left to stop, or the stopping has begun."""
    for number in WATCHED:
        signal.signal(number, signal.SIG_IGN)


def insist(interrupt: Callable[[int, FrameType | None], None], code: int, after: float = _PATIENCE_SECONDS) -> None:
    """Have the program end even if its cleaning up waits for something that never comes.

    A signal can fall between a lock's being taken and the statement that would release it; a
    thread that needs the lock then never ends. After so many seconds `interrupt` is called as if
    by another signal, to break the waiting; some seconds later the program ends with `code`.
    """

    def wake(signum: int, frame: FrameType | None) -> None:
        end_soon(code)
        interrupt(signum, frame)

    _after_a_while(wake, after)


def end_soon(code: int) -> None:
    """Have the program end with `code` after some seconds, whatever it waits for then."""
    _after_a_while(lambda *_: os._exit(code), _PATIENCE_SECONDS)


def on_drop(kind: type[BaseException], again: Callable[[], None]) -> None:
    """Call `again` where a handler raised such an exception and Python dropped it.

    It does so, with a word on standard error, in finalisers and in callbacks of weak references.
    """

    def hook(dropped: sys.UnraisableHookArgs) -> None:
        if isinstance(dropped.exc_value, kind):
            again()
        elif isinstance(dropped.exc_value, OSError) and _RACE in str(dropped.exc_value):
            # Of two signals at once Python tells the second so, where the first has it ignored.
            pass
        else:
            sys.__unraisablehook__(dropped)

    sys.unraisablehook = hook


_armed = False


def _after_a_while(act: Callable[[int, FrameType | None], None], seconds: float) -> None:
    global _armed
    if hasattr(signal, "setitimer"):
        _armed = True
        signal.signal(signal.SIGALRM, act)
        signal.setitimer(signal.ITIMER_REAL, seconds)


# Registered first, so called last, when nothing is waited for any more.
@atexit.register
def _disarm() -> None:
    """Stop the clock: soon Python gives its handlers up, and the clock would end the program with a code of its own."""
    if _armed:
        signal.setitimer(signal.ITIMER_REAL, 0)
