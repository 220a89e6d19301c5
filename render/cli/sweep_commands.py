"""Commands over several runs: side by side, and at every point of a product of parameters."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from render.cli.completion import scene_names, starting
from render.cli.many_films import make_films, work_options
from render.cli.scene_commands import SETTINGS, SceneCommands, film_options, make_film, quieten
from render.cli.terminal import note_finished, one_line, say, shown
from render.errors import RenderError, UsageError
from render.pipeline.job import COMPARISON, GRID, OPTIONS, PHASE, SWEEP, USUAL, Job
from render.text import Words

if TYPE_CHECKING:
    from render.pipeline.points import Axis
    from render.pipeline.results import Results
    from render.pipeline.source import Source
    from render.pipeline.sweep import Sweep

KINDS = ("films", "grid", "film", "numbers")
TABLES = ("csv", "npz")


def _film_options() -> list[click.Option]:
    return film_options(*(name for name in OPTIONS if name != "over"))


def _matrix_options() -> list[click.Option]:
    return [
        click.Option(["--key", "keys"], multiple=True, metavar="NAME", help="Of a file: the matrix of this name."),
        click.Option(["--gate"], metavar="NAME", help="Of a file: one gate of an LSTM's or a GRU's kernel."),
        click.Option(["--order"], metavar="NAME", help="Of a file: pytorch or keras, the order of the gates."),
    ]  # fmt: skip


class SweepCommand(SceneCommands):
    """One command a scene, or a file of matrices."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """Return the command of a scene or of a file, with its parameters as options."""
        from render.pipeline.source import OF_MATRICES, is_matrices

        if is_matrices(cmd_name):
            return self.command_of(cmd_name, OF_MATRICES, "Powers of matrices in a file.", _matrix_options())
        return super().get_command(ctx, cmd_name)


def _sweep(scene: str, parameters: dict[str, Any], over: tuple[str, ...], made_as: str, **rest: Any) -> None:
    """Make what a sweep is asked for."""
    quieten()
    from render.pipeline.points import axes_of
    from render.pipeline.source import source_at

    language = rest["language"]
    matrices = {name: rest.pop(name) for name in ("keys", "gate", "order") if name in rest}
    source = source_at(scene, **matrices, language=language)
    if source.remark:
        _remark(source.remark)
    axes = axes_of(over, source.scene.parameters)
    if not axes:
        raise UsageError("a sweep needs values of a parameter, so add --over, as --over spectral_radius=0.8:1.2:9")
    _refuse_given_twice([name for name, _ in axes])
    given = [name for name in parameters if source.matrices is None or _is_given(name)]
    fixed = {name: parameters[name] for name in given if name not in dict(axes)}
    own = {name: rest.pop(name) for name in ("jobs", "dask", "force", "quiet", "as_json", "tracks", "form", "at")}
    made = {"films": _films, "grid": _grid, "film": _over_clock, "numbers": _numbers}[made_as]
    made(source, fixed, axes, own, rest)


def _refuse_given_twice(names: Sequence[str]) -> None:
    """Refuse a parameter that varies and has one value as well."""
    for name in names:
        if _is_given(name):
            raise UsageError(f"{name} varies and has one value, so leave one of them out")


def _is_given(name: str) -> bool:
    """Whether a parameter was given: what is usual for matrices depends on what is in their file."""
    return click.get_current_context().get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


def _films(
    source: Source, fixed: Mapping[str, Any], axes: Sequence[Axis], own: Mapping[str, Any], options: dict[str, Any]
) -> None:
    """Make a film for every point; those that are there, made by the same job, stay."""
    from render.pipeline.batch import is_current
    from render.pipeline.points import points, stem_of

    stem = options.pop("name") or source.stem
    options["formats"] = options["formats"] or USUAL["formats"]
    options["title"] = options["title"] or source.title
    jobs = [
        Job(source.source, {**fixed, **point}, source.matrices, name=stem_of(stem, point), **options)
        for point in points(axes)
    ]
    left = [job for job in jobs if own["force"] or not is_current(job)]
    if len(left) < len(jobs) and not own["quiet"]:
        say(f"{len(jobs) - len(left):,} films in {jobs[0].output} are up to date")
    make_films(left, own["jobs"], own["dask"], own["quiet"])


def _grid(
    source: Source, fixed: Mapping[str, Any], axes: Sequence[Axis], own: Mapping[str, Any], options: dict[str, Any]
) -> None:
    """Make one film of small multiples."""
    title = _title_of(source, axes, options["language"])
    options["name"] = options["name"] or f"{source.stem}-grid"
    make_film(
        GRID, {}, own["quiet"], own["as_json"], several={"of": source.runs(fixed, axes), "title": title}, **options
    )


def _over_clock(
    source: Source, fixed: Mapping[str, Any], axes: Sequence[Axis], own: Mapping[str, Any], options: dict[str, Any]
) -> None:
    """Make one film whose clock is the first parameter; the second one's values are draws."""
    if len(axes) > 2:
        raise UsageError("a film has one clock and may have draws, so give one or two --over, or --as numbers")
    (name, values), *others = axes
    several = source.run("", fixed) | {"name": name, "values": values}
    if others:
        several["draws"] = {"name": others[0][0], "values": others[0][1]}
    options["name"] = options["name"] or f"{source.stem}-sweep"
    make_film(SWEEP, {}, own["quiet"], own["as_json"], several=several, **options)


