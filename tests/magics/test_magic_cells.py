"""What cells with `%%venice` and `%venice` give, keep and refuse, in a real shell."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TypedDict

import httpx
import pytest

import venice_nb as vn
from tests.scripted_client import Server, chat_answer, sse

ESCAPES = "\x1b]0;owned\x07"
HOSTILE = f"<img src=x onerror=alert(1)> {{secret}} {{1/0}} %%venice %venice connect $HOME {ESCAPES}![x](http://e.test/p)"


@dataclass
class Person:
    name: str
    city: str


class Place(TypedDict):
    city: str


@pytest.fixture
def server(cells):
    """A server that notes what it is asked; its client is the notebook's `v`."""
    made = Server()
    cells.ns["v"] = made.client()
    return made


def said(server, position=-1):
    """The text of a message of the last request."""
    return server.body["messages"][position]["content"]


README = (Path(vn.__file__).parent.parent / "README.md").read_text("utf-8")


def test_the_cells_of_the_readme_run(cells):
    found = re.findall(r"^```ipython\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    cells.ns.update(Person=Person, reviews=SimpleNamespace(text=["Lovely!", "Late again, awful."]))
    for cell in found:
        cells.run(cell)
    question = cells.ns["talk"].messages[1]["content"]
    assert question == 'Label the tone of this review: {"text": "Late again, awful."}'
    assert cells.ns["tone"].text == "negative"
    assert cells.ns["ada"] == Person("Ada Lovelace", "London")


# --- asking ------------------------------------------------------------------------------------


def test_the_reply_to_what_stands_below_is_the_value_of_the_cell(cells):
    reply = cells.run("%%venice\nWhat is 12 times 7?\n")
    assert "84" in reply.text
    assert cells.ns["_"] is reply


def test_options_say_the_model_the_instructions_and_the_temperature(cells, server):
    cells.run("%%venice -m llama-3.3-70b -s 'Be brief' -t 0.2\nHi there\n\n")
    assert server.body["model"] == "llama-3.3-70b"
    assert server.body["temperature"] == 0.2
    assert (said(server, 0), said(server)) == ("Be brief", "Hi there")


def test_web_searches_and_cites(cells, server):
    cells.run("%%venice --web -m llama-3.3-70b\nNews?")
    settings = server.body["venice_parameters"]
    assert settings["enable_web_search"] == "on"
    assert settings["enable_web_citations"] is True


def test_no_stream_asks_for_the_answer_in_one_piece(cells):
    asked = Server(chat_answer())
    cells.ns["v"] = asked.client(show=True)
    cells.run("%%venice --no-stream -m llama-3.3-70b\nHi")
    assert not asked.body.get("stream")
    delta = {"index": 0, "delta": {"content": "ok"}, "finish_reason": "stop"}
    asked.answers = [httpx.Response(200, content=sse({"id": "1", "choices": [delta]}))]
    cells.run("%%venice -m llama-3.3-70b\nHi")
    assert asked.body["stream"] is True


def test_values_of_the_notebook_are_put_into_the_question_and_the_options(cells, server):
    cells.run("city, kind, rows = 'Rome', 'llama-3.3-70b', [1, 2]")
    cells.run("%%venice -m {kind} -s 'Speak of {city}' -t {len(rows)/4}\n{city}: {len(rows)} of {rows}")
    assert server.body["model"] == "llama-3.3-70b"
    assert server.body["temperature"] == 0.5
    assert (said(server, 0), said(server)) == ("Speak of Rome", "Rome: 2 of [1, 2]")


def test_an_option_filled_with_hostile_text_stays_one_option(cells, server):
    cells.ns["text"] = "x' --to v -m other"
    cells.run("%%venice -m llama-3.3-70b -s {text}\nHi")
    assert said(server, 0) == cells.ns["text"]
    assert server.body["model"] == "llama-3.3-70b"


def test_a_question_in_json_is_sent_as_it_stands(cells, server):
    question = json.dumps({"task": {"rows": [{"a": 1}, {}], "note": "$HOME %time !ls"}}, indent=2)
    cells.run(f"%%venice -m llama-3.3-70b\n{question}")
    assert said(server) == question


def test_raw_sends_braces_as_they_are(cells, server):
    cells.run("%%venice --raw -m llama-3.3-70b\n\\frac{a}{b} {city} {{x}}")
    assert said(server) == "\\frac{a}{b} {city} {{x}}"


def test_what_a_model_wrote_is_text_wherever_it_goes(cells):
    """Put into the next question it is not evaluated; shown, it does nothing."""
    server = Server(chat_answer(HOSTILE), chat_answer("fine"))
    cells.ns.update(v=server.client(), secret="planted", clients=[])
    reply = cells.run("%%venice -m llama-3.3-70b --to reply\nHi")
    cells.run("%%venice -m llama-3.3-70b\nAbout {reply}: {reply.text} {_}")
    assert said(server) == f"About {HOSTILE}: {HOSTILE} {HOSTILE}"
    shown = reply._mimebundle()
    assert "<img" not in shown["text/html"]
    assert "\x1b" not in shown["text/plain"]


def test_a_name_that_is_not_there_fails_the_cell_before_anything_is_sent(cells, server):
    cells.run("review = 'good'")
    with pytest.raises(vn.InvalidInput, match="There is no 'reveiw'") as caught:
        cells.run("%%venice\nLabel: {reveiw}")
    assert "Did you mean review?" in caught.value.do
    assert server.paths == []


@pytest.mark.parametrize("word", ["exit", "open", "In", "display"])
def test_what_every_notebook_begins_with_is_no_name_of_its_own(cells, server, word):
    with pytest.raises(vn.InvalidInput, match=f"There is no '{word}'"):
        cells.run(f"%%venice\n{{{word}}}")
    cells.ns[word] = 3.5
    cells.run(f"%%venice -m llama-3.3-70b\n{{{word}}}")
    assert said(server) == "3.5"


def test_what_an_expression_raises_fails_the_cell(cells, server):
    cells.run("city = 'Rome'")
    with pytest.raises(AttributeError, match="popluation"):
        cells.run("%%venice\n{city.popluation}")
    assert server.paths == []


# --- variables ---------------------------------------------------------------------------------


def test_to_puts_the_reply_into_a_variable(cells):
    reply = cells.run("%%venice --to answer\nWhat is 2 + 2?")
    assert cells.ns["answer"] is reply


def test_a_cell_that_fails_leaves_the_variable_alone(cells):
    cells.run("answer = 1")
    with pytest.raises(vn.ModelNotFound):
        cells.run("%%venice --to answer -m no-such-model\nHi")
    assert cells.ns["answer"] == 1


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        ("Person", Person("Ada Lovelace", "London")),
        ("Place", {"city": "London"}),
        ("fields", {"city": "London"}),
        ("list[Person]", [Person("Ada Lovelace", "London")]),
    ],
)
def test_schema_makes_an_object_of_the_answer(cells, schema, wanted):
    cells.ns.update(Person=Person, Place=Place, fields={"city": str}, text="Ada Lovelace lives in London.")
    assert cells.run(f"%%venice --schema {schema} --to found -s 'Be brief'\n{{text}}") == wanted
    assert cells.ns["found"] == wanted


