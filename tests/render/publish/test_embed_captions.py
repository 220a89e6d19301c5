"""What a snippet says of its film is what the film says, and what its numbers are."""

import json
import re

import numpy as np
import pytest
from embedding import moment, put, untold
from films import manifest_of, painter_for, study_of
from pages import parse

import render
from render.pipeline import manifest
from render.pipeline.catalog import all_scenes
from render.pipeline.moments import Captions, as_json
from render.publish.captions import describe
from render.publish.descriptions import in_words
from render.publish.embed import snippet
from render.text import Words, unmarked


@pytest.mark.parametrize(
    ("log10", "text"), [(None, "0"), (0.0, "1.000"), (-350.5, "3.16×10⁻³⁵¹"), (1000.0, "1.00×10¹⁰⁰⁰")]
)
def test_norms_beyond_float64_have_a_text(altered, log10, text):
    def change(content):
        untold(content)
        content["tracks"]["log10_spectral_norm"][-1] = log10

    film = altered(change)
    assert f" → {text}." in parse(snippet(film)).one("figcaption").text


def test_a_caption_says_what_the_film_says_and_not_where_its_scene_lies(altered):
    def change(content):
        content["scene"] = content["job"]["scene"] = "/home/somebody/x.py"
        content["title"], content["statement"] = (
            "My own",
            "size {dim}: it grows",
        )

    film = altered(change)
    caption = parse(snippet(film)).one("figcaption").text
    said = manifest_of(film)["moments"][-1]["sentence"]
    assert said == "Within 32 steps more than 1/1000 is left; more steps would make it vanish."
    assert caption == f"My own, 32 steps: size 3: it grows. {said}"
    assert "somebody" not in caption
    caption = parse(snippet(altered(lambda content: (change(content), untold(content))[1]))).one("figcaption").text
    assert caption.startswith("My own, 32 steps: size 3: it grows. Size of Wᵗ: 1.000 → ")
    assert "somebody" not in caption


@pytest.mark.parametrize(
    ("moments", "said"),
    [
        ([moment(1, "One."), moment(3, "<keep>Three</> are {x:%}.", x=0.25)], "Three are 25 %."),
        # As in the film, whose last sentence is of what did not come.
        ([moment(1, "One."), moment(None, "It never fell to {x}.", x=0.5)], "It never fell to 0.5."),
        ([moment(1, "One."), moment(None, "")], "One."),
        # A number that is not finite is null in a manifest.
        ([moment(1, "{x:%}, {x:log10}, {x:3}, {x}.", x=None)], "? %, ?, ?, ?."),
    ],
)
def test_a_caption_ends_as_its_film_does(altered, moments, said):
    assert parse(snippet(altered(put(("moments",), moments)))).one("figcaption").text.endswith(f"dies out. {said}")


@pytest.mark.slow
def test_captions_of_all_films_end_with_the_sentence_of_their_last_step():
    for name, scene in all_scenes().items():
        found = study_of(name)
        content = {
            "title": scene.title, "statement": scene.statement, "steps": found.steps, "parameters": found.parameters,
            "moments": as_json(found.moments, Words("en")), "panels": [], **manifest.numbers(found.columns),
        }  # fmt: skip
        for language in ("en", "ko"):
            words = Words(language)
            captions = Captions(scene, found.parameters, found.columns, found.moments, found.verdicts, words)
            last = unmarked(captions.at(found.steps)).removeprefix("✓ ")
            assert " ".join(last.split()) in describe(content, language), (name, language)


def test_a_title_of_the_users_own_is_in_the_caption(tmp_path):
    made = render.film("rotation", steps=1, output=tmp_path, title="Mine & yours", formats="gif")
    assert describe(made.manifest).startswith("Mine & yours, 1 step: ")


# Films without a product: what they show, from the numbers


WITHOUT_PRODUCT = [
    name for name in all_scenes() if not any(column.has_product for column in study_of(name).columns.values())
]


