"""GET /characters, /characters/{slug} and /characters/{slug}/reviews.

The characters are the sandbox's own. Ids, ratings, reviews and dates follow from the slug, so they never
change.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import orjson

from venice_nb.sandbox.exchange import Refusal, Response, json_response
from venice_nb.sandbox.state import iso

if TYPE_CHECKING:
    from collections.abc import Callable

    from venice_nb.sandbox.ask import Ask

EPOCH = 1_735_689_600  # 1 January 2025: the oldest character
OWN = ("categories", "pro", "voice")  # what the sandbox knows and never serves
REMARKS = (
    "Helped me think it through.",
    "Stays in character from start to end.",
    "Funny and to the point.",
    "I come back every evening.",
    "A little long-winded, still good.",
    "Made a dry subject easy.",
    "Not for me, but well made.",
    "Best one in this category.",
)
NAMES = ("amber", "birch", "cobalt", "delta", "ember", "fjord", "grove", "harbor", "indigo", "juniper")


@cache
def characters() -> dict[str, dict[str, Any]]:
    """Every character by slug, complete, with the voice the mind speaks in. Shared: never change an entry."""
    rows = orjson.loads((files("venice_nb.sandbox") / "data" / "characters.json").read_bytes())
    return {row["slug"]: _complete(row) for row in rows}


def find_character(slug: str) -> dict[str, Any]:
    """The character with this slug; 404 if there is none."""
    found = characters().get(slug)
    if found is None:
        raise Refusal(404, "Character not found")
    return found


def _draw(slug: str, what: str) -> bytes:
    return blake2b(f"{slug} {what}".encode(), digest_size=64).digest()


def _uuid(slug: str, what: str) -> str:
    h = _draw(slug, what).hex()
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:32]}"


def _ratings(slug: str) -> list[int]:
    draw = _draw(slug, "ratings")
    count = 3 + draw[0] % 60
    return [max(1, 5 - draw[1 + index] // 90) for index in range(count)]


def _complete(row: dict[str, Any]) -> dict[str, Any]:
    slug = row["slug"]
    ratings = _ratings(slug)
    draw = _draw(slug, "facts")
    created = EPOCH + int.from_bytes(draw[:2]) * 600
    return {
        **row,
        "id": _uuid(slug, "id"),
        "author": draw.hex()[-5:],
        "createdAt": iso(created),
        "updatedAt": iso(created + draw[3] * 86400 // 2),
        "shareUrl": None,
        "stats": {
            "averageRating": round(sum(ratings) / len(ratings), 2),
            "imports": int.from_bytes(draw[4:6]),
            "ratingCount": len(ratings),
            "ratingSum": sum(ratings),
            "userRating": None,
        },
    }


def _public(ask: Ask, character: dict[str, Any]) -> dict[str, Any]:
    photo = f"{ask.state.base_url.removesuffix('/api/v1')}/photos/{character['slug']}"
    return {**{name: value for name, value in character.items() if name not in OWN}, "photoUrl": photo}


SORTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "featured": lambda entry: (entry["featured"], entry["stats"]["imports"]),
    "highestRating": lambda entry: entry["stats"]["averageRating"],
    "highlyRated": lambda entry: (entry["stats"]["averageRating"] >= 4, entry["stats"]["ratingCount"]),
    "highlyRatedAndRecent": lambda entry: (entry["stats"]["averageRating"] >= 4, entry["createdAt"]),
    "imports": lambda entry: entry["stats"]["imports"],
    "mostRecent": lambda entry: entry["createdAt"],
    "ratingCount": lambda entry: entry["stats"]["ratingCount"],
}


def listed(ask: Ask) -> Response:
    """The characters that fit every filter, a page at a time. Adult ones only when asked for, then alone."""
    query = ask.query
    chosen = [entry for entry in characters().values() if _fits(entry, query)]
    by = SORTS[query.get("sortBy", "featured")]
    chosen.sort(key=lambda entry: entry["slug"])  # ties in a fixed order
    chosen.sort(key=by, reverse=query.get("sortOrder", "desc") == "desc")
    start = query.get("offset", 0)
    page = chosen[start : start + query.get("limit", 50)]
    return json_response({"object": "list", "data": [_public(ask, entry) for entry in page]})


def _fits(entry: dict[str, Any], query: dict[str, Any]) -> bool:
    if entry["adult"] != (query.get("isAdult") == "true"):
        return False
    for name, own in (("isPro", "pro"), ("isWebEnabled", "webEnabled")):
        if name in query and entry[own] != (query[name] == "true"):
            return False
    for name, own in (("categories", "categories"), ("tags", "tags")):
        wanted = {text.lower() for text in query.get(name, ())}
        if wanted and not wanted & {text.lower() for text in entry[own]}:
            return False
    if query.get("modelId") and entry["modelId"] not in query["modelId"]:
        return False
    text = " ".join([entry["name"], entry["slug"], entry["description"], *entry["tags"]]).lower()
    return all(word in text for word in query.get("search", "").lower().split())


def one(ask: Ask) -> Response:
    """One character."""
    return json_response({"object": "character", "data": _public(ask, find_character(ask.params["slug"]))})


def reviews(ask: Ask) -> Response:
    """The reviews of a character, newest first, a page at a time; the paging is also in the headers."""
    character = find_character(ask.params["slug"])
    page, size = ask.query.get("page", 1), ask.query.get("pageSize", 20)
    ratings = _ratings(character["slug"])
    rows = [_review(character, index, rating) for index, rating in enumerate(ratings)]
    rows.sort(key=lambda row: row["createdAt"], reverse=True)
    pages = -(-len(rows) // size)
    body = {
        "object": "list",
        "data": rows[(page - 1) * size : page * size],
        "pagination": {"page": page, "pageSize": size, "total": len(rows), "totalPages": pages},
        "summary": {"averageRating": character["stats"]["averageRating"], "totalReviews": len(rows)},
    }
    headers = {"limit": size, "page": page, "total": len(rows), "total-pages": pages}
    return json_response(
        body, headers={f"x-pagination-{name}": str(value) for name, value in headers.items()}
    )


def _review(character: dict[str, Any], index: int, rating: int) -> dict[str, Any]:
    draw = _draw(character["slug"], f"review {index}")
    return {
        "id": _uuid(character["slug"], f"review {index}"),
        "characterId": character["id"],
        "rating": rating,
        "message": REMARKS[draw[0] % len(REMARKS)] if draw[1] % 4 else None,
        "username": f"{NAMES[draw[2] % len(NAMES)]}{draw[3]}",
        "userAvatarUrl": None,
        "locale": ("en", "en", "de", "es", None)[draw[4] % 5],
        "isOwner": False,
        "createdAt": iso(EPOCH + int.from_bytes(draw[5:8]) * 3),
    }