def test_schema_sends_the_question_and_the_instructions(cells):
    server = Server(chat_answer('{"city": "Rome"}'))
    cells.ns.update(v=server.client(), Place=Place)
    cells.run("%%venice --schema Place -m zai-org-glm-5-2 -s 'Only Italy' -t 0\nName a city")
    assert said(server) == "Name a city"
    assert said(server, 0).endswith("Only Italy")
    assert server.body["temperature"] == 0
    assert "city" in json.dumps(server.body["response_format"])


def test_an_answer_that_does_not_fit_fails_the_cell_and_is_kept(cells):
    server = Server(chat_answer("no JSON at all"))
    cells.ns.update(v=server.client(), Place=Place)
    with pytest.raises(vn.ExtractionError) as caught:
        cells.run("%%venice --schema Place -m zai-org-glm-5-2 --to found\nName a city")
    assert caught.value.reply.text == "no JSON at all"
    assert "found" not in cells.ns


# --- conversations -----------------------------------------------------------------------------


def test_a_conversation_is_a_variable_that_remembers(cells):
    cells.run("%%venice -c talk -s 'Be brief'\nMy name is Ada.")
    reply = cells.run("%%venice -c talk\nWhat is my name?")
    talk = cells.ns["talk"]
    assert isinstance(talk, vn.Conversation)
    assert "Ada" in reply.text
    assert (len(talk), talk.system) == (2, "Be brief")


