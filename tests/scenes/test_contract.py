"""What holds for every scene, whichever there are."""

import inspect
import re
import typing
from pathlib import Path

import numpy as np
import pytest
from films import SLOW_TO_BUILD, painter_for, study_of

import scenes
from render.check.languages import gaps
from render.check.texts import texts
from render.pipeline.catalog import all_scenes, chapter_of, chapters
from render.pipeline.panel_requests import find_panel
from render.pipeline.timeline import parse_fps
from render.text import languages
from scenes import Claimed, MatrixSequence, ParameterError

SCENES = all_scenes()
LONGEST_FILE = 350

# Scenes that teach: one that covers no idea of the documents may be short, and claim nothing.
TAUGHT = sorted(name for name, scene in SCENES.items() if scene.covers or name in ("permutation", "textbook"))


@pytest.fixture(params=sorted(SCENES))
def scene(request):
    return SCENES[request.param]


def test_every_file_holds_the_scene_of_its_name_and_is_short():
    for name, scene in SCENES.items():
        file = Path(inspect.getfile(scene.function))
        assert (file.stem, file.parent.name) == (name, chapter_of(scene))
    for file in Path(scenes.__path__[0]).rglob("*.py"):
        assert len(file.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE, file.name
    assert list(scenes.CHAPTERS) == chapters()
    # Importing a submodule overwrites the package's attribute of that name.
    assert not set(scenes.__all__) & {"core", *chapters()}


def test_every_scene_is_documented():
    for scene in SCENES.values():
        assert scene.summary.endswith("."), scene.name
        assert scene.title, scene.name
        assert scene.statement, scene.name
        for parameter in scene.parameters:
            help_said = (
                f"{scene.name}: describe {parameter.name} in the docstring's Parameters section, ending in a dot"
            )
            assert parameter.help.endswith("."), help_said
        for request in scene.panels:
            find_panel(request)
    for name in TAUGHT:
        assert SCENES[name].claims, name
        assert 3 <= (study_of(name).steps + 1) / parse_fps(SCENES[name].fps) <= 15, name


def test_claims_are_typed_and_give_reasons():
    for name, scene in SCENES.items():
        found = study_of(name)
        for claim in scene.claims:
            hints = typing.get_type_hints(claim.function)
            assert hints.pop("return") is Claimed, (name, claim.text)
            assert set(hints) == set(inspect.signature(claim.function).parameters), (name, claim.text)
            # An array's own type says that it may have any shape, in words of its own in each version of NumPy.
            plain = [
                re.sub(r"(?<=ndarray\[)(tuple\[typing\.Any, \.\.\.\]|typing\.Any)", "", str(h)) for h in hints.values()
            ]
            assert not [hint for hint in plain if "Any" in hint], (name, claim.text)
            assert claim.decide(found.columns, found.parameters).reason.endswith("."), (name, claim.text)


@pytest.mark.slow
def test_every_text_is_translated():
    found = texts()
    for language in languages()[1:]:
        assert not gaps(language, found).missing, language


def test_no_scene_multiplies_identities_to_have_something_to_return():
    for name in SCENES:
        products = [c.sequence.factors for c in study_of(name).columns.values() if c.has_product]
        same = [
            np.array_equal(factors, np.broadcast_to(np.eye(factors.shape[1]), factors.shape)) for factors in products
        ]
        assert not products or not all(same), name


@pytest.mark.slow
def test_recordings_are_finite_read_only_and_reproducible(scene):
    again = scene.build()
    for label, numbers in study_of(scene.name).columns.items():
        recording, second = (numbers.sequence if numbers.has_product else numbers), again[label]
        for name, track in recording.series.items():
            assert not track.flags.writeable
            assert np.array_equal(track, second.series[name], equal_nan=True), name
        if isinstance(recording, MatrixSequence):
            assert np.isfinite(recording.factors).all()
            assert not recording.factors.flags.writeable
            assert recording.sha256 == second.sha256


def false_claims(name, **values):
    return [verdict for verdict in study_of(name, **values).verdicts if not verdict.holds]


@pytest.mark.slow
def test_claims_hold_for_other_parameters(scene):
    known = {parameter.name for parameter in scene.parameters}
    slow = scene.name in SLOW_TO_BUILD
    for seed in (*(k * 7919 for k in range(1, 1 if slow else 8)), 2**32 - 1) if "seed" in known else ():
        assert not false_claims(scene.name, seed=seed)
    for dim in ((3, 20) if slow else (2, 3, 20)) if "dim" in known else ():
        assert not false_claims(scene.name, dim=dim, seed=dim, steps=3 if dim == 3 else 40)


@pytest.mark.slow
def test_any_number_of_steps_can_be_drawn_and_claims_hold(scene):
    for steps in (0, 1, 100):
        found = study_of(scene.name, steps=steps)
        painter = painter_for(found)
        assert painter.paint(found.steps).pixels.shape == (720, 1280, 4)
        assert not false_claims(scene.name, steps=steps)


def test_parameters_out_of_bounds_are_refused():
    for scene in SCENES.values():
        for parameter in scene.parameters:
            free_text = parameter.kind is str and not parameter.choices
            for value in (float("nan"), float("inf"), None if free_text else "x", None, 10**12, -(10**12), True):
                with pytest.raises(ParameterError, match=f"{parameter.name} must be"):
                    scene.resolve(**{parameter.name: value})
                    pytest.fail(f"{scene.name} takes {value!r} for {parameter.name}: give it Bounds")
        with pytest.raises(ParameterError, match="has no parameter"):
            scene.resolve(nonsense=1)
