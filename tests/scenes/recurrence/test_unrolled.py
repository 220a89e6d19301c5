"""The chain rolled out, against differences."""

import numpy as np
import pytest

from scenes.recurrence.unrolled import chain, unrolled


@pytest.mark.parametrize("seed", range(3))
def test_the_chain_is_the_gradient_of_the_last_state(seed):
    sequence = unrolled.build(seed=seed, steps=4)[None]
    network, inputs, start = chain(4, 3, seed)
    product = np.linalg.multi_dot(list(sequence.factors[::-1])).T
    for axis in 1e-6 * np.eye(3):
        change = network.run(inputs, start + axis).states[-1] - network.run(inputs, start - axis).states[-1]
        assert product @ axis == pytest.approx(change / 2, abs=1e-13)
    strip, norms = sequence.series["factors"], sequence.series["norms"]
    assert strip[4].shape == (3, 15)
    # The film goes back in time; the strip stands in the order of time.
    assert strip[4][:, :3] == pytest.approx(sequence.factors[3].T, abs=0)
    assert strip[1][:, -3:] == pytest.approx(sequence.factors[0].T, abs=0)
    assert np.count_nonzero(strip[1][:, :-3]) == 0
    assert norms[4, 0] == pytest.approx(np.linalg.norm(product, 2), rel=1e-12)
    assert norms[2].tolist() == [0, 0, *norms[4, 2:]]
