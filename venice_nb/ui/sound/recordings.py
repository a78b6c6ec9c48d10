"""What the voice panel transcribes: a file named or uploaded, the microphone, or the speech just made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.errors import InvalidInput
from venice_nb.render import html, text
from venice_nb.results.sound.audio import Audio
from venice_nb.ui.parts import view
from venice_nb.ui.parts.attachments import LARGEST, Attachment
from venice_nb.ui.sound.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from venice_nb.ui.sound.voice_panel import VoicePanel

MICROPHONE = "microphone"  # the name of what was recorded here


class Recordings:
    """`recording` of the panel is whatever was chosen last: a path, an `Attachment` or an `Audio`."""

    def __init__(self, panel: VoicePanel) -> None:
        self._panel = panel
        self._path = view.line("Recording", "A file on the machine of the kernel", placeholder="talk.mp3")
        size = f"Sound or film from your machine, up to {LARGEST // 10**6} MB"
        self._upload = view.upload("Upload", size, "audio/*,video/*", multiple=False)
        self._mine = view.button("Use the speech", "Transcribe what was spoken here", self._use_speech)
        tip = "Writes what the microphone recorded beside the notebook"
        self._keep = view.button("Save recording", tip, panel.save_recording)
        self._chosen = view.pane()
        self.view = view.column(
            view.row(self._path, self._upload, self._mine),
            view.row(Recorder(self.record), self._keep),
            self._chosen,
        )
        self._path.observe(lambda change: self._name(change.new), "value")
        self._upload.observe(lambda change: self._uploaded(change.new), "value")
        panel.observe(lambda _: self._draw(), ["recording", "speech"])
        panel.observe(lambda _: panel.note(), "recording")
        self._draw()

    def record(self, heard: bytes) -> None:
        """Take what the microphone has recorded."""
        self._take(Attachment(MICROPHONE, "audio", heard))

    def _name(self, path: str) -> None:
        """Take the file that is named; nothing is sent."""
        if not path.strip():
            return
        try:
            self._panel.recording = Attachment.named(path.strip())
        except InvalidInput as error:
            self._panel.recording = None
            self._panel.note(error)

    def _uploaded(self, files: Sequence[Any]) -> None:
        if files:
            self._take(Attachment.uploaded(files[0]))
            self._upload.value = ()  # or the bytes stay in the state of the widget, and get into the notebook

    def _use_speech(self) -> None:
        self._take(self._panel.speech)

    def _take(self, recording: Any) -> None:
        self._path.value = ""
        self._panel.recording = recording

    def _draw(self) -> None:
        chosen = self._panel.recording
        said = f"To be transcribed: {told(chosen)}." if chosen is not None else "No recording is chosen yet."
        view.draw(self._chosen, html.tag("p", said, class_="vn-line"))
        self._mine.layout.display = "none" if self._panel.speech is None else None
        self._keep.layout.display = None if recorded(chosen) else "none"


def recorded(chosen: Any) -> bool:
    """Whether this came from the microphone."""
    return isinstance(chosen, Attachment) and chosen.name == MICROPHONE and chosen.data is not None


def given(chosen: Any) -> Any:
    """What `v.audio.transcribe` gets, anew each time."""
    return chosen.given() if isinstance(chosen, Attachment) else chosen


def name_of(chosen: Any) -> str:
    """The name of the file that a recording is, or came from; empty where it is none."""
    if isinstance(chosen, Audio):
        return ""
    return str(getattr(chosen, "name", chosen if isinstance(chosen, str) else ""))


def told(chosen: Any) -> str:
    """A recording in a few words."""
    if isinstance(chosen, Attachment):
        return chosen.told()
    if isinstance(chosen, Audio):
        return f"the speech of {text.seconds(chosen.duration)}"
    return text.short(name_of(chosen), 120) or "a recording of another cell"
