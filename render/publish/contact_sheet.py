"""The posters of all scenes on one picture, chapter by chapter."""

from __future__ import annotations

import numpy as np

from render.drawing.colors import ColorArray
from render.drawing.raster import RasterCanvas
from render.drawing.themes import find_theme
from render.pipeline.catalog import all_scenes, by_chapter, heading_of
from render.pipeline.job import FilmOptions
from render.pipeline.painter import Painter
from render.pipeline.scene_run import resolve
from render.text import Words
from render.video.pixel_formats import png
from scenes import Scene

_COLUMNS, _SHRINK, _GAP = 6, 4, 16
# Height of the line that names a chapter.
_LINE = 48


def contact_sheet(theme: str = "light", language: str = "en") -> bytes:
    """Return a PNG with the poster of every scene at a quarter of its size, below the heading of its chapter.

    Parameters
    ----------
    theme, language : str
        Look and language.
    """
    words = Words(language)
    chapters = {
        words(heading_of(chapter)): [_poster(scene, theme, language) for scene in own]
        for chapter, own in by_chapter(all_scenes().values()).items()
    }
    height, width = next(iter(chapters.values()))[0].shape[:2]
    rows = {heading: -(-len(posters) // _COLUMNS) for heading, posters in chapters.items()}
    total = sum(_LINE + count * (height + _GAP) for count in rows.values()) + _GAP
    canvas = RasterCanvas(_COLUMNS * (width + _GAP) + _GAP, total, find_theme(theme))
    top = 0
    for heading, posters in chapters.items():
        canvas.text(_GAP, top + _LINE - _GAP, heading, canvas.style(canvas.theme.ink, 22, "semibold"))
        top += _LINE
        for index, poster in enumerate(posters):
            row, column = divmod(index, _COLUMNS)
            y, x = top + row * (height + _GAP), _GAP + column * (width + _GAP)
            canvas.paste(x, y, poster)
        top += rows[heading] * (height + _GAP)
    return png(canvas.pixels[..., :3])


def _poster(scene: Scene, theme: str, language: str) -> ColorArray:
    """Return the poster of a scene at a quarter of its size, shape (height, width, 3)."""
    found = resolve(scene.name, {})
    painter = Painter(found, FilmOptions(theme=theme, language=language), RasterCanvas)
    frame = painter.paint(found.poster_step).pixels
    height, width = (side // _SHRINK for side in frame.shape[:2])
    small = frame[..., :3].reshape(height, _SHRINK, width, _SHRINK, 3).mean(axis=(1, 3))
    return np.asarray(np.rint(small), dtype=np.uint8)
