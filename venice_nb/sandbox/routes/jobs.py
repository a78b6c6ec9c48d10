"""Queued work: /video/quote, queue, retrieve, complete and transcriptions, and the same four of /audio."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from venice_nb.sandbox import downloads, jobs, limits, money
from venice_nb.sandbox.catalogue import find
from venice_nb.sandbox.choose import choose
from venice_nb.sandbox.exchange import Refusal, Response, json_response
from venice_nb.sandbox.rules import music as music_rules
from venice_nb.sandbox.rules import screening, video_orders
from venice_nb.sandbox.rules import video as video_rules
from venice_nb.sandbox.schema import refused

if TYPE_CHECKING:
    from venice_nb.sandbox.ask import Ask
    from venice_nb.sandbox.jobs import Job, Media
    from venice_nb.sandbox.state import Charge

Model = dict[str, Any]
LINKED = "grok-imagine"  # models that deliver through a link start so


def quote_video(ask: Ask) -> Response:
    """What a film will cost. Fields the model does not use are dropped."""
    return json_response({"quote": video_orders.quoted(ask, choose(ask, ask.body["model"], "video"))})


def quote_audio(ask: Ask) -> Response:
    """What a piece of audio will cost."""
    return json_response({"quote": music_rules.quoted(choose(ask, ask.body["model"], "music"), ask.body)})


def queue_video(ask: Ask) -> Response:
    """Checks, charges and queues a film. A refusal of its content only shows on retrieve."""
    body, state = ask.body, ask.state
    model = choose(ask, body["model"], "video")
    video_rules.check(ask, model)
    order = video_orders.read(ask, model)
    screening.check_consent(model, order, body.get("consents", {}))
    paid = _charged(ask, model, "video", order.seconds, order.price)
    seed = _seed(ask, order.prompt, order.ratio, order.resolution)
    verdict, returned = screening.film(model, order.prompt)
    job = jobs.add(ask, "video", lambda: _filmed(order, seed), paid)
    job.verdict, job.back = verdict, order.price if returned else 0.0
    reply = {"model": model["id"], "queue_id": job.id}
    linked = model["id"].startswith(LINKED) if state.delivery == "auto" else state.delivery == "link"
    return json_response({**reply, "download_url": downloads.issue(state, job)} if linked else reply)


def queue_audio(ask: Ask) -> Response:
    """Checks, charges and queues a piece of audio."""
    body = ask.body
    model = choose(ask, body["model"], "music")
    piece = music_rules.read(ask, model)
    screening.check_song(model, f"{piece.prompt} {piece.lyrics}")
    paid = _charged(ask, model, "music", piece.seconds, piece.price)
    seed = _seed(ask, piece.prompt, piece.lyrics, piece.voice)
    verdict, returned = screening.song(f"{piece.prompt} {piece.lyrics}")
    job = jobs.add(ask, "music", lambda: _composed(model["id"], piece, seed, job.typical), paid)
    job.verdict = verdict
    job.back = (piece.price if returned else 0.0) if verdict else piece.back
    return json_response({"model": model["id"], "queue_id": job.id, "status": "QUEUED"})


def retrieve_video(ask: Ask) -> Response:
    """How far a film is, or the film."""
    return _retrieved(ask, "video")


def retrieve_audio(ask: Ask) -> Response:
    """How far a piece of audio is, or its bytes."""
    return _retrieved(ask, "music")


def complete_video(ask: Ask) -> Response:
    """Deletes the media of a finished film."""
    return _completed(ask, "video")


def complete_audio(ask: Ask) -> Response:
    """Deletes the media of a finished piece of audio."""
    return _completed(ask, "music")


def _charged(ask: Ask, model: Model, sku: str, seconds: float, price: float) -> Charge:
    """Counts the request and takes its price, which must be covered in full."""
    state = ask.state
    money.check_funds(state, ask.caller)
    if price > max(state.usd, state.diem):
        message = "Insufficient USD or Diem balance to complete request"
        raise Refusal(402, {"error": message, "code": "INSUFFICIENT_BALANCE"})
    ask.headers |= limits.admit(state, ask.caller, model)
    money.settle(ask, f"{model['id']}-{sku}", seconds, price)
    return next(charge for charge in reversed(state.books) if charge.request_id == ask.id)


def _seed(ask: Ask, *words: str) -> int:
    return int(ask.state.digest(" ".join(("media", ask.model, *words)), 4), 16)


def _named(ask: Ask, kind: str) -> Job:
    asked = ask.body["model"]
    found = find(asked, kind)
    job = jobs.find(ask, kind, (asked, found.model["id"]) if found else (asked,))
    ask.model = job.model
    return job


def _retrieved(ask: Ask, kind: str) -> Response:
    job, state = _named(ask, kind), ask.state
    polled = {"id": f"{job.model}/retrieve", "type": f"{kind}/retrieve"}
    ask.headers |= limits.admit(state, ask.caller, polled)
    elapsed = ask.now - job.created
    if job.verdict is not None and elapsed >= job.seconds * jobs.SCREENED:
        jobs.settle_up(ask, job)
        raise Refusal(*job.verdict)
    if elapsed >= jobs.LIFE or job.make is None:
        raise jobs.missing()
    if elapsed < job.seconds:
        return json_response(_progress("PROCESSING", job, elapsed))
    jobs.settle_up(ask, job)
    if job.link:
        return json_response(_progress("COMPLETED", job, job.seconds))
    media = jobs.media(ask, job)
    if ask.body.get("delete_media_on_completion"):
        job.delete()
    return Response(200, {"content-type": media.mime, **media.headers}, media.data)


def _progress(status: str, job: Job, elapsed: float) -> dict[str, Any]:
    typical, spent = round(job.typical * 1000), round(elapsed * 1000)
    return {"status": status, "average_execution_time": typical, "execution_duration": spent}


def _completed(ask: Ask, kind: str) -> Response:
    job = _named(ask, kind)
    if ask.state.complete_mode == "refuse":
        raise refused(["queue_id"], "Request ID is invalid.", "Request ID is invalid.")
    if ask.now >= job.created + jobs.LIFE or job.make is None:
        raise jobs.missing()
    done = ask.now >= job.created + job.seconds
    if done:
        jobs.settle_up(ask, job)
        downloads.revoke(ask.state, job)
    return json_response({"success": done})


def _filmed(order: video_orders.Order, seed: int) -> Media:
    from venice_nb.sandbox.studio.film import shooting  # noqa: PLC0415  (NumPy, Pillow and PyAV)

    return jobs.Media(shooting.shoot(order, seed), "video/mp4")


def _composed(model: str, piece: music_rules.Piece, seed: int, took: float) -> Media:
    from venice_nb.sandbox.studio.sound import encode, hear, music, speakers, voice  # noqa: PLC0415  (NumPy and PyAV)

    if piece.speech:
        who = speakers.speaker(model, piece.voice, piece.voices)
        language = speakers.language_of(piece.prompt, who, piece.language)
        said = voice.speak(piece.prompt, who, rate=music.RATE, speed=piece.speed, language=language)
        seconds = len(said.samples) / said.rate
        comment = hear.recipe(who, language, piece.speed, piece.prompt)
        tags = {"title": "SANDBOX speech", "comment": comment}
        data = encode.encode(said.samples, said.rate, piece.fmt, tags=tags)
    else:
        seconds = piece.seconds
        effect = "sound-effects" in model or model.startswith("mmaudio") or None
        data = music.compose(
            piece.prompt, lyrics=piece.lyrics, seconds=seconds, seed=seed, fmt=piece.fmt, effect=effect
        )
    told = {
        "x-venice-audio-format": piece.fmt,
        "x-venice-inference-time": f"{took:.3f}",
        "x-venice-audio-duration": f"{seconds:.3f}",
    }
    return jobs.Media(data, music_rules.MIMES[piece.fmt], told)


_YOUTUBE = re.compile(
    r"https?://((www|m|music)\.)?(youtube\.com/(watch\?|shorts/|live/|embed/)|youtu\.be/)\S"
)


def transcribe_video(ask: Ask) -> Response:
    """An honest transcript: the sandbox cannot watch a film on the web, and says so. 410 if retired."""
    if ask.state.retired:
        message = "This endpoint has been retired. Send the video to /chat/completions as a video_url part."
        link = '</api/v1/chat/completions>; rel="successor-version"'
        raise Refusal(410, message, {"deprecation": "true", "link": link})
    url = ask.body["url"]
    if not _YOUTUBE.match(url):
        raise refused(["url"], "Must be a public YouTube URL")
    money.check_funds(ask.state, ask.caller)
    text = (
        f"SANDBOX: this stand-in has no network and cannot watch {url}. The real service answers here with "
        "the words spoken in the video."
    )
    if ask.body.get("response_format") == "text":
        return Response(200, {"content-type": "text/plain; charset=utf-8"}, text.encode())
    return json_response({"transcript": text, "lang": "en"})
