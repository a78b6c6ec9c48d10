"""Where tutorials and the official sources disagree about chats, models, characters and embeddings.

Sent is what the specification takes; read is either spelling. One test for each point of the disagreement.
"""

import base64
import logging
import struct
import time

import httpx
import pytest

import venice_nb as vn
from tests.scripted_client import MODEL, Server, chat_answer, sse

REAL = "zai-org-glm-5-2"


def announced(caplog):
    return [record.getMessage() for record in caplog.records if record.name == "venice_nb"]


@pytest.fixture(autouse=True)
def _heard(caplog):
    caplog.set_level(logging.WARNING, "venice_nb")


CITED = {
    "web_search_citations": [{"title": "A", "url": "https://a.test"}, {"title": "B", "url": "https://b.test"}]
}


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("One ^1^.", ["https://a.test"]),
        ("Both ^1,2^.", ["https://a.test", "https://b.test"]),
        ("One [REF]0[/REF].", ["https://a.test"]),
        ("None ^7^.", []),
    ],
)
def test_row_12_citations_are_linked_in_every_spelling_and_a_number_too_high_stays_text(text, linked):
    reply = Server(chat_answer(text, venice_parameters=CITED)).client().chat("hi", model=MODEL)
    answer = reply._mimebundle()["text/html"].split("<details")[0]
    assert [url for url in ("https://a.test", "https://b.test") if url in answer] == linked
    assert ("^7^" in answer) is (not linked)
    assert list(reply.citations["url"]) == ["https://a.test", "https://b.test"]


@pytest.mark.parametrize("inside", [True, False])
def test_row_13_cache_hints_go_to_the_top_level_wherever_the_user_puts_them(inside):
    server = Server()
    hints = {"prompt_cache_key": "doc-7", "prompt_cache_retention": "24h"}
    server.client().chat("hi", model=MODEL, **({"venice_parameters": hints} if inside else hints))
    assert hints.items() <= server.body.items()
    assert not server.body.get("venice_parameters")


@pytest.mark.parametrize(
    ("suffix", "sent"),
    [
        (
            "enable_web_search=on&enable_web_citations=true",
            {"enable_web_search": "on", "enable_web_citations": True},
        ),
        (
            "enable_web_search=on:enable_web_citations=true",
            {"enable_web_search": "on", "enable_web_citations": True},
        ),
        ("web", {"enable_web_search": "on"}),
        ("character_slug=alan%2Dwatts", {"character_slug": "alan-watts"}),
    ],
)
def test_row_14_every_spelling_of_a_suffix_becomes_parameters(suffix, sent):
    server = Server()
    server.client().chat("hi", model=f"{MODEL}:{suffix}")
    assert server.body["model"] == MODEL
    assert server.body["venice_parameters"] == sent


def test_row_15_audio_models_are_three_requests_and_one_table():
    listed = lambda kind: {"data": [{"id": kind, "type": kind, "model_spec": {"privacy": "private"}}]}
    server = Server(listed("tts"), listed("asr"), listed("music"))
    assert server.client().models(type="audio").ids == ["tts", "asr", "music"]
    assert [path.partition("?")[2] for path in server.paths] == ["type=tts", "type=asr", "type=music"]


@pytest.mark.parametrize(
    "answer", [{"default": "x"}, {"object": "list", "type": "text", "data": {"default": "x"}}]
)
def test_row_16_traits_are_read_flat_and_wrapped(answer):
    traits = Server(answer).client().models.traits()
    assert dict(traits) == {"default": "x"}
    assert traits.raw == answer


def test_row_17_uncensored_and_fastest_find_a_text_model_and_say_which(caplog):
    server = Server()
    v = server.client()
    v.chat("hi", model="uncensored")
    assert server.body["model"] == "venice-uncensored-1-2"
    v.chat("hi", model="fastest")
    cheapest = server.body["model"]
    v.chat("hi", model="fastest")
    notes = [note for note in announced(caplog) if "fastest" in note]
    assert notes == [f"No text model has the trait fastest; using {cheapest}, the cheapest private one."]
    assert sum("most_uncensored" in note for note in announced(caplog)) == 1


