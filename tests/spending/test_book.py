"""The book of what was spent: one line for every answer, equal to what was billed."""

import asyncio
import gc
import os
import pickle
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

import venice_nb as vn
from venice_nb.policy.spend_book import Book, Line, SpendFile, book_for
from venice_nb.results.spending.reconciliation import compared
from venice_nb.results.spending.spend import Spend
from venice_nb.secrets import Secret


def test_a_lost_answer_and_one_that_cannot_be_read_are_lines_of_unknown_cost(make):
    v = make(faults=[vn.Fault(drop=True, after=True), vn.Fault(spoil="shape")])
    for _ in range(2):
        with pytest.raises(vn.VeniceError):
            v.images.generate("a gondola", width=64, height=64)
    assert [(line.usd, line.source, line.note) for line in v.spend.lines] == [
        (None, "unknown", "outcome unknown"),
        (None, "unknown", "outcome unknown"),
    ]
    assert v.spend.unknown == 2


def test_a_blocked_picture_is_not_in_the_book(make):
    v = make(faults=[vn.Fault(headers={"x-venice-is-content-violation": "true"})])
    with pytest.raises(vn.ContentRefused):
        v.images.generate("a gondola", width=64, height=64)
    assert len(v.spend) == 0


def test_what_is_counted_has_its_own_unit(v):
    v.chat("Hi")
    v.images.generate("a gondola", variants=2, width=64, height=64)
    sound = v.audio.speak("Twelve signs")
    v.audio.transcribe(sound)
    units = {line.family: (round(line.amount, 1), line.unit) for line in v.spend.lines}
    assert units["text"] == (20, "tokens")
    assert units["image"] == (2, "pictures")
    assert units["tts"] == (12, "characters")
    assert units["asr"][1] == "seconds"


def line(**values):
    known = {"time": 1.0, "operation": "createChatCompletion", "usd": 0.5, "source": "charged"}
    return Line(**known | values)


def test_the_book_of_a_key_is_found_again_by_the_next_client_and_not_by_another_key():
    first = book_for("https://example.org", Secret("one-key-12345"), private=False)
    first.add(line())
    again = book_for("https://example.org", Secret("one-key-12345"), private=False)
    other = book_for("https://example.org", Secret("two-key-12345"), private=False)
    assert again.machine() == [line()]
    assert again.lines == []
    assert other.machine() == []
    assert other.machine(everyone=True) == [line()]
    assert again.machine(since=2.0) == []


def test_neither_key_nor_text_is_in_the_file(tmp_path):
    book = book_for("https://example.org", Secret("one-key-12345"), private=False)
    book.add(line())
    found = b"".join(path.read_bytes() for path in (tmp_path / "state").glob("spend.sqlite3*"))
    assert b"createChatCompletion" in found
    assert b"one-key" not in found
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "state").glob("spend.sqlite3*")} == {0o600}


def test_lines_that_meet_a_locked_file_are_written_later(tmp_path):
    path = tmp_path / "spend.sqlite3"
    book = Book(SpendFile(path))
    book.add(line())
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    book.add(line(model="second"))
    assert [each.model for each in book.lines] == ["", "second"]
    blocker.execute("COMMIT")
    blocker.close()
    assert [each.model for each in book.machine()] == ["", "second"]


def test_a_file_that_cannot_be_used_is_told_once_and_stands_in_nobodys_way(tmp_path):
    (tmp_path / "spend.sqlite3").mkdir()
    book = Book(SpendFile(tmp_path / "spend.sqlite3"))
    with pytest.warns(UserWarning, match="record of spending"):
        book.add(line())
    book.add(line())
    assert len(book.lines) == len(book.machine()) == 2


def test_lines_of_many_threads_are_all_in_the_file(tmp_path):
    book = Book(SpendFile(tmp_path / "spend.sqlite3"))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: book.add(line(amount=float(n))), range(200)))
    assert sorted(each.amount for each in book.machine()) == list(range(200))


def test_little_money_is_told_once(caplog):
    box = vn.Sandbox(usd=0.5)
    v = vn.Venice(box.admin_key, base_url=box.base_url, transport=box.transport(), show=False)
    v.chat("Hi")
    v.chat("Hi again")
    assert caplog.text.count("is left on this account") == 1


def test_the_sums_are_those_of_the_rows(v):
    v.chat("Hi")
    v.images.generate("a gondola", width=64, height=64)
    v.images.generate("a bridge", width=64, height=64)
    by = v.spend.by("family")
    assert list(by.index) == ["image", "text"]
    assert by.loc["image", "calls"] == 2
    assert by["usd"].sum() == pytest.approx(v.spend.total.usd) == pytest.approx(v.spend.df["usd"].sum())
    assert v.spend.by("day").index[0] == pd.Timestamp.now("UTC").date()
    with pytest.raises(ValueError, match="none of day, model"):
        v.spend.by("hour")


def test_the_picture_of_spending_has_a_bar_for_each(v):
    v.chat("Hi")
    v.images.generate("a gondola", width=64, height=64)
    axes = v.spend.plot("family")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["text", "image"]
    assert len(v.spend.plot("day").patches) == 1


