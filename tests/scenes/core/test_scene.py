"""What the decorators of scenes and of claims make, what they refuse, and counterexamples."""

from typing import Annotated

import numpy as np
import pytest

from scenes import (
    Bounds,
    Claimed,
    MatrixSequence,
    ParameterError,
    Record,
    SequenceError,
    Steps,
    repeated,
    scene,
    show,
)


@pytest.fixture
def growing():
    """A scene of powers of 2 with a bounded factor."""

    @scene("matrix", show("norms", limits=(0, 9)), statement="each step multiplies by {factor}", covers=(1,))
    def growing(steps: Steps = 3, factor: Annotated[float, Bounds(1.5, 4)] = 2.0) -> MatrixSequence:
        """Powers of a multiple of the identity.

        Parameters
        ----------
        factor : float
            By what each step multiplies.
        """
        return repeated(factor * np.eye(2), steps)

    return growing


def claimed(value=1.0):
    return Claimed(value, 1.0, 0.5, "It is a test.")


def test_a_scene_is_what_its_function_says(growing):
    assert (growing.name, growing.title) == ("growing", "Growing")
    assert growing.summary == "Powers of a multiple of the identity."
    assert [p.name for p in growing.parameters] == ["steps", "factor"]
    assert growing.parameters[1].help == "By what each step multiplies."
    assert [(p.panel, dict(p.options)) for p in growing.panels] == [("matrix", {}), ("norms", {"limits": (0, 9)})]
    assert growing.claims == []
    assert growing.headline is None
    assert growing.build(steps=5)[None].steps == 5
    assert growing(factor=3)[None].factor[0, 0] == 3
    with pytest.raises(ParameterError, match=r"factor must be a number from 1.5 to 4, but it is 1.0"):
        growing(factor=1.0)


def test_claims_stand_in_the_order_they_are_added_in(growing):
    @growing.claim("third", column="c")
    @growing.claim("second")
    def stacked(product):
        return claimed(product.steps)

    @growing.claim("fourth", headline=True)
    def _(steps):
        return claimed(steps)

    assert [claim.text for claim in growing.claims] == ["second", "third", "fourth"]
    assert [claim.column for claim in growing.claims] == [None, "c", None]
    assert growing.headline is growing.claims[2]
    # The decorator returns the function, so that it can be stacked and called.
    assert growing.claims[0].function is growing.claims[1].function is stacked


def test_claims_may_ask_for_numbers_and_parameters(growing):
    for function in (
        lambda product, series, columns, steps, factor: claimed(),
        lambda factor: claimed(),
        lambda: claimed(),
        lambda factor, index=3: claimed(),
        lambda nonsense=0: claimed(),
    ):
        growing.claim("size")(function)
    decided = [claim.decide(growing.build(), growing.resolve()) for claim in growing.claims[1:]]
    assert [c.value for c in decided] == [1.0] * 4


def test_what_no_claim_can_be_given_is_refused_at_once(growing):
    for function in (lambda nonsense: claimed(), lambda product, trajectory: claimed(), lambda seed: claimed()):
        with pytest.raises(
            TypeError, match=r"'size' of scene growing asks for \w+, which is neither a parameter of the scene nor one"
        ):
            growing.claim("size")(function)
    assert growing.claims == []


def test_a_scene_has_one_headline(growing):
    growing.claim("first", headline=True)(lambda: claimed())
    with pytest.raises(TypeError, match="scene growing has two headlines, 'first' and 'second'"):
        growing.claim("second", headline=True)(lambda: claimed())
    growing.claim("third")(lambda: claimed())
    assert [claim.text for claim in growing.claims] == ["first", "third"]


def test_only_a_headline_has_a_counterexample(growing):
    for change in ({"factor": 1.0}, lambda steps: repeated(np.eye(2), steps), {}):
        with pytest.raises(TypeError, match="'size' of scene growing has a counterexample but is no headline"):
            growing.claim("size", counterexample=change)(lambda: claimed())


