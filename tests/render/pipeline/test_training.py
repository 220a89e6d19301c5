"""A matrix over training as a scene: its numbers, sentences, claims and texts."""

import numpy as np
import pytest
from films import draw, painter_for
from frame_texts import faults_in
from networks import FIXTURES, tensors

import render
import render.pipeline.training
from render.drawing.themes import find_theme
from render.errors import InputError, UsageError
from render.numerics.recurrences import exponents_along
from render.panels._tints import tinted
from render.pipeline.checkpoints import Choice, checkpoints_in
from render.pipeline.course import course_of
from render.pipeline.job import Job
from render.pipeline.network_files import NetworkReader, data_in
from render.pipeline.networks import Networks
from render.pipeline.pace import timeline_of
from render.pipeline.scene_run import built, run_of
from render.pipeline.training import UNITS, training
from render.pipeline.training_film import Data, training_film
from render.text import Words, unmarked
from scenes import ACTIVATIONS, RNN, haar_orthogonal

LOOKS = [
    {"layout": layout, "theme": "light", "language": language}
    for layout in ("wide", "square", "phone")
    for language in ("en", "ko")
]


def several_of(matrices, clock=None, unit="update", networks=None):
    matrices = np.asarray(matrices, float)
    return {
        "kind": "training",
        "clock": list(range(len(matrices)) if clock is None else clock),
        "unit": unit,
        "matrices": matrices.tolist(),
        "data": None if networks is None else networks.as_json(matrices),
    }


def run(*given, **options):
    return built("training", training(several_of(*given, **options)), {})


def networks_of(matrices, cell="tanh", inputs=None):
    count, n = np.shape(matrices)[:2]
    inputs = draw(20, 2) if inputs is None else inputs
    empty = np.zeros((count, n))
    return Networks(cell, inputs, np.asarray(matrices, float), draw(count, n, inputs.shape[1]), empty, empty)


@pytest.fixture(scope="module")
def trained():
    """The network that PyTorch trained, with its data: what a job holds, and its run."""
    reader = NetworkReader("tanh", None)
    found = checkpoints_in(FIXTURES / "rnn_training.npz", taken=reader.take)
    networks = reader.networks(data_in(FIXTURES / "inputs.npy"))
    several = several_of(found.matrices, found.clock, "update", networks)
    return several, built("training", training(several), {})


def series_of(found):
    return found.columns[None].series


def sentences(found, language="en"):
    return [unmarked(m.sentence(Words(language))) for m in found.moments if m.step is not None]


# Numbers


def test_numbers_are_those_of_numpy(trained):
    several, found = trained
    series, matrices = series_of(found), np.array(several["matrices"])
    spectra = np.linalg.eigvals(matrices)
    for shown, spectrum, matrix, k in zip(series["eigenvalues"], spectra, matrices, range(25), strict=True):
        pairs = shown @ [1, 1j]
        # Each of NumPy's has one of the film's beside it.
        assert np.abs(pairs[:, None] - spectrum[None]).min(axis=1).max() < 1e-12
        assert np.abs(pairs[:, None] - spectrum[None]).min(axis=0).max() < 1e-12
        assert series["radius"][k] == pytest.approx(np.abs(spectrum).max(), abs=1e-12)
        assert series["stretch"][k] == pytest.approx(np.linalg.svd(matrix)[1][0], abs=1e-12)
        assert series["departure"][k] == pytest.approx(
            np.sqrt(((matrix.T @ matrix - np.eye(16)) ** 2).sum()), abs=1e-12
        )
    steps = np.abs(np.diff(series["eigenvalues"] @ [1, 1j], axis=0))
    assert steps[5:].max() < 0.2


def test_exponents_are_those_of_the_network_along_the_data(trained):
    found = trained[1]
    series, weights = series_of(found), tensors("rnn")
    bias = weights["bias_ih_l0"] + weights["bias_hh_l0"]
    network = RNN(weights["weight_hh_l0"], weights["weight_ih_l0"], bias, ACTIVATIONS["tanh"])
    last = exponents_along(network, np.load(FIXTURES / "inputs.npy").astype(float), np.zeros(16))
    assert np.append(series["largest"][-1], series["others"][-1]) == pytest.approx(last, abs=1e-12)
    assert found.verdicts[-1].claim == "sum of exponents at last"
    assert all(verdict.holds for verdict in found.verdicts)


