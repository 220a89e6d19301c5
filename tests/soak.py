"""Kill films a thousand times at random moments, and see that none is ever left halfway (`make soak`).

What is killed is the command, its ffmpeg or its workers, and each by four signals. After every kill the folder must
hold the old film or the new one, and after the next run nothing besides. Then one process makes hundreds of films
without growing, and sixteen write the same one at once. Not one of the tests: it takes an hour.
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from place import SENTENCE, Place

ROOT = Path(__file__).parent.parent
WHO = ("us", "ffmpeg", "worker")
HOW = ("INT", "TERM", "KILL", "STOP")
# All films that `render videos` makes here: a copy of the program has no other scenes.
SCENES = ("one", "two")
SCENE = """from scenes import MatrixSequence, repeated, scene


@scene("matrix")
def {name}(steps: int = 2) -> MatrixSequence:
    \"\"\"Do little.\"\"\"
    return repeated([[0.9, 0.2], [-0.2, 0.9]], steps)
"""
LOOKS = ("light", "dark")
# Seconds after which what still runs is hanging, on a machine that makes several films at a time.
PATIENCE = 300.0
# Seconds for which something is stopped before it goes on.
STOPPED = 0.3


def finish(process):
    """Return what a command prints and says until it ends, or end it and complain."""
    try:
        return process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


class Command:
    """A command that makes films in one of two looks, and what it makes."""

    def __init__(self, name, words, env):
        self.name, self.words, self.env = name, words, env
        self.made, self.seconds = {}, 0.0

    def start(self, place, look):
        """Start it in a folder."""
        words = [sys.executable, "-m", "render", *self.words, "--theme", look, "--output", str(place.folder)]
        return place.begin(words, self.env)

    def learn(self, place):
        """Make the films of both looks without any harm, to know them."""
        for look in LOOKS:
            began = time.monotonic()
            with self.start(place, look) as process:
                said = finish(process)[1]
            assert process.returncode == 0, said
            self.seconds = time.monotonic() - began
            self.made[look] = place.state()
        assert self.made["light"] != self.made["dark"]


def children(place, who, own):
    """Return the numbers of the processes of a command that are of one kind."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        command = place._command_of(process)
        if command is None or int(process.name) == own or "resource_tracker" in command:
            continue
        kind = "ffmpeg" if "ffmpeg" in Path(command.split(" ")[0]).name else "worker"
        # One that is asked for its version begins first and reads nothing; those that work on a film are meant.
        if kind == who and (kind == "worker" or " -i " in command):
            found.append(int(process.name))
    return found


def hit(place, process, who, how, moment, dice):
    """Wait for a moment, and send a signal; return whom it has reached."""
    time.sleep(moment)
    target = [process.pid]
    while who != "us" and process.poll() is None:
        if target := children(place, who, process.pid):
            # It has just begun, so that it would always be the same moment.
            time.sleep(dice.uniform(0, 0.1))
            break
        time.sleep(0.002)
    if process.poll() is not None or not target:
        return "nobody"
    target = dice.choice(target)
    try:
        os.kill(target, getattr(signal, f"SIG{how}"))
        if how == "STOP":
            time.sleep(STOPPED)
            os.kill(target, signal.SIGCONT)
    except ProcessLookupError:
        return "nobody"
    return who


