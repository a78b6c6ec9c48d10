"""What a film is made from: pictures, sound, films and documents of every kind, as URLs or data URLs.

API reference: `POST /video/queue`. Each argument takes a path, bytes, an open file, a PIL image, an array,
one of our own results, a URL or a data URL; what is here is checked and sent along, what is elsewhere the
server fetches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import integer, listed, refuse, unknown
from venice_nb.media import Media, load, public_url
from venice_nb.media.film import FilmError, probe
from venice_nb.media.inputs import widely_read
from venice_nb.media.sniff import pixels
from venice_nb.media.sound import NotSound, measure

if TYPE_CHECKING:
    from venice_nb.calls.films.limits import Takes

TRACK_BYTES = 15_000_000  # of audio_url; the API says 15 MB
TRACK_SECONDS = 30.0
CLIP_SECONDS = 300.0  # of a film to enlarge or to change
BODY = 35_000_000  # bytes of JSON that the server takes
FRAMES = 24  # keyframes count in frames of a 24th of a second
PICTURES, FILMS, VOICES, ELEMENTS, SCENES, KEYFRAMES = 30, 10, 10, 4, 4, 10

Picture = Callable[[str, Any], str]  # reads a picture and gives the URL to send

_ELEMENT = ("frontal_image_url", "reference_image_urls", "video_url")
_SOUNDS = {"audio/wav", "audio/mpeg"}
_FILMS = {"video/mp4", "video/quicktime", "video/webm"}
SINGLE = ("image_url", "end_image_url", "audio_url", "video_url")


@dataclass
class Inputs:
    """The inputs of one film, ready to be sent, and what was learned from looking at them."""

    body: dict[str, Any] = field(default_factory=dict)
    pictures: dict[str, tuple[int, int]] = field(default_factory=dict)  # sizes of those that are here
    reference_seconds: float | None = 0.0  # of all reference films; None when one of them is elsewhere


def read_inputs(given: Mapping[str, Any]) -> Inputs:
    """The inputs among the arguments, each read once; the whole of them must fit into one request."""
    found = Inputs()
    body = found.body

    def picture(name: str, value: Any) -> str:
        media = widely_read(load(value, "image", name), name)
        size = pixels(media.data, media.mime) if media.data is not None else None
        if size is not None:
            found.pictures[name] = size
        return media.location

    for name in ("image_url", "end_image_url"):
        if given.get(name) is not None:
            body[name] = picture(name, given[name])
    if given.get("audio_url") is not None:
        body["audio_url"] = _track("audio_url", given["audio_url"])
    if given.get("video_url") is not None:
        body["video_url"] = _film("video_url", given["video_url"]).location
    if references := _several(given, "reference_image_urls", PICTURES):
        body["reference_image_urls"] = [picture(name, each) for name, each in references]
    if films := _several(given, "reference_video_urls", FILMS):
        clips = [_film(name, each) for name, each in films]
        body["reference_video_urls"] = [clip.location for clip in clips]
        lengths = [_film_seconds(name, clip) for (name, _), clip in zip(films, clips, strict=True)]
        found.reference_seconds = None if None in lengths else sum(each or 0.0 for each in lengths)
    if voices := _several(given, "reference_audio_urls", VOICES):
        body["reference_audio_urls"] = [_track(name, each) for name, each in voices]
    if documents := _several(given, "reference_document_urls", 1):
        body["reference_document_urls"] = [load(each, "file", name).location for name, each in documents]
    if elements := _several(given, "elements", ELEMENTS):
        body["elements"] = [_element(picture, name, each) for name, each in elements]
    if scenes := _several(given, "scene_image_urls", SCENES):
        body["scene_image_urls"] = [picture(name, each) for name, each in scenes]
    if frames := _several(given, "keyframes", KEYFRAMES):
        body["keyframes"] = [_keyframe(picture, name, each) for name, each in frames]
    _check_size(body)
    return found


def check_pictures(model: Takes, pictures: Mapping[str, tuple[int, int]]) -> None:
    """Pictures within the size and the shape that the model takes."""
    low, high = model.narrowest or 0.0, model.widest or float("inf")
    for name, (width, height) in pictures.items():
        said = f"{width} x {height} pixels"
        if model.shortest_side is not None and min(width, height) < model.shortest_side:
            allowed = f"at least {model.shortest_side} pixels a side for {model.id}"
            refuse(name, said, allowed, "Enlarge it: v.images.upscale(picture).")
        if not low <= width / height <= high:
            allowed = f"a picture whose width is {low:g} to {high:g} times its height, for {model.id}"
            refuse(name, said, allowed, "Crop it.")


def check_keyframes(frames: list[dict[str, Any]], duration: str | None) -> None:
    """Each position once, and none behind the end of the film."""
    taken: set[int] = set()
    number = (duration or "").removesuffix("s")
    last = int(number) * FRAMES if number.isdigit() else None
    for position, frame in enumerate(frames):
        name, index = f"keyframes[{position}].frame_index", frame["frame_index"]
        if index in taken:
            refuse(name, index, "used once", "Give each keyframe a frame_index of its own.")
        if last is not None and index > last:
            do = f"Frames count in 24ths of a second: {duration} end at {last}."
            refuse(name, index, f"a whole number from 0 to {last}", do)
        taken.add(index)


def location(field: str, value: Any) -> str:
    """The film for a quote, which the server measures: its URL or data URL."""
    return _film(field, value).location


# --- one input each ------------------------------------------------------------------------------


def _film(field: str, value: Any) -> Media:
    media = load(value, "video", field)
    if media.data is None:
        return media
    if media.mime not in _FILMS:
        refuse(field, f"{media.name} ({media.mime})", "MP4, MOV or WebM", "Convert it to MP4 first.")
    length = _film_seconds(field, media) or 0.0
    if length > CLIP_SECONDS:
        do = "Cut it into pieces of at most five minutes."
        refuse(field, f"{length:.0f} seconds", f"at most {CLIP_SECONDS:.0f} seconds", do)
    return media


def _film_seconds(field: str, media: Media) -> float | None:
    """The length of a film; None when it is elsewhere, or does not tell."""
    if media.data is None:
        return None
    try:
        return probe(media.data).duration or None
    except FilmError as error:
        refuse(field, media.name, "a film that can be read", f"Check the file: {error.what}.")


def _track(field: str, value: Any) -> str:
    """Music or a voice. Unlike in a chat the server fetches it when it is elsewhere."""
    if isinstance(value, str) and value[:8].lower().startswith(("http://", "https://")):
        return public_url(field, value)
    media = load(value, "audio", field)
    data = media.data or b""
    if media.mime not in _SOUNDS:
        refuse(field, f"{media.name} ({media.mime})", "WAV or MP3", "Convert it to WAV or MP3 first.")
    if len(data) > TRACK_BYTES:
        do = "Save it as MP3, or cut it."
        refuse(field, f"{media.name} ({len(data)} bytes)", f"at most {TRACK_BYTES} bytes", do)
    try:
        length = measure(data).seconds
    except NotSound as error:
        refuse(field, media.name, "sound that can be read", f"Check the file: {error}.")
    if length > TRACK_SECONDS + 0.05:  # the last frame of an MP3 may run over by a hair
        do = "Cut it: the film uses its beginning only."
        refuse(field, f"{length:.1f} seconds", f"at most {TRACK_SECONDS:.0f} seconds", do)
    return media.location


def _element(picture: Picture, field: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        do = f"Pass a dict: {field}={{'frontal_image_url': picture}}."
        refuse(field, value, f"a dict with {', '.join(_ELEMENT)}", do)
    for key in value:
        if key not in _ELEMENT:
            unknown(key, _ELEMENT, kind=f"key of {field}")
    found: dict[str, Any] = {}
    if value.get("frontal_image_url") is not None:
        name = f"{field}.frontal_image_url"
        found["frontal_image_url"] = picture(name, value["frontal_image_url"])
    more = [
        (f"{field}.{name}", each) for name, each in _several(value, "reference_image_urls", 3, inside=field)
    ]
    if more:
        found["reference_image_urls"] = [picture(name, each) for name, each in more]
    if value.get("video_url") is not None:
        found["video_url"] = _film(f"{field}.video_url", value["video_url"]).location
    if not found:
        refuse(field, value, "not empty", "Give it a frontal_image_url, or leave it out.")
    return found


def _keyframe(picture: Picture, field: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping) or set(value) != {"image_url", "frame_index"}:
        do = f"Pass a dict: {field}={{'image_url': picture, 'frame_index': 0}}."
        refuse(field, value, "a dict with image_url and frame_index", do)
    return {
        "image_url": picture(f"{field}.image_url", value["image_url"]),
        "frame_index": integer(0)(f"{field}.frame_index", value["frame_index"]),
    }


def _several(given: Mapping[str, Any], name: str, most: int, *, inside: str = "") -> list[tuple[str, Any]]:
    """The items of a list with their names; nothing when it is left out or empty."""
    value = given.get(name)
    if value is None:
        return []
    field = f"{inside}.{name}" if inside else name
    items = listed(value)
    if items is None:
        refuse(field, value, f"a list of at most {most}", f"Put it in brackets: {name}=[...].")
    if len(items) > most:
        do = f"Keep the {most} that matter most."
        refuse(field, value, f"a list of at most {most}", do, what=f"{field} has {len(items)} items.")
    return [(f"{name}[{position}]", each) for position, each in enumerate(items)]


def _check_size(body: Mapping[str, Any]) -> None:
    sizes = {name: _letters(value) for name, value in body.items()}
    total = sum(sizes.values())
    if total > BODY:
        heaviest = max(sizes, key=sizes.__getitem__)
        do = "Make it smaller, or put it where the server can fetch it and pass the URL."
        what = f"The media of this request are {total / 1e6:.0f} MB as text, more than the server takes."
        value, allowed = f"{sizes[heaviest] / 1e6:.0f} MB", f"at most {BODY // 10**6} MB together"
        refuse(heaviest, value, allowed, do, what=what)


def _letters(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(map(_letters, value.values()))
    return sum(map(_letters, value)) if isinstance(value, list) else 0
