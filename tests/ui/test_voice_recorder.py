"""The microphone of the voice panel: what its button sends is put together, transcribed and saved."""

import pytest

import venice_nb as vn
from venice_nb.ui.sound.recorder import Recorder

SAID = "The lagoon is calm today. Boats leave from the old harbour."


@pytest.fixture
def panel(client, hand, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = vn.ui.voice(client)
    hand(made)
    return made


def recorder(panel, hand):
    (found,) = hand(panel).all(Recorder)
    return found


def test_the_pieces_of_a_recording_are_put_together(panel, hand, client):
    data = bytes(client.audio.speak(SAID, response_format="wav"))
    button = recorder(panel, hand)
    button._handle_custom_msg({"kind": "begin"}, [])
    for at in range(0, len(data), 50_000):
        button._handle_custom_msg({"kind": "piece"}, [memoryview(data)[at : at + 50_000]])
    assert panel.recording is None
    button._handle_custom_msg({"kind": "end"}, [])
    assert "To be transcribed: microphone (audio" in hand(panel).text
    panel.part = "transcribe"
    hand(panel).press("Transcribe")
    assert panel.heard == SAID
    assert bytes(panel.transcript.source) == data


def test_a_recording_that_was_begun_anew_forgets_the_old_one(panel, hand):
    button = recorder(panel, hand)
    for content, piece in (({"kind": "begin"}, b"old"), ({"kind": "begin"}, b"new"), ({"kind": "end"}, b"")):
        button._handle_custom_msg(content, [piece])
    assert panel.recording.data == b"new"


def test_what_was_recorded_is_saved_and_the_code_names_the_file(panel, hand, client, tmp_path):
    data = bytes(client.audio.speak(SAID, response_format="wav"))
    recorder(panel, hand)._handle_custom_msg({"kind": "end"}, [data])
    panel.part = "transcribe"
    assert panel.code.startswith("# recorded in the panel")
    hand(panel).press("Save recording")
    (file,) = tmp_path.glob("audio-*.wav")
    assert file.read_bytes() == data
    names = {"v": client}
    exec(panel.code, names)
    assert names["transcript"].text == SAID


def test_nothing_of_a_recording_is_state_of_its_button(panel, hand):
    button = recorder(panel, hand)
    before = len(str(button.get_state()))
    button._handle_custom_msg({"kind": "end"}, [bytes(100_000)])
    assert len(str(button.get_state())) == before
