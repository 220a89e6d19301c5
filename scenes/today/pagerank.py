"""PageRank: jumps to random pages bound the second eigenvalue, so ranks settle whatever the links are."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Trajectory,
    first_step,
    repeated,
    scene,
    show,
)

_PLAIN, _JUMPS = "links only", "with jumps"
_ROLES = {_PLAIN: "explode", _JUMPS: "keep"}
# Links of a page at most. Ranks count as settled from a change of so much on.
_LINKS, _SETTLED = 3, 0.01


def links(pages: int, seed: int) -> FloatArray:
    """Return how surfers go from page to page, columns summing to 1; the last two pages link to each other alone."""
    rng = np.random.default_rng([seed, 1])
    step = np.zeros((pages, pages))
    for page in range(pages - 2):
        others = [other for other in range(pages) if other != page]
        step[rng.choice(others, min(_LINKS, len(others)), replace=False), page] = 1
    step[-1, -2] = step[-2, -1] = 1
    return np.asarray(step / step.sum(axis=0))


def with_jumps(step: FloatArray, damping: float) -> FloatArray:
    """Return the same where surfers follow a link with probability d, and else jump to any page."""
    return damping * step + (1 - damping) / len(step)


def final_ranks(step: FloatArray, damping: float) -> FloatArray:
    """Return what ranks settle at: r = d S r + (1 − d) / n, solved."""
    pages = len(step)
    return np.linalg.solve(np.eye(pages) - damping * step, np.full(pages, (1 - damping) / pages))


def _surf(walk: FloatArray, steps: int) -> MatrixSequence:
    """Return where surfers are that all begin on the last page but one, and how many move in a step."""
    ranks = [np.eye(len(walk))[-2]]
    for _ in range(steps + 1):
        ranks.append(walk @ ranks[-1])
    track = np.array(ranks)
    change = np.abs(np.diff(track, axis=0)).sum(axis=1) / 2
    return repeated(walk, steps, {"ranks": track[:-1], "change": np.log10(np.clip(change, 1e-17, 1.0))})


def _columns(pages: int, seed: int, steps: int, damping: float) -> dict[str, MatrixSequence]:
    step = links(pages, seed)
    return {_PLAIN: _surf(step, steps), _JUMPS: _surf(with_jumps(step, damping), steps)}


@scene(
    show(
        "bars",
        of="ranks",
        unit="%",
        limits=(0.0, 1.0),
        x="page",
        heading="surfers",
        note="the last two: a trap",
        roles=_ROLES,
    ),
    show(
        "series",
        of="change",
        heading="change in a step",
        note="with jumps {damping:%} follow a link, the others go to any page: × {damping}",
        roles=_ROLES,
    ),
    title="Why page ranks settle",
    statement="a link is followed {damping} of the time, else a jump: the second eigenvalue is {damping}, ranks settle",
    opening="A page's rank is its share of surfers. All start in a trap: two pages that link to each other.",
    fps="6",
)
def pagerank(
    steps: Annotated[int, Bounds(0, 400)] = 40,
    seed: Seed = 0,
    pages: Annotated[int, Bounds(4, 16)] = 8,
    damping: Annotated[float, Bounds(0.3, 0.95)] = 0.85,
) -> dict[str, MatrixSequence]:
    """Surfers on a few pages with a trap: following links only, and with jumps to any page.

    With the probability d of following a link no eigenvalue but the first is beyond d (T. Haveliwala, S. Kamvar, "The
    second eigenvalue of the Google matrix", 2003). The trap has the eigenvalue −1, so one is −d.

    Parameters
    ----------
    pages : int
        Number of pages.
    damping : float
        d: probability of following a link.
    """
    return _columns(pages, seed, steps, damping)


@pagerank.moment(
    "<keep>With jumps</> less than 1 % changes in step {step}; by <explode>links only</> all hop to and fro.",
    otherwise="Within {steps} steps ranks do not settle to 1 %.",
)
def _(columns: Mapping[str, Trajectory]) -> int | None:
    return first_step(columns[_JUMPS].series["change"] < np.log10(_SETTLED))


@pagerank.moment(
    "Each step leaves {damping} of the change, so ranks settle: <keep>{share:%}</> end in the trap, not all."
)
def _(columns: Mapping[str, Trajectory], steps: int, damping: float) -> Reached | None:
    ranks, change = (columns[_JUMPS].series[name] for name in ("ranks", "change"))
    if change[-1] >= np.log10(_SETTLED):
        return None
    return Reached(steps, damping=damping, share=float(ranks[-1, -2:].sum()))


def _never(steps: int, seed: int, pages: int) -> dict[str, MatrixSequence]:
    """Return surfers that never jump."""
    return _columns(pages, seed, max(steps, 1), 1.0)


@pagerank.claim("second eigenvalue, distance: off / allowed", headline=True, counterexample=_never)
def _(columns: Mapping[str, Trajectory], steps: int, seed: int, pages: int, damping: float) -> Claimed:
    step = links(pages, seed)
    rest = final_ranks(step, damping)
    distance = np.abs(columns[_JUMPS].series["ranks"] - rest).sum(axis=1)
    bound = damping ** np.arange(steps + 1) * distance[0]
    walk = columns[_JUMPS].sequence.factors[0] if steps else with_jumps(step, damping)
    second = float(np.sort(np.abs(np.linalg.eigvals(walk)))[-2])
    off = [
        float((distance / (bound * (1 + 1e-9) + 1e-13)).max()),
        abs(second - damping) / 1e-6,
        # Without jumps all go on to change.
        1 / max(2 * float(10 ** columns[_PLAIN].series["change"].min()), 1e-9),
    ]
    return Claimed(
        max(off), 0.0, 1.0, "Each step multiplies a difference of ranks by d S, of norm d; the trap's −1 makes it −d."
    )


@pagerank.claim("ranks − solved", column=_JUMPS)
def _(series: Mapping[str, FloatArray], steps: int, seed: int, pages: int, damping: float) -> Claimed:
    off = np.abs(series["ranks"][-1] - final_ranks(links(pages, seed), damping)).sum()
    return Claimed(
        float(off), 0.0, float(2 * damping**steps) + 1e-13, "Two ranks differ by 2 at most, and by dᵗ of it."
    )
