"""The voice panel in a real browser: heard, spoken, written down, sought in, and fed by a microphone."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from test_panels import fill, holds, opened, press, readable, sees

import venice_nb as vn

PANEL = "panel = vn.ui.voice(v)\npanel"
SAID = "The lagoon is calm today. Boats leave from the old harbour."
FITS = """(() => { const right = one => document.querySelector(one).getBoundingClientRect().right;
  return right('.vn-panel audio[title]') <= right('.vn-panel'); })()"""
PLAYS = "[...document.querySelectorAll('.vn-panel audio')].filter(one => one.readyState === 4).length === 1"
SOUGHT = """at => { const player = document.querySelector('.vn-panel video');
  return player.readyState === 4 && player.currentTime >= at - 0.05 && player.currentTime < at + 1.5 }"""


CAUGHT = """() => { const media = navigator.mediaDevices, open = media.getUserMedia.bind(media);
  media.getUserMedia = async wanted => window.vnStream = await open(wanted) }"""
OPEN = "window.vnStream?.getTracks()[0].readyState === '%s'"
RESTART = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"


def pick(page, label, option):
    page.page.get_by_label(label, exact=True).select_option(option)


@pytest.mark.parametrize(("theme", "width"), [("light", 1200), ("dark", 400)])
def test_a_text_is_spoken_by_another_voice_and_written_down_with_lines_that_play(tmp_path, theme, width):
    with opened(tmp_path, PANEL, theme=theme, width=width) as page:
        fill(page, "Text", SAID)
        sees(page, "The next press costs about $0.0")
        pick(page, "Language", "British English")
        sees(page, "7 voices to pick from")
        pick(page, "Voice", "bf_emma (British English, female)")
        press(page, "Sample")
        sees(page, "A sample of bf_emma, $0.0")
        page.page.wait_for_function(PLAYS)
        press(page, "Speak")
        sees(page, "Spoken: ")
        press(page, "Play")
        page.page.wait_for_function(PLAYS)
        readable(page, width)
        page.page.locator(".vn-panel").screenshot(path=tmp_path / f"{theme}-{width}-speak.png")

        press(page, "Speech to text")
        press(page, "Use the speech")
        sees(page, "The next press costs about $0.0")
        press(page, "Transcribe")
        sees(page, "Transcribed: 2 lines")
        press(page, "Play by line")
        line = page.page.get_by_role("button", name="Boats leave from the old harbour.")
        line.click()
        page.page.wait_for_function(SOUGHT, arg=float(line.get_attribute("value")))
        press(page, "Save .srt")
        sees(page, "Written to transcript-")
        (file,) = (tmp_path / "root").glob("*.srt")
        assert SAID.split(". ")[1] in file.read_text("utf-8")
        press(page, "Copy as code")
        holds(page, "Code", "transcript = v.audio.transcribe(speech, ")
        readable(page, width)


def test_what_the_microphone_hears_is_written_down_and_it_is_let_go_of_with_the_kernel(tmp_path):
    speech = vn.Venice.sandbox().audio.speak(SAID, response_format="wav")
    file = speech.save(tmp_path / "said.wav")
    flags = [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={file}%noloop",
    ]
    with opened(tmp_path, PANEL, flags=flags, width=400) as page:
        press(page, "Speech to text")
        press(page, "Record")
        page.page.get_by_text("5 s", exact=True).wait_for()
        press(page, "Stop recording")
        sees(page, "To be transcribed: microphone (audio")
        page.page.wait_for_function(PLAYS)  # it can be listened to
        readable(page, 400)
        assert page.eval(FITS)
        press(page, "Transcribe")
        sees(page, "Transcribed: ")
        page.page.locator(".vn-panel ol button, .vn-panel ol li").first.wait_for()
        press(page, "Save recording")
        sees(page, "Written to audio-")
        assert len(list((tmp_path / "root").glob("audio-*.webm"))) == 1

        page.eval(CAUGHT)
        press(page, "Record")
        page.page.wait_for_function(OPEN % "live")
        page.eval(RESTART)
        page.page.wait_for_function(OPEN % "ended")  # no kernel, no ear
