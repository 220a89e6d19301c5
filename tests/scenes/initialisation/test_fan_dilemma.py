"""Three rules for the variance of narrowing layers, against each other and against the spread over seeds."""

import itertools
import math

import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes.initialisation._deviations import log10_deviation
from scenes.initialisation.fan_dilemma import BATCH, NETS, fan_dilemma


def test_xavier_shares_the_ratio_of_the_fans():
    columns = fan_dilemma.build()
    gains = {}
    for label in ("1/inputs", "Xavier", "1/outputs"):
        series = columns[label].series
        gains[label] = [series[name][-1] - series[name][0] for name in ("signal", "gradient")]
    # The random numbers are the same, so the rules differ by exact factors: 16 from one end to the other.
    low, middle, high = gains.values()
    assert high[0] - low[0] == pytest.approx(math.log10(16), abs=1e-12)
    assert high[1] - low[1] == pytest.approx(math.log10(16), abs=1e-12)
    # Each way Xavier is within the root of that, and somewhat less because of its mean's convexity.
    assert middle[0] - low[0] == pytest.approx(math.log10(4), abs=0.05)
    assert high[1] - middle[1] == pytest.approx(math.log10(4), abs=0.05)


def test_claims_tell_one_rule_from_another():
    parameters = fan_dilemma.resolve()
    columns = {label: simulate(s) for label, s in fan_dilemma.build(**parameters).items()}
    for first, second in itertools.combinations(columns, 2):
        swapped = columns | {first: columns[second], second: columns[first]}
        false = {v.column for v in judge(fan_dilemma.claims, swapped, parameters) if not v.holds}
        # The headline speaks of all columns.
        assert false == {first, second, None}


def test_means_over_networks_stray_by_a_fifth_of_their_tolerance():
    changes = []
    for seed in range(24):
        series = fan_dilemma.build(seed=seed, dim=192)["1/inputs"].series
        changes.append(series["signal"][-1] - series["signal"][0])
    widths = [round(192 * 16 ** (-layer / 10)) for layer in range(11)]
    # The tolerance is five deviations and a fifth more.
    assert np.std(changes) == pytest.approx(log10_deviation(widths, BATCH, NETS) / 6, rel=0.5)
