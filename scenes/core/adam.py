"""Training by Adam."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from scenes.core.sequence import FloatArray


class Adam:
    """Moments of gradients, with the decay rates 0.9 and 0.999.

    D. Kingma, J. Ba, "Adam: A method for stochastic optimization", ICLR 2015.

    Parameters
    ----------
    weights : sequence of ndarray
        What is trained; only the shapes are used.
    """

    def __init__(self, weights: Sequence[FloatArray]) -> None:
        self._count = 0
        self._mean = [np.zeros_like(w) for w in weights]
        self._square = [np.zeros_like(w) for w in weights]

    def steps(self, gradients: Sequence[FloatArray], rate: float = 1.0) -> Iterator[FloatArray]:
        """Take in gradients, and give what each of the weights should be lowered by."""
        self._count += 1
        for index, gradient in enumerate(gradients):
            self._mean[index] = 0.9 * self._mean[index] + 0.1 * gradient
            self._square[index] = 0.999 * self._square[index] + 0.001 * gradient**2
            scale = np.sqrt(self._square[index] / (1 - 0.999**self._count)) + 1e-8
            yield rate * self._mean[index] / (1 - 0.9**self._count) / scale
