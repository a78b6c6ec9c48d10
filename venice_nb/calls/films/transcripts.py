"""What is said in a film on YouTube. API reference: `POST /video/transcriptions`, which is being retired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from venice_nb.calls.answer import read_object, unreadable
from venice_nb.calls.call import Call, Safety, Timeouts
from venice_nb.calls.check import choice, refuse, text
from venice_nb.media import public_url
from venice_nb.results.headers import Headers
from venice_nb.results.reading import string
from venice_nb.results.sound.transcript import Transcript

if TYPE_CHECKING:
    from venice_nb.calls.call import Received

_HOSTS = ("youtube.com", "youtu.be", "youtube-nocookie.com")
_FORMAT = choice(
    "json", "text", fixes={"srt": "Take 'json'; this route gives no times to make subtitles of."}
)


def transcribe(url: Any, *, response_format: str = "json") -> Call[Transcript]:
    """The call that asks for the words of a film.

    Args:
        url: the address of a film on YouTube; the server takes no other.
        response_format: "json", which also tells the language, or "text".

    Raises InvalidInput for anything else; recordings of one's own go to `v.audio.transcribe`.

    """
    address = text(blank=False, longest=2000)("url", url).strip()
    if not address.lower().startswith(("http://", "https://")):
        allowed = "the https address of a film on YouTube"
        refuse("url", address, allowed, "For a recording of your own take v.audio.transcribe(path).")
    public_url("url", address)
    host = (urlsplit(address).hostname or "").lower()
    if not any(host == each or host.endswith(f".{each}") for each in _HOSTS):
        do = "Download it and take v.audio.transcribe(path), or show it to a chat: v.chat('...', video=url)."
        refuse("url", address, "the address of a film on YouTube", do)
    body = {"url": address, "response_format": _FORMAT("response_format", response_format)}
    return Call(
        operation="createVideoTranscription",
        method="POST",
        path="/video/transcriptions",
        body=body,
        read=read_transcript,
        accept="application/json, text/plain",
        safety=Safety.INFER,
        timeouts=Timeouts(read=120.0, total=300.0),
        family="video",
        paid=True,
    )


def read_transcript(received: Received) -> Transcript:
    """The words, in either of the two forms. Raises UnreadableReply for anything else."""
    headers = Headers(received.headers)
    if received.content_type == "text/plain":
        said = received.content.decode("utf-8", "replace")
        return Transcript(said, elapsed=received.elapsed, headers=headers)
    answer = read_object(received, what="a transcript")
    found = next((answer[name] for name in ("transcript", "text") if isinstance(answer.get(name), str)), None)
    if found is None:
        raise unreadable(received, "The server answered without a transcript", answer)
    language = string(answer.get("lang")) or string(answer.get("language"))
    return Transcript(found, language=language, elapsed=received.elapsed, headers=headers, raw=answer)
