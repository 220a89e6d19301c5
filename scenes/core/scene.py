"""What a scene is: a function that builds matrices or series, with the words, panels and claims of its film."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from scenes.core.claims import ASKED, Claim, Claimed, needs_of
from scenes.core.moments import Moment, Reached
from scenes.core.parameters import Parameter, ParameterError, parameters_of
from scenes.core.sequence import MatrixSequence, Record, Recording, SequenceError
from scenes.core.sources import IDEAS

DEFAULT_FPS = "12.5"

# A function that decides a claim, as its decorator found it.
Decides = TypeVar("Decides", bound=Callable[..., Claimed])
# A function that finds a moment, as its decorator found it.
Finds = TypeVar("Finds", bound=Callable[..., Reached | int | None])

# How the panels of a film may stand.
ARRANGEMENTS = ("beside", "stacked", "row", "grid")


@dataclass(frozen=True)
class PanelRequest:
    """A panel by name (or, in a user's own file, by class) with its options."""

    panel: str | type
    options: Mapping[str, Any] = field(default_factory=dict)


def show(panel: str | type, **options: Any) -> PanelRequest:
    """Ask for a panel with options: ``show("matrix", limits=(-2, 2))``."""
    return PanelRequest(panel, options)


@dataclass(frozen=True, eq=False)
class Scene:
    """A film's script: which matrices to multiply or series to draw, and what to show of them.

    Built by the `scene` decorator. Calling it with parameters gives its recordings.
    """

    name: str
    function: Callable[..., Any]
    title: str
    statement: str
    summary: str
    panels: tuple[PanelRequest, ...]
    parameters: tuple[Parameter, ...]
    poster: float | None
    fps: str
    covers: tuple[int, ...]
    counter: str = "step"
    opening: str = ""
    running: str = ""
    arrange: str = "beside"
    smooth: bool = False
    symbol: str = "W"
    explain: int | None = None
    clock: tuple[float, ...] | None = None
    sensitive: str = ""
    claims: list[Claim] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)

    def claim(
        self,
        text: str,
        *,
        column: str | None = None,
        headline: bool = False,
        counterexample: Mapping[str, Any] | Callable[..., Any] | None = None,
    ) -> Callable[[Decides], Decides]:
        """Add a claim, decided by the function below; claims stand in the film in the order they are added in.

        The function returns `Claimed` and is called with what its arguments name: ``product`` (the `Trajectory`),
        ``series`` (arrays by name), ``columns`` (a comparison's columns by label), ``steps``, and the scene's own
        parameters.

        Parameters
        ----------
        text : str
            The claim in a few words, followed on screen by its number.
        column : str, optional
            The column it speaks of in a comparison.
        headline : bool
            Whether it is the film's statement as a number: if the statement were false, so would it be.
        counterexample : mapping or callable, optional
            A change of the scene for which the statement is false. A mapping holds other parameters, which may lie
            beyond their bounds; a function is called with the parameters that its arguments name, and returns what
            the scene's own function returns.

        Raises
        ------
        TypeError
            If the claim cannot belong to this scene.
        """

        def add(function: Decides) -> Decides:
            self._add(Claim(text, function, column, headline, counterexample))
            return function

        return add

    def moment(
        self, text: str, *, column: str | None = None, note: str = "", on: str = "", otherwise: str = ""
    ) -> Callable[[Finds], Finds]:
        """Add a moment, found by the function below: the film stops there, and says the sentence from then on.

        The function is called as those of claims are and returns `Reached`, a step, or None where the moment does not
        come. The sentence of the last moment ends the film, with a ✓ where all claims hold.

        Parameters
        ----------
        text : str
            One true sentence. ``{name}`` stands for a number that the function gave, ``{name:%}`` for it in per cent,
            ``{name:log10}`` for the number whose decimal logarithm it gave, ``{name:4}`` for four digits of it;
            ``<keep>…</>`` colours words in a role's colour.
        column : str, optional
            The column the function looks at in a comparison.
        note : str
            A few words at the point of a chart, with numbers as in the text.
        on : str
            The track at whose point the note stands.
        otherwise : str
            The sentence at the end of a film in which the moment does not come.

        Raises
        ------
        TypeError
            If the moment cannot belong to this scene.
        """

        def add(function: Finds) -> Finds:
            self._know(needs_of(function), f"the moment {text!r}")
            self.moments.append(Moment(text, function, column, note, on, otherwise))
            return function

        if not all(isinstance(words, str) for words in (text, note, on, otherwise)):
            raise TypeError(f"the text of a moment of scene {self.name} must be text, but it is {text!r}")
        return add

    def _know(self, names: list[str], what: str) -> None:
        """Refuse arguments that are neither the scene's own parameters nor what may be asked for."""
        own = [p.name for p in self.parameters]
        for name in names:
            if name not in own and name not in ASKED:
                raise TypeError(
                    f"{what} of scene {self.name} asks for {name}, which is neither a parameter of "
                    f"the scene nor one of {', '.join(ASKED)}"
                )

    def _add(self, claim: Claim) -> None:
        if not isinstance(claim.text, str):
            raise TypeError(f"the text of a claim of scene {self.name} must be text, but it is {claim.text!r}")
        own = [p.name for p in self.parameters]
        self._know(needs_of(claim.function), f"the claim {claim.text!r}")
        change = claim.counterexample
        for name in needs_of(change) if callable(change) else change or ():
            if name not in own:
                raise TypeError(
                    f"the counterexample of the claim {claim.text!r} asks for {name}, but scene {self.name} has no "
                    "such parameter"
                )
        if claim.headline and self.headline is not None:
            raise TypeError(f"scene {self.name} has two headlines, {self.headline.text!r} and {claim.text!r}")
        if claim.counterexample is not None and not claim.headline:
            raise TypeError(f"the claim {claim.text!r} of scene {self.name} has a counterexample but is no headline")
        self.claims.append(claim)

    @property
    def headline(self) -> Claim | None:
        """The claim that is the film's statement as a number, where the scene has one."""
        return next((claim for claim in self.claims if claim.headline), None)

    def resolve(self, **values: Any) -> dict[str, Any]:
        """Return all parameters, defaults filled in; raise `ParameterError` for a bad one."""
        known = {p.name: p for p in self.parameters}
        for name in values:
            if name not in known:
                raise ParameterError(f"scene {self.name} has no parameter {name}; it has {', '.join(known) or 'none'}")
        return {p.name: p.check(values.get(p.name, p.default)) for p in self.parameters}

    def build(self, **values: Any) -> dict[str | None, Recording]:
        """Return the scene's recordings by column label; a scene of one column has the label None.

        Raises
        ------
        ParameterError
            If a parameter is unknown or out of bounds.
        SequenceError
            If the function returns something else than recordings of one length.
        """
        return self._columns(self.function(**self.resolve(**values)))

    def __call__(self, **values: Any) -> dict[str | None, Recording]:
        """Return the same as `build`."""
        return self.build(**values)

    def build_counterexample(self, **values: Any) -> tuple[dict[str | None, Recording], dict[str, Any]]:
        """Return the recordings and parameters of the change for which the headline is false.

        Raises
        ------
        TypeError
            If the scene has no counterexample.
        """
        change = self.headline.counterexample if self.headline else None
        if change is None:
            raise TypeError(f"scene {self.name} has no counterexample")
        parameters = self.resolve(**values)
        if callable(change):
            return self._columns(change(**{name: parameters[name] for name in needs_of(change)})), parameters
        parameters |= change
        return self._columns(self.function(**parameters)), parameters

    def _columns(self, built: Any) -> dict[str | None, Recording]:
        columns = built if isinstance(built, Mapping) else {None: built}
        wrong = [type(c).__name__ for c in columns.values() if not isinstance(c, MatrixSequence | Record)]
        if wrong or not columns:
            found = wrong[0] if wrong else "an empty mapping"
            raise SequenceError(f"scene {self.name} must return a MatrixSequence or a Record, but it returned {found}")
        if len({c.steps for c in columns.values()}) > 1:
            raise SequenceError(f"the columns of scene {self.name} must have equally many steps")
        return {None if label is None else str(label): c for label, c in columns.items()}


