"""`df.venice` and `df["text"].venice`: what can be done to the rows of a table, one word each."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from venice_nb import venice
from venice_nb.binding import present, start
from venice_nb.calls.check import refuse
from venice_nb.frames import asking, groups, meaning
from venice_nb.render import html
from venice_nb.render.live import Bundle, Displayed

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    import pandas as pd


def _does(plan: Callable[..., Any], bound: int = 2) -> Callable[..., Any]:
    """A method that carries out `plan` on the table; `bound` of its arguments are the accessor's."""

    def method(self: _Accessor, /, *args: Any, **kwargs: Any) -> Any:
        session = self._client()._session  # noqa: SLF001  our own client
        given = self._given()[: bound - 1]
        return session.run(start(plan, session, (*given, *args), kwargs, bound))

    present(method, plan, bound)
    return method


class _Accessor(Displayed):
    """What both accessors are: a table, and a client when one was picked."""

    def __init__(self, data: Any, client: venice.Venice | venice.AsyncVenice | None = None) -> None:
        self._data = data
        self._using = client

    _said = ""

    def using(self, client: venice.Venice | venice.AsyncVenice) -> Self:
        """The same with this client: `df.venice.using(v).map(...)`. With an `AsyncVenice`, await the results.

        Without it the client that was made last is used, or `vn.connect()` when there is none.
        """
        if not isinstance(client, venice.Venice | venice.AsyncVenice):
            refuse("client", client, "a client", "Pass v of v = vn.connect().")
        return type(self)(self._data, client)

    def _client(self) -> venice.Venice | venice.AsyncVenice:
        return self._using or venice.latest_or_new()

    def _given(self) -> tuple[Any, ...]:
        """The table as it is now: its answers belong to these rows, whatever is done to it meanwhile."""
        raise NotImplementedError

    def _offers(self) -> list[tuple[str, str]]:
        """The methods, and what each gives."""
        methods = inspect.getmembers(type(self), inspect.isfunction)
        found = [(name, inspect.getdoc(method) or "") for name, method in methods if name[0] != "_"]
        return [(name, text.splitlines()[0]) for name, text in found]

    def _head(self) -> str:
        client = self._using or venice.latest()
        which = repr(client) if client is not None else "vn.connect(), when it is first needed"
        return f"{self._said} with {which}"

    def __repr__(self) -> str:
        return "\n".join([self._head(), *(f"  .{name}: {said}" for name, said in self._offers())])

    def _mimebundle(self) -> Bundle:
        offers = html.facts((html.tag("code", f".{name}"), _with_code(said)) for name, said in self._offers())
        return {"text/plain": repr(self), "text/html": html.page(html.card(self._head(), offers))}


def _with_code(said: str) -> html.Html:
    """A sentence with what stands between backticks as code."""
    pieces = said.split("`")
    return html.join(*(html.tag("code", each) if at % 2 else each for at, each in enumerate(pieces)))


class FrameAccessor(_Accessor):
    """What a language model can do with the rows of a table: `df.venice`."""

    _said = "df.venice"

    map = _does(asking.map)
    extract = _does(asking.extract)
    filter = _does(asking.filter)
    embed = _does(meaning.embed)
    search = _does(meaning.search)
    dedup = _does(meaning.dedup)
    cluster_label = _does(groups.cluster_label)

    def _given(self) -> tuple[pd.DataFrame]:
        return (self._data.copy(),)


class SeriesAccessor(_Accessor):
    """What a language model can do with a column: `df["text"].venice`. It gives tables that begin with it.

    In templates the column goes by its name, or by `{text}` when it has none.
    """

    _said = "series.venice"

    map = _does(asking.map)
    extract = _does(asking.extract, 3)
    filter = _does(asking.filter)
    embed = _does(meaning.embed, 3)
    search = _does(meaning.search, 3)
    dedup = _does(meaning.dedup, 3)
    cluster_label = _does(groups.cluster_label, 3)

    def _given(self) -> tuple[pd.DataFrame, str]:
        name = self._data.name if isinstance(self._data.name, str) else "text"
        return self._data.to_frame(name).copy(), name
