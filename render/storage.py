"""Files that are either the previous ones or complete new ones, never anything between.

New files are written under temporary names in the folder they go to, and renamed into place
together at the end. Whatever stops the program before that leaves the folder as it was.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
import socket
import stat
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from render.errors import OutputError, UsageError
from render.interrupts import held
from render.locks import locked

_STALE_SECONDS = 3600
# In the place of what tells when a process began: it has ended, or the system does not say.
_GONE, _UNTOLD = "gone", "0000"
_KINDS = {
    **{stat.S_IFLNK: "a symbolic link", stat.S_IFDIR: "a folder"},
    **{stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"},
}
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)


def check_stem(stem: str) -> str:
    """Return a file name without ending, in composed form, or refuse it.

    Raises
    ------
    UsageError
        If it has other characters than letters a–z, Hangul, digits, ``_`` and ``-``, is longer
        than 64, starts with ``-``, or is the name of a device on Windows.
    """
    composed = unicodedata.normalize("NFC", stem)
    if not re.fullmatch(r"[A-Za-z0-9가-힣_][A-Za-z0-9가-힣_-]{0,63}", composed) or _RESERVED.fullmatch(composed):
        raise UsageError(
            f"a file cannot be named {stem[:80]!r}, use up to 64 letters a–z, Hangul, digits, _ and - "
            "(--name gives another)"
        )
    return composed


@contextlib.contextmanager
def output_errors(doing: str) -> Iterator[None]:
    """Turn an operating system's refusal into one sentence."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"could not {doing} ({reason}), so choose another folder or make room") from error


class AtomicFiles:
    """New files of one film, on their way into a folder.

    Use as a context manager: `path` gives a temporary file for each final name, `commit` renames
    them all. Leaving without `commit` removes every trace.

    Parameters
    ----------
    folder : Path
        Where the files go; made where it does not exist.
    names : list of str
        Final names.
    timeout : float
        Seconds to wait for another program that renames files in the folder.

    Raises
    ------
    OutputError
        If the folder cannot be written, or a name in it is anything but a regular file.
    """

    def __init__(self, folder: Path, names: list[str], timeout: float = 120.0) -> None:
        with output_errors(f"find the folder {str(folder)[:200]}"):
            self.folder = folder.absolute()
        self._timeout = timeout
        self._final = {name: self.folder / name for name in names}
        self._temporary: dict[str, Path] = {}
        self._kept: dict[str, Path] = {}
        self._made: list[Path] = []

    def __enter__(self) -> AtomicFiles:
        try:
            self._make_folder()
            for name, final in self._final.items():
                refuse_special(final)
                self._create(name, self._temporary)
            sweep(self.folder)
        except BaseException:
            self._clean()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self._clean()

    def path(self, name: str) -> Path:
        """Return the temporary file that will become `name`."""
        return self._temporary[name]

    def write(self, name: str, content: bytes | Iterable[bytes]) -> None:
        """Write a whole file, at once or in pieces."""
        with output_errors(f"write {self._final[name]}"), open(self._temporary[name], "wb") as file:
            for piece in (content,) if isinstance(content, bytes) else content:
                file.write(piece)

    def require(self, size: int) -> None:
        """Refuse to start where less than `size` bytes are free."""
        with output_errors(f"write into {self.folder}"):
            free = shutil.disk_usage(self.folder).free
        if free < size:
            raise OutputError(
                f"{self.folder} has {free / 1e6:.1f} MB free where about {size / 1e6:.1f} MB are needed, "
                "so make room or choose another folder"
            )

    def commit(self, saved: Callable[[], None] = lambda: None) -> dict[str, Path]:
        """Rename all files into place, or none of them; return their paths.

        Signals wait meanwhile: one that comes before the last name is in place undoes the renaming,
        a later one finds the work done. `saved` is called at that point.
        """
        for temporary in self._temporary.values():
            with output_errors(f"write {temporary}"):
                _sync(temporary)
        with (
            held() as note,
            locked(self.folder, self._timeout, lambda: note.came is not None),
            output_errors(f"write into {self.folder}"),
        ):
            try:
                if note.came is not None:
                    raise InterruptedError
                for name in self._final:
                    self._keep_old(name)
                for name, final in self._final.items():
                    self._replace(name, final)
                if note.came is not None:
                    raise InterruptedError
            except BaseException as error:
                self._undo()
                if isinstance(error, InterruptedError):
                    return {}
                raise
            self._temporary.clear()
            self._made.clear()
            # The new files are in place, whatever the system says of what follows: not every one can sync a folder.
            self._clean()
            if hasattr(os, "O_DIRECTORY"):
                with contextlib.suppress(OSError):
                    _sync(self.folder)
            saved()
        return dict(self._final)

    def _make_folder(self) -> None:
        with output_errors(f"make the folder {str(self.folder)[:200]}"):
            missing = [p for p in (self.folder, *self.folder.parents) if not p.exists()]
            for folder in reversed(missing):
                folder.mkdir(exist_ok=True)
                self._made.append(folder)
        if not self.folder.is_dir():
            raise OutputError(f"{self.folder} is not a folder, so choose another one")

    def _create(self, name: str, register: dict[str, Path]) -> Path:
        """Make an empty file of a new name, and note it first: what is noted is cleaned up."""
        stem = Path(name).stem
        token = f"{_machine()}{_started(os.getpid())}{secrets.token_hex(4)}"
        path = register[name] = self.folder / f".{stem}.{os.getpid()}-{token}.part"
        with output_errors(f"write into {self.folder}"):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        return path

    def _keep_old(self, name: str) -> None:
        """Give the file that is about to be replaced a second name."""
        final = self._final[name]
        if not final.exists():
            return
        second = self._create(name, self._kept)
        with output_errors(f"keep the old {final}"):
            try:
                second.unlink()
                os.link(final, second)
            except OSError:
                # A file system without hard links.
                shutil.copy2(final, second)

    def _undo(self) -> None:
        """Put the old files back, all that can be; one that cannot is kept and named."""
        lost = []
        for name, temporary in self._temporary.items():
            if temporary.exists():
                continue
            final, old = self._final[name], self._kept.pop(name, None)
            try:
                os.replace(old, final) if old else final.unlink()
            except OSError as error:
                kept = f" from {_set_aside(old, final)}" if old else ""
                lost.append(f"{final} could not be put back ({error.strerror}){kept}")
        if lost:
            raise OutputError(f"{', and '.join(lost)}, so do that yourself")

    def _replace(self, name: str, final: Path) -> None:
        """Rename one file; a program that holds the old one open (on Windows) is waited for."""
        for pause in (0.05, 0.1, 0.2, 0.4, 0.8, None):
            try:
                os.replace(self._temporary[name], final)
                return
            except PermissionError as error:
                if pause is None:
                    # Elsewhere than on Windows a file can be replaced while it is open, and its folder forbids it.
                    opened = getattr(error, "winerror", None)
                    why = "perhaps because a program has it open" if opened else f"({error.strerror})"
                    do = "close that one" if opened else "look at who may change it"
                    raise OutputError(
                        f"{final} could not be replaced {why}, so {do} and take the finished film from {self._rescue()}"
                    ) from None
                time.sleep(pause)
            except OSError as error:
                raise OutputError(
                    f"{final} could not be replaced ({error.strerror}), so choose another folder"
                ) from error

    def _rescue(self) -> str:
        """Keep the finished files that could not be put in place, under names of their own."""
        rescued = []
        for name, temporary in self._temporary.items():
            stem, _, suffix = name.rpartition(".")
            new = self.folder / f"{stem}.new.{suffix}"
            with output_errors(f"replace {self._final[name]}, nor keep {new}"):
                # Those before the one that failed are in place, and will have to leave it again.
                shutil.copyfile(temporary if temporary.exists() else self._final[name], new)
            rescued.append(new.name)
        self._made.clear()
        return ", ".join(rescued)

    def _clean(self) -> None:
        for path in (*self._temporary.values(), *self._kept.values()):
            # What cannot be removed, as on a disk that is read-only by now, is not what went wrong first.
            with contextlib.suppress(OSError):
                path.unlink()
        self._temporary.clear()
        self._kept.clear()
        for folder in reversed(self._made):
            # Only what is still empty: somebody else may use it by now.
            with contextlib.suppress(OSError):
                folder.rmdir()
        self._made.clear()


