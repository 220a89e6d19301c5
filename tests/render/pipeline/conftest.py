"""What the tests of files of films share."""

from pathlib import Path

import numpy as np
import pytest

from render.pipeline.film_jobs import films_in

SHEAR = """
from scenes import repeated, scene

@scene("matrix")
def shear(steps: int = 3, amount: float = 0.25, word: str = "a"):
    \"\"\"Shear.\"\"\"
    return repeated([[1.0, amount], [0.0, 1.0]], steps)
"""


@pytest.fixture
def film_folder(tmp_path, monkeypatch):
    """A working folder with a scene and a few files of matrices."""
    monkeypatch.chdir(tmp_path)
    np.savetxt("W.csv", [[0.0, -0.9], [0.9, 0.0]], delimiter=",")
    np.savez("lstm.npz", **{"rnn.weight_hh_l0": np.vstack([n * np.eye(2) for n in (1, 2, 3, 4)])})
    (tmp_path / "shear.py").write_text(SHEAR)
    return tmp_path


@pytest.fixture
def films(film_folder):
    """Write a file of films and return the jobs in it: `films(text)`."""

    def written(text, name="film.toml", **options):
        Path(name).write_text(text, encoding="utf-8")
        return films_in(Path(name), **options).jobs

    return written
