"""What is drawn of claims and of values that nobody knows."""

import pytest

import render
from render.drawing.canvas import Canvas

EYE = "repeated(np.eye(2), steps)"
FALSE = "@own.claim('norm')\ndef _(): return Claimed(2.0, 1.0, 0.5)\n"
TRUE = "@own.claim('true')\ndef _(): return Claimed(1.0, 1.0, 0.5)\n"


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a scene file of one scene into a new working folder, and return its name."""
    monkeypatch.chdir(tmp_path)

    def write(body=EYE, options="", parameters="steps: int = 1", claims=""):
        scene = f"@scene('matrix', 'norms'{options})\ndef own({parameters}):\n    return {body}\n\n\n{claims}"
        (tmp_path / "own.py").write_text(f"import numpy as np\nfrom scenes import *\n\n\n{scene}", encoding="utf-8")
        return "own.py"

    return write


@pytest.fixture
def drawn(write, monkeypatch):
    """Draw the poster of a scene with these claims, and return all words on it."""

    def drawn(claims, **options):
        words, text = [], Canvas.text

        def noting(self, x, y, said, *arguments, **more):
            words.append(said)
            return text(self, x, y, said, *arguments, **more)

        monkeypatch.setattr(Canvas, "text", noting)
        name = write(claims=claims)
        render.film(name, formats=(), allow_false_claims=True, **options)
        return words

    return drawn


@pytest.mark.parametrize(("value", "shown"), [("np.nan", "?"), ("np.inf", "∞"), ("-np.inf", "−∞")])
def test_claims_that_are_no_number_are_drawn_as_such(drawn, value, shown):
    words = drawn(f"@own.claim('norm')\ndef _(): return Claimed({value}, 0.0, 1.0)\n")
    assert f"✗ norm: {shown}" in words


@pytest.mark.parametrize(
    ("claims", "layout"),
    [
        (FALSE, "square"),
        (TRUE + FALSE, "square"),
        (TRUE + FALSE, "wide"),
    ],
)
def test_a_false_claim_is_told_in_every_layout(drawn, claims, layout):
    words = drawn(claims, layout=layout)
    assert [line for line in words if line.startswith("✗ norm: 2")]
    assert not [line for line in words if line.startswith("✓ true")]


def test_two_columns_fit_a_square(write):
    name = write("{label: repeated(np.eye(2), steps) for label in 'ab'}")
    panels = render.film(name, formats=(), layout="square").manifest["panels"]
    # One chart shows the norms of both.
    shown = sorted(panel["panel"] + (panel["column"] or "") for panel in panels)
    assert shown == ["matrixa", "matrixb", "norms"]


def test_a_count_of_unknown_values_stands_beside_no_heading(write, tmp_path, monkeypatch):
    drawn = []
    original = Canvas.text

    def noting(self, x, y, text, *arguments, **options):
        drawn.append((text, x, y))
        original(self, x, y, text, *arguments, **options)

    monkeypatch.setattr(Canvas, "text", noting)
    name = write("repeated([[10, 1, 0], [0, 5, 0], [10, 1, 0]], 3)")
    text = (tmp_path / name).read_text(encoding="utf-8")
    panels = "'matrix', 'eigenvalues', 'singular_values'"
    (tmp_path / name).write_text(text.replace("'matrix', 'norms'", panels), encoding="utf-8")
    render.film(name, formats=())
    heading = next(y for text, _, y in drawn if text == "singular values")
    counts = [y for text, _, y in drawn if text.endswith("not known")]
    assert all(abs(y - heading) > 20 for y in counts)
    assert any(y > heading for y in counts)
