"""The messages of a chat: checked, copied, and weighed (texts, pictures, sound, films)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from venice_nb.calls.check import (
    choice,
    closest,
    json_value,
    listed,
    number,
    refuse,
    several,
    shaped,
    shown,
    sound,
    text,
)
from venice_nb.errors import InvalidInput
from venice_nb.media import MAX_BYTES, public_url

ROLES = ("system", "developer", "user", "assistant", "tool")
AUDIO_FORMATS = ("wav", "mp3", "aiff", "aac", "ogg", "flac", "m4a", "pcm16", "pcm24")
IMAGES, SOUNDS, FILES = 10, 5, 5  # per message
VIDEOS = 3  # per request
BODY = 35_000_000  # bytes of a JSON body that the server takes

_DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+)?(;[\w.+-]+=[^;,]*)*;base64,", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{4,}={0,2}\Z")


@dataclass(slots=True)
class Prompt:
    """Messages ready to be sent. `needs` says where each ability of the model was asked for."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    characters: int = 0  # of text the model reads
    payload: int = 0  # characters of media
    media: int = 0  # pictures, films, recordings and files
    pictures: int = 0
    videos: int = 0
    needs: dict[str, str] = field(default_factory=dict)  # ability -> the field that needs it

    @property
    def tokens(self) -> int:
        """Estimated tokens of the text."""
        return tokens(self.characters)

    def need(self, ability: str, where: str) -> None:
        """Remember that the model must be able to do something, and the first place that asks for it."""
        self.needs.setdefault(ability, where)


def tokens(characters: int) -> int:
    """Estimated tokens of so many characters, the way the server estimates."""
    return math.ceil(characters / 3.2 * 0.95)


def read_messages(messages: Any) -> Prompt:
    """What the user gave as messages: a text, a message, a list of messages and replies."""
    if isinstance(messages, str):
        messages = [{"role": "user", "content": messages}]
    elif isinstance(messages, Mapping) or hasattr(messages, "message"):
        messages = [messages]
    items = listed(messages)
    if not items:
        do = "Pass a text, or a list such as [{'role': 'user', 'content': 'Hello'}]."
        refuse("messages", messages, "a text or a list of one message or more", do)
    prompt = Prompt()
    for position, message in enumerate(items):
        prompt.messages.append(_message(prompt, f"messages[{position}]", message))
    if prompt.videos > VIDEOS:
        refuse(
            "messages", prompt.videos, f"at most {VIDEOS} videos in one request", "Send some of them later."
        )
    if prompt.payload + prompt.characters > BODY:
        raise InvalidInput(
            f"The messages hold {(prompt.payload + prompt.characters) / 1e6:.1f} MB; the server takes 35 MB.",
            field="messages",
            value=prompt.payload + prompt.characters,
            allowed=f"at most {BODY} bytes",
            do="Send fewer or smaller pictures and files; base64 makes them a third larger.",
        )
    return prompt


def _message(prompt: Prompt, where: str, message: Any) -> dict[str, Any]:
    if not isinstance(message, Mapping):
        reply = getattr(message, "message", None)
        if not isinstance(reply, Mapping):
            fix = "Write {'role': 'user', 'content': ...}."
            if hasattr(message, "model_dump"):
                fix = "Turn it into a dict: message.model_dump(exclude_none=True)."
            refuse(where, message, "a dict with 'role' and 'content', or a reply", fix)
        message = reply
    role = message.get("role")
    if not isinstance(role, str) or role not in ROLES:
        guess = {"human": "user", "ai": "assistant", "bot": "assistant", "model": "assistant"}.get(str(role))
        guess = guess or (closest(role, ROLES) if isinstance(role, str) else None)
        do = f"Did you mean {guess!r}?" if guess else f"Use one of {', '.join(ROLES)}."
        refuse(f"{where}.role", role, "one of " + ", ".join(map(repr, ROLES)), do)
    content = message.get("content")
    if len(message) == 2 and type(content) is str and role != "tool":  # the usual message, without a detour
        checked: dict[str, Any] = {"role": role, "content": content}
    else:
        checked = {
            key: item if key == "content" else json_value(f"{where}.{key}", item)
            for key, item in message.items()
        }
        _companions(prompt, where, role, checked)
    if isinstance(content, str):
        prompt.characters += len(sound(f"{where}.content", content))
        if role == "user" and (not content or content.isspace()):
            refuse(f"{where}.content", content, "a text that is not blank", "Write what you want to ask.")
    elif content is not None:
        checked["content"] = _parts(prompt, f"{where}.content", role, content)
    elif role != "assistant" or not checked.get("tool_calls"):
        what = "content or tool_calls" if role == "assistant" else "content"
        refuse(f"{where}.content", None, "a text", f"Add {what}.", what=f"{where} needs {what}.")
    return checked


