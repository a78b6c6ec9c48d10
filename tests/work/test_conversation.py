"""Conversations, played from prepared answers."""

import json
import os
import pickle

import pytest
from PIL import Image
from script import FakeSession, Pieces, Script, reply

from venice_nb.errors import ContextTooLong, InvalidInput, NotSent, StreamInterrupted
from venice_nb.policy.steps import Send
from venice_nb.talk.conversation import Conversation


def weather(city: str) -> str:
    """Weather of a city."""
    return f"sunny in {city}"


def talk(*answers, session=None, **options):
    """A conversation with prepared answers, and the script that plays them."""
    script = Script(*answers)
    return Conversation(session or FakeSession(), script, **options), script


def said(conversation):
    return [(message["role"], message.get("content")) for message in conversation.messages]


def test_each_question_is_sent_with_what_was_said_before():
    """System, question, answer, question."""
    c, script = talk(reply("Hello"), reply("Fine"), system="Be brief", temperature=0)
    assert c("Hi").text == "Hello"
    assert c("How are you?").text == "Fine"
    assert script.bodies[1]["messages"] == [
        {"role": "system", "content": "Be brief"},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello"},
        {"role": "user", "content": "How are you?"},
    ]
    assert [body["temperature"] for body in script.bodies] == [0, 0]
    assert len(c) == 2
    assert [turn.reply.text for turn in c] == ["Hello", "Fine"]
    assert c[-1].question["content"] == "How are you?"
    assert c.last.text == "Fine"


def test_a_turn_may_override_the_defaults():
    """Only for itself."""
    c, script = talk(reply("a"), reply("b"), temperature=0, model="llama-3.3-70b")
    c("x", temperature=1, model="qwen3-5-9b")
    c("y")
    assert [(body["temperature"], body["model"]) for body in script.bodies] == [
        (1, "qwen3-5-9b"),
        (0, "llama-3.3-70b"),
    ]


def test_tools_and_their_results_are_remembered():
    """The next question is sent with the calls and what they gave."""
    c, script = talk(reply("", ("weather", {"city": "Rome"})), reply("Sunny"), reply("Yes"), tools=[weather])
    c("Weather in Rome?")
    c("Sure?")
    assert [message["role"] for message in script.bodies[2]["messages"]] == [
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
    ]
    assert len(c[0].reply.steps) == 1


def test_calls_that_were_not_answered_are_not_remembered():
    """A history with an open call would be refused by the server."""
    c, script = talk(reply("Ask me.", ("pay", "{}")), reply("b"), tools=[{"name": "pay"}])
    assert c("x").tool_calls
    c("y")
    assert script.bodies[1]["messages"][1] == {"role": "assistant", "content": "Ask me."}


def test_undo_forgets_turns():
    """The next question is sent as if they had not been; what they cost stays counted."""
    c, script = talk(*(reply(word) for word in "abcd"))
    c("1"), c("2"), c("3")
    assert c.undo(2) is c
    assert len(c) == 1
    c("4")
    assert [m["content"] for m in script.bodies[3]["messages"]] == ["1", "a", "4"]
    assert c.cost.usd == pytest.approx(0.004)
    assert c.usage.total_tokens == 60
    assert len(c.undo(99)) == 0


def test_trim_keeps_the_last_turns():
    """For conversations that have grown too long."""
    c, _ = talk(*(reply(word) for word in "abc"))
    c("1"), c("2"), c("3")
    assert len(c.trim(keep=5)) == 3
    assert [turn.question["content"] for turn in c.trim(keep=1)] == ["3"]
    assert len(c.trim(keep=0)) == 0


@pytest.mark.parametrize("wrong", [0, -1, True, "1", 1.0])
def test_undo_counts_from_one(wrong):
    """Anything else is refused."""
    c, _ = talk()
    with pytest.raises(InvalidInput):
        c.undo(wrong)


def test_a_fork_goes_its_own_way():
    """Both remember the common past, neither hears the other."""
    c, script = talk(reply("a"), reply("b"), reply("c"), system="s", tools=[weather], temperature=0)
    c("1")
    other = c.fork()
    other("2")
    c("3")
    assert [turn.question["content"] for turn in other] == ["1", "2"]
    assert [turn.question["content"] for turn in c] == ["1", "3"]
    assert script.bodies[1]["temperature"] == 0
    assert script.bodies[1]["tools"]
    assert other.cost.usd == pytest.approx(0.002)


def test_regenerate_replaces_the_last_answer():
    """The same question, another answer, both paid for."""
    c, script = talk(reply("a"), reply("b"), reply("c"))
    c("1")
    c("2")
    assert c.regenerate(temperature=1).text == "c"
    assert [m["content"] for m in script.bodies[2]["messages"]] == ["1", "a", "2"]
    assert [turn.reply.text for turn in c] == ["a", "c"]
    assert c.cost.usd == pytest.approx(0.003)


