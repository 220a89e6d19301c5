"""Paths of a ring of points under the four kinds of 2 × 2 matrices."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Trajectory,
    first_step,
    repeated,
    rotation_matrix,
    scene,
    show,
)
from scenes.powers._common import ring, ring_error

_EPS = float(np.finfo(float).eps)
# A change of basis with an exact inverse: without it matrices with real eigenvalues would be diagonal.
_BASIS, _BASIS_INVERSE = np.array([[1.0, 0.5], [0.0, 1.0]]), np.array([[1.0, -0.5], [0.0, 1.0]])
_NODE, _SADDLE, _SPIRAL, _CENTRE = "node", "saddle", "spiral", "centre"
# For every kind of fixed point: how many directions lead in, how many out, and whether the points turn.
_WAYS = {_NODE: (2, 0, False), _SADDLE: (1, 1, False), _SPIRAL: (2, 0, True), _CENTRE: (0, 0, True)}


def _planar_power(kind: str, power: int, outwards: float = 1.05) -> FloatArray:
    """Return the t-th power of a matrix of that kind in closed form; a saddle has the eigenvalue `outwards`."""
    turn = rotation_matrix(power * np.deg2rad(6.0))
    simple = {
        _NODE: np.diag([0.96**power, 0.88**power]),
        _SADDLE: np.diag([outwards**power, 0.9**power]),
        _SPIRAL: 0.97**power * turn,
        _CENTRE: turn,
    }[kind]
    turning = _WAYS[kind][2]
    return np.asarray(simple if turning else _BASIS @ simple @ _BASIS_INVERSE)


@scene(
    show("points", of="ring", heading="a ring of starts", reach=2.0, trail=True),
    show(
        "norms",
        heading="largest stretch",
        note="|λ|: node 0.96 and 0.88, saddle 1.05 and 0.9; spiral 0.97 and centre 1, both with an angle",
    ),
    title="Where a matrix leads",
    statement="the eigenvalues decide where all starts go: in, in and out, turning in, or round",
    opening="Four matrices W, one ring of starts. The eigenvalues λ of W decide where they go.",
    running="<vanish>Both λ below 1: in.</> <explode>One above 1: out.</> λ with an angle (complex): <keep>they "
    "turn</>.",
    covers=(2, 15),
)
def phase_plane(steps: Annotated[int, Bounds(0, 2_000)] = 64) -> dict[str, MatrixSequence]:
    """Paths of a ring of points under four 2 × 2 matrices: node, saddle, spiral and centre.

    The eigenvalues are real and inside the unit circle, real with one of them outside, a complex pair
    inside, and a pair on the circle, which turns and keeps every length.
    """
    matrices = {kind: _planar_power(kind, 1) for kind in _WAYS}
    return {kind: repeated(matrix, steps, {"ring": ring(matrix, steps)}) for kind, matrix in matrices.items()}


@phase_plane.moment(
    "Step {step}: the <explode>saddle</> sends a start out to over twice its distance: one |λ| is above 1."
)
def _(columns: Mapping[str, Trajectory]) -> Reached | None:
    saddle = columns[_SADDLE].log10_spectral_norm
    step = first_step((saddle > np.log10(2)) & (np.arange(len(saddle)) > 3))
    return None if step is None else Reached(step)


@phase_plane.moment(
    "<vanish>Node</> and spiral: at most {left:%} is left. <explode>Saddle: × {saddle:log10}.</> "
    "<keep>The centre goes round for ever.</>"
)
def _(columns: Mapping[str, Trajectory], steps: int) -> Reached | None:
    sizes = {kind: float(column.log10_spectral_norm[-1]) for kind, column in columns.items()}
    if steps < 8:
        return None
    return Reached(steps, left=10 ** max(sizes[_NODE], sizes[_SPIRAL]), saddle=sizes[_SADDLE])


for _kind in _WAYS:

    @phase_plane.claim("stable directions", column=_kind)
    def _(product: Trajectory, steps: int, kind: str = _kind) -> Claimed:
        log10_moduli = product.eigenvalues(steps)[0]
        return Claimed(
            float(np.count_nonzero(log10_moduli < -1e-9 * steps)),
            float(_WAYS[kind][0] if steps else 0),
            0.0,
            "The last product's eigenvalues inside the unit circle are counted.",
        )


for _kind in _WAYS:

    @phase_plane.claim("log10 norm at last", column=_kind)
    def _(product: Trajectory, steps: int, kind: str = _kind) -> Claimed:
        return Claimed(
            float(product.log10_spectral_norm[-1]),
            float(np.log10(np.linalg.norm(_planar_power(kind, steps), 2))),
            16 * (steps + 1) * _EPS,
            "Each of T multiplications rounds by about eps; the basis has a condition of 1.6 at most.",
        )


def _ways_of_starts(paths: FloatArray, kind: str) -> tuple[int, int, bool]:
    """Return in how many directions all starts draw in at every step, in how many out, and whether all turn."""
    # In the basis of the eigenvectors, and of turns in any of right angles, lengths rise or fall throughout.
    x, y = np.moveaxis(paths if _WAYS[kind][2] else paths @ _BASIS_INVERSE.T, 2, 0)
    turning = bool((x[:-1] * y[1:] > y[:-1] * x[1:]).all())
    lengths = np.stack([np.linalg.norm(x, axis=1), np.linalg.norm(y, axis=1)], axis=1)
    if turning:
        lengths = np.repeat(np.linalg.norm(lengths, axis=1)[:, None], 2, axis=1)
    falling = (lengths[1:] < lengths[:-1] * (1 - 1e-9)).all(axis=0)
    rising = (lengths[1:] > lengths[:-1] * (1 + 1e-9)).all(axis=0)
    return int(falling.sum()), int(rising.sum()), turning


def _ways_of_eigenvalues(matrix: FloatArray) -> tuple[int, int, bool]:
    """Return how many eigenvalues lie inside the unit circle, how many outside, and whether they are a pair."""
    values = np.linalg.eigvals(matrix)
    inside, outside = np.abs(values) < 1 - 1e-9, np.abs(values) > 1 + 1e-9
    return int(inside.sum()), int(outside.sum()), bool(values.imag.any())


def _no_way_out(steps: int) -> dict[str, MatrixSequence]:
    """Return the same with a saddle whose eigenvalue outside the circle has moved inside."""
    matrices = {kind: _planar_power(kind, 1, outwards=0.95) for kind in _WAYS}
    return {kind: repeated(matrix, steps, {"ring": ring(matrix, steps)}) for kind, matrix in matrices.items()}


@phase_plane.claim("kinds that go as λ says", headline=True, counterexample=_no_way_out)
def _(columns: Mapping[str, Trajectory], steps: int) -> Claimed:
    reason = "Kinds are counted; a step changes the lengths by at least 4 %, or by rounding alone."
    if not steps:
        return Claimed(0.0, 0.0, 0.0, reason)
    right = 0
    for kind, product in columns.items():
        decided = _ways_of_eigenvalues(product.sequence.factors[0])
        moved = max(ring_error(product, step) for step in range(steps + 1)) <= 64 * (steps + 1) * np.finfo(float).eps
        right += int(moved and _ways_of_starts(product.series["ring"], kind) == decided == _WAYS[kind])
    return Claimed(float(right), float(len(_WAYS)), 0.0, reason)
