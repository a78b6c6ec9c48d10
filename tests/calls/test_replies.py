"""Reading chat answers: a paid answer is never lost because a field is missing, new or of another type."""

import json

import pytest
from streaming import BASE, USAGE, answer, body, chunk, received

from venice_nb.calls.talk.replies import read_reply
from venice_nb.catalogue import Catalogue
from venice_nb.errors import StreamError, UnreadableReply
from venice_nb.results.money import Cost, Usage
from venice_nb.results.talk.reply import Source

CATALOGUE = Catalogue.bundled()


def read(message=None, finish="stop", **more):
    return read_reply(received(answer(message or {"content": "Hi"}, finish, **more)), catalogue=CATALOGUE)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Hi", "Hi"),
        ("", ""),
        (None, ""),
        ([{"type": "text", "text": "Hi "}, {"type": "text", "text": "there"}], "Hi there"),
        ([{"type": "output_text", "text": "Hi"}, {"type": "image_url", "image_url": {"url": "x"}}], "Hi"),
        (["a", "b"], "ab"),
        ({"type": "text", "text": "Hi"}, "Hi"),
        (7, "7"),
    ],
)
def test_content_may_be_text_parts_or_null(content, text):
    assert read({"content": content}).text == text


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        (None, []),
        ([], []),
        ({}, []),
        ("none", []),
        ([None, 3], []),
        ([{"id": "a", "function": {"name": "f", "arguments": '{"x":1}'}}], [("a", "f", {"x": 1})]),
        ([{"id": "a", "function": {"name": "f", "arguments": ""}}], [("a", "f", {})]),
        ([{"id": "a", "function": {"name": "f", "arguments": None}}], [("a", "f", {})]),
        ([{"id": "a", "function": {"name": "f", "arguments": {"x": 1}}}], [("a", "f", {"x": 1})]),
        ([{"id": "a", "name": "f", "arguments": "{}"}], [("a", "f", {})]),
        ([{"function": {"name": "f"}}], [("call_0", "f", {})]),
        ({"id": "a", "function": {"name": "f"}}, [("a", "f", {})]),
    ],
)
def test_tool_calls_are_read_in_any_shape(calls, expected):
    found = read({"content": None, "tool_calls": calls}, "tool_calls").tool_calls
    assert [(call.id, call.name, call.args) for call in found] == expected


def test_arguments_that_were_cut_off_say_so():
    found = read({"tool_calls": [{"id": "a", "function": {"name": "f", "arguments": '{"x": "ab'}}]}, "length")
    with pytest.raises(ValueError, match=r"."):
        _ = found.tool_calls[0].args
    assert found.tool_calls[0].arguments == '{"x": "ab'


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ({"id": "x", "usage": USAGE}, ""),
        ({"id": "x", "choices": None}, ""),
        ({"id": "x", "choices": []}, ""),
        ({"id": "x", "choices": [None]}, ""),
        ({"id": "x", "choices": [{}]}, ""),
        ({"id": "x", "choices": {"message": {"content": "Hi"}}}, "Hi"),
        ({"choices": [{"text": "Hi"}]}, "Hi"),
        ({"choices": [{"delta": {"content": "Hi"}}]}, "Hi"),
        ({"message": {"content": "Hi"}}, "Hi"),
        ({"id": "x", "output_text": "Hi"}, "Hi"),
        ({"choices": [{"message": {"content": None, "refusal": "No."}}]}, "No."),
    ],
)
def test_choices_may_be_missing_or_odd(raw, text):
    reply = read_reply(received(raw))
    assert reply.text == text
    assert reply.raw == raw, "the answer itself is kept as it came"


@pytest.mark.parametrize("model", [None, 3, ""])
def test_without_a_model_in_the_body_the_header_and_then_the_question_tell_it(model):
    raw = {**answer({"content": "Hi"}), "model": model}
    if model is None:
        del raw["model"]
    told = read_reply(received(raw, headers={"x-venice-model-id": "told"}), model="asked")
    asked = read_reply(received(raw), model="asked")
    assert (told.model, asked.model) == (("3", "3") if model == 3 else ("told", "asked"))


