"""Characters and what people say about them. API reference: `GET /characters` and the routes below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from venice_nb.calls.call import Call, Timeouts
from venice_nb.calls.check import Rule, choice, fields, flag, integer, refuse, several, slug, text
from venice_nb.calls.listings import read_character, read_characters, read_reviews

if TYPE_CHECKING:
    from collections.abc import Sequence

    from venice_nb.results.characters import Character, CharacterTable, Reviews

SORTS = (
    "featured",
    "highestRating",
    "highlyRated",
    "highlyRatedAndRecent",
    "imports",
    "mostRecent",
    "ratingCount",
)
LIMIT = 100  # characters or reviews of one page at most
LISTS = Timeouts(read=15.0, total=30.0)


def _words(longest: int) -> Rule:
    """One text or up to 20 of them; the server splits at commas, so none may hold one."""
    each = text(blank=False, longest=longest)

    def word(field: str, value: Any) -> str:
        checked = str(each(field, value))
        if "," in checked:
            refuse(field, checked, "without a comma", "Pass a list: one text for each.")
        return checked

    rule = several(word, 1, 20, noun="texts")
    return lambda field, value: rule(field, [value] if isinstance(value, str) else value)


_RULES = {
    "search": text(longest=200),
    "categories": _words(100),
    "tags": _words(100),
    "modelId": _words(200),
    "isAdult": flag,
    "isPro": flag,
    "isWebEnabled": flag,
    "limit": integer(1, LIMIT),
    "offset": integer(0),
    "sortBy": choice(*SORTS),
    "sortOrder": choice("asc", "desc"),
}


def list_characters(
    *,
    search: str | None = None,
    categories: str | Sequence[str] | None = None,
    tags: str | Sequence[str] | None = None,
    modelId: str | Sequence[str] | None = None,  # noqa: N803  the API's own name
    isAdult: bool | None = None,  # noqa: N803
    isPro: bool | None = None,  # noqa: N803
    isWebEnabled: bool | None = None,  # noqa: N803
    limit: int | None = None,
    offset: int | None = None,
    sortBy: str | None = None,  # noqa: N803
    sortOrder: str | None = None,  # noqa: N803
) -> Call[CharacterTable]:
    """One page of characters, 50 unless `limit` says otherwise (at most 100), from number `offset` on.

    `isAdult=True` gives adult characters only, everything else gives the others only. `categories`, `tags`
    and `modelId` take one text or up to 20.
    """
    checked = fields(
        _RULES,
        {
            "search": search,
            "categories": categories,
            "tags": tags,
            "modelId": modelId,
            "isAdult": isAdult,
            "isPro": isPro,
            "isWebEnabled": isWebEnabled,
            "limit": limit,
            "offset": offset,
            "sortBy": sortBy,
            "sortOrder": sortOrder,
        },
    )
    return Call(
        operation="listCharacters",
        method="GET",
        path="/characters",
        query=pairs(checked),
        read=read_characters,
        timeouts=LISTS,
    )


def get_character(character: str | Character) -> Call[Character]:
    """One character by its slug, such as `alan-watts`; or a character, to have it anew."""
    return Call(
        operation="getCharacterBySlug",
        method="GET",
        path=f"/characters/{_segment(character)}",
        read=read_character,
        timeouts=LISTS,
    )


def get_reviews(
    character: str | Character, *, page: int | None = None, page_size: int | None = None
) -> Call[Reviews]:
    """One page of a character's reviews, 20 unless `page_size` says otherwise (at most 100); pages from 1."""
    rules = {"page": integer(1), "page_size": integer(1, LIMIT)}
    checked = fields(rules, {"page": page, "page_size": page_size})
    names = {"page": "page", "page_size": "pageSize"}
    return Call(
        operation="getCharacterReviews",
        method="GET",
        path=f"/characters/{_segment(character)}/reviews",
        query=pairs({names[name]: value for name, value in checked.items()}),
        read=read_reviews,
        timeouts=LISTS,
    )


def pairs(values: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Query parameters as texts; a list repeats its name."""
    return tuple(
        (name, str(each).lower() if isinstance(each, bool) else str(each))
        for name, value in values.items()
        for each in (value if isinstance(value, list) else [value])
    )


def _segment(character: Any) -> str:
    checked = slug("slug", character)
    if checked in {".", ".."}:
        refuse("slug", checked, "a character's slug", "Look it up: v.characters(search='...').")
    return quote(checked, safe="")
