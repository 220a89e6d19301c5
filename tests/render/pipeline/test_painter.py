"""Frames: the same picture in any order, titles, headings, panels, charts and what leaves them."""

from itertools import product

import numpy as np
import pytest
from films import painter_for, showing, study_of

from render.drawing.canvas import Canvas
from render.drawing.glyphs import fitted, text_width
from render.drawing.grid import cell_size
from render.drawing.layouts import LAYOUTS, SIZES, Box, find_layout
from render.drawing.raster import RasterCanvas
from render.drawing.themes import THEMES
from render.errors import UsageError
from render.numerics.trajectory import simulate
from render.panels.base import Panel
from render.pipeline.catalog import all_scenes
from render.pipeline.panel_requests import find_panel
from render.pipeline.timeline import Instant
from render.video.frame_difference import FrameDifference
from render.video.pixel_formats import PIXEL_FORMATS, Yuv420p
from scenes import PanelRequest, repeated, show

SCENES = all_scenes()
LIGHT = THEMES["light"]


def painter_of(name, values=None, **look):
    return painter_for(study_of(name, **(values or {})), **look)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "layout"), [(name, "wide") for name in sorted(SCENES)] + [("article", "square"), ("rotation", "phone")]
)
def test_a_frame_does_not_depend_on_what_was_drawn_before(name, layout):
    walked = painter_of(name, {"steps": 7}, layout=layout)
    last = next(iter(walked._found.columns.values())).steps
    forward = {step: walked.paint(step).pixels.copy() for step in sorted({0, 1, 2, last // 2, last})}
    jumped = painter_of(name, {"steps": 7}, layout=layout)
    for step in (last, last // 2, 0):
        assert np.array_equal(jumped.paint(step).pixels, forward[step])


@pytest.mark.parametrize("kind", sorted(PIXEL_FORMATS))
def test_developed_frames_do_not_depend_on_what_was_drawn_before(kind):
    walked = painter_of("vanishing", {"steps": 9})
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

    def noting(self, x, y, text, style, anchor="left", width=0, smallest=20):
        if width:
            text, style = fitted(text, style, width, smallest)
        long = text_width(text, style)
        left = x - long * {"left": 0, "center": 0.5, "right": 1}[anchor]
        drawn.append((text, style, left, y - style.size, left + long, y, self.width, self.height))
        original(self, x, y, text, style, anchor)

    monkeypatch.setattr(Canvas, "text", noting)
    return drawn


def test_titles_are_literal_and_cut_to_their_room(texts):
    title = "cost: $5, 100 % {steps} \\alpha and so on " * 5
    painter_of("rotation", title=title)
    drawn = texts[0][0]
    assert drawn.endswith("…")
    assert title.startswith(drawn[:-1].rstrip())


def test_what_is_cut_is_told():
    painter = painter_of("rotation", title="a title of very many words " * 5)
    assert any("there is no room for all of 'a title" in remark for remark in painter.remarks())
    assert painter_of("rotation").remarks() == []


def test_long_titles_take_two_lines_of_a_phone(texts):
    size = painter_of("article", layout="phone").layout.sizes.title
    titles = [text[0] for text in texts if text[1].size == size]
    assert titles[:2] == ["Vanishing, exploding,", "orthogonal"]


def test_video_levels_are_those_of_bt709():
    sheet = RasterCanvas(16, 16, LIGHT)
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


def test_cells_stand_on_the_codecs_grid():
    for dim, side in product([*range(2, 130), 500, 1023, 1024], [512, 320, 256, 160]):
        cell, block = cell_size(dim, side)
        assert cell % 8 == 0
        assert cell > 0
        assert -(-dim // block) * cell <= side
        if dim <= side // 8:
            assert block == 1


def slots_of(layout):
    return [*(slot for column in layout.own for slot in column), *layout.shared]


@pytest.mark.parametrize("size", sorted(SIZES))
@pytest.mark.parametrize(
    ("name", "columns", "panels", "arrange"),
    [
        *((name, 1, (own, 0), arrange) for name in LAYOUTS for own in (1, 2, 3)
          for arrange in ("beside", "stacked", "row")),
        *((name, columns, (own, shared), "beside") for name in LAYOUTS for columns in (2, 3, 4) for own in (1, 2)
          for shared in (0, 1)),
    ],
)  # fmt: skip
def test_slots_are_inside_and_apart(name, columns, panels, arrange, size):
    for square in (True, False):
        layout = find_layout(name, columns, panels, arrange=arrange, square=square, size=size)
        boxes = [slot.box for slot in slots_of(layout)]
        assert layout.scale == SIZES[size]
        for i, box in enumerate(boxes):
            assert 0 <= box.x < box.right <= layout.width
            assert layout.title[0].y < box.y < box.bottom <= layout.rule.y
            for other in boxes[i + 1 :]:
                assert box.right <= other.x or other.right <= box.x or box.bottom <= other.y or other.bottom <= box.y
        lines = [line.y for lines in layout.caption for line in lines]
        assert layout.rule.y < min(lines) <= max(lines) < layout.height


def test_sizes_are_the_same_layout_so_many_times_as_large():
    for name in LAYOUTS:
        small, large = (find_layout(name, 1, (2, 0), size=size) for size in (720, 2160))
        assert (large.width, large.height) == (3 * small.width, 3 * small.height)
        assert large.sizes.axis == 3 * small.sizes.axis
        assert large.own[0][0].box.width == 3 * small.own[0][0].box.width
    with pytest.raises(UsageError, match="size must be one of 720, 1080, 1440, 2160, but it is 700"):
        find_layout("wide", 1, size=700)


def test_cells_of_every_size_are_on_the_grid():
    for size, dim, layout in product(sorted(SIZES), (3, 16, 48), LAYOUTS):
        painter = painter_of("vanishing", {"dim": dim, "steps": 2}, size=size, layout=layout)
        for panel in painter.describe():
            if panel["cell"]:
                assert panel["cell"] % 8 == panel["x"] % 16 == panel["y"] % 16 == 0, (size, dim, layout)


def test_too_many_columns_are_refused():
    with pytest.raises(UsageError, match="room for 4 columns"):
        find_layout("wide", 5)


def test_panels_by_name_by_class_and_unknown():
    class Own(Panel):
        heading = "own {step}"

        def open(self, context):
            self.context = context

        def draw(self, step, part=0.0):
            self.context.canvas.dots(700, 200 + step, 5, self.context.canvas.theme.keep)

    columns = {None: simulate(repeated(np.eye(2), 3))}
    painter = showing(show("matrix", limits=(-3, 3)), PanelRequest(Own), columns=columns)
    assert painter.describe()[0]["limits"] == [-3, 3]
    assert painter.describe()[1]["panel"] == "Own"
    assert (painter.paint(2).pixels[202, 700, :3] == LIGHT.keep).all()
    with pytest.raises(UsageError, match="did you mean 'norms'"):
        find_panel(show("norm"))
    with pytest.raises(UsageError, match="does not take"):
        find_panel(show("norms", size=3))
    with pytest.raises(UsageError, match="derived from Panel"):
        find_panel(PanelRequest(dict))
    with pytest.raises(UsageError, match="heading of the panel 'norms' must be text, but it is 3"):
        find_panel(show("norms", heading=3))


def test_headings_and_counters_speak_of_the_step(texts):
    painter = painter_of("fibonacci", {"steps": 12})
    del texts[:]
    painter.paint(11)
    written = [text[0] for text in texts]
    assert "F¹¹" in written
    assert {"power", "11"} <= set(written)


def test_matrix_counts_what_is_beyond_the_colours(texts):
    columns = {None: simulate(repeated(np.diag([4.0, 0.5, -3.0]), 5))}
    painter = showing(show("matrix", limits=(-1, 1)), columns=columns)
    del texts[:]
    painter.paint(5)
    assert "2 entries off the scale" in [text for text, *_ in texts]


def test_rounding_is_not_counted_as_beyond_the_colours(texts):
    painter = painter_of("rotation")
    for step in (16, 32, 48, 64):
        del texts[:]
        painter.paint(step)
        assert not [text for text, *_ in texts if "off the scale" in text]


def test_products_beyond_float64_are_drawn():
    columns = {None: simulate(repeated(np.diag([1e3, -1e3, 1e-3]), 501))}
    painter = showing(show("matrix"), show("norms"), show("scaled_matrix"), columns=columns)
    frame = painter.paint(501).pixels
    panel = painter.describe()[0]
    at = panel["y"] + panel["sample"], panel["x"] + panel["sample"]
    assert (frame[at[0], at[1], :3] == LIGHT.sign.colors[255]).all()
    assert (frame[at[0] + panel["cell"], at[1] + panel["cell"], :3] == LIGHT.sign.colors[0]).all()


def chart_of(track, **options):
    """Draw a curve alone on the largest panel; return the painter and the panel."""
    sequence = repeated(np.eye(2), len(track) - 1, series={"a": track})
    request = show("series", of="a", heading="a", scale="linear", **options)
    painter = showing(request, columns={None: simulate(sequence)})
    return painter, painter.panels[0]


@pytest.mark.parametrize("rising", [True, False])
def test_labels_of_marks_stand_apart_from_curves(texts, rising):
    track = np.linspace(0, 10, 21)
    painter, _ = chart_of(track if rising else track[::-1], marks={"low mark": 0.6})
    left, top, right, bottom = next(text[2:6] for text in texts if text[0] == "low mark")
    frame = painter.paint(20).pixels[int(top) : int(bottom), int(left) : int(right), :3]
    assert not (frame == LIGHT.data).all(axis=2).any()
    assert (left > 400) == rising


def test_the_number_stands_at_the_end_of_the_curve_and_moves_with_it(texts):
    painter, _ = chart_of(np.linspace(0, 10, 21))
    places = []
    for step in (0, 10, 20):
        del texts[:]
        painter.paint(step)
        places += [text[2:4] for text in texts if text[0] == f"{step / 2:g}"][:1]
    assert len(places) == 3
    assert places[0][0] < places[1][0] < places[2][0]
    assert places[0][1] > places[1][1] > places[2][1]


def test_what_leaves_an_axis_is_cut_and_shown_by_an_arrow():
    painter, panel = chart_of(np.array([0.0, 1.0, 4.0, 9.0]), limits=(0, 5))
    box = panel._chart.box
    data = (np.abs(painter.paint(3).pixels[..., :3].astype(int) - LIGHT.data) < 30).all(axis=2)
    # Between steps 2 and 3 the curve leaves; at step 3 an arrow points up.
    crossing = round(box.x + box.width * (2 + (5 - 4) / 5) / 3)
    assert not data[: box.y - 6, box.x : box.right - 30].any()
    assert data[box.y : box.y + 40, crossing - 30 : crossing + 6].any()
    assert data[box.y + 2 : box.y + 12, box.right - 4 : box.right + 5].any()


def test_paths_are_cut_where_points_leave_the_plane():
    track = np.array([[[0.0, 0.0]], [[0.9, 0.0]], [[2.0, 0.0]], [[2.0, 2.0]], [[0.0, 2.0]], [[0.0, 0.5]]])
    sequence = repeated(np.eye(2), 5, series={"a": track})
    request = show("points", of="a", heading="a", reach=1.0, trail=True)
    painter = showing(request, columns={None: simulate(sequence)})
    box = painter.panels[0].content
    frame = painter.paint(5).pixels[..., :3].astype(int)
    drawn = (np.abs(frame - LIGHT.data) < 30).all(axis=2)
    middle = box.y + box.height // 2
    # Out to the right edge and in from the upper one, but not from the one to the other.
    assert drawn[middle - 3 : middle + 3, box.right - 60].any()
    assert not drawn[box.y + 60 : middle - 60, box.right - 6 : box.right + 4].any()
    # Step 2 is beyond the right edge: an arrow stands there.
    frame = painter.paint(2).pixels[..., :3].astype(int)
    arrow = (np.abs(frame - LIGHT.data) < 30).all(axis=2)[middle - 8 : middle + 8, box.right - 16 : box.right]
    assert arrow.sum() > 60


def test_between_steps_what_turns_is_on_its_arc():
    found = study_of("quarter_turn", steps=4)
    painter = painter_for(found)
    vector = next(panel for (name, _, panel) in painter._panels if name == "vector")
    for part in (0.25, 0.5, 0.9):
        painter.paint(Instant(1, part))
        x, y = vector._at(1, part)
        # From (0, −1) on by a part of a quarter: still of length 1.
        angle = -np.pi / 2 * (1 + part)
        assert (x, y) == pytest.approx((np.cos(angle), np.sin(angle)), abs=1e-12)


@pytest.mark.parametrize("angle", [5.0, 90.0, 170.0])
def test_matrices_between_steps_are_real_powers(angle):
    turn = np.deg2rad(angle)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    columns = {None: simulate(repeated(matrix, 3))}
    panel = showing("matrix", columns=columns, between=True).panels[0]
    for part in (0.2, 0.75):
        now = turn * (1 + part)
        wanted = [[np.cos(now), -np.sin(now)], [np.sin(now), np.cos(now)]]
        assert np.abs(panel.values(1, part) - wanted).max() < 1e-12
    # Without the option, and for a matrix with a negative eigenvalue, cells switch.
    assert np.array_equal(showing("matrix", columns=columns).panels[0].values(1, 0.5), matrix)
    flip = np.diag([1.0, -2.0])
    painter = showing("matrix", columns={None: simulate(repeated(flip, 3))}, between=True)
    panel = painter.panels[0]
    assert painter.remarks() == [
        "--between alters nothing, since no matrix shown is a power of one that has a real root"
    ]
    assert np.array_equal(panel.values(1, 0.5), flip)


def test_a_multiplication_is_spelled_out_entry_by_entry(texts):
    painter = painter_of("fibonacci", {"steps": 12})
    seen = []
    for entries in (1, 2, 4):
        del texts[:]
        painter.paint(Instant(4, entries=entries))
        seen.append([text[0] for text in texts])
    assert "0·1 + 1·2 = 2" in seen[0]
    assert {"F", "F³", "F⁴", "×", "="} <= set(seen[0])
    assert seen[0].count("3") == 1
    # F⁴ is [[2, 3], [3, 5]].
    assert "5" not in seen[1]
    assert "5" in seen[2]
    chosen = painter_of("fibonacci", {"steps": 12}, explain="2,1")
    del texts[:]
    chosen.paint(Instant(4, entries=1))
    assert "1·1 + 1·2 = 3" in [text[0] for text in texts]
    # Afterwards the film goes on as if nothing had been.
    assert np.array_equal(painter.paint(9).pixels, painter_of("fibonacci", {"steps": 12}).paint(9).pixels)


def test_a_panel_without_room_is_named_even_beside_others_of_its_kind():
    remarks = painter_for(study_of("lost_dependency"), layout="phone").remarks()
    assert "the layout phone has no room for series 'answer: random', which is not shown" in remarks
    assert not any("is not shown" in remark for remark in painter_for(study_of("lost_dependency")).remarks())
