"""What the numbers cost, against bare multiplication: run as part of ``make bench``."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from render.numerics.singular_values import GradedProduct
from render.numerics.trajectory import simulate
from scenes import MatrixSequence, gaussian_matrix, haar_orthogonal, repeated

ROUNDS = 7


def bare(sequence: MatrixSequence) -> None:
    product = sequence.initial
    for factor in sequence.factors:
        product = factor @ product


def products(sequence: MatrixSequence) -> None:
    simulate(sequence).product(sequence.steps)


def all_singular_values(sequence: MatrixSequence) -> None:
    assert simulate(sequence).log10_singular_values.shape == (sequence.steps + 1, sequence.dim)


def last_singular_values(sequence: MatrixSequence) -> None:
    graded = GradedProduct(sequence.initial)
    for factor in sequence.factors:
        graded.step(factor)
    assert len(graded.log_singular_values()) == sequence.dim


def ratio(program: Callable[[MatrixSequence], None], sequence: MatrixSequence, repeats: int) -> float:
    """Return the median over rounds of the program's time by that of bare products, taken in turn."""
    ratios = []
    for _ in range(ROUNDS):
        seconds = []
        for each in (program, bare):
            began = time.perf_counter()
            for _ in range(repeats):
                each(sequence)
            seconds.append(time.perf_counter() - began)
        ratios.append(seconds[0] / seconds[1])
    return statistics.median(ratios)


def main() -> None:
    rng = np.random.default_rng(0)
    orthogonal = repeated(haar_orthogonal(64, 0), 64)
    turns = MatrixSequence(np.stack([haar_orthogonal(64, seed) for seed in range(64)]))
    gaussian = MatrixSequence(rng.standard_normal((64, 64, 64)) / 8)
    print("Against bare W @ P (medians):")
    for text, program, sequence, repeats in (
        ("64 steps, n = 64, orthogonal: products", products, orthogonal, 20),
        ("64 steps, n = 64, orthogonal: singular values of all steps", all_singular_values, orthogonal, 5),
        ("64 steps, n = 64, different orthogonal ones: the same", all_singular_values, turns, 2),
        ("64 steps, n = 64, Gaussian: singular values of all steps", all_singular_values, gaussian, 2),
        ("64 steps, n = 64, Gaussian: singular values of the last step", last_singular_values, gaussian, 2),
        ("8 steps, n = 1,024: products", products, repeated(gaussian_matrix(1024, 0), 8), 1),
    ):
        print(f"{text:64} {ratio(program, sequence, repeats):6.2f} ×")


if __name__ == "__main__":
    main()
