"""Reading lists: models, names of models, characters, reviews, rate limits. Unknown fields never matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venice_nb.calls.answer import unreadable
from venice_nb.calls.vectors.replies import read_embeddings
from venice_nb.catalogue import Catalogue
from venice_nb.results.characters import Character, CharacterTable, Review, Reviews
from venice_nb.results.headers import Headers
from venice_nb.results.limits import RateLimits
from venice_nb.results.models.names import Names
from venice_nb.results.reading import integer, items, loads, mapping, number

if TYPE_CHECKING:
    from venice_nb.calls.call import Received

__all__ = [
    "ReadNames",
    "read_character",
    "read_characters",
    "read_embeddings",
    "read_models",
    "read_rate_limits",
    "read_reviews",
]


def read_models(received: Received) -> Catalogue:
    """The models of a list, to bring a client's catalogue up to date with."""
    return Catalogue.from_reply(_list(received, "a list of models"), headers=Headers(received.headers))


@dataclass(frozen=True, slots=True)
class ReadNames:
    """Reads names that stand for models of a type. A value, so that two equal calls are equal."""

    kind: str
    type: str

    def __call__(self, received: Received) -> Names:
        """The names; under `data`, or as the object itself."""
        answer = _object(received, "names of models")
        found = mapping(answer.get("data")) or {
            name: model for name, model in answer.items() if name not in {"object", "type", "data"}
        }
        names = {str(name): model for name, model in found.items() if isinstance(model, str)}
        return Names(self.kind, self.type, names, raw=answer, headers=Headers(received.headers))


def read_characters(received: Received) -> CharacterTable:
    """One page of characters."""
    headers = Headers(received.headers)
    found = tuple(Character.read(row, headers) for row in _list(received, "a list of characters"))
    return CharacterTable(characters=found, headers=headers)


def read_character(received: Received) -> Character:
    """One character."""
    answer = _object(received, "a character")
    found = Character.read(mapping(answer.get("data")) or answer, Headers(received.headers))
    if not (found.slug or found.id or found.name):
        raise unreadable(received, "The server answered with JSON that is not a character", answer)
    return found


def read_reviews(received: Received) -> Reviews:
    """One page of reviews."""
    rows = _list(received, "a list of reviews")
    answer = mapping(loads(received.content))
    headers = Headers(received.headers)
    paging, summary = mapping(answer.get("pagination")), mapping(answer.get("summary"))
    return Reviews(
        reviews=tuple(map(Review.read, rows)),
        average=number(summary.get("averageRating")),
        total=integer(paging.get("total", summary.get("totalReviews", headers.get("x-pagination-total")))),
        pages=integer(paging.get("totalPages", headers.get("x-pagination-total-pages"))) or 1,
        raw=tuple(dict(row) for row in rows if isinstance(row, dict)),
        headers=headers,
    )


def read_rate_limits(received: Received) -> RateLimits:
    """What the key may do."""
    answer = _object(received, "rate limits")
    return RateLimits.read(mapping(answer.get("data")) or answer, Headers(received.headers))


def _list(received: Received, what: str) -> list[Any]:
    answer = _parsed(received, what)
    rows = answer if isinstance(answer, list) else mapping(answer).get("data")
    if not isinstance(rows, list):
        raise unreadable(received, f"The server answered with JSON that is not {what}", answer)
    return [row for row in items(rows) if isinstance(row, dict)]


def _object(received: Received, what: str) -> dict[str, Any]:
    answer = _parsed(received, what)
    if not isinstance(answer, dict):
        raise unreadable(received, f"The server answered with JSON that is not {what}", answer)
    return answer


def _parsed(received: Received, what: str) -> Any:
    try:
        return loads(received.content)
    except ValueError:
        raise unreadable(received, f"The server answered with something that is not {what}") from None
