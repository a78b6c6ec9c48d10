"""Jobs on the wire: what is sent, and how leniently the answers are read (rows 1 to 6 and 10 of the list)."""

import json
from pathlib import Path

import pytest

from venice_nb import errors
from venice_nb.calls.call import Received, Safety
from venice_nb.calls.jobs import (
    Delivery,
    Progress,
    complete,
    job_id,
    job_kind,
    read_completed,
    read_queued,
    read_retrieved,
    retrieve,
    salvaged,
)

ID = "123e4567-e89b-12d3-a456-426614174000"
MP4 = b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + b"\0" * 40


def answer(body, kind="application/json", **more):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Received(200, {"content-type": kind}, content, **more)


def test_asking_sends_the_official_spelling_and_no_deletion():
    call = retrieve("video", "wan", ID)
    assert (call.path, call.operation, call.safety) == ("/video/retrieve", "retrieveVideo", Safety.POLL)
    assert call.body == {"model": "wan", "queue_id": ID}
    assert not call.paid
    assert call.family == "video_retrieve"


def test_music_is_asked_for_in_the_room_of_sound():
    call = retrieve("music", "elevenlabs-music", ID, file=Path("x.part"))
    assert (call.path, call.operation, call.file) == ("/audio/retrieve", "retrieveAudio", Path("x.part"))
    assert complete("music", "m", ID).path == "/audio/complete"


def test_the_spelling_of_the_server_is_echoed_and_deletion_is_said_aloud():
    assert retrieve("video", "wan", ID, id_key="queueid").body == {"model": "wan", "queueid": ID}
    assert retrieve("video", "wan", ID, delete=True).body["delete_media_on_completion"] is True
    assert complete("video", "wan", ID, id_key="queueid").body == {"model": "wan", "queueid": ID}


@pytest.mark.parametrize("key", ["queue_id", "queueid", "id"])
def test_an_id_is_read_in_each_spelling(key):
    found = read_queued(answer({"model": "wan", key: ID, "status": "QUEUED"}))
    assert (found.queue_id, found.id_key, found.status, found.model) == (ID, key, "queued", "wan")


def test_the_official_spelling_wins():
    found = read_queued(answer({"id": "other", "queue_id": ID}))
    assert (found.queue_id, found.id_key) == (ID, "queue_id")


def test_an_id_is_found_one_level_down():
    assert read_queued(answer({"data": {"queue_id": ID}})).queue_id == ID


def test_the_link_is_told_once_and_only_an_address_counts():
    assert (
        read_queued(answer({"queue_id": ID, "download_url": "https://x.test/f"})).download_url
        == "https://x.test/f"
    )
    assert read_queued(answer({"queue_id": ID, "download_url": "javascript:1"})).download_url == ""


def test_no_id_is_an_error_that_keeps_the_bytes():
    with pytest.raises(errors.UnreadableReply) as caught:
        read_queued(answer({"model": "wan"}))
    assert caught.value.charged == "unknown"
    assert b"wan" in caught.value.content


@pytest.mark.parametrize("tail", ['","download_url":"htt', '"', '"}trailing', '",,}'])
def test_a_whole_id_survives_whatever_follows(tail):
    found = salvaged(f'{{"model":"m","queue_id":"{ID}{tail}'.encode())
    assert found.queue_id == ID


def test_half_an_id_is_none():
    assert salvaged(f'{{"queue_id":"{ID[:-3]}'.encode()) is None
    assert salvaged(f'{{"queue_id":"{ID}'.encode()) is None
    assert salvaged(b"") is None


@pytest.mark.parametrize(
    ("elapsed", "typical"),
    [("execution_duration", "average_execution_time"), ("executionDuration", "estimatedDuration")],
)
def test_progress_is_read_in_both_spellings(elapsed, typical):
    found = read_retrieved(answer({"status": "PROCESSING", elapsed: 53200, typical: "145000"}))
    assert (found.status, found.elapsed_ms, found.typical_ms) == ("processing", 53200, 145000)
    assert not found.completed
    assert not found.failed


def test_missing_numbers_are_fine():
    found = read_retrieved(answer({"status": "processing", "execution_duration": None}))
    assert (found.elapsed_ms, found.typical_ms) == (None, None)


@pytest.mark.parametrize("status", ["COMPLETED", "completed", "Succeeded"])
def test_completed_in_any_case(status):
    found = read_retrieved(answer({"status": status, "url": "https://x.test/film"}))
    assert found.completed
    assert found.url == "https://x.test/film"


@pytest.mark.parametrize("body", [{"status": "FAILED"}, {"error": "no"}, {"error": {"message": "no"}}])
def test_a_failure_under_200_is_seen(body):
    assert read_retrieved(answer(body)).failed


@pytest.mark.parametrize(
    "kind", ["video/mp4", "video/mp4; codecs=avc1", "audio/mpeg", "application/octet-stream"]
)
def test_media_are_the_result_whatever_follows_their_type(kind):
    """Row 4."""
    found = read_retrieved(answer(MP4, kind))
    assert isinstance(found, Delivery)
    assert found.data == MP4


def test_media_that_call_themselves_json_are_media_all_the_same():
    assert isinstance(read_retrieved(answer(MP4)), Delivery)


def test_what_went_into_a_file_stays_there():
    found = read_retrieved(answer(b"", "video/mp4", file=Path("x.part")))
    assert (found.file, found.data, found.mime) == (Path("x.part"), b"", "video/mp4")


def test_nonsense_is_an_error():
    with pytest.raises(errors.UnreadableReply):
        read_retrieved(answer(b"<html>log in</html>", "text/html"))


@pytest.mark.parametrize("body", [{"success": False}, {}, [], b"", b"ok", {"success": "maybe"}])
def test_only_a_clear_yes_is_a_yes(body):
    assert read_completed(answer(body)) is False
    assert read_completed(answer({"success": True})) is True


@pytest.mark.parametrize("value", ["", "op-1", ID[:-1], f"{ID}0", None, 7, "../../etc", f"{ID}\n{ID}"])
def test_what_is_no_id_is_refused(value):
    """Bad input 47."""
    with pytest.raises(errors.InvalidInput) as caught:
        job_id("id", value)
    assert caught.value.field == "id"


def test_ids_and_kinds_as_people_write_them():
    assert job_id("id", f" {ID.upper()} ") == ID.upper()
    assert (job_kind("kind", "video"), job_kind("kind", "audio"), job_kind("kind", "music")) == (
        "video",
        "music",
        "music",
    )
    with pytest.raises(errors.InvalidInput):
        job_kind("kind", "picture")


def test_progress_compares_by_what_it_says():
    assert Progress("processing", 1.0, 2.0) == Progress("processing", 1.0, 2.0, raw={"x": 1})