def test_both_forms_of_the_table_say_the_same(v):
    v.chat("Hi")
    shown = v.spend._repr_mimebundle_()
    for said in ("Spent by this client: $0.000073 in 1 call (play money)", "createChatCompletion", "charged"):
        assert said in shown["text/plain"]
        assert said in shown["text/html"]


def test_names_of_a_server_are_text_in_the_table():
    table = Spend((line(model="<script>x</script>", note="<img src=x onerror=y>"),))
    assert "<script" not in table._repr_mimebundle_()["text/html"]
    assert "<img" not in table._repr_mimebundle_()["text/html"]


def test_a_pickled_table_leaves_its_client_behind(v):
    v.chat("Hi")
    again = pickle.loads(pickle.dumps(v.spend))
    assert again.total == v.spend.total
    assert again.actions is None
    with pytest.raises(ValueError, match=r"v\.spend\.reconcile"):
        again.reconcile()


def test_the_bill_agrees_with_the_book_call_by_call(v):
    v.chat("Hi")
    v.chat("Hi", web_search="on")
    v.responses("Hi")
    v.images.generate("a gondola", width=64, height=64)
    v.embed(["a gondola"])
    found = v.spend.reconcile()
    assert found.basis == "history"
    assert found.agrees
    assert len(found) == 0


def test_what_is_on_the_bill_alone_and_in_the_book_alone_is_told(v):
    v.chat("Hi")
    other = vn.Venice.sandbox(sandbox=v.box, show=False)
    other.images.generate("a gondola", width=64, height=64)
    v._session.spend.add(line(answer_id="chatcmpl-nobody", usd=0.5, model="m"))
    found = v.spend.reconcile()
    assert not found.agrees
    assert found.to_frame()["booked"].tolist()[0] == 0.5
    assert "on the bill alone" in found.to_frame()["what"].tolist()[1]


def test_a_chat_whose_answer_was_lost_is_found_on_the_bill():
    lines = [line(time=5.0, model="m", usd=None, source="unknown", request_id="r")]
    bill = [
        row(4, 0.25, "m-llm-input-mtoken", "chatcmpl-7"),
        row(4, 0.5, "m-llm-output-mtoken", "chatcmpl-7"),
    ]
    (found,) = compared(lines, bill, sandbox=False).rows
    assert (found["request_id"], found["booked"], found["billed"]) == ("r", None, 0.75)


def test_a_stream_that_was_dropped_is_found_on_the_bill(v):
    v.chat.stream("Tell me about Venice", max_completion_tokens=200)
    gc.collect()
    found = v.spend.reconcile()
    assert [(each["booked"], each["billed"] > 0) for each in found.rows] == [(None, True)]


def test_an_inference_key_compares_with_the_balance():
    v = vn.Venice.sandbox(sandbox=vn.Sandbox(), kind="INFERENCE", show=False)
    v.chat("Hi")
    v.images.generate("a gondola", width=64, height=64)
    found = v.spend.reconcile()
    assert found.basis == "balance"
    assert found.agrees
    assert found.booked == pytest.approx(v.spend.total.usd)


def test_what_another_program_spent_is_the_difference():
    box = vn.Sandbox()
    v = vn.Venice.sandbox(sandbox=box, kind="INFERENCE", show=False)
    v.chat("Hi")
    box.state.usd -= 0.25
    found = v.spend.reconcile()
    assert not found.agrees
    assert found.difference == pytest.approx(0.25)
    assert "$0.25 apart" in repr(found)


def test_an_asynchronous_client_books_and_reconciles_likewise():
    async def main():
        async with vn.AsyncVenice.sandbox(show=False) as a:
            await a.chat("Hi")
            return a.spend, await a.spend.reconcile()

    spend, found = asyncio.run(main())
    assert len(spend) == 1
    assert found.agrees


def row(second, amount, sku, request=""):
    """A line of a bill."""
    moment = pd.Timestamp(second, unit="s", tz="UTC").isoformat()
    return {"time": moment, "amount": amount, "sku": sku, "request_id": request}


def test_what_no_model_made_leaves_the_lines_of_models_to_them():
    lines = [line(model="", usd=0.01, operation="webSearch"), line(model="z-image", usd=0.01)]
    bill = [row(1, 0.01, "z-image-unit"), row(2, 0.01, "augment-search")]
    assert compared(lines, bill, sandbox=False).agrees


def test_calls_of_one_price_are_told_apart_by_their_time():
    lines = [line(time=60.0 * n, model="m", usd=0.01) for n in range(50)]
    bill = [row(60 * n + 3, 0.01, "m-unit") for n in range(50) if n != 20]
    found = compared(lines, bill, sandbox=False)
    assert [(each["booked"], each["billed"]) for each in found.rows] == [(0.01, None)]
    assert found.difference == pytest.approx(-0.01)


