"""A job on the page: a card with a bar, the same in words, inert whatever the server writes."""

import pickle
import time

import pytest
from films import MODEL, order, processing

from venice_nb.jobs import outcome, view
from venice_nb.policy.entry import Entry
from venice_nb.render import live

EVIL = "<script>alert(1)</script>\x1b[31m\u202e<img src=http://x.test/?q>"


def entry(**more):
    given = {
        "op": "op-123456789abc",
        "queue_id": "123e4567-e89b-12d3-a456-426614174000",
        "kind": "video",
        "model": MODEL,
        "prompt": "fog over a canal",
        "quote": 0.35,
        "details": {"duration": "5s", "aspect_ratio": "16:9"},
        "created": time.time(),
        "state": "processing",
        "elapsed_ms": 45_000.0,
        "typical_ms": 100_000.0,
    }
    return Entry(**given | more)


def both(found):
    bundle = view.bundle(found)
    return bundle["text/plain"], bundle["text/html"]


def test_a_card_tells_status_progress_time_price_expiry_and_how_to_go_on():
    words, page = both(entry())
    for told in (
        "processing",
        "45%",
        "55 s more",
        "$0.35 quoted",
        "in 24 h",
        "5s",
        "16:9",
        "123e4567",
        ".wait()",
    ):
        assert told in words
        assert told in page.replace("&#x27;", "'")
    assert '<progress value="0.45" max="1">' in page
    assert "[###########............." in words


def test_after_a_day_a_card_no_longer_promises_that_waiting_helps():
    words, page = both(entry(state="queued", created=time.time() - 25 * 3600))
    for form in (words, page):
        assert "over since 20" in form
        assert ".wait() asks whether the server still has it" in form.replace("&#x27;", "'")
        assert "waits for it" not in form


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"state": "done", "file": "/home/me/out/video-x.mp4"}, ["video-x.mp4", "also in another session"]),
        (
            {"state": "failed", "what": "no frames", "refunded": True},
            ["no frames", "given back", "gave the money back"],
        ),
        (
            {"state": "failed", "what": "no", "refunded": False},
            ["no. The server did not give the money back"],
        ),
        (
            {"state": "failed", "what": "Refused. Credits have been refunded.", "refunded": False},
            ["have been refunded. The server did not give the money back."],
        ),
        ({"state": "failed", "suggested_prompt": "a happy fog"}, ["a happy fog", "did not say"]),
        ({"state": "refused", "what": "bad ratio"}, ["bad ratio", "not charged"]),
        ({"state": "expired"}, ["no longer has it"]),
        (
            {"state": "unknown", "queue_id": ""},
            ["op-123456789abc", "perhaps charged", "reconcile()", "resubmit"],
        ),
        ({"state": "unknown", "queue_id": "", "verdict": "Not charged: same"}, ["Not charged: same"]),
        ({"state": "ready"}, ["99%", ".wait()"]),
        ({"state": "queued", "typical_ms": None}, ["0%"]),
        ({"quote": None}, ["no quote"]),
        ({"details": {"sandbox": True}}, ["play money"]),
    ],
)
def test_each_state_says_what_matters_in_words_and_on_the_page(more, told):
    words, page = both(entry(**more))
    for each in told:
        assert each in words
        assert each in page.replace("&#x27;", "'")


def test_what_was_ordered_is_told_in_words():
    words, page = both(
        entry(
            details={
                "audio": False,
                "image_url": True,
                "end_image_url": True,
                "reference_image_urls": 3,
                "lyrics_prompt": True,
                "instrumental": True,
            }
        )
    )
    for line in (
        "  audio: no",
        "  starts from: a picture",
        "  ends with: a picture",
        "  reference pictures: 3",
        "  lyrics: yes",
        "  instrumental: yes",
    ):
        assert line in words.splitlines()
    assert "<dt>starts from</dt><dd>a picture</dd>" in page
    assert not any(raw in words + page for raw in ("True", "False", "url"))


def test_above_its_film_a_finished_job_is_one_line():
    """The film below says the rest."""
    found = view.brief(entry(state="done", file="/home/me/out/video-x.mp4"))
    assert found["text/plain"] == (
        f"Video by {MODEL} · done · $0.35 quoted · 123e4567-e89b-12d3-a456-426614174000"
    )
    assert "vn-card" not in found["text/html"].rpartition("</style>")[2]
    assert view.brief(entry(state="failed")) == view.bundle(entry(state="failed"))


def test_a_sandbox_promises_no_other_session():
    """Its jobs end with its process."""
    assert "another session" not in both(entry(details={"sandbox": True}))[0]


