"""Ctrl-C and its like: taken at once, but for moments in which that would leave something behind."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

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
