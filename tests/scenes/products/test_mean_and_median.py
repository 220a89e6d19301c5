"""The typical vector behind Xavier layers, against the digamma function."""

import math

import mpmath
import numpy as np
import pytest
from films import decided

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import MatrixSequence
from scenes.products.mean_and_median import mean_and_median


def test_typical_vector_of_four_dimensional_layers_dies():
    columns, _ = decided(mean_and_median)
    series = columns[None].series
    # exp(64 (ψ(2) + ln ½) / 2), which is 1.75e-4.
    typical = math.exp(64 * float(mpmath.digamma(2) + mpmath.log(0.5)) / 2)
    assert typical == pytest.approx(1.75e-4, rel=0.01)
    assert 10 ** series["mean log"][-1] == pytest.approx(typical, rel=0.2)
    # Few runs hold nearly all of the mean.
    assert series["share"][-1] > 0.5


def test_one_factor_among_many_makes_a_claim_false():
    sequence = mean_and_median.build()[None]
    for step in (0, 7, -1):
        factors = np.array(sequence.factors)
        factors[step] *= 1.5
        spoiled = simulate(MatrixSequence(factors, sequence.initial, sequence.series))
        verdicts = {v.claim: v for v in judge(mean_and_median.claims, {None: spoiled}, mean_and_median.resolve())}
        assert not verdicts["‖P e₁‖ − first run"].holds
