"""Gathering a streamed answer: whatever the order and the cut of its pieces, it equals the plain answer."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streaming import BASE, DONE, USAGE, answer, body, call, chunk, gather, received

from venice_nb.calls.talk.gather import ReplyGatherer
from venice_nb.calls.talk.message import Joined
from venice_nb.calls.talk.replies import read_reply
from venice_nb.catalogue import Catalogue
from venice_nb.results.money import Cost

CATALOGUE = Catalogue.bundled()
CITED = [{"title": "T", "url": "https://e.org", "content": "c", "date": "2026-01-01"}]


def stream(content, *, reasoning="", size=3, usage=USAGE, finish="stop", more=()):
    """A text cut into chunks as a server would."""
    cut = [content[at : at + size] for at in range(0, len(content), size)]
    thought = [reasoning[at : at + size] for at in range(0, len(reasoning), size)]
    return [
        chunk({"role": "assistant", "content": ""}),
        *(chunk({"reasoning_content": piece}) for piece in thought),
        *(chunk({"content": piece}) for piece in cut),
        *more,
        chunk({}, finish),
        *([chunk(usage=usage)] if usage else []),
        "[DONE]",
    ]


TEXTS = st.text(st.sampled_from("ab <>/`\n😀é^1think"), max_size=60) | st.lists(
    st.sampled_from(["<think>", "</think>", "a", " ", "\n", "`", "<th", "ink>", "😀"]), max_size=12
).map("".join)


@settings(max_examples=300, deadline=None)
@given(st.data(), TEXTS, TEXTS, st.integers(1, 9))
def test_a_stream_and_the_same_answer_in_one_piece_give_equal_replies(data, content, reasoning, size):
    """Fault row 33: cuts fall anywhere, inside tags, characters and events."""
    sent = body(*stream(content, reasoning=reasoning, size=size))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=8)))
    pieces = [sent[a:b] for a, b in zip([0, *cuts], [*cuts, len(sent)], strict=True)]
    gatherer = gather(*pieces, catalogue=CATALOGUE)
    streamed = gatherer.result(DONE)
    message = {"content": content} | ({"reasoning_content": reasoning} if reasoning else {})
    plain = read_reply(received(answer(message, usage=USAGE)), catalogue=CATALOGUE)
    assert streamed == plain
    assert streamed.raw == plain.raw
    assert gatherer.text == streamed.text, "what was shown on the way is what came out"


def test_text_and_reasoning_can_be_read_while_they_grow():
    gatherer = ReplyGatherer(model="asked")
    seen = []
    for part in (
        {"role": "assistant", "content": ""},
        {"reasoning_content": "hm"},
        {"content": "A"},
        {"content": "B"},
    ):
        gatherer.add("message", json.dumps(chunk(part)))
        seen.append((gatherer.started, gatherer.reasoning, gatherer.text))
    assert seen == [(False, "", ""), (True, "hm", ""), (True, "hm", "A"), (True, "hm", "AB")]
    assert (gatherer.deltas, gatherer.reasoning_deltas) == (["A", "B"], ["hm"])
    assert gatherer.model == "llama-3.3-70b"


def test_a_tag_cut_in_two_is_never_shown():
    gatherer = ReplyGatherer()
    shown = []
    for piece in ("<thi", "nk>hm", "m</th", "ink>\n", "\nA <", "b> c"):
        gatherer.add("message", json.dumps(chunk({"content": piece})))
        shown.append((gatherer.text, gatherer.reasoning))
    assert shown == [("", ""), ("", "hm"), ("", "hmm"), ("", "hmm"), ("A ", "hmm"), ("A <b> c", "hmm")]


def test_what_looked_like_a_tag_at_the_end_is_shown_after_all():
    gatherer = gather(chunk({"content": "1 <"}), chunk({}, "stop"), "[DONE]")
    assert gatherer.text == "1 <"
    assert gather(chunk({"content": "1 <"})).result(DONE).text == "1 <"


def test_signatures_and_reasoning_details_survive():
    reply = gather(
        chunk({"reasoning_details": [{"type": "reasoning.text", "index": 0, "text": "a"}]}),
        chunk({"reasoning_details": [{"type": "reasoning.text", "index": 0, "text": "b", "signature": "s"}]}),
        chunk({"reasoning_details": [{"type": "reasoning.encrypted", "index": 1, "data": "zzz"}]}),
        chunk({"thought_signature": "sig", "content": "Hi"}),
        "[DONE]",
    ).result(DONE)
    assert reply.reasoning == "ab"
    assert reply.message["thought_signature"] == "sig"
    assert reply.message["reasoning_details"] == [
        {"type": "reasoning.text", "index": 0, "text": "ab", "signature": "s"},
        {"type": "reasoning.encrypted", "index": 1, "data": "zzz"},
    ]


@pytest.mark.parametrize("at", range(5))
def test_citations_usage_and_cost_may_arrive_anywhere(at):
    chunks = [chunk({"role": "assistant", "content": ""}), chunk({"content": "Hi"}), chunk({}, "stop")]
    extra = chunk(
        venice_parameters={"web_search_citations": CITED}, usage=USAGE, cost={"usd": 0.5, "diem": 0}
    )
    chunks.insert(min(at, 3), extra)
    reply = gather(*chunks, "[DONE]", catalogue=CATALOGUE).result(DONE)
    assert [source.url for source in reply.sources] == ["https://e.org"]
    assert reply.usage.total_tokens == 1500
    assert reply.cost == Cost(0.5, "charged")
    assert reply.text == "Hi"


def test_usage_beside_a_choice_in_a_chunk_of_five_fields_is_seen():
    odd = {
        "id": "x",
        "model": "llama-3.3-70b",
        "choices": [{"index": 0, "delta": {"content": "Hi"}}],
        "usage": USAGE,
    }
    later = {**{k: v for k, v in odd.items() if k != "usage"}, "cost": 0.5}
    reply = gather(odd, later, "[DONE]").result(DONE)
    assert (reply.usage.total_tokens, reply.cost.usd, reply.text) == (1500, 0.5, "HiHi")


def test_running_totals_of_usage_are_not_added_up():
    grows = [
        chunk({"content": "a"}, usage={**USAGE, "completion_tokens": n, "total_tokens": 1000 + n})
        for n in (1, 2)
    ]
    assert gather(*grows, "[DONE]").result(DONE).usage.completion_tokens == 2


@pytest.mark.parametrize(
    "odd",
    [
        {"choices": []},
        {"choices": None},
        {"choices": [None, 3]},
        {"choices": "none"},
        chunk({"content": None}),
        {**BASE, "choices": [{"index": 0, "delta": None}]},
        {**BASE, "choices": [{"index": 0}]},
        {**BASE, "choices": [], "usage": None},
        {**BASE, "choices": [{"index": [1], "delta": {}}]},
        {"new_kind_of_event": 1},
        [],
        "",
        "null",
        "7",
    ],
)
def test_odd_chunks_neither_stop_nor_change_the_answer(odd):
    gatherer = gather(chunk({"content": "A"}), odd, chunk({"content": "B"}), chunk({}, "stop"), "[DONE]")
    reply = gatherer.result(DONE)
    assert (reply.text, reply.finish_reason, reply.complete, gatherer.error) == ("AB", "stop", True, None)


def test_several_answers_grow_side_by_side():
    reply = gather(
        chunk({"content": "a"}, index=1),
        chunk({"content": "b"}, index=0),
        chunk({"content": "c"}, index=1),
        chunk({}, "length", index=1),
        chunk({}, "stop", index=0),
        "[DONE]",
    ).result(DONE)
    assert [(c.index, c.text, c.finish_reason) for c in reply.choices] == [
        (0, "b", "stop"),
        (1, "ac", "length"),
    ]
    assert reply.text == "b"


def test_log_probabilities_are_joined():
    def with_logprobs(found):
        return {**BASE, "choices": [{"index": 0, "delta": {"content": "x"}, "logprobs": found}]}

    layout = [{"content": [{"token": "a", "logprob": -1}]}, {"token": "b", "logprob": -2}]
    reply = gather(*map(with_logprobs, layout), "[DONE]").result(DONE)
    assert reply.logprobs == {"content": [{"token": "a", "logprob": -1}, {"token": "b", "logprob": -2}]}


WHOLE = stream("Hello there", more=[chunk(venice_parameters={"web_search_citations": CITED})])


@pytest.mark.parametrize("count", range(len(WHOLE)))
def test_a_stream_cut_after_any_chunk_keeps_what_had_arrived(count):
    """Fault rows 30 and 31: the text so far is there, and it is not called complete."""
    gatherer = gather(*WHOLE[:count])
    reply = gatherer.result(DONE)
    assert "Hello there".startswith(reply.text)
    assert len(reply.text) == min(max(count - 1, 0) * 3, 11)
    assert not gatherer.done
    assert not reply.complete
    assert gatherer.error is None


def test_half_an_event_at_a_cut_end_is_no_fault_of_the_server():
    sent = body(chunk({"content": "A"})) + b'data: {"choices": [{"del'
    gatherer = gather(sent)
    assert (gatherer.text, gatherer.done, gatherer.error) == ("A", False, None)


def test_a_piece_that_cannot_be_read_in_mid_stream_is_an_error():
    """A hole in the answer must not go unnoticed."""
    gatherer = gather(chunk({"content": "A"}), '{"choices": [{"del', chunk({"content": "B"}), "[DONE]")
    assert gatherer.error["code"] == "malformed_piece"
    assert gatherer.result(DONE).complete is False
    assert gatherer.text == "AB"


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"error": {"message": "m", "code": "model_overloaded", "retry_after": 7}}, "m"),
        ({"error": "m"}, "m"),
        ({"error": None, **chunk({"content": ""})}, None),
        ({**BASE, "choices": [], "error": {"message": "m"}}, "m"),
    ],
)
def test_an_error_in_the_stream_is_kept_with_the_partial_answer(sent, message):
    """Fault row 32."""
    gatherer = gather(chunk({"content": "A"}), sent, "[DONE]")
    reply = gatherer.result(DONE)
    assert reply.text == "A"
    if message is None:
        assert gatherer.error is None
    else:
        assert gatherer.error["message"] == message
        assert not reply.complete


def test_an_error_event_by_name_is_an_error():
    assert gather(b'event: error\ndata: {"message": "m"}\n\n').error == {"message": "m"}


def test_an_error_alone_has_not_started_the_answer():
    """So the call may be sent again: nothing of value has come."""
    gatherer = gather({"error": {"message": "m", "retry_after": 7}}, "[DONE]")
    assert gatherer.started is False
    assert gatherer.error["retry_after"] == 7


@pytest.mark.parametrize(
    ("sent", "started"),
    [
        (chunk({"role": "assistant", "content": ""}), False),
        (chunk({"content": "<thi"}), True),
        (chunk({"content": "a"}), True),
        (chunk({"reasoning_content": "a"}), True),
        (chunk({"tool_calls": [call(0, "a", "f", "")]}), True),
        (chunk(usage=USAGE), True),
        (chunk({"content": "a"}, index=1), True),
    ],
)
def test_the_first_thing_of_value_starts_the_answer(sent, started):
    assert gather(sent).started is started


def test_json_where_a_stream_was_expected_is_read():
    reply = ReplyGatherer(catalogue=CATALOGUE).result(received(answer({"content": "Hi"}, usage=USAGE)))
    assert (reply.text, reply.complete, reply.cost.source) == ("Hi", True, "priced")


def test_a_server_that_sends_the_whole_message_in_one_chunk_is_understood():
    whole = {**BASE, "choices": [{"index": 0, "message": {"content": "Hi"}, "finish_reason": "stop"}]}
    assert gather(whole, "[DONE]").result(DONE).text == "Hi"


def test_without_usage_the_cost_of_a_stream_is_estimated():
    reply = gather(*stream("x" * 64, usage=None), catalogue=CATALOGUE, prompt_tokens=100).result(DONE)
    assert reply.usage.estimated
    assert reply.cost == Cost(pytest.approx((100 * 0.7 + 19 * 2.8) / 1e6), "estimated")


def test_asking_for_the_text_again_copies_only_what_is_new():
    joined = Joined()
    joined.pieces += ["a", "b"]
    assert str(joined) == "ab"
    joined.pieces.append("c")
    assert (str(joined), joined._count) == ("abc", 3)
