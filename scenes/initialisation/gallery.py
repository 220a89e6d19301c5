"""The usual initial weights side by side, and what is left of each after many multiplications."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    Reached,
    Record,
    Seed,
    first_step,
    haar_orthogonal,
    scene,
    show,
    with_spectral_radius,
)
from scenes.initialisation._kinds import KINDS, sparse_connections, tent_square

# What an echo state network's matrix is scaled to, so that old inputs fade slowly.
_ECHO = 0.9
# The largest |λ| of a random matrix of 32 rows or more, as a multiple of σ √n: outside one draw in some thousand.
_BAND = (0.78, 1.65)

# The deviation of an entry of those that are drawn, given the number of rows.
_DEVIATIONS: dict[str, Callable[[int], float]] = {
    "normal, σ = 0.01": lambda n: 0.01,
    "uniform, ±0.07": lambda n: 0.07 / 3**0.5,
    "PyTorch's Linear": lambda n: (3 * n) ** -0.5,
    "LeCun, Xavier": lambda n: n**-0.5,
    "He": lambda n: (2 / n) ** 0.5,
    "sparse": lambda n: (sparse_connections(n) / n) ** 0.5,
}
# What each of the others multiplies a vector by, in the end.
_FACTORS: dict[str, Callable[[int], float]] = {
    "zeros": lambda n: 0.0,
    "echo state": lambda n: _ECHO,
    "orthogonal": lambda n: 1.0,
    "unitary": lambda n: 1.0,
    "identity": lambda n: 1.0,
    "bilinear": tent_square,
}
# How the kinds are called, by their largest |λ|.
_BELOW = {
    "zeros": "zeros",
    "normal, spread 0.01": "normal, σ = 0.01",
    "uniform, ±0.07": "uniform, ±0.07",
    "PyTorch: ±1/√n, n rows": "PyTorch's Linear",
    "scaled to |λ| = 0.9": "echo state",
}
_NEAR = {
    "Xavier: |λ| only near 1": "LeCun, Xavier",
    "orthogonal": "orthogonal",
    "unitary": "unitary",
    "identity": "identity",
}
_ABOVE = {"He: spread √(2/n)": "He", "sparse: 15 links a row": "sparse", "bilinear, for pictures": "bilinear"}
_ROLES = (
    dict.fromkeys(_BELOW, "vanish")
    | dict.fromkeys(_NEAR, "keep")
    | {"Xavier: |λ| only near 1": "data"}
    | dict.fromkeys(_ABOVE, "explode")
)


def _unitary(dim: int, seed: int) -> NDArray[np.complex128]:
    """Return a random unitary matrix: Q of a complex Gaussian one, each column with the phase that makes R positive."""
    parts = np.random.default_rng([seed, 4]).standard_normal((2, dim, dim))
    q, r = np.linalg.qr(parts[0] + 1j * parts[1])
    phases = np.diagonal(r) / np.abs(np.diagonal(r))
    return np.asarray(q * phases)


def _matrices(dim: int, seed: int) -> dict[str, NDArray[Any]]:
    """Return a matrix of every kind; those of one shape have the same random numbers and differ in size alone."""
    normal = np.random.default_rng([seed, 0]).standard_normal((dim, dim))
    uniform = np.random.default_rng([seed, 1]).uniform(-1, 1, (dim, dim))
    return {
        "normal, σ = 0.01": 0.01 * normal,
        "uniform, ±0.07": 0.07 * uniform,
        "PyTorch's Linear": uniform / dim**0.5,
        "LeCun, Xavier": normal / dim**0.5,
        "He": normal * (2 / dim) ** 0.5,
        "sparse": KINDS["sparse"].make(dim, [seed, 2]),
        "zeros": KINDS["zeros"].make(dim, seed),
        "echo state": with_spectral_radius(normal, _ECHO),
        "orthogonal": haar_orthogonal(dim, [seed, 3]),
        "unitary": _unitary(dim, seed),
        "identity": KINDS["identity"].make(dim, seed),
        "bilinear": KINDS["bilinear"].make(dim, seed),
    }


def _times(left: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
    """Return the product of two matrices, complex ones by their parts: for so small ones threads would take longer."""
    if not np.iscomplexobj(left):
        return np.asarray(left @ right)
    real = left.real @ right.real - left.imag @ right.imag
    return np.asarray(real + 1j * (left.real @ right.imag + left.imag @ right.real))


def _powers(matrix: NDArray[Any], steps: int) -> FloatArray:
    """Return log10 of the size of ``Wᵗ``, by how much vectors grow on average, ``‖Wᵗ‖_F / √n``; shape (T + 1,)."""
    dim = len(matrix)
    power, sizes = np.eye(dim, dtype=matrix.dtype), np.zeros(steps + 1)
    for step in range(1, steps + 1):
        power = _times(matrix, power)
        size = float(np.linalg.norm(power)) / dim**0.5
        if size == 0:
            sizes[step:] = -np.inf
            break
        # Rescaled, so that no power is beyond float64.
        power, sizes[step] = power / size, sizes[step - 1] + np.log10(size)
    return sizes


def _record(matrices: Mapping[str, NDArray[Any]], steps: int) -> Record:
    """Return sizes by kind."""
    return Record({f"log10_{kind}": _powers(matrix, steps) for kind, matrix in matrices.items()})


@scene(
    show(
        "readout",
        of={label: f"log10_{kind}" for label, kind in _BELOW.items()},
        heading="eigenvalues |λ| < 1",
        note="stretch of Wᵗ",
        roles=_ROLES,
    ),
    show(
        "readout",
        of={label: f"log10_{kind}" for label, kind in _NEAR.items()},
        heading="|λ| = 1: it keeps",
        roles=_ROLES,
    ),
    show(
        "readout",
        of={label: f"log10_{kind}" for label, kind in _ABOVE.items()},
        heading="|λ| > 1",
        note="it grows",
        roles=_ROLES,
    ),
    title="A gallery of initial weights",
    statement="of twelve ways to begin most fade or grow when multiplied; those whose |λ| are all 1 keep their size",
    opening="Twelve W to begin with, each times itself again and again. Which fade, keep, grow?",
    arrange="row",
    fps="6.25",
    poster=1.0,
    covers=(67,),
)
def gallery(
    steps: Annotated[int, Bounds(64, 400)] = 64,
    dim: Annotated[int, Bounds(32, 64)] = 32,
    seed: Seed = 0,
) -> Record:
    """Powers of the usual initial weights side by side.

    PyTorch draws the weights of its layer Linear uniformly within ±1/√n, a third of LeCun's variance. Square layers
    are the same by LeCun's rule and Xavier's. Sparse weights have 15 connections a unit, the kernel of bilinear
    interpolation is what enlarges pictures, and an echo state network's matrix is scaled to |λ| = 0.9 (H. Jaeger,
    "The echo state approach to analysing and training recurrent neural networks", GMD report 148, 2001).
    """
    return _record(_matrices(dim, seed), steps)


@gallery.moment(
    "<keep>Orthogonal and unitary W</> keep every length; <explode>He's</> is ten times as large by step {step}."
)
def _(series: Mapping[str, FloatArray]) -> int | None:
    return first_step(series["log10_He"] > 1)


@gallery.moment(
    "<explode>Sparse</>: 15 large entries a row; <explode>bilinear</>: enlarges pictures. Both are above 100."
)
def _(series: Mapping[str, FloatArray]) -> int | None:
    return first_step(np.minimum(series["log10_sparse"], series["log10_bilinear"]) > 2)


@gallery.moment(
    "<vanish>PyTorch's ±1/√n</> leaves 1/1000 after {step}: its largest |λ| is {radius:3}, in theory near 1/√3."
)
def _(series: Mapping[str, FloatArray], dim: int, seed: int) -> Reached | None:
    step = first_step(series["log10_PyTorch's Linear"] < -3)
    radius = np.abs(np.linalg.eigvals(_matrices(dim, seed)["PyTorch's Linear"])).max()
    return None if step is None else Reached(step, radius=float(radius))


@gallery.moment(
    "Below 1 fades (<vanish>PyTorch {pytorch:log10}</>), above 1 grows (<explode>He {he:log10}</>), 1 "
    "keeps (<keep>orthogonal {kept:log10}</>)."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    names = {"pytorch": "PyTorch's Linear", "xavier": "LeCun, Xavier", "he": "He", "kept": "orthogonal"}
    return Reached(steps, **{name: round(float(series[f"log10_{kind}"][-1]), 6) for name, kind in names.items()})


def _pace(series: Mapping[str, FloatArray], kind: str) -> float:
    """Return the factor a step in the second half of the film, when the smaller eigenvalues have died away."""
    size = series[f"log10_{kind}"]
    steps = len(size) - 1
    return float(10 ** ((size[-1] - size[steps // 2]) / (steps - steps // 2))) if np.isfinite(size[-1]) else 0.0


def _one_variance(steps: int, dim: int, seed: int) -> Record:
    """Return the same where every drawn matrix has the variance 1/n, whatever its rule says."""
    matrices = _matrices(dim, seed)
    scaled = {kind: matrices[kind] / deviation(dim) / dim**0.5 for kind, deviation in _DEVIATIONS.items()}
    return _record(matrices | scaled, steps)


@gallery.claim("twelve paces: off / allowed", headline=True, counterexample=_one_variance)
def _(series: Mapping[str, FloatArray], dim: int) -> Claimed:
    low, high = np.log(_BAND)
    middle, half = (low + high) / 2, (high - low) / 2
    pace = {kind: _pace(series, kind) for kind in [*_DEVIATIONS, *_FACTORS]}
    off = []
    for kind, deviation in _DEVIATIONS.items():
        off.append(abs(np.log(max(pace[kind], 1e-9) / (deviation(dim) * dim**0.5)) - middle) / half)
    # Those with the same random numbers differ by their deviations alone.
    for kind, other in (("He", "LeCun, Xavier"), ("normal, σ = 0.01", "He"), ("PyTorch's Linear", "uniform, ±0.07")):
        ratio = _DEVIATIONS[kind](dim) / _DEVIATIONS[other](dim)
        off.append(abs(pace[kind] / max(pace[other], 1e-9) / ratio - 1) / 1e-9)
    for kind, factor in _FACTORS.items():
        # The echo state has eigenvalues close to the largest; the others are known to the last digit.
        allowed = 0.05 if kind == "echo state" else 1e-9 * max(factor(dim), 1.0)
        off.append(abs(pace[kind] - factor(dim)) / allowed)
    return Claimed(
        float(max(off)),
        0.0,
        1.0,
        "Drawn: 0.78 to 1.65 times σ √n, the scatter of the largest |λ| of 32 rows; built: rounding of some 400 steps.",
    )


@gallery.claim("orthogonal, unitary, identity")
def _(series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
    kept = [float(np.abs(series[f"log10_{kind}"]).max()) for kind in ("orthogonal", "unitary", "identity")]
    return Claimed(
        max(kept),
        0.0,
        float(4 * (steps + 1) * dim * np.finfo(float).eps),
        "A multiplication rounds by at most about n · eps of the norm.",
    )