def sweep(folder: Path) -> None:
    """Remove what a killed program left in a folder: at once where its end is certain, else after an hour."""
    for path in folder.glob(".*.part"):
        found = re.fullmatch(r"\..+\.([0-9]+)-([0-9a-f]{6})([0-9a-f]{4})[0-9a-f]{8}\.part", path.name)
        if not found or _is_alive(int(found[1]), found[3]):
            continue
        # It may be gone by now, somebody else's, or a folder, which is none of ours.
        with contextlib.suppress(OSError):
            old = time.time() - path.lstat().st_mtime > _STALE_SECONDS
            if old or found[2] == _machine():
                path.unlink()


def _set_aside(old: Path, final: Path) -> Path:
    """Give a file that cannot be put back a name that no later run takes for a temporary one; return where it is."""
    with contextlib.suppress(OSError):
        return old.rename(final.with_name(f"{final.stem}.old{final.suffix}"))
    return old


def refuse_special(final: Path) -> None:
    """Refuse to replace what is no regular file: a device, say, is not there to be renamed over."""
    # Asking fails where a name is too long, for one.
    with output_errors(f"write {str(final)[:200]}"):
        try:
            mode = final.lstat().st_mode
        except FileNotFoundError:
            return
    if not stat.S_ISREG(mode):
        what = _KINDS.get(stat.S_IFMT(mode), "a device")
        raise OutputError(f"{final} is {what}, and only files are replaced, so choose another name or folder")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _machine() -> str:
    """Return six digits that tell this machine's process numbers from those of others."""
    try:
        space = os.readlink("/proc/self/ns/pid")
    except OSError:
        space = ""
    return hashlib.sha256(f"{socket.gethostname()} {space}".encode()).hexdigest()[:6]


def _started(pid: int) -> str:
    """Return four digits that tell a process from a later one of its number; zeros where none is told."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            # After the name, which may hold anything: a zombie has ended, whoever still has to take note of it.
            state, *rest = file.read().rpartition(")")[2].split()
        return _GONE if state == "Z" else hashlib.sha256(rest[18].encode()).hexdigest()[:4]
    except (OSError, ValueError, IndexError):
        return _UNTOLD


def _is_alive(pid: int, started: str) -> bool:
    """Whether a process of this number, which began when that one did, is there."""
    if os.name != "posix":
        return True
    now = _started(pid)
    if now == _GONE or (_UNTOLD not in (now, started) and now != started):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
