"""Text to speech, speech to text and cloned voices: the three routes of /audio that answer at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from venice_nb.sandbox import limits, money
from venice_nb.sandbox.choose import choose
from venice_nb.sandbox.exchange import Pause, Refusal, Response, json_response
from venice_nb.sandbox.schema import refused
from venice_nb.sandbox.studio.sound.encode import CODECS, container, decode, encode, stream
from venice_nb.sandbox.studio.sound.hear import SILENT, pitch, recipe
from venice_nb.sandbox.studio.sound.speakers import LANGUAGES, Speaker, cloned, directed, language_of, speaker
from venice_nb.sandbox.studio.sound.voice import Speech, engine, joined, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from venice_nb.sandbox.ask import Ask
    from venice_nb.sandbox.exchange import Piece
    from venice_nb.sandbox.forms import Upload
    from venice_nb.sandbox.state import State
    from venice_nb.sandbox.studio.sound.hear import Transcript

RATES = {"tts-gradium-v1": 48_000}  # samples a second
RATE = 24_000  # of the others
SPEEDS = {  # what faster or slower is clamped to
    "tts-xai-v1": (0.7, 1.5),
    "tts-elevenlabs-turbo-v2-5": (0.7, 1.2),
    "tts-minimax-speech-02-hd": (0.5, 2.0),
}
# Fields that other models ignore.
PROMPTED = ("tts-qwen3-0-6b", "tts-qwen3-1-7b", "tts-gemini-3-1-flash")
WARM = (*PROMPTED, "tts-orpheus", "tts-chatterbox-hd")
TOLD = (*PROMPTED, "tts-xai-v1", "tts-elevenlabs-turbo-v2-5", "tts-minimax-speech-02-hd")
CUSTOM_ID = re.compile(r"[A-Za-z0-9]{20}")  # a provider's own voice id
HASTE = 0.1  # in real time, a second of streamed speech takes so long

# Transcription models -> the timestamps they return. Whisper and its kin know which languages they take.
STAMPS = {
    "nvidia/parakeet-tdt-0.6b-v3": ("word", "segment"),
    "openai/whisper-large-v3": ("word", "segment"),
    "fal-ai/wizper": ("segment",),
    "elevenlabs/scribe-v2": ("word",),
    "stt-xai-v1": ("word",),
}
MAY_LACK_STAMPS = "nvidia/parakeet-tdt-0.6b-v3"
HINTED = ("openai/whisper-large-v3", "fal-ai/wizper")
ENDINGS = ("wav", "wave", "flac", "m4a", "aac", "mp4", "mp3", "ogg", "oga", "webm")
CONTAINERS = {"wav", "flac", "mov", "aac", "mp3", "ogg", "matroska"}  # in libav's names, the first of each

GATED = "tts-minimax-speech-02-hd"


@dataclass(frozen=True, slots=True)
class ClonedVoice:
    """A voice made from a sample: its model, when it is deleted, and how it sounds."""

    model: str
    expires: float  # Unix time
    speaker: Speaker


def speech(ask: Ask) -> Response:
    """POST /audio/speech: the text spoken, as one file or sentence by sentence."""
    body, state = ask.body, ask.state
    model = _named(ask, "tts")
    spec = model["model_spec"]
    text: str = body["input"]
    fmt = body.get("response_format") or spec["default_format"]
    if fmt not in spec["supported_formats"]:
        formats = ", ".join(spec["supported_formats"])
        message = (
            f'response_format "{fmt}" is not supported by model "{model["id"]}". Supported formats: {formats}'
        )
        raise refused(["response_format"], message, message)
    who = _directed(ask, _speaker(ask, model), model["id"])
    if not text.strip():
        raise refused(["input"], "Input has nothing to say")
    money.check_funds(state, ask.caller)
    ask.headers |= limits.admit(state, ask.caller, model)
    low, high = SPEEDS.get(model["id"], (0.25, 4.0))
    speed = float(min(high, max(low, body.get("speed", 1))))
    language = language_of(text, who, body.get("language", "") if model["id"] in TOLD else "")
    rate = RATES.get(model["id"], RATE)
    sentences = spoken(text, who, rate=rate, speed=speed, language=language)
    tags = {"title": "SANDBOX speech", "artist": f"venice_nb sandbox: {model['id']}"}
    tags["comment"] = recipe(who, language, speed, text)
    headers = {"content-type": CODECS[fmt].mime, "x-venice-sandbox-speech": engine()}
    money.settle(ask, f"{model['id']}-speech", len(text), len(text) * spec["pricing"]["input"]["usd"] / 1e6)
    if body.get("streaming"):
        return Response(200, headers, _streamed(state, text, sentences, fmt, tags))
    whole = joined(text, list(sentences))
    data = encode(whole.samples, rate, fmt, tags=tags)
    state.heard.remember(whole, data)
    return Response(200, headers, data)


def _named(ask: Ask, kind: str) -> dict[str, Any]:
    """The model; production insists on the field, although the specification gives it a default."""
    if "model" not in ask.body:
        raise refused(["model"], "Required", "model is required")
    return choose(ask, ask.body["model"], kind)


def _speaker(ask: Ask, model: dict[str, Any]) -> Speaker:
    """Who speaks: a voice of the model, a cloned one, or where the model allows it a provider's own id."""
    spec = model["model_spec"]
    voice: str = ask.body.get("voice") or spec["default_voice"]
    if voice in spec["voices"]:
        return speaker(model["id"], voice, spec["voices"])
    own = ask.state.voices.get(voice)
    if own and own.model == model["id"] and own.expires > ask.now:
        return own.speaker
    if spec["supports_custom_voice_id"] and CUSTOM_ID.fullmatch(voice):
        return speaker(model["id"], voice, spec["voices"])
    message = f'Voice "{voice}" is not supported by model "{model["id"]}".'
    if voice.startswith("vv_"):
        why = (
            "It was cloned for another model."
            if own and own.expires > ask.now
            else "It is unknown or expired."
        )
        raise refused(["voice"], f"{message} {why}", f"{message} {why}")
    message += f" Supported voices: {', '.join(spec['voices'])}"
    raise refused(["voice"], message, message)


