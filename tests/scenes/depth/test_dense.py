"""Dense networks: paths counted one by one, and sensitivities against differences."""

from itertools import combinations

import numpy as np
import pytest

from scenes.depth.dense import dense, wired_network, wired_start


def test_dense_paths_are_all_subsets_of_layers():
    for layers in range(1, 8):
        columns = dense.build(steps=layers)
        for wiring, expected in (("dense", 2 ** (layers - 1)), ("plain net", 1)):
            product = np.eye(layers + 1)
            for factor in columns[wiring].factors:
                product = factor @ product
            # A path chooses which of the layers between it visits.
            subsets = [s for k in range(layers) for s in combinations(range(1, layers), k)]
            allowed = subsets if wiring == "dense" else [s for s in subsets if len(s) == layers - 1]
            assert product[-1, 0] == len(allowed) == expected


@pytest.mark.parametrize("wiring", ["dense", "plain net"])
def test_sensitivities_are_derivatives(wiring):
    outputs, start = wired_network(wiring, 6, 5, 2, 0.8), wired_start(5, 2)
    shown = dense.build(steps=6, dim=5, seed=2, gain=0.8)[wiring].series["gradients"]
    differences = []
    for axis in 1e-6 * np.eye(5):
        ahead, behind = outputs(start + axis), outputs(start - axis)
        differences.append([(a - b) / 2e-6 for a, b in zip(ahead, behind, strict=True)])
    by_input = np.linalg.norm(differences, axis=(0, 2)) / 5**0.5
    assert shown[-1][:, 0] == pytest.approx(by_input, abs=1e-7)
    assert shown[3][4:].max() == 0
    assert np.triu(shown[-1], 1).max() == 0
    assert shown[-1].diagonal() == pytest.approx(np.ones(7))
