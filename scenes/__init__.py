"""Scenes: which matrices are multiplied, and which series are drawn. Needs NumPy and the standard library only.

A scene is one file, in the folder of its chapter and named after it. Scenes of the package and of a user's own import
the same names from here.
"""

import importlib.util as _util
import os.path as _path

from scenes.core.activations import ACTIVATIONS, Activation, relu, sigmoid, softmax
from scenes.core.adam import Adam
from scenes.core.cells import GRU, LSTM, Cell, last_state, unroll
from scenes.core.chi_square import log_chi_square, polygamma
from scenes.core.claims import Claim, Claimed, ClaimError
from scenes.core.derivatives import complex_step_jacobian
from scenes.core.formats import FORMATS
from scenes.core.growth import constant_norm, growth, log10_norm_of_power, orthogonality, transient
from scenes.core.initialisers import (
    gaussian_matrix,
    glorot_normal,
    glorot_uniform,
    haar_orthogonal,
    he_normal,
    lecun_normal,
    uniform_matrix,
)
from scenes.core.layers import HighwayLayer, Layer, ResidualLayer, pass_through
from scenes.core.matrices import (
    block_rotation,
    jordan_block,
    nonnormal_matrix,
    permutation_matrix,
    random_unit_vector,
    reflection_matrix,
    rotation_matrix,
    scaled_identity,
    with_singular_values,
    with_spectral_radius,
)
from scenes.core.moments import Moment, MomentError, Reached, first_step, last_change, peak
from scenes.core.networks import RNN, Run
from scenes.core.norms import log10_norm
from scenes.core.parameters import Bounds, Choices, Dim, Parameter, ParameterError, Seed, Steps
from scenes.core.quadrature import normal_quadrature
from scenes.core.random_cells import random_gru, random_lstm, stacked_blocks
from scenes.core.scene import PanelRequest, Scene, scene, show
from scenes.core.sequence import FloatArray, MatrixSequence, Record, Recording, SequenceError, repeated
from scenes.core.thresholds import crossing, doubling
from scenes.core.trajectory import Numbers, Trajectory

# Chapters in the order in which they are listed; others follow by name.
CHAPTERS = (
    "powers",
    "fibonacci",
    "products",
    "precision",
    "initialisation",
    "activations",
    "recurrence",
    "gradients",
    "memory",
    "depth",
    "training",
    "today",
)

__all__ = [
    "ACTIVATIONS",
    "CHAPTERS",
    "FORMATS",
    "GRU",
    "LSTM",
    "RNN",
    "Activation",
    "Adam",
    "Bounds",
    "Cell",
    "Choices",
    "Claim",
    "ClaimError",
    "Claimed",
    "Dim",
    "FloatArray",
    "HighwayLayer",
    "Layer",
    "MatrixSequence",
    "Moment",
    "MomentError",
    "Numbers",
    "PanelRequest",
    "Parameter",
    "ParameterError",
    "Reached",
    "Record",
    "Recording",
    "ResidualLayer",
    "Run",
    "Scene",
    "Seed",
    "SequenceError",
    "Steps",
    "Trajectory",
    "block_rotation",
    "complex_step_jacobian",
    "constant_norm",
    "crossing",
    "doubling",
    "first_step",
    "gaussian_matrix",
    "glorot_normal",
    "glorot_uniform",
    "growth",
    "haar_orthogonal",
    "he_normal",
    "jordan_block",
    "last_change",
    "last_state",
    "lecun_normal",
    "log10_norm",
    "log10_norm_of_power",
    "log_chi_square",
    "nonnormal_matrix",
    "normal_quadrature",
    "orthogonality",
    "pass_through",
    "peak",
    "permutation_matrix",
    "polygamma",
    "random_gru",
    "random_lstm",
    "random_unit_vector",
    "reflection_matrix",
    "relu",
    "repeated",
    "rotation_matrix",
    "scaled_identity",
    "scene",
    "show",
    "sigmoid",
    "softmax",
    "stacked_blocks",
    "transient",
    "uniform_matrix",
    "unroll",
    "with_singular_values",
    "with_spectral_radius",
]

# Another module of that name would be taken for what films these scenes; `render` does the same with one named scenes.
_other, _folder = _util.find_spec("render"), _path.dirname(_path.dirname(__file__))
if _other and _other.origin and _path.dirname(_path.dirname(_other.origin)) != _folder:
    raise ImportError(
        f"eigenreel needs its own module render, but {_other.origin} is another one, so rename or move it"
    )
