"""How many directions a gradient keeps behind layers of tanh, from orthogonal and from Gaussian weights."""

from collections.abc import Callable, Mapping
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Numbers,
    Reached,
    Seed,
    Trajectory,
    complex_step_jacobian,
    first_step,
    gaussian_matrix,
    haar_orthogonal,
    scene,
    show,
)
from scenes.training._mean_field import mean_field, mean_field_in_use

_MAKERS: dict[str, Callable[..., FloatArray]] = {"orthogonal": haar_orthogonal, "Gaussian": gaussian_matrix}
_ROLES = {"orthogonal": "keep", "Gaussian": "vanish"}


def _input(dim: int, seed: int) -> FloatArray:
    """Return what both nets are given: a random vector of mean square 1."""
    state = np.random.default_rng([seed, 1]).standard_normal(dim)
    return np.asarray(state * np.sqrt(dim) / np.linalg.norm(state))


def _weights(kind: str, steps: int, dim: int, seed: int) -> list[FloatArray]:
    return [_MAKERS[kind](dim, [seed, 2, layer, 1]) for layer in range(steps)]


def _layers(kinds: Mapping[str, str], steps: int, dim: int, seed: int) -> dict[str, MatrixSequence]:
    """Return what becomes of directions by column: its Jacobians' stretches, and which part of them is kept.

    The part is that of stretches of at least half the largest, and the participation ratio ``(Σ σ²)² / (n Σ σ⁴)`` with
    the singular values of the Jacobian ``∂h_t/∂h_0``: 1 where they are equal, 1 / n where one is all that counts.
    """
    columns = {}
    for label, kind in kinds.items():
        state, jacobian = _input(dim, seed), np.eye(dim)
        factors = np.empty((steps, dim, dim))
        stretches, part, size = np.ones((steps + 1, dim)), np.ones(steps + 1), np.zeros(steps + 1)
        for step, weights in enumerate(_weights(kind, steps, dim, seed)):
            state = np.tanh(weights @ state)
            factors[step] = (1 - state**2)[:, None] * weights
            jacobian = factors[step] @ jacobian
            values = np.linalg.svd(jacobian, compute_uv=False)
            # What all have in common is kept apart, for it says nothing of directions.
            typical = np.sqrt(np.mean(values**2))
            jacobian /= typical
            size[step + 1] = size[step] + np.log10(typical)
            stretches[step + 1] = values / values[0]
            part[step + 1] = (values**2).sum() ** 2 / dim / (values**4).sum()
        counted = (stretches >= 0.5).mean(axis=1)
        series = {"stretches": stretches, "counted": counted, "kept": part, "log10 size": size}
        columns[label] = MatrixSequence(factors, series=series)
    return columns


@scene(
    show(
        "bars",
        of="stretches",
        heading="stretches",
        note="each; largest: 1",
        x="directions",
        limits=(0, 1),
        numbers=False,
        roles=_ROLES,
    ),
    show(
        "series",
        of="counted",
        scale="linear",
        unit="%",
        limits=(0, 1),
        heading="bars of 0.5 or more",
        note="stretches not far below the largest; W and tanh shrink the others",
        roles=_ROLES,
    ),
    title="Directions that a gradient keeps",
    statement="behind tanh layers a gradient keeps many directions if weights begin orthogonal, few if Gaussian",
    opening="A gradient passes tanh layers of orthogonal or random (Gaussian) W: which directions last?",
    running="Orthogonal W only turns. Gaussian W stretches some directions and squeezes all others.",
    counter="layer",
    fps="6.25",
    poster=1.0,
    covers=(38,),
)
def kept_directions(
    steps: Annotated[int, Bounds(0, 64)] = 50,
    dim: Annotated[int, Bounds(30, 64)] = 50,
    seed: Seed = 0,
) -> dict[str, MatrixSequence]:
    """Directions that gradients keep behind layers of tanh, from orthogonal and from Gaussian weights of one variance.

    The product is that of the layers' Jacobians. Its singular values say how far it stretches each of n directions;
    those that are stretched far less than others play no part in training. Counted are those that are stretched at
    least half as far as the largest; what theory says of wide nets is their participation ratio. The
    sizes of both gradients are alike: A. M. Saxe, J. L. McClelland, S. Ganguli, "Exact solutions to the nonlinear
    dynamics of learning in deep linear neural networks", ICLR 2014, section 4.
    """
    return _layers({kind: kind for kind in _MAKERS}, steps, dim, seed)


