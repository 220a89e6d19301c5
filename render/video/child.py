"""One run of ffmpeg, watched from its start to its end. Nothing else starts or ends processes of ffmpeg."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

from render.errors import EigenreelError, EncodeError, RenderError
from render.interrupts import held

_POLL_SECONDS = 0.2
# How much is kept of what it says on standard error, its last words: however much it says, it takes no disk.
_LAST_WORDS = 4096
# Frames are larger than what a pipe usually holds.
_PIPE_BYTES = 2**20
_EXHAUSTED = (errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE)


class Child:
    """A process of ffmpeg. Use as a context manager: however that is left, the process and its children have ended.

    It is ended when it makes no progress for too long while somebody waits for it. As long as nobody does, it may rest.

    Parameters
    ----------
    program : str
        The path of ffmpeg.
    arguments : list of str
        What it is called with.
    timeout : float
        Seconds of waiting without progress after which it is ended.
    sends, reads, listens : bool
        Whether bytes are sent to its standard input, its standard output is read, its last words are kept.
    writes : Path, optional
        A file whose changes are progress, too.
    """

    def __init__(
        self,
        program: str,
        arguments: list[str],
        timeout: float,
        *,
        sends: bool = False,
        reads: bool = False,
        listens: bool = False,
        writes: Path | None = None,
    ) -> None:
        self._command, self.timeout = [program, *arguments], timeout
        self._sends, self._reads, self._listens, self._writes = sends, reads, listens, writes
        self.hung = False
        self._waiting = False
        self._idle = 0.0
        self._said = b""
        self._process: subprocess.Popen[bytes] | None = None
        self._printed: io.BufferedReader | None = None
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Child:
        """Start it.

        Raises
        ------
        EncodeError, RenderError
            If it cannot be started, or the system allows no more processes.
        """
        try:
            # A signal that fell in between would leave a process that nobody knows.
            with held():
                self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End it, whether finished or not, and all that it has started."""
        if self._process:
            _end(self._process)
            self._process.wait()
        self._join()
        if self._process:
            # A reader in another thread has the end by now, and is waited for.
            for pipe in (self._process.stdin, self._printed, self._process.stdout, self._process.stderr):
                if pipe and not (pipe is self._process.stderr and any(map(threading.Thread.is_alive, self._threads))):
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()

    def send(self, content: memoryview) -> None:
        """Send bytes, all of them; raise `BrokenPipeError` where it takes no more."""
        assert self._process and self._process.stdin
        with self._waits():
            while content:
                try:
                    sent = self._process.stdin.write(content)
                except ConnectionResetError:
                    raise BrokenPipeError from None
                content = content[sent:]
                self.touch()

    def end_input(self) -> None:
        """Tell it that no more is sent."""
        assert self._process and self._process.stdin
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self.touch()

    def lines(self, longest: int = 4096) -> Iterator[bytes]:
        """Yield the lines of its standard output, longer ones in parts; `touch` says which of them are progress."""
        while line := self._next(longest, lines=True):
            yield line

    def pieces(self, size: int) -> Iterator[bytes]:
        """Yield its standard output in pieces of so many bytes, as long as there are whole ones."""
        while len(piece := self._next(size)) == size:
            self.touch()
            yield piece

    def output(self, most: int = 2**20) -> bytes:
        """Return its standard output to the end, up to so many bytes."""
        found = b""
        for line in self.lines():
            found += line
            if len(found) > most:
                break
        return found[:most]

    def wait(self) -> int:
        """Wait for its end; return its status."""
        assert self._process
        with self._waits():
            status = self._process.wait()
        # What it leaves behind could hold the pipe of its words.
        _end(self._process)
        self._join()
        return status

    def touch(self) -> None:
        """Note that there was progress."""
        self._idle = 0.0

    @property
    def said(self) -> str:
        """Its last words on standard error."""
        return self._said.replace(b"\0", b"").decode("utf-8", errors="replace")

    def _start(self) -> None:
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE if self._sends else subprocess.DEVNULL,
                stdout=subprocess.PIPE if self._reads else subprocess.DEVNULL,
                stderr=subprocess.PIPE if self._listens else subprocess.DEVNULL,
                bufsize=0,
                close_fds=True,
                # A group of its own, so that Ctrl-C reaches us alone, and its children are ended with it.
                process_group=0 if os.name == "posix" else None,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        except OSError as error:
            raise _not_started(self._command[0], error) from None
        if self._process.stdin:
            _widen(self._process.stdin)
        if self._process.stdout:
            _widen(self._process.stdout)
            self._printed = io.BufferedReader(cast(io.FileIO, self._process.stdout))
        self._begin(self._watch)
        if self._listens:
            self._begin(self._listen)

    def _next(self, size: int, lines: bool = False) -> bytes:
        assert self._printed
        with self._waits():
            return self._printed.readline(size) if lines else self._printed.read(size)

    def _join(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            # Only a process that has left its group could keep its words from ending, and is not waited for.
            thread.join(1.0)

    def _begin(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        self._threads.append(thread)

    @contextlib.contextmanager
    def _waits(self) -> Iterator[None]:
        self._waiting = True
        try:
            yield
        finally:
            self._waiting = False

    def _watch(self) -> None:
        assert self._process
        before, changed = time.monotonic(), self._changed()
        while not self._stopped.wait(_POLL_SECONDS):
            now, newly = time.monotonic(), self._changed()
            if newly != changed:
                self.touch()
                changed = newly
            if self._waiting:
                # A moment at a time: who was stopped himself, or slept, has not been watching.
                self._idle += min(now - before, 5 * _POLL_SECONDS)
            before = now
            ended = self._process.poll() is not None
            self.hung = not ended and self._idle > self.timeout
            if ended or self.hung:
                # A child of it that still holds the pipe would keep us writing for ever.
                _end(self._process)
                return

    def _changed(self) -> tuple[int, int] | None:
        """Return what tells that the file which it writes is another than before."""
        with contextlib.suppress(OSError):
            if self._writes:
                status = self._writes.stat()
                return status.st_size, status.st_mtime_ns
        return None

    def _listen(self) -> None:
        assert self._process and self._process.stderr
        while heard := self._process.stderr.read(2**16):
            self._said = (self._said + heard)[-_LAST_WORDS:]


def _not_started(program: str, error: OSError) -> EigenreelError:
    if error.errno in _EXHAUSTED:
        return RenderError(
            f"the system allows no more processes or open files ({error.strerror}), so close other programs or "
            "raise the limit"
        )
    return EncodeError(
        f"ffmpeg could not be started from {program} ({error.strerror}), so reinstall imageio-ffmpeg or set "
        "IMAGEIO_FFMPEG_EXE to one that runs (render doctor tries it)"
    )


def _widen(pipe: IO[bytes]) -> None:
    """Let a pipe hold a frame, where the system grants it: who runs many films at once has a limit for all of them."""
    try:
        import fcntl

        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    except (ImportError, AttributeError, OSError):
        pass


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children, which may outlive it."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
