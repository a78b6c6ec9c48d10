"""Tool calls put together from the pieces of a stream."""

import json

import pytest
from streaming import DONE, call, chunk, gather


def calls_of(*pieces):
    reply = gather(
        *(chunk({"tool_calls": [piece]}) for piece in pieces), chunk({}, "tool_calls"), "[DONE]"
    ).result(DONE)
    return [(call.id, call.name, call.arguments) for call in reply.tool_calls]


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        pytest.param(
            [call(0, "a", "f", ""), call(0, None, None, '{"x"'), call(0, None, None, ":1}")],
            [("a", "f", '{"x":1}')],
            id="id and name first, arguments in pieces",
        ),
        pytest.param(
            [call(0, "a", "f", "{}"), call(1, "b", "g", '{"y"'), call(1, None, None, ":2}")],
            [("a", "f", "{}"), ("b", "g", '{"y":2}')],
            id="two calls with indices of their own",
        ),
        pytest.param(
            [
                call(0, "a", "f", '{"x"'),
                call(0, None, None, ":1}"),
                call(0, "b", "g", '{"y"'),
                call(0, None, None, ":2}"),
            ],
            [("a", "f", '{"x":1}'), ("b", "g", '{"y":2}')],
            id="parallel calls share an index; a new id starts a new call",
        ),
        pytest.param(
            [
                call(0, "a", "f", '{"x"'),
                call(0, "b", "g", '{"y"'),
                call(0, "a", None, ":1}"),
                call(0, "b", None, ":2}"),
            ],
            [("a", "f", '{"x":1}'), ("b", "g", '{"y":2}')],
            id="pieces that repeat their id go to their call",
        ),
        pytest.param(
            [
                call(0, "a", "f", '{"x"'),
                call(1, "b", "g", '{"y"'),
                call(0, None, None, ":1}"),
                call(1, None, None, ":2}"),
            ],
            [("a", "f", '{"x":1}'), ("b", "g", '{"y":2}')],
            id="interleaved by index",
        ),
        pytest.param([call(0, "a", "f", None)], [("a", "f", "")], id="no arguments"),
        pytest.param([call(0, "a", "f", {"x": 1})], [("a", "f", '{"x": 1}')], id="arguments as an object"),
        pytest.param(
            [call(0, "a", "f", '{"x"'), call(0, "a", "f", ":1}")],
            [("a", "f", '{"x":1}')],
            id="id and name in every piece",
        ),
        pytest.param(
            [call(0, None, "f", "{}"), call(0, None, "g", "{}")],
            [("call_0", "f", "{}"), ("call_1", "g", "{}")],
            id="no ids at all: another name is another call",
        ),
        pytest.param(
            [call(None, "a", "f", '{"x"'), call(None, None, None, ":1}")],
            [("a", "f", '{"x":1}')],
            id="no index",
        ),
        pytest.param(
            [call(0, None, None, '{"x"'), call(0, "a", "f", ":1}")],
            [("a", "f", '{"x":1}')],
            id="the id comes late",
        ),
    ],
)
def test_tool_calls_are_put_together(pieces, expected):
    assert calls_of(*pieces) == expected


def test_a_call_keeps_what_it_must_send_back():
    piece = {**call(0, "a", "f", "{}"), "extra_content": {"signature": "zzz"}}
    message = gather(chunk({"tool_calls": [piece]}), chunk({}, "tool_calls"), "[DONE]").result(DONE).message
    assert message == {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "type": "function",
                "id": "a",
                "extra_content": {"signature": "zzz"},
                "function": {"name": "f", "arguments": "{}"},
            }
        ],
    }


def test_search_results_as_a_tool_call_become_sources():
    arguments = json.dumps({"documents": [{"title": "T", "url": "https://e.org", "snippet": "c"}]})
    reply = gather(
        chunk({"tool_calls": [call(0, "web_search_call", "web_search", arguments)]}),
        chunk({"content": "Hi"}),
        chunk({}, "tool_calls"),
        "[DONE]",
    ).result(DONE)
    assert reply.tool_calls == ()
    assert [source.url for source in reply.sources] == ["https://e.org"]
