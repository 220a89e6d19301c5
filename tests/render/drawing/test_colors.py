"""Colours: maps blended as CIELAB says, and how far apart people see them."""

import mpmath
import numpy as np
import pytest

from render.drawing.colors import blended, color_index, from_linear, linear, thinned, to_lab
from render.drawing.perception import contrast, delta_e2000, lab_difference, relative_luminance, simulated

STOPS = [(0, 74, 102), (75, 165, 190), (255, 255, 255), (223, 159, 44), (124, 64, 0)]

# G. Sharma, W. Wu, E. N. Dalal, 2005, table 1: all pairs but those that repeat others in the other order.
SHARMA = [
    (50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425),
    (50, 3.1571, -77.2803, 50, 0, -82.7485, 2.8615),
    (50, 2.8361, -74.0200, 50, 0, -82.7485, 3.4412),
    (50, -1.3802, -84.2814, 50, 0, -82.7485, 1.0000),
    (50, -1.1848, -84.8006, 50, 0, -82.7485, 1.0000),
    (50, -0.9009, -85.5211, 50, 0, -82.7485, 1.0000),
    (50, 0, 0, 50, -1, 2, 2.3669),
    (50, 2.4900, -0.0010, 50, -2.4900, 0.0009, 7.1792),
    (50, 2.4900, -0.0010, 50, -2.4900, 0.0010, 7.1792),
    (50, 2.4900, -0.0010, 50, -2.4900, 0.0011, 7.2195),
    (50, 2.4900, -0.0010, 50, -2.4900, 0.0012, 7.2195),
    (50, -0.0010, 2.4900, 50, 0.0009, -2.4900, 4.8045),
    (50, -0.0010, 2.4900, 50, 0.0010, -2.4900, 4.8045),
    (50, -0.0010, 2.4900, 50, 0.0011, -2.4900, 4.7461),
    (50, 2.5, 0, 50, 0, -2.5, 4.3065),
    (50, 2.5, 0, 73, 25, -18, 27.1492),
    (50, 2.5, 0, 61, -5, 29, 22.8977),
    (50, 2.5, 0, 56, -27, -3, 31.9030),
    (50, 2.5, 0, 58, 24, 15, 19.4535),
    (50, 2.5, 0, 50, 3.1736, 0.5854, 1.0000),
    (50, 2.5, 0, 50, 3.2972, 0, 1.0000),
    (50, 2.5, 0, 50, 1.8634, 0.5757, 1.0000),
    (50, 2.5, 0, 50, 3.2592, 0.3350, 1.0000),
    (60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644),
    (63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630),
    (61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731),
    (35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645),
    (22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373),
    (36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146),
    (90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441),
    (90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381),
    (6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377),
    (2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082),
]


def matrix():
    """Of sRGB to XYZ, from the chromaticities of red, green, blue and D65 alone."""
    columns = []
    for x, y in (("0.64", "0.33"), ("0.30", "0.60"), ("0.15", "0.06"), ("0.3127", "0.3290")):
        x, y = mpmath.mpf(x), mpmath.mpf(y)
        columns.append([x / y, mpmath.mpf(1), (1 - x - y) / y])
    primaries, white = mpmath.matrix(columns[:3]).T, mpmath.matrix(columns[3])
    return primaries * mpmath.diag(list(mpmath.lu_solve(primaries, white))), white


def lab_of(color):
    """Lightness, a* and b* by the formulas of CIE 15."""
    to_xyz, white = matrix()
    light = []
    for channel in color:
        share = mpmath.mpf(channel) / 255
        light.append(share / mpmath.mpf("12.92") if share <= 0.04045 else ((share + 0.055) / 1.055) ** mpmath.mpf(2.4))
    roots = []
    for value, full in zip(to_xyz * mpmath.matrix(light), white, strict=True):
        share = value / full
        small = share <= mpmath.mpf(216) / 24389
        roots.append((mpmath.mpf(24389) / 27 * share + 16) / 116 if small else mpmath.cbrt(share))
    return mpmath.matrix([116 * roots[1] - 16, 500 * (roots[0] - roots[1]), 200 * (roots[1] - roots[2])])


def color_of(lab):
    """The sRGB colour of L*, a* and b*, not rounded."""
    to_xyz, white = matrix()
    y = (lab[0] + 16) / 116
    roots = [y + lab[1] / 500, y, y - lab[2] / 200]
    shares = [r**3 if r**3 > mpmath.mpf(216) / 24389 else (116 * r - 16) * 27 / 24389 for r in roots]
    light = mpmath.lu_solve(to_xyz, mpmath.matrix([s * w for s, w in zip(shares, white, strict=True)]))
    return [
        255 * (12.92 * v if v <= 0.0031308 else 1.055 * mpmath.mpf(v) ** (mpmath.mpf(1) / mpmath.mpf(2.4)) - 0.055)
        for v in light
    ]


