"""What a lecture takes of a film: pages for Beamer, or film, pictures and notes for PowerPoint and Keynote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from render.drawing.marks import MarksCanvas
from render.drawing.pdf import pdf_of
from render.drawing.themes import find_theme
from render.errors import UsageError
from render.pipeline.claims import require_true
from render.pipeline.guard import guarded
from render.pipeline.job import USUAL, Job
from render.pipeline.pace import check_options
from render.pipeline.painter import Painter
from render.pipeline.run import run
from render.pipeline.scene_run import SceneRun, run_of
from render.pipeline.watch import Watch
from render.publish.descriptions import FLASHES, is_safe
from render.publish.steps import STORY, steps_at
from render.publish.still import Stills
from render.scratch import scratch_folder
from render.storage import AtomicFiles
from render.text import Words, suggestion, unmarked

PROGRAMS = ("beamer", "powerpoint", "keynote")

# What decides when a film shows what.
_TIMES = ("pace", "duration", "fps", "pause")

_TEX = r"""% Every \moment{N} is a slide: page N of FILE.pdf, which is of the step behind it.
\documentclass[aspectratio=169]{beamer}
\setbeamertemplate{navigation symbols}{}
\definecolor{page}{RGB}{COLOR}
\setbeamercolor{background canvas}{bg=page}
\newcommand{\moment}[1]{{\usebackgroundtemplate{\vbox to \paperheight{\vfil\hbox to \paperwidth{\hfil
  \includegraphics[page=#1, width=\paperwidth, height=\paperheight, keepaspectratio]{FILE.pdf}%
  \hfil}\vfil}}\begin{frame}[plain]\end{frame}}}
\begin{document}
MOMENTS
\end{document}
"""


def write_slides(
    job: Job, program: str, moments: Sequence[str] = (), watch: Watch | None = None
) -> tuple[list[Path], list[str]]:
    """Write a folder of what a lecture takes; return the paths of its files, and what has to be known besides.

    The folder stands in the job's, and is named after film and program. For Beamer it has a PDF file of one page a
    moment, and a document of another name that shows them. For the others it has the film as MP4 with its manifest and
    poster, a PNG file for each moment, and the sentences in ``notes.txt``.

    Parameters
    ----------
    job : Job
        The film.
    program : str
        One of `PROGRAMS`.
    moments : sequence of str
        As `steps_at` takes them; the start, all moments that come and the end where there are none.
    watch : Watch, optional
        Told of the film's progress.

    Raises
    ------
    EigenreelError
        If there is no such program or moment, a claim is false, or a file cannot be written.
    """
    if program not in PROGRAMS:
        raise UsageError(f"there are no slides for {program!r}, {suggestion(program, PROGRAMS)}")
    if job.output == "-":
        raise UsageError("slides are files, which cannot go to standard output, so give a folder")
    _check_times(job, program)
    stem = job.stem
    found = run_of(job)
    steps = steps_at(moments or STORY, found)
    if not job.allow_false_claims:
        require_true(found.verdicts)
    make = _for_beamer if program == "beamer" else _for_powerpoint
    contents, remarks = make(job, found, steps, watch)
    with AtomicFiles(Path(job.output) / f"{stem}-{program}", list(contents)) as files:
        for name, content in contents.items():
            files.write(name, content)
        return list(files.commit().values()), remarks


def _check_times(job: Job, program: str) -> None:
    """Refuse options of a film's time that no film has, or that slides without a film do not need."""
    check_options(job)
    for name in _TIMES if program == "beamer" else ():
        if getattr(job, name) != USUAL[name]:
            raise UsageError(f"pages do not move, so leave out --{name}, or choose --for powerpoint")


def _for_beamer(
    job: Job, found: SceneRun, steps: Sequence[int], watch: Watch | None
) -> tuple[dict[str, bytes], list[str]]:
    with guarded(job.scene):
        painter = Painter(found, job, MarksCanvas)
        pages = pdf_of(painter.paint(step) for step in steps)
    red, green, blue = find_theme(job.theme).background
    # The name of a file has no letter that means something in TeX but _, which is one in a file's name there, too.
    values = {
        "FILE": job.stem,
        "COLOR": f"{red},{green},{blue}",
        "MOMENTS": "\n".join(rf"\moment{{{page + 1}}}  % step {step}" for page, step in enumerate(steps)),
    }
    text = _TEX
    for name, value in values.items():
        text = text.replace(name, value)
    return {f"{job.stem}.pdf": pages, f"{job.stem}-slides.tex": text.encode()}, painter.remarks()


def _for_powerpoint(
    job: Job, found: SceneRun, steps: Sequence[int], watch: Watch | None
) -> tuple[dict[str, bytes], list[str]]:
    stills = Stills(found, job)
    with guarded(job.scene):
        contents = {f"{job.stem}-{step}.png": stills.at(step, "png") for step in steps}
    with scratch_folder(Path(job.output)) as folder:
        film = run(replace(job, output=str(folder), formats=("mp4",)), watch)
        made = {path.name: path.read_bytes() for path in film.files.values()}
    warning = [] if is_safe(film.manifest) else [Words(job.language)(FLASHES)]
    with guarded(job.scene):
        contents["notes.txt"] = _notes(job, found, steps, warning)
    return made | contents, list(film.remarks)


def _notes(job: Job, found: SceneRun, steps: Sequence[int], warning: Sequence[str]) -> bytes:
    """Return what the film says at every step, a paragraph each, below the name of its picture; a warning first."""
    painter = Painter(found, job, MarksCanvas, words=False)
    paragraphs = [*warning, *([painter.title] if painter.title else [])]
    for step in steps:
        said = painter.said(step)
        word, value = said.counter
        lines = [f"{job.stem}-{step}.png: {word}{value}", unmarked(said.sentence), *filter(None, [said.terms])]
        paragraphs.append("\n".join(lines))
    return ("\n\n".join(paragraphs) + "\n").encode(errors="backslashreplace")
