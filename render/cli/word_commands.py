"""Commands for translators: what a language lacks, and files to fill in."""

from __future__ import annotations

import os
from pathlib import Path

import click

from render.cli.scene_commands import SETTINGS, quieten
from render.cli.terminal import one_line, say, shown
from render.errors import RenderError
from render.text import OWN_TRANSLATIONS


@click.group(context_settings=SETTINGS)
def words() -> None:
    """Translate films into another language, or check a translation (docs/languages.md)."""


@words.command(context_settings=SETTINGS, short_help="List what a language lacks.")
@click.argument("language", metavar="LANG")
def check(language: str) -> None:
    """List what LANG lacks: texts, names of numbers, letters that no font has.

    Entries that no text uses are listed, too; they may belong to scenes of your own.
    """
    quieten()
    from render.check.languages import gaps
    from render.check.texts import texts

    found = gaps(language, texts())
    say("\n".join(map(one_line, found.lines())))
    if not found.whole:
        raise RenderError(f"films in {language} would show English or nothing in places, so fill in what is listed")


@words.command(context_settings=SETTINGS, short_help="Write files to be filled in.")
@click.argument("language", metavar="LANG")
@click.option(
    "--output", "-o", metavar="DIR",
    help=f"Folder of your languages.  [default: what {OWN_TRANSLATIONS} names, or translations]",
)  # fmt: skip
def skeleton(language: str, output: str | None) -> None:
    """Write files with every text that LANG lacks, to be filled in; what is there already stays."""
    from render.check.languages import write_skeleton
    from render.check.texts import texts

    folder = Path(output or os.environ.get(OWN_TRANSLATIONS) or "translations")
    for path, count in write_skeleton(language, folder, texts()).items():
        say(f"{shown(path)}  ({count:,} texts)")
