"""Names, titles and files of colours from anybody: rows F48 to F50."""

import os
import re
import unicodedata

import pytest
from films import manifest_of
from place import SHORT

import render
from render.errors import EigenreelError, UsageError
from render.pipeline.job import Job

TINY = ("--steps", "0", "--dim", "2", "--format", "gif", "--pace", "even", "--layout", "square")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'inkk = "#000000"', ["'inkk'", "did you mean 'ink'?"]),
        (b"ink = 5", ["5 for ink", "a colour is like"]),
        (b'\n\nink = "#000000"\nink = "#000001"', ["line 4", "key ink", "so correct it"]),
        (b'ink = "#000000"\nink', ["is no TOML", "so correct it"]),
        (b"a = " + b"[" * 100_000, ["nested too deep", "so correct it"]),
        (b".".join([b"a"] * 5_000) + b" = 1", ["too many parts", "line 1"]),
        (b'name = "x"\nfont = "\xb0\xa1"', ["is no TOML in UTF-8 (at line 2), so save it as UTF-8"]),
        ('name = "행렬"'.encode("utf-16"), ["is no TOML in UTF-8 (at line 1), so save it as UTF-8"]),
        (b"# x\n" * 2_500_000, ["has more than 1 MiB, so give a smaller one"]),
        (b"name = \x00", ["is no TOML"]),
    ],
    ids=["key", "type", "twice", "no value", "deep", "deep keys", "CP949", "UTF-16", "10 MB", "NUL"],
)
def test_f48_colours_in_a_file(call, place, content, words):
    (place.root / "my.toml").write_bytes(content)
    call.scene("rotation", [*SHORT[:2], "--theme", "my.toml"], 2, "the theme my.toml", *words)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('name = "x"\n# "inkk"\ninkk = "#000000"\n', 3),
        ('[roles]\nvanish = "#1957fe"\n\nvanishes = "#000000"\n', 4),
        ("\n\nroles = { vanish = 3 }\n", 3),
        ('name = "x"\nbase = "pink"\n', 2),
        ("\nname = 3\n", 2),
        ('name = "x"\r\n\r\nfont = "no such font"\r\n', 3),
        ('grid = "#d9dde2"\nsign = [\n  "#000000",\n  "#ffffff",\n]\n', 2),
        ('name = "x"\n[roles]\nkeep = "#bbccdd"\n', 3),
        ('name = "x"\n\nbackground = "#8a8a8a"\n', 3),
        ('\ufeffname = "x"\n[roles]\nexplode = "#03003c"\n', 3),
    ],
    ids="key role inline base name font list contrast page alike".split(),
)
def test_f48_the_line_of_what_is_refused(call, place, content, line):
    (place.root / "my.toml").write_bytes(content.encode())
    call.scene("rotation", [*SHORT[:2], "--theme", "my.toml"], 2, f"the theme my.toml (line {line}) has ", ", ")


def test_f48_a_mark_of_the_byte_order_does_no_harm(call, place):
    (place.root / "my.toml").write_bytes(b'\xef\xbb\xbfink = "#000000"\n')
    tiny = ("--steps", "1", "--theme", "my.toml", "--format", "gif")
    code, _, said = call(*place.command(*tiny, scene="rotation")[3:])
    assert (code, said) == (0, "")


@pytest.mark.parametrize("kind", ["pipe", "endless", "folder", "sparse", "missing"])
def test_f48_what_is_no_file_of_colours(call, place, kind):
    path = place.root / "my.toml"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "endless":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    elif kind == "sparse":
        path.touch()
        os.truncate(path, 2**33)
    call.scene("rotation", [*SHORT[:2], "--theme", "my.toml"], 2, "the theme my.toml", ", so ")


