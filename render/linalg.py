"""Products of many matrices that neither overflow nor underflow; their norms, singular values and eigenvalues."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenes import MatrixSequence
from scenes._sequence import FloatArray

LOG10_2 = float(np.log10(2.0))

# Rounding leaves an error of about eps · σ₁ in every singular value of a product: up to this
# condition number they are right to nine digits, beyond 1e16 the small ones are noise.
CONDITION_LIMIT = 1e6

_EPS = float(np.finfo(float).eps)
_DECADE = float(np.log(10.0))
# Singular values are told as long as their relative error is below this.
_LARGEST_ERROR = 1e-7

# Powers of two at which a shrinking product is scaled up again, long before it loses digits.
_LOWEST_EXPONENT = -64


class Scaled(NamedTuple):
    """The matrix ``mantissa · 2^exponent``; the mantissa's entries are far from both ends of float64."""

    mantissa: FloatArray
    exponent: int

    def value(self) -> FloatArray:
        """Return the matrix as plain float64: entries too large become ±inf, too small ones 0."""
        with np.errstate(over="ignore", under="ignore"):
            return np.asarray(np.ldexp(self.mantissa, self.exponent))

    def normalized(self) -> Scaled:
        """Return the same matrix with the mantissa's largest entry in [1/2, 1), or zero."""
        shift = largest_exponent(self.mantissa)
        return Scaled(np.ldexp(self.mantissa, -shift), self.exponent + shift)


def largest_exponent(matrix: FloatArray) -> int:
    """Return k such that the largest modulus in `matrix` lies in [2^(k−1), 2^k); 0 for a zero matrix."""
    return int(np.frexp(max(matrix.max(), -matrix.min()))[1])


class ScaledProduct:
    """Multiplies factors onto a product, rescaling by powers of two when it nears the end of float64.

    Scaling by a power of two is exact, so ``mantissa · 2^exponent`` equals the plain product bit
    for bit as long as that neither overflows nor underflows.
    """

    def __init__(self, sequence: MatrixSequence) -> None:
        self._factors = sequence.factors
        growth = int(np.ceil(np.log2(sequence.dim))) + 1
        if sequence.steps and sequence.factors.strides[0] == 0:
            growth += largest_exponent(sequence.factors[0])
        elif sequence.steps:
            growth += largest_exponent(sequence.factors)
        # One more multiplication cannot overflow below this.
        self._highest_exponent = 1022 - growth

    def step(self, step: int, before: Scaled) -> Scaled:
        """Return ``P_t = W_t P_{t-1}`` for t = `step` ≥ 1 and ``P_{t-1}`` = `before`."""
        mantissa, exponent = before
        size = largest_exponent(mantissa)
        if not _LOWEST_EXPONENT <= size <= self._highest_exponent:
            shift = size - min(0, self._highest_exponent)
            mantissa, exponent = np.ldexp(mantissa, -shift), exponent + shift
        product = self._factors[step - 1] @ mantissa
        product.flags.writeable = False
        return Scaled(product, exponent)


