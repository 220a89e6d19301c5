"""Repeated pictures of an MP4: written into the finished file, since encoding them takes longer than all others."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from itertools import accumulate, takewhile
from pathlib import Path

from render.errors import EncodeError
from render.video.h264 import Stream

# Names and sizes of boxes, and what stands in them where: ISO/IEC 14496-12, sections 4.2 and 8; 14496-15, section 5.
_CONTAINERS = {b"moov", b"trak", b"edts", b"mdia", b"minf", b"stbl"}
# How far into a box its duration stands, in units of the film, and where these are said.
_DURATIONS = {b"mvhd": 16, b"tkhd": 20, b"elst": 8}
_UNITS = 12


def repeat_pictures(path: Path, times: Sequence[int]) -> None:
    """Have every picture of a file shown for as many frames as given, by frames that repeat the one before.

    Parameters
    ----------
    path : Path
        The file, as ffmpeg writes it: one stream, all frames of one duration, which come in the order they are shown
        in.
    times : sequence of int
        For how many frames, one for each picture; at most `render.video.h264.MOST_REPEATS`.

    Raises
    ------
    EncodeError
        If the file has another number of pictures, or is of another kind.
    """
    if all(lasting == 1 for lasting in times):
        return
    try:
        boxes = list(_boxes(path.read_bytes()))
        tables = dict(_leaves(boxes))
        samples = _samples(tables[b"mdat"], tables[b"stsz"])
        if len(samples) != len(times):
            raise EncodeError(
                f"ffmpeg wrote {len(samples)} of {len(times)} frames to the mp4 file, "
                "so try again or use another ffmpeg"
            )
        stream = _stream(tables[b"stsd"])
        tables[b"stsd"] = _with_sequence(tables[b"stsd"], stream.sequence)
        units = stream.frames(map(_units, samples), times)
        frames = [b"".join(struct.pack(">I", len(unit)) + unit for unit in frame) for frame in units]
        changed = tables | {b"mdat": b"".join(frames)} | _tables(tables, frames, times)
    except (KeyError, ValueError, struct.error):
        raise EncodeError("ffmpeg wrote an mp4 file that is not whole, so try again or use another ffmpeg") from None
    # The only chunk begins with the media data; where ffmpeg writes several, what precedes them is longer.
    changed[b"stco"] = struct.pack(">III", 0, 1, 0)
    before = takewhile(lambda box: box[0] != b"mdat", boxes)
    begin = sum(len(_rebuilt(name, payload, changed)) for name, payload in before) + 8
    changed[b"stco"] = struct.pack(">III", 0, 1, begin)
    path.write_bytes(b"".join(_rebuilt(name, payload, changed) for name, payload in boxes))


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the names and payloads of the boxes in bytes."""
    place = 0
    while place < len(data):
        size, name = struct.unpack_from(">I4s", data, place)
        if not 8 <= size <= len(data) - place:
            raise ValueError(f"a box of {size} bytes")
        yield name, data[place + 8 : place + size]
        place += size