def scene(
    *panels: str | type | PanelRequest,
    title: str | None = None,
    statement: str | None = None,
    opening: str = "",
    running: str = "",
    counter: str = "step",
    arrange: str = "beside",
    smooth: bool = False,
    symbol: str = "W",
    explain: int | None = None,
    clock: tuple[float, ...] | None = None,
    poster: float | None = None,
    fps: str = DEFAULT_FPS,
    covers: tuple[int, ...] = (),
    sensitive: str = "",
) -> Callable[[Callable[..., Any]], Scene]:
    """Turn a function into a `Scene`.

    The function's signature becomes the scene's parameters (annotated ``int``, ``float``, ``bool``
    or ``str``, each with a default; bounds as ``Annotated[float, Bounds(0, 1)]``), the first line
    of its docstring its summary, the docstring's parameter section the help of its options. It
    returns a `MatrixSequence`, a `Record`, or a mapping from column labels to these for a comparison.
    What the film claims stands below it, decorated with `Scene.claim`.

    Parameters
    ----------
    *panels : str, type or PanelRequest
        What to show; the first is the largest. ``matrix``, ``norms`` and ``eigenvalues`` by default.
    title, statement : str, optional
        What stands at the head of the film, and what the film shows, in a sentence without a full stop; ``{name}``
        stands for a parameter.
    opening : str
        The sentence below the film at its start; the statement by default.
    running : str
        The sentence from the first step to the first moment, if it is another one. ``{step}`` stands for the step,
        and the name of a series for its number at that step; see `Scene.moment` for how numbers are written.
    counter : str
        What a step is called: one word ("layer"), or words with numbers of series in them ("θ = {angle}°").
    arrange : str
        ``beside``: the first panel left, the others right of it; ``stacked``: the first one above the others; ``row``:
        all side by side; ``grid``: the columns of a comparison, of one panel each, as small multiples.
    smooth : bool
        Whether what turns or moves is shown on its way between steps, too.
    symbol : str
        What the matrix is called: "F" for the powers F², F³ of a film.
    explain : int, optional
        The step whose multiplication is spelled out, row by column.
    clock : tuple of float, optional
        The number that stands at the axis for each step, from step 0 on: values of a parameter, or updates. The
        step's own by default.
    poster : float, optional
        Which step is on the poster, as a fraction of the steps; by default that of the first moment.
    fps : str
        Steps a second at even pace, unless the command says otherwise.
    covers : tuple of int
        Numbers of the ideas in `scenes.core.sources` that the film shows.
    sensitive : str
        Why the last bits decide what is shown, as a clause: "its training enlarges every rounding error". Another
        version of NumPy rounds otherwise, so its films are compared under the version they were made with alone.
    """

    def decorate(function: Callable[..., Any]) -> Scene:
        summary = (inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " ").strip()
        words = function.__name__.replace("_", " ")
        requests = panels or ("matrix", "norms", "eigenvalues")
        if not all(text is None or isinstance(text, str) for text in (title, statement)):
            raise TypeError(f"title and statement of scene {function.__name__} must be text")
        if not all(isinstance(text, str) for text in (opening, running, counter, symbol, sensitive)):
            raise TypeError(
                f"opening, running, counter, symbol and sensitive of scene {function.__name__} must be text"
            )
        if explain is not None and (isinstance(explain, bool) or not isinstance(explain, int) or explain < 1):
            raise ValueError(f"explain of scene {function.__name__} must be a step from 1 on, but it is {explain!r}")
        if arrange not in ARRANGEMENTS:
            raise ValueError(
                f"arrange of scene {function.__name__} must be one of {', '.join(ARRANGEMENTS)}, but it is {arrange!r}"
            )
        if poster is not None and (
            isinstance(poster, bool) or not isinstance(poster, (int, float)) or not 0 <= poster <= 1
        ):
            raise ValueError(f"poster of scene {function.__name__} must be a number from 0 to 1, but it is {poster!r}")
        if not isinstance(covers, tuple) or not all(number in IDEAS for number in covers):
            raise ValueError(
                f"covers of scene {function.__name__} must be a tuple of numbers that `render list --sources` lists, "
                f"but it is {covers!r}"
            )
        parameters = parameters_of(function)
        for parameter in parameters:
            if parameter.name in ASKED and parameter.name != "steps":
                raise TypeError(f"scene {function.__name__} has a parameter {parameter.name}, which claims ask for")
        return Scene(
            name=function.__name__,
            function=function,
            title=title or words[:1].upper() + words[1:],
            statement=statement or summary.rstrip("."),
            summary=summary or words,
            panels=tuple(p if isinstance(p, PanelRequest) else PanelRequest(p) for p in requests),
            parameters=parameters,
            poster=poster,
            fps=fps,
            covers=covers,
            counter=counter,
            opening=opening,
            running=running,
            arrange=arrange,
            smooth=smooth,
            symbol=symbol,
            explain=explain,
            clock=clock,
            sensitive=sensitive,
        )

    return decorate
