"""Music, effects and long readings: what one would cost, and the order that makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.calls.sound import music as calls
from venice_nb.calls.sound.music_limits import takes
from venice_nb.errors import Gone, NotFound, ServerError, TransportError, Unsupported
from venice_nb.jobs import plans
from venice_nb.jobs.order import Order
from venice_nb.policy.steps import Plan, Send
from venice_nb.studio.job_models import asked, resolved

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.catalogue import Resolution
    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session
    from venice_nb.jobs.job import Job
    from venice_nb.results.quotes import Quote

MODEL = "elevenlabs-music"  # any style and any length from 3 seconds; flat prices by the minute


def quote(
    session: Session,
    /,
    model: ModelName = MODEL,
    *,
    duration_seconds: float | str | None = None,
    character_count: int | None = None,
) -> Plan[Quote]:
    """What a piece of music, an effect or a long reading would cost. Spends nothing, makes nothing.

    Args:
        model: a music model.
        duration_seconds: how long it will be, for models that let one choose; the model's own length when
            left out.
        character_count: how long the text is, for voices that are paid by it.

    Where the server gives no quote, the price is worked out from its price list, and the quote says so.
    Raises InvalidInput for what the model does not take. API reference: `POST /audio/quote`.

    >>> import venice_nb as vn
    >>> vn.Venice.sandbox().audio.music.quote("elevenlabs-music", duration_seconds=60).usd
    0.69

    """
    given: dict[str, Any] = {"duration_seconds": duration_seconds, "character_count": character_count}
    found = resolved(session, model, "music")
    if not _knows(found):
        calls.quote(model=found, **given)  # refuses what is known to be wrong before anything is sent
        found = yield from asked(session, model, "music")
    call = calls.quote(model=found, **given)
    session.announce_choice(found)
    try:
        told: Quote = yield Send(call)
    except (ServerError, NotFound, Gone, Unsupported, TransportError):
        listed = calls.listed(call)
        if listed is None:
            raise
        return listed
    return told


def submit(
    session: Session,
    /,
    prompt: str,
    *,
    model: ModelName | None = None,
    lyrics_prompt: str | None = None,
    duration_seconds: float | str | None = None,
    force_instrumental: bool | None = None,
    lyrics_optimizer: bool | None = None,
    loop: bool | None = None,
    voice: str | None = None,
    language_code: str | None = None,
    speed: float | None = None,
    max_usd: float | Quote | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Plan[Job]:
    """Orders a piece of music, an effect or a long reading; `job.wait()` or `await job` brings the sound.

    The price is asked first, the order is written down before it is sent, and its id before anyone waits: a
    job survives the kernel, see `v.jobs()`. It is charged when the server accepts it.

    Args:
        prompt: what it should sound like; for a reading voice the text itself. Ten characters or more.
        model: a music model; `elevenlabs-music` when left out. Effects: `elevenlabs-sound-effects-v2`;
            readings: `elevenlabs-tts-v3`.
        lyrics_prompt: the words to sing, for models that sing them.
        duration_seconds: how long, for models that let one choose.
        force_instrumental: True for no voice at all.
        lyrics_optimizer: True lets the model write the lyrics from the prompt.
        loop: True for sound whose end goes over into its beginning.
        voice: who reads, one of the model's voices; some take the id of a voice made elsewhere.
        language_code: two letters, such as "it".
        speed: how fast, 1 being as usual.
        max_usd: the most that it may cost, a sum or a quote; a higher price is refused before anything is
            queued.
        extra_body: fields this library does not name.

    Each is only taken by models that say so. Raises InvalidInput, before anything is sent, for what the model
    does not take; BudgetExceeded for a quote above `max_usd`. API reference: `POST /audio/queue`.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> job = v.audio.music.submit("slow strings over rain", duration_seconds=10, max_usd=1)
    >>> job.kind, job.model
    ('music', 'elevenlabs-music')

    """
    given: dict[str, Any] = {
        "lyrics_prompt": lyrics_prompt,
        "duration_seconds": duration_seconds,
        "force_instrumental": force_instrumental,
        "lyrics_optimizer": lyrics_optimizer,
        "loop": loop,
        "voice": voice,
        "language_code": language_code,
        "speed": speed,
        "extra_body": extra_body,
    }
    name = MODEL if model is None else model
    found = resolved(session, name, "music")
    piece = calls.queue(prompt, model=found, **given)
    if not _knows(found):
        found = yield from asked(session, name, "music")
        piece = calls.queue(prompt, model=found, **given)
    session.announce_choice(found)
    if model is None:
        session.announce(f"No model given: {found.id} makes it.")
    order = Order(
        kind="music",
        model=found.id,
        prompt=prompt,
        call=piece.call,
        quote=piece.quote,
        max_usd=max_usd,
        details=piece.details,
    )
    order.limit()  # refuses a limit that is none before the price is asked
    return (yield from plans.submit(session, order))


def _knows(found: Resolution) -> bool:
    return found.model is not None and takes(found.id, found.model).known
