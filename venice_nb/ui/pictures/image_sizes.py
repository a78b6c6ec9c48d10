"""The size of a picture in the way its model takes it: pixels or a ratio, size tiers, levels of quality."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from venice_nb.calls.pictures import fields
from venice_nb.errors import VeniceError
from venice_nb.ui.parts import view

if TYPE_CHECKING:
    from venice_nb.catalogue.model import Model
    from venice_nb.ui.pictures.image_panel import ImagePanel

SIDE = 1024  # pixels of both sides, where none are given
SMALLEST = 64  # pixels of a side
_WORDS = {"1:1": "square", "16:9": "wide", "9:16": "tall", "4:3": "landscape", "3:4": "portrait"}


class Sizes:
    """Shows the controls that the model of the panel has, with the values it takes."""

    def __init__(self, panel: ImagePanel) -> None:
        self._panel = panel
        self._listed = False
        most, tip = fields.SIDE, "Pixels, up to 1,280"
        self._shape = view.choice("Shape", "Width by height", [("", "")], "")
        self._width = view.number("Width", tip, panel.width, least=SMALLEST, most=most, step=8)
        self._height = view.number("Height", tip, panel.height, least=SMALLEST, most=most, step=8)
        self._tier = view.choice("Resolution", "Larger pictures cost more", [("", "")], "")
        self._level = view.choice("Quality", "Better pictures cost more", [("", "")], "")
        self.view = view.row(self._shape, self._width, self._height, self._tier, self._level)
        self.follow()
        view.joined(panel, "width", self._width)
        view.joined(panel, "height", self._height)
        for name, control in self._lists.items():
            view.joined(panel, name, control)
        panel.observe(lambda _: self.follow(), "model")
        panel.observe(lambda _: self._shaped(), "aspect_ratio")
        panel.observe(lambda _: self._sized(), ["width", "height"])

    @property
    def changing(self) -> list[Any]:
        """The widgets that are shown and hidden."""
        return list(self.view.children)

    @property
    def model(self) -> Model | None:
        """What is known of the model that draws."""
        catalogue = self._panel.client._session.catalogue  # noqa: SLF001  our own client
        return catalogue.resolve(self._panel.model or "default", type="image").model

    def asked(self) -> dict[str, Any]:
        """The arguments for it; what the model decides is left out."""
        panel, model = self._panel, self.model
        given: dict[str, Any] = {}
        if not self._by_pixels(model):
            given["aspect_ratio"] = panel.aspect_ratio
        elif (panel.width, panel.height) != (SIDE, SIDE):
            given |= {"width": panel.width, "height": panel.height}
        return {**given, "resolution": panel.resolution, "quality": panel.quality}

    def learn(self) -> None:
        """Read the server's list, once, for a model of which ours does not tell how it is sized."""
        model = self.model
        if self._listed or (model is not None and model.sizing is not None):
            return
        self._listed = True
        with suppress(VeniceError):  # the server will say itself what it does not take
            self._panel.client.models(type="image")
        self.follow()

    def follow(self) -> None:
        """Show what the model takes. A value that it does not take is given up."""
        model = self.model
        by_pixels = self._by_pixels(model)
        step = fields.divisor_of(model) if model is not None else 1
        for control in (self._width, self._height):
            control.step = step
            control.tooltip = f"Pixels, up to {fields.SIDE:,}, in steps of {step}"
            control.layout.display = None if by_pixels else "none"
        shapes = fields.ratios(model) if model is not None else ()
        own = "width and height" if by_pixels else "the model's own"
        self._offer("aspect_ratio", own, shapes)
        self._offer("resolution", "the model's own", (fields.tiers(model) or ()) if model is not None else ())
        self._offer("quality", "the model's own", (fields.levels(model) or ()) if model is not None else ())

    @property
    def _lists(self) -> dict[str, Any]:
        return {"aspect_ratio": self._shape, "resolution": self._tier, "quality": self._level}

    def _offer(self, name: str, own: str, options: tuple[str, ...]) -> None:
        control, now = self._lists[name], getattr(self._panel, name)
        said = [(f"{each} ({_WORDS[each]})" if each in _WORDS else each, each) for each in options]
        control.options = [(own, ""), *said]
        control.value = now if now in options else ""
        setattr(self._panel, name, control.value)
        control.layout.display = None if options else "none"

    @staticmethod
    def _by_pixels(model: Model | None) -> bool:
        return model is not None and model.sizing == "pixels"

    def _shaped(self) -> None:
        """Set the pixels of a shape."""
        panel, model = self._panel, self.model
        if model is not None and self._by_pixels(model) and panel.aspect_ratio:
            with panel.hold_trait_notifications():
                panel.width, panel.height = fields.pixels_for(panel.aspect_ratio, fields.divisor_of(model))

    def _sized(self) -> None:
        """Pixels of the reader's own have no shape with a name."""
        panel, model = self._panel, self.model
        if model is None or not self._by_pixels(model) or not panel.aspect_ratio:
            return
        if (panel.width, panel.height) != fields.pixels_for(panel.aspect_ratio, fields.divisor_of(model)):
            panel.aspect_ratio = ""
