"""Whatever a server sends with 200, the user gets: as a result with `raw`, or as an error with the bytes."""

import json

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import venice_nb as vn
from tests.scripted_client import MODEL, Server, chat_answer
from venice_nb.errors import UnreadableReply

SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=5)
ODD = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
CHAT = chat_answer(
    "Hi ^1^",
    message={
        "reasoning_content": "hm",
        "reasoning_details": [{"type": "reasoning.text", "text": "hm", "index": 0}],
        "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
    },
    cost={"usd": 0.1, "diem": 0.0},
    venice_parameters={"web_search_citations": [{"title": "t", "url": "https://a.test"}]},
)
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "model": MODEL,
    "status": "completed",
    "output": [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
        {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"},
        {
            "type": "message",
            "content": [{"type": "output_text", "text": "Hi", "annotations": [{"url": "x"}]}],
        },
    ],
    "usage": {"input_tokens": 1, "output_tokens": 2, "output_tokens_details": {"reasoning_tokens": 1}},
}
SPEC = {
    "name": "M",
    "privacy": "private",
    "traits": ["default"],
    "pricing": {
        "input": {"usd": 1, "diem": 1},
        "output": 2,
        "extended": {"context_token_threshold": 5, "input": 2},
    },
    "capabilities": {"supportsVision": True, "reasoningEffortOptions": ["low"]},
    "availableContextTokens": 1000,
    "deprecation": {"date": "2027-01-01", "removesAt": "2027-01-01", "autoRemap": True},
    "voices": ["a"],
    "constraints": {"steps": {"max": 5}},
}
MODELS = {
    "object": "list",
    "type": "text",
    "data": [{"id": "m", "type": "text", "created": 1, "model_spec": SPEC}],
}
PERSON = {
    "id": "1",
    "slug": "ada",
    "name": "Ada",
    "tags": ["x"],
    "modelId": "m",
    "stats": {"averageRating": 4.5, "ratingCount": 2, "imports": 1},
    "adult": False,
}
REVIEWS = {
    "data": [{"rating": 5, "message": "m", "username": "u", "createdAt": "2026-01-01"}],
    "pagination": {"page": 1, "total": 1, "totalPages": 1},
    "summary": {"averageRating": 4.5, "totalReviews": 1},
}
VECTORS = {"model": "m", "data": [{"index": 0, "embedding": [1.0, 2.0]}], "usage": {"prompt_tokens": 1}}

ASKED = {
    "chat": (CHAT, lambda v: v.chat("hi", model=MODEL)),
    "responses": (RESPONSE, lambda v: v.responses("hi", model=MODEL)),
    "models": (MODELS, lambda v: v.models()),
    "pricing": (MODELS, lambda v: v.models.pricing()),
    "traits": ({"data": {"default": "m"}}, lambda v: v.models.traits()),
    "aliases": ({"data": {"gpt": "m"}}, lambda v: v.models.aliases()),
    "characters": ({"data": [PERSON]}, lambda v: v.characters(limit=1)),
    "character": ({"data": PERSON}, lambda v: v.characters.get("ada")),
    "reviews": (REVIEWS, lambda v: v.characters.reviews("ada", limit=1)),
    "embed": (VECTORS, lambda v: v.embed(["a"])),
    "raw": (CHAT, lambda v: v.raw("listModels")),
}


def places(value, path=()):
    """Every place in a JSON value."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*path, key))


def changed(value, path, new):
    """The value with another one, or nothing, in one place."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    if len(path) == 1 and new is ...:
        del copy[path[0]]
    else:
        copy[path[0]] = changed(copy[path[0]], path[1:], new)
    return copy


@st.composite
def spoilt(draw):
    name = draw(st.sampled_from(sorted(ASKED)))
    answer, ask = ASKED[name]
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(sorted(places(answer), key=repr)))
        answer = changed(answer, path, draw(ODD | st.just(...)) if path else draw(ODD))
    return answer, ask


def judge(content, ask):
    answer = httpx.Response(
        200, headers={"content-type": "application/json", "cf-ray": "ray-1"}, content=content
    )
    result, kept = None, None
    try:
        result = ask(Server(answer).client())
    except UnreadableReply as error:
        kept = error
    if kept is not None:
        assert kept.content == content
        assert kept.request_id == "ray-1"
        return
    assert result.raw is not None or content in {b"", b"null"}
    assert result.request_id in {"ray-1", None}
    shown = result._mimebundle()
    assert shown["text/plain"]
    assert shown["text/html"]
    assert repr(result)
    result.to_dict()
    result.to_frame()


@settings(max_examples=400, deadline=None)
@given(spoilt())
def test_an_answer_with_other_fields_than_expected_is_read_or_kept(case):
    answer, ask = case
    judge(json.dumps(answer).encode(), ask)


@pytest.mark.parametrize("number", [3.4028235677973366e38, 1.8446743523953738e19])
def test_numbers_at_the_edge_of_a_float_are_read_or_kept(number):
    """Beyond 32 bits a vector is refused; just within, its length is beyond them."""
    answer = {"model": "m", "data": [{"index": 0, "embedding": [number, 2.0]}]}
    judge(json.dumps(answer).encode(), ASKED["embed"][1])


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(ASKED)), st.binary(max_size=40))
def test_an_answer_that_is_not_even_json_is_kept(name, content):
    judge(content, ASKED[name][1])


@settings(max_examples=150, deadline=None)
@given(st.lists(ODD, max_size=4), st.booleans())
def test_a_stream_of_anything_gives_what_could_be_read(chunks, done):
    """A chunk nobody expects costs that chunk: the words around it arrive."""
    word = {"id": "c", "choices": [{"index": 0, "delta": {"content": "word"}, "finish_reason": None}]}
    lines = [word, *chunks, {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}]
    content = "".join(f"data: {json.dumps(each)}\n\n" for each in lines) + "data: [DONE]\n\n" * done
    answer = httpx.Response(200, headers={"content-type": "text/event-stream"}, content=content.encode())
    v = Server(answer).client()
    try:
        reply = v.chat("hi", model=MODEL, stream=True)
    except vn.StreamError as error:  # a chunk that is an error, as far as anyone can tell
        reply = error.partial
    assert reply.text.startswith("word")
    assert v.last.text == reply.text


@pytest.mark.parametrize("name", sorted(ASKED))
def test_every_result_has_what_the_server_sent_and_its_headers(name):
    answer, ask = ASKED[name]
    headers = {
        "cf-ray": "ray-1",
        "x-venice-balance-usd": "4.5",
        "x-ratelimit-remaining-requests": "7",
        "x-venice-model-deprecation-date": "2027-01-01",
    }
    found = ask(Server(httpx.Response(200, headers=headers, json=answer)).client())
    assert found.request_id == "ray-1"
    assert found.headers.balance.usd == 4.5
    assert found.headers.limits.requests.remaining == 7
    assert found.headers.deprecation.date == "2027-01-01"
    assert found.raw
