"""A network that reads a sequence: states, outputs and Jacobians."""

import numpy as np
import pytest
from films import study_of

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from render.pipeline.scene_run import resolve
from scenes import ACTIVATIONS
from scenes.recurrence._symbols import symbols
from scenes.recurrence.rnn_forward import rnn_forward, untrained


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "ReLU"])
def test_columns_and_rows_are_two_ways_of_writing_a_network(activation):
    sequence = rnn_forward.build(activation=activation, steps=20)[None]
    network, output = untrained(16, 0, activation)
    x, kind = symbols(20, 7, 0), ACTIVATIONS[activation]
    w_x, w_h, before = network.inputs.T, network.recurrent.T, np.zeros((1, 16))
    for step in range(20):
        before = kind.function(x[step : step + 1] @ w_x + before @ w_h + network.bias)
        assert sequence.series["states"][step + 1] == pytest.approx(before[0], abs=1e-12)
        assert np.array_equal(sequence.series["inputs"][step + 1], x[step])
        scores, said = np.exp(before[0] @ output.T), sequence.series["outputs"][step + 1]
        assert said == pytest.approx(scores / scores.sum(), abs=1e-12)
        assert said.sum() == pytest.approx(1, abs=1e-14)


def test_weights_stay_the_same_while_it_reads_and_are_counted():
    for steps in (0, 5, 50):
        series = rnn_forward.build(steps=steps)[None].series
        assert sum(series[name][0].size for name in ("W", "V", "b", "U")) == 16 * 16 + 16 * 7 + 16 + 7 * 16
        assert len(np.unique(series["W since"])) == 1
    found = study_of("rnn_forward")
    assert found.moments[-1].values["count"] == 496


def test_another_matrix_at_every_step_is_no_recurrent_network():
    other = resolve("rnn_forward", {}).counterexample()
    verdicts = {v.claim: v for v in judge(rnn_forward.claims, other.columns, other.parameters)}
    assert not verdicts["loops − matrices"].holds
    assert not verdicts["different W"].holds


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_the_product_of_jacobians_is_the_derivative_by_the_first_state(activation):
    trajectory = simulate(rnn_forward.build(activation=activation, steps=15)[None])
    network, _ = untrained(16, 0, activation)
    inputs = np.broadcast_to(symbols(15, 7, 0)[:, None], (15, 16, 7))
    true = network.run(inputs, 1e-30j * np.eye(16)).states[-1].imag.T / 1e-30
    assert trajectory.matrix(15) == pytest.approx(true, abs=1e-13 * np.abs(true).max())
