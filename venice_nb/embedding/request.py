"""What one run asks for: the model, its options, how texts are cut into requests, and what they will cost."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import model_name
from venice_nb.calls.talk.messages import tokens
from venice_nb.calls.vectors import embeddings as calls
from venice_nb.policy.outcome import ONE_DUPLICATE
from venice_nb.policy.vector_cache import VectorCache, vector_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from venice_nb.calls.call import Call
    from venice_nb.catalogue import Catalogue, Model, Resolution
    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session
    from venice_nb.results.vectors import Vectors

MODEL = "text-embedding-bge-m3"

# Texts in one request. More than 256 gain little and cost memory; a long column takes more, because requests
# a minute are limited and not texts.
FEW, MANY = 256, 1024
ENOUGH = 400  # requests; a column that fits into so many takes FEW
ANSWER = 8_000_000  # bytes of one answer, in base64
TOKENS = 100_000  # estimated tokens of one request
WIDEST = 4096  # numbers of a vector, where the model does not say


@dataclass(frozen=True, slots=True)
class Request:
    """One way of asking for vectors. A value: two equal ones give the same vectors for the same text."""

    catalogue: Catalogue
    resolution: Resolution
    dimensions: int | None = None
    user: str | None = None
    extra_body: Mapping[str, Any] | None = None

    @classmethod
    def of(
        cls,
        session: Session,
        model: ModelName | None,
        dimensions: int | None,
        user: str | None = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> Request:
        """The request that these arguments stand for; InvalidInput when the server would refuse them."""
        name = MODEL if model is None else model_name("model", model)
        resolution = calls.resolved(session.catalogue.resolve(name, type="embedding"), session.catalogue)
        request = cls(session.catalogue, resolution, dimensions, user, extra_body)
        request.call(["?"])  # whatever is wrong besides the texts is refused here
        return request

    @property
    def model(self) -> Model | None:
        """The model as the catalogue knows it."""
        return self.resolution.model

    @property
    def name(self) -> str:
        """The model's id."""
        return self.resolution.id

    @property
    def dims(self) -> int | None:
        """The length of the vectors that will come, where it is known."""
        return (
            int(self.dimensions) if self.dimensions is not None else self.model.dims if self.model else None
        )

    def call(self, texts: Sequence[str]) -> Call[Vectors]:
        """The call for some texts."""
        return calls.embed(
            texts,
            model=self.resolution,
            catalogue=self.catalogue,
            dimensions=self.dimensions,
            user=self.user,
            extra_body=self.extra_body,
        )

    def identity(self, base_url: str) -> bytes:
        """Everything that decides about a vector besides its text."""
        own = self.model.dims if self.model else None
        dimensions = None if self.dimensions == own else self.dimensions
        asked = [base_url, self.name, dimensions, dict(self.extra_body or {})]
        return json.dumps(asked, sort_keys=True, default=str).encode()

    def answered(self, vectors: Vectors) -> str:
        """The model that made vectors. A name nobody knows is another spelling of the one asked for."""
        return vectors.model if self.catalogue.get(vectors.model) is not None else self.name

    def kept(self, session: Session, wanted: bool = True) -> VectorCache:
        """The vectors that are kept between runs, of this request; without them where they are not wanted."""
        file = vector_file(session.private) if wanted else None
        return VectorCache(file, self.identity(session.settings.base_url), session.announce)

    def cut(self, lengths: Sequence[int], total: int | None = None) -> Iterator[tuple[int, int]]:
        """From where to where texts of these lengths, in characters, go into one request.

        Bounded by tokens first, so that a lost answer is cheap enough to be asked for again. `total` is how
        many texts there are when these are only some of them.
        """
        most, weight = self.texts(len(lengths) if total is None else total), self.tokens
        start = load = 0
        for at, length in enumerate(lengths):
            size = tokens(length)
            if at > start and (at - start >= most or load + size > weight):
                yield start, at
                start, load = at, 0
            load += size
        if start < len(lengths):
            yield start, len(lengths)

    def texts(self, total: int) -> int:
        """How many texts go into one request at most."""
        fits = ANSWER * 3 // (16 * (self.dims or WIDEST))  # 4 bytes a number, 4 characters for 3 bytes
        return max(1, min(MANY, fits, max(FEW, -(-total // ENOUGH))))

    @property
    def tokens(self) -> int:
        """How many estimated tokens go into one request at most, unless a single text has more."""
        price = self.model.price.input if self.model else None  # US dollars per million tokens
        return TOKENS if not price else min(TOKENS, int(ONE_DUPLICATE / price * 1e6))

    def cost(self, amount: int) -> float | None:
        """US dollars for so many tokens, None where the price is not known."""
        return self.catalogue.cost(self.model, {"prompt_tokens": amount}) if self.model else None

    @staticmethod
    def count(lengths: Sequence[int]) -> int:
        """Estimated tokens of texts of these lengths, in characters."""
        return sum(map(tokens, lengths))
