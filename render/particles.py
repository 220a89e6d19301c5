"""Korean particles, whose form depends on how the word before them ends.

A translation writes both forms, as Korean texts do where the word is not known: ``{size}이(가)``. Once the number
stands there, one of them is left.
"""

from __future__ import annotations

import re

# After a consonant, after a vowel.
_FORMS = {"은(는)": "은는", "이(가)": "이가", "을(를)": "을를", "과(와)": "과와"}
# It follows a vowel, too, where the word ends in ㄹ.
_BY = "(으)로"
_PARTICLE = re.compile(
    "([^\\s{}<>])((?:</>|[)”’\"'])*)(" + "|".join(re.escape(form) for form in [*_FORMS, _BY]) + ")(?![가-힣])"
)
# The digits are read 영, 일, 이, 삼, 사, 오, 육, 칠, 팔, 구, and a zero at the end of a number 십, 백, 천, 만.
_OPEN_DIGITS, _L_DIGITS = "2459", "178"
_SYLLABLES, _FINALS, _L = ord("가"), 28, 8


def with_particles(text: str) -> str:
    """Return a text in which every particle has the one form that follows the word before it.

    Digits in superscript end in 제곱. Latin letters are read by their names, of which those of l, m, n and r end in a
    consonant. Per cent, degrees and other signs end in a vowel.
    """
    return _PARTICLE.sub(_chosen, text)


def _chosen(found: re.Match[str]) -> str:
    last, closing, particle = found.groups()
    consonant, is_l = _ending(last)
    if particle == _BY:
        return last + closing + ("으로" if consonant and not is_l else "로")
    return last + closing + _FORMS[particle][0 if consonant else 1]


def _ending(letter: str) -> tuple[bool, bool]:
    """Return whether the word that a letter ends does so in a consonant, and whether that is ㄹ."""
    if "가" <= letter <= "힣":
        final = (ord(letter) - _SYLLABLES) % _FINALS
        return final > 0, final == _L
    if letter in "⁰¹²³⁴⁵⁶⁷⁸⁹":
        return True, False
    if "0" <= letter <= "9":
        return letter not in _OPEN_DIGITS, letter in _L_DIGITS
    return letter in "lmnrLMNR", letter in "lrLR"
