"""Products of many matrices that neither overflow nor underflow, and their norms."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from scenes import FloatArray, MatrixSequence

LOG10_2 = float(np.log10(2.0))

# Powers of two below which a product is scaled up before it is made, long before it loses digits, and
# up to which that may scale.
_LOWEST_EXPONENT, _HIGHEST_EXPONENT = -64, 1000
# Rows up to which looking at every product costs more than making it, and steps made before all are looked at.
_SMALL = 64
_MOST_STEPS = 64


class Scaled(NamedTuple):
    """The matrix ``mantissa · 2^exponent``; the mantissa's entries are far from both ends of float64."""

    mantissa: FloatArray
    exponent: int

    def value(self) -> FloatArray:
        """Return the matrix as plain float64: entries too large become ±inf, too small ones 0."""
        with np.errstate(over="ignore", under="ignore"):
            return np.asarray(np.ldexp(self.mantissa, self.exponent))

    def copy(self) -> Scaled:
        """Return the same in memory of its own."""
        mantissa = self.mantissa.copy()
        mantissa.flags.writeable = False
        return Scaled(mantissa, self.exponent)

    def normalized(self) -> Scaled:
        """Return the same matrix with the mantissa's largest entry in [1/2, 1), or zero."""
        shift = largest_exponent(self.mantissa)
        return Scaled(np.ldexp(self.mantissa, -shift), self.exponent + shift)


def largest_exponent(matrix: FloatArray) -> int:
    """Return k such that the largest modulus in `matrix` lies in [2^(k−1), 2^k); 0 for a zero matrix."""
    # For small matrices a search for the place is several times as fast as two reductions.
    entries = matrix.ravel()
    return math.frexp(abs(entries[np.abs(entries).argmax()]))[1]


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
        # Steps that are made before all are looked at: fewer where products have to be rescaled more often.
        self.together = _MOST_STEPS if sequence.dim <= _SMALL else 1

    def steps(self, step: int, last: int, before: Scaled) -> Iterator[Scaled]:
        """Yield ``P_t`` for t from `step` to `last`, where ``P_{step-1}`` = `before`: as `step` does, and sooner."""
        while step <= last:
            plain = self._plain_steps(step, min(last - step + 1, self.together), before)
            for product in plain or [self.step(step, before)]:
                yield product
                before, step = product, step + 1

    def _plain_steps(self, step: int, count: int, before: Scaled) -> list[Scaled]:
        """Return the products of up to `count` steps from `step` on: all before the first that has to be rescaled."""
        if count < 2:
            return []
        products = np.empty((count + 1, *before.mantissa.shape))
        products[0] = before.mantissa
        with np.errstate(over="ignore", invalid="ignore"):
            for index in range(count):
                np.dot(self._factors[step - 1 + index], products[index], out=products[index + 1])
        sizes = np.frexp(np.abs(products[:-1]).max(axis=(1, 2)))[1]
        grown = sizes + (self._exponents[0] if self._repeats else self._exponents[step - 1 : step - 1 + count])
        rescaled = np.flatnonzero((grown < _LOWEST_EXPONENT) | (grown + self._carry > 1023))
        good = int(rescaled[0]) if len(rescaled) else count
        if good < count:
            self.together = max(2, 2 * good)
        products.flags.writeable = False
        return [Scaled(product, before.exponent) for product in products[1 : good + 1]]

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
            # The same as ``factor @ mantissa``, with half of its overhead.
            product = factor.dot(mantissa)
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


def log10_nuclear_norms(products: Sequence[Scaled]) -> FloatArray:
    """Return log10 of the sum of the singular values of each matrix, shape (k,); −inf for a zero matrix."""
    parts = [product.normalized() for product in products]
    values = np.linalg.svd(np.stack([part.mantissa for part in parts]), compute_uv=False)
    with np.errstate(divide="ignore"):
        logarithms = np.log10(values.sum(axis=1))
    return np.asarray(logarithms + np.array([part.exponent for part in parts]) * LOG10_2)


def _spectral_norms(stack: FloatArray) -> FloatArray:
    """Return the largest singular value of each matrix, shape (k,)."""
    if stack.shape[1] < _SMALLEST_GRAM:
        return np.asarray(np.linalg.svd(stack, compute_uv=False)[:, 0])
    if stack.shape[1] <= 64:
        # As in `_norm_by_gram`, all at once.
        return np.asarray(np.sqrt(np.maximum(np.linalg.eigvalsh(stack.transpose(0, 2, 1) @ stack)[:, -1], 0.0)))
    return np.array([_spectral_norm(matrix) for matrix in stack])


# Rows from which the largest eigenvalue of AᵀA is found sooner than the singular values of A.
_SMALLEST_GRAM = 8
# Rows below which an eigenvalue decomposition is cheaper than the Lanczos iteration; steps after which it is, too.
_SMALLEST_LANCZOS = 257
_MOST_LANCZOS_STEPS = 24
_LANCZOS_ERROR = 1e-12


def _spectral_norm(matrix: FloatArray) -> float:
    """Return the largest singular value: by Lanczos iteration on AᵀA where that converges soon, else from AᵀA.

    A start that is random has a part along every singular vector, and the basis is kept orthogonal, so the largest Ritz
    value θ is that of the largest singular value, within the residual ``‖AᵀA v − θ v‖`` (B. Parlett, "The Symmetric
    Eigenvalue Problem", 1998, chapters 4 and 13). As the products of a film are mostly far from each other in their
    first two singular values, or all the same in them, few steps do.
    """
    n = len(matrix)
    if n < _SMALLEST_LANCZOS:
        return _norm_by_gram(matrix)
    basis = np.empty((_MOST_LANCZOS_STEPS + 1, n))
    basis[0] = np.random.default_rng(n).normal(size=n)
    basis[0] /= np.linalg.norm(basis[0])
    diagonal, beside = np.empty(_MOST_LANCZOS_STEPS), np.empty(_MOST_LANCZOS_STEPS)
    for step in range(_MOST_LANCZOS_STEPS):
        following = matrix.T @ (matrix @ basis[step])
        diagonal[step] = basis[step] @ following
        # Twice, as once leaves what rounding put along the earlier vectors.
        for _ in range(2):
            following -= basis[: step + 1].T @ (basis[: step + 1] @ following)
        beside[step] = np.linalg.norm(following)
        inner = beside[:step]
        ritz, vectors = np.linalg.eigh(np.diag(diagonal[: step + 1]) + np.diag(inner, 1) + np.diag(inner, -1))
        if beside[step] * abs(vectors[-1, -1]) <= _LANCZOS_ERROR * ritz[-1]:
            return float(np.sqrt(max(ritz[-1], 0.0)))
        basis[step + 1] = following / beside[step]
    return _norm_by_gram(matrix)


def _norm_by_gram(matrix: FloatArray) -> float:
    """Return the root of the largest eigenvalue of AᵀA: as accurate as the SVD's first value, and far cheaper."""
    return float(np.sqrt(max(np.linalg.eigvalsh(matrix.T @ matrix)[-1], 0.0)))


def frobenius_norm(matrix: FloatArray) -> float:
    """Return the root of the sum of squares, which only overflows where it is beyond float64 itself."""
    largest = float(np.abs(matrix).max())
    return largest * float(np.linalg.norm(matrix / largest)) if largest != 0.0 else 0.0


def orthogonality_drift(matrix: FloatArray) -> float:
    """Return ``‖AᵀA − I‖_F``: how far the columns are from orthonormal, shape of A (n, n)."""
    return frobenius_norm(matrix.T @ matrix - np.eye(len(matrix)))
