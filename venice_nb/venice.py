"""`Venice` and `AsyncVenice`: an index of everything the toolkit does. The work is in the rooms below."""

from __future__ import annotations

import time
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from venice_nb import hook, raw, spending
from venice_nb.binding import awaits, does, later, readable
from venice_nb.catalogue import Catalogue
from venice_nb.client.connection import AsyncConnection, Connection
from venice_nb.client.drive import AsyncDriver, Driver
from venice_nb.client.session import Session
from venice_nb.door import Door, choose, to_live, to_sandbox
from venice_nb.policy.limits import guard_for
from venice_nb.render.live import Displayed
from venice_nb.results.account.left import LimitsLeft
from venice_nb.results.card import Card
from venice_nb.rooms.text import (
    AsyncCharacters,
    AsyncChat,
    AsyncEmbed,
    AsyncModels,
    Characters,
    Chat,
    Embed,
    Models,
)
from venice_nb.talk import extract, responses
from venice_nb.talk.conversation import Conversation

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence
    from typing import Self

    from venice_nb.catalogue.names import ModelName
    from venice_nb.policy.budget import Purse
    from venice_nb.policy.flow import Event
    from venice_nb.results.characters import Character
    from venice_nb.results.spending.spend import Spend
    from venice_nb.rooms.account import Account, AsyncAccount, AsyncKeys, Keys
    from venice_nb.rooms.media import (
        AsyncFilms,
        AsyncImages,
        AsyncJobs,
        AsyncOneJob,
        AsyncSound,
        Films,
        Images,
        Jobs,
        OneJob,
        Sound,
    )
    from venice_nb.rooms.rag import AsyncRags, Rags
    from venice_nb.rooms.web import AsyncWeb, Web
    from venice_nb.secrets import Secret
    from venice_nb.talk.tools import Confirm


D = TypeVar("D", Driver, AsyncDriver)
_made: list[Venice | AsyncVenice] = []  # the client made last; `df.venice` uses it


