"""Where the words go: nobody reads them, nobody may, or no terminal shows them: F27 and F28."""

import os
import pty
import re
import subprocess
import sys

import pytest
from films import ENVIRONMENT
from place import PATIENCE, SHORT, finish


def test_f27_reader_has_gone(place, good):
    reader, writer = os.pipe()
    os.close(reader)
    with place.start(*SHORT, stdout=writer) as process:
        os.close(writer)
        said = finish(process)[1]
    assert process.returncode in (0, 141)
    assert said == ""
    assert place.state() == good
    assert place.processes() == []


def test_f27_list_piped_to_nobody():
    done = subprocess.run(
        ["/bin/sh", "-c", f'"{sys.executable}" -m render list | head -0'],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert (done.stdout, done.stderr) == ("", "")


def test_f27_standard_output_on_a_full_disk(place, good):
    with open("/dev/full", "w") as full, place.start(*SHORT, stdout=full) as process:
        said = finish(process)[1]
    assert process.returncode == 5
    assert re.fullmatch(r"render: [^\n]+ \(No space left on device\), so send it somewhere else\.\n", said), said
    assert place.state() == good


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-"])
def test_f27_closed_streams(place, good, closed):
    with place.begin(["/bin/sh", "-c", f'exec "$@" {closed}', "sh", *place.command(*SHORT)]) as process:
        said = finish(process)[1]
    assert (process.returncode, said) == (0, "")
    assert place.state() == good


def test_f28_no_control_characters_for_a_file(place):
    done = place.run(*SHORT, env={"TERM": "xterm-256color", "FORCE_COLOR": "1"})
    assert done.stderr_text == ""
    assert done.stdout_text.split() == [f"films/orthogonal.{e}" for e in ("mp4", "gif", "png", "json")]


@pytest.mark.parametrize(("term", "bar"), [("dumb", False), ("xterm", True)])
def test_f28_no_control_characters_for_a_dumb_terminal(place, term, bar):
    """A terminal gets a bar that is drawn over itself; a dumb one would show each of them."""
    ours, theirs = pty.openpty()
    with place.start(*SHORT, stderr=theirs, env={"TERM": term, "NO_COLOR": "1"}) as process:
        os.close(theirs)
        finish(process)
    try:
        said = os.read(ours, 2**16)
    except OSError:
        # What Linux says where nothing was written.
        said = b""
    os.close(ours)
    assert process.returncode == 0
    assert (b"\r" in said) == bar, said
    assert b"\x1b" not in said


def test_f27_standard_error_on_a_full_disk(place):
    """The code tells what happened where words cannot."""
    with open("/dev/full", "w") as full, place.start("--steps", "-1", stderr=full) as process:
        printed = finish(process)[0]
    assert (process.returncode, printed, place.state()) == (2, "", None)
