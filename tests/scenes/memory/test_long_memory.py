"""Networks that learn to remember: their gradients, their tasks, and what the file of the training holds."""

import numpy as np
import pytest
from films import decided, study_of

import scenes
from scenes import last_state
from scenes.memory import _long_memory_training as training
from scenes.memory._long_memory import Addition, Copy, Gru, Linear, Lstm, gradient_of, scores_of
from scenes.memory._long_memory_results import ahead
from scenes.memory.long_memory import long_memory

NETS = {"linear": (Linear(), 1), "LSTM": (Lstm(), 4), "GRU": (Gru(), 3)}


def drawn(task, blocks, nets=2, units=5, seed=0):
    """Return weights of small networks."""
    rng = np.random.default_rng(seed)
    width = units * blocks
    shapes = ((units, width), (task.inputs, width), (1, width), (units, task.outputs), (1, task.outputs))
    return [0.5 * rng.standard_normal((nets, *shape)) for shape in shapes]


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("task", [Copy(), Addition()])
def test_gradients_are_those_of_the_complex_step(name, task):
    net, blocks = NETS[name]
    weights = drawn(task, blocks)
    pairs = [task.examples(np.random.default_rng(seed), 6, 3) for seed in range(2)]
    inputs, targets = (np.stack(parts, axis=1) for parts in zip(*pairs, strict=True))
    _, gradient = gradient_of(net, task, weights, inputs, targets)
    rng = np.random.default_rng(1)
    for index, weight in enumerate(weights):
        direction = rng.standard_normal(weight.shape)
        moved = [w + 1e-30j * direction if k == index else w.astype(complex) for k, w in enumerate(weights)]
        slopes = task.loss(scores_of(net, moved, inputs), targets)[0].imag / 1e-30
        assert (gradient[index] * direction).sum(axis=(1, 2)) == pytest.approx(slopes, rel=1e-10), index


@pytest.mark.parametrize(("name", "cell"), [("LSTM", "LSTM"), ("GRU", "GRU")])
def test_cells_are_those_of_the_package(name, cell):
    net, blocks = NETS[name]
    task = Addition()
    recurrent, kernel, bias, *_ = weights = drawn(task, blocks, nets=1)
    inputs, _ = task.examples(np.random.default_rng(0), 7, 1)
    hidden = net.forward(weights, inputs[:, None])[0]
    options = {} if cell == "LSTM" else {"convention": "keep"}
    other = getattr(scenes, cell)(recurrent[0].T, kernel[0].T, bias[0, 0], **options)
    state = last_state(other, np.zeros(10 if cell == "LSTM" else 5), inputs[:, 0])
    assert hidden[-1, 0, 0] == pytest.approx(state[-5:], abs=1e-14)


def test_what_a_linear_transition_remembers_is_a_power_of_its_matrix():
    weights = drawn(Addition(), 1, nets=1)
    inputs = np.zeros((9, 1, 1, 2))
    inputs[0] = 1.0
    hidden = Linear().forward([*weights[:2], 0 * weights[2], *weights[3:]], inputs)[0]
    first = np.maximum(weights[1][0].sum(axis=0), 0)
    assert hidden[8, 0, 0] == pytest.approx(first @ np.linalg.matrix_power(weights[0][0], 8), rel=1e-12)


def test_tasks_are_the_known_ones():
    copy, addition = Copy(), Addition()
    inputs, targets = copy.examples(np.random.default_rng(0), 12, 40)
    letters = inputs[:3].argmax(axis=-1)
    assert inputs.shape == (18, 40, 10)
    assert letters.max() < 8
    assert (inputs[3:].argmax(axis=-1) == 8).sum() == 14 * 40
    assert (inputs[14].argmax(axis=-1) == 9).all()
    assert np.array_equal(targets[-3:].argmax(axis=-1), letters)
    assert (targets[:-3].argmax(axis=-1) == 8).all()
    # Who knows the time and guesses letters loses ln 8 for each of three.
    chances = np.full((18, 1, 40, 9), 1e-300)
    chances[:15, ..., 8], chances[15:, ..., :8] = 1.0, 1 / 8
    assert copy.loss(np.log(chances), targets[:, None])[0] == pytest.approx([copy.baseline(12)])
    assert copy.baseline(80) == pytest.approx(3 * np.log(8) / 86)
    inputs, sums = addition.examples(np.random.default_rng(0), 20, 20000)
    assert (inputs[:10, :, 1].sum(axis=0) == 1).all()
    assert (inputs[10:, :, 1].sum(axis=0) == 1).all()
    assert sums[0, 5, 0] == inputs[inputs[:, 5, 1] == 1, 5, 0].sum()
    assert sums.var() == pytest.approx(addition.baseline(20), rel=0.03)


