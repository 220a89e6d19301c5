"""The chain of a recurrent network rolled out, and gradients back along it."""

from typing import Annotated

import numpy as np

from scenes import (
    ACTIVATIONS,
    RNN,
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Trajectory,
    complex_step_jacobian,
    gaussian_matrix,
    haar_orthogonal,
    scene,
    show,
)

_INPUTS = 3


def chain(steps: int, dim: int, seed: int) -> tuple[RNN, FloatArray, FloatArray]:
    """Return a network, its inputs, shape (steps, 3), and its first state, shape (dim,)."""
    recurrent, kernel = 0.95 * haar_orthogonal(dim, [seed, 1]), gaussian_matrix((dim, _INPUTS), [seed, 2])
    random = np.random.default_rng([seed, 3])
    inputs = 0.3 * random.standard_normal((steps, _INPUTS))
    return RNN(recurrent, kernel, np.zeros(dim), ACTIVATIONS["tanh"]), inputs, 0.3 * random.standard_normal(dim)


@scene(
    show("chain", heading="the network, one box a step", note="∂a/∂b: how far a moves when b does; J: in one step"),
    title="A gradient goes back in time",
    statement="the gradient by h₀ is a product of neighbours: one more Jacobian for every step back",
    opening="How far does the last state depend on h₀? Its gradient goes back, one factor J a step.",
    counter="steps back",
    smooth=True,
    poster=0.6,
    fps="1.25",
    covers=(76, 100),
)
def unrolled(
    steps: Annotated[int, Bounds(0, 12)] = 5,
    dim: Annotated[int, Bounds(2, 4)] = 3,
    seed: Seed = 0,
) -> MatrixSequence:
    """Products of the Jacobians of neighbouring states, taken back from the last state to the first.

    One cell is copied once for every step, so that its weights are the same ones at each. The product is
    ``J_tᵀ … J_Tᵀ``, by which a gradient at the last state is multiplied.
    """
    network, inputs, start = chain(steps, dim, seed)
    jacobians = network.run(inputs, start).jacobians
    return MatrixSequence(np.swapaxes(jacobians[::-1], 1, 2))


def _left(product: Trajectory, step: int) -> float:
    """Return how much of a gradient is left at most after so many steps back."""
    return 10 ** float(product.log10_spectral_norm[step])


@unrolled.moment("One step back: J says how far the last state moves when the one before it does.")
def _(steps: int) -> Reached | None:
    return Reached(1) if steps else None


@unrolled.moment("Each further step back multiplies by one more factor: after {step}, at most {left:%} is left.")
def _(product: Trajectory, steps: int) -> Reached:
    return Reached(min(2, steps), left=_left(product, min(2, steps)))


@unrolled.moment("Back at h₀: at most {left:%} of the gradient arrives, one factor for every step.")
def _(product: Trajectory, steps: int) -> Reached:
    return Reached(steps, left=_left(product, steps))


def _without_slopes(steps: int, dim: int, seed: int) -> MatrixSequence:
    """Return products of W alone, as if tanh were a straight line."""
    network, _, _ = chain(steps, dim, seed)
    return MatrixSequence(np.broadcast_to(network.recurrent.T, (steps, dim, dim)))


@unrolled.claim("largest stretch, from h₀ to the last state", headline=True, counterexample=_without_slopes)
def _(product: Trajectory, steps: int, dim: int, seed: int) -> Claimed:
    network, inputs, start = chain(steps, dim, seed)
    jacobian = complex_step_jacobian(lambda h: network.run(inputs, h).states[-1], start)
    return Claimed(
        float(np.linalg.norm(product.matrix(steps), 2)),
        float(np.linalg.norm(jacobian, 2)),
        1e-13 * (steps + 1) * float(np.prod(np.linalg.norm(product.sequence.factors, 2, axis=(1, 2)))),
        "Each of T products rounds by about n · eps times the norms of all factors.",
    )
