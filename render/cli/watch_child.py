"""One rendering of a scene that is being written, in a process of its own: its file is run anew, and may hang."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
import time
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

import click

from render import interrupts
from render.cli.scene_commands import SceneCommands, film_options, quieten
from render.cli.terminal import in_words
from render.errors import EigenreelError, RenderError
from render.files import UnreadableError, content_of
from render.interrupts import Interrupted
from render.pipeline.dependencies import files_beside
from render.pipeline.job import USUAL, Job
from render.pipeline.watch import Watch

# How often a process looks whether the one that began it is still there, in seconds.
_LOOKS = 1.0
# Lines around the one where a scene fails.
_AROUND = 2
_LARGEST_BYTES = 2**24


def work(connection: Connection, parent: int) -> None:
    """Wait for the words of a command line, render what they say, and tell what comes of it.

    Told are, as a name and what belongs to it: ``files`` that decide the film, the ``poster``, the ``part`` that is
    rendered, and at last the ``film``, or ``failed``.

    Parameters
    ----------
    connection : Connection
        Words come from it, and all is told there.
    parent : int
        Number of the process that began this one; it ends with it.
    """
    try:
        _begin(parent)
        _work(connection)
    except (Interrupted, BrokenPipeError, EOFError):
        os._exit(143)
    finally:
        # There is nothing more to clean up.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _work(connection: Connection) -> None:
    _load()
    words = connection.recv()
    try:
        commands = SceneCommands("scene", help="", options=film_options(), make=partial(_make, connection))
        commands.main(args=list(words), prog_name="render scene", standalone_mode=False)
    except (Interrupted, BrokenPipeError):
        raise
    except BaseException as error:
        message, code = _told(error)
        connection.send(("failed", {"sentence": message, "code": code, "source": source_of(message, words[0])}))


def _load() -> None:
    """Load what every rendering needs, before anything is to be rendered."""
    import render.pipeline.fit
    import render.publish.captions
    import render.publish.still  # noqa: F401  # loaded to be there

    quieten()
    # Python tells its bytecode from a file by whole seconds, in which somebody may save twice.
    sys.dont_write_bytecode = True


def _make(connection: Connection, scene: str, parameters: dict[str, Any], **options: Any) -> None:
    """Render the poster, and then the film."""
    from render.pipeline.dependencies import files_of
    from render.pipeline.fit import make
    from render.pipeline.guard import guarded
    from render.pipeline.scene_run import run_of
    from render.publish.captions import describe
    from render.publish.descriptions import is_safe
    from render.publish.still import Stills

    options["formats"] = options["formats"] or USUAL["formats"]
    job = Job(scene, parameters, **options)
    found = run_of(job)
    files = {path for path in files_of(found.scene, job.language) if ".py" not in scene or not _is_packaged(path)}
    connection.send(("files", {"files": [str(path) for path in files], "output": os.path.abspath(job.output)}))
    with guarded(scene):
        poster = Stills(found, job).at(found.poster_step, "png")
    connection.send(("poster", {"picture": poster, "text": found.scene.title}))
    film = make(job, _Part(connection))
    told = {
        "files": {ending: str(path) for ending, path in film.files.items()},
        "remarks": film.remarks,
        "text": describe(film.manifest, job.language),
        "safe": is_safe(film.manifest),
    }
    connection.send(("film", told))


def _is_packaged(path: Path) -> bool:
    """Whether a file is part of this program: who writes a scene of his own does not change it."""
    import scenes

    homes = [Path(__file__).parent.parent, *map(Path, scenes.__path__)]
    return any(path.is_relative_to(home) for home in homes)


class _Part(Watch):
    """Tells how much is rendered."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._hundredth = connection, -1

    def painted(self, frames: int, total: int) -> None:
        """Tell it where it has grown."""
        if (hundredth := 100 * frames // total) != self._hundredth:
            self._hundredth = hundredth
            self._connection.send(("part", frames / total))


def source_of(message: str, scene: str) -> list[dict[str, Any]]:
    """Return the lines around the one that a failure names, nothing where it names none.

    Parameters
    ----------
    message : str
        What went wrong, as ``my_scene.py line 3 raised …``; the file may be one beside the scene's.
    scene : str
        The scene: its file, and perhaps its name.

    Returns
    -------
    list of dict
        ``number``, ``text`` and whether it is ``here``.
    """
    path = scene.rpartition(":")[0] if ".py:" in scene else scene
    found = re.match(r"(.*?\.py)(?::\w+)? line (\d{1,8})\b", message)
    if found is None or Path(found[1]) not in files_beside(Path(path)):
        return []
    try:
        lines = content_of(Path(found[1]), _LARGEST_BYTES).decode(errors="replace").splitlines()
    except UnreadableError:
        return []
    line = int(found[2])
    numbers = range(max(1, line - _AROUND), min(len(lines), line + _AROUND) + 1)
    return [{"number": n, "text": lines[n - 1][:200], "here": n == line} for n in numbers]


def _told(error: BaseException) -> tuple[str, int]:
    """Return what went wrong in one sentence, and the code with which a command would end."""
    if isinstance(error, EigenreelError):
        return str(error), error.exit_code
    if isinstance(error, click.ClickException):
        return in_words(error), error.exit_code
    if isinstance(error, MemoryError):
        return "there is not enough memory, so choose fewer steps or a smaller size", RenderError.exit_code
    return f"{type(error).__name__}: {str(error)[:300]}", RenderError.exit_code


def _begin(parent: int) -> None:
    """Leave Ctrl-C to the parent, let its SIGTERM end a film cleanly, and end where the parent is no more."""
    interrupts.ignore()
    signal.signal(signal.SIGTERM, _end)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end(signum: int, frame: object) -> NoReturn:
    interrupts.ignore()
    interrupts.insist(_end_again, 143)
    raise Interrupted


def _end_again(signum: int, frame: object) -> NoReturn:
    raise Interrupted


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOKS)
    os.kill(os.getpid(), signal.SIGTERM)
