"""Reading sound, transcripts and cloned voices, however odd the answer is.

API reference: `POST /audio/speech`, `POST /audio/transcriptions`, `POST /audio/voices`. What was paid for is
given: a time that cannot be read costs that time, never the text.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.calls.answer import read_object, unreadable
from venice_nb.catalogue.prices import price_of_transcription
from venice_nb.media.sniff import sniff
from venice_nb.media.sound import RAW, RAW_RATE, container
from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost
from venice_nb.results.reading import items, mapping, number, string
from venice_nb.results.sound.audio import Audio
from venice_nb.results.sound.subtitles import MOST
from venice_nb.results.sound.transcript import Span, Timings, Transcript
from venice_nb.results.sound.voices import ClonedVoice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.calls.call import Received
    from venice_nb.catalogue import Catalogue

# Samples a second of headerless sound, where the answer does not say.
RATES = {"tts-xai-v1": 24_000, "tts-gradium-v1": 48_000}
_RATE = re.compile(r"rate=\"?(\d{4,6})")


@dataclass(frozen=True, slots=True)
class ReadSpeech:
    """Reads speech. A value, so that two equal calls are equal."""

    text: str
    model: str
    voice: str
    format: str | None = None
    price: float | None = None  # US dollars for the text

    def __call__(self, received: Received) -> Audio:
        """The sound. Raises UnreadableReply, which keeps the bytes, for what is none."""
        headers = Headers(received.headers)
        mime, rate = self._kind(received)
        return Audio(
            received.content,
            mime,
            text=self.text,
            voice=self.voice,
            model=headers.model or self.model,
            cost=Cost() if self.price is None else Cost(self.price, "priced"),
            headers=headers,
            elapsed=received.elapsed,
            first_byte=received.first,
            rate=rate,
        )

    def _kind(self, received: Received) -> tuple[str, int | None]:
        """The type by the content, where that says it, else by the header; and the rate of bare samples."""
        content, told = received.content, received.content_type
        found = container(content)
        if found.startswith(("audio/", "video/")) and told not in RAW:
            # Ogg is what files with Opus are; both names are right
            return (told if told == "audio/opus" and found == "audio/ogg" else found), None
        bare = told in RAW or (self.format == "pcm" and not told.startswith("audio/"))
        if content and bare and not _is_words(content, told):
            named = _RATE.search(received.headers.get("content-type", ""))
            return "audio/pcm", int(named[1]) if named else RATES.get(self.model, RAW_RATE)
        if content and told.startswith("audio/") and not _is_words(content, told):
            return told, None
        raise unreadable(received, f"The server answered {received.status} without sound")


def _is_words(content: bytes, told: str) -> bool:
    """Whether the answer is text, such as a page or JSON, where sound should be."""
    if told in {"application/json", "text/html", "text/plain"}:
        return True
    return content[:1] in b"{<[" and sniff(content[:4096]).startswith("text/")


@dataclass(frozen=True, slots=True)
class ReadTranscript:
    """Reads a transcript, be it JSON or plain text. A value, so that two equal calls are equal."""

    catalogue: Catalogue = field(compare=False, repr=False)
    model: str
    seconds: float  # of the recording that was sent
    language: str = ""
    timed: bool = False

    def __call__(self, received: Received) -> Transcript:
        """The transcript. Raises UnreadableReply, which keeps the bytes, for what is none."""
        headers = Headers(received.headers)
        if received.content_type == "text/plain":
            answer: Mapping[str, Any] = {"text": received.content.decode("utf-8", "replace")}
        else:
            answer = read_object(received, what="a transcript")
        said = answer.get("text")
        if not isinstance(said, str):
            raise unreadable(
                received, f"The server answered {received.status} without a transcript", dict(answer)
            )
        model = headers.model or self.model
        told = number(answer.get("duration"))
        seconds = told if told is not None and 0 < told < MOST else self.seconds
        known = self.catalogue.get(model) or self.catalogue.get(self.model)
        price = price_of_transcription(known, seconds) if known is not None else None
        return Transcript(
            said.strip(),
            timings=read_timings(answer),
            duration=seconds,
            language=string(answer.get("language")) or self.language,
            model=model,
            cost=Cost() if price is None else Cost(price, "priced"),
            elapsed=received.elapsed,
            headers=headers,
            raw=dict(answer),
        )


def read_timings(answer: Mapping[str, Any]) -> Timings:
    """The times in an answer: in the documented place, or where other servers put them."""
    found = mapping(answer.get("timestamps"))
    words = found.get("word") or found.get("words") or answer.get("words")
    segments = found.get("segment") or found.get("segments") or answer.get("segments")
    chars = found.get("char") or found.get("chars")
    return Timings(_spans(words, "word"), _spans(segments, "text"), _spans(chars, "char"))


def _spans(rows: Any, key: str) -> tuple[Span, ...]:
    """Texts with times, in order of time; rows without either are left out."""
    spans = []
    for row in map(mapping, items(rows)):
        start, end = number(row.get("start")), number(row.get("end"))
        said = row.get(key, row.get("text"))
        if start is None or not isinstance(said, str) or not said:
            continue
        start = min(max(start, 0.0), MOST)
        end = min(max(end or start, start), MOST)
        spans.append(Span(said if key != "text" else said.strip(), start, end))
    return tuple(sorted(spans, key=lambda span: span.start))


@dataclass(frozen=True, slots=True)
class ReadClone:
    """Reads a cloned voice. A value, so that two equal calls are equal."""

    model: str
    sample: str = ""
    days: int = 7

    def __call__(self, received: Received) -> ClonedVoice:
        """The voice. Raises UnreadableReply, which keeps the bytes, for an answer without a handle."""
        answer = read_object(received, what="a voice")
        handle = string(answer.get("id")) or string(answer.get("voice_id")) or string(answer.get("voice"))
        if not handle:
            raise unreadable(received, f"The server answered {received.status} without a voice", answer)
        return ClonedVoice(
            handle,
            string(answer.get("model")) or self.model,
            expires=dt.datetime.now(dt.UTC) + dt.timedelta(days=self.days),
            sample=self.sample,
            headers=Headers(received.headers),
            raw=answer,
        )
