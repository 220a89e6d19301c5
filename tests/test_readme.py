"""Every command and every piece of code in the README runs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from films import ENVIRONMENT

ROOT = Path(__file__).parent.parent
SCENES = {"article", "orthogonal", "powers", "rotation", "vanishing"}
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


@pytest.mark.slow
def test_commands_run(tmp_path):
    # As after a first `make`, with the environment that runs the tests in the place of the new one.
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    # The program with some of its scenes: all of them would take minutes.
    shutil.copytree(ROOT / "render", tmp_path / "render")
    shutil.copytree(ROOT / "scenes", tmp_path / "scenes")
    for path in (tmp_path / "scenes").glob("*/[a-z]*.py"):
        if path.stem not in SCENES and path.parent.name != "core":
            path.unlink()
    environment = ENVIRONMENT | {"PYTHONPATH": str(tmp_path)}
    (tmp_path / ".venv").mkdir()
    for part in Path(sys.prefix).iterdir():
        if part.name in ("bin", "lib", "lib64", "pyvenv.cfg"):
            os.symlink(part, tmp_path / ".venv" / part.name)
    for stamp in ("installed", "developer"):
        (tmp_path / ".venv" / stamp).touch()
    # `make test` runs what is in tests/; here that is one module, which does not run the README again.
    (tmp_path / "tests").mkdir()
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    for name in ("films.py", "floors.py", "test_imports.py"):
        shutil.copy(ROOT / "tests" / name, tmp_path / "tests" / name)
    commands = [line for block in blocks("sh") for line in block.splitlines()]
    assert len(commands) >= 8
    for command in commands:
        done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, env=environment)
        assert done.returncode == 0, (command, done.stderr)
        assert done.stdout
        if command == "make test":
            assert re.search(r"=+ \d+ passed in ", done.stdout)
        if command == "make videos":
            # One line a film.
            made = {line.split("  (")[0] for line in done.stdout.splitlines() if ".mp4" in line}
            assert made == {f"output/{name}.mp4" for name in SCENES}
    made = {path.name for path in (tmp_path / "output").iterdir()}
    assert {"article.mp4", "my-film.gif", "orthogonal.json", "rotation.png", "W-powers.mp4"} <= made


@pytest.mark.slow
def test_python_runs(tmp_path):
    for block in blocks("python"):
        done = subprocess.run([sys.executable, "-c", block], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert done.stdout


def test_links_lead_somewhere():
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert target.startswith("http") or (page.parent / target).exists(), (page.name, target)
