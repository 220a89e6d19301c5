"""From frames to a video file, through an ffmpeg process that is watched to its end."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import IO

from render.errors import EigenreelError, EncodeError, OutputError
from render.storage import output_errors
from render.video.decoder import Decoding
from render.video.ffmpeg import Ffmpeg, end, kill, start
from render.video.formats import LARGE_FRAME, WHOLE_BLOCK, Format

# ffmpeg ends with minus these error numbers, or with a signal, when it cannot write any further.
_FULL = {228: "no space left on device", 229: "file too large", 134: "disk quota exceeded"}
_FULL_WORDS = ("No space left on device", "File too large", "Disk quota exceeded")
_STDERR_BYTES = 2**20
_POLL_SECONDS = 0.2


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
    times : int
        How often the film plays, where a format says that; 0 for ever.
    """

    width: int
    height: int
    frames: int
    fps: Fraction
    cell: int = WHOLE_BLOCK
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
        self._timeout = timeout
        self._written = 0
        self._closed = False
        # The number of the frame with which each picture that was sent begins.
        self._begins: list[int] = []
        self._sent = b""
        self._decoding: Decoding | None = None

    def __enter__(self) -> Encoder:
        self._stderr = tempfile.TemporaryFile()
        try:
            self._process = start(
                self._ffmpeg.path,
                encode_arguments(self._form, self._path, self._stream),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._stderr,
            )
            try:
                self._watchdog = _Watchdog(self._process, self._stderr, self._timeout)
            except BaseException:
                kill(self._process)
                raise
        except BaseException:
            self._stderr.close()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self._closed = True
        self._watchdog.stop()
        kill(self._process)
        if self._decoding:
            self._decoding.close()
        self._stderr.close()

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
        sendings = times
        if self._form.set_durations or self._form.repeat_pictures:
            # Bytes are compared all at once, views one by one.
            kept = bytes(frame)
            sendings = int(kept != self._sent)
            self._sent = kept
        for again in range(sendings):
            self._send(frame)
            self._begins.append(self._written + again)
        self._written += times

    @property
    def pictures(self) -> list[int]:
        """The number of the frame with which each picture of the file begins."""
        return list(range(self._written)) if self._form.repeat_pictures else self._begins

    def end(self) -> None:
        """Tell ffmpeg that all frames were sent; it goes on working."""
        if self._written != self._stream.frames:
            raise ValueError(f"{self._stream.frames} frames were announced, but {self._written} written")
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass
        self._watchdog.touch()

    def finish(self) -> None:
        """Wait for ffmpeg, then decode the file to see that every frame is in it.

        Raises
        ------
        EncodeError
            If ffmpeg failed, hung, or wrote other frames than were sent.
        OutputError
            If the file could not be written.
        """
        status = self._process.wait()
        self._watchdog.stop()
        if status or self._watchdog.barked:
            raise self._failure()
        if self._form.set_durations:
            self._form.set_durations(self._path, self._milliseconds())
        if self._form.repeat_pictures:
            with output_errors(f"write the {self._form.name} file"):
                self._form.repeat_pictures(self._path, self._times())
        with Decoding(self._ffmpeg, self._path, self._timeout) as self._decoding:
            if self._closed:
                return
            frames, size = self._decoding.result(f"the finished {self._form.name} file")
        expected = len(self.pictures)
        if (frames, size) != (expected, (self._stream.width, self._stream.height)):
            raise EncodeError(
                f"ffmpeg wrote {frames} of {expected} frames to the {self._form.name} file, "
                "so try again or use another ffmpeg"
            )

    def _milliseconds(self) -> list[int]:
        """Return how long each picture lasts; their sum is that of all frames, rounded once."""
        times = [round(1000 * number / self._stream.fps) for number in (*self._begins, self._stream.frames)]
        return [after - before for before, after in pairwise(times)]

    def _times(self) -> list[int]:
        """Return for how many frames each picture lasts."""
        return [after - before for before, after in pairwise((*self._begins, self._stream.frames))]

    def _send(self, rest: memoryview) -> None:
        assert self._process.stdin is not None
        try:
            while rest:
                sent = self._process.stdin.write(rest)
                rest = rest[sent:]
                self._watchdog.touch()
        except (BrokenPipeError, ConnectionResetError):
            self._process.wait()
            raise self._failure() from None

    def _failure(self) -> EigenreelError:
        """Return what to raise now that ffmpeg has ended too early."""
        status = self._process.returncode
        self._stderr.seek(max(0, self._stderr.seek(0, os.SEEK_END) - 4096))
        said = self._stderr.read().replace(b"\0", b"").decode("utf-8", errors="replace")
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        full = _FULL.get(status) or next((w.lower() for w in _FULL_WORDS if w in said), None)
        if status == -getattr(signal, "SIGXFSZ", 0):
            full = "file too large"
        if full:
            return OutputError(
                f"the {self._form.name} file could not be written ({full}), so make room or choose another folder"
            )
        if self._watchdog.barked:
            return EncodeError(
                f"ffmpeg made no progress for {self._timeout:g} seconds after frame {self._written} "
                "and was ended, so try again or raise --timeout"
            )
        if f"Unknown encoder '{self._form.encoder}'" in said or not self._has_encoder():
            return EncodeError(
                f"the ffmpeg at {self._ffmpeg.path} has no encoder {self._form.encoder}, so choose another "
                "--format or set IMAGEIO_FFMPEG_EXE to a complete ffmpeg"
            )
        if status < 0:
            return EncodeError(f"the encoder died at frame {self._written} (signal {-status}), so try again")
        words = " / ".join(lines[-3:])[-400:] or "it said nothing"
        what = f"failed at frame {self._written} with status {status}"
        if status == 0:
            what = f"wrote {self._written} of {self._stream.frames} frames and ended"
        return EncodeError(f"ffmpeg {what} ({words}), so try again or set IMAGEIO_FFMPEG_EXE to another ffmpeg")

    def _has_encoder(self) -> bool:
        """Whether ffmpeg lists the encoder; yes where it lists none at all."""
        listing = start(
            self._ffmpeg.path, ["-hide_banner", "-encoders"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
        try:
            output = listing.communicate(timeout=3)[0].decode(errors="replace")
        except subprocess.TimeoutExpired:
            output = ""
        finally:
            kill(listing)
        return "Encoders:" not in output or f" {self._form.encoder} " in output


def encode_arguments(form: Format, path: Path, stream: StreamInfo) -> list[str]:
    """Return ffmpeg's arguments for writing raw frames from its standard input to `path`."""
    fps = f"{stream.fps.numerator}/{stream.fps.denominator}"
    return [
        *("-hide_banner", "-nostats", "-loglevel", "warning", "-xerror", "-y"),
        *("-f", "rawvideo", "-pixel_format", form.pixel_format),
        *("-video_size", f"{stream.width}x{stream.height}", "-framerate", fps, "-i", "pipe:0"),
        *("-an", "-map_metadata", "-1"),
        *(form.fine_arguments if stream.cell < WHOLE_BLOCK and form.fine_arguments else form.arguments),
        *(("-loop", str(form.loop(stream.times))) if form.loop else ()),
        *(form.large_arguments if stream.width * stream.height > LARGE_FRAME else ()),
        *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-f", form.muxer, f"file:{path}"),
    ]


class _Watchdog:
    """Kills a process that makes no progress, and what it leaves behind, and keeps its stderr from growing."""

    def __init__(self, process: subprocess.Popen[bytes], stderr: IO[bytes], timeout: float) -> None:
        self._process, self._stderr, self._timeout = process, stderr, timeout
        self.barked = False
        self._stopped = threading.Event()
        self.touch()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def touch(self) -> None:
        """Note that there was progress."""
        self._seen = time.monotonic()

    def stop(self) -> None:
        """End watching."""
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(_POLL_SECONDS):
            status = os.fstat(self._stderr.fileno())
            if getattr(status, "st_blocks", 0) * 512 > _STDERR_BYTES:
                os.ftruncate(self._stderr.fileno(), 0)
            ended = self._process.poll() is not None
            self.barked = not ended and time.monotonic() - self._seen > self._timeout
            if ended or self.barked:
                # A child that still holds the pipe would keep us writing for ever.
                end(self._process)
                return
