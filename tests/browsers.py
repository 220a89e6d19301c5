"""A real browser for the tests, and a server of a folder."""

import contextlib
import os
import re
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class Handler(BaseHTTPRequestHandler):
    """Serves a folder and, unlike Python's own handler, parts of files, without which no browser can seek."""

    def do_GET(self):
        path = Path(self.server.folder, unquote(urlsplit(self.path).path).lstrip("/"))
        # A browser hangs up on a video once it has what it needs.
        with contextlib.suppress(ConnectionError):
            if not path.is_file():
                self.server.missing.append(self.path)
                self.send_error(404)
                return
            self.server.served.append(path.name)
            content = path.read_bytes()
            asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            first = int(asked[1]) if asked else 0
            last = int(asked[2]) if asked and asked[2] else len(content) - 1
            self.send_response(206 if asked else 200)
            self.send_header("Content-Type", guess_type(path.name)[0] or "application/octet-stream")
            self.send_header("Content-Length", str(last - first + 1))
            self.send_header("Accept-Ranges", "bytes")
            if asked:
                self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
            self.end_headers()
            self.wfile.write(content[first : last + 1])

    def log_message(self, format, *args):
        """Print nothing."""


def find_browser():
    """Return the path of a browser; without one skip, or fail where a robot is to have one."""
    path = os.environ.get("CHROMIUM")
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = path or shutil.which(name)
    return path or give_up("there is no browser: install Chromium or set CHROMIUM to its path")


def give_up(reason):
    # Who has no browser may run the other tests; a robot must not pass without having played a film.
    (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


@contextlib.contextmanager
def launched():
    """Open a browser that plays H.264; without one skip, or fail where a robot is to have one."""
    path = find_browser()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        give_up("there is no playwright: install eigenreel[test]")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            page = opened.new_page()
            plays = page.evaluate("document.createElement('video').canPlayType('video/mp4; codecs=\"avc1.64001f\"')")
            page.close()
            if not plays:
                give_up(f"{path} cannot play H.264")
            yield opened
        finally:
            opened.close()


@contextlib.contextmanager
def served(folder):
    """Serve a folder; the server notes what was served, and what was missing."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.folder, server.served, server.missing = folder, [], []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def until(page, holds):
    """Wait until something holds; a page's policy forbids what playwright would wait with."""
    for _ in range(300):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never came")
