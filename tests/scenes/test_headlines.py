"""The statement of every film as a number: true whatever the parameters are, and false where the idea is broken."""

import pytest
from films import SLOW_TO_BUILD, fitting

from render.errors import UsageError
from render.pipeline.catalog import all_scenes
from render.pipeline.claims import judge
from render.pipeline.scene_run import resolve

SCENES = all_scenes()

SEEDS, FEW_SEEDS = 50, 5
# Ends that would take minutes: so far instead.
FARTHEST = {"steps": 400, "dim": 64}


def headline(name, **values):
    """Return the headline's verdict of a scene, and what makes its counterexample's."""
    found = resolve(name, fitting(SCENES[name], **values))
    return judge([SCENES[name].headline], found.columns, found.parameters)[0], found.counterexample


def ends_of(scene):
    """Yield every parameter with its least and greatest value, or its words."""
    for parameter in scene.parameters:
        if parameter.choices:
            yield from ((parameter.name, word) for word in parameter.choices.words)
        elif parameter.bounds and parameter.name != "seed":
            high = min(parameter.bounds.high, FARTHEST.get(parameter.name, parameter.bounds.high))
            yield from ((parameter.name, parameter.kind(end)) for end in (parameter.bounds.low, high))


@pytest.mark.parametrize("name", sorted(SCENES))
def test_every_scene_has_a_headline_and_what_would_break_it(name):
    scene = SCENES[name]
    assert scene.headline is not None, f"mark one claim of {name} with headline=True"
    assert scene.headline.counterexample is not None, f"give the headline of {name} a counterexample"


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SCENES))
def test_a_headline_is_true_of_the_scene_and_false_of_its_counterexample(name):
    seeded = "seed" in {parameter.name for parameter in SCENES[name].parameters}
    for seed in range(FEW_SEEDS if name in SLOW_TO_BUILD else SEEDS) if seeded else (0,):
        true, counterexample = headline(name, seed=seed)
        assert true.holds, f"the headline of {name} is false with seed {seed}: {true}"
        other = counterexample()
        false = judge([SCENES[name].headline], other.columns, other.parameters)[0]
        assert not false.holds, f"the headline of {name} is true of its counterexample with seed {seed}: {false}"


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SCENES))
def test_a_headline_is_true_at_both_ends_of_every_parameter(name):
    for parameter, end in ends_of(SCENES[name]):
        try:
            verdict, _ = headline(name, **{parameter: end})
        except UsageError as refused:
            # What cannot show the idea says why.
            assert len(str(refused)) > 40, (name, parameter, end)
            continue
        assert verdict.holds, f"the headline of {name} is false with {parameter} = {end}: {verdict}"
