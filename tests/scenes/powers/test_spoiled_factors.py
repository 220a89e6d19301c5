"""Claims about a product are false where any one of its factors is wrong."""

import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.catalog import load_scene
from render.pipeline.claims import judge
from render.pipeline.scene_run import resolve
from scenes import MatrixSequence


def spoiled(sequence, step):
    """Return a sequence with one factor half as large again."""
    factors = np.array(sequence.factors)
    factors[step] *= 1.5
    return simulate(MatrixSequence(factors, sequence.initial, sequence.series))


@pytest.mark.parametrize(
    "name",
    ["quarter_turn", "turning_planes", "reflections", "permutation", "transposes", "phase_plane", "trichotomy"],
)
def test_a_claim_about_the_product_falls_with_any_one_factor(name):
    for steps in (3, 16, 61):
        found = resolve(name, {"steps": steps})
        for column, numbers in found.columns.items():
            for step in {0, 1, steps // 2, steps - 1}:
                columns = {**found.columns, column: spoiled(numbers.sequence, step)}
                false = [v for v in judge(found.scene.claims, columns, found.parameters) if not v.holds]
                assert [v for v in false if v.column == column], (column, step)
                # Claims on all columns together have none.
                assert {v.column for v in false} <= {column, None}
                assert all(np.isfinite(v.value) for v in false)


@pytest.mark.parametrize(
    ("name", "claim"),
    [
        ("vanishing", "below 1/1000 at step"),
        ("vanishing", "half-life in steps"),
        ("exploding", "above 1,000 at step"),
    ],
)
def test_one_wrong_factor_makes_a_claim_of_the_product_false(name, claim):
    found = resolve(name, {})
    for step in (0, -1):
        columns = {None: spoiled(found.columns[None].sequence, step)}
        verdicts = {v.claim: v for v in judge(load_scene(name).claims, columns, found.parameters)}
        assert not verdicts[claim].holds
