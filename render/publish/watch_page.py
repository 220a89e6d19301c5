"""The page that shows a scene while it is being written."""

from __future__ import annotations

import html

from render.publish.scripts import policy_hash, stripped
from render.text import Words, literal

# What the page says, by the state of the film.
_WORDS = {
    "rendering": "The film is being rendered.",
    "done": "The film is up to date.",
    "failed": "The film could not be rendered.",
    "ended": "The program has ended.",
}
_PART = "how much is rendered"


def watch_page(name: str, language: str = "en") -> bytes:
    """Return the page; what it shows it asks for at ``/state``.

    Parameters
    ----------
    name : str
        What stands above it: the scene's file.
    language : str
        The language it speaks.
    """
    words = Words(language)
    title = html.escape(literal(name))
    said = " ".join(f'data-{state}="{html.escape(words(text))}"' for state, text in _WORDS.items())
    return (
        f'<!doctype html>\n<html lang="{html.escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f'<title>{title}</title>\n<link rel="icon" href="data:,">\n<style>{stripped("watch.css")}</style>\n</head>\n'
        f'<body {said}>\n<header><h1>{title}</h1><p id="status" role="status"></p>'
        f'<progress id="part" max="1" aria-label="{html.escape(words(_PART))}" hidden></progress></header>\n<main>\n'
        '<div id="error" role="alert" hidden><p id="sentence"></p><pre id="source"></pre></div>\n'
        '<ul id="remarks"></ul>\n<div id="film"></div>\n</main>\n'
        f"<script>{stripped('watch.js')}</script>\n</body>\n</html>\n"
    ).encode(errors="xmlcharrefreplace")


def page_policy() -> str:
    """Return the content security policy of the page: its own script and style, and what the same server sends."""
    return (
        f"default-src 'none'; script-src {policy_hash(stripped('watch.js'))}; "
        f"style-src {policy_hash(stripped('watch.css'))}; img-src 'self' data:; media-src 'self'; connect-src 'self'; "
        "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
