"""Networks with gates: what they keep, what they overwrite, and what becomes of their gradients."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from math import log, log10
from typing import Annotated, Any

import numpy as np

from scenes._activations import ACTIVATIONS, sigmoid
from scenes._cells import (
    GRU,
    LSTM,
    Cell,
    complex_step_jacobian,
    last_state,
    random_gru,
    random_lstm,
    stacked_blocks,
    unroll,
)
from scenes._matrices import gaussian_matrix, haar_orthogonal, uniform_matrix, with_spectral_radius
from scenes._networks import RNN
from scenes._scene import Bounds, Choices, Claim, Seed, scene, show
from scenes._sequence import FloatArray, MatrixSequence, repeated

_EPS = float(np.finfo(float).eps)

Convention = Annotated[str, Choices(("update", "keep"))]


def _log10(values: FloatArray) -> FloatArray:
    """Return decimal logarithms; NaN, which is not drawn, for zero."""
    return np.log10(np.where(values > 0, values, np.nan))


def _spectral_norms(jacobians: FloatArray) -> FloatArray:
    """Return log10 of ``‖J_t … J_1‖₂`` for t = 0 … T; the products are rescaled on the way."""
    product, exponent, found = np.eye(jacobians.shape[1]), 0.0, [0.0]
    for jacobian in jacobians:
        product = jacobian @ product
        size = float(np.linalg.norm(product, 2))
        exponent += log10(size) if size else -np.inf
        product = product / size if size else product
        found.append(exponent)
    return np.array(found)


def _log10_size(matrix: FloatArray) -> float:
    size = float(np.linalg.norm(matrix, 2))
    return log10(size) if size else -np.inf


def _after(cell: Cell, start: FloatArray, inputs: FloatArray) -> tuple[Callable[[Any], Any], FloatArray]:
    """Return the function from the first state to the last, and the first."""
    return lambda state: last_state(cell, state, inputs), start


# What a scene's network makes of its first state, by parameters and steps; and that state.
Forward = Callable[[Mapping[str, Any], int], tuple[Callable[[Any], Any], FloatArray]]


def _norm_claim(text: str, forward: Forward, column: str | None = None) -> Claim:
    """Return the claim that log10 of the product's norm is that of the network's derivative by complex steps."""

    def expected(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return _log10_size(complex_step_jacobian(*forward(parameters, trajectory.steps)))

    return Claim(
        text,
        lambda trajectory, parameters: float(trajectory.log10_spectral_norm[-1]),
        expected,
        1e-6,
        "Both ways round every step by about n · eps, relative to the size of what is left.",
        column,
    )


def _series_claim(text: str, series: str, forward: Forward) -> Claim:
    """Return the same claim of a scene's own series of log10 norms."""
    claim = _norm_claim(text, forward)
    return replace(claim, value=lambda trajectory, parameters: float(trajectory.sequence.series[series][-1]))


# ---------------------------------------------------------------- the cells at work


