"""A parameter as the clock of a film, and the diagram of what it decides."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from render.errors import UsageError
from render.numerics.growth import log10_growth
from render.numerics.trajectory import simulate
from render.pipeline.comparison import Run, run_at
from render.text import number, unmarked
from scenes import Claimed, FloatArray, PanelRequest, Reached, Record, Scene, scene, show

# Runs that a film is made of are made again whenever it is looked at.
_MOST_RUNS = 2_000
# Larger spectra are a cloud.
_MOST_EIGENVALUES = 64
# What lies closer together than this part of a chart's height is one line.
_SEEN = 0.03


@dataclass(frozen=True)
class _Swept:
    """Sizes of products over values of a parameter: shape (values, draws, T + 1), and one run a value."""

    name: str
    values: tuple[float, ...]
    sizes: FloatArray
    runs: Sequence[Run]

    @property
    def words(self) -> str:
        """What the parameter is called."""
        return self.name.replace("_", " ")

    @property
    def growth(self) -> FloatArray:
        """By what every step multiplies in the end, shape (values, draws)."""
        return np.array([[10.0 ** log10_growth(track) for track in tracks] for tracks in self.sizes])


def _swept(several: Mapping[str, Any]) -> _Swept:
    name, values = str(several["name"]), list(several["values"])
    draws = several.get("draws") or {"name": "", "values": [None]}
    if len(values) < 2 or not all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values):
        raise UsageError(f"a film over {name} needs two numbers or more, so give others with --over, or --as films")
    if len(values) * len(draws["values"]) > _MOST_RUNS:
        raise UsageError(
            f"a film over {name} would be of {len(values) * len(draws['values']):,} runs where {_MOST_RUNS:,} are the "
            "most, so choose fewer values, or --as numbers"
        )
    sizes, runs = [], []
    for value in values:
        tracks = []
        for draw in draws["values"]:
            point = {name: value} | ({draws["name"]: draw} if draw is not None else {})
            run = run_at(
                {
                    "label": str(value),
                    "scene": several["scene"],
                    "matrices": several.get("matrices"),
                    "parameters": {**several["parameters"], **point},
                }
            )
            if run.product is None:
                raise UsageError(
                    f"a film over {name} shows how large products are, but {run.source} multiplies no matrices, so "
                    "choose --as films or numbers"
                )
            tracks.append(simulate(run.product).log10_spectral_norm)
            if len(tracks) == 1:
                runs.append(run)
        sizes.append(tracks)
    if len({len(track) for tracks in sizes for track in tracks}) > 1:
        raise UsageError("runs share one clock, so they need equally many steps, and steps cannot vary")
    if len(sizes[0][0]) < 3:
        raise UsageError("growth needs two steps at least, so give more with --steps")
    return _Swept(name, tuple(map(float, values)), np.array(sizes), runs)


def _spectra(swept: _Swept) -> FloatArray | None:
    """Return the eigenvalues of the one matrix of every run, shape (values, n, 2); None where there is none."""
    factors = [None if run.product is None else run.product.factor for run in swept.runs]
    if any(factor is None or len(factor) > _MOST_EIGENVALUES for factor in factors):
        return None
    spectra = [np.linalg.eigvals(factor) for factor in factors if factor is not None]
    if len({len(spectrum) for spectrum in spectra}) > 1:
        return None
    return np.array([np.column_stack([values.real, values.imag]) for values in spectra])


def sweep(several: Mapping[str, Any]) -> Scene:
    """Return the scene of a product over values of a parameter: the parameter is the clock.

    Parameters
    ----------
    several : mapping of str to object
        ``scene`` and ``matrices``, ``parameters`` that do not vary, ``name`` and ``values`` of the one that does, and
        in ``draws`` name and values of another, of which every value has a run.

    Raises
    ------
    UsageError
        If there are no numbers to vary, or the scene multiplies nothing.
    """
    swept = _swept(several)
    spectra = _spectra(swept)
    steps = swept.sizes.shape[2] - 1
    series = {"value": np.array(swept.values), "sizes": np.median(swept.sizes, axis=1)} | _quantiles(swept.growth)
    panels = [
        show(
            "curve", of="sizes", ends=(0.0, float(steps)), x="steps", scale="log10", heading="size after t steps",
            note="wide: at the first value",
        ),
        _panel(series, swept.words),
    ]  # fmt: skip
    if spectra is not None:
        series["spectrum"] = spectra
        panels.append(show("points", of="spectrum", axes=True, heading="eigenvalues of W", note="circle: |λ| = 1"))
    made = _scene("sweep", swept.runs[0].scene.title, swept.words, swept.values, panels, series)
    _add_moments(made, swept.values, series["growth"])
    made.claim("growth a step agrees with the sizes at the ends of the second half")(_ends(swept, series["growth"]))
    return made


def phase(several: Mapping[str, Any]) -> Scene:
    """Return the scene of the diagram of a number over a parameter, complete at its last step.

    Parameters
    ----------
    several : mapping of str to object
        ``title``; ``name`` and ``values`` of the parameter; ``measured``, a list of numbers for every value, one for
        each draw, or one for each value of a second parameter, whose ``name`` and ``values`` are in ``rows``, or such
        lists by the label of a run; and ``measure``, what they are called, None where it is the growth a step.
    """
    if several.get("rows"):
        return _map(several)
    if isinstance(several["measured"], Mapping):
        return _by_label(several)
    values, measured = list(several["values"]), np.array(several["measured"], dtype=float)
    words = str(several["name"]).replace("_", " ")
    measure = several.get("measure")
    series = {"value": np.array(values, dtype=float)} | _quantiles(measured)
    panel = _panel(series, words, measure)
    made = _scene("phase", str(several["title"]), words, tuple(map(float, values)), [panel], series)
    _add_moments(made, tuple(values), series["growth"], measure)
    return made


def _by_label(several: Mapping[str, Any]) -> Scene:
    """Return the scene of a number over a parameter, a curve for every label: the middle of its draws."""
    values, measure = tuple(map(float, several["values"])), several.get("measure")
    words = str(several["name"]).replace("_", " ")
    middle = {
        str(label): np.median(np.array(lists, dtype=float), axis=1) for label, lists in several["measured"].items()
    }
    names = {unmarked(label): f"growth {index}" for index, label in enumerate(middle)}
    series = {"value": np.array(values)} | dict(zip(names.values(), middle.values(), strict=True))
    panel = _panel(series, words, measure, names)
    made = _scene("phase", str(several["title"]), words, values, [panel], series)
    crossings = {label: None if measure else crossing(values, growth) for label, growth in middle.items()}
    found = ", ".join(f"{label} {number(place, 3)}" for label, place in crossings.items() if place is not None)

    @made.moment("Products keep their size at {what}: {found}.")
    def _(what: str) -> Reached | None:
        return Reached(len(values) - 1, what=what, found=unmarked(found)) if found else None

    return made


def _map(several: Mapping[str, Any]) -> Scene:
    """Return the scene of a number over two parameters, as colours."""
    values, rows, measure = list(several["values"]), several["rows"], several.get("measure")
    measured = np.array(several["measured"], dtype=float).T
    with np.errstate(divide="ignore"):
        shown = measured if measure else np.log10(measured)
    finite = shown[np.isfinite(shown)]
    largest = float(np.abs(finite).max(initial=0.0)) or 1.0
    limits = (float(finite.min()), float(finite.max())) if measure and np.ptp(finite) else (-largest, largest)

    across, down = (str(single["name"]).replace("_", " ") for single in (several, rows))

    def over(what: str = across, rows: str = down) -> Record:
        """Vary two parameters.

        Parameters
        ----------
        what, rows
            What they are called.
        """
        return Record({"measured": shown[None]})

    over.__name__ = "phase"
    made = scene(
        show(
            "heatmap", of="measured", rows=[number(value) for value in rows["values"]],
            columns=[number(value) for value in values], limits=limits, signed=not measure,
            heading=measure if measure else "decades a step", note="" if measure else "0: keeps its size",
        ),
        title=str(several["title"]),
        statement="a number over two parameters: {rows} from row to row, {what} from column to column",
        counter="{rows} ↓  {what} →",
    )(over)  # fmt: skip

    @made.moment("From {low:.2} to {high:.2} decades a step: colours change sign where products keep their size.")
    def _() -> Reached | None:
        return None if measure else Reached(0, low=float(finite.min()), high=float(finite.max()))

    return made


def _panel(
    series: Mapping[str, FloatArray], words: str, measure: str | None = None, of: str | Mapping[str, str] = "growth"
) -> PanelRequest:
    """Return the panel of a number over a parameter, with a band where its draws are apart."""
    apart = "upper" in series
    return show(
        "series",
        of=of,
        band=("upper", "lower") if apart else None,
        scale="linear",
        heading=measure if measure else "factor a step",
        note="band: 8 of 10 draws" if apart else "" if measure else "second half of the steps",
        x=words,
        marks=None if measure else {"keeps its size": 1.0},
    )


def _quantiles(growth: FloatArray) -> dict[str, FloatArray]:
    """Return the middle of all draws, and how far eight of ten lie from it, where that can be seen."""
    lower, middle, upper = np.quantile(growth, (0.1, 0.5, 0.9), axis=1)
    known = growth[np.isfinite(growth)]
    height = float(np.ptp(known)) if known.size else 0.0
    apart = bool(np.nanmax(upper - lower, initial=0.0) > _SEEN * height > 0)
    return {"growth": middle} | ({"lower": lower, "upper": upper} if apart else {})


def crossing(values: Sequence[float], growth: FloatArray) -> float | None:
    """Return where growth a step goes through 1, between two values on a straight line; None where it does not."""
    above = growth >= 1.0
    changes = np.flatnonzero(above[1:] != above[:-1])
    if not changes.size:
        return None
    left = int(changes[0])
    part = (1.0 - growth[left]) / (growth[left + 1] - growth[left])
    return float(values[left] + part * (values[left + 1] - values[left]))


def _scene(
    name: str,
    title: str,
    words: str,
    values: tuple[float, ...],
    panels: Sequence[PanelRequest],
    series: Mapping[str, FloatArray],
) -> Scene:
    def over(what: str = words) -> Record:
        """Vary one parameter.

        Parameters
        ----------
        what
            What the parameter is called.
        """
        return Record(series)

    over.__name__ = name
    return scene(
        *panels,
        title=title,
        statement="by what a step multiplies in the second half of the steps, over values of {what}",
        opening="The clock is {what}: each frame is a product of its own.",
        counter="{what} {value}",
        clock=values,
        arrange="beside" if len(panels) > 1 else "row",
    )(over)


def _ends(swept: _Swept, growth: FloatArray) -> Callable[[], Claimed]:
    def decided() -> Claimed:
        tracks = swept.sizes[:, 0] if swept.sizes.shape[1] == 1 else np.median(swept.sizes, axis=1)
        steps = tracks.shape[1] - 1
        finite = np.isfinite(tracks).all(axis=1) & (growth > 0)
        if not finite.any():
            return Claimed(0.0, 0.0, 0.0, "nothing is left to be compared")
        half = steps - steps // 2
        chord = (tracks[finite, -1] - tracks[finite, steps // 2]) / half
        return Claimed(
            float(np.max(np.abs(chord - np.log10(growth[finite])))), 0.0, 6.0 / half + 0.05,
            "a chord and a line through all points differ by what sizes swing, a few decades over all steps",
        )  # fmt: skip

    return decided


def _add_moments(made: Scene, values: Sequence[float], growth: FloatArray, measure: str | None = None) -> None:
    place = None if measure else crossing(values, growth)

    @made.moment("At {what} {place} products neither grow nor shrink in the second half of the steps.")
    def _(what: str) -> Reached | None:
        if place is None:
            return None
        step = int(np.argmin(np.abs(np.asarray(values) - place)))
        return Reached(step, place=number(place, 3), what=what) if 0 < step < len(values) - 1 else None

    @made.moment(
        "From {what} {low} to {high} the factor goes from {first:3} to {last:3}; in the second half of the steps "
        "products keep their size at {place}."
    )
    def _(what: str) -> Reached | None:
        return None if place is None else ended(what, place=number(place, 3))

    @made.moment("From {what} {low} to {high} the number goes from {first:3} to {last:3}.")
    def _(what: str) -> Reached | None:
        return ended(what) if place is None else None

    def ended(what: str, **more: str) -> Reached | None:
        first, last = float(growth[0]), float(growth[-1])
        if not (math.isfinite(first) and math.isfinite(last)):
            return None
        return Reached(len(values) - 1, what=what, low=values[0], high=values[-1], first=first, last=last, **more)
