"""Where things stand on the pixel grid.

H.264 codes 16 × 16 blocks with 8 × 8 transforms and colour at half resolution, so heat-maps start at
multiples of 16 px and their cells are multiples of 8 px: every cell is then a whole number of flat
blocks, and the film is smaller, sharper and faster to encode than with any other placement.
"""

from __future__ import annotations

from dataclasses import dataclass

from render.errors import UsageError


@dataclass(frozen=True)
class Span:
    """A stretch of a row of pixels: where it begins, and how long it is."""

    x: int
    y: int
    width: int

    @property
    def right(self) -> int:
        """First column beyond it."""
        return self.x + self.width


@dataclass(frozen=True)
class TextLine(Span):
    """A line of text: its left end, base line and room, in pixels."""


@dataclass(frozen=True)
class Box(Span):
    """A rectangle in pixels; x and y are its top left corner."""

    height: int

    @property
    def bottom(self) -> int:
        """First row beyond it."""
        return self.y + self.height

    @property
    def area(self) -> int:
        """Number of pixels."""
        return self.width * self.height

    def union(self, other: Box) -> Box:
        """Return the smallest rectangle that holds both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Box(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)


@dataclass(frozen=True)
class Slot:
    """The place of one panel.

    `heading` is the line above it, and `remark` the line at whose right end a changing number
    stands. A heat-map's colour bar goes into `bar` (horizontal where it is wider than high) and its
    notes into `notes`. Plots label their axes where told to; `inset` is the room, left, on top and
    below, that a plot gives up for labels and legend.
    """

    box: Box
    heading: TextLine | None = None
    remark: TextLine | None = None
    bar: Box | None = None
    notes: tuple[TextLine, ...] = ()
    label_y: bool = True
    label_x: bool = True
    inset: tuple[int, int, int] = (0, 0, 0)

    @property
    def top(self) -> TextLine | None:
        """The line within the box that a plot without heading gives its heading."""
        return TextLine(self.box.x, self.box.y + 22, self.box.width) if self.inset[1] >= 32 else None

    @property
    def plot(self) -> Box:
        """The box, less the room for a plot's labels."""
        left, top, below = self.inset
        return Box(self.box.x + left, self.box.y + top, self.box.width - left, self.box.height - top - below)


@dataclass(frozen=True)
class Layout:
    """A frame: its size, its lines of text, and the slots of each column, first panel first."""

    width: int
    height: int
    title: TextLine
    counter: TextLine
    statement: TextLine | None
    verdicts: tuple[TextLine, ...]
    columns: tuple[tuple[Slot, ...], ...]


LAYOUTS = ("wide", "square")
_GRID = 16
_MOST_COLUMNS = 4


def find_layout(name: str, columns: int) -> Layout:
    """Return the layout of a film.

    Parameters
    ----------
    name : str
        ``wide`` (1280 × 720) or ``square`` (720 × 720, two panels a column).
    columns : int
        Number of sequences shown side by side.

    Raises
    ------
    UsageError
        If there is no such layout, or no room for so many columns.
    """
    if name not in LAYOUTS:
        raise UsageError(f"there is no layout {name!r}, choose from {', '.join(LAYOUTS)}")
    if columns == 1:
        return _wide() if name == "wide" else _square()
    if columns > _MOST_COLUMNS:
        raise UsageError(f"a film has room for {_MOST_COLUMNS} columns, but the scene has {columns}")
    return _comparison(name, columns)


