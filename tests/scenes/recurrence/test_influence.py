"""How long an input is felt: influences are derivatives, and half-lives those of the retention."""

import numpy as np
import pytest
from films import decided

from render.pipeline.claims import judge
from render.pipeline.scene_run import resolve
from scenes import Record
from scenes.recurrence.influence import influence, resting


def test_influence_of_a_linear_network_is_a_power():
    series = influence.build(activation="identity", steps=32, retention=0.8)[None].series
    s, t = np.triu_indices(32)
    assert series["map"][-1][s, t] == pytest.approx(0.8 ** (t - s), rel=1e-12)
    assert not np.tril(series["map"][-1], -1).any()
    assert not series["map"][7][:, 7:].any()


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_influence_is_a_derivative(activation):
    steps, dim = 32, 6
    series = influence.build(activation=activation, steps=steps, dim=dim)[None].series
    network, rest = resting(dim, 0, activation, 0.9)
    pulse = np.zeros((steps, 3))
    pulse[0] = 1.0
    for s in (0, 4):
        moved = np.repeat(pulse[:, None], 3, axis=1).astype(complex)
        moved[s] += 1e-30j * np.eye(3)
        derivatives = network.run(moved, rest).states.imag / 1e-30
        for t in (s, s + 3, steps - 1):
            true = np.linalg.norm(derivatives[t + 1], 2) / network.activation.steepest
            assert series["map"][-1][s, t] == pytest.approx(true, rel=1e-12)


def test_half_life_at_a_retention_of_nine_tenths():
    # ln 2 / −ln 0.9
    verdict = decided(influence)[1]["half-life in steps"]
    assert verdict.expected + verdict.tolerance == pytest.approx(6.578813478960585)
    assert verdict.value == pytest.approx(6.5788, abs=0.002)
    assert verdict.tolerance < 0.01


@pytest.mark.parametrize("retention", [0.85, 0.95])
def test_the_headline_notices_another_retention(retention):
    found, other = (resolve("influence", {"retention": kept}) for kept in (0.9, retention))
    assert judge([influence.headline], found.columns, found.parameters)[0].holds
    assert not judge([influence.headline], other.columns, found.parameters)[0].holds


def test_a_claim_notices_a_jacobian_left_out():
    found = resolve("influence", {})
    series = dict(found.columns[None].series)
    # Each row of the map without its last step: a factor too few.
    series["map"] = np.concatenate([series["map"][:, :, :1], series["map"][:, :, :-1]], axis=2)
    verdicts = judge(influence.claims, {None: Record(series)}, found.parameters)
    assert [verdict.claim for verdict in verdicts if not verdict.holds] == ["effect − derivative"]


def test_sigmoids_forget_as_fast_as_their_slope_says():
    felt = influence.build(activation="sigmoid", retention=0.5)[None].series["influence"]
    network, _ = resting(32, 0, "sigmoid", 0.5)
    assert np.linalg.norm(network.recurrent, 2) == pytest.approx(2.0)
    assert felt[60] - felt[50] == pytest.approx(10 * np.log10(0.5), abs=1e-9)
