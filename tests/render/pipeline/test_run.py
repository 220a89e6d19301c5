"""Whole films: their colours, their files, and that the same film is always the same bytes."""

import json
import re
import struct
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from films import (
    ENVIRONMENT,
    cell_centres,
    colors,
    decode,
    ffmpeg,
    listing,
    manifest_of,
    painter_for,
    panel_of,
    worst_cell,
)
from PIL import Image

import render
import render.pipeline.run
from render.check.verify import verify
from render.errors import UsageError
from render.numerics.products import block_means
from render.pipeline.batch import run_all
from render.pipeline.job import Job
from render.pipeline.run import run
from render.pipeline.scene_run import resolve
from render.pipeline.timeline import poster_step

pytestmark = pytest.mark.slow

KEYS = [
    "eigenreel", "scene", "title", "statement", "said", "parameters", "steps", "seed", "job", "command", "versions",
    "frames",
    "beats", "moments", "flashes", "still", "over", "panels", "colormaps", "columns", "matrix", "matrix_sha256",
    "tracks", "claims", "files",
]  # fmt: skip


def delays_of(path):
    """Return for how many milliseconds each picture of a GIF stays."""
    with Image.open(path) as image:
        delays = []
        for number in range(image.n_frames):
            image.seek(number)
            delays.append(image.info["duration"])
    return delays


@pytest.mark.parametrize(
    ("scene", "options"),
    [
        ("orthogonal", {"dim": 32, "seed": 11}),
        ("orthogonal", {"dim": 26, "theme": "dark", "seed": 4}),
        ("vanishing", {"dim": 5, "layout": "square"}),
        ("exploding", {"dim": 30, "theme": "dark", "seed": 2}),
        ("vanishing", {"dim": 9}),
        ("rotation", {"dim": 2}),
        ("article", {"seed": 3, "layout": "square"}),
        ("article", {"dim": 16, "theme": "dark"}),
        # Cells of 8 pixels.
        ("article", {"dim": 24, "seed": 8, "steps": 30}),
        ("vanishing", {"dim": 48, "layout": "square", "theme": "dark", "steps": 20}),
        # Means of blocks, those at the ends smaller.
        ("article", {"dim": 31, "seed": 8, "steps": 10}),
    ],
)
def test_every_cell_of_every_frame_has_its_colour(tmp_path, scene, options):
    film = render.film(scene, output=tmp_path, pace="even", **options)
    assert worst_cell(film.files["mp4"]) <= 6
    assert worst_cell(film.files["gif"]) <= 3


@pytest.mark.parametrize(
    ("scene", "options"),
    [
        # A multiplication is spelled out, and a vector is shown between steps.
        ("rotation", {"steps": 16, "angle": 10, "layout": "phone"}),
        ("vanishing", {"dim": 9, "theme": "dark", "layout": "square"}),
        ("article", {"steps": 40, "seed": 3, "layout": "square"}),
    ],
)
def test_every_cell_of_a_film_with_beats_has_its_colour(tmp_path, scene, options):
    film = render.film(scene, output=tmp_path, duration=7, **options)
    spelled = film.manifest["frames"]["entries"]
    assert (spelled is not None) == (scene == "rotation")
    assert worst_cell(film.files["mp4"]) <= 6
    assert worst_cell(film.files["gif"]) <= 3


def test_an_even_film_has_a_frame_a_step_and_one_with_beats_is_not_much_larger(tmp_path):
    even = render.film("article", pace="even", formats="mp4", output=tmp_path / "even")
    assert even.manifest["frames"]["steps"] == list(range(65))
    assert even.manifest["beats"] == [{"kind": "even", "frame": 0, "frames": 65, "steps": [0, 64]}]
    assert len(decode(even.files["mp4"])) == 65
    film = render.film("article", formats="mp4", output=tmp_path / "film")
    assert len(film.manifest["frames"]["steps"]) > 100
    assert film.files["mp4"].stat().st_size <= 1.5 * even.files["mp4"].stat().st_size


def test_frames_begin_at_the_identity_and_show_one_step_each(tmp_path):
    film = render.film("orthogonal", steps=10, dim=8, output=tmp_path, formats="gif", pace="even")
    assert film.manifest["frames"]["steps"] == list(range(11))
    first = decode(film.files["gif"])[0]
    panel = panel_of(film.manifest, "matrix")
    true = colors(np.eye(8), panel["limits"], film.manifest["colormaps"][panel["colormap"]])
    assert np.abs(cell_centres(first, panel) - true).max() <= 3


