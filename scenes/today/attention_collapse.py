"""Layers of self-attention: alone they make all tokens equal, with a way around they do not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, Numbers, Reached, Record, Seed, first_step, haar_orthogonal, scene, show

_ALONE, _SKIP = "attention alone", "with a skip"
_ROLES = {_ALONE: "vanish", _SKIP: "keep"}
# Numbers of a token; two, so that all of a token can be seen.
_PLANE = 2
# Below this decimal exponent the second order of a small number is beyond float64's digits.
_TINY = -100.0
# What the logarithm of the tokens' distance multiplies by in a layer of attention.
_EXPONENT = 3.0


@dataclass(frozen=True)
class Tokens:
    """Tokens as their mean and what each is off by, ``x_i = m + 10^s r_i``: so that any smallness keeps its digits.

    Parameters
    ----------
    mean : ndarray, shape (2,)
        m.
    rest : ndarray, shape (n, 2)
        r, whose mean is 0 and whose mean square length is 1.
    exponent : float
        s.
    """

    mean: FloatArray
    rest: FloatArray
    exponent: float

    @property
    def points(self) -> FloatArray:
        """The tokens themselves, shape (n, 2)."""
        return self.mean + self.power(1) * self.rest

    def power(self, times: int) -> float:
        """Return ``10^(times · s)``, 0 where that is below float64."""
        return float(10.0 ** max(times * self.exponent, -400.0))


def scaled(mean: FloatArray, rest: FloatArray, exponent: float) -> Tokens:
    """Return tokens whose mean square length is 1."""
    shift = rest.mean(axis=0)
    mean, rest = mean + 10.0 ** max(exponent, -400.0) * shift, rest - shift
    spread = float(np.sqrt((rest**2).sum(axis=1).mean()))
    whole = float(np.sqrt((mean**2).sum() + (10.0 ** max(exponent, -400.0) * spread) ** 2))
    return Tokens(mean / whole, rest / spread, float(exponent + np.log10(spread / whole)))


def _attended(tokens: Tokens, scores: FloatArray, fixed: FloatArray | None) -> tuple[FloatArray, FloatArray, float]:
    """Return what ``softmax(X S Xᵀ) X`` has for a mean, and the rest with its exponent.

    The score of token j for token i is ``x_iᵀ S x_j``. What all j have in common, softmax takes away; what all i have
    in common gives the weights p. So the rows of weights differ from p by ``r_iᵀ S r_j`` alone, which is small of
    second order, and what they make of the r_j is small of third order.
    """
    common = tokens.power(1) * (tokens.rest @ (tokens.mean @ scores))
    own, exponent = tokens.rest @ scores @ tokens.rest.T, 2 * tokens.exponent
    if fixed is not None:
        common, own, exponent = np.zeros(len(own)), fixed, 0.0
    weights = np.exp(common - common.max())
    weights /= weights.sum()
    small = 10.0 ** max(exponent, -400.0)
    if exponent > _TINY:
        own = np.expm1(small * own) / small
    average = (own @ weights)[:, None]
    changes = weights * (own - average) / (1 + small * average)
    mean = tokens.mean + tokens.power(1) * (weights @ tokens.rest)
    return mean, changes @ tokens.rest, exponent + tokens.exponent


def _layers(kind: str, steps: int, tokens: int, seed: int, around: float, fixed: bool = False) -> Record:
    """Return the tokens behind every layer, and log10 of how far they are from their mean.

    With `fixed` scores are drawn, whatever the tokens are.
    """
    rng = np.random.default_rng([seed, 1])
    start = rng.standard_normal((tokens, _PLANE))
    now = scaled(np.zeros(_PLANE), start, 0.0)
    points, apart = [now.points], [now.exponent]
    for layer in range(steps):
        scores, drawn = rng.standard_normal((_PLANE, _PLANE)), rng.standard_normal((tokens, tokens))
        values = haar_orthogonal(_PLANE, [seed, 2, layer])
        mean, rest, exponent = _attended(now, scores, drawn if fixed else None)
        mean, rest = mean @ values.T, rest @ values.T
        if kind == _SKIP:
            # x + share · attention; beside the tokens' own rest that of attention is small.
            share = around * 10.0 ** max(exponent - now.exponent, -400.0)
            now = scaled(now.mean + around * mean, now.rest + share * rest, now.exponent)
        else:
            now = scaled(mean, rest, exponent)
        points.append(now.points)
        apart.append(now.exponent)
    return Record({"tokens": np.array(points), "apart": np.array(apart)})


@scene(
    show("points", of="tokens", heading="tokens", note="a dot each", reach=2.0, circle=False, roles=_ROLES),
    show(
        "series",
        of="apart",
        heading="distance",
        note="from the mean: attention averages tokens (weights ≥ 0, sum 1); a skip adds that to the token itself",
        roles=_ROLES,
    ),
    title="Attention makes words alike",
    statement="attention alone makes tokens equal, in three times the digits with each layer; a skip keeps them apart",
    opening="{tokens} words, each two numbers: a token. Attention layers mix them. Do they stay different?",
    counter="layer",
    smooth=True,
    fps="1",
)
def attention_collapse(
    steps: Annotated[int, Bounds(7, 9)] = 7,
    seed: Seed = 0,
    tokens: Annotated[int, Bounds(4, 16)] = 8,
    around: Annotated[float, Bounds(0.1, 0.5)] = 0.5,
) -> dict[str, Record]:
    """Tokens behind layers of self-attention alone, and with a way around each.

    A layer replaces the tokens X by softmax(X S Xᵀ) X V, with random scores S and an orthogonal V, and scales them to
    mean square length 1. Behind attention alone the logarithm of their distance triples with every layer (Y. Dong,
    J.-B. Cordonnier, A. Loukas, "Attention is not all you need", ICML 2021). A network that each token goes through by
    itself only multiplies a small distance: it delays this by some layers, but does not stop it.

    Parameters
    ----------
    steps : int
        Number of layers.
    tokens : int
        Number of tokens.
    around : float
        By what attention is multiplied before it is added to the tokens, in the network with a way around.
    """
    return {label: _layers(label, steps, tokens, seed, around) for label in _ROLES}


@attention_collapse.moment(
    "Layer {step}: tokens agree in {digits:.0} digits <vanish>with attention alone</>; "
    "each layer about triples these digits.",
    column=_ALONE,
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["apart"] < -2)
    return None if step is None else Reached(step, digits=-float(series["apart"][step]))


@attention_collapse.moment(
    "Distance of tokens: <vanish>{alone:log10} with attention alone</>, <keep>{skip:log10} with a skip</>."
)
def _(columns: Mapping[str, Numbers], steps: int) -> Reached:
    alone, skip = (float(columns[label].series["apart"][-1]) for label in _ROLES)
    return Reached(steps, alone=alone, skip=skip)


def _deaf(steps: int, seed: int, tokens: int, around: float) -> dict[str, Record]:
    """Return the same with weights that do not depend on the tokens: these come together by a factor a layer only."""
    return {label: _layers(label, steps, tokens, seed, around, fixed=True) for label in _ROLES}


@attention_collapse.claim("digits tripled, skip: off / allowed", headline=True, counterexample=_deaf)
def _(columns: Mapping[str, Numbers]) -> Claimed:
    alone, skip = (columns[label].series["apart"] for label in _ROLES)
    return Claimed(
        max(abs(float(alone[-1] / alone[-2]) - _EXPONENT), -float(skip[-1]) / 2),
        0.0,
        1.0,
        "The last layer makes it 2 to 4 times the digits: random scores add some; with a skip a hundredth is left.",
    )


@attention_collapse.claim("attention − softmax", column=_ALONE)
def _(series: Mapping[str, FloatArray], seed: int, tokens: int) -> Claimed:
    rng = np.random.default_rng([seed, 1])
    before = rng.standard_normal((tokens, _PLANE))
    before /= np.sqrt((before**2).sum(axis=1).mean())
    raised = np.exp(before @ rng.standard_normal((_PLANE, _PLANE)) @ before.T)
    after = raised / raised.sum(axis=1, keepdims=True) @ before @ haar_orthogonal(_PLANE, [seed, 2, 0]).T
    after /= np.sqrt((after**2).sum(axis=1).mean())
    return Claimed(
        float(np.abs(series["tokens"][1] - after).max()), 0.0, 1e-12, "Softmax as it is written, by some eps."
    )
