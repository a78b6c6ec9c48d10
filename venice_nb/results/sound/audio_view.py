"""How sound is drawn: a player, its waveform, and what it is, in HTML and in plain text."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from venice_nb.media.sound import NotSound
from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Live, static_mode
from venice_nb.results.films.video_view import reached
from venice_nb.results.talk.reply_view import price

if TYPE_CHECKING:
    from venice_nb.results.sound.audio import Audio

EMBEDDED = 3_000_000  # bytes; a longer sound is played from its file, so that the notebook stays small
_TYPE = re.compile(r"(audio|video)/[\w.+-]{1,60}")
WORDS = 160  # characters of the text that the plain form shows


def data_url(data: bytes, mime: str) -> str:
    """Bytes as an address that loads nothing."""
    import pybase64  # noqa: PLC0415  loads with the first media

    return f"data:{mime};base64,{pybase64.b64encode(data).decode('ascii')}"


def source(audio: Audio, *, embed: bool = False) -> str | None:
    """Where a player finds the sound: in the page, in a file beside it, or nowhere."""
    mime = audio.playable_mime
    if not _TYPE.fullmatch(mime) or not audio.data:
        return None
    if embed or len(audio.data) <= EMBEDDED:
        return data_url(audio.playable, mime)
    return reached(audio.path) if audio.path is not None else None


def facts(audio: Audio) -> list[str]:
    """What there is to say in one line, most telling first."""
    found = []
    if audio.duration is not None:
        found.append(text.seconds(audio.duration))
        found.append(f"{(audio.sample_rate or 0) / 1000:g} kHz {_CHANNELS.get(audio.channels or 0, 'sound')}")
    kind = audio.suffix.removeprefix(".")
    found.append(
        f"{kind}, {text.bytes_(len(audio.data))}" if audio.suffix != ".bin" else text.short(audio.mime, 60)
    )
    if audio.voice:
        found.append(f"voice {text.short(audio.voice, 60)}")
    if audio.model:
        found.append(text.short(audio.model, 80))
    if audio.model or audio.cost.usd is not None:  # a sound of one's own costs nothing
        found.append(price(audio.cost))
    if audio.first_byte is not None and not static_mode():
        found.append(f"first sound after {text.seconds(audio.first_byte)}")
    if audio.headers.sandbox:
        found.append("SANDBOX")
    return found


_CHANNELS = {1: "mono", 2: "stereo"}


def line(audio: Audio) -> str:
    """The sound in one line of text."""
    return f"Audio: {', '.join(facts(audio))}"


def describe(audio: Audio) -> str:
    """What somebody who cannot hear or see it is told."""
    length = f" of {text.seconds(audio.duration)}" if audio.duration is not None else ""
    words = f": {text.short(audio.text, 300)}" if audio.text else ""
    return f"Waveform of the sound{length}{words}"


def picture(audio: Audio) -> html.Html | None:
    """The waveform with a description; None for bytes that are not sound."""
    try:
        drawn = audio.waveform()
    except (NotSound, ValueError):
        return None
    return html.tag("img", src=data_url(drawn, "image/png"), alt=describe(audio), width=600, height=72)


def player(audio: Audio, *, embed: bool = False) -> html.Html:
    """The controls, or a sentence that says why there are none."""
    src = source(audio, embed=embed)
    if src is None:
        size = text.bytes_(len(audio.data))
        return html.note(
            f"{size} are much for a page: .save() writes the file, .show() puts it in all the same."
            if len(audio.data) > EMBEDDED
            else "This cannot be played; the bytes are in .data."
        )
    return controls(src)


def controls(src: str) -> html.Html:
    """A player for an address."""
    wide = "width: 100%; max-width: 600px"
    return html.tag("audio", controls=True, preload="metadata", src=src, style=wide)


def heard(audio: Audio, *, embed: bool = False) -> html.Html:
    """The waveform above the player."""
    return html.join(picture(audio), html.tag("br"), player(audio, embed=embed))


def drawn(audio: Audio, *, embed: bool = False) -> html.Html:
    """The whole figure, for use inside a page."""
    link = reached(audio.path) if audio.path is not None else None
    file = html.tag("a", text.short(audio.name, 80), href=link, download=True) if link else None
    caption = html.join(
        html.tag("div", text.short(audio.text, 400)) if audio.text else None,
        html.note(" · ".join(facts(audio)), " · " if file else None, file),
    )
    return html.figure(heard(audio, embed=embed), caption)


def bundle(audio: Audio, *, embed: bool = False) -> Bundle:
    """The displays by MIME type."""
    lines = [line(audio)]
    if audio.text:
        lines.append(f"  {text.short(audio.text, WORDS)}")
    if audio.path is not None:
        lines.append(f"  file: {text.short(audio.name, 120)}")
    return {"text/plain": "\n".join(lines), "text/html": html.page(drawn(audio, embed=embed))}


def show(audio: Audio, *, embed: bool = True) -> None:
    """Displays the player now; in a terminal or a script, the line of text."""
    found = bundle(audio, embed=embed)
    if not Live(lambda: found).finish():
        sys.stdout.write(f"{found['text/plain']}\n")
