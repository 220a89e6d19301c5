"""Whether the numbers of a manifest are those of its scene."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from render.check.report import Report
from render.errors import EigenreelError
from render.text import Words, counted, unmarked

# What another processor's rounding can do to a number.
_ROUNDED_NUMBER, _ROUNDED_ZERO = 1e-9, 1e-12
# And to the number of a claim, beside its tolerance: one that is a rounding error itself becomes another one.
_ROUNDED_CLAIM = 0.1


def check_numbers(
    content: Mapping[str, Any], fresh: Mapping[str, Any], report: Report, exact: bool, same_versions: bool
) -> None:
    """Compare the manifest with one made again, hashes of files and versions aside.

    Another version of NumPy or of its linear algebra rounds the last digits of a matrix otherwise, so that it has
    another hash; the matrix itself and what it comes to are compared nevertheless.
    """
    then, now = ({k: v for k, v in c.items() if k not in ("eigenreel", "versions", "files")} for c in (content, fresh))
    then["files"], now["files"] = (
        [{k: v for k, v in entry.items() if k not in ("bytes", "sha256")} for entry in c["files"]]
        for c in (content, fresh)
    )
    if not same_versions and then.get("matrix_sha256") != now["matrix_sha256"]:
        report.remarks.append("its matrices have other last digits than here, as another version may round")
        then.pop("matrix_sha256", None)
        now.pop("matrix_sha256")
    if not exact:
        then["claims"] = _rounded_alike(then["claims"], now["claims"])
    then["versions"], now["versions"] = (sorted(c["versions"]) for c in (content, fresh))
    differing = list(_differences(then, now, "", 0.0 if exact else _ROUNDED_NUMBER))
    if differing:
        more = f", and {len(differing) - 1} more" if len(differing) > 1 else ""
        rounded = "" if same_versions else ", or these versions round otherwise"
        report.faults.append(f"the manifest was edited, or the scene is another one now{rounded}: {differing[0]}{more}")
    else:
        tracks = counted(len(fresh["tracks"]), "track", "tracks")
        report.checked.append(f"{tracks} and all else in the manifest are as recomputed")


def _rounded_alike(then: Sequence[Any], now: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return claims with recomputed numbers in place of those that are off by little of the claims' tolerances."""
    if len(then) != len(now):
        return list(then)
    return [
        {**claim, "value": again["value"]}
        if isinstance(claim, dict)
        and _is_near(claim.get("value"), again["value"], _ROUNDED_CLAIM * (again["tolerance"] or 0.0))
        else claim
        for claim, again in zip(then, now, strict=True)
    ]


def _is_near(then: Any, now: Any, tolerance: float) -> bool:
    return _is_number(then) and _is_number(now) and abs(then - now) <= tolerance


def check_claims(claims: Sequence[Any], report: Report) -> None:
    """Compare the stated verdicts with the numbers beside them."""
    for claim in claims:
        try:
            numbers = [math.nan if claim[key] is None else claim[key] for key in ("value", "expected", "tolerance")]
            # Twice null, with tolerance 0, may be a step that never comes: the scene alone can say.
            undecided = claim["value"] is claim["expected"] is None and claim["tolerance"] == 0
            if not undecided and claim["holds"] is not (abs(numbers[0] - numbers[1]) <= numbers[2]):
                report.faults.append(f"the manifest was edited: its numbers decide {claim['claim']!r} otherwise")
        except (KeyError, TypeError, OverflowError):
            report.faults.append("the manifest was edited: it states a claim that is none")


def check_sentences(content: Mapping[str, Any], report: Report) -> None:
    """Compare what the film says at its moments with the numbers beside it."""
    try:
        words = Words(content["job"].get("language", "en"))
        for moment in content["moments"]:
            values = moment["values"]
            if unmarked(words(moment["text"], values)) != moment["sentence"]:
                report.faults.append(f"the manifest was edited: its numbers do not give {moment['sentence']!r}")
    except (EigenreelError, KeyError, TypeError, ValueError, AttributeError):
        report.faults.append("the manifest was edited: it has a moment that is none")


def _differences(then: Any, now: Any, place: str, tolerance: float) -> Iterator[str]:
    """Yield where two JSON values differ."""
    if isinstance(then, dict) and isinstance(now, dict):
        for key in dict.fromkeys([*then, *now]):
            if key not in then or key not in now:
                yield f"{place}.{key}".lstrip(".") + (" is missing" if key in now else " is no entry of a manifest")
            else:
                yield from _differences(then[key], now[key], f"{place}.{key}", tolerance)
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for count, pair in enumerate(zip(then, now, strict=True)):
            yield from _differences(*pair, f"{place}[{count}]", tolerance)
    elif not _equal(then, now, tolerance):
        yield f"{place.lstrip('.')} is {_short(then, now)} where {_short(now, then)} is right"


def _equal(then: Any, now: Any, tolerance: float) -> bool:
    if _is_number(then) and _is_number(now) and tolerance and max(abs(then), abs(now)) < 1e300:
        return math.isclose(then, now, rel_tol=tolerance, abs_tol=_ROUNDED_ZERO)
    return type(then) is type(now) and bool(then == now)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _short(value: Any, other: Any) -> str:
    """Return a value as JSON, of a long one the part where it first differs from another."""
    text, beside = (json.dumps(v, ensure_ascii=False) for v in (value, other))
    if len(text) <= 60:
        return text
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(text, beside, strict=False)))
    start = max(0, same - 20)
    return ("…" if start else "") + text[start : start + 55] + ("…" if start + 55 < len(text) else "")
