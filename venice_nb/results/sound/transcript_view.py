"""How a transcript is drawn: one player with its subtitles, and lines that play it from their moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.media.sound import NotSound
from venice_nb.render import html, text
from venice_nb.results.sound import audio_view
from venice_nb.results.talk.reply_view import price

if TYPE_CHECKING:
    from venice_nb.render.live import Bundle
    from venice_nb.results.sound.audio import Audio
    from venice_nb.results.sound.subtitles import Span
    from venice_nb.results.sound.transcript import Transcript

LINES = 300  # lines that are drawn; the tables and files have all
_TALL, _CONTROLS = 150, 64  # pixels of the player, and of its lower part that the controls cover


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
    return {
        "text/plain": f"{plain(transcript)}\n({' · '.join(facts(transcript))})",
        "text/html": html.page(card(transcript)),
    }


def card(transcript: Transcript, *, embed: bool = False) -> html.Html:
    """The whole card, for use inside a page; `embed` puts the recording in it, however large it is."""
    body = html.tag("div", _heard(transcript, embed=embed), style="margin-top: 0.5em")
    return html.card("Transcript", body, footer=" · ".join(facts(transcript)))


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


def _heard(transcript: Transcript, *, embed: bool) -> html.Html:
    """The recording and what it says; where both are there, each line plays its moment."""
    source = transcript.source
    src = audio_view.source(source, embed=embed) if source is not None else None
    lines = [(line.start, _line(line)) for line in transcript.lines[:LINES]]
    rest = len(transcript.lines) - LINES
    more = html.note(f"{text.count(rest)} more lines: .segments has all.") if rest > 0 else None
    if source is not None and src is not None and transcript.timed:
        return html.join(html.seekable(_player(transcript, source, src), lines), more)
    said: html.Child
    if not transcript.text:
        said = html.note("Nothing was said.")
    elif not transcript.timed:
        said = html.plain(transcript.text)
    else:
        said = html.tag("ol", (html.tag("li", line) for _, line in lines), class_="vn-lines")
    return html.join(audio_view.heard(source) if source is not None else None, said, more)


def _line(line: Span) -> html.Html:
    return html.join(html.tag("span", moment(line.start), class_="vn-at"), " ", html.tag("span", line.text))


def _player(transcript: Transcript, source: Audio, src: str) -> html.Html:
    """The recording with its subtitles running along, above its waveform."""
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
