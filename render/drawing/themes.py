"""Colours and text sizes, as records."""

from __future__ import annotations

from dataclasses import dataclass

from render.drawing.colors import Color
from render.errors import UsageError


def _hex(code: str) -> Color:
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


@dataclass(frozen=True)
class Theme:
    """Colours of a film. `colormap` is a diverging one whose middle is close to `background`."""

    name: str
    background: Color
    ink: Color
    muted: Color
    grid: Color
    accent: Color
    second: Color
    third: Color
    fourth: Color
    colormap: str

    @property
    def inks(self) -> tuple[Color, ...]:
        """Every colour that text and lines are drawn in."""
        return self.ink, self.muted, self.grid, *self.lines

    @property
    def lines(self) -> tuple[Color, ...]:
        """Colours of curves shown together, in the order in which they are used."""
        return self.accent, self.second, self.third, self.fourth


THEMES = {
    theme.name: theme
    for theme in (
        Theme(
            name="light",
            background=_hex("#ffffff"),
            ink=_hex("#16191d"),
            muted=_hex("#5b636d"),
            grid=_hex("#d5dade"),
            accent=_hex("#0b62c4"),
            second=_hex("#c8324a"),
            third=_hex("#0b7f5c"),
            fourth=_hex("#8a4fbf"),
            colormap="RdBu_r",
        ),
        Theme(
            name="dark",
            background=_hex("#0d1017"),
            ink=_hex("#f1f4f8"),
            muted=_hex("#a2abb7"),
            grid=_hex("#333a45"),
            accent=_hex("#5aa7ff"),
            second=_hex("#ff8a70"),
            third=_hex("#4fd1a5"),
            fourth=_hex("#c9a0ff"),
            colormap="berlin",
        ),
    )
}

# Text sizes in pixels. A frame 1,280 px wide is shown about 700 px wide, so nothing is below 20.
TITLE = 34
COUNTER = 44
STATEMENT = 22
HEADING = 22
LABEL = 20


def find_theme(name: str) -> Theme:
    """Return a theme by name; raise `UsageError` for an unknown one."""
    if name not in THEMES:
        raise UsageError(f"there is no theme {name!r}, choose from {', '.join(THEMES)}")
    return THEMES[name]
