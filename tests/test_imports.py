"""Each module imports only from the floors below it, and nothing heavy before it is needed."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

# From the ground up. A module may import from lower floors, and from __init__ and errors, which
# stand on the ground.
FLOORS = [
    ["scenes.core.sequence", "scenes.core.parameters", "scenes.core.sources", "scenes.core.activations"],
    ["scenes.core.trajectory", "scenes.core.initialisers", "scenes.core.networks", "scenes.core.derivatives",
     "scenes.core.layers", "scenes.core.cells"],
    ["scenes.core.claims", "scenes.core.matrices", "scenes.core.random_cells"],
    ["scenes.core.scene", "scenes.core.growth"],
    ["scenes.core.*"],
    ["scenes"],
    ["scenes._*"],
    ["scenes.*", "render", "render.errors", "render.signals"],
    ["render.linalg", "render.timeline", "render.theme", "render.layout", "render.formats", "render.storage",
     "render.words", "render.mpl", "render.dependencies"],
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
    package, *rest = name.split(".")
    if package == "scenes" and rest[0] != "core":
        # What scenes of a chapter share is below them.
        return floor_of("scenes._*" if rest[-1].startswith("_") or len(rest) == 1 else "scenes.*")
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


def test_imports_only_from_floors_below():
    known = {name for name, _ in modules()}
    for name, path in modules():
        for imported in imports_of(path, known):
            if imported.split(".")[0] not in ("scenes", "render") or imported in ("render", "render.panels"):
                continue
            shared = name.startswith("scenes.") and floor_of(name) == floor_of("scenes._*")
            below = floor_of(imported) < floor_of(name) + shared
            assert below, f"{name} imports {imported}"


def test_imports_make_no_circle():
    known = {name for name, _ in modules()}
    graph = {name: set(imports_of(path, known)) & known - {"render"} for name, path in modules()}
    while graph:
        ready = [name for name, imported in graph.items() if not imported & graph.keys()]
        assert ready, f"a circle among {sorted(graph)}"
        for name in ready:
            del graph[name]


def test_scenes_import_from_the_package_and_their_chapter_only():
    for name, path in modules():
        chapter = name.split(".")[1] if name.count(".") == 2 else "core"
        if name.split(".")[0] == "scenes" and chapter != "core":
            for imported in imports_of(path, {module for module, _ in modules()}):
                if imported.split(".")[0] == "scenes":
                    assert imported == "scenes" or imported.startswith(f"scenes.{chapter}._"), f"{name}: {imported}"


def test_scenes_need_numpy_and_the_standard_library_only():
    allowed = set(sys.stdlib_module_names) | {"numpy", "scenes"}
    for name, path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if name.startswith("scenes") else ():
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            assert {n.split(".")[0] for n in names} <= allowed, name


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
