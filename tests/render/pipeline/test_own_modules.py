"""What scene files import from beside them: each its own, even where several have modules of the same names."""

import sys
import textwrap

import numpy as np
import pytest

from render.errors import RenderError
from render.pipeline.catalog import load_scene
from render.pipeline.dependencies import files_beside
from render.pipeline.job import Job
from render.pipeline.own_modules import own_modules
from render.pipeline.scene_run import resolve, run_of

TOP = """
    from helper import factor
    from scenes import Dim, MatrixSequence, Steps, repeated, scene, show
    import numpy as np

    @scene(show("matrix"), "norms", title="Own")
    def own(steps: Steps = 2, dim: Dim = 2) -> MatrixSequence:
        \"\"\"Own.\"\"\"
        return repeated(factor() * np.eye(dim), steps)
"""
INNER = TOP.replace("    from helper import factor\n", "", 1).replace(
    "        return", "        from helper import factor\n        return"
)


@pytest.fixture
def write(tmp_path):
    """Write a scene file of a text, and the modules beside it."""

    def written(folder, text=TOP, **modules):
        for name, content in {"own": text, **modules}.items():
            path = tmp_path / folder / f"{name.replace('__', '/', 1) if name[:2] != '__' else name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(content))
        return str(tmp_path / folder / "own.py")

    return written


def factor(source):
    """The number by which a scene multiplies at every step."""
    (column,) = resolve(source, {}).columns.values()
    return column.matrix(1)[0, 0]


def returns(number):
    return f"def factor():\n    return {number}\n"


@pytest.mark.parametrize("text", [TOP, INNER])
def test_helpers_of_one_name_are_those_beside_each_file(write, text):
    one, other = (write(folder, text, helper=returns(number)) for folder, number in (("a", 0.5), ("b", 0.25)))
    assert [factor(source) for source in (one, other, one, other, one)] == [0.5, 0.25, 0.5, 0.25, 0.5]
    assert "helper" not in sys.modules


@pytest.mark.parametrize("text", [TOP, INNER])
def test_files_that_are_compared_keep_their_own(write, text):
    of = [
        {"label": folder, "scene": write(folder, text, helper=returns(number)), "parameters": {}, "matrices": None}
        for folder, number in (("a", 1.0), ("b", 0.5))
    ]
    columns = run_of(Job("comparison", several={"of": of, "title": ""})).columns
    found = [columns[label].log10_spectral_norm for label in ("a", "b")]
    np.testing.assert_allclose(found, [[0, 0, 0], np.log10([1, 0.5, 0.25])], rtol=0, atol=1e-15)


@pytest.mark.parametrize("text", [TOP, INNER])
def test_a_helper_that_was_edited_is_read_again(write, text):
    for number in (1.0, 0.5, 0.25):
        assert factor(write("a", text, helper=returns(number))) == number


@pytest.mark.parametrize(
    "modules",
    [
        {"helper": "from parts import factor", "parts____init__": "from .sizes import factor"},
        {
            "helper": "from parts.outer import factor",
            "parts____init__": "",
            "parts__outer": "from .sizes import factor",
        },
        {"helper": "from parts.outer import factor", "parts__outer": "from . import sizes\nfactor = sizes.factor"},
        {"helper": "from parts import sizes\nfactor = sizes.factor"},
    ],
)
def test_packages_and_what_they_import_of_themselves(write, tmp_path, modules):
    for number in (0.5, 0.25):
        source = write("a", TOP, **modules, parts__sizes=returns(number))
        assert factor(source) == number
        beside = {path.relative_to(tmp_path / "a").as_posix() for path in files_beside(tmp_path / "a" / "own.py")}
        written = {f"{name.replace('__', '/', 1)}.py" for name in (*modules, "parts__sizes")}
        assert beside == {"own.py", *written}


def test_a_file_that_is_a_link_imports_from_where_it_leads(write, tmp_path):
    write("a", helper=returns(0.5))
    write("b", helper=returns(0.25))
    (tmp_path / "b" / "own.py").unlink()
    (tmp_path / "b" / "own.py").symlink_to(tmp_path / "a" / "own.py")
    assert factor(str(tmp_path / "b" / "own.py")) == 0.5


def test_what_is_imported_by_a_text_is_found_and_its_own(write):
    text = TOP.replace(
        "from helper import factor", "import importlib\n    factor = importlib.import_module('helper').factor"
    )
    one, other = (write(folder, text, helper=returns(number)) for folder, number in (("a", 0.5), ("b", 0.25)))
    assert [factor(source) for source in (one, other, one)] == [0.5, 0.25, 0.5]
    assert "helper" not in sys.modules


def test_nothing_that_is_installed_is_hidden(write):
    text = TOP.replace(
        "from helper import factor", "import random, json\n    def factor(): return random.choice([0.5])"
    )
    source = write("a", text, random="raise ValueError('no')", numpy="raise ValueError('no')")
    assert factor(source) == 0.5
    assert sys.modules["json"].__spec__.origin.endswith("json/__init__.py")


def test_modules_of_who_calls_come_back(write, monkeypatch):
    source, own = write("a", helper=returns(0.5)), type(sys)("helper")
    monkeypatch.setitem(sys.modules, "helper", own)
    path = [*sys.path]
    assert factor(source) == 0.5
    assert sys.modules["helper"] is own and sys.path == path
    with own_modules(source):
        assert sys.modules["helper"].factor() == 0.5
        with own_modules(write("b", helper=returns(0.25))), own_modules(source):
            assert sys.modules["helper"].factor() == 0.5
    write("b", helper="raise ValueError('no')")
    with pytest.raises(RenderError, match="raised ValueError: no"):
        load_scene(str(write("b", helper="raise ValueError('no')")))
    assert sys.modules["helper"] is own and sys.path == path
