"""The list of films in docs/gallery.md is that of the scenes; running this file writes it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from render.pipeline.catalog import all_scenes, by_chapter, heading_of
from render.pipeline.moments import sentence
from render.text import filled

ROOT = Path(__file__).parent.parent
GALLERY = ROOT / "docs" / "gallery.md"
# As the Makefile and the documentation run files of the tests by themselves.
BY_HAND = re.compile(r"PYTHONPATH=(\S+) (?:\$\(BIN\)/)?python (tests/\S+\.py)")
HEAD = """# Gallery

![The posters of all films, chapter by chapter](images/posters.png)

`make videos`, then `render gallery`, makes a page on which they play.
"""


def listing():
    parts = [HEAD]
    for chapter, scenes in by_chapter(all_scenes().values()).items():
        parts.append(f"## {heading_of(chapter)}\n")
        rows = []
        for scene in scenes:
            defaults = {parameter.name: parameter.default for parameter in scene.parameters}
            statement = sentence(filled(scene.statement, defaults)).replace("|", "\\|").replace("_", "\\_")
            rows.append(f"| `{scene.name}` | {statement} |")
        parts.append("\n".join(["| film | what it shows |", "|---|---|", *rows]) + "\n")
    return "\n".join(parts)


def test_the_gallery_lists_all_films():
    assert GALLERY.read_text(encoding="utf-8") == listing()


def by_hand():
    texts = [
        path.read_text(encoding="utf-8") for path in (ROOT / "Makefile", *ROOT.glob("*.md"), *ROOT.glob("docs/*.md"))
    ]
    return sorted({found for text in texts for found in BY_HAND.findall(text)})


def test_some_files_of_tests_are_run_by_hand():
    assert [file for _, file in by_hand()] == ["tests/scenes/test_films.py", "tests/soak.py"]


@pytest.mark.parametrize(("path", "file"), by_hand())
def test_files_of_tests_that_are_run_by_hand_find_what_they_import(path, file):
    """The folder of a file that is run comes first, and has a folder named render."""
    code = "import runpy, sys; sys.path[0] = sys.argv[1]; runpy.run_path(sys.argv[2])"
    command = [sys.executable, "-c", code, str((ROOT / file).parent), file]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": path}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


if __name__ == "__main__":
    GALLERY.write_text(listing(), encoding="utf-8")
