"""Powers of the identity and others: equal units, against states carried on by hand, and what breaks the headline."""

import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes.initialisation.identity_initialisation import identity_initialisation


def holds():
    columns = {label: simulate(sequence) for label, sequence in identity_initialisation.build().items()}
    return judge([identity_initialisation.headline], columns, identity_initialisation.resolve())[0].holds


@pytest.mark.parametrize("label", ["I alone", "Q", "I + noise", "I, ReLU"])
def test_lengths_and_differences_are_those_of_the_products(label):
    sequence = identity_initialisation.build(seed=3, steps=20)[label]
    product = simulate(sequence)
    start = np.random.default_rng([3, 3]).standard_normal(12)
    for step in (0, 1, 7, 20):
        length = np.linalg.norm(product.matrix(step) @ start) / np.linalg.norm(start)
        assert sequence.series["length"][step] == pytest.approx(length, rel=1e-12)
        if label != "I, ReLU":
            equal = product.matrix(step).sum(axis=1)
            apart = np.std(equal) / np.sqrt(np.mean(equal**2))
            assert sequence.series["apart"][step] == pytest.approx(apart, abs=1e-12)


def swap_two(dim, seed):
    """Return an orthogonal matrix that leaves equal numbers equal: it parts nothing."""
    return np.eye(dim)[[1, 0, *range(2, dim)]]


def too_small(dim, seed):
    """Return nine tenths of an orthogonal matrix."""
    return 0.9 * np.linalg.qr(np.random.default_rng(5).standard_normal((dim, dim)))[0]


@pytest.mark.parametrize(
    ("name", "change"),
    [("haar_orthogonal", swap_two), ("haar_orthogonal", too_small), ("relu", np.abs), ("relu", np.tanh)],
)
def test_the_headline_is_false_of_other_matrices_and_activations(name, change, monkeypatch):
    assert holds()
    monkeypatch.setitem(identity_initialisation.function.__globals__, name, change)
    assert not holds()
