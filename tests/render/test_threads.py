"""Films made by several threads at once are those made one after the other."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from films import listing

import render
from render import canvas
from render.canvas import TextStyle, text_width

FILMS = [
    ("vanishing", {"steps": 4, "dim": 5, "language": "ko"}),
    ("rotation", {"steps": 4}),
    ("article", {"steps": 3, "theme": "dark"}),
    ("binet", {"steps": 12}),
    ("lstm", {"steps": 6, "language": "ko"}),
    ("sigmoid_slope", {"steps": 8}),
    ("gram", {"steps": 5, "language": "ko"}),
    ("squaring", {"power": 9, "theme": "dark"}),
]


@pytest.mark.slow
def test_films_of_four_threads_have_the_bytes_of_those_made_in_turn(tmp_path):
    def make(folder, film):
        name, options = film
        render.film(name, **options, layout="square", output=tmp_path / folder)

    canvas._glyphs.cache_clear()
    for film in FILMS:
        make("in turn", film)
    canvas._glyphs.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda film: make("together", film), FILMS))
    assert len(listing(tmp_path / "in turn")) == 4 * len(FILMS)
    assert listing(tmp_path / "together") == listing(tmp_path / "in turn")


def test_letters_set_by_many_threads_are_right():
    words = [f"{word} {count}" for count in range(60) for word in ("spectral norm", "고윳값", "‖Wᵗ‖", "t = 17")]

    def widths(order):
        return {text: text_width(text, TextStyle((0, 0, 0), 22)) for text in order}

    canvas._glyphs.cache_clear()
    alone = widths(words)
    for _ in range(5):
        canvas._glyphs.cache_clear()
        with ThreadPoolExecutor(8) as pool:
            for found in pool.map(widths, [words[k::8] + words[:k] for k in range(8)]):
                assert found == {text: alone[text] for text in found}
