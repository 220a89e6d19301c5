"""The same label has the same role in every film, and docs/roles.md lists them."""

from pathlib import Path

from films import study_of

from render.drawing.roles import ROLES
from render.drawing.themes import ROLE_NAMES
from render.pipeline.catalog import all_scenes
from render.pipeline.panel_requests import find_panel

ROOT = Path(__file__).parents[2]


def roles_in_films():
    """Return the roles that scenes give to labels, by label, with the scenes that do."""
    found = {}
    for name, scene in all_scenes().items():
        labels = {label for label in study_of(name).columns if label in ROLES}
        given = [(label, ROLES[label]) for label in labels]
        for request in scene.panels:
            own = find_panel(request).roles or {}
            shown = request.options.get("of")
            keys = shown if isinstance(shown, dict) else {}
            given += [*own.items(), *((label, ROLES[label]) for label in keys if label in ROLES and label not in own)]
        for label, role in given:
            if label:
                found.setdefault(label, {}).setdefault(role, set()).add(name)
    return found


def table():
    """Return the table of docs/roles.md."""
    found = roles_in_films()
    lines = ["| role | labels |", "|---|---|"]
    for role in ROLE_NAMES:
        labels = sorted(label for label, roles in found.items() if role in roles)
        lines.append(f"| {role} | {', '.join(labels).replace('|', chr(92) + '|')} |")
    return "\n".join(lines)


def test_a_label_has_one_role_in_all_films():
    twice = {label: roles for label, roles in roles_in_films().items() if len(roles) > 1}
    assert not twice


def test_the_documentation_lists_them():
    assert table() in (ROOT / "docs" / "roles.md").read_text(encoding="utf-8")


def test_roles_are_those_of_the_themes():
    assert {role for roles in roles_in_films().values() for role in roles} <= {*ROLE_NAMES, "muted"}
