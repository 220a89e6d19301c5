"""Powers of the Fibonacci matrix against exact integers."""

import numpy as np
from films import decided

from scenes.fibonacci.fibonacci import fibonacci


def test_it_begins_with_the_identity_and_counts_on():
    columns, _ = decided(fibonacci)
    assert np.array_equal(columns[None].matrix(0), np.eye(2))
    assert [columns[None].matrix(t)[0, 1] for t in range(5)] == [0, 1, 1, 2, 3]
    # What is spelled out.
    assert fibonacci.explain == 4
    assert columns[None].matrix(4).tolist() == [[2, 3], [3, 5]]
    assert np.array_equal(columns[None].matrix(4), [[2, 3], [3, 5]])
