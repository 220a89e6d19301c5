"""Films and pictures without their background: on any background they are what would have been painted there."""

import numpy as np
import pytest
from films import listing, run
from PIL import Image

import render
from render.check.verify import verify
from render.drawing.raster import RasterCanvas
from render.errors import RenderError, UsageError
from render.pipeline.painter import Painter
from render.pipeline.scene_run import run_of
from render.pipeline.timeline import Instant

OPTIONS = {"steps": 6, "dim": 4, "duration": 2}


def laid_over(picture, background):
    """Return a picture with opacity on a colour, shape (height, width, 3), as numbers."""
    pixels = np.asarray(picture.convert("RGBA"), float)
    share = pixels[..., 3:] / 255
    return pixels[..., :3] * share + np.array(background, float) * (1 - share)


def pixels_of(path):
    """Return red, green, blue and opacity of a picture."""
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGBA"))


@pytest.mark.parametrize(("scene", "theme", "layout"), [("rotation", "light", "wide"), ("exploding", "dark", "square")])
def test_a_film_without_its_background_is_the_painted_one_on_it(tmp_path, scene, theme, layout):
    options = {"steps": 4, "duration": 1} if scene == "rotation" else OPTIONS
    film = render.film(scene, output=tmp_path, formats="webp", transparent=True, theme=theme, layout=layout, **options)
    job, content = film.job, film.manifest
    painter = Painter(run_of(job), job, RasterCanvas)
    background = painter.canvas.theme.background
    frames = content["frames"]
    parts, entries = (frames[name] or [0] * len(frames["steps"]) for name in ("parts", "entries"))
    shown = list(dict.fromkeys(zip(frames["steps"], parts, entries, strict=True)))
    with Image.open(film.files["webp"]) as picture:
        assert picture.n_frames == len(shown) > 4
        for index, moment in enumerate(shown):
            picture.seek(index)
            opaque = painter.paint(Instant(*moment)).pixels[..., :3].astype(float)
            assert np.abs(laid_over(picture, background) - opaque).max() <= 1, moment
            opacity = np.asarray(picture.convert("RGBA"))[..., 3]
            assert (opacity == 0).mean() > 0.4 and (opacity == 255).mean() > 0.02
    # Nothing of the background is left in the poster either.
    assert pixels_of(film.files["png"])[2, 2, 3] == 0
    report = verify(film.files["webp"])
    assert report.holds, report.faults
    assert any("cells have the colours of their numbers, within 0" in line for line in report.checked)


def test_another_film_without_background_does_not_hold(tmp_path):
    film = render.film("vanishing", output=tmp_path, formats="webp", transparent=True, **OPTIONS)
    other = render.film("vanishing", output=tmp_path / "other", formats="webp", transparent=True, seed=1, **OPTIONS)
    film.files["webp"].write_bytes(other.files["webp"].read_bytes())
    assert not verify(film.files["webp"]).holds


@pytest.mark.parametrize("formats", ["mp4", "gif", "html", ("webp", "mp4")])
def test_what_has_no_transparency_is_refused(tmp_path, formats):
    name = formats if isinstance(formats, str) else "mp4"
    with pytest.raises(UsageError, match=f"^{name} has no transparency, so choose --format webp alone"):
        render.film("vanishing", output=tmp_path / "new", formats=formats, transparent=True, **OPTIONS)
    assert not (tmp_path / "new").exists()
    with pytest.raises(RenderError, match=r"\.(png|webp) has \d+ kB at least where 5 kB are allowed"):
        render.film("vanishing", output=tmp_path, formats="webp", transparent=True, max_bytes="5kB", **OPTIONS)


def test_a_still_is_the_same_in_both_formats_of_pixels(tmp_path):
    done = run("still", "rotation", "--at", 3, "--format", "png", "--format", "webp", "--transparent", "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    names = [f"rotation-3.{form}" for form in ("png", "webp")]
    assert set(listing(tmp_path)) == set(names)
    png, webp = (pixels_of(tmp_path / name) for name in names)
    assert np.array_equal(png, webp) and 0.5 < (png[..., 3] == 0).mean() < 1
    done = run("strip", "rotation", "--at", "0,3", "--format", "webp", "-o", tmp_path)
    assert done.returncode == 0 and pixels_of(tmp_path / "rotation-strip.webp")[..., 3].min() == 255
