"""Three trainings of recurrent networks: their gradients, and that claims tell one from another."""

import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import Record
from scenes.training.two_trainings import memory_gradient, two_trainings


def test_memory_gradients_are_complex_steps():
    rng = np.random.default_rng(1)
    weights, start, wanted = 0.4 * rng.standard_normal((4, 4)), rng.standard_normal((6, 4)), rng.standard_normal((6, 4))
    gradient = memory_gradient(weights, start, wanted)[1]
    for entry in np.ndindex(weights.shape):
        moved = weights.astype(complex)
        moved[entry] += 1e-30j
        assert memory_gradient(moved, start, wanted)[0].imag / 1e-30 == pytest.approx(gradient[entry], rel=1e-9)


def test_one_training_stands_still_one_learns_one_leaps():
    series = two_trainings.build(steps=60)[None].series
    assert series["vanishing"].max() < -5
    assert np.ptp(series["vanishing loss"]) < 1e-3
    assert series["orthogonal loss"][-1] < 0.6
    leaps, steps = (np.abs(np.diff(series[name][10:])) for name in ("exploding", "orthogonal"))
    assert np.mean(leaps) > 10 * np.mean(steps)


def test_claims_tell_one_training_from_another():
    parameters = two_trainings.resolve(steps=60)
    (record,) = two_trainings.build(**parameters).values()
    for other in ("orthogonal", "exploding"):
        tracks = dict(record.series)
        for end in ("", " loss"):
            tracks["vanishing" + end], tracks[other + end] = tracks[other + end], tracks["vanishing" + end]
        verdicts = judge(two_trainings.claims, {None: simulate(Record(tracks))}, parameters)
        assert not verdicts[0].holds, other
