"""Which idea has which colour: labels of columns, curves and bars that play a role of their own."""

from __future__ import annotations

from collections.abc import Mapping

# The same label has the same role in every film; what is not here has none.
ROLES: dict[str, str] = {
    "vanishing": "vanish",
    "exploding": "explode",
    "orthogonal": "keep",
    "|λ| < 1": "vanish",
    "|λ| > 1": "explode",
    "|λ| = 1": "keep",
    "node": "vanish",
    "saddle": "explode",
    "spiral": "data",
    "centre": "keep",
    "nearest orthogonal": "keep",
    "plain net": "vanish",
    "dense": "keep",
}

# What has no role is told apart by these, and by the names at the lines' ends.
_WITHOUT = ("data", "keep", "theory", "explode", "vanish", "warn")


def roles_of(labels: list[str], own: Mapping[str, str] | None = None) -> list[str]:
    """Return a role for each of the labels that stand together in one panel.

    Parameters
    ----------
    labels : list of str
        The labels, in English.
    own : mapping of str to str, optional
        Roles that a scene gives them itself.
    """
    known = ROLES | dict(own or {})
    taken = {known[label] for label in labels if label in known}
    free = iter([role for role in _WITHOUT if role not in taken] * len(labels))
    return [known[label] if label in known else next(free, "data") for label in labels]
