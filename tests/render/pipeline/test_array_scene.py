"""Films of somebody's own matrices: products of a stack, what they show, and what they say at their end."""

import json
import shutil
from itertools import accumulate

import mpmath
import numpy as np
import pytest
from films import edit, run
from hypothesis import given, settings
from hypothesis import strategies as st
from weight_files import write_safetensors

import render
from render.check.verify import verify
from render.errors import InputError, UsageError
from render.pipeline.array_scene import _long_run, scene_of_arrays
from render.pipeline.arrays import matrices_of

# They do not commute, so the order of a product is seen.
SHEARS = np.array([[[1, 1], [0, 1]], [[1, 0], [1, 1]], [[2, 0], [0, 1]], [[1, -3], [0, 2]]])


def stack(count=6, dim=4, seed=0):
    return np.random.default_rng(seed).normal(size=(count, dim, dim)) / dim**0.5


def sentences(film):
    return [moment["sentence"] for moment in film.manifest["moments"] if moment["step"] is not None]


def panels_of(film):
    return [panel["panel"] for panel in film.manifest["panels"]]


def test_a_stack_is_multiplied_from_the_left_in_its_order():
    exact = list(accumulate(SHEARS.astype(object), lambda product, factor: factor @ product))
    numbers = render.simulate(SHEARS)
    assert numbers.steps == 4
    assert np.array_equal(numbers.matrix(0), np.eye(2))
    for step, product in enumerate(exact, 1):
        assert np.array_equal(numbers.matrix(step), product.astype(float))
    assert render.simulate(SHEARS, steps=2).steps == 2
    doubled = render.simulate(SHEARS, parameters={"gain": 2.0})
    assert np.array_equal(doubled.matrix(4), 16 * exact[-1].astype(float))


def test_sizes_and_singular_values_of_a_product_are_those_of_exact_arithmetic():
    factors = stack(12, 5)
    numbers = render.simulate(factors)
    with mpmath.workdps(60):
        product = mpmath.eye(5)
        for step, factor in enumerate(factors, 1):
            product = mpmath.matrix(factor.tolist()) * product
            values = sorted((float(mpmath.log10(v)) for v in mpmath.svd_r(product, compute_uv=False)), reverse=True)
            assert numbers.log10_singular_values[step] == pytest.approx(values, abs=1e-7)
            assert numbers.log10_spectral_norm[step] == pytest.approx(values[0], abs=1e-12)


def test_the_film_of_a_stack(tmp_path):
    film = render.film(stack(), output=tmp_path, formats="mp4", duration=2)
    content = film.manifest
    assert film.files["mp4"].name == "product.mp4"
    assert (content["steps"], content["title"]) == (6, "A product of matrices")
    assert content["statement"] == "one matrix more at every step"
    assert panels_of(film) == ["matrix", "norms", "eigenvalues", "singular_values"]
    assert content["panels"][0]["heading"] == "product of {step} matrices"
    assert np.array_equal(np.array(content["job"]["matrices"][""]), stack())
    size = 10 ** content["tracks"]["log10_spectral_norm"][-1]
    (said,) = sentences(film)
    assert f"on average {size ** (1 / 6):.3g} times a step" in said
    assert verify(film.files["mp4"]).holds
    edit(film.files["json"], lambda content: content["job"]["matrices"][""][2][1].__setitem__(0, 0.5))
    assert not verify(film.files["mp4"]).holds


