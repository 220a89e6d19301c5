"""The films of a scene that a page needs: light and dark, for wide and for narrow screens, with their texts."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from render.errors import EigenreelError
from render.pipeline.batch import Progress, run_all
from render.pipeline.film import Film
from render.pipeline.job import Job
from render.pipeline.processes import processes
from render.publish.vtt import write_texts

# What the names of the four films end with, and how they look.
_LOOKS: dict[str, dict[str, Any]] = {
    "": {"theme": "light", "layout": "wide"},
    "-dark": {"theme": "dark", "layout": "wide"},
    "-phone": {"theme": "light", "layout": "phone"},
    "-phone-dark": {"theme": "dark", "layout": "phone"},
}


def jobs_of(job: Job) -> list[Job]:
    """Return the films of a page: what the job says, in light and dark, for wide screens and for phones."""
    return [replace(job, name=job.stem + ending, **look) for ending, look in _LOOKS.items()]


def write_set(job: Job, progress: Progress) -> tuple[list[Film], list[Path]]:
    """Make the films of a scene that a page needs, and a text track for each; return the films and the tracks.

    Parameters
    ----------
    job : Job
        What they have in common; their names end with ``-dark``, ``-phone`` and ``-phone-dark``.
    progress : callable
        Called with every job and its film or failure.

    Raises
    ------
    EigenreelError
        If one of them cannot be made; the others stay.
    """
    jobs = jobs_of(job)
    with processes(min(len(jobs), os.cpu_count() or 1)) as executor:
        results = run_all(jobs, executor=executor, progress=progress)
    films = []
    for result in results:
        if isinstance(result, EigenreelError):
            raise result
        films.append(result)
    return films, write_texts([Path(film.files["json"]) for film in films])