class _Client(Displayed, Generic[D]):
    """What both clients are: a door, a session, a card."""

    _driver: D

    def __init__(
        self,
        api_key: str | Secret | None = None,
        *,
        base_url: str | None = None,
        timeout: float | None = None,
        proxy: str | None = None,
        max_retries: int | None = None,
        show: bool | None = None,
        default_model: ModelName = "",
        out: str | os.PathLike[str] | None = None,
        on_event: Callable[[Event], None] | None = None,
        transport: Any = None,
    ) -> None:
        door = to_live(
            api_key,
            base_url=base_url,
            timeout=timeout,
            proxy=proxy,
            max_retries=max_retries,
            show=show,
            default_model=default_model,
            out=out,
            transport=transport,
        )
        self._begin(door, on_event)

    def _begin(self, door: Door, on_event: Callable[[Event], None] | None) -> None:
        self._door = door
        private = door.sandbox or door.transport
        self._session = Session(
            door.settings,
            live=door.live,
            key=door.key,
            sandbox=door.sandbox,
            private=private,
            purse=door.purse,
        )
        self._session.client = self
        self._guard = door.guard or guard_for(
            door.settings.base_url, door.key, private=door.transport is not None, paced=door.paced
        )
        if door.live and door.key is not None and door.key.kind == "ADMIN":
            self._session.announce(
                "This is an ADMIN key, which can also make and delete keys. An INFERENCE key is enough for "
                "chat, models and embeddings, and does less harm when it gets about."
            )
        self._connect(door, on_event)
        _made[:] = [self]  # type: ignore[list-item]  # there are no other kinds
        hook.watch()

    @abstractmethod
    def _connect(self, door: Door, on_event: Callable[[Event], None] | None) -> None:
        """Make the driver and the rooms."""

    @classmethod
    def sandbox(cls, *, on_event: Callable[[Event], None] | None = None, **options: Any) -> Self:
        """A client of an embedded sandbox: no key, no network, no cost, the same answers for the same seed.

        Args:
            on_event: as for `Venice`.
            options: `seed`, `tier`, `faults`, ... of the `Sandbox`; `kind="INFERENCE"` for such a key;
                `sandbox=` for one made before; `timeout`, `max_retries`, `show`, `default_model`, `out`.

        """
        return cls._through(to_sandbox(**options), on_event)

    @classmethod
    def _through(cls, door: Door, on_event: Callable[[Event], None] | None = None) -> Self:
        client = cls.__new__(cls)
        client._begin(door, on_event)  # noqa: SLF001  our own, half made
        return client

    @readable
    def conversation(
        self,
        *,
        system: str | None = None,
        character: str | Character | None = None,
        model: ModelName | None = None,
        tools: Sequence[Any] | None = None,
        max_steps: int = 8,
        confirm: Confirm | None = None,
        **parameters: Any,
    ) -> Conversation:
        """A conversation that remembers: `c = v.conversation(system="Be brief")`, then `c("Hi")`.

        Args:
            system: instructions before everything else.
            character: a persona, by its slug or as `v.characters` gives it.
            model: as for `chat`.
            tools: as for `chat`.
            max_steps: rounds of tool calls in one turn.
            confirm: asked before a tool runs.
            parameters: anything else that `chat` takes, as a default for every turn.

        With an `AsyncVenice`, `await c("Hi")`.

        >>> import venice_nb as vn
        >>> c = vn.Venice.sandbox().conversation()
        >>> c("My name is Ada.", show=False).finish_reason
        'stop'

        """
        return Conversation(
            self._session,
            self._driver.run,
            system=system,
            character=character,
            model=model,
            tools=tools,
            max_steps=max_steps,
            confirm=confirm,
            **parameters,
        )

    @property
    def spend(self) -> Spend:
        """What this client spent, one row per answer; `.machine()` has earlier sessions as well."""
        return self._behind().spend()

    @property
    def budget(self) -> Purse:
        """What may still be spent: `v.budget = 1.00` from now on, `with v.budget(0.25):` for a block."""
        return self._session.purse

    @budget.setter
    def budget(self, limit: float | None) -> None:
        self._session.purse.set(limit)

    @property
    def limits(self) -> LimitsLeft:
        """What may still be sent in this minute to the models in use, and when it starts anew.

        Told by the answers that have come; no request is made. `v.account.limits()` has the limits of all
        models. API reference: "Rate limits".

        >>> import venice_nb as vn
        >>> v = vn.Venice.sandbox(tier="paid")
        >>> _ = v.chat("Hi", model="llama-3.3-70b", show=False)
        >>> v.limits[["model", "requests_left", "requests_limit"]].to_dict("records")
        [{'model': 'llama-3.3-70b', 'requests_left': 49, 'requests_limit': 50}]

        """
        return LimitsLeft.of(self._guard.told(time.monotonic()))

    def _behind(self) -> spending.Behind:
        return spending.Behind(self._session)

    @property
    def sandboxed(self) -> bool:
        """Whether calls go to the embedded sandbox."""
        return self._door.sandbox is not None

    @property
    def last(self) -> Any:
        """The last reply, also one that was cut short; None before the first."""
        return self._session.last

    def _mimebundle(self) -> dict[str, str]:
        return self._card().bundle()

    def __repr__(self) -> str:
        return self._card().line()

    def _card(self) -> Card:
        session, key = self._session, self._door.key
        listed = session.catalogue
        origin = listed.origin if listed is Catalogue.bundled() else "read from the API"
        return Card(
            name=type(self).__name__,
            live=self._door.live,
            address=self._door.settings.base_url,
            key_kind=key.kind if key is not None else "",
            models=f"{len(listed)}, {origin}",
            calls=session.calls,
            cost=session.cost,
            balance=session.left,
            unpriced=session.unpriced,
            budget=session.purse.told,
            limits=self.limits.tightest,
        )

    def __reduce__(self) -> Any:
        raise TypeError(
            f"{type(self).__name__} holds a key and is never pickled; make one where it is needed"
        )


