"""The voices there are, and a voice made from a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import refuse
from venice_nb.calls.sound import audio as calls
from venice_nb.calls.sound.voice_choice import CLONING, resolved
from venice_nb.media.recordings import as_type, recording
from venice_nb.policy.steps import Plan, Send, Work
from venice_nb.results.sound.voices import Voice, VoiceTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.catalogue import Model
    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session
    from venice_nb.media.recordings import Recording
    from venice_nb.results.sound.voices import ClonedVoice

# What the first two letters of a Kokoro voice say.
_LANGUAGES = {
    "a": "American English",
    "b": "British English",
    "e": "Spanish",
    "f": "French",
    "h": "Hindi",
    "i": "Italian",
    "j": "Japanese",
    "p": "Portuguese",
    "z": "Chinese",
}
_GENDERS = {"f": "female", "m": "male"}
_TOLD = {"woman": "female", "girl": "female", "man": "male", "guy": "male"}  # how MiniMax's voices end


def voices(
    session: Session,
    /,
    model: ModelName | None = None,
    *,
    language: str | None = None,
    gender: str | None = None,
) -> Plan[VoiceTable]:
    """The voices of all speech models as a table: voice, model, language, gender, default, price.

    Args:
        model: only those of one model.
        language: only those of a language, such as "French" or "English"; most voices do not tell theirs.
        gender: "female" or "male"; most voices do not tell.

    Nothing is sent: the list is the client's own, which `v.models(type="tts")` brings up to date. Language
    and gender are known where the name tells: `bf_emma` of `tts-kokoro` is British and female.

    >>> import venice_nb as vn
    >>> vn.Venice.sandbox().audio.voices(language="French").ids
    ['ff_siwis']

    """
    speakers = session.catalogue.of_type("tts")
    if model is not None:
        found = resolved(model, session.catalogue)
        if found.model is None:
            allowed = ", ".join(each.id for each in speakers)
            refuse("model", found.id, allowed, "v.models(type='tts') lists the speech models.")
        session.announce_choice(found)
        speakers = (found.model,)
    if gender is not None and gender not in _GENDERS.values():
        refuse("gender", gender, "'female' or 'male'", "Pass 'female' or 'male', or leave it out.")
    listed = [voice for each in speakers for voice in voices_of(each)]
    if language is not None:
        named = sorted(set(_LANGUAGES.values()))
        wanted = language.strip().lower() if isinstance(language, str) else ""
        if not wanted or not any(wanted in name.lower() for name in named):
            refuse("language", language, ", ".join(named), "Pass one of these, or a part of it.")
        listed = [voice for voice in listed if wanted in voice.language.lower()]
    kept = tuple(voice for voice in listed if gender in {None, voice.gender})
    yield from ()  # a plan, like every other, though it asks for nothing
    return VoiceTable(kept, session.catalogue.date, headers=session.catalogue.headers)


def voices_of(model: Model) -> list[Voice]:
    """The voices of one model, with what their names tell."""
    listed = []
    for name in model.voices:
        language, gender = _kokoro(name) if model.id == "tts-kokoro" else ("", _by_ending(name))
        usual = name == model.default_voice
        listed.append(Voice(name, model.id, language, gender, default=usual, price=model.price.input))
    return listed


def clone_voice(
    session: Session,
    /,
    sample: Any,
    *,
    model: ModelName | None = None,
    rate: int | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Plan[ClonedVoice]:
    """A voice made from a recording; it speaks for 7 days: `v.audio.speak("Hi", voice=mine)`.

    Args:
        sample: at least 5 seconds of clean speech of one person who agreed: a path, bytes, an open file, an
            `Audio`, or an array of samples with `rate=`. Types the model does not take are sent as WAV.
        model: the model that will speak, which cannot be changed later; `tts-chatterbox-hd` unless your
            account may use another.
        rate: samples a second of an array.
        extra_body: form fields this library does not name.

    Raises InvalidInput for a recording that is too short, too large or none. API reference:
    `POST /audio/voices`.

    >>> import numpy as np, venice_nb as vn
    >>> hum = np.sin(np.arange(6 * 16_000) / 20)
    >>> vn.Venice.sandbox().audio.clone_voice(hum, rate=16_000).model
    'tts-chatterbox-hd'

    """
    found = resolved(CLONING if model is None else model, session.catalogue)
    types = calls.sample_types(found.model)
    given: Recording = yield Work(lambda: as_type(recording(sample, "sample", rate=rate), types, "sample"))
    if not given.whole:
        do = "Cut out the best half minute: that is enough for a voice."
        refuse("sample", given.name, "at most 25 MB", do, what="sample is larger than 25 MB.")
    if given.converted:
        session.announce(f"{found.id} makes no voices from {given.converted}; the sample is sent as WAV.")
    call = calls.cloned_voice(given, catalogue=session.catalogue, model=found, extra_body=extra_body)
    session.announce_choice(found)
    voice: ClonedVoice = yield Send(call)
    session.last = voice
    return voice


def _kokoro(name: str) -> tuple[str, str]:
    head = name.partition("_")[0]
    if len(head) != 2 or "_" not in name:
        return "", ""
    return _LANGUAGES.get(head[0], ""), _GENDERS.get(head[1], "")


def _by_ending(name: str) -> str:
    return next((gender for ending, gender in _TOLD.items() if name.lower().endswith(ending)), "")