@pytest.mark.parametrize(("refunded", "word"), [(True, "have been"), (False, "have not been")])
def test_what_the_server_says_of_the_money_is_not_said_again(refunded, word):
    found = entry(state="failed", what=f"Refused. Credits {word} refunded.", refunded=refunded)
    for said in (both(found)[0], str(outcome.lost(found))):
        assert f"Credits {word} refunded." in said
        assert "money" not in said


def test_only_the_name_of_the_file_is_shown():
    words, page = both(entry(state="done", file="/home/me/out/video-x.mp4"))
    assert "/home/me" not in words + page


def test_what_strangers_write_is_text():
    found = entry(
        prompt=EVIL, model=EVIL, what=EVIL, state="failed", suggested_prompt=EVIL, details={EVIL: EVIL}
    )
    words, page = both(found)
    for shown in (words, page, view.line(found)):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    assert "<script" not in page
    assert "<img" not in page


def test_a_static_page_is_the_same_tomorrow(monkeypatch):
    """No clock, and no bar that was caught in between."""
    monkeypatch.setenv("VENICE_STATIC", "1")
    today = both(entry())
    tomorrow = both(entry(created=time.time() - 80_000, elapsed_ms=99_000.0))
    assert today == tomorrow
    assert "<progress" not in today[1]


def test_the_line_is_useful_alone():
    assert view.line(entry()) == (
        '<Job 123e4567-e89b-12d3-a456-426614174000: video, processing 45%, "fog over a canal">'
    )


class Page:
    """What a notebook gets to see."""

    def __init__(self, monkeypatch):
        self.frames = []
        monkeypatch.setattr(live, "environment", lambda: "notebook")
        monkeypatch.setattr(live, "_publish", lambda bundle, **how: self.frames.append((bundle, how)))


def test_waiting_is_one_display_that_changes_in_place(world, monkeypatch):
    world.queue.answers["retrieve"] = [processing(10_000), processing(60_000)]
    world.queue.polls = 0
    job = world.submit()
    page = Page(monkeypatch)
    monkeypatch.setattr(live.Pace, "due", lambda _: True)
    world.wait(job, show=True)
    shown = [bundle["text/plain"] for bundle, _ in page.frames]
    assert "queued" in shown[0]
    assert any("10%" in each for each in shown)
    assert any("60%" in each for each in shown)
    assert "done" in shown[-1].splitlines()[0]
    assert len({how["display_id"] for _, how in page.frames}) == 1
    assert [how.get("update", False) for _, how in page.frames] == [False] + [True] * (len(shown) - 1)


def test_a_static_page_shows_only_the_end(world, monkeypatch):
    monkeypatch.setenv("VENICE_STATIC", "1")
    job = world.submit()
    page = Page(monkeypatch)
    world.wait(job, show=True)
    assert len(page.frames) == 1
    assert "done" in page.frames[0][0]["text/plain"].splitlines()[0]
    assert len(page.frames[0][0]["text/plain"].splitlines()) == 1


def test_nothing_is_drawn_when_not_asked_for(world, monkeypatch):
    job = world.submit()
    page = Page(monkeypatch)
    world.wait(job, show=False)
    assert page.frames == []


def test_a_job_draws_its_present_state(world):
    world.queue.answers["retrieve"] = [processing(30_000)]
    job = world.submit()
    assert "queued" in job._repr_mimebundle_()["text/plain"]
    world.does(job.poll)
    assert "30%" in job._repr_mimebundle_()["text/html"]
    assert "30%" in repr(job)


def test_a_job_is_never_pickled(world):
    with pytest.raises(TypeError, match=r"v\.job"):
        pickle.dumps(world.submit())


def test_the_table_of_jobs_is_inert_and_tells_the_same_twice(world):
    world.submit(order(EVIL))
    table = world.jobs()
    bundle = table._mimebundle()
    assert "<script" not in bundle["text/html"]
    assert "\x1b" not in bundle["text/plain"]
    assert table.jobs[0].id in bundle["text/html"]


def test_the_table_tells_how_long_the_server_keeps_what_is_not_on_disk(world):
    job = world.submit()
    words = world.jobs()._mimebundle()["text/plain"]
    assert "expires" in words
    assert "in 24 h" in words
    world.wait(job)
    assert "in 24 h" not in world.jobs()._mimebundle()["text/plain"]


def test_a_static_table_is_the_same_tomorrow(world, monkeypatch):
    monkeypatch.setenv("VENICE_STATIC", "1")
    world.submit()
    table = world.jobs()
    assert "ordered" not in table._mimebundle()["text/html"]
