"""Scene files are run as they are, whenever they were changed."""

import os
import sys

from render.pipeline.catalog import load_scene

FILE = """
from scenes import repeated, scene

@scene("matrix", title="{title}")
def mine(steps: int = 3):
    return repeated([[1.0]], steps)
"""


def test_a_file_that_is_written_twice_in_a_second_is_run_as_it_is(tmp_path, monkeypatch):
    # Python tells its bytecode from the source by whole seconds and the size.
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = tmp_path / "mine.py"
    for count, title in enumerate(("One", "Two", "Ten")):
        path.write_text(FILE.format(title=title))
        os.utime(path, ns=(10**18 + 1000 * count,) * 2)
        assert load_scene(str(path)).title == title
    assert os.listdir(tmp_path) == ["mine.py"]
