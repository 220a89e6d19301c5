"""Which module may import which: a module imports from lower floors alone, at its top as in its functions.

The list goes from the ground up. Packages stand on the ground with their docstrings; ``*`` stands for the other modules
of a folder. `table` is how docs/architecture.md shows it.
"""

FLOORS = [
    ("scenes: what is multiplied", [
        "scenes.core.sequence scenes.core.parameters scenes.core.sources scenes.core.activations",
        "scenes.core.trajectory scenes.core.initialisers scenes.core.networks scenes.core.derivatives "
        "scenes.core.layers scenes.core.cells",
        "scenes.core.claims scenes.core.matrices scenes.core.random_cells",
        "scenes.core.moments",
        "scenes.core.scene scenes.core.growth",
        "scenes.core.*",
        "scenes",
        "scenes.<chapter>._*",
        "scenes.<chapter>.*",
    ]),
    ("render: what every stage uses", [
        "render.errors render.files render.version render.interrupts render.pipeline.watch render.drawing.mpl "
        "render.pipeline.toml_lines render.particles",
        "render.locks render.scratch render.pipeline.processes",
        "render.pipeline.beats render.text render.storage render.pipeline.executors render.drawing.grid",
        "render.drawing.colors render.drawing.layouts render.drawing.fonts render.pipeline.timeline "
        "render.pipeline.values",
        "render.pipeline.sizes render.pipeline.points render.pipeline.toml_writer",
        "render.drawing.perception render.drawing.lines",
        "render.drawing.themes",
        "render.pipeline.option_values",
        "render.pipeline.job render.pipeline.dependencies",
        "render.pipeline.page_films",
    ]),
    ("numbers", [
        "render.numerics.scaled render.numerics.tracks",
        "render.numerics.products render.numerics.singular_values render.numerics.eigenvalues "
        "render.numerics.lyapunov render.numerics.fractional render.numerics.growth",
        "render.numerics.trajectory render.numerics.recurrences",
        "render.numerics.track_pieces",
    ]),
    ("one run of a scene", [
        "render.pipeline.stored render.pipeline.programs",
        "render.pipeline.own_modules",
        "render.pipeline.numpy_files render.pipeline.number_texts render.pipeline.gates",
        "render.pipeline.safetensors render.pipeline.nonfinite render.pipeline.side_by_side",
        "render.pipeline.array_files render.pipeline.networks",
        "render.pipeline.guard render.pipeline.arrays render.pipeline.claims render.pipeline.glossary "
        "render.pipeline.weights render.pipeline.course render.pipeline.network_files render.pipeline.numbered_files",
        "render.pipeline.catalog render.pipeline.moments render.pipeline.matrix_film render.pipeline.array_scene "
        "render.pipeline.checkpoints render.pipeline.training",
        "render.pipeline.comparison",
        "render.pipeline.sweep_scene",
        "render.pipeline.several",
        "render.pipeline.scene_run render.pipeline.training_film",
        "render.pipeline.source render.pipeline.results",
    ]),
    ("drawing", [
        "render.drawing.glyphs render.drawing.coverage render.drawing.palette render.drawing.roles",
        "render.drawing.canvas render.drawing.font_subset",
        "render.drawing.paragraph",
        "render.drawing.raster render.drawing.marks",
        "render.drawing.svg",
        "render.drawing.pdf",
    ]),
    ("panels", [
        "render.panels.base render.panels._series render.panels._tints",
        "render.panels._chart render.panels._heatmap render.panels._plane",
        "render.panels._labels render.panels._cells render.panels._cut",
        "render.panels._notes",
        "render.panels._curves render.panels._bars",
        "render.panels._*",
        "render.panels.*",
        "render.pipeline.panel_requests",
        "render.pipeline.frame_texts render.pipeline.headings render.pipeline.pace",
        "render.pipeline.painter",
        "render.pipeline.cell_samples",
    ]),
    ("video", [
        "render.video.child",
        "render.video.ffmpeg render.video.webp render.video.gif render.video.h264 "
        "render.video.frame_difference render.video.flashes",
        "render.video.transparency",
        "render.video.mp4",
        "render.video.formats render.video.decoder render.video.pixel_formats",
        "render.video.encoder",
    ]),
    ("what is made of it", [
        "render.pipeline.versions",
        "render.pipeline.manifest",
        "render.publish.captions render.publish.markup render.publish.tables render.publish.shapes "
        "render.publish.contact_sheet render.publish.scripts "
        "render.publish.pictures render.publish.steps",
        "render.publish.still render.publish.strip render.publish.marks",
        "render.publish.descriptions",
        "render.publish.vtt render.publish.stillness",
        "render.publish.page",
        "render.publish.watch_page",
        "render.publish.watch_server",
        "render.publish.variants",
        "render.publish.figure",
        "render.publish.dialects",
        "render.publish.embed render.publish.notebook",
        "render.pipeline.film render.pipeline.plan",
        "render.pipeline.run",
        "render.publish.slides render.check.report render.check.limits render.check.literals render.check.machine",
        "render.check.numbers render.check.frames render.check.texts",
        "render.check.pages",
        "render.check.verify render.check.languages render.pipeline.fit",
        "render.pipeline.checkpoint_film render.pipeline.away render.publish.gallery render.check.doctor",
        "render.pipeline.batch render.pipeline.sweep",
        "render.publish.sweep_table",
        "render.publish.film_set render.pipeline.film_file",
        "render.pipeline.job_file",
        "render.pipeline.film_jobs",
    ]),
    ("who asks for it", [
        "render",
        "render.cli.terminal",
        "render.cli.completion",
        "render.cli.scene_commands",
        "render.cli.many_films render.cli.watch_child",
        "render.cli.watch_process",
        "render.cli.watch_loop",
        "render.cli.watch_command",
        "render.cli.word_commands render.cli.picture_commands render.cli.page_commands render.cli.matrix_commands "
        "render.cli.doctor_command",
        "render.cli.checkpoint_command render.cli.sweep_commands",
        "render.cli.film_file_commands",
        "render.cli.commands",
        "render.__main__",
    ]),
]  # fmt: skip


def levels():
    """Return the modules of every level, from the ground up."""
    return [line.split() for _, lines in FLOORS for line in lines]


def level_of(name):
    """Return the level of a module; packages that hold nothing but their docstring or a table stand on the ground."""
    if name in ("render.numerics", "render.drawing", "render.panels", "render.pipeline", "render.video",
                "render.publish", "render.check", "render.cli"):  # fmt: skip
        return -1
    package, *rest = name.split(".")
    shared = ["._*"] if name.rpartition(".")[2].startswith("_") else []
    patterns = [name, *(name.rpartition(".")[0] + end for end in (*shared, ".*"))]
    if package == "scenes" and rest and rest[0] != "core":
        # What scenes of a chapter share is below them.
        shared = len(rest) == 1 or rest[-1].startswith("_")
        patterns = ["scenes.<chapter>._*" if shared else "scenes.<chapter>.*"]
    for pattern in patterns:
        for level, names in enumerate(levels()):
            if pattern in names:
                return level
    raise AssertionError(f"{name} stands on no floor")


def table():
    """Return the floors as docs/architecture.md shows them, the highest first."""
    lines = ["| stage | modules, the higher ones first |", "|---|---|"]
    for stage, floors in reversed(FLOORS):
        modules = "<br>".join(" ".join(f"`{name}`" for name in floor.split()) for floor in reversed(floors))
        lines.append(f"| {stage} | {modules} |")
    return "\n".join(lines)
