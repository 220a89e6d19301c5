"""Frames of an H.264 stream that show the one before once more, written without an encoder.

Such a frame is one slice whose macroblocks are all skipped: some twenty bytes. No other frame refers to it, so that the
encoder's frames go on referring to those that they were made from, however often these are shown. The names are those
of the standard (ITU-T H.264, sections 7.3 and 9.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from render.errors import EncodeError

# Kinds of NAL units.
_SLICE, _KEY_SLICE = 1, 5
# All slices of a picture are of this type.
_P_SLICES = 5
# Frames of a stream count with so many bits in the order they are shown in, by twos.
_ORDER_BITS = 16
# A frame is placed by how far it is from the last one that others refer to, up to half of what can be counted.
MOST_REPEATS = (1 << _ORDER_BITS) // 4 - 1
# With the coarsest quantiser skipping begins as the likely case, at this state of probability.
_QP, _STATE = 51, 42
# rangeTabLPS of the states from there on (table 9-44): how much of the range the unlikely case takes.
_UNLIKELY = (
    *((16, 20, 23, 27), (15, 19, 22, 25), (14, 18, 21, 24), (14, 17, 20, 23), (13, 16, 19, 22), (12, 15, 18, 21)),
    *((12, 14, 17, 20), (11, 14, 16, 19), (11, 13, 15, 18), (10, 12, 15, 17), (10, 12, 14, 16), (9, 11, 13, 15)),
    *((9, 11, 12, 14), (8, 10, 12, 14), (8, 9, 11, 13), (7, 9, 11, 12), (7, 9, 10, 12), (7, 8, 10, 11)),
    *((6, 8, 9, 11), (6, 7, 9, 10), (6, 7, 8, 9)),
)


class Stream:
    """A stream whose frames come in the order they are shown in, by its parameter sets.

    Parameters
    ----------
    sequence, picture : bytes
        The NAL units of its sequence and picture parameter sets.

    Raises
    ------
    EncodeError
        If it is of another kind: with frames that refer to later ones, interlaced, weighted, without arithmetic coding.
    """

    def __init__(self, sequence: bytes, picture: bytes) -> None:
        bits = _Bits(_unescaped(sequence[4:]))
        bits.exponential()
        plain = sequence[1] == 77
        if sequence[1] == 100:
            # Of the high profile: eight bits of colours at half the resolution, usual scaling.
            plain = (bits.exponential(), bits.exponential(), bits.exponential(), bits.read(2)) == (1, 0, 0, 0)
        self._number_bits = bits.exponential() + 4
        before = bits.position
        # Frames are shown in the order of their numbers.
        ordered = bits.exponential() == 2
        behind = bits.position
        bits.exponential()
        bits.read(1)
        self._macroblocks = (bits.exponential() + 1) * (bits.exponential() + 1)
        whole_frames = bits.read(1) == 1
        # Frames that nothing refers to have no numbers of their own: each says its place instead.
        places = _exponential(0) + _exponential(_ORDER_BITS - 4)
        rest = bits.all[behind:].rstrip("0")
        self.sequence = sequence[:4] + _escaped(_bytes(bits.all[:before] + places + rest))

        bits = _Bits(_unescaped(picture[1:]))
        first = (bits.exponential(), bits.exponential()) == (0, 0)
        arithmetic, fields = bits.read(1) == 1, bits.read(1)
        groups = bits.exponential()
        bits.exponential(), bits.exponential()
        weighted = bits.read(3)
        self._quantiser_change = _QP - 26 - bits.signed()
        bits.signed(), bits.signed()
        # Deblocking can be told off, prediction is not constrained, no slice comes twice.
        flags = bits.read(3) == 0b100
        self._require(plain and ordered and whole_frames and first and arithmetic and flags)
        self._require(not (fields or groups or weighted))

    def frames(self, pictures: Iterable[Sequence[bytes]], times: Iterable[int]) -> Iterator[list[bytes]]:
        """Yield the NAL units of every frame.

        Parameters
        ----------
        pictures : iterable of sequences of bytes
            The NAL units of each picture, as the encoder wrote them.
        times : iterable of int
            For how many frames it is shown, up to `MOST_REPEATS`.

        Yields
        ------
        list of bytes
            The units, which belong to the changed parameter set `sequence`.
        """
        place = 0
        for units, lasting in zip(pictures, times, strict=True):
            # Places count anew from every key frame.
            place = 0 if any(unit[0] & 0x1F == _KEY_SLICE for unit in units) else place
            number, placed = 0, []
            for unit in units:
                if unit[0] & 0x1F in (_SLICE, _KEY_SLICE):
                    number, unit = self._placed(unit, place)
                placed.append(unit)
            yield placed
            for again in range(1, lasting):
                yield [self._repeat(number + 1, place + again)]
            place += lasting

    def _placed(self, unit: bytes, place: int) -> tuple[int, bytes]:
        """Return the number of a slice's frame, and the slice with its place. Behind its header nothing changes."""
        data = _unescaped(unit[1:])
        bits = _Bits(data[:64])
        self._require(bits.exponential() == 0)
        predicted = bits.exponential() == _P_SLICES
        bits.exponential()
        number = bits.read(self._number_bits)
        if unit[0] & 0x1F == _KEY_SLICE:
            bits.exponential()
        before = bits.position
        if predicted:
            # Its own number of references, or that of all; these are in their usual order.
            if bits.read(1):
                bits.exponential()
            self._require(not bits.read(1))
        # What is kept is what was kept last, usually.
        self._require(bits.read(2 if unit[0] & 0x1F == _KEY_SLICE else 1) == 0)
        if predicted:
            bits.exponential()
        bits.signed()
        if bits.exponential() != 1:
            bits.signed(), bits.signed()
        header = bits.all[:before] + self._order(place) + bits.all[before : bits.position]
        header += "1" * (-len(header) % 8)
        coded = data[-(-bits.position // 8) :]
        return number, unit[:1] + _escaped(_bytes(header) + coded)

    def _repeat(self, number: int, place: int) -> bytes:
        """Return the NAL unit of a frame that shows what the last one with the number before shows."""
        header = [
            # first_mb_in_slice, slice_type and pic_parameter_set_id, frame_num, pic_order_cnt_lsb.
            *("1", _exponential(_P_SLICES), "1", f"{number % (1 << self._number_bits):0{self._number_bits}b}"),
            self._order(place),
            # One reference, in the usual order; cabac_init_idc 0.
            *("1", "1", "0", "1"),
            # slice_qp_delta, and no deblocking.
            *(_exponential(_code(self._quantiser_change)), "010"),
        ]
        bits = "".join(header)
        bits += "1" * (-len(bits) % 8) + self._skipped
        # A slice that no others refer to.
        return bytes([_SLICE]) + _escaped(_bytes(bits))

    @cached_property
    def _skipped(self) -> str:
        """The bits of a slice whose macroblocks are all skipped.

        Each is the likely case of mb_skip_flag, then end_of_slice_flag: both take the lower part of the range, so that
        nothing but zeros is written, one whenever the range is doubled (sections 9.3.4.2 to 9.3.4.5).
        """
        span, state, zeros = 510, 0, 0
        for macroblock in reversed(range(self._macroblocks)):
            span -= _UNLIKELY[state][span >> 6 & 3]
            state = min(state + 1, len(_UNLIKELY) - 1)
            if span < 256:
                span, zeros = 2 * span, zeros + 1
            span -= 2
            if span < 256 and macroblock:
                span, zeros = 2 * span, zeros + 1
        # The end takes the upper part, which begins at `span`: ten bits, the last of them rbsp_stop_one_bit. The very
        # first bit is never written.
        return ("0" * zeros + f"{span | 1:010b}")[1:]

    def _order(self, place: int) -> str:
        return f"{2 * place % (1 << _ORDER_BITS):0{_ORDER_BITS}b}"

    def _require(self, kind: bool) -> None:
        if not kind:
            raise EncodeError("ffmpeg wrote another kind of stream than asked for, so use the ffmpeg of imageio-ffmpeg")


class _Bits:
    """Reads numbers from bytes.

    Parameters
    ----------
    data : bytes
        Where from.

    Raises
    ------
    EncodeError
        By its methods, where the bytes are at an end.
    """

    def __init__(self, data: bytes) -> None:
        self.all = f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}" if data else ""
        self.position = 0

    def read(self, count: int) -> int:
        """Return the number in the next bits: u(n) of the standard."""
        bits = self.all[self.position : self.position + count]
        if len(bits) < count:
            raise EncodeError("ffmpeg wrote an H.264 stream that is cut off, so try again or use another ffmpeg")
        self.position += count
        return int(bits, 2)

    def exponential(self) -> int:
        """Return a number in exponential Golomb code: ue(v)."""
        zeros = 0
        while not self.read(1):
            zeros += 1
        return (1 << zeros) - 1 + (self.read(zeros) if zeros else 0)

    def signed(self) -> int:
        """Return a number with a sign: se(v), of 0, 1, −1, 2, −2 and so on."""
        code = self.exponential()
        return (code + 1) // 2 if code % 2 else -(code // 2)


def _bytes(bits: str) -> bytes:
    """Return bits as bytes, the last one filled with zeros."""
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _exponential(number: int) -> str:
    """Return the bits of a number in exponential Golomb code."""
    bits = f"{number + 1:b}"
    return "0" * (len(bits) - 1) + bits


def _code(number: int) -> int:
    """Return what stands for a number with a sign."""
    return 2 * number - 1 if number > 0 else -2 * number


def _unescaped(data: bytes) -> bytes:
    """Return bytes without those that keep a start code from occurring in them."""
    return data.replace(b"\0\0\3", b"\0\0")


def _escaped(data: bytes) -> bytes:
    return re.sub(rb"\0\0(?=[\0-\3])", b"\0\0\3", data)
