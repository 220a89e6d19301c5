"""The page of a scene that is being written, and who may have it."""

import http.client
import json
import re
import socket

import pytest
from pages import parse

from render.errors import UsageError
from render.publish.scripts import policy_hash
from render.publish.watch_page import watch_page
from render.publish.watch_server import Content, Picture, State, watch_server

FILM = bytes(range(256)) * 1000
HOSTILE = "\"><script>document.title = 'owned'</script> ' & {x}"


@pytest.fixture
def content(tmp_path):
    (tmp_path / "film.mp4").write_bytes(FILM)
    (tmp_path / "page.html").write_bytes(b"<!doctype html>")
    (tmp_path / "secret").write_bytes(b"secret")
    content = Content()
    content.show(State(), {
        "/1/film.mp4": (tmp_path / "film.mp4", "video/mp4"),
        "/1/film.html": (tmp_path / "page.html", "text/html"),
        "/1/gone.gif": (tmp_path / "gone.gif", "image/gif"),
        "/1/poster.png": (b"png", "image/png"),
    })  # fmt: skip
    return content


@pytest.fixture
def port(content):
    with watch_server(content, HOSTILE, "en") as address:
        yield int(re.fullmatch(r"http://127\.0\.0\.1:(\d+)/", address)[1])


def ask(port, path, method="GET", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.putrequest(method, path, skip_host=True)
        for name, value in ({"Host": f"127.0.0.1:{port}"} | headers).items():
            for single in value if isinstance(value, list) else [value]:
                if single is not None:
                    connection.putheader(name, single)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def test_the_page_may_run_its_own_script_alone(port):
    status, headers, page = ask(port, "/")
    assert (status, page) == (200, watch_page(HOSTILE))
    text = page.decode()
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'" == policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"]
    for tag, name in (("script", "script-src"), ("style", "style-src")):
        assert [policy_hash(found) for found in re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)] == [policy[name]]
    assert policy["connect-src"] == policy["media-src"] == policy["frame-src"] == "'self'"
    assert "owned</title>" not in text and "<script>document.title" not in text
    assert headers["Cache-Control"] == "no-store" and headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert not re.search(r"https?://", text)


def test_the_page_speaks_korean():
    text = watch_page("x.py", "ko").decode()
    assert 'lang="ko"' in text
    said = re.findall(r'data-\w+="([^"]*)"', text)
    assert len(said) == 4 and all(re.search("[가-힣]", words) for words in said)


def test_the_state_has_a_version_and_belongs_to_one_run(content, port):
    first = json.loads(ask(port, "/state")[2])
    assert first["state"] == "rendering" and first["picture"] is None
    picture = Picture("video", "/1/film.mp4", "words")
    content.show(State("done", 1.0, None, ("remark",), picture))
    second = json.loads(ask(port, "/state")[2])
    assert second["version"] == first["version"] + 1 and second["session"] == first["session"]
    assert second["picture"] == {"element": "video", "url": "/1/film.mp4", "text": "words", "safe": True}
    assert second["remarks"] == ["remark"] and second["error"] is None
    assert json.loads(Content().answer())["session"] != first["session"]


def test_files_are_sent_whole_and_in_parts(port):
    status, headers, content = ask(port, "/1/film.mp4")
    assert (status, content, headers["Content-Type"]) == (200, FILM, "video/mp4")
    for asked, first, last in (("0-9", 0, 9), ("1000-", 1000, len(FILM) - 1), ("255990-999999", 255990, len(FILM) - 1)):
        status, headers, content = ask(port, "/1/film.mp4", Range=f"bytes={asked}")
        assert (status, content) == (206, FILM[first : last + 1])
        assert headers["Content-Range"] == f"bytes {first}-{last}/{len(FILM)}"
    for asked in ("256000-", "5-4"):
        status, headers, content = ask(port, "/1/film.mp4", Range=f"bytes={asked}")
        assert (status, headers["Content-Range"], content) == (416, f"bytes */{len(FILM)}", b"")
    assert ask(port, "/1/film.mp4", Range="bytes=-5")[0] == 200
    assert ask(port, "/1/poster.png")[2] == b"png"
    assert ask(port, "/1/film.html")[1]["Content-Security-Policy"].startswith("sandbox allow-scripts;")


@pytest.mark.parametrize(
    "path",
    ["/secret", "/1/secret", "/1/../secret", "/1/film.mp4?x", "/1/%2e%2e/secret", "/1/", "/1/gone.gif",
     "http://elsewhere/", "/etc/passwd", "/state/"],
)  # fmt: skip
def test_nothing_else_is_sent(port, path):
    status, headers, content = ask(port, path)
    assert (status, content) == (404, b"")
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("method", ["POST", "PUT", "HEAD", "DELETE", "OPTIONS", "<script>"])
def test_other_methods_are_not_allowed(port, method):
    status, headers, content = ask(port, "/", method)
    assert (status, headers["Allow"], content) == (405, "GET", b"")


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "127.0.0.1:{port}.evil.example", "[::1]:{port}",
     "", None, ["127.0.0.1:{port}", "evil.example"]],
)  # fmt: skip
def test_other_names_of_this_machine_are_refused(port, host):
    hosts = host if isinstance(host, list) else [host]
    named = [single and single.format(port=port) for single in hosts]
    for path in ("/", "/state", "/1/film.mp4"):
        assert ask(port, path, Host=named)[::2] == (403, b"")
    assert ask(port, "/state", Host=f"localhost:{port}")[0] == 200


def test_only_this_machine_is_listened_to(port):
    with socket.socket() as other:
        other.settimeout(5)
        # All of 127.0.0.0/8 is this machine; a server that listened everywhere would answer here, too.
        with pytest.raises(OSError):
            other.connect(("127.0.0.2", port))


def test_a_port_that_is_taken_is_refused(port, content):
    with (
        pytest.raises(UsageError, match=f"^port {port} cannot be had .*, so give another --port or leave it out$"),
        watch_server(content, "x", "en", port),
    ):
        pass


def test_the_page_is_well_formed():
    # Empty elements besides those that the parser knows.
    text = re.sub(r"<(meta|link)[^>]*>", "", watch_page(HOSTILE).decode().replace("<!doctype html>\n", ""))
    text = re.sub(r"<(script|style)>.*?</\1>", "", text, flags=re.DOTALL)
    assert parse(text).one("h1").text == HOSTILE
