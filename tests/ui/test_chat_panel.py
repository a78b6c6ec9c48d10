"""The chat panel, pressed and read as a person does, without a browser."""

import base64
import datetime as dt
import json
import threading

import ipywidgets
import pytest

import venice_nb as vn
from venice_nb.ui.parts.attachments import Attachment
from venice_nb.ui.parts.choices import choices

PATIENCE = 60
CAP = 100_000  # bytes of widget state in a saved notebook


@pytest.fixture
def panel(client, hand):
    made = vn.ui.chat(client)
    hand(made)
    return made


def ask(panel, hand, words):
    hand(panel).control("Your message").value = words
    hand(panel).press("Send")
    return panel.answer


def test_a_message_is_sent_by_the_button_and_its_answer_stands_below_it(panel, hand):
    assert ask(panel, hand, "What is 12 plus 7?").text == "12 + 7 = 19"
    shown = hand(panel).text
    assert shown.index("What is 12 plus 7?") < shown.index("12 + 7 = 19")
    assert panel.prompt == "" == hand(panel).control("Your message").value
    assert panel.status.startswith("Answered by")
    assert "This conversation:" in shown
    assert "Spent since the panel was opened: $0.00" in shown


def test_writing_a_message_sends_nothing(panel, hand, client):
    hand(panel).control("Your message").value = "Never sent"
    assert panel.wait(PATIENCE)
    assert client._session.calls == 0


def test_the_price_stands_there_before_the_press(panel, hand):
    hand(panel).control("Your message").value = "What is 2 + 2?"
    assert panel.wait(PATIENCE)
    assert panel.price.startswith("The next press costs about $0.0")
    assert panel.price in hand(panel).text


def test_what_is_wrong_with_the_next_press_is_said_in_place_of_a_price(panel):
    panel.model = "no-such-model-at-all"
    panel.prompt = "Hi"
    panel.reckon()
    assert "no text model called" in panel.price


def test_an_answer_is_drawn_while_it_arrives(hand):
    client = vn.Venice.sandbox(token_pause=0.01)
    panel = vn.ui.chat(client)
    frames = []
    panel._stream.pace.due = lambda: True
    panel._stream._pane.observe(lambda change: frames.append((change.new, len(panel.conversation))), "value")
    ask(panel, hand, "Count from one to five")
    growing = [frame for frame, turns in frames if frame]
    assert len(growing) > 3
    assert all(turns == 0 for frame, turns in frames if frame)
    assert len(growing[-1]) > len(growing[0])
    assert frames[-1][0] == "", "the finished answer stands in the conversation"


def test_a_thousand_pieces_a_second_are_at_most_twenty_frames(panel):
    from venice_nb.calls.talk.gather import ReplyGatherer
    from venice_nb.ui.parts.task import Task

    now, gatherer, frames = [0.0], ReplyGatherer(model="m"), []
    panel._stream.pace.clock = lambda: now[0]
    panel._stream.begin(Task(lambda _: None))
    panel._stream._pane.observe(lambda change: frames.append(change.new), "value")
    for piece in range(1000):
        delta = {"id": "c", "model": "m", "choices": [{"index": 0, "delta": {"content": f"w{piece} "}}]}
        gatherer.add("message", json.dumps(delta))
        panel._stream.see(gatherer)
        now[0] += 0.001
    assert 10 <= len(frames) <= 20
    now[0] += 1
    panel._stream.idle()
    assert "w999" in frames[-1], "what is left is drawn in the next pause"


def test_stop_keeps_what_has_arrived(hand):
    client = vn.Venice.sandbox(token_pause=0.02)
    panel = vn.ui.chat(client)
    begun = threading.Event()
    panel._stream._pane.observe(lambda change: begun.set() if change.new else None, "value")
    hand(panel).control("Your message").value = "Count from 1 to 300"
    hand(panel).control("Send").click()
    assert begun.wait(PATIENCE)
    hand(panel).press("Stop")
    assert panel.status == "Stopped."
    (turn,) = panel.conversation
    assert not turn.complete
    assert "stopped" in hand(panel).text
    assert ask(panel, hand, "What is 2 + 2?").text == "2 + 2 = 4"


