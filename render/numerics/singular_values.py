"""Singular values of products, right however far apart they lie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from render.numerics.scaled import LOG10_2, Scaled, largest_exponent
from scenes import FloatArray, MatrixSequence

# Rounding leaves an error of about eps · σ₁ in every singular value of a product: up to this
# condition number they are right to nine digits, beyond 1e16 the small ones are noise.
CONDITION_LIMIT = 1e6

_EPS = float(np.finfo(float).eps)
_DECADE = float(np.log(10.0))
# Singular values are told as long as their relative error is below this.
_LARGEST_ERROR = 1e-7


def log10_singular_values(sequence: MatrixSequence, products: Iterable[Scaled]) -> Iterator[FloatArray]:
    """Yield log10 of the singular values of every product, descending, each shape (n,).

    They come from the products as long as those are well conditioned, and from `GradedProduct`
    beyond. Zero is −inf; what neither can tell is NaN.

    Parameters
    ----------
    sequence : MatrixSequence
        The factors.
    products : iterable of Scaled
        ``P_0 … P_T``.
    """
    graded: GradedProduct | None = None
    rounding = _Rounding(sequence)
    is_zero = False
    for step, product in enumerate(products):
        row = np.full(sequence.dim, np.nan)
        # What follows zero is zero.
        is_zero = is_zero or not product.mantissa.any()
        if is_zero:
            row[:] = -np.inf
            yield row
            continue
        mantissa, exponent = product.normalized()
        rounding.step(step, mantissa, exponent)
        if graded is None:
            values = np.linalg.svd(mantissa, compute_uv=False)
            if values[-1] * CONDITION_LIMIT >= values[0]:
                row[:] = np.log10(values) + exponent * LOG10_2
                yield row
                continue
            graded = GradedProduct(sequence.initial)
            for factor in sequence.factors[:step]:
                graded.step(factor)
        else:
            graded.step(sequence.factors[step - 1])
        known = graded.log_singular_values()
        row[: len(known)] = known / _DECADE
        if not len(known) and rounding.is_small:
            # The norm of the product is right even where its other values are not.
            row[0] = np.log10(np.linalg.norm(mantissa, 2)) + exponent * LOG10_2
        yield row


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
    """Return log10 of the singular values of W, shape (n,), where those of ``W^t`` are t times as much up to ``W^T``.

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
    return np.asarray(np.log10(np.sort(values)[::-1]) + np.log10(largest))


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
