"""Saving a job: the finished film goes where one wants it; before that, it is said what to do."""

import httpx
import pytest
from films import film, media

from venice_nb import errors


def test_a_finished_job_saves_its_film_as_the_film_does(world, tmp_path):
    world.queue.answers["retrieve"] = [media()]
    job = world.submit()
    world.wait(job)
    path = job.save(tmp_path / "fog.mp4")
    assert path.read_bytes() == film()
    path.write_bytes(b"another film")
    with pytest.raises(errors.InvalidInput, match="exists"):
        job.save(path)
    assert job.save(path, overwrite=True).read_bytes() == film()


def test_a_job_under_way_is_not_waited_for(world, tmp_path):
    job = world.submit()
    asked = len(world.queue.asked)
    with pytest.raises(errors.InvalidInput, match="is queued") as told:
        job.save(tmp_path / "fog.mp4")
    assert "job.wait().save" in told.value.do
    assert (told.value.field, told.value.value) == ("job", job.id)
    assert len(world.queue.asked) == asked


def test_a_job_whose_file_is_gone_says_how_it_comes_back(world, tmp_path):
    world.queue.answers["retrieve"] = [media(), media()]
    job = world.submit()
    world.wait(job).path.unlink()
    with pytest.raises(errors.InvalidInput, match="is done") as told:
        job.save(tmp_path / "fog.mp4")
    assert "fetches it again" in told.value.do
    world.wait(job)
    assert job.save(tmp_path / "fog.mp4").exists()


def test_a_job_that_failed_or_is_unknown_says_what_is_left(world, tmp_path):
    world.queue.answers["retrieve"] = [httpx.Response(404, json={"error": "Media not found"})]
    job = world.submit()
    with pytest.raises(errors.JobError):
        world.wait(job)
    with pytest.raises(errors.InvalidInput, match="is expired") as told:
        job.save(tmp_path / "fog.mp4")
    assert "order it again" in told.value.do
