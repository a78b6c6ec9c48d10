"""How a transcript is drawn: the recording with its subtitles, and lines that each play their own moment.

No display of ours holds a script, and without one no link can move the hand of a player. So each line has a
small player of its own that starts and ends with the line. Where the recording is a file beside the notebook,
that costs an address (`talk.mp3#t=4,6`); where it is in memory, the line's piece of the sound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.media.cutting import cut, faded
from venice_nb.media.encoding import encode
from venice_nb.media.sound import NotSound, Sound, decode
from venice_nb.render import html, text
from venice_nb.results.films.video_view import reached
from venice_nb.results.sound import audio_view
from venice_nb.results.talk.reply_view import price

if TYPE_CHECKING:
    from collections.abc import Iterator

    from venice_nb.render.live import Bundle
    from venice_nb.results.sound.audio import Audio
    from venice_nb.results.sound.subtitles import Span
    from venice_nb.results.sound.transcript import Transcript

LINES = 300  # lines that are drawn; the tables and files have all
CLIPS = 300_000  # bytes of sound for single lines that one display carries
CLIP_BITS = 20_000  # a second; enough to understand every word
_TALL, _CONTROLS = 150, 64  # pixels of the player, and of its lower part that the controls cover
MARGIN = 0.1  # seconds before and after a line, so that no word is cut


def facts(transcript: Transcript) -> list[str]:
    """What there is to say in one line."""
    found = [text.seconds(transcript.duration)] if transcript.duration else []
    found += [text.short(each, 80) for each in (transcript.language, transcript.model) if each]
    found.append(price(transcript.cost))
    if transcript.pieces > 1:
        found.append(f"sent in {transcript.pieces} pieces")
    if not transcript.timed and transcript.text:
        found.append("no times")
    if transcript.headers.sandbox:
        found.append("SANDBOX")
    return found


def bundle(transcript: Transcript) -> Bundle:
    """The displays by MIME type."""
    footer = " · ".join(facts(transcript))
    return {
        "text/plain": f"{plain(transcript)}\n({footer})",
        "text/html": html.page(
            html.card("Transcript", _player(transcript), _said(transcript), footer=footer)
        ),
    }


def plain(transcript: Transcript) -> str:
    """The text, with the time before each line where there are times."""
    if not transcript.text:
        return "Nothing was said."
    if not transcript.timed:
        return text.clean(transcript.text)
    lines = transcript.lines
    rows = [f"{moment(line.start)}  {text.short(line.text, 2000)}" for line in lines[:LINES]]
    if len(lines) > LINES:
        rows.append(f"{len(lines) - LINES} more lines: .segments has all")
    return "\n".join(rows)


def moment(seconds: float) -> str:
    """A place in a recording, as players write it: 1:05, 1:02:03."""
    whole = int(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _player(transcript: Transcript) -> html.Html | None:
    """The recording with its subtitles running along, above its waveform."""
    source = transcript.source
    if source is None:
        return None
    src = audio_view.source(source)
    if src is None or not transcript.timed:
        return html.join(audio_view.picture(source), html.tag("br"), audio_view.player(source))
    track = audio_view.data_url(transcript.to_vtt().encode(), "text/vtt")
    try:
        poster = audio_view.data_url(source.waveform(600, _TALL - _CONTROLS, below=_CONTROLS), "image/png")
    except (NotSound, ValueError):
        poster = None
    return html.tag(
        "video",
        html.tag("track", default=True, kind="subtitles", label="subtitles", src=track),
        controls=True,
        preload="metadata",
        width=600,
        height=_TALL,
        poster=poster,
        title="the recording, with subtitles",
        src=src,
        class_="vn-sound",
    )


def _said(transcript: Transcript) -> html.Child:
    if not transcript.text:
        return html.note("Nothing was said.")
    if not transcript.timed:
        return html.plain(transcript.text)
    lines = transcript.lines
    players = _players(transcript.source, lines[:LINES])
    rows = [
        html.tag(
            "tr",
            html.tag("th", moment(line.start), scope="row", class_="vn-num"),
            html.tag("td", next(players)),
            html.tag("td", line.text),
        )
        for line in lines[:LINES]
    ]
    rest = len(lines) - LINES
    more = html.note(f"{text.count(rest)} more lines: .segments has all.") if rest > 0 else None
    return html.join(html.tag("table", html.tag("tbody", rows), class_="vn-table"), more)


def _players(source: Audio | None, lines: tuple[Span, ...]) -> Iterator[html.Html | None]:
    """A player for each line, as long as there is room for it; then None."""
    if source is not None:
        address = reached(source.path) if source.path is not None else None
        if address is not None:
            yield from (_small(f"{address}#t={line.start:.2f},{line.end:.2f}", line) for line in lines)
        else:
            yield from _clips(source, lines)
    while True:
        yield None


def _clips(source: Audio, lines: tuple[Span, ...]) -> Iterator[html.Html]:
    """Players with the sound of single lines in them, up to so many bytes."""
    try:
        sound = source.sound if source.path is None else decode(source.data, rate=24_000, mono=True)
    except (NotSound, ValueError):
        return
    room = CLIPS
    for line in lines:
        src = audio_view.data_url(_clip(sound, line), "audio/ogg")
        room -= len(src)
        if room < 0:
            return
        yield _small(src, line)


def _clip(sound: Sound, line: Span) -> bytes:
    piece = faded(cut(sound, max(line.start - MARGIN, 0.0), line.end + MARGIN))
    return encode(piece, "opus", bits=CLIP_BITS // piece.channels)


def _small(src: str, line: Span) -> html.Html:
    said = f"play from {moment(line.start)}"
    style = "width: 110px; height: 30px"
    return html.tag("audio", controls=True, preload="none", src=src, style=style, title=said)
