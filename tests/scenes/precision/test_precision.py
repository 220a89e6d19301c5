"""Number formats end where they have to."""

import numpy as np
import pytest
from films import decided

from render.pipeline.claims import judge
from render.pipeline.scene_run import resolve
from scenes import FORMATS, haar_orthogonal
from scenes.precision.precision import precision


def test_formats_end_where_they_are_said_to():
    for steps, dim, seed, radius in (
        (3, 6, 0, 0.5),
        (20, 12, 1479597477, 0.00460642654966585),
        (200, 12, 2528417366, 0.819971148106194),
    ):
        _, verdicts = decided(precision, steps=steps, dim=dim, seed=seed, spectral_radius=radius)
        assert all(verdict.holds for verdict in verdicts.values()), verdicts


def test_thousands_of_factors_of_an_ordinary_size():
    columns, verdicts = decided(precision)
    # 1.17 to these powers is the last one below 65,504, 3.4e38 and 1.8e308.
    assert [1.17**70 < 65504 < 1.17**71, 1.17**565 < 3.4028235e38 < 1.17**566, 1.17**4520 < 1.7976931348623157e308]
    assert [verdicts[f"factors in {name}"].expected for name in FORMATS] == [70, 565, 4520]
    assert verdicts["log10 norm at last"].value == pytest.approx(5000 * np.log10(1.17), abs=1e-9)
    assert columns[None].series["factors"][-1] == 5000
    moments = resolve("precision", {}).moments
    assert [moment.step for moment in moments] == [8, 57, 453, 500]
    assert moments[0].values["count"] == 71


@pytest.mark.parametrize("name", list(FORMATS))
def test_formats_follow_as_many_factors_as_a_plain_loop(name):
    kind, turn = FORMATS[name], haar_orthogonal(6, 3)
    factor, product, count = (1.6 * turn).astype(kind), np.eye(6, dtype=kind), 0
    with np.errstate(over="ignore", invalid="ignore"):
        while np.isfinite(product := factor @ product).all():
            count += 1
    series = precision.build(seed=3, spectral_radius=1.6)[None].series
    assert series[f"followed {name}"][-1] == count


def test_a_format_that_does_not_end_is_not_said_to():
    found = resolve("precision", {"spectral_radius": 1.0, "steps": 5})
    assert all(verdict.holds for verdict in found.verdicts)
    assert sorted(str(moment.step) for moment in found.moments) == ["5", "None", "None", "None"]
    assert found.columns[None].series["followed float16"].tolist() == [0, 10, 20, 30, 40, 50]


def test_the_headline_notices_a_format_that_ends_too_soon_and_another_rate():
    found = resolve("precision", {})
    other = resolve("precision", {"spectral_radius": 1.18})
    assert judge([precision.headline], found.columns, found.parameters)[0].holds
    assert not judge([precision.headline], other.columns, found.parameters)[0].holds
