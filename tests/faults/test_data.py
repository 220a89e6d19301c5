"""Numbers that are none, that are too large, and matrices of any type and shape: rows F35 to F38."""

import json

import numpy as np
import pytest
from films import manifest_of

import render
from render.errors import EigenreelError
from render.pipeline.scene_run import resolve

BAD = {"nan": np.nan, "inf": np.inf, "-inf": -np.inf}
TINY = ("--steps", "2", "--format", "gif", "--pace", "even")


def matrix_with(value):
    return np.array([[0.5, 0.25], [value, 0.5]])


@pytest.mark.parametrize("ending", [".npy", ".csv", ".json"])
@pytest.mark.parametrize("name", BAD)
def test_f35_numbers_that_are_none_in_a_file(call, place, name, ending):
    path = place.root / f"W{ending}"
    matrix = matrix_with(BAD[name])
    if ending == ".npy":
        np.save(path, matrix)
    elif ending == ".csv":
        np.savetxt(path, matrix, delimiter=",")
    else:
        path.write_text(json.dumps(matrix.tolist()), encoding="utf-8")
    said = call.refuses(("matrix", path, "--output", place.folder, *TINY), 3)
    assert "finite" in said or "number" in said


@pytest.mark.parametrize("name", BAD)
def test_f35_numbers_that_are_none_in_an_array(place, name):
    with pytest.raises(EigenreelError, match=rf"must be finite, but entry \[1, 0\] is {name}") as refused:
        render.film(matrix_with(BAD[name]), output=place.folder)
    assert refused.value.exit_code == 3
    assert place.state() is None


@pytest.mark.parametrize("name", BAD)
def test_f35_numbers_that_are_none_in_a_scene(call, place, name):
    (place.root / "own.py").write_text(
        f"from scenes import *\n\n\n@scene('matrix')\ndef own(steps: int = 1):\n"
        f"    return repeated([[float('{name}')]], steps)\n"
    )
    call.scene("own.py", TINY[2:], 3, "own.py", name)


# Products leave float64 long before the film ends, and lie in it all the same: as mantissa and power of two.
LARGE = {
    "all large": [[1e300, 1e300], [1e300, 1e300]],
    "far apart": [[1e300, 1e-300], [3e307, 1e308]],
    "small": [[1e-300, 0.0], [1e-300, 1e-320]],
    "the largest": [[np.finfo(float).max]],
    "the smallest": [[5e-324]],
}


@pytest.mark.parametrize("name", LARGE)
def test_f36_products_beyond_float64_are_drawn_in_silence(call, place, name):
    np.save(place.root / "W.npy", LARGE[name])
    options = ("--steps", "8", "--format", "gif", "--pace", "even", "--output", place.folder)
    code, _, said = call("matrix", place.root / "W.npy", *options)
    assert (code, [line for line in said.splitlines() if "no room" not in line]) == (0, [])
    content = manifest_of(place.folder / "W-powers.gif")
    track = content["tracks"]["log10_spectral_norm"]
    assert all(value is not None for value in track)
    assert abs(track[-1]) > 320
    assert track[-1] == pytest.approx(8 * track[1], rel=0.15)


def test_f36_entries_beyond_the_root_of_float64_have_singular_values(call, place):
    np.save(place.root / "W.npy", np.full((2, 2), 1e160))
    (place.root / "own.py").write_text(
        "import numpy as np\nfrom scenes import *\n\n\n@scene('matrix')\ndef own(steps: int = 1):\n"
        "    return repeated(np.full((2, 2), 1e160), steps)\n"
    )
    code, out, _ = call("numbers", "own.py", "--format", "json")
    assert code == 0
    assert json.loads(out)["columns"]["log10_singular_value_1"][1] == pytest.approx(160 + np.log10(2))


@pytest.mark.parametrize(
    ("steps", "dim", "seed", "spectral_radius"),
    [
        (3, 6, 0, 0.5),
        (200, 12, 1479597477, 0.00460642654966585),
        (200, 12, 2528417366, 0.819971148106194),
    ],
)
def test_f36_number_formats_end_where_they_are_said_to(steps, dim, seed, spectral_radius):
    options = {"steps": steps, "dim": dim, "seed": seed, "spectral_radius": spectral_radius}
    verdicts = resolve("precision", options).verdicts
    assert all(verdict.holds for verdict in verdicts), verdicts


