"""The voice panel: text spoken by a voice that can be heard first, and recordings written down."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
from traitlets import Any as Anything
from traitlets import Bool, Enum, Float, Unicode

from venice_nb.calls.sound.audio import TIMER
from venice_nb.calls.sound.voice_choice import choose
from venice_nb.media.sniff import sniff
from venice_nb.render import html, text
from venice_nb.results import saving
from venice_nb.results.sound.audio import Audio
from venice_nb.ui.parts import view
from venice_nb.ui.parts.attachments import Attachment
from venice_nb.ui.parts.choices import choices
from venice_nb.ui.parts.code import Name, call, uploaded
from venice_nb.ui.parts.panel import Panel
from venice_nb.ui.sound import recordings, speaking, transcribing

if TYPE_CHECKING:
    from collections.abc import Callable

    from venice_nb.results.sound.transcript import Transcript
    from venice_nb.results.spending.estimate import CallEstimate

PARTS = [("Text to speech", "speak"), ("Speech to text", "transcribe")]


class VoicePanel(Panel):
    """See `vn.ui.voice`.

    Attributes:
        part: speak or transcribe, whichever is shown.
        text: what is spoken.
        model: id of the speech model.
        voice: one of its voices.
        response_format: of the speech; empty for the usual one of the model.
        speed: times the usual one.
        speech: the last `Audio`; None before the first.
        samples: what the voices said as samples, by (model, voice).
        recording: what is transcribed: anything that `v.audio.transcribe` takes.
        listener: id of the transcription model.
        language: an ISO 639-1 code; empty to have it found out.
        timestamps: ask for the times of the lines.
        transcript: the last `Transcript`; None before the first.
        heard: its text.

    """

    part = Enum([value for _, value in PARTS], default_value="speak")
    text = Unicode()
    model = Unicode()
    voice = Unicode()
    response_format = Unicode()
    speed = Float(1.0)
    speech = Anything(None)
    recording = Anything(None)
    listener = Unicode()
    language = Unicode()
    timestamps = Bool(default_value=True)
    transcript = Anything(None)
    heard = Unicode()

    title = "Voice"
    inputs = (
        *("part", "text", "model", "voice", "response_format", "speed"),
        *("recording", "listener", "language", "timestamps"),
    )

    def __init__(
        self, client: Any, *, text: str = "", model: Any = None, voice: Any = None, recording: Any = None
    ) -> None:
        self.samples: dict[tuple[str, str], Audio] = {}
        self._made = ""  # the code that made the speech
        self._stem = ""  # of the files of the transcript: the name of its recording
        state: dict[str, Any] = {"text": text, "recording": recording}
        if recording is not None:
            state["part"] = "transcribe"
        if hasattr(client, "close"):  # else the base refuses it
            shared = choices(client)
            state |= _voice(client, model or (shared.tts if voice is None else None), voice)
            state["listener"] = shared.asr or TIMER
        super().__init__(client, **state)
        self.observe(lambda change: setattr(self, "heard", str(change.new or "")), "transcript")
        self.observe(lambda _: self._show_part(), "part")
        choices(client).observe(self._follow_speaker, "tts")
        choices(client).observe(self._follow_listener, "asr")

    # --- the view --------------------------------------------------------------------------------

    def _body(self) -> list[Any]:
        tabs = widgets.ToggleButtons(
            options=PARTS, value=self.part, tooltips=["Speak a text", "Write down a recording"]
        )
        tabs.style.button_width = "auto"
        view.joined(self, "part", tabs)
        self._speaking = speaking.Speaking(self)
        self._transcribing = transcribing.Transcribing(self)
        self._speak = view.button("Speak", "Speak the text", self.settled(self.speak), style="primary")
        tip = "Write down what is said in the recording"
        self._transcribe = view.button("Transcribe", tip, self.settled(self.transcribe), style="primary")
        stop = view.button("Stop", "Stop what is under way", self.stop)
        return [
            tabs,
            self._speaking.inputs,
            self._transcribing.inputs,
            view.row(self._speak, self._transcribe, stop),
        ]

    def _results(self) -> list[Any]:
        self._show_part()
        return [self._speaking.results, self._transcribing.results]

    def _show_part(self) -> None:
        for part, shown in (
            ("speak", (self._speaking.inputs, self._speak, self._speaking.results)),
            ("transcribe", (self._transcribing.inputs, self._transcribe, self._transcribing.results)),
        ):
            for each in shown:
                each.layout.display = None if part == self.part else "none"

    def _quiet(self) -> None:
        """Take all sounds off the page: one at a time is enough of what a notebook keeps."""
        self._speaking.sample_player.offer(None)  # the button Sample plays it again
        self._speaking.player.put_away()
        self._transcribing.put_away()

    def listed(self, kind: str) -> Any:
        """The models of a type that are known already."""
        return self.client.models(type=kind, refresh=False)  # type: ignore[arg-type]  # tts or asr

    def ids(self, kind: str) -> list[str]:
        """Their ids, and the one that is picked where it is none of them."""
        now = self.model if kind == "tts" else self.listener
        found: list[str] = self.listed(kind).ids
        return found if now in found else [now, *found]

    def known(self, kind: str, model: str) -> Any:
        """What is known of a model; None for one that is not listed."""
        return next((each for each in self.listed(kind) if each.id == model), None)

    def _follow_speaker(self, change: Any) -> None:
        if self.known("tts", change.new) is not None:
            self.model = change.new

    def _follow_listener(self, change: Any) -> None:
        if self.known("asr", change.new) is not None:
            self.listener = change.new

    def _left(self) -> None:
        choices(self.client).unobserve(self._follow_speaker, "tts")
        choices(self.client).unobserve(self._follow_listener, "asr")

    # --- speaking --------------------------------------------------------------------------------

    def speak(self) -> None:
        """Speak `text`; the sound is `speech`."""
        if not self.text.strip():
            self.status = "Write a text first."
            return
        made, options = self._speech_code(), self._speech_options()
        work = partial(self.client.audio.speak, self.text, **options)
        self.start("Speaking ...", lambda _: self._speech(work, made), partial(self._spoken, made))

    def _speech(self, work: Callable[[], Audio], made: str) -> Audio:
        """What is spoken; of a long text that is stopped, the parts that were."""
        before = self.client.last
        try:
            return work()
        except KeyboardInterrupt:
            if isinstance(parts := self.client.last, Audio) and parts is not before:
                self._spoken(made, parts)
            raise

    def _spoken(self, made: str, speech: Audio) -> str:
        self._quiet()
        self._made, self.speech = made, speech
        return f"Spoken: {text.seconds(speech.duration)}, {speech.cost}."

    def sample(self) -> None:
        """Play a short sentence of the voice. It is spoken, and paid for, once."""
        key = self.model, self.voice
        if key in self.samples:
            self._play_sample(self.samples[key])
            self.status = f"The sample of {text.short(self.voice, 60)} again, at no cost."
            return
        sentence = self._speaking.voices.sentence
        work = partial(self.client.audio.speak, sentence, model=self.model, voice=self.voice)
        self.start("Speaking a sample ...", lambda _: work(), partial(self._sampled, key))

    def _sampled(self, key: tuple[str, str], sample: Audio) -> str:
        self.samples[key] = sample
        self._play_sample(sample)
        return f"A sample of {text.short(key[1], 60)}, {sample.cost}."

    def _play_sample(self, sample: Audio) -> None:
        self._quiet()
        self._speaking.sample_player.offer(sample, start=True)

    def save_speech(self, name: str = "") -> None:
        """Write the speech beside the notebook, in the background."""
        if (speech := self.speech) is not None:
            self.start("Writing ...", lambda _: speech.save(name.strip() or None), _saved)

    def _speech_options(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "voice": self.voice or None,
            "response_format": self.response_format or None,
            "speed": self.speed if self.speed != 1 else None,
        }

    def _speech_code(self) -> str:
        return f"speech = {call('v.audio.speak', self.text, **self._speech_options())}"

    # --- listening -------------------------------------------------------------------------------

    def transcribe(self) -> None:
        """Write down what is said in `recording`; what comes of it is `transcript`, its text `heard`."""
        if self.recording is None:
            self.status = "Choose a recording first: name a file, upload one, or record one."
            return
        chosen, options = self.recording, self._transcript_options()
        self.start(
            "Listening ...",
            lambda _: self.client.audio.transcribe(recordings.given(chosen), **options),
            partial(self._transcribed, Path(recordings.name_of(chosen)).stem or "transcript"),
        )

    def _transcribed(self, stem: str, transcript: Transcript) -> str:
        self._quiet()
        self._stem, self.transcript = stem, transcript
        lines = len(transcript.lines)
        return f"Transcribed: {text.count(lines)} line{'s' * (lines != 1)}, {transcript.cost}."

    def save_transcript(self, suffix: str) -> None:
        """Write the transcript beside the notebook, under a name made of the recording's and the content."""
        if (transcript := self.transcript) is not None:
            name = saving.named(self._stem, transcript.text, repr(transcript.lines))
            self.start("Writing ...", lambda _: transcript.save(f"{name}{suffix}", overwrite=True), _saved)

    def save_recording(self) -> None:
        """Write what the microphone recorded beside the notebook."""
        if recordings.recorded(chosen := self.recording):
            sound = Audio(chosen.data, sniff(chosen.data) or "video/webm")
            self.start("Writing ...", lambda _: sound.save(), self._recording_saved)

    def _recording_saved(self, path: Path) -> str:
        self.recording = Attachment(path.name, "audio")
        return _saved(path)

    def _transcript_options(self) -> dict[str, Any]:
        return {
            "model": self.listener,
            "language": self.language.strip() or None,
            "timestamps": self.timestamps,
        }

    # --- the base's questions --------------------------------------------------------------------

    def _estimate(self) -> CallEstimate | None:
        audio = self.client.audio
        if self.part == "speak":
            if not self.text.strip():
                return None
            return self.client.estimate(audio.speak, self.text, **self._speech_options())
        if self.recording is None:
            return None
        given = recordings.given(self.recording)
        return self.client.estimate(audio.transcribe, given, **self._transcript_options())

    def _cell(self) -> str:
        if self.part == "speak":
            return f"{self._speech_code()}\nspeech" if self.text.strip() else ""
        if self.recording is None:
            return ""
        before, given = self._recording_code()
        made = call("v.audio.transcribe", given, **self._transcript_options())
        return "\n".join([*before, f"transcript = {made}", "transcript"])

    def _recording_code(self) -> tuple[list[str], Any]:
        """What stands before the call, and the recording in it."""
        chosen = self.recording
        if chosen is self.speech:
            return [self._made], Name("speech")
        name = recordings.name_of(chosen)
        if not name:
            return ["# recording: what was given to the panel"], Name("recording")
        if recordings.recorded(chosen):
            return ["# recorded in the panel, where Save recording writes a file to name here"], name
        sent = isinstance(chosen, Attachment) and chosen.data is not None
        return ([uploaded(name)] if sent else []), name

    def _drawn(self) -> list[html.Child]:
        speech, transcript = self.speech, self.transcript
        if speech is None and transcript is None:
            return [html.note("Nothing was spoken or written down yet.")]
        found: list[html.Child] = []
        if speech is not None:
            once = transcript is None or transcript.source is not speech
            playing = once and len(speech.playable) <= speaking.KEPT
            found.append(html.tag("p", text.clean(speech.text, view.LONGEST)))
            found.append(speaking.drawn(speech, playing=playing))
        if transcript is not None:
            playing = transcribing.within(transcript, speaking.KEPT)
            found += transcribing.drawn(transcript, playing=playing)
        return found

    def _said(self) -> str:
        speech = f"{text.seconds(self.speech.duration)} of speech" if self.speech is not None else ""
        heard = f"a transcript of {text.count(len(self.heard))} characters" if self.heard else ""
        return ", ".join(filter(None, [speech, heard]))


def _voice(client: Any, model: Any, voice: Any) -> dict[str, str]:
    """The model and the voice to begin with. Raises InvalidInput for a voice that the model does not have."""
    found, name = choose(model or None, voice, client._session.catalogue)  # noqa: SLF001  our own client
    return {"model": found.id, "voice": name}


def _saved(path: Path) -> str:
    return f"Written to {text.short(path.name, 120)}."
