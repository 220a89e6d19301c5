"""The gallery of initial weights, against powers by squaring, and with one kind after another spoiled."""

import sys

import numpy as np
import pytest

from render.pipeline.claims import judge
from render.pipeline.scene_run import resolve
from scenes.initialisation.gallery import gallery

MODULE = sys.modules[gallery.function.__module__]
SIZES = gallery.build()[None].series


def test_sizes_are_those_of_powers_by_squaring():
    for kind, matrix in MODULE._matrices(32, 0).items():
        for step in (1, 5, 24, 64):
            power = np.linalg.matrix_power(matrix, step)
            with np.errstate(divide="ignore"):
                size = np.log10(np.linalg.norm(power)) - np.log10(32) / 2
            assert SIZES[f"log10_{kind}"][step] == pytest.approx(size, abs=1e-9), kind


def test_groups_are_those_of_the_largest_eigenvalue():
    for dim, seed in ((32, 0), (48, 1), (64, 2)):
        largest = {
            kind: np.abs(np.linalg.eigvals(matrix)).max() for kind, matrix in MODULE._matrices(dim, seed).items()
        }
        assert max(largest[kind] for kind in MODULE._BELOW.values()) < 1
        assert min(largest[kind] for kind in MODULE._ABOVE.values()) > 1
        assert all(0.78 < largest[kind] < 1.65 for kind in MODULE._NEAR.values())
        assert {*MODULE._BELOW.values(), *MODULE._NEAR.values(), *MODULE._ABOVE.values()} == set(largest)


def test_kinds_are_what_they_are_called():
    matrices = MODULE._matrices(64, 3)
    assert np.abs(matrices["PyTorch's Linear"]).max() <= 1 / 8
    assert np.var(matrices["PyTorch's Linear"]) == pytest.approx(1 / 3 / 64, rel=0.05)
    assert np.var(matrices["He"]) == pytest.approx(2 / 64, rel=0.1)
    unitary = matrices["unitary"]
    assert unitary @ unitary.conj().T == pytest.approx(np.eye(64), abs=1e-13)
    assert np.abs(unitary.imag).max() > 0.1
    assert np.abs(np.linalg.eigvals(matrices["echo state"])).max() == pytest.approx(0.9, abs=1e-12)
    assert (np.count_nonzero(matrices["sparse"], axis=1) == 15).all()


@pytest.mark.parametrize(
    ("kind", "spoil"),
    [
        ("He", lambda m: m["He"] / 2**0.5),
        ("PyTorch's Linear", lambda m: m["PyTorch's Linear"] * 3**0.5),
        ("normal, σ = 0.01", lambda m: 2 * m["normal, σ = 0.01"]),
        ("LeCun, Xavier", lambda m: m["orthogonal"]),
        ("sparse", lambda m: m["zeros"]),
        ("zeros", lambda m: m["normal, σ = 0.01"]),
        ("echo state", lambda m: m["LeCun, Xavier"]),
        ("orthogonal", lambda m: 0.99 * m["orthogonal"]),
        ("unitary", lambda m: m["unitary"].real),
        ("identity", lambda m: -0.9 * m["identity"]),
        ("bilinear", lambda m: 1.001 * m["bilinear"]),
    ],
)
def test_headline_is_false_where_one_kind_is_another(monkeypatch, kind, spoil):
    drawn = MODULE._matrices

    def spoiled(dim, seed):
        matrices = drawn(dim, seed)
        return matrices | {kind: spoil(matrices)}

    monkeypatch.setattr(MODULE, "_matrices", spoiled)
    for seed in range(3):
        found = resolve("gallery", {"seed": seed})
        assert not judge([gallery.headline], found.columns, found.parameters)[0].holds, seed