def faults_of(place, command, old, new, code, said, killed):
    """Return what is wrong after a kill, and in a word what the folder holds."""
    wrong = []
    # Python's own start, before any line of the program, cannot be told to keep quiet.
    if ("Traceback" in said or "Exception" in said) and ("/render/" in said or "/scenes/" in said):
        wrong.append(f"a traceback: {said[-300:]!r}")
    elif code > 0 and "Traceback" not in said and not re.search(SENTENCE + r"\Z", said):
        wrong.append(f"no sentence at the end: {said[-300:]!r}")
    # Python takes a moment before it takes signals; what falls into that ends it as it would end any program.
    if code not in (0, 1, 4, 130, 143, -signal.SIGINT, -signal.SIGTERM) and not killed:
        wrong.append(f"exit code {code}")
    state = place.state()
    left = {name for name in state if name.endswith(".part")}
    if left and not killed:
        wrong.append(f"temporary files: {sorted(left)}")
    looks = []
    for stem in sorted({name.partition(".")[0] for name in command.made[old]}):
        names = [name for name in command.made[old] if name.partition(".")[0] == stem]
        found = {look for look in (old, new) if all(state.get(name) == command.made[look].get(name) for name in names)}
        looks.append(next(iter(found), "mixed"))
        mixed = all(state.get(name) in (command.made[old][name], command.made[new][name]) for name in names)
        # Nothing can be done about a kill between two names, so each path is looked at by itself.
        if not found and not (killed and mixed) and not holds(place, command, stem):
            wrong.append(f"{stem} is neither the old film nor the new one")
    if code == 0 and set(looks) != {new} and not all(holds(place, command, stem) for stem in stems(command)):
        wrong.append(f"it says that all went well, but holds {looks}")
    return wrong, "new" if set(looks) == {new} else "old" if set(looks) == {old} else "some of each"


def stems(command):
    """Return the names of its films."""
    return sorted({name.partition(".")[0] for name in command.made["light"]})


def holds(place, command, stem):
    """Whether `render verify` finds a film whole: one whose ffmpeg could not tell its version is another one."""
    words = [sys.executable, "-m", "render", "verify", "--quiet", str(place.folder / f"{stem}.json")]
    # In the folder of the film: where Python is started, it looks for programs first.
    done = subprocess.run(words, capture_output=True, cwd=place.root, env={**os.environ, **command.env})
    return done.returncode == 0


def attempt(root, number, command, who, how, dice):
    """Kill one run; return what happened and what is wrong."""
    place = Place(root / f"{number}")
    place.root.mkdir()
    try:
        old, new = dice.sample(LOOKS, 2)
        place.folder.mkdir()
        for name, content in command.made[old].items():
            (place.folder / name).write_bytes(content)
        with command.start(place, new) as process:
            reached = hit(place, process, who, how, dice.uniform(0, command.seconds), dice)
            said = finish(process)[1]
        killed = how == "KILL" and reached == "us"
        orphans = place.processes(patience=30)
        wrong, outcome = faults_of(place, command, old, new, process.returncode, said, killed)
        wrong += [f"it left running: {orphan}" for orphan in orphans]
        with command.start(place, new) as process:
            said = finish(process)[1]
        if process.returncode or said:
            wrong.append(f"the next run ended with {process.returncode}: {said[-300:]!r}")
        state = place.state()
        if extra := state.keys() ^ command.made[new].keys():
            wrong.append(f"after the next run: {sorted(extra)}")
        elif state != command.made[new] and not all(holds(place, command, stem) for stem in stems(command)):
            wrong.append("the next run made another film")
    except (AssertionError, OSError, subprocess.SubprocessError) as error:
        wrong, outcome, reached = [f"{type(error).__name__}: {error}"[:500]], "?", who
    finally:
        place.end()
        shutil.rmtree(place.root, ignore_errors=True)
    return (command.name, reached, how), outcome, wrong


