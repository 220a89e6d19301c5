"""The forward pass of a recurrent network in row vectors, term by term: Z1 = X W1x + H_p W1h + b1, A2 = softmax."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    ACTIVATIONS,
    RNN,
    Bounds,
    Claimed,
    FloatArray,
    Reached,
    Record,
    Seed,
    gaussian_matrix,
    scene,
    show,
    softmax,
)
from scenes.recurrence._symbols import symbols

_KINDS = 4
_TERMS = ("symbol x W₁ₓ", "+ hₚ W₁ₕ", "+ bias b₁", "= sum z₁", "h = tanh z₁")
_OUTPUT = ("scores z₂ = h W₂ + b₂", "chances a₂ = softmax z₂")
Weights = dict[str, FloatArray]


def row_weights(dim: int, seed: int) -> Weights:
    """Return W1x, W1h, b1, W2 and b2 for row vectors: a row times W is the next row."""
    random = np.random.default_rng([seed, 6])
    return {
        "W1x": gaussian_matrix((_KINDS, dim), [seed, 1], scale=0.8),
        "W1h": gaussian_matrix(dim, [seed, 2], scale=0.9),
        "b1": random.uniform(-0.3, 0.3, dim),
        "W2": gaussian_matrix((dim, _KINDS), [seed, 3], scale=1.5),
        "b2": random.uniform(-0.3, 0.3, _KINDS),
    }


def _pass_forward(inputs: FloatArray, weights: Weights) -> Record:
    """Return all terms of every step as rows, and those of nothing read at first."""
    steps, dim = len(inputs), len(weights["b1"])
    terms, output = np.zeros((steps + 1, len(_TERMS), dim)), np.zeros((steps + 1, len(_OUTPUT), _KINDS))
    before = np.zeros(dim)
    for step, x in enumerate(inputs, 1):
        read, carried = x @ weights["W1x"], before @ weights["W1h"]
        summed = read + carried + weights["b1"]
        before = np.tanh(summed)
        terms[step] = read, carried, weights["b1"], summed, before
        scores = before @ weights["W2"] + weights["b2"]
        output[step] = scores, softmax(scores)
    # The rows of H that are known after each step.
    stacked = np.zeros((steps + 1, max(steps, 1), dim))
    for step in range(1, steps + 1):
        stacked[step, :step] = terms[1 : step + 1, 4]
    return Record({"terms": terms, "output": output, "stacked": stacked})


@scene(
    show(
        "heatmap",
        of="terms",
        heading="new state h",
        note="column: unit",
        footer="x: a symbol, a–d; hₚ: h before",
        rows=_TERMS,
        limits=(-6, 6),
        numbers=True,
        decimals=2,
    ),
    show(
        "heatmap",
        of="output",
        heading="next symbol, from h",
        note="of a–d; untrained",
        rows=_OUTPUT,
        columns=("a", "b", "c", "d"),
        limits=(-6, 6),
        numbers=True,
        decimals=2,
    ),
    show("heatmap", of="stacked", heading="H: all states h", note="row: step, column: unit", limits=(-1, 1)),
    title="The forward pass, row by row",
    statement="Z₁ = X W₁ₓ + Hₚ W₁ₕ + b₁, H = tanh Z₁, A₂ = softmax(H W₂ + b₂): a row a step, the same weights at each",
    opening="Each step reads a symbol x. Which terms make the new state h, and what does it say?",
    poster=1.0,
    fps="1.25",
    covers=(85, 86),
)
def forward_pass(
    steps: Annotated[int, Bounds(0, 100)] = 8,
    dim: Annotated[int, Bounds(2, 8)] = 5,
    seed: Seed = 0,
) -> Record:
    """Rows of the forward pass of a recurrent network, with all their terms as numbers.

    States are rows here: ``h_t = tanh(x_t W₁ₓ + h_{t−1} W₁ₕ + b₁)``. In columns the same network has the transposes
    of these weights. Stacked, the rows of all steps are the matrices Z₁, H, Z₂ and A₂.

    Parameters
    ----------
    dim : int
        Number of hidden units.
    """
    return _pass_forward(symbols(steps, _KINDS, seed), row_weights(dim, seed))


def _untransposed(steps: int, dim: int, seed: int) -> Record:
    """Return rows times weights that were written for columns."""
    weights = row_weights(dim, seed)
    return _pass_forward(symbols(steps, _KINDS, seed), weights | {"W1h": weights["W1h"].T})


@forward_pass.moment("At first hₚ is 0: z₁ is the row of W₁ₓ that the symbol picks, and b₁.")
def _(steps: int) -> Reached | None:
    return Reached(1) if steps else None


@forward_pass.moment("Now hₚ W₁ₕ carries on what was read before. W₁ₓ, W₁ₕ and b₁ are still the same.")
def _(steps: int) -> Reached | None:
    return Reached(2) if steps > 1 else None


@forward_pass.moment("The states of all {steps} steps, row below row, are H: the same weights made every row.")
def _(steps: int) -> Reached:
    return Reached(steps)


@forward_pass.claim("rows − columns", headline=True, counterexample=_untransposed)
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int) -> Claimed:
    # Columns have the transposes of the weights, number by number.
    weights = row_weights(dim, seed)
    network = RNN(weights["W1h"].T, weights["W1x"].T, weights["b1"], ACTIVATIONS["tanh"])
    h, worst = [0.0] * dim, 0.0
    for step, x in enumerate(symbols(steps, _KINDS, seed).tolist(), 1):
        z = [
            sum(float(w) * part for w, part in zip(network.recurrent[i], h, strict=True))
            + sum(float(v) * part for v, part in zip(network.inputs[i], x, strict=True))
            + float(network.bias[i])
            for i in range(dim)
        ]
        h = [float(np.tanh(part)) for part in z]
        worst = max(worst, float(np.abs(series["terms"][step, 3:] - [z, h]).max()))
    return Claimed(worst, 0.0, 1e-12, "Sums of a dozen numbers round by some eps each.")


@forward_pass.claim("stacked: Z₁ − (X W₁ₓ + Hₚ W₁ₕ + b₁)")
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int) -> Claimed:
    # As matrices: H_p is H one row later, with the first state on top.
    weights, summed, hidden = row_weights(dim, seed), series["terms"][1:, 3], series["stacked"][-1]
    before = np.vstack([np.zeros(dim), hidden])[:steps]
    stacked = symbols(steps, _KINDS, seed) @ weights["W1x"] + before @ weights["W1h"] + weights["b1"]
    away = np.abs(summed - stacked)
    return Claimed(float(away.max(initial=0.0)), 0.0, 1e-13, "Sums of a dozen numbers round by some eps each.")


@forward_pass.claim("Σ probabilities − 1")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    away = np.abs(series["output"][1:, 1].sum(axis=1) - 1)
    return Claimed(float(away.max(initial=0.0)), 0.0, 1e-14, "Four terms round by eps each.")
