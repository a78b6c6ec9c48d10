"""Whatever strangers write into words, names and types of sound, displays run and load nothing."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from test_untrusted_results import PAYLOADS

from tests.made_sound import file
from venice_nb.render import html
from venice_nb.results.headers import Headers
from venice_nb.results.sound.audio import Audio, Spoken
from venice_nb.results.sound.transcript import Span, Timings, Transcript
from venice_nb.results.sound.transcripts import Transcripts

MP3 = file(0.5)
ELEMENTS = {
    *[
        "style",
        "div",
        "section",
        "figure",
        "figcaption",
        "img",
        "audio",
        "video",
        "track",
        "p",
        "a",
        "strong",
        "br",
    ],
    *["table", "caption", "thead", "tbody", "tr", "th", "td", "pre", "ol", "li", "span", "button"],
}
NAMES = {
    *["class", "title", "alt", "src", "poster", "controls", "preload", "width", "height", "href", "style"],
    *["download", "default", "kind", "label", "scope", "type", "value", "onclick"],
}
EMBEDDED = re.compile(r"data:(image/png|audio/(mpeg|ogg)|text/vtt);base64,[A-Za-z0-9+/=]+")
BESIDE = re.compile(r"[A-Za-z0-9._%~/-]+")
EXACT = {  # what may stand in these attributes, all of it
    "onclick": re.escape(html.SEEK),
    "type": "button",
    "value": r"\d+\.\d\d",
    "style": r"[a-z0-9.%:;\- ]+",
}


class Judge(HTMLParser):
    def handle_starttag(self, tag, attrs):
        assert tag in ELEMENTS, tag
        for name, value in attrs:
            assert name in NAMES, name
            if name in {"src", "poster", "href"}:
                assert EMBEDDED.fullmatch(value) or BESIDE.fullmatch(value), value
                assert not value.startswith("/"), value
            if name in EXACT:
                assert re.fullmatch(EXACT[name], value), value

    def handle_decl(self, decl):
        raise AssertionError(decl)

    def handle_comment(self, data):
        raise AssertionError(data)


def results(evil):
    headers = Headers({"cf-ray": evil, "x-venice-sandbox": evil})
    about = {"text": evil, "voice": evil, "model": evil, "headers": headers}
    audio = Audio(MP3, "audio/mpeg", spoken=(Spoken(evil, evil, 0, 1, evil),), **about)
    path = Path(evil.replace("\ud800", "").replace("\0", ""))
    yield audio
    yield Audio(MP3, "audio/mpeg", path=path, **about)
    yield Audio(MP3, evil, **about)
    yield Audio(f"<html>{evil}".encode("utf-8", "replace"), evil, **about)
    timings = Timings(segments=(Span(evil, 0.0, 0.4), Span(f"a {evil}", 0.4, 0.5)))
    for source in (None, audio, Audio(MP3, "audio/mpeg", path=path)):
        said = Transcript(evil, timings=timings, model=evil, language=evil, source=source, headers=headers)
        yield said
        yield Transcript(evil, model=evil, source=source)
        yield Transcripts((evil, evil), (said, ValueError(evil)))


@pytest.mark.parametrize("evil", PAYLOADS)
def test_a_display_of_sound_runs_nothing_and_loads_nothing(evil):
    for result in results(evil):
        bundle = result._mimebundle()
        Judge().feed(bundle["text/html"])
        for shown in (bundle["text/plain"], repr(result)):
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", shown)


@pytest.mark.parametrize("evil", PAYLOADS)
def test_a_table_of_transcripts_runs_no_formula_in_a_spreadsheet(evil, tmp_path):
    table = Transcripts(("=1+1",), (Transcript(f"={evil}"),))
    assert "'=" in table.save(tmp_path / "t.csv").read_text("utf-8", "replace")


@pytest.mark.parametrize("evil", PAYLOADS)
def test_a_table_of_sound_takes_any_text(evil):
    """PyArrow, where pandas finds it, holds no half a character."""
    said = Transcript(evil, timings=Timings(segments=(Span(evil, 0.0, 1.0),)))
    assert list(said.segments["text"]) == list(Audio(MP3, "audio/mpeg", text=evil).parts["text"]) == [evil]
