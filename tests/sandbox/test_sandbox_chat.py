"""Chat replies: what they hold, whole and streamed."""

import json
import math

import pytest
from sandbox_words import joined

from venice_nb.sandbox import Fault

TOOLS = [{"type": "function", "function": {"name": "f"}}, {"type": "function", "function": {"name": "g"}}]


def test_a_reply_has_an_answer_its_usage_and_its_cost(desk, clock):
    reply = desk.chat("Good morning")
    body = reply.json()
    assert body["id"].startswith("chatcmpl-")
    assert body["created"] == int(clock.now)
    assert body["choices"][0]["message"]["content"] == "You said: Good morning"
    assert body["choices"][0]["finish_reason"] == "stop"
    assert body["usage"] == {
        "prompt_tokens": 6,
        "completion_tokens": 5,
        "total_tokens": 11,
        "prompt_tokens_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }
    assert body["cost"] == {"usd": pytest.approx((6 * 0.7 + 5 * 2.8) / 1e6), "diem": 0.0}


def test_the_effective_settings_are_told(desk):
    told = desk.chat(
        model="llama-3.3-70b:enable_web_search=auto",
        venice_parameters={"enable_web_search": "off", "disable_thinking": True, "nonsense": 1},
    ).json()["venice_parameters"]
    assert told == {
        "enable_e2ee": True,
        "enable_web_search": "auto",
        "enable_web_citations": False,
        "enable_web_scraping": False,
        "include_venice_system_prompt": True,
        "include_search_results_in_stream": False,
        "return_search_results_as_documents": False,
        "strip_thinking_response": False,
        "disable_thinking": True,
        "web_search_citations": [],
    }


def test_a_suffix_works_on_settings_and_unknown_suffix_keys_are_ignored(desk, mind):
    desk.chat(model="llama-3.3-70b:character_slug=alan-watts&enable_x_search=true&enable_web_citations=true")
    seen = mind.seen[-1]
    assert seen["character"]["voice"]["opening"]
    assert seen["settings"]["enable_web_citations"] is True
    assert seen["settings"]["enable_x_search"] is False


def test_the_seed_reaches_the_mind(desk, mind):
    desk.chat(seed=7)
    desk.chat()
    assert [seen["seed"] for seen in mind.seen] == [7, 0]


def test_a_reasoning_model_shows_its_reasoning_and_bills_it(desk):
    body = desk.chat(model="zai-org-glm-5-2").json()
    assert body["choices"][0]["message"]["reasoning_content"] == "Let me think."
    assert body["usage"]["completion_tokens_details"] == {"reasoning_tokens": 4}


def test_stripped_reasoning_is_billed_and_not_shown(desk):
    body = desk.chat(model="zai-org-glm-5-2", venice_parameters={"strip_thinking_response": True}).json()
    assert body["choices"][0]["message"]["reasoning_content"] is None
    assert body["usage"]["completion_tokens_details"] == {"reasoning_tokens": 4}


@pytest.mark.parametrize(
    "off", [{"venice_parameters": {"disable_thinking": True}}, {"reasoning_effort": "none"}]
)
def test_disabled_reasoning_costs_nothing(desk, off):
    body = desk.chat(model="zai-org-glm-5-2", **off).json()
    assert body["choices"][0]["message"]["reasoning_content"] is None
    assert body["usage"]["completion_tokens_details"] == {"reasoning_tokens": 0}


def test_every_choice_is_billed(desk):
    body = desk.chat(n=3).json()
    assert [choice["index"] for choice in body["choices"]] == [0, 1, 2]
    assert body["usage"]["completion_tokens"] == 3 * desk.chat().json()["usage"]["completion_tokens"]


@pytest.mark.parametrize("stop", ["two", ["nothing", "two"]])
def test_a_stop_sequence_ends_the_answer_before_it(desk, stop):
    choice = desk.chat("one two three", stop=stop).json()["choices"][0]
    assert choice["message"]["content"] == "You said: one "
    assert choice["finish_reason"] == "stop"


def test_the_budget_of_tokens_cuts_the_answer(desk):
    body = desk.chat("one two three four", max_completion_tokens=4).json()
    assert body["choices"][0]["message"]["content"] == "You said: one"
    assert body["choices"][0]["finish_reason"] == "length"
    assert body["choices"][0]["stop_reason"] == "length"
    assert body["usage"]["completion_tokens"] == 4


def test_reasoning_eats_the_budget_first(desk):
    body = desk.chat(model="zai-org-glm-5-2", max_completion_tokens=2).json()
    message = body["choices"][0]["message"]
    assert (message["reasoning_content"], message["content"]) == ("Let me", "")
    assert body["usage"]["completion_tokens"] == 2


def test_max_completion_tokens_wins_and_zero_max_tokens_is_ignored(desk):
    assert desk.chat("a b c", max_tokens=1, max_completion_tokens=5).json()["usage"]["completion_tokens"] == 5
    assert desk.chat("a b c", max_tokens=0).json()["choices"][0]["finish_reason"] == "stop"


def test_tool_calls_come_with_ids_and_json_arguments(desk):
    choice = desk.chat(tools=TOOLS).json()["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    calls = choice["message"]["tool_calls"]
    assert [call["function"]["name"] for call in calls] == ["f", "g"]
    assert json.loads(calls[0]["function"]["arguments"])
    assert len({call["id"] for call in calls}) == 2


def test_a_search_is_cited_and_costs_a_cent(desk):
    body = desk.chat(venice_parameters={"enable_web_search": "on"}).json()
    assert body["venice_parameters"]["web_search_citations"][0]["url"] == "https://example.org"
    assert [charge.sku for charge in desk.box.books] == ["llama-3.3-70b-llm", "web-search"]
    assert body["cost"]["usd"] > 0.01


def test_search_results_can_come_as_a_synthetic_tool_call(desk):
    wanted = {"enable_web_search": "on", "return_search_results_as_documents": True}
    choice = desk.chat(venice_parameters=wanted).json()["choices"][0]
    (call,) = choice["message"]["tool_calls"]
    assert (call["id"], call["function"]["name"]) == ("web_search_call", "web_search")
    assert json.loads(call["function"]["arguments"])["documents"][0]["title"] == "T"
    assert choice["finish_reason"] == "tool_calls"


def test_logprobs_fit_the_official_shape_and_openais(desk):
    model = "qwen3-coder-480b-a35b-instruct-turbo"
    first = desk.chat("Hello there", model=model, logprobs=True, top_logprobs=3).json()["choices"][0][
        "logprobs"
    ]
    again = desk.chat("Hello there", model=model, logprobs=True, top_logprobs=3).json()["choices"][0][
        "logprobs"
    ]
    assert first == again
    assert "".join(each["token"] for each in first["content"]) == "You said: Hello there"
    for each in first["content"]:
        assert len(each["top_logprobs"]) == 3
        assert sum(math.exp(other["logprob"]) for other in each["top_logprobs"]) <= 1
        assert bytes(each["bytes"]).decode() == each["token"]


def test_a_stream_has_the_documented_order(desk, events):
    seen = events(
        desk.chat("Good morning to everyone in this long sentence", model="zai-org-glm-5-2", stream=True)
    )
    kinds = []
    for each in seen[:-1]:
        delta = each["choices"][0]["delta"] if each["choices"] else {}
        reason = each["choices"] and each["choices"][0]["finish_reason"]
        kinds.append("usage" if "usage" in each else reason or next(reversed(delta)))
    assert [kind for at, kind in enumerate(kinds) if at == 0 or kinds[at - 1] != kind] == [
        "content",  # the empty first piece, with the role
        "reasoning_content",
        "content",
        "stop",
        "usage",
    ]
    assert seen[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert seen[-1] == "[DONE]"
    assert kinds.count("content") > 3


def test_a_stream_says_what_the_whole_reply_says(make, events):
    whole = make().chat("Übung macht den Meister ☀️", model="zai-org-glm-5-2").json()
    stream = joined(events(make().chat("Übung macht den Meister ☀️", model="zai-org-glm-5-2", stream=True)))
    message = whole["choices"][0]["message"]
    assert stream["content"] == message["content"]
    assert stream["reasoning_content"] == message["reasoning_content"]
    for field in ("id", "created", "model", "usage", "cost"):
        assert stream[field] == whole[field]


def test_a_stream_sends_tool_calls_in_pieces(desk, events):
    seen = events(desk.chat(tools=TOOLS, stream=True))
    pieces = [
        piece
        for each in seen[:-1]
        for choice in each["choices"]
        for piece in choice["delta"].get("tool_calls", ())
    ]
    starts = [piece for piece in pieces if "id" in piece]
    assert [(piece["index"], piece["function"]) for piece in starts] == [
        (0, {"name": "f", "arguments": ""}),
        (1, {"name": "g", "arguments": ""}),
    ]
    assert len(pieces) > 4
    assert [call["arguments"] for call in joined(seen)["tool_calls"]] == [
        '{"x": "one two three four five six"}'
    ] * 2


def test_parallel_calls_may_share_one_index(make, events):
    seen = events(make(shared_tool_index=True).chat(tools=TOOLS, stream=True))
    places = {
        piece["index"]
        for each in seen[:-1]
        for choice in each["choices"]
        for piece in choice["delta"].get("tool_calls", ())
    }
    assert places == {0}
    assert [call["name"] for call in joined(seen)["tool_calls"]] == ["f", "g"]


def test_a_stream_of_two_choices_tells_them_apart(desk, events):
    seen = events(desk.chat(n=2, stream=True))
    assert {choice["index"] for each in seen[:-1] for choice in each["choices"]} == {0, 1}


def test_citations_come_near_the_end_of_a_stream_when_asked_for(desk, events):
    settings = {"enable_web_search": "on"}
    without = events(desk.chat(stream=True, venice_parameters=settings))
    assert not any("venice_parameters" in each for each in without[:-1])
    asked = events(desk.chat(stream=True, venice_parameters={**settings, "enable_web_citations": True}))
    at = next(at for at, each in enumerate(asked[:-1]) if "venice_parameters" in each)
    assert asked[at]["choices"] == []
    assert "usage" in asked[at + 1]


def test_an_error_can_strike_inside_a_stream(make, events):
    error = {"message": "busy", "type": "error", "code": "model_overloaded", "param": None, "retry_after": 1}
    desk = make(faults=[Fault("/chat", stream_error=error, error_after=2)])
    seen = events(desk.chat(stream=True))
    assert seen[-2:] == [{"error": error}, "[DONE]"]
    assert len(seen) == 4


def test_a_stream_can_be_cut_through_characters(make):
    text = "größte Übung ☀️ überall"
    desk = make(faults=[Fault("/chat", slice_bytes=3)])
    request = {"model": "llama-3.3-70b", "stream": True, "messages": [{"role": "user", "content": text}]}
    headers = {"Authorization": f"Bearer {desk.key}"}
    with desk.client.stream("POST", "/chat/completions", json=request, headers=headers) as reply:
        slices = list(reply.iter_raw())
    assert max(map(len, slices)) == 3

    def broken(piece):
        try:
            piece.decode()
        except UnicodeDecodeError:
            return True
        return False

    assert any(broken(piece) for piece in slices)
    assert "☀️" in b"".join(slices).decode()


def test_a_stream_pauses_between_pieces_if_told_to(make):
    waits = []
    desk = make(token_pause=0.05, sleep=waits.append)
    desk.chat("one two three four five six seven", stream=True)
    assert len(waits) >= 2
    assert set(waits) == {0.05}


def test_the_same_requests_give_the_same_bytes(make):
    def run():
        desk = make(seed=5)
        replies = [desk.chat(), desk.chat(stream=True), desk.refused(temperature=9), desk.get("/models")]
        return [
            reply if isinstance(reply, dict) else (reply.content, dict(reply.headers)) for reply in replies
        ]

    assert run() == run()


def test_another_seed_gives_other_ids(make):
    assert make(seed=1).chat().json()["id"] != make(seed=2).chat().json()["id"]


def test_a_long_reply_is_compressed_if_the_client_reads_gzip(desk):
    reply = desk.chat("long " * 500)
    assert reply.headers["content-encoding"] == "gzip"
    plain = desk.post(
        "/chat/completions",
        {"model": "llama-3.3-70b", "messages": [{"role": "user", "content": "long " * 500}]},
        headers={"Accept-Encoding": "identity"},
    )
    assert "content-encoding" not in plain.headers
    assert plain.json()["choices"] == reply.json()["choices"]
