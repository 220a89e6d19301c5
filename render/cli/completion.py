"""What a shell completes: names and values, looked up when they are asked for."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

from render.cli.terminal import COMPLETING, say
from render.text import languages

Completes = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def scene_names() -> list[str]:
    """Return the names of the package's scenes, which are those of their files; nothing of them is imported."""
    found = importlib.util.find_spec("scenes")
    folder = Path(found.origin).parent if found and found.origin else Path()
    return sorted(path.stem for path in folder.glob("*/[!_]*.py") if path.parent.name != "core")


def _layouts() -> Iterable[str]:
    from render.drawing.layouts import LAYOUTS

    return LAYOUTS


def _sizes() -> Iterable[str]:
    from render.drawing.layouts import SIZES

    return map(str, SIZES)


def _paces() -> Iterable[str]:
    from render.pipeline.timeline import PACES

    return PACES


def _themes() -> Iterable[str]:
    from render.drawing.themes import THEMES

    return THEMES


def _formats() -> Iterable[str]:
    from render.video.formats import names

    return names()


# What options can be, by the names that the library has for them.
_VALUES: dict[str, Callable[[], Iterable[str]]] = {
    "formats": _formats,
    "layout": _layouts,
    "language": languages,
    "pace": _paces,
    "size": _sizes,
    "theme": _themes,
}
# Those that are a file or a folder; a theme is one where it is none of the names.
_PATHS = {"output": "dir", "theme": "file"}


def values_of(option: str) -> Completes | None:
    """Return what completes the values of a film's option; None where they are free."""
    if option in _VALUES or option in _PATHS:
        return _completes(_VALUES.get(option, tuple), _PATHS.get(option))
    return None


def one_of(*values: str) -> Completes:
    """Return what completes an option that has these values."""
    return _completes(lambda: values)


def starting(values: Iterable[str], begin: str, path: str | None = None) -> list[CompletionItem]:
    """Return the values that begin so; where there are none, and paths are taken, what completes those."""
    found = [CompletionItem(value) for value in values if value.startswith(begin)]
    return found if found or path is None else [CompletionItem(begin, type=path)]


def _completes(values: Callable[[], Iterable[str]], path: str | None = None) -> Completes:
    return lambda context, parameter, begin: starting(values(), begin, path)


_WHERE = """Print what makes a shell complete names of scenes, options and their values.

\b
bash  render completion bash > ~/.local/share/bash-completion/completions/render
zsh   render completion zsh > ~/.zfunc/_render     (in ~/.zshrc: fpath+=~/.zfunc; autoload -U compinit; compinit)
fish  render completion fish > ~/.config/fish/completions/render.fish

For one session: eval "$(render completion bash)". Scene files are not run to complete their parameters.
"""


@click.command("completion", help=_WHERE, short_help="Print what makes a shell complete names and values.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script of a shell."""
    kind = get_completion_class(shell)
    assert kind is not None
    say(kind(context.find_root().command, {}, "render", COMPLETING).source_template % _names())


def _names() -> dict[str, str]:
    # As click names them. Its own `source` asks for the version of the bash that is here.
    return {"complete_func": "_render_completion", "complete_var": COMPLETING, "prog_name": "render"}
