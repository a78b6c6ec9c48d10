"""The video panel: a film from words or from a picture, its price first, its job followed, found again."""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from traitlets import Any as AnyTrait
from traitlets import Bool, Unicode, validate

from venice_nb.client.clock import GLANCE, watched
from venice_nb.errors import BudgetExceeded, ConsentRequired
from venice_nb.render import html, text
from venice_nb.results.films.video_view import facts
from venice_nb.results.spending.estimate import CallEstimate
from venice_nb.ui.films.video_consent import VideoConsent
from venice_nb.ui.films.video_jobs import VideoJobs
from venice_nb.ui.films.video_model import VideoModel, VideoPicker
from venice_nb.ui.films.video_settings import VideoSettings
from venice_nb.ui.parts import view
from venice_nb.ui.parts.code import call
from venice_nb.ui.parts.panel import Panel
from venice_nb.ui.parts.picture import Picture, PictureInput
from venice_nb.ui.parts.player import Player, poster

if TYPE_CHECKING:
    from pathlib import Path

    from venice_nb.jobs.job import Job
    from venice_nb.results.films.video import Video
    from venice_nb.ui.parts.task import Task

WAITING = ("queued", "processing", "ready")  # states of a job that can be waited for
ASKING = "Asking the price ..."
UNPRICED = "The price is asked first: press again when it is shown."
DOING = "Making the film ..."


