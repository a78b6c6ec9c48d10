"""Text as speech: one reading, a dialogue of several voices, or a stream of sound as it is made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from venice_nb.calls.check import integer, number, refuse
from venice_nb.calls.sound import audio as calls
from venice_nb.calls.sound import sentences
from venice_nb.calls.sound.voice_choice import choose
from venice_nb.errors import InvalidInput, StreamFailure
from venice_nb.policy.steps import Open, Plan, Send
from venice_nb.results.sound.audio import Audio
from venice_nb.studio.joining import Line, read_aloud
from venice_nb.studio.keeping import keep
from venice_nb.studio.listening import Listening, wants_show

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from venice_nb.calls.call import Call
    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session
    from venice_nb.client.streams import ReplyStream
    from venice_nb.results.sound.voices import ClonedVoice, Voice

Format = Literal["mp3", "opus", "aac", "flac", "wav", "pcm"]

AT_ONCE = 4  # requests under way for one reading; a minute allows 60
TURNS = 500  # lines of a dialogue
LONGEST_PAUSE = 10.0  # seconds


def speak(
    session: Session,
    /,
    text: str,
    *,
    model: ModelName | None = None,
    voice: str | Voice | ClonedVoice | None = None,
    response_format: Format | None = None,
    speed: float | None = None,
    language: str | None = None,
    prompt: str | None = None,
    temperature: float | None = None,
    top_p: float | None = None,
    streaming: bool = False,
    at_once: int = AT_ONCE,
    show: bool | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Plan[Audio]:
    """Text as speech: a player in the notebook, an array for NumPy, a file on disk.

    Args:
        text: what is said. More than 4,096 characters are cut between sentences, spoken in several requests
            and joined into one file.
        model: a speech model, by name or out of `v.models`; else the voice's own, else `tts-kokoro`.
        voice: a voice of the model, by name or out of `v.audio.voices()`, or a cloned one; else the model's
            default. Case counts.
        response_format: mp3, opus, aac, flac, wav or pcm, as far as the model has it; else mp3, or the
            model's default where it makes no mp3, which is said.
        speed: 0.25 to 4 times the usual speed.
        language: as the model spells it: `English` for some, `en` for others; most find out by themselves.
        prompt: how it is to be said, such as "Very happy."; for models that heed it.
        temperature: 0 to 2, how freely the model varies it; for models that heed it.
        top_p: 0 to 1; for models that heed it.
        streaming: have the sound sent as it is made. A notebook shows the first of it at once, and
            `.first_byte` says how long that took.
        at_once: how many requests of a long text are under way at a time.
        show: display the player although the result is assigned; None where it streams into a notebook.
        extra_body: fields this library does not name.

    With a key of the real API the sound is also kept in the folder `out` of the client. Raises InvalidInput
    for a blank text, a voice or a format the model does not have, before anything is sent. API reference:
    `POST /audio/speech`.

    >>> import venice_nb as vn
    >>> vn.Venice.sandbox().audio.speak("Hello, welcome to Venice.", voice="af_sky").mime
    'audio/mpeg'

    """
    chosen, name = choose(model, voice, session.catalogue)
    options = {
        "speed": speed,
        "language": language,
        "prompt": prompt,
        "temperature": temperature,
        "top_p": top_p,
    }
    lines = [Line(chosen, name, part) for part in sentences.split(calls.check_input(text))]
    if response_format is not None:
        calls.check_format(response_format, chosen.model)
    made = _calls(session, lines, _asked(lines, response_format), extra_body, streaming=streaming, **options)
    session.announce_choice(chosen)
    screen = Listening(shown=show if show is not None else streaming and wants_show(session))
    try:
        if len(made) == 1:
            audio: Audio = yield Send(made[0], screen.watch if streaming else None)
        else:
            wanted = calls.settled_format(response_format, chosen.model, session.announce) or calls.USUAL
            audio = yield from read_aloud(
                session,
                lines,
                made,
                kind=wanted,
                at_once=integer(1, 16)("at_once", at_once),
                watch=screen.watch if streaming else None,
            )
            audio = replace(audio, text=text.strip(), voice=name)
        audio = yield from keep(session, audio)
    except BaseException as stop:
        _keep_partial(session, screen, stop)
        raise
    session.last = audio
    screen.finish(audio)
    return audio


def dialogue(
    session: Session,
    /,
    lines: Iterable[tuple[Any, str]],
    *,
    model: ModelName | None = None,
    pause: float = 0.3,
    response_format: Format | None = None,
    speed: float | None = None,
    language: str | None = None,
    at_once: int = AT_ONCE,
    show: bool | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Plan[Audio]:
    """Several voices in turn as one sound; `.parts` is a table of who says what when.

    Args:
        lines: (voice, text) in order. A voice may belong to any model; None is the model's default.
        model: the model of all voices; else each voice chooses its own.
        pause: seconds of silence between two turns, 0 to 10.
        response_format: of the result: mp3, opus, aac, flac, wav or pcm, whatever the models make; mp3 when
            left out.
        speed: 0.25 to 4 times the usual speed.
        language: as for `speak`.
        at_once: how many requests are under way at a time.
        show: display the player although the result is assigned.
        extra_body: fields this library does not name.

    Everything is checked before the first request. API reference: `POST /audio/speech`.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> talk = v.audio.dialogue([("af_sky", "Who is there?"), ("am_liam", "It is me.")])
    >>> list(talk.parts["voice"])
    ['af_sky', 'am_liam']

    """
    silence = number(0, LONGEST_PAUSE)("pause", pause)
    turns = _turns(lines)
    spoken = []
    for position, (voice, text) in enumerate(turns):
        try:
            chosen, name = choose(model, voice, session.catalogue)
            said = calls.check_input(text)
        except InvalidInput as error:
            raise _in_line(position, error) from None
        parts = sentences.split(said)
        spoken += [Line(chosen, name, part, turn=position) for part in parts]
    kind = calls.check_format(response_format, None) if response_format is not None else "mp3"
    made = _calls(session, spoken, None, extra_body, speed=speed, language=language)
    audio = yield from read_aloud(
        session, spoken, made, kind=kind, pause=silence, at_once=integer(1, 16)("at_once", at_once)
    )
    voices = list(dict.fromkeys(line.voice for line in spoken))
    said = "\n".join(f"{line.voice}: {line.text}" for line in spoken)
    audio = yield from keep(session, replace(audio, text=said, voice=", ".join(voices)))
    session.last = audio
    if show:
        Listening(shown=True).finish(audio)
    return audio


def stream(
    session: Session,
    /,
    text: str,
    *,
    model: ModelName | None = None,
    voice: str | Voice | ClonedVoice | None = None,
    response_format: Format | None = None,
    speed: float | None = None,
    language: str | None = None,
    prompt: str | None = None,
    temperature: float | None = None,
    top_p: float | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Plan[ReplyStream[Audio]]:
    """The sound in pieces of bytes as it is made: `with v.audio.stream("...") as pieces: ...`.

    Takes what `speak` takes, and at most 4,096 characters. Nothing is shown; `pieces.reply` is the `Audio`
    so far, complete after the loop, and is kept by the client as `.last`. API reference:
    `POST /audio/speech`, `streaming`.

    >>> import venice_nb as vn
    >>> with vn.Venice.sandbox().audio.stream("Hello there.") as pieces:
    ...     sum(map(len, pieces)) == len(pieces.reply.data)
    True

    """
    call = calls.speech(
        text,
        catalogue=session.catalogue,
        model=model,
        voice=voice,
        response_format=response_format,
        extra_body=extra_body,
        tell=session.announce,
        speed=speed,
        language=language,
        prompt=prompt,
        temperature=temperature,
        top_p=top_p,
        streaming=True,
    )
    session.announce_choice(choose(model, voice, session.catalogue)[0])
    opened: ReplyStream[Audio] = yield Open(call)
    return opened


def _calls(
    session: Session,
    lines: list[Line],
    response_format: str | None,
    extra_body: Mapping[str, Any] | None,
    *,
    streaming: bool = False,
    **options: Any,
) -> list[Call[Audio]]:
    """A call for each line. Parts that will be joined are asked for without loss where the model has that."""
    return [
        calls.speech(
            line.text,
            catalogue=session.catalogue,
            model=line.model,
            voice=line.voice,
            response_format=response_format if len(lines) == 1 else _lossless(line),
            extra_body=extra_body,
            tell=session.announce,
            streaming=streaming and position == 0,
            **options,
        )
        for position, line in enumerate(lines)
    ]


def _asked(lines: list[Line], response_format: str | None) -> str | None:
    return response_format if len(lines) == 1 else None


def _lossless(line: Line) -> str | None:
    """Wav or flac where the model makes it; else its own default."""
    formats = line.model.model.formats if line.model.model is not None else ()
    return next((each for each in ("wav", "flac") if each in formats), None)


def _turns(lines: Any) -> list[tuple[Any, str]]:
    allowed = "a list of (voice, text)"
    if isinstance(lines, str | bytes) or not hasattr(lines, "__iter__"):
        refuse("lines", lines, allowed, 'Pass [("af_sky", "Hello."), ("am_liam", "Hi.")].')
    if hasattr(lines, "items"):
        lines = lines.items()
    turns = list(lines)
    if not 1 <= len(turns) <= TURNS:
        refuse("lines", turns, f"1 to {TURNS} turns", "Write at least one turn." if not turns else "Cut it.")
    for position, turn in enumerate(turns):
        if not isinstance(turn, tuple | list) or len(turn) != 2:
            refuse(f"lines[{position}]", turn, "(voice, text)", 'Pass a pair: ("af_sky", "Hello.").')
    return [(voice, text) for voice, text in turns]


def _in_line(position: int, error: InvalidInput) -> InvalidInput:
    """The same refusal, naming the line."""
    place, facts = f"lines[{position}]", error.details
    return InvalidInput(
        f"{place}: {error.what}",
        field=f"{place}.{facts['field']}",
        value=facts["value"],
        allowed=facts["allowed"],
        do=error.do,
    )


def _keep_partial(session: Session, screen: Listening, stop: BaseException) -> None:
    """Keep the sound that had arrived when something stopped it, and show it."""
    partial = stop.partial if isinstance(stop, StreamFailure) else None
    if isinstance(partial, Audio) and partial.data:
        session.last = partial
        screen.finish(partial)
    else:
        screen.drop()