def _numbers(
    source: Source, fixed: Mapping[str, Any], axes: Sequence[Axis], own: Mapping[str, Any], options: dict[str, Any]
) -> None:
    """Write a table of the numbers at all points, and a diagram of what they say."""
    from render.pipeline.executors import executor_of
    from render.pipeline.results import Results
    from render.pipeline.sweep import compute, sweep_of
    from render.publish.sweep_table import write_table
    from render.storage import AtomicFiles, check_stem

    folder, stem = Path(options["output"]), check_stem(options["name"] or f"{source.stem}-numbers")
    job = Job(source.source, fixed, source.matrices, output=options["output"])
    wanted = sweep_of(job, axes, own["tracks"])
    counted = sys.stderr.isatty() and not own["quiet"]

    def told(done: int, total: int) -> None:
        note_finished(0)
        if counted:
            click.echo(f"\r{done:,} of {total:,} points", err=True, nl=done == total)

    with Results(folder / f"{stem}.sqlite") as results:
        with executor_of(own["jobs"], own["dask"]) as executor:
            refused = compute(wanted, results, executor, told)
        pictures = {f"{stem}.{form}": content for form, content in _diagram(source, wanted, results, options).items()}
        table = f"{stem}.{own['form']}"
        with AtomicFiles(folder, [table, *pictures]) as files:
            write_table(own["form"], files.path(table), wanted, results, own["at"] == "end")
            for name, content in pictures.items():
                files.write(name, content)
            paths = files.commit()
    if not own["quiet"]:
        for path in paths.values():
            say(shown(path))
    if refused:
        more = f", and {len(refused) - 1:,} more" if len(refused) > 1 else ""
        raise RenderError(f"{refused[0]}{more}, so these points are not in the table")


