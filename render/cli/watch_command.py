"""``render scene my_scene.py --watch``: shows a scene on a page while it is being written."""

from __future__ import annotations

import contextlib
import itertools
import sys
from typing import Any

import click

from render.cli.scene_commands import SETTINGS, make_film
from render.cli.terminal import note_finished, one_line, say
from render.errors import UsageError


def watch_command(scene: str) -> click.Command:
    """Return the command that watches a scene; all words but its own options are those of every rendering."""

    def watched(words: tuple[str, ...], watch: bool, port: int | None, quiet: bool) -> None:
        _watch((scene, *words), port or 0, quiet)

    return click.Command(
        scene,
        callback=watched,
        params=[
            click.Argument(["words"], nargs=-1, type=click.UNPROCESSED),
            *WATCH_OPTIONS,
            click.Option(["--quiet", "-q"], is_flag=True),
        ],
        context_settings={**SETTINGS, "ignore_unknown_options": True},
        add_help_option=False,
    )


WATCH_OPTIONS = (
    click.Option(
        ["--watch"], is_flag=True,
        help="Render again whenever a file of the scene is saved, and show it on a page of this machine.",
    ),
    click.Option(
        ["--port"], type=click.IntRange(1, 65535), metavar="N", help="Of that page.  [default: any that is free]"
    ),
)  # fmt: skip


def make_once(scene: str, parameters: dict[str, Any], watch: bool, port: int | None, **options: Any) -> None:
    """Make a film that is not watched, as `render.cli.scene_commands.make_film` does.

    Raises
    ------
    UsageError
        If a port is given.
    """
    if port is not None:
        raise UsageError("--port is of the page that --watch shows, so add --watch or leave it out")
    make_film(scene, parameters, **options)


def _watch(words: tuple[str, ...], port: int, quiet: bool) -> None:
    """Render a scene and show it until the command is interrupted."""
    from render.cli.watch_loop import Loop
    from render.publish.watch_server import Content, watch_server

    if "--json" in words:
        raise UsageError("--json prints a film that is finished, and --watch never ends, so leave one out")
    note_finished(0)
    with contextlib.ExitStack() as stack:
        content = Content()
        address = stack.enter_context(watch_server(content, words[0], _language(words), port))
        loop = stack.enter_context(Loop(words, content, quiet=quiet))
        # Whatever reads the output is to have it at once.
        say(one_line(f"{words[0]} is shown at {address} and rendered again when it is saved; Ctrl-C ends that"))
        sys.stdout.flush()
        while True:
            loop.look()


def _language(words: tuple[str, ...]) -> str:
    """Return the language of the page: that of the film, where there is such a one."""
    from render.text import languages

    given = [word.partition("=")[2] for word in words if word.startswith("--lang=")]
    given += [after for word, after in itertools.pairwise(words) if word == "--lang"]
    return given[-1] if given and given[-1] in languages() else "en"
