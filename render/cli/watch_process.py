"""The process that renders a scene once, as the command that watches it sees it."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator, Sequence
from multiprocessing import get_context, resource_tracker
from typing import Any

from render.cli.watch_child import work
from render.errors import RenderError
from render.interrupts import held

# How long it may take to end by itself, in seconds.
_PATIENCE = 2.0


class Process:
    """A process that is there before it is needed, with all that is slow to load."""

    def __init__(self) -> None:
        self._over = False
        context = get_context("spawn")
        self._connection, theirs = context.Pipe()
        # Should a signal fall where nobody knows of it, the end of this process is its end.
        self._process = context.Process(target=work, args=(theirs, os.getpid()), daemon=True)
        try:
            with held(), _undisturbed():
                self._process.start()
                theirs.close()
        except OSError as error:
            raise RenderError(
                f"the system allows no more processes ({error.strerror}), so close other programs"
            ) from None
        except BaseException:
            self.end()
            raise

    def begin(self, words: Sequence[str]) -> None:
        """Have it render what the words of a command line say: a scene and its options."""
        # Where it has died, `told` says so.
        with contextlib.suppress(BrokenPipeError):
            self._connection.send(list(words))

    def told(self, seconds: float) -> Iterator[tuple[str, Any]]:
        """Yield what it tells within so many seconds, as `render.cli.watch_child.work` does; ``ended`` is the last."""
        if self._over:
            time.sleep(seconds)
            return
        try:
            ready = self._connection.poll(seconds)
            while ready:
                yield self._connection.recv()
                ready = self._connection.poll()
        except (EOFError, OSError):
            self._over = True
            # Its number is given back.
            self._process.join(_PATIENCE)
            yield "ended", None

    def end(self) -> None:
        """End it, by force if it does not listen; what it was writing may be left then.

        It may be called again, as where a signal has interrupted it.
        """
        # What has been closed knows nothing any more, and says so.
        with contextlib.suppress(ValueError):
            if self._process.pid is not None:
                self._process.terminate()
                self._process.join(_PATIENCE)
                if self._process.exitcode is None:
                    self._process.kill()
                    self._process.join()
            self._process.close()
        self._connection.close()


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Have a process begin with Ctrl-C blocked, until it is ready to leave it to this one; here it only waits."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Begun later, it would take the block away.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