def test_edit_asks_again_from_there():
    """Later turns are dropped, pictures of the question stay."""
    c, script = talk(reply("a"), reply("b"), reply("c"), model="qwen-3-8-27b")
    c("What is this?", images=Image.new("RGB", (64, 64)))
    c("2")
    c.edit(0, "What colour is this?")
    assert len(c) == 1
    parts = script.bodies[2]["messages"][0]["content"]
    assert [part["type"] for part in parts] == ["text", "image_url"]
    assert parts[0]["text"] == "What colour is this?"


@pytest.mark.parametrize("turn", [1, -2, "0", True])
def test_edit_needs_a_turn_that_is_there(turn):
    """Numbered from 0; -1 is the last."""
    c, _ = talk(reply("a"))
    c("1")
    with pytest.raises(InvalidInput, match="no turn"):
        c.edit(turn, "x")


def test_regenerate_needs_a_question():
    """Before the first there is nothing to repeat."""
    with pytest.raises(InvalidInput, match="no turn"):
        talk()[0].regenerate()


# --- failures --------------------------------------------------------------------------------


def test_a_failed_turn_leaves_no_trace():
    """When nothing arrived, the history is as before."""
    c, _ = talk(reply("a"), NotSent("offline"), NotSent("offline"), reply("b"))
    c("1")
    with pytest.raises(NotSent):
        c("2")
    assert said(c) == [("user", "1"), ("assistant", "a")]
    with pytest.raises(NotSent):
        c.edit(0, "changed")
    assert said(c) == [("user", "1"), ("assistant", "a")]
    assert c("3").text == "b"


def test_an_interrupted_turn_is_kept_and_marked():
    """Ctrl-C in a stream: the text so far is part of the history."""
    c, script = talk(Pieces(reply("one two"), KeyboardInterrupt()), reply("go on"))
    with pytest.raises(KeyboardInterrupt):
        c("Count", stream=True)
    assert not c[0].complete
    assert not c[0].reply.complete
    assert said(c) == [("user", "Count"), ("assistant", "one two")]
    assert "[interrupted]" in repr(c)
    c("Go on")
    assert len(script.bodies[1]["messages"]) == 3


def test_a_cut_stream_is_kept_and_marked():
    """So is what a broken connection leaves."""
    c, _ = talk(StreamInterrupted("cut", partial=reply("half")))
    with pytest.raises(StreamInterrupted):
        c("x")
    assert said(c) == [("user", "x"), ("assistant", "half")]
    assert c.cost.usd == 0.001


def test_a_stream_cut_before_the_first_word_leaves_no_trace():
    """An empty partial reply is nothing."""
    session = FakeSession(last="before")
    c, _ = talk(StreamInterrupted("cut", partial=reply("")), session=session)
    with pytest.raises(StreamInterrupted):
        c("x")
    assert len(c) == 0
    assert session.last == "before"


def test_an_interrupted_tool_leaves_a_history_that_can_be_sent():
    """Every call has an answer, also those that never ran."""

    def slow() -> str:
        raise KeyboardInterrupt

    c, script = talk(reply("", ("slow", "", "a"), ("weather", "{}", "b")), reply("ok"), tools=[slow, weather])
    with pytest.raises(KeyboardInterrupt):
        c("x")
    c("y")
    answered = [m["tool_call_id"] for m in script.bodies[1]["messages"] if m["role"] == "tool"]
    assert answered == ["a", "b"]


def test_one_question_at_a_time():
    """A second one while the first is underway is refused, and the first goes on."""
    c, _ = talk()
    first = c.asking("1")
    step = next(first)
    assert isinstance(step, Send)
    for meanwhile in (
        lambda: next(c.asking("2")),
        c.undo,
        c.fork,
        lambda: c.trim(1),
        lambda: c.save("x.json"),
    ):
        with pytest.raises(InvalidInput, match="still answering"):
            meanwhile()
    with pytest.raises(StopIteration) as done:
        first.send(reply("a"))
    assert done.value.value.text == "a"
    assert len(c) == 1
    c.undo()


def test_an_abandoned_question_frees_the_conversation():
    """Closing the plan, as a cancelled task does, leaves no lock behind."""
    c, _ = talk(reply("b"))
    first = c.asking("1")
    next(first)
    first.close()
    assert c("2").text == "b"
    assert len(c) == 1