class VideoPanel(Panel):
    """See `vn.ui.video`.

    Attributes:
        prompt: what happens in the film.
        negative_prompt: what should not be in it.
        picture: what it starts from, a `Picture`; set it to whatever a call takes as one, or to None.
        model: id of the model; empty for a cheap private one.
        duration: such as "5s".
        resolution: such as "720p"; empty for the model's own.
        aspect_ratio: such as "16:9"; empty for the picture's own.
        audio: with sound, where the model lets one choose.
        consent: what the provider asked to confirm is confirmed; for one film.
        job: the job that is followed, or was; None before the first.
        video: the film that is shown; None before the first.

    """

    prompt = Unicode()
    negative_prompt = Unicode()
    picture = AnyTrait(None)
    model = Unicode()
    duration = Unicode()
    resolution = Unicode()
    aspect_ratio = Unicode()
    audio = Bool(default_value=True)
    consent = Bool(default_value=False)
    job = AnyTrait(None)
    video = AnyTrait(None)

    title = "Video"
    inputs = (
        "prompt", "negative_prompt", "picture", "model", "duration", "resolution", "aspect_ratio", "audio",
        "consent",
    )  # fmt: skip

    def __init__(self, client: Any, *, image: Any = None, model: Any = None) -> None:
        self._price: tuple[dict[str, Any], float | None] | None = None
        self._pricing = threading.Lock()
        self._pausing = False
        self.maker = VideoModel(self)
        given = str(getattr(model, "id", model) or "")
        super().__init__(client, picture=image, model=given, prompt=str(getattr(image, "prompt", "") or ""))
        self.model = self._models.value
        self._models.observe(lambda change: setattr(self, "model", change.new), "value")
        self.observe(lambda _: setattr(self._models, "value", self.model), "model")
        self.observe(lambda _: self._fit(), ["model", "picture"])
        self.observe(lambda _: self._consent.ask(None), ["model", "picture"])
        self.observe(lambda _: self._show_film(), "video")
        self._fit()
        self._changed()

    def _fit(self) -> None:
        """Let the controls be those of the model, and the model one that fits."""
        if (other := self.maker.other) is not None:
            self.status = self.maker.misfit
            self.model = other
            return
        self._models.list_models()
        self._settings.offer(self.maker.found, self.maker.takes)

    def _learn(self) -> None:
        """Read the server's list where it is needed for what the model takes."""
        if self.maker.learn():
            self._fit()

    @validate("picture")
    def _read(self, proposal: Any) -> Picture | None:
        return None if proposal["value"] is None else Picture.of(proposal["value"])

    # --- the view --------------------------------------------------------------------------------

    def _body(self) -> list[Any]:
        prompt = view.area("What happens", "The film in words", placeholder="fog rolls over a canal at dawn")
        view.joined(self, "prompt", prompt)
        self._settings = VideoSettings(self)
        self._consent = VideoConsent(self)
        self._progress = view.pane()
        make = view.button(
            "Make the film", "Orders the film at the price below", self.settled(self._press), style="primary"
        )
        stop = view.button("Stop", "Stop waiting; the film is made all the same, see Jobs", self.stop)
        return [
            prompt,
            PictureInput(self, "The film starts from").view,
            self._settings.view,
            self._consent.view,
            view.row(make, stop),
            self._progress,
        ]

    def _sections(self) -> list[view.Section]:
        self._models = VideoPicker(self, self.model)
        without = view.area("Not in the film", "What should not be in it", rows=2)
        view.joined(self, "negative_prompt", without)
        self._jobs = VideoJobs(self)
        return [
            view.Section("Choose model", "Which model makes the film", [self._models.view]),
            view.Section("Avoid", "What should not be in the film", [without]),
            view.Section("Jobs", "Films that were ordered, also in other sessions", [self._jobs.view]),
        ]

    def _results(self) -> list[Any]:
        self._player = Player("the film")
        name = view.line("Save as", "A name or a path; never over another file", placeholder="film.mp4")
        save = view.button(
            "Save a copy", "Write the film where you want it", lambda: self.save_as(name.value)
        )
        self._saving = view.row(name, save)
        self._saving.layout.display = "none"
        return [self._player.view, self._saving]

    # --- making a film ---------------------------------------------------------------------------

    def _press(self) -> None:
        """The button orders at a price that was shown; where there is none, it asks for it anew."""
        if self._price is not None:
            self.submit()
            return
        self.status = UNPRICED
        self._changed()

    def submit(self) -> None:
        """Order the film and wait for it. The order is in the journal, whatever becomes of the panel.

        It is refused where it costs more than the price that was shown last.
        """
        if not self.prompt.strip():
            self.status = "Write what happens in the film first."
            return
        self.start(DOING, self._make, self._made)

    def open(self, job: Job) -> None:
        """Show the film of a job; wait for it where it is still being made."""
        self.start("Opening the film ..." if job.done else DOING, partial(self._wait, job), self._made)

    def _make(self, task: Task) -> Video:
        self.job = self.video = None
        while not self._pricing.acquire(timeout=GLANCE):  # a price may be asked just now
            task.look()
        try:
            self._learn()
        finally:
            self._pricing.release()
        # An order that is on its way is never cut off: its id would be lost, and the film with it.
        with watched(lambda: task.look() if self._pausing else None):
            try:
                job = self.client.video.submit(**self._arguments())
            except (ConsentRequired, BudgetExceeded) as refusal:
                self._answer(refusal)
                raise
        return self._wait(job, task)

    def _wait(self, job: Job, _: Task) -> Video:
        self.job, self.video = job, None
        self._jobs.refresh()
        return job.wait(show=False)  # type: ignore[return-value]  # the list holds films only

    def _hear(self, doing: str, line: str, *, passing: bool) -> None:
        self._pausing = passing and bool(line)
        super()._hear(doing, line, passing=passing)

    def _made(self, video: Video) -> str:
        self.video = video
        self._consent.ask(None)
        where = text.short(f"{video.path.parent.name}/{video.name}", 120)
        return f"The film is ready: {' · '.join(facts(video)[:3])}. Its file is {where}."

    def _idle(self) -> None:
        """Draw how far it is."""
        job = self.job
        if job is None or job.done:
            return
        share, rest = job.progress, job.left
        said = f"{share:.0%}" + (f", usually {text.seconds(rest)} more" if rest else "")
        bar = html.tag("progress", said, value=f"{share:.2f}", max=1, title="how far the film is")
        view.draw(self._progress, html.tag("p", bar, " ", said, class_="vn-line"))

    def _ended(self) -> None:
        view.draw(self._progress)
        if self.job is not None and self.job.status in WAITING:
            self._notes.append("Open film, under Jobs, waits for it here.")
        self._jobs.refresh()

    def _answer(self, refusal: ConsentRequired | BudgetExceeded) -> None:
        """Show what would have the film ordered: what is to be confirmed, or its price."""
        if isinstance(refusal, ConsentRequired):
            self._consent.ask(refusal)
            refusal.do = "nothing was ordered: confirm what the provider asks for, then press again"
        elif (quote := getattr(refusal, "quote", None)) is not None:
            self._price = (self._chosen(), quote)
            self._changed()
            refusal.do = "nothing was ordered: its price is shown now, press again to order it"

    def _show_film(self) -> None:
        self._player.offer(self.video)
        self._saving.layout.display = None if self.video is not None else "none"

    def save_as(self, name: str = "") -> None:
        """Write a copy of the film in the background, and say where it is."""
        film = self.video
        if film is None:
            self.status = "There is no film yet."
            return
        self.start("Writing ...", lambda _: film.save(name.strip() or None), _written)

    # --- money and code --------------------------------------------------------------------------

    def _chosen(self) -> dict[str, Any]:
        """The model and the settings on which the price hangs."""
        model = self.maker.takes
        given: dict[str, Any] = {
            "model": model.id,
            "duration": self.duration,
            "resolution": self.resolution,
            "aspect_ratio": self.aspect_ratio,
        }
        found = {name: value for name, value in given.items() if value}
        return {**found, "audio": self.audio} if model.sound_choice else found

    def _arguments(self, *, written: bool = False) -> dict[str, Any]:
        """What `v.video.submit` is given; `written`, as a cell has it. Never dearer than was shown last."""
        chosen, picture = self._chosen(), self.picture
        given: dict[str, Any] = {"prompt": self.prompt.strip(), **chosen}
        if self.negative_prompt.strip():
            given["negative_prompt"] = self.negative_prompt.strip()
        if picture is not None:
            given["image_url"] = picture.written() if written else picture.given()
        if (confirmed := self._consent.given) is not None:
            given["consents"] = confirmed
        if self._price is not None and self._price[1] and (not written or self._price[0] == chosen):
            given["max_usd"] = self._price[1]
        return given

    def _changed(self) -> None:
        if self._price is None or self._price[0] != self._chosen():
            self.price = ASKING
        super()._changed()

    def _estimate(self) -> CallEstimate | None:
        with self._pricing:
            self._learn()
            chosen = self._chosen()
            if self._price is None or self._price[0] != chosen:
                self._price = (chosen, self.client.video.quote(**chosen).usd)
            usd = self._price[1]
        self._fill_code()
        return CallEstimate(usd, model=chosen["model"], sandbox=self.client.sandboxed)

    def _cell(self) -> str:
        given = self._arguments(written=True)
        submit = call("job = v.video.submit", given.pop("prompt"), **given)
        notes = self.picture.notes() if self.picture is not None else []
        return "\n".join([*notes, submit, "clip = job.wait()", "clip"])

    # --- how it looks ----------------------------------------------------------------------------

    def _drawn(self) -> list[html.Child]:
        asked = {"prompt": self.prompt, **self._chosen()}
        pairs = ((name.replace("_", " "), text.short(str(value), 300)) for name, value in asked.items())
        start = [self.picture.drawn("The film starts from")] if self.picture is not None else []
        return [html.facts(pairs), *start, *([poster(self.video)] if self.video is not None else [])]

    def _said(self) -> str:
        if self.video is None:
            return "no film yet"
        with suppress(ValueError):
            return f"a film of {text.seconds(self.video.duration)}"
        return "a film"

    def _left(self) -> None:
        self._models.close()


def _written(path: Path) -> str:
    return f"Written to {text.short(path.name, 120)}."
