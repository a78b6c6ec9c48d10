"""The book against the sandbox's own books, call by call: in one thread, in four, and on an event loop."""

import asyncio
import inspect
import random
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from PIL import Image

import venice_nb as vn
from tests.serving import on_a_port

FILM = {"model": "kling-2.5-turbo-pro-text-to-video", "duration": 5, "aspect_ratio": "16:9", "max_usd": 1}
SPOKEN = "This sentence is spoken, and then written down again."
PAGE = "https://news.example.org/fusion-record"
SMALL = {"width": 64, "height": 64}
LONG = "Remember this about the canals of Venice. " * 200  # long enough to be kept by the server's cache


def lent(client, text):
    """A stream in the user's own loop."""
    if isinstance(client, vn.Venice):
        return list(client.chat.stream(text))

    async def awaited():
        async with client.chat.stream(text) as pieces:
            return [piece async for piece in pieces]

    return awaited()


def left(client, text):
    """A stream that is left after its first piece."""
    if isinstance(client, vn.Venice):
        with client.chat.stream(text) as pieces:
            return next(iter(pieces))

    async def awaited():
        async with client.chat.stream(text) as pieces:
            return await anext(aiter(pieces))

    return awaited()


def calls(rng, speech):
    """What one may ask of a client, each as a function of the client; cheap to answer."""
    said = " ".join(
        rng.choice(["fog", "canal", "gondola", "bridge", "dusk"]) for _ in range(rng.randrange(2, 9))
    )
    return [
        lambda c: c.chat(said),
        lambda c: c.chat(said, stream=False, n=2),
        lambda c: c.chat(said, web_search="on"),
        lambda c: c.chat(said, system=LONG, model="llama-3.3-70b", max_completion_tokens=30),
        lambda c: c.chat(said, system=LONG, model="claude-opus-4-5", max_completion_tokens=30),
        lambda c: lent(c, said),
        lambda c: c.embed([said, "a text that is always there"], cache=False),
        lambda c: c.responses(said),
        lambda c: c.images.generate(said, **SMALL),
        lambda c: c.images.generate(said, variants=2, **SMALL),
        lambda c: c.images.upscale(Image.new("RGB", (256, 256), "teal"), 2),
        lambda c: c.audio.speak(said),
        lambda c: c.audio.transcribe(speech),
        lambda c: c.video.submit(said, **FILM),
        lambda c: c.models(),
        lambda c: c.characters(limit=2),
        lambda c: c.extract("Ada was born in 1815.", {"year": int}),
        lambda c: c.web.search("fusion record", limit=2),
        lambda c: c.web.scrape(PAGE),
        lambda c: c.web.scrape([PAGE, PAGE], progress=False),
        lambda c: c.web.parse(b"A short text.", name="a.txt"),
    ]


SOON = {"retry-after": "0.01"}
REFUSALS = [partial(vn.Fault, status=status, headers=SOON) for status in (400, 429, 503)]
LOSSES = [
    partial(vn.Fault, "/chat", cut_chunks=4),
    partial(vn.Fault, "/chat", stream_error={"message": "no"}),
    partial(vn.Fault, "/chat", drop=True, after=True),
    partial(vn.Fault, "/image/generate", drop=True, after=True),
    partial(vn.Fault, "/images", spoil="shape"),
    partial(vn.Fault, "/embeddings", drop=True, after=True),
    partial(vn.Fault, "/augment/search", drop=True, after=True),
]


def bare(request):
    return request.removesuffix("-SBX")


def micro(rows):
    """Millionths of a dollar by request."""
    sums = {}
    for request, usd in rows:
        sums[request] = sums.get(request, 0.0) + usd
    return {request: round(usd * 1e6) for request, usd in sums.items() if round(usd * 1e6)}


def hold_against_the_bill(spend, box):
    """Every known cost is the one of the bill; everything else on the bill is said to be unknown."""
    booked = micro((bare(line.request_id), line.usd) for line in spend.lines if line.usd is not None)
    billed = micro((charge.request_id, charge.usd) for charge in box.books)
    named = {bare(line.request_id) for line in spend.lines if line.usd is None and line.request_id}
    nameless = sum(line.usd is None and not line.request_id for line in spend.lines)
    assert booked == {request: billed[request] for request in billed if request in booked}
    lost = billed.keys() - booked.keys() - named
    assert len(lost) <= nameless
    return named, lost


