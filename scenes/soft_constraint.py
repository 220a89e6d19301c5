"""A penalty on gradients that change their size on the way back in time."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np

from scenes._activations import ACTIVATIONS
from scenes._matrices import gaussian_matrix, haar_orthogonal, random_unit_vector
from scenes._networks import RNN, Numbers, Run
from scenes._scene import Bounds, Claim, Seed, scene, show
from scenes._sequence import FloatArray, MatrixSequence

_LENGTH, _BATCH, _RETENTION = 24, 8, 0.7
_RATE, _LONGEST_STEP = 0.05, 0.1
# So many updates of length 0.1 take W from 0.7 times an orthogonal matrix to that matrix, and a little more.
_SETTLED = 40
_WITHOUT, _WITH = "without Ω", "with Ω"


def _task(dim: int, seed: int) -> tuple[RNN, FloatArray, FloatArray, FloatArray]:
    """Return a network, inputs, shape (T, batch, 1), targets and output weights.

    The first input of a sequence is its target, 1 or −1; the others are small noise.
    """
    inputs = 0.1 * np.random.default_rng([seed, 1]).standard_normal((_LENGTH, _BATCH, 1))
    inputs[0] = np.sign(inputs[0])
    recurrent = _RETENTION * haar_orthogonal(dim, [seed, 0])
    network = RNN(recurrent, gaussian_matrix((dim, 1), [seed, 2], scale=0.3), np.zeros(dim), ACTIVATIONS["tanh"])
    return network, inputs, inputs[0, :, 0], random_unit_vector(dim, [seed, 3])


def _adjoints(run: Run, targets: FloatArray, weights: FloatArray) -> Numbers:
    """Return ∂E/∂h for the loss ``E = mean (c · h(T) − y)² / 2``."""
    direct = np.zeros_like(run.states)
    direct[-1] = (run.states[-1] @ weights - targets)[:, None] * weights / _BATCH
    return run.backward(direct)


def _lengths(vectors: Numbers) -> Numbers:
    """Return Euclidean lengths; of complex vectors what is analytic, the root of the sum of squares."""
    return np.asarray(np.sqrt((vectors * vectors).sum(axis=-1)))


def _penalty(recurrent: Numbers, run: Run, adjoints: Numbers) -> Any:
    """Return ``Ω = Σ_t (‖∂E/∂h(t) · ∂h(t)/∂h(t − 1)‖ / ‖∂E/∂h(t)‖ − 1)²``, the mean over the batch."""
    ratios = _lengths((run.slopes * adjoints[1:]) @ recurrent) / _lengths(adjoints[1:])
    return ((ratios - 1) ** 2).sum() / _BATCH


def _penalty_gradient(run: Run, adjoints: Numbers) -> Numbers:
    """Return ∂Ω/∂W with all states and ∂E/∂h held, as Pascanu and others take it."""
    local = run.slopes * adjoints[1:]
    before = local @ run.network.recurrent
    sizes, ratios = _lengths(adjoints[1:]), _lengths(before) / _lengths(adjoints[1:])
    share = 2 * (ratios - 1) / (ratios * sizes**2) / _BATCH
    return np.asarray(np.einsum("tb,tbi,tbj->ij", share, local, before))


def _trained(steps: int, dim: int, seed: int, weight: float) -> list[tuple[Run, Numbers]]:
    """Return the runs after 0, 1, … updates by ``∂E + weight · ∂Ω``, with ∂E/∂h; long updates of W are clipped."""
    network, inputs, targets, output = _task(dim, seed)
    found = []
    for _ in range(steps + 1):
        run = network.run(inputs)
        adjoints = _adjoints(run, targets, output)
        found.append((run, adjoints))
        gradient = run.gradient(adjoints)
        step = _RATE * (gradient.recurrent + weight * _penalty_gradient(run, adjoints))
        step = step * min(1.0, _LONGEST_STEP / max(float(np.linalg.norm(step)), 1e-300))
        network = RNN(
            network.recurrent - step,
            network.inputs - _RATE * gradient.inputs,
            network.bias - _RATE * gradient.bias,
            network.activation,
        )
    return found


def _mean_ratio(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the mean change over the second half of the updates: a single one may be a jump."""
    return float(trajectory.sequence.series["ratio"][trajectory.steps // 2 :].mean())


def _near_one(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return less than what 0.7 is away from 1; at first the changes are there, and may then go past 1."""
    return 0.2 if trajectory.steps >= _SETTLED else 0.5


def _first_excess(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return max(0.0, float(trajectory.sequence.series["largest ratio"][0]) - _RETENTION)


def _gradient_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the relative error of ∂Ω/∂W after the last update, along a random direction, by complex step."""
    run, adjoints = _trained(**parameters)[-1]
    along = gaussian_matrix(parameters["dim"], [parameters["seed"], 4])
    slope = _penalty(run.network.recurrent + 1e-30j * along, run, adjoints).imag / 1e-30
    gradient = _penalty_gradient(run, adjoints)
    size = float(np.linalg.norm(gradient) * np.linalg.norm(along))
    return abs(float(np.sum(gradient * along)) - float(slope)) / size


@scene(
    show("bars", of="ratio", reference="one", heading="", limits=(0, 1.5)),
    show("series", of="left", heading="gradient left", limits=(-6, 1)),
    title="Holding the gradient's size",
    statement="bars: by what each step back in time changes ‖∂E/∂h‖; Ω = Σ (change − 1)² holds it near 1",
    claims=(
        Claim(
            "first changes over 0.7", _first_excess, 0.0, 1e-12, "W begins as 0.7 times an orthogonal matrix.", _WITHOUT
        ),
        Claim(
            "mean change",
            _mean_ratio,
            1.0,
            _near_one,
            "Less than from 1 to 0.7, where it begins; updates have a length of up to 0.1, so that it jumps about.",
            _WITH,
        ),
        Claim(
            "∂Ω/∂W − derivative",
            _gradient_error,
            0.0,
            1e-10,
            "The derivative by complex step rounds, but takes no differences.",
            _WITH,
        ),
    ),
    poster=1.0,
    fps="10",
    covers=(39, 46),
)
def soft_constraint(
    steps: Annotated[int, Bounds(0, 200)] = 80,
    dim: Annotated[int, Bounds(16, 64)] = 32,
    seed: Seed = 0,
    weight: Annotated[float, Bounds(0.5, 1)] = 1.0,
) -> dict[str, MatrixSequence]:
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
        Weight of the penalty Ω beside the loss.
    """
    columns = {}
    for label, share in ((_WITHOUT, 0.0), (_WITH, weight)):
        found = _trained(steps, dim, seed, share)
        sizes = np.array([_lengths(adjoints) for _, adjoints in found])
        ratios = sizes[:, :-1] / sizes[:, 1:]
        series = {
            "ratio": ratios.mean(axis=2),
            "one": np.ones((steps + 1, _LENGTH)),
            "largest ratio": ratios.max(axis=(1, 2)),
            "penalty": ((ratios - 1) ** 2).sum(axis=(1, 2)) / _BATCH,
            "left": np.log10(sizes[:, 0] / sizes[:, -1]).mean(axis=1),
        }
        # One Jacobian for each update: that of the last step of the first sequence.
        factors = np.array([run.jacobians[-1, 0] for run, _ in found[1:]]).reshape(steps, dim, dim)
        columns[label] = MatrixSequence(factors, series=series)
    return columns
