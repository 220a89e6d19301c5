"""Products of many matrices that neither overflow nor underflow, and their norms."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenes import MatrixSequence
from scenes._sequence import FloatArray

LOG10_2 = float(np.log10(2.0))

# Beyond this condition number the small singular values of a rounded product are noise.
CONDITION_LIMIT = 1e8

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


def log10_singular_values(product: Scaled) -> FloatArray | None:
    """Return log10 of the singular values, descending, shape (n,); None where they would be wrong.

    Rounding leaves an error of about ``eps · σ₁`` in every singular value of a product, so beyond a
    condition number of 1e8 the small ones are not known to be right.
    """
    mantissa, exponent = product.normalized()
    values = np.linalg.svd(mantissa, compute_uv=False)
    if values[0] == 0.0 or values[-1] * CONDITION_LIMIT < values[0]:
        return None
    return np.asarray(np.log10(values) + exponent * LOG10_2)


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
