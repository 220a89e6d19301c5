"""The command that says whether films can be made here."""

from __future__ import annotations

import json
from pathlib import Path

import click

from render.cli.scene_commands import SETTINGS, film_options, quieten
from render.cli.terminal import one_line, say


@click.command(context_settings=SETTINGS, params=film_options("output"), short_help="Say whether films can be made.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def doctor(output: str, as_json: bool) -> None:
    """Say whether films can be made here, and what a report needs if not: versions, ffmpeg, fonts, folders, limits.

    A film of two steps is made in the temporary folder, read back and removed.
    """
    quieten()
    from render.check.doctor import examine, lines

    found, failure = examine(Path(output))
    say(json.dumps(found, ensure_ascii=False) if as_json else "\n".join(map(one_line, lines(found))))
    if failure is not None:
        raise failure