def test_the_book_equals_the_bill_call_by_call_over_1000_mixed_calls(make):
    rng = random.Random(3)
    v = make(tier="unlimited", seed=3)
    speech, charged = v.audio.speak(SPOKEN), set()
    for turn in range(1000):
        if turn % 100 == 50:  # refused once: tried again, or told
            v.box.state.faults.append([rng.choice(REFUSALS)(), 1])
        try:
            rng.choice(calls(rng, speech))(v)
        except vn.VeniceError as error:
            charged.add(error.charged)
    assert charged <= {"no"}
    assert hold_against_the_bill(v.spend, v.box) == (set(), set())
    assert v.spend.unknown == 0
    assert len(v.spend) > 900
    assert v.spend.total.usd == pytest.approx(sum(charge.usd for charge in v.box.books), abs=1e-6)
    assert v._session.calls == len(v.spend)
    assert v.spend.reconcile().agrees


@pytest.fixture
def served(monkeypatch):
    """A sandbox on a port of this machine; its clients are live ones."""
    monkeypatch.setattr("venice_nb.policy.limits._table", lambda model, family: (None, None))  # unpaced
    settings = {"tier": "unlimited", "abuse": "off", "job_seconds": 0.0}
    with on_a_port(lambda url: vn.Sandbox(base_url=url, **settings)) as box:
        yield box


def course(seed, count, faults, box, speech):
    """The calls of one thread or task, in a fixed order; some meet a fault."""
    rng = random.Random(seed)
    for turn in range(count):
        if turn % 20 == 10:
            box.state.faults.append([rng.choice(faults)(), 1])
        if turn % 25 == 5:
            yield lambda c: left(c, "Tell me about the canals of Venice")
        yield rng.choice(calls(rng, speech))


def test_four_threads_over_a_real_connection_lose_nothing(served):
    with vn.Venice(served.admin_key, base_url=served.base_url, show=False) as v:
        speech = v.audio.speak(SPOKEN)

        def work(seed):
            for ask in course(seed, 60, [*LOSSES, REFUSALS[0]], served, speech):
                try:
                    ask(v)
                except vn.VeniceError:
                    continue

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
        named, lost = hold_against_the_bill(v.spend, served)
        assert len(named) >= 8  # answers that were left or cut short
        assert lost
        assert len(v.spend) > 200
        again = vn.Venice(served.admin_key, base_url=served.base_url, show=False)
        assert [line for line in again.spend.machine().lines if line.usd] == sorted(
            (line for line in v.spend.lines if line.usd), key=lambda line: line.time
        )
        again.close()


def test_tasks_on_an_event_loop_lose_nothing():
    async def main():
        box = vn.Sandbox(tier="unlimited", abuse="off", sleep=lambda _: None)
        async with vn.AsyncVenice.sandbox(sandbox=box, show=False) as a:
            speech = await a.audio.speak(SPOKEN)

            async def work(seed):
                for ask in course(seed, 40, [*LOSSES, REFUSALS[0]], box, speech):
                    try:
                        found = ask(a)
                        if inspect.isawaitable(found):
                            await found
                    except vn.VeniceError:
                        continue

            await asyncio.gather(*map(work, range(6)))
            return a.spend, box

    spend, box = asyncio.run(main())
    named, lost = hold_against_the_bill(spend, box)
    assert len(named) >= 8
    assert lost
    assert len(spend) > 200


def test_tokens_out_of_the_server_s_cache_are_booked_at_their_own_price(v):
    for _ in range(2):
        reply = v.chat("Hi", system=LONG, model="claude-opus-4-5", max_completion_tokens=30)
    assert reply.usage.cached_tokens > 1000
    first, second = v.spend.lines
    assert second.usd < first.usd / 2
    assert hold_against_the_bill(v.spend, v.box) == (set(), set())
    assert v.spend.reconcile().agrees