def test_large_matrices_show_means_of_blocks(tmp_path):
    film = render.film("vanishing", steps=2, dim=150, output=tmp_path, pace="even")
    panel = panel_of(film.manifest, "matrix")
    product = np.linalg.matrix_power(render.load_scene("vanishing").build(dim=150)[None].factor, 2)
    means = block_means(product, 3)
    assert means[0, 0] == pytest.approx(product[:3, :3].mean())
    assert means[49, 49] == pytest.approx(product[147:, 147:].mean())
    true = colors(means, panel["limits"], film.manifest["colormaps"][panel["colormap"]])
    assert np.abs(cell_centres(decode(film.files["gif"])[2], panel) - true).max() <= 3
    # Cells of 8 px have but 4 × 4 samples of colour.
    assert np.abs(cell_centres(decode(film.files["mp4"])[2], panel) - true).mean() <= 3
    assert film.manifest["matrix"] is None


def test_rotation_closes_its_circle(tmp_path):
    # Its cells have no room for numbers, so that nothing but colours is compared.
    film = render.film("rotation", dim=4, output=tmp_path, formats="gif", pace="even")
    frames = decode(film.files["gif"]).astype(int)
    panel = panel_of(film.manifest, "matrix")
    rows = slice(panel["y"], panel["y"] + panel["height"])
    columns = slice(panel["x"], panel["x"] + panel["width"])
    # The zeros of the last step are zeros but for rounding: they may have the next colour.
    difference = np.abs(frames[64, rows, columns] - frames[0, rows, columns]).max(axis=2)
    assert difference.max() <= 16
    assert np.quantile(difference, 0.999) <= 3
    assert np.abs(frames[32, rows, columns] - frames[0, rows, columns]).max() > 100


def test_same_film_same_bytes_and_another_seed_another_film(tmp_path):
    # Two dimensions turn alike, whatever the seed.
    options = {"rotation": {"dim": 3}, "article": {"pace": "film", "duration": 5}}
    for scene in ("vanishing", "exploding", "orthogonal", "rotation", "article"):
        for folder, seed in (("a", 0), ("b", 0), ("c", 1)):
            look = {"pace": "even"} | options.get(scene, {})
            render.film(scene, steps=6, seed=seed, output=tmp_path / folder, **look)
    first, second, other = (listing(tmp_path / folder) for folder in "abc")
    assert first == second
    assert len(first) == 20
    assert all(first[name] != other[name] for name in first)


def test_parallel_films_are_the_same_as_single_ones(tmp_path):
    jobs = [
        Job(s, {"steps": 5}, output=str(tmp_path / "many"), pace="even") for s in ("vanishing", "orthogonal", "article")
    ]
    done = []
    films = run_all(jobs, progress=lambda job, film: done.append(job.scene))
    assert [film.job for film in films] == jobs
    for job in jobs:
        render.film(job.scene, steps=5, output=tmp_path / "single", pace="even")
    assert sorted(done) == ["article", "orthogonal", "vanishing"]
    assert listing(tmp_path / "many") == listing(tmp_path / "single")
    with pytest.raises(UsageError, match="two films"):
        run_all([jobs[0], jobs[0]])


def test_mp4_is_what_every_player_takes(tmp_path):
    path = render.film("vanishing", steps=20, output=tmp_path, formats="mp4", pace="even").files["mp4"]
    boxes, content, place = [], path.read_bytes(), 0
    while place < len(content):
        size, kind = struct.unpack(">I4s", content[place : place + 8])
        boxes.append(kind)
        place += size
    assert boxes.index(b"moov") < boxes.index(b"mdat")
    assert b"soun" not in content
    # ffmpeg without an output describes its input and complains.
    import imageio_ffmpeg

    said = subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-i", path], capture_output=True, text=True).stderr
    assert "h264 (High)" in said
    assert "yuv420p(tv, bt709/bt709/iec61966-2-1" in said
    assert "12.50 fps" in said
    assert "Duration: 00:00:01.68" in said


@pytest.mark.parametrize(("fps", "gif"), [("12.5", Fraction(25, 2)), ("60", Fraction(50)), ("25/2", Fraction(25, 2))])
def test_f40_a_gif_says_when_it_cannot_hold_a_rate(tmp_path, fps, gif):
    film = render.film("vanishing", steps=4, dim=4, fps=fps, output=tmp_path, pace="even")
    assert bool(film.remarks) == (gif != Fraction(fps))
    assert all("gif cannot hold" in remark for remark in film.remarks)
    with Image.open(film.files["gif"]) as image:
        assert image.n_frames == 5
        assert Fraction(1000, image.info["duration"]) == gif


