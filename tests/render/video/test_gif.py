"""Delays of GIF files: written into files of two programs, and read back by two others."""

from fractions import Fraction
from itertools import accumulate

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from render.errors import EncodeError
from render.video.decoder import frames_of, times_of
from render.video.encoder import Encoder, StreamInfo
from render.video.ffmpeg import Ffmpeg
from render.video.formats import FORMATS
from render.video.gif import set_durations


def durations_of(path):
    """Return the milliseconds of each picture, as Pillow reads them."""
    with Image.open(path) as image:
        found = []
        for number in range(image.n_frames):
            image.seek(number)
            found.append(image.info["duration"])
        return found


def pictures(count, size=(16, 8)):
    """Return pictures that have colours of their own, and so tables of their own."""
    rng = np.random.default_rng(count)
    return [Image.fromarray(rng.integers(0, 256, (*size[::-1], 3), np.uint8)).quantize(64) for _ in range(count)]


def written(path, count=3, **options):
    """Return a GIF that Pillow has written, each picture for half a second."""
    first, *rest = pictures(count)
    first.save(path, save_all=True, append_images=rest, **{"duration": 500, "loop": 0, **options})
    assert durations_of(path) == [500] * count
    return path


@pytest.mark.parametrize(
    "options",
    [{}, {"comment": b"\x2c\x3b\x21\xf9\x04" * 100}, {"disposal": 2, "transparency": 3}, {"interlace": True}],
)
def test_each_picture_gets_its_duration(tmp_path, options):
    path = written(tmp_path / "a.gif", **options)
    before = path.read_bytes()
    set_durations(path, [20, 1230, 5000])
    assert durations_of(path) == [20, 1230, 5000]
    changed = [place for place, (a, b) in enumerate(zip(before, path.read_bytes(), strict=True)) if a != b]
    assert len(changed) <= 6
    set_durations(path, [500] * 3)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("milliseconds", "found"),
    [
        # A third of a second, thrice, is a second.
        ([333, 334, 333], [330, 340, 330]),
        ([35, 35, 35], [40, 30, 40]),
        # None is too short for browsers, and what one takes the next gives back.
        ([0, 1, 100], [20, 20, 60]),
        ([11, 11, 11], [20, 20, 20]),
        # The longest that two bytes hold; the next one is as long as before.
        ([655_350, 655_351, 40], [655_350, 655_350, 40]),
        ([10_000_000, 3_600_000, 70], [655_350, 655_350, 70]),
    ],
)
def test_hundredths_of_a_second(tmp_path, milliseconds, found):
    path = written(tmp_path / "a.gif")
    set_durations(path, milliseconds)
    assert durations_of(path) == found


def test_what_is_rounded_does_not_add_up(tmp_path):
    milliseconds = np.random.default_rng(0).integers(20, 90, 200).tolist()
    path = written(tmp_path / "a.gif", 200)
    set_durations(path, milliseconds)
    for found, right in zip(accumulate(durations_of(path)), accumulate(milliseconds), strict=True):
        assert abs(found - right) <= 5


def test_a_single_picture(tmp_path):
    path = written(tmp_path / "a.gif", 1)
    set_durations(path, [2500])
    assert durations_of(path) == [2500]


def test_files_that_are_broken(tmp_path):
    path = written(tmp_path / "a.gif", comment=b"by nobody")
    whole = path.read_bytes()
    for wrong in (2, 4):
        with pytest.raises(EncodeError, match=f"3 of {wrong} pictures to the gif file, so try again"):
            set_durations(path, [100] * wrong)
        assert path.read_bytes() == whole
    for kept in range(len(whole)):
        path.write_bytes(whole[:kept])
        with pytest.raises(EncodeError, match=r"wrote [012] of 3 pictures|without its end"):
            set_durations(path, [100] * 3)
        assert path.read_bytes() == whole[:kept]
    for content in (b"", b"no picture", b"GIF89a" + b"\xff" * 2000, whole.replace(b"GIF89a", b"GIF87a")):
        path.write_bytes(content)
        with pytest.raises(EncodeError, match="wrote 0 of 1 pictures"):
            set_durations(path, [100])
    # Bytes changed at random end in an error or in a file of the same length.
    rng = np.random.default_rng(0)
    for _ in range(300):
        content = bytearray(whole)
        content[rng.integers(len(whole))] = rng.integers(256)
        path.write_bytes(content)
        try:
            set_durations(path, [100] * 3)
        except EncodeError:
            assert path.read_bytes() == content
        assert len(path.read_bytes()) == len(whole)


