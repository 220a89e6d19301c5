"""What is rendered while a scene is being written: again whenever one of its files has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from render.cli.terminal import complain, note_finished, one_line, say, shown
from render.cli.watch_process import Process
from render.errors import UsageError
from render.files import is_regular
from render.pipeline.dependencies import files_beside
from render.publish.watch_server import Content, Picture, State
from render.storage import sweep
from render.video.formats import kinds

# How often files and the process are looked at, in seconds; what is saved is taken once it rests so long.
LOOKS = 0.15
# After so many looks, files are looked for that a scene imports and that were not there before.
_SEARCHES = 8
Stamps = Mapping[Path, tuple[int, int] | None]


class Loop:
    """What is rendered, and what the page shows of it. Use as a context manager, which ends all processes.

    Parameters
    ----------
    words : sequence of str
        The command line: the scene, and its options.
    content : Content
        What the page shows.
    process : callable
        Returns a process that renders once.
    quiet : bool
        Print nothing but errors.
    """

    def __init__(
        self, words: Sequence[str], content: Content, process: Callable[[], Process] = Process, quiet: bool = False
    ) -> None:
        self._words, self._content, self._new, self._quiet = list(words), content, process, quiet
        self._child: Process | None = None
        # One that waits has loaded the package, which may be what is being written where the scene is part of it.
        self._waits = ".py" in words[0]
        self._spare: Process | None = None
        self._looks, self._count, self._done = 0, 0, False
        self._own, self._named = own_files(words), set[Path]()
        self._taken: Stamps = {}
        self._before: Stamps = {}
        self._folders: set[Path] = set()
        self._film: Picture | None = None
        self._files: dict[str, tuple[Path | bytes, str]] = {}

    def __enter__(self) -> Loop:
        return self

    def __exit__(self, *exception: object) -> None:
        for child in (self._child, self._spare):
            self._end(child)

    def look(self) -> None:
        """Look at the files and the process once, and do what follows; to be called for ever.

        Raises
        ------
        UsageError
            If the first rendering says that the command line makes no sense.
        """
        self._looks += 1
        if self._looks % _SEARCHES == 0:
            self._own = own_files(self._words)
        now = stamps(self._own | self._named)
        scene = _file(self._words[0])
        # Some editors remove a file before they write it anew.
        whole = now == self._before and (scene is None or now[scene] is not None)
        if self._child is None or (whole and now != self._taken):
            self._own = own_files(self._words)
            self._taken = now = stamps(self._own | self._named)
            self._render()
        self._before = now
        assert self._child is not None
        for what, held in self._child.told(LOOKS):
            self._take(what, held)

    def _render(self) -> None:
        self._end(self._child)
        child, self._spare = self._spare or self._new(), None
        self._child = child
        self._count, self._done = self._count + 1, False
        child.begin(self._words)
        self._content.show(State(picture=self._film), self._files)

    def _take(self, what: str, held: Any) -> None:
        """Take what the process tells."""
        state = self._content.state
        if what == "files":
            self._folders.add(Path(held["output"]))
            fresh = {Path(path) for path in held["files"]} - self._named - self._own
            self._named |= fresh
            self._taken = {**self._taken, **stamps(fresh)}
        elif what == "poster":
            self._show_poster(held)
            self._prepare()
        elif what == "part":
            self._content.show(replace(state, part=held))
        elif what == "film":
            self._done = True
            self._show_film(held)
        elif what == "failed":
            self._done = True
            self._fail(held["sentence"], held["code"], held["source"])
        elif what == "ended":
            if not self._done:
                self._fail("the process that rendered the film has died, so save the scene to try again", 1, [])
            self._prepare()

    def _prepare(self) -> None:
        """Have a process ready for the next change, as soon as there is something to see."""
        if self._waits and self._spare is None:
            self._spare = self._new()

    def _show_poster(self, held: Mapping[str, Any]) -> None:
        url = f"/{self._count}/poster.png"
        picture = Picture("img", url, held["text"])
        self._content.show(
            replace(self._content.state, picture=picture), self._files | {url: (held["picture"], "image/png")}
        )

    def _show_film(self, held: Mapping[str, Any]) -> None:
        # The best first, as pages prefer them; the poster comes last.
        names = {kind.suffix.lstrip("."): kind for kind in kinds()}
        paths = {ending: Path(held["files"][ending]) for ending in names if ending in held["files"]}
        urls = {ending: f"/{self._count}/film.{ending}" for ending in paths}
        self._files = {urls[ending]: (path, names[ending].mime) for ending, path in paths.items()}
        safe = [
            ending for ending in paths if held["safe"] or names[ending].element != "img" or not names[ending].moving
        ]
        best = safe[0]
        self._film = Picture(names[best].element, urls[best], held["text"], held["safe"])
        self._content.show(State("done", 1.0, None, tuple(held["remarks"]), self._film), self._files)
        note_finished(1)
        for remark in held["remarks"]:
            click.echo(one_line(f"render: {remark}."), err=True)
        if not self._quiet:
            say(" ".join(shown(path) for path in paths.values()))

    def _fail(self, sentence: str, code: int, source: list[dict[str, Any]]) -> None:
        if self._count == 1 and code == UsageError.exit_code:
            # No saving of the scene would mend the command line.
            raise UsageError(sentence)
        complain(sentence, code)
        ended = sentence if sentence.endswith(("?", ".")) else f"{sentence}."
        self._content.show(State("failed", 0.0, {"sentence": ended, "source": source}, (), self._film), self._files)

    def _end(self, child: Process | None) -> None:
        if child is not None:
            child.end()
            for folder in self._folders:
                sweep(folder)


def own_files(words: Sequence[str]) -> set[Path]:
    """Return the files of a command line that somebody may be writing: the scene with what it imports, and colours.

    Parameters
    ----------
    words : sequence of str
        The scene, and its options.
    """
    named = (Path(word.rpartition("=")[2]) for word in words[1:] if word.endswith(".toml"))
    scene = _file(words[0])
    return {path for path in named if is_regular(path)} | (files_beside(scene) if scene is not None else set())


def _file(scene: str) -> Path | None:
    """Return the file of a scene, None for one of the package."""
    path = scene.rpartition(":")[0] if ".py:" in scene else scene
    return Path(path) if path.endswith(".py") else None


def stamps(files: Iterable[Path]) -> dict[Path, tuple[int, int] | None]:
    """Return when each file was written and how large it is; None for one that is not there."""
    found: dict[Path, tuple[int, int] | None] = {}
    for path in files:
        try:
            state = path.stat()
            found[path] = state.st_mtime_ns, state.st_size
        except (OSError, ValueError):
            found[path] = None
    return found
