"""Manifests and jobs with anything in them: whatever reads them makes sense of them, or refuses them in a sentence."""

import json

import pytest
from films import manifest_of
from fuzzing import many, mutations
from hypothesis import given
from hypothesis import strategies as st

import render
from render.check.verify import verify
from render.errors import EigenreelError, InputError
from render.pipeline import manifest
from render.pipeline.job import Job
from render.pipeline.pace import check_options, timeline_of
from render.pipeline.scene_run import run_of
from render.publish.embed import snippet
from render.publish.gallery import write_gallery
from render.publish.vtt import KINDS, text_of


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A film of two frames, to be given other manifests: the path of its manifest, and what that holds."""
    folder = tmp_path_factory.mktemp("film")
    made = render.film("rotation", steps=1, formats="gif", pace="even", layout="square", output=folder)
    return made.files["json"], manifest_of(made.files["json"])


def refused(call, *words):
    """Call something that may refuse; its refusal is one line."""
    try:
        return call(*words)
    except EigenreelError as error:
        assert str(error) and "\n" not in str(error)
        return None


@many(40)
@given(data=st.data())
def test_any_manifest_is_told_or_refused(film, data):
    path, content = film
    path.write_text(json.dumps(data.draw(mutations(content))), encoding="ascii")
    refused(manifest.read, path)
    refused(snippet, path)
    for kind in KINDS:
        refused(text_of, path, kind)


@many(6)
@given(data=st.data())
def test_any_manifest_is_verified_or_refused(film, data):
    path, content = film
    path.write_text(json.dumps(data.draw(mutations(content))), encoding="ascii")
    report = refused(verify, path)
    # Only what is written otherwise and means the same can hold.
    if report is not None and report.holds:
        assert manifest_of(path) == content


@many(10)
@given(data=st.data())
def test_any_manifest_is_in_a_gallery_or_told_of(film, data):
    path, content = film
    path.write_text(json.dumps(data.draw(mutations(content))), encoding="ascii")
    refused(write_gallery, path.parent)
    (path.parent / "index.html").unlink(missing_ok=True)


@pytest.mark.parametrize(("key", "value"), [("command", [None]), ("command", 5)])
def test_what_was_no_manifest_once_is_none(film, key, value):
    path, content = film
    path.write_text(json.dumps(content | {key: value}), encoding="ascii")
    with pytest.raises(InputError, match="is not a manifest"):
        manifest.read(path)


@many(60)
@given(data=st.data())
def test_any_job_is_one_or_refused(film, data):
    changed = data.draw(mutations(film[1]["job"]))
    job = refused(Job.of_json, changed, "films")
    if job is None:
        return
    assert Job.of_json(json.loads(json.dumps(job.as_json())), "films") == job
    refused(lambda: job.stem)
    refused(check_options, job)
    found = refused(run_of, job)
    if found is not None:
        refused(timeline_of, job, found)
