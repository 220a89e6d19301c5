"""Themes: text that can be read, roles that all eyes tell apart, zero that is the page; and files of one's own."""

import json
from itertools import combinations

import numpy as np
import pytest

from render.drawing.marks import MarksCanvas, Text
from render.drawing.perception import contrast, delta_e2000, simulated
from render.drawing.themes import ROLE_NAMES, THEMES, find_theme, read_theme
from render.errors import UsageError
from render.pipeline.job import FilmOptions
from render.pipeline.painter import Painter
from render.pipeline.scene_run import resolve

SIGHTS = ("normal", "deuteranopia", "protanopia")
BOTH = pytest.mark.parametrize("theme", list(THEMES.values()), ids=list(THEMES))


def rgb(code):
    return tuple(bytes.fromhex(code.removeprefix("#")))


@pytest.fixture
def own(tmp_path):
    """Write a theme's file and return its path."""

    def write(text, name="my.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@BOTH
def test_all_text_can_be_read(theme):
    for name in ("ink", "muted", *ROLE_NAMES):
        assert contrast(theme.role(name), theme.background) >= 4.5, name


@BOTH
@pytest.mark.parametrize("kind", SIGHTS)
def test_roles_are_told_apart(theme, kind):
    for one, other in combinations(ROLE_NAMES, 2):
        assert delta_e2000(*simulated([theme.role(one), theme.role(other)], kind)) >= 20, (one, other)


@BOTH
def test_zero_is_the_page_and_the_signs_are_far_apart(theme):
    colors = theme.sign.colors
    assert tuple(colors[127]) == tuple(colors[128]) == theme.background
    for kind in SIGHTS:
        assert delta_e2000(*simulated(colors[[0, 255]], kind)) >= 34
    # The further from zero, the further from the page.
    away = delta_e2000(colors, theme.background)
    assert (np.diff(away[:128]) < 0.3).all()
    assert (np.diff(away[128:]) > -0.3).all()


def test_maps_end_as_they_are_given():
    light, dark = THEMES["light"], THEMES["dark"]
    ends = [tuple(map(tuple, own.colors[[0, 255]])) for own in (light.sign, light.field, dark.sign, dark.field)]
    assert ends == [
        (rgb("#004a66"), rgb("#7c4000")),
        (rgb("#f7f8f9"), rgb("#aeb6c0")),
        (rgb("#9be9fb"), rgb("#ffd98a")),
        (rgb("#1b2028"), rgb("#58616e")),
    ]
    assert len({own.name for theme in THEMES.values() for own in (theme.sign, theme.field)}) == 4


@BOTH
def test_fields_are_greys_that_change_evenly(theme):
    colors = theme.field.colors.astype(int)
    assert (colors.max(axis=1) - colors.min(axis=1)).max() <= 24
    steps = np.diff(colors, axis=0)
    assert (steps >= 0).all() or (steps <= 0).all()


@BOTH
def test_roles_have_names(theme):
    assert [theme.role(name) for name in ROLE_NAMES] == list(theme.inks[3:])
    assert theme.inks[:3] == (theme.ink, theme.muted, theme.grid)
    assert (theme.role("ink"), theme.role("muted")) == (theme.ink, theme.muted)
    with pytest.raises(UsageError, match="there is no role 'vanishing', did you mean 'vanish'"):
        theme.role("vanishing")
    with pytest.raises(UsageError, match="there is no role 'q', choose from vanish, explode, keep, data, theory, warn"):
        theme.role("q")
    with pytest.raises(UsageError, match="there is no role 3, choose"):
        theme.role(3)


def test_themes_by_name():
    assert find_theme("dark") is THEMES["dark"]
    with pytest.raises(UsageError, match="there is no theme 'pink', choose from light, dark"):
        find_theme("pink")
    with pytest.raises(UsageError, match="there is no theme 'drak', did you mean 'dark'"):
        find_theme("drak")
    for wrong in (None, 3, ["light"]):
        with pytest.raises(UsageError, match="there is no theme"):
            find_theme(wrong)


def looks(theme):
    fields = (theme.background, theme.tint, *theme.inks)
    return fields, theme.sign.colors.tolist(), theme.field.colors.tolist()


def test_an_empty_file_is_the_light_theme(own):
    data = read_theme(own(""))
    assert data["name"] == "my"
    assert looks(find_theme(data)) == looks(THEMES["light"])
    assert looks(find_theme(read_theme(own('base = "dark"')))) == looks(THEMES["dark"])


HOUSE = """
name = "House style"
base = "dark"
background = "#10141C"
ink = "#FFFFFF"
muted = "#b0b0b0"
grid = "#404040"
tint = "#202020"
sign = ["#9be9fb", "#10141c", "#ffd98a"]
field = ["#202020", "#303030", "#606060"]

[roles]
vanish = "#7080ff"
"""


def test_a_file_may_say_everything(own):
    data = read_theme(str(own(HOUSE)))
    theme = find_theme(data)
    assert theme.name == "House style"
    assert (theme.background, theme.ink, theme.muted) == (rgb("10141c"), rgb("ffffff"), rgb("b0b0b0"))
    assert (theme.grid, theme.tint) == (rgb("404040"), rgb("202020"))
    assert (theme.vanish, theme.explode) == (rgb("7080ff"), THEMES["dark"].explode)
    assert theme.sign.colors[[0, 127, 128, 255]].tolist() == [[*rgb(c)] for c in (
        "9be9fb", "10141c", "10141c", "ffd98a")]  # fmt: skip
    assert theme.field.colors[[0, 255]].tolist() == [[32] * 3, [96] * 3]
    assert {theme.sign.name, theme.field.name} == {"House style-sign", "House style-field"}


@pytest.mark.parametrize("text", ["", HOUSE, 'base = "dark"'])
def test_the_data_of_a_file_are_plain_and_give_the_same_theme(own, text):
    data = read_theme(own(text))
    again = json.loads(json.dumps(data))
    assert again == data
    assert looks(find_theme(again)) == looks(find_theme(data))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "colour = 3",
            "has 'colour', which is none of its keys, choose from name, base, font, background",
        ),
        ("bakground = 3", "'bakground', which is none of its keys, did you mean 'background'?"),
        ("[roles]\nvanishes = '#000000'", "'vanishes', which is none of its roles, did you mean 'vanish'?"),
        ("roles = 3", "has 3 for roles, but they are a table, so write [roles] above them"),
        ("base = 'pink'", "has the base 'pink', choose from light, dark"),
        ("base = ['light']", "has the base ['light'], did you mean 'light'?"),
        ("name = 3", "has 3 for name, but that is one line of text"),
        ("name = ' '", "has ' ' for name, but that is one line of text"),
        ('name = "a\\nb"', "for name, but that is one line of text"),
        (
            'font = "House Sans"',
            "has the font 'House Sans', which is not installed, so install it or leave the key out",
        ),
        ('font = "Dejavu Serif"', "has the font 'Dejavu Serif', which is not installed, did you mean 'DejaVu Serif'?"),
        ("font = 3", "has 3 for font, but that is the name of an installed one, so write it so"),
        ("ink = 'black'", "has 'black' for ink, but a colour is like '#1957fe', so write it so"),
        ("ink = '#12345'", "has '#12345' for ink, but a colour is"),
        ("grid = '#12345g'", "has '#12345g' for grid, but a colour is"),
        ("tint = 0x123456", "has 1193046 for tint, but a colour is"),
        ("[roles]\nkeep = []", "has [] for keep, but a colour is"),
        ("sign = '#000000'", "has '#000000' for sign, but that is a list of colours"),
        ("sign = ['#000000', 'x', '#ffffff']", "has 'x' for sign, but a colour is"),
        ("sign = ['#000000', '#ffffff']", "has a list of 2 for sign, but it takes an odd number from 3 to 33"),
        ("field = ['#000000']", "has a list of 1 for field, but it takes 2 to 33, so add or leave out some"),
        (
            "[roles]\nvanish = '#AABBCC'",
            "has vanish #aabbcc on background #ffffff with a contrast of 1.9, but text needs 4.5, "
            "so choose a darker colour",
        ),
        (
            "base = 'dark'\nmuted = '#445566'",
            "has muted #445566 on background #14171d with a contrast of 2.3, but text needs 4.5, so choose a lighter",
        ),
        ("ink = '#777777'", "with a contrast of 4.4, but"),
        (
            "[roles]\nvanish = '#b03060'\nexplode = '#b02020'",
            "has vanish #b03060 and explode #b02020, which with deuteranopia are ",
        ),
        (
            "[roles]\nexplode = '#03003c'",
            "has explode #03003c and data #03003c, which with normal sight are 0.0 apart (CIEDE2000), but roles need "
            "20, so choose other colours",
        ),
        (
            "background = '#fff0d0'\n[roles]\nkeep = '#4d7057'",
            "has #ffffff in the middle of sign, which is 12.8 from the background #fff0d0 (CIEDE2000), but 5",
        ),
        (
            "sign = ['#000000', '#d0d0d0', '#000000']",
            "from the background #ffffff (CIEDE2000), but 5 is the most, so put the background there",
        ),
        (
            f"sign = {['#ff0000', '#00ff00'] * 4 + ['#ffffff'] + ['#ff0000', '#00ff00'] * 4}",
            "colours for sign and field in a GIF, but has room for 200, so choose stops",
        ),
    ],
)
def test_what_a_file_is_refused_for(own, text, said):
    with pytest.raises(UsageError) as refused:
        read_theme(own(text))
    assert said in str(refused.value)
    assert str(refused.value).startswith("the theme my.toml (line ")