def _wide() -> Layout:
    def headed(x: int, y: int, width: int, height: int, inset: tuple[int, int, int] = (0, 0, 0)) -> Slot:
        line = TextLine(x, y - 14, width)
        return Slot(Box(x, y, width, height), heading=line, remark=line, inset=inset)

    matrix = Slot(
        Box(64, 128, 512, 512),
        bar=Box(64, 656, 272, 16),
        notes=(TextLine(360, 670, 216), TextLine(360, 696, 216)),
        inset=(16, 80, 0),
    )
    return Layout(
        width=1280,
        height=720,
        title=TextLine(64, 62, 880),
        counter=TextLine(960, 68, 256),
        statement=TextLine(64, 98, 1152),
        verdicts=(TextLine(672, 696, 544),),
        columns=(
            (
                matrix,
                headed(672, 160, 544, 144),
                headed(672, 384, 256, 256, (56, 8, 0)),
                headed(960, 384, 256, 256, (56, 8, 0)),
            ),
        ),
    )


def _square() -> Layout:
    matrix = Slot(
        Box(32, 64, 512, 512),
        bar=Box(560, 64, 16, 432),
        notes=(TextLine(560, 546, 144), TextLine(560, 574, 144)),
        inset=(56, 80, 40),
    )
    line = TextLine(96, 608, 592)
    norms = Slot(Box(96, 622, 592, 76), heading=line, remark=line, label_x=False)
    return Layout(
        width=720,
        height=720,
        title=TextLine(32, 46, 440),
        counter=TextLine(480, 48, 208),
        statement=None,
        verdicts=(),
        columns=((matrix, norms),),
    )


def _comparison(name: str, columns: int) -> Layout:
    wide = name == "wide"
    width = 1280 if wide else 720
    # Left: labels of the norm axis. Right: the colour bar all columns share.
    left, right, gap = (80, 144, 48) if wide else (80, 80, 24)
    pitch = (width - left - right + gap) // columns // _GRID * _GRID
    # Wide frames have little height, square ones little width.
    room = (pitch - gap) // _GRID * _GRID
    side = min(room, 320)
    top = 160 if wide else 144
    slots = []
    for column in range(columns):
        x, below = left + column * pitch, top + side
        label = TextLine(x, top - 14, room)
        first, last = column == 0, column == columns - 1
        matrix = Slot(
            Box(x, top, room, side),
            heading=label,
            bar=Box(x + room + (24 if wide else 12), top, 16, side) if last else None,
            # Narrow columns have no room for label and note on one line.
            notes=(TextLine(x, below + 21, room), label)
            if wide
            else (TextLine(x, below + 52, room), TextLine(x, below + 26, room)),
            label_y=first,
        )
        if wide:
            plot = Box(x, below + 62, room, 104)
            heading: TextLine | None = TextLine(x, plot.y - 14, room)
            remark = TextLine(x, plot.y - 14, room)
        else:
            plot = Box(x, below + 128, room, min(208, 720 - 48 - below - 128))
            heading = TextLine(left, plot.y - 46, width - left - right) if first else None
            remark = TextLine(x, plot.y - 14, room)
        slots.append((matrix, Slot(plot, heading=heading, remark=remark, label_y=first)))
    return Layout(
        width=width,
        height=720,
        title=TextLine(left, 62, 864) if wide else TextLine(left, 62, 400),
        counter=TextLine(960, 68, 256) if wide else TextLine(480, 64, 208),
        statement=TextLine(left, 98, 1136) if wide else None,
        verdicts=tuple(TextLine(s[0].box.x, 702, room + gap - 16) for s in slots) if wide else (),
        columns=tuple(slots),
    )


def cell_size(dim: int, side: int) -> tuple[int, int]:
    """Return how a matrix fits a square: cell size in pixels, and rows of the matrix to a cell.

    Parameters
    ----------
    dim : int
        Rows and columns of the matrix.
    side : int
        Room in pixels.

    Returns
    -------
    cell : int
        A multiple of 16 where that fills at least nine tenths of what a multiple of 8 fills.
    block : int
        1, or b where each cell has to show the mean of b × b entries.
    """
    block = -(-dim * 8 // side)
    cells = -(-dim // block)
    fine = side // cells // 8 * 8
    coarse = fine // _GRID * _GRID
    return (coarse if coarse * 10 >= fine * 9 else fine), block
