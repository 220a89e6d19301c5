"""Technical words in plain ones: each that a film needs is explained once, below the sentence where it matters."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

# What to look for in a film's own texts, and the clause that explains it; the more telling ones first.
GLOSSARY: dict[str, str] = {
    r"[Gg]radient|∂": "gradient: how strongly the error depends on a number; without one nothing is learnt there",
    r"[Rr]eal eigenvalue": "real eigenvalue: on the horizontal axis, so it stretches or flips, but turns nothing",
    r"[Ee]igenvalue|λ": "eigenvalue λ: its distance from 0 is the stretch a step, its angle the turn",
    r"[Oo]rthogonal": "orthogonal: turns or mirrors, never stretches",
    r"[Uu]nitary": "unitary: turns, never stretches, in complex numbers",
    r"\bLSTM\b": "LSTM: an RNN with a memory cell behind gates",
    r"\bGRU\b": "GRU: an RNN whose gate mixes old state and new",
    r"\bRNN|[Rr]ecurrent": "RNN: a network that reads step by step and carries a state on",
    r"Jacobian": "Jacobian: one step's effect on the next",
    r"\btanh": "tanh: squeezes any number between −1 and 1",
    r"[Ss]igmoid|σ\(": "sigmoid: squeezes any number between 0 and 1",
    r"ReLU": "ReLU: cuts off what is below 0",
    r"Xavier": "Xavier: weights of variance 2 / (inputs + outputs)",
    r"\bHe\b": "He: weights of variance 2 / inputs",
    r"[Vv]ariance": "variance: the mean square, how far numbers spread",
    r"[Ll]oss\b": "loss: how wrong the net is",
    r"\b[Ss]tates?\b": "state: what the net remembers",
    r"[Ss]oftmax": "softmax: turns scores into probabilities",
    r"[Ss]kip": "skip: a way around a layer",
    r"[Ll]earning rate|\brate\b": "learning rate: the size of a step of training",
    r"NaN": "NaN: not a number, what is left when a result is undefined",
    r"float16": "float16: a number in 16 bits, up to 65,504",
    r"Gaussian": "Gaussian: entries drawn from a bell curve",
    r"\bI\b(?! am)": "I: the identity, which changes nothing",
    r"‖": "‖W‖: size, how far W can stretch a vector",
    r"LARS": "LARS: every layer moves by the same share of its weights",
    r"[Pp]enalty": "penalty: an extra cost in training",
    r"[Ww]eight decay": "weight decay: every step shrinks all weights a little",
}


def terms_of(texts: Sequence[str]) -> list[str]:
    """Return the clauses for the technical words in a film's texts, in English, those met first first.

    Parameters
    ----------
    texts : sequence of str
        The texts, in English, in the order in which they are read.
    """
    found: dict[str, tuple[int, int]] = {}
    for rank, (pattern, clause) in enumerate(GLOSSARY.items()):
        place = next((index for index, text in enumerate(texts) if re.search(pattern, text)), None)
        name = clause.partition(":")[0]
        # A film that says so itself needs no clause.
        if place is not None and not any(clause.partition(": ")[2] in text or f"{name}:" in text for text in texts):
            found[clause] = place, rank
    return sorted(found, key=found.__getitem__)


def placed(terms: Sequence[str], lines: int, fits: Callable[[int, str], bool]) -> list[str]:
    """Return what stands on each of so many lines: as many clauses as fit there, the others on later ones.

    Parameters
    ----------
    terms : sequence of str
        The clauses.
    lines : int
        How many lines there are, one after the other in time.
    fits : callable
        Whether a text fits on a line, given by its index.
    """
    waiting, found = list(terms), []
    for line in range(lines):
        text = ""
        while waiting:
            longer = f"{text}   {waiting[0]}" if text else waiting[0]
            if not fits(line, longer):
                break
            text = longer
            waiting.pop(0)
        found.append(text)
    return found
