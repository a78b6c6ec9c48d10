"""Characters to talk to, and what people say about them. API reference: `GET /characters`.

Everything in a character was written by strangers. Their photos stand on other hosts, and no display loads
one: a link to the character's page is shown instead, and `v.characters.photo` fetches one when it is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed
from venice_nb.results import saving
from venice_nb.results.headers import Headers
from venice_nb.results.reading import flag, integer, items, mapping, number, string
from venice_nb.results.table import Table

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from venice_nb.render.html import Html

_COLUMNS = (
    "slug",
    "name",
    "description",
    "tags",
    "rating",
    "ratings",
    "adult",
    "model_id",
    "author",
    "updated",
)


@dataclass(frozen=True, repr=False)
class Character(Displayed):
    """A persona for `v.chat(..., character=slug)`.

    `rating` is the mean from 1 to 5, None when nobody rated; `model_id` is the author's advice and may not be
    a listed model. Dates are ISO 8601. `raw` is the character as the server sent it, `headers` those of the
    answer. Pass it as it is: `v.chat("Hello", character=v.characters.get("alan-watts"))`.
    """

    slug: str
    name: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    author: str = ""
    adult: bool = False
    featured: bool = False
    web_enabled: bool = False
    model_id: str = ""
    rating: float | None = None
    ratings: int = 0
    imports: int = 0
    share_url: str = ""
    photo_url: str = ""
    created: str = ""
    updated: str = ""
    id: str = ""
    raw: dict[str, Any] = field(default_factory=dict, compare=False)
    headers: Headers = field(default_factory=Headers, compare=False)

    @classmethod
    def read(cls, value: Any, headers: Headers | None = None) -> Character:
        """A character from the server's object; what is missing stays empty."""
        found = mapping(value)
        stats = mapping(found.get("stats"))
        return cls(
            slug=string(found.get("slug")),
            name=string(found.get("name")),
            description=string(found.get("description")),
            tags=tuple(filter(None, map(string, items(found.get("tags"))))),
            author=string(found.get("author")),
            adult=flag(found.get("adult")),
            featured=flag(found.get("featured")),
            web_enabled=flag(found.get("webEnabled")),
            model_id=string(found.get("modelId")),
            rating=number(stats.get("averageRating")),
            ratings=integer(stats.get("ratingCount")),
            imports=integer(stats.get("imports")),
            share_url=string(found.get("shareUrl")),
            photo_url=string(found.get("photoUrl")),
            created=string(found.get("createdAt")),
            updated=string(found.get("updatedAt")),
            id=string(found.get("id")),
            raw=dict(found),
            headers=headers or Headers(),
        )

    @property
    def url(self) -> str:
        """The character's page."""
        return self.share_url

    @property
    def request_id(self) -> str | None:
        """The id to quote to support."""
        return self.headers.request_id

    def to_frame(self) -> pd.DataFrame:
        """The character as a table of one row, with the columns of `v.characters()`."""
        return CharacterTable(characters=(self,)).to_frame()

    def to_dict(self) -> dict[str, Any]:
        """The columns of a table of characters."""
        return {
            "slug": self.slug,
            "name": self.name,
            "description": self.description,
            "tags": list(self.tags),
            "rating": self.rating,
            "ratings": self.ratings,
            "adult": self.adult,
            "model_id": self.model_id,
            "author": self.author,
            "updated": self.updated,
        }

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Writes the character as the server sent it, as `.json`. Never replaces a file unasked."""
        return saving.write_json(
            path,
            self.raw or self.to_dict(),
            default=saving.named("character", self.slug),
            overwrite=overwrite,
        )

    def __repr__(self) -> str:
        return f"<Character {text.short(self.slug, 60)}: {text.short(self.name, 60)}{self._stars(', ')}>"

    def _stars(self, before: str = "") -> str:
        if self.rating is None or not self.ratings:
            return ""
        return f"{before}{self.rating:.1f} of 5 ({text.count(self.ratings)} ratings)"

    def _facts(self) -> list[tuple[str, str]]:
        facts = [("slug", self.slug), ("tags", ", ".join(self.tags)), ("rating", self._stars())]
        facts += [("suggested model", self.model_id), ("author", self.author)]
        return [(name, text.short(value, 120)) for name, value in facts if value]

    def card(self) -> Html:
        """The character as a framed block."""
        badges = [html.badge("adult", "warn")] if self.adult else []
        badges += [html.badge("web search")] if self.web_enabled else []
        link = (
            html.tag("p", html.link(self.url, "page of the character")) if html.safe_url(self.url) else None
        )
        return html.card(
            text.short(self.name or self.slug, 80),
            html.tag("p", text.clean(self.description, 1_000)) if self.description else None,
            html.facts(self._facts()),
            link,
            badges=html.join(*badges, sep=" "),
        )

    def _mimebundle(self) -> Bundle:
        flags = " [adult]" * self.adult + " [web search]" * self.web_enabled
        lines = [f"{text.short(self.name or self.slug, 80)}{flags}"]
        lines += [f"  {text.clean(self.description, 1_000)}"] if self.description else []
        lines += [f"  {name}: {value}" for name, value in self._facts()]
        return {"text/plain": "\n".join(lines), "text/html": html.page(self.card())}


@dataclass(frozen=True, repr=False, eq=False)
class CharacterTable(Table):
    """Characters as a table: a DataFrame in `.df`, the characters themselves by position in `.characters`."""

    characters: tuple[Character, ...] = ()
    note: str = ""

    def _frame(self) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        return pd.DataFrame([each.to_dict() for each in self.characters], columns=list(_COLUMNS))

    @property
    def raw(self) -> list[dict[str, Any]]:
        """The characters as the server sent them."""
        return [each.raw for each in self.characters]

    def __len__(self) -> int:
        return len(self.characters)

    def __iter__(self) -> Iterator[Character]:
        return iter(self.characters)

    def _caption(self) -> str:
        return f"{text.count(len(self))} character{'s' * (len(self) != 1)}{self.note}"

    def _head(self) -> tuple[str, ...]:
        return ("name", "slug", "about", "tags", "rating", "author")

    def _row(self, position: int) -> tuple[str, ...]:
        each = self.characters[position]
        adult = " [adult]" if each.adult else ""
        return (
            text.short(each.name or each.slug, 40) + adult,
            text.short(each.slug, 60),
            text.short(each.description, 80),
            text.short(", ".join(each.tags), 60),
            f"{each.rating:.1f} ({text.count(each.ratings)})"
            if each.rating is not None and each.ratings
            else "",
            text.short(each.author, 20),
        )

    def _cell(self, position: int, column: int, shown: str) -> html.Child:
        url = self.characters[position].url
        return html.link(url, shown) if column == 0 and html.safe_url(url) else shown


@dataclass(frozen=True)
class Review:
    """What one person says about a character; `rating` is 1 to 5."""

    rating: int | None = None
    message: str = ""
    username: str = ""
    locale: str = ""
    created: str = ""

    @classmethod
    def read(cls, value: Any) -> Review:
        """A review from the server's object; what is missing stays empty."""
        found = mapping(value)
        stars = number(found.get("rating"))
        return cls(
            rating=None if stars is None else int(stars),
            message=string(found.get("message")),
            username=string(found.get("username")),
            locale=string(found.get("locale")),
            created=string(found.get("createdAt")),
        )

    def to_dict(self) -> dict[str, Any]:
        """The fields by name."""
        return {
            "rating": self.rating,
            "message": self.message,
            "username": self.username,
            "locale": self.locale,
            "created": self.created,
        }


