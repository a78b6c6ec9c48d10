"""Transcripts: tables of times, subtitles, lines that play their moment."""

import re
from dataclasses import replace
from itertools import pairwise

import pybase64
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.made_sound import talk
from venice_nb.errors import InvalidInput
from venice_nb.media.encoding import encode
from venice_nb.results.money import Cost
from venice_nb.results.sound import audio_view, subtitles, transcript_view
from venice_nb.results.sound.audio import Audio
from venice_nb.results.sound.subtitles import Span, cues, gather, srt, vtt
from venice_nb.results.sound.transcript import Timings, Transcript

SEGMENTS = (Span("Welcome to Venice.", 0.5, 1.75), Span("The city stands on islands.", 2.0, 4.0004))
WORDS = tuple(
    Span(word, start, start + 0.3)
    for word, start in [
        ("Welcome", 0.0),
        ("to", 0.4),
        ("Venice.", 0.8),
        ("It", 1.2),
        ("floats", 3.0),
        ("!", 3.4),
    ]
)
TALK = encode(talk(2.0, 2.0), "mp3")


def transcript(**more):
    return Transcript("Welcome to Venice. The city stands on islands.", **{"duration": 5.0, **more})


def test_segments_are_a_table_with_seconds():
    frame = transcript(timings=Timings(segments=SEGMENTS)).segments
    assert list(frame.columns) == ["start", "end", "text", "times"]
    assert frame["start"].tolist() == [0.5, 2.0]
    assert set(frame["times"]) == {"given"}


def test_segments_are_put_together_from_words_at_sentences_and_pauses():
    found = transcript(timings=Timings(words=WORDS))
    assert found.segments["text"].tolist() == ["Welcome to Venice.", "It", "floats !"]
    assert found.segments["start"].tolist() == [0.0, 1.2, 3.0]
    assert set(found.segments["times"]) == {"from words"}
    assert len(found.words) == 6


def test_without_times_all_of_the_text_is_one_segment_and_marked():
    found = transcript()
    assert found.timed == ""
    assert found.segments.to_dict("records") == [
        {"start": 0.0, "end": 5.0, "text": found.text, "times": "none"}
    ]
    assert found.words.empty
    assert Transcript("").segments.empty


def test_characters_become_words():
    chars = tuple(Span(char, at / 10, at / 10 + 0.1) for at, char in enumerate("Hi you"))
    found = Transcript("Hi you", timings=Timings(chars=chars))
    assert found.timed == "char"
    assert found.words["text"].tolist() == ["Hi", "you"]
    assert found.words["start"].tolist() == [0.0, pytest.approx(0.3)]


def test_subrip_has_numbers_commas_and_milliseconds():
    assert transcript(timings=Timings(segments=SEGMENTS)).to_srt() == (
        "1\n00:00:00,500 --> 00:00:01,750\nWelcome to Venice.\n\n"
        "2\n00:00:02,000 --> 00:00:04,000\nThe city stands on islands.\n"
    )


def test_webvtt_has_a_head_points_and_escaped_text():
    spans = (Span("a < b & c --> d", 3661.0006, 3662.9996),)
    assert Transcript("x", timings=Timings(segments=spans)).to_vtt() == (
        "WEBVTT\n\n01:01:01.001 --> 01:01:03.000\na &lt; b &amp; c --&gt; d\n"
    )


def test_nothing_in_a_subrip_text_looks_like_times():
    assert srt(cues((Span("1 --> 2", 0, 1),))).count("-->") == 1


def test_times_that_overlap_or_stand_still_are_put_in_order():
    spans = (Span("one", 0.0, 2.5), Span("two", 2.0, 3.0), Span("three", 3.0, 3.0), Span("four", 3.0, 4.0))
    made = cues(spans)
    assert [(cue.start, cue.end) for cue in made] == [(0, 2000), (2000, 3000), (3000, 3001), (3001, 4000)]


