"""A GRU's gradient as its update gate closes, against a bound."""

import numpy as np

from scenes import MatrixSequence, unroll
from scenes.memory.update_gate import opened, update_gate


def test_shut_update_gates_leave_the_identity():
    columns = update_gate.build(steps=40)
    distances = []
    for update, sequence in zip((0.1, 0.01, 0.0), columns.values(), strict=True):
        product = np.linalg.multi_dot(list(sequence.factors[::-1]))
        distances.append(np.linalg.norm(product - np.eye(7), 2))
        # ‖J − I‖ ≤ u (1 + ‖W‖ (1 + ‖W_r‖ / 4)), and products of that.
        cell = opened(update, 0, 7, 0)[0]
        by_reset, by_candidate = (np.linalg.norm(w, 2) for w in np.split(cell.recurrent, 3)[1:])
        assert distances[-1] <= (1 + update * (1 + by_candidate * (1 + by_reset / 4))) ** 40 - 1
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] == 0


def test_gates_that_are_equal_or_exchanged_are_told(headline):
    columns = update_gate.build()
    labels = list(columns)
    assert headline(update_gate, columns).holds
    for order in ((0, 0, 2), (0, 1, 1), (1, 0, 2), (0, 2, 1)):
        exchanged = {label: columns[labels[index]] for label, index in zip(labels, order, strict=True)}
        assert not headline(update_gate, exchanged).holds


def test_a_gate_that_is_nearly_shut_is_not_shut():
    states, jacobians = unroll(*opened(1e-6, 64, 7, 0))
    product = np.linalg.multi_dot(list(MatrixSequence(jacobians).factors[::-1]))
    assert 1e-7 < np.linalg.norm(product - np.eye(7)) < 1e-3
    assert 0 < np.abs(states[-1] - states[0]).max() < 1e-3
