"""What is said in a film on YouTube: only such addresses are sent, both forms of the answer are read."""

import json

import pytest

from venice_nb.calls.call import Received
from venice_nb.calls.films.transcripts import read_transcript, transcribe
from venice_nb.errors import UnreadableReply

URL = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"


def received(content, kind="application/json"):
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Received(200, {"content-type": kind}, content)


def test_the_address_is_sent_in_the_form_that_is_asked_for(fits):
    assert fits(transcribe(URL)).body == {"url": URL, "response_format": "json"}
    assert fits(transcribe("https://youtu.be/x", response_format="text")).body["response_format"] == "text"


@pytest.mark.parametrize(
    ("url", "fix"),
    [
        ("talk.mp4", "v.audio.transcribe"),
        ("https://example.com/talk.mp4", "v.audio.transcribe"),
        ("https://youtube.com.evil.test/watch?v=x", "v.chat"),
        ("https://user@youtube.com/watch?v=x", ""),
        ("", ""),
        (None, ""),
        (b"x", ""),
    ],
)
def test_no_other_address_is_sent(refused, url, fix):
    refused(lambda: transcribe(url), "url", fix)


def test_a_form_the_route_does_not_have_is_refused(refused):
    refused(lambda: transcribe(URL, response_format="srt"), "response_format", "json")


def test_both_forms_of_the_answer_are_read():
    said = read_transcript(received({"transcript": "We're no strangers", "lang": "en"}))
    assert (said.text, said.language, said.raw["lang"]) == ("We're no strangers", "en", "en")
    assert read_transcript(received("d\u00e9j\u00e0".encode(), "text/plain")).text == "d\u00e9j\u00e0"
    assert read_transcript(received({"transcript": ""})).text == ""


@pytest.mark.parametrize("content", [{"lang": "en"}, [], b"<html>"])
def test_an_answer_without_words_keeps_its_bytes(content):
    with pytest.raises(UnreadableReply):
        read_transcript(received(content))