PLAIN = np.array([[0.5, -0.25], [0.75, 1.0]])
DRAWN = {
    "zero": np.zeros((3, 3)),
    "one by one": np.array([[-0.5]]),
    "int": np.array([[1, 2], [0, 1]]),
    "unsigned": np.array([[1, 2], [0, 255]], np.uint8),
    "bool": np.array([[True, False], [True, True]]),
    "float16": PLAIN.astype(np.float16),
    "float32": PLAIN.astype(np.float32),
    "longdouble": PLAIN.astype(np.longdouble),
    "big-endian": PLAIN.astype(">f8"),
    "Fortran": np.asfortranarray(PLAIN),
    "not contiguous": np.repeat(np.repeat(PLAIN, 3, 0), 2, 1)[::3, ::2],
    "turned": PLAIN[::-1, ::-1],
    "read-only": np.broadcast_to(np.array([0.5, 0.25]), (2, 2)),
    "subnormal": np.array([[5e-324, 0.0], [0.0, 1.0]]),
    "minus zero": np.array([[-0.0, 1.0], [1.0, -0.0]]),
    "list": [[1, 2], [3, 4]],
}
REFUSED = {
    "wide": (np.ones((2, 3)), "must be square, but its shape is"),
    "empty": (np.zeros((0, 0)), "must be square"),
    "several": (np.ones((2, 3, 3)), "is several, so name them with labels="),
    "a row": (np.ones(4), "must be square"),
    "a number": (5.0, "must be square"),
    "complex": (PLAIN * 1j, "must hold real numbers, but their type is complex128"),
    "object": (np.array([[None, 1], [1, 1]]), "must hold real numbers, but their type is object"),
    "text": (np.array([["1", "2"], ["3", "4"]]), "must hold real numbers"),
    "time": (np.zeros((2, 2), "M8[s]"), "must hold real numbers"),
    "record": (np.zeros((2, 2), [("a", float)]), "must hold real numbers"),
    "uneven": ([[1], [2, 3]], "cannot be read as rows of numbers"),
    "masked": (np.ma.masked_array(np.eye(2), mask=np.eye(2)), "has masked entries"),
    "whole numbers": (np.array([[2**53 + 1, 0], [0, 1]]), "whole numbers that float64 cannot hold"),
    "longer than float64": (np.array([[np.longdouble(10) ** 400]]), "must be finite"),
}


@pytest.mark.parametrize("name", DRAWN)
def test_f37_matrices_of_any_type_are_drawn(place, name):
    matrix = DRAWN[name]
    film = render.film(matrix, steps=1, formats=(), output=place.folder, name="own")
    assert film.manifest["matrix"] == np.asarray(matrix, float).tolist()
    assert sorted(place.state()) == ["own.json", "own.png"]


@pytest.mark.parametrize("name", REFUSED)
def test_f37_matrices_that_cannot_be_multiplied_by_themselves(place, name):
    matrix, said = REFUSED[name]
    for function in (render.simulate, lambda array: render.film(array, output=place.folder)):
        with pytest.raises(EigenreelError, match=said) as refused:
            function(matrix)
        assert refused.value.exit_code == 3
    assert place.state() is None


SPECIAL = {
    "singular": [[1.0, 2.0], [2.0, 4.0]],
    "nilpotent": [[0.0, 1.0], [0.0, 0.0]],
    "defective": [[0.5, 1.0], [0.0, 0.5]],
    "negative": [[-0.5, 0.0], [0.0, 0.25]],
}


@pytest.mark.parametrize("name", SPECIAL)
def test_f38_matrices_without_inverse_or_eigenvectors_are_drawn(place, name):
    film = render.film(SPECIAL[name], steps=4, formats="gif", pace="even", output=place.folder, name="own")
    expected = np.linalg.norm(np.linalg.matrix_power(np.array(SPECIAL[name]), 4), 2)
    last = film.manifest["tracks"]["log10_spectral_norm"][-1]
    assert last is None if expected == 0 else last == pytest.approx(np.log10(expected))


@pytest.mark.parametrize(("pace", "flashes"), [("even", True), ("film", False)])
def test_f38_an_eigenvalue_of_minus_one_flickers(place, pace, flashes):
    exchange = np.array([[0.0, 1.0], [1.0, 0.0]])
    film = render.film(exchange, steps=16, formats=(), fps=25, pace=pace, output=place.folder)
    assert any("flashes more than three times a second" in remark for remark in film.remarks) == flashes
    assert film.manifest["flashes"]["safe"] != flashes
