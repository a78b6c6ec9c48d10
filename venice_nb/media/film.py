"""Films of strangers: size, length, sound and a poster frame, read without trusting the file.

Only MP4, QuickTime, WebM and Matroska are opened, by their first bytes and through our own file handle: other
containers can make the decoder read further files or addresses.
"""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from venice_nb.errors import UnsafeContent, plain
from venice_nb.media.sniff import HEAD, sniff

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PIXELS = 50_000_000  # of one frame
MOST_CHECKED = 6_000_000_000  # of all frames that are decoded only to see whether they can be

_CONTAINERS = {
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-matroska": "matroska",
}
_TIME = 1_000_000  # ticks a second of a container's duration


class FilmError(UnsafeContent, ValueError):
    """The film cannot be decoded; `what` is half a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Film:
    """What a film's header says. `fps` and `duration` (seconds) are 0.0 where it does not tell."""

    width: int
    height: int
    duration: float
    fps: float
    codec: str
    sound: str = ""
    mime: str = ""

    @property
    def has_audio(self) -> bool:
        """Whether there is a sound track."""
        return bool(self.sound)


def probe(source: Path | bytes) -> Film:
    """Size, length, codecs. Raises FilmError for what is no film."""
    with _opened(source) as (container, stream, mime):
        duration = float(stream.duration * stream.time_base) if stream.duration else 0.0
        if not duration and container.duration:
            duration = container.duration / _TIME
        rate = stream.average_rate or stream.guessed_rate
        sound = container.streams.audio
        return Film(
            width=int(stream.codec_context.width),
            height=int(stream.codec_context.height),
            duration=max(duration, 0.0),
            fps=float(rate) if rate else 0.0,
            codec=_codec(stream),
            sound=_codec(sound[0]) if sound else "",
            mime=mime,
        )


def frame(source: Path | bytes, at: float = 0.0, *, side: int = 0) -> bytes:
    """The picture shown at that second, as PNG; the nearest one where the film is shorter.

    With `side` it is made smaller, to so many pixels on its longer side.
    """
    image: Any = None
    with _opened(source) as (container, stream, _mime):
        if at > 0:
            container.seek(int(at * _TIME), backward=True)
        for found in container.decode(stream):
            image = found
            if found.time is None or found.time >= at:
                break
        if image is None:
            raise FilmError("the film has no pictures")
        out = io.BytesIO()
        scale = min(1.0, side / max(image.width, image.height)) if side else 1.0
        size = {name: max(1, round(getattr(image, name) * scale)) for name in ("width", "height")}
        image.to_image(**size).save(out, "PNG", compress_level=1)
        return out.getvalue()


def check(source: Path | bytes) -> int:
    """Decodes pictures and sound to the end and gives the number of pictures.

    Raises FilmError for what breaks off: a header may promise more than there is. Of a film that goes on
    after half a minute of work the rest is only counted, not decoded.
    """
    with _opened(source) as (container, stream, _mime):
        count, end = 0, 0.0
        size = max(stream.codec_context.width * stream.codec_context.height, 100_000)  # small ones cost too
        enough = False
        for packet in container.demux([stream, *container.streams.audio[:1]]):
            if not enough and count * size > MOST_CHECKED:
                enough = True
                count += len(stream.codec_context.decode(None))  # what the decoder still holds
            if enough:
                if packet.stream is stream and packet.size:
                    count += 1
                    end = max(end, float((packet.pts or 0) * packet.time_base))
                continue
            for found in packet.decode():
                if packet.stream is stream:
                    count += 1
                    end = max(end, found.time or 0.0)
        promised = stream.frames
        length = (container.duration or 0) / _TIME
        # An edit list may hide a few pictures that the header counts; without a count the length tells, and
        # the last picture begins before the end, which half a second of sound may outlast.
        if not count or count < 0.98 * promised - 2 or (not promised and end < 0.95 * length - 0.5):
            raise FilmError(f"the film breaks off after {count} pictures")
        return count


@contextlib.contextmanager
def _opened(source: Path | bytes) -> Iterator[tuple[Any, Any, str]]:
    import av  # noqa: PLC0415  30 ms and 100 MB of libraries, with the first film

    with contextlib.ExitStack() as closing:
        try:
            file: Any = (
                io.BytesIO(source)
                if isinstance(source, bytes)
                else closing.enter_context(Path(source).open("rb"))
            )
        except (OSError, ValueError) as error:  # ValueError: the name holds half a character, or a NUL
            raise FilmError(f"the file cannot be read: {_reason(error)}") from error
        mime = sniff(file.read(HEAD))
        file.seek(0)
        if mime not in _CONTAINERS:
            raise FilmError(f"this is no film but {mime or 'unknown content'}")
        try:
            container = closing.enter_context(
                av.open(file, format=_CONTAINERS[mime], metadata_errors="replace")
            )
            yield container, _pictures(container), mime
        except FilmError:
            raise
        except Exception as error:
            raise FilmError(f"the film is damaged: {_reason(error)}") from error


def _codec(stream: Any) -> str:
    """What it is coded in (av1), not which library reads it (libdav1d)."""
    context = stream.codec_context
    return "unknown" if context is None else plain(context.codec.canonical_name, 40)


def _reason(error: Exception) -> str:
    return plain(getattr(error, "strerror", None) or error, 100)


def _pictures(container: Any) -> Any:
    """The stream of pictures, if its frames can be held in memory."""
    if not container.streams.video:
        raise FilmError("the file holds no pictures")
    stream = container.streams.video[0]
    if stream.codec_context is None:
        raise FilmError("there is no decoder for its pictures")
    width, height = int(stream.codec_context.width), int(stream.codec_context.height)
    if not 0 < width * height <= MOST_PIXELS:
        raise FilmError(f"{width} x {height} pixels a frame cannot be decoded here")
    return stream
