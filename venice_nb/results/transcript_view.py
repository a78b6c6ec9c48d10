"""How a transcript is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.render import html, text
from venice_nb.results import audio_view
from venice_nb.results.reply_view import price

if TYPE_CHECKING:
    from venice_nb.render.live import Bundle
    from venice_nb.results.transcript import Transcript


def facts(transcript: Transcript) -> list[str]:
    """What there is to say in one line."""
    found = [text.seconds(transcript.duration)] if transcript.duration else []
    found += [text.short(each, 80) for each in (transcript.language, transcript.model) if each]
    found.append(price(transcript.cost))
    if transcript.pieces > 1:
        found.append(f"sent in {transcript.pieces} pieces")
    if transcript.headers.sandbox:
        found.append("SANDBOX")
    return found


def bundle(transcript: Transcript) -> Bundle:
    """The displays by MIME type."""
    footer = " · ".join(facts(transcript))
    body = html.plain(transcript.text) if transcript.text else html.note("Nothing was said.")
    player = audio_view.player(transcript.source) if transcript.source is not None else None
    return {
        "text/plain": f"{text.clean(transcript.text)}\n({footer})",
        "text/html": html.page(html.card("Transcript", player, body, footer=footer)),
    }