@pytest.mark.parametrize("leaf", [0.5, {"usd": 0.5, "diem": 0.5}])
def test_row_18_prices_are_read_as_numbers_and_as_objects(leaf):
    pricing = {"input": leaf, "output": leaf}
    listed = {"data": [{"id": "m", "type": "text", "model_spec": {"privacy": "private", "pricing": pricing}}]}
    table = Server(listed).client().models()
    assert list(table["input"]) == [0.5]


def test_row_19_prices_come_from_the_server_and_without_one_from_a_list_with_its_date():
    pricing = {"input": 1.5, "output": 2.5}
    spec = {"privacy": "private", "pricing": pricing, "availableContextTokens": 9_000}
    v = Server({"data": [{"id": MODEL, "type": "text", "model_spec": spec}]}).client()
    assert v.models.get(MODEL).price.input == 0.7  # of the list that comes with the package
    assert v.models().models[0].price.input == 1.5
    assert (v.models.get(MODEL).price.input, v.models.get(MODEL).context) == (1.5, 9_000)
    away = Server(httpx.Response(500, json={"error": "down"})).client().models(type="embedding")
    assert len(away) == 9
    assert away.date in away.note
    assert "as of" in away._mimebundle()["text/plain"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("venice-uncensored", "venice-uncensored-1-2"),
        ("qwen3-4b", "qwen3-5-9b"),
        ("mistral-31-24b", "mistral-small-3-2-24b-instruct"),
        ("deepseek-ai-DeepSeek-R1", "deepseek-v3.2"),
    ],
)
def test_row_20_a_model_that_is_gone_is_replaced_and_that_is_said_once(caplog, old, new):
    server = Server()
    v = server.client()
    v.chat("hi", model=old)
    v.chat("hi", model=old)
    assert server.body["model"] == new
    assert announced(caplog) == [f"{old} is retired; using {new}."]


@pytest.mark.parametrize("model", ["llama-3.2-3b", "llama-3.3-70b", "hermes-3-llama-3.1-405b"])
def test_row_21_what_a_model_cannot_do_is_refused_before_anything_is_sent(model):
    server = Server()
    shape = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    wanted = {"type": "json_schema", "json_schema": {"name": "a", "strict": True, "schema": shape}}
    with pytest.raises(vn.InvalidInput, match=model):
        server.client().chat("hi", model=model, response_format=wanted)
    with pytest.raises(vn.InvalidInput, match="look at pictures"):
        server.client().chat("hi", model="llama-3.2-3b", images="https://e.org/a.png")
    assert server.paths == []


def vectors(*rows):
    data = [{"object": "embedding", "index": n, "embedding": row} for n, row in enumerate(rows)]
    return {"object": "list", "model": "text-embedding-bge-m3", "data": data, "usage": {"prompt_tokens": 2}}


def test_row_32_the_length_of_vectors_is_measured():
    assert Server(vectors([1, 2, 3], [4, 5, 6])).client().embed(["a", "b"]).shape == (2, 3)


def test_row_33_vectors_are_asked_for_in_base64_and_read_as_that_or_as_numbers():
    packed = base64.b64encode(struct.pack("<3f", 1, 2, 3)).decode()
    server = Server(vectors(packed, [1, 2, 3]))
    found = server.client().embed(["a", "b"])
    assert server.body["encoding_format"] == "base64"
    assert found[0].tolist() == found[1].tolist() == [1.0, 2.0, 3.0]


def test_row_34_efforts_are_judged_by_the_model():
    server = Server()
    v = server.client()
    known = v.models.get("qwen3-5-9b")
    unknown = next(level for level in ("minimal", "xhigh", "max") if level not in known.effort_options)
    for effort in known.effort_options:
        v.chat("hi", model=known, reasoning_effort=effort)
        assert server.body["reasoning_effort"] == effort
    sent = len(server.paths)
    with pytest.raises(vn.InvalidInput, match="disable_thinking"):
        v.chat("hi", model=known, reasoning_effort=unknown)
    with pytest.raises(vn.InvalidInput, match="no levels"):
        v.chat("hi", model=MODEL, reasoning_effort="low")
    assert len(server.paths) == sent
    v.chat("hi", model=known, reasoning={"enabled": False, "summary": "auto"}, disable_thinking=True)
    assert server.body["reasoning"] == {"enabled": False, "summary": "auto"}
    assert server.body["venice_parameters"] == {"disable_thinking": True}


