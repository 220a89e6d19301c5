"""Commands that put films into pages: snippets, text tracks, and all that a page needs of a scene."""

from __future__ import annotations

from collections.abc import Container, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from render.cli.completion import values_of
from render.cli.scene_commands import SETTINGS, SceneCommands, film_options, quieten
from render.cli.terminal import note_finished, one_line, say, shown
from render.errors import EigenreelError
from render.pipeline.job import Job

if TYPE_CHECKING:
    from render.pipeline.film import Film

# Repeated here, since loading them would cost every command a tenth of a second; a test compares them.
DIALECTS = (
    *("html", "markdown", "github", "jekyll", "hugo", "quarto", "myst"),
    *("docusaurus", "marp", "reveal", "jupyter"),
)
# What a page shows; others are made where they are asked for.
_FORMATS = ("mp4",)
TEXT_KINDS = ("descriptions", "captions", "chapters", "text")


def _language(help: str) -> click.Option:
    return click.Option(["--lang", "language"], shell_complete=values_of("language"), help=help)


def _page_options() -> list[click.Option]:
    return [
        click.Option(
            ["--for", "dialect"], type=click.Choice(DIALECTS), default="html", show_default=True,
            help="What the page is made with.",
        ),
        click.Option(["--base"], default="", metavar="URL", help="Where the files lie: comes before their names."),
        click.Option(
            ["--autoplay"], is_flag=True, help="Play by itself, but for those who want little motion; controls stay."
        ),
    ]  # fmt: skip


def _embed(files: tuple[Path, ...], dialect: str, base: str, autoplay: bool, language: str | None, page: bool) -> None:
    _print_snippet(files, dialect, language, base, autoplay, page)


def _print_snippet(files: Sequence[Path], *options: Any, told: Container[str] = ()) -> None:
    """Print what shows films; say on standard error what has to be known besides and is not told already."""
    from render.publish.embed import embedding

    made = embedding(files, *options)
    # A page is UTF-8, whatever the terminal is.
    say(made.text.encode())
    for note in (note for note in made.notes if note not in told):
        click.echo(one_line(f"render: {note}."), err=True)


embed = click.Command(
    "embed",
    callback=_embed,
    params=[
        click.Argument(["files"], nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)),
        *_page_options(),
        _language("Language of the text beside the film.  [default: the film's]"),
        click.Option(["--page"], is_flag=True, help="Show the film's own page (--format html), in a frame."),
    ],
    help="Print what shows a film in a page: video, poster, images and caption. Give several films of a scene, light "
    "and dark, wide and phone, and each is shown where it belongs.",
    context_settings=SETTINGS,
)


def _captions(files: tuple[Path, ...], kind: str, language: str | None, output: str | None) -> None:
    from render.publish.vtt import text_of, write_texts

    if output == "-":
        for file in files:
            say(text_of(file, kind, language)[1].encode(), newline=False)
        return
    for path in write_texts(files, kind, language, None if output is None else Path(output)):
        say(shown(path))


captions = click.Command(
    "captions",
    callback=_captions,
    params=[
        click.Argument(["files"], nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)),
        click.Option(
            ["--kind"], type=click.Choice(TEXT_KINDS), default="descriptions", show_default=True,
            help="descriptions: what happens at which step, for those who do not see it. captions: the sentences in "
            "the picture. chapters. text: the film in words.",
        ),
        _language("Language of the text.  [default: the film's]"),
        click.Option(["--output", "-o"], metavar="DIR", help="Folder of the files, or -.  [default: the film's]"),
    ],
    help="Write what a film says into a text track beside it: NAME.vtt, or NAME.ko.vtt in another language than the "
    "film's. `render embed` puts it into pages.",
    context_settings=SETTINGS,
)  # fmt: skip


def _publish(
    scene: str,
    parameters: dict[str, Any],
    dialect: str,
    base: str,
    autoplay: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Make the films of a page, and print what shows them."""
    quieten()
    from render.publish.film_set import write_set

    told = []

    def done(job: Job, film: Film | EigenreelError) -> None:
        if isinstance(film, EigenreelError):
            return
        note_finished(1)
        for remark in film.remarks:
            told.append(f"{job.stem}: {remark}")
            click.echo(f"render: {told[-1]}.", err=True)
        for path in () if quiet else film.files.values():
            click.echo(shown(path), err=True)

    options["formats"] = options["formats"] or _FORMATS
    note_finished(0)
    films, texts = write_set(Job(scene, parameters, **options), done)
    for path in () if quiet else texts:
        click.echo(shown(path), err=True)
    _print_snippet([Path(film.files["json"]) for film in films], dialect, None, base, autoplay, told=told)


publish = SceneCommands(
    "publish",
    help="Make the films of a scene that a page needs: light and dark, wide and for phones, each with poster and text "
    "track; and print what shows them.",
    options=[
        *_page_options(),
        click.Option(
            ["--format", "formats"],
            multiple=True,
            metavar="NAME",
            shell_complete=values_of("formats"),
            help="As for a scene; repeat it for several.  [default: mp4]",
        ),
        *film_options(
            *("output", "name", "pace", "duration", "fps", "size", "language", "title", "timeout"),
            "allow_false_claims",
        ),
        click.Option(["--quiet", "-q"], is_flag=True, help="Do not name the files."),
    ],
    make=_publish,
)

PAGES = (embed, captions, publish)
