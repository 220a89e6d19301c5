"""Programs that make pages of Markdown, as those do who use them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parent / "tools"


def tool(name, text, folder):
    """Return what a program of tests/tools makes of a page; without it skip, or fail where a robot is to have it."""
    node = shutil.which("node")
    if not node or not (TOOLS / "node_modules").is_dir():
        reason = "there is no node, or no tests/tools/node_modules: install npm, and run make test"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    (folder / "page.md").write_text(text, encoding="utf-8")
    command = [node, TOOLS / "pages.mjs", name, folder / "page.md"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=100)
    assert done.returncode == 0, done.stderr
    return done.stdout


def github(text):
    import cmarkgfm

    # Raw HTML is kept, as GitHub does; what it takes away afterwards is checked below.
    return cmarkgfm.github_flavored_markdown_to_html(text, cmarkgfm.Options.CMARK_OPT_UNSAFE)


def pandoc(text, to="html"):
    import pypandoc

    return pypandoc.convert_text(text, to, "markdown", extra_args=["--wrap=none"])


def hugo(texts, folder):
    """Return a page of a site that Hugo made of shortcodes by name, with its usual settings."""
    (folder / "content" / "post").mkdir(parents=True)
    for place in ("_shortcodes", "_default"):
        (folder / "layouts" / place).mkdir(parents=True)
    (folder / "hugo.toml").write_text('baseURL = "https://example.org/"\ndisableKinds = ["taxonomy", "rss"]\n')
    (folder / "layouts" / "_default" / "single.html").write_text("<body>{{ .Content }}</body>")
    for name, text in texts.items():
        (folder / "layouts" / "_shortcodes" / f"{name}.html").write_text(text, encoding="utf-8")
    calls = "\n\n".join(f"{{{{< {name} >}}}}" for name in texts)
    (folder / "content" / "post" / "index.md").write_text(f"---\ntitle: t\n---\n\nBefore.\n\n{calls}\n\nAfter.\n")
    program = [Path(sys.executable).parent / "hugo", "--quiet", "--source", folder, "--cacheDir", folder / "cache"]
    done = subprocess.run(program, capture_output=True, encoding="utf-8", timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    return (folder / "public" / "post" / "index.html").read_text(encoding="utf-8")


def jekyll(text, folder, theme=None, base=""):
    """Return a post of a site that Jekyll made in the folder ``site``; without it skip, or fail where it must be."""
    program = shutil.which("jekyll")
    if not program:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("there is no jekyll: install it (Debian has it)")
    (folder / "_posts").mkdir()
    layout = "layout: post\n" if theme else ""
    (folder / "_posts" / "2026-01-31-post.md").write_text(f"---\ntitle: t\n{layout}---\n{text}", encoding="utf-8")
    (folder / "_config.yml").write_text(f"title: t\ntheme: {theme or 'null'}\nbaseurl: {base}\n")
    target = Path(f"{folder}/site{base}")
    command = [program, "build", "--quiet", "--disable-disk-cache", "--source", folder, "--destination", target]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    return (target / "2026" / "01" / "31" / "post.html").read_text(encoding="utf-8")


def sphinx(text, folder):
    """Return a page of a site that Sphinx made of MyST, with what Jupyter Books have switched on, in ``site``."""
    (folder / "index.md").write_text(f"# t\n\n{text}\n", encoding="utf-8")
    usual = ["amsmath", "colon_fence", "dollarmath", "html_image", "tasklist"]
    settings = f"extensions = ['myst_parser']\nmyst_enable_extensions = {usual}\nsmartquotes = False\n"
    (folder / "conf.py").write_text(settings)
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "-d", folder / "kept", folder]
    done = subprocess.run([*command, folder / "site"], capture_output=True, encoding="utf-8", timeout=100)
    assert done.returncode == 0, done.stderr
    return (folder / "site" / "index.html").read_text(encoding="utf-8")


def nbconvert(cells, folder):
    """Return a page that nbconvert made of a notebook whose cells it ran, in ``notebook.html``, and their outputs."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    content = {
        "cells": [
            {"cell_type": "code", "id": str(i), "metadata": {}, "source": cell, "outputs": [], "execution_count": None}
            for i, cell in enumerate(cells)
        ],
        "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip
    (folder / "notebook.ipynb").write_text(json.dumps(content), encoding="utf-8")
    # Settings of whoever runs the tests stay out of it; the kernel finds the package where the tests do.
    place = {"JUPYTER_CONFIG_DIR": str(folder / "settings"), "IPYTHONDIR": str(folder / "ipython")}
    place["PYTHONPATH"] = str(Path(__file__).parent.parent)
    for form in (["--execute", "--to", "notebook", "--inplace"], ["--to", "html"]):
        done = subprocess.run(
            [sys.executable, "-m", "nbconvert", *form, "notebook.ipynb"],
            **{"cwd": folder, "env": {**os.environ, **place}},
            **{"capture_output": True, "encoding": "utf-8", "timeout": 200},
        )
        assert done.returncode == 0, done.stderr
    ran = json.loads((folder / "notebook.ipynb").read_text(encoding="utf-8"))
    return (folder / "notebook.html").read_text(encoding="utf-8"), [cell["outputs"] for cell in ran["cells"]]