def test_a_message_that_failed_is_still_there_and_can_be_sent_again(hand):
    client = vn.Venice.sandbox(faults=[vn.Fault(status=422)])
    panel = vn.ui.chat(client)
    assert ask(panel, hand, "What is 2 + 2?") is None
    assert "request id" in panel.status
    assert "Traceback" not in hand(panel).text
    assert panel.prompt == "What is 2 + 2?"
    hand(panel).press("Send")
    assert panel.answer.text == "2 + 2 = 4"
    assert panel.error is None


def test_an_empty_message_is_not_sent(panel, hand, client):
    hand(panel).press("Send")
    assert panel.status == "Write a message first."
    assert client._session.calls == 0


def test_markup_in_an_answer_and_in_a_question_is_text(hand, client):
    panel = vn.ui.chat(client, system="Repeat what you are told.")
    ask(panel, hand, 'Say: <img src="http://evil.test/x.png" onerror="alert(1)"><script>alert(2)</script>')
    for pane in hand(panel).all(ipywidgets.HTML):
        assert "<img" not in pane.value
        assert "<script" not in pane.value


# --- choices -------------------------------------------------------------------------------------


def test_models_are_found_by_words_on_what_they_can_and_the_picked_one_answers(panel, hand):
    words, models = hand(panel).control("Find a model"), hand(panel).control("Model")
    every = len(models.options)
    words.value = "vision private"
    found = [value for _, value in models.options if value]
    assert 0 < len(found) < every
    table = panel.client.models(vision=True, private=True, refresh=False)
    assert set(found) == set(table.ids)
    models.value = found[0]
    assert panel.model == found[0]
    assert "👁 vision" in hand(panel).text
    assert ask(panel, hand, "What is 2 + 2?").model == found[0]


def test_what_is_picked_stays_when_the_search_leaves_it_out(panel, hand):
    panel.model = "llama-3.3-70b"
    hand(panel).control("Find a model").value = "nothing is called that"
    assert hand(panel).control("Model").value == panel.model == "llama-3.3-70b"


def test_the_model_that_another_panel_chose_is_taken_until_the_panel_is_closed(client, hand):
    choices(client).text = "llama-3.3-70b"
    panel = vn.ui.chat(client)
    assert panel.model == "llama-3.3-70b"
    choices(client).text = "qwen3-5-9b"
    assert panel.model == "qwen3-5-9b"
    panel.close()
    choices(client).text = "llama-3.3-70b"
    assert panel.model == "qwen3-5-9b"


def test_a_persona_is_found_picked_and_answers(panel, hand):
    hand(panel).control("Find a persona").value = "philosophy"
    hand(panel).press("Find")
    people = hand(panel).control("Persona")
    assert ("Alan Watts (alan-watts)", "alan-watts") in people.options
    people.value = "alan-watts"
    assert panel.character == "alan-watts"
    ask(panel, hand, "Who are you?")
    assert panel.conversation.character == "alan-watts"
    assert 'character="alan-watts"' in panel.code


def test_personas_are_seen_and_picked_by_their_faces(panel, hand, client):
    hand(panel).press("Find")
    faces = [pane for pane in hand(panel).all(ipywidgets.HTML) if "<img" in pane.value]
    assert len(faces) == 6
    assert all('src="data:image/webp;base64,' in pane.value for pane in faces), "the page loads none"
    _, slug = hand(panel).control("Persona").options[2]
    picked = client.characters.get(slug)
    hand(panel).press(picked.name)
    assert panel.character == hand(panel).control("Persona").value == slug
    assert hand(panel).control(picked.name).icon == "check"
    assert picked.description in hand(panel).text


def test_a_persona_whose_face_cannot_be_had_is_found_all_the_same(hand):
    client = vn.Venice.sandbox(faults=[vn.Fault("/photos/", times=None, status=404)])
    panel = vn.ui.chat(client)
    hand(panel).control("Find a persona").value = "philosophy"
    hand(panel).press("Find")
    assert panel.status == "1 persona found; pick one below."
    assert "no picture" in hand(panel).text
    hand(panel).press("Alan Watts")
    assert panel.character == "alan-watts"


