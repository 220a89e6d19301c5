"""What tests of pages share: a browser, and films whose manifests can be altered."""

import copy
import json

import pytest
from browsers import launched
from films import manifest_of

import render


@pytest.fixture(scope="module")
def browser():
    with launched() as opened:
        yield opened


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")
    render.film("vanishing", steps=32, dim=3, output=folder)
    render.film("article", steps=4, output=folder)
    render.film("rotation", steps=1, output=folder, name="silent", formats="gif")
    render.film("rotation", steps=1, output=folder, name="loud", formats="mp4")
    return folder


@pytest.fixture
def altered(folder, tmp_path):
    """Write a manifest with something changed beside an empty film, and return that film."""

    def alter(change, of="vanishing"):
        content = copy.deepcopy(manifest_of(folder / of))
        replaced = change(content)
        film = tmp_path / "film.mp4"
        film.touch()
        film.with_suffix(".json").write_text(json.dumps(content if replaced is None else replaced), encoding="ascii")
        return film

    return alter