def test_counterexamples_change_the_scenes_own_parameters(growing):
    for change in ({"nonsense": 1.0}, {"factor": 1.0, "product": 1}, lambda nonsense: None, lambda series: None):
        with pytest.raises(TypeError, match=r"asks for (nonsense|product|series), but scene growing"):
            growing.claim("size", headline=True, counterexample=change)(lambda: claimed())
    assert growing.headline is None


def test_a_mapping_may_go_beyond_the_bounds(growing):
    growing.claim("size", headline=True, counterexample={"factor": 1.0})(lambda product: claimed())
    columns, parameters = growing.build_counterexample(steps=6)
    assert parameters == {"steps": 6, "factor": 1.0}
    assert columns[None].steps == 6
    assert np.array_equal(columns[None].factor, np.eye(2))
    # What it does not change is checked as ever.
    with pytest.raises(ParameterError, match="factor must be"):
        growing.build_counterexample(factor=1.0)
    # The scene itself is as before.
    assert growing.resolve() == {"steps": 3, "factor": 2.0}


def test_a_function_is_given_the_parameters_it_names(growing):
    def shrinking(steps: int, factor: float, shift: float = 0.25) -> MatrixSequence:
        return repeated((1 / factor + shift) * np.eye(2), steps)

    growing.claim("size", headline=True, counterexample=shrinking)(lambda product: claimed())
    columns, parameters = growing.build_counterexample(factor=4)
    assert parameters == {"steps": 3, "factor": 4.0}
    assert columns[None].factor[0, 0] == 0.5


def test_a_counterexample_returns_what_the_scene_returns(growing):
    def comparison(steps: int) -> dict[str, Record]:
        return {"a": Record({"x": range(steps + 1)}), "b": Record({"x": range(steps + 1)})}

    growing.claim("size", headline=True, counterexample=comparison)(lambda product: claimed())
    assert list(growing.build_counterexample()[0]) == ["a", "b"]


def test_a_counterexample_of_something_else_is_refused(growing):
    growing.claim("size", headline=True, counterexample=lambda steps: np.eye(2))(lambda product: claimed())
    with pytest.raises(SequenceError, match="must return a MatrixSequence or a Record, but it returned ndarray"):
        growing.build_counterexample()


def test_scenes_without_a_counterexample_say_so(growing):
    with pytest.raises(TypeError, match="scene growing has no counterexample"):
        growing.build_counterexample()
    growing.claim("size", headline=True)(lambda product: claimed())
    with pytest.raises(TypeError, match="scene growing has no counterexample"):
        growing.build_counterexample()


def test_parameters_named_like_what_claims_ask_for_are_refused():
    def product(product: int = 1): ...

    def series(series: float = 1.0): ...

    def columns(columns: str = "a"): ...

    for function in (product, series, columns):
        name = function.__name__
        with pytest.raises(TypeError, match=f"scene {name} has a parameter {name}, which claims ask for"):
            scene("norms")(function)


def returning(built):
    """Return a scene that returns this."""

    @scene("norms")
    def own():
        """Whatever it is."""
        return built

    return own


def test_scenes_return_recordings_of_one_length():
    record = Record({"a": range(4)})
    assert list(returning(record).build()) == [None]
    assert returning({"a": record, 1: repeated(np.eye(2), 3)}).build().keys() == {"a", "1"}
    for built, said in (
        (None, "it returned NoneType"),
        (np.eye(2), "it returned ndarray"),
        ({}, "it returned an empty mapping"),
        ({"a": record, "b": 3}, "it returned int"),
        ({"a": record, "b": Record({"a": range(5)})}, "must have equally many steps"),
        ({"a": record, "b": repeated(np.eye(2), 4)}, "must have equally many steps"),
    ):
        with pytest.raises(SequenceError, match=said):
            returning(built).build()
