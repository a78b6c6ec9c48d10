"""Reading the alpha route: output items and `response.*` events give the same reply."""

import json

import pytest
from streaming import received

from venice_nb.calls.talk.response_replies import ResponsesGatherer, read_response
from venice_nb.catalogue import Catalogue
from venice_nb.errors import UnreadableReply
from venice_nb.results.money import Cost, Usage
from venice_nb.results.talk.reply import Source, ToolCall
from venice_nb.sse import Decoder

CATALOGUE = Catalogue.bundled()
REASONING = {"type": "reasoning", "id": "rs", "summary": [{"type": "summary_text", "text": "hm"}]}
CALL = {"type": "function_call", "id": "fc", "call_id": "call_1", "name": "f", "arguments": '{"x":1}'}
CITED = {"type": "url_citation", "url": "https://e.org", "title": "T", "start_index": 0, "end_index": 1}
MESSAGE = {
    "type": "message",
    "id": "msg",
    "role": "assistant",
    "status": "completed",
    "content": [{"type": "output_text", "text": "Hi there", "annotations": [CITED]}],
}
WHOLE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "llama-3.3-70b",
    "status": "completed",
    "output": [REASONING, {"type": "web_search_call", "id": "ws", "status": "completed"}, CALL, MESSAGE],
    "usage": {
        "input_tokens": 1000,
        "input_tokens_details": {"cached_tokens": 10},
        "output_tokens": 500,
        "output_tokens_details": {"reasoning_tokens": 20},
        "total_tokens": 1500,
    },
}


def gather(*events):
    gatherer, decoder = ResponsesGatherer(catalogue=CATALOGUE, model="asked"), Decoder()
    sent = "".join(
        f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"
        if isinstance(event, dict)
        else f"data: {event}\n\n"
        for event in events
    )
    for event in (*decoder.feed(sent.encode()), *decoder.end()):
        gatherer.add(*event)
    return gatherer


def events(closing="response.completed", **changed):
    return [
        {
            "type": "response.created",
            "response": {**WHOLE, "status": "in_progress", "output": [], "usage": None},
        },
        {"type": "response.output_item.added", "output_index": 0, "item": {"type": "reasoning", "id": "rs"}},
        {"type": "response.reasoning.delta", "output_index": 0, "delta": "hm"},
        {"type": "response.output_item.done", "output_index": 0, "item": REASONING},
        {"type": "response.output_item.added", "output_index": 2, "item": {**CALL, "arguments": ""}},
        {"type": "response.function_call_arguments.delta", "output_index": 2, "delta": '{"x"'},
        {"type": "response.function_call_arguments.delta", "output_index": 2, "delta": ":1}"},
        {"type": "response.output_text.delta", "output_index": 3, "delta": "Hi "},
        {"type": "response.output_text.delta", "output_index": 3, "delta": "there"},
        {"type": closing, "response": {**WHOLE, **changed}},
        "[DONE]",
    ]


def test_the_items_are_read_into_a_reply():
    reply = read_response(received(WHOLE), catalogue=CATALOGUE)
    assert (reply.text, reply.reasoning, reply.status, reply.id) == ("Hi there", "hm", "completed", "resp_1")
    assert reply.tool_calls == (ToolCall("call_1", "f", '{"x":1}'),)
    assert reply.finish_reason == "tool_calls"
    assert reply.sources == (Source("T", "https://e.org"),)
    assert reply.usage == Usage(1000, 500, 1500, cached_tokens=10, reasoning_tokens=20)
    assert reply.cost == Cost(pytest.approx(0.0021), "priced")
    assert [item["type"] for item in reply.output] == [
        "reasoning",
        "web_search_call",
        "function_call",
        "message",
    ]


def test_a_stream_gives_an_equal_reply():
    gatherer = gather(*events())
    assert gatherer.done
    assert gatherer.result(received(b"")) == read_response(received(WHOLE), catalogue=CATALOGUE)
    assert (gatherer.text, gatherer.reasoning, gatherer.deltas) == ("Hi there", "hm", ["Hi ", "there"])


@pytest.mark.parametrize("count", range(len(events()) - 2))
def test_a_cut_stream_keeps_what_had_arrived(count):
    gatherer = gather(*events()[:count])
    reply = gatherer.result(received(b""))
    assert "Hi there".startswith(reply.text)
    assert not reply.complete
    assert not gatherer.done
    assert (reply.text, reply.reasoning) == (gatherer.text, gatherer.reasoning)
    if count >= 7:
        assert reply.tool_calls == (ToolCall("call_1", "f", '{"x":1}'),)


def test_an_incomplete_response_says_why():
    changed = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    reply = gather(*events("response.incomplete", **changed)).result(received(b""))
    assert (reply.finish_reason, reply.incomplete, reply.status) == (
        "length",
        "max_output_tokens",
        "incomplete",
    )


def test_a_failed_response_is_an_error_in_the_stream():
    error = {"code": "server_error", "message": "m"}
    gatherer = gather(*events("response.failed", status="failed", error=error))
    assert gatherer.error == error
    assert not gatherer.result(received(b"")).complete


def test_an_error_event_is_an_error_in_the_stream():
    assert gather({"type": "error", "error": {"message": "m"}}).error == {"message": "m"}


@pytest.mark.parametrize(
    "raw",
    [
        {"id": "x"},
        {"id": "x", "output": None},
        {"id": "x", "output": [None, 3, {"type": "new"}]},
        {"output": [{"type": "message", "content": "Hi"}]},
        {"output": {"type": "message", "content": [{"type": "refusal", "refusal": "Hi"}]}},
        {"id": "x", "output_text": "Hi"},
    ],
)
def test_odd_shapes_are_read_as_far_as_they_go(raw):
    reply = read_response(received(raw))
    assert reply.text in {"", "Hi"}
    assert reply.raw == raw


@pytest.mark.parametrize("content", [b"<html>", b"[]", b"{}", b'{"error": "m"}'])
def test_what_is_no_response_is_refused_with_its_bytes_kept(content):
    with pytest.raises(UnreadableReply) as caught:
        read_response(received(content))
    assert caught.value.content == content


def test_json_where_a_stream_was_expected_is_read():
    assert ResponsesGatherer().result(received(WHOLE)).text == "Hi there"
