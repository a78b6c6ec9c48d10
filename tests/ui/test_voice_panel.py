"""The voice panel, pressed and read as a person does, without a browser."""

import threading
from datetime import UTC, datetime

import ipywidgets
import numpy as np
import pytest

import venice_nb as vn
from venice_nb.client.clock import glance
from venice_nb.results.sound.subtitles import Span
from venice_nb.results.sound.transcript import Timings, Transcript
from venice_nb.results.sound.voices import ClonedVoice
from venice_nb.ui.parts import player
from venice_nb.ui.parts.choices import choices
from venice_nb.ui.sound import recordings, transcribing

CAP = 100_000  # bytes of widget state in a saved notebook
PATIENCE = 60
SAID = "The lagoon is calm today. Boats leave from the old harbour."


@pytest.fixture
def panel(client, hand, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = vn.ui.voice(client, text=SAID)
    hand(made)
    return made


@pytest.fixture
def heard(panel, hand):
    """A panel that has spoken and written down what it said."""
    hand(panel).press("Speak")
    panel.part = "transcribe"
    hand(panel).press("Use the speech")
    hand(panel).press("Transcribe")
    return panel


def options(panel, hand, label):
    return [value for _, value in hand(panel).control(label).options]


# --- speaking ------------------------------------------------------------------------------------


def test_a_text_is_spoken_by_the_voice_that_was_picked(panel, hand):
    hand(panel).control("Voice").value = "bf_emma"
    panel.reckon()
    assert panel.price == "The next press costs about $0.00021."
    hand(panel).press("Speak")
    assert panel.speech.voice == "bf_emma"
    assert panel.speech.text == SAID
    assert panel.status == f"Spoken: {panel.speech.duration:.1f} s, $0.00021 (priced)."
    assert "in 1 call" in hand(panel).text
    assert "voice bf_emma" in hand(panel).text


def test_speed_and_format_are_those_of_the_controls(panel, hand):
    hand(panel).press("Speak")
    usual = panel.speech
    hand(panel).control("Speed").value = 2.0
    hand(panel).control("Format").value = "wav"
    hand(panel).press("Speak")
    assert (usual.mime, panel.speech.mime) == ("audio/mpeg", "audio/wav")
    assert panel.speech.duration < 0.7 * usual.duration


def test_the_copied_code_makes_the_same_speech(panel, hand, client):
    hand(panel).control("Voice").value = "am_liam"
    hand(panel).control("Speed").value = 1.5
    hand(panel).press("Speak")
    hand(panel).control("Copy as code").value = True
    names = {"v": client}
    exec(hand(panel).control("Code").value, names)
    assert bytes(names["speech"]) == bytes(panel.speech)


def test_each_model_has_its_own_voices_and_formats(panel, hand, client):
    hand(panel).control("Format").value = "opus"
    hand(panel).control("Speech model").value = "tts-qwen3-0-6b"
    table = client.audio.voices("tts-qwen3-0-6b")
    assert options(panel, hand, "Voice") == table.ids
    assert panel.voice in table.ids
    assert options(panel, hand, "Format") == ["", "mp3"]
    assert panel.response_format == ""
    hand(panel).press("Speak")
    assert panel.speech.model == "tts-qwen3-0-6b"


def test_voices_are_found_by_language_and_gender(panel, hand, client):
    hand(panel).control("Language").value = "Italian"
    assert options(panel, hand, "Voice") == client.audio.voices(language="Italian").ids
    hand(panel).control("Gender").value = "male"
    assert options(panel, hand, "Voice") == ["im_nicola"]
    assert panel.voice == "im_nicola"
    assert "1 voice to pick from" in hand(panel).text


def test_a_filter_keeps_the_voice_that_it_lets_through(panel, hand):
    hand(panel).control("Voice").value = "bf_emma"
    hand(panel).control("Language").value = "British English"
    assert panel.voice == "bf_emma"


def test_where_no_voice_tells_its_language_there_is_no_such_filter(panel, hand):
    hand(panel).control("Speech model").value = "tts-orpheus"
    assert hand(panel).control("Language").layout.display == "none"
    assert hand(panel).control("Gender").layout.display == "none"


def test_a_cloned_voice_and_its_model_can_be_given(client, hand):
    mine = ClonedVoice("vv_" + "a" * 20, "tts-chatterbox-hd")
    panel = vn.ui.voice(client, voice=mine)
    assert (panel.model, panel.voice) == (mine.model, mine.id)
    assert mine.id in options(panel, hand, "Voice")


def test_a_sample_is_played_each_time_and_paid_for_once(panel, hand, client):
    for _ in range(2):
        hand(panel).press("Sample")
    assert len(client.spend.lines) == 1
    assert panel.status == "The sample of af_sky again, at no cost."
    assert panel.samples["tts-kokoro", "af_sky"].text == "Hello, this is how I sound."
    assert [made.autoplay for made in hand(panel).all(ipywidgets.Audio)] == [True]
    hand(panel).control("Voice").value = "ff_siwis"
    hand(panel).press("Sample")
    assert panel.samples["tts-kokoro", "ff_siwis"].text == "Bonjour, voici ma voix."
    assert panel.speech is None, "a sample is no speech"


def test_what_was_spoken_before_a_long_text_was_stopped_is_there_to_play(panel, hand, client, monkeypatch):
    parts = client.audio.speak("One part of many.")

    def stopped(*_, **__):
        client._session.last = parts
        raise KeyboardInterrupt

    monkeypatch.setattr(client.audio, "speak", stopped)
    panel.text = "One part of many. " * 1000
    client._session.last = None
    hand(panel).press("Speak")
    assert panel.status == "Stopped."
    assert panel.speech is parts


def test_what_a_sample_costs_is_said_before(panel, hand, client):
    assert "A sample costs about $0.000095, once." in hand(panel).text
    hand(panel).press("Sample")
    assert client.spend.lines[0].usd == pytest.approx(0.000095, abs=1e-6)


def test_the_speech_is_saved_under_the_name_that_was_written(panel, hand, tmp_path):
    hand(panel).press("Speak")
    hand(panel).control("Speech file").value = "boats.mp3"
    hand(panel).press("Save speech")
    assert panel.status == "Written to boats.mp3."
    assert (tmp_path / "boats.mp3").read_bytes() == bytes(panel.speech)
    hand(panel).press("Save speech")
    assert "boats.mp3 exists already" in panel.status


def test_a_text_is_needed(panel, hand, client):
    hand(panel).control("Text").value = "  "
    hand(panel).press("Speak")
    assert panel.status == "Write a text first."
    panel.reckon()
    assert panel.price == ""
    assert client.spend.lines == ()


def test_an_error_is_one_sentence_with_the_request_id(hand):
    panel = vn.ui.voice(vn.Venice.sandbox(faults=[vn.Fault("/audio/speech", status=422)]), text=SAID)
    hand(panel).press("Speak")
    assert "request id" in panel.status
    assert "\n" not in panel.status
    assert panel.speech is None


def test_stop_ends_a_speech_on_its_way(hand):
    begun, go = threading.Event(), threading.Event()

    def waits(_):
        begun.set()
        assert go.wait(PATIENCE)
        glance()  # as the read of a socket does

    client = vn.Venice.sandbox(faults=[vn.Fault("/audio/speech", delay=5.0)], sleep=waits)
    panel = vn.ui.voice(client, text=SAID)
    hand(panel).control("Speak").click()
    assert begun.wait(PATIENCE)
    hand(panel).control("Stop").click()
    go.set()
    assert panel.wait(PATIENCE)
    assert panel.status.startswith("Stopped.")
    assert panel.speech is None


# --- listening -----------------------------------------------------------------------------------


def sounds(panel, hand):
    """What is on the page: sounds of players, and of the lines of a transcript."""
    lines = [pane for pane in hand(panel).all(ipywidgets.HTML) if "<video" in pane.value]
    return len(hand(panel).all(ipywidgets.Audio)), len(lines)


def test_the_speech_is_written_down_with_lines_that_play(heard, hand):
    assert heard.heard == heard.transcript.text == SAID
    assert heard.status == f"Transcribed: 2 lines, {heard.transcript.cost}."
    hand(heard).press("Play by line")
    (shown,) = [pane.value for pane in hand(heard).all(ipywidgets.HTML) if "<video" in pane.value]
    assert shown.count("<button") == 2
    hand(heard).press("Put the recording away")
    assert sounds(heard, hand) == (0, 0)
    assert "Boats leave" in hand(heard).text


def test_only_one_sound_is_on_the_page_at_a_time(heard, hand):
    hand(heard).press("Play by line")
    assert sounds(heard, hand) == (0, 1)
    hand(heard).press("Sample")
    assert sounds(heard, hand) == (1, 0)
    hand(heard).press("Speak")
    assert sounds(heard, hand) == (0, 0)


def test_a_short_recording_is_there_at_once(panel, hand):
    hand(panel).control("Text").value = "One."
    hand(panel).press("Speak")
    assert sounds(panel, hand) == (1, 0)
    hand(panel).press("Use the speech")
    hand(panel).press("Transcribe")
    assert sounds(panel, hand) == (0, 1)


def test_the_copied_code_makes_speech_and_transcript(heard, hand, client):
    hand(heard).control("Copy as code").value = True
    names = {"v": client}
    exec(hand(heard).control("Code").value, names)
    assert names["transcript"].to_srt() == heard.transcript.to_srt()


@pytest.mark.parametrize("suffix", [".srt", ".vtt", ".txt"])
def test_subtitles_and_text_are_written_and_again_over_themselves(heard, hand, tmp_path, suffix):
    hand(heard).press(f"Save {suffix}")
    hand(heard).press(f"Save {suffix}")
    (file,) = tmp_path.glob(f"*{suffix}")
    assert heard.status == f"Written to {file.name}."
    assert "Boats leave from the old harbour." in file.read_text("utf-8")


def test_a_file_by_its_path(panel, hand, client, tmp_path):
    client.audio.speak(SAID, response_format="wav").save(tmp_path / "talk.wav")
    panel.part = "transcribe"
    hand(panel).control("Recording").value = "talk.wav"
    panel.reckon()
    assert panel.price.startswith("The next press costs about $0.000")
    hand(panel).press("Transcribe")
    assert panel.heard == SAID
    model = 'model="openai/whisper-large-v3", timestamps=True'
    assert panel.code == f'transcript = v.audio.transcribe("talk.wav", {model})\ntranscript'
    hand(panel).press("Save .srt")
    assert panel.status.startswith("Written to talk-")


def test_however_large_a_recording_is_its_lines_play_when_it_is_loaded(panel, hand):
    hum = np.sin(np.arange(90 * 24_000) / 20)  # a WAV file of 4.3 MB, which no other display embeds
    panel.recording = (hum, 24_000)
    hand(panel).press("Transcribe")
    assert sounds(panel, hand) == (0, 0)
    hand(panel).press("Play by line")
    assert sounds(panel, hand) == (0, 1)


def test_a_path_that_is_not_there_is_said_and_nothing_is_chosen(panel, hand, client):
    panel.part = "transcribe"
    hand(panel).control("Recording").value = "tlak.wav"
    assert panel.status.startswith("tlak.wav cannot be read")
    hand(panel).press("Transcribe")
    assert panel.status.startswith("Choose a recording first")
    assert client.spend.lines == ()


def test_an_upload_is_written_down_and_its_bytes_leave_the_page(panel, hand, client):
    data = bytes(client.audio.speak(SAID, response_format="wav"))
    upload = hand(panel).all(ipywidgets.FileUpload)[0]
    about = {"name": "talk.wav", "type": "audio/wav", "last_modified": datetime.now(UTC)}
    upload.value = [{**about, "size": len(data), "content": data}]
    assert upload.value == ()
    assert "To be transcribed: talk.wav (audio" in hand(panel).text
    panel.part = "transcribe"
    hand(panel).press("Transcribe")
    assert panel.heard == SAID
    assert panel.code.startswith("# talk.wav was uploaded")


def test_model_language_and_times_are_those_of_the_controls(heard, hand):
    hand(heard).control("Listening model").value = "nvidia/parakeet-tdt-0.6b-v3"
    hand(heard).control("Spoken in").value = "en"
    hand(heard).control("Times of the lines").value = False
    hand(heard).press("Transcribe")
    found = heard.transcript
    assert (found.model, found.language, found.timed) == ("nvidia/parakeet-tdt-0.6b-v3", "en", "")
    hand(heard).press("Save .srt")
    assert "gave no times" in heard.status
    assert "Traceback" not in heard.status


def test_what_other_panels_use_is_used_here(panel, hand, client):
    models = vn.ui.models(client)
    for kind, model, trait in (
        ("tts", "tts-xai-v1", "model"),
        ("asr", "nvidia/parakeet-tdt-0.6b-v3", "listener"),
    ):
        hand(models).control("Type").value = kind
        models.model = model
        hand(models).press("Use in the other panels")
        assert getattr(panel, trait) == model
    assert panel.voice in client.audio.voices("tts-xai-v1").ids


# --- the panel -----------------------------------------------------------------------------------


def test_only_the_controls_of_the_part_are_shown(panel, hand):
    def shown(widget):
        if widget.layout.display == "none":
            return []
        return [widget, *(each for child in getattr(widget, "children", ()) for each in shown(child))]

    def seen(label):
        return hand(panel).control(label) in shown(panel.view)

    assert (seen("Speak"), seen("Text"), seen("Transcribe"), seen("Spoken in")) == (True, True, False, False)
    panel.part = "transcribe"
    assert (seen("Speak"), seen("Text"), seen("Transcribe"), seen("Spoken in")) == (False, False, True, True)


def test_the_state_stays_small_and_every_control_is_labelled(heard, hand):
    assert hand(heard).size < CAP - 2 * player.SMALL  # bytes are counted twice
    kinds = (ipywidgets.Text, ipywidgets.Dropdown, ipywidgets.Textarea, ipywidgets.Button)
    assert all(each.description and each.tooltip for each in hand(heard).all(kinds))


def test_of_a_long_transcript_a_widget_holds_the_beginning(client):
    spans = tuple(Span(f"line {n} of a long day", n, n + 1.0) for n in range(1000))
    timings = Timings(segments=spans)
    long = Transcript(" ".join(span.text for span in spans), timings=timings)
    shown = "".join(filter(None, transcribing.drawn(long, playing=False)))
    assert shown.count("<li>") == transcribing.LINES
    assert "850 more lines: panel.transcript has all." in shown
    untimed = Transcript("word " * 100_000)
    assert len("".join(filter(None, transcribing.drawn(untimed, playing=False)))) < 20_000


def test_the_picture_shows_the_speech_and_its_transcript(heard, monkeypatch):
    monkeypatch.setenv("VENICE_STATIC", "1")
    bundle = heard._repr_mimebundle_()
    seconds = f"{heard.speech.duration:.1f} s"
    assert bundle["text/plain"] == f"<Voice panel: {seconds} of speech, a transcript of 59 characters>"
    assert "voice af_sky" in bundle["text/html"]
    assert bundle["text/html"].count("<button") == 2
    assert bundle["text/html"].count("base64,SUQz") == 1, "the sound is in it once"


def test_a_closed_panel_follows_no_other(client):
    panel = vn.ui.voice(client)
    panel.close()
    choices(client).tts = "tts-xai-v1"
    assert panel.model == "tts-kokoro"


def test_a_recording_to_begin_with_opens_its_part(client, hand):
    panel = vn.ui.voice(client, recording=b"RIFF")
    hand(panel)
    assert panel.part == "transcribe"
    assert recordings.told(panel.recording) == "a recording of another cell"