def _companions(prompt: Prompt, where: str, role: str, message: dict[str, Any]) -> None:
    """What stands beside the content: names, tool calls and reasoning, as the server types them."""
    nullable = {"name", "reasoning_content", "thought_signature"}
    for key in nullable:
        if message.get(key) is not None:
            prompt.characters += len(text()(f"{where}.{key}", message[key]))
    if role == "tool" and not isinstance(message.get("tool_call_id"), str):
        do = "Add the id of the call that this answers: reply.tool_calls[0].id."
        refuse(f"{where}.tool_call_id", message.get("tool_call_id"), "the id of a tool call", do)
    if role == "assistant" and message.get("reasoning_details") is not None:
        _details(f"{where}.reasoning_details", message["reasoning_details"])  # sent exactly as they came
    calls = message.get("tool_calls")
    if calls is None:
        return
    if not isinstance(calls, list):
        refuse(f"{where}.tool_calls", calls, "a list", "Send the assistant's message back as it came.")
    for position, call in enumerate(calls):
        function = call.get("function") if isinstance(call, dict) else None
        arguments = function.get("arguments", "") if isinstance(function, dict) else None
        if arguments is not None and not isinstance(arguments, str):
            do = "Keep the JSON text as it came, or use json.dumps(arguments)."
            refuse(f"{where}.tool_calls[{position}].function.arguments", arguments, "JSON as a text", do)
        prompt.characters += len(arguments or "")


_any_text = text()
_details = several(
    shaped(
        {**dict.fromkeys(("type", "id", "data", "format", "text"), _any_text), "index": number()}, ("type",)
    ),
    noun="details",
)

# --- parts -----------------------------------------------------------------------------------


def _parts(prompt: Prompt, where: str, role: str, content: Any) -> list[dict[str, Any]]:
    if role == "tool":
        do = "Turn it into text: json.dumps(result)."
        refuse(where, content, "a text", do)
    parts = listed(content)
    if not parts:
        refuse(where, content, "a text or a list of one part or more", "Write a text.")
    counts: dict[str, int] = {}
    checked = []
    for position, part in enumerate(parts):
        name = f"{where}[{position}]"
        if not isinstance(part, Mapping):
            fix = (
                f"Write {{'type': 'text', 'text': {shown(part)}}}."
                if isinstance(part, str)
                else "Write a dict."
            )
            refuse(name, part, "a part as a dict with 'type'", fix)
        kind = part.get("type")
        if not isinstance(kind, str) or kind not in _PARTS or (role != "user" and kind != "text"):
            hints = {
                "image": "image_url",
                "input_image": "image_url",
                "input_text": "text",
                "audio": "input_audio",
            }
            guess = hints.get(str(kind)) or closest(kind, _PARTS)
            fix = f"Did you mean {guess!r}?" if guess else "Use one of the listed types."
            allowed = "one of " + ", ".join(map(repr, _PARTS))
            if role != "user":
                allowed, fix = "'text'", "Only user messages may hold pictures, sound, films and files."
            refuse(f"{name}.type", kind, allowed, fix)
        checked.append(_PARTS[kind](prompt, name, part))
        prompt.media += kind != "text"
        counts[kind] = counts.get(kind, 0) + 1
    for kind, most in _MOST.items():
        if counts.get(kind, 0) > most:
            do = "Spread them over several messages."
            refuse(where, counts[kind], f"at most {most} {kind} parts in one message", do)
    if role == "user" and counts.keys() == {"text"} and not any(part["text"].strip() for part in checked):
        refuse(where, "", "a text that is not blank", "Write what you want to ask.")
    return checked


_cache_control = shaped({"type": choice("ephemeral"), "ttl": text(blank=False)}, ("type",))


