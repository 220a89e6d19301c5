"""What several tests need: running the command, decoding films, and the colours a film should have."""

import json
import os
import subprocess
import sys
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import imageio_ffmpeg
import matplotlib
import numpy as np

from render.drawing.raster import RasterCanvas
from render.pipeline.catalog import load_scene
from render.pipeline.job import FilmOptions
from render.pipeline.painter import Painter
from render.pipeline.scene_run import SceneRun, resolve
from scenes import scene as as_scene

# Without what would make a command say less.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k not in {"CI", "NO_COLOR", "TERM"}}

# They train networks or draw many matrices; for these, fewer seeds are tried.
SLOW_TO_BUILD = {
    *("bidirectional", "deep_signal", "edge_of_chaos", "ensemble", "fan_dilemma", "gaussian_product", "learning_time"),
    *("lstm_or_gru", "norm_stabiliser", "remedies", "same_or_fresh", "saturation", "soft_constraint", "two_trainings"),
    *("update_gate", "layer_gradients", "equal_units", "mean_and_median", "rnn_output", "highway", "dense"),
    *("vanishing_threshold", "agreement", "sentiment", "levels"),
}


def run(*arguments, **options):
    """Run the command and return the finished process, its output as text."""
    return subprocess.run(
        [sys.executable, "-m", "render", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        env=ENVIRONMENT | options.pop("env", {}),
        timeout=options.pop("timeout", 120),
        **options,
    )


def ffmpeg(*arguments):
    """Run the real ffmpeg and return what it wrote."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *map(str, arguments)]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout


def decode(path, width=1280, height=720):
    """Return all frames of a film, shape (frames, height, width, 3)."""
    raw = ffmpeg("-i", path, "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)


def colors(values, limits, colormap):
    """Return the colours of numbers: matplotlib's own norm, and the 256 colours of a manifest's colour map."""
    norm = matplotlib.colors.Normalize(*limits, clip=True)
    table = np.array([tuple(bytes.fromhex(code)) for code in colormap])
    return np.round(matplotlib.colors.ListedColormap(table / 255)(norm(values))[..., :3] * 255).astype(int)


def cell_centres(frame, panel):
    """Return the colours of a heat-map's cells where no number covers them, shape (rows, columns, 3)."""
    half, cell = panel["sample"], panel["cell"]
    rows = slice(panel["y"] + half, panel["y"] + panel["height"], cell)
    columns = slice(panel["x"] + half, panel["x"] + panel["width"], cell)
    return frame[rows, columns].astype(int)


@lru_cache(maxsize=256)
def _study(name, values):
    return resolve(name, dict(values))


def study_of(name, **values):
    """Return a scene's numbers, from an earlier test where that had the same parameters, moved into their bounds."""
    return _study(name, tuple(sorted(fitting(load_scene(name), **values).items())))


def painter_for(found, **look):
    """Return what paints the frames of a scene's run, in pixels."""
    return Painter(found, FilmOptions(**look), RasterCanvas)


def showing(*panels, columns, **look):
    """Return what paints panels of numbers by column."""

    @as_scene(*panels, title="t", statement="s")
    def shown():
        """Show numbers."""

    return painter_for(SceneRun("shown", shown, {}, columns), **look)


def decided(scene, **values):
    """Return a scene's numbers by column and its verdicts by claim, or by column and claim in a comparison.

    A scene of one column has its numbers under None.
    """
    found = resolve(scene.name, values)
    return found.columns, {(v.column, v.claim) if v.column else v.claim: v for v in found.verdicts}


def fibonacci_numbers(count):
    """Return exact Fibonacci numbers by fast doubling, another way than the scenes'."""

    def pair(n):
        if n == 0:
            return 0, 1
        a, b = pair(n // 2)
        c, d = a * (2 * b - a), a * a + b * b
        return (d, c + d) if n % 2 else (c, d)

    return [pair(n)[0] for n in range(count)]


def squash(x):
    """Return the sigmoid by its formula, another way than the scenes'."""
    return 1.0 / (1.0 + np.exp(-x))


def draw(*shape, seed=0):
    """Return standard normal numbers of a shape."""
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def differences(function, point, width=1e-6):
    """Return derivatives by central differences, a column for every coordinate."""
    return np.stack([(function(point + e) - function(point - e)) / (2 * width) for e in width * np.eye(len(point))], 1)


def fitting(scene, **values):
    """Return those values that the scene has parameters for, moved into their bounds."""
    bounds = {p.name: p.bounds for p in scene.parameters}
    known = {name: value for name, value in values.items() if name in bounds}
    return {n: type(v)(min(max(v, bounds[n].low), bounds[n].high)) if bounds[n] else v for n, v in known.items()}


def manifest_of(path):
    """Return the manifest beside a film."""
    return json.loads(Path(path).with_suffix(".json").read_text(encoding="utf-8"))


def edit(path, change):
    """Change a film's manifest, and return it."""
    content = manifest_of(path)
    change(content)
    path.with_suffix(".json").write_text(json.dumps(content), encoding="utf-8")
    return content


def panel_of(content, name, column=None):
    """Return a panel's entry in a manifest by its name, and in a comparison by its column's label."""
    return next(p for p in content["panels"] if p["panel"] == name and p["column"] == column)


def means(values, rows, columns):
    """Return means of blocks, so many rows and columns of them, another way than the program's."""
    block = max(-(-len(values) // rows), -(-len(values[0]) // columns))
    starts = [np.arange(count) * block for count in (rows, columns)]
    sums = [np.add.reduceat(np.add.reduceat(v, starts[0], 0), starts[1], 1) for v in (values, np.ones_like(values))]
    return sums[0] / sums[1]


def worst_cell(path):
    """Return the largest error of any cell of any picture, from the film and its manifest alone."""
    content = manifest_of(path)
    frames, entry = content["frames"], next(e for e in content["files"] if e["name"] == Path(path).name)
    film = decode(path, frames["width"], frames["height"])
    # What every frame shows, and every picture where some stay: a step, or None where a multiplication is spelled out.
    entries = frames["entries"] or [0] * len(frames["steps"])
    shown = [None if count else step for step, count in zip(frames["steps"], entries, strict=True)]
    steps = entry["steps"] or shown
    assert len(film) == len(steps) == entry["frames"]
    assert [step for step, _ in groupby(steps)] == [step for step, _ in groupby(shown)]
    panels = [panel for panel in content["panels"] if panel["panel"] in ("matrix", "scaled_matrix")]
    assert any(panel["panel"] == "matrix" for panel in panels)
    worst = 0
    for panel in panels:
        column = panel["column"]
        factor = np.array(content["matrix"] if column is None else content["matrix"][column])
        values = {0: np.eye(len(factor))}
        for step in range(content["steps"]):
            values[step + 1] = factor @ values[step]
        shape = panel["height"] // panel["cell"], panel["width"] // panel["cell"]
        values = {step: means(product, *shape) for step, product in values.items()}
        if panel["panel"] == "scaled_matrix":
            values = {step: product / np.abs(product).max() for step, product in values.items()}
        for frame, step in zip(film, steps, strict=True):
            if step is None:
                continue
            true = colors(values[step], panel["limits"], content["colormaps"][panel["colormap"]])
            worst = max(worst, np.abs(cell_centres(frame, panel) - true).max())
    return worst


def listing(folder):
    """Return the names and bytes of all files in a folder."""
    return {p.name: p.read_bytes() for p in Path(folder).iterdir()} if Path(folder).exists() else {}
