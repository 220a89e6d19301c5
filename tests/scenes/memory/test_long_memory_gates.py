"""Networks with an orthogonal matrix and with gates, which copy and add."""

import numpy as np
from films import decided, study_of

from scenes.memory import _long_memory_training as training
from scenes.memory._long_memory import Gru
from scenes.memory.long_memory_gates import NETS, long_memory_gates


def test_claims_hold():
    _, verdicts = decided(long_memory_gates)
    assert not [verdict for verdict in verdicts.values() if not verdict.holds]


def test_kinds_have_about_as_many_recurrent_weights():
    kinds = [training.KINDS[name] for pair in NETS.values() for name in pair]
    counts = [kind.units**2 * kind.blocks for kind in kinds]
    assert max(counts) < 1.1 * min(counts)


def test_gates_of_a_gru_that_adds_open_for_marked_numbers():
    kind, task = training.KINDS["GRU"], training.TASKS["addition"]
    run = training.trained(kind, "addition", 20, [0])
    inputs, _ = task.examples(np.random.default_rng(9), 20, 100)
    _, (hidden, gates) = Gru().forward(run.weights, inputs[:, None])
    marked = inputs[..., 1] == 1
    opened = 1 - gates[:, 0, :, : kind.units].mean(axis=-1)
    moved = np.abs(np.diff(hidden[:, 0], axis=0) @ run.weights[3][0])[..., 0]
    assert run.losses[0, -1] < 0.1
    assert opened[marked].mean() > 2 * opened[~marked].mean()
    assert moved[marked].mean() > 4 * moved[~marked].mean()


def test_exchanged_networks_are_noticed():
    series = study_of("long_memory_gates").columns[None].series
    claim = long_memory_gates.headline.function
    assert claim(series=series).value >= 9
    for measure, one, other in (
        ("letters", "orthogonal", "GRU net"),
        ("letters", "W free", "LSTM net"),
        ("explained", "GRU net", "W free"),
        ("explained", "GRU net", "LSTM net"),
    ):
        first, second = (f"{measure} of ten, {name}" for name in (one, other))
        assert claim(series={**series, first: series[second], second: series[first]}).value < 9, (measure, one)