@dataclass(frozen=True, repr=False, eq=False)
class Reviews(Table):
    """Reviews of a character as a table. `average` is the mean rating of all, of which there are `total`."""

    reviews: tuple[Review, ...] = ()
    average: float | None = None
    total: int = 0
    pages: int = 1
    raw: tuple[dict[str, Any], ...] = ()

    def _frame(self) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        columns = ["rating", "message", "username", "locale", "created"]
        return pd.DataFrame([each.to_dict() for each in self.reviews], columns=columns)

    def __len__(self) -> int:
        return len(self.reviews)

    def __iter__(self) -> Iterator[Review]:
        return iter(self.reviews)

    def _caption(self) -> str:
        mean = f", {self.average:.1f} of 5 on average" if self.average is not None else ""
        return f"{text.count(len(self))} of {text.count(max(self.total, len(self)))} reviews{mean}"

    def _head(self) -> tuple[str, ...]:
        return ("rating", "review", "by", "date")

    def _row(self, position: int) -> tuple[str, ...]:
        each = self.reviews[position]
        return (
            "" if each.rating is None else str(each.rating),
            text.short(each.message, 200),
            text.short(each.username, 30),
            text.short(each.created[:10]),
        )

    def _numeric(self) -> tuple[int, ...]:
        return (0,)
