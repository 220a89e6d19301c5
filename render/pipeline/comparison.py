"""Runs side by side on one clock: a column each, or as small multiples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from render.errors import UsageError
from render.numerics.trajectory import Columns, simulate
from render.pipeline.array_scene import scene_of_arrays
from render.pipeline.catalog import load_scene
from render.pipeline.own_modules import own_modules
from render.pipeline.side_by_side import RESCALED, add_ends
from render.text import places_of
from scenes import Claim, Claimed, MatrixSequence, PanelRequest, Recording, Scene, scene, show

MOST_COLUMNS = 4
# Decades that a product may grow before only its shape is shown: colours that hold both ends tell nothing of either.
_MOST_DECADES = 1.0


@dataclass(frozen=True)
class Run:
    """One run of a film of several: what a job holds of it, and its scene.

    Parameters
    ----------
    label : str
        What tells it from the others.
    source : str
        Its scene's name or file.
    scene : Scene
        The scene.
    parameters : mapping of str to object
        All its parameters.
    """

    label: str
    source: str
    scene: Scene
    parameters: Mapping[str, Any]

    @cached_property
    def recording(self) -> Recording:
        """What the scene returns, one recording.

        Raises
        ------
        UsageError
            If it is a comparison of its own.
        """
        with own_modules(self.source):
            columns = self.scene.build(**self.parameters)
        if None not in columns:
            labels = ", ".join(map(str, columns))
            raise UsageError(
                f"{self.source} compares {labels} already, which leaves no room for others, so choose a scene of one "
                "run"
            )
        return columns[None]

    @property
    def product(self) -> MatrixSequence | None:
        """What it multiplies, None where it multiplies nothing."""
        return self.recording if isinstance(self.recording, MatrixSequence) else None


def run_at(held: Mapping[str, Any]) -> Run:
    """Return a run of what a job holds of it: ``label``, ``scene``, ``parameters``, and ``matrices`` or none."""
    matrices, parameters = held.get("matrices"), dict(held["parameters"])
    if matrices is None:
        found = load_scene(str(held["scene"]))
    else:
        found = scene_of_arrays(matrices, parameters.get("steps"), parameters.get("gain"))
    return Run(str(held["label"]), str(held["scene"]), found, found.resolve(**parameters))


def _runs(several: Mapping[str, Any]) -> list[Run]:
    runs = [run_at(held) for held in several["of"]]
    labels = [run.label for run in runs]
    if len(runs) < 2:
        raise UsageError("there is one run only, so give two or more, or values of a parameter with --over")
    for label in labels:
        if labels.count(label) > 1:
            raise UsageError(f"two runs are called {label!r}, so leave one out")
    lengths = {run.label: run.recording.steps for run in runs}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{label} has {steps:,}" for label, steps in lengths.items())
        raise UsageError(f"runs share one clock, so they need equally many steps, but {said}; give --steps")
    return runs


def comparison(several: Mapping[str, Any]) -> Scene:
    """Return the scene of runs side by side, at most four.

    Raises
    ------
    UsageError
        If they have no room, or nothing in common that could be shown.
    """
    runs = _runs(several)
    if len(runs) > MOST_COLUMNS:
        raise UsageError(
            f"side by side there is room for {MOST_COLUMNS} runs, but these are {len(runs)}, so show them as a grid"
        )
    alike = all(run.scene is runs[0].scene for run in runs)
    panels = _panels_of(runs[0].scene) if alike else _panels_of_products(runs)
    return _scene_of("comparison", runs, panels, str(several.get("title") or ""), like=runs[0].scene if alike else None)


def grid(several: Mapping[str, Any]) -> Scene:
    """Return the scene of runs as small multiples.

    Raises
    ------
    UsageError
        If one multiplies no matrices.
    """
    runs = _runs(several)
    sizes = {product.dim for product in _products(runs, "small multiples show", "choose --as films or numbers")}
    mixed = len(sizes) > 1
    panel = show("scaled_matrix" if mixed else "matrix", heading="", note="", size=True)
    return _scene_of("grid", runs, [panel], str(several.get("title") or ""), like=None)


def _products(runs: Sequence[Run], what: str, instead: str) -> list[MatrixSequence]:
    """Return what runs multiply, or refuse one that multiplies nothing."""
    products = []
    for run in runs:
        if run.product is None:
            raise UsageError(f"{what} the matrices that are multiplied, but {run.source} has none, so {instead}")
        products.append(run.product)
    return products


def _panels_of(own: Scene) -> list[PanelRequest]:
    """Return a scene's panels, at most two, without texts that speak of its parameters: runs may differ in these."""
    names = {parameter.name for parameter in own.parameters}
    panels = []
    for request in own.panels[:2]:
        options = {
            name: value
            for name, value in request.options.items()
            if not (name in ("heading", "note", "footer") and isinstance(value, str) and names & places_of(value))
        }
        panels.append(replace(request, options=options))
    return panels


def _panels_of_products(runs: Sequence[Run]) -> list[PanelRequest]:
    """Return what shows matrices of any scene: colours of one scale, or of each one's own where that would be blind."""
    products = _products(runs, "different scenes are compared by", "choose others, or values of one scene with --over")
    grown = [float(np.max(simulate(product).log10_spectral_norm, initial=0.0)) for product in products]
    sizes = {product.dim for product in products}
    if max(grown) > _MOST_DECADES or len(sizes) > 1:
        return [show("scaled_matrix", note="", size=True), show("norms")]
    return [show("matrix"), show("norms")]


_TOGETHER = "All begin together. What differs stands above each column."


def _scene_of(name: str, runs: Sequence[Run], panels: Sequence[PanelRequest], title: str, like: Scene | None) -> Scene:
    def together() -> dict[str, Recording]:
        return {run.label: run.recording for run in runs}

    together.__name__ = name
    together.__doc__ = "Several runs on one clock."
    made = scene(
        *panels,
        title="Side by side",
        statement="several runs on one clock",
        opening=RESCALED if any(panel.panel == "scaled_matrix" for panel in panels) else _TOGETHER,
        counter=like.counter if like else "step",
        smooth=bool(like and like.smooth),
        arrange="grid" if name == "grid" else "beside",
        fps=runs[0].scene.fps,
    )(together)
    made = replace(made, sensitive=next((run.scene.sensitive for run in runs if run.scene.sensitive), ""))
    if title or like:
        made = replace(made, title=title or (like.title if like else ""))
    for run in runs:
        for claim in run.scene.claims:
            made.claims.append(Claim(f"{run.label}: {claim.text}", _deciding(run, claim)))
    if all(run.product is not None for run in runs):
        add_ends(made)
    return made


def _deciding(run: Run, claim: Claim) -> Callable[[Columns], Claimed]:
    # With the numbers that the film shows, which are computed once.
    return lambda columns: claim.decide({None: columns[run.label]}, run.parameters)