@pytest.mark.parametrize(
    ("color", "lab"),
    [
        ((255, 0, 0), (53.2408, 80.0925, 67.2032)),
        ((0, 255, 0), (87.7347, -86.1827, 83.1793)),
        ((0, 0, 255), (32.2970, 79.1875, -107.8602)),
        ((255, 255, 255), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
    ],
)
def test_lab_of_the_primaries_is_that_of_tables(color, lab):
    assert to_lab(color) == pytest.approx(lab, abs=1e-3)


def test_lab_is_that_of_its_definition():
    for color in [*np.random.default_rng(0).integers(0, 256, (50, 3)).tolist(), [3, 2, 1], [10, 10, 11]]:
        # White of tables has five digits.
        assert to_lab(color) == pytest.approx([float(v) for v in lab_of(color)], abs=0.03)


def test_light_goes_to_colours_and_back():
    colors = np.random.default_rng(0).integers(0, 256, (500, 3))
    assert from_linear(linear(colors)) == pytest.approx(colors, abs=1e-6)
    assert from_linear(np.array([-0.5, 0.0, 1.5])).tolist() == [0, 0, pytest.approx(255)]


def test_maps_are_straight_between_stops_in_lab():
    colors = blended("own", STOPS).colors
    labs = [lab_of(stop) for stop in STOPS]
    for index in (1, 20, 50, 63, 90, 126, 129, 150, 200, 254):
        # The two in the middle are both the third stop.
        place = mpmath.mpf(index - (index > 127)) / 254 * 4
        left = int(place)
        wanted = color_of(labs[left] + (place - left) * (labs[left + 1] - labs[left]))
        assert colors[index].tolist() == pytest.approx([float(v) for v in wanted], abs=0.6), index


def test_maps_of_an_even_number_of_stops_are_evenly_spaced():
    colors = blended("own", STOPS[:2]).colors
    first, last = map(lab_of, STOPS[:2])
    for index in (1, 100, 127, 128, 200):
        wanted = color_of(first + mpmath.mpf(index) / 255 * (last - first))
        assert colors[index].tolist() == pytest.approx([float(v) for v in wanted], abs=0.6)


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_maps_end_with_the_colours_given(count):
    made = blended("own", STOPS[:count])
    assert made.name == "own"
    assert made.colors.shape == (256, 3)
    assert made.colors.dtype == np.uint8
    assert tuple(made.colors[0]) == STOPS[0]
    assert tuple(made.colors[255]) == STOPS[count - 1]
    if count % 2:
        assert tuple(made.colors[127]) == tuple(made.colors[128]) == STOPS[count // 2]
    with pytest.raises(ValueError, match="read-only"):
        made.colors[0] = 0


def test_numbers_near_zero_have_the_middle_and_opposite_ones_are_equally_far():
    mirrored = blended("own", STOPS[:3] + STOPS[1::-1]).colors
    values = np.random.default_rng(0).normal(size=1000) / 3
    mine, theirs = (mirrored[color_index(sign * values, (-1.0, 1.0))] for sign in (1, -1))
    assert np.array_equal(mine, theirs)
    assert (mirrored[color_index(np.array([0.0, -1e-17, 1e-17, -1e-3]), (-2.0, 2.0))] == STOPS[2]).all()


def test_colour_places_are_those_of_matplotlib():
    import matplotlib

    values = np.concatenate([np.random.default_rng(0).normal(size=4000), [-2.0, 2.0, 0.0, np.inf, -np.inf]])
    colors = blended("own", STOPS).colors
    theirs = matplotlib.colors.ListedColormap(colors / 255)(matplotlib.colors.Normalize(-2, 2, clip=True)(values))
    assert np.array_equal(colors[color_index(values, (-2.0, 2.0))], np.round(theirs[:, :3] * 255))
    # Zero is in the neutral middle.
    assert color_index(np.zeros(1), (-3.0, 3.0))[0] == 128


@pytest.mark.parametrize("within", [0, 2, 9])
def test_thinned_rows_have_a_colour_near_each(within):
    row = np.vstack([blended("own", STOPS).colors, np.random.default_rng(0).integers(0, 256, (20, 3), np.uint8)])
    kept = thinned(row, within).astype(int)
    assert np.abs(row[:, None].astype(int) - kept).max(axis=2).min(axis=1).max() <= within
    assert len(kept) <= len(np.unique(row, axis=0))
    assert len(thinned(row[:0], within)) == 0


@pytest.mark.parametrize("pair", SHARMA, ids=lambda pair: f"{pair[:6]}")
def test_differences_are_those_published(pair):
    a, b = np.array(pair[:3]), np.array(pair[3:6])
    assert lab_difference(a, b) == pytest.approx(pair[6], abs=5e-5)
    assert lab_difference(b, a) == pytest.approx(pair[6], abs=5e-5)


def test_differences_of_colours_are_those_of_their_lab_values():
    a, b = np.random.default_rng(0).integers(0, 256, (2, 30, 3))
    assert delta_e2000(a, b) == pytest.approx(lab_difference(to_lab(a), to_lab(b)))
    assert delta_e2000(a, a) == pytest.approx(0)
    assert float(delta_e2000((0, 0, 0), (255, 255, 255))) == pytest.approx(100, abs=1e-3)


def test_contrasts_are_those_of_wcag():
    assert relative_luminance((255, 255, 255)) == pytest.approx(1)
    assert relative_luminance((0, 0, 0)) == 0
    assert relative_luminance((255, 0, 0)) == pytest.approx(0.2126)
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    # The lightest grey for text on white.
    assert contrast((255, 255, 255), (0x76, 0x76, 0x76)) == pytest.approx(4.54, abs=5e-3)
    assert contrast((0x77, 0x77, 0x77), (255, 255, 255)) == pytest.approx(4.48, abs=5e-3)


def test_colours_are_seen_as_published():
    assert np.rint(simulated((255, 0, 0), "deuteranopia")).tolist() == [163, 144, 0]
    assert np.rint(simulated((255, 0, 0), "protanopia")).tolist() == [109, 95, 0]
    for kind in ("normal", "deuteranopia", "protanopia"):
        greys = np.repeat(np.arange(0, 256, 15)[:, None], 3, axis=1)
        assert simulated(greys, kind) == pytest.approx(greys, abs=0.01)
    assert simulated((12, 200, 90), "normal") == pytest.approx((12, 200, 90))
