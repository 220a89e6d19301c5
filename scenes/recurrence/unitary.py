"""A unitary recurrence, trained by its phases, and a free one, on a task that needs a long memory."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, MatrixSequence, Reached, Seed, Trajectory, constant_norm, scene, show
from scenes.recurrence._recall import ComplexArray, Recall, Start, phase_gradient, trained, unitary_matrix

# Delays from which on memory is long, and updates after which a network has learnt something.
_LONG, _TRAINED = 32, 60
_ROLES = {"unitary": "keep", "free": "vanish"}


def real_form(matrix: ComplexArray) -> FloatArray:
    """Return a complex matrix as a real one of twice the size, which multiplies real and imaginary parts."""
    return np.block([[matrix.real, -matrix.imag], [matrix.imag, matrix.real]])


@scene(
    show(
        "points",
        of={"free": "free", "unitary": "unitary"},
        heading="eigenvalues of W",
        note="inside the circle: forgotten",
        reach=1.2,
        axes=True,
        roles=_ROLES,
    ),
    show(
        "series",
        of={"free": "free loss", "unitary": "unitary loss"},
        heading="loss",
        note="0: names the symbol of {delay} steps ago",
        scale="linear",
        limits=(0, 1.5),
        roles=_ROLES,
    ),
    title="A unitary network keeps its memory",
    statement="trained by its phases, the matrix stays unitary: eigenvalues never leave the circle, and memory is long",
    opening="Each step multiplies a memory by W, free or unitary. Which still knows {delay} steps ago?",
    counter="update",
    poster=1.0,
    covers=(42,),
    sensitive="its training enlarges every rounding error",
)
def unitary(
    steps: Annotated[int, Bounds(0, 300)] = 96,
    dim: Annotated[int, Bounds(2, 32)] = 12,
    seed: Seed = 0,
    rate: Annotated[float, Bounds(0.001, 0.2)] = 0.03,
    delay: Annotated[int, Bounds(8, 128)] = 64,
) -> MatrixSequence:
    """Eigenvalues of a unitary matrix in training, beside those of a free one that learns the same task.

    The task is to recall which of four symbols was seen, after many steps without input. The unitary matrix is
    ``D₃ R₂ F⁻¹ D₂ Π R₁ F D₁`` with diagonal matrices of phases, two reflections, the Fourier transform and a
    permutation (M. Arjovsky, A. Shah, Y. Bengio, "Unitary evolution recurrent neural networks", ICML 2016); its phases
    are trained. The free matrix begins with normal numbers and a spectral radius of 0.95; all its entries are trained.
    (One that begins unitary learns the task, too, but does not stay so.) The factors are the unitary matrices of all
    updates as real ones of twice the size.

    Parameters
    ----------
    steps : int
        Number of updates.
    rate : float
        Learning rate of the first update; it falls to zero.
    delay : int
        Steps between the symbol and the answer.
    """
    start, series, found = Start.drawn(dim, seed), {}, {}
    for name in ("free", "unitary"):
        matrices, losses = trained(start, steps, delay, rate, unitary=name == "unitary")
        eigenvalues = np.linalg.eigvals(np.array(matrices))
        found[name] = matrices
        series[name] = np.stack([eigenvalues.real, eigenvalues.imag], axis=-1)
        series[f"{name} loss"] = np.array(losses)
    factors = np.array([real_form(matrix) for matrix in found["unitary"][1:]]).reshape(steps, 2 * dim, 2 * dim)
    return MatrixSequence(factors, series=series)


def _free_instead(steps: int, dim: int, seed: int, rate: float, delay: int) -> MatrixSequence:
    """Return the film of a network whose phases were not what is trained."""
    recording = unitary.function(steps, dim, seed, rate, delay)
    changed = {"unitary": recording.series["free"], "unitary loss": recording.series["free loss"]}
    return MatrixSequence(recording.factors, series=dict(recording.series) | changed)


@unitary.moment("Update {step}: loss <keep>{unitary:2}</> with the unitary W, <vanish>{free:2}</> with the free one.")
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    # The first one at which half of the answer is right.
    half = series["unitary loss"] < 0.5
    step = int(half.argmax()) if half.any() else steps
    return Reached(step, unitary=float(series["unitary loss"][step]), free=float(series["free loss"][step]))


@unitary.moment("Loss <keep>{unitary:2}</> with eigenvalues held on the circle, <vanish>{free:2}</> with free ones.")
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    return Reached(steps, unitary=float(series["unitary loss"][-1]), free=float(series["free loss"][-1]))


def _off_circle(series: Mapping[str, FloatArray], dim: int) -> Claimed:
    moduli = np.hypot(*np.moveaxis(series["unitary"], -1, 0))
    return Claimed(
        float(np.abs(moduli - 1).max()),
        0.0,
        100 * dim * float(np.finfo(float).eps),
        "Six factors and the eigenvalues of a normal matrix are off by a few n · eps.",
    )


@unitary.claim("on the circle, and less loss: off / allowed", headline=True, counterexample=_free_instead)
def _(series: Mapping[str, FloatArray], steps: int, dim: int, delay: int) -> Claimed:
    circle = _off_circle(series, dim)
    off = [circle.value / circle.tolerance]
    # A free matrix recalls, too, what was not long ago, and after few updates neither does.
    if delay >= _LONG and steps >= _TRAINED:
        off.append(float(series["unitary loss"][-1] / series["free loss"][-1]) / 0.9)
    return Claimed(
        max(off), 0.0, 1.0, "Eigenvalues are off by rounding alone; over long delays the loss is at least a tenth less."
    )


@unitary.claim("max | |λ| − 1 |")
def _(series: Mapping[str, FloatArray], dim: int) -> Claimed:
    return _off_circle(series, dim)


@unitary.claim("drift of log10 norm")
def _(product: Trajectory) -> Claimed:
    return constant_norm(product)


@unitary.claim("phase gradient error")
def _(dim: int, seed: int, delay: int) -> Claimed:
    # The largest difference between the gradient at the start and central differences.
    start = Start.drawn(dim, seed)

    def network(shift: FloatArray) -> Recall:
        matrix = unitary_matrix(start.phases + shift.reshape(3, dim), start.fixed)
        return Recall(matrix, start.inputs, start.readout, delay)

    width, zero = 1e-6, np.zeros(3 * dim)
    differences = [(network(e).loss() - network(-e).loss()) / (2 * width) for e in width * np.eye(3 * dim)]
    found = phase_gradient(start.phases, start.fixed, network(zero).gradient()[1]).ravel()
    return Claimed(
        float(np.linalg.norm(found - differences) / np.linalg.norm(found)),
        0.0,
        1e-5,
        "Central differences of width 1e−6 are off by about eps / 1e−6 and by the square of delay · 1e−6.",
    )
