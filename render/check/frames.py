"""Whether the frames of a film are those of its numbers, shown when they should be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from render.check.report import Report
from render.drawing.colors import Color, ColorArray, cell_colors
from render.drawing.raster import RasterCanvas
from render.pipeline import manifest
from render.pipeline.job import Job
from render.pipeline.painter import Painter
from render.pipeline.run import run
from render.pipeline.scene_run import SceneRun
from render.storage import sha256_of
from render.text import counted
from render.video.decoder import frames_of, times_of
from render.video.ffmpeg import Ffmpeg
from render.video.formats import FileKind, kind_of
from scenes import FloatArray


class FilmAgain:
    """The film as it is rendered again: its files, and the numbers of its cells.

    Parameters
    ----------
    job : Job
        What is rendered, unless it has been.
    found : SceneRun
        Its scene with its numbers.
    folder : Path
        Where its files are.
    fresh : mapping, optional
        Its manifest, where it has been rendered.
    """

    def __init__(self, job: Job, found: SceneRun, folder: Path, fresh: Mapping[str, Any] | None = None) -> None:
        self.folder, self.job = folder, job
        self.fresh = fresh or json.loads(manifest.dump(run(job).manifest))
        self._painter = Painter(found, job, RasterCanvas)

    @property
    def background(self) -> Color | None:
        """The background of a film that lacks its own: cells are opaque, and letters are seen on it."""
        return self._painter.canvas.theme.background if self.job.transparent else None

    def steps(self, entry: Mapping[str, Any]) -> list[int | None]:
        """Return the step that each picture of a file shows, None for those that spell a multiplication out."""
        return [*(entry["steps"] or self.fresh["frames"]["steps"])]

    def parts(self, entry: Mapping[str, Any]) -> list[float]:
        """Return the part of the way to the next step that each picture of a file shows."""
        found = entry["parts"]
        if found is None and entry["frames"] == len(self.fresh["frames"]["steps"]):
            found = self.fresh["frames"]["parts"]
        return found or [0.0] * entry["frames"]

    def cells_at(
        self, step: int, part: float, corner: tuple[int, int]
    ) -> tuple[FloatArray, tuple[float, float]] | None:
        """Return the numbers of the cells that begin at a corner in the film's own layout, and their limits."""
        for panel, described in zip(self._painter.panels, self._painter.describe(), strict=True):
            values = panel.values(step, part)
            if values is not None and (described["x"], described["y"]) == corner:
                return values, (described["limits"][0], described["limits"][1])
        return None

    def check_cells(self, frame: ColorArray, moment: tuple[int, float], kind: FileKind, seen: _Playback) -> None:
        """Compare the colour of every heat-map cell, where no number covers it, with that of its number."""
        theme = self._painter.canvas.theme
        colormaps = {colors.name: colors for colors in (theme.sign, theme.field)}
        for panel, described in zip(self._painter.panels, self._painter.describe(), strict=True):
            values = panel.values(*moment)
            if values is None:
                continue
            colors = colormaps[described["colormap"]]
            true = cell_colors(values, described["limits"], colors, described.get("unknown"))
            error = np.abs(_centres(frame, described).astype(int) - true).max(axis=2)
            seen.cells += error.size
            seen.worst_cell = max(seen.worst_cell, int(error.max()))
            seen.wrong_cells += [
                f"step {moment[0]}, row {row + 1}, column {column + 1} of panel {described['panel']}"
                for row, column in np.argwhere(error > kind.cell_error)
            ]


@dataclass
class _Playback:
    """What two decoded films were found to have, side by side."""

    frames: int = 0
    differing: list[int] = field(default_factory=list)
    furthest: int = 0
    wrong_cells: list[str] = field(default_factory=list)
    cells: int = 0
    worst_cell: int = 0


def check_times(film: Path, again: FilmAgain, report: Report, ffmpeg: Ffmpeg) -> None:
    """Compare when the frames are shown with when they should be."""
    mine, second = (times_of(ffmpeg, path) for path in (film, again.folder / film.name))
    if mine != second:
        length, right = (sum(lasting for _, _, lasting in times) for times in (mine, second))
        report.faults.append(f"{film.name} is timed otherwise: {float(length):g} s where {float(right):g} s are right")


def check_frames(
    film: Path, entry: Mapping[str, Any], again: FilmAgain, report: Report, ffmpeg: Ffmpeg, same_versions: bool
) -> None:
    """Decode a film and the one rendered again side by side; compare both, and cells with their numbers."""
    size, kind = (entry["width"], entry["height"]), kind_of(film.name)
    assert kind is not None
    background = again.background
    mine, second = (frames_of(ffmpeg, path, *size, background=background) for path in (film, again.folder / film.name))
    seen, steps, parts = _Playback(), again.steps(entry), again.parts(entry)
    for count, (frame, twin) in enumerate(zip_longest(mine, second)):
        if frame is None or twin is None:
            seen.frames += frame is not None
            continue
        seen.frames += 1
        if not np.array_equal(frame, twin):
            seen.differing.append(count)
            seen.furthest = max(seen.furthest, _furthest(frame, twin, kind.stray))
        step = steps[count]
        if step is not None:
            again.check_cells(frame, (step, parts[count]), kind, seen)
    if seen.frames != entry["frames"]:
        report.faults.append(f"{film.name} has {seen.frames} frames where {entry['frames']} are right")
    if seen.wrong_cells:
        more = f", and {len(seen.wrong_cells) - 1} more" if len(seen.wrong_cells) > 1 else ""
        report.faults.append(f"{film.name} shows other colours than its numbers have: {seen.wrong_cells[0]}{more}")
    elif seen.cells:
        report.checked.append(
            f"{film.name}: {seen.cells:,} cells have the colours of their numbers, within {seen.worst_cell} of 255"
        )
    if not seen.frames:
        return
    if not seen.differing:
        report.checked.append(f"{film.name}: every decoded frame of {seen.frames} is as rendered again")
        if same_versions and seen.frames == entry["frames"] and sha256_of(film) != entry["sha256"]:
            report.faults.append(f"{film.name} has the frames of the film rendered again, but is another file")
        return
    some = ", ".join(map(str, seen.differing[:5])) + (" …" if len(seen.differing) > 5 else "")
    many = counted(len(seen.differing), "frame", "frames")
    verb = "differs" if len(seen.differing) == 1 else "differ"
    what = f"{film.name}: {many} ({some}) {verb} from those rendered again"
    if seen.furthest <= kind.pixel_error:
        report.remarks.append(f"{what}, by at most {seen.furthest} of 255, as another processor may round")
    else:
        report.faults.append(f"{what}, by up to {seen.furthest} of 255")


def _furthest(frame: ColorArray, twin: ColorArray, stray: int) -> int:
    """Return by how much the pixels of two frames differ at most, but for the so many that differ most."""
    away = np.abs(frame.astype(int) - twin).max(axis=2).ravel()
    return int(np.partition(away, -1 - stray)[-1 - stray]) if away.size > stray else int(away.max())


def _centres(frame: ColorArray, panel: Mapping[str, Any]) -> ColorArray:
    inset, cell = panel["sample"], panel["cell"]
    rows = slice(panel["y"] + inset, panel["y"] + panel["height"], cell)
    columns = slice(panel["x"] + inset, panel["x"] + panel["width"], cell)
    return frame[rows, columns]
