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
    show("matrix", limits=(-1, 1)),
    show("heatmap", of="factors", heading="∂h_t/∂h_{t−1}, from the last step back", limits=(-1, 1)),
    show("bars", of="norms", heading="norm of ∂h_T/∂h_t"),
    "claims",
    title="The chain rolled out",
    statement="the gradient by h₀ is a product of neighbours: one more Jacobian for every step back",
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
    width = max(steps * (dim + 1) - 1, 1)
    strip, norms = np.zeros((steps + 1, dim, width)), np.zeros((steps + 1, steps + 1))
    product = np.eye(dim)
    norms[:, steps] = 1.0
    for back in range(1, steps + 1):
        index = steps - back
        product = product @ jacobians[index]
        strip[back:, :, index * (dim + 1) : index * (dim + 1) + dim] = jacobians[index]
        norms[back:, index] = np.linalg.norm(product, 2)
    factors = np.swapaxes(jacobians[::-1], 1, 2)
    return MatrixSequence(factors, series={"factors": strip, "norms": norms})


@unrolled.claim("‖∂h_T/∂h₀‖")
def _(product: Trajectory, steps: int, dim: int, seed: int) -> Claimed:
    network, inputs, start = chain(steps, dim, seed)
    jacobian = complex_step_jacobian(lambda h: network.run(inputs, h).states[-1], start)
    return Claimed(
        float(np.linalg.norm(product.matrix(steps), 2)),
        float(np.linalg.norm(jacobian, 2)),
        1e-13 * (steps + 1) * float(np.prod(np.linalg.norm(product.sequence.factors, 2, axis=(1, 2)))),
        "Each of T products rounds by about n · eps times the norms of all factors.",
    )


@unrolled.claim("weights, any length")
def _(steps: int, dim: int, seed: int) -> Claimed:
    network, _, _ = chain(steps, dim, seed)
    return Claimed(
        float(network.recurrent.size + network.inputs.size + network.bias.size),
        float(dim * (dim + _INPUTS + 1)),
        0.0,
        "Whole numbers: n × n, n × 3 and n weights, whatever the number of steps.",
    )
