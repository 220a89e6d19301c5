"""Break one line of the program after the other, and see that a test notices (`make mutations`).

Each line is changed in a copy of the tree, and the tests beside it there are run until one fails. Not one of the tests:
it takes minutes.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent


class Mutation(NamedTuple):
    """A line of a file, another in its place, what is wrong with that, and the tests that must notice."""

    file: str
    old: str
    new: str
    wrong: str
    tests: str


MUTATIONS = [
    Mutation(
        "render/numerics/scaled.py",
        "exponent += surplus",
        "exponent -= surplus",
        "a product that would overflow is scaled back the wrong way",
        "tests/render/numerics/test_products.py tests/render/numerics/test_scaled.py",
    ),
    Mutation(
        "render/numerics/scaled.py",
        "(grown < _LOWEST_EXPONENT) |",
        "(grown < -10**6) |",
        "vanishing products made many at a time lose their digits",
        "tests/render/numerics/test_products.py tests/render/numerics/test_scaled.py",
    ),
    Mutation(
        "render/pipeline/claims.py",
        "<= self.tolerance",
        "<= 10 * self.tolerance",
        "a claim holds that is off by more than its tolerance",
        "tests/render/pipeline/test_claims.py",
    ),
    Mutation(
        "render/check/frames.py",
        "error > kind.cell_error",
        "error > 255",
        "cells of another colour than their numbers' pass",
        "tests/render/check/test_comparisons.py",
    ),
    Mutation(
        "render/check/numbers.py",
        "0.0 if exact else _ROUNDED_NUMBER",
        "1e-3",
        "numbers of a manifest that were edited a little pass",
        "tests/render/check/test_comparisons.py",
    ),
    Mutation(
        "render/storage.py",
        "os.replace(old, final) if old else final.unlink()",
        "final.unlink()",
        "where writing fails, the old film is gone",
        "tests/faults/test_disk.py tests/faults/test_output.py tests/faults/test_streams.py",
    ),
    Mutation(
        "render/video/child.py",
        "self._idle > self.timeout",
        "self._idle > 1000 * self.timeout",
        "a child process that hangs is waited for",
        "tests/faults/test_encoder.py tests/faults/test_workers.py",
    ),
    Mutation(
        "render/video/flashes.py",
        "_MOST_CHANGES = 6",
        "_MOST_CHANGES = 7",
        "a fourth flash in a second is allowed",
        "tests/render/video/test_flashes.py",
    ),
    Mutation(
        "render/drawing/colors.py",
        "(high - low) * 256, 0, 255)",
        "(high - low) * 255, 0, 255)",
        "colours are those of other numbers",
        "tests/render/drawing/test_colors.py tests/render/drawing/test_palette.py",
    ),
    Mutation(
        "render/pipeline/executors.py",
        "if _is_lost(future) and not again and",
        "if False and",
        "films that a lost worker had begun are not made again",
        "tests/render/pipeline/test_executors.py tests/faults/test_batches.py tests/render/pipeline/test_batch.py",
    ),
    Mutation(
        "render/pipeline/processes.py",
        "if not self.process.is_alive():",
        "if False:",
        "a process that has died is asked again",
        "tests/render/pipeline/test_processes.py",
    ),
    Mutation(
        "render/drawing/colors.py",
        "found[~np.isfinite(values)] = unknown",
        "pass",
        "a marked entry is checked as if it had a value",
        "tests/faults/test_data.py",
    ),
    Mutation(
        "render/pipeline/away.py",
        "whole != hashes or",
        "",
        "a film that came back damaged is written",
        "tests/render/pipeline/test_executors.py",
    ),
    Mutation(
        "render/numerics/eigenvalues.py",
        "ordered[now] = ordered[now][_joined(np.where(np.isnan(distance), np.inf, distance / scale))]",
        "pass",
        "curves of eigenvalues jump from one to another",
        "tests/render/numerics/test_eigenvalues.py",
    ),
    Mutation(
        "render/pipeline/beats.py",
        "left = None if duration is None else duration - total",
        "left = duration",
        "a film with pauses is longer than asked for",
        "tests/render/pipeline/test_timeline.py tests/render/pipeline/test_pace.py",
    ),
    Mutation(
        "render/storage.py",
        "                _sync(temporary)",
        "                pass",
        "a file is renamed before its bytes are on the disk",
        "tests/render/test_storage.py",
    ),
    Mutation(
        "render/files.py",
        "file.read(most + 1) if",
        "file.read() if",
        "a file that grows, or says that it is empty, is read to its end",
        "tests/render/test_files.py",
    ),
    Mutation(
        "render/pipeline/stored.py",
        "math.prod(shape) > MOST_STACKED",
        "math.prod(shape) > 2 * MOST_STACKED",
        "an array of more numbers than are allowed is read",
        "tests/render/pipeline/test_checkpoints.py tests/render/pipeline/test_weights.py "
        "tests/render/pipeline/test_weights_crafted.py",
    ),
    Mutation(
        "render/check/verify.py",
        '(size, digest) == (entry.get("bytes"), entry.get("sha256"))',
        'size == entry.get("bytes")',
        "a film of other bytes than its manifest states passes",
        "tests/render/check/test_comparisons.py",
    ),
    Mutation(
        "render/pipeline/moments.py",
        "float(track[self._step])",
        "float(track[self._step - 1])",
        "a sentence has the numbers of the step before",
        "tests/render/pipeline/test_moments.py",
    ),
    Mutation(
        "render/text.py",
        "self.table.get(value, value) if isinstance(value, str) else value for",
        "value for",
        "words within a translated sentence stay English",
        "tests/render/test_text.py",
    ),
    Mutation(
        "render/drawing/colors.py",
        "[half / 254, (half + 127) / 254]",
        "[half / 255, (half + 128) / 255]",
        "zero has the colour of a small number of one sign",
        "tests/render/drawing/test_colors.py tests/render/drawing/test_palette.py",
    ),
]


def first_failure(mutation, folder):
    """Return the first test that fails with a line changed and passes without, None where all pass."""
    for name in ("render", "scenes", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    path = folder / mutation.file
    text = path.read_text(encoding="utf-8")
    if text.count(mutation.old) != 1:
        sys.exit(f"{mutation.file} has {mutation.old!r} {text.count(mutation.old)} times, so name what it has once")
    path.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
    failed = failures(mutation.tests.split(), folder)
    if not failed:
        return None
    # What fails in the copy whatever the line is has noticed nothing.
    path.write_text(text, encoding="utf-8")
    if failures(failed[:1], folder):
        sys.exit(f"{failed[0]} fails without the change of {mutation.file}, too, so mend it")
    return failed[0]


def failures(tests, folder):
    """Return the tests that fail in a copy of the tree, up to the first one."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-m", "not slow", "-p", "no:cacheprovider", *tests],
        cwd=folder,
        # Nothing is compiled: a line changed twice in a second would be taken for the other.
        env=os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(tests)} could not be run: {done.stdout[-1000:]}{done.stderr[-500:]}")
    lines = [line for line in done.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    return [line.split(" ", 1)[1].partition(" - ")[0] for line in lines]


def main():
    """Print for each mutation of the files named, or of all, what has noticed it; end with 1 where nothing has."""
    missed, chosen = 0, [mutation for mutation in MUTATIONS if not sys.argv[1:] or mutation.file in sys.argv[1:]]
    for mutation in chosen:
        with tempfile.TemporaryDirectory() as folder:
            found = first_failure(mutation, Path(folder))
        missed += found is None
        print(f"{'missed' if found is None else 'caught'}  {mutation.file}: {mutation.wrong}")
        print(f"        {found}", flush=True)
    print(f"{len(chosen) - missed} of {len(chosen)} caught")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