@pytest.mark.parametrize(
    ("task", "kind"), [("copy", "orthogonal"), ("copy", "held"), ("addition", "identity"), ("addition", "GRU")]
)
def test_the_training_can_be_repeated(task, kind):
    found = training.learnt()
    place = list(training.TASKS).index(task), list(training.KINDS).index(kind)
    # Rounding differs between processors, and training makes it grow: a few updates have the same thousandths.
    run = training.trained(training.KINDS[kind], task, 5, [3], updates=50)
    kept = found["losses"][place][0, 3, :6]
    assert np.abs(training.packed(run.losses)[0].astype(int) - kept).max() <= 1


def test_how_far_updates_go_can_be_repeated():
    found = training.learnt()
    place = list(training.TASKS).index("addition"), list(training.KINDS).index("identity, unclipped"), 3
    run = training.trained(training.KINDS["identity, unclipped"], "addition", training.DELAYS[-1], [3], updates=20)
    for name, track in (("changes", run.changes), ("longest", run.longest)):
        assert np.abs(training.packed(track)[0].astype(int) - found[name][place][:3]).max() <= 1, name


def test_the_file_is_the_one_that_was_written(monkeypatch):
    assert training.FILE.stat().st_size < 100_000
    monkeypatch.setattr(training, "CHECKSUM", "0" * 64)
    with pytest.raises(ValueError, match=r"long_memory\.npz is not the file"):
        training.learnt()


def test_losses_survive_their_packing():
    losses = np.array([1.0, 0.02, 8.5, np.inf, np.nan, 1e-40])
    assert training.unpacked(training.packed(losses))[:3] == pytest.approx(np.log10(losses[:3]), abs=5e-4)
    assert np.isinf(training.unpacked(training.packed(losses))[3:5]).all()
    assert training.unpacked(training.packed(losses))[5] == -30


def test_claims_hold():
    _, verdicts = decided(long_memory)
    assert not [verdict for verdict in verdicts.values() if not verdict.holds]


def test_an_orthogonal_start_copies_better_than_the_identity():
    series = study_of("long_memory").columns[None].series
    assert ahead(series["each orthogonal"], series["each identity"]) >= 9


def test_a_shuffle_of_nets_is_noticed():
    film = long_memory.build()[None]
    claim = long_memory.headline.function
    turned = {
        **film.series,
        "each orthogonal": film.series["each uniform"],
        "each uniform": film.series["each orthogonal"],
    }
    assert claim(series=film.series).value >= 9
    assert claim(series=turned).value < 9


def test_a_start_a_tenth_shorter_than_orthogonal_forgets(monkeypatch):
    kind, first = training.KINDS["orthogonal"], training.first_weights
    kept = training.trained(kind, "copy", 40, [0]).right

    def shortened(kind, name, seed):
        recurrent, *others = first(kind, name, seed)
        return [0.9 * recurrent, *others]

    monkeypatch.setattr(training, "first_weights", shortened)
    lost = training.trained(kind, "copy", 40, [0]).right
    assert kept[0, -1] > 0.9
    assert lost[0, -1] < 0.6


def test_the_held_matrix_stays_orthogonal_and_the_free_one_leaves():
    for kind, apart in (("held", False), ("orthogonal", True)):
        weights = training.trained(training.KINDS[kind], "copy", 5, [0], updates=30).weights
        gap = np.abs(weights[0][0].T @ weights[0][0] - np.eye(32)).max()
        assert (gap > 1e-3) if apart else (gap < 1e-14), kind
