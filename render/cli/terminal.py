"""How a command meets whoever called it: what is printed, signals, exit codes."""

from __future__ import annotations

import contextlib
import difflib
import errno
import gc
import io
import os
import signal
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NoReturn

import click

from render import interrupts
from render.errors import EigenreelError, OutputError, UsageError
from render.files import current_folder
from render.interrupts import Interrupted
from render.pipeline.watch import Watch

_came = 0
# How many films of a command that makes several are in place, as far as this process knows; None for other commands.
_finished: int | None = None

_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM)
# Letters of the longest sentence: beginning and end, with cause and remedy, of a longer one.
_LONGEST = 1_200

# In the environment where a shell asks what may come next.
COMPLETING = "_RENDER_COMPLETE"


def note_finished(films: int) -> None:
    """Note that this command makes several films, of which so many more are in place."""
    global _finished
    _finished = (_finished or 0) + films


def serve(commands: click.Group) -> NoReturn:
    """Run a command line and exit with the code of what happened."""
    # A command lives for a second: looking for garbage a hundred times meanwhile is a tenth of it.
    gc.set_threshold(100_000)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    for number in interrupts.WATCHED:
        signal.signal(number, _interrupt)
    interrupts.on_drop(Interrupted, _interrupt_soon)
    code = run(commands)
    # What was never loaded has started nothing, and loading it would cost every command a hundredth of a second.
    multiprocessing = sys.modules.get("multiprocessing")
    if _came and not (multiprocessing and multiprocessing.active_children()):
        # All is cleaned up by now. Python's own end may crash where a signal fell into the start of a thread.
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)
    sys.exit(code)