def test_options_of_a_conversation_stay_when_they_begin_it_and_count_once_later(cells, server):
    cells.run("%%venice -c talk -m llama-3.3-70b -s First -t 0.1\nOne")
    cells.run("%%venice -c talk -s Second --web\nTwo")
    assert (said(server, 0), server.body["temperature"]) == ("Second", 0.1)
    assert server.body["venice_parameters"]["enable_web_search"] == "on"
    cells.run("%%venice -c talk\nThree")
    assert said(server, 0) == "First"
    assert server.body["model"] == "llama-3.3-70b"
    assert "enable_web_search" not in server.body.get("venice_parameters", {})


def test_a_conversation_made_by_hand_goes_on(cells, server):
    cells.run("talk = v.conversation(model='llama-3.3-70b')")
    cells.run("%%venice -c talk\nOne")
    assert len(cells.ns["talk"]) == 1


def test_a_conversation_whose_first_turn_fails_is_not_kept(cells):
    with pytest.raises(vn.ModelNotFound):
        cells.run("%%venice -c talk -m no-such-model\nHi")
    assert "talk" not in cells.ns


def test_a_variable_that_is_no_conversation_is_not_replaced(cells, server):
    cells.run("talk = [1]")
    with pytest.raises(vn.InvalidInput, match="talk is a list of 1 item here, not a conversation"):
        cells.run("%%venice -c talk\nHi")
    assert cells.ns["talk"] == [1]
    assert server.paths == []


# --- interruption ------------------------------------------------------------------------------


def test_an_interrupted_cell_keeps_what_had_arrived_and_the_next_one_works(cells):
    pauses = []

    def press(seconds):
        pauses.append(seconds)
        if len(pauses) == 8:
            raise KeyboardInterrupt

    client = vn.Venice.sandbox(token_pause=0.01, sleep=press, show=True)
    cells.ns["v"] = client
    with pytest.raises(KeyboardInterrupt):
        cells.run("%%venice -c talk --to answer\nList the months of the year, one on each line.")
    assert "answer" not in cells.ns
    assert client.last.text + client.last.reasoning
    assert not client.last.complete
    assert [turn.complete for turn in cells.ns["talk"]] == [False]
    assert "4" in cells.run("%%venice\nWhat is 2 + 2?").text


# --- which client ------------------------------------------------------------------------------


def test_v_is_asked_where_it_is_a_venice(cells, server):
    vn.Venice.sandbox()
    cells.run("%%venice -m llama-3.3-70b\nHi")
    assert len(server.paths) == 1


@pytest.mark.parametrize("v", [3, None, "absent"])
def test_else_the_client_that_was_made_last_is_asked(cells, v):
    server = Server()
    server.client()
    if v != "absent":
        cells.ns["v"] = v
    cells.run("%%venice -m llama-3.3-70b\nHi")
    assert len(server.paths) == 1


def test_without_any_client_one_is_made_and_that_is_said(cells, capsys):
    cells.run("%%venice\nWhat is 2 + 2?")
    told = capsys.readouterr()
    assert "venice is used here with a client of its own: <Venice SANDBOX" in told.err
    cells.run("%%venice\nWhat is 2 + 2?")
    assert "client of its own" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "cell", ["%%venice\nHi", "%%venice -c talk\nHi", "%%venice --schema Place\nHi", "%venice models"]
)
def test_an_asynchronous_client_cannot_be_waited_for_which_is_said(cells, cell):
    client = vn.AsyncVenice.sandbox()
    cells.ns["Place"] = Place
    with pytest.raises(vn.InvalidInput, match="AsyncVenice, which has to be awaited") as caught:
        cells.run(cell)
    assert "%venice connect" in caught.value.do
    assert client._session.calls == 0
    assert "talk" not in cells.ns