def test_large_files_are_remarked_upon(tmp_path, monkeypatch):
    monkeypatch.setattr(render.pipeline.run, "_LARGE", 20_000)
    film = render.film("orthogonal", steps=3, output=tmp_path, formats="gif", pace="even")
    assert any("orthogonal.gif has 0." in remark for remark in film.remarks)
    assert "10 MB" in film.remarks[0]


def test_holds_repeat_the_ends(tmp_path):
    film = render.film("vanishing", steps=3, hold_first=0.16, hold_last=0.4, output=tmp_path, pace="even")
    assert film.manifest["frames"]["steps"] == [0, 0, 0, 1, 2, 3, 3, 3, 3, 3, 3]
    entries = {entry["codec"]: entry for entry in film.manifest["files"]}
    assert (entries["h264"]["frames"], entries["h264"]["steps"]) == (11, None)
    # A picture that stays is there but once.
    assert (entries["gif"]["frames"], entries["gif"]["steps"]) == (4, [0, 1, 2, 3])
    assert len(decode(film.files["mp4"])) == 11
    assert delays_of(film.files["gif"]) == [240, 80, 80, 480]


@pytest.mark.parametrize("pace", ["film", "even"])
def test_a_film_with_pauses_is_what_its_manifest_says(tmp_path, pace):
    options = {"steps": 6, "dim": 4, "formats": ("gif", "mp4"), "layout": "square", "pace": pace}
    usual = render.film("vanishing", **options, output=tmp_path / "usual")
    film = render.film("vanishing", **options, pause={1: 0.8, 4: 0.24}, output=tmp_path)
    assert film.manifest["job"]["pause"] == ["1=0.8", "4=0.24"]
    shown, before = (f.manifest["frames"]["steps"] for f in (film, usual))
    for step, frames in ((1, 10), (4, 3)):
        more = shown.count(step) - before.count(step)
        # An even film shows every step for a frame anyway.
        assert more == frames - 1 if pace == "even" else abs(more - frames) <= 3
    delays = delays_of(film.files["gif"])
    assert sum(delays) == 80 * len(shown)
    assert max(delays) >= 800
    assert verify(film.files["mp4"]).holds


def test_holds_lengthen_the_ends_of_a_film_with_beats(tmp_path):
    options = {"steps": 3, "dim": 4, "formats": "gif", "layout": "square"}
    usual = render.film("vanishing", **options, output=tmp_path)
    held = render.film("vanishing", **options, hold_first=0.16, hold_last=0.4, output=tmp_path)
    first, *_, last = (
        one["frames"] - other["frames"]
        for one, other in zip(held.manifest["beats"], usual.manifest["beats"], strict=True)
    )
    assert (first, last) == (2, 5)
    assert len(held.manifest["frames"]["steps"]) == len(usual.manifest["frames"]["steps"]) + 7
    assert sum(delays_of(held.files["gif"])) == 80 * len(held.manifest["frames"]["steps"])


def test_manifest_has_its_keys_and_its_numbers_are_right(tmp_path):
    film = render.film("exploding", steps=12, dim=6, output=tmp_path)
    content = manifest_of(film.files["mp4"])
    assert list(content) == KEYS
    assert content == json.loads(json.dumps(film.manifest))
    factor = np.array(content["matrix"])
    track = [np.log10(np.linalg.norm(np.linalg.matrix_power(factor, t), 2)) for t in range(13)]
    assert content["tracks"]["log10_spectral_norm"] == pytest.approx(track, abs=1e-12)
    assert set(content["versions"]) == {"python", "numpy", "matplotlib", "ffmpeg"}
    assert content["versions"]["ffmpeg"] != "unknown"
    for panel in content["panels"]:
        assert set(panel) == {"panel", "column", "x", "y", "width", "height", "cell", "limits", "colormap"} | {
            "heading", "note", "sample", "tracks", "scale",
        }  # fmt: skip
    assert set(content["colormaps"]) == {panel["colormap"] for panel in content["panels"] if panel["colormap"]}
    for colormap in content["colormaps"].values():
        assert len(colormap) == 256
        assert all(re.fullmatch("[0-9a-f]{6}", color) for color in colormap)
    assert set(content["frames"]) == {"width", "height", "fps", "steps", "parts", "entries"}
    assert set(content["flashes"]) == {"general", "red", "safe"}
    assert sum(beat["frames"] for beat in content["beats"]) == len(content["frames"]["steps"])
    for beat in content["beats"]:
        assert set(beat) == {"kind", "frame", "frames", "steps"}
    for moment in content["moments"]:
        assert set(moment) == {"step", "column", "text", "sentence", "note", "values"}
    for claim in content["claims"]:
        assert set(claim) == {"claim", "value", "expected", "tolerance", "holds"}
    for entry in content["files"]:
        assert set(entry) == {"name", "bytes", "sha256", "codec", "frames", "steps", "parts", "width", "height"}
        assert (tmp_path / entry["name"]).stat().st_size == entry["bytes"]


