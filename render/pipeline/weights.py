"""Which matrices of a file of weights are filmed: square ones, recurrent kernels, and the gates in these."""

from __future__ import annotations

import contextlib
import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from render.errors import InputError
from render.pipeline.array_files import arrays_in
from render.pipeline.gates import GATES as GATES
from render.pipeline.gates import LETTERS, RECURRENT, block_of
from render.pipeline.gates import ORDERS as ORDERS
from render.pipeline.stored import LARGEST, MOST_NUMBERS, Stored, brief_shape, refuse_large, refuse_many
from render.text import Words, brief, literal

# As many as a layout has columns.
MOST_COLUMNS = 4
_MOST_NAMED = 12


@dataclass(frozen=True)
class Weights:
    """Matrices that are filmed, and what is said of them.

    Parameters
    ----------
    matrices : mapping of str to ndarray
        By label, in the order of their files; one alone has the label "".
    title : str or None
        What the film is called; None where its labels say all.
    left_out : tuple of str
        Names of those that would fit, too, but have no room.
    stacks : tuple of str
        Names of those that hold several matrices, which are left out beside single ones of their file.
    keys : tuple of str
        The name in its file of the array that each matrix is, or is a gate of.
    """

    matrices: Mapping[str, NDArray[Any]]
    title: str | None
    left_out: tuple[str, ...]
    stacks: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True)
class _Source:
    """An array, and the name by which it is told from all others."""

    name: str
    stored: Stored

    @property
    def blocks(self) -> int:
        """How many square matrices it holds, 1, 3 or 4; 0 where it is neither a matrix nor a kernel."""
        shape = self.stored.shape
        if len(shape) != 2 or not min(shape):
            return 0
        least, most = sorted(shape)
        return 1 if least == most else most // least if least > 1 and most in (3 * least, 4 * least) else 0

    @property
    def stacked(self) -> bool:
        """Whether it holds square matrices one behind the other, which are multiplied in turn."""
        shape = self.stored.shape
        return len(shape) == 3 and shape[1] == shape[2] and math.prod(shape) > 0

    @property
    def size(self) -> int:
        """How many numbers a film of it holds, or of one gate in it."""
        shape = self.stored.shape
        return math.prod(shape) if self.stacked else min(shape) ** 2

    @property
    def fits(self) -> bool:
        """Whether it can be filmed."""
        fitting = bool(self.blocks) or (self.stacked and self.size <= MOST_NUMBERS)
        return fitting and self.stored.shape[-1] <= LARGEST * max(self.blocks, 1) and self.stored.refusal is None

    @property
    def recurrent(self) -> bool:
        """Whether a library names so what a state is multiplied by."""
        return RECURRENT.fullmatch(self.stored.key) is not None

    def order(self, asked: str | None) -> str:
        """Return the order of its gates: that asked for, or that of the library that saves in this shape."""
        rows, columns = self.stored.shape
        return asked or ("keras" if columns > rows else "pytorch")

    def gates(self, asked: str | None) -> tuple[str, ...]:
        """Return the names of its gates in their order; none where it is one matrix."""
        return ORDERS[self.order(asked)][self.blocks] if self.blocks > 1 else ()


@dataclass(frozen=True)
class _Piece:
    """A square matrix: an array, or the block of a gate in one."""

    source: _Source
    gate: str | None


def weights_in(
    files: Iterable[Path],
    keys: Sequence[str] = (),
    gate: str | None = None,
    order: str | None = None,
    words: Words | None = None,
) -> Weights:
    """Choose and read the matrices of files.

    Parameters
    ----------
    files : iterable of Path
        Files of matrices; see `render.pipeline.array_files.READERS`.
    keys : sequence of str
        Names of those that are wanted; by default recurrent kernels where there are some, else all square matrices.
    gate : str, optional
        The gate of kernels that is wanted; by default all of them.
    order : str, optional
        ``pytorch`` or ``keras``: in which order kernels hold their gates; by default Keras's where they lie beside each
        other, else PyTorch's.
    words : Words, optional
        The language of labels and title.

    Raises
    ------
    InputError
        If a file cannot be read, or holds nothing that is wanted.
    """
    with contextlib.ExitStack() as opened:
        found = [(path, opened.enter_context(arrays_in(path))) for path in files]
        return weights_among(found, keys, gate, order, words)


