"""What can be written, as data: a format is one record, and everything that deals with its files reads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from render.errors import UsageError
from render.text import suggestion
from render.video import gif, mp4, webp

# What the numbers of the frames mean: BT.709 at video levels, with the sRGB curve.
_TAGS = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=iec61966-2-1:range=tv"


def x264(crf: int, chroma: int) -> tuple[str, ...]:
    """Return ffmpeg's arguments for H.264 of a quality (lower is better), and that of chroma besides.

    Flat cells on the codec's own grid need no motion search, no deblocking and no psychovisual tricks, and thin lines
    and letters fare best in its smallest blocks. Strong adaptive quantisation and finer chroma keep every cell within
    6 of 255 of its colour, at half the size a uniform quality would need for that. A frame refers to the one before
    only, so that frames which repeat it can be put between them afterwards.
    """
    return (
        *("-c:v", "libx264", "-vf", _TAGS, "-preset", "superfast", "-crf", str(crf), "-x264-params"),
        "partitions=i4x4:no-8x8dct=1:me=dia:subme=0:trellis=0:no-psy=1:no-deblock=1:bframes=0:scenecut=0:"
        f"weightp=0:qcomp=1:aq-strength=1.3:chroma-qp-offset={chroma}",
        # A pinned thread count: the bytes depend on it.
        *("-profile:v", "main", "-g", "300", "-refs", "1", "-threads", "2"),
    )


# Frames of more pixels than this need an encoder that keeps fewer of them.
LARGE_FRAME = 2560 * 1440
# Cells at least so large are whole blocks of the codec in chroma, too.
WHOLE_BLOCK = 16


@dataclass(frozen=True, kw_only=True)
class FileKind:
    """What a reader of one kind of file has to know.

    Parameters
    ----------
    name, suffix : str
        Name on the command line, and ending of the file.
    codec : str
        ffmpeg's name for what is in it.
    mime : str
        Its media type.
    element : str
        What shows it on a page: ``video``, ``img`` or ``iframe``.
    moving : bool
        Whether it is more than one picture.
    cell_error, pixel_error : int
        How far the middle of a cell may be from the colour of its number, and any pixel from one rendered on another
        processor, in parts of 255.
    stray : int
        So many pixels of a frame may be further off: where curves cross, a colour between two of a palette may become
        either of them.
    """

    name: str
    suffix: str
    codec: str
    mime: str
    element: str
    moving: bool = True
    cell_error: int = 0
    pixel_error: int = 4
    stray: int = 0


@dataclass(frozen=True, kw_only=True)
class Format(FileKind):
    """How ffmpeg writes one kind of film.

    Parameters
    ----------
    encoder, muxer : str
        ffmpeg's names for what writes it, and the container.
    pixel_format : str
        How frames are handed to ffmpeg: a name in `render.video.pixel_formats.PIXEL_FORMATS`.
    arguments : tuple of str
        Further ffmpeg arguments.
    fine_arguments : tuple of str, optional
        Those for films with cells below `WHOLE_BLOCK` pixels, where they differ.
    large_arguments : tuple of str, optional
        Those besides for frames of more than `LARGE_FRAME` pixels, with which it takes less memory.
    decoder : str, optional
        ffmpeg's name for what reads it, where older ones have none.
    loop : callable, optional
        Returns what ffmpeg's ``-loop`` is for a film that plays so many times, 0 for ever. Others play as their page
        has them play.
    fastest : Fraction, optional
        Most frames a second that players show at their pace.
    set_durations : callable, optional
        Writes into the finished file how long each picture lasts, in milliseconds. Such a format takes frames that
        differ from the one before only: the others make that last longer.
    repeat_pictures : callable, optional
        Puts into the finished file as many frames of each picture as it lasts. Such a format takes frames that differ
        from the one before only, too, and has all of them in the end.
    frame_bytes, cell_bytes : int
        About how large a frame gets, plus what each cell of a heat-map adds.
    """

    encoder: str
    muxer: str
    pixel_format: str
    arguments: tuple[str, ...]
    fine_arguments: tuple[str, ...] = ()
    large_arguments: tuple[str, ...] = ()
    decoder: str | None = None
    loop: Callable[[int], int] | None = None
    fastest: Fraction | None = None
    set_durations: Callable[[Path, Sequence[int]], None] | None = None
    repeat_pictures: Callable[[Path, Sequence[int]], None] | None = None
    frame_bytes: int = 2_000
    cell_bytes: int = 9

    def nearest_fps(self, fps: Fraction) -> Fraction:
        """Return the rate nearest to `fps` that the format can hold."""
        return min(fps, self.fastest) if self.fastest else fps


FORMATS = {
    form.name: form
    for form in (
        Format(
            name="mp4",
            suffix=".mp4",
            codec="h264",
            mime="video/mp4",
            element="video",
            cell_error=8,
            pixel_error=8,
            encoder="libx264",
            muxer="mp4",
            pixel_format="yuv420p",
            arguments=(*x264(32, -4), "-movflags", "+faststart"),
            fine_arguments=(*x264(14, -7), "-movflags", "+faststart"),
            large_arguments=("-tune", "zerolatency", "-threads", "1"),
            repeat_pictures=mp4.repeat_pictures,
            cell_bytes=18,
        ),
        Format(
            name="webp",
            suffix=".webp",
            codec="webp",
            mime="image/webp",
            element="img",
            encoder="libwebp_anim",
            muxer="webp",
            pixel_format="bgra",
            # The least effort and the quality (of the search, since nothing is lost) that make the smallest files.
            arguments=("-c:v", "libwebp_anim", "-lossless", "1", "-compression_level", "1", "-quality", "75"),
            decoder="webp_anim",
            loop=webp.loop,
            # Browsers take a delay of 10 ms or less for a mistake.
            fastest=Fraction(1000, 11),
            set_durations=webp.set_durations,
            frame_bytes=4_000,
            cell_bytes=9,
        ),
        Format(
            name="gif",
            suffix=".gif",
            codec="gif",
            mime="image/gif",
            element="img",
            cell_error=4,
            pixel_error=6,
            stray=4,
            encoder="gif",
            muxer="gif",
            pixel_format="pal8",
            arguments=("-c:v", "gif"),
            loop=gif.loop,
            # Delays are hundredths of a second, and browsers show a single one as a slow ten.
            fastest=Fraction(50),
            set_durations=gif.set_durations,
            frame_bytes=6_000,
            cell_bytes=36,
        ),
    )
}  # fmt: skip

# By how much the quality of H.264 may be lowered, so that a file fits.
COARSEST = 6


def coarser(form: Format, by: int) -> Format:
    """Return a format that keeps colours more coarsely, by so many steps of its quality; itself where it has none."""
    if not by or "-crf" not in form.arguments:
        return form

    def lowered(arguments: tuple[str, ...]) -> tuple[str, ...]:
        place = arguments.index("-crf") + 1
        return (*arguments[:place], str(int(arguments[place]) + by), *arguments[place + 1 :])

    return replace(form, arguments=lowered(form.arguments), fine_arguments=lowered(form.fine_arguments))


def can_be_coarser(name: str) -> bool:
    """Whether a file, by its name, is of a format that can keep colours more coarsely."""
    kind = kind_of(name)
    return isinstance(kind, Format) and "-crf" in kind.arguments


# A page that plays the film by itself: marks instead of frames, so nothing encodes it.
PAGE = FileKind(name="html", suffix=".html", codec="page", mime="text/html", element="iframe")
POSTER = FileKind(name="png", suffix=".png", codec="png", mime="image/png", element="img", moving=False)


def names() -> list[str]:
    """Return the names of what a film can be written as."""
    return [*FORMATS, PAGE.name]


def find_kinds(wanted: Sequence[str]) -> list[FileKind]:
    """Return what is to be written, by name, each once; raise `UsageError` for an unknown one."""
    known = {kind.name: kind for kind in (*FORMATS.values(), PAGE)}
    for name in wanted:
        if name not in known:
            raise UsageError(f"there is no format {name!r}, {suggestion(name, known)}")
    return [known[name] for name in dict.fromkeys(wanted)]


def kinds() -> list[FileKind]:
    """Return what the files of a film may be: the formats, in the order a page prefers them in, and the poster."""
    return [*FORMATS.values(), PAGE, POSTER]


def kind_of(name: str) -> FileKind | None:
    """Return what a file is by its ending; None for what is no file of a film."""
    return next((kind for kind in kinds() if Path(name).suffix == kind.suffix), None)
