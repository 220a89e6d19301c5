"""Frames of an H.264 stream that show the one before once more, written without an encoder.

Such a frame is one slice whose macroblocks are all skipped: some twenty bytes. The names are those of the standard
(ITU-T H.264, sections 7.3 and 9.3).
"""

from __future__ import annotations

import re
from functools import cached_property

from render.errors import EncodeError

# Kinds of NAL units.
_SLICE, _KEY_SLICE = 1, 5
_P_SLICES = 5
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
    """A stream in which every frame refers to the one before only, by its parameter sets.

    Parameters
    ----------
    sequence, picture : bytes
        The NAL units of its sequence and picture parameter sets.

    Raises
    ------
    EncodeError
        If it is of another kind: with more to refer to, interlaced, weighted, without arithmetic coding.
    """

    def __init__(self, sequence: bytes, picture: bytes) -> None:
        main_profile = sequence[1] == 77
        bits = _Bits(_unescaped(sequence[4:]))
        bits.exponential()
        self._number_bits = bits.exponential() + 4
        # Frames are shown in the order of their numbers, so that these say all.
        ordered = bits.exponential() == 2
        one_reference = bits.exponential() == 1
        bits.read(1)
        self._macroblocks = (bits.exponential() + 1) * (bits.exponential() + 1)
        whole_frames = bits.read(1)

        bits = _Bits(_unescaped(picture[1:]))
        first = (bits.exponential(), bits.exponential()) == (0, 0)
        arithmetic, fields = bits.read(1), bits.read(1)
        groups = bits.exponential()
        bits.exponential(), bits.exponential()
        weighted = bits.read(3)
        self._quantiser_change = _QP - 26 - bits.signed()
        bits.signed(), bits.signed()
        # Deblocking can be told off, prediction is not constrained, no slice comes twice.
        flags = bits.read(3) == 0b100
        if not (main_profile and ordered and one_reference and whole_frames and first and arithmetic and flags) or (
            fields or groups or weighted
        ):
            raise EncodeError("ffmpeg wrote another kind of stream than asked for, so use the ffmpeg of imageio-ffmpeg")

    def renumbered(self, unit: bytes, number: int) -> tuple[bytes, int]:
        """Return a NAL unit as that of the frame of a number, and the number it has: 0 for a key frame.

        What is no slice is returned as it is.
        """
        kind = unit[0] & 0x1F
        if kind == _KEY_SLICE:
            return unit, 0
        if kind != _SLICE:
            return unit, number
        slice_ = _unescaped(unit[1:])
        bits = _Bits(slice_[:16])
        for _ in ("first_mb_in_slice", "slice_type", "pic_parameter_set_id"):
            bits.exponential()
        # The bits of frame_num are replaced where they stand.
        behind = 8 * len(slice_) - bits.position - self._number_bits
        changed = int.from_bytes(slice_, "big")
        changed ^= (bits.read(self._number_bits) ^ self._wrapped(number)) << behind
        return unit[:1] + _escaped(changed.to_bytes(len(slice_), "big")), number

    def repeat(self, number: int) -> bytes:
        """Return the NAL unit of a frame of a number that shows what the one before shows."""
        header = [
            # first_mb_in_slice, slice_type and pic_parameter_set_id, frame_num.
            *("1", _exponential(_P_SLICES), "1", f"{self._wrapped(number):0{self._number_bits}b}"),
            # No other references, no other order, no other marking; cabac_init_idc 0.
            *("0", "0", "0", "1"),
            # slice_qp_delta, and no deblocking.
            *(_exponential(_code(self._quantiser_change)), "010"),
        ]
        bits = "".join(header)
        bits += "1" * (-len(bits) % 8) + self._skipped
        bits += "0" * (-len(bits) % 8)
        # A slice (1) that others refer to (0x40).
        return b"\x41" + _escaped(int(bits, 2).to_bytes(len(bits) // 8, "big"))

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

    def _wrapped(self, number: int) -> int:
        return number % (1 << self._number_bits)


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
        self._bits = f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}" if data else ""
        self.position = 0

    def read(self, count: int) -> int:
        """Return the number in the next bits: u(n) of the standard."""
        bits = self._bits[self.position : self.position + count]
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
