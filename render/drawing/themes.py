"""The colours of a film: roles of lines and words, signs of cells. Two themes are built in, others come from files."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import combinations
from math import ceil, floor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from render.drawing.colors import Color, ColorMap, blended, thinned
from render.drawing.fonts import families
from render.drawing.perception import KINDS_OF_SIGHT, contrast, delta_e2000, relative_luminance, simulated
from render.errors import UsageError
from render.files import LARGEST_TOML, UnreadableError, content_of, toml_in
from render.pipeline import toml_lines
from render.text import brief, literal, suggestion

# Says which theme is meant, and where its file says what is refused: at the first of some places that it has.
_Where = Callable[..., str]

ROLE_NAMES = ("vanish", "explode", "keep", "data", "theory", "warn")


@dataclass(frozen=True)
class Theme:
    """Colours of a film.

    Parameters
    ----------
    name : str
        What it is called.
    background, ink, muted : Color
        The page, and text on it: what matters and what does not.
    grid, tint : Color
        Thin lines, and areas that are a little apart from the page.
    vanish, explode, keep, data, theory, warn : Color
        The roles: what vanishes, what explodes, what keeps its size, what is measured, what theory says, and what
        went wrong.
    sign : ColorMap
        From the smallest number to the largest; zero is in its middle, near the background.
    field : ColorMap
        Greys of numbers without a sign, from the smallest to the largest.
    font : str
        An installed font that is asked before the bundled one; empty for none.
    """

    name: str
    background: Color
    ink: Color
    muted: Color
    grid: Color
    tint: Color
    vanish: Color
    explode: Color
    keep: Color
    data: Color
    theory: Color
    warn: Color
    sign: ColorMap
    field: ColorMap
    font: str = ""

    @property
    def inks(self) -> tuple[Color, ...]:
        """Every colour that text and lines are drawn in."""
        return self.ink, self.muted, self.grid, *(self.role(name) for name in ROLE_NAMES)

    def role(self, name: str) -> Color:
        """Return the colour of a role, or of ``ink`` or ``muted``; raise `UsageError` for another name."""
        names = (*ROLE_NAMES, "ink", "muted")
        if name not in names:
            raise UsageError(f"there is no role {brief(name)}, {suggestion(str(name), names)}")
        color: Color = getattr(self, name)
        return color


_COLORS = ("background", "ink", "muted", "grid", "tint")
_MAPS = ("sign", "field")
_KEYS = ("name", "base", "font", *_COLORS, "roles", *_MAPS)

# As `read_theme` returns them.
_BUILT_IN: dict[str, dict[str, Any]] = {
    "light": {
        "name": "light",
        "background": "#ffffff",
        "ink": "#15181d",
        "muted": "#5a626c",
        "grid": "#d9dde2",
        "tint": "#f1f3f5",
        "roles": {
            "vanish": "#1957fe",
            "explode": "#cb2d00",
            "keep": "#567f68",
            "data": "#03003c",
            "theory": "#404754",
            "warn": "#4c0a08",
        },
        "sign": "#004a66 #0a7596 #4ba5be #abd7e1 #ffffff #f6d88f #df9f2c #b26c00 #7c4000".split(),
        "field": "#f7f8f9 #aeb6c0".split(),
    },
    "dark": {
        "name": "dark",
        "background": "#14171d",
        "ink": "#f2f4f7",
        "muted": "#aab2bd",
        "grid": "#3a414c",
        "tint": "#1e232b",
        "roles": {
            "vanish": "#5b73fc",
            "explode": "#ffa806",
            "keep": "#b0feca",
            "data": "#d1e5fd",
            "theory": "#8d8f9c",
            "warn": "#d05a57",
        },
        "sign": "#9be9fb #4fc0da #238aa5 #155365 #14171d #624310 #ab7714 #e5a93a #ffd98a".split(),
        "field": "#1b2028 #58616e".split(),
    },
}

# Contrast of text with the background, as WCAG 2 asks for on level AA.
_CONTRAST = 4.5
# On a page of this luminance, black and white have the same contrast.
_MIDDLE = 0.179
# CIEDE2000: the least between two roles, and the most between the page and zero.
_APART, _NEAR = 20, 5
# A GIF has 256 colours. Maps may take so many; the others are for the edges of text and lines.
_MAP_COLORS = 200
_STOPS = 33


def _theme_of(data: Mapping[str, Any]) -> Theme:
    """Return a theme whose data are known to be right."""
    name = data["name"]
    colors = {key: _color(data[key]) for key in _COLORS} | {key: _color(data["roles"][key]) for key in ROLE_NAMES}
    sign, field = (blended(f"{name}-{key}", [_color(code) for code in data[key]]) for key in _MAPS)
    return Theme(name=name, **colors, sign=sign, field=field, font=data.get("font", ""))


def _color(code: str) -> Color:
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


THEMES = {name: _theme_of(data) for name, data in _BUILT_IN.items()}


def find_theme(spec: str | Mapping[str, Any]) -> Theme:
    """Return a theme by the name of a built-in one, or from the data of another.

    Parameters
    ----------
    spec : str or mapping
        ``light``, ``dark``, or a mapping as `read_theme` returns it.

    Raises
    ------
    UsageError
        For an unknown name, or if the colours of the mapping are refused.
    """
    if isinstance(spec, Mapping):
        what = f"the theme {brief(spec.get('name', 'own'))}"
        return _theme_of(_checked(spec, lambda *places: what, "own"))
    if not isinstance(spec, str) or spec not in THEMES:
        raise UsageError(f"there is no theme {brief(spec)}, {suggestion(str(spec), THEMES)}")
    return THEMES[spec]


def read_theme(path: str | Path) -> dict[str, Any]:
    """Return the data of a theme from a TOML file: everything it says, and what it leaves to its base.

    Its keys are ``name`` (else that of the file), ``base`` (``light``, or ``dark``: what is not given is as there),
    ``font`` (the name of an installed one), the colours ``background``, ``ink``, ``muted``, ``grid`` and ``tint``, a
    table ``roles`` with colours of `ROLE_NAMES`, and lists of colours ``sign`` and ``field``. A colour is
    ``"#rrggbb"``. JSON can hold the data.

    Parameters
    ----------
    path : str or Path
        The file.

    Raises
    ------
    UsageError
        If it cannot be read, its font is not installed, or text could not be read or roles not be told apart in its
        colours; the message names the line.
    """
    path = Path(path)
    what = f"the theme {literal(path.name)}"
    try:
        content = content_of(path, LARGEST_TOML)
        data = toml_in(content)
    except UnreadableError as error:
        raise UsageError(f"{what} {error}") from None

    def where(*places: toml_lines.Path) -> str:
        lines = toml_lines.lines_of(content.decode("utf-8-sig"))
        # What stands in an inline table has the line of its key.
        line = next((lines[place] for place in (*places, *(place[:1] for place in places)) if place in lines), None)
        return what if line is None else f"{what} (line {line})"

    return _checked(data, where, path.stem)


def _checked(data: Mapping[str, Any], what: _Where, name: str) -> dict[str, Any]:
    """Return the data of a theme, completed from its base, or refuse them; `name` is for one without."""
    _refuse_unknown(data, _KEYS, what, ())
    base, roles = data.get("base", "light"), data.get("roles", {})
    if not isinstance(base, str) or base not in _BUILT_IN:
        raise UsageError(f"{what(('base',))} has the base {brief(base)}, {suggestion(str(base), _BUILT_IN)}")
    if not isinstance(roles, Mapping):
        said = "but they are a table, so write [roles] above them"
        raise UsageError(f"{what(('roles',))} has {brief(roles)} for roles, {said}")
    _refuse_unknown(roles, ROLE_NAMES, what, ("roles",))
    whole = {**_BUILT_IN[base], "name": literal(name), **data, "base": base}
    text = whole["name"]
    if not (isinstance(text, str) and text.strip() and text.isprintable()):
        raise UsageError(f"{what(('name',))} has {brief(text)} for name, but that is one line of text, so write it so")
    if "font" in whole:
        _refuse_font(whole["font"], what)
    whole |= {key: _hex(whole[key], what, key) for key in _COLORS}
    whole["roles"] = {key: _hex(code, what, key) for key, code in {**_BUILT_IN[base]["roles"], **roles}.items()}
    whole |= {key: _stops(whole[key], what, key) for key in _MAPS}
    theme = _theme_of(whole)
    _refuse_faint(theme, what)
    _refuse_maps(theme, what)
    _refuse_alike(theme, what)
    return whole


def _refuse_unknown(data: Mapping[str, Any], names: tuple[str, ...], what: _Where, table: tuple[str, ...]) -> None:
    kind = "roles" if table else "keys"
    for key in data:
        if key not in names:
            raise UsageError(
                f"{what((*table, key))} has {brief(key)}, which is none of its {kind}, {suggestion(str(key), names)}"
            )


def _refuse_font(font: Any, what: _Where) -> None:
    """Refuse what is no installed font."""
    if not isinstance(font, str):
        said = "but that is the name of an installed one, so write it so"
        raise UsageError(f"{what(('font',))} has {brief(font)} for font, {said}")
    names = families()
    if font not in names:
        near = get_close_matches(font, names, 1)
        remedy = f"did you mean {near[0]!r}?" if near else "so install it or leave the key out"
        raise UsageError(f"{what(('font',))} has the font {brief(font)}, which is not installed, {remedy}")


def _hex(code: Any, what: _Where, key: str) -> str:
    if not isinstance(code, str) or not re.fullmatch("#[0-9a-fA-F]{6}", code):
        place = what((key,), ("roles", key))
        raise UsageError(f"{place} has {brief(code)} for {key}, but a colour is like '#1957fe', so write it so")
    return code.lower()


def _stops(codes: Any, what: _Where, key: str) -> list[str]:
    """Return the colours of a map; those of signs have a middle one."""
    if not isinstance(codes, (list, tuple)):
        said = "but that is a list of colours, so write it in brackets"
        raise UsageError(f"{what((key,))} has {brief(codes)} for {key}, {said}")
    if not 2 <= len(codes) <= _STOPS or (key == "sign" and len(codes) % 2 == 0):
        number = f"an odd number from 3 to {_STOPS}" if key == "sign" else f"2 to {_STOPS}"
        raise UsageError(
            f"{what((key,))} has a list of {len(codes)} for {key}, but it takes {number}, so add or leave out some"
        )
    return [_hex(code, what, key) for code in codes]


def _place(role: str) -> toml_lines.Path:
    """Return where a file has the colour of a role, or of other text."""
    return ("roles", role) if role in ROLE_NAMES else (role,)


def _refuse_faint(theme: Theme, what: _Where) -> None:
    """Refuse text that cannot be read on the page."""
    wanted = "darker" if relative_luminance(theme.background) > _MIDDLE else "lighter"
    for name in ("ink", "muted", *ROLE_NAMES):
        found = contrast(theme.role(name), theme.background)
        if found < _CONTRAST:
            raise UsageError(
                f"{what(_place(name), ('background',))} has {name} {_code(theme.role(name))} on background "
                f"{_code(theme.background)} with a contrast of {_tenths(found)}, "
                f"but text needs {_CONTRAST}, so choose a {wanted} colour"
            )


def _refuse_alike(theme: Theme, what: _Where) -> None:
    """Refuse roles that are not told apart, by those too who see fewer colours."""
    for one, other in combinations(ROLE_NAMES, 2):
        pair = [theme.role(one), theme.role(other)]
        apart = {kind: float(delta_e2000(*simulated(pair, kind))) for kind in KINDS_OF_SIGHT}
        worst = min(apart, key=apart.__getitem__)
        if apart[worst] < _APART:
            sight = "normal sight" if worst == "normal" else worst
            raise UsageError(
                f"{what(_place(one), _place(other))} has {one} {_code(pair[0])} and {other} {_code(pair[1])}, "
                f"which with {sight} are {_tenths(apart[worst])} apart (CIEDE2000), "
                f"but roles need {_APART}, so choose other colours"
            )


def _refuse_maps(theme: Theme, what: _Where) -> None:
    """Refuse a map on which zero is not the page, and maps that a GIF has no room for."""
    zero = theme.sign.colors[128]
    away = float(delta_e2000(zero, theme.background))
    if away > _NEAR:
        raise UsageError(
            f"{what(('sign',), ('background',))} has {_code(zero)} in the middle of sign, which is "
            f"{ceil(away * 10) / 10:.1f} from the background {_code(theme.background)} (CIEDE2000), "
            f"but {_NEAR} is the most, so put the background there"
        )
    needed = sum(len(thinned(colors.colors, 2)) for colors in (theme.sign, theme.field))
    if needed > _MAP_COLORS:
        raise UsageError(
            f"{what(*((key,) for key in _MAPS))} needs {needed} colours for sign and field in a GIF, but has room "
            f"for {_MAP_COLORS}, so choose stops that are nearer to each other"
        )


def _code(color: ArrayLike) -> str:
    return "#" + bytes(np.asarray(color, np.uint8)).hex()


def _tenths(value: float) -> str:
    """Return a number with one decimal, rounded down: it never reads like the bound that it misses."""
    return f"{floor(value * 10) / 10:.1f}"
