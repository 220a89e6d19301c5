"""`render numbers`: every number of a scene, the same in every format, and right beyond float64."""

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys

import mpmath
import numpy as np
import pytest
from films import ENVIRONMENT, listing, run
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import scenes
from render.cli import commands as cli
from render.cli import terminal
from render.numerics.trajectory import simulate, trajectory_of
from render.pipeline.scene_run import SceneRun, resolve
from render.publish import tables

SENTENCE = r"render: [^\x00-\x1f\x7f]+[.?]\n"
HEAD = "import numpy as np\nfrom scenes import *\n"
EPS = float(np.finfo(float).eps)


@pytest.fixture
def tell(monkeypatch, capsysbinary):
    """The command in this process: returns its exit code, the bytes it printed, and what it said."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["render", "numbers", *map(str, arguments)])
        code = terminal.run(cli.commands)
        seen = capsysbinary.readouterr()
        said = seen.err.decode()
        assert re.fullmatch(SENTENCE, said) if code else said == ""
        return code, seen.out, said

    return call


@pytest.fixture
def scene_file(tmp_path, monkeypatch):
    """Write a scene file of one scene into a new working folder, and return its name."""
    monkeypatch.chdir(tmp_path)

    def write(body, options="", parameters="steps: int = 3", name="own.py"):
        source = f"{HEAD}\n\n@scene('matrix'{options})\ndef own({parameters}):\n    {body}\n"
        (tmp_path / name).write_text(source, encoding="utf-8")
        return name

    return write


def from_csv(content):
    """Return the columns of a CSV table by name, as floats."""
    header, *rows = csv.reader(io.StringIO(content.decode()))
    columns = zip(*rows, strict=True)
    return {name: np.array([float(v) for v in column]) for name, column in zip(header, columns, strict=True)}


def from_json(content):
    """Return the columns of a JSON table by name, NaN for null; refuse what JSON has no name for."""

    def refuse(word):
        raise AssertionError(word)

    columns = json.loads(content, parse_constant=refuse)["columns"]
    return {name: np.array([np.nan if v is None else v for v in column], float) for name, column in columns.items()}


def same(one, other):
    """Whether two arrays have the same bits, but for those of NaN."""
    one, other = np.asarray(one, float), np.asarray(other, float)
    bits = one.view(np.int64) == other.view(np.int64)
    return one.shape == other.shape and bool((bits | (np.isnan(one) & np.isnan(other))).all())


def expected_tracks(trajectory):
    """Return what the table should hold, taken from the trajectory one by one."""
    steps, modulus = range(trajectory.steps + 1), trajectory.eigenvalue_tracks[0]
    tracks = {
        "log10_spectral_norm": trajectory.log10_spectral_norm,
        "log10_frobenius_norm": trajectory.log10_frobenius_norm,
        "log10_nuclear_norm": trajectory.log10_nuclear_norm,
        "log10_spectral_radius": trajectory.log10_spectral_radius,
        "log10_condition_number": trajectory.log10_condition,
        "departure_from_normality": [trajectory.departure_from_normality(step) for step in steps],
        "orthogonality_drift": [trajectory.orthogonality_drift(step) for step in steps],
    }
    for k in range(trajectory.dim):
        tracks[f"log10_singular_value_{k + 1}"] = trajectory.log10_singular_values[:, k]
        tracks[f"log10_eigenvalue_modulus_{k + 1}"] = modulus[:, k]
        tracks[f"eigenvalue_angle_{k + 1}"] = trajectory.eigenvalue_tracks[1][:, k]
    return tracks


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("vanishing", {"steps": 40, "dim": 3, "spectral_radius": 0.001}),
        ("exploding", {"steps": 5, "dim": 4, "seed": 9}),
        ("jordan", {"steps": 0}),
    ],
)
def test_csv_has_every_track_bit_for_bit(tell, name, options):
    words = [word for key, value in options.items() for word in (f"--{key.replace('_', '-')}", value)]
    code, out, _ = tell(name, *words)
    assert code == 0
    assert out.endswith(b"\n")
    assert b"\r" not in out
    found, trajectory = from_csv(out), resolve(name, options).columns[None]
    expected = expected_tracks(trajectory)
    for key, track in expected.items():
        assert same(found[key], track), key
    natural = {key.removeprefix("log10_") for key in expected if key.startswith("log10_")}
    assert set(found) == {"step", *expected, *natural, *trajectory.series}
    assert next(iter(found)) == "step"
    assert found["step"].tolist() == list(range(trajectory.steps + 1))


def test_steps_are_whole_numbers_in_csv(tell):
    assert [row.split(",")[0] for row in tell("rotation", "--steps", 2)[1].decode().splitlines()] == [
        "step", "0", "1", "2"
    ]  # fmt: skip


def test_every_format_has_the_same_numbers(tell, tmp_path):
    arguments = ("exploding", "--steps", 200, "--dim", 2, "--spectral-radius", 1000)
    plain = from_csv(tell(*arguments)[1])
    named = from_json(tell(*arguments, "--format", "json")[1])
    packed = np.load(io.BytesIO(tell(*arguments, "--format", "npz")[1]), allow_pickle=False)
    assert list(plain) == list(named) == list(packed)
    for name, track in plain.items():
        assert packed[name].dtype == np.float64
        assert same(packed[name], track), name
        finite = np.isfinite(track)
        assert same(named[name][finite], track[finite]), name
        assert np.isnan(named[name][~finite]).all(), name
    assert np.isinf(plain["spectral_norm"]).any()


def test_json_tells_scene_parameters_and_claims(tell):
    content = json.loads(tell("article", "--steps", 4, "--dim", 3, "--format", "json")[1])
    found = resolve("article", {"steps": 4, "dim": 3})
    assert content["scene"] == "article"
    assert content["parameters"] == found.parameters
    assert content["claims"] == [verdict.as_json() for verdict in found.verdicts]
    assert [claim["holds"] for claim in content["claims"]] == [True] * 4


def test_null_stands_only_for_what_is_not_finite(tell, scene_file):
    name = scene_file("return repeated(np.eye(2), steps, series={'loss': [0.0, np.nan, np.inf, -np.inf]})")
    content = json.loads(tell(name, "--format", "json")[1])
    assert content["columns"]["loss"] == [0.0, None, None, None]
    others = [track for key, track in content["columns"].items() if key != "loss"]
    assert None not in [value for track in others for value in track]


def test_natural_units_agree_with_logarithms_and_with_plain_arithmetic():
    trajectory = resolve("vanishing", {"steps": 30, "dim": 4}).columns[None]
    table = trajectory.tracks
    factor = trajectory.sequence.factor
    for step in (0, 1, 2, 15, 30):
        power = np.linalg.matrix_power(factor, step)
        values = np.linalg.svd(power, compute_uv=False)
        assert table["spectral_norm"][step] == pytest.approx(values[0], rel=1e-11)
        assert table["frobenius_norm"][step] == pytest.approx(np.linalg.norm(power), rel=1e-11)
        assert table["nuclear_norm"][step] == pytest.approx(values.sum(), rel=1e-11)
        assert table["spectral_radius"][step] == pytest.approx(np.abs(np.linalg.eigvals(power)).max(), rel=1e-9)
    for name in [name for name in table if name.startswith("log10_")]:
        natural = table[name.removeprefix("log10_")]
        with np.errstate(all="ignore"):
            assert np.log10(natural) == pytest.approx(table[name], rel=1e-13, abs=1e-13), name


@pytest.mark.parametrize("decades", [100, -100, 7, -1])
def test_a_scaled_identity_is_right_far_beyond_float64(tell, scene_file, decades):
    name = scene_file(f"return repeated(scaled_identity(3, 1e{decades}), steps)")
    table = from_csv(tell(name, "--steps", 60)[1])
    # The factor is the float nearest to a power of ten, so its logarithm is not quite whole.
    rate = float(mpmath.log10(mpmath.mpf(float(f"1e{decades}"))))
    true = rate * table["step"]
    close = 60 * 8 * EPS * abs(decades)
    ones = [f"{kind}_{k}" for kind in ("singular_value", "eigenvalue_modulus") for k in (1, 2, 3)]
    for key, above in {
        "spectral_norm": 0.0,
        "spectral_radius": 0.0,
        "frobenius_norm": np.log10(3) / 2,
        "nuclear_norm": np.log10(3),
        **dict.fromkeys(ones, 0.0),
    }.items():
        assert table[f"log10_{key}"] == pytest.approx(true + above, rel=0, abs=close), key
        natural = table[key]
        assert np.isinf(natural[true > 309]).all(), key
        assert (natural[true < -325] == 0).all(), key
        inside = np.abs(true) < 300
        assert natural[inside] == pytest.approx(10 ** (true + above)[inside], rel=1e-10), key
    assert table["condition_number"] == pytest.approx(1.0, abs=close)
    assert table["departure_from_normality"].tolist() == [0.0] * 61
    assert (table["orthogonality_drift"] == np.inf).any() == (decades > 0)
    assert [table[f"eigenvalue_angle_{k}"].any() for k in (1, 2, 3)] == [False] * 3


@pytest.mark.parametrize("angle", [5.625, -100.0, 180.0, 359.0])
def test_eigenvalues_of_a_rotation_turn_by_its_angle(tell, angle):
    table = from_csv(tell("rotation", "--steps", 50, "--angle", angle)[1])
    turned = np.deg2rad(angle) * table["step"]
    angles = np.array([table["eigenvalue_angle_1"], table["eigenvalue_angle_2"]])
    assert np.abs(angles).max() <= np.pi
    # Which of the two comes first is not told.
    first = 1 if abs(np.sin((angles[0, 1] - turned[1]) / 2)) < 1e-12 else -1
    for track, sign in zip(angles, (first, -first), strict=True):
        assert np.abs(np.sin((track - sign * turned) / 2)).max() < 1e-12
    for k in (1, 2):
        assert table[f"eigenvalue_modulus_{k}"] == pytest.approx(1.0, abs=1e-13)
        assert table[f"singular_value_{k}"] == pytest.approx(1.0, abs=1e-13)
    for name, value in {
        "spectral_norm": 1,
        "frobenius_norm": 2**0.5,
        "nuclear_norm": 2,
        "spectral_radius": 1,
        "condition_number": 1,
    }.items():
        assert table[name] == pytest.approx(value, abs=1e-12), name
    assert table["departure_from_normality"].max() == 0


def test_singular_values_of_a_shear_and_a_diagonal(tell, scene_file):
    table = from_csv(tell(scene_file("return repeated([[1, 1], [0, 1]], steps)"), "--steps", 100)[1])
    t = table["step"]
    assert table["singular_value_1"] == pytest.approx((t + np.sqrt(t * t + 4)) / 2, rel=1e-13)
    assert table["log10_singular_value_2"] == pytest.approx(-table["log10_singular_value_1"], abs=1e-12)
    table = from_csv(tell(scene_file("return repeated(np.diag([0.25, -8.0]), steps)"), "--steps", 400)[1])
    t = table["step"]
    for k, rate in {1: np.log10(8), 2: -np.log10(4)}.items():
        assert table[f"log10_singular_value_{k}"] == pytest.approx(rate * t, rel=1e-12)
    assert table["log10_condition_number"] == pytest.approx(np.log10(32) * t, rel=1e-12)
    assert table["condition_number"][-1] == np.inf
    assert not table["eigenvalue_angle_1"].any()
    assert np.cos(table["eigenvalue_angle_2"]).tolist() == [1.0, -1.0] * 200 + [1.0]


def test_a_comparison_puts_the_label_before_every_name(tell):
    table = from_csv(tell("article", "--steps", 3, "--dim", 4, "--seed", 5)[1])
    labels = {"vanishing", "exploding", "orthogonal"}
    assert {name.partition(".")[0] for name in table} == labels | {"step"}
    found = resolve("article", {"steps": 3, "dim": 4, "seed": 5})
    for label, trajectory in found.columns.items():
        alone = trajectory.tracks
        assert {name.partition(".")[2] for name in table if name.startswith(f"{label}.")} == alone.keys() - {"step"}
        for name in alone.keys() - {"step"}:
            assert same(table[f"{label}.{name}"], alone[name]), name
    single = from_csv(tell("orthogonal", "--steps", 3, "--dim", 4, "--seed", 5)[1])
    assert same(single["log10_nuclear_norm"], table["orthogonal.log10_nuclear_norm"])


def test_series_of_the_scene_are_there_entry_by_entry(tell, scene_file):
    series = "{'loss': np.arange(steps + 1.0) / 3, 'path': np.arange(2.0 * steps + 2).reshape(-1, 2),"
    series += " 'cube': np.arange(4.0 * steps + 4).reshape(-1, 2, 2)}"
    table = from_csv(tell(scene_file(f"return repeated(np.eye(2), steps, series={series})"))[1])
    assert same(table["loss"], np.arange(4) / 3)
    assert table["path_2"].tolist() == [1, 3, 5, 7]
    assert table["cube_1"].tolist() == [0, 4, 8, 12]
    assert table["cube_4"].tolist() == [3, 7, 11, 15]
    assert list(table)[-7:] == ["loss", "path_1", "path_2", "cube_1", "cube_2", "cube_3", "cube_4"]


@scenes.scene("matrix")
def drawn(steps: int = 1):
    """Stands for a scene without claims."""


@settings(max_examples=40)
@given(data=st.data(), dim=st.integers(1, 3), steps=st.integers(0, 4))
def test_any_numbers_survive_csv_json_and_npz(data, dim, steps):
    # Squares of entries stay within float64.
    entries = st.floats(-1e150, 1e150, allow_subnormal=True)
    sequence = scenes.MatrixSequence(
        data.draw(arrays(float, (steps, dim, dim), elements=entries)),
        series={"s": data.draw(arrays(float, steps + 1, elements=st.floats()))},
    )
    found = SceneRun("drawn", drawn, {}, {None: simulate(sequence)})
    table = trajectory_of(found.columns).tracks
    plain, named = from_csv(tables.dump("csv", found)), from_json(tables.dump("json", found))
    packed = np.load(io.BytesIO(tables.dump("npz", found)))
    for name, track in table.items():
        assert track.shape == (steps + 1,)
        assert same(plain[name], track), name
        assert same(packed[name], track), name
        finite = np.isfinite(track)
        assert same(named[name][finite], track[finite]), name
        assert np.isnan(named[name][~finite]).all(), name


@pytest.mark.parametrize("form", tables.FORMATS)
def test_the_same_command_gives_the_same_bytes(tell, form):
    arguments = ("exploding", "--steps", 3, "--dim", 3, "--format", form)
    assert tell(*arguments)[1] == tell(*arguments)[1]


@pytest.mark.parametrize("form", tables.FORMATS)
def test_output_goes_into_a_file_and_its_name_is_printed(tell, tmp_path, form):
    path = tmp_path / "new" / f"table.{form}"
    arguments = ("rotation", "--steps", 2, "--format", form)
    code, out, _ = tell(*arguments, "--output", path)
    assert code == 0
    assert out.decode().splitlines() == [str(path)]
    assert path.read_bytes() == tell(*arguments)[1]
    tell("rotation", "--steps", 1, "--format", form, "-o", path)
    assert list(listing(path.parent)) == [path.name]
    assert path.read_bytes() == tell("rotation", "--steps", 1, "--format", form)[1]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["rotation", "--format", "xml"], 2, "choose from csv, json, npz"),
        (["rotation", "--format", ""], 2, "there is no format ''"),
        (["rotation", "--format", "CSV"], 2, "there is no format 'CSV'"),
        (["rotatoin"], 2, "did you mean 'rotation'"),
        (["../x"], 2, "there is no scene"),
        (["nowhere.py"], 2, "there is no scene file"),
        (["rotation", "--steps", "x"], 2, "steps must be"),
        (["rotation", "--steps", "-1"], 2, "steps must be"),
        (["rotation", "--stepz", "1"], 2, "--stepz"),
        (["rotation", "--fps", "3"], 2, "--fps"),
        (["vanishing", "--spectral-radius", "nan"], 2, "spectral_radius must be"),
    ],
)
def test_bad_words_are_one_sentence(tell, tmp_path, arguments, code, said):
    (tmp_path / "old.csv").write_bytes(b"old")
    found, out, sentence = tell(*arguments, "--output", tmp_path / "old.csv")
    assert found == code
    assert out == b""
    assert said in sentence
    assert listing(tmp_path) == {"old.csv": b"old"}


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ("return repeated(np.full((2, 2), np.nan), steps)", 3, "finite"),
        ("return repeated(np.ones((2, 3)), steps)", 3, "(2, 3)"),
        ("return 5", 3, "returned int"),
        ("1 / 0", 1, "raised ZeroDivisionError"),
        ("raise SystemExit(0)", 1, "SystemExit"),
    ],
)
def test_bad_scene_files_are_one_sentence(tell, scene_file, body, code, said):
    found, out, sentence = tell(scene_file(body))
    assert (found, out) == (code, b"")
    assert said in sentence


def test_output_that_cannot_be_written_is_code_5_and_changes_nothing(tell, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "link.csv").symlink_to(tmp_path / "file")
    before = sorted(path.name for path in tmp_path.iterdir())
    for path, said in {"folder": "is a folder", "file/x.csv": "is not a folder", "link.csv": "symbolic link"}.items():
        code, out, sentence = tell("rotation", "--steps", 1, "--output", tmp_path / path)
        assert (code, out) == (5, b"")
        assert said in sentence
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert (tmp_path / "file").read_bytes() == b"old"
    assert list((tmp_path / "folder").iterdir()) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_standard_output_is_code_5():
    command = [sys.executable, "-m", "render", "numbers", "rotation", "--steps", "1"]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
    assert done.returncode == 5
    assert re.fullmatch(SENTENCE, done.stderr)


def test_npz_is_not_thrown_at_a_terminal(tmp_path):
    command = [sys.executable, "-m", "render", "numbers", "rotation", "--steps", "1", "--format", "npz"]
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
        os.set_blocking(ours, False)
        with pytest.raises(BlockingIOError):
            os.read(ours, 1)
        assert done.returncode == 2
        assert re.fullmatch(SENTENCE, done.stderr)
        assert "--output" in done.stderr
        path = tmp_path / "t.npz"
        done = subprocess.run([*command, "--output", path], stdout=theirs, stderr=subprocess.PIPE, env=ENVIRONMENT)
        assert done.returncode == 0
        assert os.read(ours, 1000).decode().strip() == str(path)
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_scene_without_a_product_has_its_series_only(tell, scene_file):
    name = scene_file("return Record({'a': range(steps + 1), 'b': np.ones((steps + 1, 2))})")
    table = from_csv(tell(name, "--steps", 2)[1])
    assert list(table) == ["step", "a", "b_1", "b_2"]
    assert table["a"].tolist() == [0, 1, 2]
    name = scene_file("return {'x': Record({'a': range(4)}), 'y': repeated([[2.0]], 3)}")
    names = list(from_csv(tell(name)[1]))
    assert names[:2] == ["step", "x.a"]
    assert "y.log10_spectral_norm" in names and "x.log10_spectral_norm" not in names


def test_a_false_claim_is_told_and_stops_no_numbers(tell, scene_file):
    claim = "\n\n@own.claim('norm')\ndef _():\n    return Claimed(1.0, 2.0, 0.5)"
    name = scene_file(f"return repeated(np.eye(2), steps)\n{claim}")
    assert tell(name)[0] == 0
    code, out, _ = tell(name, "--format", "json")
    assert code == 0
    claim = {"claim": "norm", "value": 1.0, "expected": 2.0, "tolerance": 0.5, "holds": False}
    assert json.loads(out)["claims"] == [claim]


def test_what_a_scene_prints_does_not_get_among_the_numbers(scene_file):
    done = run("numbers", scene_file("print('building'); return repeated(np.eye(2), steps)"))
    assert done.returncode == 0
    assert done.stdout.startswith("step,")
    assert done.stderr == "building\n"


def test_nothing_that_draws_or_encodes_is_imported():
    code = """
import sys
from render.cli import commands as cli
from render.cli import terminal
for words in (["article", "--steps", "2"], ["rotation", "--steps", "2", "--format", "json"],
              ["vanishing", "--steps", "2", "--format", "npz"]):
    sys.argv = ["render", "numbers", *words]
    assert terminal.run(cli.commands) == 0
heavy = {"matplotlib", "imageio", "imageio_ffmpeg", "PIL"}
heavy |= {"render.pipeline.painter", "render.drawing.raster", "render.video.encoder"}
print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b"[]\n"
