"""What holds for every scene, whichever there are."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from films import study_of

import render
import scenes
from render.catalog import all_scenes
from render.painter import Painter, Script, find_panel
from render.timeline import parse_fps
from render.words import languages
from scenes import ParameterError, with_spectral_radius

SCENES = all_scenes()
TRANSLATIONS = Path(render.__file__).parent / "translations"


# Those that teach: a scene that covers no idea of the documents may be short, claim nothing, and speak one language.
TAUGHT = sorted(name for name, scene in SCENES.items() if scene.covers or name in ("permutation", "textbook"))


@pytest.fixture(params=sorted(SCENES))
def scene(request):
    return SCENES[request.param]


@pytest.fixture(params=TAUGHT)
def taught(request):
    return SCENES[request.param]


def test_is_documented(scene):
    assert scene.summary.endswith(".")
    assert scene.title
    assert scene.statement
    for parameter in scene.parameters:
        assert parameter.help.endswith("."), parameter.name
    for claim in scene.claims:
        assert claim.reason.endswith("."), claim.text


def test_no_exported_name_is_hidden_by_a_module(scene):
    # Importing a submodule overwrites the package's attribute of that name.
    assert scene.function.__module__.removeprefix("scenes.") not in scenes.__all__
    assert scene.name not in scenes.__all__


def test_lasts_between_three_and_fifteen_seconds(taught):
    assert 3 <= (study_of(taught.name).steps + 1) / parse_fps(taught.fps) <= 15


def test_states_what_it_shows(taught):
    assert taught.claims


def drawn_words(scene):
    """Every text of a scene that a film in another language has to translate."""
    yield from (scene.title, scene.statement, *(claim.text for claim in scene.claims))
    yield from (label for label in study_of(scene.name).columns if label)
    for request in scene.panels:
        for name, value in request.options.items():
            if name == "heading":
                yield value
            elif name in ("rows", "labels"):
                yield from value
            elif name in ("marks", "milestones") or (name == "of" and not isinstance(value, str)):
                yield from value


def test_panels_are_known(scene):
    for request in scene.panels:
        find_panel(request)


def test_matrices_are_finite_read_only_and_reproducible(scene):
    first, second = scene.build(), scene.build()
    for label, sequence in first.items():
        assert np.isfinite(sequence.factors).all()
        assert not sequence.factors.flags.writeable
        assert sequence.sha256 == second[label].sha256


# They train networks or draw many of them; for these, fewer seeds are tried.
SLOW_TO_BUILD = {
    *("bidirectional", "deep_signal", "edge_of_chaos", "ensemble", "fan_dilemma", "gaussian_product", "learning_time"),
    *("lstm_or_gru", "norm_stabiliser", "remedies", "same_or_fresh", "saturation", "soft_constraint", "two_trainings"),
    *("update_gate", "layer_gradients", "equal_units", "mean_and_median", "rnn_output", "highway"),
}


def false_claims(scene, **values):
    return [verdict for verdict in study_of(scene.name, **values).verdicts if not verdict.holds]


def test_claims_hold_for_other_seeds(scene):
    known = {parameter.name for parameter in scene.parameters}
    seeds = 4 if scene.name in SLOW_TO_BUILD else 20
    for seed in range(1, seeds + 1) if "seed" in known else ():
        assert not false_claims(scene, seed=seed * 7919)


@pytest.mark.parametrize("dim", [2, 20])
def test_claims_hold_for_other_sizes(scene, dim):
    if "dim" in {parameter.name for parameter in scene.parameters}:
        assert not false_claims(scene, dim=dim, seed=dim)


@pytest.mark.parametrize("steps", [0, 1, 100])
def test_any_number_of_steps_can_be_drawn(scene, steps):
    found = study_of(scene.name, steps=steps)
    painter = Painter(Script(scene.title, scene.statement, scene.panels, found.columns, found.verdicts))
    assert painter.paint(found.steps).shape == (720, 1280, 4)
    assert not false_claims(scene, steps=steps)


def test_every_text_is_translated(taught):
    for path in TRANSLATIONS.glob("*.toml"):
        table = tomllib.loads(path.read_text(encoding="utf-8"))["texts"]
        for text in drawn_words(taught):
            # Symbols and numbers are the same everywhere.
            assert text in table or not re.search("[A-Za-z]{4}", text), (path.name, text)
    assert set(languages()) >= {"en", "ko"}


def test_parameters_out_of_bounds_are_refused(scene):
    for parameter in scene.parameters:
        free_text = parameter.kind is str and not parameter.choices
        for value in (float("nan"), float("inf"), None if free_text else "x", None, 10**12, -(10**12), True):
            with pytest.raises(ParameterError, match=f"{parameter.name} must be"):
                scene.resolve(**{parameter.name: value})
    with pytest.raises(ParameterError, match="has no parameter"):
        scene.resolve(nonsense=1)


@pytest.mark.parametrize("radius", [0.3, 0.999, 7.0])
def test_spectral_radius_is_what_was_asked_for(radius):
    scaled = with_spectral_radius(scenes.gaussian_matrix(12, 4), radius)
    assert np.abs(np.linalg.eigvals(scaled)).max() == pytest.approx(radius, rel=1e-12)
    with pytest.raises(ValueError, match="all zero"):
        with_spectral_radius(np.zeros((3, 3)), 1.0)


def test_orthogonal_draws_are_haar():
    # Without the sign correction the mean of the first entry is −0.43; its own deviation is 0.5.
    draws = np.array([scenes.haar_orthogonal(4, seed) for seed in range(400)])
    assert np.abs(draws[:, 0, 0].mean()) < 4.5 * 0.5 / 20
    gram = np.swapaxes(draws, 1, 2) @ draws
    assert np.abs(gram - np.eye(4)).max() < 20 * 4 * np.finfo(float).eps
    # Rotations and reflections are equally likely.
    assert np.mean(np.linalg.det(draws) > 0) == pytest.approx(0.5, abs=4.5 * 0.5 / 20)


def test_plane_rotation_leaves_the_rest_alone():
    plane = np.linalg.qr(scenes.gaussian_matrix(6, 1)[:, :2])[0]
    turn = scenes.rotation_matrix(0.7, plane)
    assert turn.T @ turn == pytest.approx(np.eye(6), abs=1e-14)
    assert plane.T @ turn @ plane == pytest.approx(scenes.rotation_matrix(0.7), abs=1e-14)
    away = np.linalg.qr(np.column_stack([plane, scenes.gaussian_matrix(6, 2)[:, :4]]))[0][:, 2:]
    assert turn @ away == pytest.approx(away, abs=1e-14)
