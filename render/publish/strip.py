"""Moments of a film side by side in one picture, as a figure of a paper has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from render.drawing.canvas import Canvas
from render.drawing.glyphs import text_width
from render.drawing.layouts import Box, TextLine
from render.drawing.marks import MarksCanvas, Text, moved
from render.drawing.paragraph import write_sentence
from render.drawing.raster import RasterCanvas
from render.drawing.themes import Theme, find_theme
from render.errors import UsageError
from render.pipeline.claims import require_true
from render.pipeline.guard import guarded
from render.pipeline.job import FilmOptions, Job
from render.pipeline.painter import Painter
from render.pipeline.scene_run import SceneRun, run_of
from render.publish.pictures import AnyCanvas, check_pictures, picture
from render.publish.steps import STORY, steps_at
from render.storage import AtomicFiles

# So many frames in a row leave even small text three points large on paper, where the strip is 17 cm wide.
_MOST_COLUMNS = {"wide": 3, "square": 4, "phone": 5}
# More pixels than this take more than a gigabyte while they are drawn.
_MOST_PIXELS = 64_000_000
# Margin of a frame beside another one in pixels.
_NARROW = 32
# The sentence has so many lines at most.
_MOST_LINES = 3


@dataclass(frozen=True)
class Grid:
    """Where the frames of a strip stand.

    Parameters
    ----------
    columns, rows : int
        How many there are side by side, and one above the other.
    crop : Box
        The part of a frame that is shown.
    margin, head, above, gap : int
        Room in pixels at the sides of a frame, for the title, for a counter, and between rows.
    """

    columns: int
    rows: int
    crop: Box
    margin: int
    head: int
    above: int
    gap: int

    @property
    def width(self) -> int:
        """Width of the strip in pixels."""
        return self.columns * self.crop.width + 2 * self.crop.x

    @property
    def bottom(self) -> int:
        """Where the frames end."""
        return self.head + self.rows * (self.above + self.crop.height + self.gap) - self.gap

    def corner(self, index: int) -> tuple[int, int]:
        """Return where a frame's left top corner stands."""
        row, column = divmod(index, self.columns)
        return self.crop.x + column * self.crop.width, self.head + row * (
            self.above + self.crop.height + self.gap
        ) + self.above


