"""Numbers that are none, that are too large, and matrices of any type and shape: rows F35 to F38."""

import json

import numpy as np
import pytest
from films import manifest_of

import render
from render.drawing.perception import delta_e2000
from render.drawing.themes import find_theme
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


WRITTEN = {".npy": None, ".csv": ",", ".tsv": "\t", ".txt": " ", ".json": None}


def put(path, matrix):
    """Write a matrix to a file of any kind."""
    if path.suffix == ".npy":
        np.save(path, matrix)
    elif path.suffix == ".json":
        path.write_text(json.dumps(np.asarray(matrix).tolist()), encoding="utf-8")
    else:
        np.savetxt(path, matrix, delimiter=WRITTEN[path.suffix])
    return path


def in_plain_arithmetic(matrix, steps):
    """Return the powers of a matrix, a product of two numbers after the other, as IEEE 754 has them."""
    powers = [np.eye(len(matrix)).tolist(), matrix.tolist()]
    for _ in range(steps - 1):
        last, size = powers[-1], range(len(matrix))
        powers.append([[sum(float(matrix[i, k]) * last[k][j] for k in size) for j in size] for i in size])
    return np.array(powers[: steps + 1])


@pytest.mark.parametrize("ending", WRITTEN)
@pytest.mark.parametrize("name", BAD)
def test_f35_marked_where_that_is_asked_for(call, place, name, ending):
    path = put(place.root / f"W{ending}", matrix_with(BAD[name]))
    code, _, said = call("matrix", path, "--allow-nonfinite", "--output", place.folder, *TINY)
    assert code == 0
    told = f"entry [1, 0] is {name}, so norms and eigenvalues are left out, and powers are those of plain float64"
    assert said == f"render: {told}.\n"
    made = manifest_of(place.folder / "W-powers.gif")
    assert made["job"]["matrices"][""] == [[0.5, 0.25], [name, 0.5]]
    assert made["tracks"]["lost"] == [0.0, 1.0, 3.0]
    assert call("verify", place.folder)[0] == 0


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("size", [1, 2, 5, 13])
def test_f35_powers_are_those_of_plain_arithmetic(name, size):
    matrix = np.random.default_rng(size).normal(size=(size, size))
    matrix[size // 2, size // 3] = BAD[name]
    found = render.simulate(matrix, steps=6, allow_nonfinite=True).series
    expected = in_plain_arithmetic(matrix, 6)
    np.testing.assert_allclose(found["power"], expected, rtol=1e-12)
    assert found["lost"].tolist() == np.count_nonzero(~np.isfinite(expected), axis=(1, 2)).tolist()
    # The row and the column of the entry in the square, all from the cube on.
    assert found["lost"].tolist()[:4] == [0, 1, min(2 * size - 1, size**2), size**2]


@pytest.mark.parametrize("place_of", [(0, 0), (1, 3)])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [4, 40])
def test_f35_a_marked_entry_looks_like_no_value(place, size, theme, place_of):
    matrix = np.random.default_rng(1).normal(size=(size, size))
    matrix[place_of] = np.nan
    made = render.film(
        matrix, steps=1, output=place.folder, formats="mp4", theme=theme, pace="even", allow_nonfinite=True
    )
    (cells,) = [panel for panel in made.manifest["panels"] if panel["panel"] == "heatmap"]
    (colors,) = made.manifest["colormaps"].values()
    frame = made.frame(1)
    at = [cells["xy"[axis]] + cells["sample"] + place_of[1 - axis] * cells["cell"] for axis in (0, 1)]
    shown = frame[at[1], at[0]].astype(int)
    assert np.abs(shown - find_theme(theme).role("warn")).max() <= 12
    # Every number has one of these.
    away = delta_e2000(shown[None], np.array([list(bytes.fromhex(color)) for color in colors]))
    assert away.min() > 15


def test_f35_a_marked_entry_that_is_altered_is_found(call, place):
    path = put(place.root / "W.csv", matrix_with(np.nan))
    assert call("matrix", path, "--allow-nonfinite", "--output", place.folder, *TINY)[0] == 0
    manifest = place.folder / "W-powers.json"
    text = manifest.read_text(encoding="utf-8")
    assert '"nan"' in text
    manifest.write_text(text.replace('"nan"', '"inf"'), encoding="utf-8")
    code, out, _ = call("verify", place.folder)
    assert code != 0
    assert "✗" in out


