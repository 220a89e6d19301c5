"""What a page shows as a tree of elements, and the tree as HTML or as JSX, with every text in it escaped."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote


@dataclass(frozen=True)
class File:
    """A file of a film, as the value of an attribute: a page adds where it lies."""

    name: str


@dataclass(frozen=True)
class Code:
    """What is written as it is: style sheets and programs, which hold nothing that anybody else has written."""

    text: str


Value = str | int | bool | File | Code
# Where files lie: returns the address of a file by its name.
Where = Callable[[str], str]


@dataclass(frozen=True)
class Element:
    """An element of a page.

    Parameters
    ----------
    tag : str
        Its name.
    attributes : mapping of str to str, int, bool or File
        True stands for an attribute without a value; False for one that it does not have.
    children : tuple of Element, str or Code
        What is in it.
    inline : bool
        Whether it stands in one line with what is in it.
    """

    tag: str
    attributes: Mapping[str, Value] = field(default_factory=dict)
    children: tuple[Element | str | Code, ...] = ()
    inline: bool = False


def joined(*parts: Mapping[str, Value]) -> dict[str, Value]:
    """Return attributes from several mappings; what a later one says counts."""
    return {name: value for part in parts for name, value in part.items()}


_VOID = {"img", "source", "track"}

# Site generators, templates and formulas begin with these, before anybody looks at the HTML.
_BEGINNINGS = str.maketrans({c: f"&#{ord(c)};" for c in "{}`$\\"})


def escaped(text: str) -> str:
    """Return text for HTML, in which no other program finds anything to do either."""
    return html.escape(text).translate(_BEGINNINGS)


def address(name: str, base: str = "") -> str:
    """Return the address of a file, with `base` before it: a folder, with its slash or without."""
    # What means something in an address stays; brackets would end one in Markdown.
    start = quote(base, safe="%/:?#@!$&'*+,;=~")
    return start + ("/" if start and start[-1] not in "/=?#&" else "") + quote(name)


def to_html(element: Element, where: Where, indent: str = "") -> str:
    """Return an element as HTML, one line for each that is in it."""
    words = [element.tag, *(_html_attribute(name, value, where) for name, value in element.attributes.items())]
    begin = f"{indent}<{' '.join(filter(None, words))}>"
    if element.tag in _VOID:
        return begin
    if element.inline or not element.children:
        return f"{begin}{''.join(_html_part(child, where) for child in element.children)}</{element.tag}>"
    lines = [
        to_html(child, where, indent + "  ") if isinstance(child, Element) else f"{indent}  {_html_part(child, where)}"
        for child in element.children
    ]
    return "\n".join([begin, *lines, f"{indent}</{element.tag}>"])


def _html_part(child: Element | str | Code, where: Where) -> str:
    if isinstance(child, Code):
        return child.text
    return to_html(child, where) if isinstance(child, Element) else escaped(child)


def _html_attribute(name: str, value: Value, where: Where) -> str:
    if isinstance(value, bool):
        return name if value else ""
    if isinstance(value, File):
        return f'{name}="{html.escape(where(value.name)).translate(_BEGINNINGS)}"'
    return f'{name}="{escaped(value.text if isinstance(value, Code) else str(value))}"'


_JSX_NAMES = {
    "class": "className",
    "autoplay": "autoPlay",
    "playsinline": "playsInline",
    "srclang": "srcLang",
    "srcset": "srcSet",
}


def to_jsx(element: Element, base: str = "", indent: str = "") -> str:
    """Return an element as JSX, in which texts are strings of JavaScript; files beside the page are loaded by name."""
    words = [element.tag, *(_jsx_attribute(name, value, base) for name, value in element.attributes.items())]
    begin = f"{indent}<{' '.join(filter(None, words))}"
    if element.tag in _VOID or not element.children:
        return f"{begin} />"
    if element.inline or not isinstance(element.children[0], Element):
        return f"{begin}>{''.join(_jsx_part(child, base) for child in element.children)}</{element.tag}>"
    lines = [to_jsx(child, base, indent + "  ") for child in element.children if isinstance(child, Element)]
    return "\n".join([f"{begin}>", *lines, f"{indent}</{element.tag}>"])


def _jsx_part(child: Element | str | Code, base: str) -> str:
    if isinstance(child, Element):
        return to_jsx(child, base)
    return f"{{`{child.text}`}}" if isinstance(child, Code) else f"{{{_string(child)}}}"


def _string(text: str) -> str:
    """Return text as a string of JavaScript; a page's own programs never see its < and braces."""
    escapes: dict[str, str | int | None] = {c: f"\\u{ord(c):04x}" for c in "<>&{}`$\u2028\u2029"}
    return json.dumps(text, ensure_ascii=False).translate(str.maketrans(escapes))


def _jsx_attribute(name: str, value: Value, base: str) -> str:
    name = _JSX_NAMES.get(name, name)
    if isinstance(value, bool):
        return name if value else ""
    if isinstance(value, Code):
        return f"{name}={{{value.text}}}"
    if isinstance(value, File):
        if base:
            return f"{name}={{{_string(address(value.name, base))}}}"
        return f"{name}={{require({_string('./' + value.name)}).default}}"
    if name == "style":
        return f"style={{{{{_style_object(str(value))}}}}}"
    if isinstance(value, int):
        return f"{name}={{{value}}}"
    return f'{name}="{value}"' if re.fullmatch(r"[A-Za-z0-9 .,:;/_-]*", value) else f"{name}={{{_string(value)}}}"


def _style_object(style: str) -> str:
    """Return ``max-width:100%`` as ``maxWidth: "100%"``."""
    pairs = (part.split(":", 1) for part in style.split(";") if part)
    return ", ".join(f"{re.sub('-(.)', lambda m: m[1].upper(), name)}: {json.dumps(value)}" for name, value in pairs)


def markdown(text: str) -> str:
    """Return text for Markdown, in which nothing is a mark."""
    return "".join("\\" + c if c in r"\`*_{}[]()#+-.!|<>&$~%^@:\"'" else c for c in text)
