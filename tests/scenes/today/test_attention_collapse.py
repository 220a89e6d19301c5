"""Attention against softmax written out with a thousand digits."""

import mpmath as mp
import numpy as np
import pytest
from films import decided

from render.numerics.trajectory import simulate
from render.pipeline.catalog import load_scene
from render.pipeline.claims import judge
from scenes import haar_orthogonal
from scenes.today.attention_collapse import _deaf, _layers, attention_collapse

LAYERS, TOKENS = 6, 5


def scaled(tokens):
    size = mp.sqrt(sum(x * x for x in tokens) / tokens.rows)
    return tokens / size


def distance(tokens):
    """Return log10 of the root mean square distance of the rows from their mean."""
    means = [sum(tokens[:, j]) / tokens.rows for j in range(tokens.cols)]
    off = sum((tokens[i, j] - means[j]) ** 2 for i in range(tokens.rows) for j in range(tokens.cols))
    return mp.log10(off / tokens.rows) / 2


def by_hand(seed, around=None, network=None):
    """Return the distances behind every layer, from the very draws of the scene."""
    rng = np.random.default_rng([seed, 1])
    now = scaled(mp.matrix(rng.standard_normal((TOKENS, 2)).tolist()))
    found = [distance(now)]
    for layer in range(LAYERS):
        scores = mp.matrix(rng.standard_normal((2, 2)).tolist())
        rng.standard_normal((TOKENS, TOKENS))
        raised = (now * scores * now.T).apply(mp.exp)
        for i in range(TOKENS):
            raised[i, :] /= sum(raised[i, :])
        mixed = raised * now * mp.matrix(haar_orthogonal(2, [seed, 2, layer]).T.tolist())
        now = scaled(mixed if around is None else now + around * mixed)
        if network is not None:
            now = scaled((now * network[0]).apply(mp.tanh) * network[1])
        found.append(distance(now))
    return found


@pytest.mark.parametrize("kind", ["attention alone", "with a skip"])
def test_distances_are_those_of_softmax_written_out(kind):
    with mp.workdps(1000):
        around = None if kind == "attention alone" else mp.mpf(0.5)
        for seed in (0, 3):
            track = _layers(kind, LAYERS, TOKENS, seed, 0.5).series["apart"]
            assert np.allclose(track, [float(x) for x in by_hand(seed, around)], rtol=1e-10, atol=1e-10)


def test_a_network_behind_each_layer_delays_it_but_does_not_stop_it():
    rng = np.random.default_rng(5)
    network = [mp.matrix((2 * rng.standard_normal(shape)).tolist()) for shape in ((2, 8), (8, 2))]
    with mp.workdps(1000):
        for seed in (0, 2):
            alone, behind = by_hand(seed), by_hand(seed, network=network)
            assert behind[-1] < -1
            assert 2.5 < behind[-1] / behind[-2] < 4
            assert alone[-1] < -3


def holds(columns):
    numbers = {label: simulate(recording) for label, recording in columns.items()}
    return judge([attention_collapse.headline], numbers, attention_collapse.resolve())[0].holds


def test_the_headline_falls_without_a_way_around_or_without_attention_to_the_tokens():
    built = attention_collapse.build()
    assert holds(built)
    assert not holds({**built, "with a skip": _layers("attention alone", 7, 8, 0, 0.5)})
    assert not holds({**built, "attention alone": _layers("with a skip", 7, 8, 0, 0.5)})
    assert not holds({**built, "attention alone": _deaf(7, 0, 8, 0.5)["attention alone"]})


def test_all_claims_hold():
    _, verdicts = decided(load_scene("attention_collapse"), seed=11)
    assert all(verdict.holds for verdict in verdicts.values())
