"""Films made by several threads, or on a cluster, are those made one after the other."""

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from films import listing

import render
from render.drawing import glyphs
from render.drawing.glyphs import TextStyle, text_width
from render.pipeline.job import Job

FILMS = [
    ("vanishing", {"steps": 4, "dim": 5}, {"language": "ko"}),
    ("rotation", {"steps": 4}, {}),
    ("article", {"steps": 3}, {"theme": "dark"}),
    ("binet", {"steps": 12}, {}),
    ("lstm", {"steps": 6}, {"language": "ko"}),
    ("sigmoid_slope", {"steps": 8}, {}),
    ("gram", {"steps": 5}, {"language": "ko"}),
    ("squaring", {"power": 9}, {"theme": "dark"}),
]


def jobs_into(folder):
    return [
        Job(name, parameters, layout="square", output=str(folder), **options) for name, parameters, options in FILMS
    ]


@pytest.fixture(scope="module")
def in_turn(tmp_path_factory):
    """The files of all films, made one after the other."""
    folder = tmp_path_factory.mktemp("in turn")
    with ThreadPoolExecutor(1) as executor:
        render.run_all(jobs_into(folder), executor=executor)
    files = listing(folder)
    assert len(files) == 4 * len(FILMS)
    return files


@pytest.mark.slow
def test_f79_films_of_four_threads_have_the_bytes_of_those_made_in_turn(in_turn, tmp_path):
    glyphs.glyphs.cache_clear()
    with ThreadPoolExecutor(4) as executor:
        render.run_all(jobs_into(tmp_path), executor=executor)
    assert listing(tmp_path) == in_turn


@pytest.mark.slow
def test_f79_films_of_a_cluster_have_the_bytes_of_those_made_in_turn(in_turn, tmp_path):
    distributed = pytest.importorskip("distributed")
    logging.getLogger("distributed").setLevel(logging.ERROR)
    options = {"n_workers": 2, "threads_per_worker": 2, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        jobs = [*jobs_into(tmp_path), Job("rotation", {"steps": -1}, output=str(tmp_path), name="wrong")]
        results = render.run_all(jobs, executor=client.get_executor())
    assert "steps" in str(results[-1])
    assert listing(tmp_path) == in_turn


def test_f79_letters_set_by_many_threads_are_right():
    words = [f"{word} {count}" for count in range(60) for word in ("spectral norm", "고윳값", "‖Wᵗ‖", "t = 17")]

    def widths(order):
        return {text: text_width(text, TextStyle((0, 0, 0), 22)) for text in order}

    glyphs.glyphs.cache_clear()
    alone = widths(words)
    for _ in range(5):
        glyphs.glyphs.cache_clear()
        with ThreadPoolExecutor(8) as pool:
            for found in pool.map(widths, [words[k::8] + words[:k] for k in range(8)]):
                assert found == {text: alone[text] for text in found}
