"""Networks that learn to add two marked numbers, from four starts."""

import numpy as np
import pytest
from films import decided, study_of

from scenes.memory import _long_memory_training as training
from scenes.memory._long_memory import Addition, Linear
from scenes.memory._long_memory_results import ahead
from scenes.memory.long_memory_adding import long_memory_adding


def test_claims_hold():
    _, verdicts = decided(long_memory_adding)
    assert not [verdict for verdict in verdicts.values() if not verdict.holds]


def test_from_the_identity_a_state_is_a_running_sum():
    rng = np.random.default_rng(0)
    inputs, _ = Addition().examples(rng, 30, 4)
    kernel, bias = rng.standard_normal((1, 2, 6)), rng.standard_normal((1, 1, 6))
    states = Linear().forward([np.eye(6)[None], kernel, bias], inputs[:, None])[0][:, 0]
    assert np.allclose(states, np.cumsum(np.maximum(inputs @ kernel[0] + bias[0], 0), axis=0), rtol=1e-13)


def test_a_linear_transition_can_add_exactly():
    # One unit, relu(number + mark − 1), and W = I: what is not marked is cut off.
    inputs, sums = Addition().examples(np.random.default_rng(1), 80, 50)
    weights = [np.eye(1)[None], np.ones((1, 2, 1)), -np.ones((1, 1, 1))]
    states = Linear().forward(weights, inputs[:, None])[0]
    assert np.allclose(states[-1, 0], sums[0], atol=1e-12)


def test_errors_are_shares_of_the_variance_of_a_sum():
    series = study_of("long_memory_adding").columns[None].series
    place = list(training.TASKS).index("addition"), list(training.KINDS).index("identity"), -1
    loss = 10 ** training.unpacked(training.learnt()["losses"][place])[:, -1] / 6
    sums = np.random.default_rng(2).uniform(size=(2, 200_000)).sum(axis=0)
    assert np.allclose(series["each identity"][-1], 1 - loss / sums.var(), atol=0.01)
    assert np.array_equal(np.sort(series["each identity"][-1]), series["in order, identity"][-1])


def test_other_starts_in_another_order_are_noticed():
    series = study_of("long_memory_adding").columns[None].series
    claim = long_memory_adding.headline.function
    orthogonal, others = series["each other"][:, :10], series["each other"][:, 10:]
    turned = {"each identity": orthogonal, "each other": np.concatenate([series["each identity"], others], axis=1)}
    assert claim(series=series).value > 0.4
    assert claim(series=turned).value < 0
    assert ahead(orthogonal, *np.split(others, 2, axis=1)) < 9


@pytest.mark.parametrize(
    ("start", "adds"),
    [(np.eye(32), True), (-np.eye(32), False), (np.roll(np.eye(32), 1, axis=0), False)],
    ids=["as it is", "mirrored", "units moved"],
)
def test_only_a_start_that_leaves_the_state_as_it_is_adds(monkeypatch, start, adds):
    first = training.first_weights
    monkeypatch.setattr(training, "first_weights", lambda *kind: [start, *first(*kind)[1:]])
    run = training.trained(training.KINDS["identity"], "addition", 40, [0])
    assert (run.losses[0, -1] < 0.3) if adds else (run.losses[0, -1] > 0.6)
