"""The film of a random orthogonal matrix as a matplotlib user would write it, for comparison.

Same panels, size, frame rate and colours as the scene `orthogonal_powers` beside this file, with `FuncAnimation` and
matplotlib's own ffmpeg writer. Run as ``python funcanimation.py DIM STEPS FILE``; beside the film it
writes where the heat-map stands in the frame, for measuring how true the film is.
"""

import json
import sys
from pathlib import Path

import imageio_ffmpeg
import matplotlib
import numpy as np

matplotlib.use("Agg")
matplotlib.rcParams["animation.ffmpeg_path"] = imageio_ffmpeg.get_ffmpeg_exe()

import matplotlib.pyplot as plt  # noqa: E402  # the backend is chosen first
from matplotlib.animation import FFMpegWriter, FuncAnimation  # noqa: E402  # the same
from matplotlib.colors import ListedColormap  # noqa: E402  # the same

from render.drawing.themes import find_theme  # noqa: E402  # the same
from scenes import haar_orthogonal  # noqa: E402  # the same

dim, steps, path = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
factor = haar_orthogonal(dim, 0)
products = [np.eye(dim)]
for _ in range(steps):
    products.append(factor @ products[-1])
sizes = [np.linalg.norm(p, 2) for p in products]
spectrum = np.linalg.eigvals(factor)

figure = plt.figure(figsize=(12.8, 7.2), dpi=100)
heat = figure.add_axes((0.04, 0.12, 0.42, 0.75))
norms = figure.add_axes((0.55, 0.58, 0.42, 0.25))
plane = figure.add_axes((0.53, 0.1, 0.2, 0.36))
colors = ListedColormap(find_theme("light").sign.colors / 255)
image = heat.imshow(products[0], cmap=colors, vmin=-1, vmax=1)
heat.set_axis_off()
figure.colorbar(image, cax=figure.add_axes((0.04, 0.07, 0.42, 0.02)), orientation="horizontal")
norms.set(title="size", yscale="log", xlim=(0, steps), ylim=(1e-2, 1e2))
(curve,) = norms.plot([], [], lw=3)
angles = np.linspace(0, 2 * np.pi, 200)
plane.plot(np.cos(angles), np.sin(angles), color="0.8")
plane.set(title="eigenvalues", aspect="equal", xlim=(-1.25, 1.25), ylim=(-1.25, 1.25))
(dots,) = plane.plot([], [], "o", color="crimson")
figure.suptitle("Orthogonal matrix", fontsize=20, weight="bold")
counter = heat.set_title("t = 0", fontsize=20, family="monospace")


def update(step):
    image.set_data(products[step])
    curve.set_data(range(step + 1), sizes[: step + 1])
    powers = spectrum**step
    dots.set_data(powers.real, powers.imag)
    counter.set_text(f"t = {step}")


FuncAnimation(figure, update, frames=steps + 1).save(path, writer=FFMpegWriter(fps=12.5))
box = heat.get_window_extent()
path.with_suffix(".json").write_text(json.dumps([box.x0, 720 - box.y1, box.width]))
