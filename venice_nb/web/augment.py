"""Plans for the open web: a search, pages as Markdown, the text of a file.

API reference: `POST /augment/search`, `POST /augment/scrape`, `POST /augment/text-parser`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from venice_nb.calls.check import integer, listed, refuse
from venice_nb.calls.web import augment as calls
from venice_nb.calls.web.replies import PRICE
from venice_nb.errors import AuthenticationError, BadRequest, PaymentRequired, ServerError, VeniceError
from venice_nb.policy.steps import Done, Plan, Send, Together
from venice_nb.render.progress import Bar
from venice_nb.results.talk.reply import Source
from venice_nb.results.web.page import Page, Pages
from venice_nb.results.web.search import SearchResults

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from venice_nb.calls.call import Call
    from venice_nb.client.session import Session
    from venice_nb.results.web.parsed import ParsedFile

AT_ONCE = 4  # pages under way; a minute allows 20
MOST = 100  # pages of one list
BLOCKED = "take another page: some sites, such as X and Reddit, let no automated reader in"
UNREACHED = "check the address in a browser: the page may be gone, slow, or closed to automated readers"
_WITHOUT_TEXT = re.compile(r"\bno\b.{0,20}\btext\b", re.IGNORECASE)
NO_TEXT = "a scan has no text: show its pages to a model, v.chat('What does it say?', images=[...])"


def search(
    session: Session,
    /,
    query: str,
    *,
    limit: int = 10,
    provider: Literal["brave", "google"] | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Plan[SearchResults]:
    """A table of pages that a web search finds: title, url, content (a snippet), date.

    Args:
        query: at most 400 characters.
        limit: results at most, 1 to 20. Brave gives up to 10, Google up to 5.
        provider: "brave", the server's choice, stores no queries; "google" is asked without your name.
        extra_body: fields this library does not name.

    0.01 US dollars a search. Raises InvalidInput before anything is sent. API reference:
    `POST /augment/search`.

    >>> import venice_nb as vn
    >>> found = vn.Venice.sandbox().web.search("James Webb telescope", limit=3)
    >>> found.urls[0]
    'https://space.example.org/james-webb'

    """
    call = calls.search(query, limit=limit, provider=provider, extra_body=extra_body)
    found: SearchResults = yield Send(call)
    session.last = found
    return found


def scrape(
    session: Session,
    /,
    url: Any,
    *,
    at_once: int = AT_ONCE,
    progress: bool | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Plan[Any]:
    """A page of the web as Markdown: a `Page`; for several, a table of `Pages`.

    Args:
        url: a public http(s) address, or a result of a search; or up to 100 of them: a list, a Series, or the
            results of a search. Of several, a page that fails leaves its error in its row, and an address
            that comes twice is read once.
        at_once: of several, how many requests are under way at a time, 1 to 16; a minute allows 20.
        progress: of several, a bar while it runs; None shows one in notebooks and terminals.
        extra_body: fields this library does not name.

    0.01 US dollars a page; one that cannot be read costs nothing. Raises InvalidInput, before anything is
    sent, for an address that is no public one; for one page BadRequest where the site lets no reader in, and
    ServerError where it is not reached. API reference: `POST /augment/scrape`.

    >>> import venice_nb as vn
    >>> page = vn.Venice.sandbox().web.scrape("https://space.example.org/james-webb")
    >>> page.title
    'James Webb Space Telescope: what it sees'

    """
    lanes = integer(1, 16)("at_once", at_once)
    given = _several(url)
    if given is None:
        session.last = page = yield from _page(calls.scrape(_address(url), extra_body=extra_body))
        return page
    built: dict[str, Call[Page]] = {}
    for position, each in enumerate(given):
        call = calls.scrape(_address(each), field=f"url[{position}]", extra_body=extra_body)
        built[str((call.body or {})["url"])] = call
    urls, finished = tuple(built), dict.fromkeys(built, Done())
    with Bar(len(built), desc="pages", unit="page", shown=progress) as bar:

        def watch(position: int, done: Done) -> None:
            finished[urls[position]] = done
            bar.move(usd=0.0 if done.value is None else PRICE, failed=done.error is not None)

        try:
            yield Together([partial(_page, call) for call in built.values()], lanes, watch)
        except GeneratorExit:
            raise  # somebody only wanted to see what would be sent
        except BaseException:  # Ctrl-C, or the task was cancelled
            came = {address: done for address, done in finished.items() if done != Done()}
            session.last = Pages(tuple(came), outcomes(came.values()))
            session.announce(f"{len(came)} of {len(urls)} pages were finished: v.last has them.")
            raise
    session.last = pages = Pages(urls, outcomes(finished.values()))
    return pages


def parse(session: Session, /, file: Any) -> Plan[ParsedFile]:
    """The text of a PDF, an office file or a plain text, taken out by the server, which keeps nothing.

    Args:
        file: a path, bytes or an open binary file of at most 25 MB: PDF, DOCX, PPTX, XLSX, EPUB, XLS or text.
            What it is, is told by its content and not by its name.

    `.text` is all of it, `.tokens` the server's estimate. 0.01 US dollars a file. Raises InvalidInput, before
    anything is sent, for anything else, and BadRequest for a file without text, as a scan. API reference:
    `POST /augment/text-parser`.

    >>> import venice_nb as vn
    >>> vn.Venice.sandbox().web.parse(b"The ferry leaves at nine.").text
    'The ferry leaves at nine.'

    """
    try:
        parsed: ParsedFile = yield Send(calls.parse(file))
    except BadRequest as error:
        if _WITHOUT_TEXT.search(error.what):
            error.do = NO_TEXT
        raise
    session.last = parsed
    return parsed


def outcomes(finished: Iterable[Done]) -> tuple[Page | Exception, ...]:
    """What came of each page; what would stop all of them is raised when nothing came at all."""
    done = list(finished)
    errors = [each.error for each in done if each.error is not None]
    fatal = next((each for each in errors if isinstance(each, AuthenticationError | PaymentRequired)), None)
    if fatal is not None and len(errors) == len(done):
        raise fatal
    unexpected = next((each for each in errors if not isinstance(each, VeniceError)), None)
    if unexpected is not None:
        raise unexpected
    return tuple(each.value if each.error is None else each.error for each in done)


def _page(call: Call[Page]) -> Plan[Page]:
    """One page; an error says what may be the matter with the address."""
    try:
        page: Page = yield Send(call)
    except BadRequest as error:
        error.do = BLOCKED
        raise
    except ServerError as error:
        error.do = UNREACHED
        raise
    return page


def _several(url: Any) -> list[Any] | None:
    """The addresses of a list; None when it is one."""
    if isinstance(url, SearchResults | Iterator):
        found = list(url)
    else:
        rows = listed(url)
        if rows is None:
            return None
        found = list(rows)
    if not 1 <= len(found) <= MOST:
        do = "Cut the list." if found else "Check the search or the filter that it comes from."
        refuse("url", len(found), f"1 to {MOST} addresses", do, what=f"url has {len(found)} addresses.")
    return found


def _address(url: Any) -> Any:
    return url.url if isinstance(url, Source | Page) else url
