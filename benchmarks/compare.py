"""The same film by eigenreel, by FuncAnimation, and by ffmpeg alone: time, size and truth.

Run as ``make bench``. Programs run in turn, several times, whole processes on the wall clock; medians
are printed. A further frame's cost is the slope between a short and a long film.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import numpy as np

import render
from render.drawing.colors import color_index
from render.drawing.raster import RasterCanvas
from render.drawing.themes import find_theme
from render.pipeline.catalog import load_scene
from render.pipeline.job import FilmOptions
from render.pipeline.painter import Painter
from render.pipeline.plan import cells_of
from render.pipeline.scene_run import resolve
from render.pipeline.timeline import DEFAULT_FPS
from render.video.encoder import StreamInfo, encode_arguments
from render.video.formats import FORMATS
from render.video.frame_difference import FrameDifference
from render.video.pixel_formats import Yuv420p

DIM, STEPS, LONG, ROUNDS = 32, 64, 640, 5
HERE = Path(__file__).parent
SCENE = str(HERE / "orthogonal_powers.py")

# ffmpeg's own conversion from RGB, done right: what frames from memory need besides the encoder.
RGB_TO_VIDEO = (
    "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p,"
    "setparams=colorspace=bt709:color_primaries=bt709:color_trc=iec61966-2-1:range=tv"
)


def painter() -> Painter[RasterCanvas]:
    return Painter(resolve(SCENE, {"dim": DIM, "steps": STEPS}), FilmOptions(), RasterCanvas)


def encode(frames: list[bytes], arguments: list[str]) -> float:
    """Return how long ffmpeg takes for frames from memory."""
    began = time.perf_counter()
    process = subprocess.Popen([imageio_ffmpeg.get_ffmpeg_exe(), *arguments], stdin=subprocess.PIPE, bufsize=0)
    assert process.stdin is not None
    for frame in frames:
        process.stdin.write(frame)
    process.stdin.close()
    assert process.wait() == 0
    return time.perf_counter() - began


def timed(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def truth(path: Path, x: float, y: float, side: float) -> tuple[float, int]:
    """Return PSNR of a film's heat-map against the true colours, and the worst error at a cell's centre."""
    raw = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    film = np.frombuffer(raw, np.uint8).reshape(-1, 720, 1280, 3)
    factor = load_scene(SCENE).build(dim=DIM)[None].factor
    assert factor is not None
    columns = np.arange(int(np.ceil(x)), int(x + side))
    rows = np.arange(int(np.ceil(y)), int(y + side))
    across = np.clip(((columns + 0.5 - x) / side * DIM).astype(int), 0, DIM - 1)
    down = np.clip(((rows + 0.5 - y) / side * DIM).astype(int), 0, DIM - 1)
    middles = (np.arange(DIM) + 0.5) * side / DIM
    errors, worst, product = [], 0, np.eye(DIM)
    for frame in film:
        true = find_theme("light").sign.colors[color_index(product, (-1.0, 1.0))].astype(int)
        shown = frame[rows][:, columns].astype(int)
        errors.append(((shown - true[down][:, across]) ** 2).mean())
        centres = frame[(y + middles).astype(int)][:, (x + middles).astype(int)]
        worst = max(worst, int(np.abs(centres - true).max()))
        product = factor @ product
    return 10 * np.log10(255**2 / np.mean(errors)), worst


def main() -> None:
    frames = painter()
    difference, pixel_format = FrameDifference(frames.canvas), Yuv420p(frames.canvas)
    rgb, yuv = [], []
    for step in range(STEPS + 1):
        rgb.append(frames.paint(step).pixels.tobytes())
        yuv.append(bytes(pixel_format.pack(difference.changes())))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        form = FORMATS["mp4"]

        def alone(kind: str, target: str, count: int) -> list[str]:
            stream = StreamInfo(1280, 720, count, DEFAULT_FPS, **cells_of(frames))
            arguments = encode_arguments(form, folder / target, stream)
            if kind == "rgb":
                arguments[arguments.index("yuv420p")] = "rgb0"
                arguments[arguments.index("-vf") + 1] = RGB_TO_VIDEO
            return arguments

        command = [
            sys.executable,
            "-m",
            "render",
            "scene",
            SCENE,
            "--pace",
            "even",
            "--dim",
            str(DIM),
            "--output",
            name,
            "--quiet",
        ]
        long = ["--steps", str(LONG - 1), "--name", "long"]
        many = -(-LONG // len(rgb))
        programs: dict[str, Callable[[], float]] = {
            "render scene (MP4 + GIF + poster)": lambda: timed(command),
            "render scene --format mp4": lambda: timed([*command, "--format", "mp4", "--name", "film"]),
            "FuncAnimation (MP4)": lambda: timed(
                [sys.executable, str(HERE / "funcanimation.py"), str(DIM), str(STEPS), str(folder / "func.mp4")]
            ),
            "ffmpeg alone, RGB frames": lambda: encode(rgb, alone("rgb", "rgb.mp4", len(rgb))),
            "ffmpeg alone, YUV frames": lambda: encode(yuv, alone("yuv", "yuv.mp4", len(yuv))),
            "long: render scene --format mp4": lambda: timed([*command, "--format", "mp4", *long]),
            "long: ffmpeg alone, RGB frames": lambda: encode((rgb * many)[:LONG], alone("rgb", "r.mp4", LONG)),
            "long: ffmpeg alone, YUV frames": lambda: encode((yuv * many)[:LONG], alone("yuv", "y.mp4", LONG)),
        }
        seconds: dict[str, list[float]] = {program: [] for program in programs}
        for turn in range(ROUNDS):
            for program, measure in programs.items():
                seconds[program].append(measure())
            print(f"round {turn + 1} of {ROUNDS}", file=sys.stderr)
        median = {program: statistics.median(values) for program, values in seconds.items()}

        print(f"eigenreel {render.__version__}: orthogonal, n = {DIM}, {STEPS} steps, 1280 × 720")
        print(f"{'':36} {'median':>8} {'least':>8} {'most':>8}")
        for program, values in seconds.items():
            print(f"{program:36} {median[program]:7.2f}s {min(values):7.2f}s {max(values):7.2f}s")
        slow = seconds["FuncAnimation (MP4)"]
        for program in ("render scene (MP4 + GIF + poster)", "render scene --format mp4"):
            ratio = statistics.median(s / f for s, f in zip(slow, seconds[program], strict=True))
            print(f"FuncAnimation / {program}: {ratio:.1f} ×")

        def further(program: str, short: str) -> float:
            slopes = [(b - a) / (LONG - STEPS - 1) for a, b in zip(seconds[short], seconds[program], strict=True)]
            return 1000 * statistics.median(slopes)

        own = further("long: render scene --format mp4", "render scene --format mp4")
        print(f"a further frame: {own:.2f} ms")
        for kind in ("RGB", "YUV"):
            other = further(f"long: ffmpeg alone, {kind} frames", f"ffmpeg alone, {kind} frames")
            print(f"    ffmpeg alone, {kind} frames: {other:.2f} ms, ratio {own / other:.2f}")
        panel = json.loads((folder / "orthogonal_powers.json").read_text())["panels"][0]
        places = {
            "orthogonal_powers.mp4": (panel["x"], panel["y"], panel["width"]),
            "func.mp4": json.loads((folder / "func.json").read_text())[:3],
        }
        print(f"{'':36} {'size':>10} {'PSNR':>9} {'worst cell':>11}")
        for file, place in places.items():
            psnr, worst = truth(folder / file, *place)
            print(f"{file:36} {(folder / file).stat().st_size / 1000:7.0f} kB {psnr:6.1f} dB {worst:11}")
        print(f"{'orthogonal_powers.gif':36} {(folder / 'orthogonal_powers.gif').stat().st_size / 1000:7.0f} kB")


if __name__ == "__main__":
    main()
