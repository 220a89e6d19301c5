"""Both halves of a gradient through time: against sums over pairs of places, and differences."""

import numpy as np
import pytest
from films import differences, study_of

from render.pipeline.claims import judge
from scenes import Record
from scenes.recurrence._output import lesson
from scenes.recurrence.rnn_gradient import network, rnn_gradient


def forward(recurrent, steps, seed, held=None):
    """Return states and the loss, place by place; with the states of another run before each place if they are held."""
    (weights, state), (inputs, targets) = network(seed), lesson(seed, steps)
    states, loss = [state], 0.0
    for place, (x, y) in enumerate(zip(inputs, targets, strict=True)):
        before = states[-1] if held is None else held[place]
        states.append(np.tanh(x @ weights["W1x"] + before @ recurrent + weights["b1"]))
        scores = states[-1] @ weights["W2"] + weights["b2"]
        loss -= np.log(np.exp(scores[y.argmax()]) / np.exp(scores).sum())
    return np.array(states), loss


@pytest.mark.parametrize(("steps", "seed"), [(1, 0), (2, 3), (8, 0), (24, 5)])
def test_halves_are_difference_quotients(steps, seed):
    series, recurrent = rnn_gradient.build(steps=steps, seed=seed)[None].series, network(seed)[0]["W1h"]
    states, _ = forward(recurrent, steps, seed)
    for name, held in (("gradient", None), ("own", states)):
        true = differences(
            lambda w, held=held: np.array([forward(w.reshape(3, 3), steps, seed, held)[1]]), recurrent.ravel()
        )
        assert series[name][-1] == pytest.approx(true.reshape(3, 3), abs=1e-7)
    assert series["own"] + series["later"] == pytest.approx(series["gradient"], abs=1e-14)
    # Nothing comes back to the last place.
    assert not series["later"][:2].any()


def test_the_gradient_so_far_is_a_sum_over_pairs_of_places():
    steps, seed = 6, 2
    series, (weights, _), (_, targets) = (
        rnn_gradient.build(steps=steps, seed=seed)[None].series,
        network(seed),
        lesson(2, 6),
    )
    states, _ = forward(weights["W1h"], steps, seed)
    scores = states[1:] @ weights["W2"]
    chances = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    halves = np.zeros((2, steps + 1, 3, 3))
    # The loss of a place, and a use of the weights at it or before it.
    for place in range(steps):
        adjoint = weights["W2"] @ (chances[place] - targets[place])
        for use in range(place, -1, -1):
            local = adjoint * (1 - states[use + 1] ** 2)
            halves[int(use < place), steps - use :] += np.outer(states[use], local)
            adjoint = weights["W1h"] @ local
    assert series["own"] == pytest.approx(halves[0], abs=1e-14)
    assert series["later"] == pytest.approx(halves[1], abs=1e-14)


def test_errors_appear_from_the_last_place_to_the_first():
    pictures = rnn_gradient.build(steps=5)[None].series["pictures"]
    own, later, slopes, inside, before = (pictures[:, top : top + 3] for top in range(0, 20, 4))
    for standing in (own, slopes, before):
        assert np.array_equal(standing[0], standing[-1])
    for step in range(6):
        assert inside[step].any(axis=0).tolist() == [place >= 5 - step for place in range(5)]
        assert later[step].any(axis=0).tolist() == [5 - step <= place < 4 for place in range(5)]


def test_half_of_the_product_rule_is_no_gradient():
    found = study_of("rnn_gradient")
    verdicts = [judge(rnn_gradient.claims, run.columns, run.parameters) for run in (found, found.counterexample())]
    assert all(verdict.holds for verdict in verdicts[0])
    assert not verdicts[1][0].holds
    assert verdicts[1][1].holds


@pytest.mark.parametrize(
    ("name", "change", "claim"),
    [
        ("gradient", lambda part: np.swapaxes(part, 1, 2), "∂L/∂Wₕ − derivative"),
        ("gradient", lambda part: 1.001 * part, "∂L/∂Wₕ − derivative"),
        ("gradient", lambda part: np.roll(part, 1, axis=0), "∂L/∂Wₕ − derivative"),
        ("own", lambda part: -part, "half with hₚ held − derivative"),
        ("slopes", lambda part: np.roll(part, 1, axis=1), "1 − H² less tanh′"),
    ],
)
def test_what_is_transposed_scaled_or_late_is_found(name, change, claim):
    found = study_of("rnn_gradient")
    series = dict(found.columns[None].series)
    changed = {None: Record(series | {name: change(np.array(series[name]))})}
    assert [v.claim for v in judge(rnn_gradient.claims, changed, found.parameters) if not v.holds] == [claim]
