"""How far a thousand products of a rounded orthogonal matrix drift."""

import numpy as np
import pytest
from films import decided

from render.pipeline.claims import judge
from scenes import FORMATS, Record, haar_orthogonal
from scenes.precision.drift import drift


@pytest.mark.parametrize("name", ["float16", "float32"])
def test_a_thousand_products_drift_as_the_rounded_factor_says(name):
    kind, eps = FORMATS[name], np.finfo(FORMATS[name]).eps
    for seed in range(5):
        columns, verdicts = decided(drift, seed=seed)
        factor, product = haar_orthogonal(16, seed).astype(kind), np.eye(16, dtype=kind)
        for _ in range(1000):
            product = factor @ product
        gram = product.astype(float).T @ product.astype(float)
        found = verdicts[f"departure, {name}"]
        assert found.value == pytest.approx(np.linalg.norm(gram - np.eye(16)) / 4, rel=1e-9)
        # The rounding of the factor by itself, from its singular values raised to the power.
        assert found.value > 30 * eps
        moduli = np.abs(np.linalg.eigvals(factor.astype(float)))
        assert found.expected == pytest.approx(np.sqrt(np.mean((moduli**2000 - 1) ** 2)), rel=0.05)
        off = np.abs(np.linalg.svd(product.astype(float), compute_uv=False) - 1).max()
        digits = columns[None].series["digits"][-1, list(FORMATS).index(name)]
        assert digits == pytest.approx(-np.log10(off), rel=1e-9)


def test_the_headline_notices_what_does_not_add_up():
    series, parameters = dict(drift.build()[None].series), drift.resolve()
    flat = series | {"log10 float16": np.minimum(series["log10 float16"], series["log10 float16"][1])}
    # As if float32 had been multiplied in float64, or Q had been shrunk by a thousandth before.
    exact = series | {"log10 float32": series["log10 float64"]}
    shrunk = series | {"log10 float64": np.log10(np.abs(0.999 ** (20 * np.arange(101.0)) - 1) + 1e-300)}
    for changed, holds in ((series, True), (flat, False), (exact, False), (shrunk, False)):
        assert judge([drift.headline], {None: Record(changed)}, parameters)[0].holds is holds
