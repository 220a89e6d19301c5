"""Files of films: what they ask for."""

import re
from pathlib import Path

import numpy as np

import render
from render.pipeline.film_jobs import films_in
from render.pipeline.job import OPTIONS, USUAL


def test_a_film_is_that_of_the_library(film_folder, films):
    (job,) = films("""
        [[film]]
        scene = "powers"
        parameters = { steps = 8, spectral_radius = 1 }
        formats = ["gif", "html"]
        fps = 12.5
        pause = { 4 = 2.5 }
        max_bytes = "2MB"
        title = "Mine"
    """)
    assert job == render.job(
        "powers", {"steps": 8, "spectral_radius": 1.0}, formats=["gif", "html"], fps=12.5, pause={4: 2.5},
        max_bytes="2MB", title="Mine",
    )  # fmt: skip
    assert type(job.parameters["spectral_radius"]) is float


def test_every_option_of_a_film_may_be_given(film_folder, films):
    given = {
        "output": '"films"', "name": '"mine"', "formats": '"html"', "pace": '"film"', "duration": "9",
        "between": "true",
        "explain": '"1,1"',
        "fps": '"25/2"', "hold_first": "1", "hold_last": "2.5", "pause": '["2=1"]',
        "over": '"dim=2:5"', "loop": "1", "layout": '"phone"', "size": "1080", "theme": '"dark"', "language": '"ko"',
        "title": '"x"', "transparent": "true", "max_bytes": "2000000", "max_frames": "500", "timeout": "60",
        "allow_false_claims": "true",
    }  # fmt: skip
    assert given.keys() == OPTIONS.keys()
    lines = [f"{name} = {value}" for name, value in given.items()]
    (own,) = films("\n".join(['[[film]]\nscene = "powers"', *lines]))
    (common,) = films("\n".join([*lines, '[[film]]\nscene = "powers"']))
    assert own == common
    # At an even pace there is no duration.
    assert {name for name in OPTIONS if getattr(own, name) == USUAL[name]} == {"pace"}


def test_what_a_film_says_counts_before_what_all_do(film_folder, films):
    first, second, third = films("""
        theme = "dark"
        parameters = { steps = 4, dim = 3 }
        [[film]]
        scene = "powers"
        theme = "light"
        [film.parameters]
        dim = 5
        [[film]]
        scene = "orthogonal"
        [[film]]
        scene = "powers"
        themes = ["dark"]
    """)
    assert (first.theme, first.parameters) == ("light", {"steps": 4, "dim": 5})
    assert (second.theme, second.parameters) == ("dark", {"steps": 4, "dim": 3})
    assert (third.theme, third.stem) == ("dark", "powers-dark")


def test_lists_make_films_of_all_their_combinations(film_folder, films):
    jobs = films("""
        languages = ["en", "ko"]
        [[film]]
        scene = "powers"
        name = "mine"
        layouts = ["wide", "phone"]
        themes = ["light", "dark"]
        over = ["spectral_radius=0.8:1.2:3", "seed=0:2"]
    """)
    assert len(jobs) == 2 * 2 * 2 * 3 * 2 == len({job.stem for job in jobs})
    told = {job.stem: (job.language, job.layout, job.theme, dict(job.parameters)) for job in jobs}
    assert told["mine-spectral_radius-1-seed-0"] == ("en", "wide", "light", {"spectral_radius": 1.0, "seed": 0})
    assert told["mine-ko-phone-dark-spectral_radius-1_2-seed-1"] == (
        *("ko", "phone", "dark"), {"spectral_radius": 1.2, "seed": 1}
    )  # fmt: skip
    assert [job.stem for job in jobs[:2]] == ["mine-spectral_radius-0_8-seed-0", "mine-spectral_radius-0_8-seed-1"]


def test_a_film_of_its_own_language_is_in_that_alone(film_folder, films):
    one, *others = films(
        'languages = ["en", "ko"]\n[[film]]\nscene = "powers"\nlanguage = "ko"\n[[film]]\nscene = "rotation"'
    )
    assert (one.language, one.stem) == ("ko", "powers")
    assert [(job.language, job.stem) for job in others] == [("en", "rotation"), ("ko", "rotation-ko")]


def test_matrices_are_those_of_the_command(film_folder, films):
    one, english, korean, several = films("""
        parameters.steps = 3
        [[film]]
        matrix = "W.csv"
        [[film]]
        matrix = "lstm.npz"
        key = "rnn.weight_hh_l0"
        gate = "forget"
        order = "pytorch"
        languages = ["en", "ko"]
        [[film]]
        matrix = ["W.csv", "lstm.npz"]
        name = "both"
    """)
    assert (one.stem, one.title, one.matrices) == ("W-powers", "Powers of W", {"": [[0.0, -0.9], [0.9, 0.0]]})
    assert english.matrices == korean.matrices == {"": [[2, 0], [0, 2]]}
    assert english.title == "rnn.weight_hh_l0: forget gate (PyTorch: i, f, g, o)"
    assert (korean.stem, korean.title) == ("lstm-powers-ko", "rnn.weight_hh_l0: 망각 게이트 (PyTorch: i, f, g, o)")
    assert len(several.matrices) == 4


def test_matrices_without_room_are_named(film_folder, films):
    np.savez("many.npz", **{f"W{n}": np.eye(2) for n in range(5)})
    (film_folder / "film.toml").write_text('[[film]]\nmatrix = "many.npz"')
    (remark,) = films_in(film_folder / "film.toml").remarks
    assert remark == "W4 would have no room, so choose with --key what is filmed"


def test_paths_are_told_from_the_folder_of_the_file(film_folder, films):
    (film_folder / "sub").mkdir()
    (film_folder / "sub" / "my.toml").write_text('base = "dark"')
    text = '[[film]]\nscene = "../shear.py"\noutput = "films"\ntheme = "my.toml"\n'
    text += '[[film]]\nmatrix = "../W.csv"\noutput = "/x"\n'
    scene, matrix = films(text, "sub/film.toml", run_scenes=True)
    assert (scene.scene, scene.output, scene.theme["name"], scene.stem) == ("shear.py", "sub/films", "my", "shear")
    assert (matrix.stem, matrix.output) == ("W-powers", "/x")
    assert {job.output for job in films_in(film_folder / "sub" / "film.toml", output="here", run_scenes=True).jobs} == {
        "here"
    }


def test_the_page_about_files_of_films_says_how_many_its_example_makes(film_folder, films):
    text = (Path(__file__).parents[3] / "docs" / "files.md").read_text(encoding="utf-8")
    np.savez("kernel.npz", **{"encoder.weight_hh_l0": np.vstack([n * np.eye(2) for n in (1, 2, 3, 4)])})
    example = re.search(r"```toml\n(.*?)```", text, re.DOTALL)[1].replace("weights.safetensors", "kernel.npz")
    jobs = films(example)
    counts = [sum(job.stem.startswith(stem) for job in jobs) for stem in ("powers", "article", "forget")]
    said = re.search(r"These are (\d+) films of `powers`, (\d+) of `article` and (\d+) of a matrix", text)
    assert counts == list(map(int, said.groups())) and sum(counts) == len(jobs)
    assert all(f"`{name}`" in text for name in OPTIONS)
