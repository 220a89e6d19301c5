"""Powers of a reflection."""

import numpy as np
import pytest
from films import decided

from scenes.powers.reflections import reflections


def test_a_reflection_undoes_itself():
    columns, verdicts = decided(reflections, dim=9, seed=5)
    factor = columns[None].sequence.factor
    assert np.abs(factor @ factor - np.eye(9)).max() < 1e-14
    assert np.linalg.eigvalsh(factor) == pytest.approx([-1] * 4 + [1] * 5)
    assert verdicts["‖W − I‖"].value == pytest.approx(2 * np.sqrt(4))
