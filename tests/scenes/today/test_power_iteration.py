"""Power iteration against powers of the matrix with many digits."""

import mpmath as mp
import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes.today.power_iteration import _iterate, _matrix, power_iteration


@pytest.mark.parametrize("ratio", [0.3, 0.75])
def test_vectors_are_those_of_powers_with_many_digits(ratio):
    recording = power_iteration.build(steps=40, seed=2, ratio=ratio)[None]
    with mp.workdps(60):
        matrix = mp.matrix(recording.factors[0].tolist())
        values, vectors = mp.eigsy(matrix)
        assert abs(float(values[1]) - 1.5) < 1e-10
        assert abs(float(values[0]) - 1.5 * ratio) < 1e-10
        power = matrix**40
        for number, start in enumerate(recording.series["vectors"][0]):
            after = power * mp.matrix(start.tolist())
            after /= mp.norm(after)
            found = recording.series["vectors"][-1][number]
            assert np.allclose(found, [float(x) for x in after], rtol=0, atol=1e-10)
            assert abs(abs(float((vectors[:, 1].T * after)[0])) - 1) < 1e-4


def holds(recording):
    return judge([power_iteration.headline], {None: simulate(recording)}, power_iteration.resolve())[0].holds


def test_the_headline_falls_with_other_eigenvalues():
    assert holds(_iterate(24, 0, (1.5, 0.75 * 1.5)))
    assert not holds(_iterate(24, 0, (1.5, 0.76 * 1.5)))
    assert not holds(_iterate(24, 0, (1.4, 0.75 * 1.5)))
    # Another direction wins.
    assert not holds(_iterate(24, 0, (0.75 * 1.5, 1.5)))
    # All turn with the matrix, whatever it is.
    turned = _iterate(24, 1, (1.5, 0.75 * 1.5))
    assert not np.allclose(_matrix(0, (1, 2))[0], _matrix(1, (1, 2))[0])
    assert not holds(turned)
