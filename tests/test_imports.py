"""Each module imports only from the floors below it, and nothing heavy before it is needed."""

import ast
import subprocess
import sys
from pathlib import Path

from floors import level_of, table

ROOT = Path(__file__).parent.parent


def modules():
    for package in ("scenes", "render"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


def statements(node):
    """All statements below one, but for those that type checkers alone read."""
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield child
            yield from statements(child)


def imports_of(path, known):
    """All imports of a module, late ones too."""
    for node in statements(ast.parse(path.read_text(encoding="utf-8"))):
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
            if imported.split(".")[0] in ("scenes", "render") and imported != name:
                # What scenes of a chapter share may import each other.
                shared = name.startswith("scenes.") and level_of(name) == level_of("scenes.powers")
                assert level_of(imported) < level_of(name) + shared, f"{name} imports {imported}"


def test_a_late_import_counts(tmp_path):
    path = tmp_path / "late.py"
    path.write_text("def f():\n    from render.cli import commands\n", encoding="utf-8")
    assert list(imports_of(path, {"render.cli.commands"})) == ["render.cli.commands"]


def test_the_documentation_shows_the_same_floors():
    assert table() in (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_no_file_is_long_and_no_name_is_a_folder_too():
    for _, path in modules():
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 350, path
    import render

    folder = Path(render.__file__).parent
    for name in render.__all__:
        assert not (folder / name).exists(), name
        assert not (folder / f"{name}.py").exists(), name


def test_imports_make_no_circle():
    known = {name for name, _ in modules()}
    graph = {name: set(imports_of(path, known)) & known - {name} for name, path in modules()}
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
        "from render.cli.commands import commands\nfrom render.cli.terminal import run\n"
        "with contextlib.redirect_stdout(io.StringIO()): run(commands)\n"
    )
    command = f"import sys\n{code}\nprint(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert not set(run.stdout.split()) & {"matplotlib", "numpy", "imageio", "imageio_ffmpeg", "PIL", "scenes"}