def _inner(where: str, part: Mapping[str, Any], kind: str, key: str) -> Mapping[str, Any]:
    inner = part.get(kind)
    if not isinstance(inner, Mapping) or not isinstance(inner.get(key), str):
        fix = (
            f"Write {{'type': '{kind}', '{kind}': {{'{key}': ...}}}}; images=, audio=, video=, files= do it."
        )
        value = inner.get(key) if isinstance(inner, Mapping) else inner
        refuse(f"{where}.{kind}" + (f".{key}" if isinstance(inner, Mapping) else ""), value, "a text", fix)
    return inner


def _with(where: str, part: Mapping[str, Any], kind: str, inner: Any) -> dict[str, Any]:
    """The part with its checked payload, and whatever stands beside it."""
    checked = {"type": kind, kind: inner}
    for key, item in part.items():
        if key == "cache_control" and item is not None:
            checked[key] = _cache_control(f"{where}.{key}", item)
        elif key not in checked and item is not None:
            checked[key] = json_value(f"{where}.{key}", item)
    return checked


def _text(prompt: Prompt, where: str, part: Mapping[str, Any]) -> dict[str, Any]:
    value = part.get("text")
    if not isinstance(value, str) or not value:
        refuse(
            f"{where}.text", value, "a text of one character or more", "Write a text, or leave the part out."
        )
    prompt.characters += len(value)
    return _with(where, part, "text", sound(f"{where}.text", value))


def _image(prompt: Prompt, where: str, part: Mapping[str, Any]) -> dict[str, Any]:
    inner = _inner(where, part, "image_url", "url")
    _location(prompt, f"{where}.image_url.url", inner["url"], "image/")
    prompt.pictures += 1
    prompt.need("vision", where)
    return _with(where, part, "image_url", json_value(f"{where}.image_url", inner))


def _audio(prompt: Prompt, where: str, part: Mapping[str, Any]) -> dict[str, Any]:
    inner = _inner(where, part, "input_audio", "data")
    data, name = inner["data"], f"{where}.input_audio.data"
    if not _BASE64.match(data[:400]) or re.match(r"https?://|data:", data):
        do = "Sound is never fetched from a URL: download it and pass audio=[path], which encodes it."
        refuse(name, data, "base64 of the sound", do)
    _size(name, data)
    if inner.get("format") is not None:
        choice(*AUDIO_FORMATS)(f"{where}.input_audio.format", inner["format"])
    prompt.payload += len(data)
    prompt.need("audio", where)
    return _with(where, part, "input_audio", {key: item for key, item in inner.items() if item is not None})


def _video(prompt: Prompt, where: str, part: Mapping[str, Any]) -> dict[str, Any]:
    inner = _inner(where, part, "video_url", "url")
    _location(prompt, f"{where}.video_url.url", inner["url"], "video/")
    prompt.videos += 1
    prompt.need("video", where)
    return _with(where, part, "video_url", json_value(f"{where}.video_url", inner))


def _file(prompt: Prompt, where: str, part: Mapping[str, Any]) -> dict[str, Any]:
    inner = _inner(where, part, "file", "file_data")
    _location(prompt, f"{where}.file.file_data", inner["file_data"], "")
    kept = {key: item for key, item in inner.items() if item is not None}
    if "filename" in kept:
        text()(f"{where}.file.filename", kept["filename"])
    return _with(where, part, "file", json_value(f"{where}.file", kept))


_PARTS = {"text": _text, "image_url": _image, "input_audio": _audio, "video_url": _video, "file": _file}
_MOST = {"image_url": IMAGES, "input_audio": SOUNDS, "file": FILES}


def _location(prompt: Prompt, where: str, url: str, family: str) -> None:
    """Refuse what is neither a data URL of the right family nor a public URL."""
    if url[:5].lower() != "data:":
        public_url(where, url)
        return
    found = _DATA_URL.match(url)
    kind = (found.group(1) or "").lower() if found else ""
    if not found or not kind.startswith(family) or kind == "image/svg+xml":
        allowed = f"a URL, or data:{family or 'application/'}...;base64,..."
        refuse(where, url[:40], allowed, "Use images=, video= or files=, which encode it.")
    _size(where, url)
    prompt.payload += len(url)


def _size(where: str, encoded: str) -> None:
    if len(encoded) * 3 // 4 > MAX_BYTES:
        do = "Make it smaller: fewer pixels, stronger compression, or a shorter cut."
        refuse(where, len(encoded) * 3 // 4, f"at most {MAX_BYTES} bytes", do)
