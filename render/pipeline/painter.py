"""From the numbers of a scene to frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from render.drawing.canvas import Canvas
from render.drawing.layouts import LAYOUTS, Box, Layout, Slot, TextLine, find_layout
from render.drawing.paragraph import write_sentence
from render.drawing.themes import Theme, find_theme
from render.errors import UsageError
from render.panels.base import Panel, PanelContext
from render.panels.multiply import Panel as Multiplication
from render.pipeline.frame_texts import FrameTexts, Said
from render.pipeline.headings import Heading, of_one_size
from render.pipeline.job import FilmOptions
from render.pipeline.panel_requests import entry_of, find_panel, name_of
from render.pipeline.scene_run import SceneRun
from render.pipeline.timeline import Instant
from render.text import Words, filled

AnyCanvas = TypeVar("AnyCanvas", bound=Canvas)


class Painter(Generic[AnyCanvas]):
    """Draws the frame of any moment, in any order; the same moment is always the same picture.

    Parameters
    ----------
    found : SceneRun
        What to show.
    look : FilmOptions
        Layout, size, theme, language and title.
    canvas : callable
        Makes the canvas of a width, a height and a theme.
    words : bool
        Whether title, counter and caption are in the picture; a page has them beside it.

    Raises
    ------
    UsageError
        If no layout has room for so many panels or columns.
    """

    def __init__(
        self,
        found: SceneRun,
        look: FilmOptions,
        canvas: Callable[[int, int, Theme], AnyCanvas],
        words: bool = True,
    ) -> None:
        self._found, self._look, self._words, self._in_picture = found, look, Words(look.language), words
        scene = found.scene
        self._kinds = [find_panel(request) for request in scene.panels]
        self._several = len(found.columns) > 1
        self._shared = [index for index, kind in enumerate(self._kinds) if self._several and kind.shared]
        self._own = [index for index in range(len(self._kinds)) if index not in self._shared]
        self.layout: Layout = self._layout(look.layout)
        self._refuse_what_has_no_room()
        self.canvas = canvas(self.layout.width, self.layout.height, find_theme(look.theme))
        self._panels: list[tuple[str, str | None, Panel]] = []
        self._headings: list[Heading] = []
        self._left_out: set[str] = set()
        self._texts = FrameTexts(found, look, self.layout, self.canvas)
        if words:
            self._texts.draw_title()
        self._open_panels()
        self._multiplication: Multiplication | None = None
        last = self._texts.numbers(found.steps)
        self._headings = of_one_size(self._headings, self.canvas, self.layout, self._words, last)
        for heading in self._headings:
            if not heading.moves:
                self._write_heading(heading, {})
        self._texts.place_terms([text for single in self._headings for text in single.texts])
        self.canvas.keep()

    def paint(self, moment: int | Instant) -> AnyCanvas:
        """Draw the frame of a step or an instant, and return the canvas it is on. The next call draws on it again."""
        instant = moment if isinstance(moment, Instant) else Instant(moment)
        step, part = instant.step, instant.part
        self.canvas.restore()
        if instant.entries:
            self._explain(step, instant.entries)
        else:
            numbers = self._texts.numbers(step)
            for heading in self._headings:
                if heading.moves:
                    self._write_heading(heading, numbers)
            for _, _, panel in self._panels:
                panel.draw(step, part)
                if panel.footer:
                    self._write_footer(panel, numbers)
        if self._in_picture:
            self._texts.write(self.said(instant))
        return self.canvas

    @property
    def title(self) -> str:
        """The film's title."""
        return self._texts.title

    def said(self, moment: int | Instant) -> Said:
        """Return what the film says at a step or an instant."""
        return self._texts.said(moment if isinstance(moment, Instant) else Instant(moment))

    @property
    def body(self) -> Box:
        """The part of the frame that holds the panels with their headings: all but title, counter and caption."""
        layout = self.layout
        top = min(slot.heading.y for column in layout.own for slot in column) - round(1.2 * layout.sizes.hero)
        return Box(0, top, layout.width, layout.rule.y - top)

    @property
    def panels(self) -> list[Panel]:
        """The panels, in the order of `describe`."""
        return [panel for _, _, panel in self._panels]

    def remarks(self) -> list[str]:
        """Return what the pictures do not show."""
        panels = self._found.scene.panels
        hidden = sorted((*self._own[len(self.layout.own[0]) :], *self._shared[len(self.layout.shared) :]))
        shown = {name for name, _, _ in self._panels}
        names = []
        for index in hidden:
            name = name_of(panels[index])
            # Of several of a kind the heading tells which.
            names.append(f"{name} {self._kinds[index].heading!r}" if name in shown else name)
        found = []
        if names:
            verb = "is" if len(names) == 1 else "are"
            found.append(f"the layout {self._look.layout} has no room for {', '.join(names)}, which {verb} not shown")
        if self._look.between and not any(panel.has_between for panel in self.panels):
            found.append("--between alters nothing, since no matrix shown is a power of one that has a real root")
        return found + [f"there is no room for all of {text!r}" for text in sorted(self.canvas.cut | self._left_out)]

    def describe(self) -> list[dict[str, Any]]:
        """Return for every panel what a reader of the film has to know, as the manifest has it."""
        blank: dict[str, Any] = dict.fromkeys(("cell", "sample", "limits", "colormap", "scale")) | {"tracks": {}}
        return [
            {"panel": name, "column": column, "heading": panel.heading, "note": panel.note} | blank | panel.describe()
            for name, column, panel in self._panels
        ]

    def _write_footer(self, panel: Panel, numbers: Mapping[str, Any]) -> None:
        """Write what stands below a panel, where there is room for a line."""
        sizes, box, slot = self.layout.sizes, panel.content, panel.context.slot.box
        y = box.bottom + round(1.5 * sizes.label)
        if y <= slot.bottom + round(0.2 * sizes.label):
            text = filled(self._words(panel.footer), numbers)
            line = TextLine(box.x, y, max(slot.right - box.x, box.width))
            write_sentence(self.canvas, text, [[line]], sizes.label, sizes.axis, "semibold")

    def _explain(self, step: int, entries: int) -> None:
        """Draw how the product of a step is made, in the place of the panels."""
        layout, slot = self.layout, self.layout.own[0][0]
        self.canvas.fill(self.body, self.canvas.theme.background)
        if self._multiplication is None:
            row, column = entry_of(self._look.explain) if self._look.explain else (1, 1)
            panel = Multiplication(row, column, self._found.scene.symbol)
            label, numbers = next(iter(self._found.columns.items()))
            body = Box(slot.box.x, slot.box.y, layout.width - 2 * slot.box.x, layout.rule.y - slot.box.y)
            panel.open(self._context(Slot(body, slot.heading), {label: numbers}, panel.limits(numbers), True, False))
            self._multiplication = panel
        self._multiplication.draw_entries(step, entries)

    def _layout(self, name: str) -> Layout:
        scene = self._found.scene
        return find_layout(
            name,
            len(self._found.columns),
            (max(1, len(self._own)), len(self._shared)),
            arrange=scene.arrange,
            square=bool(self._kinds) and self._kinds[0].square,
            size=self._look.size,
        )

    def _refuse_what_has_no_room(self) -> None:
        """Refuse panels that no layout shows; those that another layout shows are left out, and named."""
        if self._found.scene.arrange == "grid":
            return
        layouts = [self._layout(name) for name in LAYOUTS]
        panels = self._found.scene.panels
        for indices, room in (
            (self._own, max(len(layout.own[0]) for layout in layouts)),
            (self._shared, max(len(layout.shared) for layout in layouts)),
        ):
            if len(indices) > room:
                names = ", ".join(name_of(panels[index]) for index in indices[room:])
                raise UsageError(
                    f"a film has room for {room} such panels, but the scene asks for {len(indices)}, "
                    f"so leave out {names}"
                )

    def _open_panels(self) -> None:
        found = self._found
        others = ([find_panel(request) for request in found.scene.panels] for _ in range(len(found.columns) - 1))
        rows = [self._kinds, *others]
        numbers = list(found.columns.values())
        for position, index in enumerate(self._own[: len(self.layout.own[0])]):
            ranges = [row[index].limits(n) for row, n in zip(rows, numbers, strict=True)]
            limits = min(low for low, _ in ranges), max(high for _, high in ranges)
            last = len(found.columns) - 1
            for number, (label, row, slots) in enumerate(zip(found.columns, rows, self.layout.own, strict=True)):
                columns = {label: found.columns[label]}
                self._open(row[index], index, slots[position], columns, limits, position == 0, number == last)
        for slot, index in zip(self.layout.shared, self._shared, strict=False):
            ranges = [row[index].limits(n) for row, n in zip(rows, numbers, strict=True)]
            limits = min(low for low, _ in ranges), max(high for _, high in ranges)
            self._open(rows[0][index], index, slot, found.columns, limits, False, True)

    def _open(
        self,
        panel: Panel,
        index: int,
        slot: Slot,
        columns: Mapping[str | None, Any],
        limits: tuple[float, float],
        hero: bool,
        key: bool,
    ) -> None:
        layout, context = self.layout, self._context(slot, columns, limits, hero, key)
        panel.open(context)
        label = next(iter(columns)) if len(columns) == 1 else None
        first = label is None or label == next(iter(self._found.columns))
        color = self.canvas.theme.ink
        if label is not None:
            color = panel.color_of(label)
        self._headings.append(
            Heading(
                slot.heading,
                slot.heading.width - panel.key_width(context),
                layout.sizes.hero if hero else layout.sizes.heading,
                label or "" if hero else "",
                color,
                # Neighbours have the same heading: it is said once.
                panel.heading if first or (hero and "{" in panel.heading) else "",
                panel.note if first else "",
            )
        )
        self._panels.append((name_of(self._found.scene.panels[index]), label, panel))

    def _write_heading(self, heading: Heading, numbers: Mapping[str, Any]) -> None:
        self._left_out |= heading.write(self.canvas, self.layout, self._words, numbers)

    def _context(
        self, slot: Slot, columns: Mapping[str | None, Any], limits: tuple[float, float], hero: bool, key: bool
    ) -> PanelContext:
        return PanelContext(
            canvas=self.canvas,
            slot=slot,
            sizes=self.layout.sizes,
            scale=self.layout.scale,
            columns=columns,
            limits=limits,
            words=self._words,
            unit=self._unit(),
            moments=self._found.moments,
            hero=hero,
            key=key,
            between=self._look.between,
            symbol=self._found.scene.symbol,
            labels=[label for label in self._found.columns if label is not None],
            clock=self._found.scene.clock,
        )

    def _unit(self) -> str:
        """Return what steps are called on an axis: the counter's word, several of them."""
        counter = self._found.scene.counter
        return f"{counter}s" if counter.isalpha() else "steps"
