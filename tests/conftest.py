"""What several test modules share.

Hypothesis keeps no data base, and every run of the tests tries the same, unlike `make fuzz`.
"""

import os
import shutil

import pytest
from hypothesis import settings

settings.register_profile("same", database=None, derandomize=True, deadline=None)
settings.register_profile("fuzz", database=None, deadline=None, print_blob=True)
settings.load_profile("fuzz" if "FUZZ" in os.environ else "same")


@pytest.fixture
def small(vanishing, tmp_path):
    """The manifest of a copy of the module's film `vanishing`, to be tampered with."""
    return shutil.copytree(vanishing, tmp_path / "small") / "vanishing.json"


@pytest.fixture
def film(rotation, tmp_path):
    """A copy of the module's film `rotation`, to be tampered with."""
    return shutil.copytree(rotation, tmp_path / "film") / "rotation.mp4"
