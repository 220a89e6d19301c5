"""The fonts of a picture's letters, to be put into it."""

from __future__ import annotations

import base64
import io
import logging
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from render.drawing.fonts import WEIGHTS, font_paths
from render.drawing.glyphs import TextStyle

# Bit 1 of fsType: "Restricted License embedding" (OpenType specification, OS/2 table).
_RESTRICTED = 0x0002


class FontFaces:
    """The letters of texts, by weight and font.

    Parameters
    ----------
    texts : iterable of (str, TextStyle)
        Texts and how they look.
    """

    def __init__(self, texts: Iterable[tuple[str, TextStyle]]) -> None:
        self._letters: dict[tuple[str, Any], set[str]] = {}
        for text, style in texts:
            for letter in text:
                path = font_paths(letter, style.weight, style.family)[-1]
                self._letters.setdefault((style.weight, path), set()).add(letter)

    def css(self) -> str:
        """Return a ``@font-face`` rule for every font."""
        rules = []
        for (weight, path), letters in self._letters.items():
            packed = _subset(path, "".join(sorted(letters)))
            if packed:
                family = _family(weight, path)
                source = f"url(data:font/woff;base64,{packed})"
                rules.append(f'@font-face{{font-family:"{family}";font-weight:{WEIGHTS[weight]};src:{source}}}')
        return "".join(rules)

    def family(self, weight: str) -> str:
        """Return the families of a weight, as a page names them."""
        own = [f"'{_family(weight, path)}'" for kind, path in self._letters if kind == weight]
        # The last is what a browser takes where a font may not be put into a file.
        return ",".join([*own, "sans-serif"])


@lru_cache(maxsize=64)
def _family(weight: str, path: Any) -> str:
    with _open(path) as font:
        return f"{weight} {font['name'].getBestFamilyName()}".replace('"', "").replace("'", "")


def _open(path: Any) -> Any:
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # it has no type hints

    return TTFont(str(path), fontNumber=getattr(path, "face_index", 0), lazy=True)


@lru_cache(maxsize=64)
def _subset(path: Any, letters: str) -> str:
    """Return a font with these letters alone, as WOFF in base 64; nothing where its maker forbids that."""
    from fontTools import subset  # type: ignore[import-untyped]  # it has no type hints

    logging.getLogger("fontTools").setLevel(logging.ERROR)
    options = subset.Options(layout_features=["kern"], hinting=False)
    options.drop_tables += ["FFTM", "DSIG"]
    file = io.BytesIO()
    with _open(path) as font:
        if "OS/2" in font and font["OS/2"].fsType & _RESTRICTED:
            return ""
        cutter = subset.Subsetter(options)
        cutter.populate(text=letters)
        cutter.subset(font)
        font.flavor = "woff"
        # The same letters give the same bytes.
        font.recalcTimestamp = False
        font.save(file)
    return base64.b64encode(file.getvalue()).decode()
