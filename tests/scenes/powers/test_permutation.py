"""Powers of a permutation against one that is shuffled item by item."""

from math import lcm

import numpy as np
from films import decided

from scenes.powers.permutation import cycle_lengths, permutation


def test_a_permutation_returns_after_the_common_multiple_of_its_cycles():
    columns, verdicts = decided(permutation)
    numbers = columns[None]
    assert verdicts["I again at step"].value == 60
    assert np.array_equal(numbers.matrix(60), np.eye(16))
    items = np.arange(16)
    order = numbers.sequence.factor.argmax(axis=1)
    for step in range(61):
        assert np.array_equal(numbers.matrix(step), np.eye(16)[items])
        assert numbers.series["at home"][step] == (items == np.arange(16)).sum()
        items = items[order]
    assert lcm(*cycle_lengths(order)) == 60
    assert sum(cycle_lengths(order)) == 16


def test_a_round_that_is_longer_than_the_film_ends_where_it_began_too():
    for seed in range(20):
        columns, verdicts = decided(permutation, steps=7, dim=30, seed=seed)
        order = columns[None].sequence.factor.argmax(axis=1)
        items, steps = order, 1
        while not np.array_equal(items, np.arange(30)):
            items, steps = items[order], steps + 1
        assert steps == lcm(*cycle_lengths(order))
        assert verdicts["from I, a round later"].value == 0
