"""Characters to talk to, and what people say about them. API reference: `GET /characters`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

from venice_nb.calls import characters as calls
from venice_nb.calls.check import integer, listed
from venice_nb.catalogue.names import name_of
from venice_nb.policy.steps import Fetch, Plan, Send, Work
from venice_nb.results.characters import Character, CharacterTable, Reviews

if TYPE_CHECKING:
    from collections.abc import Sequence

    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session
    from venice_nb.results.pictures.image import Image

PATIENCE = 20.0  # seconds that a photo may take
_count = integer(1)
_from = integer(0)


def characters(
    session: Session,  # noqa: ARG001  every plan takes it first
    *,
    search: str | None = None,
    categories: str | Sequence[str] | None = None,
    tags: str | Sequence[str] | None = None,
    model: ModelName | Sequence[ModelName] | None = None,
    adult: bool | None = None,
    pro: bool | None = None,
    web_enabled: bool | None = None,
    limit: int = 50,
    offset: int = 0,
    sort_by: str | None = None,
    sort_order: Literal["asc", "desc"] | None = None,
) -> Plan[CharacterTable]:
    """A table of characters; `v.chat(..., character=slug)` talks to one.

    Args:
        search: words in the name or the description, at most 200 characters.
        categories: one category, or up to 20.
        tags: one tag, or up to 20.
        model: models the characters suggest, one or up to 20: ids, or models of `v.models`.
        adult: True for adult characters only; anything else gives the others only.
        pro: True for characters of paid plans only.
        web_enabled: True for characters that may search the web.
        limit: how many at most; more than 100 take several requests.
        offset: how many to pass over.
        sort_by: featured, highestRating, highlyRated, highlyRatedAndRecent, imports, mostRecent, ratingCount.
        sort_order: "asc" or "desc".

    Raises InvalidInput for a value the server would refuse, before anything is sent.

    >>> import venice_nb as vn
    >>> [character.slug for character in vn.Venice.sandbox().characters(search="philosophy", limit=5)]
    ['alan-watts']

    """
    wanted, start = int(_count("limit", limit)), int(_from("offset", offset))
    ids = None if model is None else [name_of(each) for each in listed(model) or [model]]
    found: dict[str, Character] = {}  # by slug: the list may shift between two pages
    table = CharacterTable()
    while len(found) < wanted:
        size = min(calls.LIMIT, wanted - len(found))
        table = yield Send(
            calls.list_characters(
                search=search,
                categories=categories,
                tags=tags,
                modelId=ids,
                isAdult=adult,
                isPro=pro,
                isWebEnabled=web_enabled,
                limit=size,
                offset=start,
                sortBy=sort_by,
                sortOrder=sort_order,
            )
        )
        fresh = {
            each.slug or each.id: each for each in table.characters if (each.slug or each.id) not in found
        }
        found |= fresh
        start += len(table.characters)
        if not fresh or len(table.characters) < size:  # the server gives no total; a short page is the last
            break
    return replace(table, characters=tuple(found.values())[:wanted])


def get(session: Session, /, slug: str | Character) -> Plan[Character]:  # noqa: ARG001  every plan takes it first
    """One character as a card, by its slug. Raises CharacterNotFound for an unknown one.

    >>> import venice_nb as vn
    >>> vn.Venice.sandbox().characters.get("alan-watts").name
    'Alan Watts'

    """
    found: Character = yield Send(calls.get_character(slug))
    return found


def photo(session: Session, /, character: str | Character) -> Plan[Image | None]:
    """What a character looks like, a picture; None for one without a photo.

    Args:
        character: its slug, or the character as `v.characters` gives it.

    The photo is fetched from where it stands, without the key, by https from public addresses only. Raises
    CharacterNotFound for an unknown slug, UnsafeContent for an address that is not safe, TransportError when
    it cannot be reached in 20 seconds. API reference: `photoUrl` of `GET /characters/{slug}`.

    >>> import venice_nb as vn
    >>> vn.Venice.sandbox().characters.photo("alan-watts").size
    (256, 256)

    """
    from venice_nb.results.pictures.image import Image  # noqa: PLC0415  only when a photo is asked for

    found = character if isinstance(character, Character) else (yield from get(session, character))
    if not found.photo_url:
        return None
    folder = yield Work(lambda: TemporaryDirectory(prefix="venice-photo-"))
    file = Path(folder.name, "photo")
    try:
        received = yield Fetch(found.photo_url, file, total=PATIENCE)
        data: bytes = yield Work(file.read_bytes)
    finally:
        folder.cleanup()
    return Image(data, received.content_type, alt=found.name or found.slug)


def reviews(session: Session, /, slug: str | Character, *, limit: int = 20) -> Plan[Reviews]:  # noqa: ARG001  as above
    """What people say about a character, given by its slug or as it is: a table of at most `limit` reviews.

    Raises CharacterNotFound for an unknown slug.

    >>> import venice_nb as vn
    >>> len(vn.Venice.sandbox().characters.reviews("alan-watts", limit=3))
    3

    """
    wanted = int(_count("limit", limit))
    size = min(calls.LIMIT, wanted)
    pages: list[Reviews] = []
    while sum(map(len, pages)) < wanted:
        page = yield Send(calls.get_reviews(slug, page=len(pages) + 1, page_size=size))
        pages.append(page)
        if len(page) < size:
            break
    return replace(
        pages[-1],
        reviews=tuple(each for page in pages for each in page.reviews)[:wanted],
        raw=tuple(each for page in pages for each in page.raw)[:wanted],
    )