def weights_among(
    opened: Sequence[tuple[Path, list[Stored]]],
    keys: Sequence[str] = (),
    gate: str | None = None,
    order: str | None = None,
    words: Words | None = None,
) -> Weights:
    """Choose and read the matrices of files that are open, given with the arrays in them; see `weights_in`."""
    sources = _named(opened)
    chosen = _chosen(sources, keys, gate, len(opened) > 1)
    pieces = _pieces(chosen, gate, order)
    taken, total = list[_Piece](), 0
    for piece in pieces:
        total += piece.source.size
        if len(taken) == MOST_COLUMNS or (total > MOST_NUMBERS and taken):
            break
        taken.append(piece)
    said = words or Words()
    labels = _labels(taken, said)
    blocks = _read([piece.source for piece in taken])
    matrices = {
        label: _block(blocks[piece.source.name], piece, order) for label, piece in zip(labels, taken, strict=True)
    }
    left = tuple(_full_name(piece) for piece in pieces[len(taken) :])
    stacks = tuple(source.name for source in sources if source.stacked and source.fits and source not in chosen)
    named = tuple(piece.source.stored.key for piece in taken)
    return Weights(matrices, _title(taken, order, said), left, () if keys or gate else stacks, named)


def _named(opened: Sequence[tuple[Path, list[Stored]]]) -> list[_Source]:
    """Return the arrays of all files, each with a name of its own."""
    found: dict[str, _Source] = {}
    distinct = len({path.stem for path, _ in opened}) == len(opened)
    for path, arrays in opened:
        stem = _plain(path.stem if distinct else path.name) or "matrix"
        for stored in arrays:
            key = _plain(stored.key)
            name = stem if not key else key if len(opened) == 1 else f"{stem}: {key}"
            number, unique = 2, name
            while unique in found:
                number, unique = number + 1, f"{name} ({number})"
            found[unique] = _Source(unique, stored)
    return list(found.values())


def _plain(text: str) -> str:
    """Return a name that somebody else gave, fit for one line."""
    return " ".join("".join(c if c.isprintable() else " " for c in literal(text)).split())


def _chosen(sources: list[_Source], keys: Sequence[str], gate: str | None, several: bool) -> list[_Source]:
    """Return the arrays that are asked for, or those that a film is most likely wanted of.

    Stacks are, where there is nothing else, and where they lie in one of `several` files.
    """
    if keys:
        return [source for key in dict.fromkeys(keys) for source in _of_key(sources, key)]
    if len(sources) == 1:
        return [_checked(sources[0])]
    fitting = [source for source in sources if source.fits and (gate is None or source.blocks > 1)]
    recurrent = [source for source in fitting if source.recurrent]
    square = [source for source in fitting if source.blocks == 1 or (several and source.stacked)]
    found = recurrent or square or fitting
    if not found:
        what = "square matrix" if gate is None else "kernel of gates"
        raise InputError(
            f"there is no {what} of at most {LARGEST:,} rows among {_names(sources, shapes=True)}, so give another file"
        )
    return found


def _of_key(sources: list[_Source], key: str) -> list[_Source]:
    found = [source for source in sources if key in (source.stored.key, source.name)]
    if not found:
        # The nearest names first. Among very many this would take seconds.
        near = difflib.get_close_matches(key, [source.name for source in sources[:500]], _MOST_NAMED)
        nearest = sorted(sources, key=lambda source: near.index(source.name) if source.name in near else len(near))
        raise InputError(f"there is no matrix {brief(key)}, choose from {_names(nearest)}")
    return [_checked(source) for source in found]


def _checked(source: _Source) -> _Source:
    """Refuse an array that cannot be filmed, saying why."""
    if source.stored.refusal is not None:
        raise InputError(f"{source.name} {source.stored.refusal}")
    if source.stacked:
        _refuse_long(source)
        return source
    try:
        refuse_large(source.stored.shape)
    except ValueError as error:
        raise InputError(f"{source.name} {error}") from None
    if not source.blocks:
        raise InputError(
            f"{source.name} must be square, or 3 or 4 such matrices of gates below or beside each other, but its shape "
            f"is {brief_shape(source.stored.shape)}"
        )
    return source


