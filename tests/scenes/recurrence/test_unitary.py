"""Unitary recurrences: the gradient by their phases, and what must stay on the circle."""

import numpy as np
import pytest

from scenes.recurrence.unitary import fixed_factors, phase_gradient, phase_start, real_form, unitary, unitary_matrix


@pytest.mark.parametrize("dim", [2, 3, 8, 32])
def test_factors_are_unitary_and_their_gradient_is_right(dim):
    fixed, (phases, target) = fixed_factors(dim, 5), phase_start(dim, 5)
    for factor in fixed:
        assert factor.conj().T @ factor == pytest.approx(np.eye(dim), abs=1e-13)
    found = phase_gradient(phases, fixed, target)
    direction = np.random.default_rng(1).standard_normal((3, dim))

    def loss(step):
        return np.sum(np.abs(unitary_matrix(phases + step * direction, fixed) - target) ** 2) / 2

    assert np.sum(found * direction) == pytest.approx((loss(1e-5) - loss(-1e-5)) / 2e-5, abs=1e-6)


def test_real_factors_are_orthogonal_and_training_lowers_the_loss():
    sequence = unitary.build(seed=2)[None]
    gram = np.swapaxes(sequence.factors, 1, 2) @ sequence.factors
    assert np.abs(gram - np.eye(24)).max() < 1e-13
    assert (np.diff(sequence.series["unitary loss"]) < 0).all()
    assert np.abs(np.hypot(*np.moveaxis(sequence.series["unitary"], -1, 0)) - 1).max() < 1e-13
    # The free one comes to the target, as W − A shrinks by 1 − rate a step.
    share = sequence.series["free loss"][-1] / sequence.series["free loss"][0]
    assert share == pytest.approx(0.95 ** (2 * 96), rel=1e-9)


def test_the_real_matrix_does_to_real_and_imaginary_parts_what_the_complex_one_does():
    phases, _ = phase_start(4, 1)
    matrix, z = unitary_matrix(phases, fixed_factors(4, 1)), np.array([1 + 2j, 3, -1j, 0.5])
    together = real_form(matrix) @ np.concatenate([z.real, z.imag])
    assert together[:4] + 1j * together[4:] == pytest.approx(matrix @ z, abs=1e-14)