# ffmpeg's own files


def encoded(path, shown, fps, width=64, height=48):
    """Encode frames of so many pictures, given by number, and return the frames with which pictures begin."""
    rng = np.random.default_rng(1)
    colors = rng.integers(0, 256, (256, 4), np.uint8)
    colors[:, 3] = 255
    frames = [rng.integers(0, 256, width * height, np.uint8) for _ in range(max(shown) + 1)]
    # Some differ from others by a single pixel, others in nothing but the place of a colour.
    for number in range(2, len(frames), 3):
        frames[number] = frames[number - 1].copy()
        frames[number][-1] ^= 1
    colors[7] = colors[8]
    sent = [np.concatenate([frame, colors.reshape(-1)]) for frame in frames]
    path.touch()
    stream = StreamInfo(width, height, len(shown), fps)
    with (
        Ffmpeg(imageio_ffmpeg.get_ffmpeg_exe()) as ffmpeg,
        Encoder(ffmpeg, FORMATS["gif"], path, stream, 60) as encoder,
    ):
        for number in shown:
            encoder.write(sent[number].data)
        encoder.end()
        encoder.finish()
        begins = encoder.pictures
    looks = [colors[frames[shown[begin]], 2::-1].reshape(height, width, 3) for begin in begins]
    return ffmpeg, begins, looks


@pytest.mark.slow
@pytest.mark.parametrize("fps", ["50", "48", "30", "24000/1001", "12.5", "7", "1/3"])
def test_a_picture_lasts_for_all_frames_that_repeat_it(tmp_path, fps):
    fps = Fraction(fps)
    rng = np.random.default_rng(int(10 * fps))
    shown = np.repeat(np.arange(40) % 13, rng.integers(1, 6, 40)).tolist() + [3] * 90
    path = tmp_path / "a.gif"
    ffmpeg, begins, looks = encoded(path, shown, fps)
    assert begins == [0, *(number for number in range(1, len(shown)) if shown[number] != shown[number - 1])]
    hundredth = Fraction(1, 100)
    starts = [begin / fps for begin in begins]
    ends = [*starts[1:], len(shown) / fps]
    times = times_of(ffmpeg, path)
    assert len(times) == len(begins)
    for (stream, start, lasting), right, end in zip(times, starts, ends, strict=True):
        assert stream == 0
        assert abs(start - right) <= hundredth
        assert abs(start + lasting - end) <= hundredth
    assert durations_of(path) == [1000 * lasting for _, _, lasting in times]
    found = [*frames_of(ffmpeg, path, 64, 48)]
    assert len(found) == len(looks)
    assert all(np.array_equal(frame, look) for frame, look in zip(found, looks, strict=True))


@pytest.mark.slow
def test_frames_that_differ_in_nothing_one_can_see_are_pictures_all_the_same(tmp_path):
    colors = np.full((256, 4), 255, np.uint8)
    path, frames = tmp_path / "a.gif", 6
    path.touch()
    stream = StreamInfo(64, 48, frames, Fraction(10))
    with (
        Ffmpeg(imageio_ffmpeg.get_ffmpeg_exe()) as ffmpeg,
        Encoder(ffmpeg, FORMATS["gif"], path, stream, 60) as encoder,
    ):
        for number in range(frames):
            encoder.write(np.concatenate([np.full(64 * 48, number, np.uint8), colors.reshape(-1)]).data)
        encoder.end()
        encoder.finish()
    assert durations_of(path) == [100] * frames


@pytest.mark.slow
def test_a_film_that_stands_still(tmp_path):
    path = tmp_path / "a.gif"
    _, begins, _ = encoded(path, [0] * 1000, Fraction(25))
    assert (begins, durations_of(path)) == ([0], [40_000])
    _, begins, _ = encoded(path, [0], Fraction(25))
    assert (begins, durations_of(path)) == ([0], [40])
    # Longer than a GIF can hold a picture.
    _, begins, _ = encoded(path, [0] * 700 + [1] * 2, Fraction(1))
    assert (begins, durations_of(path)) == ([0, 700], [655_350, 2000])
