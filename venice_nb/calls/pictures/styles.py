"""The styles of pictures: the names the API knows, and the other names people use for them.

API reference: `GET /image/styles`. A style is sent exactly as the API spells it. The list here is that of
August 2026, as public clients give it; the server's own is `v.images.styles()`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.calls.answer import unreadable
from venice_nb.calls.call import Call
from venice_nb.calls.check import closest, refuse, text
from venice_nb.calls.models import LISTS
from venice_nb.results.headers import Headers
from venice_nb.results.pictures.styles import Styles
from venice_nb.results.reading import items, loads, mapping, string

if TYPE_CHECKING:
    from collections.abc import Iterable

    from venice_nb.calls.call import Received

STYLES = (
    "3D Model", "Analog Film", "Anime", "Cinematic", "Comic Book", "Craft Clay", "Digital Art", "Enhance",
    "Fantasy Art", "Isometric Style", "Line Art", "Lowpoly", "Neon Punk", "Origami", "Photographic",
    "Pixel Art", "Texture", "Advertising", "Food Photography", "Real Estate", "Abstract", "Cubist",
    "Graffiti", "Hyperrealism", "Impressionist", "Pointillism", "Pop Art", "Psychedelic", "Renaissance",
    "Steampunk", "Surrealist", "Typography", "Watercolor", "Fighting Game", "GTA", "Super Mario",
    "Minecraft", "Pokemon", "Retro Arcade", "Retro Game", "RPG Fantasy Game", "Strategy Game",
    "Street Fighter", "Legend of Zelda", "Architectural", "Disco", "Dreamscape", "Dystopian", "Fairy Tale",
    "Gothic", "Grunge", "Horror", "Minimalist", "Monochrome", "Nautical", "Space", "Stained Glass",
    "Techwear Fashion", "Tribal", "Zentangle", "Collage", "Flat Papercut", "Kirigami", "Paper Mache",
    "Paper Quilling", "Papercut Collage", "Papercut Shadow Box", "Stacked Papercut",
    "Thick Layered Papercut", "Alien", "Film Noir", "HDR", "Long Exposure", "Neon Noir", "Silhouette",
    "Tilt-Shift",
)  # fmt: skip

# What older tutorials and other spellings call them; letters and digits only, lower case.
_OTHER_NAMES = {
    "isometric": "Isometric Style",
    "tiletexture": "Texture",
    "tile": "Texture",
    "3d": "3D Model",
    "comic": "Comic Book",
    "clay": "Craft Clay",
    "photo": "Photographic",
    "photorealistic": "Photographic",
    "watercolour": "Watercolor",
    "impressionism": "Impressionist",
    "cubism": "Cubist",
    "surrealism": "Surrealist",
    "hyperrealistic": "Hyperrealism",
    "pointillist": "Pointillism",
    "zelda": "Legend of Zelda",
    "noir": "Film Noir",
}


def style(field: str, value: Any, known: Iterable[str] = STYLES) -> str:
    """The style as the API spells it. Case, spaces and hyphens do not matter; other names are understood.

    Raises InvalidInput with the name that was probably meant.
    """
    name = text(blank=False, longest=200)(field, value)
    styles = {_plain(each): each for each in (*STYLES, *known)}
    found = styles.get(_plain(name)) or _OTHER_NAMES.get(_plain(name))
    if found is not None:
        return found
    guess = closest(name, styles.values())
    look = "v.images.styles() asks the server for its list; what is in it is taken from then on."
    allowed = f"one of {len(set(styles.values()))} styles"
    return refuse(field, value, allowed, f"Did you mean {guess!r}? {look}" if guess else look)


def styles() -> Call[Styles]:
    """The server's own list of styles. Public: no key is needed."""
    return Call(
        operation="listImageStyles", method="GET", path="/image/styles", read=read_styles, timeouts=LISTS
    )


def read_styles(received: Received) -> Styles:
    """The names, from an object with `data` or from a bare list. Raises UnreadableReply for anything else."""
    try:
        answer = loads(received.content)
    except ValueError:
        raise unreadable(
            received, "The server answered with something that is not a list of styles"
        ) from None
    listed = answer if isinstance(answer, list) else items(mapping(answer).get("data"))
    names = (string(each) or string(mapping(each).get("name")) for each in listed)
    found = tuple(dict.fromkeys(name for name in names if name))
    if not found:
        raise unreadable(received, "The server answered with JSON that is not a list of styles", answer)
    raw = answer if isinstance(answer, dict) else {"data": answer}
    return Styles(found, raw=raw, headers=Headers(received.headers))


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
