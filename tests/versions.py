"""Make films under some versions of the dependencies, and verify them under others (`make versions`).

All must hold, both ways, but for those of scenes that say themselves that the last bits decide what is shown: these
are counted. Films with one cell, one number or one byte altered must not hold.
"""

import argparse
import base64
import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

TURN = "0.9,0.2,0\n-0.2,0.9,0.1\n0,-0.1,0.8\n"
EVERY = "--format mp4 --format gif --format webp --format html"
# All formats, looks, languages and kinds of films, and scenes that eigenvalues, draws, training or rounding decide.
COMMANDS = (
    f"scene rotation --angle 11.25 --steps 16 {EVERY}",
    f"scene initialiser --steps 32 {EVERY}",
    "scene orthogonal --steps 24 --seed 3 --theme dark --layout phone --lang ko",
    "scene vanishing --steps 24 --pace even --format webp --layout square",
    "scene article --steps 32",
    "scene gaussian_product --format gif",
    "scene fibonacci_spectrum --format mp4 --format html",
    "scene phase_plane --format mp4 --format html",
    "scene identity_initialisation --format mp4",
    "scene clipping --format gif --format html",
    "scene long_memory --format mp4",
    "scene rnn_forward --format mp4 --format html",
    "scene ensemble --format mp4",
    "scene two_trainings --format mp4",
    "scene powers --steps 24 --format html --over spectral_radius=0.9:1.1:5 --name powers-page",
    "matrix W.csv --steps 24 --format mp4 --format html",
    "checkpoints runs --format mp4 --format html --name checkpoints",
    "compare vanishing orthogonal --steps 24 --format mp4 --format html",
    "sweep powers --steps 24 --over spectral_radius=0.9,1,1.1 --as grid --format mp4 --name grid",
    "sweep powers --steps 24 --over spectral_radius=0.9:1.1:9 --as film --format mp4 --name clock",
)
HOLDS, FALSE, UNCOMPARED = "holds", "does not hold", "not verified"
# Why the films of some scenes are compared under the version they were made with alone.
DECLARED = "; NumPy here is "


def run(environment, words, folder):
    """Run `render` of an environment; return what it printed, and its exit code."""
    done = subprocess.run([environment / "bin" / "render", *words], cwd=folder, capture_output=True, text=True)
    return done.stdout + done.stderr, done.returncode


def versions(environment):
    """Return the versions that an environment has, in a line."""
    code = (
        "import importlib.metadata as m, sys\n"
        "print('Python', sys.version.split()[0], *(f'{n} {m.version(n)}' for n in"
        " ('numpy', 'matplotlib', 'imageio', 'imageio-ffmpeg', 'fonttools', 'click')))"
    )
    return subprocess.run([environment / "bin" / "python", "-c", code], capture_output=True, text=True).stdout.strip()


def make(environment, folder, everything):
    """Make the films of an environment in a new folder."""
    (folder / "runs").mkdir(parents=True)
    (folder / "W.csv").write_text(TURN, encoding="utf-8")
    for step in range(6):
        rows = f"{0.7 + step / 20},{step / 10}\n{-step / 10},{0.7 + step / 20}\n"
        (folder / "runs" / f"step-{step * 100}.csv").write_text(rows, encoding="utf-8")
    for command in ("videos --quiet",) if everything else COMMANDS:
        said, code = run(environment, [*command.split(), "--output", "films"], folder)
        if code:
            sys.exit(f"render {command} failed in {environment}: {said}")
    return folder / "films"


def verified(environment, folder):
    """Return the verdict on every film in a folder, and what was said of it, by name."""
    said, _ = run(environment, ["verify", folder], folder)
    found = {}
    for block in re.split(r"\n(?=\S)", said):
        first, *lines = block.splitlines()
        if match := re.fullmatch(rf"(.*)\.json: ({HOLDS}|{FALSE}|{UNCOMPARED}.*)", first):
            found[Path(match[1]).name] = (match[2], lines)
    return found


def state(manifest):
    """State the bytes that a film's files have now."""
    content = json.loads(manifest.read_text(encoding="utf-8"))
    for entry in content["files"]:
        data = (manifest.parent / entry["name"]).read_bytes()
        entry |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    manifest.write_text(json.dumps(content), encoding="utf-8")


