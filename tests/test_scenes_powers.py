"""Powers of small matrices against closed forms and exact integers."""

from math import lcm

import mpmath
import numpy as np
import pytest
from films import fitting

from render.claims import judge
from render.simulator import simulate
from scenes import MatrixSequence, nonnormal, own_matrix, powers


def film(scene, **values):
    parameters = scene.resolve(**values)
    columns = {label: simulate(s) for label, s in scene.build(**parameters).items()}
    return columns, {(v.column, v.claim): v for v in judge(scene.claims, columns, parameters)}


@pytest.mark.parametrize(
    "scene", [getattr(powers, n) for n in ("reflections", "turning_planes", "permutation", "gram")]
)
@pytest.mark.parametrize("seed", range(100, 120))
def test_claims_hold_for_twenty_seeds(scene, seed):
    assert all(v.holds for v in film(scene, seed=seed)[1].values())


@pytest.mark.parametrize("name", ["quarter_turn", "phase_plane", "trichotomy", "transposes", "reflections", "gram"])
@pytest.mark.parametrize("steps", [0, 1, 2, 3, 500])
def test_claims_hold_for_any_length(name, steps):
    scene = getattr(powers, name)
    assert all(v.holds for v in film(scene, **fitting(scene, steps=steps))[1].values())


@pytest.mark.parametrize("steps", [3, 16, 61])
@pytest.mark.parametrize(
    "name",
    ["quarter_turn", "turning_planes", "reflections", "permutation", "transposes", "phase_plane", "trichotomy"],
)
def test_a_claim_about_the_product_falls_with_any_one_factor(name, steps):
    scene = getattr(powers, name)
    parameters = scene.resolve(steps=steps)
    columns = scene.build(**parameters)
    for column, sequence in columns.items():
        for place in {0, 1, steps // 2, steps - 1}:
            factors = np.array(sequence.factors)
            factors[place] *= 1.5
            spoiled = columns | {column: MatrixSequence(factors, series=sequence.series)}
            verdicts = judge(scene.claims, {label: simulate(s) for label, s in spoiled.items()}, parameters)
            false = [v for v in verdicts if not v.holds]
            assert false, (column, place)
            assert {v.column for v in false} == {column}
            assert all(np.isfinite(v.value) for v in false)


def test_four_quarter_turns_are_none():
    columns, verdicts = film(powers.quarter_turn, steps=1000)
    assert np.array_equal(columns[None].matrix(1000), np.eye(2))
    assert np.array_equal(columns[None].matrix(999), [[0, -1], [1, 0]])
    assert verdicts[None, "R⁴ − I"].value == verdicts[None, "det R − 1"].value == 0
    # The vector drawn is the one that the matrix turns, and the waves are its first row.
    for step in range(9):
        product = columns[None].matrix(step)
        assert np.array_equal(columns[None].sequence.series["vector"][step], product @ [1, 0])
        assert product[0, 0] == columns[None].sequence.series["cosine"][step]
        assert product[0, 1] == columns[None].sequence.series["sine"][step]
    assert sorted(np.linalg.eigvals(columns[None].sequence.factor), key=np.imag) == pytest.approx([-1j, 1j], abs=1e-15)


@pytest.mark.parametrize(
    ("kind", "moduli"), [("node", (0.88, 0.96)), ("saddle", (0.9, 1.05)), ("spiral", (0.96, 0.96)), ("centre", (1, 1))]
)
def test_phase_planes_are_what_they_are_called(kind, moduli):
    columns, verdicts = film(powers.phase_plane)
    values = np.linalg.eigvals(columns[kind].sequence.factor)
    assert sorted(np.abs(values)) == pytest.approx(moduli, abs=1e-12)
    assert np.iscomplexobj(values) == (kind in ("spiral", "centre"))
    assert verdicts[kind, "stable directions"].value == sum(m < 1 for m in moduli)
    ring = columns[kind].sequence.series["ring"]
    assert np.linalg.norm(ring[0], axis=1) == pytest.approx(np.ones(16))
    assert ring[-1] == pytest.approx(ring[0] @ columns[kind].matrix(64).T, abs=1e-12)
    if kind == "centre":
        # On the circle, and yet the norm is not constant: the matrix is not normal.
        assert columns[kind].log10_spectral_norm.max() > 0.1


def test_a_ring_vanishes_stays_or_explodes():
    columns, _ = film(powers.trichotomy)
    lengths = [np.linalg.norm(t.sequence.series["ring"][-1], axis=1) for t in columns.values()]
    for length, expected in zip(lengths, (0.97**64, 1, 0.97**-64), strict=True):
        assert length == pytest.approx(np.full(16, expected), rel=1e-13)


def test_a_reflection_undoes_itself():
    columns, verdicts = film(powers.reflections, dim=9, seed=5)
    factor = columns[None].sequence.factor
    assert np.abs(factor @ factor - np.eye(9)).max() < 1e-14
    assert np.linalg.eigvalsh(factor) == pytest.approx([-1] * 4 + [1] * 5)
    assert verdicts[None, "‖W − I‖"].value == pytest.approx(2 * np.sqrt(4))


@pytest.mark.parametrize("angles", [(1.0, 21.0), (7.5, 30.0), (20.0, 179.0)])
def test_planes_are_found_from_the_matrix_alone(angles):
    columns, verdicts = film(powers.turning_planes, slow=angles[0], fast=angles[1], seed=3)
    series, t = columns[None].sequence.series, np.arange(49)
    for name, angle, radius in zip(("slow", "fast"), np.deg2rad(angles), (0.9, 0.6), strict=True):
        turned = radius * np.column_stack([np.cos(t * angle), np.sin(t * angle)])
        assert series[name][:, 0] == pytest.approx(turned, abs=1e-11)
        assert series[f"{name} trace"] == pytest.approx(2 * np.cos(t * angle), abs=1e-11)
    assert series["axis"][:, 0] == pytest.approx(np.tile([0.3, 0.0], (49, 1)), abs=1e-12)
    values = np.linalg.eigvals(columns[None].sequence.factor)
    # They come in conjugate pairs, so their powers add up to real numbers.
    assert (values**17).sum().imag == pytest.approx(0, abs=1e-14)
    # The last product is of 48 factors.
    assert verdicts[None, "largest ||λ| − 1|"].value < 48 * 1e-14


def test_a_permutation_returns_after_the_common_multiple_of_its_cycles():
    columns, verdicts = film(powers.permutation)
    assert verdicts[None, "I again at step"].value == 60
    assert np.array_equal(columns[None].matrix(60), np.eye(16))
    places = np.arange(16)
    order = columns[None].sequence.factor.argmax(axis=1)
    for step in range(61):
        assert np.array_equal(columns[None].matrix(step), np.eye(16)[places])
        assert columns[None].sequence.series["at home"][step] == (places == np.arange(16)).sum()
        places = order[places]
    assert lcm(*powers._cycle_lengths(order)) == 60
    assert sum(powers._cycle_lengths(order)) == 16


def test_angles_between_columns():
    columns, verdicts = film(powers.gram, dim=8)
    for label, trajectory in columns.items():
        product = trajectory.matrix(7)
        unit = product / np.linalg.norm(product, axis=0)
        assert trajectory.sequence.series["cosines"][7] == pytest.approx(unit.T @ unit, abs=1e-12), label
    assert verdicts["orthogonal", "largest |cos|"].value < 1e-13
    for label, third in (("random", None), ("orthogonal", 1.0)):
        track = columns[label].sequence.series["third"]
        values = np.linalg.svd(columns[label].matrix(7), compute_uv=False)
        assert track[7] == pytest.approx(third or values[2] / values[0], rel=1e-9)
    assert columns["random"].sequence.series["third"][-1] < 1e-4


def test_columns_of_powers_fall_into_a_line_or_a_plane():
    kinds = set()
    for seed in range(8):
        columns, verdicts = film(powers.gram, dim=5, seed=seed, steps=400)
        factor = columns["random"].sequence.factor
        leading = np.linalg.eigvals(factor)
        leading = leading[np.abs(leading).argmax()]
        verdict = verdicts["random", "log10 σ₃ / σ₁"]
        # Eigenvectors and the exact power of numbers with 200 digits.
        with mpmath.workdps(200):
            values = mpmath.svd_r(mpmath.matrix(factor.tolist()) ** 400, compute_uv=False)
            assert verdict.value == pytest.approx(float(mpmath.log10(values[2] / values[0])), rel=1e-6, abs=1e-6)
        assert abs(verdict.value - verdict.expected) < verdict.tolerance < 10
        last = columns["random"].sequence.series["cosines"][-1]
        if leading.imag:
            # In a plane they go on turning, and need not be alike.
            kinds.add("plane")
            assert np.linalg.matrix_rank(last, tol=1e-3) <= 2 or verdict.expected > -3
        else:
            kinds.add("line")
            assert np.abs(np.abs(last) - 1).max() < 1e-2 or verdict.expected > -3
    assert kinds == {"line", "plane"}


def test_the_transpose_undoes_only_orthogonal_matrices():
    columns, verdicts = film(powers.transposes, seed=2)
    w = columns["orthogonal"].matrix(1)
    assert columns["orthogonal"].matrix(2) == pytest.approx(np.eye(8), abs=1e-14)
    assert columns["orthogonal"].matrix(3) == pytest.approx(w, abs=1e-14)
    w = columns["random"].matrix(1)
    assert columns["random"].matrix(3) == pytest.approx(w @ w.T @ w, rel=1e-12)
    assert verdicts["random", "log10 norm at last"].expected == pytest.approx(6 * np.log10(np.linalg.norm(w.T @ w, 2)))


@pytest.mark.parametrize("radius", [0.1, 0.5, 0.9, 0.999])
def test_without_normality_powers_grow_first(radius):
    for coupling in (1.0, 10.0, 1000.0):
        columns, _ = film(nonnormal.nonnormal, spectral_radius=radius, coupling=coupling, steps=20)
        assert columns[None].log10_spectral_norm[1] > 0


def test_the_kernel_before_and_after():
    columns, verdicts = film(own_matrix.own_matrix, seed=4)
    kernel = columns["as it is"].sequence.factor
    gram = sum(np.outer(row, row) for row in kernel)
    found = verdicts["as it is", "‖WᵀW − I‖"]
    assert found.value == pytest.approx(np.linalg.norm(gram - np.eye(16)), rel=1e-12)
    assert found.value > 1 > 1e-12 > verdicts["nearest orthogonal", "‖WᵀW − I‖"].value
    polynomial = np.roots(np.poly(kernel))
    assert verdicts["as it is", "spectral radius"].expected == pytest.approx(np.abs(polynomial).max(), rel=1e-6)
    assert verdicts["nearest orthogonal", "spectral radius"].value == pytest.approx(1, abs=1e-13)


@pytest.mark.parametrize(
    "matrix", [np.eye(5, k=1), np.zeros((3, 3)), np.eye(6) + np.eye(6, k=1), 1e8 * np.eye(3, k=-1)]
)
def test_kernels_without_a_basis_of_eigenvectors_are_filmed_too(tmp_path, matrix):
    np.save(tmp_path / "w.npy", matrix)
    assert all(v.holds for v in film(own_matrix.own_matrix, steps=8, file=str(tmp_path / "w.npy"))[1].values())
