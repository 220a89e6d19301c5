"""What every panel is: numbers over all steps, a standing part, and a part that moves."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from render.drawing.canvas import Canvas
from render.drawing.colors import Color
from render.drawing.glyphs import TextStyle, text_width
from render.drawing.layouts import Box, Slot, TypeSizes
from render.drawing.roles import roles_of
from render.numerics.trajectory import Columns, Trajectory
from render.pipeline.moments import FoundMoment
from render.text import Words
from scenes import FloatArray

Limits = tuple[float, float]


@dataclass(frozen=True)
class PanelContext:
    """Where a panel plays, and what it shows.

    Parameters
    ----------
    canvas : Canvas
        What it draws with.
    slot : Slot
        Its place.
    sizes : TypeSizes
        Sizes of text and lines in this frame.
    scale : float
        How many times as large the frame is as the smallest of its shape; lengths in pixels grow with it.
    columns : mapping of str to Trajectory
        The numbers it shows by column label: those of one column, or of all where the panel is shared.
    limits : tuple of float
        The least and greatest number of all steps and columns.
    words : Words
        The language.
    unit : str
        What steps are called on an axis: "steps", "layers".
    moments : sequence of FoundMoment
        The film's moments.
    hero : bool
        Whether it is the first panel.
    key : bool
        Whether its colours are to be explained: those of neighbours are the same.
    between : bool
        Whether matrices are shown on their way between steps, where they have one.
    symbol : str
        What the matrix is called.
    labels : sequence of str
        Labels of all columns, whichever it shows.
    clock : sequence of float, optional
        The number that stands at an axis for each step; the step's own by default.
    """

    canvas: Canvas
    slot: Slot
    sizes: TypeSizes
    scale: float
    columns: Columns
    limits: Limits
    words: Words
    unit: str = "steps"
    moments: Sequence[FoundMoment] = ()
    hero: bool = True
    key: bool = True
    between: bool = False
    symbol: str = "W"
    labels: Sequence[str] = ()
    clock: Sequence[float] | None = None

    @property
    def numbers(self) -> Trajectory:
        """The numbers of the first column."""
        return next(iter(self.columns.values()))

    @property
    def axis(self) -> TextStyle:
        """Style of tick labels, names and keys."""
        return self.canvas.style(self.canvas.theme.muted, self.sizes.axis)

    def px(self, pixels: float) -> int:
        """Return a length of the smallest frame in the pixels of this one."""
        return round(pixels * self.scale)

    def style(self, size: int, color: Color | None = None, weight: str = "semibold") -> TextStyle:
        """Return a style of a size, in the ink's colour unless told otherwise."""
        return self.canvas.style(self.canvas.theme.ink if color is None else color, size, weight)

    def write(self, x: float, y: float, text: str, style: TextStyle, anchor: str = "left", width: float = 0) -> None:
        """Write a line of text, made smaller down to the axis' size where its room is small."""
        self.canvas.text(x, y, text, style, anchor, width, self.sizes.axis)

    def plate(self, x: float, y: float, text: str, style: TextStyle, anchor: str = "left") -> None:
        """Write a line of text on a plate of the page's colour, so that lines below it do not cross it."""
        length, margin = text_width(text, style), self.px(6)
        left = x - {"left": 0.0, "center": 0.5, "right": 1.0}[anchor] * length
        top = round(y - style.size * 0.8)
        self.canvas.fill(
            Box(round(left) - margin, top, round(length) + 2 * margin, round(style.size * 1.08)),
            self.canvas.theme.background,
        )
        self.canvas.text(x, y, text, style, anchor)


class Panel(ABC):
    """A view of the numbers of one column, or of all.

    A panel is opened once on a context and then draws any moment in any order: what it draws depends on the moment
    alone. `heading` and `note`, which stand above it, `footer`, which stands below what it draws, and `roles`, the
    colours of its labels, can be given with every panel's options.
    """

    # Whether it is about as high as wide; whether one panel shows all columns of a comparison.
    square: ClassVar[bool] = False
    shared: ClassVar[bool] = False
    heading: str = ""
    note: str = ""
    footer: str = ""
    # Other texts that it shows, and looks up by what they are about.
    texts: ClassVar[tuple[str, ...]] = ()
    roles: Mapping[str, str] | None = None
    # Whether what it has opened on has matrices between steps; see `PanelContext.between`.
    has_between: bool = False

    context: PanelContext

    def limits(self, numbers: Trajectory) -> Limits:
        """Return the least and greatest number to be shown over all steps; columns share them."""
        return 0.0, 1.0

    @abstractmethod
    def open(self, context: PanelContext) -> None:
        """Draw what stands still; keep `context` for `draw`."""

    @abstractmethod
    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw what moves, for a step and the part of the way to the next one, in [0, 1)."""

    @property
    def content(self) -> Box:
        """The rectangle that it draws in, which may be smaller than its slot."""
        found = self.describe()
        return Box(*(int(found[side]) for side in ("x", "y", "width", "height")))

    def key_width(self, context: PanelContext) -> int:
        """Return how much of the heading's line, at its right end, the panel takes for a key, in pixels."""
        return 0

    def values(self, step: int, part: float = 0.0) -> FloatArray | None:
        """Return the numbers of a heat-map's cells at a moment, shape (rows, columns); None for other panels."""
        return None

    def describe(self) -> dict[str, Any]:
        """Return what a reader of the film has to know to read this panel: its place and heading, at least.

        Heat-maps add ``cell``, ``sample``, ``limits`` and ``colormap``; panels of tracks add ``tracks`` (names by
        label) and ``scale``.
        """
        return place(self.context.slot.box)

    def color_of(self, label: str) -> Color:
        """Return the colour of a column, as panels of all columns have it."""
        labels = [*self.context.labels] if label in self.context.labels else [label]
        return self.colors(labels)[labels.index(label)]

    def colors(self, labels: Sequence[str]) -> list[Color]:
        """Return the colours of labels that stand together, in English."""
        theme = self.context.canvas.theme
        return [theme.role(role) for role in roles_of(list(labels), self.roles)]


def place(box: Box) -> dict[str, Any]:
    """Return a rectangle as manifest entries, in pixels."""
    return {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