@pytest.mark.parametrize(
    ("content", "text", "reasoning"),
    [
        ("<think>a\nb</think>\n\nHi", "Hi", "a\nb"),
        ("<think>\n\n</think>\n\nHi", "Hi", ""),
        ("<think>cut off", "", "cut off"),
        ("One. <think>a</think> Two. <think>b</think> Three.", "One. Two. Three.", "ab"),
        ("Write `<think>` and `</think>` tags", "Write `<think>` and `</think>` tags", ""),
        ("```\n<think>x</think>\n```", "```\n<think>x</think>\n```", ""),
        ("`a` <think>b</think>c", "`a` c", "b"),
        ("1 <th 2 < 3", "1 <th 2 < 3", ""),
    ],
)
def test_thoughts_inside_the_content_are_told_apart(content, text, reasoning):
    reply = read({"content": content})
    assert (reply.text, reply.reasoning) == (text, reasoning)
    assert reply.message["content"] == content, "what goes back is what came"


def test_reasoning_comes_from_its_own_field_from_its_details_or_both_with_tags():
    assert read({"content": "Hi", "reasoning_content": "a"}).reasoning == "a"
    assert read({"content": "Hi", "reasoning": "a"}).reasoning == "a"
    assert read({"content": "Hi", "reasoning_details": [{"text": "a"}, {"summary": "b"}]}).reasoning == "ab"
    assert read({"content": "<think>b</think>Hi", "reasoning_content": "a"}).reasoning == "a\n\nb"


def test_the_message_keeps_what_must_be_sent_back():
    sent = {
        "role": "assistant",
        "content": "Hi",
        "reasoning_details": [{"type": "reasoning.encrypted", "data": "zzz", "index": 0}],
        "thought_signature": "sig",
        "something_new": 1,
    }
    assert read(sent).message == sent


CITED = [{"title": "T", "url": "https://e.org", "content": "c", "date": "2026-01-01"}]
FOUND = (Source("T", "https://e.org", "c", "2026-01-01"),)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"venice_parameters": {"web_search_citations": CITED}}, {}),
        ({"venice_parameters": {"webSearchCitations": CITED}}, {}),
        ({"venice_parameters": {"citations": CITED}}, {}),
        ({"web_search_citations": CITED}, {}),
        ({"citations": CITED}, {}),
        ({}, {"citations": CITED}),
        ({}, {"annotations": [{"type": "url_citation", "url_citation": CITED[0]}]}),
        (
            {
                "citations": [
                    {"title": "T", "link": "https://e.org", "snippet": "c", "published_at": "2026-01-01"}
                ]
            },
            {},
        ),
    ],
)
def test_sources_are_found_in_every_place_and_spelling(more, message):
    reply = read({"content": "Hi ^1^", **message}, **more)
    assert reply.sources == FOUND
    frame = reply.citations
    assert frame.loc[1].to_dict() == {
        "title": "T",
        "url": "https://e.org",
        "content": "c",
        "date": "2026-01-01",
    }


def test_sources_may_be_bare_addresses_and_odd_entries_are_passed_over():
    assert read(citations=["https://a.org", None, 5, {}]).sources == (Source(url="https://a.org"),)


def test_without_sources_the_table_of_citations_is_empty_but_has_its_columns():
    frame = read().citations
    assert list(frame.columns) == ["title", "url", "content", "date"]
    assert len(frame) == 0


DOCUMENTS = json.dumps({"documents": [{"id": "1", "title": "T", "url": "https://e.org", "snippet": "c"}]})


@pytest.mark.parametrize(
    ("name", "ident"), [("venice_web_search_documents", "call_9"), ("web_search", "web_search_call")]
)
def test_search_results_in_the_guise_of_a_tool_call_become_sources(name, ident):
    """Venice sends them under two names; neither is ever a call to run."""
    call = {"id": ident, "type": "function", "function": {"name": name, "arguments": DOCUMENTS}}
    reply = read({"content": "Hi", "tool_calls": [call]}, "tool_calls")
    assert reply.tool_calls == ()
    assert reply.sources == (Source("T", "https://e.org", "c", ""),)
    assert reply.finish_reason == "stop", "nothing is left to run"


