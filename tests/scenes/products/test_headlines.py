"""A headline of two parts is false as soon as either part is."""

import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.catalog import load_scene
from render.pipeline.claims import judge
from scenes import MatrixSequence, Record


def line(values):
    """Return numbers, one a step, as a column, which numbers of many walkers can be moved by."""
    return np.arange(len(values))[:, None]


@pytest.mark.parametrize(
    ("name", "series", "change"),
    [
        ("critical_scale", "level", lambda logs: logs + 0.05 * line(logs)),
        ("critical_scale", "above", lambda logs: logs - 0.1 * line(logs)),
        ("critical_scale", "below", lambda logs: logs + 0.1 * line(logs)),
        ("critical_scale", "spread", lambda spread: spread / 2),
        ("same_or_fresh", "mean fresh", np.zeros_like),
        ("same_or_fresh", "same", np.zeros_like),
        ("product_bound", "radius", lambda radius: radius * 0.99),
        ("product_bound", "alone", np.ones_like),
        ("product_bound", "bound", lambda bound: bound * 2),
        ("product_bound", "random bound", lambda bound: bound / 10),
        ("gaussian_product", "mean ratio", np.zeros_like),
        ("gaussian_product", "cosines", lambda cosines: cosines * np.eye(4)),
        ("ensemble", "counted", np.zeros_like),
        ("ensemble", "Gaussian", np.zeros_like),
        ("ensemble", "orthogonal", lambda kept: kept - 0.001),
        ("mean_and_median", "ratio", lambda ratio: ratio * 1.05),
        ("mean_and_median", "mean log", np.zeros_like),
        ("mean_and_median", "median", np.zeros_like),
    ],
)
def test_a_headline_falls_with_any_of_its_parts(name, series, change):
    scene = load_scene(name)
    recording = scene.build()[None]
    tracks = {**recording.series, series: change(recording.series[series])}
    if isinstance(recording, Record):
        changed = Record(tracks)
    else:
        changed = MatrixSequence(recording.factors, recording.initial, tracks)
    assert judge([scene.headline], {None: simulate(recording)}, scene.resolve())[0].holds
    assert not judge([scene.headline], {None: simulate(changed)}, scene.resolve())[0].holds


def test_a_product_that_falls_in_line_but_vanishes_makes_the_headline_false():
    scene = load_scene("gaussian_product")
    recording = scene.build()[None]
    smaller = simulate(MatrixSequence(0.4 * recording.factors, recording.initial, recording.series))
    assert smaller.log10_spectral_norm[-1] < 0
    assert not judge([scene.headline], {None: smaller}, scene.resolve())[0].holds
