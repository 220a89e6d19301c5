"""Exact Fibonacci numbers, their matrix and the golden ratio."""

from math import inf, sqrt

import numpy as np

from scenes import FloatArray

MATRIX: FloatArray = np.array([[0.0, 1.0], [1.0, 1.0]])
GOLDEN = (1 + sqrt(5)) / 2
EPS = float(np.finfo(float).eps)


def fibonacci_numbers(count: int) -> list[int]:
    """Return the exact numbers F(0) … F(count − 1)."""
    numbers = [0, 1]
    while len(numbers) < count:
        numbers.append(numbers[-1] + numbers[-2])
    return numbers[:count]


def exact_power(power: int) -> list[int]:
    """Return ``F(n − 1), F(n), F(n + 1)``, the entries of the matrix's n-th power."""
    numbers = [1, *fibonacci_numbers(power + 2)]
    return numbers[power : power + 3]


def first_wrong(wrong: list[bool]) -> float:
    """Return the index of the first True, infinite where there is none."""
    return float(wrong.index(True)) if True in wrong else inf