def kill_all(folder, kills, seed, jobs, seconds):
    """Kill so many runs, or as many as are begun in time, and print a line for each kind; return the faults."""
    few = folder / "few"
    for package in ("render", "scenes"):
        shutil.copytree(ROOT / package, few / package, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (few / "scenes").glob("*/[a-z]*.py"):
        if path.parent.name != "core":
            path.unlink()
    for name in SCENES:
        (few / "scenes" / "powers" / f"{name}.py").write_text(SCENE.format(name=name), encoding="utf-8")
    path = {"PYTHONPATH": str(few), "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1"}
    commands = [
        Command("scene", ("scene", "one"), path),
        Command("videos", ("videos", "--jobs", "2"), path),
    ]
    for command in commands:
        place = Place(folder / f"good-{command.name}")
        place.root.mkdir()
        command.learn(place)
    dice = random.Random(seed)
    plans = []
    for number in range(kills):
        command = dice.choice(commands)
        who = dice.choice(WHO if command.name == "videos" else WHO[:2])
        plans.append((number, command, who, dice.choice(HOW), random.Random(dice.random())))
    tally, faults, end = {}, [], time.monotonic() + seconds

    def begun(plan):
        return plan[0], attempt(folder, *plan) if time.monotonic() < end else None

    with ThreadPoolExecutor(jobs) as pool:
        for number, done in pool.map(begun, plans):
            if done is None:
                continue
            kind, outcome, wrong = done
            tally.setdefault(kind, Counter()).update([outcome, *(["wrong"] if wrong else [])])
            faults += [f"kill {number} ({' '.join(kind)}): {fault}" for fault in wrong]
            print(f"\n{faults[-len(wrong) :]}\n" if wrong else ".", end="", flush=True)
    columns = ("old", "new", "some of each", "?", "wrong")
    print("\n" + "  ".join(["command", "killed  ", "by  ", "runs", *columns]))
    for (name, who, how), found in sorted(tally.items()):
        runs = sum(found.values()) - found["wrong"]
        counts = "  ".join(f"{found[column]:{len(column)}}" for column in columns)
        print(f"{name:7}  {who:8}  {how:4}  {runs:4}  {counts}")
    return faults


# Makes films in one process, and tells how large it is after some, and in the end.
MANY = """
import gc, json, os, sys, threading
from pathlib import Path
from render.pipeline.job import Job
from render.pipeline.run import run
import multiprocessing
def size():
    gc.collect()
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {"memory": pages * os.sysconf("SC_PAGESIZE") // 2**20, "files": len(os.listdir("/proc/self/fd")),
            "threads": threading.active_count(), "children": len(children)}
count, folder = int(sys.argv[1]), sys.argv[2]
sizes = []
for number in range(count):
    run(Job("rotation", {"steps": 2}, output=folder, formats=("mp4", "gif"), pace="even", layout="square"))
    if number + 1 in (count // 5, count):
        sizes.append(size())
print(json.dumps(sizes))
"""


def grow(folder, films):
    """Make films in one process, and return what has grown."""
    done = subprocess.run(
        [sys.executable, "-c", MANY, str(films), str(folder / "many")], capture_output=True, text=True, cwd=ROOT
    )
    if done.returncode:
        return [f"{films} films in one process: {done.stderr[-300:]}"]
    before, after = json.loads(done.stdout)
    print(f"\n{films} films in one process  " + "  ".join(f"{n} {before[n]} → {after[n]}" for n in before))
    # An allocator keeps some of what it had.
    grown = [name for name in before if after[name] > before[name] + (8 if name == "memory" else 0)]
    return [f"{films} films in one process: {name} grew from {before[name]} to {after[name]}" for name in grown]


def write_at_once(folder, writers):
    """Write one film from many processes, and return what is wrong with it."""
    place, wrong = Place(folder / "at-once"), []
    place.root.mkdir()
    words = [sys.executable, "-m", "render", "scene", "rotation", "--steps", "3", "--pace", "even"]
    started = [
        place.begin([*words, "--output", str(place.folder), "--title", f"Writer {number}"]) for number in range(writers)
    ]
    for process in started:
        with process:
            said = finish(process)[1]
            if process.returncode or said:
                wrong.append(f"one of {writers} writers ended with {process.returncode}: {said[-300:]!r}")
    names = sorted(place.state())
    if names != [f"rotation.{ending}" for ending in ("gif", "json", "mp4", "png")]:
        wrong.append(f"{writers} writers left {names}")
    elif not holds(place, Command("", (), {}), "rotation"):
        wrong.append(f"{writers} writers left a film that is none")
    print(f"{writers} writers at once  " + ("one film, whole" if not wrong else "wrong"))
    return wrong


def main():
    """Do it all, and end with 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, metavar="N", help="how many runs are killed")
    parser.add_argument("--minutes", type=float, default=600, metavar="N", help="after which no more are begun")
    parser.add_argument("--films", type=int, default=300, metavar="N", help="how many films one process makes")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="runs at a time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        faults = kill_all(folder, options.kills, options.seed, options.jobs, 60 * options.minutes)
        faults += grow(folder, options.films)
        faults += write_at_once(folder, 16)
    print("\n".join(["", *faults, f"{len(faults)} faults (seed {options.seed})"]))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
