"""The book of what was spent: one line for every answer, equal to what was billed."""

import asyncio
import pickle
import random
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
from PIL import Image

import venice_nb as vn
from venice_nb.policy.spend_book import Book, Line, SpendFile, book_for
from venice_nb.results.spending.spend import Spend
from venice_nb.secrets import Secret

FILM = {"model": "kling-2.5-turbo-pro-text-to-video", "duration": 5, "aspect_ratio": "16:9", "max_usd": 1}
SOON = {"retry-after": "0.01"}
SPOKEN = "This sentence is spoken, and then written down again."


def calls(rng, speech):
    """What one may ask of a client, each as a function of the client; cheap to answer."""
    said = " ".join(
        rng.choice(["fog", "canal", "gondola", "bridge", "dusk"]) for _ in range(rng.randrange(2, 9))
    )
    size = {"width": 64, "height": 64}
    return [
        lambda v: v.chat(said),
        lambda v: v.chat(said, stream=False, n=2),
        lambda v: v.chat(said, web_search="on"),
        lambda v: list(v.chat.stream(said)),
        lambda v: v.embed([said, "a text that is always there"], cache=False),
        lambda v: v.responses(said),
        lambda v: v.images.generate(said, **size),
        lambda v: v.images.generate(said, variants=2, **size),
        lambda v: v.images.upscale(Image.new("RGB", (256, 256), "teal"), 2),
        lambda v: v.audio.speak(said),
        lambda v: v.audio.transcribe(speech),
        lambda v: v.video.submit(said, **FILM),
        lambda v: v.models(),
        lambda v: v.characters(limit=2),
        lambda v: v.extract("Ada was born in 1815.", {"year": int}),
    ]


def by_request(rows):
    sums = {}
    for request, usd in rows:
        sums[request] = sums.get(request, 0.0) + usd
    return {request: usd for request, usd in sums.items() if usd}


def bare(request):
    return request.removesuffix("-SBX")


def test_the_book_equals_the_bill_call_by_call_over_1000_mixed_calls(make):
    rng = random.Random(3)
    v = make(tier="unlimited", seed=3)
    speech, charged = v.audio.speak(SPOKEN), set()
    for turn in range(1000):
        if turn % 100 == 50:  # refused once: tried again, or told
            v.box.state.faults.append([vn.Fault(status=rng.choice([400, 429, 503]), headers=SOON), 1])
        try:
            rng.choice(calls(rng, speech))(v)
        except vn.VeniceError as error:
            charged.add(error.charged)
    assert charged <= {"no"}
    booked = by_request((bare(line.request_id), line.usd) for line in v.spend.lines)
    billed = by_request((charge.request_id, charge.usd) for charge in v.box.books)
    assert booked.keys() == billed.keys()
    assert {request: round(usd * 1e6) for request, usd in booked.items()} == {
        request: round(usd * 1e6) for request, usd in billed.items()
    }
    assert len(v.spend) > 900


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
    return Line(1.0, "createChatCompletion", **{"usd": 0.5, "source": "charged", **values})


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
