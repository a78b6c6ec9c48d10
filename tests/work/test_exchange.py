"""The tool loop and the choice of model, played from prepared answers."""

import pytest
from script import FakeSession, Pieces, Script, reply

from venice_nb.catalogue import Catalogue
from venice_nb.errors import (
    APIError,
    CharacterNotFound,
    InsufficientBalance,
    InvalidInput,
    ModelNotFound,
    NotSent,
    StreamInterrupted,
    ToolError,
)
from venice_nb.results.characters import Character
from venice_nb.talk.chat import chat
from venice_nb.talk.exchange import NUDGE


def weather(city: str) -> str:
    """Weather of a city."""
    if city == "Atlantis":
        raise LookupError("under water")
    return f"sunny in {city}"


def ask(*answers, session=None, **options):
    """Play a chat; gives (reply, script, session)."""
    session = session or FakeSession()
    script = Script(*answers)
    prompt = options.pop("prompt", "Weather?")
    return script(chat(session, prompt, **options)), script, session


def roles(body):
    return [message["role"] for message in body["messages"]]


def test_a_plain_question_is_one_call():
    """No tools, no loop: the reply is the one received, and the client remembers it."""
    answer = reply("42")
    found, script, session = ask(answer, system="Be brief", temperature=0.5)
    assert found is answer
    assert session.last is answer
    assert script.bodies[0]["temperature"] == 0.5
    assert script.bodies[0]["model"] == "zai-org-glm-5-2"
    assert script.bodies[0]["messages"] == [
        {"role": "system", "content": "Be brief"},
        {"role": "user", "content": "Weather?"},
    ]
    assert "stream" not in script.bodies[0]
    assert "tools" not in script.bodies[0]


def test_a_tool_is_run_and_the_model_is_told():
    """Question, call, result, answer: the messages grow by the assistant's message as received."""
    asking = reply("", ("weather", {"city": "Rome"}))
    found, script, _ = ask(asking, reply("It is sunny."), tools=[weather])
    assert found.text == "It is sunny."
    assert roles(script.bodies[1]) == ["user", "assistant", "tool"]
    assert script.bodies[1]["messages"][1] == asking.message
    assert script.bodies[1]["messages"][1]["tool_calls"][0]["extra"] == "kept"
    assert script.bodies[1]["messages"][2] == {
        "role": "tool",
        "tool_call_id": "call_0",
        "content": "sunny in Rome",
    }
    [step] = found.steps
    assert (step.call.name, step.output, step.failed) == ("weather", "sunny in Rome", False)


def test_usage_and_cost_are_the_sums_of_all_rounds():
    """What a tool loop costs is what all its calls cost."""
    found, _, session = ask(reply("", ("weather", {"city": "Rome"})), reply("Sunny."), tools=[weather])
    assert found.usage.total_tokens == 30
    assert found.cost.usd == pytest.approx(0.002)
    assert found.cost.source == "charged"
    assert session.last is found


def test_parallel_calls_run_in_order_and_a_failing_one_stops_nothing():
    """Each call gets its own answer, matched by id."""
    asking = reply(
        "",
        ("weather", {"city": "Rome"}, "a"),
        ("weather", {"city": "Atlantis"}, "b"),
        ("wether", "", "c"),
        ("weather", "{bad", "d"),
    )
    found, script, _ = ask(asking, reply("Done."), tools=[weather])
    told = {m["tool_call_id"]: m["content"] for m in script.bodies[1]["messages"] if m["role"] == "tool"}
    assert list(told) == ["a", "b", "c", "d"]
    assert told["a"] == "sunny in Rome"
    assert told["b"] == "error: LookupError: under water"
    assert "Did you mean weather" in told["c"]
    assert "not a JSON object" in told["d"]
    assert [step.failed for step in found.steps] == [False, True, True, True]


def test_raise_tool_errors_raises_and_keeps_what_was_paid():
    """The reply that asked for the tool is kept."""
    session = FakeSession()
    with pytest.raises(ToolError, match="LookupError"):
        ask(
            reply("Let me look.", ("weather", {"city": "Atlantis"})),
            session=session,
            tools=[weather],
            raise_tool_errors=True,
        )
    assert session.last.text == "Let me look."
    assert not session.last.complete


def test_confirm_no_means_not_run():
    """The user's no reaches the model as a failed step."""
    found, script, _ = ask(
        reply("", ("weather", {"city": "Rome"})),
        reply("OK."),
        tools=[weather],
        confirm=lambda name, args: False,
    )
    assert found.steps[0].failed
    assert "did not allow" in script.bodies[1]["messages"][-1]["content"]


def test_when_the_steps_run_out_the_model_must_answer():
    """One more call with tool_choice none; the reply says that the steps ran out."""
    calls = [reply("", ("weather", {"city": "Rome"})) for _ in range(2)]
    found, script, session = ask(*calls, reply("Best guess: sun."), tools=[weather], max_steps=2)
    assert found.text == "Best guess: sun."
    assert found.finish_reason == "max_steps"
    assert len(found.steps) == 2
    assert script.bodies[2]["tool_choice"] == "none"
    assert script.bodies[2]["messages"][-1] == {"role": "user", "content": NUDGE}
    assert "tools" in script.bodies[2]
    assert any("2 rounds" in note for note in session.notes)


