"""Serves the page of a scene that is being written, and its film, to browsers on this machine alone."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO

from render.errors import UsageError
from render.files import UnreadableError, opened
from render.publish.watch_page import page_policy, watch_page

_HERE = "127.0.0.1"
_PIECE = 2**16
# What is sent besides the page runs nothing outside of a frame, and no other page may take it.
_POLICY = "default-src 'none'; frame-ancestors 'none'"
_FRAMED = "sandbox allow-scripts; frame-ancestors 'self'"
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class Picture:
    """What the page shows of a film.

    Parameters
    ----------
    element : str
        ``video``, ``img`` or ``iframe``.
    url, text : str
        Where it is, and what stands for it.
    safe : bool
        Whether it may play by itself.
    """

    element: str
    url: str
    text: str
    safe: bool = True


@dataclass(frozen=True)
class State:
    """What the page shows.

    Parameters
    ----------
    state : str
        ``rendering``, ``done`` or ``failed``.
    part : float
        How much is rendered, from 0 to 1.
    error : mapping, optional
        The ``sentence``, and ``source``: rows with ``number``, ``text`` and whether it is ``here``.
    remarks : tuple of str
        What has to be known of the film.
    picture : Picture, optional
        The newest film or its first frame.
    """

    state: str = "rendering"
    part: float = 0.0
    error: Mapping[str, Any] | None = None
    remarks: tuple[str, ...] = ()
    picture: Picture | None = None


@dataclass
class Content:
    """What the server answers with: the state, and by their addresses files or bytes with their media types."""

    state: State = field(default_factory=State)
    files: dict[str, tuple[Path | bytes, str]] = field(default_factory=dict)
    _version: int = 0
    # Another run of the command at the same port is told from this one.
    _session: str = field(default_factory=lambda: secrets.token_hex(8))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def show(self, state: State, files: Mapping[str, tuple[Path | bytes, str]] | None = None) -> None:
        """Show another state; `files` replace all others."""
        with self._lock:
            self.state, self._version = state, self._version + 1
            self.files = self.files if files is None else dict(files)

    def answer(self) -> bytes:
        """Return the state as JSON."""
        with self._lock:
            content = {"session": self._session, "version": self._version, **asdict(self.state)}
        return json.dumps(content).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    # On Windows it would let two programs have one port.
    allow_reuse_address = os.name == "posix"
    page: bytes
    content: Content

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing: a browser hangs up once it has what it needs."""


@contextlib.contextmanager
def watch_server(content: Content, name: str, language: str, port: int = 0) -> Iterator[str]:
    """Serve the page of a scene on this machine's own address as long as the context lasts; give the page's address.

    Parameters
    ----------
    content : Content
        What is shown; it may change at any time.
    name, language : str
        As for `render.publish.watch_page.watch_page`.
    port : int
        0 for one that the system chooses.

    Raises
    ------
    UsageError
        If the port cannot be had.
    """
    page = watch_page(name, language)
    try:
        server = _Server((_HERE, port), _Handler)
    except OSError as error:
        raise UsageError(
            f"port {port} cannot be had ({error.strerror}), so give another --port or leave it out"
        ) from None
    server.page, server.content = page, content
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield f"http://{_HERE}:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(1.0)


class _Handler(BaseHTTPRequestHandler):
    """Answers GET of the page, its state and its files, to whoever asks by this machine's own name."""

    server: _Server
    # Whoever says nothing is not waited for.
    timeout = 10
    server_version, sys_version = "eigenreel", ""

    def do_GET(self) -> None:
        """Send what an address stands for."""
        # A page of elsewhere may have its own name stand for this machine, and then read what it likes.
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1 or hosts[0] not in (f"{name}:{self.server.server_port}" for name in (_HERE, "localhost")):
            self.send_error(403)
        elif self.path == "/":
            self._send(self.server.page, "text/html; charset=utf-8", page_policy())
        elif self.path == "/state":
            self._send(self.server.content.answer(), "application/json")
        elif (found := self.server.content.files.get(self.path)) is None:
            self.send_error(404)
        elif isinstance(found[0], bytes):
            self._send(found[0], found[1])
        else:
            self._send_file(*found)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Send a number and nothing of what was asked; other methods than GET are not allowed."""
        self.send_response_only(405 if code == 501 else code)
        if code == 501:
            self.send_header("Allow", "GET")
        self._headers("text/plain", 0, _POLICY)
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing."""

    def _headers(self, mime: str, length: int, policy: str) -> None:
        headers = {"Content-Type": mime, "Content-Length": str(length), "Content-Security-Policy": policy, **_HEADERS}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _send(self, content: bytes, mime: str, policy: str = _POLICY) -> None:
        self.send_response_only(200)
        self._headers(mime, len(content), policy)
        self.wfile.write(content)

    def _send_file(self, path: Path | bytes, mime: str) -> None:
        """Send a file, or the part of it that is asked for, without which no browser can seek."""
        assert isinstance(path, Path)
        try:
            with opened(path) as (file, size):
                self._send_part(file, size, mime)
        except UnreadableError:
            self.send_error(404)

    def _send_part(self, file: BinaryIO, size: int, mime: str) -> None:
        asked = re.fullmatch(r"bytes=(\d{1,18})-(\d{0,18})", self.headers.get("Range", ""))
        first = int(asked[1]) if asked else 0
        last = min(int(asked[2]), size - 1) if asked and asked[2] else size - 1
        if asked and not first <= last:
            self.send_response_only(416)
            self.send_header("Content-Range", f"bytes */{size}")
            self._headers(mime, 0, _POLICY)
            return
        self.send_response_only(206 if asked else 200)
        self.send_header("Accept-Ranges", "bytes")
        if asked:
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self._headers(mime, last + 1 - first, _FRAMED if mime == "text/html" else _POLICY)
        file.seek(first)
        left = last + 1 - first
        while left and (piece := file.read(min(left, _PIECE))):
            self.wfile.write(piece)
            left -= len(piece)
