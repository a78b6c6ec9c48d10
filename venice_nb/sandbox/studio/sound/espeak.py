"""eSpeak NG through ctypes: text, voice and settings in, samples and the places of words out.

The library keeps one global state, and its flutter never starts anew: it is loaded afresh for every text
(1 ms), one text at a time, so that the same text gives the same samples.
"""

from __future__ import annotations

import ctypes as c
import sys
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .encode import Samples

SLOWEST, FASTEST = 80, 900  # words a minute
_LOCK = Lock()

# Of speak_lib.h
_RETRIEVAL_SYNCHRONOUS, _DONT_EXIT, _UTF8 = 2, 0x8000, 1
_RATE, _PITCH, _RANGE = 1, 3, 4
_WORD, _CHARACTER = 1, 1


class _Id(c.Union):
    _fields_ = (("number", c.c_int), ("name", c.c_char_p), ("string", c.c_char * 8))


class _Event(c.Structure):
    _fields_ = (
        ("type", c.c_int),
        ("unique_identifier", c.c_uint),
        ("text_position", c.c_int),  # in characters, from 1
        ("length", c.c_int),
        ("audio_position", c.c_int),  # milliseconds
        ("sample", c.c_int),
        ("user_data", c.c_void_p),
        ("id", _Id),
    )


_CALLBACK = c.CFUNCTYPE(c.c_int, c.POINTER(c.c_short), c.c_int, c.POINTER(_Event))


@cache
def available() -> bool:
    """Whether the library is installed and speaks."""
    try:
        return bool(len(synthesized("a", "en-us+m3", 200, 50, 50)[0]))
    except (ImportError, OSError, RuntimeError):
        return False


def synthesized(
    text: str, voice: str, pace: int, pitch: int, melody: int
) -> tuple[Samples, int, list[tuple[int, float]]]:
    """Mono samples, samples a second, and `(character, seconds)` where words begin.

    `voice` is a language and a timbre, as in `en-us+f3`; `pace` is in words a minute; `pitch` and `melody`
    are eSpeak NG's settings, 0 to 99. Raises RuntimeError if the library refuses.
    """
    import numpy as np  # noqa: PLC0415
    from espeakng_loader import get_data_path, get_library_path  # noqa: PLC0415

    sound: list[bytes] = []
    marks: list[tuple[int, float]] = []

    def heard(samples: Any, count: int, events: Any) -> int:
        if samples and count:
            sound.append(c.string_at(samples, count * 2))
        at = 0
        while events[at].type:
            if events[at].type == _WORD:
                marks.append((events[at].text_position - 1, events[at].sample / rate))
            at += 1
        return 0

    callback = _CALLBACK(heard)
    with _LOCK:
        library = c.CDLL(get_library_path())
        try:
            library.espeak_Synth.argtypes = [c.c_char_p, c.c_size_t, *[c.c_uint] * 4, c.c_void_p, c.c_void_p]
            rate = library.espeak_Initialize(_RETRIEVAL_SYNCHRONOUS, 0, get_data_path().encode(), _DONT_EXIT)
            if rate <= 0:
                raise RuntimeError("eSpeak NG does not start")
            library.espeak_ng_SetRandSeed(c.c_long(1))  # it starts from the time of day; breath is random
            library.espeak_SetSynthCallback(callback)
            if library.espeak_SetVoiceByName(_named(voice).encode()):
                raise RuntimeError(f"eSpeak NG has no voice {voice}")
            for setting, value in ((_RATE, pace), (_PITCH, pitch), (_RANGE, melody)):
                library.espeak_SetParameter(setting, value, 0)
            raw = text.encode("utf-8", "replace")
            if library.espeak_Synth(raw, len(raw) + 1, 0, _CHARACTER, 0, _UTF8, None, None):
                raise RuntimeError("eSpeak NG did not speak")
            library.espeak_Terminate()
        finally:
            _unload(library)
    samples = np.frombuffer(b"".join(sound), "<i2").astype(np.float32) * np.float32(1 / 32768)
    return samples, int(rate), marks


def _named(voice: str) -> str:
    """The plain name of British English is not found by name, its file is."""
    return f"gmw/{voice}" if voice.startswith("en+") else voice


def _unload(library: c.CDLL) -> None:
    import _ctypes  # noqa: PLC0415  (the public module has no way to let go of a library)

    if sys.platform == "win32":
        _ctypes.FreeLibrary(library._handle)  # noqa: SLF001
    else:
        _ctypes.dlclose(library._handle)  # noqa: SLF001
