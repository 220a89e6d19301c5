"""Sweeps: numbers of every point, kept and never computed twice, on processes and on a cluster."""

import csv
import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import numpy as np
import pytest
from films import ENVIRONMENT, listing

import render
from render.errors import OutputError, UsageError
from render.numerics.growth import log10_growth
from render.pipeline import sweep as module
from render.pipeline.job import Job
from render.pipeline.points import axes_of, points
from render.pipeline.processes import processes
from render.pipeline.results import Results
from render.pipeline.scene_run import run_of, scene_of
from render.pipeline.sweep import compute, measured, sweep_of
from render.publish.sweep_table import write_table

SMALL = {"steps": 6, "dim": 4}


def wanted(*over, scene="powers", fixed=SMALL, tracks=()):
    job = Job(scene, fixed)
    return sweep_of(job, axes_of(over, scene_of(job).parameters), tracks)


def in_threads(sweep, results, told=lambda done, of: None):
    with ThreadPoolExecutor(2) as pool:
        return compute(sweep, results, pool, told)


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def norms(radius, seed, steps=6, dim=4):
    """Spectral norms of the powers of the scene's matrix, by NumPy alone."""
    numbers = render.simulate("powers", steps=1, dim=dim, seed=seed, spectral_radius=radius)
    matrix = numbers.matrix(1)
    return [np.log10(np.linalg.norm(np.linalg.matrix_power(matrix, t), 2)) for t in range(steps + 1)]


def test_a_table_holds_what_numpy_says(tmp_path):
    sweep = wanted("spectral_radius=0.5:1.5:3", "seed=0:2")
    with Results(tmp_path / "r.sqlite") as results:
        assert in_threads(sweep, results) == []
        write_table("csv", tmp_path / "t.csv", sweep, results)
        write_table("npz", tmp_path / "t.npz", sweep, results)
        write_table("csv", tmp_path / "ends.csv", sweep, results, ends=True)
    rows = rows_of(tmp_path / "t.csv")
    assert list(rows[0]) == ["spectral_radius", "seed", "step", "track", "value"]
    assert len(rows) == 3 * 2 * 7
    for radius in (0.5, 1.0, 1.5):
        for seed in (0, 1):
            own = [r for r in rows if float(r["spectral_radius"]) == radius and int(r["seed"]) == seed]
            np.testing.assert_allclose([float(r["value"]) for r in own], norms(radius, seed), atol=1e-12)
    ends = rows_of(tmp_path / "ends.csv")
    assert [r["value"] for r in ends] == [r["value"] for r in rows if r["step"] == "6"]
    with np.load(tmp_path / "t.npz") as arrays:
        assert arrays["log10_spectral_norm"].shape == (6, 7)
        np.testing.assert_array_equal(arrays["seed"], [0, 1, 0, 1, 0, 1])


def test_what_is_kept_is_not_computed_again(tmp_path, monkeypatch):
    few, more = wanted("seed=0:3"), wanted("seed=0:5")
    with Results(tmp_path / "r.sqlite") as results:
        in_threads(few, results)
        computed = []
        build = module._numbers_or_why
        monkeypatch.setattr(
            module,
            "_numbers_or_why",
            lambda *given: computed.append(given[2]["seed"]) or build(*given),
        )
        in_threads(more, results)
        assert sorted(computed) == [3, 4]
        in_threads(more, results)
        assert sorted(computed) == [3, 4]
        # Other parameters are other numbers.
        in_threads(wanted("seed=0:2", fixed={**SMALL, "spectral_radius": 0.5}), results)
        assert sorted(computed) == [0, 1, 3, 4]


