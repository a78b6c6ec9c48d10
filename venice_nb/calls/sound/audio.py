"""Speech from text, text from speech, and voices from recordings.

API reference: `POST /audio/speech`, `POST /audio/transcriptions`, `POST /audio/voices`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from venice_nb.calls.call import Call, Safety, Timeouts
from venice_nb.calls.check import Rules, choice, fields, flag, number, refuse, shown, text
from venice_nb.calls.sound import sentences
from venice_nb.calls.sound.audio_replies import ReadClone, ReadSpeech, ReadTranscript
from venice_nb.calls.sound.voice_choice import CLONING, choose, cloning, resolved
from venice_nb.calls.talk.parameters import json_extra
from venice_nb.catalogue.prices import price_of_speech, price_of_transcription

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from venice_nb.catalogue import Catalogue, Model
    from venice_nb.catalogue.names import ModelName, Resolution
    from venice_nb.media.recordings import Recording
    from venice_nb.results.sound.audio import Audio
    from venice_nb.results.sound.transcript import Transcript
    from venice_nb.results.sound.voices import ClonedVoice

    Tell = Callable[[str | None], None]

FORMATS = ("mp3", "opus", "aac", "flac", "wav", "pcm")
USUAL = "mp3"  # what the API answers in where nothing is said
LISTENER = "nvidia/parakeet-tdt-0.6b-v3"
TIMER = "openai/whisper-large-v3"  # gives the times it is asked for
SHORTEST = 5.0  # seconds of a recording that a voice is made from
STYLE = 500  # characters of a style prompt
SPEED = (0.25, 4.0)

_SPEECH: Rules = {
    "speed": number(*SPEED),
    "language": text(blank=False, longest=32),
    "prompt": text(blank=False, longest=STYLE),
    "temperature": number(0, 2),
    "top_p": number(0, 1),
    "streaming": flag,
}
_SUBTITLES = (
    "Leave it out and pass timestamps=True: the transcript has .to_srt(), .to_vtt(), .segments and .words."
)
_reply_format = choice(
    "json", "text", fixes=dict.fromkeys(("srt", "vtt", "verbose_json", "subtitles"), _SUBTITLES)
)
_FLAGS = {
    "prompt": "supportsPromptParam",
    "temperature": "supportsTemperatureParam",
    "top_p": "supportsTopPParam",
}
_CODE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_CODES = {
    "english": "en", "german": "de", "french": "fr", "spanish": "es", "italian": "it", "portuguese": "pt",
    "dutch": "nl", "japanese": "ja", "chinese": "zh", "korean": "ko", "russian": "ru", "hindi": "hi",
    "arabic": "ar", "polish": "pl", "turkish": "tr", "ukrainian": "uk", "swedish": "sv",
}  # fmt: skip
_CLONED_FROM = frozenset({"audio/mpeg", "audio/wav", "audio/flac", "audio/mp4"})
_MIMES = {"mp3": "audio/mpeg", "wav": "audio/wav", "flac": "audio/flac", "m4a": "audio/mp4"}


def nobody(_: str | None) -> None:
    """Tell nobody."""


def speech(
    input: str,  # noqa: A002  the API's own name
    *,
    catalogue: Catalogue,
    model: ModelName | Resolution | None = None,
    voice: Any = None,
    response_format: str | None = None,
    extra_body: Mapping[str, Any] | None = None,
    tell: Tell = nobody,
    **parameters: Any,
) -> Call[Audio]:
    """The call that speaks up to 4,096 characters; `sentences.split` cuts longer texts.

    Args:
        input: what is said.
        catalogue: the models, for their voices, formats and prices.
        model: a speech model's id or alias, or its resolution; else the voice's own, else `tts-kokoro`.
        voice: a voice of the model, by name or as an object; else the model's default.
        response_format: mp3, opus, aac, flac, wav or pcm, as far as the model has it; else mp3, or the
            model's default where it makes no mp3, which is said.
        extra_body: fields this library does not know; sent as they are.
        tell: called with a sentence for what the model will change or ignore.
        parameters: speed, language, prompt, temperature, top_p, streaming.

    Raises InvalidInput for what the server would refuse.

    """
    said = check_input(input)
    if sentences.length(said) > sentences.LONGEST:
        what = f"text has {sentences.length(said)} characters; one request takes {sentences.LONGEST}."
        do = "Cut it: v.audio.speak does, and joins the sound."
        refuse("text", said, f"at most {sentences.LONGEST} characters", do, what=what)
    found, name = choose(model, voice, catalogue)
    given = fields(_SPEECH, parameters)
    wanted = settled_format(response_format, found.model, tell)
    if wanted is not None:
        given["response_format"] = wanted
    streamed = given.pop("streaming", False)
    if found.model is not None:
        _check_taken(found.model, given, catalogue, tell)
    body = {"model": found.id, "input": said, "voice": name, **given}
    if streamed:
        body["streaming"] = True
    if extra_body:
        body |= {key: each for key, each in json_extra("extra_body", extra_body).items() if each is not None}
    price = price_of_speech(found.model, len(said)) if found.model is not None else None
    return Call(
        operation="createSpeech",
        method="POST",
        path="/audio/speech",
        body=body,
        read=ReadSpeech(said, found.id, name, given.get("response_format"), price),
        accept="audio/*, application/json",
        safety=Safety.INFER,
        timeouts=Timeouts(read=120.0, total=300.0, first=120.0),
        model=found.id,
        family="tts",
        price=price,
        units=(len(said), "characters"),
        paid=True,
        pieces=streamed,
    )


def check_input(value: Any) -> str:
    """The text to speak, if there is anything to say in it."""
    said = str(text(blank=False)("text", value))
    if not sentences.audible(said):
        do = "Write words: signs and emoji have no sound of their own."
        refuse("text", value, "a text with letters or numbers", do, what="text has nothing to say.")
    return said


def check_format(value: Any, model: Model | None) -> str:
    """The format, if the model has it."""
    known = str(choice(*FORMATS)("response_format", value))
    if model is not None and model.formats and known not in model.formats:
        own = usual_format(model)
        do = f"Leave it out for {own}; .convert({known!r}) of the result changes it on this machine."
        what = f"{model.id} does not make {known}."
        refuse("response_format", value, " or ".join(model.formats), do, what=what)
    return known


def settled_format(value: Any, model: Model | None, tell: Tell) -> str | None:
    """The format to ask for: the one that was named; else none, or the model's own where it makes no mp3."""
    if value is not None:
        return check_format(value, model)
    if model is None or not model.formats or USUAL in model.formats:
        return None
    own = usual_format(model)
    tell(f"{model.id} makes no {USUAL}: the sound comes as {own}.")
    return own