def _diagram(source: Source, wanted: Sweep, results: Results, options: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the diagram of a sweep as PNG and as SVG; none where there are no two numbers to be joined."""
    import numpy as np

    from render.pipeline.scene_run import run_of
    from render.pipeline.sweep import measured, rows_of
    from render.publish.still import Stills

    by_label, measure = measured(wanted, results)
    (name, values), *_ = wanted.axes
    rows = rows_of(wanted)
    first = next(iter(by_label))
    if rows is not None and len(by_label) > 1:
        _remark(f"the diagram is of {first}, since there is no room for others in one over two parameters")
        by_label = {first: by_label[first]}
    numbers = np.hstack(list(by_label.values()))
    lists = {label: single.tolist() for label, single in by_label.items()}
    numeric = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
    if len(values) < 2 or not numeric or not np.isfinite(numbers).any(axis=1).all():
        _remark(f"there is no diagram, which needs two numbers of {name} at least, and a number at each of them")
        return {}
    several = {
        "title": source.title or source.scene.title,
        "name": name,
        "values": values,
        "measured": lists if len(lists) > 1 else lists[first],
        "measure": measure,
    }
    if rows is not None:
        several["rows"] = {"name": rows[0], "values": rows[1]}
    looks = {name: options[name] for name in ("layout", "size", "theme", "language", "title")}
    job = Job(PHASE, several=several, **looks)
    found = run_of(job)
    stills = Stills(found, job, False)
    return {form: stills.at(found.steps, form) for form in ("png", "svg")}


def _title_of(source: Source, axes: Sequence[Axis], language: str) -> str:
    """Return what the runs of a scene or file are called, of which parameters vary."""
    words = Words(language)
    varied = ", ".join(words(name.replace("_", " ")) for name, _ in axes)
    return f"{words(source.title or source.scene.title)}: {varied}"


def _remark(text: str) -> None:
    click.echo(one_line(f"render: {text}."), err=True)


def _compare(
    words: tuple[str, ...], over: tuple[str, ...], sets: tuple[str, ...], steps: int | None, **rest: Any
) -> None:
    """Film runs side by side on one clock."""
    quieten()
    from render.pipeline.comparison import MOST_COLUMNS
    from render.pipeline.points import axes_of
    from render.pipeline.source import source_at

    quiet, as_json = rest.pop("quiet"), rest.pop("as_json")
    matrices = {name: rest.pop(name) for name in ("keys", "gate", "order")}
    sources = [source_at(word, **matrices, language=rest["language"]) for word in words]
    chosen = _chosen(sources, [*sets, *([] if steps is None else [f"steps={steps}"])])
    if over and len(sources) > 1:
        raise UsageError("values of a parameter are compared in one scene, so give one scene or leave --over out")
    if over:
        (source,) = sources
        axes = axes_of(over, source.scene.parameters)
        of = source.runs(chosen[0], axes)
        title = _title_of(source, axes, rest["language"])
    else:
        labels = _labels([_called(source, rest["language"]) for source in sources])
        of = [s.run(label, own) for s, own, label in zip(sources, chosen, labels, strict=True)]
        title = ""
    rest["name"] = rest["name"] or COMPARISON
    # More than there is room for side by side stand in rows.
    kind = COMPARISON if len(of) <= MOST_COLUMNS else GRID
    make_film(kind, {}, quiet, as_json, several={"of": of, "title": title}, **rest)


def _called(source: Source, language: str) -> str:
    """Return what a run is called: as it was asked for, and a scene of the program in another language by its title."""
    if language != USUAL["language"] and source.matrices is None and ".py" not in source.word:
        return Words(language)(source.scene.title)
    return Path(source.word.rpartition(":")[2] or source.word).stem


def _labels(stems: Sequence[str]) -> list[str]:
    """Return what stands above the columns: names, numbered where one comes twice."""
    return [stem if stems.count(stem) == 1 else f"{stem} {index}" for index, stem in enumerate(stems, 1)]


def _chosen(sources: Sequence[Source], sets: Sequence[str]) -> list[dict[str, Any]]:
    """Return the parameters of every run that were set: each must be one of at least one of them."""
    from render.text import suggestion
    from scenes import ParameterError

    chosen: list[dict[str, Any]] = [{} for _ in sources]
    known = sorted({parameter.name for source in sources for parameter in source.scene.parameters})
    for text in sets:
        name, equals, value = text.partition("=")
        if not equals or name not in known:
            raise UsageError(f"set is NAME=VALUE of a parameter, but it is {text[:80]!r}, {suggestion(name, known)}")
        for source, own in zip(sources, chosen, strict=True):
            for parameter in source.scene.parameters:
                if parameter.name == name:
                    try:
                        own[name] = parameter.check(parameter.parse(value))
                    except ParameterError as error:
                        raise UsageError(f"{source.word}: {error}") from None
    return chosen


def _completed(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return starting(scene_names(), incomplete, "file")


_OVER = ["--over"], "Values of a parameter, as gain=0.8:1.2:9, dim=4,16,64 or seed=0:16; repeat it for several."

sweep = SweepCommand(
    "sweep",
    help="Make films or numbers of a scene, or of matrices in a file, at values of its parameters.",
    options=[
        click.Option(_OVER[0], multiple=True, metavar="NAME=VALUES", help=_OVER[1]),
        click.Option(
            ["--as", "made_as"], type=click.Choice(KINDS), default="films", show_default=True,
            help="films: one a point. grid: one of small multiples. film: the first parameter is its clock. numbers: a "
            "table and a diagram.",
        ),
        click.Option(["--track", "tracks"], multiple=True, metavar="NAME", help="Numbers: which of them."),
        click.Option(
            ["--table", "form"], type=click.Choice(TABLES), default="csv", show_default=True, help="Numbers: as what."
        ),
        click.Option(
            ["--at"], type=click.Choice(["all", "end"]), default="all", show_default=True, help="Numbers: which steps."
        ),
        *work_options(),
        click.Option(["--force"], is_flag=True, help="Make films again that are there."),
        *_film_options(),
        click.Option(["--quiet", "-q"], is_flag=True, help="Print nothing but errors."),
        click.Option(["--json", "as_json"], is_flag=True, help="Print a single film as JSON."),
    ],
    make=_sweep,
)  # fmt: skip

compare = click.Command(
    "compare",
    callback=_compare,
    params=[
        click.Argument(["words"], nargs=-1, required=True, metavar="SCENE|FILE...", shell_complete=_completed),
        click.Option(_OVER[0], multiple=True, metavar="NAME=VALUES", help=_OVER[1]),
        click.Option(
            ["--set", "sets"], multiple=True, metavar="NAME=VALUE", help="A parameter of all runs that have it."
        ),
        click.Option(["--steps"], type=click.IntRange(0, 1_000_000), help="Number of steps of all runs."),
        *_matrix_options(),
        *_film_options(),
        click.Option(["--quiet", "-q"], is_flag=True, help="Print nothing but errors."),
        click.Option(["--json", "as_json"], is_flag=True, help="Print what was made as JSON."),
    ],
    help="Film scenes, matrices in files, or values of a parameter side by side on one clock, with shared limits; more "
    "than four as small multiples.",
    context_settings=SETTINGS,
)  # fmt: skip
