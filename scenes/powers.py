"""Powers of small matrices, each with a life of its own: turns, reflections, permutations, transposes."""

from collections.abc import Mapping
from math import lcm
from typing import Annotated, Any

import numpy as np

from scenes._matrices import block_rotation, gaussian_matrix, haar_orthogonal, permutation_matrix, rotation_matrix
from scenes._scene import Bounds, Claim, Seed, scene, show
from scenes._sequence import FloatArray, MatrixSequence, repeated

_EPS = float(np.finfo(float).eps)


def _rounding(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return what T multiplications by an orthogonal matrix may add to ``‖P‖_F``, twice over."""
    return float(8 * (trajectory.steps + 1) * trajectory.dim * _EPS)


def _ring(matrix: FloatArray, steps: int, count: int = 16) -> FloatArray:
    """Return the paths of points that start evenly spaced on the unit circle, shape (T + 1, count, 2)."""
    angles = 2 * np.pi * np.arange(count) / count
    paths = np.empty((steps + 1, count, 2))
    paths[0] = np.column_stack([np.cos(angles), np.sin(angles)])
    for step in range(steps):
        paths[step + 1] = paths[step] @ matrix.T
    return paths


# A quarter turn.

_QUARTER_TURN = np.array([[0.0, 1.0], [-1.0, 0.0]])


def _distance_after_four(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    fourth = range(0, trajectory.steps + 1, 4)
    return float(max(np.abs(trajectory.matrix(step) - np.eye(2)).max() for step in fourth))


def _determinant_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    products = (trajectory.matrix(step) for step in range(trajectory.steps + 1))
    return float(max(abs(p[0, 0] * p[1, 1] - p[0, 1] * p[1, 0] - 1.0) for p in products))


def _wave_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how far the entries are from ``cos(t · 90°)`` and ``sin(t · 90°)``."""
    angles = np.pi / 2 * np.arange(trajectory.steps + 1)
    products = np.array([trajectory.matrix(step) for step in range(trajectory.steps + 1)])
    turned = np.array([[np.cos(angles), np.sin(angles)], [-np.sin(angles), np.cos(angles)]])
    return float(np.abs(products - np.moveaxis(turned, 2, 0)).max())


@scene(
    "matrix",
    show("series", of={"cos(t · 90°)": "cosine", "sin(t · 90°)": "sine"}, heading="first row", scale="linear"),
    "eigenvalues",
    "vector",
    title="Quarter turn",
    statement="a real matrix with the eigenvalues i and −i: they walk round the circle, and it turns",
    claims=(
        Claim("R⁴ − I", _distance_after_four, 0.0, 0.0, "Products of 0, 1 and −1 are exact."),
        Claim("det R − 1", _determinant_error, 0.0, 0.0, "Products of 0, 1 and −1 are exact."),
        Claim(
            "error of cosine, sine",
            _wave_error,
            0.0,
            lambda trajectory, parameters: 2 * (trajectory.steps + 1) * _EPS,
            "The angle t · π / 2, up to which the cosine is taken, rounds by at most its size times eps.",
        ),
    ),
    poster=0.375,
    fps="2.5",
    covers=(21, 22),
)
def quarter_turn(steps: Annotated[int, Bounds(0, 10_000)] = 16) -> MatrixSequence:
    """Powers of a turn by 90°, exact for ever: its eigenvalues i and −i walk round the unit circle."""
    turns = np.array([[1.0, 0.0], [0.0, -1.0], [-1.0, 0.0], [0.0, 1.0]])
    # The vector (1, 0) becomes the first column, and the first row is its mirror image.
    path = turns[np.arange(steps + 1) % 4]
    return repeated(_QUARTER_TURN, steps, {"vector": path, "cosine": path[:, 0], "sine": -path[:, 1]})


# What becomes of a ring of points.

# What makes a matrix look like any other: a change of basis whose inverse is exact.
_BASIS, _BASIS_INVERSE = np.array([[1.0, 0.5], [0.0, 1.0]]), np.array([[1.0, -0.5], [0.0, 1.0]])
# For every kind of fixed point: in how many directions it draws near.
_STABLE_DIRECTIONS = {"node": 2, "saddle": 1, "spiral": 2, "centre": 0}


def _planar_power(kind: str, power: int) -> FloatArray:
    """Return the t-th power of a matrix of that kind in closed form."""
    turn = rotation_matrix(power * np.deg2rad(6.0))
    simple = {
        "node": np.diag([0.96**power, 0.88**power]),
        "saddle": np.diag([1.05**power, 0.9**power]),
        "spiral": 0.96**power * turn,
        "centre": turn,
    }[kind]
    return np.asarray(_BASIS @ simple @ _BASIS_INVERSE)


def _stable_directions(kind: str) -> Claim:
    def found(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        log10_moduli = trajectory.eigenvalues(trajectory.steps)[0]
        return float(np.count_nonzero(log10_moduli < -1e-9 * trajectory.steps))

    def expected(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return float(_STABLE_DIRECTIONS[kind] if trajectory.steps else 0)

    reason = "The last product's eigenvalues inside the unit circle are counted."
    return Claim("stable directions", found, expected, 0.0, reason, kind)


def _planar_norm(kind: str) -> Claim:
    return Claim(
        "log10 norm at last",
        lambda trajectory, parameters: float(trajectory.log10_spectral_norm[-1]),
        lambda trajectory, parameters: float(np.log10(np.linalg.norm(_planar_power(kind, trajectory.steps), 2))),
        lambda trajectory, parameters: 16 * (trajectory.steps + 1) * _EPS,
        "Each of T multiplications rounds by about eps; the basis has a condition of 1.6.",
        kind,
    )


@scene(
    show("points", of="ring", heading="", reach=1.6, trail=True),
    show("series", of="log10_spectral_norm", heading="norm"),
    title="Phase plane",
    statement="the eigenvalues decide where all starts go: in, in and out, turning in, or round",
    claims=(*map(_stable_directions, _STABLE_DIRECTIONS), *map(_planar_norm, _STABLE_DIRECTIONS)),
    poster=0.5,
    covers=(2, 15),
)
def phase_plane(steps: Annotated[int, Bounds(0, 2_000)] = 64) -> dict[str, MatrixSequence]:
    """Paths of a ring of points under four 2 × 2 matrices: node, saddle, spiral and centre.

    The eigenvalues are real and inside the unit circle, real with one of them outside, a complex pair
    inside, and a pair on the circle. There the norm is bounded, but not constant: the matrix is not normal.
    """
    columns = {}
    for kind in _STABLE_DIRECTIONS:
        matrix = _planar_power(kind, 1)
        columns[kind] = repeated(matrix, steps, {"ring": _ring(matrix, steps)})
    return columns


def _modulus_claim(column: str, power: int) -> Claim:
    return Claim(
        "log10 norm at last",
        lambda trajectory, parameters: float(trajectory.log10_spectral_norm[-1]),
        lambda trajectory, parameters: power * trajectory.steps * np.log10(parameters["modulus"]),
        lambda trajectory, parameters: 4 * (trajectory.steps + 1) * _EPS,
        "A turn is normal, so the norm is |λ|^T; each multiplication rounds by about eps.",
        column,
    )


@scene(
    show("points", of="ring", heading="", reach=2.0, trail=True),
    "norms",
    title="Inside, on, outside the circle",
    statement="the same turn three times; only the modulus of the eigenvalues differs",
    claims=(_modulus_claim("|λ| < 1", 1), _modulus_claim("|λ| = 1", 0), _modulus_claim("|λ| > 1", -1)),
    poster=0.375,
    covers=(15,),
)
def trichotomy(
    steps: Annotated[int, Bounds(0, 2_000)] = 64,
    modulus: Annotated[float, Bounds(0.5, 0.999)] = 0.97,
) -> dict[str, MatrixSequence]:
    """Three scaled turns: a ring of points vanishes, keeps its size, or explodes.

    Parameters
    ----------
    modulus : float
        Modulus of the eigenvalues that are inside the circle; those outside have its reciprocal.
    """
    turn = rotation_matrix(np.deg2rad(7.5))
    factors = {"|λ| < 1": modulus * turn, "|λ| = 1": turn, "|λ| > 1": turn / modulus}
    return {label: repeated(factor, steps, {"ring": _ring(factor, steps)}) for label, factor in factors.items()}


# Only real eigenvalues.


def _distance_from_two_pictures(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how far any product is from I, or from W where its step is odd."""
    pictures = [trajectory.matrix(min(step, trajectory.steps)) for step in range(2)]
    steps = range(2, trajectory.steps + 1)
    return max((float(np.linalg.norm(trajectory.matrix(t) - pictures[t % 2])) for t in steps), default=0.0)


def _distance_after_one(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    product = trajectory.matrix(min(1, trajectory.steps))
    return float(np.linalg.norm(product - np.eye(trajectory.dim)))


def _expected_distance(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return ``‖W − I‖_F = 2 √k`` for k eigenvalues −1."""
    return float(2 * np.sqrt(trajectory.dim // 2)) if trajectory.steps else 0.0


@scene(
    "matrix",
    show("series", of="distance", heading="distance from I", scale="linear"),
    "eigenvalues",
    "claims",
    title="Only real eigenvalues",
    statement="orthogonal with all eigenvalues 1 or −1: a reflection, and twice a reflection is nothing",
    claims=(
        Claim(
            "max ‖Wᵗ⁺²ᵏ − Wᵗ‖",
            _distance_from_two_pictures,
            0.0,
            _rounding,
            "Each multiplication rounds by about n · eps; all products are compared with the first two.",
        ),
        Claim(
            "‖W − I‖", _distance_after_one, _expected_distance, _rounding, "Sums of n numbers round by about n · eps."
        ),
    ),
    poster=0.75,
    fps="2",
    covers=(19,),
)
def reflections(
    steps: Annotated[int, Bounds(0, 10_000)] = 12,
    dim: Annotated[int, Bounds(2, 64)] = 8,
    seed: Seed = 0,
) -> MatrixSequence:
    """Powers of an orthogonal matrix with real eigenvalues blink between two pictures.

    Half of the eigenvalues are −1, the others 1, in a random orthonormal basis.

    Parameters
    ----------
    seed : int
        Seed of the basis.
    """
    basis = haar_orthogonal(dim, seed)
    signs = np.where(np.arange(dim) < dim // 2, -1.0, 1.0)
    matrix = (basis * signs) @ basis.T
    product, distance = np.eye(dim), np.empty(steps + 1)
    for step in range(steps + 1):
        distance[step] = np.linalg.norm(product - np.eye(dim))
        product = matrix @ product
    return repeated(matrix, steps, {"distance": distance})


# Two planes and an axis.


def _angle(name: str, place: int) -> Claim:
    """Return the claim that the angles of the eigenvalues are those that the planes turn by."""

    def found(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return float(np.rad2deg(np.sort(trajectory.eigenvalues(min(1, trajectory.steps))[1])[place]))

    return Claim(
        f"{name} plane, degrees",
        found,
        lambda trajectory, parameters: parameters[name] if trajectory.steps else 0.0,
        # Eigenvalues of a normal matrix move by no more than the matrix does.
        float(np.rad2deg(64 * _EPS)),
        "Eigenvalues of an orthogonal matrix are off by no more than its own rounding.",
    )


def _modulus_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how far the last product's eigenvalues are from the unit circle."""
    log10_moduli = trajectory.eigenvalues(trajectory.steps)[0]
    return float(np.abs(10**log10_moduli - 1).max())


def _modulus_rounding(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(64 * (trajectory.steps + 1) * _EPS)


def _pairs_trace(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    mantissa, exponent = trajectory.product(trajectory.steps)
    return float(np.ldexp(np.trace(mantissa), exponent))


def _true_trace(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    angles = trajectory.steps * np.deg2rad([parameters["slow"], parameters["fast"]])
    return float(1 + 2 * np.cos(angles).sum())


def _turning(seed: int, slow: float, fast: float) -> FloatArray:
    basis = haar_orthogonal(5, seed)
    return np.asarray(basis @ block_rotation(np.deg2rad([slow, fast]), 5) @ basis.T)


def _planes(matrix: FloatArray) -> list[FloatArray]:
    """Return orthonormal bases, shapes (5, 1), (5, 2) and (5, 2), of axis, slow plane and fast plane.

    ``(W + Wᵀ) / 2`` has the eigenvalue cos θ twice for a plane that turns by θ; W turns any of its
    vectors u within the plane, so W u, less what lies along u, points along the other axis.
    """
    vectors = np.linalg.eigh((matrix + matrix.T) / 2)[1]
    bases = [vectors[:, 4:]]
    for first in (vectors[:, 3], vectors[:, 1]):
        turned = matrix @ first
        second = turned - (first @ turned) * first
        bases.append(np.column_stack([first, second / np.linalg.norm(second)]))
    return bases


@scene(
    "matrix",
    show(
        "series",
        of={"slow": "slow trace", "fast": "fast trace", "axis": "axis trace"},
        heading="traces",
        scale="linear",
        limits=(-2, 2),
    ),
    show("points", of={"slow": "slow", "fast": "fast", "axis": "axis"}, heading="", reach=1.0, trail=True),
    "claims",
    title="Two planes and an axis",
    statement="a 5 × 5 orthogonal matrix: two planes turn at their own pace, one direction stands still",
    claims=(
        _angle("slow", 3),
        _angle("fast", 4),
        Claim(
            "largest ||λ| − 1|",
            _modulus_error,
            0.0,
            _modulus_rounding,
            "The matrix itself is orthogonal up to rounding, and its T-th power up to T times as much.",
        ),
        Claim(
            "trace at the end", _pairs_trace, _true_trace, _rounding, "Each step rounds each of n sums by about eps."
        ),
    ),
    poster=0.375,
    fps="10",
    covers=(17, 18, 20),
)
def turning_planes(
    steps: Annotated[int, Bounds(0, 10_000)] = 48,
    seed: Seed = 0,
    slow: Annotated[float, Bounds(1, 20)] = 7.5,
    fast: Annotated[float, Bounds(21, 179)] = 30.0,
) -> MatrixSequence:
    """Powers of a real orthogonal matrix whose complex eigenvalues come in pairs: every pair turns a plane.

    The planes are found from the matrix alone. Drawn are the shadows of one moving vector in each
    plane and on the axis, and each pair's share ``λᵗ + λ̄ᵗ = 2 cos tθ`` of the trace.

    Parameters
    ----------
    slow, fast : float
        Degrees by which the planes turn at every step.
    seed : int
        Seed of the basis in which the planes lie.
    """
    matrix = _turning(seed, slow, fast)
    axis, *planes = _planes(matrix)
    # Its shadows have different lengths, so that their circles are told apart.
    vector = axis[:, 0] * 0.3 + planes[0][:, 0] * 0.9 + planes[1][:, 0] * 0.6
    path, product = np.empty((steps + 1, 5)), np.eye(5)
    traces = np.empty((steps + 1, 3))
    for step in range(steps + 1):
        path[step] = product @ vector
        traces[step] = [np.trace(basis.T @ product @ basis) for basis in (planes[0], planes[1], axis)]
        product = matrix @ product
    series = {f"{name} trace": traces[:, k] for k, name in enumerate(("slow", "fast", "axis"))}
    series |= {name: (path @ plane)[:, None] for name, plane in zip(("slow", "fast"), planes, strict=True)}
    series["axis"] = np.stack([path @ axis, np.zeros((steps + 1, 1))], axis=2)
    return repeated(matrix, steps, series)


# A permutation.


def _cycle_lengths(order: FloatArray) -> list[int]:
    """Return the lengths of a permutation's cycles."""
    lengths, seen = [], set()
    for start in range(len(order)):
        place, length = start, 0
        while place not in seen:
            seen.add(place)
            place, length = int(order[place]), length + 1
        if length:
            lengths.append(length)
    return lengths


def _order(parameters: Mapping[str, Any]) -> Any:
    return np.random.default_rng([parameters["seed"], 0]).permutation(parameters["dim"])


def _first_return(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    identity = np.eye(trajectory.dim)
    steps = range(1, trajectory.steps + 1)
    return float(next((t for t in steps if np.array_equal(trajectory.matrix(t), identity)), trajectory.steps + 1))


def _least_common_multiple(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(min(lcm(*_cycle_lengths(_order(parameters))), trajectory.steps + 1))


def _misplaced(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how many rows of the last product are not where their cycle has taken them."""
    order = _order(parameters)
    places = np.arange(len(order))
    for _ in range(trajectory.steps):
        places = places[order]
    return float(np.count_nonzero((trajectory.matrix(trajectory.steps) != permutation_matrix(places)).any(axis=1)))


def _at_home(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(np.trace(trajectory.matrix(trajectory.steps)))


def _cycles_closed(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how many items belong to cycles whose lengths divide T."""
    return float(sum(length for length in _cycle_lengths(_order(parameters)) if trajectory.steps % length == 0))


@scene(
    "matrix",
    show("series", of="at home", heading="items in their place", scale="linear"),
    "eigenvalues",
    "claims",
    title="Permutation",
    statement="shuffling the same way again and again ends where it began",
    claims=(
        Claim("I again at step", _first_return, _least_common_multiple, 0.0, "Products of 0 and 1 are exact."),
        Claim("items back at the end", _at_home, _cycles_closed, 0.0, "Products of 0 and 1 are exact."),
        Claim("items out of order", _misplaced, 0.0, 0.0, "Products of 0 and 1 are exact."),
    ),
    poster=0.2,
    fps="5",
)
def permutation(
    steps: Annotated[int, Bounds(0, 2_000)] = 60,
    dim: Annotated[int, Bounds(2, 64)] = 16,
    seed: Seed = 36,
) -> MatrixSequence:
    """Powers of a random permutation return to the identity after the common multiple of its cycles.

    Parameters
    ----------
    dim : int
        Number of items that are shuffled.
    seed : int
        Seed of the permutation.
    """
    order = _order({"seed": seed, "dim": dim})
    places, at_home = np.arange(dim), np.empty(steps + 1)
    for step in range(steps + 1):
        at_home[step] = np.count_nonzero(places == np.arange(dim))
        places = places[order]
    return repeated(permutation_matrix(order), steps, {"at home": at_home})


# Columns at right angles, and the transpose as the inverse.


def _cosines(factor: FloatArray, steps: int) -> tuple[FloatArray, FloatArray]:
    """Return the cosines between the columns of every power, and its third singular value over its first."""
    dim = len(factor)
    cosines, third, product = np.empty((steps + 1, dim, dim)), np.empty(steps + 1), np.eye(dim)
    for step in range(steps + 1):
        # Only directions count here, so the size is left aside before it overflows.
        unit = product / np.linalg.norm(product, axis=0)
        cosines[step] = unit.T @ unit
        values = np.linalg.svd(product, compute_uv=False)
        third[step] = values[2] / values[0]
        product = factor @ (product / np.abs(product).max())
    return cosines, third


def _beyond_a_plane(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return log10 of the last product's third singular value over its first."""
    values = trajectory.log10_singular_values[-1]
    return float(values[2] - values[0])


def _decay_beyond_a_plane(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the same of ``|λ₃ / λ₁|^T``."""
    moduli = np.sort(np.abs(np.linalg.eigvals(gaussian_matrix(parameters["dim"], parameters["seed"]))))
    return float(trajectory.steps * np.log10(moduli[-3] / moduli[-1]))


def _skewness(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return log10 of the squared condition of the eigenvectors V: ``Wᵗ = V Λᵗ V⁻¹``.

    Neither V nor its inverse changes a singular value by more than its own largest or smallest one.
    """
    vectors = np.linalg.eig(gaussian_matrix(parameters["dim"], parameters["seed"]))[1]
    return float(2 * np.log10(np.linalg.cond(vectors)) + 1e-9 * (trajectory.steps + 1))


@scene(
    show("heatmap", of="cosines", limits=(-1, 1)),
    show(
        "series",
        of={"largest |cos|": "largest cosine", "σ₃ / σ₁": "third"},
        heading="",
        scale="linear",
        limits=(0, 1),
    ),
    title="Angles between columns",
    statement="columns of random powers fall into a line or a plane; those of an orthogonal matrix keep right angles",
    claims=(
        Claim(
            "log10 σ₃ / σ₁",
            _beyond_a_plane,
            _decay_beyond_a_plane,
            _skewness,
            "The eigenvectors' condition κ bounds the power's singular values: by κ above and 1/κ below those of Λᵗ.",
            "random",
        ),
        Claim(
            "largest |cos|",
            lambda trajectory, parameters: float(trajectory.sequence.series["largest cosine"].max()),
            0.0,
            _rounding,
            "Sums of n numbers round by about n · eps at every multiplication.",
            "orthogonal",
        ),
    ),
    poster=0.75,
    fps="5",
    covers=(16, 17),
)
def gram(
    steps: Annotated[int, Bounds(0, 2_000)] = 40,
    dim: Annotated[int, Bounds(3, 32)] = 8,
    seed: Seed = 0,
) -> dict[str, MatrixSequence]:
    """Cosines between the columns of powers: a random matrix against an orthogonal one.

    Where one real eigenvalue is the largest, the columns of its powers end up along one line; where a complex pair is,
    in one plane, in which they go on turning. The third singular value is then nothing beside the first.

    Parameters
    ----------
    seed : int
        Seed of both matrices: the orthogonal one is made from the random one.
    """
    columns = {}
    for label, factor in {"random": gaussian_matrix(dim, seed), "orthogonal": haar_orthogonal(dim, seed)}.items():
        cosines, third = _cosines(factor, steps)
        largest = np.abs(cosines - np.eye(dim) * cosines).max(axis=(1, 2))
        columns[label] = repeated(factor, steps, {"cosines": cosines, "largest cosine": largest, "third": third})
    return columns


def _last_of_transposes(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.log10_spectral_norm[-1])


def _power_of_singular_value(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    largest = np.linalg.norm(gaussian_matrix(parameters["dim"], parameters["seed"]), 2)
    return float(trajectory.steps * np.log10(largest))


def _distance_of_transpose(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how far ``WᵀW`` is from I in the film: every second product, and the last with its transpose."""
    identity, last = np.eye(trajectory.dim), trajectory.matrix(trajectory.steps)
    second = max(np.abs(trajectory.matrix(step) - identity).max() for step in range(0, trajectory.steps + 1, 2))
    return float(max(second, np.abs(last.T @ last - identity).max()))


@scene(
    show("matrix", limits=(-1, 1)),
    "norms",
    title="W, then its transpose",
    statement="Wᵀ undoes an orthogonal W; of any other matrix the largest singular value is raised",
    claims=(
        Claim(
            "log10 norm at last",
            _last_of_transposes,
            _power_of_singular_value,
            _rounding,
            "The norm of W Wᵀ W … is σ₁^T; each multiplication rounds by about n · eps.",
            "random",
        ),
        Claim(
            "WᵀW − I",
            _distance_of_transpose,
            0.0,
            _rounding,
            "Each multiplication rounds by about n · eps.",
            "orthogonal",
        ),
    ),
    poster=0.5,
    fps="2",
    covers=(16,),
)
def transposes(
    steps: Annotated[int, Bounds(0, 2_000)] = 12,
    dim: Annotated[int, Bounds(2, 64)] = 8,
    seed: Seed = 0,
) -> dict[str, MatrixSequence]:
    """Products W, WᵀW, WWᵀW and so on: the transpose of an orthogonal matrix is its inverse.

    Parameters
    ----------
    seed : int
        Seed of both matrices: the orthogonal one is made from the random one.
    """
    columns = {}
    for label, factor in {"random": gaussian_matrix(dim, seed), "orthogonal": haar_orthogonal(dim, seed)}.items():
        factors = np.empty((steps, dim, dim))
        factors[0::2], factors[1::2] = factor, factor.T
        columns[label] = MatrixSequence(factors)
    return columns