def usual_format(model: Model) -> str:
    """The format a model answers in where none is asked for."""
    return str(model.raw.get("model_spec", {}).get("default_format") or model.formats[0])


def takes(model: Model, parameter: str) -> bool | None:
    """Whether a speech model heeds a parameter; None when the catalogue does not say."""
    accepted = model.constraints.get("accepts")
    if isinstance(accepted, list):
        return parameter in accepted
    spec = model.raw.get("model_spec", {})
    said = spec.get(
        _FLAGS.get(parameter, ""), (spec.get("capabilities") or {}).get(_FLAGS.get(parameter, ""))
    )
    return said if isinstance(said, bool) else None


def _check_taken(model: Model, given: dict[str, Any], catalogue: Catalogue, tell: Tell) -> None:
    """Refuse a style the model would ignore; tell of what else it ignores or changes."""
    if "prompt" in given and takes(model, "prompt") is False:
        able = [each.id for each in catalogue.of_type("tts") if takes(each, "prompt")]
        do = f"Leave it out, or take {' or '.join(able)}." if able else "Leave it out."
        what = f"{model.id} has no style prompt and would ignore it."
        refuse("prompt", given["prompt"], f"absent for {model.id}", do, what=what)
    for name in ("language", "temperature", "top_p"):
        if name in given and takes(model, name) is False:
            tell(f"{model.id} ignores {name}.")
    if "speed" not in given or given["speed"] == 1:
        return
    told = {**model.raw.get("model_spec", {}), **model.constraints}
    low, high = told.get("min_speed"), told.get("max_speed")
    if takes(model, "speed") is False:
        tell(f"{model.id} ignores speed.")
    elif isinstance(low, int | float) and isinstance(high, int | float) and not low <= given["speed"] <= high:
        tell(f"{model.id} speaks {low:g} to {high:g} times as fast; {given['speed']:g} is beyond that.")


