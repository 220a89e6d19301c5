"""``render scene my_scene.py --watch``, with its processes and in a browser."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from browsers import launched
from films import ENVIRONMENT

from render.cli import commands, terminal
from render.cli.watch_process import Process
from render.errors import RenderError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a terminal's Ctrl-C is a signal to a group of processes")

SCENE = '''
from scenes import repeated, scene


@scene("matrix", title="{title}")
def mine(steps: int = 1):
    """Film a matrix."""
    {code}
    return repeated([[0.5, 0.0], [0.0, 0.5]], steps)
'''
# However it is asked to end, it goes on.
STUCK = "while True:\n        try:\n            while True: pass\n        except BaseException: pass"
WORDS = ("--pace", "even", "--layout", "square", "--hold-last", "1", "--output", "films")


def save(title, code="", whole=SCENE):
    """Save the scene as an editor does, under another name first."""
    Path("mine.new").write_text(whole.format(title=title, code=code))
    os.replace("mine.new", "mine.py")


class Command:
    """The command as a terminal starts it, in a group of processes of its own."""

    def __init__(self, *words):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "render", "scene", "mine.py", "--watch", *WORDS, *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=ENVIRONMENT, start_new_session=True,
        )  # fmt: skip
        self.address = re.fullmatch(
            r"mine\.py is shown at (http://127\.0\.0\.1:\d+/) and rendered again when it is saved; Ctrl-C ends that\n",
            self.process.stdout.readline(),
        )[1]

    def state(self):
        with urllib.request.urlopen(self.address + "state", timeout=60) as answer:
            return json.load(answer)

    def wait(self, wanted):
        """Return the first state that is wanted."""
        until = time.monotonic() + 120
        while not wanted(state := self.state()):
            assert self.process.poll() is None, self.process.stderr.read()
            assert time.monotonic() < until, state
            time.sleep(0.05)
        return state

    def processes(self):
        """Return the processes that it has started, and itself."""
        found = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                pid, _, rest = path.read_text(errors="replace").partition(" (")
                state, _, _, session = rest.rpartition(") ")[2].split()[:4]
                found += [int(pid)] if int(session) == self.process.pid and state != "Z" else []
        return found

    def interrupt(self):
        """Press Ctrl-C; return what it has printed, and its code."""
        os.killpg(self.process.pid, signal.SIGINT)
        out, err = self.process.communicate(timeout=60)
        return out, err, self.process.returncode

    def end(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def begin(tmp_path, monkeypatch):
    """Begin to watch a scene."""
    monkeypatch.chdir(tmp_path)
    begun = []

    def begin(*words):
        save("One")
        begun.append(Command(*words))
        return begun[-1]

    yield begin
    for command in begun:
        command.end()


def files():
    return sorted(os.listdir("films")) if Path("films").exists() else []


def until(page, expression):
    """Wait until an expression is true in a page, which runs no program but its own."""
    latest = time.monotonic() + 60
    while not page.evaluate(expression):
        assert time.monotonic() < latest, page.content()
        page.wait_for_timeout(50)


def ended(command):
    """Press Ctrl-C and say that nothing is left."""
    out, err, code = command.interrupt()
    assert code == 130 and err.splitlines()[-1] == "render: interrupted, and films that were finished stay."
    assert not [name for name in files() if name.startswith(".")]
    # Their own end takes a moment.
    until = time.monotonic() + 30
    while command.processes():
        assert time.monotonic() < until
        time.sleep(0.05)
    return out, err


def test_a_process_that_waits_is_ended_as_often_as_that_is_asked():
    process = Process()
    pid = process._process.pid
    assert list(process.told(0)) == []
    process.end()
    process.end()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_where_no_process_can_be_started_it_is_said(monkeypatch):
    def refused(*arguments):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("multiprocessing.popen_spawn_posix.Popen.__init__", refused)
    with pytest.raises(RenderError, match=r"^the system allows no more processes \(Resource temporarily unavailable\)"):
        Process()


@pytest.mark.slow
def test_a_rendering_that_hangs_is_ended_by_the_next_save_and_nothing_is_left(begin):
    command = begin("--format", "gif")
    done = command.wait(lambda state: state["state"] == "done")
    assert files() == ["mine.gif", "mine.json", "mine.png"]
    with urllib.request.urlopen(command.address[:-1] + done["picture"]["url"], timeout=60) as answer:
        assert answer.read() == Path("films/mine.gif").read_bytes()
    save("Two", STUCK)
    command.wait(lambda state: state["state"] == "rendering" and state["version"] > done["version"])
    save("Three")
    command.wait(lambda state: state["state"] == "done")
    assert json.loads(Path("films/mine.json").read_text())["title"] == "Three"
    # Itself, one that has rendered, one that waits, and one that looks after what they have in common.
    assert len(command.processes()) <= 4
    save("Four", STUCK)
    command.wait(lambda state: state["state"] == "rendering")
    out, err = ended(command)
    assert out == "films/mine.gif films/mine.png\n" * 2
    assert err.count("\n") == 1
    assert json.loads(Path("films/mine.json").read_text())["title"] == "Three"


@pytest.mark.slow
def test_the_page_shows_films_and_failures_as_they_come(begin):
    command = begin("--format", "mp4")
    with launched() as browser:
        page = browser.new_page()
        complaints = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: request.url.startswith(command.address) or complaints.append(request.url))
        page.goto(command.address)
        until(page, "document.querySelector('video')?.currentTime > 0.2")
        assert page.title() == "mine.py" and page.text_content("#status") == "The film is up to date."
        first = page.get_attribute("video", "src")
        assert page.get_attribute("video", "aria-label").startswith("One, 1 step")

        save("Two <b>", "    raise ValueError('<b>too much</b>')")
        page.wait_for_selector("#error:visible", timeout=60_000)
        assert page.text_content("#sentence") == (
            "mine.py line 8 raised IndentationError: unexpected indent (mine.py, line 8), so mend the scene."
        )
        assert page.text_content("pre .here") == "8          raise ValueError('<b>too much</b>')"
        assert page.locator("pre span").count() == 4
        assert page.get_attribute("video", "src") == first and page.is_visible("video")

        save("Three")
        until(page, f"document.querySelector('video')?.getAttribute('src') > {first!r}")
        until(page, "document.querySelector('video').currentTime > 0.2")
        assert page.is_hidden("#error")
        ended(command)
        until(page, "document.getElementById('status').textContent == 'The program has ended.'")
        assert page.is_visible("video")
        for _ in range(100):
            # The browser tells of it when it has noticed.
            if any("ERR_CONNECTION_REFUSED" in text for text in complaints):
                break
            page.wait_for_timeout(50)
        # The last question may have been asked when the command ended: then it is one that was not answered.
        assert "ERR_CONNECTION_REFUSED" in complaints[-1]
        assert all(text.startswith("Failed to load resource: net::ERR_") for text in complaints), complaints


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["scene", "powers", "--watch", "--json"], 2, "--json prints a film that is finished, and --watch never ends"),
        (["scene", "powers", "--watch", "--port", "0"], 2, "Invalid value for '--port'"),
        (["scene", "powers", "--port", "8000"], 2, "--port is of the page that --watch shows, so add --watch"),
    ],
)
def test_refusals(words, code, said, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["render", *words])
    assert terminal.run(commands.commands) == code
    assert capsys.readouterr().err.startswith(f"render: {said}")
    assert list(tmp_path.iterdir()) == []


def test_what_no_save_would_mend_ends_it(begin):
    command = begin("--stps", "3")
    err = command.process.communicate(timeout=120)[1]
    assert (command.process.returncode, err) == (2, "render: there is no option --stps, did you mean --steps?\n")
