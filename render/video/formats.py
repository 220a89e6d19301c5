"""What can be written, as data: a format is one record, and everything that deals with its files reads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from render.errors import UsageError
from render.text import suggestion
from render.video import gif, mp4, webp
from render.video.h264 import MOST_REPEATS

# What the numbers of the frames mean: BT.709 at video levels, with the sRGB curve.
_TAGS = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=iec61966-2-1:range=tv"


# A decoder of level 4, which every phone has, keeps so many blocks of 16 × 16 pixels: ITU-T H.264, table A-1.
_KEPT_BLOCKS = 32_768
# More earlier pictures than this take more time than they save bytes, and so do fewer where many blocks change.
_REFERENCES, _SEARCHED_BLOCKS = 9, 2304


@dataclass(frozen=True)
class Quality:
    """How H.264 is made.

    Parameters
    ----------
    crf : int
        The encoder's measure of quality, lower is better.
    chroma : int
        What is added to it for the colours beside brightness.
    thorough : bool
        Whether the encoder takes its time and looks between pixels, too.
    """

    crf: int
    chroma: int
    thorough: bool = False

    def arguments(self, pixels: int, cell_area: int) -> tuple[str, ...]:
        """Return ffmpeg's arguments for frames of so many pixels, of which those of the cells change at every step.

        Flat cells on the codec's own grid need no deblocking and no psychovisual tricks, and thin lines and letters
        fare best in its smallest blocks. A block may be as one that was near in any of several earlier pictures. Strong
        adaptive quantisation and finer chroma keep every cell within 8 of 255 of its colour, at half the size a uniform
        quality would need for that; with a narrow dead zone small changes of a cell are not left out until they have
        added up. Frames come in the order they are shown in, so that frames which repeat one can be put behind it
        afterwards.
        """
        searched = _SEARCHED_BLOCKS * 16**2 // max(cell_area, 1)
        if self.thorough:
            searched, search = _REFERENCES, "subme=6:trellis=1:me=umh"
        else:
            # Where many cells change, finding out what serves best takes as long as all the rest.
            search = f"subme={2 if searched >= _REFERENCES else 0}:trellis=0:me=dia"
        references = max(1, min(_REFERENCES, searched, _KEPT_BLOCKS * 16**2 // pixels))
        return (
            *("-c:v", "libx264", "-vf", _TAGS, "-preset", "superfast", "-crf", str(self.crf), "-x264-params"),
            f"{search}:deadzone-inter=11:partitions=i4x4:8x8dct=1:no-psy=1:no-deblock=1:bframes=0:scenecut=0:weightp=0:"
            f"qcomp=1:aq-strength=1.3:chroma-qp-offset={self.chroma}",
            # A pinned thread count: the bytes depend on it.
            *("-profile:v", "high", "-g", "300", "-refs", str(references), "-threads", "2"),
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
    transparent : bool
        Whether it can lack its background.
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
    transparent: bool = False
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
    quality : Quality, optional
        How H.264 is made, where it is that.
    fine_quality : Quality, optional
        The same for films with cells below `WHOLE_BLOCK` pixels.
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
    most_repeats : int, optional
        For how many frames such a picture may last; one that lasts longer comes again.
    frame_bytes, cell_bytes : int
        About how large a frame gets, plus what each cell of a heat-map adds.
    """

    encoder: str
    muxer: str
    pixel_format: str
    arguments: tuple[str, ...]
    quality: Quality | None = None
    fine_quality: Quality | None = None
    large_arguments: tuple[str, ...] = ()
    decoder: str | None = None
    loop: Callable[[int], int] | None = None
    fastest: Fraction | None = None
    set_durations: Callable[[Path, Sequence[int]], None] | None = None
    repeat_pictures: Callable[[Path, Sequence[int]], None] | None = None
    most_repeats: int | None = None
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
            arguments=("-movflags", "+faststart"),
            quality=Quality(32, -2),
            fine_quality=Quality(14, -7),
            large_arguments=("-tune", "zerolatency", "-threads", "1"),
            repeat_pictures=mp4.repeat_pictures,
            most_repeats=MOST_REPEATS,
            cell_bytes=18,
        ),
        Format(
            name="webp",
            suffix=".webp",
            codec="webp",
            mime="image/webp",
            element="img",
            transparent=True,
            pixel_error=6,
            stray=4,
            encoder="libwebp_anim",
            muxer="webp",
            pixel_format="bgra",
            # Nothing is lost: the quality is that of the search. More effort takes ten times as long and saves nothing.
            arguments=("-c:v", "libwebp_anim", "-lossless", "1", "-compression_level", "3", "-quality", "80"),
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


def smaller(form: Format, coarser: int = 0, thorough: bool = False) -> Format:
    """Return a format whose files are smaller; itself where there is nothing to be gained.

    Parameters
    ----------
    form : Format
        The format.
    coarser : int
        By how many steps of its quality colours are kept more coarsely.
    thorough : bool
        Whether its encoder takes its time.
    """
    if not (form.quality and form.fine_quality and (coarser or thorough)):
        return form
    usual, fine = (
        replace(quality, crf=quality.crf + coarser, thorough=thorough) for quality in (form.quality, form.fine_quality)
    )
    return replace(form, quality=usual, fine_quality=fine)


def can_be_smaller(name: str) -> bool:
    """Whether a file, by its name, is of a format that `smaller` makes smaller."""
    kind = kind_of(name)
    return isinstance(kind, Format) and kind.quality is not None


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
