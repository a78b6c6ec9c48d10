"""The catalogue: all models of one day, looked up by id, by trait, or by whatever name a user types."""

# ruff: noqa: A001, A002  `type` and `id` are the words of the API

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from venice_nb.catalogue import names, prices
from venice_nb.catalogue.limits import Tier, tier
from venice_nb.catalogue.model import created_of, documented, has_id, read_model, traits_of, type_of
from venice_nb.results.headers import Headers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from venice_nb.catalogue.model import Model
    from venice_nb.catalogue.names import ModelName, Resolution


class Catalogue:
    """A snapshot of the model list; it never changes.

    `date` is its day, `YYYY-MM-DD`; `headers` are those of the answer it was read from, empty for the list
    that comes with the package.

    Models are read out of the server's objects when they are first asked for: a chat needs one of hundreds.

    >>> catalogue = Catalogue.bundled()
    >>> catalogue.get("llama-3.3-70b").price.input  # USD per million tokens
    0.7
    >>> catalogue.resolve("default_vision").id
    'qwen-3-8-27b'
    """

    __slots__ = ("_facts", "_read", "_sources", "_traits", "aliases", "date", "headers")

    def __init__(
        self,
        sources: Iterable[Mapping[str, Any]],
        date: str,
        aliases: Mapping[str, Mapping[str, str]] = names.ALIASES,
        headers: Headers | None = None,
        facts: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self._facts = facts or {}
        self.date = date
        self.headers = headers or Headers()
        self.aliases = aliases
        self._sources = {source["id"]: source for source in sources if has_id(source)}
        self._read: dict[str, Model] = {}
        self._traits: dict[str, dict[str, str]] = {}

    @classmethod
    def bundled(cls) -> Catalogue:
        """The snapshot that comes with the package; read once, on first use."""
        return _bundled()

    @classmethod
    def from_reply(cls, reply: Any, *, date: str | None = None, headers: Headers | None = None) -> Catalogue:
        """The catalogue in a reply of `GET /models`: the whole object, or its list of models.

        Objects without an id are left out; nothing else is refused. `date` is today's unless given.
        """
        objects = reply.get("data") if isinstance(reply, dict) else reply
        return cls(objects if isinstance(objects, (list, tuple)) else (), date or _today(), headers=headers)

    def __len__(self) -> int:
        return len(self._sources)

    def __repr__(self) -> str:
        return f"Catalogue({len(self)} models, {self.date})"

    @property
    def origin(self) -> str:
        """Where the list is from, in words: the package or the server, and its day."""
        return f"{'the bundled list' if self is _bundled() else 'the list'} of {self.date}"

    @property
    def models(self) -> tuple[Model, ...]:
        """All models, in the server's order."""
        return tuple(map(self._model, self._sources))

    def get(self, id: str) -> Model | None:
        """The model with exactly this id, or None."""
        return self._model(id) if id in self._sources else None

    def of_type(self, type: str | None) -> tuple[Model, ...]:
        """Models of a type (text, image, video, tts, asr, music, embedding, inpaint, upscale); None: all."""
        return tuple(self._model(id) for id, each in self._sources.items() if type in {None, type_of(each)})

    def traits(self, type: str = "text") -> Mapping[str, str]:
        """Trait to model id. Where two models claim one trait, the newer has it."""
        if type not in self._traits:
            claims = [
                (created_of(each), trait, id)
                for id, each in self._sources.items()
                if type_of(each) == type
                for trait in traits_of(each)
            ]
            self._traits[type] = {trait: id for _, trait, id in sorted(claims)}
        return self._traits[type]

    def _model(self, id: str) -> Model:
        model = self._read.get(id)
        if model is None:
            model = self._read[id] = read_model(self._sources[id], self._facts.get(id))
        return model

    def resolve(
        self,
        name: ModelName,
        type: str | None = "text",
        *,
        vision: bool = False,
        image: bool = False,
        start: str = "",
    ) -> Resolution:
        """The model that `name` stands for among those of one `type` (None: of any).

        A model stands for itself. Of names these are understood, in this order: ids; ids with a feature
        suffix (`id:enable_web_search=on`); traits (`default`, `default_vision`; `fastest` and `uncensored`
        where Venice has none); other providers' names (`gpt-4o`); retired ids; families of video models;
        other spellings of all these. `vision` says that pictures will be shown to a chat model, `image` that
        a video starts from one; `start` says what else a video starts from: text, image, reference or video.
        Never raises for an unknown name: see `Resolution`.

        >>> Catalogue.bundled().resolve("qwen3-4b").note
        'qwen3-4b is retired; using qwen3-5-9b.'
        """
        return names.resolve(self, name, type, vision=vision, start=start or ("image" if image else "text"))

    def merge(self, other: Catalogue) -> Catalogue:
        """The same catalogue with the models of `other` added, each in place of one with the same id."""
        found = (self._sources | other._sources).values()
        return Catalogue(found, other.date, self.aliases, other.headers, self._known())

    def replace(self, other: Catalogue) -> Catalogue:
        """The same catalogue with every model of the types in `other` exchanged for those in `other`.

        For a complete list of one or more types fresh from the server: what it no longer names is gone.
        """
        types = {type_of(each) for each in other._sources.values()}
        kept = [each for each in self._sources.values() if type_of(each) not in types]
        found = [*kept, *other._sources.values()]
        return Catalogue(found, other.date, self.aliases, other.headers, self._known())

    def _known(self) -> dict[str, Mapping[str, Any]]:
        """What is documented of the models here, for a list from the server, which leaves it out."""
        told = {id: documented(source) for id, source in self._sources.items()}
        return {**self._facts, **{id: facts for id, facts in told.items() if facts}}

    def with_aliases(self, type: str, aliases: Mapping[str, str]) -> Catalogue:
        """The same catalogue with the reply of `GET /models/compatibility_mapping` for one type."""
        known = {**self.aliases, type: dict(aliases)}
        return Catalogue(self._sources.values(), self.date, known, self.headers, self._facts)

    def cost(self, model: Model | str, usage: Mapping[str, Any] | None) -> float | None:
        """USD for a reply with this `usage`, or None if model, price or usage are unknown.

        >>> Catalogue.bundled().cost("llama-3.3-70b", {"prompt_tokens": 1000, "completion_tokens": 500})
        0.0021
        """
        known = self.get(model) if isinstance(model, str) else model
        return None if known is None else prices.cost(known, usage)

    def tier(self, model: Model | str) -> Tier:
        """The rate-limit tier of a text model; the strictest, L, for a model the catalogue does not know."""
        known = self.get(model) if isinstance(model, str) else model
        return "L" if known is None else tier(known)


@cache
def _bundled() -> Catalogue:
    import gzip  # noqa: PLC0415  a session with the live list never needs these three
    from importlib.resources import files  # noqa: PLC0415

    import orjson  # noqa: PLC0415

    packed = files("venice_nb").joinpath("data", "models.json.gz").read_bytes()
    snapshot = orjson.loads(gzip.decompress(packed))
    return Catalogue.from_reply(snapshot, date=snapshot["date"])


def _today() -> str:
    import datetime as dt  # noqa: PLC0415  only for lists without a date

    return dt.datetime.now(dt.UTC).date().isoformat()
