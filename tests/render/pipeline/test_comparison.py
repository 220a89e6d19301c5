"""Films of several runs: columns, small multiples, and a parameter as the clock."""

import numpy as np
import pytest

import render
from render.check.verify import verify
from render.drawing.grid import multiples
from render.drawing.raster import RasterCanvas
from render.errors import InputError, UsageError
from render.pipeline.job import Job
from render.pipeline.painter import Painter
from render.pipeline.run import run
from render.pipeline.scene_run import run_of
from render.pipeline.sweep_scene import crossing
from render.text import Words


def held(scene="powers", label="a", matrices=None, **parameters):
    return {"label": label, "scene": scene, "matrices": matrices, "parameters": parameters}


def powers(*radii, **more):
    return [held(label=str(r), **{"steps": 12, "dim": 4, "spectral_radius": r, **more}) for r in radii]


def comparison(of, **options):
    return Job("comparison", several={"of": of, "title": ""}, **options)


def test_columns_have_the_numbers_of_their_runs_and_shared_limits():
    found = run_of(comparison(powers(0.5, 1.0, 2.0)))
    assert list(found.columns) == ["0.5", "1.0", "2.0"]
    for radius, column in zip((0.5, 1.0, 2.0), found.columns.values(), strict=True):
        own = render.simulate("powers", steps=12, dim=4, spectral_radius=radius)
        np.testing.assert_array_equal(column.matrix(12), own.matrix(12))
    painter = Painter(found, comparison(powers(0.5, 1.0, 2.0)), RasterCanvas)
    limits = {tuple(panel["limits"]) for panel in painter.describe() if panel["panel"] == "matrix"}
    assert len(limits) == 1


def test_claims_of_every_run_are_decided():
    found = run_of(comparison(powers(0.5, 2.0)))
    assert [verdict.claim.partition(":")[0] for verdict in found.verdicts] == ["0.5", "2.0"]
    assert all(verdict.holds for verdict in found.verdicts)


def test_the_end_is_told_with_the_ratio_of_sizes():
    found = run_of(comparison(powers(0.5, 2.0, dim=2)))
    sizes = [float(column.log10_spectral_norm[-1]) for column in found.columns.values()]
    last = found.moments[-1]
    assert last.step == 12
    assert last.values["gap"] == pytest.approx(sizes[1] - sizes[0], abs=1e-12)
    assert last.sentence(Words()).startswith("After 12 steps the largest, 2.0, is ")


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (powers(1.0), "there is one run only"),
        ([*powers(1.0), held(label="1.0", steps=12, dim=4)], "two runs are called '1.0'"),
        ([*powers(1.0), held(label="b", steps=9, dim=4)], "equally many steps, but 1.0 has 12, b has 9"),
        (powers(0.5, 0.6, 0.7, 0.8, 0.9), "room for 4 runs, but these are 5"),
        ([held("article", steps=12), *powers(0.5)], "article compares vanishing, exploding, orthogonal already"),
        ([held("saturation"), held(label="b", steps=80)], "saturation has none"),
    ],
)
def test_what_cannot_stand_together_is_refused_with_a_sentence(of, said):
    with pytest.raises(UsageError, match=said.replace("'", ".")):
        run_of(comparison(of))


@pytest.mark.parametrize("several", [{}, {"of": 3}, {"of": [{}]}, {"of": [[1], [2]]}, {"of": [{"label": "a"}] * 2}])
@pytest.mark.parametrize("name", ["comparison", "grid", "sweep", "phase"])
def test_a_manifest_that_was_changed_is_refused(name, several):
    with pytest.raises((InputError, UsageError)):
        run_of(Job(name, several=several))


def test_matrices_of_other_sizes_stand_beside_each_other():
    of = [held(label=str(n), matrices={"": (2.0 * np.eye(n)).tolist()}, steps=3) for n in (1, 2, 5)]
    job = comparison(of)
    painter = Painter(run_of(job), job, RasterCanvas)
    painter.paint(3)
    assert {panel["panel"] for panel in painter.describe()} == {"scaled_matrix", "norms"}


@pytest.mark.parametrize(("layout", "most"), [("wide", 14), ("square", 8), ("phone", 12)])
def test_small_multiples_are_laid_out_or_refused(layout, most):
    radii = [round(0.5 + 0.01 * n, 2) for n in range(most + 1)]

    def painter(count):
        job = Job("grid", several={"of": powers(*radii[:count]), "title": "x"}, layout=layout)
        return Painter(run_of(job), job, RasterCanvas)

    shown = painter(most)
    shown.paint(12)
    boxes = [panel for panel in shown.describe() if panel["cell"]]
    assert len(boxes) == most and all(panel["width"] >= 96 for panel in boxes)
    for one in boxes:
        for other in boxes:
            apart = (
                one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
                or one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
            )  # fmt: skip
            assert one is other or apart
    with pytest.raises(UsageError, match=f"room for {most} small multiples, but these are {most + 1}"):
        painter(most + 1)


def test_two_hundred_are_refused():
    assert multiples(200, 1152, 512, 69) == 14


def test_a_parameter_is_the_clock():
    values = [0.8, 0.9, 1.0, 1.1]
    several = held(steps=20, dim=6) | {"name": "spectral_radius", "values": values}
    found = run_of(Job("sweep", several=several))
    assert found.steps == 3 and found.scene.clock == tuple(values)
    numbers = found.columns[None]
    for index, value in enumerate(values):
        own = render.simulate("powers", steps=20, dim=6, spectral_radius=value)
        np.testing.assert_array_equal(numbers.series["sizes"][index], own.log10_spectral_norm)
        eigenvalues = np.linalg.eigvals(own.matrix(1))
        shown = numbers.series["spectrum"][index] @ [1, 1j]
        np.testing.assert_allclose(np.sort_complex(shown), np.sort_complex(eigenvalues), atol=1e-12)
        assert numbers.series["growth"][index] == pytest.approx(value, rel=0.05)
    assert all(verdict.holds for verdict in found.verdicts)


def test_where_growth_goes_through_one():
    assert crossing([0.8, 1.0, 1.2], np.array([0.5, 0.9, 1.1])) == pytest.approx(1.1)
    assert crossing([0.8, 1.2], np.array([0.5, 0.9])) is None
    assert crossing([1, 2, 3], np.array([2.0, 1.5, 0.5])) == pytest.approx(2.5)


@pytest.mark.parametrize(
    "job",
    [
        comparison(powers(0.5, 2.0), name="a"),
        Job("grid", several={"of": powers(0.5, 1.0, 2.0), "title": "Powers"}, name="b", layout="phone", language="ko"),
        Job("sweep", several=held(steps=6, dim=3) | {"name": "spectral_radius", "values": [0.9, 1.0, 1.1]}, name="c"),
    ],
)
def test_films_of_several_runs_are_verified(job, tmp_path):
    film = run(Job(**{**vars(job), "output": str(tmp_path), "formats": ("gif",)}))
    report = verify(film.files["json"], False, [])
    assert report.holds, report.faults
