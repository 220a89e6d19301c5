"""The chain rolled out, against differences."""

import numpy as np
import pytest
from films import study_of

from render.pipeline.claims import judge
from scenes.recurrence.unrolled import chain, unrolled


@pytest.mark.parametrize("seed", range(3))
def test_the_chain_is_the_gradient_of_the_last_state(seed):
    sequence = unrolled.build(seed=seed, steps=4)[None]
    network, inputs, start = chain(4, 3, seed)
    product = np.linalg.multi_dot(list(sequence.factors[::-1])).T
    for axis in 1e-6 * np.eye(3):
        change = network.run(inputs, start + axis).states[-1] - network.run(inputs, start - axis).states[-1]
        assert product @ axis == pytest.approx(change / 2, abs=1e-13)
    # The film goes back in time: the first factor is that of the last step.
    jacobians = network.run(inputs, start).jacobians
    assert sequence.factors[0] == pytest.approx(jacobians[3].T, abs=0)
    assert sequence.factors[3] == pytest.approx(jacobians[0].T, abs=0)


def test_without_the_slopes_of_tanh_the_product_is_another_one():
    found = study_of("unrolled")
    other = found.counterexample()
    verdicts = [judge([unrolled.headline], run.columns, run.parameters)[0] for run in (found, other)]
    assert [verdict.holds for verdict in verdicts] == [True, False]
    assert verdicts[1].value == pytest.approx(0.95**5)