DOCUMENTS = (
    '{"documents": [{"title": "A", "url": "https://a.test", "snippet": "s", "published_at": "2026-01-01"}]}'
)


@pytest.mark.parametrize(
    ("ident", "name"), [("web_search_call", "web_search"), ("call_1", "venice_web_search_documents")]
)
@pytest.mark.parametrize("streamed", [True, False])
def test_row_35_search_results_that_look_like_a_tool_call_are_sources_and_never_run(ident, name, streamed):
    call = {"id": ident, "type": "function", "function": {"name": name, "arguments": DOCUMENTS}}
    answer = chat_answer("found", message={"tool_calls": [call]}, finish_reason="tool_calls")
    if streamed:
        choice = {"index": 0, "delta": {"content": "found", "tool_calls": [{"index": 0, **call}]}}
        content = sse(
            {"id": "c", "choices": [choice]},
            {"choices": [choice | {"delta": {}, "finish_reason": "tool_calls"}]},
        )
        answer = httpx.Response(200, headers={"content-type": "text/event-stream"}, text=content)
    ran = []

    def lookup(query: str) -> str:
        """Look something up."""
        ran.append(query)
        return "x"

    server = Server(answer)
    reply = server.client().chat("hi", model=REAL, tools=[lookup], stream=streamed)
    assert (reply.tool_calls, reply.finish_reason, ran) == ((), "stop", [])
    assert [source.url for source in reply.sources] == ["https://a.test"]
    assert len(server.paths) == 1


@pytest.mark.parametrize("place", ["first", "last"])
def test_row_35_citations_are_found_in_any_chunk(place):
    words = {"id": "c", "choices": [{"index": 0, "delta": {"content": "One ^1^"}, "finish_reason": "stop"}]}
    cited = {"choices": [], "venice_parameters": CITED}
    content = sse(*([cited, words] if place == "first" else [words, cited]))
    answer = httpx.Response(200, headers={"content-type": "text/event-stream"}, text=content)
    assert len(Server(answer).client().chat("hi", model=MODEL, stream=True).sources) == 2


def test_row_36_usage_is_asked_for_in_a_stream_and_estimated_where_it_is_missing():
    words = {"id": "c", "choices": [{"index": 0, "delta": {"content": "Hello"}, "finish_reason": "stop"}]}
    server = Server(httpx.Response(200, headers={"content-type": "text/event-stream"}, text=sse(words)))
    reply = server.client().chat("hi", model=MODEL, stream=True)
    assert server.body["stream_options"] == {"include_usage": True}
    assert reply.usage.estimated
    assert reply.cost.source == "estimated"
    assert reply.cost.usd > 0


def test_row_37_no_key_is_told_apart_whether_it_comes_as_402_or_as_401():
    discovery = httpx.Response(402, json={"x402Version": 2, "accepts": [], "error": "Payment required"})
    with pytest.raises(vn.PaymentRequired, match="No key reached the server"):
        Server(discovery).client().chat("hi", model=MODEL)
    with pytest.raises(vn.APIError) as caught:
        Server(httpx.Response(401, json={"error": "Authentication failed"})).client().chat("hi", model=MODEL)
    assert "key" in caught.value.do


@pytest.mark.parametrize("status", [401, 403])
def test_row_38_a_key_of_the_wrong_kind_is_the_same_error_in_both_spellings(status):
    from venice_nb.errors import AdminKeyRequired

    refused = httpx.Response(status, json={"error": "Admin API key required"})
    with pytest.raises(AdminKeyRequired):
        Server(refused).client().raw("getBillingBalance")


