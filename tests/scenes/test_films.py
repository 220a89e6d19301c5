"""What every film of the package shows: names, sizes of text, room, and sentences at its moments."""

import re
import sys
from itertools import product

import pytest
from films import study_of

from render.drawing.glyphs import text_width
from render.drawing.marks import MarksCanvas, Text
from render.pipeline.catalog import all_scenes
from render.pipeline.job import FilmOptions, Job
from render.pipeline.pace import timeline_of
from render.pipeline.painter import Painter
from render.text import places_of, segments
from scenes import ParameterError

SCENES = all_scenes()
LOOKS = [
    {"layout": layout, "theme": theme, "language": language}
    for layout, theme, language in product(("wide", "square", "phone"), ("light", "dark"), ("en", "ko"))
]
# In these, the least and the greatest matrices are drawn, too.
_SIZED = [{"layout": layout, "theme": "light", "language": "en"} for layout in ("wide", "phone")]
# What code calls a thing is not what a reader calls it.
RAW = re.compile(r"[A-Za-z0-9]_[A-Za-z0-9]|[a-z]{2}[A-Z]|@|\{|\}|</?\w*>")
BRANDS = re.compile(r"PyTorch|ReLU|LeCun|TensorFlow|LayerNorm|softmax")


def dims_of(scene):
    """Return the least, the usual and the greatest number of rows of a scene that a film is likely to have."""
    found = next((parameter for parameter in scene.parameters if parameter.name == "dim"), None)
    if found is None:
        return [None]
    dims = []
    for dim in (found.default, 2, 64):
        try:
            dims.append(found.check(dim))
        except ParameterError:
            continue
    return list(dict.fromkeys(dims))


def run_of(name, dim=None):
    return study_of(name, **({} if dim is None else {"dim": dim}))


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


def faults_of(name, look, dim=None):
    """Return what is wrong with the frames of a film, in words."""
    found = run_of(name, dim)
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


@pytest.mark.parametrize("name", sorted(SCENES))
def test_texts_have_names_sizes_and_room(name):
    scene = SCENES[name]
    for look in LOOKS:
        dims = dims_of(scene) if look in _SIZED else [None]
        for dim in dims:
            assert not faults_of(name, look, dim), (look, dim)


@pytest.mark.parametrize("name", sorted(SCENES))
def test_films_have_moments_and_say_what_is_multiplied(name):
    scene, found = SCENES[name], study_of(name)
    assert scene.opening and scene.counter, name
    assert scene.moments, name
    assert found.moment_steps, name
    painter = Painter(found, FilmOptions(), MarksCanvas)
    hero = painter.describe()[0]
    assert hero["heading"], name
    own = [panel for panel in painter.describe() if panel["column"] in (None, next(iter(found.columns)))]
    assert all(panel["heading"] for panel in own), name
    assert len(own) <= 3, name
    for moment in found.moments:
        values = moment.values.keys()
        assert places_of(moment.moment.text) | places_of(moment.moment.note) <= values, (name, moment.moment.text)
        assert 12 <= len(moment.moment.text), (name, moment.moment.text)
        roles = {segment.role for segment in segments(moment.moment.text)} - {None}
        assert roles <= {"vanish", "explode", "keep", "data", "theory", "warn"}, (name, roles)


@pytest.mark.parametrize("name", sorted(SCENES))
def test_films_are_held_at_their_ends_and_last_as_long_as_one_watches(name):
    found = study_of(name)
    timeline = timeline_of(Job(scene=name), found)
    kinds = {beat.kind: count / float(timeline.fps) for beat, _, count in timeline.beats}
    assert kinds["start"] >= 1.2
    assert kinds["end"] >= 2.5
    assert 8 <= timeline.seconds <= 20
    held = {beat.steps[0] for beat, _, _ in timeline.beats if beat.kind in ("moment", "end", "start")}
    assert held & set(found.moment_steps), name
    even = timeline_of(Job(scene=name, pace="even"), found)
    assert even.frames == found.steps + 1


if __name__ == "__main__":
    # Names of scenes: what is wrong with their films.
    for asked in sys.argv[1:] or sorted(SCENES):
        for shown in LOOKS:
            for size in dims_of(SCENES[asked]) if shown in _SIZED else [None]:
                for fault in faults_of(asked, shown, size):
                    print(asked, *shown.values(), size, fault)
