"""Scenes of gradients through time: bounds, terms, cuts, clipping, a penalty."""

import numpy as np
import pytest

from render.claims import judge
from render.simulator import simulate
from scenes import clipping, gradients, soft_constraint, truncation
from scenes._networks import RNN


def only(scene, **values):
    return scene.build(**values)[None]


def verdicts_of(scene, **values):
    columns = {label: simulate(sequence) for label, sequence in scene.build(**values).items()}
    return judge(scene.claims, columns, scene.resolve(**values))


def with_recurrent(network, recurrent):
    return RNN(recurrent, network.inputs, network.bias, network.activation)


# Bounds


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "identity"])
def test_the_product_is_the_alternating_one(activation):
    sequence = only(gradients.jacobian_bound, activation=activation, steps=6, dim=4)
    run = gradients._driven(6, 4, 0, activation, 1.5)
    product = np.eye(4)
    for slopes in run.slopes:
        product = np.diag(slopes) @ run.network.recurrent @ product
    assert simulate(sequence).matrix(6) == pytest.approx(product, abs=1e-13)
    gathered = np.linalg.matrix_power(run.network.recurrent, 6) @ np.diag(run.slopes.prod(axis=0))
    found = sequence.series["gathered"][6]
    assert found == pytest.approx(np.log10(np.linalg.norm(gathered, 2)), abs=1e-12)
    same = abs(found - np.log10(np.linalg.norm(product, 2))) < 1e-9
    assert same == (activation == "identity")


@pytest.mark.parametrize(("activation", "threshold"), [("tanh", 1.0), ("sigmoid", 4.0), ("identity", 1.0)])
def test_below_the_threshold_gradients_vanish_and_above_they_need_not(activation, threshold):
    below = only(gradients.jacobian_bound, activation=activation, largest_singular_value=0.95 * threshold, steps=200)
    assert simulate(below).log10_spectral_norm[-1] < 200 * np.log10(0.95)
    above = only(gradients.jacobian_bound, activation=activation, largest_singular_value=1.2 * threshold, steps=200)
    assert simulate(above).log10_spectral_norm[-1] < 0
    assert above.series["worst bound"][-1] > 10


def test_thresholds_of_the_sweep():
    series = only(gradients.vanishing_threshold).series
    assert series["norm"][0] == pytest.approx(0.05)
    assert series["norm"][-1] == 6.0
    # The linear network explodes above 1/ρ, not above 1.
    norm, decades = series["identity"].T
    crossing = norm[np.flatnonzero(decades > 0)[0]]
    radius = np.abs(np.linalg.eigvals(gradients._with_norm(12, 0, 1.0))).max()
    assert 1.5 < crossing == pytest.approx(1 / radius, rel=0.11)
    for place in (20, 80):
        matrix = gradients._with_norm(12, 0, norm[place])
        power = np.linalg.norm(np.linalg.matrix_power(matrix, 60), 2)
        assert decades[place] == pytest.approx(np.log10(power) / 60, abs=1e-12)
    x = np.array([0.5, 2.0, 5.0])
    assert gradients._regions(x, x).tolist() == [0, 1, 2]


# Terms


def test_terms_add_up_to_difference_quotients():
    run, weights = gradients._listener(9, 4, 0, 0.9)
    found = gradients._terms(run, weights).sum(axis=0)
    for place in np.ndindex(4, 4):
        ends = []
        for sign in (1, -1):
            recurrent = run.network.recurrent.copy()
            recurrent[place] += sign * 1e-6
            moved = with_recurrent(run.network, recurrent).run(run.sequence, run.states[0])
            ends.append(moved.states[-1] @ weights)
        assert found[place] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-8)


def test_each_term_is_what_one_use_of_the_matrix_does():
    run, weights = gradients._listener(6, 4, 1, 0.9)
    terms, along = gradients._terms(run, weights), np.random.default_rng(0).normal(size=(4, 4))
    for distance in range(6):
        use, state = 5 - distance, run.states[0]
        for step in range(6):
            network = with_recurrent(run.network, run.network.recurrent + 1e-30j * along * (step == use))
            state = network.run(run.sequence[step : step + 1], state).states[1]
        true = (state @ weights).imag / 1e-30
        assert np.sum(terms[distance] * along) == pytest.approx(true, rel=1e-12)