def test_a_conversation_of_an_asynchronous_client_is_refused_likewise(cells, server):
    cells.ns["talk"] = vn.AsyncVenice.sandbox().conversation()
    with pytest.raises(vn.InvalidInput, match="has to be awaited"):
        cells.run("%%venice -c talk\nHi")
    assert len(cells.ns["talk"]) == 0


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("%%venice --modle x\nHi", "Did you mean --model?"),
        ("%%venice What is it?\nHi", "The question goes below the first line."),
        ("%%venice -m\nHi", "expected one argument"),
        ("%%venice -s don't\nHi", "No closing quotation"),
        ("%%venice -t warm\nHi", "a number from 0 to 2"),
        ("%%venice -t 9\nHi", "a number from 0 to 2"),
        ("%%venice -t nan\nHi", "a number from 0 to 2"),
        ("%%venice --to my-answer\nHi", "the name of a variable"),
        ("%%venice -c class\nHi", "the name of a variable"),
        ("%%venice -c a --to a\nHi", "another name"),
        ("%%venice -c a --schema dict\nHi", "answers in words"),
        ("%%venice --schema Nothing\nHi", "There is no 'Nothing'"),
        ("%%venice\n \n", "a question"),
        ("%venice model", "Did you mean models?"),
        ("%venice Hi there", "Questions go into a cell that begins with %%venice."),
        ("%venice spend --type image", "--type with models"),
        ("%venice models --ask", "--ask with connect"),
        ("%venice models --type pictures", "is not known"),
    ],
)
def test_what_cannot_be_meant_fails_the_cell_before_anything_is_sent(cells, server, cell, told):
    with pytest.raises(vn.InvalidInput) as caught:
        cells.run(cell)
    assert told in str(caught.value)
    assert server.paths == []


# --- the line magic ----------------------------------------------------------------------------


def test_models_are_the_table_of_a_type(cells):
    assert cells.run("%venice models --type image").ids == vn.Venice.sandbox().models(type="image").ids
    cells.run("kind = 'tts'")
    assert "tts-kokoro" in cells.run("%venice models --type {kind}").ids
    assert "llama-3.3-70b" in cells.run("%venice models").ids


def test_spend_is_what_the_client_spent(cells):
    cells.run("%%venice\nWhat is 2 + 2?")
    assert cells.run("%venice spend").total.usd > 0
    vn.AsyncVenice.sandbox()
    assert len(cells.run("%venice spend").lines) == 0


def test_connect_makes_v_and_makes_it_again(cells):
    first = cells.run("%venice connect")
    assert cells.ns["v"] is first
    assert first.sandboxed
    assert cells.run("%venice connect") is cells.ns["v"] is not first


def test_connect_asks_for_a_key_only_when_told_to(cells):
    with pytest.raises(vn.InvalidInput, match="nobody can be asked"):
        cells.run("%venice connect --ask")
    assert "v" not in cells.ns


def test_connect_replaces_no_variable_that_is_no_client(cells):
    cells.run("v = [1, 2]")
    with pytest.raises(vn.InvalidInput, match="v is a list of 2 items here"):
        cells.run("%venice connect")
    assert cells.ns["v"] == [1, 2]


def test_alone_it_shows_the_magics_and_the_client(cells):
    offered = cells.run("%venice")
    assert "vn.connect(), when it is first needed" in repr(offered)
    cells.run("%venice connect")
    bundle = cells.run("%venice")._mimebundle()
    assert "SANDBOX" in bundle["text/plain"]
    for words in ("%%venice -c NAME", "%venice spend", "goes on with the conversation"):
        assert words in bundle["text/plain"]
        assert words in bundle["text/html"]


@pytest.mark.parametrize(
    ("name", "words"), [("%%venice", ["--schema NAME", "{expression}"]), ("%venice", ["spend"])]
)
def test_a_question_mark_tells_the_options(cells, name, words):
    told = cells.shell.object_inspect(name)["docstring"]
    assert all(word in told for word in words)


# --- the extension -----------------------------------------------------------------------------


def test_loading_again_makes_no_second_completer_and_unloading_leaves_nothing(cells):
    before = len(cells.shell.Completer.custom_matchers)
    cells.run("%reload_ext venice_nb")
    assert len(cells.shell.Completer.custom_matchers) == before
    assert cells.run("%%venice\nWhat is 2 + 2?").text
    cells.run("%unload_ext venice_nb")
    assert len(cells.shell.Completer.custom_matchers) == before - 1
    assert cells.shell.find_cell_magic("venice") is None
    assert cells.shell.find_line_magic("venice") is None
