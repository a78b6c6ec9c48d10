"""Text and its models: `v.chat`, `v.embed`, `v.models`, `v.characters`. They load with the client."""

from __future__ import annotations

from venice_nb import characters, models
from venice_nb.binding import AsyncRoom, Room, awaits, does, opens
from venice_nb.embedding import plans as embedding
from venice_nb.embedding.cache import EmbeddingCache
from venice_nb.embedding.loading import load as load_matrix
from venice_nb.frames import prompts
from venice_nb.talk import chat
from venice_nb.talk.cache import ChatCache


class Chat(Room):
    """Talk to a text model: `v.chat("...")`, or `v.chat.stream("...")` piece by piece."""

    __call__ = does(chat.chat)
    map = does(prompts.map)
    stream = does(chat.stream)

    @property
    def cache(self) -> ChatCache:
        """The answers about rows of tables that are kept between runs; `.clear()` forgets them."""
        return ChatCache(self._session)


class AsyncChat(AsyncRoom):
    """Talk to a text model: `await a.chat("...")`, or `async with a.chat.stream("...")` piece by piece."""

    __call__ = awaits(chat.chat)
    map = awaits(prompts.map)
    stream = opens(chat.stream)

    @property
    def cache(self) -> ChatCache:
        """The answers about rows of tables that are kept between runs; `.clear()` forgets them."""
        return ChatCache(self._session)


class Embed(Room):
    """Vectors of texts: `E = v.embed(df["text"])` is a matrix, `v.embed.plan(df["text"])` its price."""

    __call__ = does(embedding.embed)
    plan = does(embedding.plan)
    load = does(load_matrix)

    @property
    def cache(self) -> EmbeddingCache:
        """The vectors that are kept between runs: how many, where, how large; `.clear()` forgets them."""
        return EmbeddingCache(self._session)


class AsyncEmbed(AsyncRoom):
    """Vectors of texts: `E = await a.embed(df["text"])` is a matrix, `await a.embed.plan(...)` its price."""

    __call__ = awaits(embedding.embed)
    plan = awaits(embedding.plan)
    load = awaits(load_matrix)

    @property
    def cache(self) -> EmbeddingCache:
        """The vectors that are kept between runs: how many, where, how large; `.clear()` forgets them."""
        return EmbeddingCache(self._session)


class Models(Room):
    """The models and what they cost: `v.models(type="text", vision=True)` is a table."""

    __call__ = does(models.models)
    get = does(models.get)
    pricing = does(models.pricing)
    traits = does(models.traits)
    aliases = does(models.aliases)
    cheapest = does(models.cheapest)


class AsyncModels(AsyncRoom):
    """The models and what they cost: `await a.models(type="text", vision=True)` is a table."""

    __call__ = awaits(models.models)
    get = awaits(models.get)
    pricing = awaits(models.pricing)
    traits = awaits(models.traits)
    aliases = awaits(models.aliases)
    cheapest = awaits(models.cheapest)


class Characters(Room):
    """Personas to talk to: `v.characters(search="philosophy")` is a table."""

    __call__ = does(characters.characters)
    get = does(characters.get)
    photo = does(characters.photo)
    reviews = does(characters.reviews)


class AsyncCharacters(AsyncRoom):
    """Personas to talk to: `await a.characters(search="philosophy")` is a table."""

    __call__ = awaits(characters.characters)
    get = awaits(characters.get)
    photo = awaits(characters.photo)
    reviews = awaits(characters.reviews)