def test_the_web_is_searched_and_its_pages_are_linked(panel, hand):
    hand(panel).control("Web search").value = "on"
    reply = ask(panel, hand, "What is new in fusion energy?")
    assert reply.sources
    assert 'web_search="on", citations=True' in panel.code
    assert reply.sources[0].url in "".join(pane.value for pane in hand(panel).all(ipywidgets.HTML))


def test_the_system_prompt_is_sent(panel, hand):
    hand(panel).control("System prompt").value = "Be brief"
    ask(panel, hand, "Hi")
    assert panel.conversation.messages[0] == {"role": "system", "content": "Be brief"}


# --- attachments ---------------------------------------------------------------------------------


def picture(path):
    from PIL import Image

    Image.new("RGB", (96, 96), "teal").save(path)
    return path.read_bytes()


def uploaded(name, kind, data):
    about = {"name": name, "type": kind, "size": len(data), "last_modified": dt.datetime.now(dt.UTC)}
    return ({**about, "content": memoryview(data)},)


def test_a_picture_named_by_its_path_is_seen_by_the_model(panel, hand, tmp_path):
    picture(tmp_path / "teal.png")
    hand(panel).control("Path or address").value = "teal.png"
    hand(panel).press("Attach")
    assert "teal.png (image)" in hand(panel).text
    reply = ask(panel, hand, "What colour is this?")
    assert "teal" in reply.text.lower()
    assert "What colour is this? [image]" in hand(panel).text
    assert panel.attachments.items == ()
    assert 'images=["teal.png"]' in panel.code


def test_a_picture_can_be_attached_by_another_cell(panel, client, tmp_path):
    (picture,) = client.images.generate("a teal square", width=256, height=256)
    panel.attachments.add(picture.save(tmp_path / "teal.png"))
    panel.attachments.add(picture)
    assert [item.argument for item in panel.attachments.items] == ["images", "images"]
    assert bytes(picture) == panel.attachments.items[1].given().read()
    with pytest.raises(vn.InvalidInput, match="cannot be read"):
        panel.attachments.add(tmp_path / "none.png")


def test_an_uploaded_picture_is_seen_too_and_leaves_nothing_in_the_widget(panel, hand, tmp_path):
    data = picture(tmp_path / "x.png")
    hand(panel).control("Upload").value = uploaded("teal.png", "image/png", data)
    assert hand(panel).control("Upload").value == ()
    assert panel.attachments.items[0].argument == "images"
    assert "teal" in ask(panel, hand, "What colour is this?").text.lower()
    assert "# teal.png was uploaded" in panel.code


@pytest.mark.parametrize(
    ("name", "kind", "data", "argument"),
    [
        ("a.wav", "audio/wav", b"RIFF\0\0\0\0WAVEfmt ", "audio"),
        ("a.m4a", "audio/mp4", b"\0\0\0\x18ftypisom", "audio"),
        ("a.mp4", "video/mp4", b"\0\0\0\x18ftypisom", "video"),
        ("a.txt", "text/plain", b"hello there", "files"),
        ("a.png", "text/plain", base64.b64decode("iVBORw0KGgo=") + b"\0" * 20, "images"),
        ("../../etc/passwd", "", b"root", "files"),
    ],
)
def test_an_upload_is_judged_by_its_content_and_has_no_folder(panel, name, kind, data, argument):
    panel.attachments.upload.value = uploaded(name, kind, data)
    (item,) = panel.attachments.items
    assert item.argument == argument
    assert "/" not in item.name


def test_a_file_that_is_not_there_is_said(panel, hand):
    hand(panel).control("Path or address").value = "nothing.png"
    hand(panel).press("Attach")
    assert "nothing.png cannot be read" in panel.status
    assert panel.attachments.items == ()


