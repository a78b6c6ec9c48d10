"""How a gallery is drawn: a grid of small copies that together stay within the size of a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.errors import VeniceError
from venice_nb.render import html, text
from venice_nb.results.pictures import image_view
from venice_nb.results.pictures.image import Image
from venice_nb.results.talk.reply_view import price

if TYPE_CHECKING:
    from venice_nb.render.live import Bundle
    from venice_nb.results.pictures.gallery import Failed, Gallery

SHOWN = 48  # pictures drawn; the gallery has all
_SIDE = 256  # pixels of a copy in the grid
_ALONE = 512  # of a picture that is the only one
_MOST = 32_000  # bytes of a copy in the grid
_TOTAL = 300_000  # bytes of all copies together; base64 makes 400 KB of it
_ONE = 120_000  # bytes of the copy of a picture that is the only one


def bundle(gallery: Gallery) -> Bundle:
    """The grid, and the same in words."""
    slots = gallery.slots()
    shown = slots[:SHOWN]
    if len(slots) == 1 and isinstance(slots[0], Image):
        drawn = image_view.figure(slots[0], side=_ALONE, most=_ONE)
    else:
        most = min(_MOST, _TOTAL // max(len(shown), 1))
        drawn = html.tag("div", _tiles(gallery, shown, most), class_="vn-gallery")
    more = f"Showing {len(shown)} of {len(slots)}; gallery[{SHOWN}:] shows more." if slots[SHOWN:] else None
    head = html.tag("div", line(gallery), class_="vn-line") if len(slots) != 1 else None
    body = html.page(head, drawn, html.note(more) if more else None)
    return {"text/plain": _words(gallery, slots, more), "text/html": body}


def line(gallery: Gallery) -> str:
    """`4 pictures, $0.04 priced: "a gondola at dusk"`."""
    n, lost = len(gallery), len(gallery.errors)
    parts = [f"{text.count(n)} {'picture' if n == 1 else 'pictures'}"]
    if lost:
        parts.append(f"{text.count(lost)} failed")
    if n and gallery.cost.usd is not None:
        parts.append(price(gallery.cost))
    if any(image.headers.sandbox for image in gallery):
        parts.append("SANDBOX")
    asked = f': "{text.short(gallery.prompt, 80)}"' if gallery.prompt else ""
    return ", ".join(parts) + asked


def _tiles(gallery: Gallery, slots: list[Image | Failed], most: int) -> list[html.Html]:
    labels = _labels(gallery, slots)
    return [
        image_view.figure(one, side=_SIDE, most=most, label=label)
        if isinstance(one, Image)
        else _failed(one, label)
        for one, label in zip(slots, labels, strict=True)
    ]


def _labels(gallery: Gallery, slots: list[Image | Failed]) -> list[str]:
    """How each picture is reached: its row's label, or its place in the sequence."""
    place = 0
    found = []
    for one in slots:
        if isinstance(one, Image):
            label = gallery.index[place] if gallery.index else None
            found.append(f"[{place}]" if label is None else text.short(str(label), 40))
            place += 1
        else:
            found.append("" if one.label is None else text.short(str(one.label), 40))
    return found


def _failed(one: Failed, label: str) -> html.Html:
    why = html.tag("p", f"Not made: {_why(one)}", class_="vn-tile")
    asked = text.short(one.prompt, 100)
    lines = [html.tag("div", asked, class_="vn-prompt") if asked else None, html.tag("div", label)]
    return html.figure(why, html.join(lines))


def _why(one: Failed) -> str:
    error = one.error
    said = error.what if isinstance(error, VeniceError) else str(error)
    return text.short(said or type(error).__name__, 300)


def _words(gallery: Gallery, slots: list[Image | Failed], more: str | None) -> str:
    if len(slots) == 1 and isinstance(slots[0], Image):
        return image_view.words(slots[0])
    shared = bool(gallery.prompt)
    lines = [f"Gallery of {line(gallery)}"]
    for one, label in zip(slots[:SHOWN], _labels(gallery, slots)[:SHOWN], strict=True):
        if isinstance(one, Image):
            asked = f": {text.short(one.prompt, 80)}" if one.prompt and not shared else ""
            blurred = ", blurred by safe mode" if one.blurred else ""
            lines.append(f"  {label} {' · '.join(image_view.facts(one))}{blurred}{asked}")
        else:
            asked = f" ({text.short(one.prompt, 80)})" if one.prompt else ""
            lines.append(f"  {label} not made: {_why(one)}{asked}".replace("   ", "  "))
    return "\n".join([*lines, *([f"  {more}"] if more else [])])
