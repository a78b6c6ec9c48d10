"""GET /photos/<slug>: what a character looks like, outside the API and without a key."""

from __future__ import annotations

import io
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING

from .exchange import Refusal, Response
from .routes.characters import find_character

if TYPE_CHECKING:
    from .ask import Ask

ROOT = "/photos/"
SIDE = 256  # pixels
SHADES = ("45%, 78%", "40%, 38%", "35%, 22%")  # saturation and lightness of the wall, the coat, the hair
SKINS = ("#f3cfb3", "#e0ac88", "#c68a5e", "#9a6240", "#6b4129")


def serve(ask: Ask) -> Response:
    """The photo of a character."""
    if ask.request.method not in ("GET", "HEAD"):
        return Refusal(405, "Method not allowed", {"allow": "GET, HEAD"}).response()
    slug = ask.request.path.removeprefix(ROOT)
    try:
        find_character(slug)
    except Refusal as refusal:
        return refusal.response()
    return Response(200, {"content-type": "image/png"}, _portrait(slug))


@cache
def _portrait(slug: str) -> bytes:
    """A head above shoulders, in colours that follow from the slug; they never change."""
    from PIL import Image, ImageDraw  # noqa: PLC0415  (loads with the first photo)

    from .studio.mark import sign  # noqa: PLC0415

    draw = blake2b(f"{slug} photo".encode(), digest_size=8).digest()
    wall, coat, hair = (f"hsl({draw[at] * 360 // 256}, {part})" for at, part in enumerate(SHADES))
    skin = SKINS[draw[3] % len(SKINS)]
    image = Image.new("RGB", (SIDE, SIDE), wall)
    pen = ImageDraw.Draw(image)
    pen.ellipse((28, 178, 228, 378), coat)
    pen.rectangle((108, 150, 148, 196), skin)
    pen.ellipse((70, 34, 186, 160 + draw[4] % 24), hair)
    pen.ellipse((80, 58, 176, 176), skin)
    for left in (104, 142):
        pen.ellipse((left, 106, left + 10, 116), "#222222")
    pen.arc((108, 116, 148, 150), 25, 155, "#7a2f2f", 4)
    out = io.BytesIO()
    sign(image, "").save(out, "PNG")
    return out.getvalue()
