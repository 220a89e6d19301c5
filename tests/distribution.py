"""What is published: a wheel and a source archive, built, checked, and tried in a new environment (`make dist`)."""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent
# What belongs to a wheel itself, below its folder of metadata.
METADATA = {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "top_level.txt"}
LICENCES = {"licenses/LICENSE", "licenses/render/fonts/OFL.txt"}


def expected():
    """Return the names of all files of the program, as they lie in the tree."""
    files = [path for package in ("render", "scenes") for path in (ROOT / package).rglob("*") if path.is_file()]
    return {path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts}


def contents(wheel):
    """Return the files of a wheel by name; those of its metadata without the name of their folder."""
    with zipfile.ZipFile(wheel) as archive:
        return {name.partition(".dist-info/")[2] or name: archive.read(name) for name in archive.namelist()}


def faults(wheel):
    """Return what a wheel has too much or too little."""
    found = set(contents(wheel))
    wanted = expected() | METADATA | LICENCES
    lines = [f"{wheel.name} lacks {name}" for name in sorted(wanted - found)]
    return lines + [f"{wheel.name} holds {name}, which is no file of the program" for name in sorted(found - wanted)]


def differences(one, other):
    """Return the names of files in which two wheels differ."""
    first, second = contents(one), contents(other)
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def kinds(names):
    """Return how many files of each ending there are, in words."""
    counts = {}
    for name in names:
        ending = Path(name).suffix or Path(name).name
        counts[ending] = counts.get(ending, 0) + 1
    return ", ".join(f"{count} {ending}" for ending, count in sorted(counts.items(), key=lambda pair: -pair[1]))


def python(*words, **options):
    """Run Python; stop where it fails."""
    subprocess.run([sys.executable, *map(str, words)], check=True, **options)


def build(target, folder):
    """Build the source archive, and the wheel from that; and return both, and a wheel built from the tree."""
    copy = folder / "tree"
    # What an earlier build has left in the tree would get into the wheel.
    shutil.copytree(
        ROOT, copy, ignore=shutil.ignore_patterns("build", "dist", "output", "*.egg-info", ".*", "__pycache__")
    )
    python("-m", "build", "--outdir", target, copy, stdout=subprocess.DEVNULL)
    python("-m", "build", "--wheel", "--outdir", folder / "direct", copy, stdout=subprocess.DEVNULL)
    (archive,), (wheel,), (direct,) = target.glob("*.tar.gz"), target.glob("*.whl"), (folder / "direct").glob("*.whl")
    return archive, wheel, direct


def install(wheel, folder):
    """Install a wheel into a new environment, and return its Python and how many bytes were downloaded."""
    downloads, place = folder / "downloads", folder / "environment"
    python("-m", "pip", "download", "--quiet", "--dest", downloads, wheel)
    python("-m", "venv", place)
    programs = place / ("Scripts" if os.name == "nt" else "bin")
    words = ("-m", "pip", "install", "--quiet", "--no-index", "--find-links", downloads, wheel)
    subprocess.run([programs / "python", *words], check=True)
    return programs, sum(path.stat().st_size for path in downloads.iterdir())


def try_out(programs, folder):
    """Run the installed command in a folder away from the tree; everything it makes must be there."""
    folder.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    for line, made in (
        ("--version", []),
        ("list", []),
        ("scene orthogonal --steps 4 --output films", [f"films/orthogonal.{e}" for e in ("mp4", "gif", "png", "json")]),
        ("still orthogonal --steps 4 --output stills", ["stills"]),
        ("scene long_memory --output films --format gif", ["films/long_memory.gif"]),
        ("verify films", []),
    ):
        print(f"  render {line}")
        subprocess.run([programs / "render", *line.split()], check=True, cwd=folder, env=environment,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        for name in made:
            assert (folder / name).exists(), name


def weights(programs):
    """Return how many bytes each installed package takes."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([programs / "python", "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    found = {}
    for package in distributions(path=[site]):
        paths = [Path(package.locate_file(file)) for file in package.files or ()]
        found[package.metadata["Name"]] = sum(path.stat().st_size for path in paths if path.is_file())
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def main():
    target = ROOT / "dist"
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archive, wheel, direct = build(target, folder)
        python("-m", "twine", "check", "--strict", archive, wheel)
        wrong = faults(wheel) + [f"the source archive gives another {name}" for name in differences(wheel, direct)]
        if wrong:
            sys.exit("\n".join(wrong))
        with tarfile.open(archive) as files:
            names = [member.name for member in files if member.isfile()]
        print(f"{archive.name}: {archive.stat().st_size / 1e6:.2f} MB, {kinds(names)}")
        print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.2f} MB, {kinds(contents(wheel))}")
        programs, downloaded = install(wheel, folder)
        try_out(programs, folder / "elsewhere")
        sizes = weights(programs)
        print(f"downloaded {downloaded / 1e6:.0f} MB, installed {sum(sizes.values()) / 1e6:.0f} MB:")
        print("\n".join(f"  {size / 1e6:6.1f} MB  {package}" for package, size in sizes.items() if size > 5e5))


if __name__ == "__main__":
    main()
