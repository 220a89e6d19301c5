"""The gradient by a recurrent matrix as a sum over its uses in time."""

from typing import Annotated

import numpy as np

from scenes import (
    ACTIVATIONS,
    RNN,
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Run,
    Seed,
    Trajectory,
    haar_orthogonal,
    random_unit_vector,
    scene,
    show,
)
from scenes.gradients._common import COMPLEX_STEP, complex_step, noise


def listener(steps: int, dim: int, seed: int, retention: float) -> tuple[Run, FloatArray]:
    """Return the run of a tanh network on noise, and the weights c of the loss ``c · h(T)``, shape (dim,)."""
    recurrent = retention * haar_orthogonal(dim, [seed, 0])
    network = RNN(recurrent, haar_orthogonal(dim, [seed, 1]), np.zeros(dim), ACTIVATIONS["tanh"])
    start = 0.5 * random_unit_vector(dim, [seed, 4])
    return network.run(noise(steps, dim, seed, 0.25), start), random_unit_vector(dim, [seed, 2])


def gradient_terms(run: Run, weights: FloatArray) -> FloatArray:
    """Return what each use of W adds to the gradient of ``c · h(T)`` by W, the last use first, shape (T, n, n)."""
    direct = np.zeros_like(run.states)
    direct[-1] = weights
    return run.summands(run.backward(direct))[::-1]


def _backward_factors(run: Run) -> FloatArray:
    """Return the transposed Jacobians, last step first: their product carries a gradient back in time."""
    return np.asarray(np.swapaxes(run.jacobians, 1, 2)[::-1])


@scene(
    show("bars", of="share", heading="size of each term, nearest first"),
    show("series", of={"wave": "log10_spectral_norm", "term": "term"}, heading="going back t steps"),
    show("heatmap", of="gradient", heading="their sum, ∂L/∂W"),
    show(
        "readout",
        of={"share of last 10": "last ten", "share so far": "so far", "cos(sum, ∂L/∂W)": "cosine"},
        heading="of all terms",
    ),
    title="A gradient, term by term",
    statement="∂L/∂W is a sum over time: what is t steps away has come through t Jacobians",
    poster=1.0,
    fps="5",
    covers=(89, 91, 104, 115),
)
def bptt_terms(
    steps: Annotated[int, Bounds(0, 128)] = 48,
    dim: Annotated[int, Bounds(2, 32)] = 16,
    seed: Seed = 0,
    retention: Annotated[float, Bounds(0.5, 1.2)] = 0.95,
) -> MatrixSequence:
    """Terms of a gradient through time, from the last step back to the first.

    W acts at every step, and H_p in ``H_p W`` depends on W as well: by the product rule
    ``∂L/∂W = Σ_t (φ′(z_t) ∘ δ_t) h_{t−1}ᵀ``, one term for each use.

    Parameters
    ----------
    steps : int
        Length of the sequence, and number of steps back.
    dim : int
        Number of hidden units.
    retention : float
        Size of W: an orthogonal matrix, times this.
    """
    run, weights = listener(steps, dim, seed, retention)
    terms = gradient_terms(run, weights)
    sums = np.concatenate([np.zeros((1, dim, dim)), np.cumsum(terms, axis=0)])
    sizes = np.linalg.norm(terms, axis=(1, 2))
    total = max(float(sizes.sum()), 1e-300)
    share = np.zeros((steps + 1, max(steps, 1)))
    for step in range(steps):
        share[step + 1, : step + 1] = sizes[: step + 1] / total
    lengths = np.maximum(np.linalg.norm(sums, axis=(1, 2)), 1e-300)
    series = {
        "share": share,
        "so far": share.sum(axis=1),
        "last ten": share[:, :10].sum(axis=1),
        "term": np.concatenate([[np.nan], np.log10(np.maximum(sizes, 1e-300))]),
        "gradient": sums,
        "cosine": (sums / lengths[:, None, None] * sums[-1] / lengths[-1]).sum(axis=(1, 2)),
    }
    return MatrixSequence(_backward_factors(run), series=series)


@bptt_terms.claim("sum − derivative")
def _(steps: int, dim: int, seed: int, retention: float) -> Claimed:
    run, weights = listener(steps, dim, seed, retention)
    along = haar_orthogonal(dim, [seed, 3])
    moved = complex_step(run.network, along).run(run.sequence, run.states[0])
    true = float((moved.states[-1] @ weights).imag / 1e-30)
    found = float(np.sum(gradient_terms(run, weights) * along))
    return Claimed(abs(found - true), 0.0, 1e-12, COMPLEX_STEP)


@bptt_terms.claim("decades a step, mean")
def _(product: Trajectory, steps: int, dim: int, seed: int, retention: float) -> Claimed:
    run, _ = listener(steps, dim, seed, retention)
    return Claimed(
        float(product.log10_singular_values[-1].mean() / max(steps, 1)),
        float(np.log10(retention) + np.log10(run.slopes).mean()) if steps else 0.0,
        1e-9,
        "The determinant of diag(φ′) W is the product of the slopes and of det W.",
    )
