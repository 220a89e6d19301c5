"""Every format, and one that nobody has heard of: written, counted, timed, verified and shown by its record alone."""

import re
import subprocess
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from films import decode, manifest_of, run
from PIL import Image

import render
from render.check.verify import verify
from render.drawing.palette import film_palette
from render.drawing.themes import find_theme
from render.errors import EncodeError, UsageError
from render.publish.embed import snippet
from render.video.encoder import StreamInfo, encode_arguments
from render.video.formats import FORMATS, POSTER, Format, Quality, kind_of, kinds
from render.video.pixel_formats import PIXEL_FORMATS
from render.video.webp import set_durations
from scenes import haar_orthogonal

MATROSKA = Format(
    name="mkv",
    suffix=".mkv",
    codec="h264",
    mime="video/x-matroska",
    element="video",
    cell_error=8,
    pixel_error=8,
    encoder="libx264",
    muxer="matroska",
    pixel_format="yuv420p",
    arguments=(),
    quality=Quality(32, -3),
    fine_quality=Quality(14, -7),
    cell_bytes=18,
)


@pytest.fixture(params=[*FORMATS, "mkv"])
def form(request, monkeypatch):
    monkeypatch.setitem(FORMATS, "mkv", MATROSKA)
    return FORMATS[request.param]


def seconds_of(path):
    """How long a film lasts, as Pillow reads pictures and ffmpeg other files."""
    if path.suffix in (".gif", ".webp"):
        with Image.open(path) as image:
            total = 0
            for number in range(image.n_frames):
                image.seek(number)
                image.load()
                total += image.info["duration"]
            return total / 1000
    said = subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-i", path], capture_output=True, text=True).stderr
    hours, minutes, seconds = re.search(r"Duration: (\d+):(\d+):([\d.]+)", said).groups()
    return 3600 * int(hours) + 60 * int(minutes) + float(seconds)


@pytest.mark.slow
@pytest.mark.parametrize("fps", ["30", "24000/1001"])
def test_a_file_has_its_frames_its_length_and_its_loop(form, tmp_path, fps):
    film = render.film(
        "vanishing",
        steps=9,
        dim=6,
        fps=fps,
        hold_first=0.4,
        hold_last=0.7,
        formats=form.name,
        output=tmp_path,
        pace="even",
    )
    path, content = film.files[form.name], manifest_of(film.files["json"])
    shown, rate = content["frames"]["steps"], Fraction(*content["frames"]["fps"])
    assert abs(seconds_of(path) - len(shown) / rate) <= 1 / rate
    entry = next(entry for entry in content["files"] if entry["name"] == path.name)
    assert len(decode(path)) == entry["frames"]
    steps = entry["steps"] or shown
    # A format that is told how long pictures last has each of them once.
    assert steps == (list(range(10)) if form.set_durations else shown)
    if form.element == "img":
        with Image.open(path) as image:
            assert image.info["loop"] == 0
            assert image.n_frames == len(steps)


@pytest.mark.slow
def test_verify_embed_and_notebook_read_the_record(form, tmp_path):
    film = render.film("vanishing", steps=5, dim=6, formats=form.name, output=tmp_path, pace="even")
    path = film.files[form.name]
    report = verify(path)
    assert report.holds, report.faults
    assert any(line.startswith(f"{path.name}: 216 cells have the colours") for line in report.checked)
    page = snippet(path)
    shown = f'<source src="{path.name}" type="{form.mime}">' if form.element == "video" else f'<img src="{path.name}"'
    assert shown in page
    assert f"]({path.name})" in snippet(path, "markdown")
    # Without its scene it has no page.
    html = replace(film, job=replace(film.job, scene="gone.py"))._repr_mimebundle_()["text/html"]
    assert html.startswith(f"<{form.element} ")
    assert f"data:{form.mime};base64," in html


@pytest.mark.slow
def test_a_wrong_frame_is_found_in_every_format(form, tmp_path):
    film = render.film("vanishing", steps=5, dim=6, formats=form.name, pace="even", output=tmp_path)
    other = render.film("vanishing", steps=5, dim=6, seed=9, formats=form.name, pace="even", output=tmp_path / "other")
    film.files[form.name].write_bytes(other.files[form.name].read_bytes())
    assert any("shows other colours than its numbers have" in fault for fault in verify(film.files["json"]).faults)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scene", "look"),
    [("orthogonal", {}), ("article", {"theme": "dark"}), ("lstm", {"theme": "dark", "language": "ko"})],
)
def test_webp_has_the_painted_frames_but_for_shades_of_edges(scene, look, tmp_path):
    """Cells are exact; elsewhere a colour of the palette may stand for one up to 16 of 255 from it."""
    film = render.film(scene, steps=12, formats="webp", output=tmp_path, pace="even", **look)
    decoded = decode(film.files["webp"])
    assert len(decoded) == 13
    palette = {tuple(color) for color in film_palette(find_theme(look.get("theme", "light"))).tolist()}
    for step, frame in enumerate(decoded):
        painted = film.frame(step)
        away = np.abs(frame.astype(int) - painted).max(axis=2)
        assert away.max() <= 16
        assert {tuple(color) for color in frame[away > 0].tolist()} <= palette
        for panel in film.manifest["panels"]:
            if panel["cell"]:
                x, y, width, height = (panel[key] for key in ("x", "y", "width", "height"))
                assert not away[y : y + height, x : x + width].any()


