"""Search the web, read a page, take the text out of a file.

API reference: `POST /augment/search`, `POST /augment/scrape`, `POST /augment/text-parser`.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from venice_nb.calls.call import Call, Safety, Timeouts
from venice_nb.calls.check import choice, integer, refuse, text
from venice_nb.calls.talk.parameters import json_extra
from venice_nb.calls.web.replies import PRICE, ReadFile, ReadPage, ReadSearch
from venice_nb.errors import InvalidInput
from venice_nb.media import load, public_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.results.web.page import Page
    from venice_nb.results.web.parsed import ParsedFile
    from venice_nb.results.web.search import SearchResults

PROVIDERS = ("brave", "google")
LIMIT = 20  # results of one search
QUERY = 400  # characters

_query = text(blank=False, longest=QUERY)
_limit = integer(1, LIMIT)
_provider = choice(*PROVIDERS)
_url = text(blank=False, longest=8000)

_OFFICE = "application/vnd.openxmlformats-officedocument"
# What the server reads, and the ending it expects of each; all kinds of plain text are sent as such.
_ENDINGS = {
    "application/pdf": ".pdf",
    f"{_OFFICE}.wordprocessingml.document": ".docx",
    f"{_OFFICE}.presentationml.presentation": ".pptx",
    f"{_OFFICE}.spreadsheetml.sheet": ".xlsx",
    "application/epub+zip": ".epub",
    "application/vnd.ms-excel": ".xls",
}
_TEXTS = ("text/", "application/json")


def search(
    query: Any,
    *,
    limit: int = 10,
    provider: str | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Call[SearchResults]:
    """The call that searches the web.

    Args:
        query: 1 to 400 characters.
        limit: results at most, 1 to 20; Brave gives up to 10, Google up to 5.
        provider: "brave" (the server's choice) or "google"; `search_provider` in the API.
        extra_body: fields this library does not know; sent as they are.

    Raises InvalidInput for what the server would refuse.

    """
    given = {"query": _query("query", query), "limit": _limit("limit", limit)}
    if provider is not None:
        given["search_provider"] = _provider("provider", provider)
    return Call(
        operation="webSearch",
        method="POST",
        path="/augment/search",
        body={**given, **_extra(extra_body)},
        read=ReadSearch(given["query"]),
        safety=Safety.INFER,
        timeouts=Timeouts(read=60.0, total=120.0),
        family="search",
        price=PRICE,
        paid=True,
        per_success=True,
    )


def scrape(url: Any, *, field: str = "url", extra_body: Mapping[str, Any] | None = None) -> Call[Page]:
    """The call that reads a page as Markdown.

    Args:
        url: a public http(s) address without a user name; of a list, `field` names the place for messages.
        extra_body: fields this library does not know; sent as they are.

    Raises InvalidInput for any other address. A page that cannot be reached is a 500 and asked for once more.

    """
    address = _public(field, _url(field, url).strip())
    return Call(
        operation="webScrape",
        method="POST",
        path="/augment/scrape",
        body={"url": address, **_extra(extra_body)},
        read=ReadPage(address),
        safety=Safety.MAKE,
        timeouts=Timeouts(read=90.0, total=180.0),
        family="scrape",
        price=PRICE,
        paid=True,
        per_success=True,
    )


def _public(field: str, url: str) -> str:
    try:
        return public_url(field, url)
    except InvalidInput as error:
        if "file" in error.do:
            error.do = "Pass the address of a public page; a file of your own is read by v.web.parse(path)."
        raise


def parse(file: Any) -> Call[ParsedFile]:
    """The call that takes the text out of a file.

    Args:
        file: a path, bytes or an open binary file of at most 25 MB: PDF, DOCX, PPTX, XLSX, EPUB, XLS or plain
            text, told by its content.

    Raises InvalidInput for anything else, and for what the file itself shows to be none of these.

    """
    media = load(file, "file", "file")
    if media.data is None:
        do = "Download it and pass the path or the bytes; a page is read by v.web.scrape(url)."
        refuse("file", str(media.url)[:60], "the file itself, not a URL", do)
    mime = "text/plain" if media.mime.startswith(_TEXTS) else media.mime
    if mime not in {*_ENDINGS, "text/plain"}:
        allowed = "PDF, DOCX, PPTX, XLSX, EPUB, XLS or plain text"
        do = "Convert it to one of these; what is in a picture is told by v.chat('...', images=path)."
        refuse("file", f"{media.name} ({media.mime})", allowed, do)
    name = media.name or "file"
    ending = _ENDINGS.get(mime, PurePath(name).suffix or ".txt")
    if PurePath(name).suffix.lower() != ending:
        name += ending
    return Call(
        operation="createTextParser",
        method="POST",
        path="/augment/text-parser",
        form={"file": (name, media.data, mime), "response_format": "json"},
        read=ReadFile(name, mime, len(media.data)),
        accept="application/json, text/plain",
        safety=Safety.INFER,
        timeouts=Timeouts(read=180.0, total=300.0),
        family="parse",
        price=PRICE,
        paid=True,
        per_success=True,
    )


def _extra(extra_body: Mapping[str, Any] | None) -> dict[str, Any]:
    given = json_extra("extra_body", extra_body or {})
    return {name: value for name, value in given.items() if value is not None}
