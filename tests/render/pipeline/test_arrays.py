"""Powers of somebody's own matrices: filmed with true norms, or refused."""

import mpmath
import numpy as np
import pytest
from films import edit, manifest_of

import render
from render.check.verify import verify
from render.errors import UsageError

MAGIC = np.array([[8.0, 1, 6], [3, 5, 7], [4, 9, 2]])


@pytest.mark.parametrize("matrix", [[[0.0, 1], [0, 0]], [[1.0, 2], [2, 4]], MAGIC / 15, np.diag([2, 0, 1])])
def test_powers_of_a_matrix_are_filmed_with_true_norms(tmp_path, matrix):
    film = render.film(matrix, steps=6, formats="gif", output=tmp_path)
    exact = mpmath.matrix(np.asarray(matrix, float).tolist())
    track = film.manifest["tracks"]["log10_spectral_norm"]
    with mpmath.workdps(40):
        for step, value in enumerate(track):
            norm = mpmath.svd_r(exact**step, compute_uv=False)[0] if step else mpmath.mpf(1)
            if abs(norm) < 1e-30:
                assert value is None
            else:
                assert value == pytest.approx(float(mpmath.log10(norm)), abs=1e-13)
    assert film.manifest["command"] is None
    assert verify(film.files["gif"]).holds


def test_matrices_with_labels_stand_side_by_side(tmp_path):
    turn = np.array([[0.0, -1], [1, 0]])
    film = render.film([turn, turn / 2], labels=["turns", "turns and shrinks"], steps=4, output=tmp_path, formats="mp4")
    assert film.manifest["columns"] == ["turns", "turns and shrinks"]
    assert film.manifest["tracks"]["turns and shrinks"]["log10_spectral_norm"][-1] == pytest.approx(np.log10(1 / 16))
    assert verify(film.files["mp4"]).holds
    for arrays, labels in (([turn], ["a", "b"]), ([turn, turn], ["a", "a"]), ([turn], "a"), ([turn, turn], ["a", 1])):
        with pytest.raises(UsageError, match="labels"):
            render.film(arrays, labels=labels, output=tmp_path / "new")
    with pytest.raises(UsageError, match="did you mean 'steps'"):
        render.film(turn, step=2, output=tmp_path / "new")


def test_a_film_of_a_matrix_holds_its_matrix(tmp_path):
    matrix = np.random.default_rng(0).normal(size=(70, 70)) / 9
    film = render.film(matrix, steps=2, formats="gif", output=tmp_path)
    assert np.array_equal(np.array(manifest_of(film.files["gif"])["job"]["matrices"][""]), matrix)
    assert verify(film.files["gif"]).holds


@pytest.mark.slow
def test_a_forged_scene_of_matrices_does_not_hold(tmp_path):
    film = render.film(np.diag([1.2, 0.7]), steps=2, formats="gif", output=tmp_path, name="orthogonal")
    edit(
        film.files["gif"],
        lambda content: content.update(scene="orthogonal", job=content["job"] | {"scene": "orthogonal"}),
    )
    report = verify(film.files["gif"])
    assert not report.holds
    assert "matrices are filmed by the scene powers" in report.faults[-1]
