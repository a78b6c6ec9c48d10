"""A voice picked out of those of a model, by language and gender where the names tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.render import html, text
from venice_nb.ui.parts import view

if TYPE_CHECKING:
    from venice_nb.results.sound.voices import Voice
    from venice_nb.ui.sound.voice_panel import VoicePanel

ANY = "any"
# What a voice says of itself in the language that it speaks; where the name tells none, English.
SAMPLES = {
    "Spanish": "Hola, así es como sueno.",
    "French": "Bonjour, voici ma voix.",
    "Hindi": "नमस्ते, मेरी आवाज़ ऐसी है।",
    "Italian": "Ciao, questa è la mia voce.",
    "Japanese": "こんにちは、これが私の声です。",
    "Portuguese": "Olá, esta é a minha voz.",
    "Chinese": "你好，这是我的声音。",  # noqa: RUF001  a Chinese comma
}
SAMPLE = "Hello, this is how I sound."


class VoicePicker:
    """`voice` of the panel follows the list, which holds the voices of the `model` of the panel."""

    def __init__(self, panel: VoicePanel) -> None:
        self._panel = panel
        self._filling = False
        self._language = view.choice("Language", "Only voices that speak it", [ANY], ANY)
        self._gender = view.choice("Gender", "Only female or only male voices", [ANY], ANY)
        self._list = view.choice("Voice", "Who speaks", [("", "")], "")
        sample = view.button("Sample", "Plays a short sentence of this voice; paid for once", panel.sample)
        self._facts = view.pane()
        self.view = view.column(
            view.row(self._language, self._gender), view.row(self._list, sample), self._facts
        )
        for each in (self._language, self._gender):
            each.observe(lambda _: self._narrow(), "value")
        self._list.observe(lambda _: self._picked(), "value")
        panel.observe(lambda _: self._follow(), "voice")
        panel.observe(lambda _: self._change_model(), "model")
        self._read()

    @property
    def voice(self) -> Voice | None:
        """What is known of the voice that is picked."""
        return next((each for each in self._voices if each.id == self._panel.voice), None)

    @property
    def sentence(self) -> str:
        """What the voice says as a sample."""
        return SAMPLES.get(self.voice.language if self.voice else "", SAMPLE)

    def _change_model(self) -> None:
        """Another model has other voices; one of the same name stays picked."""
        self._read()
        if self.voice is None and self._voices:
            self._panel.voice = next((each.id for each in self._voices if each.default), self._voices[0].id)

    def _read(self) -> None:
        """The voices of the model, and what there is to filter them by."""
        every = self._panel.client.audio.voices()
        self._voices = [each for each in every if each.model == self._panel.model]
        self._filling = True
        try:
            for control, name in ((self._language, "language"), (self._gender, "gender")):
                known = sorted({getattr(each, name) for each in self._voices} - {""})
                control.options = [ANY, *known]
                control.layout.display = None if known else "none"
        finally:
            self._filling = False
        self._follow()

    def _narrow(self) -> None:
        """Another filter leaves other voices; the one that is picked is among them."""
        if self._filling:
            return
        left = self._left()
        if left and self.voice not in left:
            self._panel.voice = left[0].id
        self._follow()

    def _left(self) -> list[Voice]:
        language, gender = self._language.value, self._gender.value
        return [
            each for each in self._voices if language in {ANY, each.language} and gender in {ANY, each.gender}
        ]

    def _picked(self) -> None:
        if not self._filling:
            self._panel.voice = self._list.value

    def _follow(self) -> None:
        """The list holds the voice of the panel, even one that it would not hold by itself."""
        now = self._panel.voice
        listed = [(named(each), each.id) for each in self._left()]
        if now not in [each for _, each in listed]:
            listed.insert(0, (text.short(now, 60) or "none", now))
        self._filling = True
        try:
            self._list.options = listed
            self._list.value = now
        finally:
            self._filling = False
        view.draw(self._facts, html.tag("p", self._told(), class_="vn-line"))

    def _told(self) -> str:
        count = len(self._left())
        voices = f"{count} voice{'s' * (count != 1)} to pick from."
        if self.voice is None or self.voice.price is None:
            return voices
        cost = text.money(self.voice.price * len(self.sentence) / 1e6)
        return f"{voices} A sample costs about {cost}, once."


def named(voice: Voice) -> str:
    """A voice by its name and what is known of it."""
    known = [voice.language, voice.gender, "the default" if voice.default else ""]
    told = ", ".join(each for each in known if each)
    return f"{text.short(voice.id, 60)} ({told})" if told else text.short(voice.id, 60)