def test_refused_points_are_told_and_others_stay(tmp_path):
    (tmp_path / "own.py").write_text(
        "from scenes import *\n\n\n@scene()\ndef own(steps: int = 3, number: int = 1):\n"
        "    if number == 2:\n        raise ParameterError('number must not be 2, so choose another')\n"
        "    return repeated([[float(number)]], steps)\n",
        encoding="utf-8",
    )
    sweep = wanted("number=1:4", scene=str(tmp_path / "own.py"), fixed={})
    with Results(tmp_path / "r.sqlite") as results:
        assert in_threads(sweep, results) == ["number 2: number must not be 2, so choose another"]
        write_table("csv", tmp_path / "t.csv", sweep, results)
    rows = rows_of(tmp_path / "t.csv")
    assert sorted({row["number"] for row in rows}) == ["1", "3"]


def test_a_changed_scene_file_is_computed_again(tmp_path):
    path = tmp_path / "own.py"
    text = (
        "from scenes import *\n\n\n@scene()\ndef own(steps: int = 3, number: int = 1):\n"
        "    return repeated([[2.0]], steps)\n"
    )
    path.write_text(text, encoding="utf-8")
    before = wanted("number=1:3", scene=str(path), fixed={})
    path.write_text(text.replace("2.0", "3.00"), encoding="utf-8")
    after = wanted("number=1:3", scene=str(path), fixed={})
    point = next(points(before.axes))
    assert before.key(point) != after.key(point)


def test_a_file_that_holds_no_results_is_refused_and_stays(tmp_path):
    path = tmp_path / "r.sqlite"
    path.write_bytes(b"notes of mine, not to be lost" * 50)
    before = path.read_bytes()
    with pytest.raises(OutputError, match=r"results cannot be kept in .*r\.sqlite"):
        Results(path)
    assert path.read_bytes() == before


def test_unknown_tracks_and_values_are_refused():
    with pytest.raises(UsageError, match=r"has no track 'log10_spectral_nrm'.*did you mean"):
        wanted("seed=0:2", tracks=("log10_spectral_nrm",))
    with pytest.raises(UsageError, match="there is no parameter"):
        wanted("sed=0:2")


def test_growth_is_the_logarithm_of_the_largest_eigenvalue():
    for radius in (0.7, 1.0, 1.3):
        sizes = np.arange(65) * np.log10(radius) + 0.3
        assert abs(log10_growth(sizes) - np.log10(radius)) < 1e-14
    assert log10_growth(np.array([0.0, 1.0, -np.inf])) == -np.inf
    assert np.isnan(log10_growth(np.array([0.0, 1.0])))


def test_the_diagram_crosses_one_where_the_spectral_radius_does(tmp_path):
    from render.pipeline.sweep_scene import crossing

    sweep = wanted("spectral_radius=0.8:1.2:41", "seed=0:16", fixed={"steps": 64, "dim": 16})
    with Results(tmp_path / "r.sqlite") as results, processes(2) as pool:
        compute(sweep, results, pool)
        by_label, measure = measured(sweep, results)
    (numbers,) = by_label.values()
    assert measure is None and numbers.shape == (41, 16)
    assert abs(crossing(sweep.axes[0][1], np.median(numbers, axis=1)) - 1) < 0.01


@pytest.mark.parametrize(
    ("growth", "step"), [([0.9, 0.95, 0.9997, 1.05, 1.1], 2), ([0.9, 0.95, 0.99, 1.001, 1.1], 3), ([0.9, 1.1], None)]
)
def test_a_sweep_stops_at_the_value_nearest_to_the_crossing(growth, step):
    values = [0.92, 0.96, 1.0, 1.04, 1.08][: len(growth)]
    shown = {"title": "x", "name": "spectral_radius", "values": values, "measured": [[one] for one in growth]}
    moments = run_of(Job("phase", several=shown)).moments
    assert next((m.step for m in moments if "neither grow nor shrink" in m.moment.text), None) == step


