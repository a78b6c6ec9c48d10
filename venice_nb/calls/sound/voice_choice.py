"""Which model speaks with which voice. Voices belong to models, and their names are case-sensitive."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import closest, refuse, shown, text
from venice_nb.catalogue.names import Resolution, name_of
from venice_nb.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from venice_nb.catalogue import Catalogue, Model
    from venice_nb.catalogue.names import ModelName

MODEL = "tts-kokoro"
CLONING = "tts-chatterbox-hd"  # the model whose cloned voices anybody can have
HANDLE = "vv_"
_CUSTOM = re.compile(r"[A-Za-z0-9]{16,64}")  # an id of the provider's own voices
_voice = text(blank=False, longest=512)
_name = text(blank=False, longest=1000)


def choose(model: ModelName | Resolution | None, voice: Any, catalogue: Catalogue) -> tuple[Resolution, str]:
    """The model and the voice to send; both are always sent, because the server's defaults do not fit.

    A voice alone chooses its model, and the resolution's note says so. Raises InvalidInput for a voice that
    the model does not have, naming the voice that was probably meant or the model it belongs to.
    """
    handle, of = _given(voice)
    if model is None and of:
        model = of
    if model is None:
        return _by_voice(handle, catalogue)
    found = resolved(model, catalogue)
    if of and of != found.id:
        _refuse_bound(handle, of, found.id)
    if found.model is None:
        if handle is None:
            do = "Pass voice=; v.audio.voices() lists those that are known here."
            what = f"{found.id} is not known here, so its default voice is not either."
            refuse("voice", None, "the name of one of its voices", do, what=what)
        return found, handle
    if handle is None:
        return found, default_voice(found.model)
    check(found.model, handle, catalogue)
    return found, handle


def resolved(model: ModelName | Resolution, catalogue: Catalogue, kind: str = "tts") -> Resolution:
    """The model of a name; one of another type is refused."""
    if not isinstance(model, Resolution):
        model = catalogue.resolve(_name("model", name_of(model)), type=kind)
    other = catalogue.get(model.id) if model.model is None else None
    if other is not None:
        use = {"tts": "speech", "asr": "transcription"}[kind]
        able = ", ".join(each.id for each in catalogue.of_type(kind)[:4])
        what = f"{model.id} is a model of type {other.type}."
        refuse(
            "model", model.id, f"a model for {use}", f"Take one of type {kind}, such as {able}.", what=what
        )
    return model


def default_voice(model: Model) -> str:
    """The voice of a model where none is named."""
    return model.default_voice or (model.voices[0] if model.voices else "")


def check(model: Model, voice: str, catalogue: Catalogue) -> None:
    """Refuse a voice the model does not have."""
    if voice in model.voices or not model.voices:
        return
    if voice.startswith(HANDLE):
        if cloning(model) is None:
            able = [each.id for each in catalogue.of_type("tts") if cloning(each)]
            do = f"Leave model= out, or take the one the voice was made for: {' or '.join(able)}."
            refuse("voice", voice, "one of its own voices", do, what=f"{model.id} has no cloned voices.")
        return
    owners = [each.id for each in catalogue.of_type("tts") if voice in each.voices]
    near = _same_letters(voice, model.voices)
    custom = model.raw.get("model_spec", {}).get("supports_custom_voice_id") is True
    if custom and not owners and near is None and _CUSTOM.fullmatch(voice):
        return
    if near is not None:
        do = f"Did you mean {near!r}? Case counts."
    elif owners:
        way = "leave model= out" if len(owners) == 1 else f"pass model={owners[0]!r}"
        do = f"{voice} belongs to {' and '.join(owners)}: {way}, or take another voice."
    elif guess := closest(voice, model.voices):
        do = f"Did you mean {guess!r}?"
    else:
        do = f"v.audio.voices(model={model.id!r}) lists them; {default_voice(model)} is the default."
    known = ", ".join(model.voices[:12]) + (f" and {len(model.voices) - 12} more" * (len(model.voices) > 12))
    refuse("voice", voice, known, do, what=f"{model.id} has no voice {shown(voice)}.")


def cloning(model: Model | None) -> Mapping[str, Any] | None:
    """What a model says of the recordings it makes voices from; None for models without cloned voices."""
    if model is None:
        return None
    said = model.raw.get("model_spec", {}).get("voice_cloning")
    if said is None and model.id == "tts-minimax-speech-02-hd":
        return {"accepted_formats": ["mp3", "wav"]}  # told in the specification alone; for some accounts only
    return said if isinstance(said, dict) else None


def _given(voice: Any) -> tuple[str | None, str]:
    """The name of the voice, and the model it is bound to where the object says so."""
    if voice is None:
        return None, ""
    if isinstance(voice, str):
        return str(_voice("voice", voice)), ""
    name, of = getattr(voice, "id", None), getattr(voice, "model", None)
    if isinstance(name, str) and isinstance(of, str):
        return str(_voice("voice", name)), of
    return refuse("voice", voice, "a name, or a voice out of v.audio.voices()", "Pass its name as a text.")


def _by_voice(voice: str | None, catalogue: Catalogue) -> tuple[Resolution, str]:
    if voice is None:
        usual = resolved(MODEL, catalogue)
        return usual, default_voice(usual.model) if usual.model is not None else "af_sky"
    if voice.startswith(HANDLE):
        return resolved(CLONING, catalogue), voice
    speakers = catalogue.of_type("tts")
    owners = [each for each in speakers if voice in each.voices]
    if len(owners) == 1:
        note = None if owners[0].id == MODEL else f"The voice {voice} belongs to {owners[0].id}; using that."
        return Resolution(owners[0], owners[0].id, note=note), voice
    if owners:
        names = [each.id for each in owners]
        raise InvalidInput(
            f"{len(names)} models have a voice called {voice}.",
            field="model",
            value=None,
            allowed=", ".join(names),
            do=f"Say which: model={names[0]!r}.",
        )
    names = [name for each in speakers for name in each.voices]
    guess = _same_letters(voice, names) or closest(voice, names)
    owner = next((each.id for each in speakers if guess in each.voices), "")
    do = f"Did you mean {guess!r} of {owner}? Case counts." if guess else "v.audio.voices() lists them all."
    return refuse(
        "voice",
        voice,
        "a voice of one of the speech models",
        do,
        what=f"No model has a voice {shown(voice)}.",
    )


def _same_letters(voice: str, names: Sequence[str]) -> str | None:
    return next((name for name in names if name.lower() == voice.lower()), None)


def _refuse_bound(voice: str | None, of: str, other: str) -> None:
    do = f"Leave model= out, or take a voice of {other}."
    refuse("voice", voice, f"a voice of {other}", do, what=f"The voice {shown(voice)} belongs to {of}.")
