"""Gated cells: forward steps against a second implementation, Jacobians against complex steps."""

from itertools import product

import numpy as np
import pytest
from films import differences, draw, squash

from scenes import GRU, complex_step_jacobian, last_state, random_gru, random_lstm, unroll

# Numbers of units and of inputs.
SIZES = [(1, 1), (3, 2), (8, 5)]


def textbook_lstm(cell, c, h, x):
    """The six equations, a unit at a time."""
    n, m = cell.dim, len(x)
    after_c, after_h = [], []
    for unit in range(n):
        sums = []
        for gate in range(4):
            row = gate * n + unit
            total = cell.bias[row] + sum(cell.recurrent[row, k] * h[k] for k in range(n))
            sums.append(total + sum(cell.kernel[row, k] * x[k] for k in range(m)))
        f, i, o = (squash(s) for s in sums[:3])
        after_c.append(f * c[unit] + i * np.tanh(sums[3]))
        after_h.append(o * np.tanh(after_c[-1]))
    return np.array(after_c), np.array(after_h)


def textbook_gru(cell, h, x):
    """As in the papers: Chung et al. where the gate updates, Cho et al. where it keeps."""
    n = cell.dim
    w, u, b = (a.reshape(3, n, -1) for a in (cell.recurrent, cell.kernel, cell.bias))
    gate = squash(w[0] @ h + u[0] @ x + b[0].ravel())
    reset = squash(w[1] @ h + u[1] @ x + b[1].ravel())
    candidate = np.tanh(w[2] @ (reset * h) + u[2] @ x + b[2].ravel())
    if cell.convention == "update":
        return (1 - gate) * h + gate * candidate
    return gate * h + (1 - gate) * candidate


def test_lstm_is_the_textbooks():
    for (dim, inputs), seed in product(SIZES, range(3)):
        cell = random_lstm(dim, inputs, seed, forget_bias=1.5)
        c, h = draw(dim, seed=seed), np.tanh(draw(dim, 1, seed=seed).ravel())
        for x in draw(7, inputs, seed=seed):
            state = cell.step(np.concatenate([c, h]), x)
            c, h = textbook_lstm(cell, c, h, x)
            assert state == pytest.approx(np.concatenate([c, h]), abs=1e-14)
        assert cell.parameters == 4 * dim * (dim + inputs + 1)


@pytest.mark.parametrize("convention", ["update", "keep"])
def test_gru_is_the_textbooks(convention):
    for (dim, inputs), seed in product(SIZES, range(3)):
        cell = random_gru(dim, inputs, seed, update_bias=-0.7, convention=convention)
        h = np.tanh(draw(dim, seed=seed))
        for x in draw(7, inputs, seed=seed):
            after = textbook_gru(cell, h, x)
            assert cell.step(h, x) == pytest.approx(after, abs=1e-14)
            h = after
        assert cell.parameters == 3 * dim * (dim + inputs + 1)


def test_both_conventions_are_one_network():
    update, keep = (random_gru(6, 4, 3, -2.0, convention) for convention in ("update", "keep"))
    assert (update.bias[:6] == -2).all()
    assert (keep.bias[:6] == 2).all()
    start, inputs = np.tanh(draw(6)), draw(20, 4)
    assert last_state(update, start, inputs) == pytest.approx(last_state(keep, start, inputs), abs=1e-14)
    with pytest.raises(ValueError, match="choose update or keep"):
        GRU(update.recurrent, update.kernel, update.bias, "forget")


def cells():
    yield "lstm", random_lstm(5, 3, 1, 0.5), np.concatenate([draw(5), np.tanh(draw(5, 1).ravel())])
    for convention in ("update", "keep"):
        yield f"gru {convention}", random_gru(5, 3, 2, -0.5, convention), np.tanh(draw(5))


@pytest.mark.parametrize(("name", "cell", "state"), list(cells()), ids=lambda v: v if isinstance(v, str) else "")
def test_jacobians_are_derivatives(name, cell, state):
    x = draw(3)
    jacobian = cell.jacobian(state, x)
    assert jacobian == pytest.approx(complex_step_jacobian(lambda s: cell.step(s, x), state), abs=1e-14)
    assert jacobian == pytest.approx(differences(lambda s: cell.step(s, x), state), abs=1e-8)
    # Of many steps: the product of those of one.
    states, jacobians = unroll(cell, state, draw(12, 3))
    found = np.linalg.multi_dot(jacobians[::-1])
    whole = complex_step_jacobian(lambda s: last_state(cell, s, draw(12, 3)), state)
    assert found == pytest.approx(whole, abs=1e-13)
    assert states[-1] == pytest.approx(last_state(cell, state, draw(12, 3)), abs=0)


def test_no_steps():
    cell = random_lstm(3, 2, 0)
    states, jacobians = unroll(cell, np.zeros(6), np.zeros((0, 2)))
    assert states.shape == (1, 6)
    assert jacobians.shape == (0, 6, 6)
