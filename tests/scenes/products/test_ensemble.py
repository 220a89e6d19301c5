"""How often a Gaussian matrix has a spectral radius above 1, against the error function, samples and known numbers."""

import math

import numpy as np
import pytest
from films import decided

from scenes.products._ginibre import chance_of_growth
from scenes.products.ensemble import ensemble


def test_chance_of_growth_of_one_number_is_that_of_a_normal_one():
    for radius in (0.5, 1.0, 1.7):
        assert chance_of_growth(1, radius) == pytest.approx(math.erfc(radius / math.sqrt(2)), abs=1e-12)


def test_chance_of_growth_of_large_matrices():
    for dim, chance in ((5, 0.518), (64, 0.883), (256, 0.983)):
        assert chance_of_growth(dim) == pytest.approx(chance, abs=5e-4)


@pytest.mark.parametrize(("dim", "draws"), [(2, 20_000), (5, 20_000), (8, 10_000), (17, 3000)])
def test_chance_of_growth_is_what_is_counted(dim, draws):
    random = np.random.default_rng(dim).standard_normal((draws, dim, dim)) / math.sqrt(dim)
    share = (np.abs(np.linalg.eigvals(random)).max(axis=1) > 1).mean()
    chance = chance_of_growth(dim)
    assert share == pytest.approx(chance, abs=4.5 * math.sqrt(chance * (1 - chance) / draws))


def test_cloud_shows_the_eigenvalues_of_forty_draws():
    columns, _ = decided(ensemble, dim=4, steps=10)
    series = columns[None].series
    outside, inside = series["outside"], series["inside"]
    assert (np.isnan(outside) != np.isnan(inside)).all()
    cloud = np.where(np.isnan(outside), inside, outside)
    assert ((np.linalg.norm(cloud, axis=2) > 1) == np.isfinite(outside[..., 0])).all()
    assert len(np.unique(cloud[0].round(12), axis=0)) == 160
    assert (cloud == cloud[0]).all()


def test_curves_are_norms_of_powers_of_the_draws():
    columns, _ = decided(ensemble, dim=4, steps=10)
    numbers = columns[None]
    norm = np.linalg.norm(np.linalg.matrix_power(numbers.sequence.factor, 7))
    assert numbers.series["Gaussian"][7, 0] == pytest.approx(math.log10(norm / 2))


def test_curves_are_told_apart_by_their_fate():
    for seed in range(3):
        series = decided(ensemble, dim=4, steps=64, seed=seed)[0][None].series
        assert np.fmax(series["up"], series["down"]) == pytest.approx(series["Gaussian"])
        assert series["largest"][-1] == pytest.approx(series["Gaussian"][-1].max())
        assert series["smallest"][-1] == pytest.approx(series["Gaussian"][-1].min())
