"""What is wrong with the texts of a film's frames: their names, their sizes, and their room."""

import re
from itertools import product

from render.drawing.glyphs import text_width
from render.drawing.marks import MarksCanvas, Text
from render.pipeline.job import FilmOptions
from render.pipeline.painter import Painter

LOOKS = [
    {"layout": layout, "theme": theme, "language": language}
    for layout, theme, language in product(("wide", "square", "phone"), ("light", "dark"), ("en", "ko"))
]
# What code calls a thing is not what a reader calls it.
RAW = re.compile(r"[A-Za-z0-9]_[A-Za-z0-9]|[a-z]{2}[A-Z]|@|\{|\}|</?\w*>")
BRANDS = re.compile(r"PyTorch|ReLU|LeCun|TensorFlow|LayerNorm|softmax")


def drawn(found, look):
    """Return what paints a film as data, and the texts of some of its frames by step."""
    painter = Painter(found, FilmOptions(**look), MarksCanvas)
    steps = {0, min(1, found.steps), found.steps // 2, found.steps, *found.moment_steps}
    frames = {}
    for step in sorted(steps):
        canvas = painter.paint(step)
        frames[step] = [mark for mark in (*canvas.standing, *canvas.moving) if isinstance(mark, Text)]
    return painter, frames


def box_of(text):
    """Return left, top, right and bottom of a text in pixels: of lower-case letters, so that lines may stand close."""
    width = text_width(text.text, text.style)
    left = text.x - text.part * width
    return left, text.y - 0.72 * text.style.size, left + width, text.y + 0.18 * text.style.size


def overlapping(texts):
    """Return pairs of texts that lie on each other."""
    boxes = [(box_of(text), text.text) for text in texts if text.text.strip()]
    found = []
    for index, (one, first) in enumerate(boxes):
        for other, second in boxes[index + 1 :]:
            across = min(one[2], other[2]) - max(one[0], other[0])
            down = min(one[3], other[3]) - max(one[1], other[1])
            if across > 1 and down > 1:
                found.append((first, second))
    return found


def faults_in(found, look):
    """Return what is wrong with the frames of a film, in words."""
    painter, frames = drawn(found, look)
    layout, faults = painter.layout, []
    for step, texts in frames.items():
        for text in texts:
            left, top, right, bottom = box_of(text)
            if left < -1 or right > layout.width + 1 or top < -1 or bottom > layout.height + 1:
                faults.append(f"step {step}: {text.text!r} leaves the frame")
            if text.style.size < layout.sizes.axis:
                faults.append(f"step {step}: {text.text!r} has {text.style.size} px")
            if RAW.search(BRANDS.sub("", text.text)):
                faults.append(f"step {step}: {text.text!r} is a raw name")
        faults += [f"step {step}: {one!r} lies on {other!r}" for one, other in overlapping(texts)]
    faults += [f"{cut!r} is cut off" for cut in sorted(painter.canvas.cut)]
    return faults
