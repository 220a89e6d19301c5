"""What the numbers of a step are called, of products and of series."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from scenes import FloatArray


def named_tracks(
    norms: tuple[FloatArray, FloatArray],
    nuclear: FloatArray,
    singular: FloatArray,
    eigenvalues: tuple[FloatArray, FloatArray],
    departure: FloatArray,
    drift: FloatArray,
) -> dict[str, FloatArray]:
    """Return the tracks of k steps of a product by name, each of shape (k,); see `Trajectory.tracks`.

    Parameters
    ----------
    norms : pair of ndarray, shape (k,)
        log10 of the spectral and of the Frobenius norm.
    nuclear : ndarray, shape (k,)
        log10 of the nuclear norm.
    singular : ndarray, shape (k, n)
        log10 of the singular values.
    eigenvalues : pair of ndarray, shape (k, n)
        log10 of the moduli of the eigenvalues, and their angles.
    departure, drift : ndarray, shape (k,)
        How far it is from normal, and from orthogonal.
    """
    modulus, angle = eigenvalues
    with np.errstate(invalid="ignore"):
        condition = np.asarray(singular[:, 0] - singular[:, -1])
    logarithms = {
        "spectral_norm": norms[0],
        "frobenius_norm": norms[1],
        "nuclear_norm": nuclear,
        "spectral_radius": np.asarray(np.fmax.reduce(modulus, axis=1)),
        "condition_number": condition,
    }
    logarithms |= {f"singular_value_{k}": track for k, track in enumerate(singular.T, 1)}
    logarithms |= {f"eigenvalue_modulus_{k}": track for k, track in enumerate(modulus.T, 1)}
    tracks = {}
    for name, track in logarithms.items():
        tracks[f"log10_{name}"] = track
        with np.errstate(over="ignore", under="ignore"):
            tracks[name] = np.asarray(10.0**track)
    tracks |= {f"eigenvalue_angle_{k}": track for k, track in enumerate(angle.T, 1)}
    return tracks | {"departure_from_normality": departure, "orthogonality_drift": drift}


def series_tracks(series: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Return series by name, those of several numbers a step numbered; see `Trajectory.tracks`."""
    tracks = {}
    for name, values in series.items():
        flat = values.reshape(len(values), -1)
        if values.ndim == 1:
            tracks[name] = flat[:, 0]
        else:
            tracks |= {f"{name}_{k}": track for k, track in enumerate(flat.T, 1)}
    return tracks