def test_a_long_segment_becomes_several_subtitles_at_the_times_of_its_words():
    said = [f"word{number}" for number in range(40)]
    words = tuple(Span(word, 0.5 * n, 0.5 * n + 0.4) for n, word in enumerate(said))
    made = cues((Span(" ".join(said), 0.0, 20.0),), words)
    assert len(made) > 2
    assert " ".join(" ".join(cue.lines) for cue in made).split() == said
    starts = {round(word.start * 1000) for word in words}
    assert all(cue.start in starts for cue in made)
    for cue in made:
        assert said.index(cue.lines[0].split()[0]) * 500 == cue.start


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8"), max_size=300),
            st.floats(0, 10_000),
            st.floats(0, 60),
        ),
        max_size=8,
    )
)
def test_subtitles_of_any_text_fit_the_screen_and_never_overlap(rows):
    spans = sorted((Span(text, start, start + length) for text, start, length in rows), key=lambda s: s.start)
    made = cues(tuple(spans))
    for cue in made:
        assert 1 <= len(cue.lines) <= 2
        assert all(0 < len(line) <= 42 for line in cue.lines)
        assert 0 <= cue.start < cue.end
    for one, two in pairwise(made):
        assert one.end <= two.start
    pattern = r"\d+\n\d\d+:\d\d:\d\d,\d{3} --> \d\d+:\d\d:\d\d,\d{3}\n.+"
    for block in srt(made).strip("\n").split("\n\n") if made else []:
        assert re.match(pattern, block)
    assert vtt(made).startswith("WEBVTT\n")


def test_without_times_there_are_no_subtitles_unless_they_may_be_guessed():
    found = transcript(model="nvidia/parakeet-tdt-0.6b-v3")
    for make in (found.to_srt, found.to_vtt, found.cues):
        with pytest.raises(InvalidInput) as caught:
            make()
        assert "openai/whisper-large-v3" in caught.value.do
        assert "estimate=True" in caught.value.do
    assert "00:00:00,000 --> 00:00:05,000" in found.to_srt(estimate=True)
    assert "NOTE The times are estimated" in found.to_vtt(estimate=True)
    assert "NOTE" not in transcript(timings=Timings(segments=SEGMENTS)).to_vtt(estimate=True)


def test_chinese_words_stand_without_spaces():
    words = (Span("\u4f60", 0, 1), Span("\u597d\u3002", 1, 2))
    assert gather(words)[0].text == "\u4f60\u597d\u3002"
    long = Span("\u4f60" * 200, 0.0, 60.0)
    assert all(len(line) <= 42 for cue in cues((long,)) for line in cue.lines)


def test_words_that_bring_their_own_spaces_keep_them():
    words = (Span("Don", 0, 1), Span("'t", 1, 2), Span(" go", 2, 3))
    assert gather(words)[0].text == "Don't go"


@pytest.mark.parametrize("suffix", [".txt", ".srt", ".vtt", ".json", ".csv"])
def test_the_suffix_says_what_is_saved(suffix, tmp_path):
    found = transcript(timings=Timings(segments=SEGMENTS), raw={"text": "x"})
    path = found.save(tmp_path / f"talk{suffix}")
    written = path.read_text("utf-8")
    expected = {".txt": found.text + "\n", ".srt": found.to_srt(), ".vtt": found.to_vtt()}
    if suffix in expected:
        assert written == expected[suffix]
    elif suffix == ".csv":
        assert written.startswith("start,end,text,times\n0.5,1.75,Welcome")
    else:
        assert '"segments"' in written
        assert '"raw"' in written
    with pytest.raises(InvalidInput, match="exists"):
        found.save(path)


def test_pieces_are_put_together_with_their_times_and_cost():
    parts = [
        Transcript(
            " One. ",
            timings=Timings(segments=(Span("One.", 0.5, 1.0),)),
            duration=10.0,
            cost=Cost(0.1, "priced"),
        ),
        Transcript("", duration=8.0, cost=Cost(0.1, "priced"), language="en"),
        Transcript(
            "Two.",
            timings=Timings(segments=(Span("Two.", 1.0, 2.0),)),
            duration=5.0,
            cost=Cost(0.2, "priced"),
        ),
    ]
    whole = Transcript.join(parts, [0.0, 10.0, 18.0])
    assert whole.text == "One. Two."
    assert whole.segments["start"].tolist() == [0.5, 19.0]
    assert whole.duration == 23.0
    assert float(whole.cost) == pytest.approx(0.4)
    assert (whole.pieces, whole.language) == (3, "en")


