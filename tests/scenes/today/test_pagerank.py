"""Page ranks and eigenvalues with many digits."""

import mpmath as mp
import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes.today.pagerank import _surf, final_ranks, links, pagerank, with_jumps


@pytest.mark.parametrize("seed", [0, 3, 8])
def test_eigenvalues_are_those_of_the_links_times_the_damping(seed):
    step = links(6, seed)
    assert np.abs(step.sum(axis=0) - 1).max() < 1e-15
    with mp.workdps(40):
        exact = mp.matrix(6, 6)
        for i, j in np.argwhere(step):
            exact[int(i), int(j)] = mp.mpf(1) / int((step[:, j] > 0).sum())
        damping = mp.mpf("0.85")
        walk = damping * exact + (1 - damping) / 6 * mp.ones(6)
        moduli = sorted(abs(value) for value in mp.eig(walk, left=False, right=False))
        assert abs(moduli[-1] - 1) < 1e-25
        assert abs(moduli[-2] - damping) < 1e-10
        solved = mp.lu_solve(mp.eye(6) - damping * exact, (1 - damping) / 6 * mp.ones(6, 1))
        assert np.allclose(final_ranks(step, 0.85), [float(x) for x in solved], rtol=0, atol=1e-10)
        assert abs(sum(solved) - 1) < 1e-30


def holds(**columns):
    built = pagerank.build()
    if "jumps" in columns:
        built["with jumps"] = columns["jumps"]
    if "plain" in columns:
        built["links only"] = columns["plain"]
    numbers = {label: simulate(recording) for label, recording in built.items()}
    return judge([pagerank.headline], numbers, pagerank.resolve())[0].holds


def test_the_headline_falls_with_other_jumps_or_without_a_trap():
    step = links(8, 0)
    assert holds()
    assert not holds(jumps=_surf(with_jumps(step, 0.9), 40))
    assert not holds(jumps=_surf(with_jumps(step, 0.8), 40))
    assert not holds(plain=_surf(with_jumps(step, 0.85), 40))
    # Who leaves the trap now and then.
    leaky = step.copy()
    leaky[:, -1] = 1 / 8
    assert not holds(jumps=_surf(with_jumps(leaky, 0.85), 40))