def _refuse_long(source: _Source) -> None:
    """Refuse a stack of more numbers than a film holds."""
    count, size, _ = source.stored.shape
    if source.size > MOST_NUMBERS:
        raise InputError(
            f"{source.name} holds {count:,} matrices of {size:,} rows, but of that size a film holds at most "
            f"{MOST_NUMBERS // size**2:,}, so choose a part of it"
        )


def _names(sources: list[_Source], shapes: bool = False) -> str:
    """Return the names of arrays in words, with their shapes, not more than fit a sentence."""
    shown = [
        f"{source.name} {brief_shape(source.stored.shape)}" if shapes else source.name
        for source in sources[:_MOST_NAMED]
    ]
    more = len(sources) - len(shown)
    return (", ".join(shown) or "no arrays") + (f" and {more:,} more" if more else "")


def _pieces(sources: list[_Source], gate: str | None, order: str | None) -> list[_Piece]:
    """Return the square matrices of arrays: themselves, all their gates, or the one asked for."""
    pieces: list[_Piece] = []
    for source in sources:
        gates = source.gates(order)
        if gate is not None and gate not in gates:
            alone = "it has matrices without gates" if source.stacked else "it is one matrix without gates"
            has = f"its gates are {', '.join(gates)}" if gates else alone
            raise InputError(f"{source.name} has no {gate} gate, since {has}, so leave out --gate or choose another")
        wanted: Sequence[str | None] = gates or (None,) if gate is None else (gate,)
        pieces += [_Piece(source, single) for single in wanted]
    return pieces


def _read(sources: Sequence[_Source]) -> dict[str, NDArray[Any]]:
    return {
        source.name: source.stored.read(refuse_many) if source.stacked else source.stored.read()
        for source in dict.fromkeys(sources)
    }


def _block(array: NDArray[Any], piece: _Piece, order: str | None) -> NDArray[Any]:
    """Return what multiplies a column of the state; a single matrix is filmed as it is."""
    return array if piece.gate is None else block_of(array, piece.source.gates(order).index(piece.gate))


def _full_name(piece: _Piece) -> str:
    return piece.source.name if piece.gate is None else f"{piece.source.name} ({piece.gate})"


def _labels(pieces: Sequence[_Piece], words: Words) -> list[str]:
    """Return what stands above the columns: what tells one from the others."""
    if len(pieces) == 1:
        return [""]
    names = [piece.source.name for piece in pieces]
    if names == [_plain(piece.source.stored.key) for piece in pieces]:
        names = _shortened(names)
    if len(set(names)) == 1:
        return [str(piece.gate) for piece in pieces]
    one_each, gates = len(set(names)) == len(names), _gates(words)
    labels = [n if one_each or p.gate is None else f"{n}, {gates[p.gate]}" for n, p in zip(names, pieces, strict=True)]
    return labels if len(set(labels)) == len(labels) else [_full_name(piece) for piece in pieces]


def _gates(words: Words) -> dict[str, str]:
    return {gate: words(GATES[number]) for number, gate in enumerate(GATES)}


def _shortened(names: Sequence[str]) -> list[str]:
    """Return names without the parts that all of them begin and end with."""
    parts = [name.split(".") for name in names]
    different = len(set(names)) > 1
    for end in (0, -1):
        while different and all(len(part) > 1 for part in parts) and len({part[end] for part in parts}) == 1:
            parts = [part[1:] if end == 0 else part[:-1] for part in parts]
    return [".".join(part) for part in parts]


def _title(pieces: Sequence[_Piece], order: str | None, words: Words) -> str | None:
    """Return what a film is called: its matrix, and of gates their order."""
    names = dict.fromkeys(piece.source.name for piece in pieces)
    name = next(iter(names))
    orders = [LETTERS[p.source.order(order)][p.source.blocks] for p in pieces if p.gate is not None]
    gates = dict.fromkeys(piece.gate for piece in pieces)
    values = {"order": "; ".join(dict.fromkeys(orders))}
    if len(pieces) == 1 and not orders:
        said = "Product of {name}" if pieces[0].source.stacked else "Powers of {name}"
        return words(said).replace("{name}", name)
    if not orders:
        return None
    if len(gates) == 1:
        single = words("{gate} gate ({order})", {**values, "gate": str(next(iter(gates)))})
        return f"{name}: {single}" if len(names) == 1 else single
    several = words("gates ({order})", values)
    return f"{name}: {several}" if len(names) == 1 else several[0].upper() + several[1:]
