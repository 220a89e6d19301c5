"""What the tests of broken cells need."""

import pytest

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge


@pytest.fixture
def headline():
    """Return a function that decides a scene's headline of numbers which the scene itself has not made."""

    def decide(scene, built, **values):
        columns = built if isinstance(built, dict) else {None: built}
        simulated = {label: simulate(column) for label, column in columns.items()}
        return judge([scene.headline], simulated, scene.resolve(**values))[0]

    return decide
