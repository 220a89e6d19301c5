"""What the layers of a recurrent stack learn to hold: letters below, what whole words amount to above."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np

from scenes import Bounds, Claimed, FloatArray, Reached, Record, Seed, first_step, scene, show
from scenes.recurrence._levels import (
    EVERY,
    LETTERS,
    LONG,
    RATE,
    SHORT,
    WORDS,
    Stack,
    held_out,
    recovered,
    trained,
    written,
)

# The sentence whose states are drawn; those after a space are left out, for want of room.
_WORDS = (1, 0, 0, 1, 1, 0, 1, 0)
_SENTENCE = written([_WORDS])
_DRAWN = np.flatnonzero(_SENTENCE.letters[:, 0, LETTERS.index(" ")] == 0)
# A word stands below its first letter.
_COLUMNS = tuple(name for word in _WORDS for name in (WORDS[word], ""))
# Rows of the picture: odd or even, then the layers, with gaps. Names are 4 or 8 rows apart, so that none is left out
# where only every second or fourth row has room for one.
_UNITS, _TOP, _BOTTOM, _HIGH = 6, 2, 10, 16
_NAMES = {0: "“no”s odd?", 4: "upper layer", 12: "lower layer"}
_ROWS = tuple(_NAMES.get(row, "") for row in range(_HIGH))
_LAYERS = {"lower": "data", "upper": "keep"}

# Both charts show shares over the training, in the layers' colours.
_SHARE: dict[str, Any] = {
    "scale": "linear",
    "unit": "%",
    "limits": (0, 1),
    "x": "updates",
    "counts": "updates",
    "values": False,
    "roles": _LAYERS,
}


@scene(
    show(
        "heatmap",
        of="picture",
        heading="states, 2-layer RNN",
        limits=(-1, 1),
        rows=_ROWS,
        columns=_COLUMNS,
    ),
    show(
        "series",
        of={layer: f"odd, {layer}" for layer in _LAYERS},
        heading="“odd” guessed from a layer",
        note="0 %: by chance",
        **_SHARE,
    ),
    show(
        "series",
        of={layer: f"letter, {layer}" for layer in _LAYERS},
        heading="last letter guessed from a layer",
        note="100 %: always right",
        **_SHARE,
    ),
    title="What each layer holds",
    statement="two layers learn to tell odd counts from even: more of the letters is held below, of the count above",
    opening="Two layers read letters and learn one answer: is the number of “no”s so far odd?",
    running="From a layer's numbers alone we guess the answer and the last letter. How often rightly?",
    counter="update {updates}",
    poster=1.0,
    fps="5",
    covers=(120,),
)
def levels(
    dim: Annotated[int, Bounds(6, 8)] = 6,
    seed: Seed = 0,
) -> Record:
    """Two tanh layers that learn from letters whether the number of "no"s so far is odd.

    The words "no" and "on" have the same letters, so that their order has to be noticed before words can be counted.
    Only the upper layer's answers are taught, on all sentences of five words; nothing says which layer shall hold
    what. Readouts by least squares are fitted to and judged by other sentences, of eight words; how much they recover
    is the part of a feature's variance, 0 where its mean does as well. Before training, letters can be read from both
    layers, and the count from neither. Recurrent weights begin small below, of deviation 0.1 / √n, and larger above,
    1.5 / √n, which favours a count above; with no memory above, most of it is learnt below. It is one task, chosen
    for its two levels.

    Parameters
    ----------
    dim : int
        Units n of each layer; six are drawn.
    """
    return _film(Stack(dim, seed), seed)


def _film(stack: Stack, seed: int, rate: float = RATE) -> Record:
    """Return the film of a stack's training."""
    found = trained(stack, seed, _SENTENCE, rate)
    states = {layer: found.pop(layer)[:, _DRAWN, :_UNITS].swapaxes(1, 2) for layer in _LAYERS}
    count = len(found["right"])
    picture = np.zeros((count, _HIGH, len(_DRAWN)))
    picture[:, 0] = 2 * _SENTENCE.odd[_DRAWN, 0] - 1
    for layer, first in (("upper", _TOP), ("lower", _BOTTOM)):
        picture[:, first : first + _UNITS] = states[layer]
    return Record({**found, "picture": picture, "updates": EVERY * np.arange(count)})


def _untrained(dim: int, seed: int) -> Record:
    """Return the film of a stack whose weights stay as they were drawn."""
    return _film(Stack(dim, seed), seed, 0.0)


def _shares(series: Mapping[str, FloatArray], feature: str, step: int = -1) -> dict[str, float]:
    """Return how much of a feature each layer holds."""
    return {layer: float(series[f"{feature}, {layer}"][step]) for layer in _LAYERS}


@levels.moment(
    "Update {updates}: of odd or even the upper layer holds <keep>{upper:%}</>, the lower one {lower:%}.",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["odd, upper"] > 0.5)
    if step is None:
        return None
    return Reached(step, updates=int(series["updates"][step]), **_shares(series, "odd", step))


@levels.moment(
    "Letters: {l:%} below, {u:%} above. Odd or even: {lower:%} below, <keep>{upper:%}</> above.",
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    letter = _shares(series, "letter")
    return Reached(steps, l=letter["lower"], u=letter["upper"], **_shares(series, "odd"))


@levels.claim("leads / needed, the lesser", headline=True, counterexample=_untrained)
def _(series: Mapping[str, FloatArray]) -> Claimed:
    letter, odd = _shares(series, "letter"), _shares(series, "odd")
    return Claimed.between(
        min((letter["lower"] - letter["upper"]) / 0.05, (odd["upper"] - odd["lower"]) / 0.2),
        1.0,
        20.0,
        "Letters should be read better below by 5 % of their variance at least, odd or even better above by 20 %.",
    )


@levels.claim("odd or even before training")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed.between(
        max(_shares(series, "odd", 0).values()), 0.0, 0.2, "Nothing has been learnt, so states say little of the count."
    )


@levels.claim("answers right")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed.between(
        float(series["right"][-1]), 0.75, 1.0, f"Learnt from {SHORT} words; asked of {LONG}, where half is chance."
    )


@levels.claim("odd or even, from letters")
def _(seed: int) -> Claimed:
    # The letter and the one before it tell "no" from "on", but nothing of how many there were.
    pairs = [np.concatenate([text.letters[1:], text.letters[:-1]], axis=-1) for text in held_out(seed)]
    odd = [text.odd[1:, :, None] for text in held_out(seed)]
    return Claimed.between(
        recovered((pairs[0], pairs[1]), (odd[0], odd[1])), 0.0, 0.2, "The count is no feature of two letters."
    )