def transcription(
    file: Recording,
    *,
    catalogue: Catalogue,
    model: ModelName | Resolution | None = None,
    language: str | None = None,
    timestamps: bool = False,
    response_format: str = "json",
    extra_body: Mapping[str, Any] | None = None,
    tell: Tell = nobody,
) -> Call[Transcript]:
    """The call that writes down what is said in a recording that one request carries.

    Args:
        file: the recording, out of `media.recordings.pieces`.
        catalogue: the models, for their prices.
        model: a transcription model's id or alias, or its resolution.
        language: ISO 639-1 code such as `en`; some models need it, others find out.
        timestamps: ask for times.
        response_format: json, or text for nothing but the text.
        extra_body: form fields this library does not know; sent as text.
        tell: called with a sentence when the model may leave the times out.

    Raises InvalidInput for what the server would refuse.

    """
    found = resolved(LISTENER if model is None else model, catalogue, "asr")
    wanted = wants_times(timestamps)
    form: dict[str, Any] = {
        "model": found.id,
        "response_format": _reply_format("response_format", response_format),
    }
    if wanted and form["response_format"] == "text":
        do = "Leave response_format out: the text is in .text either way."
        refuse(
            "response_format",
            "text",
            "json, where timestamps=True",
            do,
            what="Plain text has no room for times.",
        )
    if wanted:
        form["timestamps"] = "true"
        given = found.model.constraints.get("timestamps") if found.model is not None else None
        if found.model is not None and not given and found.id != TIMER:
            tell(f"{found.id} may leave the times out; {TIMER} gives them.")
    if language is not None:
        form["language"] = _language(language)
    form |= _extra_form(extra_body)
    form["file"] = (file.name, file.data or b"", file.mime)
    price = price_of_transcription(found.model, file.seconds) if found.model is not None else None
    return Call(
        operation="createTranscription",
        method="POST",
        path="/audio/transcriptions",
        form=form,
        read=ReadTranscript(catalogue, found.id, file.seconds, form.get("language", ""), wanted),
        accept="application/json, text/plain",
        safety=Safety.INFER,
        timeouts=Timeouts(read=300.0, total=600.0),
        model=found.id,
        family="asr",
        price=price,
        paid=True,
    )


def cloned_voice(
    sample: Recording,
    *,
    catalogue: Catalogue,
    model: ModelName | Resolution | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Call[ClonedVoice]:
    """The call that makes a voice from a recording of at least five seconds.

    Args:
        sample: clean speech of one person, in a type out of `sample_types`.
        catalogue: the models, for what each wants of a recording.
        model: the model that will speak; `tts-chatterbox-hd` unless your account may use another.
        extra_body: form fields this library does not know; sent as text.

    Raises InvalidInput for what the server would refuse.

    """
    found = resolved(CLONING if model is None else model, catalogue)
    asks = cloning(found.model)
    if found.model is not None and asks is None:
        able = ", ".join(each.id for each in catalogue.of_type("tts") if cloning(each))
        what = f"{found.id} has no cloned voices."
        refuse("model", found.id, able, f"Take {able}.", what=what)
    least = float((asks or {}).get("min_sample_seconds") or SHORTEST)
    if sample.seconds < least:
        what = f"sample is {sample.seconds:.1f} seconds long; a voice needs {least:g}."
        refuse("sample", sample.name, f"{least:g} seconds of speech or more", "Record more.", what=what)
    days = int((asks or {}).get("retention_days") or 7)
    form = {
        "model": found.id,
        **_extra_form(extra_body),
        "file": (sample.name, sample.data or b"", sample.mime),
    }
    return Call(
        operation="createClonedVoice",
        method="POST",
        path="/audio/voices",
        form=form,
        read=ReadClone(found.id, sample.name, days),
        safety=Safety.MAKE,
        timeouts=Timeouts(read=120.0, total=300.0),
        model=found.id,
        family="tts",
        paid=True,
    )


def sample_types(model: Model | None) -> frozenset[str]:
    """The types of recordings that a model makes voices from."""
    named = (cloning(model) or {}).get("accepted_formats") or ()
    return frozenset(_MIMES[name] for name in named if name in _MIMES) or _CLONED_FROM


def wants_times(value: Any) -> bool:
    """Whether times are asked for: a flag, or as the form spells it, "true" or "false"."""
    spelled = {"true": True, "false": False}
    return flag("timestamps", spelled.get(value, value) if isinstance(value, str) else value)


def _language(value: Any) -> str:
    given = str(text(blank=False, longest=40)("language", value)).strip()
    if not _CODE.fullmatch(given):
        code = _CODES.get(given.lower())
        do = f"Pass {code!r}." if code else "Pass a code such as 'en', or leave it out."
        refuse("language", value, "an ISO 639-1 code such as 'en'", do)
    return given


def _extra_form(extra: Mapping[str, Any] | None) -> dict[str, str]:
    """`extra_body` as fields of a form: texts, and true and false as the API spells them."""
    if not extra:
        return {}
    checked = json_extra("extra_body", extra)
    for name in ("file", "timestamps", "response_format", "language"):
        if name in checked:
            refuse(
                f"extra_body.{name}", shown(checked[name]), "an argument of its own", f"Pass {name}= instead."
            )
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in checked.items()
        if value is not None
    }
