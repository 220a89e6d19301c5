"""Frames: the same picture in any order, text inside its frame, cells in their colours."""

from itertools import product

import numpy as np
import pytest
from films import painter_for, showing, study_of

from render.drawing.canvas import Canvas, Cells
from render.drawing.colors import color_index, color_table
from render.drawing.glyphs import TextStyle, fitted, text_width
from render.drawing.layouts import Box, cell_size, find_layout
from render.drawing.palette import film_palette
from render.drawing.raster import RasterCanvas
from render.drawing.themes import LABEL, THEMES
from render.errors import UsageError
from render.numerics.trajectory import simulate
from render.panels.base import Panel
from render.pipeline.catalog import all_scenes
from render.pipeline.painter import find_panel
from render.video.frame_difference import FrameDifference
from render.video.pixel_formats import PIXEL_FORMATS, Pal8, Yuv420p
from scenes import PanelRequest, repeated, show

SCENES = all_scenes()


def painter_of(name, language="en", layout="wide", theme="light", title=None, **values):
    return painter_for(study_of(name, **values), language=language, layout=layout, theme=theme, title=title)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "layout"), [(name, "wide") for name in sorted(SCENES)] + [("article", "square"), ("rotation", "square")]
)
def test_a_frame_does_not_depend_on_what_was_drawn_before(name, layout):
    walked = painter_of(name, layout=layout, steps=7)
    last = next(iter(walked._found.columns.values())).steps
    forward = {step: walked.paint(step).pixels.copy() for step in sorted({0, 1, 2, last // 2, last})}
    jumped = painter_of(name, layout=layout, steps=7)
    for step in (last, last // 2, 0):
        assert np.array_equal(jumped.paint(step).pixels, forward[step])


@pytest.mark.parametrize("kind", sorted(PIXEL_FORMATS))
def test_developed_frames_do_not_depend_on_what_was_drawn_before(kind):
    walked = painter_of("vanishing", steps=9)
    shutter, stock = FrameDifference(walked.canvas), PIXEL_FORMATS[kind](walked.canvas)
    forward = []
    for step in range(10):
        walked.paint(step)
        forward.append(bytes(stock.pack(shutter.changes())))
    for step in (9, 2, 5):
        walked.paint(step)
        assert bytes(stock.pack(shutter.changes())) == forward[step]
        fresh = PIXEL_FORMATS[kind](walked.canvas).pack(FrameDifference(walked.canvas).changes())
        assert bytes(fresh) == forward[step]


@pytest.fixture
def texts(monkeypatch):
    """Every text drawn, with the box it needs."""
    drawn = []
    original = Canvas.text

    def noting(self, x, y, text, style, anchor="left", width=0):
        if width:
            text, style = fitted(text, style, width)
        long = text_width(text, style)
        left = x - long * {"left": 0, "center": 0.5, "right": 1}[anchor]
        drawn.append((text, style, left, y - style.size, left + long, y, self.width, self.height))
        original(self, x, y, text, style, anchor)

    monkeypatch.setattr(Canvas, "text", noting)
    return drawn


# What is not said is as the scene has it.
LOOKS = [("en", "wide", {}), ("ko", "square", {})]
FAR_LOOKS = [
    ("ko", "wide", {"dim": 33, "steps": 7}),
    ("ko", "wide", {"dim": 2, "steps": 1000}),
    ("en", "square", {"dim": 200, "steps": 2}),
]
FEW = ("article", "orthogonal", "rotation", "vanishing")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "language", "layout", "values"),
    [(name, *look) for name in sorted(SCENES) for look in LOOKS] + [(n, *look) for n in FEW for look in FAR_LOOKS],
)
def test_texts_are_large_enough_inside_and_apart(texts, name, language, layout, values):
    painter = painter_of(name, language, layout, **values)
    standing = list(texts)
    steps = next(iter(painter._found.columns.values())).steps
    for step in (0, steps // 2, steps):
        del texts[:]
        painter.paint(step)
        boxes = standing + texts
        for text, style, left, top, right, _, width, _ in boxes:
            assert style.size >= LABEL, text
            assert left >= 0, text
            assert right <= width, text
            assert top >= 0, text
        for i, (text, _, left, top, right, bottom, *_) in enumerate(boxes):
            for other, _, left2, top2, right2, bottom2, *_ in boxes[i + 1 :]:
                apart = right <= left2 or right2 <= left or bottom <= top2 + 3 or bottom2 <= top + 3
                assert apart, (text, other)


def test_titles_are_literal_and_cut_to_their_room(texts):
    title = "cost: $5, 100 % {steps} \\alpha and so on " * 5
    painter_of("rotation", title=title)
    drawn = texts[0][0]
    assert drawn.endswith("…")
    assert title.startswith(drawn[:-1].rstrip())


@pytest.mark.parametrize("colormap", [t.colormap for t in THEMES.values()])
def test_colour_places_are_those_of_matplotlib(colormap):
    import matplotlib

    values = np.concatenate([np.random.default_rng(0).normal(size=4000), [-2.0, 2.0, 0.0, np.inf, -np.inf]])
    norm = matplotlib.colors.Normalize(-2, 2, clip=True)
    theirs = np.round(matplotlib.colormaps[colormap](norm(values))[:, :3] * 255)
    assert np.array_equal(color_table(colormap)[color_index(values, (-2.0, 2.0))], theirs)
    # Zero is in the neutral middle.
    assert color_index(np.zeros(1), (-3.0, 3.0))[0] == 128


@pytest.mark.parametrize("theme", list(THEMES.values()), ids=lambda t: t.name)
def test_palette_holds_map_and_inks(theme):
    palette = film_palette(theme).astype(int)
    assert palette.shape == (256, 3)
    away = np.abs(color_table(theme.colormap)[:, None].astype(int) - palette[None]).max(axis=2).min(axis=1)
    assert away.max() <= 2
    for ink in (*theme.inks, theme.background):
        assert (palette == ink).all(axis=1).any()


def test_video_levels_are_those_of_bt709():
    sheet = RasterCanvas(16, 16, THEMES["light"])
    # White, black, red, green and blue, as ITU-R BT.709 and every table of colour bars has them.
    for color, levels in {
        (255, 255, 255): (235, 128, 128),
        (0, 0, 0): (16, 128, 128),
        (255, 0, 0): (63, 102, 240),
        (0, 255, 0): (173, 42, 26),
        (0, 0, 255): (32, 240, 118),
    }.items():
        sheet.restore()
        sheet.fill(Box(0, 0, 16, 16), color)
        frame = np.frombuffer(Yuv420p(sheet).pack(FrameDifference(sheet).changes()), np.uint8)
        assert (frame[:256] == levels[0]).all()
        assert (frame[256:320] == levels[1]).all()
        assert (frame[320:] == levels[2]).all()


def test_palette_frames_are_exact_for_cells_and_inks():
    theme = THEMES["dark"]
    sheet = RasterCanvas(512, 64, theme)
    stock = Pal8(sheet)
    sheet.cells(Cells(0, 0, 2, 16, np.arange(256)[None], theme.colormap))
    for place, ink in enumerate((*theme.inks, theme.background)):
        sheet.fill(Box(16 * place, 32, 16, 16), ink)
    frame = np.frombuffer(stock.pack(FrameDifference(sheet).changes()), np.uint8)
    palette = frame[512 * 64 :].reshape(256, 4)[:, 2::-1].astype(int)
    shown = palette[frame[: 512 * 64].reshape(64, 512)]
    assert np.abs(shown[8, ::2] - color_table(theme.colormap)).max() <= 2
    for place, ink in enumerate((*theme.inks, theme.background)):
        assert (shown[40, 16 * place + 8] == ink).all()
    assert (shown[60, 300] == theme.background).all()


def test_cells_stand_on_the_codecs_grid():
    for dim, side in product([*range(2, 130), 500, 1023, 1024], [512, 320, 256, 160]):
        cell, block = cell_size(dim, side)
        assert cell % 8 == 0
        assert cell > 0
        assert -(-dim // block) * cell <= side
        if dim <= side // 8:
            assert block == 1


@pytest.mark.parametrize(("name", "columns"), [("wide", 1), ("wide", 2), ("wide", 3), ("wide", 4), ("square", 3)])
def test_slots_are_inside_and_apart(name, columns):
    layout = find_layout(name, columns)
    boxes = [slot.box for column in layout.columns for slot in column]
    boxes += [slot.bar for column in layout.columns for slot in column if slot.bar]
    for i, box in enumerate(boxes):
        assert 0 <= box.x < box.right <= layout.width
        assert 0 <= box.y < box.bottom <= layout.height
        for other in boxes[i + 1 :]:
            assert box.right <= other.x or other.right <= box.x or box.bottom <= other.y or other.bottom <= box.y
    for column in layout.columns:
        assert column[0].box.x % 16 == column[0].box.y % 16 == 0


def test_too_many_columns_are_refused():
    with pytest.raises(UsageError, match="room for 4 columns"):
        find_layout("wide", 5)


def test_panels_by_name_by_class_and_unknown():
    class Own(Panel):
        def open(self, context):
            self.context = context

        def draw(self, step):
            self.context.canvas.dots(700, 100 + step, 5, self.context.canvas.theme.accent)

    columns = {None: simulate(repeated(np.eye(2), 3))}
    painter = showing(show("matrix", limits=(-3, 3)), PanelRequest(Own), columns=columns)
    assert painter.describe()[0]["limits"] == [-3, 3]
    assert painter.describe()[1]["panel"] == "Own"
    assert (painter.paint(2).pixels[102, 700, :3] == THEMES["light"].accent).all()
    with pytest.raises(UsageError, match="did you mean 'norms'"):
        find_panel(show("norm"))
    with pytest.raises(UsageError, match="does not take"):
        find_panel(show("norms", size=3))
    with pytest.raises(UsageError, match="derived from Panel"):
        find_panel(PanelRequest(dict))


def test_matrix_counts_what_is_beyond_the_colours(texts):
    factor = np.diag([4.0, 0.5, -3.0])
    columns = {None: simulate(repeated(factor, 5))}
    painter = showing(show("matrix", limits=(-1, 1)), columns=columns)
    del texts[:]
    painter.paint(5)
    assert "clipped: 2" in [text for text, *_ in texts]


def test_rounding_is_not_counted_as_beyond_the_colours(texts):
    painter = painter_of("rotation")
    for step in (16, 32, 48, 64):
        del texts[:]
        painter.paint(step)
        assert not [text for text, *_ in texts if "clipped" in text]


def test_products_beyond_float64_are_drawn():
    columns = {None: simulate(repeated(np.diag([1e3, -1e3, 1e-3]), 501))}
    painter = showing(show("matrix"), show("norms"), show("scaled_matrix"), columns=columns)
    frame = painter.paint(501).pixels
    panel = painter.describe()[0]
    table = color_table("RdBu_r")
    middle = panel["y"] + panel["cell"] // 2
    assert (frame[middle, panel["x"] + panel["cell"] // 2, :3] == table[255]).all()
    low = frame[middle + panel["cell"], panel["x"] + panel["cell"] * 3 // 2, :3]
    assert (low == table[0]).all()


def test_text_styles_have_a_smallest_size():
    assert fitted("a long text", TextStyle((0, 0, 0), 40), 50)[1].size == LABEL


def chart_of(track, **options):
    """Draw a curve alone on the largest panel; return the painter and the panel."""
    sequence = repeated(np.eye(2), len(track) - 1, series={"a": track, "five": np.full(len(track), 5.0)})
    request = show("series", of="a", heading="a", scale="linear", **options)
    painter = showing(request, columns={None: simulate(sequence)})
    return painter, painter.panels[0]


@pytest.mark.parametrize("rising", [True, False])
def test_labels_of_marks_stand_apart_from_curves(texts, rising):
    track = np.linspace(0, 10, 21)
    painter, _ = chart_of(track if rising else track[::-1], marks={"low mark": 0.6})
    left, top, right, bottom = next(text[2:6] for text in texts if text[0] == "low mark")
    frame = painter.paint(20).pixels[int(top) : int(bottom), int(left) : int(right), :3]
    assert not (frame == THEMES["light"].lines[0]).all(axis=2).any()
    assert (left > 320) == rising


def test_milestones_are_upright_lines_at_their_step(texts):
    painter, panel = chart_of(np.linspace(0, 10, 21), milestones={"then": "five"})
    box = panel.context.slot.plot
    column = round(box.x + box.width * 5 / 20)
    shown = (painter.paint(0).pixels[box.y : box.bottom, :, :3] == THEMES["light"].muted).all(axis=2)
    assert shown[:, column].mean() > 0.4
    assert "then" in [text for text, *_ in texts]


def test_paths_have_a_gap_where_points_are_beyond_the_edge():
    track = np.array([[[0.0, 0.0]], [[0.9, 0.0]], [[2.0, 0.0]], [[2.0, 2.0]], [[0.0, 2.0]], [[0.0, 0.5]]])
    sequence = repeated(np.eye(2), 5, series={"a": track})
    request = show("points", of="a", heading="a", reach=1.0, trail=True)
    painter = showing(request, columns={None: simulate(sequence)})
    box = painter.panels[0].context.slot.box
    frame = painter.paint(5).pixels[..., :3].astype(int)
    blue = (np.abs(frame - THEMES["light"].lines[0]) < 30).all(axis=2)
    right, middle = box.x + box.width - 8, box.y + box.height // 2
    # Out to the right edge and in from the upper one, but not from the one to the other.
    assert blue[middle - 2 : middle + 2, right - 60].any()
    assert not blue[box.y + 60 : middle - 60, right - 6 : right + 4].any()
