"""What is rendered when, without rendering anything."""

import json
import os

import pytest

from render.cli.watch_child import source_of
from render.cli.watch_loop import Loop, own_files, stamps
from render.errors import UsageError
from render.publish.watch_server import Content

SCENE = "import beside\n\ndef (\n"


class Fake:
    """A process that tells what a test has it tell."""

    made = ()

    def __init__(self):
        Fake.made = (*Fake.made, self)
        self.words, self.says, self.ended = None, [], 0

    def begin(self, words):
        self.words = words

    def told(self, seconds):
        told, self.says = self.says, []
        return iter(told)

    def end(self):
        self.ended += 1


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Fake, "made", ())
    (tmp_path / "mine.py").write_text("import beside\n")
    (tmp_path / "my.toml").write_text("")
    return tmp_path


@pytest.fixture
def content():
    return Content()


@pytest.fixture
def loop(folder, content):
    with Loop(["mine.py", "--theme", "my.toml"], content, Fake) as loop:
        yield loop


def state_of(content):
    return json.loads(content.answer())


def looks(loop, count=20):
    for _ in range(count):
        loop.look()


def save(path, text):
    """Save a file so that even a coarse clock tells it from what was there."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text)
    os.utime(path, ns=(before + 10**9,) * 2)


def film(folder, **told):
    files = {"mp4": str(folder / "mine.mp4"), "png": str(folder / "mine.png"), "json": str(folder / "mine.json")}
    return "film", {"files": files, "remarks": (), "text": "words", "safe": True} | told


def test_it_renders_once_and_again_when_a_file_is_saved(loop, folder):
    looks(loop)
    assert [fake.words for fake in Fake.made] == [["mine.py", "--theme", "my.toml"]]
    for count, name in enumerate(("mine.py", "my.toml", "beside.py", "beside.py"), 2):
        save(folder / name, f"import beside  # {count}")
        looks(loop)
        assert len(Fake.made) == count and Fake.made[-2].ended == 1 and Fake.made[-1].ended == 0, name
    save(folder / "other.py", "")
    looks(loop)
    assert len(Fake.made) == 5


def test_a_file_that_is_being_written_is_waited_for(loop, folder):
    looks(loop)
    (folder / "mine.py").unlink()
    looks(loop)
    assert len(Fake.made) == 1
    for count in range(5):
        save(folder / "mine.py", "#" * count)
        loop.look()
    assert len(Fake.made) == 1
    looks(loop)
    assert len(Fake.made) == 2


def test_the_poster_comes_first_then_the_film_and_a_process_waits(loop, folder, content):
    looks(loop)
    assert state_of(content)["state"] == "rendering"
    (first,) = Fake.made
    first.says = [
        ("files", {"files": [], "output": str(folder)}),
        ("poster", {"picture": b"png", "text": "t"}),
        ("part", 0.5),
    ]
    loop.look()
    state = state_of(content)
    assert (state["picture"]["element"], state["picture"]["url"], state["part"]) == ("img", "/1/poster.png", 0.5)
    assert content.files == {"/1/poster.png": (b"png", "image/png")}
    assert len(Fake.made) == 2 and Fake.made[1].words is None
    first.says = [film(folder, remarks=("it is large",)), ("ended", None)]
    loop.look()
    state = state_of(content)
    assert (state["state"], state["remarks"]) == ("done", ["it is large"])
    assert state["picture"] == {"element": "video", "url": "/1/film.mp4", "text": "words", "safe": True}
    assert content.files == {
        "/1/film.mp4": (folder / "mine.mp4", "video/mp4"),
        "/1/film.png": (folder / "mine.png", "image/png"),
    }
    save(folder / "mine.py", "# again")
    looks(loop)
    assert Fake.made[1].words == ["mine.py", "--theme", "my.toml"] and len(Fake.made) == 2
    state = state_of(content)
    assert (state["state"], state["picture"]["url"], state["remarks"]) == ("rendering", "/1/film.mp4", [])


def test_a_failure_is_shown_above_the_last_good_film(loop, folder, content, capsys):
    looks(loop)
    Fake.made[0].says = [film(folder), ("ended", None)]
    loop.look()
    save(folder / "mine.py", SCENE)
    looks(loop)
    rows = [{"number": 3, "text": "def (", "here": True}]
    Fake.made[1].says = [
        ("poster", {"picture": b"png", "text": "t"}),
        ("failed", {"sentence": "mine.py line 3 raised SyntaxError, so mend the scene", "code": 1, "source": rows}),
        ("ended", None),
    ]
    loop.look()
    state = state_of(content)
    assert state["error"] == {"sentence": "mine.py line 3 raised SyntaxError, so mend the scene.", "source": rows}
    assert (state["state"], state["picture"]["url"]) == ("failed", "/1/film.mp4")
    assert set(content.files) == {"/1/film.mp4", "/1/film.png"}
    assert capsys.readouterr().err == "render: mine.py line 3 raised SyntaxError, so mend the scene.\n"
    save(folder / "mine.py", "# better")
    looks(loop)
    assert state_of(content)["error"] is None


def test_a_film_that_flashes_does_not_play_by_itself(loop, folder, content):
    looks(loop)
    files = {"gif": str(folder / "mine.gif"), "png": str(folder / "mine.png"), "json": "x"}
    Fake.made[0].says = [film(folder, files=files, safe=False)]
    loop.look()
    assert state_of(content)["picture"]["url"] == "/1/film.png"
    assert state_of(content)["picture"]["safe"] is False


def test_a_process_that_dies_is_a_failure(loop, content, capsys):
    looks(loop)
    Fake.made[0].says = [("ended", None)]
    loop.look()
    assert state_of(content)["error"]["sentence"].startswith("the process that rendered the film has died")
    assert capsys.readouterr().err.startswith("render: the process that rendered the film has died")


def test_a_command_line_without_sense_ends_it_at_the_start_alone(loop, folder, capsys):
    looks(loop)
    failed = ("failed", {"sentence": "there is no option --stps", "code": 2, "source": []})
    Fake.made[0].says = [failed]
    with pytest.raises(UsageError, match=r"^there is no option --stps$"):
        loop.look()
    save(folder / "mine.py", "# another parameter")
    looks(loop)
    Fake.made[1].says = [failed]
    loop.look()
    assert capsys.readouterr().err == "render: there is no option --stps.\n"


def test_all_processes_are_ended(folder, content):
    with Loop(["mine.py"], content, Fake) as loop:
        loop.look()
        Fake.made[0].says = [("poster", {"picture": b"", "text": ""})]
        loop.look()
    assert [fake.ended for fake in Fake.made] == [1, 1]


def test_a_scene_of_the_package_is_watched_by_the_files_it_names(folder, content):
    with Loop(["powers"], content, Fake) as loop:
        looks(loop)
        source = folder / "powers_source.py"
        save(source, "")
        Fake.made[0].says = [("files", {"files": [str(source)], "output": str(folder)}), film(folder), ("ended", None)]
        looks(loop)
        assert len(Fake.made) == 1
        save(source, "# changed")
        looks(loop)
        # None waits loaded, since the change may be in what it has loaded.
        assert len(Fake.made) == 2 and Fake.made[1].words == ["powers"]


def test_the_files_of_a_command_line(folder):
    (folder / "beside.py").touch()
    names = {str(path) for path in own_files(["mine.py:one", "--theme=my.toml", "--title", "no.toml"])}
    assert names == {"mine.py", "beside.py", "my.toml"}
    assert own_files(["powers", "--steps", "3"]) == set()
    assert stamps([folder / "no.py"]) == {folder / "no.py": None}


def test_the_lines_around_a_failure(folder):
    (folder / "mine.py").write_bytes(b"one\ntwo\n\xff" + b"x" * 300 + b"\nfour\nfive\nsix\n")
    found = source_of("mine.py:scene line 3 raised x", "mine.py:scene")
    assert [(row["number"], row["here"]) for row in found] == [(n, n == 3) for n in range(1, 6)]
    assert found[0]["text"] == "one" and found[2]["text"] == "\ufffd" + "x" * 199
    assert [row["number"] for row in source_of("mine.py line 6 raised", "mine.py")] == [4, 5, 6]
    (folder / "beside.py").write_text("x\ndef (\n")
    (folder / "mine.py").write_text("import beside\n")
    assert [row["text"] for row in source_of("beside.py line 2 raised", "mine.py:scene") if row["here"]] == ["def ("]
    for message in ("mine.py line 99 raised", "other.py line 1", "mine.py lines 2", ""):
        assert not any(row["here"] for row in source_of(message, "mine.py"))
    (folder / "mine.py").unlink()
    assert source_of("mine.py line 3 raised x", "mine.py") == []
