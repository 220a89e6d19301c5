"""Agreement of subject and verb: saliencies by differences, margins by closed forms."""

import numpy as np
import pytest

from scenes.memory.agreement import SENTENCE, VERB, agreement, features, margins, number_networks, saliency


def test_saliencies_are_derivatives():
    sentence = features(SENTENCE)
    for network in number_networks(0.7).values():
        found = saliency(network.run(sentence))[-1]
        for word in range(7):
            grown = sentence.copy()
            grown[word] *= 1 + 1e-6
            lost = sentence.copy()
            lost[word] *= 1 - 1e-6
            ends = [network.run(words).states[-1] @ VERB for words in (grown, lost)]
            assert found[word] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-9)


def test_the_nearest_noun_wins_or_the_subject():
    series = agreement.build(kept=0.8)[None].series
    assert series["by sequence"][-1] == pytest.approx([0, 0.8**5, 0, 0, -(0.8**2), 0, 0], abs=1e-15)
    assert series["by syntax"][-1].tolist() == [0, 1, 0, 0, 0, 0, 0]
    assert series["margin by sequence"].tolist()[:3] == [0, 0, 1]
    assert series["margin by sequence"][4] > 0 > series["margin by sequence"][5]


def test_margins_by_distance():
    for kept in (0.1, 0.8, 0.95):
        networks = number_networks(kept)
        between = np.arange(12)
        true = kept ** (between + 3.0) - kept**between
        assert margins(networks["by sequence"]) == pytest.approx(true, abs=1e-14)
        assert margins(networks["by syntax"]).tolist() == [1] * 12
