"""Recurrent networks laid out in time: unrolled, in both directions, and in several layers."""

from collections.abc import Mapping
from fractions import Fraction
from math import log10
from typing import Annotated, Any

import numpy as np

from scenes._activations import ACTIVATIONS
from scenes._cells import complex_step_jacobian
from scenes._matrices import gaussian_matrix, haar_orthogonal, random_unit_vector
from scenes._networks import RNN, Run
from scenes._scene import Bounds, Claim, Seed, scene, show
from scenes._sequence import FloatArray, MatrixSequence

_EPS = float(np.finfo(float).eps)
_TANH = ACTIVATIONS["tanh"]


# ---------------------------------------------------------------- the chain rolled out


def _chain(parameters: Mapping[str, Any], steps: int) -> tuple[RNN, FloatArray, FloatArray]:
    """Return a network, its inputs and its first state."""
    dim, seed = parameters["dim"], parameters["seed"]
    recurrent, kernel = 0.95 * haar_orthogonal(dim, [seed, 1]), gaussian_matrix((dim, 3), [seed, 2])
    random = np.random.default_rng([seed, 3])
    inputs = 0.3 * random.standard_normal((steps, 3))
    return RNN(recurrent, kernel, np.zeros(dim), _TANH), inputs, 0.3 * random.standard_normal(dim)


