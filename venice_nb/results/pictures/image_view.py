"""How a picture is drawn: a figure with a small copy, alt text and a caption, and the same in words."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from venice_nb.errors import InvalidInput
from venice_nb.media.thumbnails import PictureError, has_alpha
from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Live
from venice_nb.results.talk.reply_view import price

if TYPE_CHECKING:
    from venice_nb.results.pictures.image import Image

SIDE = 384  # pixels of a picture that stands alone
MOST = 60_000  # bytes of its copy
_FULL = 20_000_000  # bytes of an original that may go into a notebook
_BROWSER = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif", "image/avif"})


def bundle(image: Image, *, side: int = SIDE, most: int = MOST) -> Bundle:
    """The picture alone."""
    return {"text/plain": words(image), "text/html": html.page(figure(image, side=side, most=most))}


def figure(image: Image, *, side: int, most: int, label: str = "", prompt: bool = True) -> html.Html:
    """The small copy above its caption; a sentence where it cannot be decoded."""
    return html.figure(picture(image, side=side, most=most), caption(image, label=label, prompt=prompt))


def picture(image: Image, *, side: int, most: int) -> html.Html:
    """The small copy, or a sentence that says why there is none."""
    try:
        copy = image.thumbnail(side, most=most)
    except (PictureError, InvalidInput) as error:
        return html.tag("p", f"This picture cannot be shown: {error.what}.", class_="vn-tile")
    return element(copy, "image/webp", alternative(image), clear=has_alpha(copy))


def element(data: bytes, mime: str, alt: str, *, clear: bool = False) -> html.Html:
    """An `img` that holds its own data."""
    return html.tag("img", src=embedded(data, mime), alt=alt, class_="vn-clear" if clear else None)


def embedded(data: bytes, mime: str) -> str:
    """A data URL."""
    import pybase64  # noqa: PLC0415  loaded with the first media

    return f"data:{mime};base64,{pybase64.b64encode(data).decode('ascii')}"


def alternative(image: Image) -> str:
    """What stands for the picture where it is not seen."""
    said = text.short(image.alt or image.prompt, 300)
    return said or f"picture of {image.width} x {image.height} pixels"


def facts(image: Image) -> list[str]:
    """Size, format, seed, model, cost: what the caption's second line tells."""
    width, height = image.size
    found = [f"{width} x {height} {image.format}" if width else text.short(image.format, 60) or "unknown"]
    if image.seed is not None:
        found.append(f"seed {image.seed}")
    if image.model:
        found.append(text.short(image.model, 80))
    if image.cost.usd is not None:
        found.append(price(image.cost))
    if image.headers.sandbox:
        found.append("SANDBOX")
    return found


def caption(image: Image, *, label: str = "", prompt: bool = True) -> html.Html:
    """Prompt, facts, and what safe mode or the server's rewriting did, said plainly."""
    asked = text.short(image.prompt, 100)
    lines: list[html.Child] = []
    if prompt and asked:
        full = text.short(image.prompt, 2000)
        lines.append(html.tag("div", asked, title=full if full != asked else None, class_="vn-prompt"))
    lines.append(html.tag("div", " · ".join(filter(None, [label, *facts(image)]))))
    if image.blurred:
        lines.append(html.tag("div", "Blurred by safe mode", class_="vn-warn"))
    if image.enhanced_prompt and image.enhanced_prompt != image.prompt:
        lines.append(html.details("Prompt as the server rewrote it", text.clean(image.enhanced_prompt, 4000)))
    return html.join(lines)


def words(image: Image) -> str:
    """The same for a terminal."""
    lines = [f"Picture: {' · '.join(facts(image))}"]
    if image.prompt:
        lines.append(f"  prompt: {text.short(image.prompt, 300)}")
    elif image.alt:
        lines.append(f"  shows: {text.short(image.alt, 300)}")
    if image.enhanced_prompt and image.enhanced_prompt != image.prompt:
        lines.append(f"  prompt as the server rewrote it: {text.short(image.enhanced_prompt, 600)}")
    if image.blurred:
        lines.append("  blurred by safe mode")
    if image.path is not None:
        lines.append(f"  file: {text.short(image.path.name, 200)}")
    return "\n".join(lines)


def show(image: Image, *, full: bool) -> None:
    """Draws the picture now; at full size the original is embedded."""
    drawn = full_bundle(image) if full else bundle(image)
    if not Live(lambda: drawn).finish():
        sys.stdout.write(drawn["text/plain"] + "\n")


def full_bundle(image: Image) -> Bundle:
    """The original where a browser can show it, else the largest copy it can."""
    data = image.data
    original = image.mime in _BROWSER and len(data) <= _FULL and image.width > 0
    content = (
        element(data, image.mime, alternative(image))
        if original
        else picture(image, side=2048, most=2_000_000)
    )
    return {
        "text/plain": words(image),
        "text/html": html.page(html.tag("div", html.figure(content, caption(image)), class_="vn-full")),
    }
