"""Films of what repeated matrix multiplication does.

>>> import render
>>> film = render.film("orthogonal", steps=64, output="output")  # doctest: +SKIP
>>> render.simulate("orthogonal", steps=64).log10_spectral_norm  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from render.job import Film
    from render.simulator import Recorded
    from scenes import Scene

__version__ = "0.1.0"
__all__ = ["film", "load_scene", "simulate"]

_FILM_OPTIONS = {
    "output", "name", "formats", "fps", "hold_first", "hold_last", "layout", "theme", "language",
    "title", "timeout", "max_frames", "allow_false_claims",
}  # fmt: skip


def film(scene: str, **options: Any) -> Film:
    """Make a film, as ``render scene`` does.

    Parameters
    ----------
    scene : str
        Name of a scene, or a Python file that defines one.
    **options
        Parameters of the scene (``steps=64, seed=0``) and of the film: ``output``, ``name``,
        ``formats``, ``fps``, ``hold_first``, ``hold_last``, ``layout``, ``theme``, ``language``,
        ``title``, ``timeout``, ``max_frames``, ``allow_false_claims``; see `render.job.Job`.

    Returns
    -------
    Film
        The files by ending (``film.files["mp4"]``) and the manifest. A notebook shows it.

    Raises
    ------
    EigenreelError
        If it cannot be made; see `render.errors`.
    """
    from render.job import Job, run

    # None stands for what is usual.
    own = {name: value for name, value in options.items() if name in _FILM_OPTIONS and value is not None}
    parameters = {name: value for name, value in options.items() if name not in _FILM_OPTIONS}
    if "formats" in own:
        formats = own["formats"]
        own["formats"] = (formats,) if isinstance(formats, str) else tuple(formats)
    for name in ("output", "fps"):
        if name in own:
            own[name] = str(own[name])
    return run(Job(scene, parameters, **own))


def simulate(scene: str, **parameters: Any) -> Recorded | dict[str | None, Recorded]:
    """Return the numbers of a scene: its series, and its trajectory where it multiplies; by column in a comparison.

    Parameters
    ----------
    scene : str
        Name of a scene, or a Python file that defines one.
    **parameters
        Parameters of the scene.

    Raises
    ------
    EigenreelError
        If there is no such scene, or a parameter is out of bounds.
    """
    from render.study import study

    columns = study(scene, parameters).columns
    return columns[None] if None in columns else dict(columns)


def load_scene(name: str) -> Scene:
    """Return a scene by name, or from a Python file that defines one."""
    from render.catalog import load_scene as load

    return load(name)
