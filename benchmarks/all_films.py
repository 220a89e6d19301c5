"""All films together against their encoders alone: part of ``make bench``."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg

from render.catalog import scene_names
from render.encoder import Footage, encode_arguments
from render.formats import FORMATS
from render.job import Job, write_script
from render.painter import Painter
from render.stock import STOCKS
from render.study import study
from render.timeline import parse_fps


def encoders_alone(name: str, folder: Path) -> float:
    """Return how long ffmpeg takes for a film's frames from memory, one format after the other."""
    found = study(name, {})
    painter = Painter(write_script(Job(name), found))
    rate = Fraction(parse_fps(found.scene.fps))
    seconds = 0.0
    for form in (FORMATS["mp4"], FORMATS["gif"]):
        stock = STOCKS[form.pixel_format](painter.canvas)
        frames = []
        for step in range(found.steps + 1):
            painter.paint(step)
            frames.append(bytes(stock.develop()))
        footage = Footage(1280, 720, len(frames), form.nearest_fps(rate))
        command = [imageio_ffmpeg.get_ffmpeg_exe(), *encode_arguments(form, folder / f"film{form.suffix}", footage)]
        began = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.PIPE, bufsize=0)
        assert process.stdin is not None
        for frame in frames:
            process.stdin.write(frame)
        process.stdin.close()
        assert process.wait() == 0
        seconds += time.perf_counter() - began
    return seconds


def main() -> None:
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as name:
        began = time.perf_counter()
        command = [sys.executable, "-m", "render", "videos", "--quiet", "--output", name]
        subprocess.run(command, check=True)
        whole = time.perf_counter() - began
        alone = sum(encoders_alone(scene, Path(name)) for scene in scene_names())
    print(f"{len(scene_names())} films on {cores} cores: {whole:.1f} s, start-up included")
    print(f"their encoders alone: {alone:.1f} s of one core each, {alone / cores:.1f} s on {cores} cores")
    print(f"ratio: {whole / (alone / cores):.2f} ×")


if __name__ == "__main__":
    main()