@pytest.mark.parametrize("ending", [".npy", ".npz", ".safetensors"])
def test_a_stack_in_a_file_is_the_film_of_its_array(tmp_path, ending):
    path, arrays = tmp_path / f"layers{ending}", {"factors": stack(), "bias": np.zeros(3)}
    if ending == ".npy":
        np.save(path, stack())
    elif ending == ".npz":
        np.savez(path, **arrays)
    else:
        write_safetensors(path, arrays)
    done = run("matrix", f"layers{ending}", "--format", "html", "--name", "file", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    made = json.loads((tmp_path / "output" / "file.json").read_text(encoding="utf-8"))
    alone = render.film(stack(), output=tmp_path / "alone", formats="html").manifest
    assert made["job"]["matrices"] == alone["job"]["matrices"]
    assert made["tracks"] == alone["tracks"]
    assert made["title"] == "Product of " + ("layers" if ending == ".npy" else "factors")
    shutil.rmtree(tmp_path / "output")
    done = run("matrix", f"layers{ending}", "--format", "html", "--steps", "3", "--lang", "ko", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    made = json.loads((tmp_path / "output" / "layers-product.json").read_text(encoding="utf-8"))
    assert (made["steps"], made["title"]) == (3, f"{'layers' if ending == '.npy' else 'factors'}의 곱")


def test_stacks_and_matrices_stand_side_by_side(tmp_path):
    film = render.film({"drawn": stack(5, 3), "halved": np.eye(3) / 2}, output=tmp_path, formats="html")
    assert film.manifest["columns"] == ["drawn", "halved"]
    assert film.manifest["steps"] == 5
    assert film.manifest["title"] == "Products and powers"
    assert panels_of(film) == ["matrix", "matrix", "norms", "curve"]
    halved = film.manifest["tracks"]["halved"]["log10_spectral_norm"]
    assert halved == pytest.approx([-step * np.log10(2) for step in range(6)])
    assert verify(film.files["json"]).holds


@pytest.mark.parametrize(
    ("arrays", "options", "said"),
    [
        (np.ones((2, 3, 4)), {}, "several such matrices (T × n × n), but its shape is (2, 3, 4), so choose a part"),
        (np.ones((2, 2, 2, 2)), {}, "its shape is (2, 2, 2, 2)"),
        (np.ones((0, 2, 2)), {}, "its shape is (0, 2, 2)"),
        (np.full((2, 2, 2), np.nan), {}, "entry [0, 0, 0] is nan, so mend it"),
        (np.full((2, 2, 2), np.nan), {"allow_nonfinite": True}, "since what is multiplied in turn has no marks"),
        (np.ones((300, 100, 100)), {}, "hold 3,000,000 numbers where a film holds 2,097,152"),
        ({"a": np.ones((2, 2, 2)), "b": np.ones((3, 2, 2))}, {}, "equally many matrices, but a has 2, b has 3"),
        ({"a": np.ones((2, 2, 2)), "b": [[np.nan]]}, {"allow_nonfinite": True}, "marked in powers alone"),
    ],
)
def test_what_is_no_stack_is_refused(arrays, options, said):
    with pytest.raises(InputError) as refused:
        render.job(arrays, **options)
    assert said in str(refused.value)


def test_a_stack_has_no_more_steps_than_matrices(tmp_path):
    with pytest.raises(UsageError, match="steps must be a whole number from 0 to 6, but it is 7"):
        render.film(stack(), steps=7, output=tmp_path)
    np.save(tmp_path / "wide.npy", np.ones((300, 100, 100), np.float32))
    done = run("matrix", "wide.npy", cwd=tmp_path)
    assert done.returncode == 3
    assert "holds 300 matrices of 100 rows, but of that size a film holds at most 209" in done.stderr
    assert len(done.stderr.splitlines()) == 1


# What a film says at its end


def radius_of(matrix):
    with mpmath.workdps(80):
        return max(abs(value) for value in mpmath.eig(mpmath.matrix(matrix.tolist()), left=False, right=False))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), dim=st.integers(1, 6), radius=st.sampled_from([0.2, 0.97, 0.999, 1.001, 1.02, 3.0]),
       skew=st.sampled_from([0.0, 1.0, 30.0]))  # fmt: skip
def test_what_powers_come_to_is_never_said_wrongly(seed, dim, radius, skew):
    generator = np.random.default_rng(seed)
    matrix = generator.normal(size=(dim, dim)) + skew * np.triu(generator.normal(size=(dim, dim)), 1)
    matrix *= radius / max(np.abs(np.linalg.eigvals(matrix)))
    found, bound = _long_run(matrix)
    exact = radius_of(matrix)
    assert mpmath.log(exact) <= bound
    assert found == "" or found == ("vanish" if exact < 1 else "explode")
    # It is decided where that is easy.
    assert found or abs(exact - 1) < 0.01 or skew


@pytest.mark.parametrize(
    ("matrix", "fate"),
    [
        (np.zeros((2, 2)), "vanish"), (np.eye(4, k=1), "vanish"), (np.eye(3), ""), ([[0.0, -1], [1, 0]], ""),
        (np.diag([1e200, 1e-200]), "explode"), (np.diag([1e-200, 1e-250]), "vanish"), ([[-1.01]], "explode"),
        # Powers of these keep their size, and grow without end: which, rounding cannot tell from its neighbours.
        (np.eye(9) + np.eye(9, k=1), ""),
        # An entry that is lost beside the largest decides: the square of the first is I, of the second 10¹⁰ I.
        ([[0, 1e200], [1e-200, 0]], ""), ([[0, 1e200], [1e-190, 0]], ""), ([[0.0, 4], [0.1, 0]], "vanish"),
    ],
)  # fmt: skip
def test_what_powers_come_to(matrix, fate):
    assert _long_run(np.array(matrix, float))[0] == fate


