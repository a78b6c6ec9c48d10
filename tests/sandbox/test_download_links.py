"""Download links: no key, a few fetches, an end."""

import pytest

from tests.sandbox.filming import Jobs, shot_once
from venice_nb.sandbox import Fault
from venice_nb.sandbox.studio.film import shooting


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(shooting, "shoot", shot_once)


@pytest.fixture
def jobs(make, clock):
    return Jobs(make(delivery="link"), clock)


def fetch(jobs, url, method="GET"):
    return jobs.desk.client.request(method, url)


def test_a_link_delivers_the_film_without_a_key(jobs):
    job = jobs.done()
    assert job["download_url"].startswith("https://sandbox.invalid/downloads/")
    reply = fetch(jobs, job["download_url"])
    assert reply.headers["content-type"] == "video/mp4"
    assert reply.content[4:8] == b"ftyp"
    assert int(reply.headers["content-length"]) == len(reply.content)


def test_a_key_that_was_sent_along_is_remembered(jobs):
    job = jobs.done()
    fetch(jobs, job["download_url"])
    assert jobs.desk.box.requests[-1].key_id == ""
    headers = {"Authorization": f"Bearer {jobs.desk.key}"}
    jobs.desk.client.get(job["download_url"], headers=headers)
    assert jobs.desk.box.requests[-1].key_id != ""


def test_a_link_bears_five_fetches_then_429_then_410(jobs):
    job = jobs.done()
    seen = [fetch(jobs, job["download_url"]).status_code for _ in range(12)]
    assert seen == [200] * 5 + [429] * 5 + [410] * 2


def test_looking_at_the_head_is_no_fetch(jobs):
    job = jobs.done()
    for _ in range(8):
        assert fetch(jobs, job["download_url"], "HEAD").content == b""
    assert fetch(jobs, job["download_url"]).status_code == 200


def test_a_link_leads_nowhere_before_the_film_is_done(jobs, clock):
    job = jobs.queue()
    assert fetch(jobs, job["download_url"]).status_code == 404
    clock.now += 2
    assert fetch(jobs, job["download_url"]).status_code == 200


def test_a_refused_films_link_leads_nowhere(jobs):
    assert fetch(jobs, jobs.done(prompt="a gory battle")["download_url"]).status_code == 404


def test_delete_revokes_the_link_and_what_it_led_to(jobs):
    job = jobs.done()
    assert fetch(jobs, job["download_url"], "DELETE").json() == {"success": True}
    assert fetch(jobs, job["download_url"]).status_code == 404
    assert jobs.poll(job).status_code == 404


def test_completing_the_job_ends_its_link(jobs):
    job = jobs.done()
    jobs.complete(job)
    assert fetch(jobs, job["download_url"]).status_code == 404


def test_a_link_expires_after_a_day(jobs, clock):
    job = jobs.done()
    clock.now += 86400
    assert fetch(jobs, job["download_url"]).status_code == 410


def test_an_unknown_link_is_404_and_another_method_405(jobs):
    job = jobs.done()
    assert fetch(jobs, job["download_url"] + "0").status_code == 404
    reply = fetch(jobs, job["download_url"], "POST")
    assert (reply.status_code, reply.headers["allow"]) == (405, "DELETE, GET, HEAD")


def test_a_fault_can_cut_a_download(make, clock):
    import httpx

    jobs = Jobs(make(delivery="link", faults=[Fault("/downloads", cut_bytes=1000)]), clock)
    job = jobs.done()
    with pytest.raises(httpx.RemoteProtocolError):
        fetch(jobs, job["download_url"])
    assert fetch(jobs, job["download_url"]).status_code == 200


def test_media_are_never_compressed_again(jobs):
    job = jobs.done()
    reply = jobs.desk.client.get(job["download_url"], headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in reply.headers