class Venice(_Client[Driver]):
    """All of Venice.ai, synchronously: `v = Venice(api_key=...)`, then `v.chat("...")`.

    Args:
        api_key: else VENICE_API_KEY, else the nearest `.env`. None anywhere is InvalidInput.
        base_url: another address of the API; else VENICE_BASE_URL, else the official one.
        timeout: seconds for one attempt; None keeps the values per endpoint.
        proxy: URL of a proxy. The environment's proxies are not used.
        max_retries: 0 to 10 repetitions of a refused request; None follows the policy per endpoint.
        show: whether replies stream into the notebook; None where there is one.
        default_model: for chat, where none is named.
        out: folder for films, music and paid originals; else VENICE_OUT, else `venice_out`.
        on_event: called with an `Event` for each attempt, answer and wait.
        transport: an `httpx.BaseTransport` in place of the network.

    A client may be shared between threads, is usable after a fork, and is a context manager.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> v.chat("What is 2 + 2?", show=False).text
    '2 + 2 = 4'

    """

    def _connect(self, door: Door, on_event: Callable[[Event], None] | None) -> None:
        connection = Connection(door.settings, door.key, door.transport)
        self._driver = Driver(connection, self._guard, self._session, on_event=on_event)
        rooms = (self._session, self._driver)
        self.chat = Chat(*rooms)
        self.embed = Embed(*rooms)
        self.models = Models(*rooms)
        self.characters = Characters(*rooms)

    extract = does(extract.extract)
    responses = does(responses.responses)
    raw = does(raw.raw)
    estimate = does(spending.estimate)

    images: Images = later("media", "Pictures: see its methods.")
    audio: Sound = later("media", "Speech both ways, and music: see its methods.")
    video: Films = later("media", "Films: see its methods.")
    jobs: Jobs = later("media", "The jobs of this machine, when called.")
    job: OneJob = later("media", "A job by its id, when called.")
    account: Account = later("account", "What the account has, may do and spent: see its methods.")
    keys: Keys = later("account", "The keys of the account, when called; see its methods.")
    web: Web = later("web", "The open web: see its methods.")
    rag: Rags = later("rag", "Questions to documents, when called with a corpus.")

    def close(self) -> None:
        """Close idle connections. The client stays usable."""
        self._driver.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncVenice(_Client[AsyncDriver]):
    """All of Venice.ai, awaitable: `a = AsyncVenice(api_key=...)`, then `await a.chat("...")`.

    The same methods and arguments as `Venice`. One client works across event loops: it keeps one set of
    connections per loop. `await a.aclose()` or `async with` closes those of the running loop.
    """

    def _connect(self, door: Door, on_event: Callable[[Event], None] | None) -> None:
        connection = AsyncConnection(door.settings, door.key, door.async_transport)
        self._driver = AsyncDriver(connection, self._guard, self._session, on_event=on_event)
        rooms = (self._session, self._driver)
        self.chat = AsyncChat(*rooms)
        self.embed = AsyncEmbed(*rooms)
        self.models = AsyncModels(*rooms)
        self.characters = AsyncCharacters(*rooms)

    extract = awaits(extract.extract)
    responses = awaits(responses.responses)
    raw = awaits(raw.raw)
    estimate = awaits(spending.estimate)

    images: AsyncImages = later("media", "Pictures: see its methods.")
    audio: AsyncSound = later("media", "Speech both ways, and music: see its methods.")
    video: AsyncFilms = later("media", "Films: see its methods.")
    jobs: AsyncJobs = later("media", "The jobs of this machine, when called.")
    job: AsyncOneJob = later("media", "A job by its id, when called.")
    account: AsyncAccount = later("account", "What the account has, may do and spent: see its methods.")
    keys: AsyncKeys = later("account", "The keys of the account, when called; see its methods.")
    web: AsyncWeb = later("web", "The open web: see its methods.")
    rag: AsyncRags = later("rag", "Questions to documents, when called with a corpus.")

    async def aclose(self) -> None:
        """Close the idle connections of the running event loop. The client stays usable."""
        await self._driver.connection.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def latest() -> Venice | AsyncVenice | None:
    """The client that was made last in this process; None before the first."""
    return _made[0] if _made else None


def connect(
    api_key: str | Secret | None = None,
    *,
    ask: bool = False,
    on_event: Callable[[Event], None] | None = None,
    **options: Any,
) -> Venice:
    """A client of the real API where a key is found, else of the embedded sandbox; its card says which.

    The key comes from the argument, VENICE_API_KEY or the nearest `.env`. With `ask=True` and none found, it
    is asked for without being shown (InvalidInput where nobody can answer). VENICE_SANDBOX=1 is always the
    sandbox. The other options are those of `Venice`.

    >>> import venice_nb as vn
    >>> v = vn.connect()
    """
    return Venice._through(choose(api_key, ask=ask, **options), on_event)  # noqa: SLF001  our own class


def latest_or_new() -> Venice | AsyncVenice:
    """The client that was made last; where there is none, `connect()` makes one, which is said."""
    client = latest()
    if client is None:
        client = connect()
        client._session.tell(f"venice is used here with a client of its own: {client!r}")  # noqa: SLF001
    return client
