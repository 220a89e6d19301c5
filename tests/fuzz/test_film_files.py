"""Files of films with anything in them: films, or refused in a sentence; none is made, and no scene file is run."""

import pytest
from fuzzing import many, mutations
from hypothesis import assume, given
from hypothesis import strategies as st

from render.errors import EigenreelError
from render.pipeline.film_jobs import films_in
from render.pipeline.job import Job
from render.pipeline.toml_writer import dump

CONTENT = {
    "output": "films",
    "formats": ["gif"],
    "pace": "even",
    "parameters": {"steps": 1},
    "film": [
        {"scene": "powers", "themes": ["light", "dark"]},
        {"scene": "rotation", "name": "turned", "parameters": {"angle": 30.0}, "pause": {"1": 2.0}},
    ],
}


@pytest.fixture
def path(tmp_path):
    """Where a file of films is written; a scene beside it, which some of them name, would leave a trace."""
    (tmp_path / "x.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n", encoding="utf-8")
    yield tmp_path / "film.toml"
    assert not (tmp_path / "ran").exists()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["film.toml", "x.py"]


def read(path):
    try:
        found = films_in(path)
    except EigenreelError as error:
        assert str(error) and "\n" not in str(error)
    else:
        assert all(isinstance(job, Job) for job in found.jobs)


@many(60)
@given(changed=mutations(CONTENT))
def test_any_values_are_films_or_refused(path, changed):
    try:
        text = dump(changed)
    except EigenreelError:
        # What TOML cannot hold.
        assume(False)
    path.write_text(text, encoding="utf-8", errors="backslashreplace")
    read(path)


@many(60)
@given(data=st.data())
def test_any_letters_are_films_or_refused(path, data):
    text = dump(CONTENT)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 20)))
    put = data.draw(st.text(max_size=5) | st.sampled_from(["[[film]]", "=", '"""', "[", "]", "{", "\n", "1e999", "."]))
    path.write_text(text[:start] + put + text[end:], encoding="utf-8", errors="surrogateescape")
    read(path)


@many(20)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_refused_or_films(path, content):
    path.write_bytes(content)
    read(path)
