"""Films of gradients through time, broken on purpose: a claim has to say so."""

import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import Run
from scenes.gradients import (
    bptt_terms,
    clipping,
    jacobian_bound,
    lost_dependency,
    overflow_step,
    soft_constraint,
    tbptt_cursors,
    textbook,
    truncated_bptt,
    vanishing_threshold,
)


def false_of(scene, monkeypatch, where, name, change):
    """Return the claims that are false of a film built while something is replaced by what `change` makes of it."""
    with monkeypatch.context() as patch:
        patch.setattr(where, name, change(getattr(where, name)))
        built = scene.build()
    columns = {label: simulate(recording) for label, recording in built.items()}
    return {verdict.claim for verdict in judge(scene.claims, columns, scene.resolve()) if not verdict.holds}


def scaled(factor):
    """Return the change that multiplies what a function returns."""
    return lambda function: lambda *arguments: factor * function(*arguments)


@pytest.mark.parametrize(
    ("module", "name", "change"),
    [
        # The first use first, instead of last; terms that are no product of Jacobians.
        (bptt_terms, "gradient_terms", lambda old: lambda run, weights: old(run, weights)[::-1]),
        (bptt_terms, "gradient_terms", lambda old: lambda run, weights: np.ones_like(old(run, weights))),
        # Shortened entry by entry; far too late; uphill.
        (clipping, "shortened", lambda _: lambda gradient, threshold: np.clip(gradient, -threshold, threshold)),
        (clipping, "shortened", lambda old: lambda gradient, threshold: old(gradient, 100 * threshold)),
        (
            clipping,
            "shortened",
            lambda old: lambda gradient, threshold: old(gradient, threshold) * (-1.0) ** (threshold < 1),
        ),
        # A matrix three times as large as is said, and a bound of half the decades.
        (vanishing_threshold, "with_norm", scaled(3.0)),
        (jacobian_bound, "_running", scaled(0.5)),
        # Targets that hang on other inputs, and an answer looked for one step off.
        (
            lost_dependency,
            "sign_sequences",
            lambda old: lambda steps: (old(steps)[0], {name: old(steps)[1]["none"] for name in old(steps)[1]}),
        ),
        (lost_dependency, "pull_by_step", lambda old: lambda *arguments: np.roll(old(*arguments), 1)),
        # A smaller rate than is said.
        (overflow_step, "_updates", lambda old: lambda h, start, rate, *rest: old(h, start, rate / 2, *rest)),
        (overflow_step, "_updates", lambda old: lambda h, start, rate, *rest: old(h, start, -rate, *rest)),
        # A penalty that is rewarded, and one ten times as small.
        (soft_constraint, "penalty_gradient", scaled(-1.0)),
        (soft_constraint, "penalty_gradient", scaled(0.1)),
        # Windows one value late, and both rows from the start.
        (
            tbptt_cursors,
            "windows_of_epoch",
            lambda old: lambda *sizes: ([start + 1 for start in starts] for starts in list(old(*sizes))[:-1]),
        ),
        (
            tbptt_cursors,
            "windows_of_epoch",
            lambda old: lambda *sizes: ([starts[0]] * len(starts) for starts in old(*sizes)),
        ),
        # Another matrix than the textbook's, a transposed one, and a batch of another size.
        (textbook, "_weights", scaled(0.5)),
        (textbook, "_weights", lambda old: lambda *arguments: old(*arguments).T),
        (textbook, "_BATCH", lambda _: 3),
        # Losses in another order, cuts in the gradients but not in the picture, and waves of half the size.
        (truncated_bptt, "direct_gradient", lambda old: lambda run, weights, y: old(run, weights, y[::-1])),
        (truncated_bptt, "blocks", lambda _: lambda steps, cut: np.ones((steps, steps))),
        (truncated_bptt, "reach_of_losses", scaled(0.5)),
        # Fewer factors than are said.
        (vanishing_threshold, "_FACTORS", lambda _: 50),
    ],
)
def test_what_is_broken_is_false(monkeypatch, module, name, change):
    scene = getattr(module, module.__name__.rpartition(".")[2])
    assert false_of(scene, monkeypatch, module, name, change)


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_wrong_slopes_are_noticed(monkeypatch, factor):
    for module in (bptt_terms, jacobian_bound, lost_dependency):
        scene = getattr(module, module.__name__.rpartition(".")[2])
        assert false_of(scene, monkeypatch, Run, "slopes", lambda _: property(lambda run: factor * _slopes(run)))


def _slopes(run):
    return run.network.activation.slope(run.summed)


def test_gradients_that_pass_the_cuts_are_noticed(monkeypatch):
    monkeypatch.setattr(Run, "backward", lambda run, direct, cut=0, old=Run.backward: old(run, direct))
    scene = tbptt_cursors.tbptt_cursors
    columns = {label: simulate(recording) for label, recording in scene.build().items()}
    false = [verdict.claim for verdict in judge(scene.claims, columns, scene.resolve()) if not verdict.holds]
    assert false == ["values a gradient goes back"]
