"""Every command and every piece of code in the README runs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from films import ENVIRONMENT, listing

from render.catalog import all_scenes

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


def test_commands_run(tmp_path):
    # As after a first `make`, with the environment that runs the tests in the place of the new one.
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".venv").mkdir()
    os.symlink(Path(sys.executable).parent, tmp_path / ".venv" / "bin")
    for stamp in ("installed", "developer"):
        (tmp_path / ".venv" / stamp).touch()
    commands = [line for block in blocks("sh") for line in block.splitlines()]
    assert len(commands) >= 8
    for command in commands:
        done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, env=ENVIRONMENT)
        assert done.returncode == 0, (command, done.stderr)
        assert done.stdout
        if command == "make videos":
            # Every scene, one line a film.
            lines = [line for line in done.stdout.splitlines() if ".mp4" in line]
            assert len(lines) == len(set(lines)) == len(all_scenes())
    made = listing(tmp_path / "output")
    assert {"article.mp4", "my-film.gif", "orthogonal.json", "rotation.png"} <= set(made)


def test_python_runs(tmp_path):
    for block in blocks("python"):
        done = subprocess.run([sys.executable, "-c", block], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "True" in done.stdout


def test_links_lead_somewhere():
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert target.startswith("http") or (page.parent / target).exists(), (page.name, target)
