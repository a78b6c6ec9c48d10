"""How a reply looks: text and HTML tell the same story, and a saved notebook stays the same."""

import json
import pickle
from dataclasses import dataclass, replace

import pytest

from venice_nb.calls.call import Received
from venice_nb.calls.talk.gather import ReplyGatherer
from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost, Usage
from venice_nb.results.talk.reply import Choice, Reply, Source, ToolCall, ToolStep
from venice_nb.results.talk.reply_view import live_bundle

SIMPLE = Reply(
    text="**Hi** ^1^ for $5 and $6",
    model="llama-3.3-70b",
    finish_reason="stop",
    usage=Usage(12, 34, 46),
    cost=Cost(0.0012, "charged"),
    sources=(Source("T &amp; <strong>U</strong>", "https://e.org/a", "c", "2026-01-01T00:00:00Z"),),
    elapsed=1.25,
    headers=Headers({"cf-ray": "ray-1"}),
)


def text_of(reply):
    return reply._mimebundle()["text/plain"]


def html_of(reply):
    """The markup behind the style sheet."""
    return reply._mimebundle()["text/html"].rpartition("</style>")[2]


def test_a_reply_as_text_is_the_answer_and_one_line():
    assert text_of(SIMPLE) == (
        "**Hi** ^1^ for $5 and $6\n1. T & U <https://e.org/a> · 2026-01-01\n"
        "llama-3.3-70b · 1 source · 12 + 34 tokens · $0.0012 charged · 1.2 s"
    )
    assert repr(SIMPLE) == text_of(SIMPLE)
    assert str(SIMPLE) == SIMPLE.text


def test_a_reply_as_html_is_markdown_with_links_to_its_sources():
    drawn = html_of(SIMPLE)
    assert "<strong>Hi</strong>" in drawn
    assert '<sup class="vn-cite"><a href="https://e.org/a" title="T &amp; U (e.org)"' in drawn
    assert "<summary>1 source</summary>" in drawn
    assert ">T &amp; U</a>" in drawn
    assert (
        '<p class="vn-note" title="request id ray-1">'
        "llama-3.3-70b · 1 source · 12 + 34 tokens · $0.0012 charged · 1.2 s</p>" in drawn
    )


def test_in_static_mode_nothing_depends_on_clock_or_server(monkeypatch):
    """So that a notebook run twice is the same file."""
    monkeypatch.setenv("VENICE_STATIC", "1")
    other = replace(SIMPLE, elapsed=9.0, headers=Headers({"cf-ray": "ray-2"}))
    assert SIMPLE._mimebundle() == other._mimebundle()
    assert "ray-1" not in html_of(SIMPLE)
    assert text_of(SIMPLE).endswith("$0.0012 charged")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"complete": False}, "unfinished"),
        ({"finish_reason": "length"}, "cut off at the token limit"),
        ({"finish_reason": "content_filter"}, "held back by a content filter"),
        ({"finish_reason": "max_steps"}, "rounds of tool calls were used up"),
        (
            {
                "headers": Headers(
                    {
                        "x-venice-model-deprecation-date": "2026-12-24T00:00:00Z",
                        "x-venice-deprecated-replacement": "new-model",
                    }
                )
            },
            "this model will be retired on 2026-12-24; use new-model",
        ),
        ({"cost": Cost()}, "cost unknown"),
        ({"cost": Cost(0.01, "estimated")}, "$0.01 estimated"),
        ({"usage": Usage(1, 2, 3, estimated=True)}, "~1 + ~2 tokens"),
        ({"usage": Usage(9, 5, 14, 3, 0, 4)}, "9 (3 cached) + 5 (4 reasoning) tokens"),
        ({"tool_calls": (ToolCall("a", "f", '{"x": "y"}'),)}, 'f(x="y")'),
        ({"tool_calls": (ToolCall("a", "f", '{"x": "y'),)}, 'f({"x": "y)'),
        ({"headers": Headers({"x-venice-sandbox": "true"})}, "SANDBOX"),
        ({"choices": (Choice("one"), Choice("two", index=1))}, "2"),
    ],
)
def test_whatever_is_unusual_is_said_in_text_and_in_html(changed, said):
    import html

    reply = replace(SIMPLE, **changed)
    assert said in text_of(reply)
    assert said in html.unescape(html_of(reply))