@pytest.mark.parametrize(("kind", "gate", "states"), [("lstm", "forget", 16), ("gru", "update", 8)])
def test_gated_networks_have_the_exponents_of_all_their_states(kind, gate, states):
    weights = {name: array for name, array in tensors(kind).items() if not name.startswith("example")}
    arrays = {name: np.stack([0.5 * array, array]) for name, array in weights.items()}
    inputs = tensors(kind)["example.inputs"]
    film = training_film(arrays, Choice(gate=gate), Data(inputs))
    found = built("training", training(film.several), {})
    assert series_of(found)["others"].shape == (2, states - 1)
    assert [v.claim for v in found.verdicts[-2:]] == ["largest exponent over its bound", "sum of exponents at last"]
    assert all(verdict.holds for verdict in found.verdicts)
    order = "PyTorch: i, f, g, o" if kind == "lstm" else "PyTorch: r, z, n"
    assert film.title == f"weight_hh_l0: {gate} gate ({order})"


def test_the_clock_is_at_the_axis_and_in_the_counter(trained):
    scene = trained[1].scene
    assert scene.clock == tuple(range(0, 601, 25))
    assert scene.counter == "update {clock:.0}"
    assert 8 <= timeline_of(Job("training"), trained[1]).seconds <= 20


# Sentences


def test_crossings_are_said_where_they_come(trained):
    assert sentences(trained[1])[:2] == [
        "At update 25 the largest |λ| is above 1: powers of W explode.",
        "At update 50 the largest |λ| is below 1: powers of W vanish.",
    ]
    assert trained[1].moment_steps == [1, 2, 24]


@pytest.mark.parametrize("unit", UNITS)
def test_sentences_by_unit(unit):
    turn = haar_orthogonal(3, 1)
    found = run([0.9 * turn, 1.1 * turn, 1.2 * turn], [0, 500, 1000], unit)
    assert sentences(found) == [
        f"At {unit} 500 the largest |λ| is above 1: powers of W explode.",
        "Largest |λ|: from 0.9 to 1.2. ‖W‖: from 0.9 to 1.2.",
    ]
    korean = sentences(found, "ko")
    assert not any(word in text for text in korean for word in ("At", "Largest", unit))
    assert "500" in korean[0]


def test_what_rounding_does_is_no_crossing():
    turn = haar_orthogonal(5, 2)
    assert len(sentences(run([turn, turn * (1 + 1e-9), turn * (1 - 1e-9)]))) == 1


def test_exponents_that_cross_are_said():
    matrices = [[[0.5]], [[1.5]], [[0.25]]]
    found = run(matrices, networks=networks_of(matrices, "linear"))
    assert [text for text in sentences(found) if "exponent is" in text] == [
        "At update 1 the largest exponent is above 0: close states part.",
        "At update 2 the largest exponent is below 0: close states meet.",
    ]
    assert sentences(found)[-1] == "Largest |λ|: from 0.5 to 0.25. Largest exponent: from −0.693 to −1.39."


# Claims


def test_claims_hold_for_any_matrix_and_can_fail(monkeypatch):
    sizes = [np.zeros((3, 3)), 1e200 * draw(3, 3), 1e-200 * draw(3, 3), np.triu(draw(3, 3)), np.eye(3)]
    assert all(verdict.holds for verdict in run(sizes).verdicts)
    found = run(draw(6, 4, 4))
    assert all(verdict.holds for verdict in found.verdicts)
    assert not found.counterexample().verdicts[0].holds

    def wrong(name, change):
        def numbers(*given):
            series = course_of(*given)
            return series | {name: change(series[name])}

        monkeypatch.setattr(render.pipeline.training, "course_of", numbers)
        matrices = draw(6, 4, 4) / 3
        return [v.claim for v in run(matrices, networks=networks_of(matrices)).verdicts if not v.holds]

    assert wrong("sum", lambda track: track + 1e-9) == ["Σλ − trace, of ‖W‖"]
    assert wrong("root", lambda track: track + 3) == ["√Σ|λ|² / √Σw²"]
    assert wrong("radius", lambda track: track + 3) == ["largest |λ| / ‖W‖"]
    assert wrong("others", lambda track: track + 1e-3) == ["sum of exponents at last"]
    assert wrong("largest", lambda track: track + 3) == ["largest exponent over its bound", "sum of exponents at last"]


