"""All films together against their encoders alone: part of ``make bench``."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from itertools import groupby
from pathlib import Path

import imageio.v3 as imageio
import imageio_ffmpeg
import numpy as np

from benchmarks.compare import RGB_TO_VIDEO
from render.drawing.palette import film_palette
from render.drawing.raster import RasterCanvas
from render.drawing.themes import find_theme
from render.pipeline.catalog import scene_names
from render.pipeline.job import FilmOptions, Job
from render.pipeline.pace import timeline_of
from render.pipeline.painter import Painter
from render.pipeline.plan import cells_of
from render.pipeline.scene_run import resolve
from render.video.encoder import StreamInfo, encode_arguments
from render.video.formats import FORMATS
from render.video.frame_difference import FrameDifference
from render.video.pixel_formats import PIXEL_FORMATS


def encode(frames: list[bytes], arguments: list[str]) -> None:
    """Run ffmpeg on frames from memory."""
    process = subprocess.Popen([imageio_ffmpeg.get_ffmpeg_exe(), *arguments], stdin=subprocess.PIPE, bufsize=0)
    assert process.stdin is not None
    for frame in frames:
        process.stdin.write(frame)
    process.stdin.close()
    assert process.wait() == 0


def at_full_load(work: list[tuple[list[bytes], list[str]]], folder: Path, copies: int) -> float:
    """Return how long a film's encoders take where so many films are encoded at a time."""
    threads = []
    for copy in range(copies):
        for place, (frames, arguments) in enumerate(work):
            arguments = [*arguments[:-1], f"file:{folder / f'{copy}-{place}'}"]
            threads.append(threading.Thread(target=encode, args=(frames, arguments)))
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (time.perf_counter() - began) / copies


def encoders_alone(name: str, folder: Path, cores: int) -> tuple[float, float]:
    """Return how long ffmpeg takes for a film's MP4 and GIF: given RGB frames, and given them converted."""
    found = resolve(name, {})
    painter = Painter(found, FilmOptions(), RasterCanvas)
    rgb, converted = [], {kind: [] for kind in PIXEL_FORMATS}
    difference = FrameDifference(painter.canvas)
    pixel_formats = {kind: made(painter.canvas) for kind, made in PIXEL_FORMATS.items()}
    timeline = timeline_of(Job(scene=name), found)
    pictures = []
    for instant, frames in groupby(timeline.instants):
        picture = painter.paint(instant).pixels.tobytes()
        pictures.append(picture)
        lasting = len(list(frames))
        rgb += [picture] * lasting
        changed = difference.changes()
        for kind, pixel_format in pixel_formats.items():
            # A GIF has a picture that stays but once.
            converted[kind] += [bytes(pixel_format.pack(changed))] * (1 if kind == "pal8" else lasting)
    # The palette is known before the first frame, so looking for one is spared.
    palette = folder / "palette.png"
    imageio.imwrite(palette, film_palette(find_theme("light")).reshape(16, 16, 3))
    plainly, usually = [], []
    for form in (FORMATS["mp4"], FORMATS["gif"]):
        shown = converted[form.pixel_format]
        footage = StreamInfo(1280, 720, len(shown), form.nearest_fps(timeline.fps), **cells_of(painter))
        usual = encode_arguments(form, folder / "film", footage)
        usually.append((shown, usual))
        plain = list(usual)
        plain[plain.index("warning")] = "error"
        plain[plain.index("-pixel_format") + 1] = "rgb0"
        if form.name == "mp4":
            plain[plain.index("-vf") + 1] = RGB_TO_VIDEO
        else:
            place = plain.index("pipe:0") + 1
            plain[place:place] = ["-i", str(palette), "-lavfi", "paletteuse=dither=none"]
        plainly.append((rgb if form.name == "mp4" else pictures, plain))
    return at_full_load(plainly, folder, cores), at_full_load(usually, folder, cores)


def main() -> None:
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as name:
        command = [sys.executable, "-m", "render", "videos", "--quiet", "--output", name]
        began = time.perf_counter()
        subprocess.run(command, check=True)
        whole = time.perf_counter() - began
        began = time.perf_counter()
        subprocess.run(command, check=True)
        again = time.perf_counter() - began
        alone = np.array([encoders_alone(scene, Path(name), cores) for scene in scene_names()]).sum(axis=0)
    print(f"{len(scene_names())} films on {cores} cores: {whole:.1f} s, start-up included; once more: {again:.1f} s")
    for seconds, what in zip(alone, ("RGB frames", "converted frames"), strict=True):
        print(f"their encoders alone, fed {what:16} {seconds:6.1f} s  ratio {whole / seconds:.2f} ×")


if __name__ == "__main__":
    main()
