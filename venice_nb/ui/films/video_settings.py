"""The controls of a film, as its model takes them: what it offers no choice of is not on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.calls.films.limits import DURATIONS, RATIOS, RESOLUTIONS
from venice_nb.render import html, text
from venice_nb.ui.parts import view
from venice_nb.ui.parts.model_picker import facts

if TYPE_CHECKING:
    from venice_nb.calls.films.limits import Takes
    from venice_nb.catalogue import Resolution
    from venice_nb.ui.films.video_panel import VideoPanel

ANY = {"resolution": "model's own", "aspect_ratio": "picture's own"}
USUAL = "16:9"
LIKELY = "5s"  # a duration, as long as nobody has told which there are


class VideoSettings:
    """Duration, resolution, aspect ratio and sound; traits of the panel by the same names follow them."""

    def __init__(self, panel: VideoPanel) -> None:
        self._panel = panel
        self._filling = False
        self.controls = {
            "duration": view.choice("Duration", "How long the film is", [("", "")], "", flex="0 1 20em"),
            "resolution": view.choice("Resolution", "Lines of the film", [("", "")], "", flex="0 1 20em"),
            "aspect_ratio": view.choice("Aspect ratio", "Width to height", [("", "")], "", flex="0 1 20em"),
        }
        self.audio = view.switch("with sound", "Off for a silent film")
        view.joined(panel, "audio", self.audio)
        for name, control in self.controls.items():
            control.observe(lambda change, name=name: self._chosen(name, change.new), "value")
            panel.observe(lambda change: self._follow(change.name, change.new), name)
        self._model = view.pane()
        self.view = view.column(self._model, view.row(*self.controls.values(), self.audio))

    def offer(self, found: Resolution, model: Takes) -> None:
        """Offer what this model takes; what was chosen stays where it is offered too."""
        lengths = [each for each in _or(model.durations, DURATIONS) if each[0].isdigit()]
        self._fill("duration", lengths, first=LIKELY if model.durations is None else "")
        self._fill("resolution", _open(_or(model.resolutions, RESOLUTIONS)))
        ratios = _or(model.ratios, RATIOS)
        from_words = model.start == "text" and model.known
        self._fill("aspect_ratio", ratios if from_words else _open(ratios), first=USUAL)
        self.audio.layout.display = None if model.sound_choice else "none"
        view.draw(self._model, html.tag("p", _told(found, model), class_="vn-line"))

    def _fill(self, name: str, offered: list[str], *, first: str = "") -> None:
        control, wanted = self.controls[name], getattr(self._panel, name)
        if wanted not in offered:
            wanted = first if first in offered and "" not in offered else (offered or [""])[0]
        self._filling = True
        try:
            control.options = [(each or ANY[name], each) for each in offered] or [("", "")]
            control.value = wanted
        finally:
            self._filling = False
        control.layout.display = None if len(offered) > 1 else "none"
        setattr(self._panel, name, wanted)

    def _chosen(self, name: str, value: str) -> None:
        if not self._filling:
            setattr(self._panel, name, value)

    def _follow(self, name: str, value: str) -> None:
        control = self.controls[name]
        if value in [each for _, each in control.options]:
            control.value = value


def _or(told: tuple[str, ...] | None, every: tuple[str, ...]) -> list[str]:
    """What the model offers; all that the API knows where the list does not tell."""
    return list(every if told is None else told)


def _open(offered: list[str]) -> list[str]:
    """The same with the choice to leave it to the model, where there is a choice."""
    return ["", *offered] if len(offered) > 1 else [""]


def _told(found: Resolution, model: Takes) -> html.Html:
    """Who makes the film, how long and how, on one line."""
    known: Any = found.model
    if known is None:
        return html.escape(f"Model: {text.short(found.id, 80)}")
    lengths = [each for each in model.durations or () if each[0].isdigit()]
    span = [" to ".join(dict.fromkeys([lengths[0], lengths[-1]]))] if lengths else []
    lines = ["/".join(model.resolutions)] if model.resolutions else []
    sound = [] if model.sound is None else ["sound" if model.sound else "silent"]
    return html.join("Model: ", facts(known), " ", " · ".join([*span, *lines, *sound]))
