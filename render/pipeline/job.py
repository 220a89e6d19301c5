"""A film as plain data: every option of a film, once, with its help; and the film that was made."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from render.errors import UsageError
from render.pipeline.option_values import checked_option
from render.text import brief, suggestion

# Rows of a matrix, or of every matrix of a stack.
Rows = Sequence[Sequence[float]] | Sequence[Sequence[Sequence[float]]]


@dataclass(frozen=True)
class Option:
    """How an option of a film is given on the command line, and what it means.

    Parameters
    ----------
    flags : tuple of str
        Its names there; that of the library otherwise, with hyphens.
    help : str
        One line.
    metavar : str, optional
        What stands for its value in the help.
    kind : type
        What its words are read as, where None is usual.
    """

    flags: tuple[str, ...]
    help: str
    metavar: str | None = None
    kind: type = str


def _option(default: Any, *flags: str, help: str, metavar: str | None = None, kind: type = str) -> Any:
    return field(default=default, metadata={"option": Option(flags, help, metavar, kind)})


@dataclass(frozen=True, kw_only=True)
class FilmOptions:
    """What decides a film besides its scene. Command line, library, manifest and documentation follow from it."""

    output: str = _option("output", "--output", "-o", help="Folder of the files.", metavar="DIR")
    name: str | None = _option(
        None, "--name", help="Name of the files without ending.  [default: the scene's]", metavar="STEM"
    )
    formats: tuple[str, ...] = _option(
        ("mp4", "gif"), "--format", help="{formats}; repeat it for several.  [default: mp4 and gif]", metavar="NAME"
    )
    pace: str = _option(
        "film", "--pace", help="film: stops where something happens. even: one frame a step.", metavar="NAME"
    )
    duration: float | None = _option(
        None,
        "--duration",
        help="Length of the film.  [default: from 8 to 20, as the scene needs]",
        metavar="SECONDS",
        kind=float,
    )
    between: bool = _option(
        False, "--between", help="Show matrices on their way between steps, where W has a real root."
    )
    explain: str | None = _option(
        None, "--explain", help="Spell a multiplication out, from this entry on.", metavar="ROW,COLUMN"
    )
    fps: str | None = _option(
        None, "--fps", help="Frames a second, as 12.5 or 25/2.  [default: the scene's, mostly 12.5]", metavar="RATE"
    )
    hold_first: float = _option(0.0, "--hold-first", help="How long step 0 stays longer.", metavar="SECONDS")
    hold_last: float = _option(0.0, "--hold-last", help="How long the last one does.", metavar="SECONDS")
    pause: tuple[str, ...] = _option(
        (), "--pause", help="Stop at a step so long, as 16=2.5; repeat it for several.", metavar="STEP=SECONDS"
    )
    over: str | None = _option(
        None,
        "--over",
        help="Several films in the page, with a slider, as gain=0.8:1.2:9.",
        metavar="NAME=VALUES",
    )
    loop: int = _option(0, "--loop", help="How often a GIF or WebP plays; 0 is for ever.", metavar="N")
    layout: str = _option(
        "wide", "--layout", help="wide (1280 × 720), square (720 × 720) or phone (720 × 1280).", metavar="NAME"
    )
    size: int = _option(720, "--size", help="720, 1080, 1440 or 2160: how fine the frames are.", metavar="LINES")
    theme: str | Mapping[str, Any] = _option(
        "light", "--theme", help="light, dark, or a file of colours (TOML).", metavar="NAME"
    )
    language: str = _option("en", "--lang", help="en, ko, or a language of your own (docs/languages.md).")
    title: str | None = _option(None, "--title", help="Another title, shown as it is.", metavar="TEXT")
    transparent: bool = _option(
        False, "--transparent", help="Leave the background out, of WebP; take the theme that suits what is below."
    )
    max_bytes: int | None = _option(
        None, "--max-bytes", help="Let no file be larger, as 2MB, or say what would fit.", metavar="SIZE"
    )
    max_frames: int = _option(100_000, "--max-frames", help="Refuse longer films.", metavar="N")
    timeout: float = _option(
        120.0, "--timeout", help="Give ffmpeg up after so long without progress.", metavar="SECONDS"
    )
    allow_false_claims: bool = _option(
        False, "--allow-false-claims", help="Make the film even if something it claims is false; it says so."
    )

    def __post_init__(self) -> None:
        for single in fields(FilmOptions):
            object.__setattr__(
                self, single.name, checked_option(single.name, getattr(self, single.name), single.default)
            )


OPTIONS: dict[str, Option] = {single.name: single.metadata["option"] for single in fields(FilmOptions)}
USUAL: dict[str, Any] = {single.name: single.default for single in fields(FilmOptions)}

# The scene of somebody's own matrices.
POWERS = "powers"
# What files of such a film are named after, where it multiplies different ones.
PRODUCT = "product"

# Films of several runs: side by side, as small multiples, over a parameter; and of matrices over training.
COMPARISON, GRID, SWEEP, PHASE, TRAINING = SEVERAL = ("comparison", "grid", "sweep", "phase", "training")

# What the place where a film is made decides; the film is the same.
_OF_THE_PLACE = ("output", "timeout")


def _is_saving(item: tuple[Any, Any]) -> bool:
    name, value = item
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    allowed = {"thorough": value == 1, "crf": value in range(1, 7), "pictures": 1 <= value <= 12.5}
    return bool(allowed.get(name))


@dataclass(frozen=True)
class Job(FilmOptions):
    """Everything that decides a film, as strings and numbers: it can be pickled, and written as JSON.

    Parameters
    ----------
    scene : str
        Name of a scene, or a file that defines one.
    parameters : mapping of str to object
        The scene's own parameters; those left out have their defaults.
    matrices : mapping of str to sequence, optional
        Rows of the matrices whose powers are filmed, by label, or of all in a stack, whose product is; the scene is
        then ``powers``.
    allow_nonfinite : bool
        Whether entries of the matrices may be NaN or infinite, which are marked then.
    several : mapping of str to object, optional
        What a film of several runs is made of (`render.pipeline.several`); the scene is then one of `SEVERAL`.
    savings : mapping of str to float
        What is spared so that no file is larger than `max_bytes`: ``thorough``, which is 1 where H.264 takes its
        time, ``crf``, by how much it is coarser, and ``pictures``, the most pictures a second where steps run by.
        `render.pipeline.fit` decides it.
    **options
        Those of `FilmOptions`.

    Raises
    ------
    UsageError
        If an option has another type.
    """

    scene: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    matrices: Mapping[str, Rows] | None = None
    allow_nonfinite: bool = False
    several: Mapping[str, Any] | None = None
    savings: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.savings, Mapping) or not all(map(_is_saving, self.savings.items())):
            raise UsageError(
                "savings are thorough, which is 1, crf, from 1 to 6, and pictures, from 1 to 12.5, but not "
                f"{brief(self.savings)}"
            )
        if not isinstance(self.scene, str) or not isinstance(self.parameters, Mapping):
            raise UsageError("a film needs the name of a scene, and its parameters by name")
        if self.matrices is not None and not isinstance(self.matrices, Mapping):
            raise UsageError(f"matrices are rows by label, but they are {brief(self.matrices)}")
        if self.matrices is not None and self.scene != POWERS:
            raise UsageError(f"matrices are filmed by the scene {POWERS}, but the scene is {brief(self.scene)}")
        if not isinstance(self.allow_nonfinite, bool) or (self.allow_nonfinite and self.matrices is None):
            raise UsageError(
                f"allow_nonfinite is True or False, and of matrices alone, but it is {brief(self.allow_nonfinite)}"
            )
        if self.several is not None and (not isinstance(self.several, Mapping) or self.scene not in SEVERAL):
            raise UsageError(f"several runs are filmed as {', '.join(SEVERAL)}, but the scene is {brief(self.scene)}")

    @property
    def stem(self) -> str:
        """Name of the files without ending."""
        # Loading it costs every start of the command a hundredth of a second.
        from render.storage import check_stem

        name = self.scene.rpartition(":")[2] if ".py:" in self.scene else Path(self.scene).stem
        return check_stem(self.name if self.name is not None else name)

    @property
    def sources(self) -> tuple[str, ...]:
        """The scenes that are run for it: names, and files that are programs."""
        if self.several is None:
            return (self.scene,)
        runs = self.several.get("of")
        listed = runs if isinstance(runs, (list, tuple)) else [self.several]
        return tuple(str(single["scene"]) for single in listed if isinstance(single, Mapping) and "scene" in single)

    @property
    def program(self) -> str | None:
        """The first file among them that is a program, if there is one."""
        return next((source for source in self.sources if ".py" in source), None)

    def as_json(self) -> dict[str, Any]:
        """Return what decides the film, as the manifest holds it: all but where it is made."""
        content = asdict(self) | {"formats": list(self.formats), "pause": list(self.pause)}
        if self.allow_nonfinite and self.matrices is not None:
            # JSON has no such numbers.
            content["matrices"] = {label: [_in_words(row) for row in rows] for label, rows in self.matrices.items()}
        return {name: value for name, value in content.items() if name not in _OF_THE_PLACE}

    @classmethod
    def of_json(cls, content: Mapping[str, Any], output: str) -> Job:
        """Return the job of a manifest, with a folder for its files.

        Raises
        ------
        UsageError
            If it is none.
        """
        names = {single.name for single in fields(cls)} - {*_OF_THE_PLACE}
        if not isinstance(content, Mapping) or content.keys() != names or not isinstance(content["scene"], str):
            raise UsageError("the manifest's job cannot be read, so render the film again")
        theme = content["theme"]
        if isinstance(theme, str) and theme.endswith(".toml"):
            # A job holds its colours; a manifest from elsewhere must not have files of this place read.
            raise UsageError("the manifest's theme is a file instead of its colours, so render the film again")
        if not isinstance(content["parameters"], Mapping):
            raise UsageError("the manifest's parameters cannot be read, so render the film again")
        matrices = content["matrices"]
        if content["allow_nonfinite"] is True and isinstance(matrices, Mapping):
            content = {**content, "matrices": {label: _of_words(rows) for label, rows in matrices.items()}}
        return cls(**content, output=output)


def _in_words(row: Sequence[Any]) -> list[Any]:
    """Return a row with names in the place of the numbers that JSON lacks; a stack has none of these."""
    return [str(value) if isinstance(value, float) and not math.isfinite(value) else value for value in row]


def _of_words(rows: Any) -> Any:
    """Return rows with the numbers that JSON lacks in the place of their names; what is none of these stays."""
    if not isinstance(rows, list):
        return rows
    named = ("nan", "inf", "-inf")
    return [
        [float(value) if value in named else value for value in row] if isinstance(row, list) else row for row in rows
    ]


def refuse_unknown(names: Sequence[str], own: Sequence[str]) -> None:
    """Refuse names that are neither options of a film nor parameters of its scene, naming the nearest.

    Parameters
    ----------
    names : sequence of str
        What was given.
    own : sequence of str
        Parameters of the scene.

    Raises
    ------
    UsageError
        If there is such a name.
    """
    spoken = {flag.lstrip("-").replace("-", "_"): name for name, option in OPTIONS.items() for flag in option.flags}
    for name in names:
        if name in own:
            continue
        if name in OPTIONS:
            raise UsageError(f"{name} is an option of the film and no parameter of its scene, so give it by itself")
        if name in spoken:
            raise UsageError(f"there is no option {name!r}, did you mean {spoken[name]!r}?")
        raise UsageError(f"there is no option {name!r}, {suggestion(name, [*own, *OPTIONS])}")
