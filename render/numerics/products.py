"""Every product of a sequence, at any step in any order, in memory that does not grow with the steps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from render.numerics.scaled import Scaled, ScaledProduct
from scenes import FloatArray, MatrixSequence

# Memory spent on products kept along the way, and on those handed to one batch of SVDs.
_CHECKPOINT_BYTES = 16 * 2**20
_BATCH_BYTES = 2 * 2**20


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
        kept = max(1, _CHECKPOINT_BYTES // (8 * self._dim**2))
        self._spacing = max(1, -(-self._steps // kept))
        self._checkpoints = [Scaled(sequence.initial, 0)]
        self._last = (0, self._checkpoints[0])
        self._means: dict[int, dict[int, Scaled]] = {}
        self._means_left = _CHECKPOINT_BYTES

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
        while at < step:
            at += 1
            product = self._product.step(at, product)
            for block, means in self._means.items():
                self._keep_means(at, block, means, product)
            if at == len(self._checkpoints) * self._spacing:
                self._checkpoints.append(product)
        self._last = (at, product)
        return product

    def block_means(self, step: int, block: int) -> Scaled:
        """Return the means of block × block entries of ``P_t``, shape (⌈n / block⌉, ⌈n / block⌉).

        Who has asked for them once gets those of later steps from the same multiplication that norms need, as
        long as there are not too many of them.
        """
        if block == 1:
            return self[step]
        means = self._means.setdefault(block, {})
        if step not in means:
            product = self[step]
            self._keep_means(step, block, means, product)
            if step not in means:
                return Scaled(block_means(product.mantissa, block), product.exponent)
        return means[step]

    def _keep_means(self, step: int, block: int, means: dict[int, Scaled], product: Scaled) -> None:
        size = 8 * (-(-self._dim // block)) ** 2
        if step not in means and self._means_left >= size:
            means[step] = Scaled(block_means(product.mantissa, block), product.exponent)
            self._means_left -= size

    def batches(self) -> Iterator[tuple[int, list[Scaled]]]:
        """Yield the first step of every batch, and its products, as many as fit a small memory."""
        size = max(1, _BATCH_BYTES // (8 * self._dim**2))
        for start in range(0, self._steps + 1, size):
            stop = min(start + size, self._steps + 1)
            yield start, [self[step] for step in range(start, stop)]

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
