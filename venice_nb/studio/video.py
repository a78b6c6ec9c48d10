"""Films: what one would cost, the order that makes it, and what is said in one on YouTube."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.calls.films import transcripts as video_transcripts
from venice_nb.calls.films import video as calls
from venice_nb.calls.films.limits import takes
from venice_nb.errors import Gone, plain
from venice_nb.jobs import plans
from venice_nb.jobs.order import Order
from venice_nb.policy.steps import Plan, Send
from venice_nb.studio.job_models import asked, resolved

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from venice_nb.catalogue import Resolution
    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session
    from venice_nb.jobs.job import Job
    from venice_nb.results.quotes import Quote
    from venice_nb.results.sound.transcript import Transcript

# Where no model is named, by what the film starts from: private ones, the cheapest there are.
MODELS = {
    "text": "longcat-distilled-text-to-video",
    "image": "longcat-distilled-image-to-video",
    "reference": "grok-imagine-reference-to-video-private",
    "video": "grok-imagine-video-to-video-private",
}
ENLARGER = "topaz-video-upscale"


def quote(
    session: Session,
    /,
    model: ModelName | None = None,
    *,
    duration: float | str | None = None,
    aspect_ratio: str | None = None,
    resolution: str | None = None,
    audio: bool | None = None,
    upscale_factor: int | None = None,
    image_url: Any = None,
    video_url: Any = None,
    reference_video_total_duration: float | None = None,
    seed: int | None = None,
) -> Plan[Quote]:
    """What a film would cost. Spends nothing, makes nothing; the quote shows the line that would buy it.

    Args:
        model: a video model, or a family such as `kling-2.5-turbo-pro`; a cheap private one when left out.
        duration: 5, "5" or "5s"; "Auto" for models that go by the film they are given. The shortest the model
            makes when left out.
        aspect_ratio: such as "16:9", for models that offer a choice.
        resolution: such as "720p", likewise.
        audio: False for a silent film, where the model lets one choose.
        upscale_factor: 2 or 4, or 1 to only clean the picture; for models that enlarge films.
        image_url: says that the film will start from a picture, which picks the model of a family. Not sent.
        video_url: the film to enlarge or to change, which the server measures.
        reference_video_total_duration: seconds of all reference films together; without it the price of a
            film with such references is told too low.
        seed: left out, which is said: the API has none for films.

    What the model does not take is left out, as the server does, and said. Raises InvalidInput for values
    that no model takes and for durations that this one does not make. API reference: `POST /video/quote`.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> v.video.quote("kling-2.5-turbo-pro-text-to-video", duration=5, aspect_ratio="16:9").usd
    0.39

    """
    start = "video" if video_url is not None else "image" if image_url is not None else "text"
    given: dict[str, Any] = {
        "duration": duration,
        "aspect_ratio": aspect_ratio,
        "resolution": resolution,
        "audio": audio,
        "upscale_factor": upscale_factor,
        "video_url": None if video_url is None else calls.location("video_url", video_url),
        "reference_video_total_duration": reference_video_total_duration,
        "seed": seed,
    }
    name = _default(start, upscale_factor) if model is None else model
    found = resolved(session, name, "video", start)
    if not _knows(found):
        calls.quote(model=found, **_rehearsed(given))
        found = yield from asked(session, name, "video", start)
    session.announce_choice(found)  # first: a refusal speaks of the model that was chosen
    call, said = calls.quote(model=found, **given)
    for sentence in said:
        session.announce(sentence)
    answer: Quote = yield Send(call)
    return answer


def submit(
    session: Session,
    /,
    prompt: str = "",
    *,
    model: ModelName | None = None,
    duration: float | str | None = None,
    aspect_ratio: str | None = None,
    resolution: str | None = None,
    audio: bool | None = None,
    negative_prompt: str | None = None,
    image_url: Any = None,
    end_image_url: Any = None,
    audio_url: Any = None,
    video_url: Any = None,
    upscale_factor: int | None = None,
    reference_image_urls: Sequence[Any] | None = None,
    reference_video_urls: Sequence[Any] | None = None,
    reference_audio_urls: Sequence[Any] | None = None,
    reference_document_urls: Sequence[Any] | None = None,
    elements: Sequence[Mapping[str, Any]] | None = None,
    scene_image_urls: Sequence[Any] | None = None,
    keyframes: Sequence[Mapping[str, Any]] | None = None,
    omni_reference_task_type: str | None = None,
    bitrate_mode: str | None = None,
    consents: Mapping[str, Mapping[str, bool]] | None = None,
    max_usd: float | Quote | None = None,
    reference_video_total_duration: float | None = None,
    seed: int | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Plan[Job]:
    """Orders a film and gives the job that makes it: `job.wait()` or `await job` brings the film.

    The price is asked first, the order is written down before it is sent, and its id before anyone waits: a
    job survives the kernel, see `v.jobs()`. It is charged when the server accepts it. Every argument with
    `url` in its name takes a path, bytes, an open file, a picture, an array, one of our results or a URL.

    Args:
        prompt: what happens in the film; not needed to enlarge one, and for a picture we made its own prompt
            when left out.
        model: a video model; a family such as `kling-2.5-turbo-pro` stands for the one that fits what is
            given. A cheap private model when left out.
        duration: 5, "5" or "5s"; the shortest the model makes when left out, which is said.
        aspect_ratio: such as "16:9"; needed by models that offer a choice, unless a picture decides it.
        resolution: such as "720p", for models that offer a choice.
        audio: False for a silent film, where the model lets one choose.
        negative_prompt: what should not be in it.
        image_url: the picture it starts from.
        end_image_url: the picture it ends with.
        audio_url: music for it, WAV or MP3, at most 30 seconds and 15 MB.
        video_url: the film to change or to enlarge, MP4, MOV or WebM, at most five minutes.
        upscale_factor: 2 or 4, or 1 to only clean the picture; for models that enlarge films.
        reference_image_urls: up to 30 pictures of who and what is in it.
        reference_video_urls: up to 10 films for movement, camera and style.
        reference_audio_urls: up to 10 recordings of voices and sounds; only along with a picture or a film.
        reference_document_urls: one document or web page.
        elements: up to 4 dicts with `frontal_image_url`, `reference_image_urls` and `video_url`; the prompt
            calls them @Element1, @Element2 ...
        scene_image_urls: up to 4 places; the prompt calls them @Image1, @Image2 ...
        keyframes: up to 10 dicts with `image_url` and `frame_index`, 24 frames a second.
        omni_reference_task_type: "auto", "reference", "edit" or "extend", for Seedance 2.5.
        bitrate_mode: "standard" or "high", for Seedance 2.
        consents: what you confirm where faces are shown to a provider that asks for it. Never sent unasked;
            the error of a refused order says what to read and what to pass.
        max_usd: the most that it may cost, a sum or a quote; a higher price is refused before anything is
            queued.
        reference_video_total_duration: for the quote, seconds of reference films given as URLs.
        seed: left out, which is said: the API has none for films.
        extra_body: fields this library does not name.

    Raises InvalidInput, before anything is sent, for whatever the model does not take; BudgetExceeded for a
    quote above `max_usd`; ConsentRequired with the policy to read. API reference: `POST /video/queue`.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> job = v.video.submit("fog over a canal", duration=5, aspect_ratio="16:9", max_usd=0.50)
    >>> job.kind, job.model
    ('video', 'longcat-distilled-text-to-video')

    """
    own = getattr(image_url, "prompt", "")
    borrowed = not prompt and isinstance(own, str) and bool(own.strip())
    if borrowed:
        prompt = str(own)
    inputs = calls.read_inputs(
        {
            "image_url": image_url,
            "end_image_url": end_image_url,
            "audio_url": audio_url,
            "video_url": video_url,
            "reference_image_urls": reference_image_urls,
            "reference_video_urls": reference_video_urls,
            "reference_audio_urls": reference_audio_urls,
            "reference_document_urls": reference_document_urls,
            "elements": elements,
            "scene_image_urls": scene_image_urls,
            "keyframes": keyframes,
        }
    )
    given: dict[str, Any] = {
        "duration": duration,
        "aspect_ratio": aspect_ratio,
        "resolution": resolution,
        "audio": audio,
        "negative_prompt": negative_prompt,
        "upscale_factor": upscale_factor,
        "omni_reference_task_type": omni_reference_task_type,
        "bitrate_mode": bitrate_mode,
        "seed": seed,
        "consents": consents,
        "reference_video_total_duration": reference_video_total_duration,
        "extra_body": extra_body,
    }
    start = _start(inputs.body)
    name = _default(start, upscale_factor) if model is None else model
    found = resolved(session, name, "video", start)
    if not _knows(found):
        rehearsed = _rehearsed(given)
        calls.queue(prompt, model=found, catalogue=session.catalogue, inputs=inputs, **rehearsed)
        found = yield from asked(session, name, "video", start)
    session.announce_choice(found)  # first: a refusal speaks of the model that was chosen
    film = calls.queue(prompt, model=found, catalogue=session.catalogue, inputs=inputs, **given)
    if model is None:
        session.announce(f"No model given: {found.id} makes the film.")
    if borrowed:
        session.announce("No prompt given: the picture's own is taken.")
    for sentence in film.said:
        session.announce(sentence)
    order = Order(
        kind="video",
        model=found.id,
        prompt=prompt or "",
        call=film.call,
        quote=film.quote,
        max_usd=max_usd,
        details=film.details,
    )
    order.limit()  # refuses a limit that is none before the price is asked
    return (yield from plans.submit(session, order))


def transcribe(session: Session, /, url: str, *, response_format: str = "json") -> Plan[Transcript]:
    """What is said in a film on YouTube. For recordings of your own take `v.audio.transcribe`.

    Args:
        url: the address of the film on YouTube.
        response_format: "json", which also tells the language, or "text".

    Venice is retiring this route. Where it is gone, the error says which model can watch the film instead.
    Raises InvalidInput for any other address. API reference: `POST /video/transcriptions`.

    >>> import venice_nb as vn
    >>> said = vn.Venice.sandbox().video.transcribe("https://youtu.be/dQw4w9WgXcQ")
    >>> said.text != ""
    True

    """
    call = video_transcripts.transcribe(url, response_format=response_format)
    try:
        said: Transcript = yield Send(call)
    except Gone as error:
        able = [each for each in session.catalogue.of_type("text") if each.supports("video")]
        watcher = min(able, key=lambda each: each.price.input or 1e9).id if able else "..."
        error.do = plain(
            "Venice has retired the transcription of YouTube films; let a model that sees films watch it: "
            f"v.chat('Write down what is said.', video=url, model={watcher!r}), or download it and take "
            "v.audio.transcribe(path)"
        )
        raise
    return said


def _knows(found: Resolution) -> bool:
    return found.model is not None and takes(found.id, found.model).known


def _default(start: str, upscale_factor: Any) -> str:
    """The model where none is named."""
    return ENLARGER if upscale_factor is not None else MODELS[start]


def _rehearsed(given: dict[str, Any]) -> dict[str, Any]:
    """The arguments as far as they can be judged before the server says what its model takes.

    Some length stands in for one that is left out, which is chosen when the lengths are known.
    """
    return given if given["duration"] is not None else given | {"duration": "5s"}


def _start(body: Mapping[str, Any]) -> str:
    """What the film starts from, which picks the model of a family."""
    if "video_url" in body:
        return "video"
    if "image_url" in body or "keyframes" in body:
        return "image"
    references = ("reference_image_urls", "reference_video_urls", "elements", "scene_image_urls")
    return "reference" if any(name in body for name in references) else "text"
