"""What films and manifests are falsified with, to see that `render verify` finds it."""

import copy
import hashlib

from films import edit, ffmpeg, manifest_of, panel_of

TINY = {"steps": 1, "dim": 2, "formats": ("gif",), "layout": "square", "pace": "even"}
LOSSLESS = ("-an", "-c:v", "libx264", "-qp", "0", "-pix_fmt", "yuv420p", "-fps_mode", "passthrough", "-y")
HEAD = "from pathlib import Path\nfrom scenes import *\n"
SHEAR = "@scene('matrix', 'norms')\ndef shear(steps: int = 1):\n    return repeated([[1, 1], [0, 1]], steps)\n"


def state_bytes(path):
    """Let the manifest state the bytes that a file has now, as a forger would."""

    def change(content):
        entry = next(entry for entry in content["files"] if entry["name"] == path.name)
        entry |= {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}

    edit(path, change)


def refilm(path, filters):
    """Decode a film, pass it through ffmpeg's filters, and encode it again, losing nothing."""
    new = path.with_name(f"new{path.suffix}")
    if path.suffix == ".mp4":
        ffmpeg("-i", path, "-vf", filters, *LOSSLESS, new)
    elif path.suffix == ".png":
        ffmpeg("-i", path, "-vf", f"format=rgb24,{filters}", "-y", new)
    else:
        graph = f"[0:v]format=rgb24,{filters},split[a][b];[a]palettegen=reserve_transparent=0[p];"
        ffmpeg("-i", path, "-filter_complex", graph + "[b][p]paletteuse=dither=none", "-y", new)
    new.replace(path)


def box_of(path, row, column):
    """Return ffmpeg's words for the place of a cell."""
    panel = panel_of(manifest_of(path), "matrix")
    side = panel["cell"]
    return f"x={panel['x'] + column * side}:y={panel['y'] + row * side}:w={side}:h={side}"


def put(*place, value):
    """Return a function that puts a value at a place in a manifest."""

    def change(content):
        for key in place[:-1]:
            content = content[key]
        content[place[-1]] = value(content[place[-1]]) if callable(value) else value

    return change


def drop(*place):
    def change(content):
        for key in place[:-1]:
            content = content[key]
        del content[place[-1]]

    return change


def command(old, new):
    return put("command", value=lambda text: text.replace(old, new))


def places(content, above=()):
    """Yield the place of every key of a manifest, at every level, and of the last entry of every list."""
    if isinstance(content, (dict, list)):
        for key in content if isinstance(content, dict) else range(len(content))[-1:]:
            yield (*above, key)
            yield from places(content[key], (*above, key))


MISSING = object()
JUNK = (MISSING, None, -1, "x", [], {})
# Another version is told, not refused; and parameters have a test of their own.
ASIDE = ("eigenreel", "versions", "parameters")


def damaged(content):
    """Yield a manifest's copies with one thing in it deleted or replaced, each kind of damage in its turn."""
    for count, place in enumerate(places(content)):
        changed = copy.deepcopy(content)
        inner = changed
        for key in place[:-1]:
            inner = inner[key]
        kind = next(v for v in (*JUNK[count % len(JUNK) :], *JUNK) if v is MISSING or v != inner[place[-1]])
        if kind is MISSING:
            del inner[place[-1]]
        else:
            inner[place[-1]] = kind
        yield place, "deleted" if kind is MISSING else repr(kind), changed
