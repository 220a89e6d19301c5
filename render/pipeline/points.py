"""The points of a product of parameters' values, and the names of their files."""

from __future__ import annotations

import hashlib
import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from render.errors import UsageError
from render.pipeline.values import values_of
from render.storage import check_stem
from scenes import Parameter

Axis = tuple[str, list[Any]]

# As many as one parameter may have values, see `render.pipeline.values`.
_MOST = 100_000
# Of a file's name, see `render.storage.check_stem`; and hexadecimal digits that tell names apart where values cannot.
_LONGEST, _DIGITS = 64, 10


def axes_of(texts: Sequence[str], parameters: Sequence[Parameter]) -> list[Axis]:
    """Return the parameters that vary, and the values of each.

    Parameters
    ----------
    texts : sequence of str
        One for each parameter, as ``gain=0.8:1.2:9`` or ``seed=0:4``; see `render.pipeline.values.values_of`.
    parameters : sequence of Parameter
        The scene's parameters.

    Returns
    -------
    list of (str, list)
        Name and values, in the order of `texts`.

    Raises
    ------
    UsageError
        If there is no such parameter, these are no values of it, one varies twice, or the product has more than
        100,000 points.
    """
    axes = [values_of(text, parameters) for text in texts]
    names = [name for name, _ in axes]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"{name} varies twice, so give all of its values at once")
    count = math.prod(len(values) for _, values in axes)
    if count > _MOST:
        raise UsageError(f"there would be {count:,} points where {_MOST:,} are the most, so choose fewer values")
    return axes


def points(axes: Sequence[Axis]) -> Iterator[dict[str, Any]]:
    """Yield every point of a product, the last parameter varying fastest.

    Parameters
    ----------
    axes : sequence of (str, list)
        Parameters and their values, as `axes_of` returns them. Without any there is one point, which is empty.

    Yields
    ------
    dict of str to object
        Values by name.
    """
    names = [name for name, _ in axes]
    for values in itertools.product(*(values for _, values in axes)):
        yield dict(zip(names, values, strict=True))


def stem_of(stem: str, point: Mapping[str, Any]) -> str:
    """Return the name of a point's files without ending: ``powers-spectral_radius-0_8-seed-3``.

    The point of a number is written ``_`` and its minus ``m``. Where a value has characters that a name cannot have, or
    the name would be too long, it ends with ten digits of the SHA-256 of stem and point. So no two points of a product
    have one name; names of text values may differ in upper and lower case alone.

    Parameters
    ----------
    stem : str
        Name of the files without the point.
    point : mapping of str to object
        Values by name.

    Raises
    ------
    UsageError
        If a file cannot be named `stem`.
    """
    check_stem(stem)
    written = [(name, _written(value)) for name, value in point.items()]
    plain = "".join(f"-{name}-{_fitting(text)}" for name, text in written)
    whole = stem + plain
    if len(whole) <= _LONGEST and all(_is_plain(name) and _is_plain(text) for name, text in written):
        return check_stem(whole)
    exact = repr((stem, sorted(point.items())))
    digest = hashlib.sha256(exact.encode(errors="backslashreplace")).hexdigest()[:_DIGITS]
    return check_stem(f"{whole[: _LONGEST - _DIGITS - 1]}-{digest}")


def _written(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value).lower() if isinstance(value, bool) else str(value)
    # repr tells any two numbers of float64 apart.
    return repr(value).removesuffix(".0").replace("+", "").replace("-", "m").replace(".", "_")


def _is_plain(text: str) -> bool:
    """Whether a text can be part of a file's name, and is told from the names around it."""
    return re.fullmatch(r"[A-Za-z0-9가-힣_]+", text) is not None


def _fitting(text: str) -> str:
    """Return the characters of a text that a file's name may have."""
    return re.sub(r"[^A-Za-z0-9가-힣_]+", "_", text[:_LONGEST])
