"""From frames to a video file, through an ffmpeg process that is watched to its end."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from render.errors import EigenreelError, EncodeError, OutputError
from render.storage import output_errors
from render.video.child import Child
from render.video.decoder import Decoding
from render.video.ffmpeg import Ffmpeg
from render.video.formats import FORMATS, LARGE_FRAME, WHOLE_BLOCK, Format

# ffmpeg ends with minus these error numbers when it cannot write any further; what it says tells the same.
_FULL = {228: "no space left on device", 229: "file too large"}
_FULL_WORDS = ("No space left on device", "File too large", "Disk quota exceeded", "Read-only file system")


@dataclass(frozen=True)
class StreamInfo:
    """What an encoder is told of the frames it will get.

    Parameters
    ----------
    width, height : int
        Size of every frame in pixels.
    frames : int
        How many will come.
    fps : Fraction
        Frames per second.
    cell : int
        Size of the smallest cells in pixels, if there are any.
    cell_area : int
        How many pixels all cells of a frame have.
    times : int
        How often the film plays, where a format says that; 0 for ever.
    """

    width: int
    height: int
    frames: int
    fps: Fraction
    cell: int = WHOLE_BLOCK
    cell_area: int = 0
    times: int = 0


class Encoder:
    """Writes frames to one file. Use as a context manager; `finish` makes and proves the file.

    Parameters
    ----------
    ffmpeg : Ffmpeg
        The program.
    form : Format
        What to write.
    path : Path
        Where to, an existing file.
    stream : StreamInfo
        What will come.
    timeout : float
        Seconds without progress after which ffmpeg is killed.
    """

    def __init__(self, ffmpeg: Ffmpeg, form: Format, path: Path, stream: StreamInfo, timeout: float) -> None:
        self._ffmpeg, self._form, self._path, self._stream = ffmpeg, form, path, stream
        self._written = 0
        self._closed = False
        # The number of the frame with which each picture that was sent begins.
        self._begins: list[int] = []
        self._sent = b""
        arguments = encode_arguments(form, path, stream)
        self._child = Child(ffmpeg.path, arguments, timeout, sends=True, listens=True, writes=path)
        self._decoding: Decoding | None = None

    def __enter__(self) -> Encoder:
        self._child.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        self._closed = True
        self._child.close()
        if self._decoding:
            self._decoding.close()

    def write(self, frame: memoryview, times: int = 1) -> None:
        """Send the bytes of the next frames, which are alike, as `render.video.pixel_formats` lays them out.

        A format that is told how long each picture lasts is sent only frames that differ from the one before.

        Parameters
        ----------
        frame : memoryview
            The bytes of one frame.
        times : int
            How many frames they are.

        Raises
        ------
        ValueError
            If that were more frames than announced.
        EncodeError, OutputError
            If ffmpeg has ended.
        """
        if self._written + times > self._stream.frames:
            raise ValueError(f"all {self._stream.frames} frames were written already")
        first, step = self._written, 1
        if self._form.set_durations or self._form.repeat_pictures:
            # Bytes are compared all at once, views one by one.
            kept = bytes(frame)
            step = self._form.most_repeats or self._stream.frames
            if kept == self._sent:
                first = self._begins[-1] + step
            self._sent = kept
        self._written += times
        for begin in range(first, self._written, step):
            self._send(frame)
            self._begins.append(begin)

    @property
    def pictures(self) -> list[int]:
        """The number of the frame with which each picture of the file begins."""
        return list(range(self._written)) if self._form.repeat_pictures else self._begins

    def end(self) -> None:
        """Tell ffmpeg that all frames were sent; it goes on working."""
        if self._written != self._stream.frames:
            raise ValueError(f"{self._stream.frames} frames were announced, but {self._written} written")
        self._child.end_input()

    def finish(self) -> None:
        """Wait for ffmpeg, then decode the file to see that every frame is in it.

        Raises
        ------
        EncodeError
            If ffmpeg failed, hung, or wrote other frames than were sent.
        OutputError
            If the file could not be written.
        """
        status = self._child.wait()
        if status or self._child.hung:
            raise self._failure(status)
        with output_errors(f"write the {self._form.name} file"):
            if self._form.set_durations:
                self._form.set_durations(self._path, self._milliseconds())
            if self._form.repeat_pictures:
                self._form.repeat_pictures(self._path, self._times())
        with Decoding(self._ffmpeg, self._path, self._child.timeout) as self._decoding:
            if self._closed:
                return
            frames, size = self._decoded(self._decoding)
        expected = len(self.pictures)
        if (frames, size) != (expected, (self._stream.width, self._stream.height)):
            raise EncodeError(
                f"ffmpeg wrote {frames} of {expected} frames to the {self._form.name} file, "
                "so try again or use another ffmpeg"
            )

    def _decoded(self, decoding: Decoding) -> tuple[int, tuple[int, int]]:
        """Return the number and size of the frames in the file."""
        form = self._form
        try:
            return decoding.result(f"the finished {form.name} file")
        except EncodeError:
            if not self._path.exists():
                raise self._removed() from None
            if form.decoder and not self._ffmpeg.has_decoder(form.decoder):
                raise EncodeError(
                    f"the ffmpeg at {self._ffmpeg.path} writes {form.name} but cannot read it, which is how a film is "
                    f"verified, so choose another --format or set IMAGEIO_FFMPEG_EXE to a newer ffmpeg than "
                    f"{self._ffmpeg.version}"
                ) from None
            raise

    def _milliseconds(self) -> list[int]:
        """Return how long each picture lasts; their sum is that of all frames, rounded once."""
        times = [round(1000 * number / self._stream.fps) for number in (*self._begins, self._stream.frames)]
        return [after - before for before, after in pairwise(times)]

    def _times(self) -> list[int]:
        """Return for how many frames each picture lasts."""
        return [after - before for before, after in pairwise((*self._begins, self._stream.frames))]

    def _send(self, frame: memoryview) -> None:
        try:
            self._child.send(frame)
        except BrokenPipeError:
            raise self._failure(self._child.wait()) from None

    def _removed(self) -> OutputError:
        """Return what to raise now that the file is there no more."""
        return OutputError(
            f"the {self._form.name} file could not be written (somebody removed it while it was made), so try again or "
            "choose another folder"
        )

    def _failure(self, status: int) -> EigenreelError:
        """Return what to raise now that ffmpeg has ended too early."""
        said, name = self._child.said, self._form.name
        full = _FULL.get(status) or next((w.lower() for w in _FULL_WORDS if w in said), None)
        if status == -getattr(signal, "SIGXFSZ", 0):
            full = "file too large"
        if full:
            return OutputError(f"the {name} file could not be written ({full}), so make room or choose another folder")
        if not self._path.exists():
            return self._removed()
        if self._child.hung:
            return EncodeError(
                f"ffmpeg made no progress for {self._child.timeout:g} seconds after frame {self._written} "
                "and was ended, so try again or raise --timeout"
            )
        if f"Unknown encoder '{self._form.encoder}'" in said or not self._ffmpeg.has_encoder(self._form.encoder):
            others = [form.name for form in FORMATS.values() if self._ffmpeg.has_encoder(form.encoder)]
            choose = f"--format {others[0]}" if others else "another --format"
            return EncodeError(
                f"the ffmpeg at {self._ffmpeg.path} has no encoder {self._form.encoder}, so choose {choose} or set "
                "IMAGEIO_FFMPEG_EXE to a complete ffmpeg"
            )
        if status < 0:
            return EncodeError(f"the encoder died at frame {self._written} (signal {-status}), so try again")
        words = " / ".join(_lines(said)[-3:])[-400:] or "it said nothing"
        what = f"failed at frame {self._written} with status {status}"
        if status == 0:
            what = f"wrote {self._written} of {self._stream.frames} frames and ended"
        return EncodeError(f"ffmpeg {what} ({words}), so try again or set IMAGEIO_FFMPEG_EXE to another ffmpeg")


def encode_arguments(form: Format, path: Path, stream: StreamInfo) -> list[str]:
    """Return ffmpeg's arguments for writing raw frames from its standard input to `path`."""
    fps = f"{stream.fps.numerator}/{stream.fps.denominator}"
    quality = form.fine_quality if stream.cell < WHOLE_BLOCK else form.quality
    return [
        *("-hide_banner", "-nostats", "-loglevel", "warning", "-xerror", "-y"),
        *("-f", "rawvideo", "-pixel_format", form.pixel_format),
        *("-video_size", f"{stream.width}x{stream.height}", "-framerate", fps, "-i", "pipe:0"),
        *("-an", "-map_metadata", "-1"),
        *(quality.arguments(stream.width * stream.height, stream.cell_area) if quality else ()),
        *form.arguments,
        *(("-loop", str(form.loop(stream.times))) if form.loop else ()),
        *(form.large_arguments if stream.width * stream.height > LARGE_FRAME else ()),
        *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-f", form.muxer, f"file:{path}"),
    ]


def _lines(said: str) -> list[str]:
    """Return the lines of what ffmpeg said, without what are orders to a terminal."""
    plain = re.sub(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\))", "", said)
    lines = ("".join(c if c.isprintable() else " " for c in line).strip() for line in plain.splitlines())
    return [line for line in lines if line]
