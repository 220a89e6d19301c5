"""Products of many matrices that neither overflow nor underflow; their norms, singular values and eigenvalues."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenes import FloatArray, MatrixSequence

LOG10_2 = float(np.log10(2.0))

# Rounding leaves an error of about eps · σ₁ in every singular value of a product: up to this
# condition number they are right to nine digits, beyond 1e16 the small ones are noise.
CONDITION_LIMIT = 1e6

_EPS = float(np.finfo(float).eps)
_DECADE = float(np.log(10.0))
# Singular values are told as long as their relative error is below this.
_LARGEST_ERROR = 1e-7

# Powers of two below which a product is scaled up before it is made, long before it loses digits, and
# up to which that may scale.
_LOWEST_EXPONENT, _HIGHEST_EXPONENT = -64, 1000


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

    Scaling up by a power of two is exact, and scaling down happens only where the plain product
    overflows. So ``mantissa · 2^exponent`` equals the plain product bit for bit as long as that
    neither overflows nor underflows.
    """

    def __init__(self, sequence: MatrixSequence) -> None:
        self._factors = sequence.factors
        self._repeats = bool(sequence.steps) and sequence.factors.strides[0] == 0
        some = sequence.factors[:1] if self._repeats else sequence.factors
        self._exponents = np.frexp(np.maximum(some.max(axis=(1, 2)), -some.min(axis=(1, 2))))[1]
        # What a sum of n products can add.
        self._carry = int(np.ceil(np.log2(sequence.dim))) + 1

    def step(self, step: int, before: Scaled) -> Scaled:
        """Return ``P_t = W_t P_{t-1}`` for t = `step` ≥ 1 and ``P_{t-1}`` = `before`."""
        mantissa, exponent = before
        factor, growth = self._factors[step - 1], int(self._exponents[0 if self._repeats else step - 1])
        size = largest_exponent(mantissa)
        if size + growth < _LOWEST_EXPONENT:
            shift = size - min(-growth, _HIGHEST_EXPONENT)
            mantissa, exponent = np.ldexp(mantissa, -shift), exponent + shift
            size -= shift
        surplus = size + growth + self._carry - 1023
        if surplus <= 0:
            product = factor @ mantissa
        else:
            with np.errstate(over="ignore", invalid="ignore"):
                product = factor @ mantissa
            if not np.isfinite(product).all():
                product = factor @ np.ldexp(mantissa, -surplus)
                exponent += surplus
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
    rounding = _Rounding(sequence)
    for step, product in enumerate(products):
        if not product.mantissa.any():
            track[step:] = -np.inf
            break
        mantissa, exponent = product.normalized()
        rounding.step(step, mantissa, exponent)
        if graded is None:
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
        if not len(known) and rounding.is_small:
            # The norm of the product is right even where its other values are not.
            track[step, 0] = np.log10(np.linalg.norm(mantissa, 2)) + exponent * LOG10_2
    return track


class _Rounding:
    """Bounds what rounding has done to the entries of a product that is multiplied up step by step.

    With ``|E_t|`` for the errors of the entries, ``|E_t| ≤ |W_t| (|E_{t−1}| + n eps |P_{t−1}|)``, entry by
    entry (N. Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 3.5).
    """

    def __init__(self, sequence: MatrixSequence) -> None:
        self._factors = sequence.factors
        self._unit = sequence.dim * _EPS
        self._product, self._error, self._exponent = np.empty(0), np.empty(0), 0

    def step(self, step: int, mantissa: FloatArray, exponent: int) -> None:
        """Take in ``P_t``, normalized; steps come in order, from 0."""
        if step == 0:
            self._error = np.zeros_like(mantissa)
        else:
            shift = largest_exponent(self._factors[step - 1])
            factor = np.abs(np.ldexp(self._factors[step - 1], -shift))
            with np.errstate(over="ignore", invalid="ignore"):
                error = factor @ (self._error + self._unit * self._product)
                self._error = np.ldexp(error, self._exponent + shift - exponent)
        self._product, self._exponent = np.abs(mantissa), exponent

    @property
    def is_small(self) -> bool:
        """Whether the norm of the product is hardly changed."""
        with np.errstate(over="ignore", invalid="ignore"):
            return bool(np.linalg.norm(self._error) <= _LARGEST_ERROR * np.linalg.norm(self._product))


