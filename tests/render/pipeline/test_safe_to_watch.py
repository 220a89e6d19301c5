"""Films do not flash unless they were asked to, and then say so."""

import numpy as np
import pytest

import render
from render.pipeline.cell_samples import CellSamples
from render.pipeline.job import Job
from render.pipeline.pace import timeline_of
from render.pipeline.plan import Plan
from render.video.flashes import FlashMeter
from scenes import haar_orthogonal

pytestmark = pytest.mark.slow


def exploding():
    """Return a 5 × 5 matrix whose largest eigenvalues are 1.17 exp(±122° i)."""
    angle = np.deg2rad(122)
    blocks = np.zeros((5, 5))
    blocks[:2, :2] = 1.17 * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    blocks[2:4, 2:4] = 0.6 * np.eye(2)
    blocks[4, 4] = 0.3
    basis = haar_orthogonal(5, 3)
    return basis @ blocks @ basis.T


@pytest.mark.parametrize(("matrix", "fps"), [(exploding(), 20), (haar_orthogonal(16, 0), 12.5)])
def test_what_flashes_at_even_pace_is_caught_and_slower_by_itself(tmp_path, matrix, fps):
    asked = render.film(matrix, output=tmp_path, formats="gif", pace="even", fps=fps, steps=64, name="asked")
    assert not asked.manifest["flashes"]["safe"]
    assert any("flashes more than three times a second" in remark for remark in asked.remarks)
    usual = render.film(matrix, output=tmp_path, formats="gif", steps=64, name="usual")
    assert usual.manifest["flashes"]["safe"]
    assert not usual.remarks
    shown = usual.manifest["frames"]["steps"]
    # Fewer pictures a second, not a longer film.
    assert len(set(shown)) < 65
    assert len(shown) == timeline_of(usual.job, Plan(usual.job).found).frames


def test_cells_alone_flash_as_the_whole_frame_does():
    plan = Plan(Job(scene="transposes", pace="even", fps="12.5", parameters={"steps": 40}))
    painter, samples = plan.painter, CellSamples(plan.painter)
    whole, cells = FlashMeter(plan.fps), FlashMeter(plan.fps)
    for instant in plan.timeline.instants:
        whole.see(painter.paint(instant).pixels)
        cells.see_samples(samples.at(instant))
    assert cells.general == pytest.approx(whole.general, abs=2e-3)
