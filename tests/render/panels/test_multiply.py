"""One multiplication, spelled out: its numbers stand in their cells, and its sum has its end."""

import pytest
from films import study_of
from frame_texts import box_of, overlapping

from render.drawing.canvas import Cells
from render.drawing.marks import MarksCanvas, Text
from render.pipeline.job import FilmOptions
from render.pipeline.painter import Painter
from render.pipeline.timeline import Instant

SCENES = [
    ("rotation", {"angle": 11.25, "steps": 8}), ("rotation", {"angle": 170.0, "dim": 4, "steps": 8}),
    ("rotation", {"dim": 6, "steps": 8}), ("fibonacci", {}), ("gaussian_product", {"steps": 40, "dim": 5}),
    ("powers", {"dim": 1, "steps": 5, "spectral_radius": 0.3}), ("powers", {"dim": 6, "spectral_radius": 1.9}),
]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("layout", ["wide", "square", "phone"])
@pytest.mark.parametrize(("name", "parameters"), SCENES)
def test_numbers_of_a_multiplication_stand_in_their_cells(name, parameters, layout, language):
    found = study_of(name, **parameters)
    painter = Painter(found, FilmOptions(layout=layout, language=language), MarksCanvas)
    dim = next(iter(found.columns.values())).dim
    for step in (1, found.steps):
        for entries in (1, dim * dim):
            canvas = painter.paint(Instant(step, entries=entries))
            texts = [mark for mark in canvas.moving if isinstance(mark, Text)]
            assert not overlapping(texts)
            frame = painter.layout
            for text in texts:
                left, top, right, bottom = box_of(text)
                assert left >= -1 and right <= frame.width + 1 and top >= -1 and bottom <= frame.height
            cells = [
                (mark.x + column * mark.width, mark.y + row * mark.height, mark.width)
                for mark in canvas.moving
                if isinstance(mark, Cells)
                for row, column in [(row, column) for row in range(dim) for column in range(dim)]
            ]
            inside = [
                text
                for text in texts
                for x, y, side in cells
                if x < box_of(text)[0] + 1 and box_of(text)[2] - 1 < x + side and y < text.y < y + side
            ]
            within = [text for text in texts if any(x < text.x < x + w and y < text.y < y + w for x, y, w in cells)]
            assert len(inside) == len(within)
            # Row times column, and what comes of it.
            assert any("·" in text.text for text in texts)
            assert sum("= " in text.text for text in texts) == 1
    assert not any("·" in said or "=" in said for said in painter.remarks())
