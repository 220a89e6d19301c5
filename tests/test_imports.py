"""Each module imports only from the floors below it, and nothing heavy before it is needed."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# From the ground up. A module may import from lower floors, and from __init__ and errors, which
# stand on the ground.
FLOORS = [
    ["scenes._sequence"],
    ["scenes._scene", "scenes._matrices", "scenes._sources", "scenes._activations"],
    ["scenes._growth", "scenes._networks", "scenes._cells"],
    ["scenes._thresholds"],
    ["scenes"],
    ["scenes.*", "render", "render.errors", "render.signals"],
    ["render.linalg", "render.timeline", "render.theme", "render.layout", "render.formats", "render.storage",
     "render.words", "render.mpl"],
    ["render.simulator", "render.catalog", "render.strokes", "render.fonts"],
    ["render.canvas"],
    ["render.claims", "render.stock"],
    ["render.panels._base"],
    ["render.study"],
    ["render.numbers"],
    ["render.panels._chart", "render.panels._heatmap", "render.panels._plane", "render.panels._series"],
    ["render.panels._curves", "render.panels._bars"],
    ["render.panels.*", "render.panels"],
    ["render.painter", "render.encoder", "render.manifest"],
    ["render.embed"],
    ["render.job"],
    ["render.batch", "render.verify", "render.posters", "render.terminal"],
    ["render.cli"],
    ["render.__main__"],
]  # fmt: skip


def floor_of(name):
    for height, names in enumerate(FLOORS):
        if name in names:
            return height
    package = name.rpartition(".")[0] + ".*"
    return next(height for height, names in enumerate(FLOORS) if package in names)


def modules():
    for package in ("scenes", "render"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


def imports_of(path, known):
    """All imports at the top of a module; those inside functions wait until they are needed."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in known else node.module


@pytest.mark.parametrize(("name", "path"), list(modules()))
def test_imports_only_from_floors_below(name, path):
    known = {name for name, _ in modules()}
    for imported in imports_of(path, known):
        if imported.split(".")[0] not in ("scenes", "render") or imported in ("render", "render.panels"):
            continue
        assert floor_of(imported) < floor_of(name), f"{name} imports {imported}"


@pytest.mark.parametrize(("name", "path"), [(n, p) for n, p in modules() if n.startswith("scenes")])
def test_scenes_need_numpy_and_the_standard_library_only(name, path):
    allowed = set(sys.stdlib_module_names) | {"numpy", "scenes"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) else []
        assert {n.split(".")[0] for n in names} <= allowed


def loaded_by(code):
    command = f"import sys; {code}; print(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    return set(
        subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True).stdout.split()
    )


def test_importing_scenes_loads_nothing_but_numpy():
    assert not loaded_by("import scenes") & {"matplotlib", "click", "imageio", "imageio_ffmpeg", "PIL", "render"}


def test_help_loads_neither_numpy_nor_matplotlib():
    code = (
        "sys.argv = ['render', '--help']\nimport contextlib, io\n"
        "from render.cli import commands\nfrom render.terminal import run\n"
        "with contextlib.redirect_stdout(io.StringIO()): run(commands)\n"
    )
    command = f"import sys\n{code}\nprint(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert not set(run.stdout.split()) & {"matplotlib", "numpy", "imageio", "imageio_ffmpeg", "PIL", "scenes"}
