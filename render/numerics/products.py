"""Every product of a sequence, at any step in any order, in memory that does not grow with the steps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from render.numerics.scaled import Scaled, ScaledProduct, log10_norms
from scenes import FloatArray, MatrixSequence

# Memory spent on products kept along the way, and on those handed to one batch of SVDs.
_CHECKPOINT_BYTES = 16 * 2**20
_BATCH_BYTES = 2 * 2**20
# What Python adds to every product: of small ones that is nearly all.
_OBJECT_BYTES = 400
# Cells on a side of the heat-maps that show a large matrix in means: that of the largest panel, and of a small one.
_SHOWN_CELLS = (64, 32)


class Products:
    """All products ``P_0 … P_T`` of a sequence, computed when asked for.

    Every k-th product is kept, so memory is bounded whatever the number of steps, and the product
    of a step has the same bits in whatever order steps are asked for.

    Parameters
    ----------
    sequence : MatrixSequence
        What to multiply.
    """

    def __init__(self, sequence: MatrixSequence) -> None:
        self._steps, self._dim = sequence.steps, sequence.dim
        self._product = ScaledProduct(sequence)
        kept = max(1, _CHECKPOINT_BYTES // (8 * self._dim**2 + _OBJECT_BYTES))
        self._spacing = max(1, -(-self._steps // kept))
        self._checkpoints = [Scaled(sequence.initial, 0)]
        self._last = (0, self._checkpoints[0])
        # Spectral and Frobenius norms of large products, of so many steps so far.
        self._norms = np.empty((2, self._steps + 1 if self._is_large else 0))
        self._noted = 0
        self._means: dict[int, dict[int, Scaled]] = {
            -(-self._dim // cells): {} for cells in _SHOWN_CELLS if self._is_large
        }
        self._means_left = _CHECKPOINT_BYTES
        self._note(0, self._checkpoints[0])

    @property
    def _is_large(self) -> bool:
        """Whether multiplying costs so much that what films need of a product is taken from it at once."""
        return self._dim > _SHOWN_CELLS[0]

    def __getitem__(self, step: int) -> Scaled:
        """Return ``P_t`` as mantissa, shape (n, n), and power of two; 0 ≤ `step` ≤ T.

        Raises
        ------
        IndexError
            If there is no such step.
        """
        if not 0 <= step <= self._steps:
            raise IndexError(f"step must be from 0 to {self._steps}, but it is {step}")
        at, product = self._last
        nearest = min(step // self._spacing, len(self._checkpoints) - 1)
        if not nearest * self._spacing <= at <= step:
            at, product = nearest * self._spacing, self._checkpoints[nearest]
        if at == step:
            return product
        # Where all are kept, small ones that follow are made with it, as they are asked for next.
        ahead = at + self._product.together if self._spacing == 1 else step
        for later, found in enumerate(self._onwards(at, product, min(max(step, ahead - 1), self._steps)), at + 1):
            if later == step:
                product = found
        return product

    def _onwards(self, at: int, product: Scaled, step: int) -> Iterator[Scaled]:
        """Yield the products after that of step `at`, up to `step`, and keep what is to be kept of them."""
        for now, found in enumerate(self._product.steps(at + 1, step, product), at + 1):
            self._note(now, found)
            if now == len(self._checkpoints) * self._spacing:
                # A product may be part of an array of many.
                self._checkpoints.append(found if self._spacing == 1 else found.copy())
            self._last = (now, found)
            yield found

    def block_means(self, step: int, block: int) -> Scaled:
        """Return the means of block × block entries of ``P_t``, shape (⌈n / block⌉, ⌈n / block⌉).

        Those that heat-maps usually show are kept, as long as there are not too many of them.
        """
        kept = self._means.get(block, {})
        if step in kept:
            return kept[step]
        product = self[step]
        return Scaled(block_means(product.mantissa, block), product.exponent)

    def log10_norms(self) -> tuple[FloatArray, FloatArray]:
        """Return log10 of the spectral and the Frobenius norm of every product, each shape (T + 1,)."""
        if self._is_large:
            # They are noted along the way.
            self[self._steps]
            return self._norms[0], self._norms[1]
        norms = np.empty((2, self._steps + 1))
        for start, products in self.batches():
            stack = np.stack([product.mantissa for product in products])
            exponents = np.array([product.exponent for product in products])
            norms[:, start : start + len(products)] = log10_norms(stack, exponents)
        return norms[0], norms[1]

    def _note(self, step: int, product: Scaled) -> None:
        """Keep of a large product what films need, the first time it comes: its norms, and what heat-maps show."""
        if not self._is_large or step < self._noted:
            return
        self._norms[:, step] = np.ravel(log10_norms(product.mantissa[None], np.array([product.exponent])))
        self._noted = step + 1
        for block, means in self._means.items():
            size = 8 * (-(-self._dim // block)) ** 2
            if self._means_left >= size:
                means[step] = Scaled(block_means(product.mantissa, block), product.exponent)
                self._means_left -= size

    def batches(self) -> Iterator[tuple[int, list[Scaled]]]:
        """Yield the first step of every batch, and its products, as many as fit a small memory."""
        size = max(1, _BATCH_BYTES // (8 * self._dim**2 + _OBJECT_BYTES))
        for start in range(0, self._steps + 1, size):
            stop = min(start + size, self._steps + 1)
            first = self[start]
            yield start, [first, *self._onwards(start, first, stop - 1)]

    def all(self) -> Iterator[Scaled]:
        """Yield every product in turn."""
        return (self[step] for step in range(self._steps + 1))


def block_means(matrix: FloatArray, block: int) -> FloatArray:
    """Return the means of block × block entries, shape (⌈rows / block⌉, ⌈columns / block⌉)."""
    if block == 1:
        return matrix
    sums, counts = matrix, []
    for axis, length in enumerate(matrix.shape):
        starts = np.arange(0, length, block)
        sums = np.add.reduceat(sums, starts, axis=axis)
        counts.append(np.minimum(block, length - starts))
    return np.asarray(sums / np.outer(*counts))