def paint_a_cell(film, environment):
    """Encode a film once more with another colour in one cell, and state its new bytes."""
    manifest = json.loads(film.with_suffix(".json").read_text(encoding="utf-8"))
    panel = next(panel for panel in manifest["panels"] if panel["cell"])
    code = "import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())"
    asked = subprocess.run([environment / "bin" / "python", "-c", code], capture_output=True, text=True, check=True)
    box = f"drawbox=x={panel['x']}:y={panel['y']}:w={panel['cell']}:h={panel['cell']}:color=0x2f6f4f:t=fill"
    changed = film.with_name("changed.mp4")
    words = ["-loglevel", "error", "-i", film, "-vf", box, "-c:v", "libx264", "-crf", "8", "-fps_mode", "passthrough"]
    subprocess.run([asked.stdout.strip(), *words, changed], check=True)
    changed.replace(film)
    state(film.with_suffix(".json"))


def alter_the_page(page):
    """Alter one of the cells that a page plays, and state its new bytes."""
    text = page.read_text(encoding="utf-8")
    packed = max(re.findall(r">([A-Za-z0-9+/=]{1000,})</script>", text), key=len)
    data = json.loads(gzip.decompress(base64.b64decode(packed)))
    cells = data["films"][data["first"]]["marks"]["cells"]
    first = bytearray(base64.b64decode(cells[-1]))
    first[0] ^= 64
    cells[-1] = base64.b64encode(first).decode()
    page.write_text(text.replace(packed, base64.b64encode(gzip.compress(json.dumps(data).encode())).decode()), "utf-8")
    state(page.with_suffix(".json"))


def alter_a_number(manifest, place, factor):
    """Multiply one number of a manifest."""
    content = json.loads(manifest.read_text(encoding="utf-8"))
    *way, last = place
    inner = content
    for key in way:
        inner = inner[key]
    inner[last] *= factor
    manifest.write_text(json.dumps(content), encoding="utf-8")


def altered(environment, films, folder):
    """Return what alterations of a film other versions take for the film itself."""
    ways = {
        "a cell of the video": lambda copy: paint_a_cell(copy / "rotation.mp4", environment),
        "a cell of the page": lambda copy: alter_the_page(copy / "rotation.html"),
        "a number of the last step by 1e-8": lambda copy: alter_a_number(
            copy / "rotation.json", ("tracks", "log10_frobenius_norm", -1), 1 + 1e-8
        ),
        "an entry of the matrix by 1e-8": lambda copy: alter_a_number(
            copy / "rotation.json", ("matrix", 0, 0), 1 + 1e-8
        ),
        "a byte of the GIF": lambda copy: (copy / "rotation.gif").write_bytes(
            (copy / "rotation.gif").read_bytes()[:-2] + b"\1;"
        ),
    }
    missed = []
    for number, (what, alter) in enumerate(ways.items()):
        copy = folder / f"altered-{number}"
        copy.mkdir()
        for file in films.glob("rotation.*"):
            shutil.copy(file, copy)
        alter(copy)
        verdict, _ = verified(environment, copy)["rotation"]
        if verdict != FALSE:
            missed.append(f"{what}: {verdict}")
    print(f"  {len(ways) - len(missed)} of {len(ways)} alterations found")
    return missed


def compare(maker, checker, folder, everything):
    """Return what differs of the films that one environment makes and another one verifies."""
    films = make(maker, folder, everything)
    expected = {path.stem for path in films.glob("*.json")}
    found = verified(checker, films)
    differing, tally = [f"{name}: no verdict" for name in sorted(expected - found.keys())], Counter()
    for name, (verdict, lines) in found.items():
        declared = verdict != HOLDS and any(DECLARED in line for line in lines) and not any("✗" in x for x in lines)
        tally["the last bits decide" if declared else verdict] += 1
        if verdict != HOLDS and not declared:
            differing += [f"{name}: {line.strip()}" for line in lines if "✗" in line] or [f"{name}: {verdict}"]
    print(f"made with {versions(maker)}\nverified with {versions(checker)}")
    print(f"  {len(expected)} films: " + ", ".join(f"{count} {what}" for what, count in tally.most_common()))
    if not everything:
        differing += altered(checker, films, folder)
    print("".join(f"  ✗ {line}\n" for line in differing), end="", flush=True)
    return differing


def main():
    """Compare two environments, both ways."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("environments", nargs=2, type=Path, help="virtual environments with eigenreel")
    parser.add_argument("--all", action="store_true", help="films of all scenes, instead of some of each kind")
    given = parser.parse_args()
    one, other = (path.absolute() for path in given.environments)
    with tempfile.TemporaryDirectory() as name:
        ways = ((one, other, "there"), (other, one, "back"))
        differing = [line for a, b, way in ways for line in compare(a, b, Path(name) / way, given.all)]
    sys.exit(f"{len(differing)} films or alterations are not told alike" if differing else 0)


if __name__ == "__main__":
    main()
