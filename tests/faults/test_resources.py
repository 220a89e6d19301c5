"""Too little memory, too few threads and files, and a million steps: rows F59, F77 and F78."""

import io
import json
import os
import sys
import threading
import tracemalloc

import numpy as np
import pytest
from place import LIMIT, PATIENCE, finish

from render.errors import EigenreelError, RenderError
from render.numerics.products import Products
from render.numerics.track_pieces import track_pieces
from render.numerics.trajectory import simulate, trajectory_of
from render.pipeline.job import Job
from render.pipeline.run import run
from render.pipeline.scene_run import resolve
from render.publish import tables
from scenes import repeated

TINY = ("--steps", "1", "--dim", "2", "--format", "gif", "--pace", "even")


def job(place):
    return Job("vanishing", {"steps": 1, "dim": 2}, pace="even", formats=("gif",), output=str(place.folder))


@pytest.mark.parametrize("where", ["render.pipeline.plan.run_of", "render.pipeline.painter.Painter.paint"])
def test_f59_not_enough_memory(place, monkeypatch, where):
    before = place.old_files()

    def fail(*arguments, **options):
        raise MemoryError

    monkeypatch.setattr(where, fail)
    with pytest.raises(RenderError, match=r"not enough memory for the film vanishing, so choose .*smaller") as raised:
        run(job(place))
    assert raised.value.exit_code == 1
    assert place.state() == before


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such limit")
def test_f59_a_limit_of_the_address_space(place):
    before = place.old_files()
    (place.root / "own.py").write_text(
        "import numpy as np\nfrom scenes import *\n\n\n@scene('matrix')\ndef own(steps: int = 1):\n"
        "    return repeated(np.ones((40_000, 40_000)), steps)\n"
    )
    done = place.limited("RLIMIT_AS", 4 * 2**30, *TINY[-4:], scene="own.py")
    place.refuses(before, done, 1, "own.py needs more memory than there is, so choose a smaller size")


@pytest.mark.parametrize("count", [1, 2, 3])
def test_f77_no_more_threads(call, place, monkeypatch, count):
    """This is what too little memory or too low a limit of processes comes to; root has none, so it is injected."""
    before = place.old_files()
    began, start = [], threading.Thread.start

    def fail(thread):
        began.append(thread)
        if len(began) >= count:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", fail)
    with pytest.raises(EigenreelError, match=", so "):
        run(job(place))
    # An ffmpeg that was not ended would make its file again.
    assert place.processes(patience=PATIENCE) == []
    assert place.state() == before


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such limit")
@pytest.mark.parametrize("limit", [8, 12])
def test_f77_few_open_files(place, limit):
    before = place.old_files()
    done = place.run(*TINY, scene="vanishing", python=("-c", LIMIT, "RLIMIT_NOFILE", str(limit)))
    said = done.stderr_text
    assert "Traceback" not in said
    if done.returncode:
        place.refuses(before, done, done.returncode, ", so ")
        assert "reinstall" not in said


def table(form, steps):
    return resolve("rotation", {"steps": steps}), list(tables.pieces(form, resolve("rotation", {"steps": steps})))


@pytest.mark.parametrize("form", tables.FORMATS)
def test_f78_numbers_are_written_in_pieces(monkeypatch, form):
    monkeypatch.setattr(tables, "_ROWS", 10)
    # In a file from so few bytes on.
    monkeypatch.setattr(tables, "_IN_MEMORY", 1_000)
    found, pieces = table(form, 95)
    assert len(pieces) >= 10
    assert max(map(len, pieces)) < 20_000
    whole = b"".join(pieces)
    content = "" if form == "npz" else whole.decode()
    tracks = next(iter(found.columns.values())).tracks
    if form == "npz":
        arrays = np.load(io.BytesIO(whole))
        assert list(arrays) == list(tracks)
        assert all(arrays[name].tobytes() == track.tobytes() for name, track in tracks.items())
    elif form == "json":
        columns = json.loads(content)["columns"]
        assert list(columns) == list(tracks)
        assert columns["step"] == list(range(96))
    else:
        header, *rows = content.splitlines()
        assert header.split(",") == list(tracks)
        assert [row.split(",")[0] for row in rows] == [str(step) for step in range(96)]


SEVERAL = {
    "powers": ("rotation", {"steps": 95}),
    "spread": ("vanishing", {"steps": 300, "dim": 5}),
    "columns": ("article", {"steps": 40}),
    "series": ("sentiment", {}),
}


@pytest.mark.parametrize("rows", [1, 7, 2_000])
@pytest.mark.parametrize("name", SEVERAL)
def test_f78_pieces_of_tracks_are_the_tracks(name, rows):
    source, options = SEVERAL[name]
    whole = trajectory_of(resolve(source, options).columns).tracks
    pieces = list(track_pieces(resolve(source, options).columns, rows))
    assert all(list(piece) == list(whole) for piece in pieces)
    for track, values in whole.items():
        assert np.concatenate([piece[track] for piece in pieces]).tobytes() == values.tobytes(), track


def test_f78_large_products_are_few_at_a_time():
    columns = {None: simulate(repeated(np.eye(128), 40))}
    assert max(len(piece["step"]) for piece in track_pieces(columns, 2_000)) * 128**2 * 8 <= 2 * 2**20


MEASURED = """
import resource, sys
import render.numerics.products
from render.pipeline.scene_run import resolve
render.numerics.products._CHECKPOINT_BYTES = 2**19
from render.publish.tables import pieces
for piece in pieces(sys.argv[2], resolve("rotation", {"steps": int(sys.argv[1])})):
    pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
@pytest.mark.parametrize("form", tables.FORMATS)
def test_f78_numbers_of_many_steps_take_no_more_memory(place, form):
    used = []
    for steps in (4_000, 40_000):
        with place.begin([sys.executable, "-c", MEASURED, str(steps), form]) as process:
            printed, said = finish(process)
        assert said == ""
        used.append(int(printed) / 1024)
    # MiB. The scene itself holds three numbers a step, which are 1; all tracks are about 9.
    assert used[1] - used[0] < 5, used


def test_f78_products_take_no_more_memory_for_more_steps(monkeypatch):
    monkeypatch.setattr("render.numerics.products._CHECKPOINT_BYTES", 2**19)
    peaks = []
    for steps in (1_500, 6_000):
        products = Products(repeated(np.array([[0.5]]), steps))
        tracemalloc.start()
        try:
            assert products[steps].value() == 0.5**steps
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    # What Python adds to a small product counts, too.
    assert max(peaks) < 2**20
