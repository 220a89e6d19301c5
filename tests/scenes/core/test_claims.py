"""What a claim is called with, and what it is refused."""

from dataclasses import dataclass

import numpy as np
import pytest

from scenes import Claim, Claimed, ClaimError, Record


@dataclass
class Product:
    """As much of a trajectory as these claims ask for."""

    size: float
    steps: int = 4
    has_product: bool = True

    @property
    def series(self):
        return {"sizes": np.full(self.steps + 1, self.size)}

    def product(self, step):
        return self.size * np.eye(2), step


def told(value, expected=0.0):
    return Claimed(value, expected, 0.5, "It is a test.")


def test_arguments_are_given_by_name():
    product = Product(3.0)
    parameters = {"steps": 4, "radius": 0.25}
    for function, value in (
        (lambda product: told(product.product(1)[0][0, 0]), 3.0),
        (lambda series: told(series["sizes"][-1]), 3.0),
        (lambda columns: told(columns[None].size), 3.0),
        (lambda steps: told(steps), 4),
        (lambda radius: told(radius), 0.25),
        (lambda steps, series, radius, product: told(steps * series["sizes"][0] * radius * product.size), 9.0),
        (lambda: told(1.0), 1.0),
    ):
        assert Claim("size", function).decide({None: product}, parameters).value == value


def test_steps_are_known_to_scenes_without_that_parameter():
    assert Claim("size", lambda steps: told(steps)).decide({None: Record({"a": range(8)})}, {}).value == 7


def test_arguments_with_a_default_keep_it():
    def claimed(radius, index=2, steps=11):
        return told(radius, 10 * index + steps)

    decided = Claim("size", claimed).decide({None: Product(1.0)}, {"radius": 0.5, "index": 7, "steps": 4})
    assert (decided.value, decided.expected) == (0.5, 31)


def test_what_the_function_returns_is_passed_on_whole():
    claimed = Claimed(1.0, 2.0, 0.5, "As it is.")
    assert Claim("size", lambda: claimed).decide({None: Product(1.0)}, {}) is claimed


def test_a_claim_speaks_of_its_column():
    columns = {"slow": Product(1.0), "fast": Product(2.0)}
    for column, size in (("slow", 1.0), ("fast", 2.0)):
        assert Claim("size", lambda product: told(product.size), column).decide(columns, {}).value == size
        assert Claim("size", lambda series: told(series["sizes"][0]), column).decide(columns, {}).value == size
    both = Claim("both", lambda columns: told(columns["fast"].size - columns["slow"].size))
    assert both.decide(columns, {}).value == 1


def test_a_column_that_is_not_there_is_refused():
    comparison = {"slow": Product(1.0), "fast": Product(2.0)}
    for function in (lambda product: told(product.size), lambda series: told(series["sizes"][0])):
        for column in ("third", None):
            with pytest.raises(
                ClaimError, match=r"^the claim 'size' must name a column with column=, one of slow, fast$"
            ):
                Claim("size", function, column).decide(comparison, {})
        with pytest.raises(ClaimError, match="'size' is on the column 'slow', but the scene has one column only"):
            Claim("size", function, "slow").decide({None: Product(1.0)}, {})


def test_a_record_has_no_product():
    claim = Claim("size", lambda product: told(1.0))
    with pytest.raises(ClaimError, match="'size' asks for a product, but the scene returns series only"):
        claim.decide({None: Product(1.0, has_product=False)}, {})
    with pytest.raises(ClaimError, match="asks for a product"):
        Claim("size", claim.function, "b").decide({"a": Product(1.0), "b": Product(1.0, has_product=False)}, {})


def test_what_is_not_claimed_is_refused():
    for returned, kind in ((None, "NoneType"), (1.0, "float"), ((1.0, 1.0, 0.5, "Why."), "tuple"), (True, "bool")):
        with pytest.raises(ClaimError, match=f"'size' must return Claimed, but it returned {kind}"):
            Claim("size", lambda returned=returned: returned).decide({None: Product(1.0)}, {})


def test_between_is_the_middle_and_half_the_distance():
    claimed = Claimed.between(0.2, -1.0, 4.0, "It lies there.")
    assert claimed == Claimed(0.2, 1.5, 2.5, "It lies there.")
    # Both ends are included, and nothing beyond them.
    for value, inside in ((-1.0, True), (4.0, True), (4 + 1e-15, False), (-1 - 1e-15, False)):
        found = Claimed.between(value, -1.0, 4.0)
        assert (abs(found.value - found.expected) <= found.tolerance) is inside
    assert Claimed.between(1.0, 1.0, 1.0) == Claimed(1.0, 1.0)


def test_exact_and_without_a_reason_unless_given():
    assert Claimed(1.0, 1.0) == Claimed(1.0, 1.0, 0.0, "")
