"""The programs and style sheets of pages, and what a content security policy lists for them."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

_PLAYER = Path(__file__).parent / "player"


def script_hashes() -> list[str]:
    """Return what a content security policy has to list under ``script-src`` for a page's two scripts."""
    return [policy_hash(stripped(name)) for name in ("start.js", "player.js")]


def stripped(name: str) -> str:
    """Return a file of the folder ``player`` without its comments and indents."""
    lines = (line.strip() for line in (_PLAYER / name).read_text(encoding="utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def policy_hash(text: str) -> str:
    """Return what a content security policy lists for a script or a style sheet."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
