"""Frames that repeat a picture, put into MP4 files: decoded by ffmpeg, which has not written them."""

from fractions import Fraction
from itertools import accumulate, pairwise

import imageio_ffmpeg
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from render.errors import EncodeError
from render.video.decoder import frames_of, times_of
from render.video.encoder import Encoder, StreamInfo
from render.video.ffmpeg import Ffmpeg
from render.video.formats import FORMATS
from render.video.h264 import MOST_REPEATS
from render.video.mp4 import repeat_pictures
from tests.films import ffmpeg


def pictures(count, width, height, seed=0):
    """Return the bytes of pictures that differ in a part of their area."""
    rng = np.random.default_rng(seed)
    luma = np.full((height, width), 235, np.uint8)
    frames = []
    for _ in range(count):
        top, left = rng.integers(0, height - 8), rng.integers(0, width - 8)
        luma[top : top + 40, left : left + 60] = rng.integers(16, 235)
        frames.append(np.concatenate([luma.reshape(-1), np.full(width * height // 2, 128, np.uint8)]))
    return frames


def encoded(path, times, fps=Fraction(25, 2), size=(320, 240), seed=0):
    """Encode pictures, each for so many frames; return ffmpeg and the frames with which pictures begin."""
    frames = pictures(len(times), *size, seed)
    path.touch()
    with (
        Ffmpeg(imageio_ffmpeg.get_ffmpeg_exe()) as program,
        Encoder(program, FORMATS["mp4"], path, StreamInfo(*size, sum(times), fps), 60) as encoder,
    ):
        for frame, lasting in zip(frames, times, strict=True):
            encoder.write(frame.data, lasting)
        encoder.end()
        encoder.finish()
        assert encoder.pictures == list(range(sum(times)))
    return program


def seen(path, decoder):
    """Return what a decoder of ffmpeg's makes of every frame."""
    found = ffmpeg("-c:v", decoder, "-i", path, "-fps_mode", "passthrough", "-f", "framemd5", "-")
    return [line.split(b",")[-1] for line in found.splitlines() if line.startswith(b"0,")]


def check(folder, times, fps=Fraction(25, 2), size=(320, 240), seed=0):
    """Compare a film with one of the same pictures, each shown once: every frame is as its picture there."""
    program = encoded(folder / "held.mp4", times, fps, size, seed)
    encoded(folder / "once.mp4", [1] * len(times), fps, size, seed)
    once, held = (list(frames_of(program, folder / name, *size)) for name in ("once.mp4", "held.mp4"))
    assert (len(once), len(held)) == (len(times), sum(times))
    begins = [0, *accumulate(times)]
    for picture, (begin, end) in zip(once, pairwise(begins), strict=True):
        assert all(np.array_equal(frame, picture) for frame in held[begin:end])
    found = times_of(program, folder / "held.mp4")
    assert [(start, lasting) for _, start, lasting in found] == [(k / fps, 1 / fps) for k in range(sum(times))]


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    times=st.lists(st.integers(1, 40), min_size=1, max_size=30),
    size=st.sampled_from([(64, 48), (320, 240), (720, 1280), (1920, 1080)]),
    seed=st.integers(0, 99),
)
def test_every_frame_shows_its_picture_at_its_time(tmp_path, times, size, seed):
    check(tmp_path, times[:4] if size[0] > 320 else times, size=size, seed=seed)


@pytest.mark.parametrize("references", ["1", "4", "16"])
@pytest.mark.parametrize("profile", ["main", "high"])
def test_frames_refer_to_earlier_pictures_however_long_these_are_shown(tmp_path, profile, references):
    """OpenH264 decodes as ffmpeg does, and each frame as its picture in the file without repetition."""
    path, times = tmp_path / "film.mp4", [3, 1, 90, 1, 1, 2, 40, 1, 7, 1] * 3
    source = ("-f", "lavfi", "-i", "testsrc=size=192x128:rate=10:duration=3", "-pix_fmt", "yuv420p", "-c:v", "libx264")
    usual = ("-bf", "0", "-preset", "superfast", "-g", "25", "-x264-params", "weightp=0:scenecut=0")
    ffmpeg("-y", *source, *usual, "-profile:v", profile, "-refs", references, path)
    once = seen(path, "h264")
    repeat_pictures(path, times)
    assert len(set(once)) == len(times)
    expected = [picture for picture, lasting in zip(once, times, strict=True) for _ in range(lasting)]
    assert seen(path, "h264") == expected
    assert seen(path, "libopenh264") == expected


def test_a_film_of_more_than_a_chunk_is_whole(tmp_path):
    """ffmpeg begins another chunk of media data after 1 MiB."""
    path, times = tmp_path / "film.mp4", [2, 1, 3, 1, 2, 1]
    noise = ("-f", "lavfi", "-i", "nullsrc=size=1280x720:rate=6:duration=1,geq=random(1)*255:128:128")
    usual = ("-pix_fmt", "yuv420p", "-c:v", "libx264", "-bf", "0", "-preset", "superfast", "-crf", "20")
    ffmpeg("-y", *noise, *usual, "-x264-params", "weightp=0", "-movflags", "+faststart", path)
    data = path.read_bytes()
    chunks = int.from_bytes(data[data.index(b"stco") + 8 :][:4], "big")
    assert chunks > 1
    once = seen(path, "h264")
    repeat_pictures(path, times)
    assert seen(path, "h264") == [picture for picture, lasting in zip(once, times, strict=True) for _ in range(lasting)]


@pytest.mark.slow
def test_a_picture_that_lasts_longer_than_frames_can_be_counted_comes_again(tmp_path):
    times = [2, 2 * MOST_REPEATS + 5, 1, 3]
    program = encoded(tmp_path / "film.mp4", times, size=(64, 48))
    encoded(tmp_path / "once.mp4", [1] * 4, size=(64, 48))
    once = [frame.copy() for frame in frames_of(program, tmp_path / "once.mp4", 64, 48)]
    held = frames_of(program, tmp_path / "film.mp4", 64, 48)
    for picture, lasting in zip(once, times, strict=True):
        assert all(np.array_equal(next(held), picture) for _ in range(lasting))
    assert next(held, None) is None


@pytest.mark.slow
@pytest.mark.parametrize("fps", ["50", "24000/1001", "30", "7", "1/3"])
def test_any_rate(tmp_path, fps):
    check(tmp_path, [5, 1, 1, 17, 3, 33], Fraction(fps))


@pytest.mark.slow
def test_frames_count_anew_from_every_key_frame(tmp_path):
    times = np.random.default_rng(5).integers(1, 5, 640).tolist()
    check(tmp_path, times)
    found = ffmpeg(
        "-skip_frame", "nokey", "-i", tmp_path / "held.mp4", "-fps_mode", "passthrough", "-f", "framecrc", "-"
    )
    keys = [int(line.split(b",")[1]) for line in found.splitlines() if line.startswith(b"0,")]
    begins = [0, *accumulate(times)]
    assert keys == [begins[300 * number] for number in range(3)]


def test_what_a_repeated_frame_takes(tmp_path):
    sizes = []
    for lasting in (1, 101):
        encoded(tmp_path / "film.mp4", [lasting, 1], size=(1280, 720))
        sizes.append((tmp_path / "film.mp4").stat().st_size)
    # With its place in the tables; x264 takes as much.
    assert sizes[1] - sizes[0] <= 100 * 41


def test_a_film_without_repetition_is_left_as_it_is(tmp_path):
    path = tmp_path / "no film.mp4"
    repeat_pictures(path, [1, 1, 1])
    assert not path.exists()


def test_files_that_are_not_as_they_should_be(tmp_path):
    path = tmp_path / "film.mp4"
    encoded(path, [1, 1, 1])
    whole = path.read_bytes()
    for wrong in ([2, 1], [1, 1, 1, 2]):
        with pytest.raises(EncodeError, match=f"3 of {len(wrong)} frames"):
            repeat_pictures(path, wrong)
    for broken in (b"", b"no film at all", whole[:700], whole[:-1], whole.replace(b"stsz", b"xxxx")):
        path.write_bytes(broken)
        with pytest.raises(EncodeError, match="not whole"):
            repeat_pictures(path, [2, 1, 1])
        assert path.read_bytes() == broken


@pytest.mark.parametrize(
    "other",
    [
        ("-bf", "2"),
        ("-profile:v", "high10", "-pix_fmt", "yuv420p10le"),
        ("-profile:v", "high422", "-pix_fmt", "yuv422p"),
        ("-coder", "cavlc"),
        ("-x264-params", "interlaced=1"),
        ("-x264-params", "weightp=2"),
    ],
)
def test_streams_of_another_kind_are_refused(tmp_path, other):
    path = tmp_path / "film.mp4"
    usual = ("-profile:v", "main", "-refs", "1", "-bf", "0", "-preset", "superfast", "-x264-params", "weightp=0")
    source = ("-f", "lavfi", "-i", "testsrc=size=128x96:rate=10:duration=0.5", "-pix_fmt", "yuv420p", "-c:v", "libx264")
    ffmpeg("-y", *source, *usual, *other, path)
    before = path.read_bytes()
    with pytest.raises(EncodeError, match="another kind of stream"):
        repeat_pictures(path, [2] * 5)
    assert path.read_bytes() == before
