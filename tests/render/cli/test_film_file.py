"""Films as data: ``render run`` and ``render job``."""

import os

import pytest
from films import listing, manifest_of

from render.cli import commands, terminal

QUICK = 'formats = ["gif"]\npace = "even"\nlayout = "square"\nparameters.steps = 1\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def call(capsys, monkeypatch):
    """The command in this process: exit code, standard output and standard error of `call(*words)`."""

    def called(*words):
        monkeypatch.setattr("sys.argv", ["render", *words])
        code = terminal.run(commands.commands)
        return code, *capsys.readouterr()

    return called


def write(text, name="film.toml"):
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)


def test_films_of_a_file_are_made_once(folder, call):
    write(QUICK + '[[film]]\nscene = "powers"\nthemes = ["light", "dark"]\n')
    assert call("run", "film.toml", "--dry-run") == (0, "output/powers: gif\noutput/powers-dark: gif\n", "")
    assert listing(folder).keys() == {"film.toml"}
    assert call("run", "film.toml", "--jobs", "1")[:2] == (0, "output/powers.gif\noutput/powers-dark.gif\n")
    assert manifest_of("output/powers-dark.gif")["job"]["theme"] == "dark"
    first = listing("output")
    os.remove("output/powers.gif")
    assert call("run", "film.toml", "-n") == (0, "output/powers: gif\noutput/powers-dark: gif, up to date\n", "")
    assert call("run", "film.toml", "--jobs", "1")[:2] == (
        0,
        "1 of 2 films of film.toml is up to date\noutput/powers.gif\n",
    )
    assert listing("output") == first
    assert call("run", "film.toml", "-n", "--force")[1] == "output/powers: gif\noutput/powers-dark: gif\n"


def test_one_film_that_fails_leaves_the_others(folder, call):
    write(QUICK + '[[film]]\nscene = "powers"\nmax_frames = 1\n[[film]]\nscene = "rotation"\n')
    code, out, err = call("run", "film.toml", "--jobs", "1")
    assert (code, out) == (2, "output/rotation.gif\n")
    assert err.splitlines()[-1].startswith("render: powers: the film would have 2 frames where 1 are allowed")


def test_nothing_is_made_where_a_film_is_refused(folder, call):
    write(QUICK + '[[film]]\nscene = "rotation"\n[[film]]\nscene = "powers"\nformts = 1\n')
    before = listing(folder)
    assert call("run", "film.toml") == (
        2, "", "render: film.toml line 9: there is no key 'formts', did you mean 'formats'?\n"
    )  # fmt: skip
    assert listing(folder) == before


def test_a_film_is_made_again_from_its_manifest(folder, call):
    title = "\"'\n\\[[film]]\x1b[31m 가"
    words = ("--steps", "1", "--format", "gif", "--layout", "phone", "--title", title, "--pause", "1=1")
    assert call("scene", "powers", *words)[0] == 0
    code, text, err = call("job", "output/powers.gif")
    assert (code, err) == (0, "")
    write(text)
    (folder / "sub").mkdir()
    assert call("job", "output/powers.json", "-o", "sub/film.toml") == (0, "sub/film.toml\n", "")
    assert listing("sub") == {"film.toml": text.encode()}
    assert call("run", "sub/film.toml", "-o", "again", "-q", "-j", "1")[:2] == (0, "")
    assert listing("again") == listing("output")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["job", "no.json"], 3, "there is no manifest no.json"),
        (["run", "no.toml"], 2, "no.toml cannot be read (No such file or directory), so check the path."),
        (["run"], 2, "Missing argument 'FILE.toml'"),
        (["run", "."], 2, ". "),
    ],
)
def test_refusals(folder, call, words, code, said):
    found, out, err = call(*words)
    assert (found, out) == (code, "")
    assert err.startswith(f"render: {said}") and err.count("\n") == 1
    assert listing(folder) == {}
