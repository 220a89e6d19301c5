"""Networks that learn to add with and without clipping."""

import numpy as np
import pytest
from films import decided, study_of

from scenes import Adam
from scenes.memory import _long_memory_training as training
from scenes.memory._long_memory_results import ahead
from scenes.memory.long_memory_clipping import long_memory_clipping


def test_claims_hold():
    _, verdicts = decided(long_memory_clipping)
    assert not [verdict for verdict in verdicts.values() if not verdict.holds]


def test_both_start_alike_and_see_the_same():
    series = study_of("long_memory_clipping").columns[None].series
    for name in ("each", "letters,", "log10 change,"):
        assert np.array_equal(series[f"{name} clipped"][0], series[f"{name} unclipped"][0]), name


def test_one_huge_gradient_keeps_updates_of_adam_small():
    # After one of length G and n − 1 of length 1, the root of the mean square is about G / √n: updates are √n / G.
    adam, huge = Adam([np.zeros(1)]), 1000.0
    (update,) = adam.steps([np.array([huge])])
    assert update[0] == pytest.approx(1.0)
    for _ in range(199):
        (update,) = adam.steps([np.array([1.0])])
    forgotten = 0.999 ** np.arange(200)
    root = np.sqrt((forgotten[:-1].sum() + forgotten[-1] * huge**2) / forgotten.sum())
    assert update[0] == pytest.approx(1 / root, rel=1e-3)
    assert update[0] < 0.02


def test_clipping_at_a_length_that_none_has_is_none(monkeypatch):
    monkeypatch.setattr(training, "_LONGEST", 1e30)
    kinds = [training.KINDS[name] for name in ("identity", "identity, unclipped")]
    runs = [training.trained(kind, "addition", 20, [0], updates=20) for kind in kinds]
    assert np.array_equal(runs[0].losses, runs[1].losses)
    assert runs[0].longest[0, -1] > 100


def test_exchanged_networks_are_noticed():
    series = study_of("long_memory_clipping").columns[None].series
    claim = long_memory_clipping.headline.function
    turned = {"each clipped": series["each unclipped"], "each unclipped": series["each clipped"]}
    assert claim(series=series).value == 10
    assert claim(series=turned).value == 0
    assert ahead(series["letters, clipped"], series["letters, unclipped"]) >= 9
