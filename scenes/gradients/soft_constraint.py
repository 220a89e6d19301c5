"""A penalty on gradients that change their size on the way back in time."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from scenes import (
    ACTIVATIONS,
    RNN,
    Bounds,
    Claimed,
    FloatArray,
    Reached,
    Record,
    Run,
    Seed,
    Trajectory,
    first_step,
    gaussian_matrix,
    haar_orthogonal,
    random_unit_vector,
    scene,
    show,
)
from scenes.gradients._common import COMPLEX_STEP

_LENGTH, _BATCH, _RETENTION = 24, 8, 0.7
_RATE, _LONGEST_STEP = 0.05, 0.1
# Until this update the penalty lets more than half of the gradient arrive, and less than a tenth arrives without it.
_EARLY, _HALF, _TENTH = 40, 0.5, 0.1
_WITHOUT, _WITH = "no penalty", "with penalty"
_ROLES = {_WITHOUT: "vanish", _WITH: "keep"}


def _task(dim: int, seed: int) -> tuple[RNN, FloatArray, FloatArray, FloatArray]:
    """Return a network, inputs, shape (T, batch, 1), targets and output weights.

    The first input of a sequence is its target, 1 or −1; the others are small noise.
    """
    inputs = 0.1 * np.random.default_rng([seed, 1]).standard_normal((_LENGTH, _BATCH, 1))
    inputs[0] = np.sign(inputs[0])
    recurrent = _RETENTION * haar_orthogonal(dim, [seed, 0])
    network = RNN(recurrent, gaussian_matrix((dim, 1), [seed, 2], scale=0.3), np.zeros(dim), ACTIVATIONS["tanh"])
    return network, inputs, inputs[0, :, 0], random_unit_vector(dim, [seed, 3])


def _adjoints(run: Run, targets: FloatArray, weights: FloatArray) -> NDArray[Any]:
    """Return ∂E/∂h for the loss ``E = mean (c · h(T) − y)² / 2``, shape (T + 1, batch, n)."""
    direct = np.zeros_like(run.states)
    direct[-1] = (run.states[-1] @ weights - targets)[:, None] * weights / _BATCH
    return run.backward(direct)


def _lengths(vectors: NDArray[Any]) -> NDArray[Any]:
    """Return Euclidean lengths; of complex vectors what is analytic, the root of the sum of squares."""
    return np.asarray(np.sqrt((vectors * vectors).sum(axis=-1)))


def penalty(recurrent: NDArray[Any], run: Run, adjoints: NDArray[Any]) -> Any:
    """Return ``Ω = Σ_t (‖∂E/∂h(t) · ∂h(t)/∂h(t − 1)‖ / ‖∂E/∂h(t)‖ − 1)²``, the mean over the batch.

    Parameters
    ----------
    recurrent : ndarray, shape (n, n)
        W of the Jacobians, real or complex.
    run : Run
        The network's run.
    adjoints : ndarray, shape (T + 1, batch, n)
        The gradients ∂E/∂h.
    """
    ratios = _lengths((run.slopes * adjoints[1:]) @ recurrent) / _lengths(adjoints[1:])
    return ((ratios - 1) ** 2).sum() / _BATCH


def penalty_gradient(run: Run, adjoints: NDArray[Any]) -> NDArray[Any]:
    """Return ∂Ω/∂W with all states and ∂E/∂h held, as Pascanu and others take it, shape (n, n)."""
    local = run.slopes * adjoints[1:]
    before = local @ run.network.recurrent
    sizes, ratios = _lengths(adjoints[1:]), _lengths(before) / _lengths(adjoints[1:])
    share = 2 * (ratios - 1) / (ratios * sizes**2) / _BATCH
    return np.asarray(np.einsum("tb,tbi,tbj->ij", share, local, before))


def trained(steps: int, dim: int, seed: int, weight: float) -> list[tuple[Run, NDArray[Any]]]:
    """Return the runs after 0, 1, … updates by ``∂E + weight · ∂Ω``, with ∂E/∂h; long updates of W are clipped."""
    network, inputs, targets, output = _task(dim, seed)
    found = []
    for _ in range(steps + 1):
        run = network.run(inputs)
        adjoints = _adjoints(run, targets, output)
        found.append((run, adjoints))
        gradient = run.gradient(adjoints)
        step = _RATE * (gradient.recurrent + weight * penalty_gradient(run, adjoints))
        step = step * min(1.0, _LONGEST_STEP / max(float(np.linalg.norm(step)), 1e-300))
        network = RNN(
            network.recurrent - step,
            network.inputs - _RATE * gradient.inputs,
            network.bias - _RATE * gradient.bias,
            network.activation,
        )
    return found


@scene(
    show(
        "bars",
        of="ratio",
        reference="one",
        heading="factor of a step back",
        x="steps",
        limits=(0, 1.5),
        roles=_ROLES,
    ),
    show(
        "series",
        of="left",
        heading="gradient that arrives",
        note="share left after 24 steps back; the penalty holds each factor at 1",
        roles=_ROLES,
    ),
    title="Holding the gradient's size",
    statement="a penalty on steps back that shrink or stretch the gradient soon lets it arrive at the first input",
    opening="A net learns to remember its first input. A penalty punishes factors other than 1.",
    counter="update",
    fps="10",
    covers=(39, 46),
)
def soft_constraint(
    steps: Annotated[int, Bounds(0, 200)] = 80,
    dim: Annotated[int, Bounds(16, 64)] = 32,
    seed: Seed = 0,
    weight: Annotated[float, Bounds(0.75, 1)] = 1.0,
) -> dict[str, Record]:
    """Training of a recurrent network with and without a penalty on gradients that shrink or grow.

    The network has to remember the first of 24 inputs. R. Pascanu, T. Mikolov, Y. Bengio, "On the
    difficulty of training recurrent neural networks", ICML 2013, section 3.3.

    Parameters
    ----------
    steps : int
        Number of updates.
    dim : int
        Number of hidden units.
    weight : float
        Weight of the penalty Ω beside the loss; with a smaller one half of the gradient may take longer to arrive.
    """
    columns = {}
    for label, share in ((_WITHOUT, 0.0), (_WITH, weight)):
        sizes = np.array([_lengths(adjoints) for _, adjoints in trained(steps, dim, seed, share)])
        ratios = sizes[:, :-1] / sizes[:, 1:]
        columns[label] = Record(
            {
                "ratio": ratios.mean(axis=2),
                "one": np.ones((steps + 1, _LENGTH)),
                "largest ratio": ratios.max(axis=(1, 2)),
                "penalty": ((ratios - 1) ** 2).sum(axis=(1, 2)) / _BATCH,
                "left": np.log10(sizes[:, 0] / sizes[:, -1]).mean(axis=1),
            }
        )
    return columns


@soft_constraint.moment(
    "After {step} updates <keep>{held:%}</> of the gradient arrives, without the penalty <vanish>{lost:%}</>.",
    otherwise="Within {steps} updates the penalty does not let half of the gradient arrive.",
    column=_WITH,
    note="half arrives",
    on="left",
)
def _(columns: Mapping[str, Trajectory]) -> Reached | None:
    held, lost = (10 ** columns[label].series["left"] for label in (_WITH, _WITHOUT))
    step = first_step(held > _HALF)
    return None if step is None else Reached(step, held=held[step], lost=lost[step])


@soft_constraint.moment(
    "A step back multiplies the gradient by <keep>{held:.2}</>, without the penalty by <vanish>{lost:.2}</>."
)
def _(columns: Mapping[str, Trajectory], steps: int) -> Reached | None:
    held, lost = (float(columns[label].series["ratio"][-1].mean()) for label in (_WITH, _WITHOUT))
    return Reached(steps, held=held, lost=lost) if abs(held - 1) < abs(lost - 1) / 2 else None


@soft_constraint.claim("> half, without < a tenth: off / allowed", headline=True, counterexample={"weight": 0.0})
def _(columns: Mapping[str, Trajectory], steps: int) -> Claimed:
    held, lost = (10 ** columns[label].series["left"][: _EARLY + 1] for label in (_WITH, _WITHOUT))
    step = first_step(held > _HALF)
    off = [float(lost[: steps + 1 if step is None else step + 1].max()) / _TENTH]
    if steps >= _EARLY:
        off.append(_HALF / float(held.max()))
    return Claimed.between(
        max(off),
        0.0,
        1.0,
        "More than half arrives, until then less than a tenth without the penalty; later learning may keep it, too.",
    )


# So many updates of length 0.1 take W from 0.7 times an orthogonal matrix to that matrix, and a little more.
_SETTLED = 40


@soft_constraint.claim("first changes over 0.7", column=_WITHOUT)
def _(series: Mapping[str, FloatArray]) -> Claimed:
    excess = max(0.0, float(series["largest ratio"][0]) - _RETENTION)
    return Claimed(excess, 0.0, 1e-12, "W begins as 0.7 times an orthogonal matrix.")


@soft_constraint.claim("mean change", column=_WITH)
def _(series: Mapping[str, FloatArray], steps: int) -> Claimed:
    return Claimed(
        # Over the second half of the updates, since a single one may be a jump.
        float(series["ratio"][steps // 2 :].mean()),
        1.0,
        0.2 if steps >= _SETTLED else 0.5,
        "Less than from 1 to 0.7, where it begins; updates have a length of up to 0.1, so that it jumps about.",
    )


@soft_constraint.claim("∂Ω/∂W − derivative", column=_WITH)
def _(steps: int, dim: int, seed: int, weight: float) -> Claimed:
    run, adjoints = trained(steps, dim, seed, weight)[-1]
    along = gaussian_matrix(dim, [seed, 4])
    slope = penalty(run.network.recurrent + 1e-30j * along, run, adjoints).imag / 1e-30
    gradient = penalty_gradient(run, adjoints)
    size = float(np.linalg.norm(gradient) * np.linalg.norm(along))
    return Claimed(abs(float(np.sum(gradient * along)) - float(slope)) / size, 0.0, 1e-10, COMPLEX_STEP)
