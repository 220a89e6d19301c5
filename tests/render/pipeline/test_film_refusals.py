"""What is refused in files of films, with its line."""

import re
from pathlib import Path

import pytest

from render.errors import EigenreelError, InputError, RenderError, UsageError
from render.pipeline.film_jobs import films_in
from render.pipeline.job import OPTIONS

START = '[[film]]\nscene = "powers"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", 'film.toml has no film, so add [[film]] and below it scene = "…" or matrix = "…"'),
        ("film = []", "film.toml has no film"),
        ("[film]\nscene = 'x'", "film.toml line 1: a film begins with [[film]], in double brackets"),
        ("film = 3", "film.toml line 1: a film begins with [[film]]"),
        ("film = [1]", "film.toml line 1: a film begins with [[film]]"),
        (START + "\n\n\nformts = 'gif'", "film.toml line 6: there is no key 'formts', did you mean 'formats'?"),
        ("formts = 1\n" + START, "film.toml line 1: there is no key 'formts', did you mean 'formats'?"),
        ("scene = 'x'\n" + START, "film.toml line 1: scene is a key of a film, so write it below [[film]]"),
        ("[films]\nx = 1", "film.toml line 1: there is no key 'films', did you mean 'film'?"),
        ("[[film]]\n\n\nscene = 'power'", "film.toml line 4: there is no scene 'power', did you mean 'powers'?"),
        ("[[film]]\nscene = 3", "film.toml line 2: scene must be text, but it is 3"),
        ("[[film]]\nname = 'x'", "film.toml line 1: a film has a scene or a matrix, but this one has neither"),
        (START + "matrix = 'W.csv'",
         "film.toml line 1: a film has a scene or a matrix, but this one has scene and matrix"),
        (START + "gate = 'cell'", "film.toml line 3: gate is of matrices in files"),
        (START + "formats = ['mp4', 'gfi']", "film.toml line 3: there is no format 'gfi', did you mean 'gif'?"),
        (START + "formats = [\n'gif',\n4]", "film.toml line 3: formats must be names of formats"),
        (START + "between = 1", "film.toml line 3: between must be True or False, but it is 1"),
        (START + "size = 721", "film.toml line 3: size must be one of 720, 1080, 1440, 2160, but it is 721"),
        (START + "size = 2020-01-01", "film.toml line 3: size must be a whole number, but it is datetime.date"),
        (START + "layout = 'wid'", "film.toml line 3: there is no layout 'wid'"),
        (START + "theme = 'drak'", "film.toml line 3: there is no theme 'drak', did you mean 'dark'?"),
        (START + "theme = { nme = 'x' }", "film.toml line 3: the theme 'own' has 'nme', which is none of its keys"),
        (START + "theme = 'no.toml'", "film.toml line 3: the theme no.toml cannot be read"),
        (START + "language = 'kr'", "film.toml line 3: there is no language 'kr'"),
        (START + "fps = 'x'", "film.toml line 3: "),
        (START + "name = 'a/b'", "film.toml line 3: a file cannot be named 'a/b'"),
        (START + "duration = nan", "film.toml line 1: duration "),
        (START + "pace = 'evn'", "film.toml line 1: there is no pace 'evn', did you mean 'even'?"),
        (START + "loop = 99999", "film.toml line 1: loop must be from 0 to 65,535"),
        (START + "parameters = 3", "film.toml line 3: parameters are a table of values by name, but this is 3"),
        (START + "\n[film.parameters]\nstep = 3",
         "film.toml line 5: there is no parameter 'step', did you mean 'steps'?"),
        (START + "parameters.steps = 'x'",
         "film.toml line 3: steps must be a whole number from 0 to 1,000,000, but it is 'x'"),
        (START + "parameters.steps = 0x" + "f" * 20000, "film.toml line 3: a whole number has at most 64 bits"),
        (START + "parameters.dim = inf", "film.toml line 3: dim must be a whole number"),
        ("parameters.nn = 1\n" + START, "film.toml line 1: there is no parameter 'nn'"),
        (START + "languages = 'en'", "film.toml line 3: languages must be a list of at least one, but it is 'en'"),
        (START + "themes = []", "film.toml line 3: themes must be a list of at least one"),
        (START + "themes = ['light', 'light']", "film.toml line 3: themes has 'light' twice, so leave one out"),
        (START + "themes = ['light']\ntheme = 'dark'", "film.toml line 3: themes are given and a theme"),
        (START + "over = ['seed=0']", None),
        (START + "over = ['sed=0:3']", "film.toml line 3: there is no parameter 'sed', did you mean 'seed'?"),
        (START + "over = [1]", "film.toml line 3: over must be text, or a list of texts, but it is [1]"),
        (START + "over = 'sed=0:3'", "film.toml line 3: there is no parameter 'sed', did you mean 'seed'?"),
        (START + "over = ['seed=0:3']\nparameters.seed = 1", "film.toml line 3: seed varies and has one value"),
        (START + "over = ['seed=0:1000', 'dim=2:900']",
         "film.toml line 3: there would be 898,000 points where 100,000"),
        (START + START, "film.toml line 3: two films would be named powers, so give one another name"),
        (START + START + "name = 'Powers'", "film.toml line 3: two films would be named Powers"),
        (START + "output = 'a'\n" + START + "output = 'b/../a'", "film.toml line 4: two films would be named powers"),
        (START + "savings = { crf = 9 }", "film.toml line 2: savings are thorough, which is 1, crf, from 1 to 6"),
        (START + "matrices = { a = [[1, 2]] }", "film.toml line 3: the matrix 'a' must be square"),
        (START + "matrices = 3", "film.toml line 3: matrices must be a table, but it is 3"),
        ("[[film]]\nscene='rotation'\nmatrices = { a = [[1]] }",
         "film.toml line 2: matrices are filmed by the scene powers"),
        ("[[film]]\nscene = 'grid'\nseveral = '[1]'", "film.toml line 3: several is a table, or JSON of one, but"),
        ("[[film]]\nscene = 'grid'\nseveral = '{'", "film.toml line 3: several is a table, or JSON of one, but"),
        ("[[film]]\nscene = 'grid'\nseveral = 3",
         "film.toml line 3: several is a table, or JSON of one, but this is neither"),
        (
            "[[film]]\nscene = 'grid'\nseveral = '" + '{"of":[' * 400 + "]}" * 400 + "'",
            "film.toml line 3: several is nested deeper than any film needs, so give less",
        ),
        (
            "[[film]]\nscene = 'grid'\nseveral = { of = [{ scene = 'evil.py' }] }",
            "film.toml line 2: 'evil.py' is a program, which is run with --run-scene alone",
        ),
        ("[[film]]\nmatrix = 'no.npy'", "film.toml line 2: no.npy cannot be read (No such file or directory)"),
        ("[[film]]\nmatrix = 'W.csv'\ngate = 'cel'", "film.toml line 3: there is no gate 'cel', did you mean 'cell'?"),
        ("[[film]]\nmatrix = []", "film.toml line 2: matrix must be text, or a list of texts, but it is []"),
        ("a = 1\na = 2\n", "film.toml is no TOML (Cannot overwrite a value "),
        ("a" + ".a" * 9000 + " = 1", "film.toml is no TOML (a key has too many parts, at line 1), so correct it"),
        ("a = " + "[" * 9000, "film.toml is no TOML (it is nested too deep), so correct it"),
        ("#" * (2**20 + 1), "film.toml has more than 1 MiB, so give a smaller one"),
    ],
)  # fmt: skip
def test_refusals(film_folder, films, text, said):
    if said is None:
        assert len(films(text)) == 1
        return
    with pytest.raises(EigenreelError) as refused:
        films(text)
    assert str(refused.value).startswith(said), str(refused.value)
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 600
    of_a_matrix = "must be square" in said or "no.npy" in said
    assert isinstance(refused.value, InputError if of_a_matrix else UsageError)