def _signals(steps: int, commands: int, dim: int, seed: int) -> FloatArray:
    """Return the inputs of a cell that is told what to do: values, and commands to each half of the units.

    The values change every six steps; a command is 1 in the steps in which it is given. The second half of the units
    is told everything a quarter of a round later.
    """
    inputs = np.zeros((steps, dim + 2 * commands))
    values = np.random.default_rng([seed, 1]).uniform(0.4, 0.8, (steps // 6 + 1, dim))
    values *= np.random.default_rng([seed, 2]).choice([-1.0, 1.0], values.shape)
    for step in range(steps):
        inputs[step, :dim] = values[step // 6]
        for half in range(2):
            # In a round of 24 steps every command has two steps, eight steps after the one before it.
            phase = (step - 2 - 6 * half) % 24
            if phase % 8 < 2 and phase // 8 < commands and step >= 2 + 6 * half:
                inputs[step, dim + half * commands + phase // 8] = 1.0
    return inputs


def _commanded(dim: int, commands: int, push: float) -> FloatArray:
    """Return the matrix from commands to units: `push` from each half's commands, in the order of the gates."""
    half = (np.arange(dim) >= (dim + 1) // 2).astype(int)
    matrix = np.zeros((commands, dim, 2 * commands))
    for command in range(commands):
        matrix[command, np.arange(dim), half * commands + command] = push
    return matrix


def _conveyor(parameters: Mapping[str, Any], steps: int) -> tuple[LSTM, FloatArray, FloatArray]:
    """Return an LSTM whose input gate opens when told to write, the output gate when told to read, and so on."""
    dim, seed = parameters["dim"], parameters["seed"]
    # The forget gate is open, the others are shut, unless a command of twice that strength says otherwise.
    rest = 5.0
    write, read, erase = _commanded(dim, 3, 2 * rest)
    values = np.zeros((dim, dim + 6))
    # A command lasts two steps, so that what is written is added twice.
    values[:, :dim] = 0.5 * np.eye(dim)
    kernel = np.vstack([np.hstack([np.zeros((dim, dim)), gate]) for gate in (-erase, write, read)] + [values])
    bias = np.repeat([rest, -rest, -rest, 0.0], dim)
    recurrent = 0.5 * stacked_blocks(4, dim, seed)
    return LSTM(recurrent, kernel, bias), np.zeros(2 * dim), _signals(steps, 3, dim, seed)


def _cell_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the largest departure from ``c_t = f c_{t−1} + i c̃``, worked out with more digits."""
    rows = trajectory.sequence.series["valves"][1:, :5].astype(np.longdouble)
    before, f, i, candidate, after = np.moveaxis(rows, 1, 0)
    return float(np.abs(f * before + i * candidate - after).max(initial=0))


def _written(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the first unit's cell as a sum of all that was written, each part times the forget gates after it."""
    _, f, i, candidate, *_ = trajectory.sequence.series["valves"][1:, :, 0].T
    return float(sum(i[t] * candidate[t] * np.prod(f[t + 1 :]) for t in range(trajectory.steps)))


@scene(
    show(
        "heatmap",
        of="valves",
        heading="cell",
        limits=(-1, 1),
        rows=("cell before", "forget f", "input i", "new c̃", "cell after", "output o", "hidden h"),
        numbers=True,
    ),
    show("series", of={"cell c": "cell", "hidden h": "hidden"}, heading="first unit", scale="linear"),
    show("series", of={"f": "f", "i": "i", "o": "o"}, heading="its gates", scale="linear", limits=(0, 1)),
    "claims",
    title="LSTM",
    statement="c = f · c + i · c̃: what is written stays until f closes, and h shows it when o opens",
    claims=(
        Claim(
            "c from f, i and c̃",
            _cell_error,
            0.0,
            lambda t, p: 4 * _EPS * max(1.0, float(np.abs(t.sequence.series["valves"][:, 4]).max())),
            "Two products and a sum round by eps / 2 each.",
        ),
        Claim(
            "c as a sum over time",
            lambda t, p: float(t.sequence.series["cell"][-1]),
            _written,
            lambda t, p: 8 * _EPS * (t.steps + 1) * max(1.0, float(np.abs(t.sequence.series["cell"]).max())),
            "A part that was written T steps ago has been rounded T times.",
        ),
        _norm_claim("log10 ‖∂s_T/∂s₀‖", lambda parameters, steps: _after(*_conveyor(parameters, steps))),
    ),
    poster=0.23,
    fps="5",
    covers=(98, 109),
)
def lstm(
    steps: Annotated[int, Bounds(0, 300)] = 48,
    dim: Annotated[int, Bounds(2, 16)] = 6,
    seed: Seed = 0,
) -> MatrixSequence:
    """Valves of an LSTM: values are written into the cell, kept, read and erased, as its inputs command.

    S. Hochreiter and J. Schmidhuber made the cell in 1997; the forget gate is of F. Gers, J. Schmidhuber and
    F. Cummins, 2000. The product is that of the Jacobians of c and h together.
    """
    cell, start, inputs = _conveyor({"dim": dim, "seed": seed}, steps)
    states, jacobians = unroll(cell, start, inputs)
    valves = np.zeros((steps + 1, 7, dim))
    for step, x in enumerate(inputs):
        f, i, o, candidate = cell.gates(states[step], x)
        c, h = np.split(states[step + 1], 2)
        valves[step + 1] = states[step, :dim], f, i, candidate, c, o, h
    names = {"f": 1, "i": 2, "cell": 4, "o": 5, "hidden": 6}
    return MatrixSequence(jacobians, series={"valves": valves} | {n: valves[:, row, 0] for n, row in names.items()})


def _blender(parameters: Mapping[str, Any], steps: int) -> tuple[GRU, FloatArray, FloatArray]:
    """Return a GRU whose update gate opens when told to, and whose reset gate shuts when told to."""
    dim, seed = parameters["dim"], parameters["seed"]
    sign = 1.0 if parameters["convention"] == "update" else -1.0
    rest = 5.0
    # The first command updates with the reset gate open, the second forgets the state as it does so.
    update, renew = _commanded(dim, 2, 2 * rest)
    values = np.zeros((dim, dim + 4))
    values[:, :dim] = 2.0 * np.eye(dim)
    idle = np.zeros((dim, dim))
    kernel = np.vstack([sign * np.hstack([idle, update + renew]), np.hstack([idle, -renew]), values])
    bias = np.repeat([-sign * rest, rest, 0.0], dim)
    recurrent = 0.5 * stacked_blocks(3, dim, seed)
    recurrent[:dim] *= sign
    recurrent[2 * dim :] *= 3.0
    return GRU(recurrent, kernel, bias, parameters["convention"]), np.zeros(dim), _signals(steps, 2, dim, seed)


def _weights_off(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    rows = trajectory.sequence.series["blend"][1:]
    return float(np.abs(rows[:, 4] + rows[:, 5] - 1.0).max(initial=0))


def _beyond(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how many entries of h lie neither at nor between their old value and the candidate."""
    rows = trajectory.sequence.series["blend"][1:]
    before, candidate, after = rows[:, 0], rows[:, 2], rows[:, 6]
    low, high = np.minimum(before, candidate), np.maximum(before, candidate)
    return float(np.count_nonzero((after < low - 4 * _EPS) | (after > high + 4 * _EPS)))


@scene(
    show(
        "heatmap",
        of="blend",
        heading="cell",
        limits=(-1, 1),
        rows=("h before", "reset r", "new h̃", "gate", "old weight", "new weight", "h after"),
        numbers=True,
    ),
    show("series", of={"hidden h": "hidden", "new h̃": "candidate"}, heading="first unit", scale="linear"),
    show("series", of={"old": "old", "new": "new"}, heading="its weights", scale="linear", limits=(0, 1)),
    "claims",
    title="GRU",
    statement="h is a blend of old and new, by weights that add up to 1 (gate convention: {convention})",
    claims=(
        Claim("sum of weights less 1", _weights_off, 0.0, 2 * _EPS, "Each of the two weights rounds by eps / 2."),
        Claim("h beyond old and new", _beyond, 0.0, 0.0, "A blend lies between; 4 eps are allowed for its rounding."),
        _norm_claim("log10 ‖∂h_T/∂h₀‖", lambda parameters, steps: _after(*_blender(parameters, steps))),
    ),
    poster=0.2,
    fps="5",
    covers=(98, 112),
)
def gru(
    steps: Annotated[int, Bounds(0, 300)] = 48,
    dim: Annotated[int, Bounds(2, 16)] = 6,
    seed: Seed = 0,
    convention: Convention = "update",
) -> MatrixSequence:
    """Blending in a GRU: it has no cell; its gates decide how much of h is old and how much is new.

    K. Cho et al., 2014. The network is the same in both conventions; only what is called the gate differs.

    Parameters
    ----------
    convention : str
        What the gate says: update (u weighs the new state, the old one is kept by 1 − u) or keep (z weighs the old
        state, as in PyTorch and Keras).
    """
    cell, start, inputs = _blender({"dim": dim, "seed": seed, "convention": convention}, steps)
    states, jacobians = unroll(cell, start, inputs)
    blend = np.zeros((steps + 1, 7, dim))
    for step, x in enumerate(inputs):
        old, new, reset, candidate = cell.gates(states[step], x)
        gate = new if convention == "update" else old
        blend[step + 1] = states[step], reset, candidate, gate, old, new, states[step + 1]
    names = {"candidate": 2, "old": 4, "new": 5, "hidden": 6}
    return MatrixSequence(jacobians, series={"blend": blend} | {n: blend[:, row, 0] for n, row in names.items()})


# ---------------------------------------------------------------- what gates do to gradients

# Where the picture ends; a curve that would go on below it is not drawn there.
_LEAST = -8
_GATES = {"f = 1": 1.0, "f = 0.99": 0.99, "f = 0.9": 0.9}


def _steepest_sigmoid(dim: int, seed: int, steps: int) -> FloatArray:
    """Return the Jacobians of a sigmoid RNN at its best: W is orthogonal, and z stays 0, where the slope is 1/4."""
    turn = haar_orthogonal(dim, [seed, 3])
    network = RNN(turn, np.zeros((dim, 1)), -turn @ np.full(dim, 0.5), ACTIVATIONS["sigmoid"])
    return network.run(np.zeros((steps, 1)), np.full(dim, 0.5)).jacobians


def _forget_gates_of(dim: int, seed: int, forget_bias: float, steps: int) -> FloatArray:
    """Return the forget gates of an LSTM that sees noise, shape (T, dim); its gates depend on its inputs only."""
    cell = random_lstm(dim, dim, seed, forget_bias, lambda n, _: np.zeros((n, n)))
    inputs = 0.5 * np.random.default_rng([seed, 4]).standard_normal((steps, dim))
    return np.array([cell.gates(np.zeros(2 * dim), x)[0] for x in inputs]).reshape(steps, dim)


def _kept_claim(place: int, tenths: Fraction) -> Claim:
    return Claim(
        f"∂c_T/∂c₀ at f = {float(tenths):g}",
        lambda t, p: float(t.matrix(t.steps)[place, place]),
        lambda t, p: float(tenths**t.steps),
        lambda t, p: 2 * _EPS * (t.steps + 1),
        "The gate and each of T products round by eps / 2; the expected one is a fraction of whole numbers.",
    )


@scene(
    show(
        "series",
        of={name: f"log10 {name}" for name in _GATES} | {"sigmoid RNN": "sigmoid drawn"},
        heading="∂c/∂c₀",
        limits=(_LEAST, 1),
    ),
    show("series", of={"as given": "log10 given", "bias 0": "log10 unbiased"}, heading="an LSTM, by forget bias"),
    show("bars", of="gates", heading="its forget gates", limits=(0, 1), reference="middle"),
    "claims",
    title="Forget gates",
    statement="a gate of 1 keeps the cell and its gradient; a forget bias of {forget_bias} keeps more than none",
    claims=(
        _kept_claim(2, Fraction(9, 10)),
        _kept_claim(1, Fraction(99, 100)),
        _kept_claim(0, Fraction(1)),
        Claim(
            "log10, sigmoid RNN",
            lambda t, p: float(t.sequence.series["log10 sigmoid RNN"][-1]),
            lambda t, p: t.steps * log10(0.25),
            lambda t, p: 4e-15 * (t.steps + 1) * p["dim"],
            "Each of T slopes is 1/4 but for rounding; no sigmoid network with an orthogonal W does better.",
        ),
    ),
    poster=1.0,
    covers=(67, 98, 110),
)
def forget_gates(
    steps: Annotated[int, Bounds(0, 300)] = 64,
    dim: Annotated[int, Bounds(2, 32)] = 8,
    seed: Seed = 0,
    forget_bias: Annotated[float, Bounds(1, 10)] = 4.0,
) -> MatrixSequence:
    """Products of forget gates: the gradient of a cell by an earlier one.

    Gates that do not depend on h make the Jacobian of the cell diag(f), so that the gradient is their product. An
    LSTM does not guarantee that it is kept; it only makes it easy, since one bias decides it.

    Parameters
    ----------
    forget_bias : float
        Bias of the LSTM's forget gates, which are σ(bias) on average.
    """
    t = np.arange(steps + 1)
    series: dict[str, FloatArray] = {f"log10 {name}": np.asarray(t * log10(f)) for name, f in _GATES.items()}
    series["log10 sigmoid RNN"] = _spectral_norms(_steepest_sigmoid(dim, seed, steps))
    series["sigmoid drawn"] = np.where(series["log10 sigmoid RNN"] < _LEAST, np.nan, series["log10 sigmoid RNN"])
    for name, bias in {"given": forget_bias, "unbiased": 0.0}.items():
        gates = _forget_gates_of(dim, seed, bias, steps)
        sums = np.vstack([np.zeros(dim), np.cumsum(np.log10(gates), axis=0)])
        series[f"log10 {name}"] = sums.max(axis=1)
        if name == "given":
            series["gates"] = np.vstack([gates[:1], gates]) if steps else np.full((1, dim), sigmoid(bias))
            series["middle"] = np.full((steps + 1, dim), sigmoid(bias))
    return repeated(np.diag(list(_GATES.values())), steps, series)


_UPDATES = (0.1, 0.01, 0.001)


def _opened(parameters: Mapping[str, Any], steps: int, update: float) -> tuple[GRU, FloatArray, FloatArray]:
    """Return a GRU in noise whose update gate has one value, whatever it sees."""
    dim, seed = parameters["dim"], parameters["seed"]
    cell = random_gru(dim, dim, seed, log(update / (1 - update)))
    recurrent, kernel = cell.recurrent.copy(), cell.kernel.copy()
    recurrent[:dim] = kernel[:dim] = 0.0
    inputs = 0.3 * np.random.default_rng([seed, 5]).standard_normal((steps, dim))
    return GRU(recurrent, kernel, cell.bias), np.zeros(dim), inputs


def _distance_claim(update: float) -> Claim:
    def distance(matrix: FloatArray) -> float:
        return float(np.linalg.norm(matrix - np.eye(len(matrix)), 2))

    return Claim(
        "‖∂h_T/∂h₀ − I‖",
        lambda t, p: distance(t.matrix(t.steps)),
        lambda t, p: distance(complex_step_jacobian(*_after(*_opened(p, t.steps, update)))),
        lambda t, p: 1e-13 * (t.steps + 1) * p["dim"],
        "Both ways round every step by about n · eps.",
        f"u = {update:g}",
    )


@scene(
    show("matrix", limits=(-1, 1)),
    show("series", of="log10_spectral_norm", heading="norm"),
    title="An update gate swept to 0",
    statement="h = (1 − u) · h + u · h̃: as u → 0 all is kept, ∂h_t/∂h₀ → I (PyTorch: z = 1 − u)",
    claims=tuple(_distance_claim(update) for update in _UPDATES),
    poster=1.0,
    fps="10",
    covers=(113,),
)
def update_gate(
    steps: Annotated[int, Bounds(0, 300)] = 64,
    dim: Annotated[int, Bounds(2, 24)] = 7,
    seed: Seed = 0,
) -> dict[str, MatrixSequence]:
    """Gradients of a GRU at three values of its update gate u: the smaller it is, the nearer ∂h_t/∂h₀ stays to I.

    Here the old state is kept by 1 − u. Where a network computes what is kept, as in PyTorch and Keras, the same
    happens as its gate z = 1 − u goes to 1.
    """
    return {
        f"u = {update:g}": MatrixSequence(unroll(*_opened({"dim": dim, "seed": seed}, steps, update))[1])
        for update in _UPDATES
    }


_KINDS = ("LSTM", "GRU", "tanh RNN")
_INPUTS = 4


def _kernel(dim: int, seed: int) -> FloatArray:
    return gaussian_matrix((dim, _INPUTS), [seed, 11])


# Uniform entries within ±1 / sqrt(n) have the variance 1 / (3 n), and so this spectral radius as n grows.
_RADIUS = 3**-0.5


def _uniform(dim: int, seed: list[int]) -> FloatArray:
    """Return a recurrent matrix as libraries begin with, scaled so that small ones are like large ones."""
    return with_spectral_radius(uniform_matrix(dim, seed), _RADIUS)


def _plain(maker: Callable[..., FloatArray], dim: int, seed: int) -> RNN:
    """Return a tanh RNN whose recurrent matrix is the first of the gated cells'."""
    return RNN(maker(dim, [seed, 10, 0]), _kernel(dim, seed), np.zeros(dim), ACTIVATIONS["tanh"])


def _contestants(parameters: Mapping[str, Any]) -> tuple[LSTM, GRU]:
    dim, seed, keep = parameters["dim"], parameters["seed"], parameters["keep_bias"]
    return random_lstm(dim, _INPUTS, seed, keep, _uniform), random_gru(dim, _INPUTS, seed, -keep, maker=_uniform)


def _bits_in_noise(seed: int, steps: int, sequences: int) -> tuple[FloatArray, FloatArray]:
    """Return bits ±1, and inputs that begin with a bit and go on with noise, shape (T, _INPUTS, sequences)."""
    random = np.random.default_rng([seed, 7])
    bits = random.choice([-1.0, 1.0], sequences)
    inputs = 0.05 * random.standard_normal((steps, _INPUTS, sequences))
    inputs[:1, 0] = bits
    return bits, inputs


def _recalled(states: FloatArray, bits: FloatArray) -> FloatArray:
    """Return the share of bits told rightly at every step by a linear readout that was fitted to other sequences."""
    half = len(bits) // 2
    shares = [1.0]
    for state in states:
        features = np.vstack([state, np.ones(len(bits))]).T
        # A trace of ridge regression, for states that are nearly alike.
        gram = features[:half].T @ features[:half] + 1e-6 * np.eye(features.shape[1])
        weights = np.linalg.solve(gram, features[:half].T @ bits[:half])
        shares.append(float(np.mean((features[half:] @ weights > 0) == (bits[half:] > 0))))
    return np.array(shares)


def _race(parameters: Mapping[str, Any], steps: int) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Return how well each kind recalls a bit after so many steps, and its Jacobians on one of the sequences."""
    dim, seed = parameters["dim"], parameters["seed"]
    bits, inputs = _bits_in_noise(seed, steps, 600)
    race = {}
    gated: dict[str, LSTM | GRU] = dict(zip(_KINDS, _contestants(parameters), strict=False))
    for kind, cell in gated.items():
        many = replace(cell, bias=cell.bias[:, None])
        state, hidden = np.zeros((2 * dim if kind == "LSTM" else dim, len(bits))), []
        for x in inputs:
            state = many.step(state, x)
            hidden.append(state[-dim:])
        alone = unroll(cell, np.zeros(len(state)), inputs[:, :, 0])[1]
        race[kind] = _recalled(np.array(hidden), bits), alone
    network = _plain(_uniform, dim, seed)
    hidden = list(np.swapaxes(network.run(np.swapaxes(inputs, 1, 2)).states[1:], 1, 2))
    race["tanh RNN"] = _recalled(np.array(hidden), bits), network.run(inputs[:, :, 0]).jacobians
    return race


def _first_sequence(parameters: Mapping[str, Any], steps: int) -> tuple[Callable[[Any], Any], FloatArray]:
    dim, seed = parameters["dim"], parameters["seed"]
    inputs = _bits_in_noise(seed, steps, 600)[1][:, :, 0]
    return _after(_contestants(parameters)[0], np.zeros(2 * dim), inputs)


# After so many steps what is left of the bit in a plain RNN, about 3^(−t / 2) of it, is far below the noise.
_FORGOTTEN = 24


def _recall_claim(kind: str) -> Claim:
    """Return the claim that at the end a gated network recalls the bit where a plain one guesses."""

    def difference(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        series = trajectory.sequence.series
        return float(series[f"recall of {kind}"][-1] - series["recall of tanh RNN"][-1])

    return Claim(
        f"recall {kind} − RNN",
        difference,
        # Until then anything from a draw to a win by one half is right.
        lambda t, p: 0.5 if t.steps >= _FORGOTTEN else 0.25,
        lambda t, p: 0.2 if t.steps >= _FORGOTTEN else 0.4,
        "Guessing 300 bits has a deviation of 0.03; 5 of them, and 0.05 for what the gates lose.",
    )


@scene(
    show(
        "series",
        of={kind: f"recall of {kind}" for kind in _KINDS},
        heading="bits recalled",
        scale="linear",
        limits=(0.4, 1),
        marks={"guessing": 0.5},
    ),
    show("series", of={kind: f"log10 {kind}" for kind in _KINDS}, heading="‖∂s_t/∂s₀‖"),
    show("bars", of="parameters", heading="parameters", labels=("RNN", "GRU", "LSTM")),
    "claims",
    title="LSTM or GRU",
    statement="both recall the first input long after a plain RNN, the GRU with 3/4 of the parameters",
    claims=(
        Claim(
            "weights LSTM / GRU",
            lambda t, p: float(t.sequence.series["parameters"][0, 2] / t.sequence.series["parameters"][0, 1]),
            4 / 3,
            2 * _EPS,
            "Four times n (n + m + 1) weights against three times as many; the quotient rounds.",
        ),
        *map(_recall_claim, ("LSTM", "GRU")),
        _norm_claim("log10 of LSTM", _first_sequence),
    ),
    poster=0.6,
    fps="10",
    covers=(98, 114),
)
def lstm_or_gru(
    steps: Annotated[int, Bounds(0, 80)] = 64,
    dim: Annotated[int, Bounds(16, 24)] = 16,
    seed: Seed = 0,
    keep_bias: Annotated[float, Bounds(5, 8)] = 5.0,
) -> MatrixSequence:
    """Recall and gradients of LSTM, GRU and a plain RNN of equal width, after ever more noise.

    The first input holds a bit. A linear readout of h, fitted to 300 sequences, tells it on 300 others; the networks
    are as initialised, with gates that keep equally much and recurrent weights that are uniform and have the spectral
    radius 1/√3. The product is that of the LSTM's Jacobians.

    Parameters
    ----------
    keep_bias : float
        Bias of the LSTM's forget gate, and of what the GRU keeps.
    """
    parameters = {"dim": dim, "seed": seed, "keep_bias": keep_bias}
    race, cells = _race(parameters, steps), _contestants(parameters)
    counts = dim * (dim + _INPUTS + 1), cells[1].parameters, cells[0].parameters
    series = {"parameters": np.broadcast_to(np.array(counts, dtype=float), (steps + 1, 3))}
    for kind, (recall, jacobians) in race.items():
        series |= {f"recall of {kind}": recall, f"log10 {kind}": _spectral_norms(jacobians)}
    return MatrixSequence(race["LSTM"][1], series=series)


def _ring(side: int) -> FloatArray:
    """Return a picture of a ring, ±0.8, shape (side²,)."""
    row, column = np.indices((side, side)) - (side - 1) / 2
    distance = np.hypot(row, column) / side
    return np.where((distance > 0.2) & (distance < 0.42), 0.8, -0.8).ravel()


def _cosines(states: FloatArray) -> FloatArray:
    return np.asarray(states @ states[0] / np.linalg.norm(states, axis=1) / np.linalg.norm(states[0]))


def _rewriting_inputs(seed: int, steps: int) -> FloatArray:
    return np.random.default_rng([seed, 8]).standard_normal((steps, _INPUTS))


def _kept_cosine(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the cosine of c_T with c_0 from what is left of c_0 and all that was written since."""
    f, i, candidate = np.moveaxis(trajectory.sequence.series["gates"][1:], 1, 0)
    start = trajectory.sequence.series["picture"][0].ravel()
    cell = start * np.prod(f, axis=0)
    for t in range(trajectory.steps):
        cell = cell + np.prod(f[t + 1 :], axis=0) * i[t] * candidate[t]
    return float(cell @ start / np.linalg.norm(cell) / np.linalg.norm(start))


def _mean_cosine(cosines: FloatArray) -> float:
    """Return the mean over all states but the first, which is the picture itself."""
    return float(cosines[1:].mean()) if len(cosines) > 1 else 0.0


def _chance(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return 5 deviations of the mean of T cosines between unrelated vectors with n = side² entries."""
    return float(5 / parameters["side"] / np.sqrt(max(trajectory.steps, 1)))


def _more_kept(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    series = trajectory.sequence.series
    return _mean_cosine(series["cosine"]) - _mean_cosine(series["RNN's cosine"])


@scene(
    show("heatmap", of="picture", limits=(-1, 1)),
    show("series", of="cosine", heading="cosine with start", scale="linear", limits=(-0.5, 1)),
    title="Rewritten or kept",
    statement="an RNN overwrites its whole state at every step; the cell of an LSTM has a memory apart",
    claims=(
        Claim(
            "mean cosine",
            lambda t, p: _mean_cosine(t.sequence.series["cosine"]),
            0.0,
            _chance,
            "Of two unrelated vectors with n entries the cosine has a deviation of 1 / sqrt(n); 5 of their mean's.",
            "state of an RNN",
        ),
        Claim(
            "mean cosine, less RNN's",
            _more_kept,
            lambda t, p: 1.0 if t.steps else 0.0,
            lambda t, p: 0.05 + t.steps / 400 + _chance(t, p),
            "The RNN's own deviation, and what gates of 0.99 or more let go in T steps.",
            "cell of an LSTM",
        ),
        Claim(
            "cosine at the end",
            lambda t, p: float(t.sequence.series["cosine"][-1]),
            _kept_cosine,
            lambda t, p: 4 * _EPS * (t.steps + p["side"] ** 2),
            "Sums of T parts and of n products round by eps each.",
            "cell of an LSTM",
        ),
    ),
    poster=0.5,
    fps="2.5",
    covers=(108,),
)
def rewriting(
    steps: Annotated[int, Bounds(0, 100)] = 24,
    side: Annotated[int, Bounds(6, 8)] = 8,
    seed: Seed = 0,
    forget_bias: Annotated[float, Bounds(5, 10)] = 5.0,
) -> dict[str, MatrixSequence]:
    """Pictures as the state of an RNN and as the cell of an LSTM, while both are given noise.

    Parameters
    ----------
    side : int
        Rows and columns of the picture; both networks have side² units.
    forget_bias : float
        Bias of the LSTM's forget gate; its input gate has the opposite one.
    """
    dim, start = side**2, _ring(side)
    inputs = _rewriting_inputs(seed, steps)
    plain = _plain(haar_orthogonal, dim, seed).run(inputs, start)
    cell = random_lstm(dim, _INPUTS, seed, forget_bias)
    cell.bias[dim : 2 * dim] = -forget_bias
    states, jacobians = unroll(cell, np.concatenate([start, np.zeros(dim)]), inputs)
    gates = np.zeros((steps + 1, 3, dim))
    for step, x in enumerate(inputs):
        f, i, _, candidate = cell.gates(states[step], x)
        gates[step + 1] = f, i, candidate

    def pictures(vectors: FloatArray) -> dict[str, FloatArray]:
        return {"picture": vectors.reshape(-1, side, side), "cosine": _cosines(vectors)}

    return {
        "state of an RNN": MatrixSequence(plain.jacobians, series=pictures(plain.states)),
        "cell of an LSTM": MatrixSequence(
            jacobians, series=pictures(states[:, :dim]) | {"gates": gates, "RNN's cosine": _cosines(plain.states)}
        ),
    }


_MAKERS: dict[str, Callable[..., FloatArray]] = {"random": _uniform, "orthogonal": haar_orthogonal}
_REMEDIES = {
    "neither": ("random", False),
    "orthogonal": ("orthogonal", False),
    "gates": ("random", True),
    "both": ("orthogonal", True),
}


def _remedied(name: str) -> Forward:
    maker, gated = _REMEDIES[name]

    def forward(parameters: Mapping[str, Any], steps: int) -> tuple[Callable[[Any], Any], FloatArray]:
        dim, seed = parameters["dim"], parameters["seed"]
        inputs = 0.1 * _rewriting_inputs(seed, steps)
        if gated:
            cell = random_lstm(dim, _INPUTS, seed, parameters["forget_bias"], _MAKERS[maker])
            return _after(cell, np.zeros(2 * dim), inputs)
        return lambda state: _plain(_MAKERS[maker], dim, seed).run(inputs, state).states[-1], np.zeros(dim)

    return forward


def _gain(trajectory: Any, name: str) -> float:
    """Return log10 of what is left at the end over what is left with neither remedy."""
    series = trajectory.sequence.series
    return float(series[f"log10 {name}"][-1] - series["log10 neither"][-1])


@scene(
    show("series", of={name: f"log10 {name}" for name in _REMEDIES}, heading="gradient over time"),
    show("bars", of="log10 all", heading="now", scale="log10", labels=tuple(_REMEDIES)),
    show("heatmap", of="square", heading="log10: RNN, LSTM", limits=(-10, 10), rows=("random", "orth."), numbers=True),
    "claims",
    title="Two remedies",
    statement="how much of the gradient is left: orthogonal weights help, and so do the gates of an LSTM",
    claims=(
        Claim(
            "gain, orthogonal",
            lambda t, p: _gain(t, "orthogonal"),
            lambda t, p: -t.steps * log10(_RADIUS),
            lambda t, p: 1 + 0.05 * t.steps,
            "W shrinks by its spectral radius 1/√3 a step; 1 for its first steps, 0.05 a step for slopes below 1.",
        ),
        Claim(
            "gain, gates",
            lambda t, p: _gain(t, "gates"),
            lambda t, p: -t.steps * log10(_RADIUS),
            lambda t, p: 1 - 0.5 * t.steps * log10(_RADIUS),
            "From half of what is lost without gates to half as much again, but for 1 in the first steps.",
        ),
        *(_series_claim(f"log10, {name}", f"log10 {name}", _remedied(name)) for name in ("neither", "both")),
    ),
    poster=1.0,
    fps="10",
    covers=(36,),
)
def remedies(
    steps: Annotated[int, Bounds(0, 300)] = 64,
    dim: Annotated[int, Bounds(8, 16)] = 12,
    seed: Seed = 0,
    forget_bias: Annotated[float, Bounds(1, 5)] = 1.0,
) -> MatrixSequence:
    """Gradients of four networks over time: random or orthogonal recurrent weights, without gates and with them.

    Random weights are uniform, as libraries draw them, and scaled to the spectral radius 1/√3 that those within ±1/√n
    have as n grows; all four networks see the same noise. The gradients are norms of the derivatives of the whole
    state, which for an LSTM is c and h. The product is that of the LSTM with orthogonal weights.

    Parameters
    ----------
    forget_bias : float
        Bias of the LSTM's forget gates.
    """
    inputs = 0.1 * _rewriting_inputs(seed, steps)
    series = {}
    for name, (maker, gated) in _REMEDIES.items():
        if gated:
            cell = random_lstm(dim, _INPUTS, seed, forget_bias, _MAKERS[maker])
            jacobians = unroll(cell, np.zeros(2 * dim), inputs)[1]
        else:
            jacobians = _plain(_MAKERS[maker], dim, seed).run(inputs).jacobians
        series[f"log10 {name}"] = _spectral_norms(jacobians)
    together = np.stack([series[f"log10 {name}"] for name in _REMEDIES], axis=1)
    # Rows: random and orthogonal; columns: RNN and LSTM.
    square = np.swapaxes(together.reshape(-1, 2, 2), 1, 2)
    return MatrixSequence(jacobians, series=series | {"log10 all": together, "square": square})


def _typed_gates(parameters: Mapping[str, Any], steps: int) -> tuple[FloatArray, FloatArray]:
    """Return f_t and z_t, which depend on the inputs only, each of shape (T, dim)."""
    dim, seed = parameters["dim"], parameters["seed"]
    inputs = _rewriting_inputs(seed, steps)
    z = inputs @ gaussian_matrix((dim, _INPUTS), [seed, 12]).T
    f = sigmoid(inputs @ gaussian_matrix((dim, _INPUTS), [seed, 13]).T + parameters["gate_bias"])
    return np.asarray(f), np.asarray(z)


def _typed_state(start: FloatArray, f: FloatArray, z: FloatArray) -> FloatArray:
    for gate, new in zip(f, z, strict=True):
        start = gate * start + (1 - gate) * new
    return start


def _typed_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how far the product is from the difference that a difference of 1 in h_0 makes at the end.

    The state depends on h_0 by a straight line, so no limit has to be taken.
    """
    f, z = _typed_gates(parameters, trajectory.steps)
    dim = parameters["dim"]
    made = _typed_state(np.ones(dim), f, z) - _typed_state(np.zeros(dim), f, z)
    return float(np.abs(trajectory.matrix(trajectory.steps) - np.diag(made)).max())


def _typed_rival(parameters: Mapping[str, Any], steps: int) -> tuple[Callable[[Any], Any], FloatArray]:
    dim, seed = parameters["dim"], parameters["seed"]
    inputs = _rewriting_inputs(seed, steps)
    return lambda state: _plain(gaussian_matrix, dim, seed).run(inputs, state).states[-1], np.zeros(dim)


@scene(
    show("matrix", limits=(-1, 1)),
    "norms",
    title="Strongly-typed RNN",
    statement="h = f · h + (1 − f) · z, with f of the input alone: the gradient is exactly ∏ f",
    claims=(
        Claim(
            "product less ∏ f",
            _typed_error,
            0.0,
            lambda t, p: 16 * _EPS * (t.steps + 1),
            "States of size about 3 are rounded T times on either side of the difference.",
            "strongly-typed",
        ),
        _norm_claim("log10 norm at last", _typed_rival, "tanh RNN"),
    ),
    poster=0.25,
    fps="10",
    covers=(45,),
)
def strongly_typed(
    steps: Annotated[int, Bounds(0, 300)] = 64,
    dim: Annotated[int, Bounds(2, 20)] = 8,
    seed: Seed = 0,
    gate_bias: Annotated[float, Bounds(0, 10)] = 4.0,
) -> dict[str, MatrixSequence]:
    """Gradients of a strongly-typed RNN, whose units never mix over time, beside those of a tanh RNN.

    D. Balduzzi, M. Ghifary, "Strongly-typed recurrent neural networks", ICML 2016.

    Parameters
    ----------
    gate_bias : float
        Bias of the gates f; the larger, the longer a state is kept.
    """
    f, _ = _typed_gates({"dim": dim, "seed": seed, "gate_bias": gate_bias}, steps)
    inputs = _rewriting_inputs(seed, steps)
    return {
        "strongly-typed": MatrixSequence(f[:, :, None] * np.eye(dim)),
        "tanh RNN": MatrixSequence(_plain(gaussian_matrix, dim, seed).run(inputs).jacobians),
    }
