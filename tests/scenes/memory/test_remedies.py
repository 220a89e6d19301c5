"""Two remedies: what they gain, and all four gradients by complex steps."""

import numpy as np
import pytest

from scenes.memory._networks import scaled_uniform
from scenes.memory.remedies import remedied_jacobian, remedies


def test_remedies_help():
    gains = []
    for seed in (0, 1, 2, 14):
        assert np.abs(np.linalg.eigvals(scaled_uniform(12, [seed, 10, 0]))).max() == pytest.approx(3**-0.5)
        series = remedies.build(seed=seed)[None].series
        ends = {name: series[f"log10 {name}"][-1] for name in ("neither", "orthogonal", "gates", "both")}
        gains.append([ends["orthogonal"] - ends["neither"], ends["gates"] - ends["neither"]])
        for name, end in ends.items():
            product = remedied_jacobian(name, 64, 12, seed, 1.0)
            assert end == pytest.approx(np.log10(np.linalg.norm(product, 2)), abs=1e-6)
    assert np.min(gains) > 6
