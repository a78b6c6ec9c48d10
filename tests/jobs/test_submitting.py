"""Placing an order: the price first, a line in the journal, one request, the id on disk."""

import errno
import json
import sqlite3
import stat

import httpx
import pytest
from films import COMPLETED, LINK, MODEL, order

from venice_nb import errors
from venice_nb.jobs import records
from venice_nb.policy.journal import journal_path
from venice_nb.policy.store import Busy, Unusable
from venice_nb.results.quotes import Quote


def row(op=None):
    with sqlite3.connect(journal_path()) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(each) for each in connection.execute("SELECT * FROM job ORDER BY created")]
    connection.close()
    return rows[-1] if op is None else next(each for each in rows if each["op"] == op)


def test_an_order_is_quoted_written_down_and_queued(world):
    """Three things in this order, and the job knows its price, id and model."""
    job = world.submit(max_usd=0.5)
    assert [path for path, _ in world.queue.asked] == ["/video/quote", "/video/queue"]
    assert job.id == world.queue.billed[0]
    assert (job.status, job.model, job.kind, job.prompt) == ("queued", MODEL, "video", "fog over a canal")
    assert (job.cost.usd, job.cost.source) == (0.35, "priced")
    assert world.session.cost.usd == 0.35  # counted once


def test_the_line_is_on_disk_before_the_order_leaves(world):
    """When the server sees the order, the journal already tells of it, without an id."""
    seen = {}

    def look(_):
        seen.update(row())
        return httpx.Response(200, json={"model": MODEL, "queue_id": world.queue.bill()})

    world.queue.answers["queue"] = [look]
    job = world.submit()
    assert (seen["state"], seen["queue_id"], seen["quote"]) == ("sending", "", 0.35)
    assert seen["usd"] == 10.0
    assert len(seen["body"]) == 64
    assert row()["queue_id"] == job.id


def test_id_link_and_spelling_are_on_disk_before_anyone_waits(world):
    ident = "123e4567-e89b-12d3-a456-426614174000"
    world.queue.answers["queue"] = [{"queueid": ident, "model": MODEL, "download_url": LINK}]
    world.submit()
    found = row()
    assert (found["queue_id"], found["id_key"], found["url"]) == (ident, "queueid", LINK)


def test_the_journal_is_the_users_alone_and_holds_neither_key_nor_request(world, key):
    secret = "a very private wish " * 20
    world.submit(order(secret))
    assert stat.S_IMODE(journal_path().stat().st_mode) == 0o600
    stored = b"".join(path.read_bytes() for path in journal_path().parent.glob("jobs*"))
    assert key.encode() not in stored
    assert secret.encode() not in stored
    assert b"a very private wish" in stored


def test_above_the_limit_nothing_is_queued_and_both_sums_are_named(world):
    with pytest.raises(errors.BudgetExceeded, match=r"\$0\.35.*\$0\.20") as caught:
        world.submit(max_usd=0.2)
    assert (caught.value.quote, caught.value.max_usd, caught.value.charged) == (0.35, 0.2, "no")
    assert world.queue.count("queue") == 0


def test_a_quote_is_a_limit_and_one_without_a_price_is_none(world):
    assert world.submit(max_usd=Quote(0.35)).cost.usd == 0.35
    with pytest.raises(errors.BudgetExceeded, match=r"\$0\.35.*\$0\.34"):
        world.submit(max_usd=Quote(0.34))
    with pytest.raises(errors.InvalidInput) as caught:
        world.submit(max_usd=Quote(None))
    assert caught.value.field == "max_usd"


@pytest.mark.parametrize("price", [0.35, 1.2345642, 0.1 + 0.2, 123456.789])
def test_the_limit_that_a_refusal_offers_is_enough(world, price):
    world.queue.answers["quote"] = [{"quote": price}] * 2
    with pytest.raises(errors.BudgetExceeded) as caught:
        world.submit(max_usd=0.2)
    offered = float(caught.value.do.rpartition("=")[2])
    assert price - 1e-9 <= offered < price + 0.001
    assert world.submit(max_usd=offered).cost.usd == pytest.approx(price)


