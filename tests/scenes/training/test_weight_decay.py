"""Weight decay, against ridge regression and the closed form of its factors."""

import numpy as np
import pytest
from films import study_of

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes.training.weight_decay import weight_decay


def test_weights_end_at_ridge_regression():
    for decay in (0.01, 0.3):
        series = weight_decay.build(steps=300, decay=decay, rate=0.2)[None].series
        assert series["distance"][-1] < 1e-3
        assert series["data alone"][-1] == pytest.approx(1.2, abs=1e-3)
        assert series["data and decay"][-1] < series["data alone"][-1]


def test_decay_alone_is_the_product():
    sequence = weight_decay.build(steps=40)[None]
    final = simulate(sequence).matrix(40)
    assert final == pytest.approx(sequence.initial * (1 - 0.05 * 0.4) ** 40, rel=1e-12)
    assert np.abs(np.linalg.eigvals(final)).max() == pytest.approx(sequence.series["decay alone"][-1], rel=1e-10)


def test_a_decay_that_is_too_weak_does_not_hold_anything():
    for decay, where in ((0.01, "not below 1"), (0.4, "below 1")):
        found = study_of("weight_decay", decay=decay)
        assert found.moments[-1].values["where"] == where
        assert (found.moments[-1].values["both"] < 1) == (where == "below 1")


@pytest.mark.parametrize("factor", [0.0, 0.9, -1.0])
def test_the_headline_is_false_of_another_decay(factor):
    values = weight_decay.resolve()
    other = weight_decay.function.__globals__["_learn"](**values | {"decay": factor * values["decay"]})
    ridge = values | {"decay": values["decay"]}
    truth = weight_decay.build(**values)[None]
    distance = {"distance": np.array(other.series["distance"])}
    assert judge([weight_decay.headline], {None: simulate(truth)}, ridge)[0].holds
    spoiled = type(truth)(truth.factors, truth.initial, truth.series | distance)
    assert not judge([weight_decay.headline], {None: simulate(spoiled)}, ridge)[0].holds
