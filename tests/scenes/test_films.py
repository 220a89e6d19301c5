"""What every film of the package shows: names, sizes of text, room, and sentences at its moments."""

import sys

import pytest
from films import study_of
from frame_texts import LOOKS, faults_in

from render.drawing.marks import MarksCanvas
from render.pipeline.catalog import all_scenes
from render.pipeline.job import FilmOptions, Job
from render.pipeline.pace import timeline_of
from render.pipeline.painter import Painter
from render.text import places_of, segments
from scenes import ParameterError

SCENES = all_scenes()
# In these, the least and the greatest matrices are drawn, too.
_SIZED = [{"layout": layout, "theme": "light", "language": "en"} for layout in ("wide", "phone")]


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


def faults_of(name, look, dim=None):
    """Return what is wrong with the frames of a film, in words."""
    return faults_in(run_of(name, dim), look)


@pytest.mark.slow
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