def _chain_norm(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    network, inputs, start = _chain(parameters, trajectory.steps)
    jacobian = complex_step_jacobian(lambda h: network.run(inputs, h).states[-1], start)
    return float(np.linalg.norm(jacobian, 2))


def _weight_count(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    network = _chain(parameters, trajectory.steps)[0]
    return float(network.recurrent.size + network.inputs.size + network.bias.size)


@scene(
    show("matrix", limits=(-1, 1)),
    show("heatmap", of="factors", heading="∂h_t/∂h_{t−1}, from the last step back", limits=(-1, 1)),
    show("bars", of="norms", heading="norm of ∂h_T/∂h_t"),
    "claims",
    title="The chain rolled out",
    statement="the gradient by h₀ is a product of neighbours: one more Jacobian for every step back",
    claims=(
        Claim(
            "‖∂h_T/∂h₀‖",
            lambda t, p: float(np.linalg.norm(t.matrix(t.steps), 2)),
            _chain_norm,
            lambda t, p: 1e-13 * (t.steps + 1) * float(np.prod(np.linalg.norm(t.sequence.factors, 2, axis=(1, 2)))),
            "Each of T products rounds by about n · eps times the norms of all factors.",
        ),
        Claim(
            "weights, any length",
            _weight_count,
            lambda t, p: float(p["dim"] * (p["dim"] + 3 + 1)),
            0.0,
            "Whole numbers: n × n, n × 3 and n weights, whatever the number of steps.",
        ),
    ),
    poster=0.6,
    fps="1.25",
    covers=(76, 100),
)
def unrolled(
    steps: Annotated[int, Bounds(0, 12)] = 5,
    dim: Annotated[int, Bounds(2, 4)] = 3,
    seed: Seed = 0,
) -> MatrixSequence:
    """Products of the Jacobians of neighbouring states, taken back from the last state to the first.

    One cell is copied once for every step, so that its weights are the same ones at each. The product is
    ``J_tᵀ … J_Tᵀ``, by which a gradient at the last state is multiplied.
    """
    network, inputs, start = _chain({"dim": dim, "seed": seed}, steps)
    jacobians = network.run(inputs, start).jacobians
    width = max(steps * (dim + 1) - 1, 1)
    strip, norms = np.zeros((steps + 1, dim, width)), np.zeros((steps + 1, steps + 1))
    product = np.eye(dim)
    norms[:, steps] = 1.0
    for back in range(1, steps + 1):
        place = steps - back
        product = product @ jacobians[place]
        strip[back:, :, place * (dim + 1) : place * (dim + 1) + dim] = jacobians[place]
        norms[back:, place] = np.linalg.norm(product, 2)
    factors = np.swapaxes(jacobians[::-1], 1, 2)
    return MatrixSequence(factors, series={"factors": strip, "norms": norms})


# ---------------------------------------------------------------- both directions

_BLANKS = ("glad", "not", "very")
_FILMED = ("I", "am", "___", "hungry", "and", "I", "can", "eat", "half", "a", "pig")
# What the networks are trained on: words before the blank, what fills it, words after it, and how often.
_CORPUS = (
    ("I am", "glad", "", 4),
    ("I am", "glad", "today", 2),
    ("I am", "glad", "and I can eat half a pig", 2),
    ("I am", "not", "hungry", 3),
    ("I am", "not", "hungry and I can not eat half a pig", 3),
    ("I am", "very", "hungry", 1),
    ("I am", "very", "hungry and I can eat half a pig", 2),
    ("you are", "not", "hungry", 4),
    ("you are", "very", "hungry", 2),
)
_WORDS = sorted({word for before, _, after, _ in _CORPUS for word in f"{before} {after}".split()})
_BEFORE, _AFTER = 2, 9
_ROUNDS = 400


def _one_hot(words: list[str], length: int) -> FloatArray:
    """Return words as inputs, zeros after the last one, shape (length, number of words known)."""
    inputs = np.zeros((length, len(_WORDS)))
    for place, word in enumerate(words):
        inputs[place, _WORDS.index(word)] = 1.0
    return inputs


def _softmax(scores: FloatArray) -> FloatArray:
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


class _Reader:
    """Two RNNs that read towards a blank from both sides, and a softmax over both states that tells what fills it.

    Parameters
    ----------
    dim : int
        Units of each; the readout sees 2 · dim numbers.
    seed : int
        Seed of the weights.
    both : bool
        Whether the right context is read at all.
    """

    def __init__(self, dim: int, seed: int, both: bool) -> None:
        self.dim, self.both = dim, both
        self.weights: list[Any] = []
        for side in range(2):
            recurrent = gaussian_matrix(dim, [seed, 4, side])
            kernel = gaussian_matrix((dim, len(_WORDS)), [seed, 5, side], 1.0)
            self.weights += [recurrent, kernel, np.zeros(dim)]
        self.weights += [np.zeros((len(_BLANKS), 2 * dim)), np.zeros(len(_BLANKS))]

    def sweeps(self, left: FloatArray, right: FloatArray) -> tuple[Run, Run]:
        """Read words from the left end and from the right end."""
        forward, kernel, bias, backward, back_kernel, back_bias, *_ = self.weights
        return (
            RNN(forward, kernel, bias, _TANH).run(left),
            RNN(backward, back_kernel, back_bias, _TANH).run(right),
        )

    def train(self) -> None:
        """Fit the corpus, at every stage of reading it, by cross-entropy and Adam; rates fall to zero."""
        columns = np.arange(len(_CORPUS))
        lefts = [before.split() for before, *_ in _CORPUS]
        rights = [after.split()[::-1] if self.both else [] for *_, after, _ in _CORPUS]
        inputs = [
            np.stack([_one_hot(words, length) for words in side], axis=1)
            for side, length in ((lefts, _BEFORE), (rights, _AFTER))
        ]
        stages = np.arange(_AFTER + 1)[:, None]
        # How many words each sweep has read at each stage; a sentence is over when both have come to its blank.
        read = [np.minimum(stages, [len(words) for words in side]) for side in (lefts, rights)]
        counts = np.array([count for *_, count in _CORPUS]) / sum(count for *_, count in _CORPUS)
        share = counts * (stages <= np.maximum(_BEFORE, [len(words) for words in rights]))
        wanted = np.eye(len(_BLANKS))[[_BLANKS.index(word) for _, word, *_ in _CORPUS]]
        mean = [np.zeros_like(w) for w in self.weights]
        square = [np.zeros_like(w) for w in self.weights]
        for count in range(1, _ROUNDS + 1):
            runs = self.sweeps(*inputs)
            states = np.concatenate([run.states[at, columns] for run, at in zip(runs, read, strict=True)], axis=-1)
            wrong = (_softmax(states @ self.weights[6].T + self.weights[7]) - wanted) * share[..., None]
            gradient: list[FloatArray] = []
            for run, at, part in zip(runs, read, np.split(wrong @ self.weights[6], 2, axis=-1), strict=True):
                direct = np.zeros_like(run.states)
                np.add.at(direct, (at, columns), part)
                found = run.gradient(run.backward(direct))
                gradient += [found.recurrent, found.inputs, found.bias]
            gradient += [np.einsum("tsk,tsh->kh", wrong, states), wrong.sum(axis=(0, 1))]
            rate = 0.05 * (1 - count / _ROUNDS)
            for place, slope in enumerate(gradient):
                mean[place] = 0.9 * mean[place] + 0.1 * slope
                square[place] = 0.999 * square[place] + 0.001 * slope**2
                scale = np.sqrt(square[place] / (1 - 0.999**count)) + 1e-8
                self.weights[place] = self.weights[place] - rate * mean[place] / (1 - 0.9**count) / scale


def _sides() -> tuple[list[str], list[str]]:
    """Return the words of the film's sentence left of the blank, and those right of it from the end."""
    blank = _FILMED.index("___")
    return list(_FILMED[:blank]), list(_FILMED[:blank:-1])


def _share_of(word: str, left: list[str], right: list[str] | None) -> float:
    """Return how often the word fills the blank in the corpus, among sentences that begin and end like this."""
    found, total = 0, 0
    for before, blank, after, count in _CORPUS:
        ends = right is None or after.split()[::-1][: len(right)] == right
        if ends and before.split()[: len(left)] == left:
            total += count
            found += count * (blank == word)
    return float(Fraction(found, total))


def _off_counts(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how far the network's probabilities are from the shares in the corpus, at any stage of reading."""
    left, right = _sides()
    shares = [[_share_of(word, left[:step], right[:step]) for word in _BLANKS] for step in range(trajectory.steps + 1)]
    return float(np.abs(trajectory.sequence.series["both"] - shares).max())


def _late_change(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how much the reader of the left side changes its mind after it has come to the blank."""
    left = trajectory.sequence.series["left only"]
    return float(np.abs(left[_BEFORE:] - left[_BEFORE]).max())


@scene(
    show("heatmap", of="states", heading="states", limits=(-1, 1), rows=_FILMED),
    show("bars", of="both", heading="the blank, by both sides", labels=_BLANKS, limits=(0, 1)),
    show("bars", of="left only", heading="by the left side", labels=_BLANKS, limits=(0, 1)),
    "claims",
    title="Bidirectional RNN",
    statement="I am ___ hungry …: only words to the right of the blank tell what fills it",
    claims=(
        Claim(
            "P(very), both sides",
            lambda t, p: float(t.sequence.series["both"][-1, 2]),
            lambda t, p: _share_of("very", *_sides()),
            0.05,
            "The network is trained for a fixed number of rounds; it should come within 0.05 of the counts.",
        ),
        Claim(
            "P(very), left side",
            lambda t, p: float(t.sequence.series["left only"][-1, 2]),
            lambda t, p: _share_of("very", _sides()[0], None),
            0.05,
            "The network is trained for a fixed number of rounds; it should come within 0.05 of the counts.",
        ),
        Claim("left, after the blank", _late_change, 0.0, 0.0, "It reads nothing more, so that nothing changes."),
        Claim(
            "off the corpus",
            _off_counts,
            0.0,
            0.1,
            "The network is trained for a fixed number of rounds; at every stage it should be near the counts.",
        ),
    ),
    poster=1.0,
    fps="1.25",
    covers=(94, 95, 119),
)
def bidirectional(
    dim: Annotated[int, Bounds(6, 8)] = 6,
    seed: Seed = 0,
) -> MatrixSequence:
    """Sweeps over a sentence from both ends, and what each side expects in the blank between them.

    Two RNNs are trained on a small corpus to fill blanks at every stage of reading, so that their probabilities come
    to the shares of words in the corpus. Each row holds the state after its word, that of the forward sweep left of the
    blank and of the backward sweep right of it, and the row of the blank holds both, 2 n numbers: the output is made
    of these. The whole sentence has to be there, so that this is no way to predict a next word. The product is that
    of both sweeps' Jacobians.

    Parameters
    ----------
    dim : int
        Units n of each direction.
    """
    left, right = _sides()
    steps, blank = len(right), len(left)
    series: dict[str, Any] = {}
    for name, both in (("left only", False), ("both", True)):
        reader = _Reader(dim, seed, both)
        reader.train()
        forward, backward = reader.sweeps(_one_hot(left, _BEFORE), _one_hot(right, steps))
        ahead = forward.states[np.minimum(np.arange(steps + 1), blank)]
        back = backward.states if both else np.zeros_like(backward.states)
        scores = np.concatenate([ahead, back], axis=1) @ reader.weights[6].T + reader.weights[7]
        series[name] = _softmax(scores)
    states = np.zeros((steps + 1, len(_FILMED), 2 * dim))
    states[:, blank, :dim], states[:, blank, dim:] = ahead, back
    for step in range(1, steps + 1):
        if step <= blank:
            states[step:, step - 1, :dim] = ahead[step]
        states[step:, len(_FILMED) - step, dim:] = back[step]
    factors = np.tile(np.eye(2 * dim), (steps, 1, 1))
    factors[:blank, :dim, :dim] = forward.jacobians
    factors[:, dim:, dim:] = backward.jacobians
    return MatrixSequence(factors, series=series | {"states": states})


# ---------------------------------------------------------------- several layers


def _stack_weights(parameters: Mapping[str, Any]) -> tuple[FloatArray, FloatArray]:
    """Return every layer's recurrent matrix and its matrix for what comes from below, each (layers, n, n)."""
    random = np.random.default_rng([parameters["seed"], 6])
    shape = (2, parameters["layers"], parameters["dim"], parameters["dim"])
    recurrent, below = random.standard_normal(shape) * parameters["gain"] / parameters["dim"] ** 0.5
    return recurrent, below


def _stack_ends(parameters: Mapping[str, Any]) -> tuple[FloatArray, FloatArray]:
    """Return the inputs of all times, shape (length, n), and the gradient that the last state is given."""
    random = np.random.default_rng([parameters["seed"], 7])
    inputs = 0.5 * random.standard_normal((parameters["length"], parameters["dim"]))
    return inputs, random_unit_vector(parameters["dim"], [parameters["seed"], 8])


def _stack_states(parameters: Mapping[str, Any], skips: bool, shift: Any = 0.0) -> Any:
    """Return the states of all layers and times, shape (layers, length, n); `shift` is added to the very first."""
    recurrent, below = _stack_weights(parameters)
    rows: Any = _stack_ends(parameters)[0]
    layers = []
    for layer in range(parameters["layers"]):
        h, row = np.zeros(parameters["dim"]), []
        for time, x in enumerate(rows):
            h = np.tanh(recurrent[layer] @ h + below[layer] @ x) + (x if skips else 0.0)
            h = h + (shift if layer == time == 0 else 0.0)
            row.append(h)
        rows = np.array(row)
        layers.append(rows)
    return np.array(layers)


def _stack_jacobians(parameters: Mapping[str, Any], skips: bool) -> tuple[FloatArray, FloatArray]:
    """Return the derivatives of each state by the one before it and by the one below it, (layers, length, n, n)."""
    recurrent, below = _stack_weights(parameters)
    inputs = _stack_ends(parameters)[0]
    states = _stack_states(parameters, skips)
    under = np.concatenate([inputs[None], states[:-1]])
    slopes = 1 - (states - under * skips) ** 2
    by_time = slopes[..., None] * recurrent[:, None]
    by_layer = slopes[..., None] * below[:, None] + skips * np.eye(parameters["dim"])
    return by_time, by_layer


def _gradients(parameters: Mapping[str, Any], skips: bool) -> FloatArray:
    """Return the gradient of ``g · h`` at the last time and the top by every state, shape (layers, length, n)."""
    by_time, by_layer = _stack_jacobians(parameters, skips)
    layers, length = parameters["layers"], parameters["length"]
    found = np.zeros((layers, length, parameters["dim"]))
    found[-1, -1] = _stack_ends(parameters)[1]
    for layer in range(layers - 1, -1, -1):
        for time in range(length - 1, -1, -1):
            if time + 1 < length:
                found[layer, time] += by_time[layer, time + 1].T @ found[layer, time + 1]
            if layer + 1 < layers:
                found[layer, time] += by_layer[layer + 1, time].T @ found[layer + 1, time]
    return found


def _first_cell(column: str, skips: bool) -> Claim:
    def expected(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        gradient = _stack_ends(parameters)[1]
        jacobian = complex_step_jacobian(
            lambda shift: _stack_states(parameters, skips, shift)[-1, -1], np.zeros(parameters["dim"])
        )
        return log10(np.linalg.norm(gradient @ jacobian))

    return Claim(
        "log10 at the first",
        lambda t, p: float(np.log10(t.sequence.series["gradient"][-1, -1, 0])),
        expected,
        1e-6,
        "Sums over all paths round by about n · eps a step, relative to the size of what is left.",
        column,
    )


def _path_length(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the steps until the gradient is at the first cell, with one each for the input and the output."""
    reached = trajectory.sequence.series["gradient"][:, -1, 0] > 0
    return float(reached.argmax() + 2)


def _length_claim(column: str) -> Claim:
    return Claim(
        "longest path",
        _path_length,
        lambda t, p: float(p["length"] + p["layers"]),
        0.0,
        "Whole numbers: T + L edges from the first input to the last output.",
        column,
    )


@scene(
    show("heatmap", of="gradient", limits=(-1, 1)),
    show("series", of="log10 front", heading="at the front"),
    title="Stacked RNN",
    statement="back over {length} times and down {layers} layers: skips keep the gradient on its way",
    claims=(
        _first_cell("without skips", False),
        _first_cell("with skips", True),
        _length_claim("without skips"),
        _length_claim("with skips"),
    ),
    poster=1.0,
    fps="4",
    covers=(120,),
)
def stacked(
    layers: Annotated[int, Bounds(1, 20)] = 10,
    length: Annotated[int, Bounds(1, 20)] = 10,
    dim: Annotated[int, Bounds(2, 16)] = 8,
    seed: Seed = 0,
    gain: Annotated[float, Bounds(0.1, 1)] = 0.5,
) -> dict[str, MatrixSequence]:
    """Gradients in a grid of times and layers, from the last state at the top right back to the first input.

    A layer is ``tanh(W h + U x)``, or that and x, the layer below it. Colours show the length of the gradient where
    it has come to, 1 at the start. Translation does best with two to four layers (D. Britz et al., "Massive
    exploration of neural machine translation architectures", 2017); deeper ones need such skips. The product is that
    of one path: down all layers at the last time, then back over all times.

    Parameters
    ----------
    layers, length : int
        Number L of layers, and T of times.
    gain : float
        Weights have the deviation gain / √n.
    """
    parameters = {"layers": layers, "length": length, "dim": dim, "seed": seed, "gain": gain}
    steps = layers + length - 2
    row, time = np.indices((layers, length))
    # Steps back from the top right; the top layer is drawn on top.
    distance = row + length - 1 - time
    columns = {}
    for name, skips in (("without skips", False), ("with skips", True)):
        sizes = np.linalg.norm(_gradients(parameters, skips), axis=2)[::-1]
        shown = np.where(distance <= np.arange(steps + 1)[:, None, None], sizes, 0.0)
        front = [np.log10(sizes[distance == step].max()) for step in range(steps + 1)]
        by_time, by_layer = _stack_jacobians(parameters, skips)
        path = [*by_layer[:0:-1, -1], *by_time[0, :0:-1]]
        factors = np.array([jacobian.T for jacobian in path]).reshape(steps, dim, dim)
        columns[name] = MatrixSequence(factors, series={"gradient": shown, "log10 front": front})
    return columns