@pytest.mark.parametrize(
    "options",
    [
        {"theme": "dark", "fps": "25/2", "pace": "even", "title": "it's $x$"},
        {
            "layout": "square",
            "duration": 4.5,
            "hold_first": 0.25,
            "explain": "1,2",
            "between": True,
            "pause": {2: 0.5, 4: 1},
        },
    ],
)
def test_manifest_names_the_command_that_makes_the_film_again(tmp_path, options):
    first = render.film("article", steps=4, seed=5, output=tmp_path / "a", name="n", **options)
    words = first.manifest["command"]
    again = f"{sys.executable} -m {words} --output {tmp_path / 'b'} --quiet"
    subprocess.run(again, shell=True, check=True, env=ENVIRONMENT)
    assert listing(tmp_path / "a") == listing(tmp_path / "b")


def test_poster_is_a_telling_frame(tmp_path):
    film = render.film("exploding", steps=16, spectral_radius=2.0, output=tmp_path, formats="mp4", pace="even")
    poster = np.asarray(Image.open(film.files["png"]))
    frames = decode(film.files["mp4"])
    differences = [np.abs(poster.astype(int) - f).mean() for f in frames]
    steps = [moment["step"] for moment in film.manifest["moments"]]
    (poster,) = (entry for entry in film.manifest["files"] if entry["codec"] == "png")
    assert 0 < steps[0] < 16
    assert [int(np.argmin(differences))] == poster["steps"] == [poster_step(16, None, steps)] == [steps[0]]
    assert poster_step(8, 0.25, [5]) == 2
    assert poster_step(8, None, []) == 8
    assert poster_step(1, 0.25, []) == 1
    assert poster_step(0, 0.25, []) == 0


def test_columns_of_a_comparison_are_told_by_label(tmp_path):
    content = render.film("article", steps=3, output=tmp_path, pace="even").manifest
    labels = ["vanishing", "exploding", "orthogonal"]
    assert list(content["matrix"]) == list(content["tracks"]) == list(content["matrix_sha256"]) == labels
    limits = {tuple(p["limits"]) for p in content["panels"] if p["panel"] == "matrix"}
    assert len(limits) == 1


def test_f58_memory_does_not_grow_with_steps(tmp_path):
    code = (
        "import render, resource, sys\n"
        "render.film('vanishing', steps=int(sys.argv[1]), dim=64, formats=(), layout='square', pace='even', "
        "output=sys.argv[2])\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    peaks = []
    for steps in ("64", "1500"):
        command = [sys.executable, "-c", code, steps, str(tmp_path / steps)]
        peaks.append(int(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    # Checkpoints may take 16 MB and glyphs 8 MB, at any number of steps; all products would be 49 MB.
    assert peaks[1] - peaks[0] < 40_000


def test_frame_counts_in_the_files(tmp_path):
    film = render.film("rotation", steps=7, output=tmp_path, pace="even")
    for ending in ("mp4", "gif"):
        lines = ffmpeg("-i", film.files[ending], "-f", "framecrc", "-").decode().splitlines()
        assert len([line for line in lines if not line.startswith("#")]) == 8


def test_numbers_in_small_cells_leave_their_middles_alone(tmp_path):
    film = render.film("vanishing", dim=8, steps=16, output=tmp_path, formats="mp4", pace="even")
    panel = panel_of(film.manifest, "matrix")
    assert (panel["cell"], panel["sample"]) == (64, 8)
    assert verify(film.files["mp4"]).holds


def test_decoded_frames_are_those_that_were_painted(tmp_path):
    job = Job("orthogonal", {"steps": 12}, output=str(tmp_path), pace="even")
    film = run(job)
    painter = painter_for(resolve(job.scene, job.parameters))
    painted = np.stack([painter.paint(step).pixels[..., :3].copy() for step in range(13)]).astype(int)
    place = panel_of(film.manifest, "matrix")
    cells = (
        slice(None),
        slice(place["y"], place["y"] + place["height"]),
        slice(place["x"], place["x"] + place["width"]),
    )
    for ending, most in (("mp4", 40), ("gif", 6)):
        difference = np.abs(decode(film.files[ending]) - painted)
        # Text has thin edges, whose colours MP4 holds at half the resolution.
        assert difference.mean() <= 2.5
        assert difference[cells].mean() <= 2.5
        assert np.quantile(difference[cells], 0.99) <= 12
        assert difference[cells].max() <= most
