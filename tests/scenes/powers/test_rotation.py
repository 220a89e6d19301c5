"""What is said when a vector has turned by a right angle is true at every angle."""

import numpy as np
import pytest

from render.pipeline.scene_run import resolve
from render.text import Words


@pytest.mark.parametrize("angle", [5.625, 11.25, -30, 90, 14, -12, 7])
def test_how_far_it_has_turned_is_said_in_degrees(angle):
    found = resolve("rotation", {"angle": angle, "steps": 30})
    moment = min((moment for moment in found.moments if moment.step is not None), key=lambda moment: moment.step)
    step = int(np.ceil(90 / abs(angle) - 1e-9))
    assert moment.step == step
    assert f"turned by {step * abs(angle):.4g}°" in moment.sentence(Words())
    assert "quarter" not in moment.sentence(Words())
