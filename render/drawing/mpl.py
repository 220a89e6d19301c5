"""matplotlib, whatever the environment says of its settings: only fonts and colour maps are wanted of it."""

from __future__ import annotations

import os
import sys

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
        import matplotlib
    finally:
        if _folder is not None:
            os.chdir(_folder)
        del os.environ["MATPLOTLIBRC"]
        os.environ.update({name: value for name, value in _kept.items() if value is not None})

__all__ = ["matplotlib"]