def test_a_model_is_not_taken_for_another_whose_name_begins_alike():
    lines = [line(time=1.0, model="flux-2", usd=0.02), line(time=2.0, model="flux-2-pro", usd=0.02)]
    bill = [row(1, 0.02, "flux-2-pro-image-unit"), row(2, 0.02, "flux-2-image-unit")]
    assert compared(lines, bill, sandbox=False).agrees


def test_a_call_of_unknown_cost_leaves_the_others_theirs_whatever_they_cost():
    lines = [line(time=1.0, model="m", usd=None), line(time=2.0, model="m", usd=0.02)]
    bill = [row(2, 0.02, "m-unit"), row(1, 0.01, "m-unit")]
    found = compared(lines, bill, sandbox=False)
    assert [(each["booked"], each["billed"]) for each in found.rows] == [(None, 0.01)]


def test_calls_of_one_model_and_price_within_two_minutes_each_find_a_line_of_the_bill():
    lines = [line(time=1000.0 + 50 * n, model="m", usd=0.01) for n in range(6)]
    bill = [
        row(line.time - late, 0.01, "m-unit")
        for line, late in zip(lines, (0, 100, 30, 80, 119, 5), strict=True)
    ]
    assert compared(lines, sorted(bill, key=lambda each: each["time"]), sandbox=False).agrees


def test_a_call_of_unknown_cost_is_compared_with_what_it_cost_at_the_server():
    lines = [line(model="m", usd=None, source="unknown"), line(answer_id="chatcmpl-7", usd=None)]
    bill = [row(1, 0.39, "m-unit"), row(2, 0.5, "x-llm-input", "chatcmpl-7"), row(2, 0.25, "x-llm", "7")]
    found = compared(lines, bill, sandbox=False)
    assert [(each["booked"], each["billed"]) for each in found.rows] == [(None, 0.75), (None, 0.39)]
    assert found.unknown == 2
    assert "2 calls at an unknown price" in found._mimebundle()["text/plain"]


def test_the_record_of_this_machine_can_be_asked_for_by_days_and_for_everyone(monkeypatch):
    now = 1_800_000_000.0
    monkeypatch.setattr("venice_nb.spending.time.time", lambda: now)
    monkeypatch.setattr("venice_nb.policy.spend_book.time.time", lambda: now)
    keys = ["VENICE_ADMIN_KEY_one_12345", "VENICE_ADMIN_KEY_two_12345"]
    old = [book_for("https://api.venice.ai/api/v1", Secret(key), private=False) for key in keys]
    for days in (0.5, 29, 31):
        old[0].add(line(time=now - days * 86_400, model=f"{days} days ago", family="text"))
    old[1].add(line(time=now, model="another's", family="image", usd=2.0))
    spend = vn.Venice(keys[0], show=False).spend
    assert len(spend) == 0
    assert spend.machine().total.usd == 1.5
    month = spend.machine(days=30)
    assert month.by("model").index.tolist() == ["0.5 days ago", "29 days ago"]
    assert month.by("day")["usd"].tolist() == [0.5, 0.5]
    assert "this key on this machine in 30 days" in month._mimebundle()["text/plain"]
    assert spend.machine(everyone=True).by("family")["usd"].to_dict() == {"image": 2.0, "text": 1.5}
    axes = month.plot("day")
    assert len(axes.patches) == 29  # days without a call have their place too
    with pytest.raises(vn.InvalidInput, match="days"):
        spend.machine(days=-1)


def test_lines_older_than_400_days_leave_the_file(tmp_path, monkeypatch):
    path, now = tmp_path / "spend.sqlite3", 1_800_000_000.0
    monkeypatch.setattr("venice_nb.policy.spend_book.time.time", lambda: now)
    Book(SpendFile(path)).add(line(time=now - 401 * 86_400))
    Book(SpendFile(path)).add(line(time=now - 399 * 86_400, model="kept"))
    assert [each.model for each in Book(SpendFile(path)).machine()] == ["kept"]


def test_another_process_adds_to_the_same_record():
    code = (
        "from venice_nb.policy.spend_book import Line, book_for\n"
        "from venice_nb.secrets import Secret\n"
        "book = book_for('https://example.org', Secret('one-key-12345'), private=False)\n"
        "for n in range(20): book.add(Line(2e9 + n, 'x', usd=1.0, source='charged'))\n"
    )
    others = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    book = book_for("https://example.org", Secret("one-key-12345"), private=False)
    for n in range(20):
        book.add(line(time=2e9 + n))
    assert [other.wait() for other in others] == [0, 0, 0]
    assert len(book.machine()) == 80
    assert len(book.lines) == 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_in_the_middle_of_writing_can_go_on(tmp_path):
    book = Book(SpendFile(tmp_path / "spend.sqlite3"))
    book.add(line(time=2e9))
    with book._lock:  # as another thread would hold it
        child = os.fork()
        if child == 0:
            try:
                book.add(line(time=2e9, model="child"))
                os._exit(0)
            except BaseException:  # noqa: BLE001
                os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    book.add(line(time=2e9, model="parent"))
    assert sorted(each.model for each in book.machine()) == ["", "child", "parent"]