def _both(columns: Mapping[str, Numbers], step: int, track: str = "counted") -> dict[str, float]:
    """Return which part of all directions is kept at a step, by column."""
    names = {"q": "orthogonal", "g": "Gaussian"}
    return {name: float(columns[label].series[track][step]) for name, label in names.items()}


@kept_directions.moment(
    "Layer {step}: with <vanish>Gaussian</> W less than a tenth of the bars reach 0.5, with <keep>orthogonal</> {q:%}."
)
def _(columns: Mapping[str, Numbers]) -> Reached | None:
    step = first_step(columns["Gaussian"].series["counted"] < 0.1)
    return None if step is None else Reached(step, **_both(columns, step))


@kept_directions.moment(
    "{steps} layers: <keep>{q:%} of {dim} directions keep up with orthogonal W</>, <vanish>{g:%} with Gaussian</>.",
    otherwise="",
)
def _(columns: Mapping[str, Numbers], steps: int, dim: int) -> Reached | None:
    return Reached(steps, dim=dim, **_both(columns, steps)) if steps else None


def _kept(columns: Mapping[str, Numbers], steps: int, dim: int) -> Claimed:
    """Return what orthogonal weights keep of all directions, beside what free probability says."""
    return Claimed(
        float(columns["orthogonal"].series["kept"][-1]),
        mean_field_in_use("orthogonal", steps),
        0.15 * (50 / dim) ** 0.5,
        "Five deviations of a net of 50 units, of 0.03 each; of fewer units more.",
    )


def _spread(columns: Mapping[str, Numbers], steps: int, dim: int) -> Claimed:
    """Return the log of how many times as many directions orthogonal weights keep, beside that of wide nets."""
    kept, lost = (mean_field_in_use(kind, steps) for kind in _MAKERS)
    ends = _both(columns, steps, "kept")
    return Claimed(
        float(np.log(ends["q"] / ends["g"])),
        float(np.log(kept / lost)),
        (0.4 + 0.03 * steps) * (50 / dim) ** 0.5,
        "Five deviations of a net of 50 units at its first layer, and 3 % a layer by which its width is too small.",
    )


def _gaussian_both(steps: int, dim: int, seed: int) -> dict[str, MatrixSequence]:
    """Return the same with Gaussian weights in both nets."""
    return _layers(dict.fromkeys(_MAKERS, "Gaussian"), steps, dim, seed)


@kept_directions.claim("directions: off / allowed", headline=True, counterexample=_gaussian_both)
def _(columns: Mapping[str, Numbers], steps: int, dim: int) -> Claimed:
    each = [_kept(columns, steps, dim), _spread(columns, steps, dim)]
    return Claimed(
        max(abs(one.value - one.expected) / one.tolerance for one in each),
        0.0,
        1.0,
        "Allowed is what is allowed to what orthogonal weights keep, and to how many times as much that is.",
    )


@kept_directions.claim("directions kept, orthogonal")
def _(columns: Mapping[str, Numbers], steps: int, dim: int) -> Claimed:
    return _kept(columns, steps, dim)


@kept_directions.claim("log orthogonal / Gaussian")
def _(columns: Mapping[str, Numbers], steps: int, dim: int) -> Claimed:
    return _spread(columns, steps, dim)


for _label in _MAKERS:

    @kept_directions.claim("directions above half", column=_label)
    def _(product: Trajectory, series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
        last = product.matrix(steps)
        last = last / np.linalg.norm(last)
        values = np.linalg.eigvalsh(last @ last.T)
        return Claimed(
            float(np.count_nonzero(series["stretches"][-1] >= 0.5)),
            float((values >= values[-1] / 4).sum()),
            0.0,
            "Eigenvalues of J Jᵀ are squares of stretches; a count is exact.",
        )


@kept_directions.claim("log10 size, orthogonal", column="orthogonal")
def _(series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
    return Claimed(
        float(series["log10 size"][-1]),
        float(mean_field(1.0, steps)[-1]),
        0.2 * (50 / dim) ** 0.5,
        "Five deviations of a net of 50 units, of 0.04 each; of fewer units more.",
    )


for _kind in _MAKERS:

    @kept_directions.claim("size − derivative", column=_kind)
    def _(product: Trajectory, steps: int, dim: int, seed: int, kind: str = _kind) -> Claimed:
        def last(state: FloatArray) -> FloatArray:
            for weights in _weights(kind, steps, dim, seed):
                state = np.tanh(weights @ state)
            return state

        true = complex_step_jacobian(last, _input(dim, seed))
        return Claimed(
            float(product.log10_frobenius_norm[-1]),
            float(np.log10(np.linalg.norm(true))),
            1e-9,
            "Both ways round every layer by about n · eps.",
        )