def test_too_long_a_conversation_is_told_to_trim():
    """Both the check before sending and the server's answer say what helps."""
    c, _ = talk(reply("a"), ContextTooLong("too many tokens"))
    c("1")
    with pytest.raises(ContextTooLong) as raised:
        c("2")
    assert "trim(keep=1)" in str(raised.value)
    with pytest.raises(InvalidInput) as refused:
        c("x" * 4_000_000)
    assert "trim(keep=1)" in str(refused.value)
    assert len(c) == 1


def test_nothing_to_ask_is_refused():
    """Also with a system prompt."""
    with pytest.raises(InvalidInput, match="nothing to ask"):
        talk(system="s")[0]()


# --- files, tables, looks --------------------------------------------------------------------


def spoken():
    """A conversation with a picture, a tool, a pause and a character."""
    c, _ = talk(
        reply("", ("weather", {"city": "Rome"})),
        reply("Sunny"),
        reply("A <b>square</b>", finish="length"),
        Pieces(reply("half an"), KeyboardInterrupt()),
        system="Be brief",
        model="qwen-3-8-27b",
        tools=[weather],
        temperature=0,
    )
    c("Weather?")
    c("What is this?", images=Image.new("RGB", (64, 64), "red"))
    with pytest.raises(KeyboardInterrupt):
        c("And then?", stream=True)
    return c


def test_saved_and_loaded_it_is_the_same(tmp_path):
    """Messages with their pictures, replies, costs, settings."""
    c = spoken()
    path = c.save(tmp_path / "c.json")
    assert c.to_dict() == json.loads(path.read_text("utf-8"))
    session = FakeSession()
    other, script = talk(reply("Welcome back"), tools=[weather], session=session)
    assert other.load(path) is other
    assert other.messages == c.messages
    assert [turn.complete for turn in other] == [True, True, False]
    assert [turn.at for turn in other] == [turn.at for turn in c]
    assert [turn.reply.text for turn in other] == ["Sunny", "A <b>square</b>", "half an"]
    assert other[0].reply.steps[0].output == "sunny in Rome"
    assert other[0].reply.cost == c[0].reply.cost
    assert other.cost == c.cost
    assert other.usage == c.usage
    assert (other.system, other.model, other.parameters) == ("Be brief", "qwen-3-8-27b", {"temperature": 0})
    assert other.to_frame().equals(c.to_frame())
    assert session.notes == []
    other("Hi again")
    assert len(script.bodies[0]["messages"]) == len(c.messages) + 1


def test_saving_twice_needs_a_word(tmp_path):
    """An older file is not replaced unasked; replaced, it is whole."""
    c = spoken()
    path = c.save(tmp_path / "c.json")
    with pytest.raises(InvalidInput, match="exists already"):
        c.save(path)
    c.undo().save(path, overwrite=True)
    assert len(json.loads(path.read_text())["turns"]) == 2
    assert [file.name for file in tmp_path.iterdir()] == ["c.json"]


def test_a_key_in_a_message_is_not_written(tmp_path):
    """Somebody pasted it; a file travels."""
    c, _ = talk(reply("Thanks for VENICE_ADMIN_KEY_abc123"))
    c("My key is VENICE_INFERENCE_KEY_secret-1")
    written = c.save(tmp_path / "c.json").read_text()
    assert "secret-1" not in written
    assert "abc123" not in written
    assert written.count("<key>") >= 2


def test_missing_tools_are_announced_on_loading(tmp_path):
    """Functions are not saved; the names are, so that their absence is told."""
    path = spoken().save(tmp_path / "c.json")
    session = FakeSession()
    talk(session=session)[0].load(path)
    assert session.notes == ["the conversation used tools that are not here: weather"]


def test_a_file_cannot_switch_off_what_guards_tools(tmp_path):
    """confirm, tools and max_steps are this program's, whatever a file says."""
    path = spoken().save(tmp_path / "c.json")
    saved = json.loads(path.read_text())
    saved["parameters"] |= {"confirm": None, "max_steps": 99, "raise_tool_errors": True, "tools": []}
    path.write_text(json.dumps(saved))
    asked = []
    c, _ = talk(
        reply("", ("weather", {"city": "Rome"})),
        reply("ok"),
        tools=[weather],
        confirm=lambda name, values: asked.append(name),
    )
    c.load(path)("Go on")
    assert asked == ["weather"]
    assert c.parameters == {"temperature": 0}


def broken(change):
    def make(saved):
        change(saved)
        return json.dumps(saved)

    return make