def test_reasoning_and_tool_steps_are_folded_away():
    step = ToolStep(ToolCall("a", "weather", '{"city": "Rome"}'), "sunny", elapsed=0.5)
    failed = ToolStep(ToolCall("b", "clock", ""), "no battery", failed=True)
    drawn = html_of(replace(SIMPLE, reasoning="First, greet.", steps=(step, failed)))
    assert "<summary>Reasoning (2 words)</summary>" in drawn
    assert "<summary><code>weather(city=&quot;Rome&quot;)</code> → sunny</summary>" in drawn
    assert "<summary><code>clock()</code> → failed: no battery</summary>" in drawn
    assert "2 tool calls" in drawn
    assert " open" not in drawn


def test_other_answers_are_folded_below_the_first():
    drawn = html_of(replace(SIMPLE, choices=(Choice("one"), Choice("two\nlines", index=1))))
    assert "<summary>Answer 2 of 2: two lines</summary>" in drawn


def test_a_parsed_object_takes_the_place_of_its_text():
    @dataclass
    class Review:
        stars: int

    reply = replace(SIMPLE, text='{"stars": 5}', parsed=Review(5))
    assert "Review(stars=5)" in text_of(reply)
    assert "Review(stars=5)" in html_of(reply)
    assert "<summary>The text it was read from</summary>" in html_of(reply)


def test_an_empty_reply_still_says_something():
    assert text_of(Reply(model="m")) == "[no text]\nm · 0 + 0 tokens · cost unknown"


def test_a_reply_never_hands_its_markdown_to_the_notebook():
    """JupyterLab's own Markdown would load pictures and run commands from a model's text."""
    assert not hasattr(SIMPLE, "_repr_markdown_")
    assert set(SIMPLE._mimebundle()) == {"text/plain", "text/html"}


def test_a_growing_stream_is_drawn_like_the_reply_it_will_be():
    gatherer = ReplyGatherer(model="m")
    piece = {"id": "x", "model": "m", "choices": [{"index": 0, "delta": {"content": "**Hi** `a"}}]}
    gatherer.add("message", json.dumps(piece))
    growing = live_bundle(gatherer)
    assert growing["text/plain"] == "**Hi** `a\nm …"
    assert "<strong>Hi</strong>" in growing["text/html"]
    assert '<p class="vn-note">m …</p>' in growing["text/html"]
    finished = gatherer.result(Received(200, {}, b""))._mimebundle()["text/html"]
    answer = '<div class="vn-markdown"><p><strong>Hi</strong> `a</p>'
    assert answer in growing["text/html"]
    assert answer in finished


def test_reasoning_is_open_until_the_answer_begins():
    gatherer = ReplyGatherer()
    gatherer.add("message", '{"choices": [{"index": 0, "delta": {"reasoning_content": "hm"}}]}')
    assert "<details" in live_bundle(gatherer)["text/html"]
    assert " open>" in live_bundle(gatherer)["text/html"]
    gatherer.add("message", '{"choices": [{"index": 0, "delta": {"content": "Hi"}}]}')
    assert " open>" not in live_bundle(gatherer)["text/html"]


def test_a_reply_is_saved_as_markdown_with_its_sources(tmp_path):
    path = SIMPLE.save(tmp_path / "answer.md")
    assert path.read_text("utf-8") == (
        "**Hi** ^1^ for $5 and $6\n\n"
        "1. [T & U](<https://e.org/a>)\n\n"
        "---\nllama-3.3-70b · 1 source · 12 + 34 tokens · $0.0012 charged · 1.2 s\n"
    )


def test_a_reply_is_saved_as_json_with_everything(tmp_path):
    reply = replace(SIMPLE, raw={"id": "x"})
    saved = json.loads(reply.save(tmp_path / "answer.json").read_text("utf-8"))
    assert saved == {**reply.to_dict(), "raw": {"id": "x"}}
    assert saved["cost"] == {"usd": 0.0012, "source": "charged"}
    assert saved["sources"][0]["url"] == "https://e.org/a"


def test_without_a_path_the_name_comes_from_the_content(tmp_path):
    first, again = SIMPLE.save(), replace(SIMPLE, elapsed=2.0).save(overwrite=True)
    other = replace(SIMPLE, text="other").save()
    assert first == again != other
    assert first.resolve().parent == tmp_path


def test_a_reply_survives_pickling():
    assert pickle.loads(pickle.dumps(SIMPLE)) == SIMPLE


def test_a_reply_pickles_without_cookies_or_credentials():
    reply = replace(
        SIMPLE, headers=Headers({"Set-Cookie": "session=planted", "Authorization": "Bearer planted"})
    )
    assert b"planted" not in pickle.dumps(reply)
    assert "planted" not in repr(reply.headers)


def test_a_reply_cannot_be_changed():
    with pytest.raises(AttributeError):
        SIMPLE.text = "other"
