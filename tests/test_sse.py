"""The stream decoder: whatever the cut of the bytes, the same events come out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from venice_nb.errors import UnsafeContent
from venice_nb.sse import Decoder, Event


def decode(*chunks, **caps):
    decoder = Decoder(**caps)
    events = [event for chunk in chunks for event in decoder.feed(chunk)]
    return events + decoder.end()


def data(*texts):
    return [Event("message", text) for text in texts]


@pytest.mark.parametrize(
    ("body", "events"),
    [
        pytest.param(b"data: a\n\n", data("a"), id="one event"),
        pytest.param(b"data: a\r\n\r\ndata: b\r\n\r\n", data("a", "b"), id="CRLF ends lines"),
        pytest.param(b"data: a\r\rdata: b\r\r", data("a", "b"), id="CR alone ends lines"),
        pytest.param(b"data: a\r\n\ndata: b\n\r\n", data("a", "b"), id="line ends may be mixed"),
        pytest.param(b"data: a\ndata: b\n\n", data("a\nb"), id="several data lines are one event"),
        pytest.param(b"data:a\n\n", data("a"), id="the space after the colon is optional"),
        pytest.param(b"data:  a\n\n", data(" a"), id="only one space is dropped"),
        pytest.param(b"data\n\n", data(""), id="data without a colon is empty data"),
        pytest.param(b": ping\n\n:\n\ndata: a\n\n", data("a"), id="comments are ignored"),
        pytest.param(b"id: 7\nretry: 10\ndata: a\n\n", data("a"), id="ids and retry times are ignored"),
        pytest.param(
            b"event: x\ndata: a\n\ndata: b\n\n", [Event("x", "a"), Event("message", "b")], id="names"
        ),
        pytest.param(b"event: x\n\ndata: b\n\n", data("b"), id="a name without data is no event"),
        pytest.param(b"\xef\xbb\xbfdata: a\n\n", data("a"), id="a byte order mark is dropped"),
        pytest.param(b"\n\n\ndata: a\n\n\n\n", data("a"), id="empty lines alone are no event"),
        pytest.param(b"data: a\n\ndata: [DONE]", data("a", "[DONE]"), id="the last newline may be missing"),
        pytest.param(b"data: \xff\n\n", data("\ufffd"), id="broken UTF-8 becomes a replacement character"),
        pytest.param("data: \u2028\x85\n\n".encode(), data("\u2028\x85"), id="only CR and LF end lines"),
        pytest.param(b"", [], id="nothing"),
    ],
)
def test_a_body_gives_its_events(body, events):
    assert decode(body) == events
    assert decode(*(body[i : i + 1] for i in range(len(body)))) == events


LINES = st.lists(
    st.sampled_from(
        [
            "data: x",
            "data: 😀é",
            "data:",
            "event: e",
            ": c",
            "",
            "",
            "data: [DONE]",
            "id: 1",
            "odd",
            "\ufeffdata: y",
        ]
    ),
    max_size=30,
)


@settings(max_examples=300, deadline=None)
@given(st.data(), LINES, st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_any_slicing_gives_the_same_events(data, lines, newline, mark):
    """Cuts may fall inside a character, a CRLF, a byte order mark or a field name."""
    body = (("\ufeff" if mark else "") + newline.join(lines)).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=12)))
    pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    assert decode(*pieces) == decode(body)


@pytest.mark.parametrize("size", [1, 1000, 10_000])
def test_a_line_above_the_cap_is_refused(size):
    body = b"data: ok\n\ndata: " + b"x" * 3000 + b"\n\n"
    decoder = Decoder(line=2000)
    seen = []

    def run():
        for at in range(0, len(body), size):
            seen.extend(decoder.feed(body[at : at + size]))
        decoder.end()

    with pytest.raises(UnsafeContent, match="line of the stream"):
        run()
    assert seen == data("ok"), "what stood before the line is given"


def test_an_endless_line_never_fills_the_memory():
    """Fault row 34."""
    decoder = Decoder()

    def run():
        for _ in range(2000):
            decoder.feed(b"x" * 4096)
            assert len(decoder._tail) <= 2 << 20

    with pytest.raises(UnsafeContent):
        run()
    assert len(decoder._tail) == 0


def test_a_refused_stream_stays_refused():
    decoder = Decoder(line=10)
    with pytest.raises(UnsafeContent):
        decoder.feed(b"x" * 11)
    with pytest.raises(UnsafeContent):
        decoder.feed(b"data: a\n\n")
    with pytest.raises(UnsafeContent):
        decoder.end()


def test_a_stream_above_the_cap_is_refused():
    with pytest.raises(UnsafeContent, match="longer than 20 bytes"):
        decode(b"data: a\n\n", b"data: b\n\n", b"data: c\n\n", stream=20)
