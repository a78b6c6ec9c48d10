"""The panel of pictures: drawn from a prompt, then enlarged, changed, cut out, compared, saved."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from traitlets import Bool, Int, Tuple, Unicode, link

from venice_nb.calls.pictures import fields
from venice_nb.calls.pictures.edits import EDITOR
from venice_nb.catalogue.names import name_of
from venice_nb.render import html, text
from venice_nb.results.pictures import gallery_view
from venice_nb.results.pictures.gallery import Gallery
from venice_nb.results.pictures.image import Image
from venice_nb.ui.parts import view
from venice_nb.ui.parts.alike import alike
from venice_nb.ui.parts.code import call
from venice_nb.ui.parts.model_picker import ModelPicker
from venice_nb.ui.parts.panel import BUSY, Panel
from venice_nb.ui.pictures import image_prices as prices
from venice_nb.ui.pictures.image_own import Own, shelf_of
from venice_nb.ui.pictures.image_results import Results
from venice_nb.ui.pictures.image_seed import Seed
from venice_nb.ui.pictures.image_settings import Settings
from venice_nb.ui.pictures.image_shelf import Shelf, counted, shelf_of_styles
from venice_nb.ui.pictures.image_sizes import SIDE, Sizes
from venice_nb.ui.pictures.image_styles import SHOWN, Styles

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from venice_nb.results.spending.estimate import CallEstimate
    from venice_nb.ui.parts.task import Task
    from venice_nb.venice import Venice

FOLDER = "images"  # where all pictures of a gallery are saved


class ImagePanel(Panel):
    """See `vn.ui.images`.

    Attributes:
        prompt: what is to be seen.
        negative_prompt: what is not to be seen.
        model: id of the model that draws; empty for the default.
        aspect_ratio: the shape, such as 16:9; empty for the model's own.
        width: pixels, for models that are sized by them.
        height: likewise.
        resolution: 1K, 2K or 4K, for models that have such tiers.
        quality: low, medium or high, for models that have levels.
        variants: pictures, 1 to 4.
        seed: of the next picture, or of the last one when it is drawn anew.
        lock_seed: keep the seed; else each press draws another one.
        style_preset: name of a style; empty for none.
        styles: names of styles to be previewed.
        format: webp, png or jpeg; empty for the server's own.
        safe_mode: blur adult content.
        hide_watermark: leave out Venice's mark.
        enhance_prompt: let the server rewrite the prompt first.
        place: number of the picture that is picked; -1 for none.
        against: number of the one it is compared with; -1 for none.
        split: how much of that one is seen, in percent of the width.
        zoom: 1 for all of both, else as many times the middle of them.
        scale: 2 or 4, how much larger a picture is made.
        instruction: what is to change in the picture.
        editor: id of the model that changes it.
        name: of the file the picture is saved in.
        parameters: everything else that `v.images.generate` is given.

    """

    prompt = Unicode()
    negative_prompt = Unicode()
    model = Unicode()
    aspect_ratio = Unicode()
    width = Int(SIDE)
    height = Int(SIDE)
    resolution = Unicode()
    quality = Unicode()
    variants = Int(1, min=1, max=4)
    seed = Int(0, min=0, max=fields.SEEDS)
    lock_seed = Bool(default_value=False)
    style_preset = Unicode()
    styles = Tuple()
    format = Unicode()
    safe_mode = Bool(default_value=True)
    hide_watermark = Bool(default_value=False)
    enhance_prompt = Bool(default_value=False)
    place = Int(-1)
    against = Int(-1)
    split = Int(50, min=0, max=100)
    zoom = Int(1, min=1, max=8)
    scale = Int(2)
    instruction = Unicode()
    editor = Unicode(EDITOR)
    name = Unicode()

    title = "Images"
    look = (
        "<p <strong <summary vn-head vn-title vn-badge vn-plain vn-good vn-warn vn-bad vn-line vn-prompt "
        "vn-details vn-body vn-stage vn-wipe vn-strips vn-clear vn-tile"
    )
    asked = (
        "prompt", "negative_prompt", "model", "aspect_ratio", "width", "height", "resolution", "quality",
        "variants", "lock_seed", "style_preset", "format", "safe_mode", "hide_watermark", "enhance_prompt",
    )  # fmt: skip
    inputs = (*asked, "seed", "styles", "place", "scale", "editor")

    def __init__(self, client: Venice, *, model: Any = None, **parameters: Any) -> None:
        given = {name: each for name, each in parameters.items() if each is not None}
        state = {name: given.pop(name) for name in (*self.asked, "seed") if name in given}
        self.parameters = given
        if model is not None and hasattr(client, "close"):  # the base refuses what is no client
            found = client._session.catalogue.resolve(name_of(model), type="image")  # noqa: SLF001  ours
            state["model"] = found.id
        super().__init__(client, **{"lock_seed": "seed" in state, **state})
        self.model = self._models.value
        link((self, "model"), (self._models, "value"))
        folded = [section.body for section in (*self._folded, self._code)]
        if self.prompt:
            self._changed()
        alike(self.view, [*folded, *self._sizes.changing, *self._made.changing, self.way_out])

    # --- the view --------------------------------------------------------------------------------

    def _body(self) -> list[Any]:
        prompt = view.area("Prompt", "What is to be seen", rows=2)
        negative = view.line(
            "Not in it", "What is not to be seen; some models take no notice", flex="1 1 100%"
        )
        variants = view.number("Pictures", "1 to 4, each of them paid for", self.variants, least=1, most=4)
        for name, control in (
            ("prompt", prompt),
            ("negative_prompt", negative),
            ("variants", variants),
        ):
            view.joined(self, name, control)
        self._seed, self._sizes = Seed(self), Sizes(self)
        draw = view.button("Draw", "Draw new pictures", self.settled(self.draw), style="primary")
        stop = view.button(
            "Stop", "Stop waiting; what has arrived is kept, what was sent may be charged", self.stop
        )
        return [
            prompt,
            negative,
            view.row(variants, *self._seed.controls),
            self._sizes.view,
            view.row(draw, stop),
        ]

    def _sections(self) -> list[view.Section]:
        self._models = ModelPicker(self.client, "image", value=self.model)
        self._styles = Styles(self)
        self._settings = Settings(self)
        models = view.Section("Choose model", "Which model draws", [self._models.view])
        self._folded = [models, self._styles.section, Own(self).section, self._settings.section]
        return self._folded

    def _results(self) -> list[Any]:
        self._made = Results(self)
        return [self._made.view]

    # --- what was made ---------------------------------------------------------------------------

    @property
    def gallery(self) -> Gallery:
        """The gallery that is shown, with what was made of its pictures; empty before the first."""
        return self._made.shelf.gallery if self._made.shelf is not None else Gallery()

    @property
    def galleries(self) -> tuple[Gallery, ...]:
        """All that was made in this panel, oldest first: nothing that arrived is ever dropped."""
        return tuple(shelf.gallery for shelf in self._made.shelves)

    @property
    def picked(self) -> Image | None:
        """The picture that is worked on; None while there is none."""
        return self.gallery[self.place] if 0 <= self.place < len(self.gallery) else None

    def pick(self, place: int) -> None:
        """Work on picture number `place` of the gallery; compare it with the one it was made of."""
        if not 0 <= place < len(self.gallery):
            self.status = f"There is no picture {place}."
            return
        self.place = place

    def show(self, number: int) -> None:
        """Show gallery number `number` of `galleries` again, with its last picture picked."""
        if not 0 <= number < len(self._made.shelves):
            self.status = f"There is no gallery {number}."
            return
        self._made.show(self._made.shelves[number])

    # --- asking ----------------------------------------------------------------------------------

    def draw(self) -> None:
        """Draw new pictures: a gallery."""
        prompt = self._ready()
        if prompt is not None:
            asked = self._asked(seed=self._seed.next())
            work = partial(self._draw, prompt, asked)
            self.start("Drawing ...", lambda _: work(), self._shelved)

    def preview(self) -> None:
        """Draw the prompt once in each of `styles`; the strip shows them, the history keeps them."""
        prompt = self._ready()
        if prompt is None:
            return
        if not 1 <= len(self.styles) <= SHOWN:
            self.status = f"Pick 1 to {SHOWN} styles to try."
            return
        asked = self._asked(seed=self._seed.next(), variants=None, style_preset=None)
        self.start(
            f"Drawing in {len(self.styles)} styles ...",
            partial(self._preview, prompt, asked, self.styles),
            lambda _: "The strip shows the prompt in each style: pick one.",
        )

    def upscale(self) -> None:
        """A copy of the picture that is picked, `scale` times as large."""
        self._work("Enlarging ...", f"{self.scale}x", "upscale", self.scale)

    def closer(self) -> None:
        """See the middle of the picture, and of the other one, `zoom` times as large."""
        zoom, done = self.zoom, "The middle of the picture."
        if not self.start("Looking closer ...", lambda _: self._made.bench.draw(zoom), lambda _: done):
            self.zoom = 1

    def edit(self) -> None:
        """A copy of it, changed as `instruction` says."""
        words = self.instruction.strip()
        if not words and self.picked is not None:
            self.status = "Write what is to change first."
            return
        model = self.editor if self.editor != EDITOR else None
        self._work("Changing ...", "edit", "edit", words, model=model)

    def remove_background(self) -> None:
        """A copy of it with a transparent background."""
        self._work("Cutting out ...", "cut out", "remove_background")

    def open(self, path: str) -> None:
        """Work on a picture of your own, by its path."""
        self.bring(path, partial(Image.open, path))

    def bring(self, name: str, read: Callable[[], Image], note: str = "") -> None:
        """Work on the picture that `read` gives, as if it had been drawn; the `note` is for its code."""
        self.start("Opening ...", lambda _: self._made.keep(shelf_of(read(), name, note)), self._opened)

    def save(self) -> None:
        """Write the picture that is picked as `name`, or under a name of its own."""
        image, name = self.picked, self.name.strip() or None
        if image is None:
            self.status = "Pick a picture first."
            return
        self.start(
            "Saving ...", lambda _: image.save(name), lambda path: f"Saved as {text.short(str(path), 120)}."
        )

    def save_all(self) -> None:
        """Write all pictures of the gallery to the folder `images`."""
        gallery = self.gallery
        self.start(
            "Saving ...",
            lambda _: gallery.save(FOLDER),
            lambda paths: f"{counted(len(paths))} saved in {FOLDER}/.",
        )

    def list_styles(self) -> None:
        """Offer the styles that the server lists now."""
        self.start("Reading the list ...", lambda _: self.client.images.styles(), self._listed)

    def _ready(self) -> str | None:
        """The prompt, when there is one and nothing else is under way."""
        prompt = self.prompt.strip()
        if self.busy:
            self.status = BUSY
        elif not prompt:
            self.status = "Write a prompt first."
        return prompt if prompt and not self.busy else None

    def _asked(self, **more: Any) -> dict[str, Any]:
        """What `v.images.generate` is asked for; what is left to the server is left out."""
        given: dict[str, Any] = {
            **self.parameters,
            "model": self.model,
            "negative_prompt": self.negative_prompt.strip(),
            **self._sizes.asked(),
            "variants": self.variants if self.variants > 1 else None,
            "style_preset": self.style_preset,
            **self._seed.asked(),
            **self._settings.asked(),
            **more,
        }
        return {name: each for name, each in given.items() if each not in ("", None)}

    def _draw(self, prompt: str, asked: dict[str, Any]) -> Shelf:
        gallery = self.client.images.generate(prompt, **asked)
        made = call("v.images.generate", prompt, **asked)
        return self._made.keep(Shelf(gallery, made, {"prompt": prompt, **asked}))

    def _preview(self, prompt: str, asked: dict[str, Any], styles: Sequence[str], task: Task) -> None:
        draw = self.client.images.generate
        found = task.together([partial(draw, prompt, **asked, style_preset=each) for each in styles])
        shelf = shelf_of_styles(prompt, asked, styles, found)
        if shelf is not None:
            self._made.keep(shelf)
            if self._made.shelf is None:
                self._made.show(shelf)
            self._made.list()
            self._styles.show(list(zip(shelf.labels, shelf.gallery, strict=True)))
        for each in found:
            if isinstance(each, BaseException):
                raise each

    def _work(self, doing: str, label: str, method: str, *given: Any, **options: Any) -> None:
        """Make something of the picture that is picked; it stands beside it then."""
        shelf, image, source = self._made.shelf, self.picked, self.place
        if shelf is None or image is None:
            self.status = "Pick a picture first."
            return
        act: Callable[..., Image] = getattr(self.client.images, method)

        def carry(_: Task) -> Shelf:
            made = act(image, *given, **options)
            shelf.add(made, source, f"{label} of [{source}]", method, *given, **options)
            return shelf

        self.start(doing, carry, self._shelved)

    def _shelved(self, shelf: Shelf) -> str:
        """Show what came, and say it in one sentence."""
        self._made.show(shelf)
        return shelf.came

    def _opened(self, shelf: Shelf) -> str:
        self._made.show(shelf)
        return "Opened: say what is to become of it."

    def _listed(self, styles: Sequence[str]) -> str:
        self._styles.offer(tuple(styles))
        return f"{text.count(len(styles))} styles."

    # --- the base's questions --------------------------------------------------------------------

    def _estimate(self) -> CallEstimate | None:
        self._sizes.learn()
        prompt = self.prompt.strip()
        if not prompt:
            return None
        return self.client.estimate(self.client.images.generate, prompt, **self._asked())

    def reckon(self) -> None:
        """Work out all prices: of Draw, of a preview, of what is done with the picture that is picked."""
        super().reckon()
        asked = self._asked(variants=None, style_preset=None)
        self._styles.tell(prices.preview(self, self.prompt.strip(), asked))
        self._made.bench.tell(prices.work(self))

    def _cell(self) -> str:
        shelf, prompt = self._made.shelf, self.prompt.strip()
        lines = [shelf.code] if shelf is not None else []
        if prompt and (shelf is None or shelf.asked != {"prompt": prompt, **self._asked(seed=self.seed)}):
            lines += ["# the next press of Draw"] if lines else []
            lines.append(f"g = {call('v.images.generate', prompt, **self._asked())}")
        return "\n".join(lines)

    def _drawn(self) -> list[html.Child]:
        facts = {"prompt": self.prompt.strip(), **self._asked()}
        shown = html.facts((name, text.short(str(each), 300)) for name, each in facts.items() if each)
        return [shown, *self._made.drawn()]

    def _said(self) -> str:
        return text.short(gallery_view.line(self.gallery), 100)

    def _left(self) -> None:
        self._models.close()
        self._made.leave()