def test_times_of_only_some_pieces_are_not_passed_off_as_all():
    parts = [
        Transcript("One.", timings=Timings(segments=(Span("One.", 0, 1),))),
        Transcript("Two.", duration=1.0),
    ]
    whole = Transcript.join(parts, [0.0, 5.0])
    assert whole.timed == ""
    assert whole.text == "One. Two."


# --- the display -------------------------------------------------------------------------


def shown(**more):
    given = {
        "timings": Timings(segments=SEGMENTS),
        "model": "openai/whisper-large-v3",
        "cost": Cost(0.0005, "priced"),
    }
    return transcript(**{**given, **more})._mimebundle()


def test_one_player_plays_the_recording_and_each_line_holds_its_second():
    audio = Audio(TALK, "audio/mpeg")
    page = shown(source=audio)["text/html"]
    [whole] = re.findall(r'<(?:audio|video)[^>]* src="data:audio/mpeg;base64,([^"]*)"', page)
    assert pybase64.b64decode(whole) == TALK
    assert re.findall(r'<button type="button" value="([^"]*)">', page) == ["0.50", "2.00"]
    assert ">0:00</span> <span>Welcome to Venice.</span></button>" in page
    assert len(page) < len(TALK) * 4 / 3 + 8_000


def test_a_recording_too_large_for_the_page_is_played_from_its_file(monkeypatch):
    monkeypatch.setattr(audio_view, "EMBEDDED", 10)
    audio = Audio(TALK, "audio/mpeg")
    page = shown(source=replace(audio, path=audio.save("my talk.mp3")))["text/html"]
    assert re.findall(r'<video[^>]* src="([^"]*)"', page) == ["my%20talk.mp3"]
    assert page.count("<button") == 2


@pytest.mark.parametrize("source", [None, Audio(b"<html>", "text/html")], ids=["none kept", "not playable"])
def test_without_a_player_the_lines_are_no_buttons(source):
    page = shown(source=source)["text/html"]
    assert "<button" not in page
    assert "onclick" not in page
    assert '<li><span class="vn-at">0:00</span> <span>Welcome to Venice.</span></li>' in page


def test_the_player_carries_the_subtitles_and_one_handler():
    page = shown(source=Audio(TALK, "audio/mpeg"))["text/html"]
    track = re.search(
        r'<track default kind="subtitles" label="subtitles" src="data:text/vtt;base64,([^"]*)"', page
    )
    assert b"Welcome to Venice." in pybase64.b64decode(track[1])
    assert "<script" not in page
    assert "autoplay" not in page
    assert re.findall(r"\son\w+=", page) == [" onclick="]


def test_a_transcript_of_hours_draws_its_first_lines_and_says_so():
    spans = tuple(Span(f"line {number}", number, number + 0.9) for number in range(1000))
    bundle = shown(timings=Timings(segments=spans))
    assert bundle["text/html"].count("<li>") == transcript_view.LINES
    assert "700 more lines" in bundle["text/html"]
    assert "700 more lines" in bundle["text/plain"]


def test_plain_text_has_the_times_before_the_lines():
    assert shown()["text/plain"].splitlines() == [
        "0:00  Welcome to Venice.",
        "0:02  The city stands on islands.",
        "(5.0 s · openai/whisper-large-v3 · $0.0005 priced)",
    ]
    assert transcript_view.moment(3725.9) == "1:02:05"
    assert "no times" in transcript()._mimebundle()["text/plain"]
    assert "Nothing was said." in Transcript("")._mimebundle()["text/plain"]
    assert str(transcript()) == transcript().text
    assert repr(transcript()).startswith("<Transcript: Welcome")


def test_a_source_that_cannot_be_read_still_leaves_the_text():
    page = shown(source=Audio(b"junk", "audio/mpeg"))["text/html"]
    assert "Welcome to Venice." in page


def test_the_lines_of_subtitles_are_about_as_long_as_each_other():
    [cue] = subtitles.cues((Span("one two three four five six seven eight nine ten", 0.0, 4.0),))
    assert len(cue.lines) == 2
    assert abs(len(cue.lines[0]) - len(cue.lines[1])) <= 10