def _directed(ask: Ask, who: Speaker, model: str) -> Speaker:
    prompt = ask.body.get("prompt", "") if model in PROMPTED else ""
    return directed(who, prompt, ask.body.get("temperature") if model in WARM else None)


def _streamed(
    state: State, text: str, sentences: Iterator[Speech], fmt: str, tags: dict[str, str]
) -> Iterator[Piece]:
    said: list[Speech] = []
    first = next(sentences)

    def sounds() -> Iterator[Any]:
        for sentence in chain([first], sentences):
            said.append(sentence)
            yield sentence.samples

    try:
        for data in stream(sounds(), first.rate, fmt, tags=tags):
            if state.real_time and said:
                yield Pause(HASTE * len(said[-1].samples) / said[-1].rate)
            yield data
    finally:  # also when the client hangs up: what it has, it may have transcribed
        if said:
            state.heard.remember(joined(text, said))


def transcription(ask: Ask) -> Response:
    """POST /audio/transcriptions: what was said, if this sandbox said it, else what the signal is like."""
    body, state = ask.body, ask.state
    model = _named(ask, "asr")
    file = _file(ask)
    ending = file.filename.rpartition(".")[2].lower() if "." in file.filename else ""
    kind = container(file).partition(",")[0]
    if (ending and ending not in ENDINGS) or (kind and kind not in CONTAINERS):
        formats = ", ".join(ENDINGS).upper()
        strange = ending if ending and ending not in ENDINGS else kind
        message = f"Unsupported audio format: {strange}. Supported formats: {formats}"
        raise Refusal(400, {"error": message, "code": "INVALID_AUDIO_FORMAT"})
    money.check_funds(state, ask.caller)
    ask.headers |= limits.admit(state, ask.caller, model)
    language = body.get("language", "")
    if language and model["id"] in HINTED and language.lower() not in spoken_languages():
        raise _unheard(f"language {language} is not supported")
    try:
        heard = state.heard.listen(bytes(file))
    except ValueError as error:
        raise _unheard(str(error)) from None
    price = heard.seconds * model["model_spec"]["pricing"]["per_audio_second"]["usd"]
    money.settle(ask, f"{model['id']}-transcription", heard.seconds, price)
    if body.get("response_format") == "text":
        return Response(200, {"content-type": "text/plain; charset=utf-8"}, heard.text.encode())
    reply: dict[str, Any] = {"text": heard.text, "duration": round(heard.seconds, 3)}
    if body.get("timestamps") and (state.asr_timestamps or model["id"] != MAY_LACK_STAMPS):
        reply["timestamps"] = _stamps(heard, STAMPS[model["id"]])
    return json_response(reply)


def spoken_languages() -> frozenset[str]:
    """The ISO 639-1 codes that a language hint may have."""
    return frozenset(code for code in LANGUAGES if len(code) == 2)


def _unheard(why: str) -> Refusal:
    message = f"Audio could not be transcribed: {why}"
    return Refusal(422, {"error": message, "code": "ASR_UPSTREAM_VALIDATION_FAILED"})


def _stamps(heard: Transcript, kinds: tuple[str, ...]) -> dict[str, Any]:
    pieces = {"word": heard.words, "segment": heard.segments}
    names = {"word": "word", "segment": "text"}
    return {
        kind: [
            {names[kind]: piece.text, "start": round(piece.start, 3), "end": round(piece.end, 3)}
            for piece in pieces[kind]
        ]
        for kind in kinds
    }


def _file(ask: Ask) -> Upload:
    file: Upload | None = ask.body.get("file")
    if file is None:
        raise refused(["file"], "Required", "No audio file provided")
    return file


def clone(ask: Ask) -> Response:
    """POST /audio/voices: a voice as high or low as the sample's, for a week."""
    body, state = ask.body, ask.state
    model = choose(ask, body.get("model", "tts-chatterbox-hd"), "tts")
    file = _file(ask)
    if model["id"] == GATED:
        raise Refusal(403, f"Voice cloning with {model['id']} is not enabled for this account")
    terms = model["model_spec"]["voice_cloning"]
    kind = container(file)
    names = set(kind.split(","))
    if kind and not names & set(terms["accepted_formats"]):
        formats = ", ".join(terms["accepted_formats"])
        message = f"Unsupported audio format: {kind.partition(',')[0]}. Supported formats: {formats}"
        raise refused(["file"], message, message)
    try:
        samples, rate, _ = decode(bytes(file), rate=RATE)
    except ValueError as error:
        raise refused(["file"], f"The sample {error}", "The voice sample cannot be read") from None
    least, seconds = terms["min_sample_seconds"], len(samples) / rate
    if seconds < least or abs(samples).max() < SILENT:
        found = f"has {seconds:.1f} seconds" if seconds < least else "is silent"
        message = f"The voice sample {found}; it needs at least {least} seconds of speech"
        raise refused(["file"], message, message)
    money.check_funds(state, ask.caller)
    ask.headers |= limits.admit(state, ask.caller, model)
    handle = f"vv_{ask.id}{state.digest(f'voice {ask.id}', 4)}"
    expires = ask.now + terms["retention_days"] * 86400
    with state.lock:
        state.voices[handle] = ClonedVoice(model["id"], expires, cloned(pitch(samples[:, 0], rate) or 150.0))
    return json_response({"id": handle, "model": model["id"]})
