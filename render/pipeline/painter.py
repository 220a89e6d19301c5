"""From the numbers of a scene to frames."""

from __future__ import annotations

import difflib
import importlib
import math
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from render.drawing.canvas import Canvas
from render.drawing.glyphs import TextStyle, text_width
from render.drawing.layouts import LAYOUTS, Layout, TextLine, find_layout
from render.drawing.themes import COUNTER, LABEL, STATEMENT, TITLE, Theme, find_theme
from render.errors import UsageError
from render.panels import PANELS
from render.panels.base import Panel, PanelContext
from render.pipeline.claims import Verdict
from render.pipeline.job import FilmOptions
from render.pipeline.scene_run import SceneRun
from render.text import Words, literal, number
from scenes import PanelRequest

AnyCanvas = TypeVar("AnyCanvas", bound=Canvas)


def find_panel(request: PanelRequest) -> Panel:
    """Return a new panel for a request.

    Raises
    ------
    UsageError
        If there is no panel of that name, or it has no such option.
    """
    limits = request.options.get("limits")
    if limits is not None and not _are_limits(limits):
        raise UsageError(
            f"the limits of the panel {request.panel!r} must be two numbers, the lower first, but they are {limits!r}"
        )
    kind: Any = request.panel
    if isinstance(kind, str):
        if kind not in PANELS:
            near = difflib.get_close_matches(kind, PANELS, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(PANELS)}"
            raise UsageError(f"there is no panel {kind!r}, {hint}")
        kind = importlib.import_module(PANELS[kind]).Panel
    try:
        panel = kind(**request.options)
    except (TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"the panel {request.panel!r} does not take these options ({error})") from None
    if not isinstance(panel, Panel):
        raise UsageError(f"the panel {request.panel!r} must be a name or a class derived from Panel")
    return panel


def _are_limits(limits: Any) -> bool:
    try:
        low, high = (float(limit) for limit in limits)
    except (TypeError, ValueError):
        return False
    return math.isfinite(low) and math.isfinite(high) and low < high


class Painter(Generic[AnyCanvas]):
    """Draws the frame of any step, in any order; the same step is always the same picture.

    Parameters
    ----------
    found : SceneRun
        What to show.
    look : FilmOptions
        Layout, theme, language and title.
    canvas : callable
        Makes the canvas of a width, a height and a theme.

    Raises
    ------
    UsageError
        If no layout has room for so many panels or columns.
    """

    def __init__(self, found: SceneRun, look: FilmOptions, canvas: Callable[[int, int, Theme], AnyCanvas]) -> None:
        self._found, self._look, self._words = found, look, Words(look.language)
        _refuse_what_has_no_room(found)
        self.layout: Layout = find_layout(look.layout, len(found.columns))
        self.canvas = canvas(self.layout.width, self.layout.height, find_theme(look.theme))
        self._panels: list[tuple[str, str | None, Panel]] = []
        scene = found.scene
        self._draw_head(
            self._words(scene.title) if look.title is None else literal(look.title),
            self._words(scene.statement, found.parameters),
        )
        self._open_panels()
        self.canvas.keep()

    def paint(self, step: int) -> AnyCanvas:
        """Draw the frame of a step, and return the canvas it is on. The next call draws on it again."""
        self.canvas.restore()
        line = self.layout.counter
        style = TextStyle(self.canvas.theme.ink, COUNTER, "mono")
        self.canvas.text(line.right, line.y, f"t = {step}", style, "right", width=line.width)
        for _, _, panel in self._panels:
            panel.draw(step)
        return self.canvas

    @property
    def panels(self) -> list[Panel]:
        """The panels, in the order of `describe`."""
        return [panel for _, _, panel in self._panels]

    def remarks(self) -> list[str]:
        """Return what the pictures do not show."""
        room = len(self.layout.columns[0])
        names = [_name_of(request) for request in self._found.scene.panels[room:]]
        if not names:
            return []
        verb = "is" if len(names) == 1 else "are"
        return [f"the layout {self._look.layout} has room for {room} panels, so {', '.join(names)} {verb} not shown"]

    def describe(self) -> list[dict[str, Any]]:
        """Return for every panel what a reader of the film has to know, as the manifest has it."""
        blank: dict[str, Any] = dict.fromkeys(("cell", "limits", "colormap", "scale")) | {"heading": "", "tracks": {}}
        return [{"panel": name, "column": column} | blank | panel.describe() for name, column, panel in self._panels]

    def _draw_head(self, title: str, statement: str) -> None:
        canvas, layout, verdicts = self.canvas, self.layout, self._found.verdicts
        ink, muted = canvas.theme.ink, canvas.theme.muted
        false = [verdict for verdict in verdicts if not verdict.holds]
        if layout.verdicts or not false:
            self._write(layout.title, title, TextStyle(ink, TITLE, "bold"))
        else:
            # Where there is no line for what the film claims, what is false takes that of the title.
            style = TextStyle(canvas.theme.second, TITLE, "bold")
            self._write(layout.title, self._verdict(false[0], layout.title.width, style), style)
        if layout.statement:
            self._write(layout.statement, statement, TextStyle(muted, STATEMENT))
        for line, label in zip(layout.verdicts, self._found.columns, strict=False):
            own = [verdict for verdict in verdicts if verdict.column == label or verdict.column is None]
            for verdict in sorted(own, key=lambda v: v.holds)[:1]:
                style = TextStyle(canvas.theme.ink if verdict.holds else canvas.theme.second, LABEL)
                self._write(line, self._verdict(verdict, line.width, style), style)

    def _write(self, line: TextLine, text: str, style: TextStyle) -> None:
        if text:
            self.canvas.text(line.x, line.y, text, style, width=line.width)

    def _verdict(self, verdict: Verdict, room: int, style: TextStyle) -> str:
        """Return the verdict line; where room is short, without what was expected."""
        mark = "✓" if verdict.holds else "✗"
        short = f"{mark} {self._words(verdict.claim)}: {number(verdict.value, 3)}"
        full = f"{short} ({number(verdict.expected, 3)} ± {number(verdict.tolerance, 2)})"
        return full if text_width(full, style) <= room else short

    def _open_panels(self) -> None:
        found = self._found
        rows = [[find_panel(request) for request in found.scene.panels] for _ in found.columns]
        numbers = list(found.columns.values())
        for index, request in enumerate(found.scene.panels[: len(self.layout.columns[0])]):
            ranges = [row[index].limits(n) for row, n in zip(rows, numbers, strict=True)]
            limits = min(low for low, _ in ranges), max(high for _, high in ranges)
            for (label, column), row, slots in zip(found.columns.items(), rows, self.layout.columns, strict=True):
                context = PanelContext(self.canvas, slots[index], column, limits, self._words, found.verdicts)
                row[index].open(context)
                if label is not None and index == 0:
                    context.heading(label)
                self._panels.append((_name_of(request), label, row[index]))


def _refuse_what_has_no_room(found: SceneRun) -> None:
    """Refuse panels that no layout shows; those that another layout shows are left out, and named."""
    panels = found.scene.panels
    room = max(len(find_layout(name, len(found.columns)).columns[0]) for name in LAYOUTS)
    if len(panels) > room:
        names = ", ".join(_name_of(request) for request in panels[room:])
        raise UsageError(
            f"a column has room for {room} panels, but the scene asks for {len(panels)}, so leave out {names}"
        )


def _name_of(request: PanelRequest) -> str:
    return request.panel if isinstance(request.panel, str) else request.panel.__name__
