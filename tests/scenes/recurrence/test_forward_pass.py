"""The forward pass in rows: against exact fractions, and what forgets the transposes."""

from fractions import Fraction

import numpy as np
import pytest
from films import study_of

from render.pipeline.claims import judge
from scenes.recurrence._symbols import symbols
from scenes.recurrence.forward_pass import forward_pass, row_weights


def exact(row, matrix):
    """Return a row times a matrix in fractions, as floats."""
    return [
        float(sum(Fraction(float(a)) * Fraction(float(b)) for a, b in zip(row, column, strict=True)))
        for column in matrix.T
    ]


def test_all_terms_of_all_rows():
    series, weights = forward_pass.build(seed=3, steps=6)[None].series, row_weights(5, 3)
    hidden = [0.0] * 5
    for x, terms, output in zip(symbols(6, 4, 3), series["terms"][1:], series["output"][1:], strict=True):
        read, carried = exact(x, weights["W1x"]), exact(hidden, weights["W1h"])
        assert terms[0] == pytest.approx(read, abs=1e-15)
        assert terms[1] == pytest.approx(carried, abs=1e-14)
        assert terms[2].tolist() == weights["b1"].tolist()
        hidden = [np.tanh(sum(parts)) for parts in zip(read, carried, weights["b1"], strict=True)]
        assert terms[4] == pytest.approx(hidden, abs=1e-14)
        scores = np.array(exact(hidden, weights["W2"])) + weights["b2"]
        assert output[1] == pytest.approx(np.exp(scores) / np.exp(scores).sum(), abs=1e-14)


def test_weights_for_columns_are_not_those_for_rows():
    found = study_of("forward_pass")
    runs = (found, found.counterexample())
    verdicts = [judge([forward_pass.headline], run.columns, run.parameters)[0] for run in runs]
    assert [verdict.holds for verdict in verdicts] == [True, False]
    assert verdicts[1].value > 0.1
