"""What docs/security.md says is never done: commands are watched at the calls that Python makes of the system."""

import base64
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from films import ENVIRONMENT

# Runs commands in one process and prints what they asked the system for.
WATCHED = """
import json, os, sys
seen = {"network": [], "programs": [], "written": []}
def watch(event, arguments):
    if event.startswith("socket.") and event not in ("socket.gethostname", "socket.__new__"):
        seen["network"].append(event)
    elif event in ("urllib.Request", "ftplib.connect", "http.client.connect", "smtplib.connect"):
        seen["network"].append(event)
    elif event == "subprocess.Popen":
        seen["programs"].append([os.fspath(word) for word in arguments[1]])
    elif event in ("os.system", "os.exec", "os.posix_spawn"):
        seen["programs"].append([event])
    elif event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "os.link", "os.truncate"):
        # Names within a folder that is open are those of a temporary folder that is cleared away.
        if arguments[-1] == -1:
            seen["written"] += [os.fspath(path) for path in arguments if isinstance(path, (str, os.PathLike))]
    elif event == "open" and isinstance(arguments[0], (str, os.PathLike)):
        if arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            seen["written"].append(os.fspath(arguments[0]))
sys.addaudithook(watch)
from render.cli import terminal
from render.cli.commands import commands
for line in json.loads(sys.argv[1]):
    sys.argv = ["render", *line]
    code = terminal.run(commands)
    assert code == 0, line
seen["written"] = [os.path.abspath(path) for path in seen["written"]]
sys.stderr.write(json.dumps(seen))
"""
LINES = [
    "scene rotation --steps 1 --format mp4 --format gif --format html --pace even --layout square --lang ko",
    "still rotation --steps 1 --at 1 --output output",
    "matrix W.csv --steps 1 --format gif --pace even",
    "verify output",
    "embed output/rotation.mp4",
    "captions output/rotation.mp4",
    "gallery output",
    "doctor",
]


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """What commands of every kind asked the system for, and the folder in which they were run."""
    folder = tmp_path_factory.mktemp("watched")
    (folder / "W.csv").write_text("0.9,0.2\n-0.2,0.9\n")
    for name in ("home", "temporary", "fonts"):
        (folder / name).mkdir()
    places = {"HOME": str(folder / "home"), "TMPDIR": str(folder / "temporary"), "MPLCONFIGDIR": str(folder / "fonts")}
    done = subprocess.run(
        [sys.executable, "-B", "-c", WATCHED, json.dumps([line.split() for line in LINES])],
        cwd=folder, capture_output=True, encoding="utf-8", env=ENVIRONMENT | places,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stderr.splitlines()[-1]), folder


@pytest.mark.slow
def test_nothing_is_asked_of_a_network(seen):
    assert seen[0]["network"] == []


@pytest.mark.slow
def test_no_program_is_run_but_ffmpeg_on_files_of_its_own(seen):
    programs = seen[0]["programs"]
    # Once, matplotlib asks the system which fonts it has.
    films = [words for words in programs if Path(words[0]).name not in ("fc-list", "system_profiler")]
    assert [words for words in films if not Path(words[0]).name.startswith("ffmpeg")] == []
    inputs = [words[words.index("-i") + 1] for words in films if "-i" in words]
    assert len(inputs) > 5
    assert all(name == "pipe:0" or name.startswith("file:") for name in inputs)
    # What somebody has called something is never among its arguments.
    assert not [word for words in films for word in words if "://" in word or "Rotation" in word or "회전" in word]


@pytest.mark.slow
def test_nothing_is_written_but_the_output_and_what_is_temporary(seen):
    written, folder = {Path(path) for path in seen[0]["written"]}, seen[1]
    allowed = [folder / name for name in ("output", "temporary", "fonts")]
    assert folder / "output" / "rotation.json" in written
    strays = [path for path in written if not any(path.is_relative_to(place) for place in allowed)]
    # An unnamed file is opened by the name of its folder.
    assert [path for path in strays if path not in (folder, Path("/dev/null"))] == []
    assert list((folder / "home").iterdir()) == list((folder / "temporary").iterdir()) == []
    assert sorted(path.name for path in folder.iterdir()) == ["W.csv", "fonts", "home", "output", "temporary"]
    # matplotlib keeps its list of fonts.
    assert [path.suffix for path in (folder / "fonts").iterdir()] == [".json"]


@pytest.mark.slow
def test_a_gallery_runs_its_own_script_alone(seen):
    page = (seen[1] / "output" / "index.html").read_text(encoding="utf-8")
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert f"script-src 'sha256-{digest}';" in policy
    # A policy like this stops handlers in attributes, so there must be none that are needed.
    assert not re.search(r"<[^>]* on[a-z]+=", page.replace(script, ""))
    assert not re.search(r"(src|href|poster)=\"(https?:)?//", page)
