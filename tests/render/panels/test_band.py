"""What lies between two curves of the panel `series` is filled."""

import numpy as np
import pytest
from films import showing

from render.drawing.raster import RasterCanvas
from render.errors import RenderError
from render.numerics.trajectory import simulate
from render.panels._curves import _BAND
from render.panels._tints import tinted
from scenes import Record, show

LOWER = np.array([0.2, 0.1, 0.4, 0.1, 0.0])
UPPER = np.array([0.4, 0.9, 0.6, 0.8, 1.0])
COLUMNS = {None: simulate(Record({"lower": LOWER, "upper": UPPER}))}


def panel(**options):
    return show("series", of={"upper": "upper", "lower": "lower"}, scale="linear", limits=(0, 1), **options)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pixels_between_two_curves_have_the_band_and_no_others(theme):
    painter = showing(panel(band=("lower", "upper")), columns=COLUMNS, theme=theme)
    pixels = painter.paint(0).pixels[..., :3]
    canvas, chart = painter.canvas, painter.panels[0]._chart
    assert isinstance(canvas, RasterCanvas)
    color = tinted(canvas.theme.data, canvas.theme.background, _BAND)
    filled = (pixels == np.array(color)).all(axis=2)
    rows, columns = np.nonzero(filled)
    assert len(rows) > 10_000
    # From pixels back to numbers: the axis goes from 0 at the box' lower edge to 1 at its upper one.
    box = chart.box
    steps = (columns + 0.5 - chart.to_x(0.0)) / (chart.to_x(4.0) - chart.to_x(0.0)) * 4
    numbers = (chart.to_y(0.0) - rows - 0.5) / (chart.to_y(0.0) - chart.to_y(1.0))
    slack = 1.5 / box.height
    assert (numbers > np.interp(steps, np.arange(5), LOWER) - slack).all()
    assert (numbers < np.interp(steps, np.arange(5), UPPER) + slack).all()
    # And the area is that between the curves, but for grid lines and curves upon it.
    area = np.trapezoid(UPPER - LOWER) / 4 * (chart.to_x(4.0) - chart.to_x(0.0)) * (chart.to_y(0.0) - chart.to_y(1.0))
    assert 0.93 * area < len(rows) <= area * 1.01


def test_a_band_lies_between_series_that_are_no_curves():
    both = showing(panel(band=("lower", "upper")), columns=COLUMNS)
    alone = showing(show("series", of="lower", scale="linear", band=("lower", "upper")), columns=COLUMNS)
    # The axis holds both edges, though one of them is no curve.
    assert alone.panels[0].limits(COLUMNS[None]) == both.panels[0].limits(COLUMNS[None]) == (0, 1)
    color = np.array(tinted(both.canvas.theme.data, both.canvas.theme.background, _BAND))
    areas = [
        (painter.paint(0).pixels[..., :3] == color).all(axis=2).sum() / painter.panels[0]._chart.box.area
        for painter in (both, alone)
    ]
    assert areas[1] == pytest.approx(areas[0], rel=0.04) and areas[0] > 0.2


@pytest.mark.parametrize(
    ("band", "said"),
    [(band, "band must name two curves or series") for band in (("lower", "lower"), ("upper",), ("lower", 1))]
    + [(("lower", "other"), "no series 'other'")],
)
def test_a_band_between_other_curves_is_refused(band, said):
    with pytest.raises(RenderError, match=said):
        showing(panel(band=band), columns=COLUMNS)


def test_a_band_of_several_curves_is_refused():
    several = {None: simulate(Record({"lower": np.stack([LOWER, LOWER], axis=1), "upper": UPPER}))}
    with pytest.raises(RenderError, match=r"band must lie between series of shape \(steps \+ 1,\)"):
        showing(panel(band=("lower", "upper")), columns=several)