def test_f48_languages_of_the_users_own(call, place):
    folder = place.root / "words" / "xx"
    folder.mkdir(parents=True)
    os.mkfifo(folder / "own.toml")
    env = {"EIGENREEL_TRANSLATIONS": str(folder.parent)}
    call.scene("rotation", [*SHORT[:2], "--lang", "xx"], 3, "own.toml is no regular file", env=env)
    (folder / "own.toml").unlink()
    (folder / "own.toml").write_bytes(b'[texts]\n"a" = "b"\n"a" = "c"\n')
    call.scene("rotation", [*SHORT[:2], "--lang", "xx"], 3, "is no TOML", "line 3", 'key "a"', env=env)
    (folder / "own.toml").write_bytes(b'[texts]\n"a" = "b"\n\n"c" = 3\n')
    call.scene("rotation", [*SHORT[:2], "--lang", "xx"], 3, "own.toml (line 4) must have a table [texts]", env=env)
    (folder / "own.toml").write_bytes(b'[texts]\n"a" = "b"\n"{n} c" = "c"\n')
    call.scene("rotation", [*SHORT[:2], "--lang", "xx"], 3, "own.toml (line 3): ", "lacks {n}", env=env)


@pytest.mark.parametrize(
    "name",
    [
        *("../x", "..", ".", "", "a/b", "-vf", "CON", "nul", "가" * 300, "a" * 65, "x.mp4", "\u202egpm", "🎬"),
        *("a b", "a\nb", "con", "LPT1", "-x", " x", "x ", "x.", "é", "a\u200bb"),
    ],
)
def test_f49_names_that_are_none(call, name):
    call.scene("orthogonal", [*SHORT, f"--name={name}"], 2, "cannot be named", "--name gives another")


def test_f49_a_name_with_a_zero_byte():
    # No command line holds one.
    with pytest.raises(UsageError, match="cannot be named"):
        _ = Job("orthogonal", name="a\0b").stem


@pytest.mark.parametrize("name", ["가" * 64, unicodedata.normalize("NFD", "행렬")], ids=["long", "decomposed"])
def test_f49_korean_names_are_composed_and_may_be_long(call, place, name):
    code, _, said = call(*place.command(*TINY, "--name", name)[3:])
    assert (code, "render:" in said) == (0, bool(said))
    stem = unicodedata.normalize("NFC", name)
    assert set(place.state()) == {f"{stem}.{ending}" for ending in ("gif", "json", "png")}


@pytest.mark.parametrize(
    ("scene", "words"),
    [
        ("orthogonall", ["did you mean 'orthogonal'?"]),
        ("../orthogonal", ["no scene '../orthogonal'"]),
        ("nothing.py", ["no scene file nothing.py", "check the path"]),
        ("_scene", ["no scene '_scene'", "choose from"]),
        ("scenes.powers", ["no scene 'scenes.powers'"]),
    ],
)
def test_f49_scenes_that_do_not_exist(call, scene, words):
    call.scene(scene, [], 2, *words)


@pytest.mark.parametrize(
    "title",
    [
        '"><script>alert(1)</script>',
        "$x",
        r"$\frac{1}{$",
        r"\input{/etc/passwd}",
        "{{< x >}}",
        "{steps} %s {0} {title}",
        "a\nb",
        "\x1b[2J",
        "<explode>x</>",
        "🎬\u202e",
        "long " * 2_000,
        "\udcff",
    ],
)
def test_f50_any_title_is_drawn_or_refused(place, title):
    options = {"steps": 1, "dim": 2, "output": str(place.folder), "formats": (), "title": title}
    try:
        made = render.film("orthogonal", **options)
    except EigenreelError as error:
        assert re.fullmatch(r"[^\x00-\x1f]+", str(error))
        assert place.state() is None
    else:
        assert sorted(place.state()) == ["orthogonal.json", "orthogonal.png"]
        assert len(made.manifest["title"]) <= 200
        assert made.manifest["title"].isprintable()


def test_f50_a_title_that_is_no_text_for_a_page(call, place):
    title = '"><script>alert(1)</script>'
    assert call(*place.command(*TINY[:2], "--format", "gif", "--title", title, scene="rotation")[3:])[0] == 0
    assert manifest_of(place.folder / "rotation.gif")["title"] == title
    for dialect in ("html", "github", "hugo"):
        code, out, _ = call("embed", place.folder / "rotation.gif", "--for", dialect)
        assert code == 0
        assert "<script>" not in out


def test_f50_a_title_without_an_encoding_holds(call, place):
    # What Python makes of a byte that is no UTF-8.
    assert call(*place.command(*TINY[:2], "--format", "gif", "--title", "\udcff", scene="rotation")[3:])[0] == 0
    code, out, _ = call("verify", place.folder / "rotation.gif")
    assert code == 0, out
