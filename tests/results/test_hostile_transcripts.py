"""Transcripts of strangers: no words and no times make a cue, a formula, a negative price or a long wait."""

import csv
import json
import math
import re
import time

import pytest

from venice_nb.calls.call import Received
from venice_nb.calls.sound.audio_replies import ReadTranscript
from venice_nb.catalogue import Catalogue
from venice_nb.results.sound.transcript import Span, Timings, Transcript

TIME = re.compile(r"\d\d:\d\d:\d\d[,.]\d\d\d --> \d\d:\d\d:\d\d[,.]\d\d\d")


def heard(answer, seconds=10.0):
    content = json.dumps(answer).encode()
    received = Received(200, {"content-type": "application/json"}, content, 0.1)
    return ReadTranscript(Catalogue.bundled(), "openai/whisper-large-v3", seconds)(received)


@pytest.mark.parametrize("arrow", ["-->", "--->", "---->", "--->>", "->->-->", "\u2212->-->", "-\u200b->"])
def test_words_that_look_like_times_begin_no_cue(arrow):
    """`--->` lost one of its hyphens and was the arrow of the next subtitle."""
    line = f"1 00:00:01,000 {arrow} 00:00:09,000"
    said = Transcript(line, timings=Timings(segments=(Span(line, 0.0, 2.0), Span("b", 2.0, 3.0))))
    for made in (said.to_srt(), said.to_vtt()):
        assert made.count("-->") == 2
        assert sum(bool(TIME.fullmatch(each)) for each in made.splitlines()) == 2


@pytest.mark.parametrize(
    "evil", ["a\n\n2\n00:00:01,000 --> 00:00:02,000\nb", "a\r\rWEBVTT\r\rb", "a\u2028\u2029\x85b\0"]
)
def test_no_line_break_of_any_kind_ends_a_cue(evil):
    said = Transcript(evil, timings=Timings(segments=(Span(evil, 0.0, 2.0),)))
    assert len(said.to_srt().strip().split("\n\n")) == 1
    assert len(said.to_vtt().strip().split("\n\n")) == 2
    assert not set(said.to_srt()) & set("\r\0\x85\u2028\u2029")


TIMES = [1e308, -1e308, "1e999", "nan", None, True, [], -5, 1e9, "12"]


@pytest.mark.parametrize("start", TIMES, ids=str)
def test_no_time_of_a_server_breaks_a_display_or_a_file(start):
    for end in TIMES:
        row = {"start": start, "end": end}
        answer = {
            "text": "a b",
            "duration": end,
            "timestamps": {"word": [{"word": "a", **row}], "segment": [{"text": "a b", **row}]},
        }
        said = heard(answer)
        assert len(said._mimebundle()["text/plain"]) < 200
        assert said.to_srt(estimate=True)
        assert said.to_vtt(estimate=True)
        assert repr(said.segments)
        assert all(math.isfinite(each) and each >= 0 for each in said.segments["end"])


@pytest.mark.parametrize("told", [-3600, -1, 0, 1e300, "-5", None])
def test_a_length_that_is_none_changes_no_price(told):
    """A negative one made the recording earn money."""
    assert heard({"text": "a", "duration": told}).cost == heard({"text": "a"}).cost
    assert heard({"text": "a", "duration": told}).cost.usd > 0


def test_words_that_a_spreadsheet_would_run_are_quoted(tmp_path):
    evil = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "a\r=1,2", '=HYPERLINK("http://x.test")']
    spans = tuple(Span(each, n, n + 1) for n, each in enumerate(evil))
    said = Transcript("x", timings=Timings(segments=spans))
    path = said.save(tmp_path / "t.csv")
    assert b"\r" not in path.read_bytes()
    rows = list(csv.reader(path.read_text().splitlines(keepends=True)))[1:]
    assert len(rows) == len(evil)
    assert not [cell for row in rows for cell in row if cell.startswith(tuple("=+-@\t\r"))]


LONG = {
    "words": "word " * 60_000,
    "no spaces": "x" * 300_000,
    "letters": "a " * 150_000,
    "too long by one": ("y" * 41 + " ") * 5000 + "z" * 43,
}


@pytest.mark.parametrize("words", LONG.values(), ids=LONG)
def test_a_very_long_line_is_cut_in_a_moment(words):
    """A third of a megabyte in one segment took minutes."""
    said = Transcript(words, timings=Timings(segments=(Span(words, 0.0, 600.0),)))
    began = time.process_time()
    cues = said.cues()
    assert time.process_time() - began < 4
    assert max(len(line) for cue in cues for line in cue.lines) <= 42
    assert max(len(cue.lines) for cue in cues) <= 2
    assert "".join("".join(cue.lines) for cue in cues).replace(" ", "") == words.replace(" ", "")


def test_many_words_find_their_segments_in_a_moment():
    """A day of words, each looked for among all others, took as long as the day felt."""
    words = tuple(Span(f"w{n}", n * 0.5, n * 0.5 + 0.4) for n in range(60_000))
    segments = tuple(
        Span(" ".join(w.text for w in words[n : n + 12]), n * 0.5, n * 0.5 + 6) for n in range(0, 60_000, 12)
    )
    began = time.process_time()
    cues = Transcript("x", timings=Timings(words=words, segments=segments)).cues()
    assert time.process_time() - began < 4
    assert len(cues) >= len(segments)
    assert cues[-1].end == 30_000_000
