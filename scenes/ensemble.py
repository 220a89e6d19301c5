"""Many random matrices at once: how often their powers grow."""

from collections.abc import Mapping
from math import erfc, exp, lgamma, log, pi, sqrt
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from scenes._matrices import haar_orthogonal
from scenes._scene import Bounds, Claim, Seed, scene, show
from scenes._sequence import FloatArray, MatrixSequence, repeated

# Draws that are counted, and of them those whose eigenvalues and curves are shown: more would be a blot.
_DRAWS, _CLOUD, _CURVES = 1000, 40, 60
# Beyond this size there are fewer draws and curves, so that the film does not take longer.
_LARGE, _EIGENVALUES = 64, 640
_NODES = 120


def _fewer(count: int, dim: int) -> int:
    """Return how many matrices of that size take about as long as `count` of size 64; no more than `count`."""
    return min(count, count * _LARGE**2 // dim**2)


def _skew_products(count: int, radius: float) -> FloatArray:
    """Return skew products of even and odd polynomials over a disc, relative to those over the plane.

    For the weight of the real Ginibre ensemble, with its skew-orthogonal polynomials ``p_2j = z^(2j)`` and
    ``p_2j+1 = z^(2j+1) − 2j z^(2j−1)``, whose products over the plane are ``2 √(2π) (2j)!`` for neighbours and 0
    for others. Row j belongs to p_2j, column k to p_2k+1; shape (count, count).
    """
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    nodes, weights = (nodes + 1) / 2, weights / 2
    order = np.arange(count)
    # Divided by √(2j)!, so that nothing is large.
    root = np.exp([-lgamma(2 * j + 1) / 2 for j in range(count)])

    def polynomials(z: Any) -> tuple[Any, Any]:
        even = root * z[..., None] ** (2 * order)
        return even, z[..., None] * even - 2 * order * root * z[..., None] ** np.maximum(2 * order - 1, 0)

    y = radius * nodes
    inner = y[:, None] * nodes
    weight = np.exp(-(inner**2) / 2) * weights * y[:, None]
    below = np.einsum("yx,yxj->yj", weight, polynomials(inner)[0])
    odd = polynomials(y)[1] * (np.exp(-(y**2) / 2) * radius * weights)[:, None]
    real = 4 * below.T @ odd

    z = (radius * nodes)[:, None] * np.exp(1j * pi * nodes)
    area = (radius**2 * nodes * weights)[:, None] * (pi * weights)
    density = area * np.exp(z.imag**2 - z.real**2) * np.vectorize(erfc)(sqrt(2) * z.imag)
    even, odd = polynomials(z)
    pairs = -4 * np.einsum("rs,rsj,rsk->jk", density, even, odd.conj(), optimize=True).imag
    return np.asarray((real + pairs) / (2 * sqrt(2 * pi)))


def chance_of_growth(dim: int, radius: float = 1.0) -> float:
    """Return the exact probability that a Gaussian matrix of variance 1 / n has a spectral radius above `radius`.

    That no eigenvalue of the real Ginibre ensemble lies outside of a disc is a ratio of Pfaffians, of skew
    products over the disc and over the plane; they are determinants, since even and odd parts do not mix (C. D.
    Sinclair, "Averages over Ginibre's ensemble of random real matrices", IMRN 2007; P. J. Forrester, T. Nagao,
    "Eigenvalue statistics of the real Ginibre ensemble", PRL 99, 2007; B. Rider, C. D. Sinclair, "Extremal laws
    for the real Ginibre ensemble", Annals of Applied Probability 24, 2014).
    """
    reach, half = radius * sqrt(dim), (dim + 1) // 2
    matrix = _skew_products(half, reach)
    if dim % 2:
        # One real eigenvalue has no partner: its column holds integrals of the even polynomials.
        nodes, weights = np.polynomial.legendre.leggauss(_NODES)
        x = reach * (nodes + 1) / 2
        powers = x[:, None] ** (2 * np.arange(half)) * np.exp([-lgamma(2 * j + 1) / 2 for j in range(half)])
        border = (reach * weights * np.exp(-(x**2) / 2)) @ powers
        # Over the plane the last one is √(2π) (2m − 1)!! / √(2m)!, and the only one of its row.
        m = half - 1
        whole = sqrt(2 * pi) * exp(lgamma(2 * m + 1) / 2 - m * log(2) - lgamma(m + 1))
        matrix = np.column_stack([matrix[:, :m], border / whole])
    return float(1 - np.linalg.det(matrix))


def _draws(dim: int, seed: int) -> FloatArray:
    return np.asarray(np.random.default_rng([seed, 0]).standard_normal((_fewer(_DRAWS, dim), dim, dim)) / np.sqrt(dim))


def _log10_sizes(matrices: FloatArray, steps: int) -> FloatArray:
    """Return log10 of ``‖Wᵗ‖_F / √n`` for many matrices at once, shape (T + 1, draws)."""
    count, n, _ = matrices.shape
    sizes = np.zeros((steps + 1, count))
    product = np.broadcast_to(np.eye(n), matrices.shape)
    for step in range(1, steps + 1):
        product = matrices @ product
        norm = np.linalg.norm(product, axis=(1, 2))
        sizes[step] = sizes[step - 1] + np.log10(norm / np.sqrt(n))
        product = product * (np.sqrt(n) / norm)[:, None, None]
    return sizes


def _cloud(spectra: NDArray[Any], steps: int) -> FloatArray:
    """Return the eigenvalues of ever more matrices as points, shape (T + 1, draws · n, 2)."""
    count = len(spectra)
    seen = np.linspace(1, count, steps + 1).astype(int)[:, None] if steps else np.array([[count]])
    # What has not been drawn yet stands where the first draw is.
    shown = spectra[np.where(np.arange(count) < seen, np.arange(count), 0)].reshape(steps + 1, -1)
    return np.stack([shown.real, shown.imag], axis=2)


def _counted(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.sequence.series["counted"][-1])


def _exact(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return chance_of_growth(parameters["dim"])


def _sampling(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return Bernstein's bound for a share of so many draws, at the chance of 5 sigma."""
    chance, rare, draws = _exact(trajectory, parameters), 15.0, _fewer(_DRAWS, parameters["dim"])
    return float(np.sqrt(2 * chance * (1 - chance) * rare / draws) + 2 * rare / (3 * draws))


def _farthest(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(np.abs(trajectory.sequence.series["orthogonal"]).max())


def _rounding(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(4 * (trajectory.steps + 1) * trajectory.dim * np.finfo(float).eps)


@scene(
    show("series", of={"orthogonal": "orthogonal", "Gaussian": "Gaussian"}, heading="‖Wᵗ‖ / √n"),
    show("series", of={"counted": "counted", "exact": "exact"}, heading="share ρ > 1", scale="linear", limits=(0, 1)),
    show("points", of="cloud", heading="eigenvalues", reach=1.5),
    "claims",
    title="Many random matrices",
    statement="Gaussian draws explode or vanish as it happens; orthogonal draws all keep their size",
    claims=(
        Claim(
            "P(ρ > 1)",
            _counted,
            _exact,
            _sampling,
            "Bernstein's bound for the share among so many draws, at the chance of five sigma.",
        ),
        Claim(
            "orthogonal, farthest",
            _farthest,
            0.0,
            _rounding,
            "A multiplication rounds by at most about n · eps of the norm.",
        ),
    ),
    poster=1.0,
    fps="10",
    covers=(30, 31),
)
def ensemble(
    steps: Annotated[int, Bounds(0, 200)] = 64,
    dim: Annotated[int, Bounds(2, 256)] = 16,
    seed: Seed = 0,
) -> MatrixSequence:
    """Powers of Gaussian and of orthogonal matrices: norms of 60, eigenvalues of 40, and how many of 1,000 grow.

    Matrices of more than 64 rows are fewer, in proportion to 1 / n², and 640 eigenvalues are shown at most.

    The eigenvalues are those of more and more Gaussian draws; as n grows they fill the unit disc (V. L. Girko,
    "Circular law", Theory of Probability and its Applications 29, 1984). The product is that of the first.
    """
    draws = _draws(dim, seed)
    curves = _fewer(_CURVES, dim)
    turns = np.stack([haar_orthogonal(dim, [seed, 1, place]) for place in range(curves)])
    spectra = np.linalg.eigvals(draws)
    grows = np.abs(spectra).max(axis=1) > 1
    counts = np.linspace(1, len(draws), steps + 1).astype(int) if steps else np.array([len(draws)])
    kept = _log10_sizes(turns, steps)
    series = {
        "Gaussian": _log10_sizes(draws[:curves], steps),
        "orthogonal": kept[np.arange(steps + 1), np.abs(kept).argmax(axis=1)],
        "counted": np.array([grows[:count].mean() for count in counts]),
        "exact": np.full(steps + 1, chance_of_growth(dim)),
        "cloud": _cloud(spectra[: min(_CLOUD, _EIGENVALUES // dim)], steps),
    }
    return repeated(draws[0], steps, series)
