"""matplotlib, whatever the environment says of its settings: only fonts and colour maps are wanted of it."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def _without_folder() -> Iterator[None]:
    """Let matplotlib do without a folder of its own where none can be written: nothing that is wanted of it is there.

    It asks for one when it is imported, and when it looks for fonts.
    """
    try:
        tempfile.gettempdir()
    except OSError:
        # Only here, as hardly anybody needs it.
        import logging
        from unittest import mock
    else:
        yield
        return
    nowhere = os.path.join(os.devnull, "matplotlib")
    with (
        mock.patch.object(tempfile, "mkdtemp", lambda **named: nowhere),
        mock.patch("atexit.register"),
        mock.patch.dict(os.environ),
        # It would say that it has made that folder.
        mock.patch.object(logging.getLogger("matplotlib"), "disabled", True),
    ):
        yield
        matplotlib.get_configdir()
        matplotlib.get_cachedir()


try:
    import matplotlib
except Exception:  # matplotlib raises whatever its settings make it stumble over
    # A back end that is not installed here, say, or a file that cannot be read: without them.
    _kept = {name: os.environ.pop(name, None) for name in ("MPLBACKEND", "MATPLOTLIBRC")}
    try:
        _folder: str | None = os.getcwd()
    except FileNotFoundError:
        # It has been removed.
        _folder = None
    for _name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        # What the failure left half done.
        del sys.modules[_name]
    os.environ["MATPLOTLIBRC"] = os.devnull
    os.chdir(os.path.dirname(__file__))
    try:
        with _without_folder():
            import matplotlib
    finally:
        if _folder is not None:
            os.chdir(_folder)
        del os.environ["MATPLOTLIBRC"]
        os.environ.update({name: value for name, value in _kept.items() if value is not None})

__all__ = ["matplotlib"]
