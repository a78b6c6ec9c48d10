"""Recordings given by the user, ready to be sent: from any source, in a format the API takes.

Unlike `load` this also takes samples in an array, files larger than one request (they are cut later), and
sound files the API does not take (they are converted).
"""

from __future__ import annotations

import itertools
import numbers
import os
import re
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from venice_nb.errors import plain
from venice_nb.media import encoding
from venice_nb.media.cutting import cut, cuts
from venice_nb.media.loading import MAX_BYTES, load
from venice_nb.media.pictures import refuse, sendable
from venice_nb.media.sound import RAW, RAW_RATE, NotSound, Sound, container, decode, measure

if TYPE_CHECKING:
    from collections.abc import Iterator

# What the API transcribes, by content, with the file endings it knows for each.
TAKEN = {
    "audio/wav": (".wav", ".wave"),
    "audio/flac": (".flac",),
    "audio/mp4": (".m4a", ".mp4"),
    "video/mp4": (".mp4", ".m4a"),
    "audio/aac": (".aac",),
    "audio/mpeg": (".mp3",),
    "audio/ogg": (".ogg", ".oga"),
    "video/webm": (".webm",),
}
# Sound that can be read here, though the API does not take it.
_CONVERTED = {"audio/aiff", "video/quicktime", "video/x-matroska", "video/x-msvideo"}
ENDINGS = frozenset(ending for endings in TAKEN.values() for ending in endings) | {
    ".aiff",
    ".aif",
    ".mov",
    ".mkv",
}
HEARD_RATE = 16_000  # samples a second; speech recognition uses no more
PIECE = 600.0  # seconds of one piece of a recording that is cut: about 10 MB as FLAC
_LARGEST = 8_000_000_000  # bytes of a file that is opened at all
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4}){16,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording: its bytes, or the file of one that is too large for one request."""

    data: bytes | None = field(repr=False)
    path: Path | None
    mime: str
    name: str
    seconds: float
    converted: str = ""  # the type it had, when it was changed into one the API takes

    @property
    def whole(self) -> bool:
        """Whether one request can carry it."""
        return self.data is not None and len(self.data) <= MAX_BYTES


def recording(source: Any, field: str = "audio", *, rate: int | None = None) -> Recording:
    """The recording in a path, bytes, an open file, an array of samples with its `rate`, or a result.

    A pair of the rate and the samples, in either order, is an array with its rate: so SciPy and SoundFile
    give what they read. Raises InvalidInput, naming the field and the fix, for what is no recording or cannot
    be read.
    """
    if rate is None and is_pair(source):
        samples, given = source if _is_array(source[0]) else reversed(source)
        source, rate = samples, int(given)
    if _is_array(source):
        return _measured(_from_array(source, rate, field), "audio/wav", "microphone.wav", None, field)
    if rate is not None:
        refuse(
            field, type(source).__name__, "an array of samples, with rate=", "Leave rate= out: files know it."
        )
    data, name, path = _read(source, field)
    mime = str(getattr(source, "mime", ""))
    if mime in RAW and data is not None:
        raw_rate = int(getattr(source, "rate", None) or RAW_RATE)
        data, name = encoding.wav(data[: len(data) // 2 * 2], raw_rate), f"{PurePath(name).stem}.wav"
    head = data if data is not None else _head(path)
    found = container(head)
    if found not in TAKEN and found not in _CONVERTED:
        _refuse_kind(found, name, field)
    made = _measured(data, found, name, path, field)
    return _converted(made, field) if found in _CONVERTED and made.whole else made


def pieces(
    source: Recording, longest: float | None = None, field: str = "audio"
) -> Iterator[tuple[float, Recording]]:
    """The recording in pieces that one request carries each, with the second at which each starts.

    A recording that fits comes back as it is; one longer than `longest` seconds, or too large, is cut at
    silences and sent as FLAC in mono at 16 kHz, which is what speech recognition listens to.
    """
    if source.whole and (longest is None or source.seconds <= longest):
        yield 0.0, source
        return
    try:
        sound = decode(source.data or source.path or b"", rate=HEARD_RATE, mono=True)
    except NotSound as error:
        refuse(
            field,
            source.name,
            "a recording that can be read",
            f"{plain(error, 100)}; save it again as WAV or FLAC.",
        )
    marks = [0.0, *cuts(sound, min(longest or PIECE, PIECE)), sound.seconds]
    stem = PurePath(source.name).stem
    for number, (start, end) in enumerate(itertools.pairwise(marks), 1):
        part = cut(sound, start, end)
        name = f"{stem}-{number}.flac" if len(marks) > 2 else f"{stem}.flac"
        yield start, Recording(encoding.encode(part, "flac"), None, "audio/flac", name, part.seconds)


def as_type(source: Recording, allowed: frozenset[str], field: str) -> Recording:
    """The recording in one of the allowed types; one of another type becomes WAV."""
    if source.mime in allowed:
        return source
    sound = _decoded(source, field)
    made = encoding.encode(sound, "wav")
    name = f"{PurePath(source.name).stem}.wav"
    return replace(source, data=made, path=None, mime="audio/wav", name=name, converted=source.mime)


def is_pair(source: Any) -> bool:
    """Whether this is an array of samples together with its rate, in either order."""
    if not isinstance(source, tuple) or len(source) != 2:
        return False
    arrays = [_is_array(each) for each in source]
    rate = source[arrays.index(False)] if any(arrays) and not all(arrays) else None
    return isinstance(rate, numbers.Integral) and not isinstance(rate, bool)


# --- reading -----------------------------------------------------------------------------


def _read(source: Any, field: str) -> tuple[bytes | None, str, Path | None]:
    """Bytes and name; of a file that is too large for one request only its path."""
    if isinstance(source, str):
        if _BASE64.fullmatch(source.replace("\n", "")) and not Path(source[:200]).exists():
            refuse(
                field, f"{source[:20]}...", "a file", "This looks like base64: pass base64.b64decode(text)."
            )
        if source[:5].lower() != "data:" and "://" not in source[:12]:
            source = Path(source)
    if (
        hasattr(source, "read")
        and isinstance(getattr(source, "name", None), str)
        and _large(Path(source.name))
    ):
        source = Path(source.name)
    if isinstance(source, os.PathLike):
        path = Path(source).expanduser()
        if (large := _large(path)) is not None:
            return None, sendable(path.name), large
    elif isinstance(source, bytes | bytearray | memoryview) and len(source) > MAX_BYTES:
        return bytes(source), "recording", None
    elif (data := getattr(source, "data", None)) is not None and isinstance(data, bytes):
        # one of our results; a film is kept in its file
        name = sendable(getattr(source, "name", "")) or "recording"
        return data, name, getattr(source, "path", None)
    found = load(source, "any", field)
    named = found.name if PurePath(found.name).stem != "any" else "recording"
    at = path if isinstance(source, os.PathLike) else None
    return found.data or b"", named, at


def _large(path: Path) -> Path | None:
    """The path if it is a regular file too large for one request."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None  # `load` says what is wrong
    return path if stat.S_ISREG(found.st_mode) and MAX_BYTES < found.st_size <= _LARGEST else None


def _head(path: Path | None) -> bytes:
    if path is None:
        return b""
    with path.open("rb") as file:
        return file.read(1 << 16)


def _is_array(source: Any) -> bool:
    return type(source).__module__ == "numpy" and type(source).__name__ == "ndarray"


def _from_array(array: Any, rate: int | None, field: str) -> bytes:
    """A WAV file of samples: whole numbers of 16 or 32 bits, or floats from -1 to 1."""
    import numpy as np  # noqa: PLC0415  an array is here, so it is loaded

    shape = " x ".join(map(str, array.shape))
    if (
        rate is None
        or isinstance(rate, bool)
        or not isinstance(rate, int | np.integer)
        or not 1000 <= rate <= 384_000
    ):
        allowed = "an array of samples, with rate="
        refuse(
            field,
            f"array of {shape}, rate={plain(rate, 20)}",
            allowed,
            "Say how many samples a second: rate=16000.",
        )
    if array.ndim == 2 and array.shape[0] <= 8 < array.shape[1]:
        array = array.T  # channels first, as some recorders write
    if not array.size or array.ndim not in {1, 2} or (array.ndim == 2 and array.shape[1] > 8):
        refuse(
            field,
            f"array of {shape}",
            "samples of shape (n,) or (n, channels)",
            "Pass array.reshape(-1) of one channel.",
        )
    if array.dtype.kind == "i":
        array = array.astype(np.float32) / np.float32(np.iinfo(array.dtype).max)
    elif array.dtype == np.uint8:
        array = (array.astype(np.float32) - 128) / np.float32(128)
    elif array.dtype.kind != "f":
        refuse(
            field,
            f"array of {array.dtype}",
            "floats from -1 to 1, or whole numbers",
            'Convert it: array.astype("float32").',
        )
    peak = float(np.abs(array).max())
    if not np.isfinite(peak) or peak > 1.5:
        do = "Divide it: array / np.abs(array).max()."
        refuse(field, f"floats up to {peak:g}", "floats from -1 to 1", do)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    return encoding.encode(Sound(array.astype(np.float32), int(rate)), "wav")


# --- judging -----------------------------------------------------------------------------


def _measured(data: bytes | None, mime: str, name: str, path: Path | None, field: str) -> Recording:
    source = data if data is not None else path
    assert source is not None  # one of the two is always there
    try:
        seconds = measure(source).seconds
    except NotSound as error:
        refuse(
            field, f"{name} ({mime})", "a recording that can be read", f"It cannot be: {plain(error, 100)}."
        )
    if seconds <= 0:
        refuse(
            field,
            f"{name} ({mime})",
            "a recording with sound in it",
            "It has no length: was it written and closed?",
        )
    return Recording(data, path, mime, _named(name, mime), seconds)


def _named(name: str, mime: str) -> str:
    """The file's name with an ending that says what it is, which is how the server tells."""
    endings = TAKEN.get(mime, encoding.SUFFIXES.get(mime, ".bin"))
    if isinstance(endings, str):
        endings = (endings,)
    name = sendable(name) or "recording"
    return (
        name
        if PurePath(name).suffix.lower() in endings
        else f"{PurePath(name).stem or 'recording'}{endings[0]}"
    )


def _converted(source: Recording, field: str) -> Recording:
    made = encoding.encode(_decoded(source, field), "flac")
    name = f"{PurePath(source.name).stem}.flac"
    return replace(source, data=made, path=None, mime="audio/flac", name=name, converted=source.mime)


def _decoded(source: Recording, field: str) -> Sound:
    try:
        return decode(source.data or source.path or b"", mono=True)
    except NotSound as error:
        refuse(field, source.name, "a recording that can be read", f"It cannot be: {plain(error, 100)}.")


def _refuse_kind(mime: str, name: str, field: str) -> None:
    what = mime or "unknown content"
    do = "Check that it is a recording and that it was written whole."
    if mime.startswith("image/"):
        do = "This is a picture: v.chat(..., images=...) looks at it."
    elif mime.startswith("text/"):
        do = "This is text, not sound; pass the path of the recording, or its bytes."
    allowed = "a recording: WAV, FLAC, M4A, AAC, MP4, MP3, OGG or WebM"
    refuse(field, f"{sendable(name)[:60] or 'the bytes'} ({what})", allowed, do)
