"""A turning vector leaves an arrow where each of its last steps has left it."""

import numpy as np
import pytest
from films import study_of

from render.drawing.marks import Arrow, MarksCanvas
from render.pipeline.job import FilmOptions
from render.pipeline.painter import Painter
from render.pipeline.timeline import Instant


def angles(step, part=0.0, seed=0):
    """Return the angles of the arrows in a frame, in degrees, the thickest last, and the angle of a step."""
    study = study_of("orthogonal", seed=seed)
    canvas = Painter(study, FilmOptions(), MarksCanvas).paint(Instant(step, part))
    arrows = [mark for mark in canvas.moving if isinstance(mark, Arrow)]
    assert [mark.width for mark in arrows] == sorted(mark.width for mark in arrows)
    found = [np.rad2deg(np.arctan2(mark.start[1] - mark.tip[1], mark.tip[0] - mark.start[0])) for mark in arrows]
    matrix = next(iter(study.columns.values())).sequence.factor
    turns = np.abs(np.rad2deg(np.angle(np.linalg.eigvals(matrix))))
    return found, min(turn for turn in turns if 1e-4 < turn < 179.9)


@pytest.mark.parametrize("seed", [0, 3])
@pytest.mark.parametrize("step", [0, 1, 5, 15, 16, 40])
def test_arrows_stand_where_the_last_steps_have_left_the_vector(step, seed):
    found, turn = angles(step, seed=seed)
    wanted = [index * turn for index in range(max(0, step - 15), step + 1)]
    away = (np.array(found) - wanted + 180) % 360 - 180
    assert np.abs(away).max() < 0.5


def test_between_two_steps_the_vector_goes_on_and_leaves_its_place_behind():
    found, turn = angles(20, 0.25)
    away = (np.array(found) - [*(index * turn for index in range(5, 21)), 20.25 * turn] + 180) % 360 - 180
    assert np.abs(away).max() < 0.5
