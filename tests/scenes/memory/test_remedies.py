"""Two remedies: what they gain, and all four gradients by complex steps."""

import numpy as np
import pytest
from films import study_of

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes.memory._networks import scaled_uniform
from scenes.memory.remedies import _REMEDIES, _compared, remedied_jacobian, remedies


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


def headline(recording):
    """Return the headline's verdict of a recording."""
    return judge([remedies.headline], {None: simulate(recording)}, remedies.resolve())[0]


def test_each_remedy_is_needed():
    assert headline(remedies.build()[None]).holds
    other = study_of("remedies").counterexample()
    assert not judge([remedies.headline], other.columns, other.parameters)[0].holds
    # Weights that are not orthogonal, and gates that are shut.
    random = _REMEDIES | {"orthogonal": _REMEDIES["neither"]}
    verdict = headline(_compared(random, 64, 12, 0, 1.0))
    assert not verdict.holds
    assert verdict.value == pytest.approx(0, abs=1e-12)
    assert not headline(_compared(_REMEDIES, 64, 12, 0, -1.0)).holds
