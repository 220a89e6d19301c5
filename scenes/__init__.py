"""Scenes: which matrices are multiplied. Needs NumPy and the standard library only.

Every public module in this folder holds scenes. A new one is a new file: nothing else to edit.
"""

from scenes._matrices import (
    gaussian_matrix,
    haar_orthogonal,
    random_unit_vector,
    rotation_matrix,
    with_spectral_radius,
)
from scenes._scene import (
    Bounds,
    Claim,
    Dim,
    PanelRequest,
    Parameter,
    ParameterError,
    Scene,
    Seed,
    Steps,
    scene,
    show,
)
from scenes._sequence import MatrixSequence, SequenceError, repeated

__all__ = [
    "Bounds",
    "Claim",
    "Dim",
    "MatrixSequence",
    "PanelRequest",
    "Parameter",
    "ParameterError",
    "Scene",
    "Seed",
    "SequenceError",
    "Steps",
    "gaussian_matrix",
    "haar_orthogonal",
    "random_unit_vector",
    "repeated",
    "rotation_matrix",
    "scene",
    "show",
    "with_spectral_radius",
]
