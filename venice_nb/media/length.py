"""How long a film is. Only its container is read; nothing is decoded."""

from __future__ import annotations

import io
from typing import Any

from venice_nb.media.sniff import sniff

# What is in the bytes decides which reader opens them, so that a file cannot ask for a playlist or a network.
_READERS = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/webm": "matroska",
    "video/x-matroska": "matroska",
    "video/x-msvideo": "avi",
}


def film_seconds(data: bytes) -> float | None:
    """The length of a film in seconds; None when it does not tell."""
    reader = _READERS.get(sniff(data))
    if reader is None:
        return None
    import av  # noqa: PLC0415  loads with the first film that is measured

    box: Any
    try:
        with av.open(io.BytesIO(data), format=reader, metadata_errors="replace") as box:
            if box.duration:
                return float(box.duration / av.time_base)
            streams = [each for each in box.streams if each.duration and each.time_base]
            lengths = [float(each.duration * each.time_base) for each in streams]
    except (av.FFmpegError, ValueError, OSError):  # cut off or damaged: the server will say so
        return None
    return max(lengths, default=None)
