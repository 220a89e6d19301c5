"""Claims are false as soon as one factor among many is another one."""

import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import MatrixSequence
from scenes.initialisation._kinds import KINDS
from scenes.initialisation.identity_initialisation import identity_initialisation
from scenes.initialisation.initialiser import initialiser
from scenes.initialisation.xavier import xavier


def false_claims(scene, label, index, **values):
    """Return the claims that are false when one factor of a column is multiplied by 1.5."""
    parameters = scene.resolve(**values)
    columns = scene.build(**parameters)
    factors = np.array(columns[label].factors)
    factors[index] *= 1.5
    columns[label] = MatrixSequence(factors, columns[label].initial, columns[label].series)
    verdicts = judge(scene.claims, {name: simulate(s) for name, s in columns.items()}, parameters)
    return [verdict.claim for verdict in verdicts if not verdict.holds and verdict.column == label]


@pytest.mark.parametrize(
    ("scene", "label", "claim"),
    [
        (initialiser, None, "growth per step"),
        (xavier, "normal", "log10 norm at last"),
        (xavier, "uniform", "log10 norm at last"),
        (identity_initialisation, "I alone", "units alive"),
        (identity_initialisation, "Q", "log10 norm at last"),
        (identity_initialisation, "I + noise", "log10 norm at last"),
        (identity_initialisation, "I, ReLU", "units alive"),
    ],
)
def test_one_factor_among_many_makes_a_claim_false(scene, label, claim):
    for index in (0, 7, -1):
        assert claim in false_claims(scene, label, index), index


def test_a_spoiled_factor_is_found_for_every_kind():
    for kind in KINDS:
        # Nothing is left of zeros, whatever they are multiplied by.
        found = false_claims(initialiser, None, 5, kind=kind)
        assert ("growth per step" in found) == (kind != "zeros"), kind
        # Where eigenvectors are orthogonal, the size at every step is that of the eigenvalue alone.
        assert (initialiser.headline.text in found) == (
            kind in ("identity", "constant", "bilinear", "orthogonal_qr", "orthogonal_svd")
        ), kind
