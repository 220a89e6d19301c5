"""What can be written, as data: a new format is a new entry."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from render.errors import UsageError

# What the numbers of the frames mean: BT.709 at video levels, with the sRGB curve.
_TAGS = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=iec61966-2-1:range=tv"


def _x264(crf: int, chroma: int) -> tuple[str, ...]:
    """Return ffmpeg's arguments for H.264 of a quality (lower is better), and that of chroma besides.

    Flat cells on the codec's own grid need no motion search, no small partitions, no deblocking and
    no psychovisual tricks. Strong adaptive quantisation and finer chroma keep every cell within 6 of
    255 of its colour, at half the size a uniform quality would need for that.
    """
    return (
        *("-c:v", "libx264", "-vf", _TAGS, "-preset", "superfast", "-crf", str(crf), "-x264-params"),
        "partitions=none:me=dia:subme=5:trellis=1:no-psy=1:no-deblock=1:ref=1:bframes=0:scenecut=0:weightp=0:"
        f"qcomp=1:aq-strength=1.5:chroma-qp-offset={chroma}",
        # A pinned thread count: the bytes depend on it. A key frame every 48: for seeking.
        *("-profile:v", "high", "-g", "48", "-threads", "2", "-movflags", "+faststart"),
    )


# Cells at least so large are whole blocks of the codec in chroma, too.
WHOLE_BLOCK = 16


@dataclass(frozen=True)
class Format:
    """How ffmpeg writes one kind of file.

    Parameters
    ----------
    name, suffix : str
        Name on the command line, and ending of the file.
    encoder, codec, muxer : str
        ffmpeg's names for what writes it, what a reader finds in it, and the container.
    pixel_format : str
        How frames are handed to ffmpeg: a name in `render.stock.STOCKS`.
    arguments : tuple of str
        Further ffmpeg arguments.
    fine_arguments : tuple of str, optional
        Those for films with cells below `WHOLE_BLOCK` pixels, where they differ.
    delay_unit : int or None
        Frames last a whole number of 1/delay_unit seconds, at least two; None for any rate.
    frame_bytes, cell_bytes : int
        About how large a frame gets, plus what each cell of a heat-map adds.
    """

    name: str
    suffix: str
    encoder: str
    codec: str
    muxer: str
    pixel_format: str
    arguments: tuple[str, ...]
    fine_arguments: tuple[str, ...] = ()
    delay_unit: int | None = None
    frame_bytes: int = 2_000
    cell_bytes: int = 9

    def nearest_fps(self, fps: Fraction) -> Fraction:
        """Return the rate nearest to `fps` that the format can hold."""
        if self.delay_unit is None:
            return fps
        # Browsers show a delay below two units as a slow one.
        return Fraction(self.delay_unit, max(2, round(self.delay_unit / fps)))


FORMATS = {
    form.name: form
    for form in (
        Format(
            name="mp4",
            suffix=".mp4",
            encoder="libx264",
            codec="h264",
            muxer="mp4",
            pixel_format="yuv420p",
            arguments=_x264(31, -3),
            fine_arguments=_x264(13, -8),
            cell_bytes=18,
        ),
        Format(
            name="gif",
            suffix=".gif",
            encoder="gif",
            codec="gif",
            muxer="gif",
            pixel_format="pal8",
            arguments=("-c:v", "gif", "-loop", "0"),
            delay_unit=100,
            frame_bytes=6_000,
            cell_bytes=36,
        ),
    )
}


def find_formats(names: tuple[str, ...]) -> list[Format]:
    """Return formats by name, each once; raise `UsageError` for an unknown one."""
    for name in names:
        if name not in FORMATS:
            raise UsageError(f"there is no format {name!r}, choose from {', '.join(FORMATS)}")
    return [FORMATS[name] for name in dict.fromkeys(names)]
