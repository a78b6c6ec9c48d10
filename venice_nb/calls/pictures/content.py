"""How pictures travel: as files of a form, or as text in JSON.

A form saves the third that base64 adds, and is not bound to the 35 MB of a JSON body; URLs can only go as
JSON, where numbers and flags also keep their types. So pictures of more than a megabyte together go as files.
API reference: "Request size limits".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import refuse
from venice_nb.calls.talk.parameters import json_extra

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.media import Media

AS_FILES = 1_000_000  # bytes of pictures from which on a form is worth it
JSON_MOST = 35_000_000  # bytes of a JSON body

Pictures = dict[str, "Media | list[Media]"]
Content = tuple[dict[str, Any] | None, dict[str, Any] | None]


def content(
    pictures: Pictures,
    given: Mapping[str, Any],
    extra_body: Mapping[str, Any] | None = None,
    *,
    prefix: bool = True,
) -> Content:
    """The body and the form of a call, one of them None.

    `prefix` False sends the base64 bare, as routes want it that take no data URL.
    """
    extra = json_extra("extra_body", extra_body or {})
    fields = {**given, **{name: value for name, value in extra.items() if value is not None}}
    media = [each for value in pictures.values() for each in (value if isinstance(value, list) else [value])]
    weight = sum(len(each.data or b"") for each in media)
    simple = all(isinstance(value, str | int | float) for value in fields.values())
    if weight > AS_FILES and simple and all(each.data is not None for each in media):
        files = {name: _each(value, _file) for name, value in pictures.items()}
        return None, {**files, **{name: _written(value) for name, value in fields.items()}}
    if weight * 4 / 3 > JSON_MOST:
        field, most = next(iter(pictures)), JSON_MOST * 3 // 4
        what = f"The pictures have {weight / 1e6:.0f} MB together, too many to be sent beside a URL."
        do = "Download the pictures behind the URLs and pass them all as files, or make them smaller."
        refuse(field, weight, f"at most {most} bytes of pictures beside a URL", do, what=what)
    return {
        **{name: _each(value, _data if prefix else _bare) for name, value in pictures.items()},
        **fields,
    }, None


def _each(value: Media | list[Media], spell: Any) -> Any:
    return [spell(each) for each in value] if isinstance(value, list) else spell(value)


def _file(media: Media) -> tuple[str, bytes, str]:
    return media.name, media.data or b"", media.mime


def _data(media: Media) -> str:
    return media.location


def _bare(media: Media) -> str:
    return media.base64 if media.url is None else media.url


def _written(value: Any) -> str:
    """A text, a number or a flag as forms write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