def test_eigenvalues_that_rounding_has_made_are_not_shown():
    basis = haar_orthogonal(8, 1)
    block = basis @ (0.5 * np.eye(8) + np.diag(np.ones(7), 1)) @ basis.T
    found = run([block, 0.3 * np.eye(8)])
    series = series_of(found)
    assert series["unknown"].tolist() == [8, 0]
    assert np.isnan(series["eigenvalues"][0]).all()
    assert np.isnan(series["radius"][0])
    assert found.scene.panels[0].options["note"] == "{unknown:.0} not known"
    assert all(verdict.holds for verdict in found.verdicts)
    assert sentences(found)[-1].startswith("Largest |λ|: from ? to 0.3.")


def test_exponents_at_minus_infinity_are_counted():
    matrices = [np.diag([0.5, 0, 0]), np.diag([0.5, 0.5, 0])]
    found = run(matrices, networks=networks_of(matrices))
    assert series_of(found)["lost"].tolist() == [2, 1]
    assert found.scene.panels[2].options["note"] == "{lost:.0} at −∞"


# Texts


def cases():
    turn, one = haar_orthogonal(16, 3), np.linspace(0.3, 1.8, 12)[:, None, None]
    three = np.array([np.eye(3) * size + 0.1 * draw(3, 3) for size in np.linspace(2, 0.2, 9)])
    growing = np.array([size * draw(8, 8) for size in np.geomspace(0.01, 1e4, 9)])
    return {
        "one unit": run(one, range(0, 1200, 100), "iteration", networks_of(one)),
        "three units": run(three, range(0, 9 * 10**8, 10**8), "step", networks_of(three, "linear")),
        "large": run(growing, range(0, 9 * 10**5, 10**5), "epoch", networks_of(growing, "relu")),
        "orthogonal": run([turn] * 4, unit="checkpoint"),
        "huge": run([1e200 * turn, 1e-200 * turn]),
    }


@pytest.mark.parametrize("look", [LOOKS[1], LOOKS[4]], ids=["wide, ko", "phone, en"])
def test_texts_have_names_sizes_and_room(trained, look):
    assert not faults_in(trained[1], look)


def test_the_largest_exponent_stands_out_from_the_others(trained):
    theme = find_theme("light")
    frame = painter_for(trained[1]).paint(24).pixels.reshape(-1, 3)
    drawn = {tuple(color) for color in frame.tolist()}
    assert {tuple(theme.data), tuple(tinted(theme.data, theme.background))} <= drawn


@pytest.mark.slow
def test_texts_of_other_trainings_have_room(trained):
    for name, found in {"trained": trained[1], **cases()}.items():
        for look in LOOKS:
            assert not faults_in(found, look), (name, look)


# What comes from anybody


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"clock": [0, 0]}, "must be whole numbers that rise"),
        ({"clock": [0, 1.5]}, "must be whole numbers that rise"),
        ({"clock": [0, True]}, "must be whole numbers that rise"),
        ({"clock": [-1, 1]}, "must be whole numbers that rise"),
        ({"clock": [0, 2**60]}, "must be whole numbers that rise"),
        ({"clock": "01"}, "must be whole numbers that rise"),
        ({"clock": [1]}, "needs two checkpoints at least"),
        ({"matrices": [[[1.0]]], "clock": [0]}, "needs two checkpoints at least"),
        ({"matrices": [[[1.0]], [[1.0, 0], [0, 1]]]}, "must be of one size"),
        ({"matrices": [[[1.0]], [[float("nan")]]]}, "must be finite"),
        ({"matrices": [[[1.0]], "x"]}, "must hold real numbers"),
        ({"matrices": 3}, "needs two checkpoints at least"),
        ({"unit": "<keep>"}, "counts one of update, step, epoch, iteration, checkpoint"),
        ({"unit": ["update"]}, "counts one of update"),
        ({"data": {}}, "the runs of a training cannot be read"),
        ({"data": 5}, "the runs of a training cannot be read"),
        (
            {"data": {"cell": "tanh", "inputs": [[1]], "kernel": [], "bias": [], "recurrent_bias": []}},
            "U of the network",
        ),
    ],
)
def test_jobs_that_are_none_are_refused(changed, said):
    job = Job("training", several=several_of([[[1.0]], [[2.0]]]) | changed)
    with pytest.raises(InputError) as error:
        run_of(job)
    assert said in str(error.value)
    with pytest.raises(InputError, match="cannot be read"):
        run_of(Job("training", several={"kind": "training"}))


