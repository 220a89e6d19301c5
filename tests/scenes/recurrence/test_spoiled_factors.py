"""Claims on a product of many factors notice when a single one is wrong."""

import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import MatrixSequence
from scenes.recurrence.linear_rnn import linear_rnn
from scenes.recurrence.relu_rnn import relu_rnn
from scenes.recurrence.rnn_forward import rnn_forward


@pytest.mark.parametrize(
    ("scene", "claim"),
    [
        (linear_rnn, "decades per step"),
        (rnn_forward, "∂h(T)/∂h(0) − complex step"),
        (relu_rnn, "Jacobian − derivative"),
    ],
)
def test_one_factor_among_many_makes_a_claim_false(scene, claim):
    parameters = scene.resolve()
    sequence = scene.build()[None]
    for index in (0, 7, -1):
        factors = np.array(sequence.factors)
        factors[index] *= 1.5
        spoiled = MatrixSequence(factors, sequence.initial, sequence.series)
        verdicts = judge(scene.claims, {None: simulate(spoiled)}, parameters)
        assert claim in [verdict.claim for verdict in verdicts if not verdict.holds], index
