"""What many runs cost: films by processes, numbers of a sweep, and tasks of a Dask cluster on this machine.

Run with ``python -m benchmarks.scale``; ``--films 0`` leaves a part out.
"""

from __future__ import annotations

import argparse
import logging
import resource
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from render.pipeline.batch import run_all
from render.pipeline.executors import processes
from render.pipeline.job import Job
from render.pipeline.points import axes_of
from render.pipeline.results import Results
from render.pipeline.scene_run import scene_of
from render.pipeline.sweep import Sweep, compute, measured, sweep_of
from render.pipeline.sweep_scene import crossing


def films(count: int, times: int, formats: tuple[str, ...]) -> None:
    """Compare two processes with one, in turn."""
    ratios = []
    for _ in range(times):
        seconds = {}
        for workers in (1, 2):
            with tempfile.TemporaryDirectory() as folder, processes(workers) as pool:
                given = {"output": folder, "formats": formats}
                jobs = [Job("powers", {"seed": seed}, name=f"f{seed}", **given) for seed in range(count)]
                # Processes load what they need before the clock runs.
                first = [Job("powers", {"steps": 1}, name=f"w{n}", **given) for n in range(workers)]
                run_all(first, executor=pool)
                begun = time.perf_counter()
                run_all(jobs, executor=pool)
                seconds[workers] = time.perf_counter() - begun
        ratios.append(seconds[1] / seconds[2])
        print(f"{count} films: 1 process {seconds[1]:.1f} s, 2 processes {seconds[2]:.1f} s, × {ratios[-1]:.2f}")
    print(f"median × {statistics.median(ratios):.2f}, {count / seconds[2]:.2f} films a second with two")


def _sweep(*over: str, steps: int = 64, dim: int = 16) -> Sweep:
    job = Job("powers", {"steps": steps, "dim": dim})
    return sweep_of(job, axes_of(over, scene_of(job).parameters))


def numbers() -> None:
    """Time a sweep of 401 spectral radii and 16 seeds."""
    sweep = _sweep("spectral_radius=0.8:1.2:401", "seed=0:16")
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, Results(Path(folder) / "r.sqlite") as results:
        with processes(2) as pool:
            compute(sweep, results, pool)
        by_label, _ = measured(sweep, results)
    (growth,) = by_label.values()
    place = crossing(sweep.axes[0][1], np.median(growth, axis=1))
    print(f"{sweep.size:,} points in {time.perf_counter() - begun:.1f} s; growth a step goes through 1 at {place:.4f}")


def cluster(count: int) -> None:
    """Hand many small tasks to a Dask cluster of two workers, and look at time and memory here."""
    from distributed import Client, LocalCluster

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    sweep = _sweep(f"seed=0:{count}", steps=2, dim=2)
    memory: list[float] = []

    def told(done: int, total: int) -> None:
        memory.append(_resident())

    options = {"n_workers": 2, "threads_per_worker": 2, "dashboard_address": None}
    with (
        tempfile.TemporaryDirectory() as folder,
        Results(Path(folder) / "r.sqlite") as results,
        LocalCluster(**options) as made,  # type: ignore[no-untyped-call]  # it has no type hints
        Client(made, set_as_default=False) as client,  # type: ignore[no-untyped-call]  # nor this
    ):
        begun = time.perf_counter()
        executor = client.get_executor(pure=False)  # type: ignore[no-untyped-call]  # nor this
        compute(sweep, results, executor, told, size=1)
        seconds = time.perf_counter() - begun
    tenth = len(memory) // 10
    print(
        f"{count:,} tasks of one point on Dask: {seconds:.1f} s, {1e3 * seconds / count:.2f} ms a task; memory here "
        f"{memory[tenth] - memory[0]:+.0f} MB in the first tenth, {memory[-1] - memory[tenth]:+.0f} MB after it"
    )


def _resident() -> float:
    """Return the memory of this process in MB."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=32)
    parser.add_argument("--format", action="append", help="of the films, mp4 and gif by default")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--tasks", type=int, default=10_000)
    asked = parser.parse_args()
    if asked.films:
        films(asked.films, asked.times, tuple(asked.format or ("mp4", "gif")))
    numbers()
    if asked.tasks:
        cluster(asked.tasks)


if __name__ == "__main__":
    main()