FILES = [
    (lambda saved: "not json", "cannot be loaded"),
    (lambda saved: "[" * 100_000, "cannot be loaded"),
    (lambda saved: "[]", "not a saved conversation"),
    (lambda saved: json.dumps(saved)[:-40], "cannot be loaded"),
    (broken(lambda saved: saved.update(format="x")), "not a saved conversation"),
    (broken(lambda saved: saved.update(version=2)), "newer version"),
    (broken(lambda saved: saved.pop("turns")), "turns: is missing"),
    (broken(lambda saved: saved["turns"][0].update(at="noon")), "turns[0].at: expected a date and time"),
    (broken(lambda saved: saved["turns"][0].update(messages=[])), "turn 0 has no question"),
    (broken(lambda saved: saved["turns"][0]["reply"].update(text=5)), "turns[0].reply.text"),
    (broken(lambda saved: saved["turns"][0]["messages"][0].update(content=5)), "turn 0 has a message"),
    (broken(lambda saved: saved["turns"][0]["messages"][0].update(content=[[]])), "turn 0 has a message"),
    (broken(lambda saved: saved["turns"][0]["messages"][1].update(tool_calls=["x"])), "turn 0 has a message"),
    (broken(lambda saved: saved["turns"][0]["messages"][0].update(content="\ud800")), "turn 0 has a message"),
    (broken(lambda saved: saved["turns"][0]["reply"]["usage"].update(total_tokens=10**30)), "turn 0 counts"),
    (
        lambda saved: json.dumps(saved).replace(
            '"role": "user"', '"x": ' + "[" * 300 + "]" * 300 + ', "role": "user"', 1
        ),
        "turn 0 has a message",
    ),
]


@pytest.mark.parametrize(("make", "said"), FILES, ids=[said for _, said in FILES])
def test_a_file_that_is_no_conversation_is_refused(make, said, tmp_path):
    """With the place that is wrong; the conversation stays as it was."""
    path = spoken().save(tmp_path / "c.json")
    path.write_text(make(json.loads(path.read_text())))
    c, _ = talk(reply("a"))
    c("1")
    with pytest.raises(InvalidInput) as raised:
        c.load(path)
    assert said in str(raised.value)
    assert len(c) == 1


def test_a_file_that_is_not_there_is_refused(tmp_path):
    """InvalidInput, as for every wrong argument."""
    with pytest.raises(InvalidInput, match="cannot be loaded"):
        talk()[0].load(tmp_path / "none.json")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_what_never_ends_is_not_read(tmp_path):
    """A pipe would wait for ever, a device would fill the memory."""
    os.mkfifo(tmp_path / "pipe.json")
    for path in (tmp_path / "pipe.json", tmp_path, "/dev/zero"):
        with pytest.raises(InvalidInput, match="not a file"):
            talk()[0].load(path)


def test_the_table_has_a_row_for_each_message():
    """Tokens and cost stand with the last answer of a turn."""
    frame = spoken().to_frame()
    assert list(frame.columns) == ["turn", "role", "text", "model", "tokens", "cost", "complete"]
    assert frame["turn"].tolist() == [0, 0, 0, 0, 1, 1, 2, 2]
    assert frame["role"].tolist()[:4] == ["user", "assistant", "tool", "assistant"]
    assert frame["text"][1] == 'weather({"city": "Rome"})'
    assert frame["text"][4] == "What is this? [image]"
    assert frame["tokens"].tolist()[3] == 30
    assert frame["tokens"].isna().tolist() == [True, True, True, False, True, False, True, False]
    assert frame["cost"].sum() == pytest.approx(0.004)
    assert frame["complete"].tolist() == [True] * 6 + [False] * 2
    assert frame["text"].map(type).eq(str).all()


def test_an_empty_conversation_has_an_empty_table():
    """With the same columns."""
    frame = talk()[0].to_frame()
    assert len(frame) == 0
    assert frame.columns[0] == "turn"


def test_it_draws_itself_safely():
    """The last answer first, the past folded, model text escaped, no pictures loaded."""
    c = spoken()
    bundle = c._repr_mimebundle_()
    assert "<b>square" not in bundle["text/html"]
    assert "2 earlier turns" in bundle["text/html"]
    assert "interrupted" in bundle["text/html"]
    assert "data:image" not in bundle["text/html"]
    assert bundle["text/plain"] == repr(c)
    assert repr(c).startswith("Conversation, 3 turns · qwen-3-8-27b")
    assert "half an [interrupted]" in repr(c)
    assert c._repr_mimebundle_() == bundle


def test_an_empty_conversation_draws_itself():
    """And is true, so that `if c:` does not lie."""
    c, _ = talk(character="alan-watts")
    assert "Nothing was said yet" in c._repr_mimebundle_()["text/html"]
    assert repr(c) == "Conversation, 0 turns · alan-watts"
    assert c
    assert c.cost.usd == 0
    assert c.last is None


def test_a_conversation_is_saved_and_not_pickled():
    """It holds its client, whose key must not go along."""
    c, _ = talk()
    with pytest.raises(TypeError, match="save"):
        pickle.dumps(c)