def test_attachments_of_a_message_that_failed_are_still_there(hand, tmp_path):
    picture(tmp_path / "teal.png")
    panel = vn.ui.chat(vn.Venice.sandbox(faults=[vn.Fault(status=422)]))
    hand(panel).control("Path or address").value = "teal.png"
    hand(panel).press("Attach")
    ask(panel, hand, "What colour is this?")
    assert [item.name for item in panel.attachments.items] == ["teal.png"]


# --- what was said -------------------------------------------------------------------------------


def test_regenerate_answers_the_last_message_again(panel, hand):
    ask(panel, hand, "What is 2 + 2?")
    hand(panel).press("Regenerate")
    assert len(panel.conversation) == 1
    assert panel.conversation.usage.total_tokens > panel.answer.usage.total_tokens


def test_an_edited_message_is_asked_again_and_drops_what_came_later(panel, hand):
    ask(panel, hand, "What is 2 + 2?")
    ask(panel, hand, "What is 3 + 3?")
    hand(panel).control("Turn").value = 0
    assert hand(panel).control("Its message").value == "What is 2 + 2?"
    hand(panel).control("Its message").value = "What is 5 + 5?"
    hand(panel).press("Ask again")
    assert [turn.reply.text for turn in panel.conversation] == ["5 + 5 = 10"]
    assert panel.code.count("\nc(") == 1


def test_another_wording_is_asked_for_before_anything_is_sent(panel, hand):
    ask(panel, hand, "What is 2 + 2?")
    hand(panel).control("Its message").value = " "
    hand(panel).press("Ask again")
    assert panel.status == "Write another wording first."
    assert panel.answer.text == "2 + 2 = 4"


def test_branches_go_two_ways_from_a_turn(panel, hand):
    ask(panel, hand, "What is 2 + 2?")
    ask(panel, hand, "What is 3 + 3?")
    hand(panel).control("Turn").value = 0
    hand(panel).press("Branch here")
    ask(panel, hand, "What is 7 + 7?")
    assert [turn.reply.text for turn in panel.conversation] == ["2 + 2 = 4", "7 + 7 = 14"]
    hand(panel).control("Branch").value = 0
    assert [turn.reply.text for turn in panel.conversation] == ["2 + 2 = 4", "3 + 3 = 6"]
    assert "3 + 3 = 6" in hand(panel).text
    assert "7 + 7 = 14" not in hand(panel).text


def test_undo_forgets_the_last_turn(panel, hand):
    ask(panel, hand, "What is 2 + 2?")
    hand(panel).press("Undo")
    assert len(panel.conversation) == 0
    assert panel.code == "c = v.conversation()"
    hand(panel).press("Regenerate")
    assert panel.status == "Nothing was said yet."


# --- code, files, pictures -----------------------------------------------------------------------


def test_what_was_wrong_with_a_file_is_said_until_another_is_attached(panel, hand, tmp_path):
    (tmp_path / "notes.txt").write_text("high water at noon")
    hand(panel).control("Path or address").value = "missing.txt"
    hand(panel).press("Attach")
    assert panel.status.startswith("missing.txt cannot be read")
    hand(panel).control("Path or address").value = str(tmp_path / "notes.txt")
    hand(panel).press("Attach")
    assert panel.status == ""


def test_the_copied_code_gives_the_same_answers(panel, hand):
    hand(panel).control("System prompt").value = 'Say "yes"\nor \\no'
    panel.model = "llama-3.3-70b"
    ask(panel, hand, "What is 2 + 2?")
    ask(panel, hand, 'Now a "quoted"\nline')
    hand(panel).control("Copy as code").value = True
    code = hand(panel).control("Code").value
    names = {"v": vn.Venice.sandbox()}
    exec(code, names)
    assert [turn.reply.text for turn in names["c"]] == [turn.reply.text for turn in panel.conversation]
    asked = [[message["content"] for message in talk.messages] for talk in (names["c"], panel.conversation)]
    assert asked[0] == asked[1]


def test_the_copied_code_asks_each_turn_of_the_model_that_was_asked_then(panel, hand):
    panel.model = "llama-3.3-70b"
    ask(panel, hand, "What is 2 + 2?")
    panel.model = "qwen3-5-9b"
    ask(panel, hand, "What is 3 + 3?")
    panel.model = ""
    names = {"v": vn.Venice.sandbox()}
    exec(panel.code, names)
    assert [turn.reply.model for turn in names["c"]] == ["llama-3.3-70b", "qwen3-5-9b"]


