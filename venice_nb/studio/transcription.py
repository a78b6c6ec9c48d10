"""Speech as text: one recording of any length, a list of them, or a folder."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack, overload

from venice_nb.calls.check import flag, integer, number, refuse
from venice_nb.calls.sound import audio as calls
from venice_nb.calls.sound.voice_choice import resolved
from venice_nb.errors import AuthenticationError, PaymentRequired, VeniceError
from venice_nb.media.encoding import SUFFIXES
from venice_nb.media.recordings import ENDINGS, Recording, is_pair, pieces, recording
from venice_nb.policy.steps import Plan, Send, Work
from venice_nb.render.progress import Bar
from venice_nb.results.sound.audio import Audio
from venice_nb.results.sound.transcript import Transcript
from venice_nb.results.sound.transcripts import Transcripts
from venice_nb.studio.together import side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import IO

    import pandas as pd
    from numpy.typing import NDArray

    from venice_nb.calls.call import Call
    from venice_nb.catalogue.names import ModelName, Resolution
    from venice_nb.client.session import Session
    from venice_nb.policy.steps import Done
    from venice_nb.results.films.video import Video

    # The path of a folder gives a table too, which its type cannot tell.
    One = str | os.PathLike[str] | bytes | IO[bytes] | Audio | Video
    Samples = NDArray[Any] | tuple[int, NDArray[Any]] | tuple[NDArray[Any], int]
    Recorded = One | bytearray | memoryview | Samples

AT_ONCE = 4  # requests under way; a minute allows 60
FILES = 1000  # recordings of one batch
KEPT = 25_000_000  # bytes of a recording that its transcript keeps for the player


class Options(TypedDict, total=False):
    """What `transcribe` takes besides the recordings."""

    model: ModelName | None
    language: str | None
    timestamps: bool
    response_format: Literal["json", "text"]
    rate: int | None
    longest: float | None
    at_once: int
    progress: bool | None
    extra_body: Mapping[str, Any] | None


@overload
def transcribe(
    session: Session, /, audio: list[Any] | tuple[One, ...] | pd.Series, **options: Unpack[Options]
) -> Plan[Transcripts]: ...


@overload
def transcribe(session: Session, /, audio: Recorded, **options: Unpack[Options]) -> Plan[Transcript]: ...


def transcribe(
    session: Session,
    /,
    audio: Any,
    *,
    model: ModelName | None = None,
    language: str | None = None,
    timestamps: bool = False,
    response_format: Literal["json", "text"] = "json",
    rate: int | None = None,
    longest: float | None = None,
    at_once: int = AT_ONCE,
    progress: bool | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Plan[Transcript | Transcripts]:
    """What is said in a recording: a `Transcript`, or a table of them for a list or a folder.

    Args:
        audio: a path, bytes, an open binary file, an `Audio`, a `Video`, or an array of samples (floats from
            -1 to 1, or whole numbers) with `rate=`, or both as a pair, as SciPy and SoundFile give them. WAV,
            FLAC, M4A, AAC, MP4, MP3, OGG and WebM are sent as they are. A list or a column of these, or the
            path of a folder, is transcribed side by side into one table, where a file that fails leaves its
            error; that of a column has its index.
        model: a transcription model, by name or out of `v.models(type="asr")`; `nvidia/parakeet-tdt-0.6b-v3`
            when left out.
        language: ISO 639-1 code such as "en"; most models find out by themselves.
        timestamps: ask for times, for `.segments`, `.words`, `.to_srt()` and `.to_vtt()`. The default model
            may leave them out; `openai/whisper-large-v3` gives them.
        response_format: "json", or "text" for an answer that is nothing but the text.
        rate: samples a second of an array.
        longest: cut recordings at silences into pieces of at most so many seconds; 10 or more. Those over
            25 MB are always cut, and the parts put together with their times.
        at_once: how many requests are under way at a time.
        progress: a bar while a list or a folder is heard; None shows one in notebooks and terminals.
        extra_body: form fields this library does not name.

    Raises InvalidInput for what is no recording, is empty, or cannot be read, before anything is sent. API
    reference: `POST /audio/transcriptions`.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> v.audio.transcribe(v.audio.speak("Hello, welcome to Venice.")).text
    'Hello, welcome to Venice.'

    """
    found = resolved(calls.LISTENER if model is None else model, session.catalogue, "asr")
    options = {
        "language": language,
        "timestamps": calls.wants_times(timestamps),
        "response_format": response_format,
        "extra_body": extra_body,
    }
    if longest is not None:
        longest = number(10, 3600)("longest", longest)
    lanes = integer(1, 16)("at_once", at_once)
    if progress is not None:
        flag("progress", progress)
    _check_options(session, found, options)
    several = _several(audio)
    if several is None:
        plan = _one(session, audio, found, options, rate=rate, longest=longest, at_once=lanes)
        session.announce_choice(found)
        session.last = transcript = yield from plan
        return transcript
    session.announce_choice(found)
    names = tuple(map(_name, several, range(len(several))))
    labels = tuple(audio.index) if _is_column(audio) else ()

    def rescue(come: dict[int, Transcript]) -> None:
        some = tuple(labels[position] for position in come) if labels else ()
        session.last = Transcripts(tuple(names[position] for position in come), tuple(come.values()), some)
        _tell_partial(session, len(come), len(several), "recordings")

    with Bar(len(several), desc="recordings", unit="recording", shown=progress) as bar:
        plans = [_later(session, each, found, options, rate=rate, longest=longest) for each in several]
        done = yield from side_by_side(plans, lanes, rescue, lambda each: _moved(bar, each))
    session.last = table = Transcripts(names, tuple(_outcomes(done)), labels)
    return table


def _moved(bar: Bar, done: Done) -> None:
    """One recording more."""
    if done.error is not None:
        bar.move(failed=1)
    else:
        bar.move(usd=done.value.cost.usd)


def _check_options(session: Session, model: Resolution, options: dict[str, Any]) -> None:
    """Refuse wrong options once, before any file is read."""
    nothing = Recording(b"", None, "audio/wav", "nothing.wav", 1.0)
    calls.transcription(nothing, catalogue=session.catalogue, model=model, tell=session.announce, **options)


def _one(
    session: Session,
    audio: Any,
    model: Resolution,
    options: dict[str, Any],
    *,
    rate: int | None,
    longest: float | None,
    at_once: int,
) -> Plan[Transcript]:
    """The plan for one recording, in as many requests as its length needs."""
    given, parts = yield Work(lambda: _read(audio, rate, longest))
    if given.converted:
        session.announce(f"The API does not take {given.converted}: it is sent as {given.name}.")
    made = [
        calls.transcription(part, catalogue=session.catalogue, model=model, **options) for _, part in parts
    ]
    if len(made) == 1:
        transcript: Transcript = yield Send(made[0])
    else:
        session.announce(f"{given.name} is sent in {len(made)} pieces, cut at silences.")
        starts = [start for start, _ in parts]

        def rescue(come: dict[int, Transcript]) -> None:
            session.last = Transcript.join(list(come.values()), [starts[position] for position in come])
            _tell_partial(session, len(come), len(made), "pieces")

        done = yield from side_by_side([_sender(call) for call in made], at_once, rescue)
        error = next((each.error for each in done if each.error is not None), None)
        if error is not None:
            if come := {at: each.value for at, each in enumerate(done) if each.error is None}:
                rescue(come)
            raise error
        transcript = Transcript.join([each.value for each in done], starts)
    if _untimed(transcript, options):
        session.announce(
            f"{transcript.model} gave no times, though asked for: .segments is all of the text in one. "
            + (f"{calls.TIMER} gives them." if transcript.model != calls.TIMER else "")
        )
    if len(made) > 1 or transcript.duration is None:
        transcript = replace(transcript, duration=given.seconds)
    return replace(transcript, source=_source(audio, given))


def _read(
    audio: Any, rate: int | None, longest: float | None
) -> tuple[Recording, list[tuple[float, Recording]]]:
    """The recording, and the pieces it is sent in with their starts in seconds."""
    given = recording(audio, "audio", rate=rate)
    return given, list(pieces(given, longest))


def _untimed(transcript: Transcript, options: dict[str, Any]) -> bool:
    """Whether times were asked for and none came."""
    return bool(options["timestamps"]) and bool(transcript.text) and not transcript.timed


def _tell_partial(session: Session, come: int, count: int, what: str) -> None:
    session.announce(f"{come} of {count} {what} were transcribed; they are in .last of the client.")


def _sender(call: Call[Transcript]) -> Callable[[], Plan[Transcript]]:
    def plan() -> Plan[Transcript]:
        transcript: Transcript = yield Send(call)
        return transcript

    return plan


def _later(
    session: Session,
    audio: Any,
    model: Resolution,
    options: dict[str, Any],
    *,
    rate: int | None,
    longest: float | None,
) -> Callable[[], Plan[Transcript]]:
    """A file of a batch: read when its turn comes, so that not all of them are in memory."""
    return lambda: _one(session, audio, model, options, rate=rate, longest=longest, at_once=1)


def _outcomes(done: list[Done]) -> list[Transcript | Exception]:
    """What came of each; what would stop all of them is raised when nothing came at all."""
    errors = [each.error for each in done if each.error is not None]
    fatal = next((each for each in errors if isinstance(each, AuthenticationError | PaymentRequired)), None)
    if len(errors) == len(done) and fatal is not None:
        raise fatal
    unexpected = next((each for each in errors if not isinstance(each, VeniceError)), None)
    if unexpected is not None:
        raise unexpected
    return [each.value if each.error is None else each.error for each in done]


def _several(audio: Any) -> list[Any] | None:
    """The recordings of a list, a column or a folder; None when it is one."""
    if (isinstance(audio, list | tuple) and not is_pair(audio)) or _is_column(audio):
        found = list(audio)
        if not found:
            refuse("audio", audio, "one recording or more", "Check the list.")
    elif isinstance(audio, str | os.PathLike) and _is_folder(audio):
        folder = Path(audio).expanduser()
        found = sorted(
            each
            for each in folder.iterdir()
            if each.suffix.lower() in ENDINGS and not each.name.startswith(".") and each.is_file()
        )
        if not found:
            allowed = f"a folder with recordings ({', '.join(sorted(ENDINGS))})"
            refuse(
                "audio", str(folder), allowed, "Check the path.", what=f"{folder.name} holds no recordings."
            )
    else:
        return None
    if len(found) > FILES:
        refuse("audio", found, f"at most {FILES} recordings", "Cut the list.")
    return found


def _is_column(audio: Any) -> bool:
    """Whether it is a column of a table, which has an index and no columns of its own."""
    index = getattr(audio, "index", None)
    return index is not None and not callable(index) and not hasattr(audio, "columns")


def _is_folder(path: Any) -> bool:
    try:
        return Path(path).expanduser().is_dir()
    except (OSError, ValueError, RuntimeError):
        return False


def _name(audio: Any, position: int) -> str:
    if isinstance(audio, str | os.PathLike):
        return Path(audio).name
    name = getattr(audio, "name", "")
    return Path(name).name if isinstance(name, str) and name else f"recording {position}"


def _source(audio: Any, given: Recording) -> Audio | None:
    """The recording for the player of the transcript, unless it is too large to keep."""
    if isinstance(audio, Audio):
        return audio
    if given.data is None or len(given.data) > KEPT:
        return None
    mime = given.mime if given.mime in SUFFIXES else "audio/wav"
    return Audio(given.data, mime, path=given.path)