@pytest.mark.parametrize("told", [{"quote": 0}, {"quote": -1}, {"quote": None}, {"quote": "soon"}, {}])
def test_without_a_price_nothing_is_queued_unless_a_limit_was_given(world, told):
    world.queue.answers["quote"] = [told, told]
    with pytest.raises(errors.BudgetExceeded, match="max_usd"):
        world.submit()
    assert world.queue.count("queue") == 0
    job = world.submit(max_usd=1.0)
    assert job.status == "queued"
    assert job.cost.usd is None


def test_an_order_without_a_quote_goes_by_its_listed_price(world):
    with pytest.raises(errors.BudgetExceeded, match="there is no quote"):
        world.submit(quoted=False)
    assert world.submit(quoted=False, price=0.1).cost.usd == 0.1
    assert world.queue.count("quote") == 0


@pytest.mark.parametrize("limit", [-1, "0.5", float("nan"), True])
def test_a_limit_that_is_no_sum_is_refused_before_anything_is_sent(world, limit):
    with pytest.raises(errors.InvalidInput) as caught:
        world.submit(max_usd=limit)
    assert caught.value.field == "max_usd"
    assert world.queue.asked == []


@pytest.mark.parametrize("lost", [httpx.ReadTimeout("hang"), httpx.ReadError("reset"), httpx.WriteError("w")])
def test_a_lost_answer_is_never_sent_again_and_is_kept_as_unknown(world, lost):
    """Faults 5 to 7: the server may have billed; one request, one line, and a way to go on."""

    def bill(_):
        world.queue.bill()
        return lost

    world.queue.answers["queue"] = [bill]
    with pytest.raises(errors.UnknownOutcome) as caught:
        world.submit()
    error = caught.value
    assert world.queue.count("queue") == 1
    assert error.charged == "unknown"
    assert error.op_id in error.do
    assert "accept_duplicate=True" in error.do
    assert (error.job.status, error.job.id) == ("unknown", error.op_id)
    assert row(error.op_id)["state"] == "unknown"


@pytest.mark.parametrize("status", [500, 502, 504, 408])
def test_an_error_that_may_hide_a_charge_is_unknown_too(world, status):
    world.queue.answers["queue"] = [httpx.Response(status, json={"error": "no"})]
    with pytest.raises(errors.VeniceError) as caught:
        world.submit()
    assert world.queue.count("queue") == 1
    assert row(caught.value.op_id)["state"] == "unknown"


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422])
def test_a_refusal_is_not_charged(world, status):
    world.queue.answers["queue"] = [httpx.Response(status, json={"error": "no"})]
    with pytest.raises(errors.APIError) as caught:
        world.submit()
    assert caught.value.charged == "no"
    assert row(caught.value.op_id)["state"] == "refused"
    [job] = world.jobs()
    assert (job.status, job.cost.usd) == ("refused", 0.0)


def test_a_request_that_never_left_is_tried_again_and_then_refused(world):
    world.queue.answers["queue"] = [httpx.ConnectError("refused")] * 3
    with pytest.raises(errors.NotSent) as caught:
        world.submit()
    assert row(caught.value.op_id)["state"] == "refused"


def test_consent_is_asked_for_with_the_policy(world):
    told = {
        "error": {"code": "needs_consent", "message": "Consent is needed"},
        "consent_flow": "seedance",
        "face_media_roles": ["image"],
        "consent": {"consent_version": "v3", "policy_text": "I own this face."},
    }
    world.queue.answers["queue"] = [httpx.Response(409, json=told)]
    with pytest.raises(errors.ConsentRequired) as caught:
        world.submit()
    assert caught.value.policy_text == "I own this face."
    assert "the policy: I own this face." in str(caught.value)
    assert "a face in: image" in str(caught.value)
    assert row(caught.value.op_id)["state"] == "refused"


def test_a_success_without_an_id_is_unknown_and_keeps_the_bytes(world):
    world.queue.answers["queue"] = [{"model": MODEL}]
    with pytest.raises(errors.UnreadableReply) as caught:
        world.submit()
    assert json.loads(caught.value.content) == {"model": MODEL}
    assert row(caught.value.op_id)["state"] == "unknown"


