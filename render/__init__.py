"""Films of what repeated matrix multiplication does.

>>> import render
>>> film = render.film("orthogonal", steps=64, output="output")  # doctest: +SKIP
>>> render.simulate("orthogonal", steps=64).log10_spectral_norm  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Never

from render.version import VERSION

if TYPE_CHECKING:
    from fractions import Fraction

    from numpy.typing import ArrayLike

    from render.numerics.trajectory import Trajectory
    from render.pipeline.batch import run_all
    from render.pipeline.catalog import load_scene
    from render.pipeline.checkpoint_film import checkpoints
    from render.pipeline.film import Film
    from render.pipeline.job import Job
    from scenes import Scene

__version__ = VERSION
__all__ = ["checkpoints", "film", "interact", "job", "load_scene", "run_all", "scenes", "simulate"]


def _refuse_other_scenes() -> None:
    """Refuse to work with another module named scenes; `scenes` does the same with one named render."""
    found = importlib.util.find_spec("scenes")
    own = Path(__file__).parent.parent / "scenes" / "__init__.py"
    if found and found.origin and os.path.samefile(found.origin, own):
        return
    where = (
        f"{found.origin or list(found.submodule_search_locations or [])} is another one" if found else "is not there"
    )
    said = f"eigenreel needs its own module scenes, but {where}, so rename or move it"
    # A command begins with this import, and owes a sentence.
    if Path(sys.argv[0]).stem in ("render", "-m"):
        sys.exit(f"render: {said}.")
    raise ImportError(said)


_refuse_other_scenes()


def film(
    scene: str | ArrayLike | Mapping[str, ArrayLike],
    *,
    steps: int | None = None,
    dim: int | None = None,
    seed: int | None = None,
    parameters: Mapping[str, object] | None = None,
    labels: Sequence[str] | None = None,
    output: str | os.PathLike[str] = "output",
    name: str | None = None,
    formats: str | Sequence[str] = ("mp4", "gif"),
    pace: str = "film",
    duration: float | None = None,
    between: bool = False,
    explain: str | None = None,
    fps: str | float | Fraction | None = None,
    hold_first: float = 0.0,
    hold_last: float = 0.0,
    pause: Mapping[int, float] | Sequence[str] = (),
    over: str | None = None,
    loop: int = 0,
    layout: str = "wide",
    size: int = 720,
    theme: str | os.PathLike[str] | Mapping[str, object] = "light",
    language: str = "en",
    title: str | None = None,
    transparent: bool = False,
    max_bytes: int | str | None = None,
    max_frames: int = 100_000,
    timeout: float = 120.0,
    allow_false_claims: bool = False,
    allow_nonfinite: bool = False,
    progress: Callable[[int, int], object] | None = None,
    **unknown: Never,
) -> Film:
    """Make a film, as ``render scene`` does.

    Parameters
    ----------
    scene : str, array_like, or mapping of str to array_like
        Name of a scene, a Python file that defines one, or a real matrix, shape (n, n), whose powers are filmed, or
        several, shape (T, n, n), whose product is; ``{"before": A, "after": B}`` stand side by side.
    steps, dim, seed : int, optional
        Parameters that most scenes have: multiplications, rows and columns, and the seed of the random numbers.
    parameters : mapping of str to object, optional
        All other parameters of the scene: ``{"spectral_radius": 0.9}``. They may be given by name as well, but type
        checkers know them not.
    labels : sequence of str, optional
        Names of several matrices, which are filmed side by side.
    output, name : str, optional
        Folder of the files, and their name without ending.
    formats : str or sequence of str
        What to write: names in `render.video.formats.FORMATS`.
    pace : str
        ``film``: stops where something happens. ``even``: one frame a step.
    duration : float, optional
        Length of the film in seconds; from 8 to 20 by default, as the scene needs.
    between : bool
        Show matrices on their way between steps, where W has a real root.
    explain : str, optional
        An entry, as "1,2" for the first row and the second column, whose multiplication is spelled out.
    fps : str or number, optional
        Frames a second; the scene's own by default.
    hold_first, hold_last : float
        Seconds for which the first and the last step stay longer.
    pause : mapping of int to float, or sequence of str
        For how many seconds the film stops at a step: ``{16: 2.5}`` or ``["16=2.5"]``.
    over : str, optional
        Values of a parameter, as "spectral_radius=0.8:1.2:9": a page (``formats="html"``) plays a film of each.
    loop : int
        How often a GIF or WebP plays; 0 is for ever.
    layout, language : str
        ``wide``, ``square`` or ``phone``; ``en`` or ``ko``.
    size : int
        720, 1080, 1440 or 2160: how fine the frames are.
    theme : str, path or mapping
        ``light``, ``dark``, or colours of your own: a TOML file, or what it would hold.
    title : str, optional
        Another title, shown as it is.
    transparent : bool
        Leave the background out, of WebP alone; take the theme that suits what is below.
    max_bytes : int or str, optional
        The largest a file may be, as ``"2MB"``: the film is made so, or refused with what would fit.
    max_frames : int
        Longest film that is not refused.
    timeout : float
        Seconds without progress after which ffmpeg is given up.
    allow_false_claims : bool
        Make the film even if something it claims is false; it then says so.
    allow_nonfinite : bool
        Mark entries of a matrix that are NaN or infinite, which is refused otherwise.
    progress : callable, optional
        Called with the number of frames that are painted and of all. A notebook's cell tells it without.
    **unknown
        Refused with the nearest name that there is.

    Returns
    -------
    Film
        The files by ending (``film.files["mp4"]``), the manifest, ``film.frame(17)`` and ``film.still(17, "svg")``.
        A notebook shows it.

    Raises
    ------
    EigenreelError
        If it cannot be made; see `render.errors`.
    """
    from render.errors import UsageError
    from render.pipeline.fit import make
    from render.pipeline.watch import Told, Watch
    from render.publish.notebook import CellProgress, in_a_notebook

    given: dict[str, Any] = {
        "output": output, "name": name, "formats": formats, "pace": pace, "duration": duration, "between": between,
        "explain": explain, "fps": fps, "hold_first": hold_first, "hold_last": hold_last, "pause": pause, "loop": loop,
        "layout": layout, "size": size, "theme": theme, "language": language, "title": title, "over": over,
        "transparent": transparent, "max_bytes": max_bytes, "max_frames": max_frames, "timeout": timeout,
        "allow_false_claims": allow_false_claims, "labels": labels, "allow_nonfinite": allow_nonfinite,
    }  # fmt: skip
    wanted = job(scene, parameters, **given, **_given(steps, dim, seed), **unknown)
    if progress is not None and not callable(progress):
        raise UsageError(f"progress must be a function of frames done and of all frames, but it is {progress!r:.80}")
    watch: Watch | None = Told(progress) if progress is not None else None
    if watch is None and in_a_notebook():
        watch = CellProgress(wanted.stem)
    return make(wanted, watch)


def interact(scene: str, *, output: str | os.PathLike[str] = "output", **given: Any) -> Film:
    """Make a page with a film for every value of one parameter, and a slider that chooses one.

    Nothing is computed in the page: all films are in it.

    Parameters
    ----------
    scene : str
        Name of a scene, or a Python file that defines one.
    output : str
        Folder of the page.
    **given
        Options of the film and parameters of the scene, as for `film`. One of these is several values: a tuple of the
        least, the greatest and, if nine are not right, their number, or a list.

    Returns
    -------
    Film
        A notebook shows its page.

    Raises
    ------
    EigenreelError
        If it cannot be made.

    Examples
    --------
    >>> render.interact("powers", spectral_radius=(0.8, 1.2))  # doctest: +SKIP
    """
    from render.errors import UsageError
    from render.pipeline.job import OPTIONS
    from render.pipeline.values import are_several, listed

    for name in given.keys() & {"formats", "over", "parameters"}:
        raise UsageError(f"interact makes a page of one parameter's values, so leave {name} out, or use film")
    several = [name for name, value in given.items() if name not in OPTIONS and are_several(value)]
    if len(several) != 1:
        found = f", but {' and '.join(several)} are" if several else ""
        raise UsageError(f"one parameter must be several values{found}: give one as spectral_radius=(0.8, 1.2)")
    (name,) = several
    others = {key: value for key, value in given.items() if key != name}
    return film(scene, output=output, formats="html", over=f"{name}={listed(name, given[name])}", **others)


def job(
    scene: str | ArrayLike | Mapping[str, ArrayLike],
    parameters: Mapping[str, object] | None = None,
    *,
    labels: Sequence[str] | None = None,
    allow_nonfinite: bool = False,
    **options: Any,
) -> Job:
    """Return a film as plain data, for `run_all`; nothing is made.

    Parameters
    ----------
    scene, labels, allow_nonfinite
        As for `film`.
    parameters : mapping of str to object, optional
        Parameters of the scene.
    **options
        Options of the film, and parameters of the scene, as for `film`; None stands for what is usual in an option.

    Raises
    ------
    EigenreelError
        If there is no such scene, parameter or option, or one has the wrong type.
    """
    from render.errors import UsageError
    from render.pipeline.arrays import is_stack, matrices_of
    from render.pipeline.guard import guarded
    from render.pipeline.job import OPTIONS, POWERS, PRODUCT, Job, refuse_unknown
    from render.pipeline.scene_run import scene_of

    kept = {name: value for name, value in options.items() if name in OPTIONS and value is not None}
    given = _parameters({name: value for name, value in options.items() if name not in OPTIONS}, parameters)
    if isinstance(scene, str) and labels is not None:
        raise UsageError("labels name matrices, but a scene has its own, so leave them out")
    if isinstance(scene, str):
        wanted = Job(scene, given, allow_nonfinite=allow_nonfinite, **kept)
    else:
        matrices = matrices_of(scene, labels, allow_nonfinite)
        kept.setdefault("name", PRODUCT if any(map(is_stack, matrices.values())) else POWERS)
        wanted = Job(POWERS, given, matrices, allow_nonfinite, **kept)
    found = scene_of(wanted)
    refuse_unknown(list(given), [parameter.name for parameter in found.parameters])
    with guarded(wanted.scene):
        found.resolve(**given)
    return wanted


def simulate(
    scene: str | ArrayLike | Mapping[str, ArrayLike],
    *,
    steps: int | None = None,
    dim: int | None = None,
    seed: int | None = None,
    parameters: Mapping[str, object] | None = None,
    labels: Sequence[str] | None = None,
    allow_nonfinite: bool = False,
    **unknown: Never,
) -> Trajectory:
    """Return the numbers of a scene, or of the powers of a matrix, without drawing anything.

    Parameters
    ----------
    scene, steps, dim, seed, parameters, labels, allow_nonfinite
        As for `film`.
    **unknown
        Refused with the nearest name that there is.

    Returns
    -------
    Trajectory
        Its series and products at any step; `tracks` are all numbers by name, `columns` those of a comparison.

    Raises
    ------
    EigenreelError
        If there is no such scene, or a parameter is out of bounds.
    """
    from render.numerics.trajectory import trajectory_of
    from render.pipeline.scene_run import run_of

    common = _given(steps, dim, seed)
    wanted = job(scene, parameters, labels=labels, allow_nonfinite=allow_nonfinite, **common, **unknown)
    return trajectory_of(run_of(wanted).columns)


def scenes() -> dict[str, Scene]:
    """Return all scenes of the package by name, chapter by chapter."""
    from render.pipeline.catalog import all_scenes

    return all_scenes()


def _given(steps: int | None, dim: int | None, seed: int | None) -> dict[str, Any]:
    """Return those of the common parameters that were given."""
    common = {"steps": steps, "dim": dim, "seed": seed}
    return {name: value for name, value in common.items() if value is not None}


def _parameters(named: Mapping[str, object], parameters: Mapping[str, object] | None) -> dict[str, object]:
    """Return the parameters of a scene from both ways in which they may be given."""
    from render.errors import UsageError
    from render.text import brief

    if parameters is not None and not (isinstance(parameters, Mapping) and all(isinstance(n, str) for n in parameters)):
        raise UsageError(f"parameters must be values by name, but they are {brief(parameters)}")
    for name in parameters or ():
        if name in named:
            raise UsageError(f"{name} is given twice, so leave it out of parameters")
    return {**named, **(parameters or {})}


# Loaded when they are asked for: `import render` is part of every start of the command.
_LATE = {
    "checkpoints": "render.pipeline.checkpoint_film",
    "load_scene": "render.pipeline.catalog",
    "run_all": "render.pipeline.batch",
}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module 'render' has no attribute {name!r}")
    return getattr(importlib.import_module(_LATE[name]), name)
