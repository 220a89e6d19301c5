"""Claims on a product of many factors notice when a single one is wrong."""

import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import MatrixSequence
from scenes.precision.drift import drift
from scenes.precision.precision import precision


@pytest.mark.parametrize(
    ("scene", "claim"),
    [(precision, "log10 norm at last"), (drift, "departure, float64")],
)
def test_one_wrong_factor_makes_a_claim_of_the_product_false(scene, claim):
    sequence = scene.build()[None]
    for step in (0, -1):
        factors = np.array(sequence.factors)
        factors[step] *= 1.5
        spoiled = simulate(MatrixSequence(factors, sequence.initial, sequence.series))
        verdicts = {v.claim: v for v in judge(scene.claims, {None: spoiled}, scene.resolve())}
        assert not verdicts[claim].holds