@pytest.mark.parametrize(
    ("colors", "sight"),
    [(("#567f68", "#c70675"), "deuteranopia"), (("#567f68", "#c04f10"), "protanopia")],
)
def test_roles_are_refused_for_eyes_that_see_fewer_colours(own, colors, sight):
    keep, explode = colors
    assert delta_e2000(rgb(keep), rgb(explode)) > 20
    with pytest.raises(UsageError, match=f"has explode {explode} and keep {keep}, which with {sight} are 1?[0-9][.]"):
        read_theme(own(f"[roles]\nkeep = '{keep}'\nexplode = '{explode}'"))


def test_files_that_hold_no_theme(own, tmp_path):
    with pytest.raises(UsageError, match=r"the theme not\.toml cannot be read"):
        read_theme(tmp_path / "not.toml")
    with pytest.raises(UsageError, match="is no regular file"):
        read_theme(tmp_path)
    with pytest.raises(UsageError, match=r"the theme my\.toml is no TOML"):
        read_theme(own("ink ="))
    with pytest.raises(UsageError, match="is no TOML"):
        read_theme(own("a = " + "[" * 100_000))
    (tmp_path / "latin.toml").write_bytes(b"name = '\xe9'")
    with pytest.raises(UsageError, match="is no TOML"):
        read_theme(tmp_path / "latin.toml")
    with pytest.raises(UsageError, match="its name holds a zero byte"):
        read_theme("a\0b")


def test_a_mapping_is_refused_by_its_name():
    with pytest.raises(UsageError, match="the theme 'mine' has ink #eeeeee on background"):
        find_theme({"name": "mine", "ink": "#eeeeee"})
    with pytest.raises(UsageError, match="the theme 'own' has 3, which is none of its keys"):
        find_theme({3: "#eeeeee"})
    with pytest.raises(UsageError, match="has None for name"):
        find_theme({"name": None})
    assert find_theme({}).name == "own"


def test_a_film_is_lettered_in_the_font_of_its_theme(own):
    data = read_theme(own('font = "DejaVu Serif"'))
    assert (find_theme(data).font, THEMES["light"].font) == ("DejaVu Serif", "")
    canvas = Painter(resolve("article", {}), FilmOptions(theme=data), MarksCanvas).paint(9)
    styles = {mark.style.family for mark in (*canvas.standing, *canvas.moving) if isinstance(mark, Text)}
    assert styles == {"DejaVu Serif"}
