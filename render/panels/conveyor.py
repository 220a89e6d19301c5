"""A memory cell as a belt: valves let it pass, let something new in, and show it outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, isfinite, pi, sin
from typing import Any

import numpy as np

from render.drawing.colors import Color
from render.drawing.glyphs import TextStyle, text_width
from render.drawing.layouts import Box
from render.errors import RenderError
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._past import Past
from render.panels._series import track_of
from render.panels._sum import Sum, written
from render.panels.base import Limits, PanelContext
from render.text import number
from scenes import FloatArray

# Gates below the one are called shut, above the other open; the others have their number alone.
_SHUT, _OPEN = 0.1, 0.9
_NAMES = {
    "before": "cell before",
    "after": "cell after",
    "past": "cell so far",
    "new": "new",
    "output": "output",
    "keep": "forget gate",
    "add": "input gate",
    "read": "output gate",
}


@dataclass(frozen=True)
class _Valve:
    """A circle with a bar across: where it is, which way the flow goes, and the places of its name and number."""

    x: float
    y: float
    upright: bool
    text_x: float
    text_y: tuple[float, float]
    anchor: str
    label: str
    track: FloatArray


class Panel(base.Panel):
    """Cell before and after a step on a belt, with its valves, the step's sum below the heading, and all cells so far.

    A valve's bar lies along the flow where its gate is 1, and across it where that is 0. The words of the
    heading that are divided by ``=``, ``×`` and ``+`` have the numbers of the step below them.

    Parameters
    ----------
    cell : str
        Series of what is on the belt, shape (T + 1,).
    new : str
        Series of what can be let in; this one and those of gates may be NaN where there is none.
    keep, add : str
        Series of the gates on the belt, and above it.
    read, output : str
        Series of the gate that shows the cell, and of what is then seen; without them there is no output.
    whole : str
        What the gates `keep` and `add` are together, where they add up to 1: their sum is then written below it.
    names : mapping of str to str, optional
        What things are called: ``before``, ``after``, ``past``, ``new``, ``output``, ``keep``, ``add``, ``read``.
    """

    texts = tuple(_NAMES.values())

    def __init__(
        self,
        cell: str,
        new: str,
        keep: str,
        add: str,
        read: str = "",
        output: str = "",
        whole: str = "",
        names: Mapping[str, str] | None = None,
    ) -> None:
        self._cell, self._new, self._gates = cell, new, {"keep": keep, "add": add, "read": read}
        self._output, self._whole, self._names = output, whole, _NAMES | dict(names or {})
        if bool(read) != bool(output):
            raise ValueError("read and output belong together")
        if set(self._names) != set(_NAMES):
            raise ValueError(f"names are those of {', '.join(_NAMES)}")

    def limits(self, numbers: Trajectory) -> Limits:
        """Return the least and greatest number on the belt."""
        track = track_of(numbers, self._cell)
        if track.ndim != 1:
            raise RenderError(f"the panel conveyor needs a series {self._cell!r} of shape (steps + 1,)")
        return float(track.min()), float(track.max())

    def open(self, context: PanelContext) -> None:
        """Draw belt, pipes, circles and names."""
        self.context = context
        self._after = track_of(context.numbers, self._cell)
        self._before = np.concatenate([[np.nan], self._after[:-1]])
        self._incoming = track_of(context.numbers, self._new)
        self._outgoing = track_of(context.numbers, self._output) if self._output else np.zeros(1)
        self._wide = context.slot.box.width > 1.6 * context.slot.box.height
        # In narrow frames a sign needs the room that larger numbers would take.
        signed = not self._wide and context.limits[0] < -0.1
        self._number = context.sizes.label + (0 if signed else context.px(6))
        self._place()
        keep, add = (valve.track for valve in self._valves[:2])
        factors = keep, self._before, add, self._incoming
        self._sum = Sum(context, context.words(self.heading), self._after, factors)
        for valve in self._valves:
            context.canvas.dots(valve.x, valve.y, self._radius, context.canvas.theme.background)
            context.canvas.circle(valve.x, valve.y, self._radius, context.canvas.theme.ink, 3.5 * context.scale)
            self._name(valve.text_x, valve.text_y[0], valve.label, valve.anchor)

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw bars, the valves' bars, and numbers; between steps bars grow and valves turn, and numbers with them."""
        theme = self.context.canvas.theme
        for x, track in ((self._xs["before"], self._before), (self._xs["after"], self._after)):
            height = _between(track, step, part)
            self._bar(x, self._belt, height, theme.data)
            self._write_on_top(x, self._belt, height, theme.data)
        self._draw_new(step, part)
        if self._output:
            height = _between(self._outgoing, step, part)
            self._bar(self._xs["read"], self._outlet, height, theme.ink)
            self._write_output(height)
        for valve in self._valves:
            self._turn(valve, step, part)
        self._sum.draw(step)
        self._write_whole(step, part)
        self._past.draw(step)

    def describe(self) -> dict[str, Any]:
        """Return place, tracks by label, and scale."""
        tracks = {self._names["after"]: self._cell, self._names["new"]: self._new}
        tracks |= {self._names[role]: name for role, name in self._gates.items() if name}
        tracks |= {self._names["output"]: self._output} if self._output else {}
        return super().describe() | {"tracks": tracks, "scale": "linear"}

    def _place(self) -> None:
        """Find out where everything stands, and draw what connects it."""
        context, box, sizes = self.context, self.context.slot.box, self.context.sizes
        px, wide = context.px, self._wide
        axis, label = sizes.axis, sizes.label
        self._radius = radius = px(36 if wide else 30)
        self._half = px(36 if wide else 30)
        shares = (86, 266, 590, 780, 966, 1152) if wide else (58, 190, 348, 478, 592, 656)
        if not self._output:
            shares = (110, 310, 600, 850, 0, 1152) if wide else (70, 220, 440, 580, 0, 656)
        offsets = dict(zip(("before", "keep", "add", "after", "read"), shares, strict=False))
        self._xs = {name: box.x + round(offset * box.width / shares[-1]) for name, offset in offsets.items()}
        self._past = Past(context, self._after, self._cell, self._names["past"], wide)
        # Below the belt stand the names, and in narrow frames the gates' numbers too.
        below = round(1.2 * axis) if wide else radius + round(1.45 * axis + 1.15 * label)
        # Where the sum may reach as far as the output, that stands a line lower.
        top = box.y + round((1.7 if wide else 2.3) * axis)
        low, high = min(context.limits[0], 0.0), max(context.limits[1], 0.0)
        bottom = self._past.top - label - px(14) - below
        self._fit(top, bottom, low, high)
        self._belt = round(bottom + low * self._unit)
        names = round(bottom + 1.2 * axis)
        self._draw_pipes()
        for name in ("before", "after"):
            self._name(self._xs[name], names, self._names[name])
        self._beneath = bottom + radius + round(1.45 * axis)
        self._valves = self._find_valves()

    def _fit(self, top: int, bottom: int, low: float, high: float) -> None:
        """Find how many pixels a bar of 1 is high: as many as all bars have room for, and where pipes begin."""
        room, px = bottom - top, self.context.px
        number = 1.3 * self._number
        new = _range(self._incoming)
        seen = _range(self._outgoing)
        fixed = 2 * self._radius + px(40)
        needs = [(high - low, number), (new[1] - min(new[0], 0.0) - low, fixed + (0.0 if self._wide else number))]
        needs += [(high - low + new[1], number + 2 * self.context.sizes.axis)] if not self._wide else []
        needs += [(seen[1] - seen[0] - low, fixed + number + self.context.sizes.axis)] if self._output else []
        self._unit = min((room - taken) / max(size, 0.2) for size, taken in needs)
        self._unit = min(self._unit, 0.7 * room)
        belt = bottom + low * self._unit
        # Numbers stand above the floors, where the bars hang down, too.
        self._inlet = round(top + max(new[1] * self._unit, self._number + px(6)))
        foot = self._inlet - new[0] * self._unit
        self._gate_y = round((foot + belt) / 2 + px(4))
        self._outlet = round(self._gate_y - self._radius - px(16) + seen[0] * self._unit)
        if not self._wide:
            above = max(seen[1], 0.0) * self._unit + px(12) + 1.1 * self._number + 0.8 * self.context.sizes.axis
            self._outlet = max(self._outlet, round(top + above))

    def _draw_pipes(self) -> None:
        """Draw the belt with its arrow, the pipes, and the floors of what comes in and goes out."""
        context, theme = self.context, self.context.canvas.theme
        box, px = context.slot.box, context.px
        thick, half = px(5), px(13)
        canvas, belt = context.canvas, self._belt
        canvas.fill(Box(box.x, belt - thick // 2, box.width - px(20), thick), theme.ink)
        tip = [(box.right, belt), (box.right - px(26), belt - half), (box.right - px(26), belt + half)]
        canvas.polygon(tip, theme.ink)
        ends = {"add": self._foot()} | ({"read": self._gate_y - self._radius - px(16)} if self._output else {})
        for name, top in ends.items():
            x = self._xs[name]
            canvas.fill(Box(x - thick // 2, top, thick, belt - thick // 2 - top), theme.muted)
        floors = {"add": self._inlet} | ({"read": self._outlet} if self._output else {})
        for name, y in floors.items():
            wide = self._half + px(14)
            canvas.fill(Box(self._xs[name] - wide, y, 2 * wide, px(2)), theme.muted)

    def _foot(self) -> int:
        """Return where the pipe below what can be let in begins."""
        return self._gate_y - self._radius - self.context.px(24)

    def _find_valves(self) -> list[_Valve]:
        context, sizes, px = self.context, self.context.sizes, self.context.px
        tracks = {role: track_of(context.numbers, name) for role, name in self._gates.items() if name}
        second = round(1.15 * sizes.label)
        aside = self._radius + px(14)
        found = []
        for role, track in tracks.items():
            x, y = self._xs[role], self._belt if role == "keep" else self._gate_y
            first = y - round(0.3 * sizes.axis)
            if role == "add":
                place: tuple[float, float, str] = (x - aside, first, "right")
            elif not self._wide:
                place = (x, self._beneath, "center")
            elif role == "keep":
                place = (x, y - self._radius - px(12) - second, "center")
            else:
                place = (x + aside, first, "left")
            text_x, line, anchor = place
            found.append(_Valve(x, y, role != "keep", text_x, (line, line + second), anchor, self._names[role], track))
        return found

    def _turn(self, valve: _Valve, step: int, part: float) -> None:
        """Draw a valve's bar and its number."""
        context, canvas = self.context, self.context.canvas
        value = float(valve.track[step])
        if not isfinite(value):
            return
        # The word says how the bar stands, while it turns, too.
        value = _between(valve.track, step, part)
        angle = (1 - value) * pi / 2 + (pi / 2 if valve.upright else 0.0)
        reach = self._radius - context.px(7)
        across, down = reach * cos(angle), reach * sin(angle)
        color = canvas.theme.muted if value < _SHUT else canvas.theme.keep
        canvas.line([valve.x - across, valve.x + across], [valve.y - down, valve.y + down], color, context.px(11))
        text = "shut {value}" if value < _SHUT else "open {value}" if value > _OPEN else "{value}"
        style = context.style(context.sizes.label, color)
        self._write(valve.text_x, valve.text_y[1], context.words(text, {"value": written(value)}), style, valve.anchor)

    def _bar(self, x: int, floor: int, value: float, color: Color) -> None:
        if isfinite(value):
            top, bottom = self._ends(floor, value)
            self.context.canvas.fill(Box(x - self._half, top, 2 * self._half, bottom - top), color)

    def _ends(self, floor: int, value: float) -> tuple[int, int]:
        """Return the rows at which a bar begins and ends; one of 0 is a thin line."""
        end = floor - round(value * self._unit)
        thin = self.context.px(2)
        return (min(end, floor - thin), floor) if value >= 0 else (floor, max(end, floor + thin))

    def _draw_new(self, step: int, part: float) -> None:
        """Draw what can be let in as an outline, with its number and name beside it."""
        context, theme = self.context, self.context.canvas.theme
        value, x, inlet = _between(self._incoming, step, part), self._xs["add"], self._inlet
        # Where frames are narrow, the bar of the cell after is too near for a number.
        away, anchor = self._half + context.px(18), "left" if self._wide else "right"
        beside = x + (away if self._wide else -away)
        self._name(beside, inlet + context.sizes.axis, self._names["new"], anchor)
        if not isfinite(value):
            return
        top, bottom = self._ends(inlet, value)
        edge = context.px(3)
        outer = Box(x - self._half, top, 2 * self._half, bottom - top)
        context.canvas.fill(outer, theme.muted)
        if outer.height > 2 * edge:
            inner = Box(outer.x + edge, top + edge, outer.width - 2 * edge, outer.height - 2 * edge)
            context.canvas.fill(inner, theme.background)
        style = context.style(self._number, weight="bold")
        self._write(beside, inlet - context.px(6), written(value), style, anchor)

    def _write_on_top(self, x: int, floor: int, value: float, color: Color) -> None:
        """Write the number of a bar above it, or above its floor where it hangs down."""
        if isfinite(value):
            top = self._ends(floor, value)[0]
            style = self.context.style(self._number, color, "bold")
            self._write(x, top - self.context.px(12), written(value), style)

    def _write_output(self, value: float) -> None:
        """Write the output's number and name: right of the bar, above it where frames are narrow."""
        context, x = self.context, self._xs["read"]
        style, name = context.style(self._number, weight="bold"), self._names["output"]
        if self._wide:
            left = x + self._half + context.px(18)
            self._write(left, self._outlet - context.px(6), written(value), style, "left")
            self._name(left, self._outlet - context.px(6) - round(1.15 * self._number), name, "left")
            return
        self._write_on_top(x, self._outlet, value, style.color)
        top = self._ends(self._outlet, max(value, 0.0))[0]
        self._name(x, top - context.px(12) - round(1.1 * self._number), name)

    def _name(self, x: float, y: float, label: str, anchor: str = "center") -> None:
        """Write what something is called."""
        context = self.context
        self._write(x, y, context.words(label), context.style(context.sizes.axis, weight="medium"), anchor)

    def _write(self, x: float, y: float, text: str, style: TextStyle, anchor: str = "center") -> None:
        """Write a text; one round a middle moves where it would leave the slot."""
        box, half = self.context.slot.box, text_width(text, style) / 2
        if anchor == "center":
            x = min(max(x, box.x + half), box.right - half)
        self.context.canvas.text(x, y, text, style, anchor)

    def _write_whole(self, step: int, part: float) -> None:
        """Write the sum of the two gates that are one."""
        keep, add = (_between(valve.track, step, part) for valve in self._valves[:2])
        if not self._whole:
            return
        context, x = self.context, self.context.slot.box.right
        y = self._gate_y - round(0.3 * context.sizes.axis) if self._wide else self._beneath
        self._name(x, y, self._whole, "right")
        if isfinite(keep) and isfinite(add):
            style = context.style(context.sizes.label)
            text = f"{written(keep)} + {written(add)} = {number(keep + add, 3)}"
            self._write(x, y + round(1.15 * context.sizes.label), text, style, "right")


def _between(track: FloatArray, step: int, part: float) -> float:
    """Return a number part of the way to the next step; where that one is not known, at the step."""
    value = float(track[step])
    after = float(track[step + 1]) if part else value
    return value + part * (after - value) if isfinite(value) and isfinite(after) else value


def _range(track: FloatArray) -> tuple[float, float]:
    """Return the least and the greatest number, and 0 among them."""
    known = track[np.isfinite(track)]
    return min(float(known.min(initial=0)), 0.0), max(float(known.max(initial=0)), 0.0)