def log10_norms(stack: FloatArray, exponents: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the logarithms of the spectral and the Frobenius norm of scaled matrices.

    Parameters
    ----------
    stack : ndarray, shape (k, n, n)
        Mantissas.
    exponents : ndarray, shape (k,)
        Their powers of two.

    Returns
    -------
    spectral, frobenius : ndarray, shape (k,)
        log10 of the norms; −inf for a zero matrix.
    """
    largest = np.abs(stack).max(axis=(1, 2))
    shift = np.frexp(largest)[1]
    with np.errstate(under="ignore"):
        unit = np.ldexp(stack, -shift[:, None, None])
    with np.errstate(divide="ignore"):
        offset = (exponents + shift) * LOG10_2
        frobenius = np.log10(np.sqrt((unit * unit).sum(axis=(1, 2)))) + offset
        spectral = np.log10(_spectral_norms(unit)) + offset
    return spectral, frobenius


def _spectral_norms(stack: FloatArray) -> FloatArray:
    """Return the largest singular value of each matrix, shape (k,)."""
    if stack.shape[1] <= 64:
        return np.asarray(np.linalg.svd(stack, compute_uv=False)[:, 0])
    # The largest eigenvalue of PᵀP is as accurate as the SVD's first value, and far cheaper.
    gram = np.swapaxes(stack, 1, 2) @ stack
    return np.asarray(np.sqrt(np.maximum(np.linalg.eigvalsh(gram)[:, -1], 0.0)))


def log10_singular_values(sequence: MatrixSequence, products: Iterable[Scaled]) -> FloatArray:
    """Return log10 of the singular values of every product, descending, shape (T + 1, n).

    They come from the products as long as those are well conditioned, and from `GradedProduct`
    beyond. Zero is −inf; what neither can tell is NaN.

    Parameters
    ----------
    sequence : MatrixSequence
        The factors.
    products : iterable of Scaled
        ``P_0 … P_T``.
    """
    track = np.full((sequence.steps + 1, sequence.dim), np.nan)
    graded: GradedProduct | None = None
    for step, product in enumerate(products):
        if not product.mantissa.any():
            track[step:] = -np.inf
            break
        if graded is None:
            mantissa, exponent = product.normalized()
            values = np.linalg.svd(mantissa, compute_uv=False)
            if values[-1] * CONDITION_LIMIT >= values[0]:
                track[step] = np.log10(values) + exponent * LOG10_2
                continue
            graded = GradedProduct(sequence.initial)
            for factor in sequence.factors[:step]:
                graded.step(factor)
        else:
            graded.step(sequence.factors[step - 1])
        known = graded.log_singular_values()
        track[step, : len(known)] = known / _DECADE
        if not len(known) and graded.settled:
            # The norm of the product is right even where its other values are not.
            mantissa, exponent = product.normalized()
            track[step, 0] = np.log10(np.linalg.norm(mantissa, 2)) + exponent * LOG10_2
    return track


def log10_singular_values_of_powers(factor: FloatArray, spectrum: NDArray[Any], steps: int) -> FloatArray | None:
    """Return log10 of the singular values of ``W^0 … W^T`` for a normal matrix, shape (T + 1, n); else None.

    ``W Wᵀ = Wᵀ W`` gives W orthogonal eigenvectors, so that the singular values of its powers are
    ``|λ|^t``. None also where rounding in the eigenvalues would grow too large over the steps.

    Parameters
    ----------
    factor : ndarray, shape (n, n)
        The matrix W.
    spectrum : ndarray of complex, shape (n,)
        Its eigenvalues.
    steps : int
        Number of multiplications T.
    """
    moduli = np.sort(np.abs(spectrum))[::-1]
    if not moduli[-1] > 0.0:
        return None
    unit = factor / moduli[0]
    rounding = len(factor) * _EPS
    error = steps * rounding * moduli[0] / moduli[-1]
    normal = np.linalg.norm(unit @ unit.T - unit.T @ unit) <= 4 * rounding
    if not normal or error > 0.1 * _LARGEST_ERROR:
        return None
    return np.asarray(np.arange(steps + 1)[:, None] * np.log10(moduli)[None])


class GradedProduct:
    """A growing product in a form that tells all its singular values, however far apart they lie.

    The product is held as ``P = Q D M Vᵀ``: Q and V have orthonormal columns (V is not needed), D is
    diagonal and kept as logarithms, and M is upper triangular with entries near 1 or below. A factor
    W is taken up by ``W Q = Q′ R``, so that ``P′ = Q′ D (D⁻¹ R D) M Vᵀ``. Where D falls, ``D⁻¹ R D``
    couples its large entries to the small ones by their ratio only; LQ and QR factorisations in turn
    square that coupling and bring M back to its form. No number leaves float64, and singular values
    keep a relative error of about ``eps · Σ κ(W_t)``, whatever κ(P) is: this is the QR iteration on the
    factors (multiply forward, transpose, repeat), converged at every step.

    Two things make a value unknown: a factor that shrinks its direction so much that rounding drowns
    it, and later factors that undo what earlier ones did, and with it bring rounding to light.

    Parameters
    ----------
    initial : ndarray, shape (n, n)
        ``P_0``.
    """

    # Values this many logarithmic units apart do not change each other by more than 1e-14.
    _REACH = 3.5 * _DECADE
    # Stands for the logarithm of zero, in differences.
    _NOTHING = -1e6
    _MOST_ROUNDS = 30

    def __init__(self, initial: FloatArray) -> None:
        vectors, values, _ = np.linalg.svd(initial)
        self._log = np.where(values > 0, np.log(np.where(values > 0, values, 1.0)), self._NOTHING)
        self._q, self._m = vectors, np.eye(len(values))
        self._error = np.zeros(len(values))
        self._widest = np.zeros((len(values), len(values)))
        # Above everything that was given up.
        self._lost = -np.inf
        self._give_up(np.full(len(values), self._log[0]))

    def step(self, factor: FloatArray) -> None:
        """Multiply by the next factor, shape (n, n), from the left."""
        largest = float(np.abs(factor).max())
        if largest == 0.0 or not self._log.size:
            self._log = self._log[:0]
            return
        unit = factor / largest
        at_most = self._log + np.log(largest) + np.log(np.linalg.norm(unit))
        self._lost += at_most[0] - self._log[0]
        self._q, r = np.linalg.qr(unit @ self._q)
        self._m = (r * self._falling()) @ self._m
        self._log = self._log + np.log(largest)
        for _ in range(self._MOST_ROUNDS):
            if self._turn():
                break
        self._give_up(at_most)

    @property
    def settled(self) -> bool:
        """Whether no later factor has undone what earlier ones did."""
        return bool((self._undone() < _LARGEST_ERROR).all())

    def log_singular_values(self) -> FloatArray:
        """Return the natural logarithms of the singular values that are known, descending, shape (k,)."""
        sure = self._error + self._undone() < _LARGEST_ERROR
        count = len(sure) if sure.all() else int(sure.argmin())
        # They fall, but for rounding.
        log = np.minimum.accumulate(self._log)
        found = np.empty(count)
        first = 0
        while first < count:
            # Three decades at a time, from a block that holds whatever still touches them.
            last = min(count, int(np.searchsorted(-log, -log[first] + 3 * _DECADE, "right")))
            top = int(np.searchsorted(-log, -log[first] - self._REACH))
            bottom = int(np.searchsorted(-log, -log[last - 1] + self._REACH, "right"))
            # The last block has the columns of directions just given up, too.
            end = bottom if bottom < len(log) else self._m.shape[1]
            block = np.exp(self._log[top:bottom] - log[top])[:, None] * self._m[top:bottom, top:end]
            values = np.linalg.svd(block, compute_uv=False)
            found[first:last] = np.log(values[first - top : last - top]) + log[top]
            first = last
        return found

    def _turn(self) -> bool:
        """Sort the directions, and decouple them by one LQ and one QR factorisation.

        Returns whether M has come to its form: no entry is much larger than the diagonal one of its
        row, and the diagonal of D falls.
        """
        self._absorb(np.abs(self._m).max(axis=1))
        order = np.argsort(-self._log, kind="stable")
        self._log, self._q, self._m = self._log[order], self._q[:, order], self._m[order]
        lower = np.asarray(np.linalg.qr(self._m.T, mode="r")).T
        falling = self._falling()
        turn, upper = np.linalg.qr(lower * falling.T)
        self._q = self._q @ turn
        self._m = upper * falling
        diagonal, largest = np.abs(self._m.diagonal()), np.abs(self._m).max(axis=1)
        if (diagonal < 0.1 * largest).any():
            return False
        self._absorb(diagonal)
        return bool((np.diff(self._log) < 1.0).all())

    def _absorb(self, scale: FloatArray) -> None:
        """Move a positive factor of every row from M into D."""
        some = np.where(scale > 0, scale, 1.0)
        self._log = np.where(scale > 0, self._log + np.log(some), self._NOTHING)
        self._m = self._m / some[:, None]

    def _falling(self) -> FloatArray:
        """Return ``d_j / d_i`` above the diagonal, 1 on it and 0 below, shape (k, k)."""
        return np.asarray(np.triu(np.exp(np.minimum(self._log[None] - self._log[:, None], 300.0))))

    def _undone(self) -> FloatArray:
        """Return the relative error of each direction from gaps that were wider once, shape (k,).

        What rounding has mixed of a large direction into a small one stays small as long as the gap
        between them does not close again.
        """
        closed = np.abs(self._widest - (self._log[:, None] - self._log[None])).max(axis=1, initial=0.0)
        return np.asarray(len(closed) * _EPS * np.exp(np.minimum(closed, 100.0)))

    def _give_up(self, at_most: FloatArray) -> None:
        """Keep the leading directions whose sizes are known; `at_most` is what they could have been."""
        shrunk = np.exp(np.minimum(at_most - self._log, 100.0))
        self._error = self._error + len(self._q) * _EPS * shrunk
        kept = int((self._error < _LARGEST_ERROR).cumprod().sum())
        while kept and (kept < len(self._log) or self._log[kept - 1] < self._lost + self._REACH):
            # What was given up may still add to those that are within its reach.
            below = self._log[kept] if kept < len(self._log) else -np.inf
            self._lost = max(self._lost, float(below))
            near = int((self._log[:kept] < self._lost + self._REACH).sum())
            if not near:
                break
            kept -= near
        self._log, self._error = self._log[:kept], self._error[:kept]
        self._q, self._m = self._q[:, :kept], self._m[:kept]
        gap = self._log[:, None] - self._log[None]
        # Gaps are noted where they are real: i before j.
        self._widest = np.triu(np.maximum(self._widest[:kept, :kept], gap), 1)
        self._widest = self._widest - self._widest.T


def lyapunov_exponents(sequence: MatrixSequence) -> FloatArray:
    """Return the growth rates of the product's axes in natural logarithms a step, descending, shape (n,).

    ``μ_k = (1 / T) Σ log |r_kk|`` over the QR factorisations ``W_t Q_{t−1} = Q_t R_t``: their sum is
    the mean of ``log |det W_t|``, and for large T they are the rates of the singular values
    (G. Benettin et al., "Lyapunov characteristic exponents", 1980). −inf where a factor is singular.

    Raises
    ------
    ValueError
        If the sequence has no factors.
    """
    if not sequence.steps:
        raise ValueError("growth rates need one factor at least")
    q = np.eye(sequence.dim)
    total, missed = np.zeros(sequence.dim), np.zeros(sequence.dim)
    for factor in sequence.factors:
        q, r = np.linalg.qr(factor @ q)
        with np.errstate(divide="ignore"):
            term = np.log(np.abs(r.diagonal()))
        # Neumaier's summation: what the sum loses is kept.
        larger = total + term
        with np.errstate(invalid="ignore"):
            missed += np.where(np.abs(total) >= np.abs(term), (total - larger) + term, (term - larger) + total)
        total = larger
    rates = np.where(np.isneginf(total), -np.inf, total + missed) / sequence.steps
    return np.asarray(np.sort(rates)[::-1])


def departure_from_normality(matrix: FloatArray) -> float:
    """Return ``√(‖A‖_F² − Σ |λ|²) / ‖A‖_F``, from 0 for a normal matrix to 1 for a nilpotent one.

    It measures how far ‖Aᵗ‖ may rise above ρ(A)ᵗ: P. Henrici, "Bounds for iterates, inverses,
    spectral variation and fields of values of non-normal matrices", Numer. Math. 4 (1962).

    Parameters
    ----------
    matrix : ndarray, shape (n, n)
        The matrix A, not zero.
    """
    unit = matrix / np.linalg.norm(matrix)
    rest = 1.0 - float((np.abs(np.linalg.eigvals(unit)) ** 2).sum())
    # Rounding leaves n · eps in the difference of two numbers near 1.
    return float(np.sqrt(rest)) if rest > 10 * len(matrix) * _EPS else 0.0


def orthogonality_drift(matrix: FloatArray) -> float:
    """Return ``‖AᵀA − I‖_F``: how far the columns are from orthonormal, shape of A (n, n)."""
    return float(np.linalg.norm(matrix.T @ matrix - np.eye(len(matrix))))


def match_eigenvalues(before: NDArray[Any], after: NDArray[Any]) -> NDArray[np.intp]:
    """Return for each eigenvalue of `before` the place of the one in `after` that continues it, shape (n,).

    Eigenvalues are complex logarithms ``log |λ| + i arg λ``; the nearest two of all pairs are joined
    first. Those that are NaN come last, in their order.
    """
    gap = before[:, None] - after[None]
    distance = np.hypot(gap.real, np.abs((gap.imag + np.pi) % (2 * np.pi) - np.pi))
    distance = np.where(np.isnan(distance), np.inf, distance)
    place = np.full(len(before), -1)
    free = np.ones(len(after), bool)
    for pair in np.argsort(distance, axis=None, kind="stable"):
        i, j = divmod(int(pair), len(after))
        if place[i] < 0 and free[j]:
            place[i], free[j] = j, False
    return place


def eigenvalues_of_power(spectrum: NDArray[Any], power: int) -> tuple[FloatArray, FloatArray]:
    """Return log10 of the moduli and the angles of λ^power, in radians within (−π, π].

    Parameters
    ----------
    spectrum : ndarray of complex, shape (n,)
        Eigenvalues λ of the factor.
    power : int
        Number of multiplications.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        modulus = np.where(power, power * np.log10(np.abs(spectrum)), 0.0)
    turned = power * np.angle(spectrum)
    return modulus, np.arctan2(np.sin(turned), np.cos(turned))
