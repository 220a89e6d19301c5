"""Where things stand on the pixel grid.

H.264 codes 16 × 16 blocks with 8 × 8 transforms and colour at half resolution, so heat-maps start at
multiples of 16 px and their cells are multiples of 8 px: every cell is then a whole number of flat
blocks, and the film is smaller, sharper and faster to encode than with any other placement.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from render.drawing.grid import multiples
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
class TypeSizes:
    """Sizes of text and lines in pixels, and of what marks a point.

    `axis` is the smallest size there is.
    """

    title: int
    counter: int
    hero: int
    heading: int
    number: int
    label: int
    axis: int
    caption: int
    curve: float
    theory: float
    rule: float
    dot: float
    ring: float

    def scaled(self, scale: float) -> TypeSizes:
        """Return the sizes for a frame so many times as large."""
        sizes = {name: value * scale for name, value in vars(self).items()}
        whole = ("title", "counter", "hero", "heading", "number", "label", "axis", "caption")
        return TypeSizes(**{name: round(size) if name in whole else size for name, size in sizes.items()})


_WIDE = TypeSizes(40, 28, 28, 24, 40, 24, 22, 28, 5, 3, 1.5, 9, 6)
_SQUARE = TypeSizes(34, 28, 28, 24, 40, 24, 22, 28, 5, 3, 1.5, 9, 6)
_PHONE = TypeSizes(52, 38, 34, 34, 42, 38, 30, 40, 7, 4, 2, 11, 7)


@dataclass(frozen=True)
class Slot:
    """The place of one panel: its box, the line above it for heading and key, and one below it, if there is any."""

    box: Box
    heading: TextLine
    below: TextLine | None = None


@dataclass(frozen=True)
class Layout:
    """A frame: its size, its lines of text, and the slots of its panels.

    Parameters
    ----------
    width, height : int
        Size in pixels.
    scale : float
        How many times as large it is as the smallest frame of its shape.
    sizes : TypeSizes
        Sizes of text and lines.
    title : tuple of TextLine
        Lines of the title, first one first.
    counter : TextLine
        At its right end the step is told.
    rule : Box
        The hairline above the caption.
    caption : tuple of tuple of TextLine
        Lines of the caption: for one line of text, for two, and so on.
    own : tuple of tuple of Slot
        For each column the slots of its own panels, first panel first.
    shared : tuple of Slot
        Slots of panels that show all columns of a comparison.
    """

    width: int
    height: int
    scale: float
    sizes: TypeSizes
    title: tuple[TextLine, ...]
    counter: TextLine
    rule: Box
    caption: tuple[tuple[TextLine, ...], ...]
    own: tuple[tuple[Slot, ...], ...]
    shared: tuple[Slot, ...] = ()


LAYOUTS = ("wide", "square", "phone")
# Heights of a wide frame, and how many times as large everything in it is.
SIZES = {720: 1.0, 1080: 1.5, 1440: 2.0, 2160: 3.0}
_GRID = 16
_MOST_COLUMNS = 4
# Where small multiples stand in a frame.
_AREAS = {"wide": Box(64, 128, 1152, 512), "square": Box(32, 128, 656, 480), "phone": Box(32, 224, 656, 800)}


def find_layout(
    name: str,
    columns: int,
    panels: tuple[int, int] = (1, 0),
    *,
    arrange: str = "beside",
    square: bool = True,
    size: int = 720,
) -> Layout:
    """Return the layout of a film.

    Parameters
    ----------
    name : str
        ``wide`` (1280 × 720), ``square`` (720 × 720) or ``phone`` (720 × 1280).
    columns : int
        Number of recordings shown side by side.
    panels : tuple of int
        How many panels each column has of its own, and how many show all columns.
    arrange : str
        ``beside``, ``stacked`` or ``row``: where the panels of a single column stand. ``grid``: columns of one panel
        each as small multiples.
    square : bool
        Whether the first panel is as high as it is wide.
    size : int
        Height of the wide frame: 720, 1080, 1440 or 2160. Others grow with it.

    Raises
    ------
    UsageError
        If there is no such layout or size, or no room for so many columns.
    """
    if name not in LAYOUTS:
        raise UsageError(f"there is no layout {name!r}, choose from {', '.join(LAYOUTS)}")
    if size not in SIZES:
        raise UsageError(f"size must be one of {', '.join(map(str, SIZES))}, but it is {size}")
    own, shared = panels
    if arrange == "grid":
        return _scaled(_of_multiples(_FRAMES[name]), SIZES[size], _multiples(name, columns), ())
    if columns > _MOST_COLUMNS:
        raise UsageError(f"a film has room for {_MOST_COLUMNS} columns, but the scene has {columns}")
    if columns > 1:
        slots, together = _COMPARISONS[name](columns, own, shared)
    else:
        slots, together = (_SINGLE[name](own, arrange, square),), ()
    return _scaled(_FRAMES[name], SIZES[size], slots, together)


def _scaled(frame: Layout, scale: float, own: tuple[tuple[Slot, ...], ...], shared: tuple[Slot, ...]) -> Layout:
    def times(span: Span) -> dict[str, int]:
        return {name: round(value * scale) for name, value in vars(span).items()}

    def line(single: TextLine) -> TextLine:
        return TextLine(**times(single))

    def slot(single: Slot) -> Slot:
        return Slot(Box(**times(single.box)), line(single.heading), line(single.below) if single.below else None)

    return Layout(
        width=round(frame.width * scale),
        height=round(frame.height * scale),
        scale=scale,
        sizes=frame.sizes.scaled(scale),
        title=tuple(map(line, frame.title)),
        counter=line(frame.counter),
        rule=Box(**times(frame.rule)),
        caption=tuple(tuple(map(line, lines)) for lines in frame.caption),
        own=tuple(tuple(map(slot, column)) for column in own),
        shared=tuple(map(slot, shared)),
    )


def _lines(x: int, width: int, *baselines: int) -> tuple[TextLine, ...]:
    return tuple(TextLine(x, y, width) for y in baselines)


# The hero of a wide or square frame begins at 128 px: 64 cells of 8 px then end above the hairline.
_FRAMES = {
    "wide": Layout(
        1280, 720, 1.0, _WIDE,
        title=_lines(64, 880, 66),
        counter=TextLine(816, 66, 400),
        rule=Box(64, 650, 1152, 2),
        caption=(_lines(64, 1152, 694), _lines(64, 1152, 680, 710)),
        own=(),
    ),
    "square": Layout(
        720, 720, 1.0, _SQUARE,
        title=_lines(32, 500, 52),
        counter=TextLine(388, 52, 300),
        rule=Box(32, 626, 656, 2),
        caption=(_lines(32, 656, 674), _lines(32, 656, 662, 698)),
        own=(),
    ),
    "phone": Layout(
        720, 1280, 1.0, _PHONE,
        title=_lines(32, 656, 76, 138),
        counter=TextLine(332, 138, 356),
        rule=Box(32, 1044, 656, 2),
        caption=(_lines(32, 656, 1106), _lines(32, 656, 1106, 1160), _lines(32, 656, 1106, 1160, 1214)),
        own=(),
    ),
}  # fmt: skip


def _slot(x: int, y: int, width: int, height: int, above: int = 14, below: int = 0) -> Slot:
    under = TextLine(x, y + height + below, width) if below else None
    return Slot(Box(x, y, width, height), TextLine(x, y - above, width), under)


def _wide(own: int, arrange: str, square: bool) -> tuple[Slot, ...]:
    if own == 1:
        return (_slot(64, 128, 1152, 512),)
    if arrange == "stacked":
        below = [(64, 1152)] if own == 2 else [(64, 544), (672, 544)]
        return (_slot(64, 128, 1152, 208), *(_slot(x, 400, width, 240) for x, width in below))
    if arrange == "row":
        places = [(64, 544), (672, 544)] if own == 2 else [(64, 416), (544, 336), (944, 272)]
        return tuple(_slot(x, 128, width, 512) for x, width in places)
    hero = 512 if square else 656
    x, room = hero + 128, 1088 - hero
    slots = _slot(64, 128, hero, 512), _slot(x, 128, room, 512 if own == 2 else 208)
    if own < 4:
        return slots if own == 2 else (*slots, _slot(x, 384, room, 256))
    # The third is square, and the fourth stands beside it.
    return *slots, _slot(x, 384, 256, 256), _slot(x + 296, 384, room - 296, 256)


def _square(own: int, arrange: str, square: bool) -> tuple[Slot, ...]:
    return (_slot(32, 128, 656, 480),)


def _phone(own: int, arrange: str, square: bool) -> tuple[Slot, ...]:
    both = _slot(32, 224, 656, 480, 20), _slot(32, 784, 656, 240, 20)
    return both if own > 1 else (_slot(32, 224, 656, 800, 20),)


def _wide_comparison(columns: int, own: int, shared: int) -> tuple[tuple[tuple[Slot, ...], ...], tuple[Slot, ...]]:
    gap = 48
    slots: list[tuple[Slot, ...]] = []
    room = ((1152 + gap) // columns - gap) // _GRID * _GRID
    pitch = (1152 - room) // (columns - 1) // _GRID * _GRID
    high = (208 if columns > 2 else 256) if shared else 512
    for column in range(columns):
        x = 64 + column * pitch
        if own == 1:
            slots.append((_slot(x, 128, room, high, below=26),))
        else:
            # The second panel of a column stands beside the first, or below it where that is narrow.
            hero = min(high, (room - 24) * 2 // 3 // _GRID * _GRID)
            slots.append((_slot(x, 128, hero, high, below=26), _slot(x + hero + 24, 128, room - hero - 24, high)))
    y = 128 + high + 80
    width = 1152 if shared < 2 else 544
    together = tuple(_slot(64 + index * 608, y, width, 640 - y) for index in range(shared))
    return tuple(slots), together


def _square_comparison(columns: int, own: int, shared: int) -> tuple[tuple[tuple[Slot, ...], ...], tuple[Slot, ...]]:
    gap = 24
    room = ((656 + gap) // columns - gap) // 8 * 8
    pitch = (656 - room) // (columns - 1) // 8 * 8
    high = min(room, 240) if shared else 480
    slots = tuple((_slot(32 + column * pitch, 128, room, high, below=26),) for column in range(columns))
    y = 128 + high + 80
    return slots, ((_slot(32, y, 656, 608 - y),) if shared else ())


def _of_multiples(frame: Layout) -> Layout:
    """Return a frame whose columns have names as small as those of axes."""
    sizes = frame.sizes
    return replace(frame, sizes=replace(sizes, hero=sizes.label, heading=sizes.label))


def _multiples(name: str, count: int) -> tuple[tuple[Slot, ...], ...]:
    """Return the slots of so many small multiples."""
    area, sizes = _AREAS[name], _FRAMES[name].sizes
    below = round(1.5 * sizes.axis)
    found = multiples(count, area.width, area.height, round(1.5 * sizes.label) + below)
    if isinstance(found, int):
        raise UsageError(
            f"the layout {name} has room for {found} small multiples, but these are {count}, so choose fewer values"
        )
    return tuple(
        (_slot(area.x + x, area.y + y, found.width, found.side, round(0.4 * sizes.label), below),)
        for x, y in found.places
    )


def _phone_comparison(columns: int, own: int, shared: int) -> tuple[tuple[tuple[Slot, ...], ...], tuple[Slot, ...]]:
    gap = 24
    room = ((656 + gap) // columns - gap) // 8 * 8
    pitch = (656 - room) // (columns - 1) // 8 * 8
    second = own > 1 and columns > 2
    high = min(room, 304) if shared else 416 if second else 640
    slots = []
    for column in range(columns):
        x = 32 + column * pitch
        below = (_slot(x, 224 + high + 104, room, 128, 20),) if second else ()
        slots.append((_slot(x, 224, room, high, 20, 36), *below))
    y = 224 + high + 112 + (216 if second else 0)
    return tuple(slots), ((_slot(32, y, 656, 1024 - y, 20),) if shared else ())


_SINGLE = {"wide": _wide, "square": _square, "phone": _phone}
_COMPARISONS = {"wide": _wide_comparison, "square": _square_comparison, "phone": _phone_comparison}
