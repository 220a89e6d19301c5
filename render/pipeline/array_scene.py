"""The film of matrices that somebody has: powers of one, products of a stack, or several of these side by side."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated

import numpy as np

from render.errors import InputError
from render.numerics.trajectory import Trajectory
from render.pipeline.arrays import checked
from render.pipeline.job import Rows
from render.pipeline.nonfinite import OPENING, STATEMENT, add_moments, marked_panels, marked_powers, refuse_many
from render.pipeline.side_by_side import RESCALED, add_ends
from scenes import (
    Bounds,
    FloatArray,
    MatrixSequence,
    PanelRequest,
    ParameterError,
    Reached,
    Recording,
    Scene,
    first_step,
    repeated,
    scene,
    show,
)

# By how much entries of a power may be larger than those of W before only their shape is shown; a tenfold growth that
# rounding makes a little more is none.
_LARGEST_GROWTH = 10.0 * (1 + 1e-9)
_USUAL_STEPS, _MOST_STEPS = 64, 1_000_000
_LARGEST_GAIN = 1e6
# Singular values of every product are shown where they take about a second at most.
_MOST_FACTORED, _MOST_STATES = 1e9, 4096
# With more rows a cell is the mean of several entries.
_MOST_CELLS = 64
# So many powers of W, each the square of the one before, are looked at to be sure what becomes of all.
_SQUARINGS = 16
# What rounding may do to such a power at most, and to the logarithm of its size.
_LARGEST_ERROR, _CLEAR = 0.1, 1e-6
# Decades of an eigenvalue, or of a step, that plain numbers hold.
_LARGEST_TOLD = 300.0
# An eigenvalue that is nearer to 1 reads like 1.
_NEAR_ONE = 1e-3


def scene_of_arrays(
    matrices: Mapping[str, Rows], steps: object = None, gain: object = None, allow_nonfinite: bool = False
) -> Scene:
    """Return the scene of matrices: powers of each, or the product of a stack; alone, or side by side by label.

    Where entries become much larger than those of W within so many steps, with this gain, they are shown divided by the
    largest. Where entries may be NaN or infinite and some are, they are marked; see `marked_powers`.

    Raises
    ------
    InputError
        If they are no matrices, or stacks of different lengths.
    """
    if not isinstance(matrices, Mapping) or not matrices or ("" in matrices and len(matrices) > 1):
        raise InputError("the matrices of a film must be rows by label, so render it again")
    arrays = {label: checked(rows, "the matrix", allow_nonfinite) for label, rows in matrices.items()}
    most = _factors_of(arrays)
    usual = _USUAL_STEPS if most is None else most
    most = _MOST_STEPS if most is None else most
    known = steps if isinstance(steps, int) and 0 <= steps <= most else usual
    marked = not all(np.isfinite(array).all() for array in arrays.values())
    if marked and any(array.ndim == 3 for array in arrays.values()):
        raise InputError("entries that are no numbers are marked in powers alone, so leave out what is a product")
    if marked:
        refuse_many(arrays, known)
        panels = marked_panels(arrays)
    else:
        panels = _panels(arrays, known, gain)

    def powers(
        steps: int = usual, gain: Annotated[float, Bounds(0, _LARGEST_GAIN)] = 1.0
    ) -> Recording | dict[str, Recording]:
        """Multiply matrices, one more at every step.

        Parameters
        ----------
        steps
            Number of multiplications.
        gain
            By what every matrix is multiplied before.
        """
        if not marked:
            _refuse_large(arrays, gain)
        columns: dict[str, Recording] = {
            label: marked_powers(array, steps, gain) if marked else _multiplied(array, steps, gain)
            for label, array in arrays.items()
        }
        return columns.get("", columns)

    # A stack has no more steps than matrices.
    powers.__annotations__["steps"] = Annotated[int, Bounds(0, most)]
    stacks = {array.ndim == 3 for array in arrays.values()}
    if "" in arrays:
        title = "A product of matrices" if stacks == {True} else "Powers of a matrix"
        own = "one matrix more at every step" if stacks == {True} else "multiplied by itself at every step"
    elif stacks == {False}:
        title, own = "Powers of matrices", "each multiplied by itself at every step"
    else:
        title = "Products of matrices" if stacks == {True} else "Products and powers"
        own = "each multiplied by one matrix more at every step"
    rescaled = "" not in arrays and panels[0].panel == "scaled_matrix"
    opening = OPENING if marked else RESCALED if rescaled else ""
    made = scene(*panels, title=title, statement=STATEMENT if marked else own, opening=opening)(powers)
    if marked:
        add_moments(made, sum(array.size for array in arrays.values()))
    elif "" not in arrays:
        add_ends(made)
    else:
        _add_zero(made)
        if arrays[""].ndim == 3:
            _add_end_of_product(made)
        else:
            _add_end_of_powers(made, arrays[""])
    return made


def _factors_of(arrays: Mapping[str, FloatArray]) -> int | None:
    """Return how many factors a film can have at most; None where each is the same matrix."""
    lengths = {label: len(array) for label, array in arrays.items() if array.ndim == 3}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{label} has {count:,}" for label, count in lengths.items())
        raise InputError(f"stacks share one clock, so they need equally many matrices, but {said}; give parts of them")
    return next(iter(lengths.values()), None)


def _refuse_large(arrays: Mapping[str, FloatArray], gain: float) -> None:
    """Refuse a gain that takes entries beyond float64."""
    largest = max(float(np.abs(array).max()) for array in arrays.values())
    if largest > np.finfo(float).max / max(gain, 1.0):
        raise ParameterError(f"gain {gain:g} takes entries beyond float64, so choose a smaller one, or none")


def _multiplied(array: FloatArray, steps: int, gain: float) -> MatrixSequence:
    return repeated(gain * array, steps) if array.ndim == 2 else MatrixSequence(gain * array[:steps])


def _panels(arrays: Mapping[str, FloatArray], steps: int, gain: object) -> list[PanelRequest]:
    """Return what shows products: divided by the largest entry, where entries become much larger than those of W."""
    times = float(gain) if isinstance(gain, (int, float)) and 0 <= gain <= _LARGEST_GAIN else 1.0
    with np.errstate(over="ignore"):
        # What is too large then is refused when it is multiplied.
        gained = [np.nan_to_num(times * array) for array in arrays.values()]
    large = any(_log_growth(array, steps) > np.log(_LARGEST_GROWTH) for array in gained)
    single = "" in arrays
    if any(array.ndim == 3 for array in arrays.values()) and not single:
        # Columns are narrow, and some may be powers.
        shown = show("scaled_matrix", heading="at {step}, rescaled", note="") if large else show("matrix", heading="")
    else:
        # Columns are too narrow for what it says of its scale.
        # A stack's heading is long, and that cells are means is what has to be known first.
        brief = not single or any(array.ndim == 3 or len(array) > _MOST_CELLS for array in arrays.values())
        shown = show("scaled_matrix", note="" if brief else "largest: ±1") if large else show("matrix")
    work = sum(array.shape[-1] ** 3 for array in arrays.values()) * (steps + 1)
    # Beside more than two heat-maps there is no room for circles.
    panels = [shown, show("norms")]
    if single or (len(arrays) == 2 and all(array.ndim == 2 for array in arrays.values())):
        panels.append(show("eigenvalues", powers=single))
    if work <= _MOST_FACTORED and steps < _MOST_STATES:
        if single:
            panels.append(show("singular_values", note=""))
        else:
            sizes = {array.shape[-1] for array in arrays.values()}
            ends = (1.0, float(max(sizes)))
            if ends[1] > 1 and len(sizes) == 1:
                panels.append(
                    show(
                        "curve", of="log10_singular_values", ends=ends, scale="log10", x="largest first", whole=True,
                        heading="singular values", note="wide: of I",
                    )
                )  # fmt: skip
    return panels


def _log_growth(array: FloatArray, steps: int) -> float:
    """Return the logarithm of how many times larger than those of the first factor entries of a product become."""
    return _growth_of_powers(array, steps) if array.ndim == 2 else _growth_of_product(array[:steps])


def _growth_of_product(factors: FloatArray) -> float:
    """Return the same of a stack, of all its products."""
    if not len(factors) or not factors[0].any():
        return 0.0
    power, log, grown = np.eye(factors.shape[1]), 0.0, 0.0
    first = float(np.log(np.abs(factors[0]).max()))
    for factor in factors:
        size = float(np.abs(factor).max())
        power = (factor / size) @ power if size else power * 0.0
        largest = float(np.abs(power).max())
        if largest == 0.0:
            break
        power, log = power / largest, log + float(np.log(size)) + float(np.log(largest))
        grown = max(grown, log - first)
    return grown


def _growth_of_powers(matrix: FloatArray, steps: int) -> float:
    """Return how many times larger than W its powers become, as `_log_growth`: of those that squaring comes by."""
    power, log, grown = np.eye(len(matrix)), 0.0, 0.0
    first = float(np.abs(matrix).max())
    if steps == 0 or first == 0.0:
        return 0.0
    # Divided by its largest entry, no matrix of this size leaves float64 when it is squared.
    factor = matrix / first
    for digit in f"{steps:b}":
        power, log = power @ power, 2 * log
        if digit == "1":
            power, log = factor @ power, log + np.log(first)
        size = float(np.abs(power).max())
        if size == 0.0:
            break
        power, log = power / size, log + np.log(size)
        grown = max(grown, log - float(np.log(first)))
    return grown


def _long_run(matrix: FloatArray) -> tuple[str, float]:
    """Return whether powers surely ``vanish`` or ``explode`` in the long run, and a bound of the largest eigenvalue.

    ``ρ(W)^k ≤ ‖W^k‖_F`` for every k, so a power that is smaller than 1 says that all vanish; and
    ``|tr W^k| ≤ n ρ(W)^k``, so a trace above n says that they explode (R. Horn and C. Johnson, Matrix Analysis, 5.6).

    Parameters
    ----------
    matrix : ndarray, shape (n, n)
        The matrix W.

    Returns
    -------
    str
        ``vanish``, ``explode``, or nothing where that is not decided.
    float
        A number, as a natural logarithm, which log ρ(W) does not exceed.
    """
    if not np.tril(matrix, -1).any() or not np.triu(matrix, 1).any():
        # Its eigenvalues stand on its diagonal.
        radius = float(np.abs(matrix.diagonal()).max())
        fate = "vanish" if radius < 1 else "explode" if radius > 1 else ""
        return fate, float(np.log(radius)) if radius else -np.inf
    dim, largest = len(matrix), float(np.abs(matrix).max())
    # Divided by its largest entry first: squares of these may be beyond float64.
    power = matrix / largest
    size = float(np.linalg.norm(power))
    rounding = dim * float(np.finfo(float).eps)
    power, log, error = power / size, float(np.log(size) + np.log(largest)), rounding
    times, fate, bound = 1, "", np.inf
    for _ in range(_SQUARINGS):
        # The true power is within `error` of this one, in parts of its size, and a trace within √n of that.
        bound = min(bound, (log + float(np.log1p(error))) / times + _CLEAR)
        trace = abs(float(np.trace(power))) - dim**0.5 * error
        if bound < 0:
            fate = "vanish"
        elif trace > 0 and log + np.log(trace) > np.log(dim) + _CLEAR:
            fate = "explode"
        power = power @ power
        size, error = float(np.linalg.norm(power)), 2 * error + error**2 + rounding
        log, times = 2 * log, 2 * times
        if size <= error / _LARGEST_ERROR:
            # Of what is left rounding may have made much: that it is no larger is known.
            bound = min(bound, (log + float(np.log(size + error))) / times + _CLEAR)
            return ("vanish" if bound < 0 else fate), bound
        power, log, error = power / size, log + float(np.log(size)), error / size
    return fate, bound


def _add_zero(made: Scene) -> None:
    """Add what a film says whose product becomes zero."""

    @made.moment("From step {step} on every entry is exactly 0: nothing is left.")
    def _(product: Trajectory) -> int | None:
        return first_step(np.isneginf(product.log10_spectral_norm)) if product.steps else None


def _add_end_of_powers(made: Scene, matrix: FloatArray) -> None:
    """Add what the film of the powers of one matrix says at its end."""

    @cache
    def long_run(gain: float) -> tuple[str, float]:
        return _long_run(gain * matrix)

    def ended(product: Trajectory, steps: int, gain: float, fate: str | None) -> Reached | None:
        size = float(product.log10_spectral_norm[-1])
        if not steps or not np.isfinite(size):
            return None
        moduli = product.eigenvalues(1)[0]
        log10 = float(np.nanmax(moduli, initial=-np.inf))
        decided, bound = long_run(gain)
        # Where rounding may have made some eigenvalues, the largest is known if none can be larger.
        known = not np.isnan(moduli).any() or log10 > bound / np.log(10) - np.log10(1 + _NEAR_ONE)
        if not known or log10 > _LARGEST_TOLD:
            return Reached(steps, size=size) if fate is None else None
        radius = float(10**log10)
        near = abs(radius - 1) < _NEAR_ONE or decided != ("vanish" if radius < 1 else "explode")
        return Reached(steps, size=size, radius=radius) if fate == ("" if near else decided) else None

    @made.moment(
        "After {steps} steps the power is {size:log10} times as large. Largest |λ|: {radius:3}, below 1, so powers "
        "<vanish>vanish</> in the long run."
    )
    def _(product: Trajectory, steps: int, gain: float) -> Reached | None:
        return ended(product, steps, gain, "vanish")

    @made.moment(
        "After {steps} steps the power is {size:log10} times as large. Largest |λ|: {radius:3}, above 1, so powers "
        "<explode>explode</> in the long run."
    )
    def _(product: Trajectory, steps: int, gain: float) -> Reached | None:
        return ended(product, steps, gain, "explode")

    @made.moment(
        "After {steps} steps the power is {size:log10} times as large as at the start. The largest |λ| is {radius:3}."
    )
    def _(product: Trajectory, steps: int, gain: float) -> Reached | None:
        return ended(product, steps, gain, "")

    @made.moment("After {steps} steps the power is {size:log10} times as large as at the start.")
    def _(product: Trajectory, steps: int, gain: float) -> Reached | None:
        return ended(product, steps, gain, None)


def _add_end_of_product(made: Scene) -> None:
    """Add what the film of the product of a stack says at its end."""

    @made.moment(
        "After {steps} matrices the product is {size:log10} times as large as at the start: on average {factor:3} "
        "times a step."
    )
    def _(product: Trajectory, steps: int) -> Reached | None:
        size = float(product.log10_spectral_norm[-1])
        told = steps > 1 and abs(size) < _LARGEST_TOLD * steps
        return Reached(steps, size=size, factor=10 ** (size / steps)) if told else None
