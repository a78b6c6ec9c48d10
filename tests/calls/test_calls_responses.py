"""The alpha route: items are checked by kind, and what belongs to chats is told to be elsewhere."""

import pytest

from venice_nb.calls.call import Safety
from venice_nb.calls.talk.responses import create_response

MODEL = "llama-3.3-70b"
SEES = "qwen-3-8-27b"
HI = [{"role": "user", "content": "Hi"}]
IMAGE = {"type": "input_image", "image_url": {"url": "https://example.com/a.png", "detail": "low"}}
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}

SENT = [  # input, further arguments, further fields of the body
    ("Hi", {}, {}),
    (HI, {"temperature": 0, "top_p": 1, "max_output_tokens": 50}, None),
    ([{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "x"}]}], {}, {}),
    (
        [{"role": "user", "content": [{"type": "text", "text": "x"}], "id": "a", "status": "completed"}],
        {},
        {},
    ),
    ([{"type": "reasoning", "summary": ["a"], "encrypted_content": "z"}, *HI], {}, {}),
    ([{"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"}], {}, {}),
    ([{"type": "function_call_output", "call_id": "a", "output": {"t": [1, None]}}], {}, {}),
    ([{"type": "item_reference", "id": "a"}], {}, {}),
    ("Hi", {"tools": [TOOL, {"type": "web_search", "search_context_size": "low"}]}, None),
    ("Hi", {"tools": [{"type": "x_search", "allowed_x_handles": ["a"], "from_date": "2026-01-01"}]}, None),
    ("Hi", {"tools": [{"type": "code_interpreter", "container": {"image": "x"}}]}, None),
    ("Hi", {"tools": [{"type": "file_search", "ranking_options": {"score_threshold": 0.5}}]}, None),
    ("Hi", {"tools": [{"type": "computer_use_preview", "display_width": 800}]}, None),
    (
        "Hi",
        {"tool_choice": "auto", "web_search": True, "include": ["a"], "fallbacks": [{"model": "m"}]},
        None,
    ),
    ("Hi", {"venice_parameters": {"enable_web_search": "on", "character_slug": "a"}}, None),
    ("Hi", {"stream": True}, {"stream": True}),
    ("Hi", {"temperature": None, "extra_body": {"new": 1, "user": None}}, {"new": 1}),
]


@pytest.mark.parametrize(("given", "arguments", "expected"), SENT)
def test_items_and_settings_are_sent_as_they_are(catalogue, fits, given, arguments, expected):
    call = fits(create_response(given, model=MODEL, catalogue=catalogue, **arguments))
    assert call.body == {"model": MODEL, "input": given, **(arguments if expected is None else expected)}


REFUSED = [  # input, further arguments, field, part of the fix
    ("", {}, "input", ""),
    ([], {}, "input", ""),
    (None, {}, "input", ""),
    (["Hi"], {}, "input[0]", ""),
    ([{"type": "massage"}], {}, "input[0].type", "'message'"),
    ([{"content": "x"}], {}, "input[0].role", ""),
    ([{"role": "tool", "content": "x"}], {}, "input[0].role", ""),
    ([{"role": "user", "content": " "}], {}, "input[0].content", ""),
    ([{"role": "user", "content": []}], {}, "input[0].content", ""),
    ([{"role": "user", "content": "x", "status": "done"}], {}, "input[0].status", ""),
    ([{"role": "user", "content": ["x"]}], {}, "input[0].content[0]", ""),
    ([{"role": "user", "content": [{"type": "input_text"}]}], {}, "input[0].content[0].text", ""),
    ([{"role": "user", "content": [{"type": "file"}]}], {}, "input[0].content[0].type", ""),
    (
        [{"type": "message", "role": "user", "content": [{"type": "text", "text": "x"}]}],
        {},
        "input[0].content[0].type",
        "",
    ),
    ([{"role": "user", "content": [{"type": "input_image"}]}], {}, "input[0].content[0].image_url", ""),
    (
        [{"role": "user", "content": [{"type": "image_url", "image_url": "http://localhost/a"}]}],
        {},
        "input[0].content[0].image_url.url",
        "",
    ),
    ([{"role": "user", "content": [IMAGE]}], {}, "input[0].content[0]", "model="),
    ([{"type": "function_call", "name": "f", "arguments": "{}"}], {}, "input[0].call_id", ""),
    (
        [{"type": "function_call", "call_id": "a", "name": "f", "arguments": {}}],
        {},
        "input[0].arguments",
        "",
    ),
    ([{"type": "function_call_output", "call_id": "a"}], {}, "input[0].output", ""),
    ([{"type": "item_reference"}], {}, "input[0].id", ""),
    ("Hi", {"temperature": 3}, "temperature", ""),
    ("Hi", {"max_output_tokens": 0}, "max_output_tokens", ""),
    ("Hi", {"max_tokens": 5}, "max_tokens", "max_output_tokens"),
    ("Hi", {"response_format": {}}, "response_format", "chat()"),
    ("Hi", {"web_search": "on"}, "web_search", ""),
    ("Hi", {"tools": [{"type": "function", "name": "f"}]}, "tools[0]", ""),
    ("Hi", {"tools": [{"type": "websearch"}]}, "tools[0].type", "'web_search'"),
    (
        "Hi",
        {"tools": [{"type": "web_search", "search_context_size": 3}]},
        "tools[0].search_context_size",
        "",
    ),
    (
        "Hi",
        {"tools": [{"type": "x_search", "allowed_x_handles": ["a"] * 11}]},
        "tools[0].allowed_x_handles",
        "",
    ),
    ("Hi", {"tool_choice": "f"}, "tool_choice", ""),
    ("Hi", {"reasoning": {"effort": "low"}}, "reasoning.effort", ""),
    ("Hi", {"venice_parameters": {"enable_web_search": True}}, "venice_parameters.enable_web_search", ""),
    ("Hi", {"model": f"{MODEL}:web"}, "model", "venice_parameters"),
    ("Hi", {"model": "z-image-turbo"}, "model", ""),
    ("Hi", {"stream": 1}, "stream", ""),
    ("Hi", {"extra_body": {"input": "x"}}, "extra_body.input", ""),
]


@pytest.mark.parametrize("row", REFUSED)
def test_what_the_server_would_refuse_is_not_sent(catalogue, refused, row):
    given, arguments, field, fix = row
    ask = {"model": MODEL, "catalogue": catalogue, **arguments}
    refused(lambda: create_response(given, **ask), field, fix)


def test_pictures_go_to_models_that_see(catalogue, fits):
    items = [{"role": "user", "content": [{"type": "input_text", "text": "?"}, IMAGE]}]
    assert fits(create_response(items, model=SEES, catalogue=catalogue)).body["input"] == items


def test_a_call_tells_how_it_may_be_sent(catalogue):
    call = create_response("Hi", model=MODEL, catalogue=catalogue, stream=True, max_output_tokens=10)
    assert (call.safety, call.paid, call.family, call.tokens) == (Safety.INFER, True, "text", 11)
    assert call.accept == "text/event-stream"
    assert call.gather() is not call.gather()
    assert call == create_response("Hi", model=MODEL, catalogue=catalogue, stream=True, max_output_tokens=10)
