"""Orthogonal weights by a singular value decomposition: every stretch of a random matrix is set to 1."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, Reached, Record, Seed, scene, show
from scenes.initialisation._factors import asymmetry, drawn, not_orthonormal, rounding

# Columns of the matrix: so many that it has room beside its factors.
_DIM = 6
# So many multiplications show what stretches do to each other.
_TIMES = 10
# Where the factors that stand in a line begin, with room for their names.
_GAP = 5
_NAMES = ("turn U", "× stretch Σ", "× turn Vᵀ", "= W")
_PARTS = {name: index * (_DIM + _GAP) for index, name in enumerate(_NAMES)}


def _set_to(end: float, steps: int, extra: int, seed: int) -> Record:
    """Return a random matrix and its factors while all its stretches go to one number."""
    start = drawn(_DIM, extra, seed)
    u, values, vt = np.linalg.svd(start, full_matrices=False)
    part = (np.arange(steps + 1) / steps)[:, None]
    stretches = values ** (1 - part) * end**part
    weights = u * stretches[:, None, :] @ vt
    weights[0] = start
    pictures = np.zeros((steps + 1, _DIM + extra, _PARTS[_NAMES[-1]] + _DIM))
    for left, matrix in zip(_PARTS.values(), (u, stretches[:, :, None] * np.eye(_DIM), vt, weights), strict=True):
        pictures[:, : matrix.shape[-2], left : left + _DIM] = matrix
    series = {"pictures": pictures, "weights": weights, "stretches": stretches}
    return Record(series | {"ten in a row": _TIMES * np.log10(stretches)})


@scene(
    show(
        "strip",
        of="pictures",
        names=_PARTS,
        limits=(-2, 2),
        heading="random W: all stretches become 1",
        footer="orthogonal start: U Vᵀ",
    ),
    show("bars", of="stretches", heading="stretches Σ", note="1: keeps the length", x="directions"),
    show(
        "bars",
        of="ten in a row",
        scale="log10",
        heading="ten multiplications",
        note="by W and Wᵀ in turn",
        x="directions",
        numbers=False,
    ),
    title="Random weights made orthogonal",
    statement="random weights are U Σ Vᵀ: with every stretch in Σ set to 1 they are U Vᵀ, which keeps lengths however "
    "often it multiplies",
    opening="Random weights turn, stretch and turn: W = U Σ Vᵀ. Now every stretch is set to 1.",
    arrange="stacked",
    fps="10",
    covers=(32,),
)
def svd_orthogonal(
    steps: Annotated[int, Bounds(1, 300)] = 48,
    extra: Annotated[int, Bounds(0, 24)] = 0,
    seed: Seed = 0,
) -> Record:
    """Set the singular values of a Gaussian matrix to 1, and with them those of a product of many.

    ``W = U Σ Vᵀ`` with orthonormal columns in U and V becomes ``U Vᵀ``, its orthogonal polar factor. Stretches of ten
    matrices ``… Wᵀ W Wᵀ W``, forward by one and back by the other, are the tenth powers of W's own: they fall apart
    unless they are 1. Lasagne's ``init.Orthogonal`` returns U alone, or Vᵀ where there are fewer rows than columns.

    Parameters
    ----------
    steps : int
        Steps on the way of all stretches to 1.
    extra : int
        How many rows there are more than columns; with any, columns can be orthonormal, but rows cannot.
    """
    return _set_to(1.0, steps, extra, seed)


@svd_orthogonal.moment(
    "Half way: W stretches by {least:2} to {most:2}, ten multiplications by {few:log10} to {many:log10}."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    half = steps // 2
    if not 1 < half:
        return None
    stretches, ten = series["stretches"][half], series["ten in a row"][half]
    return Reached(half, least=stretches.min(), most=stretches.max(), few=ten.min(), many=ten.max())


@svd_orthogonal.moment(
    "W = U Vᵀ is <keep>orthogonal</>: ten multiplications stretch by <keep>1</>, "
    "at first by {few:log10} to {many:log10}."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    first = series["ten in a row"][0]
    return Reached(steps, few=float(first.min()), many=float(first.max()))


def _in_a_row(weights: FloatArray) -> FloatArray:
    """Return the singular values of ten matrices W and Wᵀ in turn, multiplied one by one."""
    product = np.eye(_DIM)
    for count in range(_TIMES):
        product = (weights.T if count % 2 else weights) @ product
    return np.asarray(np.linalg.svd(product, compute_uv=False))


def _nine_tenths(steps: int, extra: int, seed: int) -> Record:
    """Return the same with stretches set to 0.9."""
    return _set_to(0.9, steps, extra, seed)


@svd_orthogonal.claim("ten multiplications: off / allowed", headline=True, counterexample=_nine_tenths)
def _(series: Mapping[str, FloatArray]) -> Claimed:
    first, last = series["weights"][0], series["weights"][-1]
    before = _in_a_row(first)
    off = [
        not_orthonormal(last) / rounding(last),
        float(np.abs(_in_a_row(last) - 1).max()) / (_TIMES * rounding(last)),
        2 * float(before[-1] / before[0]),
    ]
    return Claimed(
        max(off),
        0.0,
        1.0,
        "At the end columns are orthonormal, and ten matrices have no other stretch than 1; at first the largest was "
        "twice the least at least.",
    )


@svd_orthogonal.claim("Wᵀ A less its transpose")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    # Of all orthogonal matrices this is so of U Vᵀ alone, with eigenvalues that are not negative.
    weights = series["weights"]
    return Claimed(
        asymmetry(weights[-1], weights[0]), 0.0, rounding(weights), "A factorisation rounds by about n · eps."
    )


@svd_orthogonal.claim("largest of ten / tenth power")
def _(series: Mapping[str, FloatArray], steps: int) -> Claimed:
    ratios = [
        float(_in_a_row(series["weights"][step])[0] / 10 ** series["ten in a row"][step].max())
        for step in (0, steps // 2, steps)
    ]
    return Claimed(
        max(ratios, key=lambda ratio: abs(ratio - 1)), 1.0, 1e-11, "Ten multiplications round by n · eps each."
    )
