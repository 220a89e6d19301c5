"""What is said of a quarter of a turn is true at every angle."""

import numpy as np
import pytest

from render.pipeline.scene_run import resolve


@pytest.mark.parametrize(
    ("angle", "exactly"), [(5.625, True), (11.25, True), (-30, True), (90, True), (14, False), (-12, False), (7, False)]
)
def test_the_quarter_is_met_or_passed(angle, exactly):
    found = resolve("rotation", {"angle": angle, "steps": 30})
    said = [moment for moment in found.moments if moment.step is not None and "quarter" in moment.moment.text]
    (moment,) = said
    assert moment.step == int(np.ceil(90 / abs(angle) - 1e-9))
    assert ("more than" not in moment.moment.text) == exactly == (90 % abs(angle) == 0)