@pytest.mark.parametrize(
    ("matrix", "said"),
    [
        ([[0.5]], "Largest |λ|: 0.5, below 1, so powers vanish in the long run."),
        ([[0.0, -2], [2, 0]], "Largest |λ|: 2, above 1, so powers explode in the long run."),
        ([[0.0, -1], [1, 0]], "times as large as at the start. The largest |λ| is 1."),
        (np.eye(4, k=1), "From step 4 on every entry is exactly 0: nothing is left."),
    ],
)
def test_the_end_of_powers(tmp_path, matrix, said):
    film = render.film(matrix, steps=8, output=tmp_path, formats="html")
    assert sentences(film)[-1].endswith(said)
    gained = render.film(matrix, steps=8, output=tmp_path, formats="html", gain=0.1)
    assert "explode" not in sentences(gained)[-1]


def test_a_radius_that_rounding_hides_is_not_told(tmp_path):
    """Eight eigenvalues of 1.3 that rounding has moved are not known; beside them stands one of 0.5."""
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(9, 9)))[0]
    block = 1.3 * np.eye(9) + np.eye(9, k=1)
    block[8], block[:, 8] = 0.0, 0.0
    block[8, 8] = 0.5
    film = render.film(turn @ block @ turn.T, steps=8, output=tmp_path, formats="html")
    assert "|λ|" not in sentences(film)[-1]
    # Where what is not known is surely smaller, the largest is told: zero beside 2.
    film = render.film([[1.0, 1], [1, 1]], steps=8, output=tmp_path, formats="html")
    assert "Largest |λ|: 2, above 1" in sentences(film)[-1]


@pytest.mark.parametrize(
    "arrays",
    [
        {"a": np.ones((2, 2)), "b": np.eye(2)}, {"a": stack(1, 3)[0], "b": np.eye(3, k=1)},
        {"a": np.zeros((3, 3)), "b": np.zeros((3, 3))}, {"a": np.outer([1, 2, 3, 4], [1, 0, 0, 1]), "b": stack(3, 4)},
    ],
)  # fmt: skip
def test_singular_matrices_side_by_side(tmp_path, arrays):
    steps = 3
    film = render.film(arrays, steps=steps, output=tmp_path, formats="mp4", duration=2)
    assert panels_of(film)[-1] == "curve" and verify(film.files["mp4"]).holds


def test_a_gain_beyond_float64_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(UsageError, match="gain 1e\\+06 takes entries beyond float64, so choose a smaller one"):
        render.film([[1.7e308]], gain=1e6, steps=2, output=tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_files_of_stacks_and_matrices(tmp_path):
    np.save(tmp_path / "many.npy", stack(4, 3))
    np.save(tmp_path / "one.npy", np.eye(3))
    np.savez(tmp_path / "both.npz", one=np.eye(3), many=stack(4, 3))
    done = run("matrix", "many.npy", "one.npy", "--format", "html", "--name", "x", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads((tmp_path / "output" / "x.json").read_text(encoding="utf-8"))["columns"] == ["many", "one"]
    # In one file what is filmed is a choice, which is told.
    done = run("matrix", "both.npz", "--format", "html", "--name", "y", cwd=tmp_path)
    assert done.stderr == "render: many hold several matrices, whose product is filmed with --key.\n"
    assert json.loads((tmp_path / "output" / "y.json").read_text(encoding="utf-8"))["title"] == "Powers of one"
    done = run("sweep", "many.npy", "--over", "gain=0.5,1", "--as", "numbers", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_a_picture_of_a_matrix_has(tmp_path):
    def panels(matrix, **options):
        return [request.panel for request in scene_of_arrays(matrices_of(matrix), **options).panels]

    drawn = stack(1, 8)[0]
    assert panels(drawn) == ["matrix", "norms", "eigenvalues", "singular_values"]
    assert panels(5 * drawn) == ["scaled_matrix", "norms", "eigenvalues", "singular_values"]
    assert panels({"a": drawn, "b": drawn}) == ["matrix", "norms", "eigenvalues", "curve"]
    assert panels({"a": drawn, "b": np.eye(2)}) == ["matrix", "norms", "eigenvalues"]
    # Where singular values of all powers take too long, they are left out.
    large = np.zeros((400, 400))
    assert panels(large) == ["matrix", "norms", "eigenvalues"]
    assert panels(large, steps=4) == ["matrix", "norms", "eigenvalues", "singular_values"]
