"""What was paid for is kept: the originals go to a folder before anybody looks at them.

A name is the moment (UTC), the model and the beginning of the content's hash; beside it lies a JSON file that
says what was asked for. Only results of the real API are kept, those of the sandbox cost nothing.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
from contextlib import suppress
from dataclasses import fields, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

from venice_nb.errors import InvalidInput, plain
from venice_nb.policy.steps import Plan, Work
from venice_nb.results import saving
from venice_nb.results.pictures.gallery import Gallery
from venice_nb.results.pictures.image import Image, holds

if TYPE_CHECKING:
    from pathlib import Path

    from venice_nb.client.session import Session

R = TypeVar("R")

_SUFFIXES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "image/avif": ".avif",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/opus": ".opus",
    "audio/aac": ".aac",
    "audio/flac": ".flac",
    "audio/wav": ".wav",
    "audio/pcm": ".pcm",
    "video/mp4": ".mp4",
}
_TOLD = ("prompt", "enhanced_prompt", "text", "voice", "model", "seed", "blurred", "duration")


def keep(session: Session, result: R) -> Plan[R]:
    """The plan that writes a result's original into `settings.out`, and gives the result with its `path`.

    For galleries, and for anything with `data`, `mime` and `path`:

        result = yield from keep(session, result)

    Nothing is written in the sandbox. A disk that takes nothing loses nothing: the result stays in memory,
    and a notice says so.
    """
    if not session.live:
        return result
    kept: R = yield Work(lambda: _kept(session, result))
    return kept


def store(result: Any, folder: Path) -> Path:
    """Write a result's bytes and what is known of it into the folder, and give the path of the bytes.

    Raises OSError when that cannot be done.
    """
    data: bytes = result.data
    digest = sha256(data).hexdigest()
    now = dt.datetime.now(dt.UTC)
    suffix = _SUFFIXES.get(result.mime) or getattr(result, "suffix", "") or ".bin"
    name = f"{now:%Y%m%dT%H%M%SZ}-{_slug(getattr(result, 'model', ''))}-{digest[:8]}"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}{suffix}"
    about = {
        "made": now.isoformat(timespec="seconds"),
        "file": target.name,
        "mime": result.mime,
        "bytes": len(data),
        "sha256": digest,
        **{name: value for name in _TOLD if (value := getattr(result, name, None)) not in (None, "")},
        "cost": cost.to_dict() if (cost := getattr(result, "cost", None)) is not None else None,
        "request_id": getattr(result, "request_id", None),
    }
    if holds(target, data):  # kept a moment ago
        return target
    if os.path.lexists(target):  # something else, or a link that leads somewhere
        target = target.with_stem(f"{target.stem}-{secrets.token_hex(4)}")
        about["file"] = target.name
    saving.write(target, data, default=target.name, suffixes=(suffix,))
    with suppress(InvalidInput):  # a link in its place; what counts is kept
        saving.write_json(target.with_suffix(".json"), about, default=target.name, overwrite=True)
    return target


def spooled(image: Image, path: Path) -> Image:
    """The picture with its bytes in the file instead of in memory."""
    about = {
        one.name: getattr(image, one.name)
        for one in fields(image)
        if one.name not in {"data", "mime", "path"}
    }
    return Image.kept(path, image.mime, **about)


def _kept(session: Session, result: Any) -> Any:
    if isinstance(result, Gallery):
        return replace(result, images=tuple(_kept(session, image) for image in result.images))
    folder = session.settings.out
    try:
        path = store(result, folder)
    except (OSError, InvalidInput) as error:
        why = getattr(error, "strerror", None) or error
        session.announce(
            f"NOT KEPT ON DISK: {plain(folder, 120)} took no file ({plain(why, 120)}). "
            "The result is only in memory: save it elsewhere now with .save(path)."
        )
        return result
    return replace(result, path=path)


def _slug(model: str) -> str:
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in model[:60])
    return kept.strip("-") or "venice"
