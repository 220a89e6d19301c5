"""Files of a user's own scene, and what lies beside it."""

import os
from dataclasses import replace

import pytest

import render
from render.errors import RenderError
from render.pipeline.batch import is_current
from render.pipeline.catalog import load_scene
from render.pipeline.dependencies import files_beside, files_of

MINE = """
import beside_one
from beside_two.inner import AMOUNT
from scenes import repeated, scene


@scene("matrix", "norms")
def mine(steps: int = 1, amount: float = AMOUNT + beside_one.MORE):
    return repeated([[1.0, amount], [0.0, 1.0]], steps)
"""


@pytest.fixture
def mine(tmp_path):
    (tmp_path / "beside_two").mkdir()
    (tmp_path / "beside_two" / "__init__.py").touch()
    (tmp_path / "beside_two" / "inner.py").write_text("import beside_three\nAMOUNT = 0.5\n")
    (tmp_path / "beside_three.py").write_text("import mine")
    (tmp_path / "beside_one.py").write_text("MORE = 1\n")
    (tmp_path / "not_asked_for.py").touch()
    (tmp_path / "mine.py").write_text(MINE)
    (tmp_path / "beside_three.py").write_text("")
    return tmp_path / "mine.py"


def test_files_beside_are_found_without_running_them(mine):
    (mine.parent / "beside_three.py").write_text("import mine\nraise SystemExit")
    names = {path.relative_to(mine.parent).as_posix() for path in files_beside(mine)}
    assert names == {"mine.py", "beside_one.py", "beside_two/__init__.py", "beside_two/inner.py", "beside_three.py"}


@pytest.mark.parametrize("content", [b"def (", b"\xff\x00", b"(" * 10_000, b"import mine, .x"])
def test_what_is_no_python_imports_nothing(mine, content):
    mine.write_bytes(content)
    assert files_beside(mine) == {mine}


def test_a_file_beside_it_that_is_no_python_is_named(mine, monkeypatch):
    monkeypatch.chdir(mine.parent)
    (mine.parent / "beside_two" / "broken.py").write_text("x = 1\ndef (\n")
    mine.write_text("import beside_two.broken\n")
    with pytest.raises(RenderError, match=r"^beside_two.broken\.py line 2 raised SyntaxError: .*, so mend the scene$"):
        load_scene("mine.py")
    mine.write_text("\n\nexec('\\n(')\n")
    with pytest.raises(RenderError, match=r"^mine\.py line 3 raised SyntaxError"):
        load_scene("mine.py")
    mine.write_text("\n\ndef (\n")
    with pytest.raises(RenderError, match=r"^mine\.py line 3 raised SyntaxError"):
        load_scene("mine.py")


def test_a_scene_imports_what_lies_beside_it_and_its_film_grows_old_with_it(mine):
    scene = load_scene(str(mine))
    assert scene.resolve() == {"steps": 1, "amount": 1.5}
    assert files_beside(mine) < files_of(scene, "en")
    film = render.film(str(mine), output=mine.parent / "films", formats="gif", pace="even", layout="square")
    job = replace(film.job, output=str(mine.parent / "films"))
    assert is_current(job)
    later = (mine.parent / "films" / "mine.json").stat().st_mtime_ns + 1
    os.utime(mine.parent / "beside_one.py", ns=(later, later))
    assert not is_current(job)
