"""The part of the voice panel that speaks: text, model, voice, speed, and the speech with its player."""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.media.encoding import KINDS
from venice_nb.render import html
from venice_nb.results.sound import audio_view
from venice_nb.ui.parts import view
from venice_nb.ui.parts.model_picker import facts
from venice_nb.ui.parts.player import Player
from venice_nb.ui.sound.voice_picker import VoicePicker

if TYPE_CHECKING:
    from venice_nb.results.sound.audio import Audio
    from venice_nb.ui.sound.voice_panel import VoicePanel

SLOWEST, FASTEST = 0.25, 4.0  # times the usual speed
KEPT = 100_000  # bytes of a sound that the picture of the panel holds, which is no state of a widget


class Speaking:
    """`inputs` and `results` are its views. The traits of the panel follow its controls."""

    def __init__(self, panel: VoicePanel) -> None:
        self._panel = panel
        said = view.area("Text", "What is spoken, of any length", rows=4)
        model = view.choice("Speech model", "Each has voices of its own", panel.ids("tts"), panel.model)
        speed = view.number("Speed", "Times the usual", 1.0, least=SLOWEST, most=FASTEST, step=0.05)
        self._format = view.choice("Format", "Of the file", [("the usual", "")], "", flex="1 1 14em")
        for name, control in (("text", said), ("model", model), ("speed", speed)):
            view.joined(panel, name, control)
        self._facts = view.pane()
        self.voices = VoicePicker(panel)
        self.sample_player = Player("the sample")
        self.inputs = view.column(
            said,
            view.row(model, self._facts),
            self.voices.view,
            self.sample_player.view,
            view.row(speed, self._format),
        )
        self._shown = view.pane()
        self.player = Player("the speech")
        name = view.line("Speech file", "Empty for a name made from the content", placeholder="talk.mp3")
        tip = "Writes the speech beside the notebook; another ending converts it"
        save = view.button("Save speech", tip, panel.settled(lambda: panel.save_speech(name.value)))
        self._saving = view.row(name, save)
        self.results = view.column(self._shown, self.player.view, self._saving)
        panel.observe(lambda _: self._change_model(), "model")
        panel.observe(lambda _: self._show(), "speech")
        self._change_model()
        view.joined(panel, "response_format", self._format)
        self._show()

    def _change_model(self) -> None:
        """Draw what the model can do and costs, and list the formats it makes."""
        found = self._panel.known("tts", self._panel.model)
        view.draw(self._facts, *([] if found is None else [html.tag("p", facts(found), class_="vn-line")]))
        formats = found.formats if found is not None else ()
        kinds = [kind for kind in KINDS if not formats or kind in formats]
        if self._panel.response_format not in kinds:
            self._panel.response_format = ""
        now = self._panel.response_format
        self._format.options = [("the usual", ""), *((kind, kind) for kind in kinds)]
        self._panel.response_format = self._format.value = now

    def _show(self) -> None:
        speech = self._panel.speech
        view.draw(self._shown, *([] if speech is None else [drawn(speech)]))
        self.player.offer(speech)
        self._saving.layout.display = "none" if speech is None else None


def drawn(speech: Audio, *, playing: bool = False) -> html.Html:
    """The waveform and the facts of a speech, with a player where it is `playing`."""
    shown = audio_view.heard(speech) if playing else audio_view.picture(speech)
    return html.figure(shown, html.note(" · ".join(audio_view.facts(speech))))
