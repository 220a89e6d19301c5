"""ReLU networks that learn to predict waves, with a penalty on changes of their norms."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from scenes import Adam, FloatArray, relu

# Networks trained at once, and units of each.
NETS, UNITS = 8, 16
_BATCH, _ROUNDS = 16, 200


def _transposed(stack: Any) -> Any:
    return np.swapaxes(stack, -1, -2)


def _by_net(track: FloatArray) -> FloatArray:
    """Return a track of shape (time, nets, batch, n) as one matrix for each network, (nets, time · batch, n)."""
    return np.moveaxis(track, 0, 1).reshape(track.shape[1], -1, track.shape[3])


@dataclass(frozen=True, eq=False)
class Predictors:
    """ReLU networks side by side; each predicts the next value of its waves from its state.

    Waves have the shape (T + 1, nets, batch, 1), and first states (nets, batch, n).

    Parameters
    ----------
    recurrent, inputs, bias, readout : ndarray, shape (nets, n, n), (nets, n, 1), (nets, 1, n), (nets, 1, n)
        Their weights.
    """

    recurrent: Any
    inputs: Any
    bias: Any
    readout: Any

    def states(self, waves: FloatArray, start: FloatArray | None = None) -> Any:
        """Return h_0 … h_T, shape (T + 1, nets, batch, n); h_0 is zero unless given."""
        driven = waves[:-1] @ _transposed(self.inputs) + self.bias
        states = np.zeros((len(waves), *driven.shape[1:]), driven.dtype)
        states[0] = 0.0 if start is None else start
        across = _transposed(self.recurrent)
        for step, drive in enumerate(driven):
            states[step + 1] = relu(states[step] @ across + drive)
        return states

    def losses(self, waves: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the mean squared error of every step, and ``‖h_t‖`` from t = 0 on: a mean over each one's waves."""
        states = self.states(waves)
        errors = (states[1:] @ _transposed(self.readout) - waves[1:]) ** 2
        return errors.mean(axis=(2, 3)), np.linalg.norm(states, axis=-1).mean(axis=-1)

    def loss(self, waves: FloatArray, start: FloatArray, beta: FloatArray) -> Any:
        """Return what each is trained by: the mean squared error and ``β / T Σ (‖h_t‖ − ‖h_{t−1}‖)²``."""
        states = self.states(waves, start)
        norms = np.sqrt((states**2).sum(axis=-1) + 1e-12)
        error = ((states[1:] @ _transposed(self.readout) - waves[1:]) ** 2).mean(axis=(0, 2, 3))
        return error + beta * (np.diff(norms, axis=0) ** 2).mean(axis=(0, 2))

    def gradient(self, waves: FloatArray, start: FloatArray, beta: FloatArray) -> list[FloatArray]:
        """Return the gradient of each one's loss by its recurrent weights, input weights, bias and readout."""
        states = self.states(waves, start)
        count = (len(waves) - 1) * waves.shape[2]
        wrong = 2 * (states[1:] @ _transposed(self.readout) - waves[1:]) / count
        norms = np.sqrt((states**2).sum(axis=-1) + 1e-12)
        changes = 2 * beta[:, None] * np.diff(norms, axis=0) / count
        by_norm = np.zeros_like(norms)
        by_norm[1:] += changes
        by_norm[:-1] -= changes
        direct = by_norm[..., None] * states / norms[..., None]
        direct[1:] += wrong @ self.readout
        local, adjoint = np.empty_like(states[1:]), direct[-1]
        for step in range(len(local), 0, -1):
            local[step - 1] = adjoint * (states[step] > 0)
            adjoint = direct[step - 1] + local[step - 1] @ self.recurrent
        back = _transposed(_by_net(local))
        return [
            back @ _by_net(states[:-1]),
            back @ _by_net(waves[:-1]),
            local.sum(axis=(0, 2))[:, None],
            _transposed(_by_net(wrong)) @ _by_net(states[1:]),
        ]


def random_waves(random: np.random.Generator, steps: int) -> FloatArray:
    """Return sine waves of random frequency and phase, a batch for each network, shape (steps + 1, nets, batch, 1)."""
    frequency, phase = random.uniform(0.2, 0.6, (NETS, _BATCH)), random.uniform(0, 2 * np.pi, (NETS, _BATCH))
    return np.asarray(np.sin(frequency * np.arange(steps + 1)[:, None, None] + phase)[..., None])


def first_weights(seed: int) -> list[FloatArray]:
    """Return the weights training begins with, in the order of `Predictors`: the recurrent ones are the identity."""
    random = np.random.default_rng([seed, 4])
    small = [0.3 * random.standard_normal((NETS, *shape)) for shape in ((UNITS, 1), (1, UNITS))]
    return [np.tile(np.eye(UNITS), (NETS, 1, 1)), small[0], np.zeros((NETS, 1, UNITS)), small[1]]


def first_states(random: np.random.Generator) -> FloatArray:
    """Return states to begin with in training, shape (nets, batch, n).

    From zero on, the penalty would see only those directions that the waves stir up at once, and the state could grow
    in all others after the trained length.
    """
    return np.asarray(0.5 * np.abs(random.standard_normal((NETS, _BATCH, UNITS))))


def trained(seed: int, horizon: int, betas: tuple[float, ...]) -> Predictors:
    """Return eight networks for each β, trained on the same waves, by Adam with clipping; rates fall to zero.

    Parameters
    ----------
    seed : int
        Seed of weights and waves.
    horizon : int
        Length of the waves.
    betas : tuple of float
        Weights of the penalty.
    """
    random, copies = np.random.default_rng([seed, 5]), len(betas)
    weights = [np.tile(w, (copies, 1, 1)) for w in first_weights(seed)]
    beta, adam = np.repeat(betas, NETS), Adam(weights)
    for count in range(1, _ROUNDS + 1):
        waves = np.tile(random_waves(random, horizon), (1, copies, 1, 1))
        start = np.tile(first_states(random), (copies, 1, 1))
        gradient = Predictors(*weights).gradient(waves, start, beta)
        lengths = np.sqrt(sum((g**2).sum(axis=(1, 2), keepdims=True) for g in gradient))
        steps = adam.steps([part * np.minimum(1.0, 1.0 / lengths) for part in gradient])
        rate = 0.01 * (1 - count / _ROUNDS)
        weights = [weight - rate * step for weight, step in zip(weights, steps, strict=True)]
    return Predictors(*weights)
