"""What flashes too much, held against a reference pixel by pixel and against films whose flashing is known."""

import pickle
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from render.video.flashes import LARGEST_SHARE, FlashMeter

BLACK, WHITE, RED = (0, 0, 0), (255, 255, 255), (255, 0, 0)


# The reference: one pixel at a time, its whole past at hand.


def light_of(color):
    """Linear red, green and blue, by the formula of WCAG 2.1."""
    shares = [channel / 255 for channel in color]
    return [share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]


def luminance_of(color):
    red, green, blue = light_of(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def redness_of(color):
    red, green, blue = light_of(color)
    return max(0, (red - green - blue) * 320)


def is_saturated(color):
    return sum(light_of(color)) > 0 and light_of(color)[0] / sum(light_of(color)) >= 0.8


def changes_of(levels, marked, least):
    """Return the frames at which a level had gone far enough from its last extreme, back from where it had come."""
    frames, way, begin, extreme, counted = [], 0, 0, 0, True
    for now, level in enumerate(levels):
        if not way:
            up, down = level - min(levels[: now + 1]) >= least, max(levels[: now + 1]) - level >= least
            if up or down:
                way, extreme, counted = (1 if up else -1), now, False
        elif (level - levels[extreme]) * way >= 0:
            extreme = now
        elif (levels[extreme] - level) * way >= least:
            way, begin, extreme, counted = -way, extreme, now, False
        if not counted and any(marked[begin : now + 1]):
            frames.append(now)
            counted = True
    return frames


def share_that_flashes(films, fps, level_of, is_marked, least):
    """Return the largest share of films of single pixels that have four flashes begun within one second."""
    found = [changes_of([*map(level_of, film)], [*map(is_marked, film)], least) for film in films]
    return max(
        sum(sum(frame <= now and (now - frame) / fps < 1 for frame in changes) >= 7 for changes in found) / len(films)
        for now in range(len(films[0]))
    )


def near(colors, level_of, least):
    """Whether two of some colours differ by just about the least change."""
    return any(abs(abs(level_of(a) - level_of(b)) / least - 1) < 0.01 for a in colors for b in colors)


def palette(rng, hue):
    """Return colours that are no borderline cases."""
    colors = []
    while len(colors) < 12:
        value = rng.integers(0, 256, 3)
        if hue == "grey":
            value[:] = value[0]
        if hue == "bright":
            value[:] = 225 + value[0] % 31
        if hue == "red":
            value[1:] //= rng.integers(1, 9)
        more = [*colors, tuple(value.tolist())]
        if not (near(more, luminance_of, 0.1) or near(more, redness_of, 20)):
            colors = more
    return colors


@pytest.mark.parametrize("fps", [Fraction(25, 2), 29.97, Fraction(24000, 1001), 60, 120])
@pytest.mark.parametrize("hue", ["any", "grey", "bright", "red"])
@pytest.mark.parametrize("walks", [False, True])
def test_it_sees_what_a_pixel_by_pixel_search_sees(fps, hue, walks):
    rng = np.random.default_rng([int(fps), len(hue), walks])
    colors = sorted(palette(rng, hue), key=luminance_of)
    lasting = rng.integers(1, max(2, int(fps) // 6), 40)
    if walks:
        places = np.abs(np.cumsum(rng.integers(-2, 3, (40, 6)), axis=0)) % len(colors)
    else:
        places = rng.integers(0, len(colors), (40, 6))
    shown = np.array(colors, np.uint8)[places]
    films = [[tuple(c) for c in film] for film in np.repeat(shown, lasting, axis=0).transpose(1, 0, 2).tolist()]
    general = share_that_flashes(films, fps, luminance_of, lambda c: luminance_of(c) < 0.8, 0.1)
    red = share_that_flashes(films, fps, redness_of, is_saturated, 20)

    meter = FlashMeter(fps)
    for picture, frames in zip(shown, lasting, strict=True):
        meter.see(np.kron(picture.reshape(2, 3, 3), np.ones((8, 8, 1), np.uint8)), int(frames))
    assert (meter.general, meter.red) == pytest.approx((general, red))


# Films whose flashing is known.


def grey(luminance):
    """Return the grey whose luminance is nearest."""
    return min(((g, g, g) for g in range(256)), key=lambda color: abs(luminance_of(color) - luminance))


def frame(color, width=1280, height=720, size=(80, 48)):
    """Return a frame with a rectangle of a colour, on grey."""
    pixels = np.full((size[1], size[0], 4), (128, 128, 128, 255), np.uint8)
    pixels[:height, :width, :3] = color
    return pixels


def seen(pictures, fps=24):
    """Return a meter that has seen pictures, each with the number of its frames."""
    meter = FlashMeter(fps)
    for picture, frames in pictures:
        meter.see(picture, frames)
    return meter


def blinking(first, second, frames, times=30, **size):
    """Return a film that changes between two colours so many times."""
    both = frame(first, **size), frame(second, **size)
    return [(both[number % 2], frames) for number in range(times + 1)]


def test_three_flashes_a_second_are_not_too_many_and_four_are():
    assert seen(blinking(BLACK, WHITE, 4)).general == 0
    assert seen(blinking(BLACK, WHITE, 3)).general == 1
    # Seven changes within a second are three pairs and a half.
    assert not seen(blinking(BLACK, WHITE, 4), 28).safe
    assert seen(blinking(BLACK, WHITE, 4), 27.9).general == 1
    assert seen(blinking(BLACK, WHITE, 20), 120).safe
    assert not seen(blinking(BLACK, WHITE, 15), 120).safe


def test_flashes_that_end_within_a_second_count():
    assert seen(blinking(BLACK, WHITE, 1, times=6)).safe
    assert not seen(blinking(BLACK, WHITE, 1, times=7)).safe
    assert not seen(blinking(WHITE, BLACK, 1, times=7)).safe
    # Three flashes, and after a pause again.
    assert seen([*blinking(BLACK, WHITE, 1, times=5), *blinking(BLACK, WHITE, 1, times=5)]).general == 1
    assert seen([*blinking(BLACK, WHITE, 1, times=5)[:-1], (frame(WHITE), 24), *blinking(BLACK, WHITE, 1, 5)]).safe


@pytest.mark.parametrize(("width", "height", "safe"), [(21 * 8, 19 * 8, True), (20 * 8, 20 * 8, False)])
def test_a_quarter_of_ten_degrees_may_flash(width, height, safe):
    share = width * height / (1280 * 720)
    assert abs(share / LARGEST_SHARE - 1) < 0.002
    meter = seen(blinking(BLACK, WHITE, 3, width=width, height=height, size=(1280, 720)))
    assert meter.general == pytest.approx(share)
    assert (meter.safe, share <= LARGEST_SHARE) == (safe, safe)


def test_areas_that_flash_at_different_times_do_not_add_up():
    left, right = (slice(None), slice(0, 8)), (slice(None), slice(64, 72))
    pictures = []
    for area in (left, right):
        for number in range(9):
            pictures.append((frame((128, 128, 128)), 2))
            pictures[-1][0][(*area, slice(3))] = (BLACK, WHITE)[number % 2]
        pictures.append((frame((128, 128, 128)), 48))
    assert seen(pictures).general == 0.1


@pytest.mark.parametrize(
    ("first", "second", "flashes"),
    [
        (0.30, 0.39, False),
        (0.30, 0.41, True),
        (0.0, 0.09, False),
        (0.0, 0.11, True),
        # The darker of two bright images has to be below 0.80.
        (0.82, 1.0, False),
        (0.78, 1.0, True),
        (0.78, 0.87, False),
    ],
)
def test_a_tenth_of_the_brightest_is_a_change(first, second, flashes):
    assert abs(luminance_of(grey(second)) - luminance_of(grey(first)) - (second - first)) < 0.006
    meter = seen(blinking(grey(first), grey(second), 3))
    assert (meter.general, meter.red) == (flashes, 0)


def test_bright_dips_between_dark_ones_do_not_count():
    dips = [grey(level) for level in (1, 0.85, 1, 0.5)]
    pictures = [(frame(dips[number % 4]), 3) for number in range(40)]
    # Eight changes a second, half of them between bright images.
    assert seen(pictures).safe
    assert not seen([(picture, 1) for picture, _ in pictures]).safe


def test_small_changes_in_one_direction_add_up():
    up = [grey(0.2 + 0.03 * number) for number in range(5)]
    assert all(luminance_of(b) - luminance_of(a) < 0.05 for a, b in pairwise(up))
    wave = [(frame(color), 1) for _ in range(12) for color in (*up[:-1], *up[:0:-1])]
    assert not seen(wave, 32).safe
    assert seen(wave, 24).safe
    # Without coming down again, there is no pair; nor where it comes down by less.
    assert seen([(frame((g, g, g)), 1) for g in range(256)]).general == 0
    assert seen([(frame(grey(0.1 * n + 0.07 * (n % 2))), 1) for n in range(10)]).general == 0


@pytest.mark.parametrize(
    ("first", "second", "general", "red"),
    [
        # A luminance of 0.03: red alone.
        (BLACK, (100, 0, 0), False, True),
        (BLACK, (70, 0, 0), False, False),
        (BLACK, RED, True, True),
        ((0, 0, 255), (180, 0, 0), False, True),
        # No saturated red: R / (R + G + B) is 0.71.
        (BLACK, (120, 55, 55), False, False),
        (BLACK, (120, 40, 40), False, True),
        # One state is saturated, and less red than the other.
        ((95, 0, 0), (150, 60, 60), False, True),
        ((120, 55, 55), (150, 60, 60), False, False),
        # What is less red than it is anything else counts as zero.
        ((0, 140, 0), (0, 0, 250), True, False),
    ],
)
def test_red(first, second, general, red):
    meter = seen(blinking(first, second, 3))
    assert (meter.general, meter.red) == (general, red)
    assert meter.safe != (general or red)
    slow = seen(blinking(first, second, 4))
    assert (slow.general, slow.red) == (0, 0)


def test_red_that_gets_saturated_on_its_way():
    # The first step is large enough already, and neither of its ends is saturated.
    way = [WHITE, (255, 170, 170), RED, (255, 170, 170)]
    assert not any(map(is_saturated, way[:2]))
    assert redness_of(way[1]) > 20
    assert seen([(frame(way[number % 4]), 1) for number in range(60)], 16).red == 1
    assert seen([(frame(way[number % 2]), 1) for number in range(60)], 16).red == 0


def test_a_picture_that_stays():
    still = frame(WHITE)
    assert seen([(still, 1)] * 100).general == 0
    assert seen(blinking(BLACK, WHITE, 10_000_000)).safe
    assert seen([]).safe
    blinks = blinking(BLACK, WHITE, 3, width=40)
    frames = seen([(picture, 1) for picture, count in blinks for _ in range(count)])
    assert frames.general == seen(blinks).general == 0.5


def test_pictures_of_three_channels_and_of_one_canvas():
    blinks = blinking(BLACK, RED, 3, width=40, height=24)
    opaque = seen([(picture[..., :3], frames) for picture, frames in blinks])
    canvas, same = np.empty((48, 80, 4), np.uint8), FlashMeter(24)
    for picture, frames in blinks:
        canvas[:] = picture
        same.see(canvas, frames)
    assert (opaque.general, opaque.red) == (same.general, same.red) == (0.25, 0.25)
    # A canvas of one sample is looked at through a copy, too.
    tiny, meter = np.zeros((8, 8, 4), np.uint8), FlashMeter(24)
    for number in range(9):
        tiny[:] = 255 * (number % 2)
        meter.see(tiny)
    assert meter.general == 1


def test_what_it_keeps_does_not_grow():
    meter, sizes = FlashMeter(120), []
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (72, 128, 4), np.uint8) for _ in range(7)]
    for number in range(3000):
        meter.see(pictures[number % 7])
        if number % 1000 == 999:
            sizes.append(len(pickle.dumps(meter)))
    assert max(sizes) < 1.05 * min(sizes)
    assert sizes[0] < 500_000