def test_a_tool_of_the_users_that_is_called_web_search_is_a_tool_call():
    call = {"id": "call_1", "function": {"name": "web_search", "arguments": '{"query": "x"}'}}
    reply = read({"content": None, "tool_calls": [call]}, "tool_calls")
    assert [call.name for call in reply.tool_calls] == ["web_search"]
    assert reply.finish_reason == "tool_calls"


@pytest.mark.parametrize(
    ("cost", "usd"),
    [
        ({"usd": 0.25, "diem": 0.5}, 0.75),
        ({"usd": 0.25, "diem": 0}, 0.25),
        ({"diem": 0.5}, 0.5),
        (0.25, 0.25),
        ("0.25", 0.25),
        (0, 0.0),
    ],
)
def test_a_cost_in_the_answer_is_what_was_charged(cost, usd):
    assert read(usage=USAGE, cost=cost).cost == Cost(usd, "charged")
    assert read(usage={**USAGE, "cost": cost}).cost == Cost(usd, "charged")


@pytest.mark.parametrize("cost", [None, {}, "free", {"usd": None}, [], True, float("nan")])
def test_without_a_readable_cost_tokens_are_priced(cost):
    """llama-3.3-70b: 0.7 in and 2.8 out per million, so 1000 x 0.7 + 500 x 2.8 = 2100 millionths."""
    assert read(usage=USAGE, cost=cost).cost == Cost(pytest.approx(0.0021), "priced")


def test_cached_and_written_tokens_have_their_own_prices():
    """zai-org-glm-5-2: 1.4 in, 0.26 cached, 4.4 out: 600 x 1.4 + 400 x 0.26 + 500 x 4.4 = 3144 millionths."""
    usage = {**USAGE, "prompt_tokens_details": {"cached_tokens": 400}}
    price = CATALOGUE.get("zai-org-glm-5-2").price
    assert (price.input, price.cache_input, price.output) == (1.4, 0.26, 4.4)
    reply = read_reply(
        received({**answer({"content": "Hi"}, usage=usage), "model": "zai-org-glm-5-2"}), catalogue=CATALOGUE
    )
    assert reply.cost == Cost(pytest.approx(0.003144), "priced")
    assert reply.usage.cached_tokens == 400


def test_without_usage_tokens_are_guessed_from_characters_and_the_cost_says_so():
    """64 characters are 64 / 3.2 x 0.95 = 19 tokens; 19 x 2.8 + 100 x 0.7 = 123.2 millionths."""
    raw = answer({"content": "x" * 60, "reasoning_content": "yyyy"})
    reply = read_reply(received(raw), catalogue=CATALOGUE, prompt_tokens=100)
    assert reply.usage == Usage(100, 19, 119, estimated=True)
    assert reply.cost == Cost(pytest.approx(0.0001232), "estimated")


def test_the_price_of_an_unknown_model_is_unknown():
    raw = {**answer({"content": "Hi"}, usage=USAGE), "model": "brand-new"}
    assert read_reply(received(raw), catalogue=CATALOGUE).cost == Cost(None, "unknown")
    assert read_reply(received(raw)).cost == Cost(None, "unknown")


