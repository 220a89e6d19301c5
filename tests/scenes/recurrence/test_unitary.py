"""Unitary recurrences: gradients, what must stay on the circle, and a long memory."""

import numpy as np
import pytest
from films import study_of

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import MatrixSequence
from scenes.recurrence._recall import Recall, Start, fixed_factors, phase_gradient, unitary_matrix
from scenes.recurrence.unitary import real_form, unitary


@pytest.mark.parametrize("dim", [2, 3, 8, 32])
def test_factors_are_unitary_and_their_gradient_is_right(dim):
    start = Start.drawn(dim, 5)
    for factor in start.fixed:
        assert factor.conj().T @ factor == pytest.approx(np.eye(dim), abs=1e-13)

    def network(step):
        moved = unitary_matrix(start.phases + step * direction, start.fixed)
        return Recall(moved, start.inputs, start.readout, 20)

    direction = np.random.default_rng(1).standard_normal((3, dim))
    loss, by_matrix, _, _ = network(0.0).gradient()
    found = phase_gradient(start.phases, start.fixed, by_matrix)
    assert loss == network(0.0).loss()
    assert np.sum(found * direction) == pytest.approx((network(1e-6).loss() - network(-1e-6).loss()) / 2e-6, rel=1e-5)


def test_gradients_by_all_weights_are_difference_quotients():
    start, random = Start.drawn(5, 2), np.random.default_rng(3)
    weights = [start.free, start.inputs, start.readout]
    _, *gradient = Recall(*weights, 9).gradient()
    for index, part in enumerate(gradient):
        direction = random.standard_normal(part.shape) + 1j * random.standard_normal(part.shape)

        def loss(step, index=index, direction=direction):
            moved = [w + step * direction if k == index else w for k, w in enumerate(weights)]
            return Recall(*moved, 9).loss()

        along = np.sum(part.conj() * direction).real
        assert along == pytest.approx((loss(1e-6) - loss(-1e-6)) / 2e-6, abs=1e-8)


@pytest.mark.parametrize("seed", range(4))
def test_the_unitary_network_recalls_what_the_free_one_loses(seed):
    sequence = unitary.build(seed=seed)[None]
    gram = np.swapaxes(sequence.factors, 1, 2) @ sequence.factors
    assert np.abs(gram - np.eye(24)).max() < 1e-13
    assert np.abs(np.hypot(*np.moveaxis(sequence.series["unitary"], -1, 0)) - 1).max() < 1e-13
    assert sequence.series["unitary loss"][-1] < 0.05 < 0.5 < sequence.series["free loss"][-1]
    # Where the wait is short, both do.
    short = unitary.build(seed=seed, delay=8)[None].series
    assert max(short["unitary loss"][-1], short["free loss"][-1]) < 0.05


def test_the_real_matrix_does_to_real_and_imaginary_parts_what_the_complex_one_does():
    phases = Start.drawn(4, 1).phases
    matrix, z = unitary_matrix(phases, fixed_factors(4, 1)), np.array([1 + 2j, 3, -1j, 0.5])
    together = real_form(matrix) @ np.concatenate([z.real, z.imag])
    assert together[:4] + 1j * together[4:] == pytest.approx(matrix @ z, abs=1e-14)


def test_the_headline_asks_for_both_the_circle_and_the_memory():
    found = study_of("unitary")
    verdicts = [judge([unitary.headline], run.columns, run.parameters)[0] for run in (found, found.counterexample())]
    assert [verdict.holds for verdict in verdicts] == [True, False]
    recording = found.columns[None].sequence
    swapped = {"unitary loss": recording.series["free loss"], "free loss": recording.series["unitary loss"]}
    shrunk = {"unitary": 0.99 * recording.series["unitary"]}
    for change in (swapped, shrunk):
        other = MatrixSequence(recording.factors, series=dict(recording.series) | change)
        assert not judge([unitary.headline], {None: simulate(other)}, found.parameters)[0].holds