def test_calls_in_the_last_answer_are_not_run():
    """A model that calls on regardless does not go on for ever."""
    calls = [reply("", ("weather", {"city": "Rome"})) for _ in range(2)]
    found, script, _ = ask(*calls, tools=[weather], max_steps=1)
    assert len(script.sent) == 2
    assert len(found.steps) == 1
    assert found.tool_calls


@pytest.mark.parametrize("wrong", [0, -1, True, 2.5, "8"])
def test_max_steps_is_a_whole_number_from_one(wrong):
    """Anything else is refused before anything is sent."""
    with pytest.raises(InvalidInput, match="max_steps"):
        ask(tools=[weather], max_steps=wrong)


def test_a_forced_call_is_forced_once():
    """tool_choice="required" would never end; after the first round the model is free."""
    _, script, _ = ask(
        reply("", ("weather", {"city": "Rome"})), reply("Sunny."), tools=[weather], tool_choice="required"
    )
    assert [body["tool_choice"] for body in script.bodies] == ["required", "auto"]


def test_a_declared_tool_ends_the_loop():
    """A specification without a function is the caller's to run."""
    spec = {
        "type": "function",
        "function": {"name": "pay", "parameters": {"type": "object", "properties": {}}},
    }
    found, script, _ = ask(reply("", ("pay", "{}"), ("weather", {"city": "R"})), tools=[spec, weather])
    assert len(script.sent) == 1
    assert [call.name for call in found.tool_calls] == ["pay", "weather"]
    assert found.steps == ()


def test_without_tools_calls_are_only_reported():
    """A model that calls a tool nobody gave it ends the exchange."""
    found, script, _ = ask(reply("", ("weather", {"city": "Rome"})))
    assert len(script.sent) == 1
    assert found.tool_calls[0].name == "weather"


def test_calls_cut_off_at_the_token_limit_are_not_run():
    """Half a JSON may be a whole one with another meaning."""
    found, script, _ = ask(reply("", ("weather", {"city": "Rome"}), finish="length"), tools=[weather])
    assert len(script.sent) == 1
    assert found.steps == ()


def test_search_results_in_a_call_are_neither_run_nor_sent_back():
    """The made-up call is dropped from the message, as nothing answers it."""
    asking = reply(
        "", ("web_search", '{"documents": []}', "web_search_call"), ("weather", {"city": "Rome"}, "call_7")
    )
    found, script, _ = ask(asking, reply("Sunny."), tools=[weather])
    assert [call["id"] for call in script.bodies[1]["messages"][1]["tool_calls"]] == ["call_7"]
    assert len(found.steps) == 1


# --- interruptions ---------------------------------------------------------------------------


def test_ctrl_c_in_a_stream_keeps_what_arrived():
    """The text so far is the client's last reply, marked incomplete."""
    session = FakeSession()
    with pytest.raises(KeyboardInterrupt):
        ask(Pieces(reply("one two three"), KeyboardInterrupt()), session=session, stream=True)
    assert session.last.text == "one two three"
    assert not session.last.complete


def test_a_cut_stream_keeps_what_arrived_and_the_steps_before():
    """The error carries the partial reply, with the tools that had run and their cost."""
    session = FakeSession()
    cut = StreamInterrupted("cut", partial=reply("Sun"))
    with pytest.raises(StreamInterrupted) as raised:
        ask(reply("", ("weather", {"city": "Rome"})), cut, session=session, tools=[weather], stream=False)
    assert raised.value.text == "Sun"
    assert raised.value.partial is session.last
    assert session.last.usage.total_tokens == 30
    assert len(session.last.steps) == 1
    assert not session.last.complete


def test_ctrl_c_in_a_tool_keeps_the_replies():
    """What was paid for stays reachable."""

    def slow() -> str:
        raise KeyboardInterrupt

    session = FakeSession()
    with pytest.raises(KeyboardInterrupt):
        ask(reply("Wait.", ("slow", "")), session=session, tools=[slow])
    assert session.last.text == "Wait."


@pytest.mark.parametrize("error", [NotSent("no"), InsufficientBalance("no"), KeyboardInterrupt()])
def test_a_failure_before_anything_arrived_changes_nothing(error):
    """The last reply stays the one before."""
    session = FakeSession(last="before")
    with pytest.raises(type(error)):
        ask(error, session=session)
    assert session.last == "before"


# --- which model -----------------------------------------------------------------------------


def test_the_clients_default_model_is_used():
    """A default set on the client comes before the server's trait."""
    _, script, _ = ask(reply("a"), session=FakeSession(default_model="llama-3.3-70b"))
    assert script.bodies[0]["model"] == "llama-3.3-70b"


def test_pictures_need_a_model_that_sees(tmp_path):
    """The default gives way to default_vision, and that is said."""
    from PIL import Image

    session = FakeSession(default_model="llama-3.3-70b")
    _, script, _ = ask(reply("a cat"), session=session, images=[Image.new("RGB", (64, 64))])
    assert script.bodies[0]["model"] == "qwen-3-8-27b"
    assert any("cannot look at pictures" in note for note in session.notes)


