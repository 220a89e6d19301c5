"""What several test modules share. Hypothesis keeps no data base: every run of the tests is the same."""

import shutil

import pytest
from hypothesis import settings

settings.register_profile("same", database=None, derandomize=True, deadline=None)
settings.load_profile("same")


@pytest.fixture
def small(vanishing, tmp_path):
    """The manifest of a copy of the module's film `vanishing`, to be tampered with."""
    return shutil.copytree(vanishing, tmp_path / "small") / "vanishing.json"


@pytest.fixture
def film(rotation, tmp_path):
    """A copy of the module's film `rotation`, to be tampered with."""
    return shutil.copytree(rotation, tmp_path / "film") / "rotation.mp4"