def log10_singular_values_of_powers(factor: FloatArray, steps: int) -> FloatArray | None:
    """Return log10 of the singular values of ``W^0 … W^T``, shape (T + 1, n), where they are those of W to the power t.

    So it is for a symmetric W and for a multiple of an orthogonal one. None for all others, and where
    rounding would grow too large over the steps.

    Parameters
    ----------
    factor : ndarray, shape (n, n)
        The matrix W.
    steps : int
        Number of multiplications T.
    """
    largest = float(np.abs(factor).max())
    if largest == 0.0:
        return None
    unit = factor / largest
    gram = unit.T @ unit
    square = float(gram.trace()) / len(gram)
    # σ_i² = c (1 ± this), and σ_i(W^t) = c^(t/2) (1 ± this)^(t/2).
    error = float(np.linalg.norm(gram / square - np.eye(len(gram))))
    if np.array_equal(factor, factor.T):
        values = np.abs(np.linalg.eigvalsh(unit))
        with np.errstate(divide="ignore"):
            error = min(error, float(len(factor) * _EPS * values.max() / values.min()))
    else:
        values = np.linalg.svd(unit, compute_uv=False)
    if not steps * error <= 0.1 * _LARGEST_ERROR:
        return None
    logarithms = np.log10(np.sort(values)[::-1]) + np.log10(largest)
    return np.asarray(np.arange(steps + 1)[:, None] * logarithms[None])


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
        self._mixed = np.zeros(len(values))
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

    def log_singular_values(self) -> FloatArray:
        """Return the natural logarithms of the singular values that are known, descending, shape (k,)."""
        sure = self._error + self._mixed < _LARGEST_ERROR
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
        self._mixed = self._mixed[order]
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

    def _note_mixing(self) -> None:
        """Note the relative error that each direction has from gaps that were wider once.

        What rounding has mixed of a large direction into a small one stays small as long as the gap
        between them does not close again. Once it is there it stays, and passes to all directions near.
        """
        gap = self._log[:, None] - self._log[None]
        # Gaps are noted where they are real: i before j.
        widest = np.triu(np.maximum(self._widest, gap), 1)
        self._widest = widest - widest.T
        closed = np.abs(self._widest - gap).max(axis=1, initial=0.0)
        passed = np.where(np.abs(gap) < self._REACH, self._mixed[None], 0.0).max(axis=1, initial=0.0)
        # With a margin: several roundings come together.
        self._mixed = np.maximum(passed, 50 * len(closed) * _EPS * np.exp(np.minimum(closed, 100.0)))

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
        self._widest, self._mixed = self._widest[:kept, :kept], self._mixed[:kept]
        self._note_mixing()


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
    highest = 1020 - int(np.ceil(np.log2(sequence.dim)))
    for factor in sequence.factors:
        size = largest_exponent(factor)
        # Near the ends of float64 a factorisation overflows, or has digits too few.
        shift = size if size < -400 else max(0, size - highest)
        q, r = np.linalg.qr(np.ldexp(factor, -shift) @ q)
        with np.errstate(divide="ignore"):
            term = np.log(np.abs(r.diagonal())) + shift * np.log(2.0)
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
    unit = matrix / frobenius_norm(matrix)
    values, vectors = np.linalg.eig(unit)
    if np.linalg.cond(vectors) < 1e6:
        # Orthonormal vectors of the same spans give a Schur form: what is above its diagonal is the departure.
        q = np.linalg.qr(vectors)[0]
        departure = np.linalg.norm(np.triu(q.conj().T @ unit @ q, 1))
    else:
        departure = np.sqrt(max(1.0 - float((np.abs(values) ** 2).sum()), 0.0))
    return float(departure) if departure > 10 * len(matrix) * _EPS else 0.0