@pytest.mark.parametrize(
    "matrices",
    [np.zeros((2, 4, 4)), np.stack([np.diag(np.ones(63), 1), 2 * np.eye(64)]), [[[0.5]], [[-0.5]]],
     [np.outer([1, 2], [3, 4]), np.ones((2, 2))]],
    ids=["zero", "sparse", "one", "singular"],
)  # fmt: skip
def test_singular_sparse_and_small_kernels(matrices):
    found = run(matrices)
    assert all(verdict.holds for verdict in found.verdicts)
    expected = np.sort(np.abs(np.linalg.eigvals(np.asarray(matrices, float))), axis=1)
    shown = np.sort(np.hypot(*np.moveaxis(series_of(found)["eigenvalues"], 2, 0)), axis=1)
    assert shown == pytest.approx(expected, abs=1e-12)


@pytest.mark.slow
def test_the_largest_kernel():
    drawn = np.random.default_rng(0).normal(size=(2, 1024, 1024)) / 64
    matrices = drawn + np.swapaxes(drawn, 1, 2)
    found = run(matrices)
    assert all(verdict.holds for verdict in found.verdicts)
    series = series_of(found)
    # Those of a symmetric matrix, found another way, are real.
    assert np.sort(series["eigenvalues"][:, :, 0]) == pytest.approx(np.linalg.eigvalsh(matrices), abs=1e-12)
    assert np.abs(series["eigenvalues"][:, :, 1]).max() < 1e-12
    assert series["radius"] == pytest.approx(series["stretch"], rel=1e-12)


# The same in the library


def test_arrays_in_memory_give_the_film_of_their_file(tmp_path):
    options = {"formats": "gif", "pace": "even", "layout": "square", "output": tmp_path}
    file = render.checkpoints(FIXTURES / "rnn_training.npz", data=FIXTURES / "inputs.npy", every=12, **options)
    with np.load(FIXTURES / "rnn_training.npz") as saved:
        arrays = dict(saved)
    memory = render.checkpoints(arrays, data=np.load(FIXTURES / "inputs.npy"), every=12, name="memory", **options)
    assert file.manifest["job"]["several"] == memory.manifest["job"]["several"]
    assert file.manifest["title"] == memory.manifest["title"] == "weight_hh_l0 over training"
    alone = render.checkpoints(draw(3, 2, 2), name="alone", **options)
    assert (alone.manifest["title"], alone.manifest["tracks"]["clock"]) == ("W over training", [0, 1, 2])


@pytest.mark.parametrize(
    ("source", "options", "error", "said"),
    [
        (draw(2, 2), {}, InputError, "no array of checkpoints × rows × columns"),
        (draw(1, 2, 2), {}, InputError, "needs two checkpoints at least"),
        ({"W": draw(3, 2, 2), "clock": [1, 1, 2]}, {}, InputError, "has clock that does not rise"),
        ("missing", {}, InputError, "there is no file missing, so check the path"),
        (draw(3, 2, 2), {"data": draw(5, 3)}, InputError, "there is no input kernel beside W"),
        (draw(3, 2, 2), {"every": 0}, UsageError, "every must be a whole number from 1 on, but it is 0"),
        (draw(3, 2, 2), {"activation": "ReLU"}, UsageError, "there is no activation 'ReLU'"),
        (draw(3, 2, 2), {"layuot": "wide"}, UsageError, "did you mean 'layout'"),
        (draw(3, 2, 2), {"steps": 5}, UsageError, "steps is of what a network makes of data"),
        ([[1], [2, 3]], {}, InputError, "cannot be read as numbers"),
    ],
)
def test_the_library_refuses_in_a_sentence(tmp_path, source, options, error, said):
    with pytest.raises(error) as found:
        render.checkpoints(source, output=tmp_path / "new", **options)
    assert said in str(found.value)
    assert not (tmp_path / "new").exists()
