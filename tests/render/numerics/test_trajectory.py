"""Trajectories: any step in any order, in bounded memory."""

import numpy as np
import pytest

import render.numerics.products
from render.numerics.trajectory import simulate
from scenes import MatrixSequence, SequenceError, gaussian_matrix, haar_orthogonal, repeated


@pytest.mark.parametrize("kept_bytes", [1, 5_000, 2**24])
def test_products_do_not_depend_on_the_order_of_asking(monkeypatch, kept_bytes):
    monkeypatch.setattr(render.numerics.products, "_CHECKPOINT_BYTES", kept_bytes)
    sequence = MatrixSequence(np.stack([gaussian_matrix(6, seed) for seed in range(97)]))
    forward = [simulate(sequence).product(step) for step in range(98)]
    trajectory = simulate(sequence)
    for step in np.random.default_rng(0).permutation(98):
        found = trajectory.product(int(step))
        assert np.array_equal(found.mantissa, forward[step].mantissa)
        assert found.exponent == forward[step].exponent
    one_walk = simulate(sequence)
    together = [one_walk.product(step) for step in range(98)]
    assert all(np.array_equal(a.mantissa, b.mantissa) for a, b in zip(together, forward, strict=True))


def test_products_are_read_only_and_bounded():
    trajectory = simulate(repeated(np.eye(2), 3))
    with pytest.raises(ValueError, match="read-only"):
        trajectory.product(2).mantissa[0, 0] = 5
    with pytest.raises(IndexError, match="from 0 to 3"):
        trajectory.product(4)
    with pytest.raises(IndexError, match="from 0 to 3"):
        trajectory.product(-1)


def test_eigenvalues_of_a_power_come_from_the_factor():
    factor = gaussian_matrix(5, 2)
    log10, angle = simulate(repeated(factor, 400)).eigenvalues(400)
    spectrum = np.linalg.eigvals(factor)
    assert log10 == pytest.approx(400 * np.log10(np.abs(spectrum)))
    assert np.exp(1j * angle) == pytest.approx(np.exp(400j * np.angle(spectrum)))


def test_eigenvalues_of_different_factors_are_given_where_they_are_known():
    factors = np.stack([np.diag([2.0, 1.0, 0.5])] * 60 + [np.diag([1.0, 1.0, 0.5])])
    trajectory = simulate(MatrixSequence(factors))
    log10, _ = trajectory.eigenvalues(3)
    assert np.sort(log10) == pytest.approx(3 * np.log10([0.5, 1, 2]), abs=1e-12)
    log10, _ = trajectory.eigenvalues(61)
    # 4⁻⁶⁰ of the largest is below what the product can tell.
    assert np.isnan(log10).any()
    assert np.nanmax(log10) == pytest.approx(60 * np.log10(2))


def test_spectral_norm_of_orthogonal_powers_is_one():
    track = simulate(repeated(haar_orthogonal(32, 5), 500)).log10_spectral_norm
    assert np.abs(track).max() < 500 * 32 * np.finfo(float).eps


@pytest.mark.parametrize(
    ("factors", "said"),
    [
        (np.ones((4, 3, 4)), r"shape \(steps, n, n\)"),
        (np.ones(4), r"shape \(steps, n, n\)"),
        (np.ones((1, 0, 0)), r"shape \(steps, n, n\)"),
        (np.full((2, 2, 2), np.nan), "finite"),
        (np.ones((2, 2, 2)) * 1j, "real"),
        (np.array([[["a"]]]), "real"),
    ],
)
def test_unfit_factors_are_refused_in_words(factors, said):
    with pytest.raises(SequenceError, match=said):
        MatrixSequence(factors)


@pytest.mark.parametrize("kind", [np.int8, bool, np.float16, ">f8", "<f4"])
def test_other_real_types_are_taken(kind):
    factors = np.asfortranarray(np.eye(3)[None].repeat(4, 0)[::2].astype(kind))
    sequence = MatrixSequence(factors)
    assert sequence.factors.dtype == np.float64
    assert sequence.factors.tolist() == factors.astype(float).tolist()


def test_sequences_keep_their_own_numbers():
    factors, matrix = np.ones((3, 2, 2)), np.eye(2)
    sequence, powers = MatrixSequence(factors), repeated(matrix, 5)
    factors[:], matrix[:] = 7, 7
    assert sequence.factors.max() == 1
    assert powers.factors.max() == 1
    assert not sequence.factors.flags.writeable
    assert not powers.factors.flags.writeable
    assert powers.factors.strides[0] == 0


def test_series_need_one_entry_a_state():
    with pytest.raises(SequenceError, match="4 in all"):
        repeated(np.eye(2), 3, series={"loss": [1, 2, 3]})
    assert repeated(np.eye(2), 3, series={"loss": [1, 2, 3, 4]}).series["loss"].tolist() == [1, 2, 3, 4]
