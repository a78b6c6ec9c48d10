"""An answer from the open web: search, read one page of each site, ask a model with these as its sources."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Literal

from venice_nb.calls.check import integer, text
from venice_nb.calls.web import augment as calls
from venice_nb.errors import InvalidInput
from venice_nb.policy.steps import Plan, Send
from venice_nb.rag.prompt import messages
from venice_nb.render.html import host
from venice_nb.results.money import Usage
from venice_nb.results.rag.answer import Answer
from venice_nb.results.rag.found import Found, Hit
from venice_nb.results.rag.passage import Passage
from venice_nb.results.talk.reply import Reply
from venice_nb.results.web.page import Page
from venice_nb.results.web.research import Research
from venice_nb.talk import chat
from venice_nb.web import augment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session
    from venice_nb.results.talk.reply import Source
    from venice_nb.results.web.page import Pages
    from venice_nb.results.web.search import SearchResults

NO_PAGES = "The search found no page that can be read."


def research(
    session: Session,
    /,
    question: str,
    *,
    query: str | None = None,
    k: int = 4,
    limit: int = 10,
    provider: Literal["brave", "google"] | None = None,
    longest: int = 8_000,
    model: ModelName | None = None,
    progress: bool | None = None,
    **parameters: Any,
) -> Plan[Research]:
    """An answer from the web whose marks `[1]` link to the pages it comes from.

    Searches, reads the best page of each of `k` sites, and asks a model to answer from these alone. The pages
    are given to it as data between fences, so that what they say is not taken for an order.

    Args:
        question: what you want to know.
        query: what to search for, where that is not the question itself; at most 400 characters.
        k: sites to read, 1 to 20.
        limit: results to choose them from, as for `search`.
        provider: as for `search`.
        longest: characters of each page that the model reads.
        model: as for `chat`.
        progress: a bar while the pages are read, as for `scrape`.
        parameters: any parameter of the API for the answer, such as `temperature=0`.

    0.01 US dollars for the search and for each page that was read, and the answer's tokens; `.cost` is the
    sum. Of a page that could not be read, the snippet of the search is the source. `.answered` is False when
    the pages do not hold the answer. Raises InvalidInput and ModelNotFound before anything is paid.

    >>> import venice_nb as vn
    >>> r = vn.Venice.sandbox().web.research("Who won the World Cup 2022?", k=1)
    >>> r.sources[0].url, r.cited
    ('https://sports.example.org/world-cup-2022', (1,))

    """
    text(blank=False)("question", question)
    sites = integer(1, calls.LIMIT)("k", k)
    characters = integer(200)("longest", longest)
    wanted = question if query is None else query
    calls.search(wanted, limit=limit, provider=provider)
    ask = yield from chat.prepared(session, messages(question, ()), model=model, **parameters)
    ask(messages(question, ()))  # what is wrong with the parameters is refused before anything is paid
    found: SearchResults = yield from augment.search(session, wanted, limit=limit, provider=provider)
    chosen = one_each(found, sites)
    if not chosen:
        session.last = nothing = Research(
            NO_PAGES, question=question, cost=found.cost, elapsed=found.elapsed, headers=found.headers
        )
        return nothing
    pages: Pages = yield from augment.scrape(session, chosen, progress=progress)
    read = [_passage(*each, characters) for each in zip(chosen, pages.outcomes, strict=True)]
    reply: Reply = yield Send(ask(messages(question, read)))
    hits = Found(question=question, hits=tuple(Hit(each, n, n + 1, 0.0) for n, each in enumerate(read)))
    answer = Answer.of(question, hits, reply, usage=Usage(), cost=found.cost + pages.cost)
    told = {each.name: getattr(reply, each.name) for each in fields(Reply)}
    told |= {name: getattr(answer, name) for name in ("text", "cost", "answered", "cited")}
    told["elapsed"] += found.elapsed + sum(page.elapsed for page in pages)
    session.last = research = Research(**{**told, "sources": tuple(chosen)}, question=question, pages=pages)
    return research


def one_each(found: Iterable[Source], k: int) -> list[Source]:
    """The first result of each of `k` sites, of those that can be read."""
    chosen: dict[str, Source] = {}
    for source in found:
        try:
            calls.scrape(source.url)
        except InvalidInput:
            continue
        chosen.setdefault(host(source.url).removeprefix("www."), source)
    return list(chosen.values())[:k]


def _passage(source: Source, outcome: Page | Exception, longest: int) -> Passage:
    """What the model reads of a source: the beginning of its page, or else what the search showed of it."""
    read = outcome.text if isinstance(outcome, Page) and outcome.text.strip() else source.content
    said = read[:longest]
    return Passage(said, host(source.url), 0, len(said), title=source.title)
