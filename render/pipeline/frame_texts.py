"""The words of a frame besides its panels': title, counter, caption, and what explains technical words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from render.drawing.canvas import Canvas
from render.drawing.glyphs import TextStyle, text_width
from render.drawing.layouts import Layout
from render.drawing.paragraph import two_lines, write_sentence
from render.pipeline.glossary import placed, terms_of, word_of
from render.pipeline.job import FilmOptions
from render.pipeline.moments import Captions
from render.pipeline.scene_run import SceneRun
from render.pipeline.timeline import Instant
from render.text import Words, filled, literal, places_of, unmarked
from scenes import PanelRequest


@dataclass(frozen=True)
class Said:
    """What a film says in words at a moment, besides its title.

    Parameters
    ----------
    sentence : str
        The caption, with the marks of its colours.
    past : bool
        Whether its moment has passed.
    terms : str
        What explains its technical words.
    counter : tuple of str
        The counter's word and its number.
    """

    sentence: str
    past: bool
    terms: str
    counter: tuple[str, str]


class FrameTexts:
    """Knows and writes the words of every frame.

    Parameters
    ----------
    found : SceneRun
        What is shown.
    look : FilmOptions
        Language and title.
    layout : Layout
        Where the words stand.
    canvas : Canvas
        What they are drawn on.
    """

    def __init__(self, found: SceneRun, look: FilmOptions, layout: Layout, canvas: Canvas) -> None:
        self._found, self._layout, self._canvas, self._words = found, layout, canvas, Words(look.language)
        self._captions = self._captions_in(self._words)
        self.title = self._words(found.scene.title) if look.title is None else literal(look.title)
        self._terms: list[str] = []

    def numbers(self, step: int) -> Mapping[str, Any]:
        """Return what a text may hold at a step."""
        return self._captions.numbers(step)

    def said(self, instant: Instant) -> Said:
        """Return what the film says at an instant; where technical words are explained has to be known before."""
        step, captions = instant.step, self._captions
        counter = self._counter(captions.numbers(step))
        if instant.entries:
            return Said(captions.explaining(step), False, "", counter)
        terms = self._terms[bisect_right(captions.starts, step) - 1]
        return Said(captions.at(step), captions.is_past(step), terms, counter)

    def write(self, said: Said) -> None:
        """Write counter and caption."""
        canvas, sizes, theme = self._canvas, self._layout.sizes, self._canvas.theme
        self._write_counter(said.counter)
        places = self._layout.caption
        if said.terms:
            # The sentence takes the first line, what explains its words the last.
            line = places[-1][-1]
            canvas.text(line.x, line.y, said.terms, canvas.style(theme.muted, sizes.axis))
            places = (places[-1][:1],)
        color = theme.muted if said.past else theme.ink
        write_sentence(canvas, said.sentence, places, sizes.caption, sizes.axis, color=color)

    def place_terms(self, headings: Sequence[str]) -> None:
        """Find what explains technical words below each of the film's sentences; the last one ends the film alone.

        Parameters
        ----------
        headings : sequence of str
            What stands above the panels.
        """
        scene, sizes = self._found.scene, self._layout.sizes
        begin = self._captions.numbers(0)
        shown = [filled(text, begin) for text in headings]
        labels = [label for request in scene.panels for label in _labels_of(request)]
        # The glossary finds its words in English.
        said = [moment.sentence(Words()) for moment in self._found.moments]
        clauses = terms_of([scene.opening, *shown, *labels, scene.title], [scene.running, *said])
        terms = [self._words(clause) for clause in clauses]
        line, caption = self._layout.caption[-1][-1], self._layout.caption[-1][0]
        starts = self._captions.starts
        style = self._canvas.style(self._canvas.theme.muted, sizes.axis)

        def fits(index: int, text: str) -> bool:
            sentence = unmarked(self._captions.at(starts[index]))
            width = text_width(sentence, self._canvas.style(self._canvas.theme.ink, sizes.caption - 2, "semibold"))
            return width <= caption.width and text_width(text, style) <= line.width

        english = self._captions_in(Words())
        spoken = [{word_of(clause) for clause in terms_of([english.at(start)])} for start in starts]
        used = [[self._words(clause) for clause in clauses if word_of(clause) in own] for own in spoken]
        self._terms = placed(terms, used, fits)

    def draw_title(self) -> None:
        """Draw the title, and the hairline above the caption."""
        canvas, layout, title = self._canvas, self._layout, self.title
        style = canvas.style(canvas.theme.ink, layout.sizes.title, "bold")
        lines = layout.title
        if len(lines) > 1:
            # The last line of the title shares its room with the counter.
            room = lines[-1].width - round(text_width(self._longest_counter(), self._counter_style())) - 24
            if text_width(title, style) <= lines[0].width:
                canvas.text(lines[0].x, lines[0].y, title, style)
            else:
                first, second = two_lines(title, style, lines[0].width)
                canvas.text(lines[0].x, lines[0].y, first, style, width=lines[0].width)
                canvas.text(lines[1].x, lines[1].y, second, style, width=room)
        elif title:
            room = (
                layout.counter.right
                - lines[0].x
                - round(text_width(self._longest_counter(), self._counter_style()))
                - round(32 * layout.scale)
            )
            canvas.text(lines[0].x, lines[0].y, title, style, width=room)
        canvas.fill(layout.rule, canvas.theme.grid)

    def _counter_style(self) -> TextStyle:
        return self._canvas.style(self._canvas.theme.ink, self._layout.sizes.counter, "semibold")

    def _longest_counter(self) -> str:
        steps = self._found.steps
        texts = ["".join(self._counter(self._captions.numbers(step))) for step in {0, steps // 2, steps}]
        return max(texts, key=len)

    def _counter(self, numbers: Mapping[str, Any]) -> tuple[str, str]:
        """Return the counter's word and its number."""
        named = {name: value for name, value in self._found.parameters.items() if isinstance(value, str)}
        text = self._words(self._found.scene.counter, named)
        if places_of(text):
            before, brace, after = text.partition("{")
            return before, filled(brace + after, numbers)
        if places_of(self._found.scene.counter):
            # Words alone, which were filled in.
            return "", text
        return f"{text} ", str(numbers["step"])

    def _write_counter(self, counter: tuple[str, str]) -> None:
        word, value = counter
        line, style = self._layout.counter, self._counter_style()
        self._canvas.text(line.right, line.y, value, style, "right", line.width)
        muted = self._canvas.style(self._canvas.theme.muted, style.size)
        x = line.right - text_width(value, style) - (8 * self._layout.scale if word.endswith(" ") else 0)
        if word.strip():
            self._canvas.text(x, line.y, word.strip(), muted, "right")

    def _captions_in(self, words: Words) -> Captions:
        found = self._found
        return Captions(found.scene, found.parameters, found.columns, found.moments, found.verdicts, words)


def _labels_of(request: PanelRequest) -> list[str]:
    """Return the names of what a panel shows, and of its rows."""
    shown = request.options.get("of")
    named = [*shown] if isinstance(shown, Mapping) else []
    return [str(label) for label in (*named, *request.options.get("rows", ()))]
