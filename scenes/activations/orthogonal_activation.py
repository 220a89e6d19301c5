"""An orthogonal recurrence with tanh and inputs, beside one without."""

from collections.abc import Mapping
from math import log10
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
    first_step,
    gaussian_matrix,
    haar_orthogonal,
    scene,
    show,
)

_ROLES = {"with tanh": "vanish", "orthogonal": "keep"}


def driven_network(steps: int, dim: int, seed: int, input_scale: float) -> tuple[RNN, FloatArray, FloatArray]:
    """Return the network ``tanh(Q h + V x)``, its inputs and its first state.

    Parameters
    ----------
    steps : int
        Number of inputs T.
    dim : int
        Number of units n.
    seed : int
        Seed of Q, V, the inputs and the state.
    input_scale : float
        Deviation of the inputs.

    Returns
    -------
    network : RNN
    inputs : ndarray, shape (T, 4)
    start : ndarray, shape (n,)
    """
    turn, kernel = haar_orthogonal(dim, [seed, 1]), gaussian_matrix((dim, 4), [seed, 2])
    random = np.random.default_rng([seed, 3])
    inputs = input_scale * random.standard_normal((steps, 4))
    return RNN(turn, kernel, np.zeros(dim), ACTIVATIONS["tanh"]), inputs, 0.5 * random.standard_normal(dim) / dim**0.5


@scene(
    show(
        "series",
        of={"with tanh": "norm", "orthogonal": "linear"},
        roles=_ROLES,
        heading="what is left of a change",
        note="tanh multiplies it by slopes below 1",
        scale="linear",
        limits=(0, 1.1),
        unit="%",
    ),
    title="Orthogonal, with tanh",
    statement="Q keeps every length, but only without activation and inputs: tanh(Qh + Vx) does not",
    opening="An orthogonal Q only turns a small change of the state. What does tanh do to it?",
    fps="6.25",
    covers=(35,),
)
def orthogonal_activation(
    steps: Annotated[int, Bounds(0, 300)] = 64,
    dim: Annotated[int, Bounds(2, 32)] = 16,
    seed: Seed = 0,
    input_scale: Annotated[float, Bounds(0, 2)] = 0.1,
) -> MatrixSequence:
    """Products of the Jacobians of tanh(Qh + Vx) with an orthogonal Q, beside those of Qh, whose norm is 1 for ever.

    Parameters
    ----------
    input_scale : float
        Deviation of the inputs, which are noise; even without inputs, tanh shrinks what is not small.
    """
    network, inputs, start = driven_network(steps, dim, seed, input_scale)
    run = network.run(inputs, start)
    turned, jacobian, linear_norms, norms = np.eye(dim), np.eye(dim), [1.0], [1.0]
    for factor in run.jacobians:
        turned, jacobian = network.recurrent @ turned, factor @ jacobian
        linear_norms.append(float(np.linalg.norm(turned, 2)))
        norms.append(float(np.linalg.norm(jacobian, 2)))
    series = {
        "linear": linear_norms,
        "norm": norms,
    }
    return MatrixSequence(run.jacobians, series=series)


@orthogonal_activation.moment(
    "By step {step} tanh has taken <vanish>more than 10 %</> of the change; without it <keep>all</> is left.",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["norm"] < 0.9)
    return None if step is None else Reached(step)


@orthogonal_activation.moment(
    "Step {steps}: with tanh at most <vanish>{left:%}</> of the change is left, without it <keep>all of it</>."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    return Reached(steps, left=float(series["norm"][-1]))


def _true_norm(network: RNN, inputs: FloatArray, start: FloatArray) -> float:
    """Return ``‖∂h_t/∂h_0‖₂`` after these inputs, by complex steps."""
    return float(np.linalg.norm(complex_step_jacobian(lambda h: network.run(inputs, h).states[-1], start), 2))


@orthogonal_activation.claim("10 % off at step")
def _(product: Trajectory, steps: int, dim: int, seed: int, input_scale: float) -> Claimed:
    below = product.log10_spectral_norm < log10(0.9)
    # Bisection, for the norm never grows: no slope is above 1.
    network, inputs, start = driven_network(steps, dim, seed, input_scale)
    early, late = 0, steps + 1
    while late - early > 1:
        middle = (early + late) // 2
        if _true_norm(network, inputs[:middle], start) < 0.9:
            late = middle
        else:
            early = middle
    return Claimed(
        # One more than there are steps where no norm is below.
        float(below.argmax() if below.any() else steps + 1),
        float(late),
        0.0,
        "A whole number; the norms on both sides of 0.9 differ by far more than rounding.",
    )


@orthogonal_activation.claim("log10 norm at last")
def _(product: Trajectory, steps: int, dim: int, seed: int, input_scale: float) -> Claimed:
    return Claimed(
        float(product.log10_spectral_norm[-1]),
        log10(_true_norm(*driven_network(steps, dim, seed, input_scale))),
        1e-6,
        "Both ways round every step by about n · eps, relative to the size of what is left.",
    )


@orthogonal_activation.claim("growing norms")
def _(product: Trajectory) -> Claimed:
    growing = np.count_nonzero(np.diff(product.log10_spectral_norm) > 1e-12)
    return Claimed(float(growing), 0.0, 0.0, "No slope of tanh is above 1; 1e−12 is left for rounding.")