def test_what_is_regenerated_without_the_web_is_copied_without_it(panel, hand):
    panel.web_search = "on"
    ask(panel, hand, "What is 2 + 2?")
    panel.web_search = "off"
    hand(panel).press("Regenerate")
    assert panel.code.splitlines()[1:] == ['c("What is 2 + 2?")']


def test_a_turn_of_another_cell_is_regenerated_and_copied_like_the_others(panel, hand):
    ask(panel, hand, "What is 2 + 2?")
    panel.conversation("What is 3 + 3?", show=False)
    hand(panel).press("Regenerate")
    assert panel.status.startswith("Answered by")
    assert panel.code.splitlines()[1:] == ['c("What is 2 + 2?")', 'c("What is 3 + 3?")']


def test_a_second_press_of_send_says_that_the_first_one_is_under_way(hand):
    panel = vn.ui.chat(vn.Venice.sandbox(token_pause=0.05))
    hand(panel).control("Your message").value = "Count from 1 to 200"
    hand(panel).control("Send").click()
    hand(panel).control("Send").click()
    assert panel.status == "Still busy: wait, or press Stop first."


def test_the_name_of_an_upload_is_one_line_of_the_code(panel, hand):
    panel.attachments.items = (Attachment("a.txt\nimport os", "files", b"words"),)
    panel.prompt = "Hi"
    assert panel.code.splitlines()[1].startswith("# a.txt import os was uploaded")


def test_the_code_shows_the_message_that_waits_to_be_sent(panel, hand):
    hand(panel).control("Copy as code").value = True
    hand(panel).control("Your message").value = "Not yet"
    assert hand(panel).control("Code").value.endswith('c("Not yet")')


def test_the_conversation_is_saved_as_a_notebook_that_runs(panel, hand, tmp_path):
    import nbformat

    ask(panel, hand, "What is 2 + 2?")
    hand(panel).control("File name").value = "talk.ipynb"
    hand(panel).press("Save as notebook")
    assert panel.status == "Written to talk.ipynb."
    book = nbformat.read(tmp_path / "talk.ipynb", as_version=4)
    nbformat.validate(book)
    assert [cell.source for cell in book.cells][1:] == ["c = v.conversation()", 'c("What is 2 + 2?")']
    assert "2 + 2 = 4" in book.cells[2].outputs[0].data["text/plain"]
    names = {}
    for cell in book.cells:
        exec(cell.source, names)
    assert names["c"].last.text == "2 + 2 = 4"
    hand(panel).press("Save as notebook")
    assert "exists already" in panel.status


def test_the_state_of_a_long_chat_stays_small_and_the_conversation_has_it_all(panel, hand):
    long = "word " * 4000
    hand(panel).press("Find")
    for _ in range(4):
        ask(panel, hand, f"Repeat: {long}")
    assert hand(panel).size < CAP
    assert len(panel.snapshot()["text/html"]) < CAP
    assert "earlier turns are in panel.conversation" in hand(panel).text
    assert len(panel.conversation) == 4


def test_the_picture_shows_the_conversation_and_is_the_same_when_it_is_run_again(monkeypatch, hand):
    monkeypatch.setenv("VENICE_STATIC", "1")

    def picture():
        panel = vn.ui.chat(vn.Venice.sandbox(), system="Be brief")
        ask(panel, hand, "What is 2 + 2?")
        return panel._repr_mimebundle_()

    first = picture()
    assert "2 + 2 = 4" in first["text/html"]
    assert first["text/plain"].startswith("<Chat panel: 1 turn, $0.0")
    assert first == picture()


def test_the_conversation_can_be_used_in_a_cell(panel, hand):
    ask(panel, hand, "My name is Ada.")
    reply = panel.conversation("What is my name?", show=False)
    assert "Ada" in reply.text
    assert len(panel.conversation) == 2
