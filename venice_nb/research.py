"""An answer from the open web: search, read one page of each site, ask a model with these as its sources."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Literal

from venice_nb.calls.check import integer, text
from venice_nb.calls.web import augment as calls
from venice_nb.errors import InvalidInput
from venice_nb.policy.steps import Plan, Planned, Work
from venice_nb.rag.prompt import messages
from venice_nb.render.html import host
from venice_nb.render.live import mark_shown
from venice_nb.results.money import Usage
from venice_nb.results.rag.answer import Answer
from venice_nb.results.rag.found import Found, Hit
from venice_nb.results.rag.passage import Passage
from venice_nb.results.talk.reply import Reply
from venice_nb.results.web.page import Page
from venice_nb.results.web.research import Research
from venice_nb.talk import chat
from venice_nb.talk.exchange import Exchange, Screen, rounds, wants_show
from venice_nb.talk.tools import Toolbox
from venice_nb.web import augment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session
    from venice_nb.render.live import Bundle
    from venice_nb.results.talk.reply import Source
    from venice_nb.results.web.page import Pages
    from venice_nb.results.web.search import SearchResults

NO_PAGES = "The search found no page that can be read."
MOST = 500_000  # characters of a page in which is looked for what matters
GAP = "\n[...]\n"
PIECE = 600  # characters of a piece of a long page, at most
_WORD = re.compile(r"\w+")


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
    show: bool | None = None,
    progress: bool | None = None,
    **parameters: Any,
) -> Plan[Research]:
    """An answer from the web whose marks `[1]` link to the pages it comes from.

    Searches, reads the best page of each of `k` sites, and asks a model to answer from these alone. The pages
    are given to it as data between fences, so that what they say is not taken for an order. In a notebook the
    answer is shown while it arrives.

    Args:
        question: what you want to know.
        query: what to search for, where that is not the question itself; at most 400 characters.
        k: sites to read, 1 to 20.
        limit: results to choose them from, as for `search`.
        provider: as for `search`.
        longest: characters of each page that the model reads: of a longer one its beginning, and of its first
            half million characters the pieces that share most with the question.
        model: as for `chat`.
        show: as for `chat`.
        progress: a bar while the pages are read, as for `scrape`.
        parameters: any parameter of the API for the answer, such as `temperature=0`.

    0.01 US dollars for the search and for each page that was read, and the answer's tokens; `.cost` is the
    sum. Of a page that could not be read, the snippet of the search is the source. `.answered` is False when
    the pages do not hold the answer. What had arrived before an error or Ctrl-C is in `last` of the client:
    the pages, or the answer so far. Raises InvalidInput and ModelNotFound before anything is paid.

    >>> import venice_nb as vn
    >>> r = vn.Venice.sandbox().web.research("Who won the World Cup 2022?", k=1)
    >>> r.sources[0].url, r.cited
    ('https://sports.example.org/world-cup-2022', (1,))

    """
    text(blank=False)("question", question)
    sites = integer(1, calls.LIMIT)("k", k)
    characters = integer(200)("longest", longest)
    wanted = question if query is None else query
    search = calls.search(wanted, limit=limit, provider=provider)
    shown = wants_show(session, show)
    asked = {"model": model, "stream": shown, **parameters}
    ask = yield from chat.prepared(session, messages(question, ()), **asked)
    page = Passage("x" * characters, "", 0, characters)
    fullest = ask(messages(question, [page] * sites))  # what is wrong is refused before anything is paid
    yield Planned((search, *[calls.scrape("https://example.org/")] * sites, fullest))
    found: SearchResults = yield from augment.search(session, wanted, limit=limit, provider=provider)
    chosen = one_each(found, sites)
    if not chosen:
        session.last = nothing = Research(
            NO_PAGES, question=question, cost=found.cost, elapsed=found.elapsed, headers=found.headers
        )
        return nothing
    pages: Pages = yield from augment.scrape(session, chosen, progress=progress)
    sources = zip(chosen, pages.outcomes, strict=True)
    read = yield Work(lambda: [_passage(*each, question, characters) for each in sources])
    before = found.elapsed + sum(page.elapsed for page in pages)

    def make(reply: Reply) -> Research:
        hits = Found(question=question, hits=tuple(Hit(each, n, n + 1, 0.0) for n, each in enumerate(read)))
        answer = Answer.of(question, hits, reply, usage=Usage(), cost=found.cost + pages.cost)
        told = {each.name: getattr(reply, each.name) for each in fields(Reply)}
        told |= {name: getattr(answer, name) for name in ("text", "cost", "answered", "cited")}
        told |= {"elapsed": reply.elapsed + before, "sources": tuple(chosen)}
        return Research(**told, question=question, pages=pages)

    exchange = Exchange(messages(question, read))
    screen = _Screen(exchange, make, show=shown)
    try:
        yield from rounds(session, exchange, ask, box=Toolbox(None), screen=screen)
    finally:
        if screen.research is not None:  # also of an answer that was cut short
            session.last = screen.research
    assert screen.research is not None  # it was finished
    return screen.research


class _Screen(Screen):
    """What the notebook shows meanwhile: the answer as it grows, then with its sources below."""

    def __init__(self, exchange: Exchange, make: Callable[[Reply], Research], *, show: bool) -> None:
        super().__init__(exchange, show=show)
        self._make = make
        self.research: Research | None = None

    def turn(self) -> None:
        """Nothing: the one answer there is stays until it is drawn with its sources."""

    def finish(self, reply: Reply) -> None:
        self.research = self._make(reply)
        if self._live is not None and self._live.finish():
            mark_shown(self.research)

    def _draw(self) -> Bundle:
        if self.research is None:
            return super()._draw()
        return self.research._mimebundle()  # noqa: SLF001  its own display, drawn early


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


def _passage(source: Source, outcome: Page | Exception, question: str, longest: int) -> Passage:
    """What the model reads of a source: what matters of its page, or else what the search showed of it."""
    whole = outcome.text if isinstance(outcome, Page) and outcome.text.strip() else source.content
    said = extract(whole, question, longest)
    return Passage(said, host(source.url), 0, len(said), title=source.title)


def extract(whole: str, question: str, longest: int) -> str:
    """At most `longest` characters of a text: its beginning, and the pieces nearest to a question.

    A piece is near when it shares rows of letters with the question that few other pieces have, so that
    endings do not matter, nor what language it is. Pieces keep their order; gaps are marked.
    """
    if len(whole) <= longest:
        return whole
    pieces = _pieces(whole[:MOST], min(PIECE, longest // 4))
    grams = [_grams(piece) for piece in pieces]
    held = Counter(gram for each in grams for gram in each)
    wanted = {gram: math.log(1 + len(pieces) / held[gram]) for gram in _grams(question) if gram in held}
    near = [sum(weight for gram, weight in wanted.items() if gram in each) for each in grams]
    chosen, left = set[int](), longest
    for place in sorted(range(len(pieces)), key=lambda place: (place > 0, -near[place], place)):
        room = len(pieces[place]) + len(GAP)
        if room <= left:
            chosen.add(place)
            left -= room
    parts = [f"{GAP}{pieces[n]}" if n - 1 not in chosen and n else pieces[n] for n in sorted(chosen)]
    return "".join(parts) or whole[:longest]


def _pieces(text: str, size: int) -> list[str]:
    """The text in pieces, each to the end of a paragraph, else of a line, else of a word."""
    pieces, start = [], 0
    while start < len(text):
        end = start + size
        if end < len(text):
            cuts = ((text.rfind(joint, start, end), joint) for joint in ("\n\n", "\n", " "))
            end = next((at + len(joint) for at, joint in cuts if at > start), end)
        pieces.append(text[start:end])
        start = end
    return pieces


def _grams(text: str) -> set[str]:
    """Rows of three letters within words and shorter words as they are; in Chinese and the like, of two."""
    found = set()
    for word in set(_WORD.findall(text.casefold())):
        size = 2 if max(word) >= "\u2e80" else 3
        found |= {word[n : n + size] for n in range(max(1, len(word) - size + 1))}
    return found