def test_row_39_an_error_without_a_code_is_told_by_status_and_message():
    missing = httpx.Response(404, json={"error": "Specified model not found. Did you mean llama-3.3-70b?"})
    with pytest.raises(vn.ModelNotFound) as caught:
        Server(missing).client().chat("hi", model=REAL)
    assert "llama-3.3-70b" in caught.value.suggestions


@pytest.mark.parametrize(
    ("status", "said"), [(415, "Unsupported"), (400, "'Content-Type' must be 'application/json'")]
)
def test_row_41_a_wrong_content_type_has_the_same_advice_with_both_statuses(status, said):
    answer = httpx.Response(status, json={"error": said})
    with pytest.raises(vn.APIError) as caught:
        Server(answer).client().chat("hi", model=MODEL)
    assert "content type" in caught.value.do


@pytest.mark.parametrize("unit", ["duration", "seconds", "milliseconds", "float"])
def test_row_43_a_reset_is_in_seconds_from_now_whatever_its_unit(unit):
    at = time.time() + 30
    value = {
        "duration": "30",
        "seconds": f"{at:.0f}",
        "milliseconds": f"{at * 1000:.0f}",
        "float": f"{at:.3f}",
    }[unit]
    headers = {"x-ratelimit-reset-requests": value, "x-ratelimit-reset-tokens": value}
    limits = (
        Server(httpx.Response(200, headers=headers, json=chat_answer()))
        .client()
        .chat("hi", model=MODEL)
        .headers.limits
    )
    assert limits.requests.reset == pytest.approx(30, abs=2)
    assert limits.tokens.reset == pytest.approx(30, abs=2)


def test_row_44_a_tier_is_shown_in_the_servers_own_word():
    from venice_nb.calls.call import Received
    from venice_nb.calls.listings import read_rate_limits

    told = read_rate_limits(
        Received(200, {}, b'{"data": {"apiTier": {"id": "something-new", "isCharged": true}}}')
    )
    assert "something-new" in told._mimebundle()["text/plain"]


def test_row_47_what_has_no_name_here_goes_through_extra_body():
    server = Server()
    extra = {"venice_parameters": {"brand_new": 1}, "anon_user_id": "u"}
    server.client().chat("hi", model=MODEL, citations=True, extra_body=extra)
    assert server.body["venice_parameters"] == {"enable_web_citations": True, "brand_new": 1}
    assert server.body["anon_user_id"] == "u"
    with pytest.raises(vn.InvalidInput, match="extra_body"):
        server.client().chat("hi", model=MODEL, brand_new=1)


@pytest.mark.parametrize(
    ("advice", "model"), [(MODEL, MODEL), ("not-a-listed-model", REAL), (None, REAL), ("qwen-image", REAL)]
)
def test_row_48_a_character_speaks_through_the_model_it_names_if_that_is_listed(advice, model):
    server = Server(
        {"object": "character", "data": {"slug": "ada", "name": "Ada", "modelId": advice}}, chat_answer()
    )
    v = server.client()
    v.chat("hi", character="ada")
    assert (server.body["model"], server.body["venice_parameters"]) == (model, {"character_slug": "ada"})
    v.chat("hi", character="ada")
    assert server.paths.count("/api/v1/characters/ada") == 1  # asked for once
    v.chat("hi", character="ada", model="qwen3-5-9b")
    assert server.body["model"] == "qwen3-5-9b"


def test_row_48_an_unknown_character_is_refused_before_the_chat():
    from venice_nb.errors import CharacterNotFound

    server = Server(httpx.Response(404, json={"error": "Character not found", "code": "CHARACTER_NOT_FOUND"}))
    with pytest.raises(CharacterNotFound):
        server.client().chat("hi", character="nobody")
    assert server.paths == ["/api/v1/characters/nobody"]


def test_row_48_a_chat_does_without_the_advice_when_it_cannot_be_had():
    server = Server(httpx.Response(500, json={"error": "oops"}), chat_answer())
    assert server.client().chat("hi", character="ada").text == "ok"
    assert server.body["model"] == REAL