def test_a_retired_model_is_replaced_and_announced():
    """Old tutorials go on working."""
    _, script, session = ask(reply("a"), model="qwen3-4b")
    assert script.bodies[0]["model"] == "qwen3-5-9b"
    assert session.notes == ["qwen3-4b is retired; using qwen3-5-9b."]


def test_a_feature_suffix_becomes_parameters():
    """id:enable_web_search=on is sent as Venice parameters."""
    _, script, _ = ask(reply("a"), model="llama-3.3-70b:enable_web_search=on")
    assert script.bodies[0]["model"] == "llama-3.3-70b"
    assert script.bodies[0]["venice_parameters"]["enable_web_search"] == "on"


def table(*ids):
    listed = [{"id": name, "type": "text", "model_spec": {"privacy": "private"}} for name in ids]
    return Catalogue.from_reply(listed, date="2026-12-01")


def test_an_unknown_model_is_looked_up_once_in_the_servers_list():
    """A model newer than the package is found, and the catalogue is up to date afterwards."""
    _, script, session = ask(table("brand-new-9"), reply("a"), model="brand-new-9")
    assert [call.path for call in script.sent] == ["/models", "/chat/completions"]
    assert script.bodies[1]["model"] == "brand-new-9"
    assert session.catalogue.get("brand-new-9") is not None


def test_a_model_nobody_knows_is_refused_with_suggestions():
    """Nothing is sent to a model."""
    with pytest.raises(ModelNotFound) as raised:
        ask(table("llama-3.3-70b", "qwen3-5-9b"), model="lama-3.3-70b-x")
    assert "llama-3.3-70b" in raised.value.suggestions
    assert "llama-3.3-70b" in raised.value.do


def test_without_a_list_an_unknown_model_is_tried():
    """A failing list is no reason to refuse: the server may know the name."""
    _, script, session = ask(APIError("down"), reply("a"), model="brand-new-9")
    assert script.bodies[1]["model"] == "brand-new-9"
    assert "brand-new-9" in session.notes[0]


def test_a_character_brings_its_model():
    """The author's advice is followed if the model is listed; it is asked for once."""
    session = FakeSession()
    alan = Character(slug="alan-watts", model_id="llama-3.3-70b")
    _, script, _ = ask(alan, reply("a"), session=session, character="alan-watts")
    assert script.sent[0].path == "/characters/alan-watts"
    assert script.bodies[1]["model"] == "llama-3.3-70b"
    assert script.bodies[1]["venice_parameters"]["character_slug"] == "alan-watts"
    _, script, _ = ask(reply("a"), session=session, character="alan-watts")
    assert script.bodies[0]["model"] == "llama-3.3-70b"


def test_a_character_with_an_unlisted_model_speaks_through_the_default():
    """Advice that cannot be followed is ignored."""
    _, script, _ = ask(Character(slug="x", model_id="gone-1"), reply("a"), character="x")
    assert script.bodies[1]["model"] == "zai-org-glm-5-2"


def test_a_named_model_wins_over_the_character():
    """Nothing is looked up then."""
    _, script, _ = ask(reply("a"), character="x", model="llama-3.3-70b")
    assert [body["model"] for body in script.bodies] == ["llama-3.3-70b"]


def test_an_unknown_character_is_an_error():
    """The server's 404 goes to the user."""
    with pytest.raises(CharacterNotFound):
        ask(CharacterNotFound("no"), character="nobody")


# --- what is asked ---------------------------------------------------------------------------


def test_history_may_hold_replies():
    """A reply stands for its message."""
    before = [{"role": "user", "content": "Hi"}, reply("Hello")]
    _, script, _ = ask(reply("a"), messages=before)
    assert roles(script.bodies[0]) == ["user", "assistant", "user"]


def test_messages_alone_are_a_question():
    """prompt may be left out."""
    _, script, _ = ask(reply("a"), prompt=None, messages=[{"role": "user", "content": "Hi"}])
    assert roles(script.bodies[0]) == ["user"]


@pytest.mark.parametrize(
    "options",
    [{"prompt": None}, {"prompt": None, "system": "Be brief"}, {"messages": "Hi"}, {"prompt": "  "}],
)
def test_nothing_to_ask_is_refused(options):
    """Before anything is sent."""
    with pytest.raises(InvalidInput):
        ask(**options)


def test_an_unknown_parameter_is_refused_with_a_guess():
    """A typing error is not sent to a strict server."""
    with pytest.raises(InvalidInput, match="temprature"):
        ask(temprature=1)


@pytest.mark.parametrize(
    ("stream", "show", "streamed"),
    [(True, False, True), (None, True, True), (None, False, False), (False, True, False)],
)
def test_what_is_shown_is_streamed(stream, show, streamed):
    """stream=None streams exactly when the reply is shown."""
    _, script, _ = ask(reply("a"), stream=stream, show=show)
    assert script.bodies[0].get("stream", False) is streamed
    assert (script.sent[0].gather is not None) is streamed