def test_an_id_in_a_garbled_answer_is_kept(world):
    """Fault 8: the answer broke off after the id."""
    ident = "123e4567-e89b-12d3-a456-426614174000"
    world.queue.answers["queue"] = [httpx.Response(200, text=f'{{"model":"m","queue_id":"{ident}","downl')]
    assert world.submit().id == ident


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), RuntimeError("a bug")])
def test_an_order_that_is_interrupted_is_unknown(world, stop, caplog):
    """Fault 45: Ctrl-C while the order is sent."""
    world.queue.answers["queue"] = [stop]
    with pytest.raises(type(stop)):
        world.submit()
    assert row()["state"] == "unknown"
    assert row()["op"] in caplog.text


def test_a_locked_journal_is_waited_for(world, monkeypatch):
    """Fault 29: five seconds."""
    journal = records.journal_of(world.session)
    put, tries = journal.put, []

    def locked(entry):
        tries.append(entry)
        if len(tries) < 15:
            raise Busy
        return put(entry)

    monkeypatch.setattr(type(journal), "put", lambda _, entry: locked(entry))
    assert world.submit().status == "queued"
    assert sum(world.clock.waits) >= 1.3


def test_a_journal_that_stays_locked_stops_the_order(world, monkeypatch):
    journal = records.journal_of(world.session)

    def locked(*_):
        raise Busy

    monkeypatch.setattr(type(journal), "put", locked)
    with pytest.raises(errors.LocalLimit, match="nothing was sent") as caught:
        world.submit()
    assert caught.value.charged == "no"
    assert world.queue.count("queue") == 0


def test_a_journal_that_cannot_be_written_stops_the_order(world):
    """Fault 29: a folder stands where the file should be."""
    journal_path().mkdir(parents=True)
    with pytest.raises(errors.LocalLimit, match="cannot be written"):
        world.submit()
    assert world.queue.count("queue") == 0


def test_a_full_disk_under_the_journal_stops_the_order(world, monkeypatch):
    journal = records.journal_of(world.session)

    def full(*_):
        raise Unusable("database or disk is full")

    monkeypatch.setattr(type(journal), "put", full)
    with pytest.raises(errors.LocalLimit, match="disk is full"):
        world.submit()
    assert world.queue.count("queue") == 0


def test_a_damaged_journal_is_set_aside_and_never_erased(world):
    """Fault 29: what was in it stays beside it, and the order goes into a new one."""
    world.submit()
    path = journal_path()
    records.journal_of(world.session).close()
    for side in path.parent.glob("jobs.sqlite3-*"):
        side.unlink()
    path.write_bytes(b"garbage that is no database" * 400)
    with pytest.warns(UserWarning, match="damaged"):
        job = world.submit()
    [aside] = [each for each in path.parent.iterdir() if "broken" in each.name]
    assert aside.read_bytes().startswith(b"garbage")
    assert [each.id for each in world.jobs()] == [job.id]


def test_an_id_is_never_lost_to_a_journal_that_fails_after_the_answer(world, monkeypatch):
    """The order is billed: the error names the id, and the intent is on disk."""
    journal = records.journal_of(world.session)
    put = type(journal).put

    def failing(self, entry):
        if entry.state == "queued":
            raise Unusable(errno.errorcode[errno.ENOSPC])
        return put(self, entry)

    monkeypatch.setattr(type(journal), "put", failing)
    with pytest.raises(errors.LocalLimit, match=r"000000000001', model='wan.*kind='video'") as caught:
        world.submit()
    assert caught.value.charged == "yes"
    monkeypatch.setattr(type(journal), "put", put)
    assert row()["state"] == "sending"


def test_completed_is_not_a_status_of_a_queue_answer(world):
    """Whatever else a queue answer says, the job is queued."""
    world.queue.answers["queue"] = [{**COMPLETED, "queue_id": world.queue.bill()}]
    assert world.submit().status == "queued"