@pytest.mark.parametrize("allowed", [True, False])
@pytest.mark.parametrize(
    "matrices",
    [
        ["nan"],
        "nan",
        {"": "nan"},
        {"": [["x"]]},
        {"": [1, 2]},
        {"": [[[["nan"]]]]},
        {"": [["nan", 1], [2]]},
        {"": {}},
        {},
    ],
    ids=str,
)
def test_f35_matrices_of_a_manifest_that_are_none_are_told_in_words(call, place, matrices, allowed):
    path = put(place.root / "W.csv", matrix_with(np.nan))
    assert call("matrix", path, "--allow-nonfinite", "--output", place.folder, *TINY)[0] == 0
    manifest = place.folder / "W-powers.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    content["job"] |= {"matrices": matrices, "allow_nonfinite": allowed}
    manifest.write_text(json.dumps(content), encoding="utf-8")
    code, out, said = call("verify", place.folder)
    assert code == 1
    assert "✗ the film cannot be rendered again: " in out
    assert "Traceback" not in said


@pytest.mark.parametrize("bad", ["1e400", "-1e999", "1_0", "infinite", "nan(1)", "0x1p3"])
@pytest.mark.parametrize("ending", [".csv", ".json"])
def test_f35_what_only_looks_like_a_number_is_refused_all_the_same(call, place, bad, ending):
    path = place.root / f"W{ending}"
    path.write_text(f"[[1, {bad}], [0, 1]]" if ending == ".json" else f"1,{bad}\n0,1\n", encoding="utf-8")
    call.refuses(("matrix", path, "--allow-nonfinite", "--output", place.folder, *TINY), 3)


def test_f35_a_number_that_float64_cannot_hold_is_no_infinity(place):
    large = np.array([[np.longdouble(10) ** 400, 0], [0, 1]], np.longdouble)
    if not np.isfinite(large).all():
        pytest.skip("this machine has no longer numbers")
    with pytest.raises(EigenreelError, match=r"entry \[0, 0\] is inf, so mend it$"):
        render.film(large, output=place.folder, allow_nonfinite=True)


def test_f35_powers_that_are_too_many_to_be_kept(call, place):
    path = put(place.root / "W.npy", np.full((100, 100), np.inf))
    said = call.refuses(("matrix", path, "--allow-nonfinite", "--steps", "419", "--output", place.folder), 3)
    assert "419 powers with entries that are no numbers" in said
    assert "choose at most 418 steps" in said


def test_f35_of_matrices_alone(call, place):
    with pytest.raises(EigenreelError, match="allow_nonfinite is True or False, and of matrices alone"):
        render.job("rotation", allow_nonfinite=True)
    put(place.root / "W.npy", matrix_with(np.inf))
    films = place.root / "films.toml"
    for text, code, why in [
        ('scene = "rotation"\nallow_nonfinite = true', 2, "allow_nonfinite is of matrices"),
        ('matrix = "W.npy"\nallow_nonfinite = 1', 2, "allow_nonfinite is true or false"),
        ('matrix = "W.npy"', 3, "must be finite"),
    ]:
        films.write_text(f"[[film]]\n{text}\n")
        call.refuses(("run", films), code, why)
    films.write_text('output = "films"\nformats = "gif"\n[[film]]\nmatrix = "W.npy"\nallow_nonfinite = true\n')
    # Workers of this process would be ended with the folder, and what Python begins for them, too.
    assert place.other("run", films).returncode == 0
    written = place.root / "again.toml"
    assert call("job", place.root / "films" / "W-powers.json", "-o", written)[0] == 0
    assert "allow_nonfinite = true" in written.read_text(encoding="utf-8")
    before = place.state()
    assert place.other("run", written).returncode == 0
    assert place.state() == before


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
    "wide": (np.ones((2, 3)), r"must be square, .* but its shape is"),
    "empty": (np.zeros((0, 0)), "must be square"),
    "several": (np.ones((2, 2, 3, 3)), "must be square, or several such matrices"),
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
