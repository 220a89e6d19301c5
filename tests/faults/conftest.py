"""Every test of a fault has a folder of its own and a deadline: whatever hangs, fails."""

import os
import signal

import pytest
from place import LONG, PATIENCE, SHORT, Caller, Place


def pytest_collection_modifyitems(items):
    """Leave out faults that are made with signals, limits and permissions of POSIX where there are none."""
    if os.name != "posix":
        for item in items:
            item.add_marker(pytest.mark.skip(reason="faults are made with signals and limits of POSIX"))


@pytest.fixture(autouse=True)
def deadline():
    """Fail what hangs."""

    def late(signum, frame):
        raise AssertionError(f"it still runs after {2 * PATIENCE:g} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, 2 * PATIENCE)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def place(tmp_path):
    """A folder for films, and the command that writes into it."""
    place = Place(tmp_path)
    yield place
    place.end()


@pytest.fixture
def call(place, monkeypatch, capsys):
    """The command in this process: exit code, standard output and standard error of `call(*words)`."""
    return Caller(place, monkeypatch, capsys)


def _made(folder, options):
    place = Place(folder)
    done = place.run(*options)
    assert done.returncode == 0, done.stderr_text
    return place.state()


@pytest.fixture(scope="session")
def good(tmp_path_factory):
    """The four files of the short film by name, made without any fault."""
    return _made(tmp_path_factory.mktemp("good"), SHORT)


@pytest.fixture(scope="session")
def long(tmp_path_factory):
    """The four files of the long film by name."""
    return _made(tmp_path_factory.mktemp("long"), LONG)