def _leaves(boxes: Sequence[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the boxes that hold no others, at any depth."""
    for name, payload in boxes:
        if name in _CONTAINERS:
            yield from _leaves(list(_boxes(payload)))
        else:
            yield name, payload


def _rebuilt(name: bytes, payload: bytes, changed: dict[bytes, bytes]) -> bytes:
    """Return a box whose leaves are the changed ones."""
    if name in _CONTAINERS:
        inner = list(_boxes(payload))
        if name == b"stbl" and b"stss" not in dict(inner):
            inner.append((b"stss", b""))
        payload = b"".join(_rebuilt(leaf, content, changed) for leaf, content in inner)
    else:
        payload = changed[name]
    return struct.pack(">I4s", 8 + len(payload), name) + payload


def _samples(media: bytes, sizes: bytes) -> list[bytes]:
    """Return the media data of each picture; they follow on one another."""
    same, count = struct.unpack_from(">II", sizes, 4)
    each = [same] * count if same else struct.unpack_from(f">{count}I", sizes, 12)
    if sum(each) != len(media):
        raise ValueError("media data of another size")
    return [media[end - size : end] for size, end in zip(each, accumulate(each), strict=True)]


# What precedes the boxes of the only sample entry: version and count, its own size and name, 78 bytes of other facts.
_ENTRY = 8 + 8 + 78


def _stream(entries: bytes) -> Stream:
    """Return what the one sample entry, avc1, says of the stream: its box avcC has the parameter sets."""
    _, sequence, rest = _parameters(dict(_boxes(entries[_ENTRY:]))[b"avcC"])
    (size,) = struct.unpack_from(">H", rest, 1)
    return Stream(sequence, rest[3 : 3 + size])


def _with_sequence(entries: bytes, sequence: bytes) -> bytes:
    """Return the sample entry with another sequence parameter set."""
    inner = b""
    for name, payload in _boxes(entries[_ENTRY:]):
        if name == b"avcC":
            before, _, rest = _parameters(payload)
            payload = before + struct.pack(">H", len(sequence)) + sequence + rest
        inner += struct.pack(">I4s", 8 + len(payload), name) + payload
    changed = entries[:_ENTRY] + inner
    return _put(changed, 8, len(changed) - 8)


def _parameters(configuration: bytes) -> tuple[bytes, bytes, bytes]:
    """Return what stands in a box avcC before its sequence parameter set, this, and what is behind."""
    (size,) = struct.unpack_from(">H", configuration, 6)
    return configuration[:6], configuration[8 : 8 + size], configuration[8 + size :]


def _units(sample: bytes) -> list[bytes]:
    """Return the NAL units of a picture."""
    units, place = [], 0
    while place < len(sample):
        (size,) = struct.unpack_from(">I", sample, place)
        units.append(sample[place + 4 : place + 4 + size])
        place += 4 + size
    return units


def _tables(tables: dict[bytes, bytes], frames: Sequence[bytes], times: Sequence[int]) -> dict[bytes, bytes]:
    """Return the tables of a file with these frames, but for where the media data begin."""
    count = len(frames)
    (duration,) = struct.unpack_from(">I", tables[b"stts"], 12)
    units, media_units = (struct.unpack_from(">I", tables[name], _UNITS)[0] for name in (b"mvhd", b"mdhd"))
    begins = [0, *accumulate(times)]
    # Without a table every picture is one to begin with.
    keys: Sequence[int] = range(1, len(times) + 1)
    if b"stss" in tables:
        keys = struct.unpack_from(f">{len(tables[b'stss']) // 4 - 2}I", tables[b"stss"], 8)
    lasting = -(-count * duration * units // media_units)
    sizes = [len(frame) for frame in frames]
    return {
        b"stts": struct.pack(">IIII", 0, 1, count, duration),
        b"stss": struct.pack(f">II{len(keys)}I", 0, len(keys), *(begins[key - 1] + 1 for key in keys)),
        b"stsc": struct.pack(">IIIII", 0, 1, 1, count, 1),
        b"stsz": struct.pack(f">III{count}I", 0, 0, count, *sizes),
        b"stsd": _with_rate(tables[b"stsd"], 8 * sum(sizes) * media_units // (count * duration)),
        b"mdhd": _put(tables[b"mdhd"], 16, count * duration),
        **{name: _put(tables[name], place, lasting) for name, place in _DURATIONS.items()},
    }


def _with_rate(entry: bytes, bits_a_second: int) -> bytes:
    """Return a sample entry with another rate, which its box btrt says twice: at most, and on average."""
    place = entry.find(b"btrt")
    return entry if place < 0 else _put(_put(entry, place + 8, bits_a_second), place + 12, bits_a_second)


def _put(payload: bytes, place: int, number: int) -> bytes:
    return payload[:place] + struct.pack(">I", number) + payload[place + 4 :]
