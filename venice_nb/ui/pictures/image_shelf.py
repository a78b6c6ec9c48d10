"""What a panel of pictures has made: galleries that grow, each with the code that makes it again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from venice_nb.render import text
from venice_nb.results.pictures.gallery import Gallery
from venice_nb.results.talk.reply_view import price
from venice_nb.ui.parts.code import Name, call, literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from venice_nb.results.pictures.image import Image


@dataclass
class Shelf:
    """A gallery: what was drawn at once, and after that what was made of its pictures.

    `asked` is what it was drawn with. `labels` say how each picture was made where the prompt does not,
    `sources` of which other one.
    """

    gallery: Gallery
    made: str  # the expression that draws it
    asked: dict[str, Any] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    sources: dict[int, int] = field(default_factory=dict)
    note: str = ""  # a line of code before all others
    lines: list[str] = field(default_factory=list)  # of code, one for each picture that was made of another

    def __post_init__(self) -> None:
        self.drawn = len(self.gallery)
        self.labels = self.labels or [""] * self.drawn

    def add(self, image: Image, source: int, label: str, method: str, *given: Any, **options: Any) -> None:
        """Put a picture beside the one it was made of, by `v.images.method(source, ...)`."""
        made = call(f"v.images.{method}", self.name(source), *given, **options)
        place = len(self.gallery)
        self.gallery = replace(self.gallery, images=(*self.gallery, image), index=())
        self.lines.append(f"p{place} = {made}")
        self.labels.append(label)
        self.sources[place] = source

    def name(self, place: int) -> Name:
        """The picture in the code."""
        return Name(f"g[{place}]" if place < self.drawn else f"p{place}")

    @property
    def code(self) -> str:
        """The lines that make all of it."""
        return "\n".join([*filter(None, [self.note]), f"g = {self.made}", *self.lines])

    @property
    def told(self) -> str:
        """It in a few words, for a list: with the prompt, also where later pictures have another one."""
        prompt = text.short(self.gallery[0].prompt, 60) if self.gallery else "no picture"
        return f"{prompt} ({counted(len(self.gallery))}, {price(self.gallery.cost)})"

    @property
    def came(self) -> str:
        """What came last, of what model, how long it took, what it cost, where it lies."""
        gallery = self.gallery[-1:] if self.sources else self.gallery
        if not gallery:
            return "No picture could be read: the tiles say why."
        last = gallery[-1]
        elapsed = gallery.elapsed or last.elapsed
        took = f" in {text.seconds(elapsed)}" if elapsed > 0 else ""
        lost = f" {len(gallery.errors)} could not be read." if gallery.errors else ""
        kept = f" Kept in {text.short(last.path.parent.name, 60)}/." if last.path is not None else ""
        made = f"{counted(len(gallery))} by {text.short(last.model, 60)}{took}"
        return f"{made}, {price(gallery.cost)}.{lost}{kept}"


def counted(pictures: int) -> str:
    """`4 pictures`."""
    return f"{text.count(pictures)} picture{'s' * (pictures != 1)}"


def shelf_of_styles(
    prompt: str, asked: dict[str, Any], styles: Sequence[str], found: Sequence[Gallery | BaseException]
) -> Shelf | None:
    """The galleries that came for several styles as one; None when none came."""
    made = [(style, each) for style, each in zip(styles, found, strict=True) if isinstance(each, Gallery)]
    if not made:
        return None
    names = [style for style, each in made for _ in each]
    one = call("v.images.generate", prompt, **asked, style_preset=Name("style"))
    listed = literal([style for style, _ in made])
    joined: Any = [each for _, each in made]  # galleries count as their pictures
    return Shelf(Gallery(joined), f"vn.Gallery([{one} for style in {listed}])", labels=names)
