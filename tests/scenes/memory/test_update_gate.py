"""A GRU's gradient as its update gate closes, against a bound."""

import numpy as np

from scenes.memory.update_gate import opened, update_gate


def test_shut_update_gates_leave_the_identity():
    columns = update_gate.build(steps=40)
    distances = []
    for update, sequence in zip((0.1, 0.01, 0.001), columns.values(), strict=True):
        product = np.linalg.multi_dot(list(sequence.factors[::-1]))
        distances.append(np.linalg.norm(product - np.eye(7), 2))
        # ‖J − I‖ ≤ u (1 + ‖W‖ (1 + ‖W_r‖ / 4)), and products of that.
        cell = opened(update, 0, 7, 0)[0]
        by_reset, by_candidate = (np.linalg.norm(w, 2) for w in np.split(cell.recurrent, 3)[1:])
        assert distances[-1] <= (1 + update * (1 + by_candidate * (1 + by_reset / 4))) ** 40 - 1
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] < 0.1
