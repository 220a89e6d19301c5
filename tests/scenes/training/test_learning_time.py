"""Learning times by depth, against exact dynamics."""

import numpy as np
import pytest

from render.pipeline.claims import judge
from scenes.training.learning_time import _learning_curve, learning_time


def test_orthogonal_nets_learn_in_a_time_that_depends_little_on_depth():
    columns = learning_time.build()
    # 2, 4, 8, 16, 32 and 64 layers.
    left = {kind: column.series["left"] for kind, column in columns.items()}
    assert left["orthogonal"].shape == left["Gaussian"].shape == (101, 6)
    assert left["orthogonal"][0] == pytest.approx(1)
    epochs = (left["orthogonal"] < 0.01).argmax(axis=0)
    assert (np.diff(epochs) <= 0).all()
    assert epochs[-1] / epochs[0] > 0.5
    # Gaussian nets of more than two layers have not learnt when the film ends.
    assert (left["Gaussian"][-1, 1:] > 0.05).all()
    assert left["Gaussian"][:, -1] == pytest.approx(columns["Gaussian"].series["deepest"], abs=5.1e-4)


def test_what_diverges_stays_where_it_was_when_it_had_grown_a_thousandfold():
    left = _learning_curve(np.full((2, 1, 1), 10.0), np.zeros((1, 1)), 0.1, 20)
    assert np.isfinite(left).all()
    assert left[-1] > 1000
    assert (left[-10:] == left[-1]).all()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("haar_orthogonal", lambda made: 0.9 * made),
        ("chain_gradients", lambda made: -made),
        ("chain_gradients", lambda made: 0 * made),
    ],
    ids=["nine tenths of orthogonal", "sign turned", "no gradient"],
)
def test_the_headline_is_false_where_orthogonal_nets_do_not_learn(name, change, monkeypatch):
    values = learning_time.resolve(dim=4)
    true = learning_time.function.__globals__[name]
    assert judge([learning_time.headline], learning_time.build(**values), values)[0].holds
    monkeypatch.setitem(learning_time.function.__globals__, name, lambda *given: change(true(*given)))
    assert not judge([learning_time.headline], learning_time.build(**values), values)[0].holds
