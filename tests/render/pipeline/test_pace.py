"""Options of time: what is refused before anything is made, and in which forms they may be given."""

import pytest

import render
from render.errors import UsageError
from render.pipeline.job import Job
from render.pipeline.pace import check_options, pauses_of, timeline_of
from render.pipeline.scene_run import resolve


@pytest.mark.parametrize(
    "pause", ["3", "3=", "=2", "3=-1", "3=1e2", "3=nan", "-3=1", "3 = 1", "٣=1", "3=1=2", "", "$(x)"]
)
def test_what_is_no_pause_is_refused(pause):
    with pytest.raises(UsageError, match=r"pause must be a step and seconds, as 16=2.5, but it is '"):
        check_options(Job("rotation", pause=(pause,)))


@pytest.mark.parametrize(
    ("pause", "said"),
    [
        (("3=3601",), "pause must be from 0 to 3600 seconds, but it is 3601"),
        (("3=1", "03=2"), "pause stops twice at step 3, so leave one of them out"),
        (5, "pause must be seconds by step, but it is 5"),
        ((3, 1.0), r"pause must be seconds by step, but it is \(3, 1.0\)"),
    ],
)
def test_pauses_that_no_film_has_are_refused(pause, said):
    with pytest.raises(UsageError, match=said):
        check_options(Job("rotation", pause=pause))


@pytest.mark.parametrize("pace", ["film", "even"])
def test_a_pause_is_at_a_step_of_the_film(pace):
    job = Job("rotation", {"steps": 8}, pause=("9=1",), pace=pace)
    with pytest.raises(UsageError, match="pause stops at step 9, but the film ends with step 8"):
        timeline_of(job, resolve(job.scene, job.parameters))


def test_pauses_are_given_by_step_or_as_words():
    jobs = [render.job("rotation", pause=given) for given in ({3: 2.5, 8: 1}, ["3=2.5", "8=1"], ("3=2.5", "8=1"))]
    assert len({job.pause for job in jobs}) == 1
    assert pauses_of(jobs[0]) == {3: 2.5, 8: 1.0}
    assert render.job("rotation", pause="3=2").pause == ("3=2",)
    again = Job.of_json(jobs[0].as_json(), "output")
    assert again.pause == jobs[0].pause
