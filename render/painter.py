"""From numbers and panels to frames."""

from __future__ import annotations

import difflib
import importlib
import math
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import render.panels
from render.canvas import Canvas, TextStyle, text_width
from render.claims import Verdict
from render.errors import UsageError
from render.layout import Layout, Line, find_layout
from render.panels._base import Panel, Stage
from render.simulator import Recorded
from render.theme import COUNTER, LABEL, STATEMENT, TITLE, ColorArray, find_theme
from render.words import Words, number
from scenes import PanelRequest


@dataclass(frozen=True)
class Script:
    """Everything a film shows.

    Parameters
    ----------
    title, statement : str
        The lines at its head, already in the film's language.
    panels : sequence of PanelRequest
        What each column shows, the largest first.
    columns : mapping of str to Recorded
        Numbers by column label; one column has the label None.
    verdicts : sequence of Verdict
        Its claims, decided.
    layout, theme, language : str
        Names of the layout, the theme and the language.
    """

    title: str
    statement: str
    panels: Sequence[PanelRequest]
    columns: Mapping[str | None, Recorded]
    verdicts: Sequence[Verdict]
    layout: str = "wide"
    theme: str = "light"
    language: str = "en"


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
    names = [m.name for m in pkgutil.iter_modules(render.panels.__path__) if m.name[0] != "_"]
    kind: Any = request.panel
    if isinstance(kind, str):
        if kind not in names:
            near = difflib.get_close_matches(kind, names, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(names)}"
            raise UsageError(f"there is no panel {kind!r}, {hint}")
        kind = importlib.import_module(f"render.panels.{kind}").Panel
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


class Painter:
    """Draws the frame of any step, in any order; the same step is always the same picture.

    Parameters
    ----------
    script : Script
        What to show.
    """

    def __init__(self, script: Script) -> None:
        self._script = script
        self.layout: Layout = find_layout(script.layout, len(script.columns), len(script.panels))
        self._words = Words(script.language)
        self.canvas = Canvas(self.layout.width, self.layout.height, find_theme(script.theme))
        self._panels: list[tuple[str, str | None, Panel]] = []
        self._draw_head()
        self._open_panels()
        self.canvas.keep()

    def paint(self, step: int) -> ColorArray:
        """Return the frame of a step, shape (height, width, 4), red green blue and 255.

        The array is the canvas's own: the next call draws into it.
        """
        self.canvas.restore()
        line = self.layout.counter
        style = TextStyle(self.canvas.theme.ink, COUNTER, "mono")
        self.canvas.text(line.right, line.y, f"t = {step}", style, "right", width=line.width)
        for _, _, panel in self._panels:
            panel.draw(step)
        return self.canvas.pixels

    @property
    def panels(self) -> list[Panel]:
        """The panels, in the order of `describe`."""
        return [panel for _, _, panel in self._panels]

    def describe(self) -> list[dict[str, Any]]:
        """Return for every panel what a reader of the film has to know, as the manifest has it."""
        blank: dict[str, Any] = dict.fromkeys(("cell", "limits", "colormap", "scale")) | {"heading": "", "tracks": {}}
        return [{"panel": name, "column": column} | blank | panel.describe() for name, column, panel in self._panels]

    def _draw_head(self) -> None:
        canvas, layout, script = self.canvas, self.layout, self._script
        ink, muted = canvas.theme.ink, canvas.theme.muted
        false = [verdict for verdict in script.verdicts if not verdict.holds]
        if layout.verdicts or not false:
            self._write(layout.title, script.title, TextStyle(ink, TITLE, "bold"))
        else:
            # Where there is no line for what the film claims, what is false takes the place of the title.
            style = TextStyle(canvas.theme.second, TITLE, "bold")
            self._write(layout.title, self._verdict(false[0], layout.title.width, style), style)
        if layout.statement:
            self._write(layout.statement, script.statement, TextStyle(muted, STATEMENT))
        for line, label in zip(layout.verdicts, script.columns, strict=False):
            own = [verdict for verdict in script.verdicts if verdict.column == label or verdict.column is None]
            for verdict in sorted(own, key=lambda v: v.holds)[:1]:
                style = TextStyle(canvas.theme.ink if verdict.holds else canvas.theme.second, LABEL)
                self._write(line, self._verdict(verdict, line.width, style), style)

    def _write(self, line: Line, text: str, style: TextStyle) -> None:
        if text:
            self.canvas.text(line.x, line.y, text, style, width=line.width)

    def _verdict(self, verdict: Verdict, room: int, style: TextStyle) -> str:
        """Return the verdict line; where room is short, without what was expected."""
        mark = "✓" if verdict.holds else "✗"
        short = f"{mark} {self._words(verdict.claim)}: {number(verdict.value, 3)}"
        full = f"{short} ({number(verdict.expected, 3)} ± {number(verdict.tolerance, 2)})"
        return full if text_width(full, style) <= room else short

    def _open_panels(self) -> None:
        script = self._script
        rows = [[find_panel(r) for r in script.panels] for _ in script.columns]
        numbers = list(script.columns.values())
        for place, request in enumerate(script.panels[: len(self.layout.columns[0])]):
            ranges = [row[place].limits(n) for row, n in zip(rows, numbers, strict=True)]
            limits = min(low for low, _ in ranges), max(high for _, high in ranges)
            for (label, column), row, slots in zip(script.columns.items(), rows, self.layout.columns, strict=True):
                stage = Stage(self.canvas, slots[place], column, limits, self._words, script.verdicts)
                row[place].open(stage)
                if label is not None and place == 0:
                    stage.heading(label)
                name = request.panel if isinstance(request.panel, str) else request.panel.__name__
                self._panels.append((name, label, row[place]))