def test_a_mark_of_the_byte_order_is_no_text(film_folder, films):
    (film_folder / "film.toml").write_bytes(b"\xef\xbb\xbf" + START.encode() + b"formts = 1\n")
    with pytest.raises(UsageError, match=r"^film.toml line 3: there is no key 'formts'"):
        films_in(Path("film.toml"))


def test_a_file_in_another_encoding_is_refused(film_folder, films):
    (film_folder / "film.toml").write_bytes('# ok\ntitle = "행렬"\n'.encode("cp949"))
    with pytest.raises(UsageError, match=r"^film.toml is no TOML in UTF-8 \(at line 2\), so save it as UTF-8$"):
        films_in(Path("film.toml"))
    with pytest.raises(UsageError, match=r"^no.toml cannot be read"):
        films_in(Path("no.toml"))


VALUES = (
    "1",
    "-1",
    "0.5",
    "nan",
    "inf",
    "true",
    '""',
    '"x"',
    "[]",
    "[1]",
    '["x"]',
    "{}",
    "{ x = 1 }",
    "1979-05-27",
    "[[1]]",
)


@pytest.mark.parametrize(
    "name", [*OPTIONS, "parameters", "languages", "layouts", "themes", "matrices", "several", "key"]
)
def test_whatever_a_key_holds_is_taken_or_refused_with_its_line(film_folder, films, name):
    refused = []
    for index, value in enumerate(VALUES):
        text = f"{START}{name} = {value}\n" if index % 2 else f"{name} = {value}\n{START}"
        try:
            films(text)
        except EigenreelError as error:
            refused.append(str(error))
    assert len(refused) > 4
    assert all(re.match(r"film\.toml line [1-3]: [^\n]{10,}$", said) for said in refused), refused


def test_a_scene_file_is_run_only_when_that_is_said(film_folder, films):
    (film_folder / "shear.py").write_text("raise SystemExit('it was run')")
    text = '[[film]]\nscene = "shear.py"'
    with pytest.raises(
        UsageError, match=r"^film.toml line 2: 'shear.py' is a program, which is run with --run-scene alone"
    ):
        films(text)
    with pytest.raises(RenderError, match=r"^film.toml line 2: shear.py line 1 raised SystemExit: it was run, so mend"):
        films(text, run_scenes=True)
