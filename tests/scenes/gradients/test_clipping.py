"""The cliff, and descents with and without clipping."""

import numpy as np
import pytest
from films import decided, study_of

from scenes import ParameterError
from scenes.gradients.clipping import cliff, cliff_gradient, clipping, shortened


def test_the_cliff_is_the_loss_of_one_unit():
    def loss(w, b):
        x = 0.5
        for _ in range(50):
            x = w / (1 + np.exp(-x)) + b
        return (1 / (1 + np.exp(-x)) - 0.7) ** 2

    for w, b in ((4.6, -2.1), (6.0, -3.5), (5.0, 0.0)):
        assert cliff(w, b) == pytest.approx(loss(w, b), rel=1e-12)
        found = cliff_gradient(np.array([w, b]))
        assert found[0] == pytest.approx((loss(w + 1e-6, b) - loss(w - 1e-6, b)) / 2e-6, abs=1e-7)
        assert found[1] == pytest.approx((loss(w, b + 1e-6) - loss(w, b - 1e-6)) / 2e-6, abs=1e-7)


def test_without_clipping_the_descent_leaps_and_with_it_stays():
    columns, verdicts = decided(clipping)
    series = columns[None].series
    assert np.abs(np.diff(series["plain"], axis=0)).max() > 1.5
    steps = np.linalg.norm(np.diff(series["clipped"], axis=0), axis=1)
    assert steps.max() <= 0.1 * 0.5 * (1 + 1e-12)
    assert series["plain loss"][-1] > 0.08 > 0.03 > series["both loss"][0]
    assert series["clipped loss"][-1] < 0.02
    assert series["norm"].max() > 10
    assert series["used norm"].max() == pytest.approx(0.5)
    assert 0 < verdicts["arrives, thrown out: off / allowed"].value < 0.5


def test_losses_are_one_curve_until_the_descents_part():
    series = decided(clipping)[0][None].series
    both, plain, clipped = (series[f"{name} loss"] for name in ("both", "plain", "clipped"))
    assert np.isfinite(both[:19]).all()
    assert np.isnan(both[19:]).all()
    for own in (plain, clipped):
        assert np.isnan(own[:18]).all()
        assert own[18] == both[18]
        assert np.isfinite(own[18:]).all()


@pytest.mark.parametrize(
    ("learning_rate", "threshold"), [(0.08, 0.5), (0.1, 0.2), (0.16, 0.3), (0.22, 1.0), (0.24, 0.7)]
)
def test_who_is_thrown_out_arrives_with_clipping(learning_rate, threshold):
    study = study_of("clipping", learning_rate=learning_rate, threshold=threshold)
    assert all(verdict.holds for verdict in study.verdicts)
    assert [moment.moment.text for moment in study.moments if moment.step is None] == []
    series = study.columns[None].series
    clipped, plain = (cliff(*series[name][-30:].T) for name in ("clipped", "plain"))
    assert np.median(clipped) < 0.01 < 0.07 < np.median(plain)


def test_a_rate_with_which_nothing_is_thrown_out_is_refused():
    with pytest.raises(ParameterError, match="such as"):
        clipping.build(learning_rate=0.12)


def test_a_descent_that_has_reached_the_minimum_is_filmed():
    # The last gradients are as good as 0, and are compared with derivatives all the same.
    _, verdicts = decided(clipping, steps=300, threshold=0.2, learning_rate=0.08)
    assert all(verdict.holds for verdict in verdicts.values())


def test_clipping_leaves_short_gradients_alone():
    assert shortened(np.array([0.3, 0.4]), 1.0).tolist() == [0.3, 0.4]
    assert shortened(np.array([3.0, 4.0]), 1.0) == pytest.approx([0.6, 0.8])
    assert shortened(np.zeros(2), 1.0).tolist() == [0, 0]
