"""Files of matrices, opened so that none can hang, run anything, or take more memory than it has to."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from render.errors import InputError
from render.files import UnreadableError, opened
from render.pipeline.number_texts import json_arrays, separated
from render.pipeline.numpy_files import npy_arrays, npz_arrays
from render.pipeline.safetensors import safetensors_arrays
from render.pipeline.stored import MalformedError, Stored
from render.text import literal

READERS: dict[str, Callable[[IO[bytes], int], list[Stored]]] = {
    ".npy": npy_arrays,
    ".npz": npz_arrays,
    ".safetensors": safetensors_arrays,
    ".csv": separated(","),
    ".tsv": separated("\t"),
    ".txt": separated(None),
    ".json": json_arrays,
}

_PYTORCH = (
    "from safetensors.torch import save_file; "
    'save_file({k: v.clone() for k, v in model.state_dict().items()}, "weights.safetensors")'
)
_KERAS = 'import numpy; numpy.savez("weights.npz", **{v.path: v.numpy() for v in model.weights})'
_PICKLED = 'import numpy; numpy.save("matrix.npy", matrix)'
# Files that are programs, or need a library to be read: how what is in them is saved so that it can be.
_CONVERT = {
    **dict.fromkeys((".pt", ".pth", ".ckpt", ".bin"), _PYTORCH),
    **dict.fromkeys((".h5", ".hdf5", ".keras"), _KERAS),
    **dict.fromkeys((".pkl", ".pickle", ".joblib"), _PICKLED),
}


@contextlib.contextmanager
def arrays_in(path: Path) -> Iterator[list[Stored]]:
    """Open a file, and list its arrays; they are read while it is open.

    Raises
    ------
    InputError
        If there is no such file, it is none of these, or what is read from it is damaged.
    """
    name, ending = literal(str(path)), path.suffix.lower()
    if ending in _CONVERT:
        raise InputError(
            f"{name} is not read, since {ending} files may run code or need another library, so convert it where it "
            f"was made: {_CONVERT[ending]}"
        )
    if not ending and not os.path.exists(path):
        raise InputError(f"there is no file {name}, so check the path")
    if ending not in READERS:
        raise InputError(f"{name} is no kind of file that is read, so save it as {', '.join(READERS)}")
    try:
        with opened(path) as (file, size):
            yield READERS[ending](file, size)
    except (MalformedError, UnreadableError) as error:
        raise InputError(f"{name} {error}") from None
