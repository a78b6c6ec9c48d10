"""The model that makes a film in a panel: the one that is picked, as long as it can do with what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.calls.films.limits import takes
from venice_nb.render import html, text
from venice_nb.studio.job_models import resolved
from venice_nb.studio.video import MODELS
from venice_nb.ui.parts.model_picker import ModelPicker

if TYPE_CHECKING:
    from venice_nb.calls.films.limits import Takes
    from venice_nb.catalogue import Model, Resolution
    from venice_nb.ui.films.video_panel import VideoPanel

STARTS = ("text", "image", "")  # of the models that the panel asks; empty where nothing tells
TWINS = ("text-to-video", "image-to-video")  # in the ids of models that differ by what they start from


class VideoModel:
    """What is known of the model of a panel, by its `model` and its `picture`."""

    def __init__(self, panel: VideoPanel) -> None:
        self._panel = panel
        self._listed = False

    def fits(self, model: Model) -> bool:
        """Whether it makes films from what the panel was given; a picture may still come."""
        return takes(model.id, model).start in (STARTS if self._panel.picture is None else STARTS[1:])

    @property
    def found(self) -> Resolution:
        """The model itself. Raises InvalidInput for one that makes something else."""
        start = "text" if self._panel.picture is None else "image"
        session = self._panel.client._session  # noqa: SLF001  our own client
        return resolved(session, self._panel.model or MODELS[start], "video", start)

    @property
    def takes(self) -> Takes:
        """What it takes, as far as it is known."""
        found = self.found
        return takes(found.id, found.model)

    @property
    def other(self) -> str | None:
        """None where the model fits; else its twin that does, or empty for the default."""
        found = self.found
        if found.model is None or self.fits(found.model):
            return None
        words, picture = TWINS if self._panel.picture is not None else TWINS[::-1]
        twin = found.id.replace(words, picture)
        known = self._panel.client.models(type="video", refresh=False).ids
        return twin if twin != found.id and twin in known else ""

    @property
    def misfit(self) -> str:
        """What is said when another model takes its place."""
        start = "a picture" if self._panel.picture is not None else "words or a picture alone"
        return f"{text.short(self.found.id, 60)} makes no films from {start}, so another model is picked."

    def learn(self) -> bool:
        """Read the server's list, once, when too little is known; whether it was read."""
        if self._listed or self.takes.known:
            return False
        self._panel.client.models(type="video")
        self._listed = True
        return True


class VideoPicker(ModelPicker):
    """Picks among the models that can make a film of what the panel was given."""

    def __init__(self, panel: VideoPanel, value: str) -> None:
        self._panel = panel
        super().__init__(panel.client, "video", value=value)
        self._words.placeholder = "kling, image, private ..."

    @property
    def found(self) -> list[Any]:
        """The models that the search leaves, of those that fit."""
        return [model for model in super().found if self._panel.maker.fits(model)]

    def list_models(self) -> None:
        """Fill the list anew."""
        self._listed()

    def _told(self, listed: int) -> list[html.Child]:
        start = "a picture" if self._panel.picture is not None else "words or a picture"
        return [html.tag("p", f"{listed} models make films from {start}.", class_="vn-line")]