def ends_and_extremes(found, panels):
    """Return what a caption may tell of the tracks that these panels draw, as sizes and as plain numbers."""
    for column in found.columns.values():
        for name in {name for panel in panels for name in panel["tracks"].values()}:
            track = column.series[name]
            known = track[np.isfinite(track)] if track.ndim == 1 else track[:0]
            for value in (known[0], known[-1], known.min(), known.max()) if known.size else ():
                yield from (value, 10.0 ** min(value, 300.0))


def told_numbers(caption):
    """Return the numbers around the arrows of a caption."""
    raised = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    # Labels have arrows, too.
    for part in re.findall(r"−?\d\S*(?: → −?\d\S*)+", caption):
        for word in part.split(" → "):
            mantissa, _, power = word.rstrip(".,").replace("−", "-").partition("×10")
            yield float(mantissa) * 10.0 ** int(power.translate(raised) or 0)


@pytest.mark.slow
def test_captions_of_films_without_a_product_say_what_they_show():
    with_numbers = 0
    for name in WITHOUT_PRODUCT:
        found, scene = study_of(name), all_scenes()[name]
        panels = painter_for(found).describe()
        # What a manifest has, without a film being rendered.
        content = {
            "title": scene.title, "statement": scene.statement, "steps": found.steps, "parameters": found.parameters,
            "moments": [], "panels": panels, **manifest.numbers(found.columns),
        }  # fmt: skip
        assert content["matrix_sha256"] is None or set(content["matrix_sha256"].values()) == {None}
        assert "log10_spectral_norm" not in json.dumps(content["tracks"])
        captions = {language: describe(content, language) for language in ("en", "ko")}
        for language, caption in captions.items():
            words = Words(language)
            assert caption.startswith(words(scene.title))
            assert words(scene.statement, found.parameters) in caption
            assert words("spectral norm") not in caption.lower()
            assert language == "en" or re.search("[가-힣]", caption)
        told = list(told_numbers(captions["en"]))
        assert told == list(told_numbers(captions["ko"]))
        with_numbers += bool(told)
        possible = np.array(list(ends_and_extremes(found, panels)))
        for value in told:
            assert np.isclose(possible, value, rtol=6e-3, atol=1e-12).any(), (name, value)
    assert len(WITHOUT_PRODUCT) >= 10
    assert with_numbers >= 8


def test_caption_tells_a_peak_between_the_ends():
    content = {
        "title": "A", "statement": "b", "steps": 4, "parameters": {}, "columns": None, "moments": [],
        "tracks": {"log10_x": [0, 1, 3, 2, 1], "y": [5.0, 4.0, None, 2.0, 5.0], "z": [1, 2, 3, 4, 5], "w": [[1]] * 5},
        "panels": [
            {"panel": "heatmap", "heading": "no", "tracks": {"": "w"}, "scale": "linear"},
            {"panel": "series", "heading": "sizes", "tracks": {"y": "y", "z": "z", "w": "w"}, "scale": "linear"},
            {"panel": "series", "heading": "not told", "tracks": {"": "log10_x"}, "scale": "log10"},
        ],
    }  # fmt: skip
    assert describe(content) == "A, 4 steps: b. Sizes: 5 → 2 → 5 (y), 1 → 5 (z)."
    del content["panels"][1]
    assert describe(content) == "A, 4 steps: b. Not told: 1.000 → 1000 → 10.00."


@pytest.mark.parametrize(("radius", "coupling", "steps"), [(0.9, 10.0, 80), (0.8, 3.5, 50)])
def test_a_size_that_is_listed_as_a_logarithm_is_told(tmp_path, radius, coupling, steps):
    parameters = {"spectral_radius": radius, "coupling": coupling, "steps": steps}
    film = render.film("nonnormal", output=tmp_path, formats="gif", parameters=parameters)
    (said,) = [line for line in in_words(film.manifest).splitlines() if line.startswith("longest vector")]
    # Wᵗ is [[ρᵗ, t c ρᵗ⁻¹], [0, ρᵗ]].
    sizes = [
        np.linalg.norm([[radius**t, t * coupling * radius ** (t - 1)], [0.0, radius**t]], 2) for t in range(steps + 1)
    ]
    told = [float(number) for number in said.partition(": ")[2].partition(",")[0].split(" → ")]
    assert told == pytest.approx([1.0, max(sizes), sizes[-1]], rel=1e-3)
