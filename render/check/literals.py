"""Texts that stand in the program's own sources: what it looks up, and what a moment may fill into its sentence."""

from __future__ import annotations

import ast
import importlib.util
import inspect
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

# What `words` is called where a text is translated.
_LOOKS_UP = ("words", "_words")
# Arguments that are shown, where the program itself makes a scene.
_SHOWN: dict[str, tuple[str, ...]] = {
    "scene": ("title", "statement", "opening", "running", "counter"),
    "show": ("heading", "note", "footer", "x"),
    "moment": ("note", "otherwise"),
    "claim": (),
    "Reached": (),
}
# Those of them whose first argument is shown, and tables whose keys are.
_SAID, _LABELS = ("moment", "claim"), ("of", "marks")


def looked_up(path: Path) -> set[str]:
    """Return the texts that a file of the program shows by name: ``words("…")``, headings it sets, scenes it makes."""
    tree = _tree(path)
    found: set[str] = set()
    for node, scope in _scoped(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            # Words(language)("…") is a call of what a call returns.
            made = isinstance(node.func, ast.Call) and getattr(node.func.func, "id", "") == "Words"
            found |= set(_strings(node.args[0], scope)) if (made or name in _LOOKS_UP) and node.args else set()
            found |= set(_of_a_scene(name, node, scope)) if name in _SHOWN else set()
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            if node.targets[0].attr in ("heading", "note", "footer"):
                found |= set(_strings(node.value, scope))
    return found


def _of_a_scene(name: str, call: ast.Call, scope: list[ast.AST]) -> Iterator[str]:
    """Yield the texts that a part of a scene shows which the program itself makes."""
    if name in _SAID and isinstance(call.func, ast.Attribute) and call.args:
        yield from _strings(call.args[0], scope)
    for keyword in call.keywords:
        if keyword.arg in _SHOWN[name] or name == "Reached":
            yield from _strings(keyword.value, scope)
        elif name == "show" and keyword.arg in _LABELS:
            tables = (node for node in ast.walk(keyword.value) if isinstance(node, ast.Dict))
            keys = (key for table in tables for key in table.keys if key is not None)
            yield from (text for key in keys for text in _strings(key, scope))


def said_by(function: Callable[..., Any], names: set[str]) -> set[str]:
    """Return the texts that a moment's function may give for names in its sentence: ``Reached(step, name="…")``."""
    tree = _tree(Path(inspect.getfile(function)))
    line = function.__code__.co_firstlineno
    own = [n for n in tree.body if isinstance(n, ast.FunctionDef) and line in (n.lineno, *_decorated(n))]
    return {
        text
        for definition in own
        for node in ast.walk(definition)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reached"
        for keyword in node.keywords
        if keyword.arg in names
        for text in _strings(keyword.value, [tree, definition])
    }


@lru_cache(maxsize=8)
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes())


def _decorated(definition: ast.FunctionDef) -> list[int]:
    return [decorator.lineno for decorator in definition.decorator_list]


def _scoped(tree: ast.Module) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
    """Yield every node with what encloses it and defines names: the module, and functions in it."""
    waiting: list[tuple[ast.AST, list[ast.AST]]] = [(tree, [tree])]
    while waiting:
        node, scope = waiting.pop()
        yield node, scope
        inner = [*scope, node] if isinstance(node, ast.FunctionDef) else scope
        waiting += [(child, inner) for child in ast.iter_child_nodes(node)]


def _strings(value: ast.AST, scope: list[ast.AST]) -> Iterator[str]:
    """Yield the strings that an expression may be, as far as its file tells: through names, choices and tables."""
    if isinstance(value, ast.Constant):
        yield from [value.value] if isinstance(value.value, str) else []
    elif isinstance(value, ast.IfExp):
        yield from (text for part in (value.body, value.orelse) for text in _strings(part, scope))
    elif isinstance(value, ast.Tuple | ast.List):
        yield from (text for part in value.elts for text in _strings(part, scope))
    elif isinstance(value, ast.Dict):
        yield from (text for part in value.values for text in _strings(part, scope))
    elif isinstance(value, ast.Subscript):
        yield from _strings(value.value, scope)
    elif isinstance(value, ast.Name):
        for definition in _definitions(value.id, scope):
            # A name that is defined by itself, as in x = x or y, ends here.
            if not any(isinstance(node, ast.Name) and node.id == value.id for node in ast.walk(definition)):
                yield from _strings(definition, scope)


def _definitions(name: str, scope: list[ast.AST]) -> Iterator[ast.AST]:
    """Yield what a name stands for: of a module what it assigns or imports, of a function loops, too."""
    for place in scope:
        for node in place.body if isinstance(place, ast.Module) else ast.walk(place):
            if isinstance(node, ast.Assign):
                yield from (part for target in node.targets for part in _parts(target, node.value, name))
            elif isinstance(node, ast.For | ast.comprehension):
                yield from (part for row in _rows(node.iter, scope) for part in _parts(node.target, row, name))
            elif isinstance(node, ast.ImportFrom) and name in [alias.asname or alias.name for alias in node.names]:
                found = (
                    importlib.util.find_spec(node.module or "") if (node.module or "").startswith("render.") else None
                )
                if found and found.origin:
                    original = next(alias.name for alias in node.names if (alias.asname or alias.name) == name)
                    yield from _definitions(original, [_tree(Path(found.origin))])


def _rows(loop: ast.AST, scope: list[ast.AST]) -> Iterator[ast.AST]:
    """Yield what a loop goes through: the parts of a tuple or a list, or what a table of the file holds."""
    if isinstance(loop, ast.Tuple | ast.List):
        yield from loop.elts
    elif isinstance(loop, ast.Call) and isinstance(loop.func, ast.Attribute) and isinstance(loop.func.value, ast.Name):
        for table in _tables(loop.func.value.id, scope[0]):
            pairs = zip(table.keys, table.values, strict=True) if isinstance(table, ast.Dict) else ()
            for key, value in pairs:
                if loop.func.attr == "items" and key is not None:
                    yield ast.Tuple([key, value], ast.Load())
                elif loop.func.attr == "values":
                    yield value


def _tables(name: str, module: ast.AST) -> Iterator[ast.AST]:
    """Yield what a module assigns to a name."""
    for node in module.body if isinstance(module, ast.Module) else ():
        if isinstance(node, ast.Assign):
            yield from (part for target in node.targets for part in _parts(target, node.value, name))


def _parts(target: ast.AST, value: ast.AST, name: str) -> Iterator[ast.AST]:
    """Yield what a name gets where a target, perhaps of several names, gets a value."""
    if isinstance(target, ast.Name):
        yield from [value] if target.id == name else []
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for inner, part in zip(target.elts, value.elts, strict=True):
            yield from _parts(inner, part, name)