@pytest.mark.slow
def test_webp_is_a_fifth_of_the_gif_for_a_matrix_and_a_third_for_dots_and_lines_beside_it(tmp_path):
    for scene, share in ((haar_orthogonal(16, 0), 0.2), ("orthogonal", 1 / 3)):
        film = render.film(scene, steps=64, formats=("webp", "gif"), output=tmp_path, pace="even")
        assert film.files["webp"].stat().st_size <= share * film.files["gif"].stat().st_size


@pytest.mark.slow
def test_an_old_file_beside_a_new_film_is_named(tmp_path):
    render.film("vanishing", steps=2, dim=3, output=tmp_path)
    film = render.film("vanishing", steps=3, dim=3, formats="mp4", output=tmp_path)
    assert film.remarks == (
        "vanishing.gif beside it is of an earlier film, which the manifest no longer names, so remove it, give another "
        "--name, or add --format gif",
    )
    done = run("scene", "vanishing", "--steps", 3, "--dim", 3, "--format", "mp4", "-o", tmp_path)
    assert "vanishing.gif beside it is of an earlier film" in done.stderr


def test_records_are_whole():
    for form in FORMATS.values():
        assert form.suffix == f".{form.name}"
        assert form.pixel_format in PIXEL_FORMATS
        assert form.element in ("video", "img")
        assert kind_of(f"x{form.suffix}") is form
        assert form.nearest_fps(Fraction(1)) == 1
    assert kinds()[-1] is POSTER
    assert kind_of("x.txt") is None


def test_durations_are_written_for_as_many_pictures_as_there_are(tmp_path):
    frames = [Image.new("RGB", (8, 8), (40 * number, 0, 0)) for number in range(3)]
    path = tmp_path / "a.webp"
    frames[0].save(path, save_all=True, append_images=frames[1:], lossless=True, duration=10)
    set_durations(path, [20, 30, 4000])
    assert seconds_of(path) == 4.05
    for wrong in ([20, 30], [1] * 4):
        with pytest.raises(EncodeError, match=f"3 of {len(wrong)} pictures"):
            set_durations(path, wrong)
    path.write_bytes(b"no picture")
    with pytest.raises(EncodeError, match="0 of 1 pictures"):
        set_durations(path, [1])


def test_the_documentation_has_every_record():
    """docs/formats.md is made from the records, line by line."""
    page = (Path(__file__).parents[3] / "docs" / "formats.md").read_text(encoding="utf-8")
    for form in FORMATS.values():
        exact = "exact" if form.cell_error == 0 else f"within {form.cell_error} of 255"
        rate = f"{float(form.fastest):.3g} a second" if form.fastest else "any"
        assert f"| `{form.name}` | {form.mime} | `<{form.element}>` | {exact} | {rate} |" in page
    assert page.count("\n| `") == len(FORMATS)


@pytest.mark.parametrize(("height", "tune"), [(720, None), (1440, None), (2160, "zerolatency")])
def test_large_frames_are_encoded_with_fewer_of_them_in_memory(tmp_path, height, tune):
    stream = StreamInfo(height * 16 // 9, height, 1, Fraction(25))
    arguments = encode_arguments(FORMATS["mp4"], tmp_path / "film", stream)
    # Of options that come twice ffmpeg takes the last.
    assert dict(pairwise(arguments)).get("-tune") == tune


def plays_of(path):
    """How often browsers play a file, 0 for ever, from its bytes alone."""
    content = path.read_bytes()
    if path.suffix == ".webp":
        # ANIM: its size, four bytes of background, and the number of times.
        begin = content.index(b"ANIM")
        return int.from_bytes(content[begin + 12 : begin + 14], "little")
    begin = content.find(b"\x21\xff\x0bNETSCAPE2.0\x03\x01")
    if begin < 0:
        return 1
    repeats = int.from_bytes(content[begin + 16 : begin + 18], "little")
    return repeats + 1 if repeats else 0


@pytest.mark.parametrize("name", ["gif", "webp"])
@pytest.mark.parametrize("times", [0, 1, 2, 7, 65535])
def test_a_file_plays_as_often_as_its_encoder_is_told(name, times, tmp_path):
    form, path = FORMATS[name], tmp_path / f"film.{name}"
    size = 16 * 16 * (1 if form.pixel_format == "pal8" else 4)
    frames = b"".join(
        bytes([shade] * size) + bytes(range(256)) * 4 * (form.pixel_format == "pal8") for shade in (9, 99)
    )
    arguments = encode_arguments(form, path, StreamInfo(16, 16, 2, Fraction(5), times=times))
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *arguments], input=frames, check=True)
    assert plays_of(path) == times


def test_a_film_plays_as_often_as_told(tmp_path):
    options = {"steps": 2, "dim": 3, "pace": "even", "output": tmp_path}
    film = render.film("vanishing", **options, formats=("mp4", "gif", "webp"), loop=3)
    assert [plays_of(film.files[name]) for name in ("gif", "webp")] == [3, 3]
    assert film.remarks == ("mp4 plays as its player or page has it play, so --loop is not in it",)
    assert film.manifest["job"]["loop"] == 3
    assert "--loop 3" in film.manifest["command"]
    assert verify(film.files["gif"]).holds
    for loop in (-1, 65_536):
        with pytest.raises(UsageError, match="loop must be from 0 to 65,535, but it is"):
            render.film("vanishing", **options, loop=loop)
