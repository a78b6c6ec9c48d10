"""The picture that is worked on: seen large or against another one, enlarged, changed, cut out, saved."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from venice_nb.media.thumbnails import PictureError
from venice_nb.render import html, text
from venice_nb.results.models.prices import summary
from venice_nb.results.pictures import image_view
from venice_nb.results.pictures.image import Image
from venice_nb.ui.parts import view

if TYPE_CHECKING:
    from venice_nb.ui.pictures.image_panel import ImagePanel

SIDE, MOST = 300, 6_800  # pixels and bytes of the copy that is seen


class Bench:
    """Follows `place` of the panel, the picture that is picked, and `against`, the other one."""

    def __init__(self, panel: ImagePanel) -> None:
        self._panel = panel
        self._filling = False
        self._stage, self._where, self._facts, self._prices = (view.pane() for _ in range(4))
        self._line = view.number(
            "Line at %",
            "Percent of the width: the picture before lies to the left; the pointer moves the line as well",
            panel.split,
            least=0,
            most=100,
            step=10,
        )
        self._other = view.choice(
            "Compare with",
            "The other picture; it lies to the left of the line",
            [("none", -1)],
            -1,
            flex="1 1 14em",
        )
        zoom = view.choice(
            "Look closer",
            "At the middle of the picture: what is sharp and what is not",
            [("the whole", 1), *((f"{times} times", times) for times in (2, 4, 8))],
            1,
            flex="1 1 14em",
        )
        scale = view.choice("Times", "As many times the width and the height", [("2", 2), ("4", 4)], 2)
        scale.layout.flex = "1 1 11em"
        larger = view.button("Upscale", "A larger copy of the picture that is picked", panel.upscale)
        cut = view.button(
            "Remove background", "A copy with a transparent background, as PNG", panel.remove_background
        )
        instruction = view.area("Change", "What is to change in the picture", rows=2)
        instruction.placeholder = "make it snow"
        editor = view.choice("Edit model", "Which model changes it", _editors(panel))
        change = view.button("Edit", "A copy of the picture, changed as you say", panel.settled(panel.edit))
        name = view.line(
            "File name",
            "Where it is saved; a suffix such as .png or .jpg picks the format",
            placeholder="gondola.png",
        )
        save = view.button(
            "Save", "Write the picture to the folder of the notebook", panel.settled(panel.save)
        )
        every = view.button(
            "Save all", "Write all pictures of this gallery to the folder images", panel.save_all
        )
        for trait, control in (
            ("split", self._line),
            ("zoom", zoom),
            ("scale", scale),
            ("instruction", instruction),
            ("editor", editor),
            ("name", name),
        ):
            view.joined(panel, trait, control)
        self._other.observe(lambda change: self._compared(change.new), "value")
        panel.observe(lambda _: self.follow(), "against")
        panel.observe(lambda _: self._divide(), "split")
        panel.observe(lambda change: panel.closer() if change.new > 1 else self.draw(), "zoom")
        left = view.column(self._stage, self._where, view.row(self._other, self._line, zoom), self._facts)
        right = view.column(
            view.row(scale, larger, cut),
            instruction,
            view.row(editor, change),
            self._prices,
            view.row(name, save, every),
        )
        for side in (left, right):
            side.layout.flex, side.layout.width, side.layout.min_width = "1 1 21em", "auto", "0"
        self.view = view.row(left, right)
        self.view.layout.align_items, self.view.layout.display = "flex-start", "none"

    @property
    def changing(self) -> list[Any]:
        """The widgets that are shown and hidden."""
        return [self.view, self._line]

    def follow(self) -> None:
        """Show the picture that is picked, against the other one if there is one; nothing without it."""
        panel, pair = self._panel, self._pair()
        self.view.layout.display = "flex" if pair else "none"
        if not pair:
            return
        others = [place for place in range(len(panel.gallery)) if place != panel.place]
        self._filling = True
        try:
            self._other.options = [("none", -1), *((f"[{place}]", place) for place in others)]
            self._other.value = panel.against if len(pair) == 2 else -1
        finally:
            self._filling = False
        self._line.layout.display = None if len(pair) == 2 else "none"
        if panel.zoom == 1:
            self.draw()
        panel.zoom = 1
        view.draw(self._facts, html.tag("div", image_view.caption(pair[-1]), class_="vn-line"))
        self._divide()

    def draw(self, zoom: int = 1) -> None:
        """Draw the picture, or both with the line between them; their middle, `zoom` times as large."""
        shown = [copy(image) if zoom == 1 else close_up(image, zoom) for image in self._pair()]
        if len(shown) == 2:
            view.draw(self._stage, html.wipe(shown[0], shown[1], self._id))
        elif shown:
            view.draw(self._stage, html.tag("div", shown, class_="vn-stage"))

    def tell(self, prices: str) -> None:
        """Say what can be done with the picture costs."""
        view.draw(self._prices, *([html.tag("p", prices, class_="vn-line")] if prices else []))

    def drawn(self) -> list[html.Child]:
        """The picture, and the other one to its left, without a slider."""
        pair = self._pair()
        return [html.tag("div", map(_figure, pair), class_="vn-row")] if pair else []

    def _pair(self) -> list[Image]:
        """The other picture and the picked one; only the latter, or none."""
        panel, picked = self._panel, self._panel.picked
        others = {*range(len(panel.gallery))} - {panel.place}
        before = [panel.gallery[panel.against]] if panel.against in others else []
        return [*before, picked] if picked is not None else []

    def _compared(self, place: int) -> None:
        if not self._filling:
            self._panel.against = place

    @property
    def _id(self) -> str:
        """Of the two pictures on the page: another one for each panel."""
        return html.identifier(str(self._stage.model_id))

    def _divide(self) -> None:
        self._where.value = html.divide(self._id, self._panel.split)


def copy(image: Image) -> html.Html:
    """The picture as it is seen on the bench."""
    return image_view.picture(image, side=SIDE, most=MOST)


def close_up(image: Image, times: int) -> html.Html:
    """The middle of it, as large as all of it is seen on the bench."""
    try:
        whole = image.pil
    except PictureError:
        return copy(image)
    width, height = max(whole.width // times, 1), max(whole.height // times, 1)
    left, top = (whole.width - width) // 2, (whole.height - height) // 2
    out = io.BytesIO()
    whole.crop((left, top, left + width, top + height)).save(out, "PNG")
    return copy(Image(out.getvalue(), alt=f"the middle of: {image_view.alternative(image)}"))


def _figure(image: Image) -> html.Html:
    return html.figure(copy(image), image_view.caption(image, prompt=False))


def _editors(panel: ImagePanel) -> list[tuple[str, str]]:
    """The models that edit, with their prices."""
    models = panel.client.models(type="inpaint", refresh=False)
    found = {model.id: f"{text.short(model.id, 40)}, {summary(model)}" for model in models}
    return [(said, name) for name, said in {panel.editor: panel.editor, **found}.items()]
