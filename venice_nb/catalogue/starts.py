"""What a film starts from, by the constraints of its model and, where they are silent, by its id."""

# ruff: noqa: A002  `id` is the word of the API

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Start = Literal["text", "image", "frames", "reference", "video", "upscale", "motion", ""]

# By a part of the id; the first that fits counts.
_STARTS: tuple[tuple[str, Start], ...] = (
    ("upscale", "upscale"),
    ("first-last-frame", "frames"),
    ("transition", "frames"),
    ("motion-control", "motion"),
    ("reference-to-video", "reference"),
    ("video-to-video", "video"),
    ("image-to-video", "image"),
    ("text-to-video", "text"),
    ("runway-gen4-5-text", "text"),
    ("runway-gen4", "image"),
)


def start_of(id: str, limits: Mapping[str, Any]) -> Start:
    """What films of this model start from; empty where nothing tells.

    >>> start_of("wan-2-7-video-to-video", {})
    'video'
    """
    for part, start in _STARTS:
        if part in id:
            return start
    if limits.get("video_input") is True:
        return "video"
    kind = limits.get("model_type")
    if kind == "text-to-video":
        return "text"
    return "image" if kind == "image-to-video" else ""