def test_two_parameters_make_a_map_with_the_middle_of_the_draws(tmp_path):
    sweep = wanted("spectral_radius=0.5,2", "dim=2:5", "seed=0:3", fixed={"steps": 20})
    with Results(tmp_path / "r.sqlite") as results:
        in_threads(sweep, results)
        by_label, _ = measured(sweep, results)
    (numbers,) = by_label.values()
    assert numbers.shape == (2, 3)
    for column, radius in enumerate((0.5, 2.0)):
        for row, dim in enumerate((2, 3, 4)):
            own = [10 ** log10_growth(np.array(norms(radius, seed, 20, dim))) for seed in range(3)]
            assert numbers[column, row] == pytest.approx(np.median(own), rel=1e-9)
    rows = {"name": "dim", "values": [2, 3, 4]}
    shown = {"title": "x", "name": "spectral_radius", "values": [0.5, 2.0], "measured": numbers.tolist(), "rows": rows}
    (column,) = run_of(Job("phase", several=shown)).columns.values()
    np.testing.assert_allclose(column.series["measured"][0], np.log10(numbers.T), atol=1e-12)


def start(folder, *more):
    command = [sys.executable, "-m", "render", "sweep", "powers", "--steps", "200", "--as", "numbers", "--at", "end"]
    command += ["--over", "seed=0:600", "--jobs", "2", "--output", str(folder), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)


def kept(path):
    try:
        with closing(sqlite3.connect(path)) as database:
            return database.execute("SELECT count(*), count(DISTINCT key) FROM results").fetchone()
    except sqlite3.OperationalError:
        return 0, 0


@pytest.mark.slow
def test_a_killed_sweep_goes_on_where_it_was(tmp_path):
    path = tmp_path / "powers-numbers.sqlite"
    with start(tmp_path) as process:
        while kept(path)[0] < 50:
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    before = kept(path)
    assert 50 <= before[0] < 600
    with start(tmp_path) as process:
        said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert kept(path) == (600, 600)
    assert len((tmp_path / "powers-numbers.csv").read_text(encoding="utf-8").splitlines()) == 601
    assert not [name for name in listing(tmp_path) if name.endswith(".part")]


@pytest.mark.slow
def test_a_cluster_makes_the_films_that_one_process_makes_though_a_worker_is_killed(tmp_path):
    from distributed import Client, LocalCluster

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    jobs = [
        Job("powers", {"steps": 2, "dim": 2, "seed": n}, name=f"f{n}", formats=("gif",), layout="square")
        for n in range(64)
    ]

    def into(folder):
        return [Job(**{**vars(job), "output": str(folder)}) for job in jobs]

    with processes(1) as pool:
        one = render.run_all(into(tmp_path / "one"), executor=pool)
    assert not [result for result in one if isinstance(result, Exception)]
    options = {"n_workers": 2, "threads_per_worker": 2, "dashboard_address": None, "processes": True}
    with LocalCluster(**options) as cluster, Client(cluster, set_as_default=False) as client:
        pids = list(client.run(os.getpid).values())
        seen = []

        def killing(job, film):
            seen.append(job.name)
            if len(seen) == 12:
                os.kill(pids[0], signal.SIGKILL)

        results = render.run_all(into(tmp_path / "many"), executor=client.get_executor(pure=False), progress=killing)
    assert [str(r) for r in results if isinstance(r, Exception)] == []
    assert len(seen) == 64 and len(set(seen)) == 64
    assert listing(tmp_path / "many") == listing(tmp_path / "one")


def test_manifests_of_films_of_several_runs_hold_plain_data(tmp_path):
    runs = [
        {"label": str(r), "scene": "powers", "matrices": None, "parameters": {"spectral_radius": r, "steps": 3}}
        for r in (0.5, 2.0)
    ]
    job = Job("comparison", several={"of": runs, "title": ""}, output=str(tmp_path))
    assert Job.of_json(json.loads(json.dumps(job.as_json())), str(tmp_path)) == job
    assert job.sources == ("powers", "powers") and job.program is None
    assert Job("grid", several={"of": [{**runs[0], "scene": "x.py"}]}).program == "x.py"