def frobenius_norm(matrix: FloatArray) -> float:
    """Return the root of the sum of squares, which only overflows where it is beyond float64 itself."""
    largest = float(np.abs(matrix).max())
    return largest * float(np.linalg.norm(matrix / largest)) if largest != 0.0 else 0.0


def orthogonality_drift(matrix: FloatArray) -> float:
    """Return ``‖AᵀA − I‖_F``: how far the columns are from orthonormal, shape of A (n, n)."""
    return frobenius_norm(matrix.T @ matrix - np.eye(len(matrix)))


def match_eigenvalues(before: NDArray[Any], after: NDArray[Any]) -> NDArray[np.intp]:
    """Return for each eigenvalue of `before` the place of the one in `after` that continues it, shape (n,).

    Eigenvalues are complex logarithms ``log |λ| + i arg λ``. The nearest two of all pairs are joined
    first; then pairs change partners as long as that lowers the sum of squared distances, so that
    eigenvalues which grow at different rates keep their order. Those that are NaN come last, in theirs.
    """
    # Zero has a place, too: far below everything.
    before, after = (np.where(np.isneginf(log.real), -1e4 + 1j * log.imag, log) for log in (before, after))
    gap = before[:, None] - after[None]
    distance = np.hypot(gap.real, np.abs((gap.imag + np.pi) % (2 * np.pi) - np.pi))
    distance = np.where(np.isnan(distance), np.inf, distance)
    place = np.full(len(before), -1)
    free = np.ones(len(after), bool)
    for pair in np.argsort(distance, axis=None, kind="stable"):
        i, j = divmod(int(pair), len(after))
        if place[i] < 0 and free[j]:
            place[i], free[j] = j, False
    cost = np.minimum(distance, 1e6) ** 2
    for _ in range(len(place) ** 2):
        crossed = cost[:, place]
        own = crossed.diagonal()
        gain = own[:, None] + own[None] - crossed - crossed.T
        i, j = divmod(int(gain.argmax()), len(place))
        if gain[i, j] <= 1e-9 * (own[i] + own[j]):
            break
        place[i], place[j] = place[j], place[i]
    return place


def known_eigenvalues(matrix: FloatArray) -> NDArray[Any]:
    """Return the eigenvalues, complex, shape (n,); NaN for those that rounding may have made.

    Those of a triangular matrix are its diagonal. Else rounding moves an eigenvalue by some
    ``n eps ‖A‖ / |yᴴ x|``, with x and y its right and left eigenvectors of length one (J. H. Wilkinson,
    "The Algebraic Eigenvalue Problem", 1965), and one that is not 10⁴ times as large is not known: the
    eigenvalues of a nilpotent matrix, for one, which are computed as some ``eps^(1/n)``.

    Parameters
    ----------
    matrix : ndarray, shape (n, n)
        The matrix A.
    """
    largest = float(np.abs(matrix).max())
    if not np.tril(matrix, -1).any() or not np.triu(matrix, 1).any():
        return matrix.diagonal().astype(complex)
    unit = matrix / largest
    values, vectors = np.linalg.eig(unit)
    size = np.linalg.norm(unit)
    # Eigenvalues of a normal matrix are well-conditioned; repeated ones may have any vectors.
    normal = np.linalg.norm(unit @ unit.T - unit.T @ unit) <= 10 * len(unit) * _EPS * size**2
    known = np.abs(values) > 1e-3 * size if normal else np.zeros(len(values), bool)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            condition = np.linalg.norm(np.linalg.inv(vectors), axis=1)
    except np.linalg.LinAlgError:
        condition = np.full(len(values), np.inf)
    known |= np.abs(values) > 1e4 * len(unit) * _EPS * size * condition
    return np.where(known, values, np.nan) * largest


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
    turned = power * np.angle(spectrum) if power else np.zeros(len(spectrum))
    return modulus, np.arctan2(np.sin(turned), np.cos(turned))