def run(commands: click.Group) -> int:
    """Run a command line; return the code of what happened, having said it."""
    if os.environ.get(COMPLETING):
        return _complete(commands, os.environ[COMPLETING])
    try:
        commands.main(prog_name="render", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        return complain(in_words(error), error.exit_code)
    except EigenreelError as error:
        return complain(str(error), error.exit_code) if not _came else _farewell()
    except MemoryError:
        return complain("there is not enough memory, so choose fewer steps or a smaller size", 1)
    except _Unprinted as trouble:
        return trouble.explain()
    except (Interrupted, click.Abort):
        return _farewell()
    except OSError as error:
        if _came:
            return _farewell()
        if _is_of_printing(error):
            return _Unprinted(error).explain()
        if error.errno not in _EXHAUSTED:
            raise
        said = f"the system allows no more open files or processes ({error.strerror})"
        return complain(f"{said}, so close other programs or raise the limit", 1)
    except SystemExit:
        # click ends itself when whoever read its help has gone.
        return _farewell() if _came else _Unprinted(BrokenPipeError()).explain()
    except BaseException:
        # A signal may have fallen into something that turned it into another failure.
        if _came:
            return _farewell()
        raise
    return 0


def _is_of_printing(error: OSError) -> bool:
    """Whether an error came from what prints: click prints help by itself."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_globals.get("__name__") == click.echo.__module__


def in_words(error: click.ClickException) -> str:
    """Return what is wrong with a command line, in one sentence."""
    if not isinstance(error, click.NoSuchOption):
        return error.format_message()
    near = difflib.get_close_matches(error.option_name, error.possibilities or [], 1)
    hint = f"did you mean {near[0]}?" if near else "so look at --help"
    return f"there is no option {error.option_name}, {hint}"


def _complete(commands: click.Group, asked: str) -> int:
    """Tell a shell what may come next: nothing where anything is wrong, since it would stand in the line typed."""
    from click.shell_completion import shell_complete

    try:
        return shell_complete(commands, {}, "render", COMPLETING, asked)
    except BaseException:
        return 1


def _interrupt(signum: int, frame: object) -> NoReturn:
    global _came
    _came = signum
    # Cleaning up takes a moment, and is not to be disturbed by impatience.
    interrupts.ignore()
    interrupts.insist(_interrupt_again, _farewell_of(signum)[1])
    raise Interrupted


def _interrupt_again(signum: int, frame: object) -> NoReturn:
    raise Interrupted


def _interrupt_soon() -> None:
    interrupts.insist(_interrupt_again, _farewell_of(_came)[1], after=0.01)


def _farewell_of(signum: int) -> tuple[str, int]:
    return ("interrupted", 130) if signum in (0, signal.SIGINT) else ("terminated", 143)


def _farewell() -> int:
    what, code = _farewell_of(_came)
    if _came:
        # Python waits for its threads, even for those that the signal left waiting for ever.
        interrupts.end_soon(code)
    # A film may have been finished by another process that could not say so any more.
    left = "nothing was changed" if _finished is None else "films that were finished stay"
    return complain(f"{what}, and {left}", code)


def complain(message: str, code: int) -> int:
    """Say in one sentence what is wrong; return the code.

    What others said, as a file's name or ffmpeg, has no orders to the terminal in it, and is cut where it is endless.
    """
    sentence = one_line(message.rstrip("."))
    if len(sentence) > _LONGEST:
        sentence = f"{sentence[: _LONGEST * 2 // 3]} … {sentence[-_LONGEST // 3 :]}"
    _tell(f"render: {sentence}" + ("" if sentence.endswith("?") else ".") + "\n")
    return code


def _tell(words: str) -> None:
    """Write to standard error, where there still is one: a closed terminal changes neither the work nor the code."""
    try:
        click.echo(words, err=True, nl=False)
    except OSError:
        # What Python could not write it would try again at its end, and end with a code of its own.
        sys.stderr = open(os.devnull, "w", encoding="utf-8")
        os.dup2(sys.stderr.fileno(), 2)


def say(text: str | bytes, newline: bool = True) -> None:
    """Print to standard output."""
    try:
        click.echo(text, nl=newline)
    except OSError as error:
        raise _Unprinted(error) from None


def one_line(text: str) -> str:
    """Return text without characters that are orders to a terminal."""
    return "".join(c if c.isprintable() else "�" for c in text)


class _Unprinted(Exception):
    """Standard output took no more."""

    def __init__(self, error: OSError) -> None:
        self._error = error

    def explain(self) -> int:
        """Return the exit code, having said why unless the reader has gone."""
        # What Python could not print it would try again at its end, and complain.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")
        os.dup2(sys.stdout.fileno(), 1)
        if isinstance(self._error, BrokenPipeError):
            return 141
        return complain(f"the output could not be printed ({self._error.strerror}), so send it somewhere else", 5)


def shown(path: Path) -> str:
    """Return a path as short as it can be written from here."""
    here = current_folder()
    return str(path.relative_to(here)) if here is not None and path.is_relative_to(here) else str(path)


def write(path: Path, content: bytes | Iterable[bytes]) -> Path:
    """Write one file, whole or not at all; return its path."""
    return write_all({path: content})[0]


def write_all(contents: Mapping[Path, bytes | Iterable[bytes]]) -> list[Path]:
    """Write files of one folder, all of them or none; return their paths."""
    from render.storage import AtomicFiles

    for path in contents:
        if not path.name:
            raise UsageError(f"{str(path)!r} is a folder, so give the name of a file in it")
        if os.path.isdir(path):
            raise OutputError(f"{path} is a folder, so give the name of a file in it")
    with AtomicFiles(next(iter(contents)).parent, [path.name for path in contents]) as files:
        for path, content in contents.items():
            files.write(path.name, content)
        files.commit()
    return [path.absolute() for path in contents]


class Last(Watch):
    """Takes signals that got lost; once the files are in place there is nothing left to interrupt."""

    def painted(self, frames: int, total: int) -> None:
        """Take a signal that got lost."""
        # Where an import swallowed the signal, it is taken here.
        if _came:
            raise Interrupted

    def saved(self) -> None:
        """Take no signal any more."""
        interrupts.ignore()


class Bar(Last):
    """A progress bar on standard error."""

    def __init__(self, label: str) -> None:
        self._label, self._drawn = label, -1

    def painted(self, frames: int, total: int) -> None:
        """Draw the bar where it has grown."""
        super().painted(frames, total)
        part = 30 * frames // total
        if part != self._drawn:
            self._drawn = part
            _tell(f"\r{self._label} [{'#' * part}{'-' * (30 - part)}] {frames}/{total}")

    def clear(self) -> None:
        """Remove the bar."""
        if self._drawn >= 0:
            _tell("\r" + " " * (len(self._label) + 60) + "\r")
