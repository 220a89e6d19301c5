"""Commands that make pictures of a scene's moments: stills, strips, and what a lecture takes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from render.cli.completion import one_of
from render.cli.scene_commands import SceneCommands, film_options, quieten
from render.cli.terminal import Last, say, shown
from render.pipeline.job import Job

# What decides how any picture of a film looks.
_LOOK = ("output", "name", "layout", "size", "theme", "language", "title", "allow_false_claims")


def _at(usual: str) -> click.Option:
    return click.Option(
        ["--at"], multiple=True, metavar="STEPS",
        help="Steps, start, moments, poster, end or all, with commas between them or repeated.  "
        f"[default: {usual}]",
        shell_complete=one_of("start", "moments", "poster", "end", "all"),
    )  # fmt: skip


def _pictures() -> list[click.Option]:
    return [
        click.Option(
            ["--format", "forms"], multiple=True, metavar="NAME",
            help="png, webp, svg or pdf; repeat it for several.  [default: png]",
            shell_complete=one_of("png", "webp", "svg", "pdf"),
        ),
        click.Option(
            ["--transparent"], is_flag=True, help="Leave the background out; take the theme that suits what is below."
        ),
        *film_options(*_LOOK),
    ]  # fmt: skip


def _make_stills(
    scene: str,
    parameters: dict[str, Any],
    at: tuple[str, ...],
    forms: tuple[str, ...],
    transparent: bool,
    **options: Any,
) -> None:
    quieten()
    from render.publish.still import write_stills

    _tell(*write_stills(Job(scene, parameters, **options), at, forms or ("png",), transparent))


def _make_strip(
    scene: str,
    parameters: dict[str, Any],
    at: tuple[str, ...],
    forms: tuple[str, ...],
    columns: int | None,
    transparent: bool,
    **options: Any,
) -> None:
    quieten()
    from render.publish.strip import write_strip

    _tell(*write_strip(Job(scene, parameters, **options), at, forms or ("png",), columns, transparent))


def _make_slides(scene: str, parameters: dict[str, Any], at: tuple[str, ...], program: str, **options: Any) -> None:
    quieten()
    from render.publish.slides import write_slides

    _tell(*write_slides(Job(scene, parameters, **options), program, at, Last()))


def _tell(paths: Iterable[Path], remarks: Iterable[str]) -> None:
    """Say what has to be known, and where the files are."""
    for remark in remarks:
        click.echo(f"render: {remark}.", err=True)
    for path in paths:
        say(shown(path))


PICTURES = [
    SceneCommands(
        "still",
        help="Draw single moments of a scene as pictures: PNG, WebP, SVG with real text, or PDF.",
        options=[_at("poster"), *_pictures()],
        make=_make_stills,
    ),
    SceneCommands(
        "strip",
        help="Draw moments of a scene side by side in one picture: PNG, WebP, SVG with real text, or PDF.",
        options=[
            _at("start,moments,end"),
            click.Option(
                ["--columns"], type=int, metavar="N",
                help="How many stand side by side.  [default: as many as leave text legible on paper]",
            ),
            *_pictures(),
        ],
        make=_make_strip,
    ),
    SceneCommands(
        "slides",
        help="Write a folder for a lecture: pages for Beamer, or film, pictures and notes for PowerPoint and Keynote.",
        options=[
            click.Option(
                ["--for", "program"], required=True, metavar="PROGRAM", help="beamer, powerpoint or keynote.",
                shell_complete=one_of("beamer", "powerpoint", "keynote"),
            ),
            _at("start,moments,end"),
            *film_options(*_LOOK, "pace", "duration", "fps", "pause", "timeout"),
        ],
        make=_make_slides,
    ),
]  # fmt: skip