def test_shares_and_the_wave():
    sequence = only(gradients.bptt_terms, retention=0.8)
    series, trajectory = sequence.series, simulate(sequence)
    assert series["share"][-1].sum() == pytest.approx(1)
    assert series["last ten"][-1] > 0.9
    assert series["cosine"][-1] == pytest.approx(1)
    run, _ = gradients._listener(48, 16, 0, 0.8)
    assert trajectory.matrix(2) == pytest.approx((run.jacobians[47] @ run.jacobians[46]).T, abs=1e-14)
    # Slopes below 1 make it vanish a little faster than the retention does.
    rate = trajectory.log10_spectral_norm[-1] / 48
    assert -0.2 < rate < np.log10(0.8)


def test_signs_are_not_correlated():
    signs = gradients._signs(40)
    assert len(signs) == 64
    assert np.array_equal(signs.T @ signs, 64 * np.eye(64))
    inputs, targets = gradients._sequences(40)
    assert (inputs[:, :, 0] @ targets["none"]).tolist() == [0] * 40
    assert (inputs[:, :, 0] @ targets["far"]).tolist() == [64, *39 * [0]]
    assert np.flatnonzero(inputs[:, :, 0] @ targets["near"]).tolist() == [36]


def test_pulls_are_derivatives_by_complex_step():
    inputs, targets = gradients._sequences(12)
    network, weights = gradients._reader(8, 0, 0.6)
    found = gradients._pull(network.run(inputs), weights, targets["near"])
    for step in range(12):
        grown = inputs.astype(complex)
        grown[step] *= 1 + 1e-30j
        errors = network.run(grown).states[-1] @ weights - targets["near"]
        true = -(errors**2 / 2).mean().imag / 1e-30 / np.linalg.norm(weights)
        assert found[11 - step] == pytest.approx(true, rel=1e-11, abs=1e-16)


def test_what_is_far_looks_like_what_is_not_there():
    columns = gradients.lost_dependency.build()
    near, far, none = (columns[label].series["pull"][-1] for label in columns)
    assert near[3] > 0.02
    assert near[3] > 3 * np.abs(np.delete(near, 3)).max()
    assert abs(far[-1]) < 1e-6
    assert abs(none[-1]) < 1e-6
    assert far == pytest.approx(none, abs=2e-3)


# Cuts


def test_reach_is_a_derivative():
    run, weights, targets = truncation._student(8, 5, 0, 0.9)
    reach = truncation._reach(run, truncation._direct(run, weights, targets))
    for loss, state in ((7, 7), (7, 3), (4, 0), (5, 2)):
        many = np.broadcast_to(run.sequence[state + 1 : loss + 1, None], (loss - state, 5, 2))
        ends = run.network.run(many, run.states[state + 1] + 1e-30j * np.eye(5)).states[-1]
        true = np.linalg.norm((ends @ weights).imag / 1e-30)
        assert reach[loss, state] == pytest.approx(true, rel=1e-12)
    assert not np.triu(reach, 1).any()


