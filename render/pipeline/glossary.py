"""Technical words in plain ones: each that a film needs is explained below the sentences where it matters."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

# What to look for in a film's own texts, and the clause that explains it; the more telling ones first.
GLOSSARY: dict[str, str] = {
    r"[Gg]radient|∂": "gradient: goes back from the error, says how to change weights",
    r"explained": "explained: 100 % is exact, 0 % is guessing",
    r"[Rr]eal eigenvalue": "real eigenvalue: on the horizontal axis: stretches or flips, turns nothing",
    r"^[Ee]igenvalues?( λ)?( of W)?$|^λ of |^λ: st": (
        "eigenvalue λ: a dot for each direction of the matrix: distance from 0 is its stretch, angle its turn"
    ),
    r"[Ee]igenvalue|λ": "eigenvalue λ: a matrix multiplies a direction by it; |λ| above 1 grows",
    r"Lyapunov|[Ll]argest exponent": "Lyapunov exponent: how fast close states part, as a logarithm per step",
    r"[Cc]omplex|\bi and −i": "complex: a number with an angle; multiplying by it turns",
    r"[Oo]rthogonal": "orthogonal: only turns or mirrors",
    r"[Uu]nitary": "unitary: only turns, never stretches",
    r"\bLSTM\b": "LSTM: a net whose memory has gates",
    r"\bGRU\b": "GRU: a net whose gate mixes old and new",
    r"\b[Gg]ated?\b|\b[Gg]ates\b": "gate: from 0, shut, to 1, open",
    r"\bRNN|[Rr]ecurrent": "RNN: keeps a state (memory) from step to step",
    r"Jacobian": "Jacobian: one step's effect on the next",
    r"\b[Tt]anh": "tanh: squeezes into −1 to 1",
    r"[Ss]igmoid|σ\(": "sigmoid: squeezes into 0 to 1",
    r"ReLU": "ReLU: cuts off what is below 0",
    r"Xavier": "Xavier: weights of variance 2 / (inputs + outputs)",
    r"\bHe\b": "He: weights of variance 2 / inputs",
    r"[Vv]ariance": "variance: how far numbers spread, squared",
    r"σ(?!\()": "σ: how far numbers spread",
    r"[Ll]oss\b": "loss: how wrong the net is",
    r"\b[Ss]tates?\b": "state: what the net remembers",
    r"[Aa]ttention": "attention: each word becomes a weighted mean of all",
    r"[Dd]oubly stochastic": "doubly stochastic: nothing below 0, rows and columns sum to 1",
    r"[Ss]oftmax": "softmax: turns scores into probabilities",
    r"[Ss]kip": "skip: a way around a layer",
    r"[Ll]earning rate|\brate\b": "learning rate: the size of a step of training",
    r"NaN": "NaN: not a number, what is left when a result is undefined",
    r"bf16": "bf16: a number in 16 bits, 8 of them for digits",
    r"float16": "float16: a number in 16 bits, from 6×10⁻⁸ to 65,504",
    r"float32": "float32: a number in 32 bits, 7 digits",
    r"float64": "float64: a number in 64 bits, 16 digits",
    r"[Tt]ranspose": "transpose: rows become columns",
    r"[Aa]ctivation": "activation: the curve of a unit",
    r"\b[Ll]inear\b": "linear: multiplied and added, never squeezed",
    r"[Hh]idden": "hidden: between input and output",
    r"\b[Bb]ias": "bias: a number added in a unit",
    r"[Kk]ernel": "kernel: the matrix a network multiplies by",
    r"[Mm]odulus|[Mm]oduli": "modulus: the distance from 0",
    r"φ(?! =)": "φ: the golden ratio, 1.618",
    r"[Ee]poch": "epoch: once through all the data",
    r"[Mm]edian": "median: half are larger, half are smaller",
    r"Gaussian": "Gaussian: drawn from a bell curve",
    r"\bI\b(?! am)": "I: identity, changes nothing",
    r"\b[Ss]tretch(es)?\b": "stretch: how many times longer a vector gets",
    r"[Ss]ize of W\b|‖": "size of W, ‖W‖: how far it can stretch a vector",
    r"LARS": "LARS: every layer moves by the same share of its weights",
    r"\b[Ss]lopes?\b": "slope: how steep a unit's curve is",
    r"PyTorch": "PyTorch: a library of networks",
    r"\b[Uu]nits?\b(?! circle)": "unit: one number of a layer",
    r"^update$|\b[Uu]pdates? [{\d]|\b(an|one) update\b": "update: one change of the weights",
    r"[Pp]enalty": "penalty: an extra cost in training",
    r"[Ww]eight decay": "weight decay: every step shrinks all weights a little",
}


# Between two clauses on a line.
GAP = "   "


def terms_of(begin: Sequence[str], later: Sequence[str] = ()) -> list[str]:
    """Return the clauses for the technical words in a film's texts, in English.

    Those for words that are read at the beginning are first, the more telling ones before others, and then those for
    words that come later.

    Parameters
    ----------
    begin : sequence of str
        The texts that stand in the film from the beginning.
    later : sequence of str
        The others, in the order in which they are read.
    """
    texts = [*begin, *later]
    found: dict[str, int] = {}
    for pattern, clause in GLOSSARY.items():
        place = next((index for index, text in enumerate(texts) if re.search(pattern, text)), None)
        word, meaning = word_of(clause), clause.partition(": ")[2]
        # A film that says so itself needs no clause, and a word needs one alone.
        said = any(meaning in text for text in texts) or word in map(word_of, found)
        if place is not None and not said:
            found[clause] = max(0, place - len(begin) + 1)
    return sorted(found, key=found.__getitem__)


def word_of(clause: str) -> str:
    """Return the word that a clause, in English, explains."""
    return clause.partition(": ")[0]


def placed(terms: Sequence[str], used: Sequence[Sequence[str]], fits: Callable[[int, str], bool]) -> list[str]:
    """Return what stands on each line: as many clauses as fit there, the others on later ones.

    Where there is room, clauses that a line's own sentence uses stand there again, and then others, the first first:
    who has missed a line finds its words on the next.

    Parameters
    ----------
    terms : sequence of str
        The clauses.
    used : sequence of sequence of str
        The clauses that each line's sentence uses, the lines one after the other in time.
    fits : callable
        Whether a text fits on a line, given by its index.
    """
    waiting, found = list(terms), []
    for line, own in enumerate(used):
        said: list[str] = []
        while waiting and fits(line, GAP.join([*said, waiting[0]])):
            said.append(waiting.pop(0))
        again = [term for term in terms if term not in waiting]
        for term in sorted(again, key=lambda term: term not in own):
            if term not in said and fits(line, GAP.join([*said, term])):
                said.append(term)
        found.append(GAP.join(said))
    return found
