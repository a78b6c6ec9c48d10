"""Streams that are handed out: every way to open one, and what the client remembers of it."""

import asyncio
import json

import httpx
import pytest

import venice_nb as vn

KEY = "VENICE_INFERENCE_KEY_planted_0123456789"
ASKED = "What is 2 + 2?"


def chunk(**delta):
    return {
        "id": "c",
        "model": "llama-3.3-70b",
        "choices": [{"index": 0, "delta": delta, "finish_reason": None}],
    }


def sse(*chunks):
    return "".join(f"data: {json.dumps(each)}\n\n" for each in chunks).encode()


def client(content, kind="text/event-stream", world=vn.Venice):
    answer = lambda _: httpx.Response(200, content=content, headers={"content-type": kind})
    return world(api_key=KEY, transport=httpx.MockTransport(answer), show=False)


END = {"id": "c", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}}
DONE = b"data: [DONE]\n\n"


def test_a_stream_that_was_read_is_the_last_reply_and_is_counted_once():
    v = vn.Venice.sandbox()
    with v.chat.stream(ASKED) as pieces:
        said = "".join(pieces)
    assert v.last is pieces.reply
    assert v.last.text == said == "2 + 2 = 4"
    assert v.last.cost.source == "charged"
    assert v._session.calls == 1
    assert v._session.cost == v.last.cost


def test_a_stream_left_early_is_kept_as_incomplete_and_its_cost_is_estimated():
    v = client(sse(chunk(content="one "), chunk(content="two"), END) + DONE)
    with v.chat.stream(ASKED, model="llama-3.3-70b") as pieces:
        assert next(iter(pieces))
    assert v.last.text.startswith("one")
    assert v._session.calls == 1


def test_a_stream_that_was_cut_is_kept_too():
    v = client(sse(chunk(content="one ")))
    with pytest.raises(vn.StreamInterrupted), v.chat.stream(ASKED) as pieces:
        list(pieces)
    assert (v.last.text, v.last.complete) == ("one ", False)
    assert v.last.cost.source == "estimated"


def test_an_answer_that_comes_whole_where_a_stream_was_asked_for_is_not_lost():
    body = {"id": "c", "model": "llama-3.3-70b", "choices": [{"message": {"content": "whole"}}]}
    v = client(json.dumps(body).encode(), "application/json")
    with v.chat.stream(ASKED) as pieces:
        assert list(pieces) == ["whole"]
    assert pieces.text == pieces.reply.text == v.last.text == "whole"

    async def main():
        a = client(json.dumps(body).encode(), "application/json", vn.AsyncVenice)
        async with a.chat.stream(ASKED) as pieces:
            return [piece async for piece in pieces]

    assert asyncio.run(main()) == ["whole"]


@pytest.mark.parametrize("way", ["with", "await with", "for"])
def test_every_way_to_open_an_asynchronous_stream_gives_the_same(way):
    async def main():
        a = vn.AsyncVenice.sandbox()
        opening = a.chat.stream(ASKED)
        if way == "for":
            pieces = [piece async for piece in opening]
        else:
            async with opening if way == "with" else await opening as stream:
                pieces = [piece async for piece in stream]
        return "".join(pieces), a.last.text, a._session.calls

    assert asyncio.run(main()) == ("2 + 2 = 4", "2 + 2 = 4", 1)


def test_pieces_are_not_cut_out_of_the_whole_text_again_and_again():
    """Ten thousand pieces cost each its own length, not the length of all before it."""
    seen = []

    class Counting(str):
        __slots__ = ()

        def __getitem__(self, part):
            seen.append(part)
            return str.__getitem__(self, part)

    v = client(sse(*(chunk(content=f"{n} ") for n in range(2_000)), END) + DONE)
    with v.chat.stream(ASKED) as pieces:
        type(pieces).text = property(lambda _: Counting(""))
        try:
            words = "".join(pieces).split()
        finally:
            del type(pieces).text
    assert words == [str(n) for n in range(2_000)]
    assert seen == []


def test_a_wrong_argument_of_a_stream_is_refused_at_once_in_both_worlds():
    with pytest.raises(vn.InvalidInput, match="temperature"):
        vn.Venice.sandbox().chat.stream("hi", temprature=1)

    async def main():
        async with vn.AsyncVenice.sandbox().chat.stream("hi", temprature=1):
            pytest.fail("it was opened")

    with pytest.raises(vn.InvalidInput, match="temperature"):
        asyncio.run(main())