def test_blocks_of_a_cut():
    assert truncation._block(5, 2).sum() == 4 + 4 + 1
    assert truncation._block(5, 5).all()
    assert np.array_equal(truncation._block(5, 1), np.eye(5))
    series = only(truncation.truncated_bptt).series
    assert np.count_nonzero(series["reach"][10]) == sum(n * (n + 1) // 2 for n in (10, 10, 10, 2))
    assert series["cosine"][10] == pytest.approx(0.79, abs=0.05)
    assert 0 < series["ratio"][1] < series["ratio"][10] < 1.1


def test_two_rows_read_a_thousand_values_in_fifty_steps():
    windows = list(truncation._windows(1000, 10, 2))
    assert windows[0] == [0, 500]
    assert windows[-1] == [490, 990]
    assert len(windows) == 50
    read = sorted(start + k for starts in windows for start in starts for k in range(10))
    assert read == list(range(1000))
    # What does not fill a window is left out.
    assert len(list(truncation._windows(1003, 10, 3))) == 33


def test_rows_begin_again_after_an_epoch():
    series = only(truncation.tbptt_cursors, steps=53).series
    assert series["starts"][51].tolist() == [0, 500]
    assert series["epoch"][[50, 51]].tolist() == [1, 2]
    assert series["read"][[0, 50, 51]].tolist() == [0, 1000, 20]
    assert np.array_equal(series["states"][51], series["states"][1])
    assert series["pages"].shape == (54, 32, 32)
    assert np.count_nonzero(series["pages"][7] == 1.0) == 20


def test_the_window_product_is_the_derivative_over_a_window():
    sequence = only(truncation.tbptt_cursors, steps=3)
    values, network = truncation._series(1000, 0), truncation._reader(0)
    start = sequence.series["states"][2, 0]
    inputs = np.broadcast_to(values[20:30, None, None], (10, 8, 1))
    true = network.run(inputs, start + 1e-30j * np.eye(8)).states[-1].imag.T / 1e-30
    assert sequence.factors[2] == pytest.approx(true, rel=1e-11, abs=1e-16)


# Clipping and overflow


def test_the_cliff_is_the_loss_of_one_unit():
    def loss(w, b):
        x = 0.5
        for _ in range(50):
            x = w / (1 + np.exp(-x)) + b
        return (1 / (1 + np.exp(-x)) - 0.7) ** 2

    for w, b in ((4.6, -2.1), (6.0, -3.5), (5.0, 0.0)):
        assert clipping.cliff(w, b) == pytest.approx(loss(w, b), rel=1e-12)
        found = clipping._gradient(np.array([w, b]))
        assert found[0] == pytest.approx((loss(w + 1e-6, b) - loss(w - 1e-6, b)) / 2e-6, abs=1e-7)
        assert found[1] == pytest.approx((loss(w, b + 1e-6) - loss(w, b - 1e-6)) / 2e-6, abs=1e-7)


def test_without_clipping_the_descent_leaps_and_with_it_stays():
    series = only(clipping.clipping).series
    assert np.abs(np.diff(series["plain"], axis=0)).max() > 1.5
    steps = np.linalg.norm(np.diff(series["clipped"], axis=0), axis=1)
    assert steps.max() <= 0.1 * 0.5 * (1 + 1e-12)
    assert series["plain loss"][-1] > 0.08 > 0.03 > series["plain loss"][0]
    assert series["clipped loss"][-1] < 0.02
    assert series["norm"].max() > 10
    assert series["used norm"].max() == pytest.approx(0.5)


def test_clipping_leaves_short_gradients_alone():
    assert clipping._clipped(np.array([0.3, 0.4]), 1.0).tolist() == [0.3, 0.4]
    assert clipping._clipped(np.array([3.0, 4.0]), 1.0) == pytest.approx([0.6, 0.8])
    assert clipping._clipped(np.zeros(2), 1.0).tolist() == [0, 0]


def test_updates_end_where_float64_says_they_have_to():
    hessian, start = clipping._quadratic(8, 0, 4.0)
    series = only(clipping.overflow_step).series
    for name, kind in (("float16", np.float16), ("float32", np.float32)):
        end = int(np.isnan(series[name]).argmax())
        place = start.copy()
        for _ in range(end - 1):
            place = place - 4.0 * hessian @ place
        largest = float(np.finfo(kind).max)
        assert np.abs(place).max() < largest
        assert 4.0 * np.abs(hessian @ place).max() > largest
    assert not np.isnan(series["float64"]).any()


def test_the_film_of_updates_is_their_product():
    sequence = only(clipping.overflow_step, steps=30)
    _, start = clipping._quadratic(8, 0, 4.0)
    found = np.log10(np.abs(simulate(sequence).matrix(30) @ start).max())
    assert found == pytest.approx(sequence.series["float64"][30], abs=1e-9)


# A penalty


def test_the_gradient_of_the_penalty_is_a_difference_quotient():
    run, adjoints = soft_constraint._trained(3, 5, 0, 1.0)[-1]
    found, recurrent = soft_constraint._penalty_gradient(run, adjoints), run.network.recurrent
    for place in np.ndindex(5, 5):
        one = np.zeros((5, 5))
        one[place] = 1e-6
        above, below = (soft_constraint._penalty(recurrent + s * one, run, adjoints) for s in (1, -1))
        assert found[place] == pytest.approx((above - below) / 2e-6, abs=1e-6)


def test_the_penalty_is_that_of_the_products_with_jacobians():
    run, adjoints = soft_constraint._trained(0, 5, 0, 1.0)[0]
    total = 0.0
    for step in range(24):
        for k in range(8):
            after = adjoints[step + 1, k]
            ratio = np.linalg.norm(after @ run.jacobians[step, k]) / np.linalg.norm(after)
            total += (ratio - 1) ** 2 / 8
    assert soft_constraint._penalty(run.network.recurrent, run, adjoints) == pytest.approx(total, rel=1e-12)


def test_with_the_penalty_gradients_keep_their_size():
    without, held = soft_constraint.soft_constraint.build().values()
    assert without.series["left"][-1] < -2
    assert abs(held.series["left"][-1]) < 0.3
    assert held.series["penalty"][-1] < 0.05 < 1 < without.series["penalty"][-1]
    assert verdicts_of(soft_constraint.soft_constraint)[1].value == pytest.approx(1, abs=0.01)
