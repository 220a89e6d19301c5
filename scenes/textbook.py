"""The gradient of a plain RNN as NumPy learners write it: ``dh = dh @ Wh.T``, again and again."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np

from scenes._scene import Bounds, Claim, Seed, scene, show
from scenes._sequence import FloatArray, MatrixSequence, repeated

_BATCH = 2


def _weights(dim: int, seed: int) -> FloatArray:
    """Return what ``np.random.seed(seed); np.random.randn(dim, dim)`` gives, without touching that global state.

    The legacy generator is meant: it makes the very numbers that the textbook prints.
    """
    return np.asarray(np.random.RandomState(seed).standard_normal((dim, dim)))


def _spectral(trajectory: Any, parameters: Mapping[str, Any]) -> tuple[float, float, float, float]:
    """Return log10 ρ, log10 of the norm after T steps by eigenvectors, and log10 of its bounds in units of ρ^T.

    ``dhᵀ`` starts as ones, V c in the eigenvectors. After T steps it is ``V Λ^T c``, of a length between
    ``σ_min(V) ρ^T |c₁|`` and ``σ_max(V) ρ^T ‖c‖``.
    """
    values, vectors = np.linalg.eig(_weights(parameters["dim"], parameters["seed"]))
    parts = np.linalg.solve(vectors, np.ones(len(values)))
    radius, first = np.abs(values).max(), np.abs(values).argmax()
    steps = trajectory.steps
    length = np.linalg.norm(vectors @ ((values / radius) ** steps * parts))
    sizes = np.linalg.svd(vectors, compute_uv=False)
    low, high = sizes[-1] * np.abs(parts[first]), sizes[0] * np.linalg.norm(parts)
    unit = _BATCH**-0.5
    return (
        float(np.log10(radius)),
        float(np.log10(length * unit) + steps * np.log10(radius)),
        float(np.log10(low * unit)),
        float(np.log10(high * unit)),
    )


def _last(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.sequence.series["norm"][-1])


def _true_last(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return _spectral(trajectory, parameters)[1]


def _rounding(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    vectors = np.linalg.eig(_weights(parameters["dim"], parameters["seed"]))[1]
    sizes = parameters["dim"] * np.linalg.cond(vectors) ** 2 + abs(_last(trajectory, parameters))
    return float(8 * (trajectory.steps + 1) * np.finfo(float).eps * sizes)


def _growth_claim(text: str, name: str, scale: str | None) -> Claim:
    def slope(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return float(trajectory.sequence.series[name][-1] / max(trajectory.steps, 1))

    def expected(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        radius = _spectral(trajectory, parameters)[0] + (np.log10(parameters[scale]) if scale else 0.0)
        return float(radius if trajectory.steps else 0.0)

    def tolerance(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        _, _, low, high = _spectral(trajectory, parameters)
        return float(max(abs(low), abs(high)) / max(trajectory.steps, 1) + 1e-12)

    return Claim(text, slope, expected, tolerance, "The eigenvectors hold the length between two multiples of ρ^T.")


@scene(
    show("series", of={"Wh": "norm", "scaled Wh": "scaled norm"}, heading="√Σdh² / N"),
    show(
        "series",
        of={"Wh": "plain norm", "scaled Wh": "plain scaled norm"},
        heading="on a linear axis",
        scale="linear",
        limits=(0, 300),
    ),
    "eigenvalues",
    "claims",
    title="dh = dh @ Wh.T",
    statement="the backward pass of a plain RNN, N = 2: the spectral radius of Wh makes or breaks dh",
    claims=(
        Claim(
            "log10 norm at last",
            _last,
            _true_last,
            _rounding,
            "Each step rounds H sums and a logarithm; the condition of the eigenvectors enters on both sides.",
        ),
        _growth_claim("decades per step", "norm", None),
        _growth_claim("the same, scaled", "scaled norm", "scale"),
    ),
    poster=0.75,
    fps="4",
)
def textbook(
    steps: Annotated[int, Bounds(0, 150)] = 20,
    dim: Annotated[int, Bounds(1, 32)] = 3,
    seed: Seed = 3,
    scale: Annotated[float, Bounds(0.001, 2)] = 0.5,
) -> MatrixSequence:
    """Gradients of a plain RNN by dh = dh @ Wh.T: as drawn they explode, scaled by half they vanish.

    As in chapter 6 of K. Saito's "Deep Learning from Scratch 2" (밑바닥부터 시작하는 딥러닝 2): dh starts as
    ones, Wh is standard normal, and the norm is ``√Σdh² / N``.

    Parameters
    ----------
    dim : int
        Size H of the hidden state.
    seed : int
        Seed of ``np.random.seed``; the textbook has 3.
    scale : float
        Factor on Wh for the second curve.
    """
    weights = _weights(dim, seed)
    dh, norm, size = np.ones((_BATCH, dim)), np.empty(steps + 1), 0.0
    for step in range(steps + 1):
        # Kept at size one, since dh and its squares may leave float64.
        largest = np.abs(dh).max()
        dh, size = dh / largest, size + np.log10(largest)
        norm[step] = np.log10(np.sqrt((dh**2).sum()) / _BATCH) + size
        dh = dh @ weights.T
    scaled = norm + np.arange(steps + 1) * np.log10(scale)
    series = {"norm": norm, "scaled norm": scaled, "plain norm": 10.0**norm, "plain scaled norm": 10.0**scaled}
    return repeated(weights, steps, series)