class Strip:
    """Draws moments side by side: a drawing as `render.publish.pictures.picture` takes it.

    Parameters
    ----------
    found : SceneRun
        What to show.
    look : FilmOptions
        Layout, size, theme, language and title.
    steps : sequence of int
        The steps.
    columns : int, optional
        How many stand side by side; by default as many as leave text legible on paper.

    Raises
    ------
    UsageError
        If there are fewer moments than columns, or too many pixels.
    """

    def __init__(self, found: SceneRun, look: FilmOptions, steps: Sequence[int], columns: int | None = None) -> None:
        self._found, self._look, self._steps = found, look, steps
        self._theme = find_theme(look.theme)
        painter = self._painter(MarksCanvas)
        self._layout, self._title = painter.layout, painter.title
        self._sentence = painter.said(steps[-1]).sentence
        self.grid = self._grid(painter.body, self._columns(columns))
        trial = MarksCanvas(self.grid.width, 2, self._theme)
        self._write_sentence(trial, _MOST_LINES)
        self._lines = max(1, len({mark.y for mark in trial.moving if isinstance(mark, Text)}))
        self._write_title(trial)
        # Texts that hold numbers have their room looked at as they are drawn.
        for step in steps:
            painter.paint(step)
        self.remarks = painter.remarks() + [f"there is no room for all of {text!r}" for text in sorted(trial.cut)]
        self._height = self._baseline(self._lines - 1) + round(0.9 * self._layout.sizes.caption)
        self._height += self._height % 2
        pixels = self.grid.width * self._height
        if pixels > _MOST_PIXELS:
            raise UsageError(
                f"the strip would be {self.grid.width:,} × {self._height:,} pixels large, and {_MOST_PIXELS:,} are "
                "allowed in all, so name fewer steps or choose a smaller --size"
            )

    def __call__(self, make: Callable[[int, int, Theme], AnyCanvas], /) -> AnyCanvas:
        """Draw the strip."""
        canvas = make(self.grid.width, self._height, self._theme)
        grid, layout = self.grid, self._layout
        self._write_title(canvas)
        painter = self._painter(make)
        for index, step in enumerate(self._steps):
            x, y = grid.corner(index)
            _put(painter.paint(step), canvas, grid.crop, x, y)
            above = y - round(0.35 * layout.sizes.counter)
            self._write_counter(canvas, painter.said(step).counter, x + grid.margin - grid.crop.x, above)
        rule = Box(grid.margin, grid.bottom, grid.width - 2 * grid.margin, layout.rule.height)
        canvas.fill(rule, canvas.theme.grid)
        self._write_sentence(canvas, self._lines)
        return canvas

    def _painter(self, make: Callable[[int, int, Theme], AnyCanvas]) -> Painter[AnyCanvas]:
        return Painter(self._found, self._look, make, words=False)

    def _columns(self, columns: int | None) -> int:
        count = len(self._steps)
        if columns is None:
            # Rows that are filled as evenly as can be.
            rows = -(-count // _MOST_COLUMNS[self._look.layout])
            return -(-count // rows)
        if not 1 <= columns <= count:
            raise UsageError(f"columns must be from 1 to {count}, the number of moments shown, but it is {columns}")
        return columns

    def _grid(self, body: Box, columns: int) -> Grid:
        sizes, margin = self._layout.sizes, self._layout.rule.x
        head = self._layout.title[0].y + round(0.5 * sizes.title) if self._title else margin // 2
        # Margins wider than that are cut off between neighbours.
        cut = margin - round(_NARROW * self._layout.scale)
        crop = Box(cut, body.y, body.width - 2 * cut, body.height)
        return Grid(
            columns, -(-len(self._steps) // columns), crop, margin, head, round(1.6 * sizes.counter), margin // 2
        )

    def _baseline(self, line: int) -> int:
        return self.grid.bottom + round((1.5 + 1.3 * line) * self._layout.sizes.caption)

    def _write_title(self, canvas: Canvas) -> None:
        line = self._layout.title[0]
        style = canvas.style(canvas.theme.ink, self._layout.sizes.title, "bold")
        if self._title:
            canvas.text(self.grid.margin, line.y, self._title, style, width=self.grid.width - 2 * self.grid.margin)

    def _write_counter(self, canvas: Canvas, counter: tuple[str, str], x: int, y: int) -> None:
        word, value = counter
        style = canvas.style(canvas.theme.ink, self._layout.sizes.counter, "semibold")
        if word.strip():
            muted = canvas.style(canvas.theme.muted, style.size)
            canvas.text(x, y, word.strip(), muted)
            x += round(text_width(word.strip(), muted) + (8 * self._layout.scale if word.endswith(" ") else 0))
        canvas.text(x, y, value, style)

    def _write_sentence(self, canvas: Canvas, most: int) -> None:
        width = self.grid.width - 2 * self.grid.margin
        places = [
            [TextLine(self.grid.margin, self._baseline(line), width) for line in range(count)]
            for count in range(1, most + 1)
        ]
        sizes = self._layout.sizes
        write_sentence(canvas, self._sentence, places, sizes.caption, sizes.axis)


def _put(frame: Any, canvas: Any, crop: Box, x: int, y: int) -> None:
    """Put a part of a frame on a canvas of the same kind."""
    if isinstance(frame, RasterCanvas):
        canvas.paste(x, y, frame.pixels[crop.y : crop.bottom, crop.x : crop.right, :3])
    else:
        canvas.moving += [moved(mark, x - crop.x, y - crop.y) for mark in (*frame.standing, *frame.moving)]


def write_strip(
    job: Job,
    moments: Sequence[str],
    forms: Sequence[str],
    columns: int | None = None,
    transparent: bool = False,
) -> tuple[list[Path], list[str]]:
    """Write moments of a film in one picture; return its paths, one a format, and what has to be known besides.

    Parameters
    ----------
    job : Job
        The film.
    moments : sequence of str
        As `steps_at` takes them; the start, all moments that come and the end where there are none.
    forms : sequence of str
        ``png``, ``webp``, ``svg``, ``pdf``.
    columns : int, optional
        How many stand side by side; by default as many as leave text legible on paper.
    transparent : bool
        Leave the background out.

    Raises
    ------
    EigenreelError
        If there is no such moment or format, a claim is false, or a file cannot be written.
    """
    check_pictures(job, forms, "strips")
    stem = job.stem
    found = run_of(job)
    steps = steps_at(moments or STORY, found)
    if not job.allow_false_claims:
        require_true(found.verdicts)
    with guarded(job.scene):
        strip = Strip(found, job, steps, columns)
        pictures = {f"{stem}-strip.{form}": picture(strip, form, transparent) for form in dict.fromkeys(forms)}
    with AtomicFiles(Path(job.output), list(pictures)) as files:
        for name, content in pictures.items():
            files.write(name, content)
        return list(files.commit().values()), strip.remarks
