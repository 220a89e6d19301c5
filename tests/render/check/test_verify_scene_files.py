"""`render verify` and films of scene files, which are run only when that is asked for."""

import json

import pytest
from films import edit, manifest_of
from verifying import HEAD, SHEAR, damaged, refilm

from render.check.verify import verify
from render.pipeline import catalog

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "name",
    ["os", "_growth", "_scene", "__init__", "scenes.vanishing", "../vanishing", "vanishing.PY", "-h", "x" * 10_000],
)
def test_only_scenes_are_looked_up_by_name(small, check, name):
    edit(small, lambda c: c.update(scene=name, job=c["job"] | {"scene": name}))
    code, out, _ = check(small)
    assert code == 1
    assert "✗ the film cannot be rendered again: " in out


def test_a_scene_file_is_run_only_when_that_is_asked_for(own, check):
    trace = own.with_name("trace")
    _, out, _ = check(own)
    assert not trace.exists()
    assert "numbers, cells and frames were not compared" in out
    assert "own.py" in out
    assert "--run-scene" in out
    assert "✓ own.gif has the bytes that the manifest states" in out
    assert "✓ own.gif has 2 frames" in out
    # In another process, that is, where it was not run before.
    catalog._ran.clear()
    code, out, _ = check("--run-scene", own)
    assert code == 0, out
    assert trace.exists()
    assert "2 tracks and all else in the manifest are as recomputed" in out
    assert "✓ own.gif: every decoded frame of 2 is as rendered again" in out


def test_changes_are_found_without_running_the_scene_file(own, check):
    path = own.with_suffix(".gif")
    content = path.read_bytes()
    refilm(path, "select='lt(n,1)'")
    code, out, _ = check(own)
    assert code == 1
    assert "✗ own.gif has other bytes than the manifest states" in out
    assert "✗ own.gif has 1 frames where the manifest states 2" in out
    path.write_bytes(content[: len(content) // 3])
    code, out, _ = check(own)
    assert code == 1
    path.unlink()
    code, out, _ = check(own)
    assert code == 1
    assert "✗ own.gif cannot be read" in out
    assert not own.with_name("trace").exists()


def test_a_scene_file_that_is_another_one_now(own, check):
    own.with_name("own.py").write_text(HEAD + SHEAR.replace("[1, 1]", "[1, 2]"), encoding="utf-8")
    code, out, _ = check("--run-scene", own)
    assert code == 1
    assert "✗ the manifest was edited, or the scene is another one now: " in out
    assert "shows other colours than its numbers have: step 1, row 1, column " in out


@pytest.mark.parametrize(
    ("source", "said"),
    [("1 / 0", "line 1 raised ZeroDivisionError"), ("def f(:", "SyntaxError"), ("raise SystemExit(0)", "SystemExit")],
)
def test_a_scene_file_that_fails_is_a_fault_in_words(own, check, source, said):
    own.with_name("own.py").write_text(source, encoding="utf-8")
    code, out, _ = check("--run-scene", own)
    assert code == 1
    assert "✗ the film cannot be rendered again: " in out
    assert said in out
    own.with_name("own.py").unlink()
    code, out, _ = check("--run-scene", own)
    assert code == 1
    assert "there is no scene file own.py" in out


@pytest.mark.parametrize("scene", ["evil.py", "./evil.py:shear", "../evil.py", "{folder}/evil.py", "x:evil.py"])
def test_a_manifest_cannot_make_a_program_run(small, check, monkeypatch, scene):
    folder = small.parent
    trace = folder / "trace"
    for place in (folder, folder.parent):
        (place / "evil.py").write_text(HEAD + f"Path({str(trace)!r}).touch()\n" + SHEAR, encoding="utf-8")
    monkeypatch.chdir(folder)
    name = scene.format(folder=folder)
    edit(small, lambda c: c.update(scene=name, job=c["job"] | {"scene": name}))
    check(small)
    check("--quiet", small)
    verify(small)
    assert not trace.exists()


def test_junk_in_the_manifest_of_a_scene_file_never_fails_otherwise(own, check):
    content = manifest_of(own)
    for place, what, changed in damaged(content):
        # These are not read where nothing is rendered again.
        if place[0] in ("panels", "matrix", "versions") and len(place) > 1:
            continue
        own.write_text(json.dumps(changed), encoding="utf-8")
        assert check(own)[0] in (0, 1, 3), (place, what)
    assert not own.with_name("trace").exists()