def test_where_the_answer_names_an_unknown_model_the_one_asked_for_gives_the_price():
    raw = {**answer({"content": "Hi"}, usage=USAGE), "model": "llama-3.3-70b-snapshot"}
    assert read_reply(received(raw), catalogue=CATALOGUE, model="llama-3.3-70b").cost.source == "priced"


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (None, None),
        ({}, None),
        ("many", None),
        ({"prompt_tokens": 3, "completion_tokens": 4}, Usage(3, 4, 7)),
        ({"prompt_tokens": "3", "completion_tokens": None}, Usage(3, 0, 3)),
        ({"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}, Usage(3, 4, 7)),
        (
            {
                "prompt_tokens": 9,
                "completion_tokens": 5,
                "total_tokens": 14,
                "prompt_tokens_details": {"cached_tokens": 2, "cache_creation_input_tokens": 1},
                "completion_tokens_details": {"reasoning_tokens": 4},
            },
            Usage(9, 5, 14, 2, 1, 4),
        ),
        (
            {"prompt_tokens": 9, "prompt_tokens_details": None, "completion_tokens_details": "x"},
            Usage(9, 0, 9),
        ),
    ],
)
def test_usage_is_read_or_guessed(usage, expected):
    found = read(usage=usage).usage
    assert found == expected if expected is not None else found.estimated


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html><head><style>p{}</style></head><body><h1>Sign in</h1></body></html>", "HTML page.*Sign in"),
        (b"", "it was empty"),
        (b"upstream connect error", "upstream connect error"),
        (b'{"choices": [{"mess', "not JSON"),
        (b'["a"]', "not a chat answer"),
        (b'"a"', "not a chat answer"),
        (b'{"error": "Something went wrong"}', "not a chat answer.*Something went wrong"),
        (b'{"error": {"message": "No."}, "id": "x"}', "No."),
        (b'{"status": "ok"}', "not a chat answer"),
    ],
)
def test_what_is_no_answer_is_refused_with_its_bytes_kept(content, said):
    """Fault rows 38 and 39: a captive portal, or JSON of another shape, with status 200."""
    with pytest.raises(UnreadableReply, match=said) as caught:
        read_reply(received(content))
    assert caught.value.content == content
    assert caught.value.status == 200
    assert caught.value.request_id == "ray-1"
    assert caught.value.charged == "unknown"


def test_nan_a_lone_surrogate_and_a_byte_order_mark_do_not_lose_the_answer():
    raw = json.dumps(answer({"content": "Hi \ud83d"})).encode().replace(b'"created": 1', b'"created": NaN')
    assert read_reply(received(b"\xef\xbb\xbf" + raw)).text == "Hi \ud83d"


STREAM = body(
    chunk({"role": "assistant", "content": ""}), chunk({"content": "Hi"}), chunk({}, "stop"), "[DONE]"
)


@pytest.mark.parametrize(
    "kind", ["text/event-stream", "text/event-stream; charset=utf-8", "application/json", ""]
)
def test_a_stream_where_json_was_expected_is_read(kind):
    reply = read_reply(received(STREAM, kind))
    assert (reply.text, reply.finish_reason, reply.complete) == ("Hi", "stop", True)


def test_a_whole_stream_that_breaks_off_is_a_reply_marked_unfinished():
    reply = read_reply(received(body(chunk({"content": "Hi"}))))
    assert (reply.text, reply.complete) == ("Hi", False)


def test_an_error_inside_a_whole_stream_keeps_what_came_before():
    error = {"error": {"message": "overloaded", "code": "model_overloaded", "retry_after": 7}}
    with pytest.raises(StreamError, match="overloaded") as caught:
        read_reply(received(body(chunk({"content": "Hi"}), error, "[DONE]")))
    assert caught.value.text == "Hi"
    assert caught.value.retry_after == 7
    assert caught.value.code == "model_overloaded"


@pytest.mark.parametrize("order", [1, -1], ids=["in order", "as they were finished"])
def test_several_answers_are_all_kept_and_the_first_is_the_reply(order):
    raw = answer({"content": "one"})
    raw["choices"].append({"index": 1, "finish_reason": "length", "message": {"content": "two"}})
    raw["choices"] = raw["choices"][::order]
    reply = read_reply(received(raw))
    assert [choice.text for choice in reply.choices] == ["one", "two"]
    assert [choice.finish_reason for choice in reply.choices] == ["stop", "length"]
    assert reply.text == "one"
    assert list(reply.to_frame()["text"]) == ["one", "two"]


def test_venice_parameters_and_log_probabilities_are_handed_through():
    raw = answer({"content": "Hi"}, venice_parameters={"enable_web_search": "off"})
    raw["choices"][0]["logprobs"] = {"content": [{"token": "Hi", "logprob": -0.1}]}
    reply = read_reply(received(raw))
    assert reply.venice_parameters == {"enable_web_search": "off"}
    assert reply.logprobs == {"content": [{"token": "Hi", "logprob": -0.1}]}


def test_deep_nesting_is_refused_and_does_not_overflow():
    with pytest.raises(UnreadableReply):
        read_reply(received(b'{"a":' * 100_000))


def test_the_base_of_the_samples_is_a_model_of_the_catalogue():
    assert CATALOGUE.get(BASE["model"]).price.input == 0.7
