"""A user's message with pictures, sound, films and files. API reference: `POST /chat/completions`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from venice_nb.calls.check import refuse, text
from venice_nb.calls.talk.messages import FILES, IMAGES, SOUNDS, VIDEOS
from venice_nb.media import Kind, Media, load

_SOUNDS = {
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "audio/aiff": "aiff",
    "audio/aac": "aac",
    "audio/ogg": "ogg",
    "audio/flac": "flac",
    "audio/mp4": "m4a",
}
_FILMS = {"video/mp4", "video/mpeg", "video/quicktime", "video/webm"}


def user_message(
    prompt: str | None = None, images: Any = None, audio: Any = None, video: Any = None, files: Any = None
) -> dict[str, Any]:
    """One message of the user: its text first, then its media.

    Each of `images`, `audio`, `video` and `files` is one piece of media or several, as a list, a Series or
    an iterator: paths, URLs (not for sound), bytes, open files, PIL images, NumPy arrays, or our own results.
    See `venice_nb.media.load`.
    """
    if prompt is not None:
        text()("prompt", prompt)
    parts = [
        *(_image(each) for each in _loaded(images, "image", "images", IMAGES)),
        *(_audio(each) for each in _loaded(audio, "audio", "audio", SOUNDS)),
        *(_video(each) for each in _loaded(video, "video", "video", VIDEOS)),
        *(_file(each) for each in _loaded(files, "file", "files", FILES)),
    ]
    if not parts:
        return {"role": "user", "content": prompt or ""}
    said = [{"type": "text", "text": prompt}] if prompt and not prompt.isspace() else []
    return {"role": "user", "content": [*said, *parts]}


def _loaded(sources: Any, kind: Kind, field: str, most: int) -> list[Media]:
    if sources is None:
        return []
    is_list = isinstance(sources, list | tuple | Iterator) and not hasattr(sources, "read")
    is_list = is_list or (hasattr(sources, "index") and hasattr(sources, "tolist"))  # a column of a table
    several = list(sources) if is_list else [sources]
    if len(several) > most:
        refuse(field, len(several), f"at most {most} in one message", "Spread them over several messages.")
    names = [f"{field}[{n}]" for n in range(len(several))] if is_list else [field]
    return [load(each, kind, name) for each, name in zip(several, names, strict=True)]


def _image(media: Media) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": media.location}}


def _audio(media: Media) -> dict[str, Any]:
    if media.mime not in _SOUNDS:
        allowed = "wav, mp3, aiff, aac, ogg, flac or m4a"
        refuse("audio", f"{media.name} ({media.mime})", allowed, "Convert it, for example to WAV.")
    return {"type": "input_audio", "input_audio": {"data": media.base64, "format": _SOUNDS[media.mime]}}


def _video(media: Media) -> dict[str, Any]:
    if media.data is not None and media.mime not in _FILMS:
        allowed = "mp4, mpeg, mov or webm"
        refuse("video", f"{media.name} ({media.mime})", allowed, "Convert it, for example to MP4.")
    return {"type": "video_url", "video_url": {"url": media.location}}


def _file(media: Media) -> dict[str, Any]:
    named = {"filename": media.name} if media.name else {}
    return {"type": "file", "file": {"file_data": media.location, **named}}
